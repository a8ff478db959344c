"""
What an earlier plan fixes, and what is left of the rest of it to fall back on.

What is fixed is taken over as it stands: its shipments are not looked at, so nothing can join or move them. The rest
competes: wherever boxes of the earlier plan and new ones want the same shipments, the cheaper side is taken.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from data.freeze import is_same
from data.plan import Journey, Load, Unserved
from optimizer.evaluate import evaluate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from data.cargo import Cargo, CargoShipment
    from data.freeze import Freeze
    from optimizer.consolidation.build import Builder
    from optimizer.consolidation.houses import House

BEYOND = 1 << 50
"""What leaving a shipment out of every box costs when no way alone is known, in fen."""
_NUMBER = re.compile(r"L(\d{1,9})", re.ASCII)


class Bundle(NamedTuple):
    """A load unit with the journeys in it, and whether the earlier plan had it."""

    load: Load
    journeys: Sequence[Journey]
    is_old: bool

    @property
    def cost(self) -> int:
        """What it adds to the objective, in fen."""
        return evaluate(self.journeys, [self.load]).total

    @property
    def leaves(self) -> tuple[int, tuple[str, ...]]:
        """Instant of its departure and its shipments, by which load units are ordered."""
        departs = next(step.depart_min for step in self.load.steps if step.kind == "leg")
        return departs, self.load.shipments


class Earlier:
    """
    An earlier plan beside new cargo.

    Parameters
    ----------
    freeze
        The plan and how much of it stays; None if there is none.
    cargo
        What is to be planned now, parts included.

    Attributes
    ----------
    fixed
        By shipment, the journeys that stay and what stays behind.
    loads
        The load units that stay, by id.
    cost
        Of all that stays, in fen.
    """

    def __init__(self, freeze: Freeze | None, cargo: Cargo) -> None:
        self.fixed: dict[str, Journey | Unserved] = {}
        self.loads: dict[str, Load] = {}
        self._last = 0
        self._outside: dict[str, Journey | Unserved] = {}
        self._offered: list[Bundle] = []
        self._kept: list[Bundle] = []
        if freeze is not None:
            self.fixed = {**freeze.journeys, **freeze.unserved}
            self.loads = freeze.loads
            self._last = max((_number(load.id) for load in freeze.plan.loads), default=0)
            self._take_rest(freeze, cargo)
        self.cost = evaluate(self.fixed.values(), self.loads.values()).total

    def _take_rest(self, freeze: Freeze, cargo: Cargo) -> None:
        """Sort what does not stay: load units and ways that are still possible, all their shipments being the same."""
        old, new = freeze.parts.by_id, cargo.by_id
        same = {name for name in old.keys() & new.keys() if is_same(old[name], new[name], freeze.plan.objective)}
        inside: dict[str, list[Journey]] = defaultdict(list)
        for journey in freeze.plan.journeys:
            if journey.load is not None:
                inside[journey.load].append(journey)
            elif journey.shipment in same - freeze.dropped and journey.shipment not in self.fixed:
                self._outside[journey.shipment] = journey
        for left in freeze.plan.unserved:
            name = left.shipment
            is_open = name in same and name not in self.fixed and not left.is_unplanned
            if is_open and old[name].unserved_minor == new[name].unserved_minor:
                self._outside[name] = left
        for load in freeze.plan.loads:
            bundle = Bundle(load, inside[load.id], is_old=True)
            if load.id in self.loads:
                self._kept.append(bundle)
            elif load.id not in freeze.dropped and same.issuperset(load.shipments):
                self._offered.append(bundle)

    @property
    def has_parts(self) -> bool:
        """Whether anything of the earlier plan stays or may stay."""
        return bool(self.fixed or self._outside or self._offered)

    @property
    def known(self) -> frozenset[str]:
        """The shipments that were in no load unit and may go, or stay, as they did."""
        return frozenset(self._outside)

    @property
    def has_offers(self) -> bool:
        """Whether there is anything to fall back on."""
        return bool(self._outside or self._offered)

    def is_fixed_outside(self, part: Journey | Unserved) -> bool:
        """Tell whether a part is fixed, and in no load unit."""
        return part.shipment in self.fixed and getattr(part, "load", None) is None

    def saving(self, houses: Iterable[House]) -> int:
        """Return what the load units to fall back on save against sending all alone."""
        alone = {house.shipment.id: house.alone_fen for house in houses}
        savings = (sum(alone[name] for name in one.load.shipments) - one.cost for one in self._offered)
        return sum(saving for saving in savings if saving > 0)

    def chosen(self, found: Sequence[Bundle], houses: Iterable[House]) -> list[Bundle]:
        """Return the load units of the new plan: those that stay, and the cheapest of both plans."""
        alone = {house.shipment.id: BEYOND if house.is_stuck else house.alone_fen for house in houses}
        return [*self._kept, *best(found, self._offered, alone)]

    def named(self, bundles: Iterable[Bundle]) -> list[Bundle]:
        """
        Return load units in order, each with its id.

        A load unit of the earlier plan keeps its id, and no new one takes an id that the earlier plan had.
        """
        named = []
        for bundle in sorted(bundles, key=lambda one: one.leaves):
            if bundle.is_old:
                named.append(bundle)
            else:
                self._last += 1
                named.append(_named(bundle, f"L{self._last:03}"))
        return named

    def outside(
        self, shipment: CargoShipment, house: House | None, builder: Builder, alone: Journey | Unserved | None
    ) -> Journey | Unserved:
        """Return what a shipment does that is in no load unit: as before unless there is a cheaper way, if known."""
        old = self._outside.get(shipment.id)
        if house is None:
            return builder.unplanned(shipment) if old is None else old
        if isinstance(old, Journey) and (house.is_stuck or evaluate([old]).total <= house.alone_fen):
            return old
        return builder.alone(house) if alone is None else alone


def best(found: Sequence[Bundle], offered: Sequence[Bundle], alone: Mapping[str, int]) -> Iterator[Bundle]:
    """
    Yield the cheapest load units of two plans, taking one side wherever they want the same shipments.

    Among equals those offered are taken, so that a plan does not change for nothing.

    Parameters
    ----------
    found, offered
        Load units; those of one plan have no shipment in common.
    alone
        What a shipment costs outside of them, in fen; one that is missing cannot be left out.
    """
    worthy = [one for one in offered if one.cost <= _alone(one.load.shipments, alone)]
    for group in _groups([*found, *worthy]):
        names = {name for one in group for name in one.load.shipments}
        sides = [[one for one in group if one.is_old is is_old] for is_old in (True, False)]
        yield from min(sides, key=lambda side: _whole(side, names, alone))


def _whole(side: Sequence[Bundle], names: set[str], alone: Mapping[str, int]) -> int:
    """Return what some shipments cost with some load units."""
    left = names.difference(*(one.load.shipments for one in side))
    return sum(one.cost for one in side) + _alone(left, alone)


def _alone(names: Iterable[str], alone: Mapping[str, int]) -> int:
    """Return what some shipments cost outside load units."""
    return sum(alone.get(name, BEYOND) for name in names)


def _groups(bundles: Sequence[Bundle]) -> Iterable[list[Bundle]]:
    """Return load units in groups such that those of different groups have no shipment in common."""
    groups: dict[str, list[Bundle]] = {}
    for bundle in bundles:
        joined = [bundle]
        for name in bundle.load.shipments:
            known = groups.get(name, [])
            joined += [one for one in known if not any(one is other for other in joined)]
        for one in joined:
            groups |= dict.fromkeys(one.load.shipments, joined)
    return {id(group): group for group in groups.values()}.values()


def _named(bundle: Bundle, name: str) -> Bundle:
    """Return a load unit with an id."""
    journeys = [replace(journey, load=name) for journey in bundle.journeys]
    return bundle._replace(load=replace(bundle.load, id=name), journeys=journeys)


def _number(name: str) -> int:
    """
    Return the number in an id, 0 if it has none.

    Examples
    --------
    >>> _number("L012"), _number("mine")
    (12, 0)
    """
    match = _NUMBER.fullmatch(name)
    return int(match[1]) if match else 0
