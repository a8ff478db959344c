"""Whether anything in the network can carry a shipment: the earliest arrival, whatever it costs."""

from __future__ import annotations

import datetime as dt
import heapq
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, NamedTuple, Protocol

from optimizer.verify.case import LOOSE
from optimizer.verify.connection import available_min, boarding_min, documentation_min
from optimizer.verify.offers import pairs_between, rides, sold_as
from optimizer.verify.places import side_after_leg, side_after_process
from optimizer.verify.processes import clearance_barriers, process_row, process_times, stuffing_barriers
from optimizer.verify.ride import barriers, price_barriers, side_barriers, status_barriers
from optimizer.verify.rows import valid_rows
from optimizer.verify.state import State
from optimizer.verify.throughput import Day
from optimizer.verify.timetable import call_pairs, call_times, starts_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.records import Location
    from optimizer.verify.case import Case
    from optimizer.verify.ride import Ride

_DAY = dt.timedelta(days=1)


class HasRoom(Protocol):
    """Whether a departure has room for a shipment."""

    def __call__(self, case: Case, ride: Ride, board: int, start_min: int, /) -> bool:
        """Tell whether it fits on a ride from a boarding call, on the departure that starts at an instant."""


class HasSlot(Protocol):
    """Whether a place can stuff, or strip, a shipment on a day."""

    def __call__(self, case: Case, day: Day, form: str, /) -> bool:
        """Tell whether it can be stuffed into, or stripped from, its boxes of a type on a day."""


class Openings(NamedTuple):
    """What there is room on: departures, and days of places."""

    departure: HasRoom
    day: HasSlot | None


def can_carry(case: Case, has_room: HasRoom, has_slot: HasSlot | None = None) -> bool:
    """
    Tell whether a shipment can go alone from its origin to its destination within the limit of the search.

    Parameters
    ----------
    case
        The shipment.
    has_room
        Which departures count; it may not depend on how the shipment got to one.
    has_slot
        Which days of places that stuff and strip count likewise; None for all.

    Notes
    -----
    Waiting is allowed and no departure overtakes another of the same leg, so the earliest instant at which a state is
    reached is all that counts.
    """
    goal = (case.shipment.destination, case.form, "D" if case.is_domestic else "I")
    numbers = count()
    queue = [(case.ready_min, next(numbers), State.start(case))]
    seen: set[tuple[object, ...]] = set()
    while queue:
        state = heapq.heappop(queue)[-1]
        if (state.place, state.form, state.status) == goal and state.through is None:
            return True
        key = (state.place, state.form, state.status, state.side, state.through and state.through.id)
        if key in seen:
            continue
        seen.add(key)
        for following in _following(case, state, has_room, has_slot):
            if following.ready_min <= case.limit_min:
                heapq.heappush(queue, (following.ready_min, next(numbers), following))
    return False


def _following(case: Case, state: State, has_room: HasRoom, has_slot: HasSlot | None) -> Iterator[State]:
    """Yield the states that one step leads to."""
    if state.through is None:
        yield from _cleared(case, state)
        yield from _reformed(case, state, has_slot)
    for ride, board in _rides(case, state):
        arrived = _arrival(case, state, ride, board, has_room)
        if arrived is not None:
            through = ride.through if ride.is_first else None
            side = side_after_leg(ride.alight, ride.service.mode)
            yield replace(state, place=ride.alight.code, ready_min=arrived, side=side, through=through)


def _cleared(case: Case, state: State) -> Iterator[State]:
    """Yield the state after clearance."""
    place = case.facts.locations[state.place]
    after = {"D": "R", "R": "I"}.get(state.status)
    if after is None or any(clearance_barriers(case, place, state.status, after)):
        return
    yield from _processed(case, state, place, "clearance", replace(state, status=after))


def _reformed(case: Case, state: State, has_slot: HasSlot | None) -> Iterator[State]:
    """Yield the states after stuffing into each type of box, or after stripping."""
    place = case.facts.locations[state.place]
    kind = "stuff" if state.form == LOOSE else "strip"
    for form in case.facts.units if state.form == LOOSE else (LOOSE,):
        if not any(stuffing_barriers(case, place, state, form)):
            yield from _processed(case, state, place, kind, replace(state, form=form), has_slot)


