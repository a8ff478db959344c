"""The view of catchments: which overseas warehouse serves which market fastest, and which cheapest."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

from api.faults import Findings
from api.planner.consignment import network_of
from api.planner.shown import Later, View
from data.fields import is_blank, read_count, read_measure
from data.shipment import Filters, Shipment
from data.values import DAY_MIN
from viz.sheet_reach import Served, catchment_sheet
from viz.sheet_words import number, place_name, sheet_word

if TYPE_CHECKING:
    from fastapi import Request

    from api.desk import Desk
    from data.records_warehouses import Warehouse
    from network import Network
    from viz.theme import Lang

_MOST_G, _G_PER_KG = 70_000, 1000
_CM3_PER_G = 5
"""Parcels are taken to be as light as the usual volumetric rule lets them be: 5 cm3 to the gram."""
_MOST_DAYS = 60
_MOST_KEPT = 8
_NEVER, _NO_COST = 1e9, 1 << 60
_kept: dict[tuple[str, int, int, str], list[Served]] = {}
_lock = Lock()


def catchment_view(request: Request, desk: Desk, lang: Lang) -> View:
    """Return the view of catchments that a request asks for."""
    found = Findings()
    query = request.query_params
    typed = {
        "parcel_kg": query.get("parcel_kg", "2").strip() or "2",
        "within": query.get("within", "15").strip() or "15",
    }
    grams = read_measure(found, "parcel_kg", typed["parcel_kg"], units=_G_PER_KG, limit=_MOST_G)
    days = read_count(found, "within", typed["within"], low=1, high=_MOST_DAYS)
    by = query.get("by", "cost")
    if by not in {"cost", "time"}:
        found.add("by", by, "choice", choices="cost, time")
    values: dict[str, Any] = {"typed": typed, "by": by, "rows": [], "markets": []}
    if found.faults or is_blank(grams) or grams is None or days is None:
        return View(template="catchments", name="catchments", values=values, faults=tuple(found.faults))
    codes = warehouses_of(desk)
    served = _served_kept(desk, grams, days)
    later = Later(
        sheet_word("catchments", lang),
        lambda: catchment_sheet(desk.book, served, codes, lang, is_by_time=by == "time"),
    )
    values |= {
        "rows": _rows(desk, served, codes, lang), "markets": [_market(desk, one, lang) for one in served],
        "count": sum(one.cheapest is not None for one in served), "all": len(served),
    }  # fmt: skip
    return View(template="catchments", name="catchments", sheets={"map": later} if codes else {}, values=values)


def warehouses_of(desk: Desk) -> list[str]:
    """Return the places of warehouses that serve third parties, or may."""
    rows = [row.location for row in desk.catalogue.warehouses if _serves_others(row)]
    return list(dict.fromkeys(rows))


def _serves_others(row: Warehouse) -> bool:
    """Return whether a warehouse serves third parties, or may; those of marketplaces serve their own shop."""
    from network.warehouse.marketplaces import is_marketplace  # noqa: PLC0415 - the network is slow to load

    return row.access != "private" and not is_marketplace(row)


def _served_kept(desk: Desk, grams: int, days: int) -> list[Served]:
    """Return the catchments of a data set, worked out once a day."""
    key = (desk.catalogue.fingerprint, grams, days, desk.clock().date().isoformat())
    with _lock:
        if key not in _kept:
            while len(_kept) >= _MOST_KEPT:
                del _kept[next(iter(_kept))]
            _kept[key] = served_markets(desk, network_of(desk), grams, days)
        return _kept[key]


def served_markets(desk: Desk, network: Network, grams: int, days: int) -> list[Served]:
    """
    Return for every market the warehouse from which a parcel gets there fastest, and the one from which it is cheapest.

    The price is what the fee card asks for picking and packing, and for the last mile where the market lies in the
    territory of the warehouse and the card has a price for it; else what the network asks from door to door.
    """
    from network.reach import reach  # noqa: PLC0415

    markets = [row for row in desk.catalogue.locations if row.kind == "market"]
    wanted = frozenset(row.code for row in markets)
    fastest: dict[str, tuple[float, int, str]] = {}
    cheapest: dict[str, tuple[int, float, str]] = {}
    for code in warehouses_of(desk):
        shipment = Shipment(
            origin=code, destination=code, mass_g=grams, volume_cm3=max(1, grams * _CM3_PER_G), ready_at=desk.clock()
        )
        fees = _Fees(desk, code, grams)
        found = reach(network, shipment, Filters(), days=days, places=wanted - {code})
        for market, ways in found.ways.items():
            for way in ways:
                cost = fees.of(market, way.cost_cny_minor)
                taken = round((way.arrive_min - found.start_min) / DAY_MIN, 2)
                fastest[market] = min((taken, cost, code), fastest.get(market, (_NEVER, 0, "")))
                cheapest[market] = min((cost, taken, code), cheapest.get(market, (_NO_COST, 0.0, "")))
    return [
        Served(
            row.code,
            None if row.code not in fastest else (fastest[row.code][2], *fastest[row.code][:2]),
            None if row.code not in cheapest else (cheapest[row.code][2], *cheapest[row.code][1::-1]),
        )
        for row in markets
    ]


class _Fees:
    """What a warehouse asks for one parcel, in fen."""

    def __init__(self, desk: Desk, location: str, grams: int) -> None:
        # The prices of warehouses belong to the network.
        from network.warehouse import Cards, Order, order_lines  # noqa: PLC0415

        catalogue = desk.catalogue
        self._territory = {row.code: row.territory for row in catalogue.locations}
        self._home = self._territory[location]
        self._picking, self._last_mile = 0, None
        row = next(one for one in catalogue.warehouses if one.location == location and _serves_others(one))
        card = catalogue.derived(Cards).of(row, desk.clock().date())
        if card is None:
            return
        lines = order_lines(card, Order(lines=((grams, 1),)))
        self._picking = sum(_fen(line.minor, card.rate) for line in lines["pick_pack"])
        if lines["last_mile"]:
            self._last_mile = sum(_fen(line.minor, card.rate) for line in lines["last_mile"])

    def of(self, market: str, way: int) -> int:
        """Return the price of a parcel to a market, given that of the network's way there."""
        is_home = self._territory[market] == self._home
        return self._picking + (self._last_mile if is_home and self._last_mile is not None else way)


