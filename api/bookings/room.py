"""
Taking room on departures, all of it or none, and giving it back.

One conditional statement takes what a leg needs on all its runs: it changes a run only if enough is free, and the
number of runs it changed says whether it was on all. The checks of the table are the last line behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update

from api.bookings.sailings import Amount, Sailing, Sailings
from api.refusals import Refusal
from api.store.models import AllottedRun, BookedLeg, Departure, Run

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import ColumnElement

    from api.store.session import ReadSession, Store, WriteSession
    from api.store.session import Scope as StoreScope

_NAMES = ("teu_milli", "mass_g", "volume_cm3")


def missing_departures(session: ReadSession, identifiers: Iterable[str]) -> list[str]:
    """Return the departures that have no rows yet."""
    wanted = sorted(set(identifiers))
    known = set(session.all(select(Departure.id).where(Departure.id.in_(wanted))))
    return [identifier for identifier in wanted if identifier not in known]


def add_departures(
    store: Store, scope: StoreScope, sailings: Sailings, identifiers: Sequence[str], now: dt.datetime
) -> None:
    """
    Make the rows of departures, with the capacity that the data set gives; rows that somebody else makes stay.

    Raises
    ------
    Refusal
        When one does not run.
    """
    known = {identifier: running(sailings, identifier) for identifier in identifiers}

    def work(session: WriteSession) -> None:
        for identifier, sailing in known.items():
            capacity = sailings.capacity(sailing)
            values = {
                "id": identifier,
                "service": sailing.service.id,
                "mode": str(sailing.service.mode),
                "start_at": sailing.start_at,
                "fingerprint": sailings.fingerprint,
                "version": 1,
                "is_set": False,
                "capacity": capacity,
            }
            session.insert_missing(Departure, [values])
            limits = {f"capacity_{name}": value for name, value in zip(_NAMES, capacity, strict=True)}
            nothing = {f"taken_{name}": 0 for name in _NAMES}
            rows = [
                {"departure_id": identifier, "call": call, **limits, **nothing}
                for call in range(sailings.runs(sailing))
            ]
            session.insert_missing(Run, rows)

    store.write(scope, "departure.add", now, work)


def running(sailings: Sailings, identifier: str) -> Sailing:
    """Return a departure that runs; refused if it does not, or not any more."""
    sailing = sailings.find(identifier)
    if sailing is None:
        raise Refusal(why="departure-gone", subject=identifier)
    return sailing


def take(session: WriteSession, firm: str, legs: Sequence[BookedLeg]) -> None:
    """
    Take the room that legs need, out of the firm's own allotments first.

    Raises
    ------
    Refusal
        When one of them does not get it; the transaction must then end.
    """
    # Always in the same order, so that two bookings do not wait for each other.
    for leg in sorted(legs, key=lambda leg: (leg.departure_id, leg.first_call)):
        own = _take_own(session, firm, leg)
        leg.own_teu_milli, leg.own_mass_g, leg.own_volume_cm3 = own
        rest = Amount(*(wanted - mine for wanted, mine in zip(_wanted(leg), own, strict=True)))
        changed = session.change(update(Run).where(*_stretch(Run, leg), *_fits(rest)).values(_plus(Run, rest)))
        if changed != leg.last_call - leg.first_call:
            raise Refusal(why="no-room", detail=_lack(session, leg, rest), subject=leg.departure_id)
        leg.is_waiting = False


def release(session: WriteSession, firm: str, legs: Sequence[BookedLeg]) -> None:
    """Give back the room that legs take: to the firm's allotment what came out of it, to all what did not."""
    for leg in sorted(legs, key=lambda leg: (leg.departure_id, leg.first_call)):
        own = Amount(leg.own_teu_milli, leg.own_mass_g, leg.own_volume_cm3)
        if any(own):
            back = Amount(*(-value for value in own))
            where = (*_stretch(AllottedRun, leg), AllottedRun.firm_id == firm)
            if not session.change(update(AllottedRun).where(*where).values(_plus(AllottedRun, back))):
                # The allotment has ended meanwhile, and what was taken of it is taken of all.
                own = Amount()
        rest = Amount(*(mine - wanted for wanted, mine in zip(_wanted(leg), own, strict=True)))
        session.change(update(Run).where(*_stretch(Run, leg)).values(_plus(Run, rest)))
        leg.own_teu_milli = leg.own_mass_g = leg.own_volume_cm3 = 0


def _take_own(session: WriteSession, firm: str, leg: BookedLeg) -> Amount:
    """Take what the firm's allotment still has on every run of a leg, up to what is wanted."""
    runs = session.lock(
        select(AllottedRun).where(*_stretch(AllottedRun, leg), AllottedRun.firm_id == firm).order_by(AllottedRun.call)
    )
    if len(runs) != leg.last_call - leg.first_call:
        return Amount()
    left = [min(getattr(run, f"capacity_{name}") - getattr(run, f"taken_{name}") for run in runs) for name in _NAMES]
    own = Amount(*(min(some, wanted) for some, wanted in zip(left, _wanted(leg), strict=True)))
    if any(own):
        where = (*_stretch(AllottedRun, leg), AllottedRun.firm_id == firm)
        session.change(update(AllottedRun).where(*where).values(_plus(AllottedRun, own)))
    return own


def _wanted(leg: BookedLeg) -> Amount:
    return Amount(leg.teu_milli, leg.mass_g, leg.volume_cm3)


def _stretch(model: type[Run | AllottedRun], leg: BookedLeg) -> tuple[ColumnElement[bool], ...]:
    """Return which runs a leg rides on."""
    return model.departure_id == leg.departure_id, model.call >= leg.first_call, model.call < leg.last_call


def _fits(amount: Amount) -> list[ColumnElement[bool]]:
    """Return that an amount is free on a run; of what it has nothing, none need be."""
    conditions = []
    for name, value in zip(_NAMES, amount, strict=True):
        capacity, taken = getattr(Run, f"capacity_{name}"), getattr(Run, f"taken_{name}")
        if value:
            conditions.append(or_(capacity.is_(None), taken + value <= capacity))
    return conditions


def _plus(model: type[Run | AllottedRun], amount: Amount) -> dict[str, Any]:
    """Return the new values of what is taken."""
    names = [f"taken_{name}" for name in _NAMES]
    return {name: getattr(model, name) + value for name, value in zip(names, amount, strict=True)}


def _lack(session: ReadSession, leg: BookedLeg, wanted: Amount) -> str:
    """Return what there is too little of."""
    for run in session.all(select(Run).where(*_stretch(Run, leg)).order_by(Run.call)):
        for name, value in zip(_NAMES, wanted, strict=True):
            capacity = getattr(run, f"capacity_{name}")
            free = None if capacity is None else capacity - getattr(run, f"taken_{name}")
            if free is not None and value and value > free:
                return f"{name}: {value} wanted, {max(0, free)} free"
    return ""
