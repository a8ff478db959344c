"""A seller's stock: what is sold, how much of it is asked for where and when, and what lies or travels where."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

Battery = Literal["none", "in_equipment", "packed", "loose"]
LotState = Literal["on_hand", "in_transit"]
IN_PRODUCTION = "in_production"
"""State of goods that are not made yet, beside those of lots."""
TransitMode = Literal["sea", "rail", "air", "sea_air", "road"]

MILLI = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sku:
    """
    An article as it is sold: one piece of it.

    Parameters
    ----------
    id, name
        The seller's code, and what it is.
    length_mm, width_mm, height_mm, mass_g
        Of one packed piece.
    value_minor, currency
        What one piece is worth, in minor units; None where that is not said.
    hs
        Commodity code of 6, 8 or 10 digits, None where it is not said.
    battery
        Which battery is in it.
    carton_units
        Pieces in a carton, None where that is not said.
    price_minor
        What one piece is sold for, in minor units of the same currency; None where that is not said.
    least_units
        Least pieces of an order from the maker, None without.
    shelf_days
        Days of age from which a piece cannot be sold any more, None without.
    """

    id: str
    name: str | None = None
    length_mm: int
    width_mm: int
    height_mm: int
    mass_g: int
    value_minor: int | None = None
    currency: str = "CNY"
    hs: str | None = None
    battery: Battery = "none"
    carton_units: int | None = None
    price_minor: int | None = None
    least_units: int | None = None
    shelf_days: int | None = None

    @property
    def volume_mm3(self) -> int:
        """Volume of one packed piece."""
        return self.length_mm * self.width_mm * self.height_mm


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """
    What one market asks for of one SKU in one week.

    Parameters
    ----------
    sku
        Id of the SKU.
    market
        Code of a territory.
    week
        ISO week, such as ``2026-W49``.
    mean_milli, sd_milli
        Expected pieces and their standard deviation, in thousandths of a piece.
    """

    sku: str
    market: str
    week: str
    mean_milli: int
    sd_milli: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """
    Most that may be spent on freight and goods in one week.

    Parameters
    ----------
    week
        ISO week, such as ``2026-W49``.
    amount_minor, currency
        In minor units.
    """

    week: str
    amount_minor: int
    currency: str = "CNY"


class Aged(NamedTuple):
    """
    Some pieces of one age.

    Parameters
    ----------
    units
        How many.
    days
        Days since they were received.
    """

    units: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """
    Pieces of one SKU on hand in one warehouse, or on their way to it.

    Parameters
    ----------
    sku, warehouse
        Ids of the SKU and of the row of ``warehouses``.
    state
        On hand, or in transit.
    units
        How many.
    ages
        Of stock on hand, by age; their units add up to `units`.
    counted_on
        Day of the count, on which the ages hold; None in transit.
    arrives_on
        Day of receipt of what is in transit; None on hand.
    mode
        By which it travels, None where that is not said.
    """

    sku: str
    warehouse: str
    state: LotState
    units: int
    ages: tuple[Aged, ...] = ()
    counted_on: dt.date | None = None
    arrives_on: dt.date | None = None
    mode: TransitMode | None = None

    def received(self) -> tuple[tuple[int, dt.date], ...]:
        """Return pieces with the day they were, or will be, received, oldest first."""
        if self.arrives_on is not None:
            return ((self.units, self.arrives_on),)
        if self.counted_on is None:
            return ()
        oldest = sorted(self.ages, key=lambda part: -part.days)
        return tuple((part.units, self.counted_on - dt.timedelta(days=part.days)) for part in oldest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Production:
    """
    Pieces of one SKU that are being made for one warehouse, and can be sent only once they are ready.

    Parameters
    ----------
    sku, warehouse
        Ids of the SKU and of the row of ``warehouses``.
    units
        How many.
    ready_on
        First day on which they can be sent.
    """

    sku: str
    warehouse: str
    units: int
    ready_on: dt.date

    @property
    def state(self) -> str:
        """The word of the sheet for it."""
        return IN_PRODUCTION


@dataclass(frozen=True, kw_only=True)
class Stock:
    """
    A seller's stock.

    Parameters
    ----------
    skus, demand, lots
        In the order of the file.
    budgets
        Of the weeks that have one; none without a limit.
    production
        What is being made. It is no lot, so that nothing counts it as stock that is there, or on its way.
    """

    skus: tuple[Sku, ...]
    demand: tuple[Demand, ...] = ()
    lots: tuple[Lot, ...] = ()
    budgets: tuple[Budget, ...] = ()
    production: tuple[Production, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Sku]:
        """The SKUs by their id."""
        return {sku.id: sku for sku in self.skus}
