"""
The boxes that could be sent for one sharing class, with what its shipments pay around them.

First all lanes, undated, with lower bounds on what anything costs and how early it arrives. Then, for the lanes worth
it, every dated chain of departures.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.emitted import Emitted, emitted_by, emitted_on_all
from network.prices import NO_COST
from network.sailings import AVAILABLE, COST, FINISH, READY_BY
from network.timetable import FAR
from optimizer.consolidation.closures import closures
from optimizer.consolidation.houses import House, may_use
from optimizer.consolidation.knapsack import heaviest, paying, worth_at_most
from optimizer.consolidation.own import (
    NEVER,
    Coming,
    Onward,
    Shipped,
    beaten,
    own_undated,
    paid_after,
    paid_before,
    paid_by,
    sold,
)
from optimizer.consolidation.relaxation import Carriages

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from network.labels import Closed
    from network.lanes import Lanes
    from network.prices import Bools
    from network.sailings import Sailings
    from network.timetable import Ints

DAY = 1440
END_BITS = 32
"""Bits of an instant in a number that stands for it and a finish."""


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
        self.worth = self.alone
        self.volume = np.array([house.shipment.volume_cm3 for house in houses], dtype=np.int64)
        self.mass = np.array([house.shipment.mass_g for house in houses], dtype=np.int64)
        self.carbon_minor_per_t = houses[0].objective.carbon_minor_per_t
        self.batches: list[Sailings] = []
        self._ready = np.array([house.ready for house in houses], dtype=np.int64)
        self._coming = [_by_end(house.to_start) for house in houses]
        self.to_start, self._earliest = self._starts()
        self.from_finish, self._onward = self._finishes()
        self._fee = np.array([house.clearance for house in houses], dtype=np.int64)
        self._to_nobody = np.array(sorted(frozenset.intersection(*(house.closed for house in houses))), dtype=np.int64)
        self._is_used = self._open_legs()
        self._closed: dict[int, tuple[Ints, Closed]] = {}

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

    def _open_legs(self) -> Bools:
        """Return the legs that boxes of the class may come to."""
        example, is_open = self.houses[0].shipment, np.zeros(len(self.lanes.legs), dtype=np.bool_)
        for unit in self.lanes.boxes:
            is_open |= self.lanes.box_cost(example, unit.code) >= 0
        return is_open

    def _closures(self, box: int) -> tuple[Ints, Closed]:
        """Return the kind of each shipment by what is closed to it in a box, and closures among the legs it may use."""
        if box not in self._closed:
            code = self.lanes.boxes[box].code
            is_used = self._is_used & (self.lanes.box_cost(self.houses[0].shipment, code) >= 0)
            closed = [house.closed for house in self.houses]
            self._closed[box] = closures(closed, is_used, self.lanes.payload, partial(self._heaviest, box))
        return self._closed[box]

    def _heaviest(self, box: int, some: Bools) -> int:
        """Return what a box weighs at most with some of the shipments."""
        unit = self.lanes.boxes[box]
        return heaviest(self.volume[some], self.mass[some], unit.usable_cm3, unit.payload_g)

    # Lanes without dates

    def open_pairs(self) -> dict[tuple[int, int], Ints]:
        """Return for each box type and start the finishes with which a box could pay against sending all alone."""
        found: dict[tuple[int, int], Ints] = {}
        worth = self.worth[:, None] - self.to_start
        starts = np.flatnonzero((worth > 0).any(axis=0))
        finishes = np.flatnonzero((self.worth[:, None] > self.from_finish).any(axis=0))
        for box, unit in enumerate(self.lanes.boxes):
            usable = starts[self.lanes.box_states(unit.code, is_start=True)[starts] >= 0]
            pays = np.zeros((len(usable), len(finishes)), dtype=np.bool_)
            for column, b in enumerate(finishes.tolist()):
                cost = self.lanes.static(unit.code, b)[0][usable] + self.by_box(box, usable, b)
                saving = np.maximum(0, worth[:, usable] - self.from_finish[:, b : b + 1]).sum(axis=0)
                pays[:, column] = (saving > cost) & (self.lanes.start_places[usable] != self.lanes.finish_places[b])
            for row in np.flatnonzero(pays.any(axis=1)):
                found[box, int(usable[row])] = finishes[pays[row]]
        return found

    def undated(self, pairs: dict[tuple[int, int], Ints], is_over: Callable[[], bool] = lambda: False) -> Offers | None:
        """Return carriages for each lane that cost no more, and take no longer, than dated ones; None if time is up."""
        offers: list[Offer] = []
        parts = []
        may_be = np.zeros(len(self.lanes.network.compiled.states.names), dtype=np.bool_)
        for (box, start), finishes in pairs.items():
            if is_over():
                return None
            code, end = self.lanes.boxes[box].code, self.lanes.starts[start]
            cost = self._leg_cost(code, start)
            worth = self._worth(box, start, finishes, self.to_start[:, start])
            corridor = self.lanes.corridor(cost, code, end, worth)
            if corridor is None:
                continue
            may_be |= corridor.room >= 0
            finish, minutes, cost = self.lanes.drifts(corridor).T
            own = own_undated(finish, minutes, self._earliest[:, start], self.to_start[:, start], self._onward)
            own = self._with_least_carbon(own, code, start, finish)
            carriages = self._carriages(box, cost + self.by_box(box, start, finish), own)
            kept = self._paying(carriages)
            offers += [Offer(box, start, int(b), -1, -1) for b in finish[kept]]
            parts.append(carriages.only(kept))
        if pairs:
            self._is_used &= self.lanes.legs_within(may_be)
            self._closed = {}
        return Offers(offers, self._joined(parts))

    def _leg_cost(self, code: str, start: int) -> Ints:
        """Return what a box pays for each leg on from a start, -1 for those closed to all shipments."""
        return _without(self.lanes.start_cost(self.houses[0].shipment, code, self.lanes.starts[start]), self._to_nobody)

    def by_box(self, box: int, start: Ints | int, finish: Ints | int) -> Ints:
        """Return what stuffing and stripping cost by the box."""
        code = self.lanes.boxes[box].code
        stuffing, stripping = (self.lanes.process_by_box(code, is_stuffing=is_first) for is_first in (True, False))
        total: Ints = stuffing[start] + stripping[finish]
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
        return paying(self.worth, c.cost, c.own, self.volume, self.mass, c.most_volume, c.most_mass)

    def none(self) -> Offers:
        """Return no boxes."""
        return Offers([], self._joined([]))

    def forget(self) -> None:
        """Forget what carriages are made of; after that no more can be."""
        for name in ("_coming", "_earliest", "_onward", "_fee", "_closed"):
            self.__dict__.pop(name, None)

    def only(self, offers: Sequence[Offer]) -> dict[Offer, Offer]:
        """Forget all dated chains but those of some boxes, and return these boxes as they are known from now on."""
        rows: dict[int, list[int]] = {}
        for batch, sailing in sorted({(one.batch, one.sailing) for one in offers}):
            rows.setdefault(batch, []).append(sailing)
        places = {
            (batch, sailing): (number, row)
            for number, (batch, mine) in enumerate(rows.items())
            for row, sailing in enumerate(mine)
        }
        self.batches = [self.batches[batch].only(np.array(mine, dtype=np.int64)) for batch, mine in rows.items()]
        found = {}
        for one in offers:
            batch, sailing = places[one.batch, one.sailing]
            found[one] = one._replace(batch=batch, sailing=sailing)
        return found

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
        code = self.lanes.boxes[box].code
        cost = self._leg_cost(code, start)
        days = np.unique(coming.at // DAY).tolist()
        parts = [self._on_day(box, start, finishes, day, coming, cost) for day in days]
        carriages = self._joined([part.carriages for part in parts])
        offers = [offer for part in parts for offer in part.offers]
        most = self._heaviest(box, np.ones(len(self.houses), dtype=np.bool_))
        kept = beaten(carriages.cost, carriages.own, np.minimum(carriages.most_mass, most))
        return Offers([offers[row] for row in kept], carriages.only(kept))

    def _on_day(self, box: int, start: int, finishes: Ints, day: int, coming: Coming, cost: Ints) -> Offers:
        """Return the chains of boxes whose last shipment is stuffed on a day."""
        code, end = self.lanes.boxes[box].code, self.lanes.starts[start]
        paid = paid_by(coming, (day + 1) * DAY)
        worth = self._worth(box, start, finishes, paid)
        ready = np.unique(coming.at[coming.at // DAY == day])
        papers = np.unique(self._ready[paid < NEVER])
        corridor = self.lanes.corridor(cost, code, end, worth, self._closures(box)[1]) if worth.any() else None
        if corridor is None:
            return self.none()
        emitted = self._emitted(box, np.flatnonzero(paid < NEVER))
        return self._sold(box, start, self.lanes.sailings(corridor, ready, papers, self.end, emitted), coming)

    def _emitted(self, box: int, able: Ints) -> Emitted | None:
        """Return what emissions cost loads of some shipments in a box, None if nothing."""
        if not self.carbon_minor_per_t:
            return None
        some = np.zeros(len(self.houses), dtype=np.bool_)
        some[able] = True
        lightest, heaviest = int(self.mass[able].min()), self._heaviest(box, some) + 1
        return Emitted(self.lanes.ug_per_kg, self.carbon_minor_per_t, lightest, heaviest, len(able))

    def carbon(self, ug_per_kg: Ints) -> Ints:
        """Return the carbon cost of rides that emit as much, one row for each, for every shipment."""
        return emitted_by(ug_per_kg, self.mass, self.carbon_minor_per_t)

    def _with_least_carbon(self, own: Ints, code: str, start: int, finishes: Ints) -> Ints:
        """Return what every shipment pays, and besides at least for emissions in a box, one row for each finish."""
        if not self.carbon_minor_per_t:
            return own
        least = np.array([self.lanes.least_emitted(code, int(b))[start] for b in finishes], dtype=np.int64)
        paid: Ints = np.minimum(own + self.carbon(least), NEVER)
        return paid

    def _worth(self, box: int, start: int, finishes: Ints, paid: Ints) -> Ints:
        """Return what a box from a start may cost at most at each finish to pay for itself, 0 where it cannot."""
        own = np.ascontiguousarray((paid[:, None] + self.from_finish[:, finishes]).T)
        own = self._with_least_carbon(own, self.lanes.boxes[box].code, start, finishes)
        c = self._carriages(box, np.zeros(len(finishes), dtype=np.int64), own)
        rent = np.zeros((len(finishes), 2))
        most = worth_at_most(self.worth, c.cost, c.own, self.volume, self.mass, c.most_volume, c.most_mass, rent)
        worth = np.zeros(len(self.lanes.finishes), dtype=np.int64)
        worth[finishes] = np.maximum(0, most - self.by_box(box, start, finishes))
        return worth

    def _sold(self, box: int, start: int, found: Sailings, coming: Coming) -> Offers:
        """Return those of the chains found that could pay for themselves."""
        first = _different(self._told_apart(found))
        rows = found.rows[first]
        cost = rows[:, COST] + self.by_box(box, start, rows[:, FINISH])
        instants, first_row = np.unique(rows[:, READY_BY], return_inverse=True)
        ends, last_row = np.unique((rows[:, FINISH] << END_BITS) | rows[:, AVAILABLE], return_inverse=True)
        most = self.worth - self.to_start[:, start]
        after = paid_after(self._onward, ends >> END_BITS, ends & ((1 << END_BITS) - 1), most)
        unit, kind = self.lanes.boxes[box], self._closures(box)[0]
        shipped = Shipped(self.worth, self.volume, self.mass, self._ready, kind, self._fee, self.carbon_minor_per_t)
        kept, own, payload = sold(
            found, first, cost, (unit.usable_cm3, unit.payload_g), (paid_before(coming, instants), first_row),
            (after, last_row), shipped, (self.lanes.clearance_number, self.lanes.ug_per_kg),
        )  # fmt: skip
        offers = [Offer(box, start, b, len(self.batches), row) for row, b in enumerate(rows[kept, FINISH].tolist())]
        self.batches.append(found.only(first[kept]))
        return Offers(offers, self._carriages(box, cost[kept], own, payload))

    def _told_apart(self, found: Sailings) -> Ints:
        """Return all by which chains differ: what they emit as well, where that has a price."""
        if not self.carbon_minor_per_t:
            return found.rows
        return np.column_stack([found.rows, emitted_on_all(found, self.lanes.ug_per_kg)])


def _without(cost: Ints, closed: Ints) -> Ints:
    """Return the cost of legs with some of them closed."""
    cost = cost.copy()
    cost[closed] = NO_COST
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
