"""
What a plan costs: the one formula of the objective.

Everything that adds up parts of plans, or prices an arrival, asks here; only the checker has sums of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from data.money import divide_half_up, round_half_up, to_fen
from data.plan import Journey, Unserved

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data import ExchangeRate
    from data.cargo import CargoShipment
    from data.plan import Load, Plan

DAY = 1440
DAYS_A_YEAR = 365
_MILLION = 1_000_000
_UG_PER_KG_T = 10**15
"""What a product of grams and micrograms per kilogram is divided by to be tonnes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """
    The objective of a plan, or of a part of one, in fen.

    Parameters
    ----------
    own
        Lines of the shipments themselves.
    loads
        Lines of load units.
    penalties
        For days late.
    holding
        For the capital in goods on their way.
    carbon
        For emissions.
    behind
        Prices of what stays behind.
    """

    own: int = 0
    loads: int = 0
    penalties: int = 0
    holding: int = 0
    carbon: int = 0
    behind: int = 0

    @property
    def total(self) -> int:
        """All together."""
        return self.own + self.loads + self.penalties + self.holding + self.carbon + self.behind


def evaluate(parts: Iterable[Journey | Unserved], loads: Iterable[Load] = ()) -> Cost:
    """
    Return what some parts of a plan cost, shares of load units left out as these count themselves.

    Parameters
    ----------
    parts
        Journeys, and what stays behind.
    loads
        Load units.
    """
    every = list(parts)
    journeys = [part for part in every if isinstance(part, Journey)]
    return Cost(
        own=sum(journey.own_cny_minor for journey in journeys),
        loads=sum(load.cost_cny_minor for load in loads),
        penalties=sum(journey.penalty_cny_minor for journey in journeys),
        holding=sum(journey.holding_cny_minor for journey in journeys),
        carbon=sum(journey.carbon_cny_minor for journey in journeys),
        behind=sum(part.price_cny_minor for part in every if isinstance(part, Unserved)),
    )


def evaluate_plan(plan: Plan) -> Cost:
    """Return what a whole plan costs."""
    return evaluate([*plan.journeys, *plan.unserved], plan.loads)


def days_begun(since_min: int, until_min: int) -> int:
    """
    Return the days begun between two instants, none if the second is not later.

    Examples
    --------
    >>> [days_begun(100, until) for until in (0, 100, 101, 1540, 1541)]
    [0, 0, 1, 1, 2]
    """
    return max(0, -(-(until_min - since_min) // DAY))


def late_fen(shipment: CargoShipment, days: int, fx: ExchangeRate) -> int:
    """Return the penalty of a shipment for some days late, in fen."""
    return to_fen(days * shipment.late_minor_per_day, fx) if days else 0


def holding_fen(shipment: CargoShipment, days: int, fx: ExchangeRate, ppm_year: int) -> int:
    """
    Return what the capital in the goods of a shipment costs for some days on their way, in fen.

    Parameters
    ----------
    days
        Days begun between ready and arrival.
    fx
        Rate of the currency of the value.
    ppm_year
        Parts of the value per million that a year costs.

    Notes
    -----
    value in fen * ppm_year / 10^6 * days / 365, exact until it is rounded half up, once.
    """
    if not shipment.value_minor or not ppm_year:
        return 0
    value_fen = shipment.value_minor * Fraction(fx.cny_per_unit) * 100 / 10**fx.exponent
    return round_half_up(value_fen * ppm_year * days / (_MILLION * DAYS_A_YEAR))


def carbon_fen(mass_g: int, ug_per_kg: int, minor_per_t: int) -> int:
    """
    Return the carbon cost of a ride of some goods, in fen.

    Parameters
    ----------
    mass_g
        Of the goods, without the box.
    ug_per_kg
        Micrograms CO2e for a kilogram, of all legs of the ride together.
    minor_per_t
        Fen for a tonne CO2e.

    Notes
    -----
    mass * emissions for a kilogram * price, exact until it is rounded half up, once.

    Examples
    --------
    >>> carbon_fen(2_000_000, 500_000_000, 100_00)
    10000
    """
    return divide_half_up(mass_g * ug_per_kg * minor_per_t, _UG_PER_KG_T)
