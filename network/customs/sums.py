"""
What a consignment costs on arrival in sums by kind, for many consignments at once.

The figures are those of `network.customs.landed.landed_cost`, to the minor unit in every case; it tells every amount
with its basis and its row, this only what they add up to, in whole numbers and from rows that were prepared once. The
tests compare the two.
"""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING, NamedTuple

from data.money import divide_half_up
from network.customs.incoterms import payer
from network.customs.question import COSTS, HS6
from network.customs.rates import CASES
from network.customs.sums_case import VAT_DUE, Dues, Line, Values, dues_of, rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.provenance import Row
    from data.records_customs import LowValueRule
    from network.customs.compiled import Compiled
    from network.customs.compiled_rows import Fee, Low, Ratio, Refund
    from network.customs.question import LandedQuestion
    from network.customs.rules_of_date import RulesOfDate

_POINT = CASES.index("point")


class LandedSums(NamedTuple):
    """
    What a consignment costs on arrival, by kind.

    Parameters
    ----------
    goods_minor, cost_minor
        Price of the goods and costs of the way, in minor units of the question's currency.
    cases
        What is due in the cases low, point and high.
    rows
        Every row that something follows from.
    low_value
        The rule for low values that applies, None if the consignment is taxed in full.
    seller_minor
        What the seller pays of all of it in the case that is taken.
    """

    goods_minor: int
    cost_minor: int
    cases: tuple[Dues, Dues, Dues]
    rows: tuple[Row, ...]
    low_value: LowValueRule | None
    seller_minor: int

    @property
    def point(self) -> Dues:
        """What is due as rates are taken."""
        return self.cases[_POINT]

    @property
    def low_minor(self) -> int:
        """What is due in the cheapest case."""
        return min(map(sum, self.cases))

    @property
    def high_minor(self) -> int:
        """What is due in the dearest case."""
        return max(map(sum, self.cases))

    @property
    def total_minor(self) -> int:
        """Everything, as rates are taken."""
        return self.goods_minor + self.cost_minor + sum(self.point)


def landed_sums(question: LandedQuestion, rules: RulesOfDate) -> LandedSums:
    """
    Return what a consignment costs on arrival, by kind.

    Parameters
    ----------
    question
        A question in which `network.customs.check` finds nothing wrong.
    rules
        The rows of its date.
    """
    book = rules.compiled
    values, low = _values(question, book)
    refunds = _refunds(question, book)
    is_certain = _is_certain(values, refunds)
    cases = [] if is_certain else [dues_of(values, refunds, case) for case in range(len(CASES))]
    first, second, third = cases or [dues_of(values, refunds, _POINT)] * len(CASES)
    goods = sum(divide_half_up(*line.value_minor.as_integer_ratio()) for line in question.lines)
    dues = (first, second, third)
    return LandedSums(
        goods,
        sum(question.costs_minor.get(name, 0) for name in COSTS),
        dues,
        _rows(values, refunds),
        None if low is None else low.row,
        _by_seller(question, rules, second),
    )


