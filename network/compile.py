"""Legs to arrays: states, arcs, schedules, calendars; and the same timetable running backwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data.calendar import OpeningHours
from data.schedule import departures
from data.timeaxis import TimeAxis
from network.legs import CUSTOMS_STOPS, GATEWAYS
from network.timetable import Ints, Timetable, csr

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from data import Catalogue
    from network.legs import Leg

State = tuple[str, str, str]
"""
Place, form, status. The place is a location code, ``location/through rate`` for the private hub of a through rate, or
``location#land`` for cargo that a truck brought to a gateway and no truck may take away again.
"""

LAND = "#land"


def place_of(name: str) -> str:
    """
    Return the location code of a state's place.

    Examples
    --------
    >>> place_of("CNNBO-P#land"), place_of("TWTPE-A/T1"), place_of("WZ-OH")
    ('CNNBO-P', 'TWTPE-A', 'WZ-OH')
    """
    return name.removesuffix(LAND).split("/", 1)[0]


@dataclass(frozen=True)
class States:
    """
    Numbered states and places.

    Parameters
    ----------
    index
        Number of each state.
    names
        States in order.
    places
        Location codes in the order of their numbers, private hubs after the real ones.
    place_index
        Number of each place.
    """

    index: dict[State, int]
    names: list[State]
    places: list[str]
    place_index: dict[str, int]


class Calendars:
    """Opening calendars used by legs, numbered; -1 for one that never closes."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._hours = catalogue.derived(OpeningHours)
        self._horizon = catalogue.derived(TimeAxis).horizon_min
        self._index: dict[tuple[str, str, str], int] = {}
        self.intervals: list[tuple[Ints, Ints]] = []

    def number(self, key: tuple[str, str, str] | None) -> int:
        """Return the number of a (calendar, territory, zone)."""
        if key is None:
            return -1
        if key not in self._index:
            starts, ends = self._hours.intervals(*key)
            if len(starts) == 1 and starts[0] <= 0 and ends[0] >= self._horizon:
                self._index[key] = -1
            else:
                self._index[key] = len(self.intervals)
                self.intervals.append((starts.astype(np.int64), ends.astype(np.int64)))
        return self._index[key]


def number_states(catalogue: Catalogue, legs: Sequence[Leg]) -> tuple[States, Ints, Ints, Ints]:
    """Return the states that legs join, and for each arc its two states and its leg."""
    places = [location.code for location in catalogue.locations]
    place_index = {code: i for i, code in enumerate(places)}
    index: dict[State, int] = {}
    names: list[State] = []

    sided = {location.code: str(location.kind) for location in catalogue.locations}

    def number(place: str, form: str, status: str) -> int:
        key = (place, form, status)
        if key not in index:
            index[key] = len(names)
            names.append(key)
            clock = place.removesuffix(LAND)
            if clock not in place_index:
                place_index[clock] = len(places)
                places.append(clock)
        return index[key]

    arcs: list[tuple[int, int, int]] = []
    for i, leg in enumerate(legs):
        for before, after in leg.statuses:
            for origin, destination in _places(leg, sided):
                arcs.append((number(origin, leg.form, before), number(destination, leg.form_after, after), i))
    columns = np.array(arcs, dtype=np.int64).reshape(-1, 3).T
    return States(index, names, places, place_index), columns[0], columns[1], columns[2]