def _processed(
    case: Case, state: State, place: Location, kind: str, after: State, has_slot: HasSlot | None = None
) -> Iterator[State]:
    """Yield a state once the process that leads to it is done, on the first day on which there is room for it."""
    row = process_row(case, place, kind, after.status)
    times = None if row is None else process_times(case, place, row, state.ready_min)
    box = after.form if state.form == LOOSE else state.form
    while row is not None and times is not None and has_slot is not None and times[0] <= case.limit_min:
        date = case.clock.local_date(times[0], place.zone)
        if has_slot(case, Day(place.code, kind, date), box):
            break
        times = process_times(case, place, row, case.clock.from_local(date + _DAY, 0, place.zone))
    if times is not None:
        yield replace(after, ready_min=times[1], side=side_after_process(place, kind, state.side))


def _rides(case: Case, state: State) -> Iterator[tuple[Ride, int]]:
    """Yield the rides that may be boarded, each with the position of its boarding call."""
    for ride, board in _offered(case, state):
        if (
            ride.form == state.form
            and not any(status_barriers(case, ride, state.status))
            and not any(side_barriers(ride, state.side))
            and not any(barriers(case, ride))
        ):
            yield ride, board


def _offered(case: Case, state: State) -> Iterator[tuple[Ride, int]]:
    """Yield the rides from a place: after the first leg of a through rate only its second."""
    facts = case.facts
    throughs = [state.through] if state.through is not None else facts.through.values()
    for through in throughs:
        name, board, alight = sold_as(through, is_second=state.through is not None)
        if board == state.place and state.form == LOOSE and state.status == "R":
            service = facts.services[name]
            for pair in pairs_between(facts, service, board, alight):
                for ride in rides(facts, service, pair, through, is_second=state.through is not None):
                    yield ride, pair[0]
    for name, calls in facts.calls.items() if state.through is None else ():
        if any(call.location == state.place for call in calls):
            for pair in call_pairs(calls):
                if calls[pair[0]].location == state.place:
                    yield from ((ride, pair[0]) for ride in rides(facts, facts.services[name], pair))


def _arrival(case: Case, state: State, ride: Ride, board: int, has_room: HasRoom) -> int | None:
    """Return when goods are ready after the first departure of a ride that can take them, None if there is none."""
    times = call_times(case.facts.calls[ride.service.id])
    offset_min = times[board].depart
    run_min = times[board + len(ride.calls) - 1].arrive - offset_min
    first_min = max(state.ready_min + boarding_min(case, ride), case.ready_min + documentation_min(case, ride))
    is_limited = case.depart_by_min is not None and state.place == case.shipment.origin
    last_min = min(
        case.limit_min, case.depart_by_min if is_limited and case.depart_by_min is not None else case.limit_min
    )
    zone = case.facts.locations[case.facts.calls[ride.service.id][0].location].zone
    date = case.clock.local_date(first_min - offset_min, zone) - _DAY
    last_date = case.clock.local_date(last_min - offset_min, zone) + _DAY
    while date <= last_date:
        for start_min in sorted(starts_on(case.facts, case.clock, ride.service, date)):
            depart_min = start_min + offset_min
            is_open = first_min <= depart_min <= last_min and _is_sold(case, ride, depart_min)
            if is_open and has_room(case, ride, board, start_min):
                return available_min(case, ride, depart_min + run_min)
        date += _DAY
    return None


def _is_sold(case: Case, ride: Ride, depart_min: int) -> bool:
    """Tell whether prices that can carry the goods are in force on the day of a departure."""
    date = case.clock.local_date(depart_min, ride.board.zone)
    if ride.is_first and ride.through is not None:
        return ride.through.valid_from <= date <= ride.through.valid_to and not any(price_barriers(case, ride, []))
    rows = valid_rows(ride.rows, date)
    return bool(rows) and not any(price_barriers(case, ride, rows))
