"""Emissions of a leg."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.verify.lines import half_up
from optimizer.verify.rows import handling_row

if TYPE_CHECKING:
    from optimizer.verify.case import Case
    from optimizer.verify.ride import Ride


def leg_grams(case: Case, ride: Ride) -> int:
    """
    Return the grams CO2e of a leg.

    Notes
    -----
    grams = round(mass x intensity / 10^9).
    """
    return half_up(Fraction(case.shipment.mass_g * intensity(case, ride), 10**9))


def intensity(case: Case, ride: Ride) -> int:
    """
    Return the micrograms CO2e of a leg for a kilogram.

    Notes
    -----
    round(sum of metres x g per tonne-km) + both handlings.
    """
    runs = Fraction(0)
    for call in ride.calls[1:]:
        if call.factor is not None:
            runs += call.distance_m * Fraction(case.facts.factors[call.factor].g_per_tkm)
    return half_up(runs) + _hub(case, ride, "out") + _hub(case, ride, "in")


def is_complete(ride: Ride) -> bool:
    """Tell whether every run of a leg has a factor and a distance."""
    return all(call.factor is not None and call.distance_m > 0 for call in ride.calls[1:])


def _hub(case: Case, ride: Ride, direction: str) -> int:
    """Return the handling emissions at one end; a through rate's hub has none."""
    place = ride.board if direction == "out" else ride.alight
    if (ride.is_first and direction == "in") or (ride.is_second and direction == "out"):
        return 0
    row = handling_row(case.facts, place, ride.service.mode, direction, ride.form)
    return 0 if row is None else row.hub_ug_per_kg
