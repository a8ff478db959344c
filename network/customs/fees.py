"""Fees of import beside duty and VAT."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from network.customs.rates import PERCENT, Case, at_case

if TYPE_CHECKING:
    from data.records_customs import CustomsFee
    from network.customs.question import LandedQuestion
    from network.customs.rules_of_date import RulesOfDate


class Bases(NamedTuple):
    """What fees are counted by: commodity lines, and amounts in minor units of the territory's currency."""

    lines: int
    goods: Fraction
    customs_value: Fraction
    duty: Fraction
    freight: Fraction


def fees_for(question: LandedQuestion, rules: RulesOfDate, goods: Fraction, currency: str) -> tuple[CustomsFee, ...]:
    """
    Return the fees a consignment meets.

    Parameters
    ----------
    question, rules
        What is asked, and the rows of the date.
    goods
        Price of the goods alone, in minor units of `currency`.
    currency
        Of the territory.
    """
    areas = rules.areas(question.territory)
    return tuple(
        row
        for row in rules.customs_fees
        if row.area in areas
        and row.channel in {"any", question.channel}
        and (not row.modes or question.mode in row.modes)
        and _is_in_band(row, goods, rules, currency)
    )


def _is_in_band(row: CustomsFee, goods: Fraction, rules: RulesOfDate, currency: str) -> bool:
    """Return whether goods of a value meet a fee."""
    if row.currency is None:
        return False
    above = row.above is None or goods > rules.major(row.above, row.currency, currency)
    return above and (row.limit is None or goods <= rules.major(row.limit, row.currency, currency))


def basis_of(row: CustomsFee, bases: Bases) -> Fraction:
    """Return the amount a percentage is taken of, or the number of what is charged for."""
    counts = {
        "consignment": Fraction(1),
        "line": Fraction(bases.lines),
        "customs_value": bases.customs_value,
        "duty": bases.duty,
        "freight": bases.freight,
    }
    return counts[row.basis]


def fee(row: CustomsFee, case: Case, bases: Bases, rules: RulesOfDate, currency: str) -> Fraction:
    """
    Return a fee in minor units of a currency, unrounded.

    Notes
    -----
    Amount times number, or percentage of the basis; then at least the minimum and at most the maximum.
    """
    own = row.currency or currency
    count = basis_of(row, bases)
    if row.basis in {"consignment", "line"}:
        amount = count * rules.major(at_case(row, "amount", case), own, currency)
    else:
        amount = count * at_case(row, "percent", case) / PERCENT
    if row.min_amount is not None:
        amount = max(amount, rules.major(row.min_amount, own, currency))
    if row.max_amount is not None:
        amount = min(amount, rules.major(row.max_amount, own, currency))
    return amount
