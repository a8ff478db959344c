"""Words of the description of the interface: groups of operations, and their names in Chinese."""

from __future__ import annotations

from typing import Any

OVERVIEW = (
    "Quotes, bookings and everything around them. Answers that are no success are problem documents (RFC 9457) whose "
    "`type` never changes its meaning. Times are RFC 3339, money is in minor units, mass in grams, volume in cm3.\n\n"
    "A write takes an `Idempotency-Key`: the same again gives the same answer. A change takes `If-Match` with the "
    "`ETag` of what was read. Lists come in pages: `next` of one is `after` of the following."
)
KEYS = "`Authorization: Bearer KEY`. Not needed where the service runs with HUBPORT_AUTH=off."

TAGS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "quotes": (("quotes",), "报价", "Every sensible way to move a shipment, with its price; kept and opened again"),
    "bookings": (("bookings",), "订舱", "Room on every departure of an option at once, or on none"),
    "departures": (
        ("departures", "allotments"),
        "班次与配额",
        "Dated runs of services, what is free on them, allotments",
    ),
    "network": (("locations", "network"), "网络", "Places and lines"),
    "customs": (("landed-costs", "regimes"), "通关与税费", "What is due on arrival, and which regimes are allowed"),
    "declarations": (("declarations",), "三单与清单", "Orders, payments and waybills matched, listed and summed up"),
    "schedules": (("schedules",), "口岸作业", "The work of the hubs of a plan, minute by minute"),
    "papers": (("papers",), "单证", "Papers of a plan or an option, and their schemas"),
    "identity": (("me", "first-key", "firms", "users", "keys"), "身份与权限", "Firms, users and keys"),
    "audit": (("audit",), "审计", "Who did what and when"),
}
"""Groups by name: which first words of addresses belong to them, and what they are."""

NAMES_ZH: dict[str, str] = {
    "delete_allotment": "释放配额",
    "delete_key": "吊销密钥",
    "get_allotment": "查看配额",
    "get_allotments": "列出配额",
    "get_audit": "列出审计记录",
    "get_booking": "查看订舱",
    "get_bookings": "列出订舱",
    "get_departure": "查看班次",
    "get_departures": "列出班次",
    "get_firm": "查看企业",
    "get_firms": "列出企业",
    "get_key": "查看密钥",
    "get_keys": "列出密钥",
    "get_landed_cost": "到岸税费（地址中提问）",
    "get_locations": "查找地点",
    "get_me": "我是谁",
    "get_network": "网络线路（GeoJSON）",
    "get_quote": "重新打开报价",
    "get_regimes": "可用监管方式（地址中提问）",
    "get_schema": "单证的 JSON Schema",
    "get_schemas": "有哪些单证",
    "get_user": "查看用户",
    "get_users": "列出用户",
    "patch_booking": "修改订舱",
    "patch_firm": "修改企业",
    "patch_user": "修改用户",
    "post_allotment": "给企业留舱",
    "post_booking": "订舱",
    "post_cancellation": "取消订舱",
    "post_confirmation": "确认订舱",
    "post_declarations": "核对三单、生成清单并归并",
    "post_firm": "新增企业",
    "post_first_key": "领取第一把密钥",
    "post_key": "新增密钥",
    "post_landed_cost": "到岸税费",
    "post_papers": "方案或报价的单证",
    "post_quote": "询价",
    "post_regimes": "可用监管方式",
    "post_roll": "改到更晚的班次",
    "post_rotation": "更换密钥",
    "post_schedules": "口岸作业计划",
    "post_user": "新增用户",
    "put_capacity": "设定班次运力",
}
"""What operations are called, by their id."""


def of_tag(name: str) -> dict[str, Any]:
    """Return the description of a group; one that is not listed has only its name."""
    _, zh, en = TAGS.get(name, ((), name, name))
    return {"name": name, "description": en, "x-name-zh": zh}
