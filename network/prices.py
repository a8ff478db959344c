"""
The one price function: charge components, compiled once, priced for any shipment.

A component is a rate on a quantity (boxes, trucks, chargeable kilograms, W/M, one bill). An option is a list of
components: one way of buying one leg. The same compiled line function prices thousands of options for a search and
itemises the charges of a quote.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from data.money import to_minor
from data.units import chargeable_mass_g, units_needed

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from data import Catalogue, Row
    from data.shipment import Shipment
    from network.timetable import Ints

RATE_DIGITS, FX_DIGITS = 4, 9
RATE_SCALE = 10**RATE_DIGITS
FX_SCALE = 10**FX_DIGITS
PLAIN, BREAKS, PERCENT = 0, 1, 2
NO_COST = -1
DENOMINATORS = {
    "bl": 1,
    "box": 1,
    "truck": 1,
    "charge": 1_000,
    "weighed": 1_000,
    "kg": 1_000,
    "wm": 1_000_000,
    "wm1": 1_000_000,
}


class PriceTable(NamedTuple):
    """
    Components as arrays.

    Parameters
    ----------
    kind
        PLAIN, BREAKS or PERCENT.
    quantity
        Index into the shipment's quantities.
    rate
        Rate in 1/10,000 of the currency's minor unit; percent: parts per million.
    least
        Minimum in minor units.
    currency
        Index into `fx`.
    break_from, break_to
        For BREAKS: rows of `break_rate` and `break_quantity` (in units of the quantity).
    fx
        Exchange rates in 1/10^9 fen per minor unit.
    denominator
        Of each quantity, times RATE_SCALE.
    """

    kind: Ints
    quantity: Ints
    rate: Ints
    least: Ints
    currency: Ints
    break_from: Ints
    break_to: Ints
    break_rate: Ints
    break_quantity: Ints
    fx: Ints
    denominator: Ints


@njit(cache=True, nogil=True)
def line_minor(table: PriceTable, component: int, quantities: Ints, freight_minor: int) -> int:
    """Return the amount of one component in minor units, -1 if the shipment has no such quantity."""
    if table.kind[component] == PERCENT:
        amount = (2 * freight_minor * table.rate[component] + 1_000_000) // 2_000_000
        return max(amount, table.least[component])
    quantity = quantities[table.quantity[component]]
    if quantity < 0:
        return -1
    denominator = table.denominator[table.quantity[component]]
    if table.kind[component] == PLAIN:
        numerator = quantity * table.rate[component]
    else:
        first = table.break_from[component]
        numerator = max(quantity, table.break_quantity[first]) * table.break_rate[first]
        for i in range(first + 1, table.break_to[component]):
            numerator = min(numerator, max(quantity, table.break_quantity[i]) * table.break_rate[i])
    return max((2 * numerator + denominator) // (2 * denominator), table.least[component])


@njit(cache=True, nogil=True)
def to_fen(table: PriceTable, component: int, amount_minor: int) -> int:
    """Return an amount of a component's currency in fen."""
    return (2 * amount_minor * table.fx[table.currency[component]] + FX_SCALE) // (2 * FX_SCALE)


@njit(cache=True, nogil=True)
def price_options(table: PriceTable, option_ptr: Ints, option_component: Ints, quantities: Ints) -> Ints:
    """Return the cost of each option in fen, -1 where it cannot be bought. The freight line is the first component."""
    count = table.kind.shape[0]
    minor = np.full(count, -1, dtype=np.int64)
    fen = np.zeros(count, dtype=np.int64)
    for component in range(count):
        if table.kind[component] != PERCENT:
            minor[component] = line_minor(table, component, quantities, 0)
            if minor[component] >= 0:
                fen[component] = to_fen(table, component, minor[component])
    n = option_ptr.shape[0] - 1
    cost = np.empty(n, dtype=np.int64)
    for option in range(n):
        total = 0
        for i in range(option_ptr[option], option_ptr[option + 1]):
            component = option_component[i]
            if table.kind[component] == PERCENT:
                freight = minor[option_component[option_ptr[option]]]
                total += to_fen(table, component, line_minor(table, component, quantities, freight))
            elif minor[component] < 0:
                total = -1
                break
            else:
                total += fen[component]
        cost[option] = total
    return cost


@njit(cache=True, nogil=True)
def cheapest(option_cost: Ints, leg_first: Ints) -> tuple[Ints, Ints]:
    """Return the least cost and the first option that has it for each leg; a leg without options costs nothing."""
    n = leg_first.shape[0] - 1
    cost = np.zeros(n, dtype=np.int64)
    chosen = np.full(n, -1, dtype=np.int64)
    for leg in range(n):
        if leg_first[leg] == leg_first[leg + 1]:
            continue
        cost[leg] = -1
        for option in range(leg_first[leg], leg_first[leg + 1]):
            if option_cost[option] >= 0 and (cost[leg] < 0 or option_cost[option] < cost[leg]):
                cost[leg] = option_cost[option]
                chosen[leg] = option
    return cost, chosen


@dataclass(frozen=True, slots=True)
class Component:
    """
    Where a component comes from: the charge code, the rows behind it and the name of its quantity.

    For an air scale `rows` are its breaks in ascending order.
    """

    code: str
    table: str
    rows: tuple[Row, ...]
    basis: str
    quantity: tuple[str, ...]
    currency: str
    rate: Decimal