def _values(question: LandedQuestion, book: Compiled) -> tuple[Values, Low | None]:
    """Return a consignment in the currency of its territory, and the rule for low values that it falls under."""
    to = book.destination(question.territory)
    n, d = book.factor(question.currency, to.currency)
    scale = lcm(*(line.value_minor.denominator for line in question.lines))
    weights = [line.value_minor.numerator * (scale // line.value_minor.denominator) for line in question.lines]
    whole, costs = sum(weights), question.costs_minor
    gross = (whole + scale * sum(costs.get(name, 0) for name in to.border)) * n
    below = scale * whole * d
    customs = [rounded(weight * gross, below, to.value_rounding) for weight in weights]
    goods = (whole * n, scale * d)
    low = next((row for row in book.low_values(question) if _applies(row, goods, sum(customs))), None)
    lines, seen = [], set()
    for line, weight, value in zip(question.lines, weights, customs, strict=True):
        relief = None if low is None or (low.row.except_hs and book.is_excepted(low.row, line.hs)) else low
        is_taxed = relief is None or relief.row.duty == "normal"
        layers = book.layers(question, line.hs, to.currency) if is_taxed else None
        excise = book.excise(question.territory, line.hs)
        six = line.hs[:HS6]
        is_first = not is_taxed and six not in seen
        if not is_taxed:
            seen.add(six)
        lines.append(Line(line, weight, value, relief, layers, excise, is_first))
    values = Values(
        to=to,
        lines=tuple(lines),
        goods=goods,
        weights=whole,
        shared=(sum(costs.get(name, 0) for name in to.outside) * n, d),
        freight=(costs.get("freight", 0) * n, d),
        fees=tuple(fee for fee in book.fees(question) if _is_in_band(fee, goods)),
        codes=len({line.hs[:HS6] for line in question.lines}),
        back=book.factor(to.currency, question.currency),
    )
    return values, low


def _applies(low: Low, goods: Ratio, customs: int) -> bool:
    """Return whether a consignment lies in the band of a rule for low values."""
    num, den = goods if low.row.value_kind == "goods" else (customs, 1)
    is_above = low.above is None or num * low.above[1] > low.above[0] * den
    return is_above and num * low.limit[1] <= low.limit[0] * den


def _is_in_band(fee: Fee, goods: Ratio) -> bool:
    """Return whether goods meet a fee."""
    num, den = goods
    is_above = fee.above is None or num * fee.above[1] > fee.above[0] * den
    return is_above and (fee.limit is None or num * fee.limit[1] <= fee.limit[0] * den)


def _refunds(question: LandedQuestion, book: Compiled) -> list[tuple[Ratio, Refund, Ratio]]:
    """Return the purchase price of every line with a refund, in fen, its rate, and the way back to the currency."""
    if question.regime is None:
        return []
    n, d = book.factor(question.currency, "CNY")
    back = book.factor("CNY", question.currency)
    whole = question.value_minor
    found = []
    for line in question.lines:
        row = book.refund(question.regime, line.hs)
        if row is not None:
            price = (
                line.value_minor
                if question.purchase_minor is None
                else line.value_minor / whole * question.purchase_minor
            )
            found.append(((price.numerator * n, price.denominator * d), row, back))
    return found


def _is_certain(values: Values, refunds: Sequence[tuple[Ratio, Refund, Ratio]]) -> bool:
    """Return whether no rate has a range, so that all cases are one."""
    return (
        (values.to.is_certain or not values.to.has_vat)
        and all(fee.is_certain for fee in values.fees)
        and all(row.is_certain for _, row, _ in refunds)
        and all(
            (line.layers is None or line.layers.is_certain)
            and (line.low is None or line.low.is_certain)
            and (line.excise is None or line.excise.is_certain)
            for line in values.lines
        )
    )


def _rows(values: Values, refunds: Sequence[tuple[Ratio, Refund, Ratio]]) -> tuple[Row, ...]:
    """Return every row that something follows from, each once."""
    rows: dict[int, Row] = {}
    for line in values.lines:
        for row in () if line.layers is None else line.layers.rows:
            rows[id(row)] = row
        if line.low is not None:
            rows[id(line.low.row)] = line.low.row
        if line.excise is not None:
            rows[id(line.excise.row)] = line.excise.row
    found: list[Row] = [*rows.values(), *(fee.row for fee in values.fees), *(row.row for _, row, _ in refunds)]
    is_taxed = any(line.low is None or line.low.row.vat in VAT_DUE for line in values.lines)
    return (*found, values.to.rule) if values.to.has_vat and is_taxed else tuple(found)


def _by_seller(question: LandedQuestion, rules: RulesOfDate, dues: Dues) -> int:
    """Return what the seller pays."""
    term = rules.incoterms[question.incoterm]
    paid = [(name, question.costs_minor.get(name, 0)) for name in COSTS]
    paid += [("duty", dues.duty + dues.excise), ("import_clearance", dues.fee), ("vat", dues.vat)]
    return dues.refund + sum(amount for name, amount in paid if payer(term, name) == "seller")