def _places(leg: Leg, kinds: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the places a leg joins, once for each side of a place it may leave from."""
    sided = GATEWAYS | CUSTOMS_STOPS
    sides = [leg.origin, leg.origin + LAND] if kinds[leg.origin] in sided else [leg.origin]
    if leg.leaves:
        yield f"{leg.origin}/{leg.leaves}", leg.destination
    elif leg.enters:
        yield from ((side, f"{leg.destination}/{leg.enters}") for side in sides)
    elif leg.kind == "land":
        yield leg.origin + LAND, leg.destination
    elif leg.kind == "clearance" and kinds[leg.origin] in CUSTOMS_STOPS:
        yield from ((side, leg.destination) for side in sides)
    elif leg.service is None:
        yield from ((side, side) for side in sides)
    elif leg.service.mode == "road":
        yield leg.origin, leg.destination + (LAND if kinds[leg.destination] in sided else "")
    else:
        yield from ((side, leg.destination) for side in sides)


@dataclass(frozen=True)
class Compiled:
    """A timetable, its mirror image in time, and the states both are about."""

    states: States
    forward: Timetable
    backward: Timetable
    horizon_min: int


def compile_timetable(catalogue: Catalogue, legs: Sequence[Leg]) -> Compiled:
    """Return the arrays of a catalogue's legs."""
    states, start, end, arc_leg = number_states(catalogue, legs)
    axis = catalogue.derived(TimeAxis)
    calendars = Calendars(catalogue)
    base, ranges = _schedules(catalogue, legs, axis)
    size = len(states.names)
    out_ptr, arc_to, out_leg = csr(start, size, end, arc_leg)
    in_ptr, in_from, in_leg = csr(end, size, start, arc_leg)
    is_movement = np.array([leg.service is not None for leg in legs], dtype=np.bool_)
    calendar = np.array([calendars.number(leg.calendar) for leg in legs], dtype=np.int64)
    pre = _column([leg.pre_min for leg in legs])
    post = _column([leg.post_min for leg in legs])
    offset = _column([leg.depart_offset for leg in legs])
    duration = _column([leg.duration for leg in legs])
    papers = _column([leg.papers_min for leg in legs])
    none = np.full(len(legs), -1, dtype=np.int64)
    state_loc = _column([states.place_index[name[0].removesuffix(LAND)] for name in states.names])
    forward = Timetable(
        out_ptr, arc_to, out_leg, in_ptr, in_from, in_leg, ranges[0], ranges[1], offset, duration,
        pre, np.where(is_movement, none, calendar), np.where(is_movement, calendar, none), post, papers,
        base, *_calendar_arrays(calendars.intervals), state_loc,
    )  # fmt: skip
    return Compiled(states, forward, mirror(forward, is_movement, axis.horizon_min), axis.horizon_min)


def mirror(tt: Timetable, is_movement: np.ndarray, horizon: int) -> Timetable:
    """
    Return a timetable that runs backwards: instant x becomes horizon - x, arrivals become departures.

    A movement's time before boarding and after arrival change places; a process needs its time first and then has
    to have begun in opening hours.
    """
    count = len(tt.departures)
    flipped = (horizon - tt.departures)[::-1].copy()
    low = np.where(is_movement, count - tt.leg_hi, -1)
    high = np.where(is_movement, count - tt.leg_lo, -1)
    offset = -(tt.leg_offset + tt.leg_duration)
    starts, ends = [], []
    for a, b in zip(tt.cal_ptr[:-1], tt.cal_ptr[1:], strict=True):
        # The open minutes s .. e-1 become horizon-e+1 .. horizon-s.
        starts.append((horizon - tt.cal_end[a:b] + 1)[::-1])
        ends.append((horizon - tt.cal_start[a:b] + 1)[::-1])
    none = np.full(len(is_movement), -1, dtype=np.int64)
    calendar_in = np.where(is_movement, tt.leg_cal_out, tt.leg_cal_in)
    return tt._replace(
        out_ptr=tt.in_ptr, arc_to=tt.in_from, arc_leg=tt.in_leg,
        in_ptr=tt.out_ptr, in_from=tt.arc_to, in_leg=tt.arc_leg,
        leg_lo=low.astype(np.int64), leg_hi=high.astype(np.int64), leg_offset=offset,
        leg_pre=tt.leg_post, leg_post=tt.leg_pre,
        leg_cal_in=calendar_in, leg_cal_out=none,
        departures=flipped,
        cal_start=np.concatenate(starts) if starts else tt.cal_start,
        cal_end=np.concatenate(ends) if ends else tt.cal_end,
    )  # fmt: skip


def _schedules(catalogue: Catalogue, legs: Sequence[Leg], axis: TimeAxis) -> tuple[Ints, tuple[Ints, Ints]]:
    """Return all distinct schedules end to end, and each leg's range of departures within its period."""
    base: list[Ints] = []
    first_of: dict[int, int] = {}
    total = 0
    low = np.full(len(legs), -1, dtype=np.int64)
    high = np.full(len(legs), -1, dtype=np.int64)
    midnight: dict[tuple[str, dt.date, int], int] = {}
    for i, leg in enumerate(legs):
        if leg.service is None:
            continue
        minutes = departures(catalogue, leg.service)
        if id(minutes) not in first_of:
            first_of[id(minutes)] = total
            base.append(minutes.astype(np.int64))
            total += len(minutes)
        first = first_of[id(minutes)]
        a, b = 0, len(minutes)
        if leg.period is not None:
            zone = catalogue.location(leg.origin).zone
            begins, ends = leg.period
            begin = _midnight(axis, midnight, (zone, begins, 0)) - leg.depart_offset
            finish = _midnight(axis, midnight, (zone, ends, 1)) - leg.depart_offset
            a, b = (int(x) for x in np.searchsorted(minutes, [begin, finish]))
        low[i], high[i] = first + a, first + b
    return (np.concatenate(base) if base else np.zeros(0, dtype=np.int64)), (low, high)


def _midnight(axis: TimeAxis, known: dict[tuple[str, dt.date, int], int], key: tuple[str, dt.date, int]) -> int:
    """Return the minute of the local midnight that begins a date (or ends it, with 1), cut to the horizon."""
    if key not in known:
        zone, date, more = key
        days = int((np.datetime64(date, "D") - axis.first_day).astype(np.int64)) + more
        if days < -1:
            known[key] = -(1 << 40)
        elif days > axis.horizon_days + 1:
            known[key] = 1 << 40
        else:
            known[key] = int(axis.local_minutes(zone, np.array([axis.first_day + days]), 0)[0])
    return known[key]


def _column(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _calendar_arrays(intervals: Sequence[tuple[Ints, Ints]]) -> tuple[Ints, Ints, Ints]:
    """Return pointers, starts and ends of calendars laid end to end."""
    pointers = np.cumsum([0, *(len(starts) for starts, _ in intervals)]).astype(np.int64)
    if not intervals:
        return pointers, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    return pointers, np.concatenate([s for s, _ in intervals]), np.concatenate([e for _, e in intervals])