@dataclass
class PriceBook:
    """Collects components while a network is compiled, each distinct one once."""

    catalogue: Catalogue
    components: list[Component] = field(default_factory=list)
    quantities: dict[tuple[str, ...], int] = field(default_factory=dict)
    _columns: list[tuple[int, ...]] = field(default_factory=list)
    _breaks: list[tuple[int, int]] = field(default_factory=list)
    _known: dict[Hashable, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Give each currency its number."""
        self.currencies = {rate.currency: i for i, rate in enumerate(self.catalogue.fx)}

    def _quantity(self, name: tuple[str, ...]) -> int:
        return self.quantities.setdefault(name, len(self.quantities))

    def add(self, component: Component, least: Decimal | None = None) -> int:
        """Add a component with an optional minimum charge and return its number."""
        key = (
            component.code,
            component.table,
            *(id(row) for row in component.rows),
            component.quantity,
            component.currency,
        )
        if key in self._known:
            return self._known[key]
        number = len(self.components)
        self._known[key] = number
        self.components.append(component)
        fx = self.catalogue.exchange_rate(component.currency)
        first = len(self._breaks)
        kind, rate = PLAIN, 0
        if component.basis == "percent":
            kind, rate = PERCENT, _scaled(component.rate, 4, component)
        elif component.basis == "breaks":
            kind = BREAKS
            for row in component.rows:
                scaled = _scaled(row.rate, fx.exponent + RATE_DIGITS, component)  # type: ignore[attr-defined]
                self._breaks.append((scaled, row.break_kg * 1_000))  # type: ignore[attr-defined]
        else:
            rate = _scaled(component.rate, fx.exponent + RATE_DIGITS, component)
        minimum = 0 if least is None else to_minor(least, fx)
        quantity = self._quantity(component.quantity)
        currency = self.currencies[component.currency]
        self._columns.append((kind, quantity, rate, minimum, currency, first, len(self._breaks)))
        return number

    def table(self) -> PriceTable:
        """Return the arrays of everything added so far."""
        columns = np.array(self._columns, dtype=np.int64).reshape(-1, 7).T
        breaks = np.array(self._breaks, dtype=np.int64).reshape(-1, 2).T
        fx = [_scaled(rate.cny_per_unit, 2 + FX_DIGITS - rate.exponent, rate.currency) for rate in self.catalogue.fx]
        denominator = [DENOMINATORS[name[0]] * RATE_SCALE for name in self.quantities]
        arrays = (*columns, *breaks, np.array(fx), np.array(denominator))
        return PriceTable(*(np.ascontiguousarray(array, dtype=np.int64) for array in arrays))


def _scaled(value: Decimal, digits: int, of: object) -> int:
    """Return value times a power of ten as a whole number, refusing a rate finer than the arithmetic."""
    scaled = value.scaleb(digits)
    whole = int(scaled)
    if whole != scaled:
        msg = f"rate with too many decimals: {of}"
        raise ValueError(msg)
    return whole


def quantities_of(
    catalogue: Catalogue, names: Sequence[tuple[str, ...]], shipment: Shipment, boxes: dict[str, int]
) -> Ints:
    """
    Return a shipment's quantities.

    Parameters
    ----------
    catalogue
        With load units, chargeable-weight rules and settings.
    names
        ("bl",), ("box", type), ("truck", type), ("charge", product, mode), ("kg",), ("wm",), ("wm1",), and
        ("weighed", product, mode): the chargeable mass, or the gross mass where there is no rule.
    shipment
        The cargo.
    boxes
        Number of boxes by type, for the types it may use.
    """
    units = {unit.code: unit for unit in catalogue.load_units}
    rules = {(str(rule.product), str(rule.mode)): rule for rule in catalogue.chargeable_rules}
    most_trucks = catalogue.setting_int("max_trucks")
    measure = max(shipment.mass_g, shipment.volume_cm3)

    def trucks(unit: str) -> int:
        count = units_needed(units[unit], shipment.mass_g, shipment.volume_cm3)
        return count if count <= most_trucks else NO_COST

    def chargeable(product: str, mode: str) -> int:
        rule = rules.get((product, mode))
        return NO_COST if rule is None else chargeable_mass_g(rule, shipment.mass_g, shipment.volume_cm3)

    fixed = {"bl": 1, "kg": shipment.mass_g, "wm": measure, "wm1": max(measure, 1_000_000)}

    def quantity(name: tuple[str, ...]) -> int:
        if name[0] == "box":
            return boxes.get(name[1], NO_COST)
        if name[0] == "truck":
            return trucks(name[1])
        if name[0] == "weighed":
            charged = chargeable(name[1], name[2])
            return shipment.mass_g if charged == NO_COST else charged
        return chargeable(name[1], name[2]) if name[0] == "charge" else fixed[name[0]]

    return np.array([quantity(name) for name in names], dtype=np.int64)


def quantity_value(name: tuple[str, ...], quantity: int) -> Decimal:
    """Return a quantity in the unit people read: boxes, trucks, kg, W/M."""
    return Decimal(quantity) / DENOMINATORS[name[0]]
