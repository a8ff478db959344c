"""The instants of a path: when the cargo stands ready, departs, arrives and is available again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from network.kernel import first_departure, next_open

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
        depart = int(tt.departures[hop.departure] + tt.leg_offset[leg])
        arrive = depart + int(tt.leg_duration[leg])
        available = int(next_open(tt, tt.leg_cal_out[leg], arrive) + tt.leg_post[leg])
        moments.append(Moment(ready, depart, arrive, available, clock))
        ready, clock = available, arrive
    return moments


def latest_ready(tt: Timetable, hops: Sequence[Hop], ready: int) -> int:
    """Return the latest ready instant at the origin with which a path still catches all its departures."""
    low, high = ready, ready
    for hop in hops:
        if hop.departure >= 0:
            high = int(tt.departures[hop.departure] + tt.leg_offset[hop.leg])
            break
    while low < high:
        middle = (low + high + 1) // 2
        if _holds(tt, hops, middle):
            low = middle
        else:
            high = middle - 1
    return low


def _holds(tt: Timetable, hops: Sequence[Hop], ready: int) -> bool:
    """Say whether every departure of a path is caught by cargo and papers ready at an instant."""
    for hop, moment in zip(hops, timeline(tt, hops, ready), strict=True):
        if hop.departure < 0:
            continue
        if moment.ready + tt.leg_pre[hop.leg] > moment.depart:
            return False
        if tt.leg_doc[hop.leg] >= 0 and ready + tt.leg_doc[hop.leg] > moment.depart:
            return False
    return True


def next_index(tt: Timetable, leg: int, ready: int) -> int:
    """Return the index of the first departure that cargo ready at an instant can board, -1 if there is none."""
    index = int(first_departure(tt, leg, ready + int(tt.leg_pre[leg])))
    return index if index < tt.leg_hi[leg] else -1
