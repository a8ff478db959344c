"""The values of an order at which its cost may bend or jump."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from network.customs.duties import layers
from network.customs.low_value import candidates
from network.customs.question import TO_BORDER, TO_EXPORT
from network.customs.rates import PERCENT, at_case, units

if TYPE_CHECKING:
    from collections.abc import Iterator

    from network.customs.question import GoodsLine, LandedQuestion
    from network.customs.rules_of_date import RulesOfDate


def breakpoints(question: LandedQuestion, rules: RulesOfDate, *, orders: int) -> set[Fraction]:
    """
    Return every value above 0 of one order at which the cost of a consignment of such orders may bend or jump.

    Parameters
    ----------
    question
        One order.
    rules
        The rows of the date.
    orders
        Orders in the consignment.

    Notes
    -----
    The customs value of a consignment of ``n`` orders of value ``v`` is ``n · (v + c)``, with the costs ``c`` of an
    order to the border, or to export. A bound ``X`` of goods lies at ``v = X / n``, one of the customs value at
    ``v = X / n − c``. The parts ``p · (v + c) · w`` and ``a`` of a compound rate on a line with the share ``w`` of the
    value meet at ``v = a / (p · w) − c``. Some points may lie where nothing happens, which does no harm.
    """
    names = TO_BORDER if rules.destinations[question.territory].duty_base == "cif" else TO_EXPORT
    extra = Fraction(sum(question.costs_minor.get(name, 0) for name in names))
    points = {point / orders - part for point in _bounds(question, rules) for part in (0, extra)}
    points |= {point - extra for point in _compound(question, rules)}
    points |= {point / orders - extra for point in _fee_bounds(question, rules)}
    return {Fraction(point) for point in points if point > 0}


def _bounds(question: LandedQuestion, rules: RulesOfDate) -> Iterator[Fraction]:
    """Yield where bands of low values and of fees begin and end."""
    areas = rules.areas(question.territory)
    rows: list[tuple[Any, str | None]] = [(row, row.limit_currency) for row in candidates(question, rules)]
    rows += [(row, row.currency) for row in rules.customs_fees if row.area in areas]
    for row, currency in rows:
        for bound in (row.above, row.limit):
            if bound is not None and currency is not None:
                yield rules.major(bound, currency, question.currency)


def _compound(question: LandedQuestion, rules: RulesOfDate) -> Iterator[Fraction]:
    """Yield the customs values of an order at which a percentage and an amount are the same, or a deduction ends."""
    whole = question.value_minor
    relieved = candidates(question, rules)
    for line in question.lines:
        rows: list[Any] = [*layers(question, rules, line.hs), *relieved]
        for row in rows:
            percent = at_case(row, "percent", "point") / PERCENT
            if percent == 0:
                continue
            yield from _meeting(row, line, percent * line.value_minor / whole, rules, question.currency)
    for row in relieved:
        percent = at_case(row, "percent", "point") / PERCENT
        if row.deduct is not None and percent:
            yield rules.major(row.deduct, row.limit_currency, question.currency) / percent


def _meeting(row: Any, line: GoodsLine, slope: Fraction, rules: RulesOfDate, currency: str) -> Iterator[Fraction]:  # noqa: ANN401 - rows of two types
    """Yield the customs value of an order at which a share of it is the amount of a compound rate."""
    if row.combine not in {"max", "min"} or row.currency is None:
        return
    specific = rules.major(at_case(row, "amount", "point"), row.currency, currency) * units(line, row.unit)
    yield specific / slope
    if getattr(row, "on_excess", False) and row.above is not None:
        yield specific / slope + rules.major(row.above, row.limit_currency, currency)


def _fee_bounds(question: LandedQuestion, rules: RulesOfDate) -> Iterator[Fraction]:
    """Yield the customs values of a consignment at which a fee reaches its minimum or its maximum."""
    areas = rules.areas(question.territory)
    for row in rules.customs_fees:
        percent = at_case(row, "percent", "point") / PERCENT
        if row.area not in areas or row.basis != "customs_value" or row.currency is None or not percent:
            continue
        for bound in (row.min_amount, row.max_amount):
            if bound is not None:
                yield rules.major(bound, row.currency, question.currency) / percent
