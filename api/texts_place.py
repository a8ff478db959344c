"""Words of placement, and of what is to be known of a seller's stock before it is planned, in both languages."""

from __future__ import annotations

PLACE: dict[str, tuple[str, str]] = {
    "place_title": (
        "海外仓选仓 · {origin} 发货 · {start} 起 {weeks} 周",
        "Where to keep stock · from {origin} · {weeks} weeks from {start}",
    ),
    "place_cost": (
        "总成本 {cost} 元，下界 {bound} 元，差距 {gap}（{status}）",
        "Cost CNY {cost}, bound {bound}, gap {gap} ({status})",
    ),
    "place_optimal": ("已证最优", "proven optimal"),
    "place_feasible": ("时间已到", "time was up"),
    "place_markets": ("各市场用哪个仓（元）", "Which warehouse for which market (CNY)"),
    "place_market": ("市场", "Market"),
    "place_warehouse": ("海外仓", "Warehouse"),
    "place_parcels": ("从发货地直发小包", "parcels from the origin"),
    "place_skus": ("商品数", "SKUs"),
    "place_units": ("件数", "Units"),
    "place_sent": ("发货方式", "Sent by"),
    "place_by_sea": ("海运", "sea"),
    "place_by_rail": ("铁路", "rail"),
    "place_by_sea_air": ("海空联运", "sea-air"),
    "place_by_air": ("空运", "air"),
    "place_by_parcels": ("小包", "parcels"),
    "place_per_unit": ("每件", "A piece"),
    "place_open": ("租金与最低收费", "Rent, minimum"),
    "place_freight": ("头程运费", "Freight"),
    "place_inbound": ("入库", "Inbound"),
    "place_duty": ("关税", "Duty"),
    "place_vat": ("增值税占款", "VAT cash"),
    "place_capital": ("资金占用", "Capital"),
    "place_pooling": ("安全库存", "Safety stock"),
    "place_storage": ("仓储", "Storage"),
    "place_serve": ("拣配与尾程", "Handling, last mile"),
    "place_parcel": ("小包运费", "Parcel freight"),
    "place_parcel_duty": ("小包税费", "Parcel duty"),
    "place_cost_short": ("合计", "Sum"),
    "place_second": ("次优与原因", "Second best, and why"),
    "place_without": (
        "{market}：若不用 {warehouse}，改用 {taker}，总成本多 {extra} 元，主要是{part}多 {more} 元",
        "{market}: without {warehouse}, {taker} serves it; the total is CNY {extra} more, mostly {part}, {more} more",
    ),
    "place_same": (
        "{market}：若不用 {warehouse}，改用 {taker}，总成本不变",
        "{market}: without {warehouse}, {taker} would serve it at the same cost",
    ),
    "place_only": (
        "{market}：若不用 {warehouse}，部分市场无法供货",
        "{market}: without {warehouse}, some markets could not be served",
    ),
    "place_break_even": ("直发小包与海外仓的盈亏点", "Parcels from the origin against the warehouse"),
    "place_band": (
        "{market} · {sku}：小包每单 {parcel} 元，海外仓每单 {store} 元（货值 {value} 元）；{bands}",
        "{market} · {sku}: CNY {parcel} an order by parcel, {store} from the warehouse (order of CNY {value}); {bands}",
    ),
    "place_above": ("货值 {above} 元以上{cheaper}便宜", "above CNY {above} {cheaper} cheaper"),
    "place_between": ("货值 {above}–{until} 元{cheaper}便宜", "from CNY {above} to {until} {cheaper} cheaper"),
    "place_cheaper_parcel": ("小包", "parcels are"),
    "place_cheaper_warehouse": ("海外仓", "the warehouse is"),
    "place_cheaper_equal": ("两者同价，无一更", "neither is"),
    "place_unserved": (
        "{count} 对商品与市场无法供货，如 {first}",
        "{count} pairs of SKU and market cannot be served, such as {first}",
    ),
    "place_notes": ("须知", "To be known"),
    "place_looking": ("查询头程 {done}/{total} {what}", "ways of sending {done}/{total} {what}"),
    "place_asking": ("查询小包 {done}/{total} {what}", "parcels {done}/{total} {what}"),
    "place_comparing": ("比较次优 {done}/{total} {what}", "second best {done}/{total} {what}"),
    "place_none": ("没有可行的选仓", "no placement is possible"),
    "place_wrong": ("核查未通过，未输出结果", "the check failed, nothing is put out"),
    "place_no_warehouse": ("没有可用的海外仓", "there is no warehouse to be used"),
    "place_output": ("输出文件应为 .xlsx 或 .json：{path}", "the output must be .xlsx or .json: {path}"),
    "place_sheet_title": ("{sheet} · {plan}", "{sheet} · {plan}"),
    "sheet_place_markets": ("市场", "Markets"),
    "sheet_place_homes": ("商品", "SKUs"),
    "sheet_place_second": ("次优", "Second best"),
    "sheet_place_notes": ("须知", "Notes"),
    "place_sku": ("商品", "SKU"),
    "place_note": ("说明", "Note"),
    "stock_note_count_old": (
        "最早的盘点是 {0}，在规划首日之前 {1} 天；其间的销量未扣除",
        "the oldest count is of {0}, {1} days before the first day planned; sales since then are not taken off",
    ),
    "stock_note_no_demand": (
        "{0} 个商品在规划期内没有需求：{1}",
        "{0} SKUs have no demand in the weeks planned: {1}",
    ),
    "stock_note_demand_short": (
        "{0} 对商品与市场的需求早于最后一周 {2} 结束（如 {1}），其后按 0 计",
        "demand of {0} pairs of SKU and market ends before the last week {2} (such as {1}); it counts as 0 from there",
    ),
    "stock_note_stock_left_out": (
        "以下仓有库存但未纳入：{0}",
        "there is stock in warehouses that are left out: {0}",
    ),
    "stock_note_too_big": (
        "{0} 个商品超过小包网络的尺寸，无法供货：{1}",
        "{0} SKUs are too big for networks of parcels and cannot be served: {1}",
    ),
    "stock_note_unserved": (
        "{0} 市场有 {1} 个商品没有仓可供：{2}",
        "no warehouse serves {1} SKUs in {0}: {2}",
    ),
    "stock_note_no_lane": (
        "规划期内没有去 {0} 的运输方式",
        "nothing can be sent to {0} in the weeks planned",
    ),
    "stock_note_lane_holes": (
        "{0} 有 {1} 周无班次：第 {2} 周",
        "by {0} nothing leaves in {1} weeks: {2}",
    ),
    "stock_note_unloading_unknown": (
        "费用表没有 {0} 的卸柜费，这些箱型不用：{1}",
        "unloading of {0} is not on cards, so these boxes are not used: {1}",
    ),
    "stock_note_fee_unknown": (
        "费用 {0} 不在费用表 {1}，按其他费用表的最高价计",
        "the fee {0} is not on the cards {1}: the highest of the others is taken",
    ),
    "stock_note_no_hs": (
        "{0} 个商品没有海关编码，关税按不明商品计：{1}",
        "{0} SKUs have no HS code, duty is that of unknown goods: {1}",
    ),
    "stock_note_duty_unknown": (
        "{0} 处关税不明，按 0 计：{1}",
        "duty is not known in {0} cases and counts as 0: {1}",
    ),
    "stock_note_open_assumed": (
        "每个仓每月使用成本假设为 {0} 元（参数 stock_open_fen_month）",
        "using a warehouse is assumed to cost CNY {0} a month (setting stock_open_fen_month)",
    ),
    "stock_note_price_assumed": (
        "{0} 个商品没有售价，按货值的 {1}% 假设（参数 stock_price_percent）",
        "{0} SKUs have no price: {1} % of their value is assumed (setting stock_price_percent)",
    ),
}
