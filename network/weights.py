"""What one shipment pays, emits and may use on a compiled network."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from data.errors import LogisticsError
from data.units import ceil_div, units_needed
from network.compile import place_of
from network.legs import LOOSE, Leg
from network.prices import NO_COST, Choices, PriceBook, PriceTable, cheapest, quantities_of
from network.rules import Rules
from network.storage import StorageRates
from network.timetable import Ints, Weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from data import Catalogue
    from data.itinerary import Charge, Step
    from data.shipment import Filters, Shipment
    from network.compile import States
    from network.prices import Bools
    from network.timeline import Moment


_UG_PER_KG = 10**9
"""Micrograms in a kilogram."""


class Priced(NamedTuple):
    """
    Weights of a shipment and what they came from.

    Parameters
    ----------
    weights
        What the search runs on.
    quantities
        What prices ask for.
    chosen
        The option chosen for each leg.
    boxes
        Number of boxes by type, for the types the shipment may use.
    amounts
        What the lines of legs come to so far, in minor units and in fen.
    charges
        Lines itemised so far, by leg and step: the paths of a quote share many.
    stays
        Storage lines so far, by leg, start of the storage clock, departure, and step.
    steps
        Steps told so far, by leg, moment, status after it and when the cargo is ready at the origin.
    marked
        Steps with their binding cut-off so far, by identity of the step and place of the cut-off.
    """

    weights: Weights
    quantities: Ints
    chosen: Ints
    boxes: dict[str, int]
    amounts: dict[int, list[tuple[int, int]]]
    charges: dict[tuple[int, int], tuple[Charge, ...]]
    stays: dict[tuple[int, int | None, int, int], tuple[Charge, ...]]
    steps: dict[tuple[int, Moment, str, int], Step]
    marked: dict[tuple[int, int], Step]


class TooLargeError(LogisticsError):
    """
    Cargo beyond what Hubport calculates with.

    Parameters
    ----------
    what
        The quantity that is too large, with its unit.
    value, most
        Its value and the greatest accepted.
    """

    def __init__(self, *, what: str, value: int, most: int) -> None:
        self.what = what
        self.value = value
        self.most = most
        super().__init__(f"{what} is {value}, more than {most}")


MOST_MASS_G = 10**11
MOST_VOLUME_CM3 = 10**12
MOST_BOXES = 10**6
"""Shipments up to 100,000 t, 1,000,000 m3 and a million boxes or trucks are calculated exactly."""
MOST_OF_LEG, MOST_OF_STAY = 1 << 42, 1 << 43
"""Most that one leg may cost in fen or emit in grams, and a stay cost; `network.kernel` adds up several of them."""


def check_size(shipment: Shipment) -> None:
    """
    Refuse cargo that is larger than the arithmetic is made for.

    Raises
    ------
    TooLargeError
        If mass, volume or number of boxes is beyond its limit.
    """
    for what, value, most in (
        ("mass in grams", shipment.mass_g, MOST_MASS_G),
        ("volume in cubic centimetres", shipment.volume_cm3, MOST_VOLUME_CM3),
        ("number of boxes", shipment.boxes, MOST_BOXES),
    ):
        if value > most:
            raise TooLargeError(what=what, value=value, most=most)


def check_amounts(weights: Weights) -> Weights:
    """
    Return weights, refusing those with which sums of the search could outgrow its integers.

    Raises
    ------
    TooLargeError
        If a leg or a stay costs, or a leg emits, more.
    """
    for what, values, most in (
        ("cost of a leg in fen", weights.leg_cost, MOST_OF_LEG),
        ("emissions of a leg in grams", weights.leg_emissions, MOST_OF_LEG),
        ("cost of a stay in fen", weights.storage_cost[:, -1], MOST_OF_STAY),
    ):
        value = int(values.max(initial=0))
        if value > most:
            raise TooLargeError(what=what, value=value, most=most)
    return weights


class PerKilogram:
    """
    Emissions of legs for a kilogram, ready to be multiplied by any mass.

    Parameters
    ----------
    ug_per_kg
        Micrograms CO2e per kilogram of each leg.

    Notes
    -----
    Grams are ``mass_g * ug_per_kg / 10^9``, rounded half up. Both factors are split into multiples of 10^9 and rests,
    so that only the product of the rests, which is below 10^18, has to be divided.
    """

    def __init__(self, ug_per_kg: Sequence[int] | Ints) -> None:
        self._whole, self._rest = np.divmod(np.asarray(ug_per_kg, dtype=np.int64), _UG_PER_KG)

    def grams(self, mass_g: int) -> Ints:
        """Return grams CO2e of each leg for a mass."""
        grams: Ints = _grams(self._whole, self._rest, mass_g)
        return grams


@njit(cache=True, nogil=True)
def _grams(whole: Ints, rest: Ints, mass_g: int) -> Ints:
    """Return grams CO2e of each leg for a mass, in one pass."""
    times, over = mass_g // _UG_PER_KG, mass_g % _UG_PER_KG
    found = np.empty_like(whole)
    for i in range(whole.shape[0]):
        found[i] = mass_g * whole[i] + times * rest[i] + (over * rest[i] + _UG_PER_KG // 2) // _UG_PER_KG
    return found


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
        self.ug_per_kg = np.array([leg.emissions_ug_per_kg for leg in self.legs], dtype=np.int64)
        self._emissions = PerKilogram(self.ug_per_kg)
        self._names = list(self.book.quantities)
        self._places_of: dict[str, list[int]] = defaultdict(list)
        for i, place in enumerate(self.states.places):
            self._places_of[place_of(place)].append(i)
        self._twins = self._find_twins()

    def weigh(self, shipment: Shipment, filters: Filters) -> Priced:
        """
        Return the weights of a shipment under filters.

        Raises
        ------
        TooLargeError
            If the cargo is larger than the arithmetic is made for.
        """
        return self._weigh(shipment, filters, self.rules.allowed)

    def weigh_to_any(self, shipment: Shipment, filters: Filters) -> Priced:
        """Return the weights of a shipment that may end anywhere in the customs area of its destination."""
        return self._weigh(shipment, filters, self.rules.allowed_to_any)

    def _weigh(
        self, shipment: Shipment, filters: Filters, allowed: Callable[[Shipment, Filters, dict[str, int]], Bools]
    ) -> Priced:
        check_size(shipment)
        boxes = boxes_of(self.catalogue, shipment)
        quantities = quantities_of(self.catalogue, self._names, shipment, boxes)
        cost, chosen = cheapest(self.table, self._choices, quantities, allowed(shipment, filters, boxes))
        if shipment.box is None:
            self._drop_forms(cost, boxes)
        storage = self.storage.costs(shipment, boxes)
        weights = Weights(
            cost, self._emissions.grams(shipment.mass_g), self.storage.state_scheme, self.storage.free,
            storage, self.storage.day_rates(storage), self.storage.loc_free, self._via(filters),
        )  # fmt: skip
        return Priced(check_amounts(weights), quantities, chosen, boxes, {}, {}, {}, {}, {})

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

    def leg_costs(self, quantities: Ints, wanted: Bools | None = None) -> Ints:
        """
        Return the cost of every leg, or every wanted leg, in fen, whether allowed or not.

        It is -1 where the leg cannot be bought, or not within `MOST_OF_LEG`.
        """
        if wanted is None:
            wanted = np.ones(len(self.legs), dtype=np.bool_)
        cost = cheapest(self.table, self._choices, quantities, wanted)[0]
        cost[cost > MOST_OF_LEG] = NO_COST
        return cost


def _pointers(groups: Iterable[Sequence[object]]) -> Ints:
    """Return where each group begins when all are laid end to end, and the end."""
    return np.cumsum([0, *(len(group) for group in groups)]).astype(np.int64)
