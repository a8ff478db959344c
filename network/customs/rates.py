"""Rates of rows: a percentage, an amount for a unit, or both combined, in one of three cases."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from decimal import Decimal

    from data.codes import DutyCombine
    from data.records_customs import DutyRate, LowValueRule
    from network.customs.question import GoodsLine
    from network.customs.rules_of_date import RulesOfDate

Case = Literal["low", "point", "high"]
CASES: tuple[Case, ...] = ("low", "point", "high")
"""Every uncertain rate at its least, as it is taken, and at its most."""
PERCENT = 100
_PER_UNIT = {"kg": 1000, "item": 1, "l": 1000}


class Measured(NamedTuple):
    """Goods as a rate sees them: customs value in minor units of the territory's currency, and the line."""

    value_minor: Fraction
    line: GoodsLine


def at_case(row: object, column: str, case: Case) -> Fraction:
    """
    Return what a column of a row with a range says in a case, 0 if it is empty.

    Parameters
    ----------
    row
        With ``column``, ``column_low`` and ``column_high``.
    column
        Name of the middle one.
    case
        Which of them; the middle one stands for an empty end.
    """
    point: Decimal | None = getattr(row, column)
    end: Decimal | None = point if case == "point" else getattr(row, f"{column}_{case}")
    value = point if end is None else end
    return Fraction(0) if value is None else Fraction(value)


def units(line: GoodsLine, unit: str | None) -> Fraction:
    """Return how many units of a rate a line has: kilograms, items or litres, exactly."""
    amount = {"kg": line.mass_g, "l": line.volume_ml}.get(unit or "item", line.quantity)
    return Fraction(amount, _PER_UNIT[unit or "item"])


def parts(
    row: DutyRate | LowValueRule, case: Case, goods: Measured, rules: RulesOfDate, currency: str
) -> tuple[Fraction, Fraction]:
    """Return what the percentage and what the amount of a rate come to, in minor units of a currency."""
    share = at_case(row, "percent", case) / PERCENT * goods.value_minor
    if row.currency is None:
        return share, Fraction(0)
    one = rules.major(at_case(row, "amount", case), row.currency, currency)
    return share, one * units(goods.line, row.unit)


def due(row: DutyRate | LowValueRule, case: Case, goods: Measured, rules: RulesOfDate, currency: str) -> Fraction:
    """
    Return the duty of a rate on one line, unrounded.

    Notes
    -----
    ``percent``: p · value; ``amount``: a · units; ``sum``: both; ``max`` and ``min``: the greater, the less of them.
    """
    share, specific = parts(row, case, goods, rules, currency)
    return combined(row.combine, share, specific)


def combined(combine: DutyCombine, share: Fraction, specific: Fraction) -> Fraction:
    """Return what is due of a percentage and an amount: one of them, both, the greater or the less."""
    match combine:
        case "percent":
            return share
        case "amount":
            return specific
        case "sum":
            return share + specific
        case "max":
            return max(share, specific)
        case _:
            return min(share, specific)


def is_zero(row: DutyRate, case: Case) -> bool:
    """Return whether nothing can be due by a rate in a case."""
    return at_case(row, "percent", case) == 0 and at_case(row, "amount", case) == 0
