"""What is wrong with a request, in both languages; every way in gives the same faults."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.errors import LogisticsError

if TYPE_CHECKING:
    from collections.abc import Iterable

_ECHO = 80

_MESSAGES: dict[str, tuple[str, str]] = {
    "required": ("必填", "is required"),
    "number": ("应为有限的数字", "must be a finite number"),
    "whole_number": ("应为整数", "must be a whole number"),
    "flag": ("应为是或否；可用：{choices}", "must say yes or no; known: {choices}"),
    "text": ("应为文字", "must be text"),
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
    "naive_time": (
        "时间缺少时区，请写成 {example}",
        "is a time without a zone; write {example}",
    ),
    "outside_horizon": (
        "超出计划日历，日历范围为 {first} 至 {last}",
        "is outside the planning calendar, which covers {first} to {last}",
    ),
    "past": ("早于现在一天以上，现在是 {now}", "is more than a day in the past; it is now {now}"),
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
    "unknown_mode": ("没有这种运输方式；可用：{choices}", "is not a known mode; known: {choices}"),
    "unknown_avoid": (
        "不是运输方式、通道、关境或班次编号{near_zh}",
        "is no mode, passage, territory or service id{near_en}",
    ),
    "unknown_service": ("没有这个班次{near_zh}", "is not a known service{near_en}"),
    "not_scenario": (
        "这个班次不是情景班次（状态为 {status}），无需打开",
        "is not a scenario service (its status is {status}) and cannot be switched on",
    ),
    "no_mode_left": ("所有运输方式都被排除", "every mode is excluded"),
    "unknown_column": ("没有这一列；可用：{choices}", "is not a known column; known: {choices}"),
    "unknown_field": ("没有这个字段", "is not a known field"),
    "too_many": ("不得超过 {limit} 个", "must be at most {limit}"),
    "due_required": ("倒排需要填写最晚到达时间", "planning backward needs a due time"),
    "malformed": ("格式不正确：{detail}", "is malformed: {detail}"),
    "rows_required": ("文件里没有货物", "the file holds no shipment"),
    "option": ("没有这个方案；共 {count} 个", "is no option of this answer, which has {count}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFault:
    """
    One thing wrong with a request.

    Parameters
    ----------
    field
        Name of the field, as in the HTTP body.
    value
        The value given, as bounded text, or None when it is missing.
    rule
        Stable name of the rule that is broken.
    message_zh, message_en
        What is wrong and what to do.
    row
        Line of the file, when the request came in one.
    """

    field: str
    value: str | None
    rule: str
    message_zh: str
    message_en: str
    row: int | None = None

    def at_row(self, row: int) -> RequestFault:
        """Return the same fault with the line of its file."""
        return replace(self, row=row)

    def as_dict(self) -> dict[str, str | int | None]:
        """Return the fault as it stands in a problem document."""
        shown: dict[str, str | int | None] = {
            "field": self.field,
            "value": self.value,
            "rule": self.rule,
            "message_zh": self.message_zh,
            "message_en": self.message_en,
        }
        return shown if self.row is None else {"row": self.row, **shown}


class RequestFaultsError(LogisticsError):
    """
    A request that was refused.

    Parameters
    ----------
    faults
        Everything wrong with it.
    """

    def __init__(self, faults: Iterable[RequestFault]) -> None:
        self.faults: tuple[RequestFault, ...] = tuple(faults)
        super().__init__("; ".join(f"{fault.field}: {fault.message_en}" for fault in self.faults))


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
    text = text.encode("utf-8", "backslashreplace").decode()
    text = "".join(char if char.isprintable() else "�" for char in text[: _ECHO + 1])
    return text if len(text) <= _ECHO else text[: _ECHO - 1] + "…"


def fault(field: str, value: object, rule: str, **values: object) -> RequestFault:
    """
    Return a fault with the sentences of its rule.

    Examples
    --------
    >>> fault("pieces", 0, "min", limit=1).message_en
    'must be at least 1'
    """
    zh, en = _MESSAGES[rule]
    return RequestFault(
        field=field, value=echo(value), rule=rule, message_zh=zh.format(**values), message_en=en.format(**values)
    )


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
