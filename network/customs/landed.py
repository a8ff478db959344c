"""
Landed cost of a consignment: customs value, duty by layer, excise, fees, VAT, and the refund of Chinese VAT.

The order of computation and every rounding are told in ``docs/customs.md``. Between roundings everything is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from data.money import round_half_up
from network.customs.consignment import Consignment
from network.customs.entries import Amount, Entry, Key
from network.customs.incoterms import payer
from network.customs.question import COSTS
from network.customs.rates import CASES, Case
from network.customs.refunds import REFUNDED, purchases, refund, refund_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.records_customs import LowValueRule
    from network.customs.question import LandedQuestion
    from network.customs.rules_of_date import RulesOfDate


@dataclass(frozen=True, slots=True, kw_only=True)
class LandedCost:
    """
    The answer to a question about landed cost.

    Parameters
    ----------
    question
        What was asked.
    amounts
        Every amount; refunds are below 0.
    low_minor, point_minor, high_minor
        Sum of all amounts in the cheapest case, in the one that is taken, and in the dearest, in minor units of
        the question's currency.
    low_case, high_case
        The cases of which these are the sums.
    low_value
        The rule for low values that applies, None if the consignment is taxed in full.
    currency
        Of the territory.
    """

    question: LandedQuestion
    amounts: tuple[Amount, ...]
    low_minor: Fraction
    point_minor: Fraction
    high_minor: Fraction
    low_case: Case
    high_case: Case
    low_value: LowValueRule | None
    currency: str

    def total(self, kind: str | None = None, payer: str | None = None) -> Fraction:
        """Return the sum of the amounts of a kind, or of a payer, in minor units of the question's currency."""
        return sum(
            (
                amount.asked_minor["point"]
                for amount in self.amounts
                if kind in {None, amount.key.kind} and payer in {None, amount.payer}
            ),
            Fraction(0),
        )


def landed_cost(question: LandedQuestion, rules: RulesOfDate, *, is_exact: bool = False) -> LandedCost:
    """
    Return what a consignment costs on arrival.

    Parameters
    ----------
    question
        A question in which `network.customs.check` finds nothing wrong.
    rules
        The rows of its date.
    is_exact
        Whether to leave every amount unrounded, as break-even values need it.
    """
    consignment = Consignment(question, rules, is_exact=is_exact)
    by_case = {case: {entry.key: entry for entry in _entries(consignment, case)} for case in CASES}
    totals = {
        case: sum((_asked(consignment, entry) for entry in by_case[case].values()), Fraction(0)) for case in CASES
    }
    low, high = min(CASES, key=totals.__getitem__), max(CASES, key=totals.__getitem__)
    keys = dict.fromkeys(key for case in ("point", "low", "high") for key in by_case[case])
    return LandedCost(
        question=question,
        amounts=tuple(_amount(consignment, key, by_case) for key in sorted(keys, key=_place)),
        low_minor=totals[low],
        point_minor=totals["point"],
        high_minor=totals[high],
        low_case=low,
        high_case=high,
        low_value=consignment.low_value,
        currency=consignment.currency,
    )


_ORDER = ("goods", "cost", "duty", "excise", "fee", "vat", "refund")


def _place(key: Key) -> tuple[int, int, int]:
    """Return where an amount stands in an answer; amounts of one place keep their order."""
    return (
        _ORDER.index(key.kind),
        COSTS.index(key.code) if key.code in COSTS else 0,
        -1 if key.line is None else key.line,
    )


def _asked(consignment: Consignment, entry: Entry) -> Fraction:
    """Return an entry in the currency of the question."""
    amount = consignment.rules.convert(entry.minor, entry.currency, consignment.question.currency)
    return amount if consignment.is_exact else Fraction(round_half_up(amount))


def _amount(consignment: Consignment, key: Key, by_case: dict[Case, dict[Key, Entry]]) -> Amount:
    """Return the entries of one key in all cases as one amount; what is not due in a case is 0 there."""
    entry = next(by_case[case][key] for case in ("point", "high", "low") if key in by_case[case])
    is_due = key in by_case["point"]
    term = consignment.rules.incoterms[consignment.question.incoterm]
    return Amount(
        key=key,
        currency=entry.currency,
        row=entry.row,
        basis_minor=entry.basis_minor,
        percent=entry.percent if is_due else Fraction(0),
        collected=entry.collected,
        minor=entry.minor if is_due else Fraction(0),
        asked_minor={
            case: _asked(consignment, by_case[case][key]) if key in by_case[case] else Fraction(0) for case in CASES
        },
        payer=payer(term, entry.paid_as),
    )


def _entries(consignment: Consignment, case: Case) -> Iterator[Entry]:
    """Yield every amount in a case."""
    yield from _trade(consignment.question)
    duties = list(consignment.duties(case))
    yield from duties
    excises = list(consignment.excises(case, duties))
    yield from (excise.entry for excise in excises)
    fees = list(consignment.fees(case, duties))
    yield from fees
    yield from consignment.vat(case, duties, excises, fees)
    yield from _refunds(consignment, case)


def _trade(question: LandedQuestion) -> Iterator[Entry]:
    """Yield the goods and the costs of the way, as the question says them."""
    for number, line in enumerate(question.lines):
        key = Key("goods", "goods", "", number)
        minor = Fraction(line.value_minor)
        yield Entry(key=key, minor=minor, currency=question.currency, paid_as="goods", collected="trade")
    for name in COSTS:
        if question.costs_minor.get(name):
            minor = Fraction(question.costs_minor[name])
            key = Key("cost", name, "", None)
            yield Entry(key=key, minor=minor, currency=question.currency, paid_as=name, collected="trade")


def _refunds(consignment: Consignment, case: Case) -> Iterator[Entry]:
    """Yield the refund of each line, if the export regime has any."""
    question, rules = consignment.question, consignment.rules
    regime = next((row for row in rules.regimes if row.id == question.regime), None)
    if regime is None or regime.refund not in REFUNDED:
        return
    bought = purchases(question.lines, question.purchase_minor)
    for number, (line, purchase) in enumerate(zip(question.lines, bought, strict=True)):
        row = refund_row(rules, line.hs)
        if row is None:
            continue
        basis = rules.convert(purchase, question.currency, "CNY")
        percent, amount = refund(row, case, basis)
        yield Entry(
            key=Key("refund", "refund", row.id, number),
            minor=-(amount if consignment.is_exact else Fraction(round_half_up(amount))),
            currency="CNY",
            paid_as="refund",
            row=row,
            basis_minor=basis,
            percent=percent,
            collected="refund",
        )
