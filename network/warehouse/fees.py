"""The prices of a card, applied: exact quantities times rates, each line rounded once to the minor unit."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from data.money import line_minor

if TYPE_CHECKING:
    from decimal import Decimal

    from data.codes import WarehouseBasis, WarehouseFeeKind
    from data.records_warehouses import WarehouseFee
    from network.warehouse.cards import Card

MM3_PER_M3 = 10**9
DOMESTIC = "domestic"
"""The zone of the last mile within the territory of the warehouse."""
AREA = "area"
"""The zone of the last mile to another territory of the same customs area."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeLine:
    """
    One amount.

    Parameters
    ----------
    row
        The price it follows from, with its basis.
    quantity
        Of the basis, exact: cubic metres times days, boxes, pieces.
    currency, minor
        The amount in minor units of the card's currency.
    """

    row: WarehouseFee
    quantity: Fraction
    currency: str
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """
    What is sent to one buyer in one parcel.

    Parameters
    ----------
    lines
        Mass of a piece in grams and number of pieces, for each SKU.
    zone
        Of the last mile.
    """

    lines: tuple[tuple[int, int], ...]
    zone: str = DOMESTIC

    @property
    def mass_g(self) -> int:
        """Mass of all pieces."""
        return sum(mass_g * units for mass_g, units in self.lines)

    @property
    def units(self) -> int:
        """Number of pieces."""
        return sum(units for _, units in self.lines)


def _line(card: Card, row: WarehouseFee, quantity: Fraction | int) -> FeeLine:
    minor = line_minor(quantity, row.price, card.rate)
    return FeeLine(row=row, quantity=Fraction(quantity), currency=card.row.currency, minor=minor)


def storage_rate(card: Card, day: int) -> Decimal | None:
    """Return the price of a cubic metre on a day of storage, None if the card has no storage or the day is below 1."""
    row = tier_of(card, day)
    return None if row is None else row.price


def tier_of(card: Card, day: int) -> WarehouseFee | None:
    """Return the tier that a day of storage falls in; day 1 is the day after receipt."""
    for row in card.tiers:
        if (row.from_day or 1) <= day and (row.to_day is None or day <= row.to_day):
            return row
    return None


def storage_lines(card: Card, *, volume_mm3: int, age_days: int, days: int) -> tuple[FeeLine, ...]:
    """
    Return what goods pay for lying some more days, one line for each tier they are in.

    Parameters
    ----------
    card
        With its tiers.
    volume_mm3
        Of all of them.
    age_days
        Days since their receipt; below 0 for those that are still to come.
    days
        How many days from then on.

    Notes
    -----
    Goods of age `a` that lie `n` more days pay for the days of storage `a + 1` to `a + n`, as far as those are above 0;
    so goods that leave at age `a` have paid for `a` days. A line is
    ``volume in m3 * days in the tier * price``, rounded half up.
    """
    first, last = max(1, age_days + 1), age_days + days
    found = []
    for row in card.tiers:
        begin = max(first, row.from_day or 1)
        end = last if row.to_day is None else min(last, row.to_day)
        if begin <= end:
            found.append(_line(card, row, Fraction(volume_mm3, MM3_PER_M3) * (end - begin + 1)))
    return tuple(found)


def handling_line(
    card: Card, fee: WarehouseFeeKind, basis: WarehouseBasis, count: int, mass_g: int | None = None
) -> FeeLine | None:
    """
    Return what handling costs, None if the card has no price for it.

    Parameters
    ----------
    card
        With its prices.
    fee, basis
        Such as ``inbound`` and ``per_carton``.
    count
        How many of the basis.
    mass_g
        Of one, for prices by mass.
    """
    row = card.price(fee, basis, mass_g=mass_g)
    return None if row is None else _line(card, row, count)


def unloading_line(card: Card, box: str, count: int) -> FeeLine | None:
    """Return what unloading boxes of one type costs, None if the card has no price for it."""
    row = card.price("unloading", "per_box", box)
    return None if row is None else _line(card, row, count)


def order_lines(card: Card, order: Order) -> dict[WarehouseFeeKind, tuple[FeeLine, ...]]:
    """
    Return what picking and packing an order, and its last mile, cost; a fee without a price has no lines.

    Notes
    -----
    A card prices picking by the first piece and each further one, by the line, or both; bands of the first piece and
    of the last mile are those of the mass of the order, bands of a line those of its own mass.
    """
    found: dict[WarehouseFeeKind, tuple[FeeLine, ...]] = {"pick_pack": _picking(card, order)}
    row = card.price("last_mile", "per_parcel", order.zone, order.mass_g)
    found["last_mile"] = () if row is None else (_line(card, row, 1),)
    return found


def _picking(card: Card, order: Order) -> tuple[FeeLine, ...]:
    """Return the lines of picking, none if one of them has no price."""
    lines: list[FeeLine | None] = []
    if ("pick_pack", "per_first_item", "") in card.prices:
        lines.append(handling_line(card, "pick_pack", "per_first_item", 1, order.mass_g))
        if order.units > 1:
            lines.append(handling_line(card, "pick_pack", "per_extra_item", order.units - 1, order.mass_g))
    if ("pick_pack", "per_line", "") in card.prices:
        lines += [
            handling_line(card, "pick_pack", "per_line", 1, mass_g * units) for mass_g, units in order.lines if units
        ]
    return tuple(line for line in lines if line is not None) if None not in lines else ()
