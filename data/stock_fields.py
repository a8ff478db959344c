"""The sheets and columns of a seller's stock, and how a broken rule is worded."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from data.cargo_fields import MESSAGES as CARGO
from data.cargo_fields import Field, plain_header
from data.errors import Fault
from data.messages import echo
from data.stock import IN_PRODUCTION

if TYPE_CHECKING:
    from collections.abc import Mapping

SUFFIXES = (".xlsx", ".json")
"""What the name of a file of stock ends with; a folder holds one CSV file for each sheet."""

SKUS, DEMAND, LOTS, BUDGET = "skus", "demand", "stock", "budget"
ORDERS, ORDERS_ZH = "orders", "订单"
"""The sheet of orders, which stands in a file of its own."""

SHEETS: Mapping[str, str] = MappingProxyType({SKUS: "商品", DEMAND: "需求", LOTS: "库存", BUDGET: "预算"})
"""The sheets by name, with their Chinese titles."""
NEEDED = frozenset({SKUS, LOTS})
"""The sheets that there must be."""

_SKU = Field(name="sku", en="sku", zh="商品编码", aliases=("SKU编码", "货号"), is_required=True)

FIELDS: Mapping[str, tuple[Field, ...]] = MappingProxyType(
    {
        SKUS: (
            _SKU,
            Field(name="name", en="name", zh="名称", aliases=("品名", "商品名称")),
            Field(name="length_mm", en="length_cm", zh="长cm", aliases=("长",), is_required=True),
            Field(name="width_mm", en="width_cm", zh="宽cm", aliases=("宽",), is_required=True),
            Field(name="height_mm", en="height_cm", zh="高cm", aliases=("高",), is_required=True),
            Field(name="mass_g", en="weight_kg", zh="重量kg", aliases=("重量", "毛重kg"), is_required=True),
            Field(name="currency", en="currency", zh="币种"),
            Field(name="value_minor", en="value", zh="货值", aliases=("单价",)),
            Field(name="hs", en="hs", zh="海关编码", aliases=("HS编码",)),
            Field(name="battery", en="battery", zh="电池"),
            Field(name="carton_units", en="carton_units", zh="每箱件数", aliases=("箱规", "装箱数")),
            Field(name="price_minor", en="price", zh="售价", aliases=("销售价",)),
            Field(name="least_units", en="least_units", zh="起订量", aliases=("MOQ", "最小起订量")),
            Field(name="shelf_days", en="shelf_days", zh="保质期天数", aliases=("保质期",)),
        ),
        DEMAND: (
            _SKU,
            Field(name="market", en="market", zh="市场", aliases=("国家", "关境"), is_required=True),
            Field(name="week", en="week", zh="周", is_required=True),
            Field(name="mean_milli", en="units", zh="预计销量", aliases=("销量", "数量"), is_required=True),
            Field(name="sd_milli", en="sd", zh="标准差"),
        ),
        LOTS: (
            _SKU,
            Field(name="warehouse", en="warehouse", zh="海外仓", aliases=("仓库",), is_required=True),
            Field(name="state", en="state", zh="状态", is_required=True),
            Field(name="units", en="units", zh="数量", aliases=("件数",), is_required=True),
            Field(name="ages", en="ages", zh="库龄"),
            Field(name="counted_on", en="counted_on", zh="盘点日期"),
            Field(name="arrives_on", en="arrives_on", zh="到仓日期", aliases=("预计到仓",)),
            Field(name="mode", en="mode", zh="运输方式"),
            Field(name="ready_on", en="ready_on", zh="完工日期", aliases=("预计完工", "完工日")),
        ),
        BUDGET: (
            Field(name="week", en="week", zh="周", is_required=True),
            Field(name="currency", en="currency", zh="币种"),
            Field(name="amount_minor", en="amount", zh="金额", aliases=("预算金额",), is_required=True),
        ),
        ORDERS: (
            Field(name="order", en="order", zh="订单号", aliases=("订单编号", "订单"), is_required=True),
            Field(name="market", en="market", zh="市场", aliases=("国家", "关境"), is_required=True),
            _SKU,
            Field(name="units", en="units", zh="数量", aliases=("件数",), is_required=True),
            Field(name="placed_on", en="placed_on", zh="下单日期", is_required=True),
            Field(name="promise", en="promise", zh="承诺送达"),
        ),
    }
)
"""The columns of every sheet."""

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "battery": {"none": "无", "in_equipment": "内置", "packed": "与设备包装", "loose": "单独"},
        "state": {"on_hand": "在库", "in_transit": "在途", IN_PRODUCTION: "在产"},
        "mode": {"sea": "海运", "rail": "铁路", "air": "空运", "sea_air": "海空联运", "road": "公路"},
    }
)
"""The codes a column may hold, with the Chinese words that mean the same."""

MESSAGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        **CARGO,
        "rows_required": ("没有数据行", "holds no row"),
        "missing_sheet": ("缺少工作表、列表或文件：{choices}", "lacks the sheet, list or file: {choices}"),
        "unknown_sheet": (
            "没有这种工作表、列表或文件；可用：{choices}",
            "is no known sheet, list or file; known: {choices}",
        ),
        "duplicate_row": ("与第 {row} 行重复：{columns}", "repeats row {row}: {columns}"),
        "unknown_sku": ("商品表里没有这个编码", "is not in the sheet of SKUs"),
        "unknown_market": (
            "没有这个市场；应为关境代码或名称{near_zh}",
            "is no known market: a code or name of a territory{near_en}",
        ),
        "unknown_warehouse": ("没有这个海外仓{near_zh}", "is no known warehouse{near_en}"),
        "week": ("应为存在的周，如 2026-W49", "must be an existing week such as 2026-W49"),
        "day": ("应为本世纪存在的日期，如 2026-12-01", "must be an existing date of this century such as 2026-12-01"),
        "ages": (
            "应为「件数@天数」，以分号隔开，如 200@12;80@95",
            "must be units@days separated by semicolons, such as 200@12;80@95",
        ),
        "ages_sum": ("库龄各档合计 {sum}，数量为 {units}", "the ages add up to {sum}, the units are {units}"),
        "ages_needed": ("在库的货须填写库龄", "stock on hand needs its ages"),
        "count_needed": ("在库的货须填写盘点日期", "stock on hand needs the day it was counted"),
        "order_differs": ("与第 {row} 行同一订单，此列却不同", "differs from row {row} of the same order"),
        "order_before_count": (
            "下单早于盘点日期 {counted}，盘点时可能已发出",
            "is before the count of {counted}: it may have been sent before that",
        ),
        "order_after_today": ("晚于 {today}", "is after {today}"),
        "promise_before": ("早于下单日期", "is before the day of the order"),
        "order_value_needed": ("订单里的商品须填写货值", "a SKU that is ordered needs its value"),
        "arrival_needed": ("在途的货须填写到仓日期", "stock in transit needs the day it arrives"),
        "not_in_transit": ("在途的货不填此列", "is not for stock in transit"),
        "ready_needed": ("在产的货须填写完工日期", "goods in production need the day they are ready"),
        "not_in_production": ("在产的货不填此列", "is not for goods in production"),
        "only_in_production": ("只有在产的货填此列", "is only for goods in production"),
        "not_on_hand": ("在库的货不填此列", "is not for stock on hand"),
        "value_needed": ("规划补货须有货值", "needs its value to plan stock"),
        "counted_after": ("盘点日期晚于规划首日 {start}", "was counted after the first day planned, {start}"),
        "arrived_before_count": (
            "到仓日期不晚于该仓盘点日期 {counted}：应已计入在库，或请给出新的到仓日期",
            "was to arrive by {counted}, the day of the count: it is counted already, or needs a new day of arrival",
        ),
        "no_demand_planned": (
            "规划的各周（{first} 至 {last}）没有任何需求",
            "holds no demand in the weeks planned, {first} to {last}",
        ),
        "no_card": ("该仓没有费用表，无法规划", "has no fee card, so stock there cannot be planned"),
        "warehouse_closed": (
            "该仓 {from_zh} 至 {to_zh} 收货，此日不收",
            "the warehouse takes stock from {from_en} to {to_en}, not on this day",
        ),
    }
)
"""How the rules of a seller's stock are worded."""


def headers_of(sheet: str) -> dict[str, Field]:
    """Return the columns of a sheet by every plain header they may have."""
    return {
        plain_header(header): field
        for field in FIELDS[sheet]
        for header in (field.en, field.zh, field.name, *field.aliases)
    }


def stock_fault(
    place: tuple[str, int | None], column: str | None, value: object, rule: str, values: Mapping[str, object]
) -> Fault:
    """
    Return the fault of a broken rule.

    Parameters
    ----------
    place
        File with its sheet, and row.
    column, value
        As in `data.errors.Fault`.
    rule, values
        Name of the rule, and what its sentences name.
    """
    zh, en = MESSAGES[rule]
    return Fault(
        file=place[0],
        row=place[1],
        column=column,
        value=echo(value),
        rule=rule,
        message_zh=zh.format(**values),
        message_en=en.format(**values),
    )
