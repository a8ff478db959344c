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
    I = round(sum of metres x g per tonne-km) + both handlings, in micrograms per kilogram;
    grams = round(mass x I / 10^9).
    """
    runs = Fraction(0)
    for call in ride.calls[1:]:
        if call.factor is not None:
            runs += call.distance_m * Fraction(case.facts.factors[call.factor].g_per_tkm)
    intensity = half_up(runs) + _hub(case, ride, "out") + _hub(case, ride, "in")
    return half_up(Fraction(case.shipment.mass_g * intensity, 10**9))


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
