"""What the service refuses although the request is well formed: one name for each, with its status and words."""

from __future__ import annotations

from dataclasses import dataclass

from api.store.session import Refused


@dataclass(frozen=True, slots=True)
class Kind:
    """Status of an answer, and what it says in Chinese and English."""

    status: int
    zh: str
    en: str


KINDS: dict[str, Kind] = {
    "unauthenticated": Kind(401, "需要 API 密钥", "An API key is needed"),
    "key-invalid": Kind(401, "密钥无效、已过期或已停用", "The key is not valid, or not any more"),
    "session-over": Kind(401, "登录已失效，请重新登录", "The session is over; log in again"),
    "csrf": Kind(
        403, "请求不是从本服务的页面发出的，请刷新页面再试",
        "The request does not come from a page of this service; load the page again",
    ),
    "log-in-failed": Kind(403, "登录失败", "Logging in failed"),
    "log-in-unknown": Kind(403, "没有为您开通的账户，请联系管理员", "No account is open to you"),
    "form-invalid": Kind(422, "表单填写有误", "The form has faults"),
    "no-provider": Kind(409, "未配置身份服务", "No identity provider is set up"),
    "wider": Kind(409, "只能收窄权限", "A key can only be narrowed"),
    "provider-unavailable": Kind(502, "身份服务暂不可用，请稍后再试", "The identity provider fails; try again"),
    "forbidden": Kind(403, "没有这项权限", "This key may not do that"),
    "wrong-host": Kind(421, "未启用身份验证时只接受本机地址", "Without keys only this machine's own names are served"),
    "no-store": Kind(503, "服务未配置数据库", "The service runs without a database"),
    "store-unavailable": Kind(503, "数据库暂不可用，请稍后重试", "The database cannot be used now; try again"),
    "not-found": Kind(404, "没有这个地址", "There is nothing at this address"),
    "key-missing": Kind(400, "写操作需要 Idempotency-Key 头", "A write needs the header Idempotency-Key"),
    "key-reused": Kind(
        422, "此 Idempotency-Key 已用于另一个请求", "This Idempotency-Key was used for another request"
    ),
    "match-missing": Kind(428, "修改需要 If-Match 头（先前的 ETag）", "A change needs If-Match with the ETag read"),
    "match-failed": Kind(412, "内容已被修改，请重新读取", "It was changed since it was read; read it again"),
    "wrong-state": Kind(409, "当前状态不允许此操作", "Its state does not allow that"),
    "quote-expired": Kind(409, "报价已过期，请重新询价", "The quote is not valid any more; ask again"),
    "option-unknown": Kind(422, "报价中没有这个方案", "The quote has no such option"),
    "departed": Kind(409, "班次已截止或已出发", "It is too late for the first departure"),
    "departure-gone": Kind(409, "班次不再开行", "A departure does not run any more"),
    "no-room": Kind(409, "舱位不足", "There is not enough room"),
    "no-rule": Kind(409, "规则表不允许此操作", "The tables of rules do not allow that"),
    "other-shipment": Kind(409, "新报价与原订舱的货物不同", "The new quote is for another shipment"),
    "other-way": Kind(409, "改期须用同样的班次，且更晚出发", "A roll-over keeps the services and departs later"),
    "capacity-below-taken": Kind(409, "低于已订或已分配的舱位", "More than that is taken already"),
    "name-taken": Kind(409, "名称已被使用", "The name is taken"),
    "no-terms": Kind(409, "数据集没有订舱条款", "The data set has no terms of booking"),
    "too-many-requests": Kind(429, "请求过于频繁，请稍后再试", "Too many requests; wait a little"),
    "too-slow": Kind(408, "请求正文发送过慢", "The body of the request took too long to arrive"),
    "too-many-headers": Kind(431, "请求头过多", "The request has too many headers"),
    "going-down": Kind(503, "服务正在停止", "The service is going down"),
    "not-migrated": Kind(503, "数据库不符合本版本", "The database does not fit this version"),
    "token-invalid": Kind(403, "一次性口令无效、已过期或已使用", "The one-time token is not valid, or not any more"),
    "plan-changed": Kind(
        409, "另一位调度员已改动此方案，您的改动未保存", "Somebody else changed this plan; your change was not kept"
    ),
    "rule-broken": Kind(409, "这样改动违反规则，未保存", "The change breaks a rule and was not kept"),
    "too-many-jobs": Kind(409, "等待中的作业过多", "Too many jobs of the firm are waiting"),
    "not-ended": Kind(409, "作业尚未结束", "The job has not ended yet"),
    "no-result": Kind(409, "作业没有结果", "Nothing came of the job"),
    "data-changed": Kind(
        409, "数据已改变，无法按现有数据展示", "The data set is another one now, by which it cannot be shown"
    ),
    "in-use": Kind(409, "仍被使用，不能更改或删除", "It is in use and can be neither changed nor deleted"),
    "rotation-changed": Kind(
        409, "已有订舱的班次在新数据集中挂靠不同", "Services with bookings call elsewhere in the new data set"
    ),
    "media-type": Kind(415, "不支持这种内容类型", "The content type is not one that is read here"),
    "last-admin": Kind(409, "不能停用最后一个管理员", "The last administrator stays"),
}  # fmt: skip


class Refusal(Refused):
    """
    A request that is refused.

    Parameters
    ----------
    why
        Key of `KINDS`; the end of the type URI of the problem.
    detail
        What exactly, in a few words.
    subject
        Id of what it is about.
    headers
        Of the answer.
    """

    def __init__(
        self, *, why: str, detail: str = "", subject: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        self.name = why
        self.kind = KINDS[why]
        self.detail = detail
        self.subject = subject
        self.headers = headers
        super().__init__(why)
