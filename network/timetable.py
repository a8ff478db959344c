"""Flat arrays the search runs on: states, arcs, legs, departures, calendars, and one shipment's weights on them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

FAR = 1 << 40
"""An instant, cost or distance beyond everything; also the storage clock of cargo that has none."""


class Timetable(NamedTuple):
    """
    The compiled network, the same for every shipment.

    A leg is one priced movement or process; an arc is a leg between two states. Instants are minutes.

    Parameters
    ----------
    out_ptr, arc_to, arc_leg
        Arcs leaving each state: arcs ``out_ptr[s]:out_ptr[s + 1]`` go to ``arc_to`` by leg ``arc_leg``.
    in_ptr, in_from, in_leg
        The same arcs by the state they enter.
    leg_lo, leg_hi
        Range of the leg's departures in `departures`; ``leg_lo = -1`` marks a process, which starts at once.
    leg_offset, leg_duration
        Departure = departures[i] + offset; arrival = departure + duration.
    leg_pre, leg_cal_in
        Boarding needs ``next_open(leg_cal_in, ready + leg_pre) <= departure``.
    leg_cal_out, leg_post
        Ready again at ``next_open(leg_cal_out, arrival) + leg_post``.
    leg_doc
        Minutes before departure at which documents close, -1 for never.
    departures
        Departures of all schedules, ascending within each.
    cal_ptr, cal_start, cal_end
        Opening intervals of each calendar, half-open, ascending. Calendar -1 is always open.
    state_loc
        Location index of each state. States of one location share a storage clock.
    """

    out_ptr: Ints
    arc_to: Ints
    arc_leg: Ints
    in_ptr: Ints
    in_from: Ints
    in_leg: Ints
    leg_lo: Ints
    leg_hi: Ints
    leg_offset: Ints
    leg_duration: Ints
    leg_pre: Ints
    leg_cal_in: Ints
    leg_cal_out: Ints
    leg_post: Ints
    leg_doc: Ints
    departures: Ints
    cal_ptr: Ints
    cal_start: Ints
    cal_end: Ints
    state_loc: Ints


class Weights(NamedTuple):
    """
    What one shipment pays and emits on a timetable.

    Parameters
    ----------
    leg_cost, leg_emissions
        CNY fen and grams CO2e of each leg; a cost of -1 bars the leg.
    state_storage
        Row of `storage_cost` that applies on departure from each state, -1 for none.
    storage_free
        Free minutes of each storage row.
    storage_cost
        Cumulated cost in fen of 0, 1, 2 ... charged days, one row each.
    loc_day_rate
        Greatest cost of one more day at each location.
    loc_free
        Least free time at each location, minutes.
    loc_via
        Bit of each location among those the itinerary must touch, else 0.
    """

    leg_cost: Ints
    leg_emissions: Ints
    state_storage: Ints
    storage_free: Ints
    storage_cost: Ints
    loc_day_rate: Ints
    loc_free: Ints
    loc_via: Ints


class Question(NamedTuple):
    """
    Where from, where to and when, in terms of a timetable.

    Parameters
    ----------
    source, target
        States.
    start, end
        Instant the cargo is ready, and the last instant of arrival that counts.
    origin_loc, last_departure
        Departures from `origin_loc` later than `last_departure` are not used.
    via_full
        Bits of `Weights.loc_via` that must be set on arrival.
    max_legs
        Greatest number of legs, or -1.
    backwards
        1 when the timetable runs backwards (see `network.backwards`).
    """

    source: int
    target: int
    start: int
    end: int
    origin_loc: int
    last_departure: int
    via_full: int
    max_legs: int
    backwards: int


def csr(key: Ints, size: int, *columns: Ints) -> tuple[Ints, ...]:
    """
    Sort columns by key and return row pointers and the sorted columns.

    Examples
    --------
    >>> ptr, col = csr(np.array([1, 0, 1]), 2, np.array([10, 20, 30]))
    >>> ptr.tolist(), col.tolist()
    ([0, 1, 3], [20, 10, 30])
    """
    order = np.argsort(key, kind="stable")
    pointers = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(key, minlength=size), out=pointers[1:])
    return (pointers, *(np.ascontiguousarray(column[order], dtype=np.int64) for column in columns))
