"""The words pictures use, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from viz.theme import Lang

_WORDS: dict[str, tuple[str, str]] = {
    "from": ("起", "From"),
    "to": ("讫", "To"),
    "departs": ("出发", "Departs"),
    "arrives": ("到达", "Arrives"),
    "service": ("班次", "Service"),
    "services": ("班次", "Services"),
    "operator": ("承运人", "Carrier"),
    "product": ("产品", "Product"),
    "emissions": ("碳排放", "Emissions"),
    "code": ("代码", "Code"),
    "kind": ("类型", "Kind"),
    "zone": ("时区", "Time zone"),
    "can": ("可办", "Can do"),
    "clears_export": ("出口报关", "export clearance"),
    "clears_import": ("进口报关", "import clearance"),
    "stuffs": ("装箱", "stuffing"),
    "strips": ("拆箱", "stripping"),
    "clearance": ("通关", "Clearance"),
    "stuff": ("装箱", "Stuffing"),
    "strip": ("拆箱", "Stripping"),
    "line": ("线形", "Line"),
    "approximate": ("示意（大圆线）", "sketch (great circle)"),
    "network": ("运输网络", "Transport network"),
    "route": ("运输方案", "Route"),
    "more": ("另有 {count} 个", "and {count} more"),
    "cost": ("运输成本", "Transport cost"),
    "arrival": ("到达", "Arrival"),
    "chart": ("成本与到达时间", "Cost against arrival"),
    "option": ("方案 {number}", "Option {number}"),
    "cluster": ("产业集群", "cluster"),
    "park": ("园区", "park"),
    "city": ("城市", "city"),
    "county_depot": ("县级集货点", "county depot"),
    "city_depot": ("市级集货点", "city depot"),
    "cfs": ("集装箱货运站", "container freight station"),
    "supervision": ("海关监管场所", "supervision place"),
    "bonded_zone": ("综合保税区", "bonded zone"),
    "rail_terminal": ("铁路场站", "rail terminal"),
    "border": ("口岸", "border point"),
    "seaport": ("海港", "seaport"),
    "airport": ("机场", "airport"),
    "warehouse": ("仓库", "warehouse"),
    "market": ("市场", "market"),
    "fcl": ("整箱", "full container"),
    "lcl": ("拼箱", "less than container"),
    "ftl": ("整车", "full truck"),
    "ltl": ("零担", "part load"),
    "air": ("空运货", "air cargo"),
    "parcel": ("包裹", "parcel"),
}


def word(key: str, lang: Lang, **values: object) -> str:
    """
    Return a word or phrase; an unknown key stands for itself.

    Examples
    --------
    >>> word("seaport", "zh"), word("option", "en", number=2), word("XYZ", "en")
    ('海港', 'Option 2', 'XYZ')
    """
    pair = _WORDS.get(key)
    if pair is None:
        return key
    return pair[0 if lang == "zh" else 1].format(**values)
