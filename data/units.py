"""
Integer base units - grams, cubic centimetres, metres - and the quantities that prices ask for.

Text in people's units is converted exactly or refused; nothing passes through a float.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from data.money import round_half_up

if TYPE_CHECKING:
    from data.records import ChargeableRule, LoadUnit

G_PER_KG = 1000
G_PER_T = 1_000_000
CM3_PER_M3 = 1_000_000


def ceil_div(numerator: int, denominator: int) -> int:
    """
    Return a quotient of integers rounded up.

    Examples
    --------
    >>> ceil_div(7, 2), ceil_div(8, 2)
    (4, 4)
    """
    return -(-numerator // denominator)


def kg_to_g(mass_kg: Decimal | Fraction | int) -> int:
    """Return kilograms as grams, rounded half up."""
    return round_half_up(Fraction(mass_kg) * G_PER_KG)


def m3_to_cm3(volume_m3: Decimal | Fraction | int) -> int:
    """Return cubic metres as cubic centimetres, rounded half up."""
    return round_half_up(Fraction(volume_m3) * CM3_PER_M3)


def g_to_kg(mass_g: int) -> Decimal:
    """
    Return grams as kilograms, exactly.

    Examples
    --------
    >>> g_to_kg(800_250)
    Decimal('800.250')
    """
    return Decimal(mass_g).scaleb(-3)


def cm3_to_m3(volume_cm3: int) -> Decimal:
    """Return cubic centimetres as cubic metres, exactly."""
    return Decimal(volume_cm3).scaleb(-6)


def chargeable_mass_g(rule: ChargeableRule, mass_g: int, volume_cm3: int) -> int:
    """
    Return the chargeable mass of cargo in grams.

    Parameters
    ----------
    rule
        How the product and mode weigh volume.
    mass_g, volume_cm3
        Gross mass and volume of the cargo.

    Notes
    -----
    ``max(mass_g, floor(volume_cm3 * kg_per_m3 / 1000), min_kg * 1000)``, rounded up to a multiple of ``step_g``.
    """
    # One cubic centimetre at 1 kg/m3 weighs a thousandth of a gram. Integers are quick, and rules many.
    dense, per = rule.kg_per_m3.as_integer_ratio()
    least, of = rule.min_kg.as_integer_ratio()
    volumetric_g = volume_cm3 * dense // (per * 1000)
    steps = max(ceil_div(max(mass_g, volumetric_g), rule.step_g), ceil_div(least * G_PER_KG, of * rule.step_g))
    return steps * rule.step_g


def units_needed(unit: LoadUnit, mass_g: int, volume_cm3: int, payload_g: int | None = None) -> int:
    """
    Return how many load units of one type cargo needs, by mass and by usable volume, at least one.

    Parameters
    ----------
    unit
        The type.
    mass_g, volume_cm3
        Of all the cargo.
    payload_g
        Lower limit of mass in each, if a restriction asks for one.
    """
    limit_g = unit.payload_g if payload_g is None else min(unit.payload_g, payload_g)
    return max(1, ceil_div(volume_cm3, unit.usable_cm3), ceil_div(mass_g, limit_g))


def weight_or_measure(mass_g: int, volume_cm3: int) -> Fraction:
    """
    Return tonnes or cubic metres, whichever is more (W/M), exactly.

    Examples
    --------
    >>> weight_or_measure(mass_g=800_000, volume_cm3=4_200_000)
    Fraction(21, 5)
    """
    return max(Fraction(mass_g, G_PER_T), Fraction(volume_cm3, CM3_PER_M3))
