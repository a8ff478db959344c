"""The view of reach: how far a consignment gets within days and a budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from api.faults import Findings
from api.planner.consignment import FIELDS, USUAL, network_of, read_consignment, typed_fields, typed_place
from api.planner.shown import Later, View
from api.present import mode_name, when
from data.fields import is_blank, read_count, read_list
from data.shipment import Shipment
from data.values import DAY_MIN
from viz.sheet_reach import Reached, band_of, reach_sheet, yuan
from viz.sheet_words import number, place_name, sheet_word
from viz.theme import MODES
from viz.words import word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fastapi import Request

    from api.desk import Desk
    from api.planner.consignment import Asked
    from network import Network
    from network.reach import Way
    from viz.theme import Lang

MAIN_MODES = ("air", "sea", "rail", "road")
"""Modes that give a way its character, the first that is on it."""
_DAYS = "10,15,20"
_MOST_DAYS, _MOST_BANDS, _MOST_BUDGET = 120, 5, 100_000_000
_KINDS = ("market", "seaport", "airport", "rail_terminal", "warehouse")
_FEN = 100
_MOST_ROWS = 400


class _Limits(NamedTuple):
    """Upper ends of the bands in days, most fen or None, kinds of places, and how marks are coloured."""

    days: tuple[int, ...]
    most: int | None
    kinds: tuple[str, ...]
    is_by_mode: bool


def reach_view(request: Request, desk: Desk, lang: Lang) -> View:
    """Return the view of the reach that a request asks for."""
    found = Findings()
    usual = {"from": typed_place(desk.catalogue, _usual_origin(desk), lang), **USUAL, "days": _DAYS, "budget": "20000"}
    typed = typed_fields(request, ("from", *FIELDS, "days", "budget"), usual)
    modes = [mode for mode in request.query_params.getlist("modes") if mode]
    limits = _limits(request, typed, found)
    asked = read_consignment(desk, typed, [] if set(modes) >= set(MODES) else modes, found, origin=None)
    values: dict[str, Any] = {
        "typed": typed, "modes": [(mode, mode_name(mode, lang)) for mode in MODES],
        "checked": modes or list(MODES), "limits": limits,
        "kinds": [(kind, word(kind, lang)) for kind in _KINDS], "rows": [], "bands": [], "ready": "",
    }  # fmt: skip
    if asked is None or found.faults:
        return View(template="reach", name="reach", values=values, faults=tuple(found.faults))
    reached, is_complete = find_reached(network_of(desk), desk, asked, limits)
    origin = asked.shipment.origin
    place = place_name(desk.catalogue.location(origin), lang)
    later = Later(
        sheet_word("reach", lang, place=place),
        lambda: reach_sheet(desk.book, origin, reached, lang, days=limits.days, is_by_mode=limits.is_by_mode),
    )
    values |= {
        "rows": [_row(desk, one, limits.days, lang) for one in reached[:_MOST_ROWS]],
        "count": len(reached), "most": _MOST_ROWS, "is_complete": is_complete,
        "origin": place,
        "bands": _bands(reached, limits.days),
        "ready": when(asked.shipment.ready_at.astimezone(_zone(desk, origin)).isoformat()),
    }  # fmt: skip
    return View(template="reach", name="reach", sheets={"map": later}, values=values)


def _zone(desk: Desk, origin: str) -> Any:  # noqa: ANN401 - a time zone
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    return ZoneInfo(desk.catalogue.location(origin).zone)


def _usual_origin(desk: Desk) -> str:
    """Return where cargo may come from: the first cluster or city of the home territory."""
    home = desk.catalogue.setting("home_territory")
    kinds = ("city_depot", "city", "cluster")
    for kind in kinds:
        found = [row for row in desk.catalogue.locations if row.kind == kind and row.territory == home]
        if found:
            return found[-1].code
    return desk.catalogue.locations[0].code


def _limits(request: Request, typed: Mapping[str, str], found: Findings) -> _Limits:
    """Return the limits of a question; faults go to `found`."""
    items = read_list(found, "days", typed.get("days") or _DAYS)
    days = [read_count(found, "days", item, low=1, high=_MOST_DAYS) for item in items[:_MOST_BANDS]]
    if len(items) > _MOST_BANDS:
        found.add("days", typed.get("days"), "too_many", limit=_MOST_BANDS)
    budget = typed.get("budget")
    most = None if is_blank(budget) else read_count(found, "budget", budget, low=1, high=_MOST_BUDGET)
    kinds = tuple(kind for kind in request.query_params.getlist("kinds") if kind in _KINDS)
    colour = request.query_params.get("colour", "days")
    if colour not in {"days", "mode"}:
        found.add("colour", colour, "choice", choices="days, mode")
    bands = tuple(sorted({value for value in days if value is not None})) or (20,)
    return _Limits(bands, None if most is None else most * _FEN, kinds or ("market",), colour == "mode")


def find_reached(network: Network, desk: Desk, asked: Asked, limits: _Limits) -> tuple[list[Reached], bool]:
    """Return what is reached within limits, the fastest first, and whether the search ended of its own accord."""
    from network.reach import reach  # noqa: PLC0415

    places = frozenset(row.code for row in desk.catalogue.locations if row.kind in limits.kinds)
    shipment: Shipment = asked.shipment
    found = reach(network, shipment, asked.filters, days=limits.days[-1], most_cny_minor=limits.most, places=places)
    reached = [_reached(network, code, ways, found.start_min) for code, ways in found.ways.items()]
    return sorted(reached, key=lambda one: (one.fastest[0], one.code)), found.is_complete


def _reached(network: Network, code: str, ways: Sequence[Way], start: int) -> Reached:
    by_mode: dict[str, tuple[float, int]] = {}
    # From the earliest to the cheapest: what comes later of a mode is its cheapest.
    for way in ways:
        by_mode[main_mode(network, way)] = _measures(way, start)
    return Reached(
        code, _measures(ways[0], start), _measures(ways[-1], start), main_mode(network, ways[-1]),
        main_mode(network, ways[0]), by_mode,
    )  # fmt: skip


def _measures(way: Way, start: int) -> tuple[float, int]:
    return round((way.arrive_min - start) / DAY_MIN, 2), way.cost_cny_minor


def main_mode(network: Network, way: Way) -> str:
    """Return the mode that gives a way its character."""
    services = (network.legs[hop.leg].service for hop in way.hops)
    used = {str(service.mode) for service in services if service is not None}
    return next((mode for mode in MAIN_MODES if mode in used), "road")


def _bands(reached: Sequence[Reached], days: Sequence[int]) -> list[dict[str, int]]:
    """Return how many places are reached within each number of days, those of shorter ones as well."""
    return [{"days": limit, "count": sum(one.fastest[0] <= limit for one in reached)} for limit in days]


def _row(desk: Desk, one: Reached, days: Sequence[int], lang: Lang) -> dict[str, Any]:
    row = desk.catalogue.location(one.code)
    return {
        "code": one.code, "name": place_name(row, lang), "kind": word(row.kind, lang),
        "band": days[band_of(one.fastest[0], days)],
        "fast_days": number(one.fastest[0], 1), "fast_cost": yuan(one.fastest[1]),
        "fast_mode": one.fast_mode, "fast_mode_name": mode_name(one.fast_mode, lang),
        "cheap_days": number(one.cheapest[0], 1), "cheap_cost": yuan(one.cheapest[1]),
        "cheap_mode": one.mode, "cheap_mode_name": mode_name(one.mode, lang),
        "by_mode": [(mode, mode_name(mode, lang), number(d, 1), yuan(fen)) for mode, (d, fen) in one.by_mode.items()],
    }  # fmt: skip
