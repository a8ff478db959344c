"""Departures as the service knows them: what is free, what is allotted to whom, and changes of either."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from api.bodies import rfc3339
from api.bookings.sailings import Amount, Sailing, Sailings
from api.refusals import Refusal
from api.store.columns import new_id
from api.store.models import Allotment, AllottedRun, BookedLeg, Departure, Firm, Run
from data.timeaxis import TimeAxis

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from api.bookings.terms import Terms
    from api.store.session import ReadSession, Store, WriteSession
    from api.store.session import Scope as StoreScope
    from data import Catalogue

_NAMES = ("teu_milli", "mass_g", "volume_cm3")
Room = dict[str, int | None]


def room(values: Iterable[int | None]) -> Room:
    """Return an amount as JSON; null means without limit."""
    return dict(zip(_NAMES, values, strict=True))


def free_of(session: ReadSession, identifiers: Iterable[str]) -> dict[str, list[Run]]:
    """Return the runs of those departures that have rows."""
    found: dict[str, list[Run]] = {}
    asked = select(Run).where(Run.departure_id.in_(sorted(set(identifiers)))).order_by(Run.departure_id, Run.call)
    for run in session.all(asked):
        found.setdefault(run.departure_id, []).append(run)
    return found


def least_free(runs: Sequence[Run], capacity: Sequence[int | None], first: int = 0, last: int | None = None) -> Room:
    """
    Return what is free on all runs between two calls.

    Parameters
    ----------
    runs
        Rows of the departure, none if nothing was ever taken.
    capacity
        What the data set gives, which holds where there are no rows.
    first, last
        Positions of the calls.
    """
    found: list[int | None] = []
    for number, name in enumerate(_NAMES):
        within = [run for run in runs if first <= run.call and (last is None or run.call < last)]
        values = [
            getattr(run, f"capacity_{name}") - getattr(run, f"taken_{name}")
            for run in within
            if getattr(run, f"capacity_{name}") is not None
        ]
        found.append(min(values, default=None) if within else capacity[number])
    return room(found)


def add_free(store: Store, scope: StoreScope, catalogue: Catalogue, rows: list[dict[str, Any]]) -> None:
    """Add to rows of the departure board which departures they are, and what is free on their stretch."""
    sailings, axis = catalogue.derived(Sailings), catalogue.derived(TimeAxis)
    stretches = [
        sailings.stretch_of(
            row["service"],
            row["from"],
            row["to"],
            axis.to_min(dt.datetime.fromisoformat(row["depart_at"])),
            axis.to_min(dt.datetime.fromisoformat(row["arrive_at"])),
        )
        for row in rows
    ]
    with store.read(scope) as session:
        runs = free_of(session, [stretch.departure for stretch in stretches if stretch is not None])
    for row, stretch in zip(rows, stretches, strict=True):
        row["departure"], row["free"] = None, None
        sailing = None if stretch is None else sailings.find(stretch.departure)
        if stretch is not None and sailing is not None:
            known = runs.get(stretch.departure, [])
            row["departure"] = stretch.departure
            row["free"] = least_free(known, sailings.capacity(sailing), stretch.first_call, stretch.last_call)


def _taken(runs: Sequence[Run], call: int) -> Room:
    """Return what is taken on a run, what is allotted included."""
    found = next((run for run in runs if run.call == call), None)
    return room(0 if found is None else getattr(found, f"taken_{name}") for name in _NAMES)


def departure_json(session: ReadSession, sailings: Sailings, sailing: Sailing, identifier: str) -> dict[str, Any]:
    """Return a departure as JSON: its calls, and what is free between them."""
    row = session.one(select(Departure).where(Departure.id == identifier))
    runs = free_of(session, [identifier]).get(identifier, [])
    capacity = sailings.capacity(sailing) if row is None else row.capacity
    stops = sailings.stops(sailing)
    own = session.all(
        select(Allotment).where(Allotment.departure_id == identifier, Allotment.is_open).order_by(Allotment.id)
    )
    return {
        "id": identifier,
        "service": sailing.service.id,
        "mode": str(sailing.service.mode),
        "start_at": rfc3339(sailing.start_at),
        "capacity": room(capacity),
        "free": least_free(runs, capacity),
        "calls": [
            {"location": stop.location, "arrive_at": rfc3339(stop.arrive_at), "depart_at": rfc3339(stop.depart_at)}
            for stop in stops
        ],
        "runs": [
            {
                "from": stops[call].location,
                "to": stops[call + 1].location,
                "free": least_free(runs, capacity, call, call + 1),
                # How much others have taken is the business of those who look after all.
                "taken": _taken(runs, call) if session.scope.sees_all else None,
            }
            for call in range(len(stops) - 1)
        ],
        "allotments": [allotment_json(allotment) for allotment in own],
    }


def allotment_json(allotment: Allotment) -> dict[str, Any]:
    """Return an allotment as JSON."""
    return {
        "id": allotment.id,
        "firm": allotment.firm_id,
        "departure": allotment.departure_id,
        **room((allotment.teu_milli, allotment.mass_g, allotment.volume_cm3)),
        "release_at": rfc3339(allotment.release_at),
        "open": allotment.is_open,
    }


def locked_departure(session: WriteSession, identifier: str) -> Departure:
    """Return a departure that nobody else changes meanwhile."""
    rows = session.lock(select(Departure).where(Departure.id == identifier))
    if not rows:
        raise Refusal(why="not-found", subject=identifier)
    return rows[0]


def set_capacity(session: WriteSession, departure: Departure, capacity: Sequence[int | None]) -> None:
    """
    Change what every run of a departure can take.

    Raises
    ------
    Refusal
        When more than that is taken.
    """
    runs = session.lock(select(Run).where(Run.departure_id == departure.id).order_by(Run.call))
    for run in runs:
        for name, value in zip(_NAMES, capacity, strict=True):
            taken = getattr(run, f"taken_{name}")
            if value is not None and value < taken:
                raise Refusal(why="capacity-below-taken", detail=f"{name}: {taken} taken", subject=departure.id)
            setattr(run, f"capacity_{name}", value)
    departure.capacity = list(capacity)
    departure.is_set = True
    departure.version += 1
    session.flush()


def allot(
    session: WriteSession, terms: Terms, departure: Departure, firm: str, amount: Amount, release_at: dt.datetime | None
) -> Allotment:
    """
    Keep room on every run of a departure for a firm.

    Raises
    ------
    Refusal
        When there is not as much, or the firm has an allotment there already.
    """
    if session.one(select(Firm.id).where(Firm.id == firm)) is None:
        raise Refusal(why="not-found", subject=firm)
    if session.one(open_allotments(departure.id).where(Allotment.firm_id == firm)) is not None:
        raise Refusal(why="name-taken", detail="allotment", subject=departure.id)
    end = departure.start_at - terms.lasting("allotment_release", departure.mode)
    allotment = Allotment(
        id=new_id("al", session.now),
        firm_id=firm,
        departure_id=departure.id,
        teu_milli=amount.teu_milli,
        mass_g=amount.mass_g,
        volume_cm3=amount.volume_cm3,
        release_at=end if release_at is None else min(release_at, departure.start_at),
        created_at=session.now,
    )
    if allotment.release_at <= session.now:
        raise Refusal(why="departed", detail="allotment", subject=departure.id)
    session.insert([allotment])
    runs = session.lock(select(Run).where(Run.departure_id == departure.id).order_by(Run.call))
    for run in runs:
        _reserve(run, amount)
    session.insert([_allotted(allotment, run.call, amount) for run in runs])
    return allotment


def _allotted(allotment: Allotment, call: int, amount: Amount) -> AllottedRun:
    limits = {f"capacity_{name}": value for name, value in zip(_NAMES, amount, strict=True)}
    return AllottedRun(
        firm_id=allotment.firm_id,
        allotment_id=allotment.id,
        departure_id=allotment.departure_id,
        call=call,
        **limits,
    )


def _reserve(run: Run, amount: Amount) -> None:
    for name, value in zip(_NAMES, amount, strict=True):
        capacity, taken = getattr(run, f"capacity_{name}"), getattr(run, f"taken_{name}")
        if capacity is not None and value and taken + value > capacity:
            detail = f"{name}: {value} wanted, {max(0, capacity - taken)} free"
            raise Refusal(why="no-room", detail=detail, subject=run.departure_id)
        setattr(run, f"taken_{name}", taken + value)


def open_allotments(departure: str) -> Any:  # noqa: ANN401 - a statement
    """Return the statement for the allotments of a departure that have not ended."""
    return select(Allotment).where(Allotment.departure_id == departure, Allotment.is_open)


def close_allotment(session: WriteSession, allotment: Allotment) -> None:
    """End an allotment: what is left of it is free to all, what was taken of it is taken of all."""
    if not allotment.is_open:
        return
    where = (AllottedRun.departure_id == allotment.departure_id, AllottedRun.firm_id == allotment.firm_id)
    runs = session.lock(select(AllottedRun).where(*where).order_by(AllottedRun.call))
    for run in runs:
        left = {
            f"taken_{name}": getattr(Run, f"taken_{name}")
            - (getattr(run, f"capacity_{name}") - getattr(run, f"taken_{name}"))
            for name in _NAMES
        }
        session.change(update(Run).where(Run.departure_id == run.departure_id, Run.call == run.call).values(left))
    session.change(delete(AllottedRun).where(*where))
    session.forget(runs)
    nothing = {f"own_{name}": 0 for name in _NAMES}
    legs = (BookedLeg.departure_id == allotment.departure_id, BookedLeg.firm_id == allotment.firm_id)
    session.change(update(BookedLeg).where(*legs).values(nothing))
    allotment.is_open = False
    session.flush()
