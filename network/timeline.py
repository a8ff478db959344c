"""The instants of a path: when the cargo stands ready, departs, arrives and is available again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.kernel import first_departure, next_open
from network.timetable import FAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.timetable import Timetable


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
    moments = []
    clock: int | None = None
    for hop in hops:
        leg = hop.leg
        if hop.departure < 0:
            begin = int(next_open(tt, tt.leg_cal_in[leg], ready))
            end = begin + int(tt.leg_post[leg])
            moments.append(Moment(ready, begin, end, end, clock))
            ready = end
            continue
        depart = _departs(tt, hop)
        arrive = depart + int(tt.leg_duration[leg])
        available = int(next_open(tt, tt.leg_cal_out[leg], arrive) + tt.leg_post[leg])
        moments.append(Moment(ready, depart, arrive, available, clock))
        ready, clock = available, arrive
    return moments


def latest_ready(tt: Timetable, hops: Sequence[Hop], ready: int) -> int:
    """
    Return the latest ready instant at the origin with which a path still catches all its departures.

    The cargo has to catch the first departure, which fixes all that follows; papers have to be in time for each.
    """
    departing = [i for i, hop in enumerate(hops) if hop.departure >= 0]
    if not departing:
        return ready
    first = departing[0]
    latest = _departs(tt, hops[first]) - int(tt.leg_pre[hops[first].leg])
    for hop in reversed(hops[:first]):
        latest = _last_open(tt, int(tt.leg_cal_in[hop.leg]), latest - int(tt.leg_post[hop.leg]))
    papers = [_departs(tt, hops[i]) - int(tt.leg_doc[hops[i].leg]) for i in departing if tt.leg_doc[hops[i].leg] >= 0]
    return max(ready, min([latest, *papers]))


def _departs(tt: Timetable, hop: Hop) -> int:
    """Return the instant of a hop's departure."""
    return int(tt.departures[hop.departure] + tt.leg_offset[hop.leg])


def _last_open(tt: Timetable, calendar: int, t: int) -> int:
    """Return the greatest open minute at or before t, -FAR if there is none."""
    if calendar < 0:
        return t
    begin, end = tt.cal_ptr[calendar], tt.cal_ptr[calendar + 1]
    i = int(begin + np.searchsorted(tt.cal_start[begin:end], t, side="right")) - 1
    return min(t, int(tt.cal_end[i]) - 1) if i >= begin else -FAR


def next_index(tt: Timetable, leg: int, ready: int) -> int:
    """Return the index of the first departure that cargo ready at an instant can board, -1 if there is none."""
    index = int(first_departure(tt, leg, ready + int(tt.leg_pre[leg])))
    return index if index < tt.leg_hi[leg] else -1
