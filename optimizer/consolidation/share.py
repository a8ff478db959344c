"""Shared boxes for some sharing classes: first something for each, then more where the gap is widest."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.consolidation.entry import Entry
from optimizer.consolidation.market import Market

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from data import Catalogue, Location
    from optimizer.consolidation.houses import House, Houses
    from optimizer.consolidation.params import Params

REFINING = 0.88
"""Most of the time after which classes that are not done only choose among what they know."""
CHOOSING_S, FINISHING_S = 0.03, 0.011
"""
Seconds that must be left by then for each shipment of these classes, to choose among dated boxes; and for each shipment
at all, to write journeys out and to find reasons.
"""
ONE_STEP = 0.1
"""Part of the time left that one step of improving a class may take."""
MOST_TOGETHER, PART = 300, 120
"""Shipments of a class above which it is planned in parts, and of each of these at most."""
MARGIN = 0.03
"""Part by which shipments are taken to be worth more than the duals of their part."""
EFFORT, SECONDS = 1.25, 0.033
"""Power of the number of shipments with which the time of a class is taken to grow, and the seconds for one."""


class Standing(NamedTuple):
    """What some classes save by now against sending all alone, and the bound of what they cost."""

    saved: int
    bound: int


class Sharing:
    """
    Some classes on their way to shared boxes.

    Parameters
    ----------
    groups
        The classes, the largest first.
    makes, params
        Prices shipments; what is asked.
    begun
        Instant of the monotonic clock at which the run began.
    """

    def __init__(self, groups: Sequence[Sequence[House]], makes: Houses, params: Params, begun: float) -> None:
        self.groups = groups
        self.makes = makes
        self.params = params
        self.begun = begun
        self.entries: list[Entry] = []
        self.steps = 0
        self._wholes: list[Entry] = []
        self._has_begun = False
        self._count_all = sum(map(len, groups))

    def __call__(self, tell: Callable[[Standing], None], is_stopped: Callable[[], bool]) -> list[Entry]:
        """
        Return what was found for each class.

        What the clock leaves undone keeps the bound 0 and travels alone.
        """
        self._tell, self._is_stopped = tell, is_stopped
        self._is_rough = self._effort() > self._until - self._spent()
        waiting = self._count_all
        for group in self.groups:
            parts = in_parts(group, self.makes.network.catalogue)
            for part in parts:
                left = self.params.time_limit_s - self._spent()
                share = 2 * left * len(part) / waiting
                waiting -= len(part)
                if not self._is_over():
                    self._begin(part, self._after(min(left, share)), is_part=len(parts) > 1)
        self._has_begun = True
        self._refine()
        for entry in self.entries:
            if entry.is_rough and entry.is_done and not entry.is_part:
                entry.sharpen()
        self._refine()
        for entry in [] if self._is_close() else self.entries:
            if not entry.is_done and not is_stopped():
                entry.plan(self._after(self._end - self._spent()))
                self._count()
        self._bound_wholes()
        self._improve()
        for entry in self.entries:
            entry.forget()
        return self.entries

    @property
    def _end(self) -> float:
        """Instant by which loads must be chosen, so that there is time to finish."""
        limit = self.params.time_limit_s
        return limit if self.params.deterministic else max(limit / 2, limit - FINISHING_S * self._count_all)

    @property
    def _until(self) -> float:
        """Instant up to which classes are refined: the rest is for choosing in those that are not done by then."""
        limit = self.params.time_limit_s
        if self.params.deterministic:
            return REFINING * limit
        undone = sum(len(entry.market.houses) for entry in self.entries if entry.has_dates and not entry.is_done)
        return min(REFINING * limit, max(limit / 2, self._end - CHOOSING_S * undone))

    def _effort(self) -> float:
        """Return the seconds that all classes are estimated to take; in a deterministic run time is never short."""
        if self.params.deterministic:
            return 0.0
        parts = [part for group in self.groups for part in in_parts(group, self.makes.network.catalogue)]
        return sum(SECONDS * math.pow(len(part), EFFORT) for part in parts)

    def _refine(self) -> None:
        """Date and plan classes, those with the widest gap for their size first, while there is time."""
        while self._spent() < self._until and (entry := self._widest()) is not None:
            entry.refine(self._after(self._until - self._spent()))
            self._count()
            if entry.is_part and entry.is_done:
                entry.forget()

    def _begin(self, part: Sequence[House], is_over: Callable[[], bool], *, is_part: bool) -> None:
        """Begin with a class, or with a part of one."""
        for house in part:
            self.makes.look_around(house)
        market = Market(self.makes.lanes, part)
        is_rough = is_part or self._is_rough
        self.entries.append(Entry(market, self.makes, self.params.seed, is_part=is_part, is_rough=is_rough))
        self.entries[-1].begin(is_over)
        self._count()

    def _bound_wholes(self) -> None:
        """
        Bound the classes that were planned in parts.

        Under duals that are right for the parts few boxes could pay, so that far fewer are looked at for the whole.
        """
        known: dict[int, int] = {}
        for entry in (one for one in self.entries if one.is_part):
            entry.forget()
            known |= zip((house.index for house in entry.market.houses), entry.duals.tolist(), strict=True)
        for group in reversed(self.groups):
            if len(group) <= MOST_TOGETHER or any(house.index not in known for house in group):
                continue
            if self._is_stopped() or self._spent() >= self._until:
                return
            worth = np.array([int(known[house.index] * (1 + MARGIN)) for house in group], dtype=np.int64)
            whole = Entry(Market(self.makes.lanes, group), self.makes, self.params.seed, worth)
            self._wholes.append(whole)
            is_over = self._after(self._until - self._spent())
            whole.begin(is_over)
            self._count()
            while not is_over() and not whole.is_done:
                whole.refine(is_over)
                self._count()
            whole.forget()

    def _improve(self) -> None:
        """Look for better loads where the gap is widest for the effort made, while there is time."""
        while self._spent() < self._until and not self._is_stopped() and not self._is_close():
            able = [entry for entry in self.entries if entry.may_improve and entry.cost > entry.bound]
            if not able:
                return
            entry = max(able, key=lambda one: (one.cost - one.bound) / len(one.market.houses) / (1 + one.in_vain))
            entry.improve(self._after(ONE_STEP * (self.params.time_limit_s - self._spent())))
            self._count()

    def _widest(self) -> Entry | None:
        """
        Return the class with the widest gap for its size, as steps take longer than in proportion to that.

        None if all are done or the gap asked for is reached.
        """
        wide = [entry for entry in self.entries if not entry.is_done]
        if not wide or self._is_stopped() or self._is_close():
            return None
        return max(wide, key=lambda one: (one.cost - one.bound) / len(one.market.houses) ** EFFORT)

    def _is_close(self) -> bool:
        """Say whether these classes reach the gap asked for."""
        cost = sum(entry.cost for entry in self.entries)
        return self._has_begun and cost - self._bound() <= self.params.gap * cost

    def _bound(self) -> int:
        """Return a lower bound on what the classes cost, whatever is done."""
        return sum(one.bound for one in self.entries if not one.is_part) + sum(one.bound for one in self._wholes)

    def _is_over(self) -> bool:
        """Say whether the time, or the number of steps, is up."""
        return self._is_stopped() or self._spent() >= self.params.time_limit_s

    def _spent(self) -> float:
        """Return the seconds, or the steps of a deterministic run, that are gone."""
        return self.steps if self.params.deterministic else time.monotonic() - self.begun

    def _after(self, seconds: float) -> Callable[[], bool]:
        """Return what says whether some seconds are over from now on."""
        until = self._spent() + seconds
        return lambda: self._is_stopped() or (not self.params.deterministic and self._spent() > until)

    def _count(self) -> None:
        """Count what the classes cost by now, and tell."""
        self.steps += 1
        saved = sum(one.alone - one.cost for one in self.entries)
        self._tell(Standing(saved, self._bound()))


def in_parts(group: Sequence[House], catalogue: Catalogue) -> list[Sequence[House]]:
    """
    Return a class as it is, or if it is very large in parts of shipments that begin and end close to each other.

    Boxes are shared by what goes to the same region, so little is lost between parts; split by time instead, a class
    of 336 from Zhejiang to Europe cost 9 % more.
    """
    if len(group) <= MOST_TOGETHER:
        return [group]
    return _split(group, {place.code: place for place in catalogue.locations}, -(-len(group) // PART))


def _split(group: Sequence[House], places: Mapping[str, Location], count: int) -> list[Sequence[House]]:
    """Return some shipments in parts, halved again and again along the widest of the axes of their ends."""
    if count == 1:
        return [group]
    ends = [(places[house.shipment.origin], places[house.shipment.destination]) for house in group]
    at = np.array([[*_on_plane(origin), *_on_plane(destination)] for origin, destination in ends])
    axis = int(np.argmax(np.ptp(at, axis=0)))
    order = sorted(
        range(len(group)), key=lambda i: (at[i, axis], group[i].shipment.destination, group[i].ready, group[i].index)
    )
    first = count // 2
    middle = len(group) * first // count
    halves = ([group[i] for i in order[:middle]], first), ([group[i] for i in order[middle:]], count - first)
    return [part for half, number in halves for part in _split(half, places, number)]


def _on_plane(place: Location) -> tuple[float, float]:
    """Return a place in degrees of latitude, east and north."""
    return float(place.lon) * math.cos(math.radians(float(place.lat))), float(place.lat)


def balanced(groups: Sequence[Sequence[House]], count: int, catalogue: Catalogue) -> list[list[Sequence[House]]]:
    """Return classes, the largest first, in parts that take about as long as each other."""
    parts: list[list[Sequence[House]]] = [[] for _ in range(count)]
    efforts = [0.0] * count
    for group in groups:
        least = efforts.index(min(efforts))
        parts[least].append(group)
        efforts[least] += sum(len(part) ** EFFORT for part in in_parts(group, catalogue))
    return [part for part in parts if part]
