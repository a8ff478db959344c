"""Which rule for consignments of low value a consignment falls under."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.records_customs import LowValueRule
    from network.customs.question import LandedQuestion
    from network.customs.rules_of_date import RulesOfDate


def is_within(row: LowValueRule, value: Fraction, rules: RulesOfDate, currency: str) -> bool:
    """
    Return whether a value lies in the band of a rule: above its lower bound, at most its limit.

    Parameters
    ----------
    row
        The rule.
    value
        In minor units of `currency`, exactly.
    rules
        With the rates of the date.
    currency
        Of the value.
    """
    low = Fraction(-1) if row.above is None else rules.major(row.above, row.limit_currency, currency)
    return low < value <= rules.major(row.limit, row.limit_currency, currency)


def candidates(question: LandedQuestion, rules: RulesOfDate) -> list[LowValueRule]:
    """Return the rules for the territory, channel and scheme of a question, whatever the value, best first."""
    areas = rules.areas(question.territory)
    found = [
        row
        for row in rules.low_value_rules
        if row.area in areas and row.channel in {"any", question.channel} and row.scheme in {None, question.scheme}
    ]
    return sorted(found, key=lambda row: (row.scheme is None, row.area != question.territory, row.limit))


def low_value_rule(
    question: LandedQuestion, rules: RulesOfDate, *, goods: Fraction, customs: Fraction, currency: str
) -> LowValueRule | None:
    """
    Return the rule that a consignment falls under, None if it is taxed in full.

    Parameters
    ----------
    question, rules
        What is asked, and the rows of the date.
    goods, customs
        Price of the goods alone and customs value, in minor units of `currency`.
    currency
        Of the territory.
    """
    for row in candidates(question, rules):
        if is_within(row, goods if row.value_kind == "goods" else customs, rules, currency):
            return row
    return None
