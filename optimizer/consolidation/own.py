"""What shipments of one class pay around boxes, and which boxes could pay for themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from network.emitted import emitted_fen, emitted_on
from network.kernel import leaf, taller
from network.sailings import CLOSED_TO, PAPERS_BY, TAKES, Sailings
from optimizer.consolidation.knapsack import pays

if TYPE_CHECKING:
    from network.timetable import Ints

NEVER = 1 << 45
"""What a shipment pays on a carriage it cannot use, in fen."""


class Onward(NamedTuple):
    """
    Ways of shipments on from finishes.

    Parameters
    ----------
    ptr
        Ways of shipment i from finish b are ``ptr[i, b]:ptr[i, b + 1]``.
    by, cost
        Latest instant the box may stand at the finish, ascending, and cost of each way, ascending with it.
    """

    ptr: Ints
    by: Ints
    cost: Ints


class Coming(NamedTuple):
    """
    Ways of shipments to one start.

    Parameters
    ----------
    ptr
        Ways of shipment i are ``ptr[i]:ptr[i + 1]``.
    at, cost
        Instant stuffed, ascending, and cost of each way, descending with it.
    """

    ptr: Ints
    at: Ints
    cost: Ints


@njit(cache=True, nogil=True)
def own_undated(finish: Ints, minutes: Ints, there: Ints, base: Ints, onward: Onward) -> Ints:
    """
    Return what each shipment pays at least on lanes, one row for each.

    Parameters
    ----------
    finish, minutes
        Of each lane, the latter the least a box takes.
    there, base
        Of each shipment: when it is stuffed at best, and what it pays until then.
    onward
        Ways on.
    """
    ptr, by, cost = onward
    own = np.full((finish.shape[0], base.shape[0]), NEVER, dtype=np.int64)
    for row in range(finish.shape[0]):
        b = finish[row]
        for i in range(base.shape[0]):
            if base[i] < NEVER:
                first, last = ptr[i, b], ptr[i, b + 1]
                way = first + np.searchsorted(by[first:last], there[i] + minutes[row])
                if way < last:
                    own[row, i] = base[i] + cost[way]
    return own


@njit(cache=True, nogil=True)
def paid_before(coming: Coming, instants: Ints) -> Ints:
    """Return what each shipment pays to be stuffed by some instants, NEVER where it cannot be; one row for each."""
    count = coming.ptr.shape[0] - 1
    paid = np.full((instants.shape[0], count), NEVER, dtype=np.int64)
    for row in range(instants.shape[0]):
        for i in range(count):
            first, last = coming.ptr[i], coming.ptr[i + 1]
            way = first + np.searchsorted(coming.at[first:last], instants[row], side="right") - 1
            if way >= first:
                paid[row, i] = coming.cost[way]
    return paid


@njit(cache=True, nogil=True)
def paid_after(onward: Onward, finish: Ints, available: Ints, most: Ints) -> Ints:
    """
    Return what each shipment pays from some finishes and instants on, one row for each.

    NEVER where it cannot, or where even the cheapest way on costs as much as `most` for it.
    """
    ptr, by, cost = onward
    paid = np.full((finish.shape[0], ptr.shape[0]), NEVER, dtype=np.int64)
    for row in range(finish.shape[0]):
        for i in range(ptr.shape[0]):
            if ptr[i, finish[row]] == ptr[i, finish[row] + 1] or cost[ptr[i, finish[row]]] >= most[i]:
                continue
            first, last = ptr[i, finish[row]], ptr[i, finish[row] + 1]
            way = first + np.searchsorted(by[first:last], available[row])
            if way < last:
                paid[row, i] = cost[way]
    return paid


class Shipped(NamedTuple):
    """
    Shipments of a class.

    Parameters
    ----------
    worth
        What carrying each is worth at most, in fen.
    volume, mass, ready, kind
        Of each, the last by what is closed to it.
    fee
        What each pays for each clearance.
    carbon_minor_per_t
        What a tonne of CO2e costs, in fen.
    """

    worth: Ints
    volume: Ints
    mass: Ints
    ready: Ints
    kind: Ints
    fee: Ints
    carbon_minor_per_t: int


@njit(cache=True, nogil=True)
def sold(
    found: Sailings,
    rows: Ints,
    cost: Ints,
    holds: tuple[int, int],
    before: tuple[Ints, Ints],
    after: tuple[Ints, Ints],
    shipped: Shipped,
    of_legs: tuple[Ints, Ints],
) -> tuple[Ints, Ints, Ints]:
    """
    Return the dated chains of which some load could be worth more than the box costs, storage apart.

    Parameters
    ----------
    found, rows
        Chains, and which of them are looked at.
    cost
        Of the box on each of these.
    holds
        Volume and payload of the box.
    before, after
        What each shipment pays at the ends, one row for each instant there, and the row of each chain.
    shipped
        Shipments.
    of_legs
        Of each leg the number of a clearance or -1, and micrograms CO2e for a kilogram.

    Returns
    -------
    kept
        Positions in `rows`.
    own
        What each shipment pays on these, one row for each.
    payload
        Of each.
    """
    kept, payloads = np.empty_like(rows), np.empty_like(rows)
    own = np.empty((16, shipped.ready.shape[0]), dtype=np.int64)
    count = 0
    rent = np.zeros(2)
    for at in range(rows.shape[0]):
        one, other = cleared(found, rows[at], of_legs[0])
        payload = min(holds[1], found.rows[rows[at], TAKES])
        if count >= own.shape[0]:
            own = taller(own, count, 2 * count)
        mine, papers, kinds = own[count], found.rows[rows[at], PAPERS_BY], found.rows[rows[at], CLOSED_TO]
        add_up(before[0][before[1][at]], after[0][after[1][at]], papers, one, other, shipped, mine)
        if shipped.carbon_minor_per_t:
            add_carbon(emitted_on(found, rows[at], of_legs[1]), shipped, mine)
        if kinds:
            mine[(kinds >> shipped.kind) & 1 == 1] = NEVER
        if not pays(shipped.worth, cost[at], mine, shipped.volume, shipped.mass, holds[0], payload, rent):
            continue
        kept[count], payloads[count] = at, payload
        count += 1
    return kept[:count], own[:count], payloads[:count]


@leaf
def cleared(found: Sailings, row: int, clearance: Ints) -> tuple[int, int]:
    """Return the numbers of the clearances of a chain, -1 for none."""
    one = other = -1
    for hop in range(found.ptr[row], found.ptr[row + 1]):
        number = clearance[found.legs[hop]]
        if number > one:
            one, other = number, one
        elif one > number > other:
            other = number
    return one, other


@leaf
def add_up(first: Ints, last: Ints, papers: int, one: int, other: int, shipped: Shipped, mine: Ints) -> None:
    """Write what each shipment pays before, after and for clearances, if its papers are there in time."""
    for i in range(mine.shape[0]):
        mine[i] = NEVER
        if first[i] < NEVER and last[i] < NEVER and shipped.ready[i] <= papers:
            mine[i] = first[i] + last[i]
            if one >= 0:
                mine[i] += shipped.fee[i, one]
            if other >= 0:
                mine[i] += shipped.fee[i, other]


@leaf
def add_carbon(ug_per_kg: int, shipped: Shipped, mine: Ints) -> None:
    """Add what each shipment pays for emissions."""
    for i in range(mine.shape[0]):
        if mine[i] < NEVER:
            mine[i] += emitted_fen(shipped.mass[i], ug_per_kg, shipped.carbon_minor_per_t)


@njit(cache=True, nogil=True)
def paid_by(coming: Coming, instant: int) -> Ints:
    """Return what each shipment pays to be stuffed before an instant, NEVER where it cannot be."""
    paid = np.full(coming.ptr.shape[0] - 1, NEVER, dtype=np.int64)
    for i in range(paid.shape[0]):
        for way in range(coming.ptr[i], coming.ptr[i + 1]):
            if coming.at[way] < instant:
                paid[i] = coming.cost[way]
    return paid


@njit(cache=True, nogil=True)
def beaten(cost: Ints, own: Ints, most_mass: Ints) -> Ints:
    """
    Return the carriages, the cheapest first, that no cheaper one serves every shipment at no higher cost.

    One that takes less mass than another does not take its place.
    """
    order = np.argsort(cost, kind="mergesort")
    kept = np.empty(order.shape[0], dtype=np.int64)
    count = 0
    for row in order:
        is_beaten = False
        for k in range(count):
            other = kept[k]
            is_beaten = most_mass[other] >= most_mass[row]
            if not is_beaten:
                continue
            for i in range(own.shape[1]):
                if own[other, i] > own[row, i]:
                    is_beaten = False
                    break
            if is_beaten:
                break
        if not is_beaten:
            kept[count] = row
            count += 1
    return kept[:count]
