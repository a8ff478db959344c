"""What one shipment pays, emits and may use on a compiled network."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from data.units import ceil_div, units_needed
from network.compile import place_of
from network.legs import LOOSE, Leg
from network.prices import NO_COST, Choices, PriceBook, PriceTable, cheapest, quantities_of
from network.rules import Rules
from network.storage import StorageRates
from network.timetable import Ints, Weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from data import Catalogue
    from data.shipment import Filters, Shipment
    from network.compile import States


class Priced(NamedTuple):
    """Weights of a shipment and what they came from: quantities and the option chosen for each leg."""

    weights: Weights
    quantities: Ints
    chosen: Ints
    boxes: dict[str, int]


@njit(cache=True, nogil=True)
def _emissions(ug_per_kg: Ints, mass_g: int) -> Ints:
    """Return grams, rounded half up, of micrograms per kg."""
    out = np.empty(ug_per_kg.shape[0], dtype=np.int64)
    for i in range(ug_per_kg.shape[0]):
        out[i] = (2 * mass_g * ug_per_kg[i] + 1_000_000_000) // 2_000_000_000
    return out


def boxes_of(catalogue: Catalogue, shipment: Shipment) -> dict[str, int]:
    """Return the number of boxes of each type a shipment may use; empty if its own boxes cannot hold it."""
    units = {unit.code: unit for unit in catalogue.load_units if unit.kind == "box"}
    if shipment.box is not None:
        unit = units[shipment.box]
        needed = max(ceil_div(shipment.mass_g, unit.payload_g), ceil_div(shipment.volume_cm3, unit.volume_cm3))
        return {shipment.box: shipment.boxes} if needed <= shipment.boxes else {}
    most = catalogue.setting_int("max_boxes")
    least_percent = catalogue.setting_int("min_box_fill_percent")
    counts = {}
    for code, unit in units.items():
        n = units_needed(unit, shipment.mass_g, shipment.volume_cm3)
        is_full_enough = (
            100 * shipment.volume_cm3 >= least_percent * n * unit.usable_cm3
            or 100 * shipment.mass_g >= least_percent * n * unit.payload_g
        )
        if n <= most and is_full_enough:
            counts[code] = n
    return counts


@njit(cache=True, nogil=True)
def _replaces(cost: Ints, mine: Ints, twins: Ints) -> bool:
    """Say whether each leg that can be used has a twin that costs no more."""
    for i in range(mine.shape[0]):
        if cost[mine[i]] >= 0:
            twin_cost = cost[twins[i]] if twins[i] >= 0 else NO_COST
            if twin_cost < 0 or twin_cost > cost[mine[i]]:
                return False
    return True


@dataclass
class Weigher:
    """Prices all legs for a shipment."""

    catalogue: Catalogue
    legs: Sequence[Leg]
    book: PriceBook
    states: States

    def __post_init__(self) -> None:
        """Compile the price table and the rules."""
        self.table: PriceTable = self.book.table()
        self.storage = StorageRates(self.catalogue, self.states)
        self.rules = Rules(self.catalogue, self.legs)
        self.options = [option for leg in self.legs for option in leg.options]
        self._choices = Choices(
            _pointers(leg.options for leg in self.legs),
            _pointers(option.components for option in self.options),
            np.array([number for option in self.options for number in option.components], dtype=np.int64),
        )
        self._emissions_of = np.array([leg.emissions_ug_per_kg for leg in self.legs], dtype=np.int64)
        self._names = list(self.book.quantities)
        self._places_of: dict[str, list[int]] = defaultdict(list)
        for i, place in enumerate(self.states.places):
            self._places_of[place_of(place)].append(i)
        self._twins = self._find_twins()

    def weigh(self, shipment: Shipment, filters: Filters) -> Priced:
        """Return the weights of a shipment under filters."""
        boxes = boxes_of(self.catalogue, shipment)
        quantities = quantities_of(self.catalogue, self._names, shipment, boxes)
        cost, chosen = cheapest(self.table, self._choices, quantities, self.rules.allowed(shipment, filters, boxes))
        if shipment.box is None:
            self._drop_forms(cost, boxes)
        storage = self.storage.costs(shipment, boxes)
        weights = Weights(
            cost, _emissions(self._emissions_of, shipment.mass_g), self.storage.state_scheme, self.storage.free,
            storage, self.storage.day_rates(storage), self.storage.loc_free, self._via(filters),
        )  # fmt: skip
        return Priced(weights, quantities, chosen, boxes)

    def _via(self, filters: Filters) -> Ints:
        """Return the bit of each place among those the itinerary must touch."""
        via = np.zeros(len(self.states.places), dtype=np.int64)
        for i, code in enumerate(filters.via):
            via[self._places_of.get(code, [])] = 1 << i
        return via

    def _drop_forms(self, cost: Ints, boxes: dict[str, int]) -> None:
        """
        Bar box types that another type replaces everywhere at no higher price.

        Times and emissions of a leg do not depend on the box type, so only prices, and the number of boxes in storage,
        have to be compared.
        """
        left = [form for form in self.rules.forms if form in boxes]
        for form in list(left):
            mine, twins = self._twins[form]
            others = (other for other in left if other != form and boxes[other] <= boxes[form])
            if any(_replaces(cost, mine, twins[other]) for other in others):
                cost[mine] = NO_COST
                left.remove(form)

    def _find_twins(self) -> dict[str, tuple[Ints, dict[str, Ints]]]:
        """Return for each box type its legs and, for each other type, the leg that does the same with that type."""
        forms = [form for form in self.rules.forms if form != LOOSE]
        by_key: dict[str, dict[object, int]] = {form: {} for form in forms}
        for i, leg in enumerate(self.legs):
            form = leg.form if leg.form != LOOSE else leg.form_after
            if form != LOOSE:
                service = leg.service.id if leg.service else ""
                row = leg.row.id if leg.row else ""
                key = (
                    leg.kind,
                    leg.origin,
                    leg.destination,
                    service,
                    leg.first_call,
                    leg.last_call,
                    row,
                    leg.period,
                    leg.statuses,
                )
                by_key[form][key] = i
        return {
            form: (
                np.array(list(by_key[form].values()), dtype=np.int64),
                {
                    other: np.array([by_key[other].get(key, -1) for key in by_key[form]], dtype=np.int64)
                    for other in forms
                    if other != form
                },
            )
            for form in forms
        }

    def leg_costs(self, quantities: Ints) -> Ints:
        """Return the cost of every leg in fen, whether allowed or not; -1 where it cannot be bought."""
        every = np.ones(len(self.legs), dtype=np.bool_)
        return cheapest(self.table, self._choices, quantities, every)[0]


def _pointers(groups: Iterable[Sequence[object]]) -> Ints:
    """Return where each group begins when all are laid end to end, and the end."""
    return np.cumsum([0, *(len(group) for group in groups)]).astype(np.int64)
