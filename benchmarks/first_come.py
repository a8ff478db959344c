"""A dispatcher who takes shipments as they come, and what plans are like, his and others."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from network.timeline import timeline
from network.timetable import FAR
from optimizer.consolidation.real import Way

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.candidates import Candidates, Part
    from data.cargo import Cargo
    from data.plan import Plan
    from network.timetable import Ints
    from optimizer.consolidation.entry import Entry
    from optimizer.consolidation.houses import House
    from optimizer.consolidation.market import Offer

FULL = 0.9
"""Part of volume or payload from which a box leaves at once."""
MILLION = 1_000_000


class Quality(NamedTuple):
    """
    What people ask of a plan.

    Fen of everything, fen of that for what stays behind, volume that travels, fill of each box in parts per million,
    shipments that travel with a due instant, and those in time.
    """

    cost: int
    behind: int
    volume_cm3: int
    fills: list[int]
    due: int
    on_time: int

    @property
    def fill(self) -> float | None:
        """Mean fill in per cent, None without boxes."""
        return sum(self.fills) / len(self.fills) * 100 / MILLION if self.fills else None

    @property
    def cost_per_m3(self) -> float:
        """CNY for a cubic metre that travels."""
        return (self.cost - self.behind) / 100 / (self.volume_cm3 / MILLION) if self.volume_cm3 else 0.0

    @property
    def on_time_share(self) -> float:
        """Per cent in time of those with a due instant."""
        return 100 * self.on_time / self.due if self.due else 100.0


def quality_of(plan: Plan, cargo: Cargo) -> Quality:
    """Return what people ask of our plan."""
    late = [journey.days_late for journey in plan.journeys if cargo.by_id[journey.shipment].due_at is not None]
    volume_cm3 = sum(cargo.by_id[journey.shipment].volume_cm3 for journey in plan.journeys)
    behind = sum(entry.price_cny_minor for entry in plan.unserved)
    fills = [load.fill_ppm for load in plan.loads]
    return Quality(plan.cost_minor, behind, volume_cm3, fills, len(late), late.count(0))


class Sent(NamedTuple):
    """A box on its way: what it saves against its shipments alone, its fill, and instants of arrival by shipment."""

    saved: int
    fill_ppm: int
    arrivals: dict[int, int]


def with_boxes(houses: Sequence[House], sent: Sequence[Sent]) -> Quality:
    """Return what a plan is like that sends some boxes, and everything else alone."""
    arrivals: dict[int, int] = {}
    for box in sent:
        arrivals |= box.arrivals
    cost = sum(house.alone_fen for house in houses) - sum(box.saved for box in sent)
    behind = sum(house.alone_fen for house in houses if house.index not in arrivals and house.is_left)
    for house in houses:
        if house.alone is not None and not house.is_left:
            arrivals.setdefault(house.index, house.alone.arrive_min)
    travelling = [house for house in houses if house.index in arrivals]
    late = [house.days_late(arrivals[house.index]) for house in travelling if house.due < FAR]
    volume_cm3 = sum(house.shipment.volume_cm3 for house in travelling)
    return Quality(cost, behind, volume_cm3, [box.fill_ppm for box in sent], len(late), late.count(0))


class Prices(Protocol):
    """What boxes really cost, and when they arrive."""

    def box(self, row: int) -> int:
        """Return fen for a box."""

    def own(self, item: int, row: int) -> int | None:
        """Return what a shipment pays of its own on a box, None if it cannot travel so."""

    def arrival(self, item: int, row: int) -> int:
        """Return the instant at which a shipment on a box is ready at its destination."""


class RealPrices:
    """
    Exact prices of dated boxes, storage and penalties included.

    Parameters
    ----------
    entry
        The class.
    offers
        Its boxes.
    """

    def __init__(self, entry: Entry, offers: Sequence[Offer]) -> None:
        self.market = entry.market
        self.real = entry.real
        self.offers = offers

    def box(self, row: int) -> int:
        """Return fen for a box, with stuffing and stripping where they are charged by the box."""
        offer = self.offers[row]
        return self.real.chain(offer).cost + int(self.market.by_box(offer.box, offer.start, offer.finish))

    def own(self, item: int, row: int) -> int | None:
        """Return what a shipment pays of its own on a box, None if it cannot travel so."""
        return self.real.own_cost(item, self.offers[row])

    def arrival(self, item: int, row: int) -> int:
        """Return the instant at which a shipment on a box is ready at its destination."""
        offer = self.offers[row]
        chain, (_, strip) = self.real.chain(offer), self.real.process_legs(offer)
        onward = self.real.arriving(item, offer.finish, chain, strip)
        if onward is None:
            return FAR
        legs = np.concatenate([np.array([strip], dtype=np.int64), onward.way.legs])
        hops = self.real.dated_hops(Way(legs, onward.way.hops + 1, 0), chain.available)
        return timeline(self.market.lanes.tt, hops, chain.available)[-1].available


@dataclass(eq=False)
class Box:
    """An open box: the dated boxes it can still become, and who is in it."""

    rows: Ints
    items: list[int] = field(default_factory=list)


class Dispatcher:
    """
    Fills the boxes of one class in the order of readiness.

    Parameters
    ----------
    houses
        The shipments.
    offers
        The dated boxes.
    part
        What both cost at least, in terms of carriages: by this he compares lanes.
    departs
        First departure of each box.
    prices
        What they really cost, and when they arrive: by this he chooses dates, and sends boxes or does not.
    """

    def __init__(
        self, houses: Sequence[House], offers: Sequence[Offer], part: Part, departs: Ints, prices: Prices
    ) -> None:
        self.houses = houses
        self.part = part
        self.prices = prices
        self._lane = np.array([offer[:3] for offer in offers], dtype=np.int64).reshape(-1, 3)
        self._departs = departs
        self._open: dict[tuple[int, ...], list[Box]] = defaultdict(list)
        self._left: list[tuple[int, list[int]]] = []

    def dispatch(self) -> list[tuple[int, list[int]]]:
        """Return the boxes sent, as their rows and the positions of their shipments."""
        for item in sorted(range(len(self.houses)), key=lambda i: (self.houses[i].ready, self.houses[i].index)):
            self._place(item)
        for boxes in self._open.values():
            for box in boxes:
                self._leave(box, int(box.rows[np.argmax(self._departs[box.rows])]))
        return self._left

    def _place(self, item: int) -> None:
        """Put a shipment into the first open box of its cheapest lane, or into a new one; or let it go alone."""
        lane, rows = self._choose(item)
        if len(rows) == 0:
            return
        boxes = self._open[lane]
        box = next((one for one in boxes if len(self._with(one, item, rows))), None)
        if box is None:
            box = Box(rows)
            boxes.append(box)
        else:
            box.rows = self._with(box, item, rows)
        box.items.append(item)
        first = int(box.rows[np.argmin(self._departs[box.rows])])
        if self.filled(first, box.items) >= FULL:
            boxes.remove(box)
            self._leave(box, first)

    def _choose(self, item: int) -> tuple[tuple[int, ...], Ints]:
        """Return the cheapest lane on which a shipment really pays less than alone, and its dates there; or none."""
        cars = self.part.carriages
        share = self._share(item)
        price = cars.own[:, item] + share * cars.cost
        able = np.flatnonzero((price < self.part.alone[item]) & (share <= 1))
        while len(able):
            lane = self._lane[able[np.argmin(price[able])]]
            is_on_it = (self._lane[able] == lane).all(axis=1)
            rows = self._in_time(item, self._paying(item, able[is_on_it]))
            if len(rows):
                return tuple(lane.tolist()), rows
            able = able[~is_on_it]
        return (), able

    def _share(self, item: int) -> np.ndarray:
        """Return the part of each box that a shipment fills, by volume or payload."""
        part, cars = self.part, self.part.carriages
        share: np.ndarray = np.maximum(part.volume[item] / cars.most_volume, part.mass[item] / cars.most_mass)
        return share

    def _paying(self, item: int, rows: Ints) -> Ints:
        """Return the dates on which a shipment, with its part of the box, really pays less than alone."""
        share, kept = self._share(item), []
        for row in rows.tolist():
            own = self.prices.own(item, row)
            if own is not None and own + share[row] * self.prices.box(row) < self.part.alone[item]:
                kept.append(row)
        return np.array(kept, dtype=np.int64)

    def _in_time(self, item: int, rows: Ints) -> Ints:
        """Return those dates that keep the due instant, all of them if none does."""
        due = self.houses[item].due
        kept = [row for row in rows.tolist() if self.prices.arrival(item, row) <= due]
        return np.array(kept, dtype=np.int64) if kept else rows

    def _with(self, box: Box, item: int, rows: Ints) -> Ints:
        """Return the dates on which a shipment could be in an open box too."""
        part, cars = self.part, self.part.carriages
        items = [*box.items, item]
        both: Ints = np.intersect1d(box.rows, rows)
        volume, mass = int(part.volume[items].sum()), int(part.mass[items].sum())
        kept: Ints = both[(volume <= cars.most_volume[both]) & (mass <= cars.most_mass[both])]
        return kept

    def _leave(self, box: Box, row: int) -> None:
        """Send a box, unless its shipments cost less alone."""
        if saved(self.part, self.prices, row, box.items) > 0:
            self._left.append((row, box.items))

    def filled(self, row: int, items: Sequence[int]) -> float:
        """Return the part of volume or payload that is used, whichever is more."""
        part, cars = self.part, self.part.carriages
        some = list(items)
        volume, mass = int(part.volume[some].sum()), int(part.mass[some].sum())
        return max(volume / int(cars.most_volume[row]), mass / int(cars.most_mass[row]))


def first_come(classes: Iterable[Candidates]) -> list[Sent]:
    """Return the boxes that are sent when they are filled first come, first served."""
    boxes = []
    for one in classes:
        prices = RealPrices(one.entry, one.offers)
        dispatcher = Dispatcher(one.entry.market.houses, one.offers, one.part, one.departs, prices)
        boxes += sent(one, dispatcher.dispatch())
    return boxes


def sent(one: Candidates, loads: Iterable[tuple[int, Sequence[int]]]) -> list[Sent]:
    """Return what loads of one class are like, given as rows of boxes and positions of shipments."""
    market, prices = one.entry.market, RealPrices(one.entry, one.offers)
    boxes = []
    for row, items in loads:
        some, unit = list(items), market.lanes.boxes[one.offers[row].box]
        volume, mass = int(market.volume[some].sum()), int(market.mass[some].sum())
        fill = max(volume * MILLION // unit.usable_cm3, mass * MILLION // unit.payload_g)
        arrivals = {market.houses[i].index: prices.arrival(i, row) for i in some}
        boxes.append(Sent(saved(one.part, prices, row, some), fill, arrivals))
    return boxes


def saved(part: Part, prices: Prices, row: int, items: Sequence[int]) -> int:
    """Return fen that a box with its shipments really costs less than these alone."""
    total = int(part.alone[list(items)].sum()) - prices.box(row)
    for item in items:
        own = prices.own(item, row)
        if own is None:
            msg = "a shipment was put into a box in which it cannot travel"
            raise AssertionError(msg)
        total -= own
    return total
