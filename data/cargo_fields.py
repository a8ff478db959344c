"""The columns of a cargo list, and how a broken rule is worded."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from data.errors import Fault
from data.messages import MESSAGES as SHARED
from data.messages import echo

if TYPE_CHECKING:
    from collections.abc import Mapping

SUFFIXES = (".xlsx", ".csv", ".json")
"""What the name of a cargo list ends with."""

_DROPPED = str.maketrans(dict.fromkeys(" ()（）_", ""))

MESSAGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        **SHARED,
        "choice": ("应为其中之一：{choices}", "must be one of: {choices}"),
        "late_without_due": ("有延误金时须填写最晚到达", "a penalty for lateness needs a due time"),
        "value_currency": ("货值的币种应与该票币种一致", "the goods value must be in the shipment's currency"),
        "own_box_split": ("自带整箱的货物不能再拆分", "cargo in its own boxes cannot be splittable"),
        "unit_payload": (
            "超过任何箱型的载重 {limit} kg；请标为可拆分，或填写箱型与箱数",
            "is heavier than any box carries ({limit} kg); mark it splittable, or name its boxes",
        ),
        "unit_volume": (
            "超过任何箱型的容积 {limit} m3；请标为可拆分，或填写箱型与箱数",
            "is larger than any box holds ({limit} m3); mark it splittable, or name its boxes",
        ),
        "piece_payload": (
            "平均每件 {piece} kg，超过任何箱型的载重 {limit} kg",
            "a piece weighs {piece} kg on average, more than any box carries ({limit} kg)",
        ),
        "piece_volume": (
            "平均每件 {piece} m3，超过任何箱型的容积 {limit} m3",
            "a piece takes {piece} m3 on average, more than any box holds ({limit} m3)",
        ),
        "duplicate_id": ("与第 {row} 行的编号重复", "repeats the id of row {row}"),
        "kept_already": ("已有这个编号的货物", "is the number of a shipment that is kept already"),
        "repeated_column": ("与 {other} 列含义相同", "means the same as column {other}"),
    }
)
"""How the rules of a cargo list are worded; a request shares most of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """
    One column of a cargo list; a file of shipments to be quoted has many of them, too.

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
    Field(name="shipper", en="shipper", zh="发货人", aliases=("货主", "客户")),
    Field(
        name="origin",
        en="from",
        zh="起运地",
        aliases=("origin", "起运", "发货地", "提货地", "始发地"),
        is_required=True,
    ),
    Field(
        name="destination", en="to", zh="目的地", aliases=("destination", "目的", "收货地", "目的港"), is_required=True
    ),
    Field(name="pieces", en="pieces", zh="件数"),
    Field(name="mass_g", en="weight_kg", zh="重量kg", aliases=("mass_kg", "重量", "毛重kg", "毛重"), is_required=True),
    Field(
        name="volume_cm3",
        en="volume_m3",
        zh="体积m3",
        aliases=("体积", "体积m³", "体积立方米", "方数"),
        is_required=True,
    ),
    Field(name="goods", en="goods", zh="货类"),
    Field(name="hs", en="hs", zh="海关编码", aliases=("HS编码",)),
    Field(name="currency", en="currency", zh="币种"),
    Field(name="value_minor", en="value", zh="货值"),
    Field(name="regime", en="regime", zh="监管方式"),
    Field(name="ready_at", en="ready", zh="备货时间", aliases=("备货", "货好时间"), is_required=True),
    Field(name="depart_by", en="depart_by", zh="最晚出发"),
    Field(name="due_at", en="due", zh="最晚到达", aliases=("要求到达", "要求到货", "交期")),
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
        value=echo(value),
        rule=rule,
        message_zh=zh.format(**values),
        message_en=en.format(**values),
    )
