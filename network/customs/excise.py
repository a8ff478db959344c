"""Excise on import, such as the Chinese consumption tax on alcohol and cosmetics."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from network.customs.duties import fits
from network.customs.rates import PERCENT, Case, at_case, combined, units

if TYPE_CHECKING:
    from data.records_customs import ExciseRate
    from network.customs.rates import Measured
    from network.customs.rules_of_date import RulesOfDate


def excise_row(rules: RulesOfDate, territory: str, hs: str) -> ExciseRate | None:
    """Return the row of the longest code that fits, of the territory before its area; None if goods pay none."""
    areas = rules.areas(territory)
    rows = [row for row in rules.excise_rates if row.area in areas and fits(row.hs, hs)]
    return max(rows, key=lambda row: (row.area == territory, 0 if row.hs == "*" else len(row.hs)), default=None)


def excise(row: ExciseRate, case: Case, goods: Measured, rules: RulesOfDate, currency: str) -> Fraction:
    """
    Return the excise on one line, unrounded.

    Parameters
    ----------
    row, case
        The rate and the case.
    goods
        Customs value and duty together, and the line.
    rules, currency
        With rates of the date; currency of the territory.

    Notes
    -----
    With the percentage p and the amount a · units: p · base, where the base is (value + duty), or
    (value + duty + a · units) / (1 − p) where the tax is part of its own base; then as in `network.customs.rates.due`.
    """
    percent = at_case(row, "percent", case) / PERCENT
    specific = Fraction(0)
    if row.currency is not None:
        specific = rules.major(at_case(row, "amount", case), row.currency, currency) * units(goods.line, row.unit)
    base = (goods.value_minor + specific) / (1 - percent) if row.is_inside else goods.value_minor
    return combined(row.combine, percent * base, specific)
