"""Words of matching orders, payments and waybills, and of lists summed up, in both languages."""

from __future__ import annotations

DECLARE: dict[str, tuple[str, str]] = {
    "declare_read": (
        "本次读入：订单 {order} 行，支付 {payment} 行，运单 {waybill} 行",
        "read now: {order} rows of orders, {payment} of payments, {waybill} of waybills",
    ),
    "declare_orders": ("订单 {count}", "orders {count}"),
    "declare_state_matched": ("三单相符", "matched"),
    "declare_state_waiting": ("等待中", "waiting"),
    "declare_state_unmatched": ("不相符", "unmatched"),
    "declare_tolerant": ("其中单号写法不同", "of these with the number written otherwise"),
    "declare_reasons": ("原因", "Reasons"),
    "declare_lists": ("清单 {count} 份，写入 {path}", "{count} lists, written to {path}"),
    "declare_summary": (
        "清单 {lists} 份归并为报关单 {declarations} 份、商品 {lines} 项；简化申报不汇总 {skipped} 份",
        "{lists} lists summed up into {declarations} declarations with {lines} lines; {skipped} for statistics only",
    ),
    "declare_fates": (
        "其中改单 {changed} 份，撤单 {cancelled} 份，已按最后的状态汇总",
        "{changed} lists changed and {cancelled} taken back; summed up as they stand last",
    ),
    "declare_changes": (
        "新增 {new} 份，改单 {changed} 份，撤单 {cancelled} 份，未编号删除 {withdrawn} 份，写入 {path}",
        "{new} lists new, {changed} changed, {cancelled} cancelled, {withdrawn} withdrawn unnumbered; see {path}",
    ),
    "declare_change_what": (
        "请用 --now 给出重新生成的清单，或用 --cancel 给出要撤的清单",
        "say what changed: --now names the lists made anew, --cancel those to be cancelled",
    ),
    "declare_unchanged": ("清单没有变化，未写文件", "no list changed; nothing was written"),
    "declare_trace_changed": (
        "清单 {list_no} 改单  {at}  ← 订单 {order_no}（平台 {platform}）",
        "list {list_no} changed  {at}  <- order {order_no} (platform {platform})",
    ),
    "declare_trace_cancelled": (
        "清单 {list_no} 撤单  {at}  {reason}  ← 订单 {order_no}（平台 {platform}）",
        "list {list_no} taken back  {at}  {reason}  <- order {order_no} (platform {platform})",
    ),
    "declare_due": ("{month} 最晚申报 {due}", "{month} to be declared by {due}"),
    "declare_ceb": ("{message} {name}：{count} 份，无误", "{message} {name}: {count} documents, no faults"),
    "declare_assumed": (
        "规则中有 {count} 条是假设（见表 declare_rules）",
        "{count} of the rules are assumptions (see the table declare_rules)",
    ),
    "declare_too_many": (
        "{count} 行超过 Excel 上限，请改用 .ndjson 或 .csv",
        "{count} rows are more than Excel holds; use .ndjson or .csv",
    ),
    "declare_nothing": ("没有可写的内容", "there is nothing to write"),
    "declare_trace_declaration": (
        "报关单 {id}  {month}  共 {lines} 项，毛重 {gross_kg} kg，最晚申报 {due}",
        "declaration {id}  {month}  {lines} lines, {gross_kg} kg gross, due {due}",
    ),
    "declare_trace_line": (
        "  第 {line} 项  {gcode} {name}  数量 {qty}  总价 {total}  来自清单商品 {list_lines} 项",
        "  line {line}  {gcode} {name}  quantity {qty}  total {total}  of {list_lines} list lines",
    ),
    "declare_trace_source": (
        "    清单 {list_no} 第 {gnum} 项 ← 订单 {order_no}（平台 {platform}）",
        "    list {list_no} line {gnum} <- order {order_no} (platform {platform})",
    ),
    "no_payment": ("没有支付单", "no payment"),
    "no_waybill": ("没有运单", "no waybill"),
    "amount_differs": ("支付金额与订单不符", "payment and order differ"),
    "currency_differs": ("币制不同", "different currencies"),
    "payer_differs": ("支付人不是订购人", "the payer is not the buyer"),
    "paid_twice": ("重复支付", "paid more than once"),
    "payment_reused": ("支付编号用于多个订单", "payment number used for several orders"),
    "payment_late": ("支付超出时限", "payment after its window"),
    "duplicate_payment": ("支付单重复且内容不同", "payment sent twice with different content"),
    "duplicate_order": ("订单重复且内容不同", "order sent twice with different content"),
    "duplicate_line": ("商品序号重复", "line number of goods stands twice"),
    "order_sum_differs": ("实付不等于各项之和", "what was paid is not the sum of its parts"),
    "several_waybills": ("多张运单", "several waybills"),
    "duplicate_waybill": ("运单重复且内容不同", "waybill sent twice with different content"),
    "waybill_shared": ("运单号用于多个订单", "waybill number used for several orders"),
    "waybill_late": ("运单超出时限", "waybill after its window"),
    "consignee_differs": ("收货人不一致", "consignees differ"),
    "payment_without_order": ("支付单没有订单", "payment without an order"),
    "waybill_without_order": ("运单没有订单", "waybill without an order"),
    "ambiguous_order": ("可能属于多个订单", "may belong to several orders"),
}
