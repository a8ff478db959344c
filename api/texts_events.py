"""How faults of events and webhooks are worded, in both languages."""

from __future__ import annotations

EVENT_FAULTS: dict[str, tuple[str, str]] = {
    "event_object": ("应为 JSON 对象", "must be a JSON object"),
    "event_list": ("应为数组", "must be an array"),
    "event_empty": ("至少须有一项", "must have at least one item"),
    "event_repeated": ("有重复项", "has an item twice"),
    "event_word": ("应为 {choices} 之一", "must be one of: {choices}"),
    "event_vocabulary": (
        "不是 CBV 用语{near_zh}；自定用语须写成 URI",
        "is no word of CBV{near_en}; words of your own must be URIs",
    ),
    "event_uri": ("应为 URI，最多 255 个字符", "must be a URI of at most 255 characters"),
    "event_time": (
        "应为带时区的 RFC 3339 时刻，1970 年之后、9000 年之前",
        "must be an RFC 3339 time with its zone, after 1970 and before 9000",
    ),
    "event_future": ("晚于现在 {now}", "is later than now, {now}"),
    "event_offset": ("应为 +08:00 一类的时差，最大 14:00", "must be an offset such as +08:00, at most 14:00"),
    "event_version": ("应为 {expected}", "must be {expected}"),
    "event_context": (
        "须含 EPCIS 的 JSON-LD 上下文，如 {expected}",
        "must hold the JSON-LD context of EPCIS, {expected}",
    ),
    "event_prefix": ("前缀未在 @context 中定义", "has a prefix that @context does not define"),
    "event_type": (
        "只接收 ObjectEvent 与 AggregationEvent",
        "cannot be captured here: only ObjectEvent and AggregationEvent can",
    ),
    "event_nothing": ("事件须写明对象：{fields}", "must say what it is about: {fields}"),
    "event_parent": ("ADD 与 DELETE 须有 parentID", "is needed with ADD and DELETE"),
    "event_ilmd": ("只用于 ADD", "goes with ADD only"),
    "event_number": ("应为不小于 0 的数，小于 10 的 15 次方", "must be a number, not below 0 and below 10 to the 15"),
    "event_unit": ("应为两到三位单位代码", "must be a unit code of two or three characters"),
    "event_booking": ("没有这个订舱", "names a booking that does not exist"),
    "event_differs": (
        "同一 eventID 已有内容不同的事件",
        "is the eventID of an event that was captured with other content",
    ),
    "event_reserved": ("urn:hubport: 的事件编号由本服务给出", "begins with urn:hubport:, which only the service gives"),
    "event_large": ("过大：一个事件最多 {limit} 个对象", "is too large: an event has at most {limit} objects"),
    "event_deep": ("嵌套过深", "is nested too deeply"),
    "webhook_url": ("应为 https 地址，不含用户名与片段", "must be an https address without user and fragment"),
    "webhook_address": ("不能是本机或内部地址", "must not be an address of this machine or of an inner network"),
    "period": ("应为 2026-01 一类的月份", "must be a month such as 2026-01"),
    "periods": ("应不早于 from", "must not be before from"),
}
