"""
The boxes that could be sent for one sharing class, with what its shipments pay around them.

First all lanes, undated, with lower bounds on what anything costs and how early it arrives. Then, for the lanes worth
it, every dated chain of departures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from network.prices import NO_COST
from network.sailings import AVAILABLE, COST, FINISH, PAPERS_BY, READY_BY
from network.timetable import FAR
from optimizer.consolidation.columns import Carriages
from optimizer.consolidation.houses import House, may_use
from optimizer.consolidation.knapsack import paying, worth_at_most

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from network.lanes import Lanes
    from network.sailings import Sailings
    from network.timetable import Ints

DAY = 1440
END_BITS = 32
"""Bits of an instant in a number that stands for it and a finish."""
NEVER = 1 << 45
"""What a shipment pays on a carriage it cannot use, in fen."""


class Offer(NamedTuple):
    """
    A box that could be sent: its type, start and finish by their positions in `Lanes`, and its dated chain.

    `sailing` is a row of the sailings numbered `batch`; both are -1 for a lane without dates. `leave_by` is the latest
    instant at which the box may leave for the sake of shipments that begin where it does.
    """

    box: int
    start: int
    finish: int
    batch: int
    sailing: int
    leave_by: int = FAR


class Offers(NamedTuple):
    """Boxes that could be sent, and what they cost as carriages."""

    offers: list[Offer]
    carriages: Carriages


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


@njit(cache=True, nogil=True)
def own_dated(before: Ints, after: Ints, number: Ints, papers: Ints, cleared: Ints, fee: Ints, ready: Ints) -> Ints:
    """
    Return what each shipment pays on dated chains, storage apart, one row for each.

    Parameters
    ----------
    before, after
        As `paid_before` and `paid_after` return them.
    number
        Of each chain, its rows in these two.
    papers
        Of each chain, the last instant for documents.
    cleared
        Numbers of the clearances in each chain, -1 for none; two columns.
    fee
        What each shipment pays for each clearance.
    ready
        Of each shipment.
    """
    own = np.full((number.shape[0], ready.shape[0]), NEVER, dtype=np.int64)
    for row in range(number.shape[0]):
        first, last = before[number[row, 0]], after[number[row, 1]]
        for i in range(ready.shape[0]):
            if first[i] < NEVER and last[i] < NEVER and ready[i] <= papers[row]:
                paid = first[i] + last[i]
                for column in range(2):
                    if cleared[row, column] >= 0:
                        paid += fee[i, cleared[row, column]]
                own[row, i] = paid
    return own


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
def beaten(cost: Ints, own: Ints) -> Ints:
    """Return the carriages, the cheapest first, that no cheaper one serves every shipment at no higher cost."""
    order = np.argsort(cost, kind="mergesort")
    kept = np.empty(order.shape[0], dtype=np.int64)
    count = 0
    for row in order:
        is_beaten = False
        for k in range(count):
            other = kept[k]
            is_beaten = True
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


class Market:
    """
    Lanes and carriages of one class.

    Parameters
    ----------
    lanes
        Of the network.
    houses
        The shipments of the class, with what is around them.
    """

    def __init__(self, lanes: Lanes, houses: Sequence[House]) -> None:
        self.lanes = lanes
        self.houses = houses
        self.end = max(house.end for house in houses)
        self.alone = np.array([min(house.alone_fen, NEVER) for house in houses], dtype=np.int64)
        self.volume = np.array([house.shipment.volume_cm3 for house in houses], dtype=np.int64)
        self.mass = np.array([house.shipment.mass_g for house in houses], dtype=np.int64)
        self.batches: list[Sailings] = []
        self._ready = np.array([house.ready for house in houses], dtype=np.int64)
        self._coming = [_by_end(house.to_start) for house in houses]
        self.to_start, self._earliest = self._starts()
        self.from_finish, self._onward = self._finishes()
        self._start_place = np.array([end.place for end in lanes.starts])
        self._finish_place = np.array([end.place for end in lanes.finishes])
        codes = [unit.code for unit in lanes.boxes]
        self._stuff_box = [lanes.process_by_box(code, is_stuffing=True) for code in codes]
        self._strip_box = [lanes.process_by_box(code, is_stuffing=False) for code in codes]
        self._fee = np.array([house.clearance for house in houses], dtype=np.int64)
        kinds = list(dict.fromkeys(house.closed for house in houses))
        self._kinds = kinds
        self._kind = np.array([kinds.index(house.closed) for house in houses], dtype=np.int64)
        self._kinds_of_leg = np.zeros(len(lanes.legs), dtype=np.int64)
        for number, closed in enumerate(kinds):
            self._kinds_of_leg[list(closed)] |= 1 << number
        self._closures = _unions(kinds)
        self._payload = lanes.network.weigher.rules.payload_limits(frozenset())

    def _starts(self) -> tuple[Ints, Ints]:
        """Return the least cost, and the earliest instant, by shipment and start; NEVER where it is not for it."""
        cost = np.full((len(self.houses), len(self.lanes.starts)), NEVER, dtype=np.int64)
        early = cost.copy()
        for row, (house, known) in enumerate(zip(self.houses, self._coming, strict=True)):
            for start, ways in list(known.items()):
                if may_use(house, self.lanes.starts[start], self.lanes, is_start=True):
                    cost[row, start], early[row, start] = ways[-1, 2], ways[0, 1]
                else:
                    del known[start]
        return cost, early

    def _finishes(self) -> tuple[Ints, Onward]:
        """Return the least cost by shipment and finish (NEVER where it is not for it), and all ways on."""
        count = len(self.lanes.finishes)
        least = np.full((len(self.houses), count), NEVER, dtype=np.int64)
        ptr = np.zeros((len(self.houses), count + 1), dtype=np.int64)
        parts = [np.zeros((0, 3), dtype=np.int64)]
        used = 0
        for row, house in enumerate(self.houses):
            known = _by_end(house.from_finish)
            for finish in range(count):
                ptr[row, finish] = used
                if finish in known and may_use(house, self.lanes.finishes[finish], self.lanes, is_start=False):
                    ways = known[finish][::-1]
                    least[row, finish] = ways[0, 2]
                    parts.append(ways)
                    used += len(ways)
            ptr[row, count] = used
        ways = np.concatenate(parts)
        return least, Onward(ptr, ways[:, 1].copy(), ways[:, 2].copy())

    # Lanes without dates

    def open_pairs(self) -> dict[tuple[int, int], Ints]:
        """Return for each box type and start the finishes with which a box could pay against sending all alone."""
        found: dict[tuple[int, int], Ints] = {}
        worth = self.alone[:, None] - self.to_start
        starts = np.flatnonzero((worth > 0).any(axis=0))
        finishes = np.flatnonzero((self.alone[:, None] > self.from_finish).any(axis=0))
        for box, unit in enumerate(self.lanes.boxes):
            usable = starts[self.lanes.box_states(unit.code, is_start=True)[starts] >= 0]
            pays = np.zeros((len(usable), len(finishes)), dtype=np.bool_)
            for column, b in enumerate(finishes.tolist()):
                cost = self.lanes.static(unit.code, b)[0][usable] + self.by_box(box, usable, b)
                saving = np.maximum(0, worth[:, usable] - self.from_finish[:, b : b + 1]).sum(axis=0)
                pays[:, column] = (saving > cost) & (self._start_place[usable] != self._finish_place[b])
            for row in np.flatnonzero(pays.any(axis=1)):
                found[box, int(usable[row])] = finishes[pays[row]]
        return found

    def undated(self, pairs: dict[tuple[int, int], Ints]) -> Offers:
        """Return carriages for each lane that cost no more and take no longer than the dated ones."""
        offers: list[Offer] = []
        parts = []
        closed = frozenset.intersection(*self._kinds)
        for (box, start), finishes in pairs.items():
            code, end = self.lanes.boxes[box].code, self.lanes.starts[start]
            cost = _without(self.lanes.start_cost(self.houses[0].shipment, code, end), closed)
            worth = self._worth(box, start, finishes, self.to_start[:, start])
            corridor = self.lanes.corridor(cost, code, end, worth)
            if corridor is None:
                continue
            finish, minutes, cost = self.lanes.drifts(corridor).T
            own = own_undated(finish, minutes, self._earliest[:, start], self.to_start[:, start], self._onward)
            carriages = self._carriages(box, cost + self.by_box(box, start, finish), own)
            kept = self._paying(carriages)
            offers += [Offer(box, start, int(b), -1, -1) for b in finish[kept]]
            parts.append(carriages.only(kept))
        return Offers(offers, self._joined(parts))

    def by_box(self, box: int, start: Ints | int, finish: Ints | int) -> Ints:
        """Return what stuffing and stripping cost by the box."""
        total: Ints = self._stuff_box[box][start] + self._strip_box[box][finish]
        return total

    def _carriages(self, box: int, cost: Ints, own: Ints, payload: Ints | None = None) -> Carriages:
        """Return carriages of one box type."""
        unit = self.lanes.boxes[box]
        mass = np.full(len(cost), unit.payload_g, dtype=np.int64)
        if payload is not None:
            mass = np.minimum(mass, payload)
        return Carriages(cost, own, np.full(len(cost), unit.usable_cm3, dtype=np.int64), mass)

    def _paying(self, c: Carriages) -> Ints:
        """Return the carriages that could pay for themselves against sending their shipments alone."""
        return paying(self.alone, c.cost, c.own, self.volume, self.mass, c.most_volume, c.most_mass)

    def _joined(self, parts: Sequence[Carriages]) -> Carriages:
        """Return all parts as one set of carriages."""
        none = np.zeros(0, dtype=np.int64)
        return Carriages.joined([Carriages(none, np.zeros((0, len(self.houses)), dtype=np.int64), none, none), *parts])

    # Dated carriages

    def dated(self, box: int, start: int, finishes: Ints) -> Offers:
        """
        Return every dated chain from a start that could pay for itself.

        Of a load one shipment is stuffed last, and one has its papers last: so the box begins at one of few instants.
        """
        able = np.flatnonzero(self.to_start[:, start] < NEVER)
        coming = _table({row: self._coming[row][start] for row in able.tolist()}, len(self.houses))
        code, end = self.lanes.boxes[box].code, self.lanes.starts[start]
        cost = self.lanes.start_cost(self.houses[0].shipment, code, end)
        parts = [
            part
            for day in np.unique(coming.at // DAY).tolist()
            for part in self._on_day(box, start, finishes, day, coming, cost)
        ]
        carriages = self._joined([part.carriages for part in parts])
        offers = [offer for part in parts for offer in part.offers]
        kept = beaten(carriages.cost, carriages.own)
        return Offers([offers[row] for row in kept], carriages.only(kept))

    def _on_day(self, box: int, start: int, finishes: Ints, day: int, coming: Coming, cost: Ints) -> Iterable[Offers]:
        """Yield the chains of boxes whose last shipment is stuffed on a day, by the legs that are closed."""
        code, end = self.lanes.boxes[box].code, self.lanes.starts[start]
        paid = paid_by(coming, (day + 1) * DAY)
        worth = self._worth(box, start, finishes, paid)
        if not worth.any():
            return
        ready = np.unique(coming.at[coming.at // DAY == day])
        papers = np.unique(self._ready[paid < NEVER])
        searched: list[tuple[frozenset[int], frozenset[int]]] = []
        for closed in self._closures:
            if any(done <= closed and not legs & closed for done, legs in searched):
                # What pays with fewer legs closed uses none of those closed now.
                continue
            corridor = self.lanes.corridor(_without(cost, closed), code, end, worth)
            if corridor is None:
                return
            found = self.lanes.sailings(corridor, ready, papers, self.end)
            offers, used = self._sold(box, start, found, coming)
            searched.append((closed, used))
            yield offers

    def _worth(self, box: int, start: int, finishes: Ints, paid: Ints) -> Ints:
        """Return what a box from a start may cost at most at each finish to pay for itself, 0 where it cannot."""
        own = np.ascontiguousarray((paid[:, None] + self.from_finish[:, finishes]).T)
        c = self._carriages(box, np.zeros(len(finishes), dtype=np.int64), own)
        most = worth_at_most(self.alone, c.cost, c.own, self.volume, self.mass, c.most_volume, c.most_mass)
        worth = np.zeros(len(self.lanes.finishes), dtype=np.int64)
        worth[finishes] = np.maximum(0, most - self.by_box(box, start, finishes))
        return worth

    def _sold(self, box: int, start: int, found: Sailings, coming: Coming) -> tuple[Offers, frozenset[int]]:
        """
        Return those of the chains found that could pay for themselves.

        And the legs of those that could if they were closed to nobody.
        """
        first = _different(found.rows)
        rows = found.rows[first]
        cost = rows[:, COST] + self.by_box(box, start, rows[:, FINISH])
        barred, cleared, payload = self._on_the_way(found, first)
        instants, first_row = np.unique(rows[:, READY_BY], return_inverse=True)
        ends, last_row = np.unique((rows[:, FINISH] << END_BITS) | rows[:, AVAILABLE], return_inverse=True)
        own = own_dated(
            paid_before(coming, instants),
            paid_after(
                self._onward, ends >> END_BITS, ends & ((1 << END_BITS) - 1), self.alone - self.to_start[:, start]
            ),
            np.stack([first_row, last_row], axis=1), rows[:, PAPERS_BY].copy(), cleared, self._fee,
            self._ready,
        )  # fmt: skip
        carriages = self._carriages(box, cost, own, payload)
        kept = self._paying(carriages)
        used = frozenset(found.only(first[kept]).legs.tolist())
        carriages = carriages.only(kept)
        pays = np.arange(len(kept))
        if barred[kept].any():
            carriages.own[(barred[kept, None] >> self._kind) & 1 == 1] = NEVER
            pays = self._paying(carriages)
        offers = [
            Offer(box, start, int(rows[i, FINISH]), len(self.batches), row) for row, i in enumerate(kept[pays].tolist())
        ]
        self.batches.append(found.only(first[kept[pays]]))
        return Offers(offers, carriages.only(pays)), used

    def _on_the_way(self, found: Sailings, rows: Ints) -> tuple[Ints, Ints, Ints]:
        """Return the kinds of shipments each chain is closed to, its clearances, and the payload its legs allow."""
        if not len(rows):
            none = np.zeros(0, dtype=np.int64)
            return none, np.zeros((0, 2), dtype=np.int64), none
        first = found.ptr[:-1]
        barred = np.bitwise_or.reduceat(self._kinds_of_leg[found.legs], first)[rows]
        payload = np.minimum.reduceat(self._payload[found.legs], first)[rows]
        number = self.lanes.clearance_number[found.legs]
        cleared = np.full((len(first), 2), -1, dtype=np.int64)
        cleared[:, 0] = np.maximum.reduceat(number, first)
        other = np.where(number == np.repeat(cleared[:, 0], np.diff(found.ptr)), -1, number)
        cleared[:, 1] = np.maximum.reduceat(other, first)
        return barred, cleared[rows], payload


def _without(cost: Ints, closed: frozenset[int]) -> Ints:
    """Return the cost of legs with some of them closed."""
    cost = cost.copy()
    cost[np.fromiter(closed, dtype=np.int64, count=len(closed))] = NO_COST
    return cost


def _different(rows: Ints) -> Ints:
    """Return the positions of different rows, leaving out repetitions."""
    key = np.zeros(len(rows), dtype=np.int64)
    for column in rows.T:
        key = key * 1_000_003 + column
    order = np.argsort(key)
    sorted_rows = rows[order]
    is_new = np.ones(len(rows), dtype=np.bool_)
    is_new[1:] = (sorted_rows[1:] != sorted_rows[:-1]).any(axis=1)
    return order[is_new]


def _table(ways: dict[int, Ints], count: int) -> Coming:
    """Return ways of some of the shipments to one start."""
    ptr = np.zeros(count + 1, dtype=np.int64)
    for row, mine in ways.items():
        ptr[row + 1] = len(mine)
    every = np.concatenate([np.zeros((0, 3), dtype=np.int64), *ways.values()])
    return Coming(np.cumsum(ptr), every[:, 1].copy(), every[:, 2].copy())


def _by_end(ways: Ints) -> dict[int, Ints]:
    """Return ways by the end they are about, in the order in which they come."""
    order = np.argsort(ways[:, 0], kind="stable")
    ends, first = np.unique(ways[order, 0], return_index=True)
    return (
        {int(end): part for end, part in zip(ends, np.split(ways[order], first[1:]), strict=True)} if len(ways) else {}
    )


def _unions(sets: Iterable[frozenset[int]]) -> list[frozenset[int]]:
    """Return every union of some of the sets, the smallest first."""
    found: set[frozenset[int]] = set()
    for one in set(sets):
        found |= {one, *(one | other for other in found)}
    return sorted(found, key=lambda union: (len(union), sorted(union)))
