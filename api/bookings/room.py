"""
Taking room on departures, all of it or none, and giving it back.

One conditional statement takes what a leg needs on all its runs: it changes a run only if enough is free, and the
number of runs it changed says whether it was on all. The checks of the table are the last line behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Table, Update, bindparam, or_, select, update

from api.bookings.sailings import Amount, Sailing, Sailings
from api.refusals import Refusal
from api.store.models import AllottedRun, BookedLeg, Departure, Run, table_of

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import Select

    from api.store.session import ReadSession, Store, WriteSession
    from api.store.session import Scope as StoreScope

_SEEN = 100_000
_NAMES = ("teu_milli", "mass_g", "volume_cm3")


def _taking(table: Table) -> Update:
    """Return the statement that takes more on each run of a stretch on which it is free; it is built once."""
    free, taken = [], {}
    for name in _NAMES:
        more = bindparam(f"more_{name}", type_=BigInteger)
        taken[f"taken_{name}"] = table.c[f"taken_{name}"] + more
        free.append(or_(table.c[f"capacity_{name}"].is_(None), taken[f"taken_{name}"] <= table.c[f"capacity_{name}"]))
    stretch = (
        table.c.departure_id == bindparam("departure"),
        table.c.call >= bindparam("first_call"),
        table.c.call < bindparam("last_call"),
    )
    return update(table).where(*stretch, *free).values(taken)


_TAKE = _taking(table_of(Run))
_TAKE_OWN = _taking(table_of(AllottedRun)).where(table_of(AllottedRun).c.firm_id == bindparam("firm"))


def missing_departures(store: Store, session: ReadSession, identifiers: Iterable[str]) -> list[str]:
    """Return the departures that have no rows yet; rows never go, so those that were seen once are not asked for."""
    wanted = sorted(set(identifiers) - store.seen)
    if not wanted:
        return []
    known = set(session.all(select(Departure.id).where(Departure.id.in_(wanted))))
    if len(store.seen) > _SEEN:
        store.seen.clear()
    store.seen.update(known)
    return [identifier for identifier in wanted if identifier not in known]


def add_departures(
    store: Store, scope: StoreScope, sailings: Sailings, identifiers: Sequence[str], now: dt.datetime
) -> None:
    """
    Make the rows of departures in a transaction of their own; see `make_departures`.

    Raises
    ------
    Refusal
        When one does not run.
    """
    known = {identifier: running(sailings, identifier) for identifier in identifiers}
    store.write(scope, "departure.add", now, lambda session: make_departures(session, sailings, known))


def make_departures(session: WriteSession, sailings: Sailings, known: Mapping[str, Sailing]) -> None:
    """Make the rows of departures, with the capacity that the data set gives; rows that somebody else makes stay."""
    departures, runs = [], []
    for identifier, sailing in sorted(known.items()):
        capacity = sailings.capacity(sailing)
        departures.append(
            {
                "id": identifier,
                "service": sailing.service.id,
                "mode": str(sailing.service.mode),
                "start_at": sailing.start_at,
                "fingerprint": sailings.fingerprint,
                "version": 1,
                "is_set": False,
                "capacity": capacity,
            }
        )
        limits = {f"capacity_{name}": value for name, value in zip(_NAMES, capacity, strict=True)}
        nothing = {f"taken_{name}": 0 for name in _NAMES}
        runs += [
            {"departure_id": identifier, "call": call, **limits, **nothing} for call in range(sailings.runs(sailing))
        ]
    session.ensure(Departure, departures)
    session.ensure(Run, runs)


def running(sailings: Sailings, identifier: str) -> Sailing:
    """Return a departure that runs; refused if it does not, or not any more."""
    sailing = sailings.find(identifier)
    if sailing is None:
        raise Refusal(why="departure-gone", subject=identifier)
    return sailing


def check_calls(sailings: Sailings, leg: dict[str, Any]) -> None:
    """
    Do nothing if a leg of an offer is on a departure that runs, and that calls where it did when it was quoted.

    Raises
    ------
    Refusal
        When it does not, or not any more.
    """
    places = sailings.places(running(sailings, leg["departure"]))
    if places[leg["first_call"] :][:1] != (leg["from"],) or places[leg["last_call"] :][:1] != (leg["to"],):
        raise Refusal(why="departure-gone", detail="calls", subject=leg["departure"])


def take(session: WriteSession, firm: str, legs: Sequence[BookedLeg]) -> None:
    """
    Take the room that legs need, out of the firm's own allotments first.

    Raises
    ------
    Refusal
        When one of them does not get it; the transaction must then end.
    """
    allotted = _allotted(session, firm, legs)
    # Always in the same order, so that two bookings do not wait for each other.
    for leg in sorted(legs, key=lambda leg: (leg.departure_id, leg.first_call)):
        own = _take_own(session, firm, leg, allotted)
        leg.own_teu_milli, leg.own_mass_g, leg.own_volume_cm3 = own
        rest = Amount(*(wanted - mine for wanted, mine in zip(_wanted(leg), own, strict=True)))
        if session.do(_TAKE, _values(leg, rest)) != leg.last_call - leg.first_call:
            raise Refusal(why="no-room", detail=_lack(session, leg, rest), subject=leg.departure_id)
        leg.is_waiting = False


def release(session: WriteSession, firm: str, legs: Sequence[BookedLeg]) -> None:
    """Give back the room that legs take: to the firm's allotment what came out of it, to all what did not."""
    for leg in sorted(legs, key=lambda leg: (leg.departure_id, leg.first_call)):
        own = Amount(leg.own_teu_milli, leg.own_mass_g, leg.own_volume_cm3)
        back = Amount(*(-value for value in own))
        if any(own) and not session.do(_TAKE_OWN, _values(leg, back) | {"firm": firm}):
            # The allotment has ended meanwhile, and what was taken of it is taken of all.
            own = Amount()
        session.do(_TAKE, _values(leg, Amount(*(mine - all_ for all_, mine in zip(_wanted(leg), own, strict=True)))))
        leg.own_teu_milli = leg.own_mass_g = leg.own_volume_cm3 = 0


