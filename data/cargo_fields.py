"""The columns of a cargo list, and how a broken rule is worded."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from data.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

_ECHO = 80
_DROPPED = str.maketrans(dict.fromkeys(" ()（）_", ""))

MESSAGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "required": ("必填", "is required"),
        "number": ("应为有限的数字", "must be a finite number"),
        "whole_number": ("应为整数", "must be a whole number"),
        "text": ("应为一行可显示的文字, 最长 {limit} 字", "must be one line of printable text, at most {limit} long"),
        "positive": ("必须大于 0", "must be above 0"),
        "min": ("不得小于 {limit}", "must be at least {limit}"),
        "max": ("不得大于 {limit}", "must be at most {limit}"),
        "choice": ("应为其中之一: {choices}", "must be one of: {choices}"),
        "unknown_place": ("没有这个地点{near_zh}", "is not a known place{near_en}"),
        "ambiguous_place": (
            "这个名称可能指多个地点, 请改用代码: {candidates}",
            "may mean several places; use a code: {candidates}",
        ),
        "same_place": ("起运地与目的地不能相同", "the origin and the destination must differ"),
        "density": (
            "重量与体积之比为 {density} kg/m3, 应在 {low} 到 {high} 之间; 请检查单位",
            "weight over volume is {density} kg/m3; it must lie between {low} and {high}: check the units",
        ),
        "instant": (
            "应为日期 (2026-05-20) 或带时区的时间 (2026-05-20T09:00+08:00)",
            "must be a date (2026-05-20) or a time with its zone (2026-05-20T09:00+08:00)",
        ),
        "naive_time": ("时间缺少时区, 请写成 {example}", "is a time without a zone; write {example}"),
        "outside_horizon": (
            "超出计划日历, 日历范围为 {first} 至 {last}",
            "is outside the planning calendar, which covers {first} to {last}",
        ),
        "after_ready": ("必须晚于备货时间 {ready}", "must be later than the ready time {ready}"),
        "late_without_due": ("有延误金时须填写最晚到达", "a penalty for lateness needs a due time"),
        "unknown_currency": ("没有这个币种的汇率; 可用: {choices}", "has no exchange rate; known: {choices}"),
        "value_currency": ("货值的币种应与该票币种一致", "the goods value must be in the shipment's currency"),
        "hs": ("海关编码应为 6、8 或 10 位数字", "must be a commodity code of 6, 8 or 10 digits"),
        "unknown_box": ("没有这个箱型; 可用: {choices}", "is not a known box type; known: {choices}"),
        "boxes_without_box": ("填写箱数时请同时填写箱型", "a number of boxes needs a box type"),
        "box_payload": (
            "货物超过箱子载重: {boxes} 个 {box} 最多装 {limit} kg",
            "the cargo is too heavy for its boxes: {boxes} x {box} carry {limit} kg",
        ),
        "box_volume": (
            "货物超过箱子容积: {boxes} 个 {box} 最多装 {limit} m3",
            "the cargo is too large for its boxes: {boxes} x {box} hold {limit} m3",
        ),
        "own_box_split": ("自带整箱的货物不能再拆分", "cargo in its own boxes cannot be splittable"),
        "unit_payload": (
            "超过任何箱型的载重 {limit} kg; 请标为可拆分, 或填写箱型与箱数",
            "is heavier than any box carries ({limit} kg); mark it splittable, or name its boxes",
        ),
        "unit_volume": (
            "超过任何箱型的容积 {limit} m3; 请标为可拆分, 或填写箱型与箱数",
            "is larger than any box holds ({limit} m3); mark it splittable, or name its boxes",
        ),
        "piece_payload": (
            "平均每件 {piece} kg, 超过任何箱型的载重 {limit} kg",
            "a piece weighs {piece} kg on average, more than any box carries ({limit} kg)",
        ),
        "piece_volume": (
            "平均每件 {piece} m3, 超过任何箱型的容积 {limit} m3",
            "a piece takes {piece} m3 on average, more than any box holds ({limit} m3)",
        ),
        "unknown_goods": ("没有这个货类; 可用: {choices}", "is not a known goods class; known: {choices}"),
        "regime": ("监管方式应为四位数字或 transit", "must be a regime of four digits, or transit"),
        "duplicate_id": ("与第 {row} 行的编号重复", "repeats the id of row {row}"),
        "unknown_column": ("没有这一列; 可用: {choices}", "is not a known column; known: {choices}"),
        "repeated_column": ("与 {other} 列含义相同", "means the same as column {other}"),
        "rows_required": ("文件里没有货物", "the file holds no shipment"),
        "malformed": ("格式不正确: {detail}", "is malformed: {detail}"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """
    One column of a cargo list.

    Parameters
    ----------
    name
        Attribute of `data.cargo.CargoShipment`.
    en, zh
        Headers it is written with.
    aliases
        Other headers it is read by.
    is_required
        Whether an empty cell is a fault.
    """

    name: str
    en: str
    zh: str
    aliases: tuple[str, ...] = ()
    is_required: bool = False


FIELDS: tuple[Field, ...] = (
    Field(name="id", en="id", zh="编号", aliases=("ref", "单号", "票号"), is_required=True),
    Field(name="shipper", en="shipper", zh="发货人", aliases=("货主",)),
    Field(name="origin", en="from", zh="起运地", aliases=("origin", "起运", "发货地"), is_required=True),
    Field(name="destination", en="to", zh="目的地", aliases=("destination", "目的", "收货地"), is_required=True),
    Field(name="pieces", en="pieces", zh="件数"),
    Field(name="mass_g", en="weight_kg", zh="重量kg", aliases=("mass_kg", "重量", "毛重kg", "毛重"), is_required=True),
    Field(name="volume_cm3", en="volume_m3", zh="体积m3", aliases=("体积", "体积m³", "体积立方米"), is_required=True),
    Field(name="goods", en="goods", zh="货类"),
    Field(name="hs", en="hs", zh="海关编码", aliases=("HS编码",)),
    Field(name="currency", en="currency", zh="币种"),
    Field(name="value_minor", en="value", zh="货值"),
    Field(name="regime", en="regime", zh="监管方式"),
    Field(name="ready_at", en="ready", zh="备货时间", aliases=("备货",), is_required=True),
    Field(name="depart_by", en="depart_by", zh="最晚出发"),
    Field(name="due_at", en="due", zh="最晚到达", aliases=("要求到达",)),
    Field(name="priority", en="priority", zh="优先级"),
    Field(name="late_minor_per_day", en="late_per_day", zh="每日延误金", aliases=("late_penalty", "延误金")),
    Field(name="unserved_minor", en="unserved_price", zh="不运价格", aliases=("放弃价格",)),
    Field(name="is_splittable", en="splittable", zh="可拆分", aliases=("是否可拆分",)),
    Field(name="box", en="box", zh="箱型"),
    Field(name="boxes", en="boxes", zh="箱数"),
    Field(name="temperature", en="temperature", zh="温控", aliases=("温度",)),
    Field(name="odour", en="odour", zh="气味", aliases=("odor",)),
    Field(name="is_sealed", en="customs_seal", zh="关封", aliases=("sealed", "海关封志")),
)
BY_NAME: Mapping[str, Field] = MappingProxyType({field.name: field for field in FIELDS})

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "temperature": {"ambient": "常温", "cool": "阴凉", "chilled": "冷藏", "frozen": "冷冻"},
        "odour": {"none": "无", "odorous": "有异味", "sensitive": "怕串味"},
        "is_splittable": {"yes": "是", "no": "否"},
        "is_sealed": {"yes": "是", "no": "否"},
    }
)
"""The codes a column may hold, with the Chinese words that mean the same."""


def plain_header(header: str) -> str:
    """
    Return a header without case, blanks, brackets and underscores.

    Examples
    --------
    >>> plain_header("重量 (kg)"), plain_header("Late per day")
    ('重量kg', 'lateperday')
    """
    return header.casefold().translate(_DROPPED)


BY_HEADER: Mapping[str, Field] = MappingProxyType(
    {plain_header(header): field for field in FIELDS for header in (field.en, field.zh, *field.aliases)}
)


def echo(value: str) -> str:
    r"""
    Return text as it may be shown: printable and of bounded length.

    Examples
    --------
    >>> echo("a" * 100)[-3:], echo("a\nb")
    ('aa…', 'a\ufffdb')
    """
    text = value[: _ECHO + 1].encode("utf-8", "backslashreplace").decode()
    text = "".join(character if character.isprintable() else "\ufffd" for character in text)
    return text if len(text) <= _ECHO else text[: _ECHO - 1] + "…"


def cargo_fault(
    file: str, row: int | None, column: str | None, value: str | None, rule: str, values: Mapping[str, object]
) -> Fault:
    """
    Return the fault of a broken rule.

    Parameters
    ----------
    file, row, column, value
        Where it is, as in `data.errors.Fault`.
    rule
        Name of the rule.
    values
        What the sentences of the rule name.
    """
    zh, en = MESSAGES[rule]
    return Fault(
        file=file,
        row=row,
        column=column,
        value=None if value is None else echo(value),
        rule=rule,
        message_zh=zh.format(**values),
        message_en=en.format(**values),
    )
