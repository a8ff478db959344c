"""The instants of a path: when the cargo stands ready, departs, arrives and is available again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from network.kernel import first_departure, next_open
from network.timetable import FAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.timetable import Ints, Timetable


_NO_CLOCK = -FAR


class Hop(NamedTuple):
    """A leg and the index of its departure in the forward timetable, -1 for a process."""

    leg: int
    departure: int


class Moment(NamedTuple):
    """
    Instants of one hop, in minutes.

    Parameters
    ----------
    ready
        Cargo ready before it.
    depart, arrive
        Of the vehicle; begin and end of a process.
    available
        Cargo ready after it.
    clock
        Start of the storage clock that ran until this hop, None at the origin.
    """

    ready: int
    depart: int
    arrive: int
    available: int
    clock: int | None


def timeline(tt: Timetable, hops: Sequence[Hop], ready: int) -> list[Moment]:
    """Return the moments of a path on its own departures."""
    return timelines(tt, [hops], [ready])[0]


def timelines(tt: Timetable, ways: Sequence[Sequence[Hop]], ready: Sequence[int]) -> list[list[Moment]]:
    """Return the moments of some paths on their own departures, given when the cargo of each is ready."""
    hops, ptr = laid_out(ways)
    rows = _follow(tt, hops, ptr, np.array(ready, dtype=np.int64)).tolist()
    moments = [Moment(a, b, c, d, None if clock == _NO_CLOCK else clock) for a, b, c, d, clock in rows]
    return [moments[ptr[i] : ptr[i + 1]] for i in range(len(ways))]


def latest_readies(tt: Timetable, ways: Sequence[Sequence[Hop]], ready: Sequence[int]) -> list[int]:
    """
    Return the latest ready instants at the origin with which paths still catch all their departures.

    The cargo has to catch the first departure, which fixes all that follows; papers have to be in time for each.
    """
    found: list[int] = _latest(tt, *laid_out(ways), np.array(ready, dtype=np.int64)).tolist()
    return found


def latest_ready(tt: Timetable, hops: Sequence[Hop], ready: int) -> int:
    """Return the latest ready instant of one path; see `latest_readies`."""
    return latest_readies(tt, [hops], [ready])[0]


def laid_out(ways: Sequence[Sequence[Hop]]) -> tuple[Ints, Ints]:
    """Return the hops of some paths end to end, rows of (leg, departure), and where each path begins, and the end."""
    ptr = np.cumsum([0, *(len(hops) for hops in ways)], dtype=np.int64)
    return np.array([hop for hops in ways for hop in hops], dtype=np.int64).reshape(-1, 2), ptr


@njit(cache=True, nogil=True)
def _follow(tt: Timetable, hops: Ints, ptr: Ints, ready: Ints) -> Ints:
    """Return a row (ready, depart, arrive, available, clock) for each hop of some paths."""
    rows = np.empty((hops.shape[0], 5), dtype=np.int64)
    for path in range(ready.shape[0]):
        now, clock = ready[path], _NO_CLOCK
        for i in range(ptr[path], ptr[path + 1]):
            leg, departure = hops[i, 0], hops[i, 1]
            rows[i, 0] = now
            rows[i, 4] = clock
            if departure < 0:
                rows[i, 1] = next_open(tt, tt.leg_cal_in[leg], now)
                now = rows[i, 1] + tt.leg_post[leg]
                rows[i, 2] = now
            else:
                rows[i, 1] = tt.departures[departure] + tt.leg_offset[leg]
                clock = rows[i, 1] + tt.leg_duration[leg]
                rows[i, 2] = clock
                now = next_open(tt, tt.leg_cal_out[leg], clock) + tt.leg_post[leg]
            rows[i, 3] = now
    return rows


@njit(cache=True, nogil=True)
def _latest(tt: Timetable, hops: Ints, ptr: Ints, ready: Ints) -> Ints:
    """Return the latest ready instant of each path, that given where it takes no departure."""
    found = ready.copy()
    for path in range(ready.shape[0]):
        first = ptr[path]
        while first < ptr[path + 1] and hops[first, 1] < 0:
            first += 1
        if first == ptr[path + 1]:
            continue
        latest = tt.departures[hops[first, 1]] + tt.leg_offset[hops[first, 0]] - tt.leg_pre[hops[first, 0]]
        for i in range(first - 1, ptr[path] - 1, -1):
            latest = _last_open(tt, tt.leg_cal_in[hops[i, 0]], latest - tt.leg_post[hops[i, 0]])
        for i in range(first, ptr[path + 1]):
            leg, departure = hops[i, 0], hops[i, 1]
            if departure >= 0 and tt.leg_doc[leg] >= 0:
                latest = min(latest, tt.departures[departure] + tt.leg_offset[leg] - tt.leg_doc[leg])
        found[path] = max(found[path], latest)
    return found


@njit(cache=True, nogil=True)
def _last_open(tt: Timetable, calendar: int, t: int) -> int:
    """Return the greatest open minute at or before t, -FAR if there is none."""
    if calendar < 0:
        return t
    begin, end = tt.cal_ptr[calendar], tt.cal_ptr[calendar + 1]
    i = begin + np.searchsorted(tt.cal_start[begin:end], t, side="right") - 1
    return min(t, tt.cal_end[i] - 1) if i >= begin else -FAR


def next_index(tt: Timetable, leg: int, ready: int) -> int:
    """Return the index of the first departure that cargo ready at an instant can board, -1 if there is none."""
    index = int(first_departure(tt, leg, ready + int(tt.leg_pre[leg])))
    return index if index < tt.leg_hi[leg] else -1
