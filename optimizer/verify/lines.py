"""Priced lines: exact quantities, then rounding as the model says."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from optimizer.verify.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One line as the tables demand it.

    Parameters
    ----------
    code, table
        Charge code, and the table of its row.
    rows
        Id of the row that sets the rate; all of a scale, its first one first.
    terms
        Pairs of quantity and rate that may be shown; several if two breaks of a scale cost the same.
    amount_minor, currency, cny_minor
        Amount after rounding and minimum, its currency, and the same in fen.
    is_assumed
        Whether it leans on an assumption.
    """

    code: str
    table: str
    rows: tuple[str, ...]
    terms: tuple[tuple[Fraction, Fraction], ...]
    amount_minor: int
    currency: str
    cny_minor: int
    is_assumed: bool


def half_up(value: Fraction) -> int:
    """
    Round to a whole number, a half away from zero.

    Examples
    --------
    >>> half_up(Fraction(5, 2)), half_up(Fraction(-5, 2)), half_up(Fraction(7, 3))
    (3, -3, 2)
    """
    rounded = int(abs(value) + Fraction(1, 2))
    return rounded if value >= 0 else -rounded


def minor(facts: Facts, amount: Fraction, currency: str) -> int:
    """Return an amount in minor units of its currency."""
    return half_up(amount * 10 ** facts.rates[currency].exponent)


def with_minimum(facts: Facts, amount: Fraction, minimum: Decimal | None, currency: str) -> int:
    """Return an amount in minor units, or its minimum if that is larger."""
    rounded = minor(facts, amount, currency)
    return rounded if minimum is None else max(rounded, minor(facts, Fraction(minimum), currency))


def priced(
    facts: Facts,
    *,
    code: str,
    table: str,
    rows: Iterable[str],
    terms: Iterable[tuple[Fraction, Fraction]],
    amount_minor: int,
    currency: str,
    is_assumed: bool,
) -> Line:
    """Return a line, with its amount converted to fen."""
    rate = facts.rates[currency]
    fen = Fraction(amount_minor) * Fraction(rate.cny_per_unit) * 100 / 10**rate.exponent
    return Line(
        code=code,
        table=table,
        rows=tuple(rows),
        terms=tuple(terms),
        amount_minor=amount_minor,
        currency=currency,
        cny_minor=half_up(fen),
        is_assumed=is_assumed or rate.assumed,
    )
