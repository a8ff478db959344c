"""One consignment before customs: its values in the currency of the territory, its duties, excise, fees and VAT."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from network.customs.duties import charged, fits, layers
from network.customs.entries import Entry, Key
from network.customs.excise import excise, excise_row
from network.customs.fees import Bases, basis_of, fee, fees_for
from network.customs.low_value import low_value_rule
from network.customs.question import HS6, TO_BORDER, TO_EXPORT
from network.customs.rates import PERCENT, Case, Measured, at_case, due
from network.customs.rounding import rounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from data.records_customs import CustomsRounding, DestinationRule, DutyRate, LowValueRule
    from network.customs.question import GoodsLine, LandedQuestion
    from network.customs.rules_of_date import RulesOfDate

_ALL = Fraction(1)


class Excise(NamedTuple):
    """The excise of a line: what is due, and what it would be without a rule for low values, which VAT is taken of."""

    entry: Entry
    full_minor: Fraction


class Consignment:
    """
    A consignment and what it is taxed by.

    Parameters
    ----------
    question
        A question in which `network.customs.check` finds nothing wrong.
    rules
        The rows of its date.
    is_exact
        Whether nothing is rounded.

    Notes
    -----
    All amounts are in minor units of the territory's `currency`. Costs are shared among lines by value.
    """

    def __init__(self, question: LandedQuestion, rules: RulesOfDate, *, is_exact: bool = False) -> None:
        self.question = question
        self.rules = rules
        self.is_exact = is_exact
        self.rule: DestinationRule = rules.destinations[question.territory]
        self.currency = rules.currency_of(question.territory)
        self.goods = [self._here(line.value_minor) for line in question.lines]
        self.shares = [value / sum(self.goods) for value in self.goods]
        self.values = [self._customs_value(number) for number in range(len(self.goods))]
        self.low_value = low_value_rule(
            question, rules, goods=sum(self.goods, Fraction(0)), customs=self.customs_value, currency=self.currency
        )
        self._layers = [layers(question, rules, line.hs) for line in question.lines]

    @property
    def customs_value(self) -> Fraction:
        """The customs value of all lines."""
        return sum(self.values, Fraction(0))

    def _here(self, minor: Fraction | int) -> Fraction:
        return self.rules.convert(minor, self.question.currency, self.currency)

    def cost(self, names: Iterable[str]) -> Fraction:
        """Return some costs of the way together."""
        return sum((self._here(self.question.costs_minor.get(name, 0)) for name in names), Fraction(0))

    def _round(self, amount: Fraction, code: str) -> Fraction:
        rule: CustomsRounding | None = None if self.is_exact else self.rules.roundings[code]
        return rounded(amount, rule)

    def _customs_value(self, number: int) -> Fraction:
        """Return the customs value of a line: its goods and its share of the costs to the border, or to export."""
        names = TO_BORDER if self.rule.duty_base == "cif" else TO_EXPORT
        return self._round(self.goods[number] + self.shares[number] * self.cost(names), self.rule.value_rounding)

    def _relief(self, line: GoodsLine) -> LowValueRule | None:
        """Return the rule for low values that a line falls under, None if it is taxed in full."""
        row = self.low_value
        if row is None or any(fits(prefix, line.hs) for prefix in row.except_hs):
            return None
        return row

    def duties(self, case: Case) -> Iterator[Entry]:
        """Yield the duties of every line in a case, also those that a rule for low values makes 0."""
        seen: set[str] = set()
        for number, line in enumerate(self.question.lines):
            row = self._relief(line)
            if row is None or row.duty == "normal":
                for rate in charged(self._layers[number], case):
                    yield self._layer(rate, case, number)
                continue
            is_first = line.hs[:HS6] not in seen
            seen.add(line.hs[:HS6])
            yield self._relieved(row, case, number, is_first=is_first)

    def _layer(self, rate: DutyRate, case: Case, number: int) -> Entry:
        """Return one layer of the duty of a line."""
        goods = Measured(self.values[number], self.question.lines[number])
        return Entry(
            key=Key("duty", rate.layer, rate.id, number),
            minor=self._round(due(rate, case, goods, self.rules, self.currency), self.rule.duty_rounding),
            currency=self.currency,
            paid_as="duty",
            row=rate,
            basis_minor=self.values[number],
            percent=at_case(rate, "percent", case),
        )

    def _relieved(self, row: LowValueRule, case: Case, number: int, *, is_first: bool) -> Entry:
        """
        Return the duty of a line under a rule for low values.

        Parameters
        ----------
        row, case
            The rule and the case.
        number
            Of the line.
        is_first
            Whether no line before it has the same commodity code of 6 digits.
        """
        basis, amount = self.values[number], Fraction(0)
        if row.duty == "per_line" and row.currency is not None and is_first:
            amount = self.rules.major(at_case(row, "amount", case), row.currency, self.currency)
        elif row.duty == "rate":
            if row.on_excess and row.above is not None:
                above = self.rules.major(row.above, row.limit_currency, self.currency)
                basis = max(Fraction(0), basis - self.shares[number] * above)
            amount = due(row, case, Measured(basis, self.question.lines[number]), self.rules, self.currency)
            if row.deduct is not None:
                deduct = self.rules.major(row.deduct, row.limit_currency, self.currency)
                amount = max(Fraction(0), amount - self.shares[number] * deduct)
        return Entry(
            key=Key("duty", "low_value", row.id, number),
            minor=self._round(amount, self.rule.duty_rounding),
            currency=self.currency,
            paid_as="duty",
            row=row,
            basis_minor=basis,
            percent=at_case(row, "percent", case) if row.duty == "rate" else None,
        )

    def excises(self, case: Case, duties: Sequence[Entry]) -> Iterator[Excise]:
        """Yield the excise of every line that has any in a case."""
        duty = _by_line(duties)
        for number, line in enumerate(self.question.lines):
            rate = excise_row(self.rules, self.question.territory, line.hs)
            if rate is None:
                continue
            row = self._relief(line)
            base = self.values[number] + duty[number]
            full = excise(rate, case, Measured(base, line), self.rules, self.currency)
            share = _share(row) if row is None or row.vat in {"normal", "checkout"} else Fraction(0)
            entry = Entry(
                key=Key("excise", "excise", rate.id, number),
                minor=self._round(full * share, self.rule.duty_rounding),
                currency=self.currency,
                paid_as="duty",
                row=rate,
                basis_minor=base,
                percent=at_case(rate, "percent", case) * share if rate.percent is not None else None,
            )
            yield Excise(entry, self._round(full, self.rule.duty_rounding))

    def fees(self, case: Case, duties: Sequence[Entry]) -> Iterator[Entry]:
        """Yield the fees of a consignment in a case."""
        goods = sum(self.goods, Fraction(0))
        bases = Bases(
            lines=len({line.hs[:HS6] for line in self.question.lines}),
            goods=goods,
            customs_value=self.customs_value,
            duty=sum((entry.minor for entry in duties), Fraction(0)),
            freight=self.cost(("freight",)),
        )
        for row in fees_for(self.question, self.rules, goods, self.currency):
            is_share = row.basis not in {"consignment", "line"}
            yield Entry(
                key=Key("fee", "fee", row.id, None),
                minor=self._round(fee(row, case, bases, self.rules, self.currency), self.rule.duty_rounding),
                currency=self.currency,
                paid_as="import_clearance",
                row=row,
                basis_minor=basis_of(row, bases) if is_share else None,
                percent=at_case(row, "percent", case) if is_share else None,
            )

    def vat(
        self, case: Case, duties: Sequence[Entry], excises: Sequence[Excise], fees: Sequence[Entry]
    ) -> Iterator[Entry]:
        """Yield the VAT of every line in a case, also where it is 0 by a rule for low values."""
        if not self.rule.vat_percent and not self.rule.vat_percent_high:
            return
        duty = _by_line(duties)
        taxed = {each.entry.key.line: each.full_minor for each in excises}
        shared = self._shared_base(fees)
        full = at_case(self.rule, "vat_percent", case)
        for number, line in enumerate(self.question.lines):
            row = self._relief(line)
            kind = "normal" if row is None else row.vat
            base = self.shares[number] * shared
            if "customs_value" in self.rule.vat_base:
                base += self.values[number] * (_ALL + Fraction(self.rule.vat_uplift_percent) / PERCENT)
            if "duty" in self.rule.vat_base:
                base += duty[number]
            if "excise" in self.rule.vat_base:
                base += taxed.get(number, Fraction(0))
            is_due = kind in {"normal", "checkout"}
            percent = full * _share(row)
            rate = percent / (PERCENT - percent) if self.rule.vat_inside else percent / PERCENT
            yield Entry(
                key=Key("vat", "vat", self.rule.id if is_due or row is None else row.id, number),
                minor=self._round(base * rate if is_due else Fraction(0), self.rule.vat_rounding),
                currency=self.currency,
                paid_as="vat",
                row=self.rule if is_due else row,
                basis_minor=base,
                percent=percent if is_due else Fraction(0),
                collected="checkout" if kind == "checkout" else "border",
            )

    def _shared_base(self, fees: Sequence[Entry]) -> Fraction:
        """Return what the base of VAT has beside customs value and duty, for all lines together."""
        parts = set(self.rule.vat_base)
        # What is in the customs value already does not count twice.
        inside = set(TO_BORDER) if self.rule.duty_base == "cif" else set()
        outside = parts - {"customs_value", "duty", "excise", "fees"} - inside
        total = self.cost(outside)
        if "fees" in parts:
            rows = {row.id for row in self.rules.customs_fees if row.in_vat_base}
            total += sum((entry.minor for entry in fees if entry.key.row in rows), Fraction(0))
        return total


def _by_line(entries: Iterable[Entry]) -> dict[int | None, Fraction]:
    """Return the sum of some amounts of each line."""
    sums: dict[int | None, Fraction] = defaultdict(Fraction)
    for entry in entries:
        sums[entry.key.line] += entry.minor
    return sums


def _share(row: LowValueRule | None) -> Fraction:
    """Return the part of VAT and excise that is due under a rule for low values."""
    return _ALL if row is None else Fraction(row.vat_share_percent) / PERCENT
