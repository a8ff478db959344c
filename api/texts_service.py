"""Words of the service on the terminal and its own pages, in both languages."""

from __future__ import annotations

SERVICE: dict[str, tuple[str, str]] = {
    "first_link": (
        "首次启动：用浏览器打开一次以领取管理员密钥（一天内有效）：{url}",
        "First start: open this once for the key of the administrator (good for a day): {url}",
    ),
    "data_active": (
        "使用已启用的数据集 {fingerprint}（--activate 可改用 --data 的）",
        "answering from the activated data set {fingerprint} (--activate takes that of --data)",
    ),
    "auth_unknown": ("HUBPORT_AUTH 应为 on 或 off：{value}", "HUBPORT_AUTH must be on or off: {value}"),
    "auth_needed": (
        "在 {host} 上监听时其他机器可以访问，不能关闭身份验证",
        "others reach the service on {host}, so keys cannot be switched off",
    ),
    "db_upgraded": ("数据库版本 {before} → {after}", "database revision {before} → {after}"),
    "db_fits": ("数据库符合本版本 ({revision})", "the database fits this version ({revision})"),
    "db_differs": ("数据库不符合本版本：", "the database does not fit this version:"),
    "audit_whole": (
        "审计记录完整：{count} 条；请另处记下 {head}",
        "the trail is whole: {count} entries; note {head} elsewhere",
    ),
    "audit_broken": ("审计记录有 {count} 处不符：", "the trail is broken in {count} places:"),
    "audit_missing": ("缺少一条或多条", "one or more entries are missing"),
    "audit_previous": ("与前一条不相连", "does not follow from the entry before"),
    "audit_changed": ("内容被改动", "its content was changed"),
    "audit_head": ("末尾与记录的末端不符", "the end is not where it should be"),
    "audit_noted_form": ("应为 编号:散列：{value}", "must be a number, a colon and a hash: {value}"),
    "audit_noted": ("与另处记下的散列不符", "is not what was noted elsewhere"),
    "start_title": ("领取管理员密钥", "The key of the administrator"),
    "start_text": ("密钥只显示一次。领取后此链接失效。", "The key is shown once. After that this link is void."),
    "start_button": ("显示密钥", "Show the key"),
    "start_done": ("请妥善保存：", "Keep it safe:"),
    "start_use": ("每次请求带上：Authorization: Bearer 密钥", "Send it with each request: Authorization: Bearer KEY"),
    "start_void": ("此链接无效、已过期或已使用。", "This link is not valid, or not any more."),
}
