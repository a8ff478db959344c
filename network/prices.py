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
from numpy.typing import NDArray

from data.money import to_minor
from data.units import chargeable_mass_g, units_needed

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from data import Catalogue, Row
    from data.shipment import Shipment
    from network.timetable import Ints

Bools = NDArray[np.bool_]
RATE_DIGITS, FX_DIGITS = 4, 9
RATE_SCALE = 10**RATE_DIGITS
FX_SCALE = 10**FX_DIGITS
PPM = 1_000_000
PLAIN, BREAKS, PERCENT = 0, 1, 2
NO_COST = -1
MOST_AMOUNT = 1 << 54
"""Amounts of lines stop growing here: far above what `network.weights` lets a leg cost, and sums of them still fit."""
MOST_RATE, MOST_SHARE, MOST_FX = 1 << 40, 1 << 28, 1 << 36
"""Scaled rates, percentages and exchange rates with which no line outgrows a machine integer below `MOST_AMOUNT`."""
# Products of smaller numbers than these fit a machine integer.
_SMALL_QUANTITY, _SMALL_RATE = 1 << 28, 1 << 34
_DIGIT = 20
MOST_DAYS = 130
"""Days of storage for which a table is made; longer than any search."""

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


class Choices(NamedTuple):
    """
    The ways of buying each leg.

    Parameters
    ----------
    leg_first
        Options of leg i are ``leg_first[i]:leg_first[i + 1]``.
    option_first
        Components of option o are ``component[option_first[o]:option_first[o + 1]]``, the freight line first.
    component
        Numbers of components.
    """

    leg_first: Ints
    option_first: Ints
    component: Ints


# The loops below unpack a table once and give helpers scalars: a helper that is given the table itself counts
# references to all its arrays, which takes thirty times as long as the line.


