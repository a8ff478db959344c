"""Words of how a plan and the schedule of its hubs came to agree, in both languages."""

from __future__ import annotations

AGREE: dict[str, tuple[str, str]] = {
    "phase_agree": ("与口岸作业对齐", "agreeing with the hubs"),
    "sheet_hub_agreement": ("方案与口岸作业", "Plan and hubs"),
    "agree_head": ("方案与口岸作业：{status}", "Plan and hubs: {status}"),
    "agree_agreed": ("一致，无人误班", "they agree, nobody misses"),
    "agree_left": ("仍有误班，其他方案也救不了", "some miss, and no other plan saves them"),
    "agree_rounds": ("轮数已满，仍有误班", "some miss, and there were as many rounds as allowed"),
    "agree_stopped": ("人工停止，仍有误班", "stopped by hand, and some miss"),
    "agree_sum": (
        "重排 {rounds} 轮：误班 {before} → {after} 票，方案成本 {was} → {now} CNY（{more}）",
        "planned again {rounds} times: misses {before} → {after}, cost {was} → {now} CNY ({more})",
    ),
    "agree_round": (
        "第 {number} 轮：重排 {moved} 票，误班 {missed} 票（权重 {weight}），成本 {cost} CNY{kept}",
        "round {number}: {moved} planned again, {missed} miss (weight {weight}), cost {cost} CNY{kept}",
    ),
    "agree_kept": ("，采用", ", taken"),
    "agree_lead": (
        "{hub} {service}：截止前多留 货物 {cargo} 分钟、单证 {papers} 分钟",
        "{hub} {service}: cargo {cargo} min, papers {papers} min before the cut-offs",
    ),
    "agree_unsaved_head": ("仍赶不上：", "Still miss:"),
    "agree_unsaved": ("{shipment}（{unit}）{hub}：{reason}", "{shipment} ({unit}) {hub}: {reason}"),
    "unsaved_promised": ("已订，不能改", "promised by the earlier plan"),
    "unsaved_begun": ("已装或已发，不再改动", "loaded or gone, and not moved"),
    "unsaved_nowhere": ("没有别的走法", "there is no other way"),
    "unsaved_unsound": ("别的走法违反规则", "the other ways found break rules"),
    "unsaved_rounds": ("轮数已满", "there were as many rounds as allowed"),
    "unsaved_stopped": ("人工停止", "stopped by hand"),
    "shift_head": (
        "谁付多少（{count} 票有变化，合计 {more} CNY）：",
        "Who pays what ({count} changed, {more} CNY in all):",
    ),
    "shift_line": (
        "{shipment}：{was} → {now} CNY（{more}），到达 {was_arrive} → {arrive}{late}",
        "{shipment}: {was} → {now} CNY ({more}), arrives {was_arrive} → {arrive}{late}",
    ),
    "shift_late": ("，迟 {days} 天（原 {was} 天）", ", {days} days late (was {was})"),
    "shift_more": ("另有 {count} 票", "{count} more"),
    "calendar_cutoff": ("截止", "Cut-off"),
    "calendar_due": ("截止 {what}：{subjects}", "Cut-off {what}: {subjects}"),
    "cause_replanned": ("{by} 已重排", "{by} was planned again"),
    "hub_what": ("内容", "What"),
    "hub_before": ("原", "Before"),
    "hub_after": ("现", "After"),
    "hub_more": ("差额 (CNY)", "Difference (CNY)"),
    "hub_was_arrival": ("原到达", "Arrival before"),
    "hub_was_late": ("原迟天数", "Days late before"),
    "hub_days_late": ("迟天数", "Days late"),
    "hand_back_needs": (
        "--hand-back 需要已有的作业计划（先 hubport schedule plan.json -o schedule.json）：{path}",
        "--hand-back needs a schedule (make one: hubport schedule plan.json -o schedule.json): {path}",
    ),
    "hand_back_unsound": ("方案有误，不能重排：", "the plan breaks rules and cannot be changed:"),
    "handed_back_none": ("无人误班，方案未变", "nobody misses, and the plan is as it was"),
}
