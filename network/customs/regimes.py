"""Which regimes a shipment may use, which is advised, and which are barred by which rule."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from data.calendar import workdays
from data.money import divide_half_up, round_half_up
from network.customs.refunds import REFUNDED, purchases, refund, refund_row

if TYPE_CHECKING:
    from data.codes import CreditGradeCode
    from data.records import Clearance
    from data.records_customs import CreditGrade, Regime, RegimeRule
    from network.customs.question import RegimeQuestion
    from network.customs.rates import Case
    from network.customs.rules_of_date import RulesOfDate

Status = Literal["allowed", "open", "barred"]
Criterion = Literal["only", "status", "refund", "time", "papers", "order"]
_CRITERIA: tuple[Criterion, ...] = ("status", "refund", "time", "papers", "order")
_MILLION = 1_000_000
_STATUSES: tuple[Status, ...] = ("allowed", "open", "barred")
_SATURDAY = 6
WAYS = ("port", "transit", "integration")
"""Where goods are declared: at the port of exit, at an inland customs with transit to it, or anywhere."""
# What is taken where nothing is said of it.
_USUAL = {"credit": "ordinary", "way": "port"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeOption:
    """
    One regime, and what it would mean for a shipment.

    Parameters
    ----------
    regime
        Its row.
    status
        ``allowed``; ``open`` if conditions remain of which nothing is said; ``barred``.
    broken, unsaid
        The conditions that are broken, and those of which nothing is said.
    refund_fen
        Refund of VAT in CNY fen, at its least, as it is taken, and at its most.
    fee_fen
        Fee of clearance in fen, None if it is not known.
    clearance
        The row of time, fee and papers, None if there is none.
    inspection_ppm
        Odds of inspection for the credit grade.
    has_priority
        Whether it is inspected before others, by its regime or by its grade.
    ways
        The ways of clearance that are open to it.
    summary_by
        Last day for the monthly declaration, None if there is none.
    """

    regime: Regime
    status: Status
    broken: tuple[RegimeRule, ...]
    unsaid: tuple[RegimeRule, ...]
    refund_fen: tuple[int, int, int]
    fee_fen: int | None
    clearance: Clearance | None
    inspection_ppm: int | None
    has_priority: bool
    ways: tuple[str, ...]
    summary_by: dt.date | None

    @property
    def benefit_fen(self) -> int:
        """Refund less fee."""
        return self.refund_fen[1] - (self.fee_fen or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeAnswer:
    """
    Every regime of a direction, best first.

    Parameters
    ----------
    options
        Allowed ones first, then those with open conditions, then barred ones; within each by refund less fee, time,
        number of papers.
    advised
        Id of the first that is not barred, None if all are.
    advised_by
        Why it is the first: ``only`` (all others are barred), or by what it goes before the next one: ``status``,
        ``refund`` (less the fee), ``time``, ``papers``, or ``order`` if they are alike; None if none is advised.
    before
        Id of the next one, None if there is none.
    grade
        Row of the credit grade, None if the table has none.
    is_grade_assumed
        Whether the grade was not said and is taken as ordinary.
    """

    options: tuple[RegimeOption, ...]
    advised: str | None
    advised_by: Criterion | None
    before: str | None
    grade: CreditGrade | None
    is_grade_assumed: bool


def regimes(question: RegimeQuestion, rules: RulesOfDate) -> RegimeAnswer:
    """Return what holds of every regime of the asked direction on the date."""
    said = question.facts.get("credit")
    code: CreditGradeCode = said if said in rules.credit_grades else "ordinary"
    grade = rules.credit_grades.get(code)
    options = [_option(row, question, rules, grade) for row in rules.regimes if row.direction == question.direction]
    options.sort(key=_rank)
    possible = [option for option in options if option.status != "barred"]
    return RegimeAnswer(
        options=tuple(options),
        advised=possible[0].regime.id if possible else None,
        advised_by=_criterion(possible),
        before=possible[1].regime.id if len(possible) > 1 else None,
        grade=grade,
        is_grade_assumed=said is None,
    )


def _criterion(possible: list[RegimeOption]) -> Criterion | None:
    """Return by what the first of some regimes, best first, goes before the second."""
    if len(possible) <= 1:
        return "only" if possible else None
    pairs = zip(_CRITERIA, _rank(possible[0]), _rank(possible[1]), strict=True)
    return next(name for name, first, second in pairs if first != second)


def _rank(option: RegimeOption) -> tuple[int, int, int, int, str]:
    """Return what regimes are ordered by."""
    minutes = option.clearance.minutes if option.clearance is not None else _MILLION
    return (
        _STATUSES.index(option.status),
        -option.benefit_fen,
        minutes,
        len(option.regime.papers),
        option.regime.id,
    )


def _option(regime: Regime, question: RegimeQuestion, rules: RulesOfDate, grade: CreditGrade | None) -> RegimeOption:
    """Return what a regime means for a shipment."""
    question = replace(question, facts={**_USUAL, **question.facts})
    conditions = [row for row in rules.regime_rules if row.regime == regime.id]
    unsaid = tuple(row for row in conditions if row.fact not in question.facts)
    broken = tuple(row for row in conditions if row.fact in question.facts and not holds(row, question, rules))
    ways = (replace(question, facts={**question.facts, "way": way}) for way in WAYS)
    about = [row for row in conditions if row.fact == "way"]
    clearance = _clearance(rules, question, regime.code)
    return RegimeOption(
        regime=regime,
        status="barred" if broken else "open" if unsaid else "allowed",
        broken=broken,
        unsaid=unsaid,
        refund_fen=_refund(regime, question, rules),
        fee_fen=_fee(clearance, rules),
        clearance=clearance,
        inspection_ppm=_inspection(clearance, grade, rules),
        has_priority=regime.has_priority or (grade is not None and grade.has_priority),
        ways=tuple(str(each.facts["way"]) for each in ways if all(holds(row, each, rules) for row in about)),
        summary_by=None if regime.summary_day is None else _summary_by(regime.summary_day, question, rules),
    )


def holds(row: RegimeRule, question: RegimeQuestion, rules: RulesOfDate) -> bool:
    """
    Return whether a shipment keeps a condition.

    Parameters
    ----------
    row
        The condition.
    question
        With the fact it asks for.
    rules
        With the rates of the date, for limits in another currency.
    """
    given = question.facts[row.fact]
    if row.test == "is":
        return str(given) in row.value.split(";")
    if row.test == "is_not":
        return str(given) not in row.value.split(";")
    if row.currency is None:
        return Fraction(given) <= Fraction(row.value)
    return Fraction(given) <= rules.major(row.value, row.currency, question.currency)


def _refund(regime: Regime, question: RegimeQuestion, rules: RulesOfDate) -> tuple[int, int, int]:
    """Return the refund of all lines in fen: least, taken, most."""
    if regime.refund not in REFUNDED:
        return 0, 0, 0
    bought = purchases(question.lines, question.purchase_minor)
    sums: dict[Case, int] = {"high": 0, "point": 0, "low": 0}
    for line, purchase in zip(question.lines, bought, strict=True):
        row = refund_row(rules, line.hs)
        if row is not None:
            basis = rules.convert(purchase, question.currency, "CNY")
            for case in sums:
                sums[case] += round_half_up(refund(row, case, basis)[1])
    return sums["high"], sums["point"], sums["low"]


def _clearance(rules: RulesOfDate, question: RegimeQuestion, code: str) -> Clearance | None:
    """Return the row of clearance for a regime: of the code before any, of airports before any place by air."""
    kinds = ("airport", None) if question.mode == "air" else (None,)
    rows = [
        row
        for row in rules.catalogue.clearance
        if row.territory == (question.territory or rules.home)
        and row.direction == question.direction
        and row.regime in {code, "*"}
        and row.kind in kinds
    ]
    return min(rows, key=lambda row: (row.regime == "*", row.kind is None), default=None)


def _fee(clearance: Clearance | None, rules: RulesOfDate) -> int | None:
    """Return the fee of clearing one shipment in fen, None if it is not known."""
    if clearance is None or clearance.rate is None or clearance.currency is None:
        return None
    return round_half_up(rules.major(clearance.rate, clearance.currency, "CNY"))


def _inspection(clearance: Clearance | None, grade: CreditGrade | None, rules: RulesOfDate) -> int | None:
    """
    Return the odds of inspection in ppm.

    Notes
    -----
    Odds of the regime for ordinary enterprises · odds of the grade / odds of the ordinary grade, at most a million.
    """
    ordinary = rules.credit_grades.get("ordinary")
    if clearance is None or clearance.inspection_ppm is None or grade is None or ordinary is None:
        return None
    odds = divide_half_up(clearance.inspection_ppm * grade.inspection_ppm, max(1, ordinary.inspection_ppm))
    return min(_MILLION, odds)


def _summary_by(day: int, question: RegimeQuestion, rules: RulesOfDate) -> dt.date:
    """Return a day of the next month, or the next working day if it is none."""
    start = (question.date.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    date = start + dt.timedelta(days=day - 1)
    days = workdays(rules.catalogue, question.territory or rules.home)
    while not days.get(date, date.isoweekday() < _SATURDAY):
        date += dt.timedelta(days=1)
    return date
