"""How broken rules of shipments are worded, in both languages, and how values are shown in faults."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ECHO = 80

MESSAGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "required": ("必填", "is required"),
        "number": ("应为有限的数字", "must be a finite number"),
        "whole_number": ("应为整数", "must be a whole number"),
        "decimals": ("小数最多 {limit} 位", "must have at most {limit} decimals"),
        "text": ("应为一行可显示的文字，最长 {limit} 字", "must be one line of printable text, at most {limit} long"),
        "positive": ("必须大于 0", "must be above 0"),
        "min": ("不得小于 {limit}", "must be at least {limit}"),
        "max": ("不得大于 {limit}", "must be at most {limit}"),
        "unknown_place": ("没有这个地点{near_zh}", "is not a known place{near_en}"),
        "ambiguous_place": (
            "这个名称可能指多个地点，请改用代码：{candidates}",
            "may mean several places; use a code: {candidates}",
        ),
        "same_place": ("起运地与目的地不能相同", "the origin and the destination must differ"),
        "density": (
            "重量与体积之比为 {density} kg/m3，应在 {low} 到 {high} 之间；请检查单位",
            "weight over volume is {density} kg/m3; it must lie between {low} and {high}: check the units",
        ),
        "instant": (
            "应为日期（2026-05-20）或带时区的时间（2026-05-20T09:00+08:00）",
            "must be a date (2026-05-20) or a time with its zone (2026-05-20T09:00+08:00)",
        ),
        "naive_time": ("时间缺少时区，请写成 {example}", "is a time without a zone; write {example}"),
        "outside_horizon": (
            "超出计划日历，日历范围为 {first} 至 {last}",
            "is outside the planning calendar, which covers {first} to {last}",
        ),
        "after_ready": ("必须晚于备货时间 {ready}", "must be later than the ready time {ready}"),
        "unknown_currency": ("没有这个币种的汇率；可用：{choices}", "has no exchange rate; known: {choices}"),
        "hs": ("海关编码应为 6、8 或 10 位数字", "must be a commodity code of 6, 8 or 10 digits"),
        "unknown_box": ("没有这个箱型；可用：{choices}", "is not a known box type; known: {choices}"),
        "boxes_without_box": ("填写箱数时请同时填写箱型", "a number of boxes needs a box type"),
        "box_payload": (
            "货物超过箱子载重：{boxes} 个 {box} 最多装 {limit} kg",
            "the cargo is too heavy for its boxes: {boxes} x {box} carry {limit} kg",
        ),
        "box_volume": (
            "货物超过箱子容积：{boxes} 个 {box} 最多装 {limit} m3",
            "the cargo is too large for its boxes: {boxes} x {box} hold {limit} m3",
        ),
        "unknown_goods": ("没有这个货类；可用：{choices}", "is not a known goods class; known: {choices}"),
        "regime": ("监管方式应为四位数字或 transit", "must be a regime of four digits, or transit"),
        "unknown_column": ("没有这一列；可用：{choices}", "is not a known column; known: {choices}"),
        "rows_required": ("文件里没有货物", "the file holds no shipment"),
        "malformed": ("格式不正确：{detail}", "is malformed: {detail}"),
    }
)
"""The sentences of the rules that requests and cargo lists share; those of one of them alone stand beside it."""


def echo(value: object) -> str | None:
    r"""
    Return a value as printable text of bounded length.

    Examples
    --------
    >>> echo("a" * 100)[-3:], echo("\ud800"), echo(None)
    ('aa…', '\\ud800', None)
    """
    if value is None:
        return None
    try:
        text = str(value)
    except ValueError:
        # Python does not write out whole numbers of thousands of digits.
        return "…"
    text = text[: _ECHO + 1].encode("utf-8", "backslashreplace").decode()
    text = "".join(char if char.isprintable() else "\ufffd" for char in text)
    return text if len(text) <= _ECHO else text[: _ECHO - 1] + "…"


def near_texts(near: Iterable[str]) -> dict[str, str]:
    """
    Return the hints to what may have been meant.

    Examples
    --------
    >>> near_texts(["CNWNZ"])["near_en"]
    '; did you mean: CNWNZ'
    """
    names = ", ".join(near)
    if not names:
        return {"near_zh": "", "near_en": ""}
    return {"near_zh": f"；是否指：{names}", "near_en": f"; did you mean: {names}"}
