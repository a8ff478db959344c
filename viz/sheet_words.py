"""The words of a planner's maps, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viz.words import word

if TYPE_CHECKING:
    from data.records import Location
    from viz.theme import Lang

_WORDS: dict[str, tuple[str, str]] = {
    "network": ("运输网络", "Transport network"),
    "feeders": ("三级集货网络", "Three-tier feeder network"),
    "suspended": ("停运", "Suspended"),
    "seasonal": ("季节性", "Seasonal"),
    "active": ("在运行", "Running"),
    "scenario": ("情景线路", "Scenario lines"),
    "historic": ("历史线路", "Historic"),
    "places": ("地点", "Places"),
    "status": ("状态", "Status"),
    "runs": ("每周班次", "Departures a week"),
    "capacity": ("每周运力", "Capacity a week"),
    "used": ("未来 {days} 天已订", "Booked, next {days} days"),
    "used_teu": (
        "{percent} %（{taken} / {all} TEU，{count} 班）",
        "{percent} % ({taken} / {all} TEU, {count} departures)",
    ),
    "used_t": ("{percent} %（{taken} / {all} t，{count} 班）", "{percent} % ({taken} / {all} t, {count} departures)"),
    "teu": ("{value} TEU", "{value} TEU"),
    "tonnes": ("{value} t", "{value} t"),
    "and": ("{one}、{other}", "{one}, {other}"),
    "not_limited": ("表中无上限", "no limit in the tables"),
    "rerouted": ("改道", "Re-routed"),
    "line": ("{start} — {end}", "{start} — {end}"),
    "arrow": ("{start} → {end}", "{start} → {end}"),
    "tier_collect": ("集货点收货", "Collection to depots"),
    "tier_city": ("县级 → 市级", "County → city depot"),
    "tier_hub": ("市级 → 枢纽", "City depot → hub"),
    "county_depots": ("县级集货点", "County depots"),
    "city_depots": ("市级集货中心", "City depots"),
    "hubs": ("枢纽（港口、机场、铁路场站）", "Hubs (ports, airports, rail)"),
    "sources": ("产业集群与园区", "Clusters and parks"),
    "flows_plan": ("方案流量：{name}", "Flows of plan {name}"),
    "flows_period": ("订舱流量：{first} 至 {last}", "Booked flows, {first} to {last}"),
    "volume": ("体积", "Volume"),
    "mass": ("重量", "Mass"),
    "bookings": ("订舱数", "Bookings"),
    "departures": ("班次数", "Departures"),
    "m3": ("{value} m³", "{value} m³"),
    "kg": ("{value} kg", "{value} kg"),
    "day_of_departure": ("出发日（当地）", "Day of departure (local)"),
    "all_days": ("全部 {count} 条流，{first} 至 {last}", "All {count} flows, {first} to {last}"),
    "no_days": ("没有流量", "No flows"),
    "one_day": ("{day}：{count} 条流，{volume} m³", "{day}: {count} flows, {volume} m³"),
    "reach": ("从 {place} 出发的可达范围", "Reach from {place}"),
    "origin": ("起点", "Origin"),
    "band": ("≤ {days} 天", "≤ {days} days"),
    "beyond": ("超出时限或预算", "Beyond the days or the budget"),
    "fastest": ("最快", "Fastest"),
    "cheapest": ("最便宜", "Cheapest"),
    "days_cost": ("{days} 天，¥{cost}", "{days} days, ¥{cost}"),
    "days_cost_mode": ("{mode}：{days} 天，¥{cost}", "{mode}: {days} days, ¥{cost}"),
    "best_mode": ("最便宜：{mode}", "Cheapest by {mode}"),
    "catchments": ("海外仓服务范围", "Warehouse catchments"),
    "warehouses": ("海外仓", "Warehouses"),
    "idle": ("未优先服务任何市场的仓", "Best for no market"),
    "consignments": ("货物票数", "Consignments"),
    "line_name": ("班次", "Service"),
    "served": ("由海外仓服务", "Served from"),
    "serves": ("服务市场", "Markets served"),
    "markets": ("市场", "Markets"),
    "cost_line": ("最便宜的仓", "Cheapest warehouse"),
    "time_line": ("最快的仓", "Fastest warehouse"),
    "fee": ("拣货打包", "Pick and pack"),
    "last_mile": ("尾程派送", "Last mile"),
    "transport": ("运输", "Transport"),
    "change_pair": ("{before} → {after}", "{before} → {after}"),
    "lost": ("不再可达", "No longer reached"),
    "new": ("新增可达", "Newly reached"),
    "better": ("更便宜", "Cheaper"),
    "worse": ("更贵", "Dearer"),
    "slower": ("更慢", "Slower"),
    "faster": ("更快", "Faster"),
    "same": ("不变", "Unchanged"),
    "before_map": ("{name} · 现状", "{name} · as it is"),
    "after_map": ("{name} · 情景", "{name} · scenario"),
    "named": ("{name}（{what}）", "{name} ({what})"),
    "data_of": ("数据：{newest} 为止的事实，编号 {fingerprint}", "Data: facts up to {newest}, set {fingerprint}"),
    "cost": ("成本", "Cost"),
    "time": ("时间", "Time"),
    "days": ("{days} 天", "{days} days"),
    "emissions": ("碳排放", "CO2e"),
    "yuan": ("¥{value}", "¥{value}"),
    "none": ("无方案", "no way"),
}


def sheet_word(key: str, lang: Lang, **values: object) -> str:
    """
    Return a phrase of a planner's map.

    Examples
    --------
    >>> sheet_word("band", "en", days=10)
    '≤ 10 days'
    """
    return _WORDS[key][0 if lang == "zh" else 1].format(**values)


def place_name(row: Location, lang: Lang) -> str:
    """Return the name of a place in a language."""
    return row.name_zh if lang == "zh" else row.name_en


def place_facts(row: Location, lang: Lang) -> tuple[tuple[str, str], ...]:
    """Return what the popup of a place says of it."""
    return (word("code", lang), row.code), (word("kind", lang), word(row.kind, lang)), (word("zone", lang), row.zone)


def number(value: float, decimals: int = 0) -> str:
    """
    Return a number with separators.

    Examples
    --------
    >>> number(12345.67), number(3.456, 1)
    ('12,346', '3.5')
    """
    return f"{value:,.{decimals}f}"
