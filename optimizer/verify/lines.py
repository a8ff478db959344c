"""Priced lines: exact quantities, then rounding as the model says."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from optimizer.verify.facts import Facts


class Sourced(Protocol):
    """A row of a table that sets rates."""

    @property
    def id(self) -> str:
        """Id of the row."""

    @property
    def assumed(self) -> bool:
        """Whether it is an assumption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One line as the tables demand it.

    Parameters
    ----------
    code, table
        Charge code, and the table of its row.
    rows
        Id of the row that sets the rate; several if breaks of a scale cost the same, any of which may be shown.
    terms, assumed
        Quantity and rate of each of these rows, and whether the line leans on an assumption if it is shown.
    amount_minor, currency, cny_minor
        Amount after rounding and minimum, its currency, and the same in fen.
    """

    code: str
    table: str
    rows: tuple[str, ...]
    terms: tuple[tuple[Fraction, Fraction], ...]
    assumed: tuple[bool, ...]
    amount_minor: int
    currency: str
    cny_minor: int


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
    rows: Sequence[Sourced],
    terms: Iterable[tuple[Fraction, Fraction]],
    amount_minor: int,
    currency: str,
) -> Line:
    """Return a line, with its amount converted to fen."""
    rate = facts.rates[currency]
    fen = Fraction(amount_minor) * Fraction(rate.cny_per_unit) * 100 / 10**rate.exponent
    return Line(
        code=code,
        table=table,
        rows=tuple(row.id for row in rows),
        terms=tuple(terms),
        assumed=tuple(row.assumed or rate.assumed for row in rows),
        amount_minor=amount_minor,
        currency=currency,
        cny_minor=half_up(fen),
    )
