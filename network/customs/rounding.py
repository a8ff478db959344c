"""Rounding of customs amounts, as the table ``customs_roundings`` names it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from data.money import round_half_up
from data.units import ceil_div

if TYPE_CHECKING:
    from data.records_customs import CustomsRounding


def rounded(amount: Fraction, rule: CustomsRounding | None) -> Fraction:
    """
    Return an amount of at least 0 in minor units, rounded as a row says; exactly as it is without a row.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> rule = SimpleNamespace(step_minor=100, mode="down")
    >>> rounded(Fraction(1999, 2), rule), rounded(Fraction(1, 3), None)
    (Fraction(900, 1), Fraction(1, 3))
    """
    if rule is None:
        return amount
    steps = amount / rule.step_minor
    if rule.mode == "half_up":
        whole = round_half_up(steps)
    elif rule.mode == "up":
        whole = ceil_div(*steps.as_integer_ratio())
    else:
        whole = steps.numerator // steps.denominator
    return Fraction(whole * rule.step_minor)
