"""The carbon cost of journeys: what each ride emits, at the price that the plan names."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.verify.emissions import intensity
from optimizer.verify.lines import half_up

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.plan import Objective
    from optimizer.verify.log import Log
    from optimizer.verify.passenger import Passenger
    from optimizer.verify.ride import Ride

_UG_PER_T = 10**12
_G_PER_KG = 1000
_MOST_MINOR = 10**7


def check_carbon(passenger: Passenger, rides: Mapping[int, Ride], objective: Objective, log: Log) -> None:
    """Check what a journey pays for its emissions, given its legs by step."""
    demanded = _demanded(passenger, rides, objective.carbon_minor_per_t)
    message = "mass x emissions x price, each ride rounded"
    log.same("carbon", "journey", message, passenger.journey.carbon_cny_minor, demanded)


def check_price(objective: Objective, log: Log) -> None:
    """Check that the price is one that may be asked for."""
    log.no_later("carbon_price", "plan", "emissions cost something or nothing", 0, objective.carbon_minor_per_t)
    log.no_later("carbon_price", "plan", "at most 100,000 CNY a tonne", objective.carbon_minor_per_t, _MOST_MINOR)


def _demanded(passenger: Passenger, rides: Mapping[int, Ride], minor_per_t: int) -> int:
    """
    Return the carbon cost of a journey in fen.

    Notes
    -----
    Every leg is a ride of its own, but those in a shared box are one together.
    """
    case, together, found = passenger.case, Fraction(0), 0
    stuff, strip = (passenger.shared or (0, 0)) if passenger.journey.load is not None else (0, 0)
    for index, ride in rides.items():
        tonnes = Fraction(case.shipment.mass_g * intensity(case, ride), _G_PER_KG * _UG_PER_T)
        if stuff < index < strip:
            together += tonnes
        else:
            found += half_up(tonnes * minor_per_t)
    return found + half_up(together * minor_per_t)