def _allotted(session: WriteSession, firm: str, legs: Sequence[BookedLeg]) -> list[AllottedRun]:
    """Return the allotted runs of a firm on the departures of legs, which nobody else changes meanwhile."""
    asked = select(AllottedRun).where(
        AllottedRun.departure_id.in_(sorted({leg.departure_id for leg in legs})), AllottedRun.firm_id == firm
    )
    return list(session.lock(asked.order_by(AllottedRun.departure_id, AllottedRun.call)))


def _take_own(session: WriteSession, firm: str, leg: BookedLeg, allotted: Sequence[AllottedRun]) -> Amount:
    """Take what the firm's allotment still has on every run of a leg, up to what is wanted."""
    calls = range(leg.first_call, leg.last_call)
    runs = [run for run in allotted if run.departure_id == leg.departure_id and run.call in calls]
    if len(runs) != len(calls):
        return Amount()
    left = [min(getattr(run, f"capacity_{name}") - getattr(run, f"taken_{name}") for run in runs) for name in _NAMES]
    own = Amount(*(min(some, wanted) for some, wanted in zip(left, _wanted(leg), strict=True)))
    if any(own) and session.do(_TAKE_OWN, _values(leg, own) | {"firm": firm}) != len(calls):
        raise Refusal(why="no-room", detail="allotment", subject=leg.departure_id)
    return own


def _wanted(leg: BookedLeg) -> Amount:
    return Amount(leg.teu_milli, leg.mass_g, leg.volume_cm3)


def _values(leg: BookedLeg, amount: Amount) -> dict[str, Any]:
    """Return what the statements that take room ask for."""
    stretch = {"departure": leg.departure_id, "first_call": leg.first_call, "last_call": leg.last_call}
    return stretch | {f"more_{name}": value for name, value in zip(_NAMES, amount, strict=True)}


def _runs_of(leg: BookedLeg) -> Select[Run]:
    """Return the statement for the runs of a leg."""
    return (
        select(Run)
        .where(Run.departure_id == leg.departure_id, Run.call >= leg.first_call, Run.call < leg.last_call)
        .order_by(Run.call)
    )


def _lack(session: ReadSession, leg: BookedLeg, wanted: Amount) -> str:
    """Return what there is too little of."""
    for run in session.all(_runs_of(leg)):
        for name, value in zip(_NAMES, wanted, strict=True):
            capacity = getattr(run, f"capacity_{name}")
            free = None if capacity is None else capacity - getattr(run, f"taken_{name}")
            if free is not None and value and value > free:
                return f"{name}: {value} wanted, {max(0, free)} free"
    return ""
