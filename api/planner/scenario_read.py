"""A scenario, and the consignments it is tried on, read from the address of its page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from api.avoid import passage_of
from api.planner.compare import Question
from api.planner.consignment import FIELDS, USUAL, read_consignment, typed_place
from api.planner.scenario import MODES_OF_CHANGE, Scenario, addable, with_returns
from api.plans.kept import open_kept, plan_file
from api.refusals import Refusal
from data.fields import is_blank, read_count, read_list, read_place
from data.shipment import Filters

if TYPE_CHECKING:
    from fastapi import Request

    from api.desk import Desk
    from api.faults import Findings
    from api.identity.principal import Principal
    from api.store.session import Store
    from data.shipment import Shipment
    from viz.theme import Lang

LISTS = ("from", "to")
_MOST_PAIRS, _MOST_SHIPMENTS, _MOST_CLOSED = 60, 400, 30
_USUAL_ENDS = 8
_LEAST_PERCENT, _MOST_PERCENT = -90, 500


def read_scenario(request: Request, desk: Desk, found: Findings) -> Scenario:
    """Return the scenario of a request; faults go to `found`."""
    query = request.query_params
    closed = []
    items = read_list(found, "close", query.get("close"))
    if len(items) > _MOST_CLOSED:
        found.add("close", query.get("close"), "too_many", limit=_MOST_CLOSED)
    services = {row.id for row in desk.catalogue.services}
    for item in items[:_MOST_CLOSED]:
        known = passage_of(desk.catalogue, item) or (item if item in services else None)
        code = known or read_place(found, "close", item, desk.catalogue)
        if code is not None:
            closed.append(code)
    lines = {row.id for row in addable(desk.catalogue)}
    added = []
    for item in query.getlist("add"):
        if item in lines:
            added.append(item)
        else:
            found.add("add", item, "not_addable")
    return Scenario(
        name=query.get("name", "").strip()[:80],
        closed=tuple(dict.fromkeys(closed)),
        added=with_returns(desk.catalogue, dict.fromkeys(added)),
        prices=_percents(request, "price", found),
        runs=_percents(request, "runs", found),
        duty=_percent(request, "duty", found),
    )


def _percents(request: Request, kind: str, found: Findings) -> tuple[tuple[str, int], ...]:
    changes = ((mode, _percent(request, f"{kind}_{mode}", found)) for mode in MODES_OF_CHANGE)
    return tuple((mode, percent) for mode, percent in changes if percent)


def _percent(request: Request, name: str, found: Findings) -> int:
    text = request.query_params.get(name, "").strip().removesuffix("%").strip()
    if is_blank(text):
        return 0
    value = read_count(found, name, text.removeprefix("+"), low=_LEAST_PERCENT, high=_MOST_PERCENT)
    return value or 0


def typed_question(request: Request, desk: Desk, lang: Lang) -> dict[str, str]:
    """Return what was typed of the consignments; the usual ones where nothing was."""
    query = request.query_params
    names = (*LISTS, *FIELDS, "within", "plan")
    typed = {name: query[name].strip() for name in names if query.get(name, "").strip()}
    if not typed:
        ends = {
            side: ", ".join(typed_place(desk.catalogue, code, lang) for code in _usual_ends(desk, side))
            for side in LISTS
        }
        typed = ends | USUAL | {"within": str(longest_days(desk))}
    return typed


def longest_days(desk: Desk) -> int:
    """Return how many days the longest journey takes that a network searches, so that no mode is left out by time."""
    return desk.catalogue.setting_int("search_days")


def _usual_ends(desk: Desk, side: str) -> list[str]:
    """Return where cargo of a data set usually starts, or where most of it goes."""
    home = desk.catalogue.setting("home_territory")
    if side == "from":
        ranks = {"city_depot": 0, "city": 1, "cluster": 2}
        places = [row for row in desk.catalogue.locations if row.territory == home and row.kind in ranks]
        chosen = sorted(places, key=lambda row: ranks[row.kind])[:2]
        return [row.code for row in chosen] or [desk.catalogue.locations[0].code]
    weights: dict[str, float] = {}
    for row in desk.catalogue.demand_places:
        if row.direction == "export":
            weights[row.location] = weights.get(row.location, 0.0) + float(row.weight)
    ranked = sorted(weights, key=lambda code: (-weights[code], code))
    return ranked[:_USUAL_ENDS] or [desk.catalogue.locations[-1].code]


def read_question(
    request: Request, desk: Desk, store: Store | None, principal: Principal, typed: dict[str, str], found: Findings,
    lang: Lang,
) -> Question | None:  # fmt: skip
    """
    Return a scenario with its consignments, None with faults in `found`.

    Raises
    ------
    Refusal
        When a plan is named that is none for the caller.
    """
    scenario = read_scenario(request, desk, found)
    within = None
    if not is_blank(typed.get("within")):
        within = read_count(found, "within", typed["within"], low=1, high=longest_days(desk))
    if typed.get("plan"):
        if store is None or "plans:read" not in principal.permissions:
            raise Refusal(why="forbidden" if store else "no-store", detail="needs plans:read")
        with store.read(principal.scope) as session:
            kept = open_kept(session, "plan", typed["plan"])
        cargo = plan_file(kept, desk).cargo
        shipments = tuple((one.id, one) for one in list(cargo)[:_MOST_SHIPMENTS])
        return None if found.faults else Question(scenario, shipments, Filters(), within)
    pairs = _pairs(desk, typed, found, lang)
    return None if found.faults or not pairs else Question(scenario, tuple(pairs), Filters(), within)


def _pairs(desk: Desk, typed: dict[str, str], found: Findings, lang: Lang) -> list[tuple[str, Shipment]]:
    """Return a consignment for each pair of places."""
    codes: dict[str, list[str]] = {}
    for side in LISTS:
        items = read_list(found, side, typed.get(side))
        if not items:
            found.add(side, None, "required")
        places = [read_place(found, side, item, desk.catalogue) for item in items]
        codes[side] = [code for code in dict.fromkeys(places) if code is not None]
    count = len(codes["from"]) * len(codes["to"])
    if count > _MOST_PAIRS:
        found.add("to", typed.get("to"), "too_many_pairs", limit=_MOST_PAIRS, count=count)
    if found.faults:
        return []
    asked = read_consignment(desk, typed, [], found, origin=codes["from"][0])
    if asked is None:
        return []
    names = {row.code: row.name_zh if lang == "zh" else row.name_en for row in desk.catalogue.locations}
    return [
        (f"{names[start]} → {names[end]}", replace(asked.shipment, origin=start, destination=end))
        for start in codes["from"]
        for end in codes["to"]
        if start != end
    ]
