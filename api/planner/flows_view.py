"""The view of flows: of a kept plan, or of what is booked to depart within some days."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from api.bookings.sailings import Sailings, call_minutes
from api.faults import Findings
from api.planner.shown import Later, View
from api.plans.kept import open_kept, plan_file
from api.present import mode_name
from api.refusals import Refusal
from api.store.models import BookedLeg, Booking
from api.store.models_jobs import KeptResult
from viz.sheet_flows import Move, cubic, flow_sheet, flows_of
from viz.sheet_words import number, place_name, sheet_word

if TYPE_CHECKING:
    from fastapi import Request

    from api.desk import Desk
    from api.identity.principal import Principal
    from api.store.session import ReadSession, Store
    from viz.sheet_flows import Flow
    from viz.theme import Lang

_DAYS = 28
_MOST_DAYS = 370
_MOST_PLANS, _MOST_ROWS = 50, 200
_LIVE = ("held", "confirmed")


def flows_view(request: Request, desk: Desk, store: Store | None, principal: Principal, lang: Lang) -> View:
    """Return the view of the flows that a request asks for."""
    found = Findings()
    plan = request.query_params.get("plan", "").strip()
    first, last = _period(request, desk, found)
    moves: list[Move] = []
    title = sheet_word("flows_period", lang, first=first.isoformat(), last=last.isoformat())
    plans: list[KeptResult] = []
    if store is not None:
        with store.read(principal.scope) as session:
            plans = _plans(session, principal)
            if plan and not found.faults:
                moves, name = _plan_moves(session, desk, principal, plan)
                title = sheet_word("flows_plan", lang, name=name)
            elif not found.faults:
                moves = _booked_moves(session, desk, first, last)
    flows = flows_of(desk.book, moves)
    return View(
        template="flows",
        name="flows",
        sheets={"map": Later(title, lambda: flow_sheet(desk.book, flows, lang, title=title))} if flows else {},
        values={
            "plan": plan, "first": first.isoformat(), "last": last.isoformat(), "title_of_map": title,
            "plans": [(row.id, row.name or row.id) for row in plans], "has_store": store is not None,
            "rows": [_row(desk, flow, lang) for flow in flows[:_MOST_ROWS]], "count": len(flows), "most": _MOST_ROWS,
            "volume": cubic(sum(flow.volume_cm3 for flow in flows), lang),
        },
        faults=tuple(found.faults),
    )  # fmt: skip


def _period(request: Request, desk: Desk, found: Findings) -> tuple[dt.date, dt.date]:
    """Return the first and last day of departure that count; four weeks from now when nothing is said."""
    today = desk.clock().date()
    days: dict[str, dt.date] = {"first": today, "last": today + dt.timedelta(days=_DAYS - 1)}
    for name in days:
        text = request.query_params.get(name, "").strip()
        if text:
            try:
                days[name] = dt.date.fromisoformat(text)
            except ValueError:
                found.add(name, text, "date_only")
    if "first" in request.query_params and not request.query_params.get("last"):
        days["last"] = days["first"] + dt.timedelta(days=_DAYS - 1)
    if not found.faults and days["last"] < days["first"]:
        found.add("last", days["last"].isoformat(), "after_first")
    elif not found.faults and (days["last"] - days["first"]).days > _MOST_DAYS:
        found.add("last", days["last"].isoformat(), "too_many_days", limit=_MOST_DAYS)
    return days["first"], days["last"]


def plans_of(store: Store | None, principal: Principal) -> list[tuple[str, str]]:
    """Return ids and names of the newest kept plans that the caller may see."""
    if store is None:
        return []
    with store.read(principal.scope) as session:
        return [(row.id, row.name or row.id) for row in _plans(session, principal)]


def _plans(session: ReadSession, principal: Principal) -> list[KeptResult]:
    """Return the newest kept plans that the caller may see."""
    if "plans:read" not in principal.permissions:
        return []
    asked = select(KeptResult).where(KeptResult.kind == "plan").order_by(KeptResult.created_at.desc())
    return list(session.all(asked.limit(_MOST_PLANS)))


def _plan_moves(session: ReadSession, desk: Desk, principal: Principal, plan: str) -> tuple[list[Move], str]:
    """
    Return what a kept plan moves, and its name.

    Raises
    ------
    Refusal
        When there is no such plan for the caller.
    """
    if "plans:read" not in principal.permissions:
        raise Refusal(why="forbidden", detail="needs plans:read")
    kept = open_kept(session, "plan", plan)
    return plan_moves(desk, plan_file(kept, desk).plan.bookings), kept.row.name or plan


def plan_moves(desk: Desk, bookings: Any) -> list[Move]:  # noqa: ANN401 - bookings of data.plan
    """Return what the bookings of a plan move, by the local day of departure."""
    return [
        Move(
            one.service, one.origin, one.destination,
            desk.axis.local_date(one.depart_min, desk.catalogue.location(one.origin).zone).isoformat(),
            one.volume_cm3, one.mass_g,
        )
        for one in bookings
    ]  # fmt: skip


def _booked_moves(session: ReadSession, desk: Desk, first: dt.date, last: dt.date) -> list[Move]:
    """Return what is held or confirmed on departures of a period; services that the tables lack are left out."""
    # A leg departs days after the first call of its departure, at most as long as a rotation lasts.
    early = dt.datetime.combine(first, dt.time(), dt.UTC) - dt.timedelta(days=120)
    asked = (
        select(
            BookedLeg.departure_id, BookedLeg.first_call, BookedLeg.last_call, BookedLeg.volume_cm3, BookedLeg.mass_g
        )
        .join(Booking, Booking.id == BookedLeg.booking_id)
        .where(Booking.state.in_(_LIVE), Booking.arrive_at >= early, BookedLeg.is_waiting.is_(False))
        .order_by(BookedLeg.booking_id, BookedLeg.number)
    )
    sailings = desk.catalogue.derived(Sailings)
    moves = []
    for leg in session.rows(asked):
        service = leg.departure_id.partition("@")[0]
        if service not in desk.book.services:
            continue
        calls = desk.catalogue.calls_of(service)
        sailing = sailings.find(leg.departure_id)
        if sailing is None or leg.last_call >= len(calls):
            continue
        origin = calls[leg.first_call].location
        leaves = sailing.start_min + call_minutes(calls)[leg.first_call][1]
        day = desk.axis.local_date(leaves, desk.catalogue.location(origin).zone)
        if first <= day <= last:
            end = calls[leg.last_call].location
            moves.append(Move(service, origin, end, day.isoformat(), leg.volume_cm3, leg.mass_g))
    return moves


def _row(desk: Desk, flow: Flow, lang: Lang) -> dict[str, str]:
    start, end = (place_name(desk.book.locations[code], lang) for code in (flow.origin, flow.destination))
    days = sorted({move.day for move in flow.moves})
    return {
        "mode": flow.mode, "mode_name": mode_name(flow.mode, lang), "from": start, "to": end,
        "volume": cubic(flow.volume_cm3, lang), "mass": number(flow.mass_g / 1000), "count": number(flow.bookings),
        "first": days[0], "last": days[-1],
    }  # fmt: skip
