"""The refund of Chinese VAT on export, as a credit."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from network.customs.duties import fits
from network.customs.rates import PERCENT, Case, at_case

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.records_customs import VatRefund
    from network.customs.question import GoodsLine
    from network.customs.rules_of_date import RulesOfDate

REFUNDED = frozenset({"full", "advance", "on_entry"})
"""What a regime says of the refund when there is one."""
# A refund is good news, so what is not certain counts the other way round.
OPPOSITE: dict[Case, Case] = {"low": "high", "point": "point", "high": "low"}


def refund_row(rules: RulesOfDate, hs: str) -> VatRefund | None:
    """Return the row of the longest code that fits, None if there is none."""
    rows = [row for row in rules.vat_refunds if fits(row.hs, hs)]
    return max(rows, key=lambda row: 0 if row.hs == "*" else len(row.hs), default=None)


def purchases(lines: Sequence[GoodsLine], purchase_minor: int | None) -> list[Fraction]:
    """Return what the goods of each line cost without VAT: their share by value of the whole, or their value."""
    values = [Fraction(line.value_minor) for line in lines]
    total = sum(values, Fraction(0))
    if purchase_minor is None or not total:
        return values
    return [value / total * purchase_minor for value in values]


def refund(row: VatRefund, case: Case, purchase: Fraction) -> tuple[Fraction, Fraction]:
    """
    Return the percentage of a refund and what it comes to, unrounded, at least 0.

    Parameters
    ----------
    row
        The rate.
    case
        Of the cost: in the low one the refund is at its most.
    purchase
        Price paid without VAT.
    """
    percent = at_case(row, "percent", OPPOSITE[case])
    return percent, purchase * percent / PERCENT
