"""
The rows of a date as whole numbers, made once for each question that looks alike: what `network.customs.sums` adds up.

A number that is not whole is a numerator and a denominator, not reduced. Three numbers in a row are the cases low,
point and high, in that order.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from network.customs.compiled_rows import Destination, Excise, Fee, Layers, Low, Rate, Ratio, Refund
from network.customs.duties import charged, fits, layers
from network.customs.excise import excise_row
from network.customs.low_value import candidates
from network.customs.question import TO_BORDER, TO_EXPORT
from network.customs.rates import CASES, PERCENT, at_case
from network.customs.refunds import OPPOSITE, REFUNDED, refund_row

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from data.provenance import Row
    from data.records_customs import CustomsFee, CustomsRounding, DutyRate, LowValueRule
    from network.customs.question import Channel, LandedQuestion
    from network.customs.rules_of_date import RulesOfDate

_PER_THOUSAND = {"kg": 1000, "item": 1, "l": 1000}
_MOST_KEPT = 50_000


class Compiled:
    """
    The rows of a date as whole numbers.

    Parameters
    ----------
    rules
        The rows.
    """

    def __init__(self, rules: RulesOfDate) -> None:
        self.rules = rules
        self._kept: dict[Hashable, Any] = {}

    def _keep(self, key: Hashable, value: Any) -> Any:  # noqa: ANN401 - values of several types
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[key] = value
        return value

    def factor(self, source: str, target: str) -> Ratio:
        """Return what a minor unit of one currency is in minor units of another."""
        key = ("factor", source, target)
        found: Ratio | None = self._kept.get(key)
        if found is None:
            found = self._keep(key, self.rules.convert(1, source, target).as_integer_ratio())
        return found

    def destination(self, territory: str) -> Destination:
        """Return how a territory taxes."""
        key = ("to", territory)
        found: Destination | None = self._kept.get(key)
        if found is None:
            found = self._keep(key, self._destination(territory))
        return found

    def layer_rows(self, question: LandedQuestion, hs: str) -> tuple[DutyRate, ...]:
        """Return the rows of `network.customs.duties.layers`."""
        key = (hs, question.territory, question.origin, question.origin_proof, question.exporter)
        found: tuple[DutyRate, ...] | None = self._kept.get(key)
        if found is None:
            found = self._keep(key, layers(question, self.rules, hs))
        return found

    def layers(self, question: LandedQuestion, hs: str, currency: str) -> Layers:
        """Return the layers of duty that goods of a code meet, in the currency of the territory."""
        rows = self.layer_rows(question, hs)
        key = (currency, tuple(row.id for row in rows))
        found: Layers | None = self._kept.get(key)
        if found is None:
            due = [charged(rows, case) for case in CASES]
            cases = tuple(tuple(self._rate(row, number, currency) for row in each) for number, each in enumerate(due))
            used = tuple(row for row in rows if any(row in each for each in due))
            found = self._keep(key, Layers(cases, used, _is_certain(rows, "percent", "amount")))
        return found

    def excise(self, territory: str, hs: str) -> Excise | None:
        """Return the excise that goods of a code pay, None if they pay none."""
        key = ("excise", territory, hs)
        if key not in self._kept:
            row = excise_row(self.rules, territory, hs)
            currency = self.rules.currency_of(territory)
            made = None
            if row is not None:
                rates = tuple(self._rate(row, number, currency) for number in range(len(CASES)))
                made = Excise(rates, row.is_inside, row, _is_certain([row], "percent", "amount"))
            self._keep(key, made)
        found: Excise | None = self._kept[key]
        return found

    def low_values(self, question: LandedQuestion) -> tuple[Low, ...]:
        """Return the rules for low values that may apply, best first."""
        key = ("low", question.territory, question.channel, question.scheme)
        found: tuple[Low, ...] | None = self._kept.get(key)
        if found is None:
            currency = self.rules.currency_of(question.territory)
            rows = candidates(question, self.rules)
            found = self._keep(key, tuple(self._low(row, currency) for row in rows))
        return found

    def fees(self, question: LandedQuestion) -> tuple[Fee, ...]:
        """Return the fees a consignment may meet, whatever the value of its goods."""
        key = ("fee", question.territory, question.channel, question.mode)
        found: tuple[Fee, ...] | None = self._kept.get(key)
        if found is None:
            areas, currency = self.rules.areas(question.territory), self.rules.currency_of(question.territory)
            found = self._keep(
                key,
                tuple(
                    self._fee(row, currency)
                    for row in self.rules.customs_fees
                    if row.area in areas
                    and row.currency is not None
                    and row.channel in {"any", question.channel}
                    and (not row.modes or question.mode in row.modes)
                ),
            )
        return found

    def refund(self, regime: str | None, hs: str) -> Refund | None:
        """Return the refund of goods under an export regime, None if there is none."""
        key = ("refund", regime, hs)
        if key not in self._kept:
            has_refund = any(row.id == regime and row.refund in REFUNDED for row in self.rules.regimes)
            row = refund_row(self.rules, hs) if has_refund else None
            made = None
            if row is not None:
                cases = tuple(_ratio(at_case(row, "percent", OPPOSITE[case]) / PERCENT) for case in CASES)
                made = Refund(cases, row, _is_certain([row], "percent"))
            self._keep(key, made)
        found: Refund | None = self._kept[key]
        return found

    def channel(self, regime: str | None) -> Channel:
        """Return to whom goods under a regime are sold: to persons where its rules ask for that, else to firms."""
        key = ("channel", regime)
        found: Channel | None = self._kept.get(key)
        if found is None:
            variants = {row.id for row in self.rules.regimes if row.code == regime}
            rows = [row for row in self.rules.regime_rules if row.regime in variants and row.fact == "customer"]
            is_retail = bool(rows) and all(row.test == "is" and row.value == "b2c" for row in rows)
            found = self._keep(key, "b2c" if is_retail else "b2b")
        return found

    def is_excepted(self, row: LowValueRule, hs: str) -> bool:
        """Return whether goods of a code are not under a rule for low values."""
        return any(fits(prefix, hs) for prefix in row.except_hs)

    def _major(self, amount: Any, currency: str | None, target: str) -> Ratio | None:  # noqa: ANN401 - a decimal or none
        if amount is None or currency is None:
            return None
        return _ratio(self.rules.major(amount, currency, target))

    def _rate(self, row: Any, number: int, currency: str) -> Rate:  # noqa: ANN401 - rows of three types
        case = CASES[number]
        unit = row.unit or "item"
        amount = self._major(at_case(row, "amount", case), row.currency, currency) or (0, 1)
        return Rate(
            row.combine,
            _ratio(at_case(row, "percent", case) / PERCENT),
            (amount[0], amount[1] * _PER_THOUSAND[unit]),
            unit,
        )

    def _low(self, row: LowValueRule, currency: str) -> Low:
        limit = self._major(row.limit, row.limit_currency, currency)
        amounts = tuple(self._major(at_case(row, "amount", case), row.currency, currency) or (0, 1) for case in CASES)
        return Low(
            row=row,
            above=self._major(row.above, row.limit_currency, currency),
            limit=limit or (0, 1),
            amounts=amounts,
            rates=tuple(self._rate(row, number, currency) for number in range(len(CASES))),
            deduct=self._major(row.deduct, row.limit_currency, currency),
            share=_ratio(Fraction(row.vat_share_percent) / PERCENT),
            is_certain=_is_certain([row], "percent", "amount"),
        )

    def _fee(self, row: CustomsFee, currency: str) -> Fee:
        own = row.currency
        if row.basis in {"consignment", "line"}:
            cases = tuple(self._major(at_case(row, "amount", case), own, currency) or (0, 1) for case in CASES)
        else:
            cases = tuple(_ratio(at_case(row, "percent", case) / PERCENT) for case in CASES)
        return Fee(
            row=row,
            above=self._major(row.above, own, currency),
            limit=self._major(row.limit, own, currency),
            cases=cases,
            least=self._major(row.min_amount, own, currency),
            most=self._major(row.max_amount, own, currency),
            is_certain=_is_certain([row], "percent", "amount"),
        )

    def _destination(self, territory: str) -> Destination:
        rule = self.rules.destinations[territory]
        roundings = self.rules.roundings
        border = TO_BORDER if rule.duty_base == "cif" else TO_EXPORT
        inside = set(TO_BORDER) if rule.duty_base == "cif" else set()
        return Destination(
            rule=rule,
            currency=self.rules.currency_of(territory),
            border=border,
            value_rounding=_step(roundings[rule.value_rounding]),
            duty_rounding=_step(roundings[rule.duty_rounding]),
            vat_rounding=_step(roundings[rule.vat_rounding]),
            vat=tuple(_ratio(at_case(rule, "vat_percent", case) / PERCENT) for case in CASES),
            has_vat=bool(rule.vat_percent or rule.vat_percent_high),
            vat_base=frozenset(rule.vat_base),
            outside=tuple(sorted(set(rule.vat_base) - {"customs_value", "duty", "excise", "fees"} - inside)),
            uplift=_ratio(1 + Fraction(rule.vat_uplift_percent) / PERCENT),
            is_certain=_is_certain([rule], "vat_percent"),
        )


def _ratio(number: Fraction) -> Ratio:
    return number.numerator, number.denominator


def _step(row: CustomsRounding) -> tuple[int, str]:
    return row.step_minor, row.mode


def _is_certain(rows: Iterable[Row], *columns: str) -> bool:
    """Return whether no case of some rows differs from another."""
    return all(len({at_case(row, column, case) for case in CASES}) == 1 for row in rows for column in columns)
