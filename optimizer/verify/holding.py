"""What the capital in goods on their way costs: the days from ready to arrival, at the rate that the plan names."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.verify.lines import half_up

if TYPE_CHECKING:
    from data.plan import Objective
    from optimizer.verify.log import Log
    from optimizer.verify.passenger import Passenger

_DAY_MIN = 24 * 60
_YEAR_DAYS = 365
_MILLION = 10**6
_MOST_PPM = 10 * _MILLION


def check_holding(passenger: Passenger, objective: Objective, log: Log) -> None:
    """Check what a journey pays for the time its goods are on their way."""
    due = _demanded(passenger, objective.holding_ppm_year, log)
    message = "value x rate x days begun / 365"
    log.same("holding", passenger.subject, message, passenger.journey.holding_cny_minor, due)


def check_rate(objective: Objective, log: Log) -> None:
    """Check that the rate is one that may be asked for."""
    log.no_later("holding_rate", "plan", "capital costs something or nothing", 0, objective.holding_ppm_year)
    log.no_later("holding_rate", "plan", "at most 1000 % a year", objective.holding_ppm_year, _MOST_PPM)


def _demanded(passenger: Passenger, ppm_year: int, log: Log) -> int:
    """
    Return the holding of a journey in fen, worked out from its last step.

    Notes
    -----
    The share of a year is days / 365; the value is that of its own currency, exact until all is rounded.
    """
    case, shipment, steps = passenger.case, passenger.shipment, passenger.journey.steps
    if ppm_year == 0 or shipment.value_minor is None or not steps:
        return 0
    rate = case.facts.rates.get(shipment.value_currency or shipment.currency)
    if rate is None:
        log.add("currency", "amount", "there is no exchange rate", shipment.value_currency, None)
        return 0
    minutes = max(0, steps[-1].available_min - case.ready_min)
    days = (minutes + _DAY_MIN - 1) // _DAY_MIN
    yuan = Fraction(shipment.value_minor, 10**rate.exponent) * Fraction(rate.cny_per_unit)
    return half_up(yuan * 100 * Fraction(days, _YEAR_DAYS) * Fraction(ppm_year, _MILLION))