@njit(cache=True, nogil=True)
def share_half_up(quantity: int, rate: int, denominator: int) -> int:
    """
    Return ``quantity * rate / denominator`` rounded half up, whether or not the product fits a machine integer.

    Parameters
    ----------
    quantity, rate
        Not negative.
    denominator
        At most 2^40.
    """
    if quantity < _SMALL_QUANTITY and rate < _SMALL_RATE:
        return (quantity * rate + denominator // 2) // denominator
    return _large_share(quantity, rate, denominator)


@njit(cache=True, nogil=True)
def _large_share(quantity: int, rate: int, denominator: int) -> int:
    """
    Return what `share_half_up` does without making the product.

    Notes
    -----
    With quantity = Q d + q and rate = R d + r the quotient is Q rate + q R + q r / d, and only the last term is not
    whole. It is divided as on paper, q having two digits of `_DIGIT` bits. Exact as long as the result is below 2^62.
    """
    q = quantity % denominator
    r = rate % denominator
    whole = (quantity // denominator) * rate + q * (rate // denominator)
    first = (q >> _DIGIT) * r
    second = ((first % denominator) << _DIGIT) + (q & ((1 << _DIGIT) - 1)) * r
    return whole + ((first // denominator) << _DIGIT) + (second + denominator // 2) // denominator


@njit(cache=True, nogil=True)
def _scaled_freight(rates: Ints, quantities: Ints, quantity: int, denominator: int) -> int:
    """Return the least amount of a scale of breaks; a break may be booked with less cargo."""
    # The least amount rounded is the least of the rounded amounts; products that fit are compared undivided.
    least = MOST_AMOUNT
    product = _SMALL_QUANTITY * _SMALL_RATE
    for i in range(rates.shape[0]):
        booked = max(quantity, quantities[i])
        if booked < _SMALL_QUANTITY and rates[i] < _SMALL_RATE:
            product = min(product, booked * rates[i])
        else:
            least = min(least, _large_share(booked, rates[i], denominator))
    if product < _SMALL_QUANTITY * _SMALL_RATE:
        least = min(least, (product + denominator // 2) // denominator)
    return least


@njit(cache=True, nogil=True)
def price_lines(table: PriceTable, components: Ints, quantities: Ints) -> tuple[Ints, Ints]:
    """
    Return the amounts of lines in minor units of their currencies and in fen, neither above `MOST_AMOUNT`.

    Parameters
    ----------
    table
        All components.
    components
        Those to price. Percentages are of the first.
    quantities
        Of the shipment; the amount of a line without quantity is -1.
    """
    kind, measure, rate, least, currency, first, last, break_rate, break_quantity, fx, denominator = table
    minor = np.full(components.shape[0], NO_COST, dtype=np.int64)
    fen = np.full(components.shape[0], NO_COST, dtype=np.int64)
    for i in range(components.shape[0]):
        c = components[i]
        quantity = quantities[measure[c]]
        if kind[c] == PERCENT:
            amount = share_half_up(minor[0], rate[c], PPM)
        elif quantity < 0:
            continue
        elif kind[c] == PLAIN:
            amount = share_half_up(quantity, rate[c], denominator[measure[c]])
        else:
            scale = slice(first[c], last[c])
            amount = _scaled_freight(break_rate[scale], break_quantity[scale], quantity, denominator[measure[c]])
        minor[i] = min(max(amount, least[c]), MOST_AMOUNT)
        fen[i] = _fen(minor[i], fx[currency[c]])
    return minor, fen


@njit(cache=True, nogil=True)
def price_groups(table: PriceTable, components: Ints, ptr: Ints, quantities: Ints) -> tuple[Ints, Ints]:
    """Return what `price_lines` does for groups of components, group i being those from ptr[i] up to ptr[i + 1]."""
    minor = np.empty(components.shape[0], dtype=np.int64)
    fen = np.empty(components.shape[0], dtype=np.int64)
    for i in range(ptr.shape[0] - 1):
        group = slice(ptr[i], ptr[i + 1])
        minor[group], fen[group] = price_lines(table, components[group], quantities)
    return minor, fen


@njit(cache=True, nogil=True)
def _fen(minor: int, fx: int) -> int:
    """Return an amount in fen; the most there is, if it is the most in its currency."""
    return MOST_AMOUNT if minor == MOST_AMOUNT else min(share_half_up(minor, fx, FX_SCALE), MOST_AMOUNT)


@njit(cache=True, nogil=True)
def _components_of(choices: Choices, allowed: Bools, count: int) -> Ints:
    """Return the components of the legs allowed, of some in all."""
    leg_first, option_first, components = choices
    is_wanted = np.zeros(count, dtype=np.bool_)
    for leg in range(allowed.shape[0]):
        if allowed[leg]:
            for i in range(option_first[leg_first[leg]], option_first[leg_first[leg + 1]]):
                is_wanted[components[i]] = True
    return np.flatnonzero(is_wanted)


@njit(cache=True, nogil=True)
def cheapest(table: PriceTable, choices: Choices, quantities: Ints, allowed: Bools) -> tuple[Ints, Ints]:
    """
    Return the least cost in fen and the first option that has it for each leg, both -1 where it cannot be bought.

    Legs that are not allowed are not priced; a leg without options costs nothing.
    """
    kind, _, rate, least, currency, _, _, _, _, fx, _ = table
    leg_first, option_first, components = choices
    # Priced all at once, because options share lines; percentages depend on the option and are priced again.
    wanted = _components_of(choices, allowed, kind.shape[0])
    minor = np.empty(kind.shape[0], dtype=np.int64)
    fen = np.empty(kind.shape[0], dtype=np.int64)
    minor[wanted], fen[wanted] = price_lines(table, wanted, quantities)
    cost = np.full(leg_first.shape[0] - 1, NO_COST, dtype=np.int64)
    chosen = np.full(leg_first.shape[0] - 1, NO_COST, dtype=np.int64)
    for leg in range(cost.shape[0]):
        if allowed[leg] and leg_first[leg] == leg_first[leg + 1]:
            cost[leg] = 0
        for option in range(leg_first[leg], leg_first[leg + 1] if allowed[leg] else 0):
            total = 0
            freight = option_first[option]
            for i in range(freight, option_first[option + 1]):
                c = components[i]
                if kind[c] == PERCENT:
                    amount = max(share_half_up(minor[components[freight]], rate[c], PPM), least[c])
                    total += _fen(min(amount, MOST_AMOUNT), fx[currency[c]])
                elif minor[c] < 0:
                    total = NO_COST
                    break
                else:
                    total += fen[c]
            if total >= 0 and (cost[leg] < 0 or total < cost[leg]):
                cost[leg], chosen[leg] = total, option
    return cost, chosen


class Tiers(NamedTuple):
    """
    Distinct storage tiers as arrays, the same for every shipment.

    Parameters
    ----------
    first, last
        Days charged, `last` at most `MOST_DAYS`.
    quantity
        Number of the quantity charged each day.
    rate_up, rate_down
        Minor units of the currency for one gram, cubic centimetre or box, as a fraction.
    fen_up, fen_down
        Fen for one minor unit, as a fraction.
    """

    first: Ints
    last: Ints
    quantity: Ints
    rate_up: Ints
    rate_down: Ints
    fen_up: Ints
    fen_down: Ints


@njit(cache=True, nogil=True)
def tier_costs(tiers: Tiers, quantity: Ints) -> Ints:
    """Return the cumulated cost in fen of 0 to MOST_DAYS days, one row per tier, given its quantity."""
    first, last, _, rate_up, rate_down, fen_up, fen_down = tiers
    table = np.zeros((first.shape[0], MOST_DAYS + 1), dtype=np.int64)
    for i in range(first.shape[0]):
        for day in range(first[i], MOST_DAYS + 1 if quantity[i] > 0 and rate_up[i] > 0 else 0):
            charged = min(day, last[i]) - first[i] + 1
            minor = share_half_up(charged * quantity[i], rate_up[i], rate_down[i])
            table[i, day] = share_half_up(minor, fen_up[i], fen_down[i])
    return table


@njit(cache=True, nogil=True)
def scheme_costs(by_tier: Ints, first: Ints, tier: Ints) -> Ints:
    """Return the sums of the rows of each scheme's tiers."""
    table = np.zeros((first.shape[0] - 1, by_tier.shape[1]), dtype=np.int64)
    for scheme in range(table.shape[0]):
        for i in range(first[scheme], first[scheme + 1]):
            table[scheme] += by_tier[tier[i]]
    return table


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
            kind, rate = PERCENT, _scaled(component.rate, 4, component, MOST_SHARE)
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
        fx = [
            _scaled(rate.cny_per_unit, 2 + FX_DIGITS - rate.exponent, rate.currency, MOST_FX)
            for rate in self.catalogue.fx
        ]
        denominator = [DENOMINATORS[name[0]] * RATE_SCALE for name in self.quantities]
        arrays = (*columns, *breaks, np.array(fx), np.array(denominator))
        return PriceTable(*(np.ascontiguousarray(array, dtype=np.int64) for array in arrays))


def _scaled(value: Decimal, digits: int, of: object, most: int = MOST_RATE) -> int:
    """Return value times a power of ten as a whole number, refusing a rate finer or larger than the arithmetic."""
    scaled = value.scaleb(digits)
    whole = int(scaled)
    if whole != scaled:
        msg = f"rate with too many decimals: {of}"
        raise ValueError(msg)
    if whole > most:
        msg = f"rate of more than {Decimal(most).scaleb(-digits)}: {of}"
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
