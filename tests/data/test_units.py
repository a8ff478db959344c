"""Masses, volumes and the quantities prices ask for."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.units import (
    ceil_div,
    chargeable_mass_g,
    cm3_to_m3,
    g_to_kg,
    kg_to_g,
    m3_to_cm3,
    units_needed,
    weight_or_measure,
)
from tests.data.world import build, small

if TYPE_CHECKING:
    from decimal import Decimal

SMALL = build(small())
AIR = SMALL.chargeable_rules[0]
BOX = SMALL.load_units[0]
AMOUNTS = st.integers(0, 10**12)


@pytest.mark.parametrize(
    ("mass_g", "volume_cm3", "chargeable_g"),
    [
        (800_000, 4_200_000, 800_000),  # 4.2 m3 weigh 700.014 kg
        (500_000, 4_200_000, 700_500),  # up to the next half kilogram
        (1, 1, 45_000),  # the least
        (800_001, 0, 800_500),
        (800_500, 0, 800_500),
    ],
)
def test_chargeable_mass(mass_g: int, volume_cm3: int, chargeable_g: int) -> None:
    """The larger of mass and volume, at least 45 kg, in half kilograms."""
    assert chargeable_mass_g(AIR, mass_g, volume_cm3) == chargeable_g


@given(AMOUNTS, AMOUNTS, st.decimals(0, 1000, places=3), st.integers(1, 10_000), st.decimals(0, 100, places=4))
def test_chargeable_mass_by_formula(
    mass_g: int, volume_cm3: int, density: Decimal, step_g: int, min_kg: Decimal
) -> None:
    """The formula of the model, with fractions."""
    rule = dataclasses.replace(AIR, kg_per_m3=density, step_g=step_g, min_kg=min_kg)
    least = max(Fraction(mass_g), Fraction(volume_cm3 * Fraction(density) // 1000), Fraction(min_kg) * 1000)
    found = chargeable_mass_g(rule, mass_g, volume_cm3)
    assert found % step_g == 0
    assert least <= found < least + step_g


def test_units_needed() -> None:
    """Boxes by volume and by mass, at least one, and more of them under a lower limit of mass."""
    assert units_needed(BOX, mass_g=1, volume_cm3=1) == 1
    assert units_needed(BOX, mass_g=1, volume_cm3=68_000_001) == 2
    assert units_needed(BOX, mass_g=26_500_000, volume_cm3=1) == 1
    assert units_needed(BOX, mass_g=26_500_001, volume_cm3=1) == 2
    assert units_needed(BOX, mass_g=26_500_000, volume_cm3=1, payload_g=20_000_000) == 2
    assert units_needed(BOX, mass_g=26_500_000, volume_cm3=1, payload_g=99_000_000) == 1


@given(AMOUNTS, st.integers(1, 10**9))
def test_ceil_div(numerator: int, denominator: int) -> None:
    """The least integer that is not below the quotient."""
    found = ceil_div(numerator, denominator)
    assert found * denominator >= numerator > (found - 1) * denominator


@given(AMOUNTS)
def test_conversions_are_exact(amount: int) -> None:
    """Grams and cubic centimetres survive the way to kilograms and cubic metres and back."""
    assert kg_to_g(g_to_kg(amount)) == amount
    assert m3_to_cm3(cm3_to_m3(amount)) == amount


def test_weight_or_measure() -> None:
    """A tonne counts as a cubic metre."""
    assert weight_or_measure(2_500_000, 1_000_000) == Fraction(5, 2)
    assert weight_or_measure(1, 333_333) == Fraction(333_333, 1_000_000)