def _fen(minor: int, rate: Any) -> int:  # noqa: ANN401 - a row of exchange rates
    from data.money import to_fen  # noqa: PLC0415

    return to_fen(minor, rate)


def _rows(desk: Desk, served: list[Served], codes: list[str], lang: Lang) -> list[dict[str, Any]]:
    """Return one row for each warehouse that is best for some market."""
    found = []
    for code in codes:
        fast = [one.market for one in served if one.fastest and one.fastest[0] == code]
        cheap = [one.market for one in served if one.cheapest and one.cheapest[0] == code]
        if fast or cheap:
            found.append(
                {"code": code, "name": _name(desk, code, lang), "fast": _names(desk, fast, lang),
                 "cheap": _names(desk, cheap, lang), "count": len(set(fast) | set(cheap))}
            )  # fmt: skip
    return sorted(found, key=lambda row: (-row["count"], row["code"]))


def _names(desk: Desk, codes: list[str], lang: Lang) -> str:
    return ("、" if lang == "zh" else ", ").join(_name(desk, code, lang) for code in codes) or "–"


def _name(desk: Desk, code: str, lang: Lang) -> str:
    return place_name(desk.catalogue.location(code), lang)


def _market(desk: Desk, one: Served, lang: Lang) -> dict[str, Any]:
    shown: dict[str, Any] = {"code": one.market, "name": _name(desk, one.market, lang)}
    for key, best in (("fast", one.fastest), ("cheap", one.cheapest)):
        shown[key] = None if best is None else {
            "name": _name(desk, best[0], lang), "days": number(best[1], 1), "cost": number(best[2] / 100, 2)
        }  # fmt: skip
    return shown
