"""Exact money, against fractions."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.money import divide_half_up, format_minor, from_fen, line_minor, round_half_up, to_fen, to_minor
from tests.data.world import build, small

SMALL = build(small())
CNY, USD, JPY = (SMALL.exchange_rate(code) for code in ("CNY", "USD", "JPY"))


@given(st.fractions())
def test_half_up_away_from_zero(value: Fraction) -> None:
    """The nearest integer, and of two equally near the one further from zero."""
    found = round_half_up(value)
    assert abs(found - value) <= Fraction(1, 2)
    if abs(found - value) == Fraction(1, 2):
        assert abs(found) > abs(value)
    assert round_half_up(-value) == -found


@given(st.integers(), st.integers().filter(bool))
def test_division(numerator: int, denominator: int) -> None:
    """Dividing and rounding is rounding the fraction, whatever the signs."""
    assert divide_half_up(numerator, denominator) == round_half_up(Fraction(numerator, denominator))


@pytest.mark.parametrize(
    ("amount", "minor"),
    [("0.005", 1), ("0.0049", 0), ("12.345", 1235), ("-12.345", -1235), ("1e3", 100_000)],
)
def test_to_minor(amount: str, minor: int) -> None:
    """Half a fen counts as one."""
    assert to_minor(Decimal(amount), CNY) == minor


def test_currencies_without_minor_unit() -> None:
    """Yen have no hundredths."""
    assert to_minor(Decimal("12.5"), JPY) == 13
    assert to_fen(1000, JPY) == 4700  # 1000 yen at 0.047 are 47 yuan
    assert from_fen(4700, JPY) == 1000
    assert format_minor(13, JPY) == "13"


@given(st.integers(-(10**12), 10**12))
def test_to_fen_by_hand(amount_minor: int) -> None:
    """Cents at 7.1 to the dollar, and fen as they are."""
    assert to_fen(amount_minor, CNY) == amount_minor
    assert to_fen(amount_minor, USD) == int(math.copysign((abs(amount_minor) * 71 + 5) // 10, amount_minor))


def test_lines() -> None:
    """Rounded first, then the minimum: by hand."""
    assert line_minor(3, Decimal("2450.505"), USD) == 735_152  # 7351.515 dollars
    assert line_minor(Fraction(21, 5), Decimal(10), USD, Decimal(50)) == 5000
    assert line_minor(Fraction(26, 5), Decimal(10), USD, Decimal(50)) == 5200
    assert line_minor(0, Decimal(10), JPY, None) == 0


@given(st.integers(-(10**9), 10**9))
def test_text_is_exact(amount_minor: int) -> None:
    """Text of an amount reads back as the amount."""
    assert to_minor(Decimal(format_minor(amount_minor, CNY)), CNY) == amount_minor
