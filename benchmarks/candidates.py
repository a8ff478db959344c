"""
The dated boxes that a finished run has found, class by class: what every method of the comparison chooses from.

All of it is in terms of carriages: what a box and its shipments pay at least, storage at the two ends of a box, and of
the box on its way, left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.consolidation.columns import Pool
from optimizer.consolidation.knapsack import best_load, no_cuts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from network.timetable import Ints
    from optimizer.consolidation.entry import Entry
    from optimizer.consolidation.market import Offer
    from optimizer.consolidation.relaxation import Carriages

MOST_CANDIDATES = 3_000
"""Dated boxes of a class that are compared, besides those of our plan."""


class Part(NamedTuple):
    """One sharing class: fen alone, volume and mass of its shipments, and the boxes they may be sent in."""

    alone: Ints
    volume: Ints
    mass: Ints
    carriages: Carriages

    def bound(self, is_over: Callable[[], bool]) -> int:
        """Return a lower bound on what the class costs, by column generation until the time is up."""
        return Pool(*self).generate(is_over)

    def cost(self, loads: Iterable[tuple[int, Sequence[int]]]) -> int:
        """Return what the class costs with some loads, given as rows of carriages and positions of shipments."""
        total = int(self.alone.sum())
        for row, items in loads:
            some = list(items)
            total += int(self.carriages.cost[row] + self.carriages.own[row, some].sum() - self.alone[some].sum())
        return total


class Candidates(NamedTuple):
    """
    Dated boxes of one class.

    Parameters
    ----------
    entry
        The class as the run left it.
    offers
        Its dated boxes.
    part
        The class with these as its carriages.
    bound
        Our lower bound on its cost when only these may be sent.
    """

    entry: Entry
    offers: list[Offer]
    part: Part
    bound: int

    @property
    def departs(self) -> Ints:
        """First departure of each box."""
        found = [self.entry.real.chain(offer).departs for offer in self.offers]
        return np.array(found, dtype=np.int64)

    @property
    def loads(self) -> list[tuple[int, tuple[int, ...]]]:
        """The loads of our plan: rows of boxes, and positions of shipments."""
        row = {offer: number for number, offer in enumerate(self.offers)}
        return [(row[boxful.offer], boxful.items) for boxful in self.entry.boxfuls]

    @property
    def cost(self) -> int:
        """What our choice costs in terms of carriages."""
        return self.part.cost(self.loads)


def candidates(entries: Iterable[Entry], is_over: Callable[[], bool]) -> list[Candidates]:
    """Return the dated boxes of the classes that have any."""
    found = []
    for entry in entries:
        offers, carriages = entry.dated()
        if offers:
            market = entry.market
            part = Part(market.alone, market.volume, market.mass, carriages)
            used = {boxful.offer for boxful in entry.boxfuls}
            kept = worthiest(part, np.array([offer in used for offer in offers], dtype=np.bool_), is_over)
            part = part._replace(carriages=carriages.only(kept))
            # What bounds every plan bounds those with these boxes, too.
            bound = max(entry.bound, part.bound(is_over))
            found.append(Candidates(entry, [offers[row] for row in kept.tolist()], part, bound))
    return found


def packed(part: Part, chosen: Ints) -> list[tuple[int, list[int]]]:
    """
    Return boxes that fit, given who is on which carriage: rows of (carriage, shipment).

    Of each carriage the largest shipment goes first, into the first box that has room for it.
    """
    volume, mass, cars = part.volume, part.mass, part.carriages
    loads: list[tuple[int, list[int]]] = []
    for row in np.unique(chosen[:, 0]).tolist():
        items = chosen[chosen[:, 0] == row, 1]
        share = np.maximum(volume[items] / cars.most_volume[row], mass[items] / cars.most_mass[row])
        boxes: list[list[int]] = []
        for item in items[np.argsort(-share, kind="stable")].tolist():
            fits = (
                box
                for box in boxes
                if volume[[*box, item]].sum() <= cars.most_volume[row]
                and mass[[*box, item]].sum() <= cars.most_mass[row]
            )
            box = next(fits, None)
            if box is None:
                boxes.append([item])
            else:
                box.append(item)
        loads += [(row, box) for box in boxes]
    return loads


def worthiest(part: Part, is_used: np.ndarray, is_over: Callable[[], bool], most: int = MOST_CANDIDATES) -> Ints:
    """
    Return the rows of carriages that are used, and of the others those with the least reduced cost if there are many.

    The reduced cost is that of a box less the worth of its best load under the duals of the linear solution.
    """
    rows = np.arange(len(is_used))
    others = rows[~is_used]
    if len(others) <= most:
        return rows
    pool = Pool(*part)
    pool.generate(is_over)
    cars = part.carriages
    worth = [
        best_load(pool.duals - cars.own[row], part.volume, part.mass, *holds, no_cuts())[1]
        for row, holds in enumerate(zip(cars.most_volume.tolist(), cars.most_mass.tolist(), strict=True))
    ]
    reduced = cars.cost - np.array(worth)
    return np.sort(np.concatenate([rows[is_used], others[np.argsort(reduced[others], kind="stable")[:most]]]))
