"""What is wrong with a question about landed cost or regimes: every fault, with the rule that is broken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from network.customs.excise import excise_row
from network.customs.question import COSTS, HS6
from network.customs.rules_of_date import in_force

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from data.catalogue import Catalogue
    from data.records_customs import CommodityCode, DutyRate, ExciseRate
    from network.customs.question import LandedQuestion, RegimeQuestion
    from network.customs.rules_of_date import RulesOfDate

_TERRITORY = re.compile(r"[A-Z]{2}", re.ASCII)
_HS = re.compile(r"\d{6}(\d{2}){0,2}", re.ASCII)


class QuestionFault(NamedTuple):
    """
    One thing wrong with a question.

    Parameters
    ----------
    field
        Name of the field, as people give it.
    value
        What was given.
    rule
        Name of the broken rule.
    values
        What its message names.
    """

    field: str
    value: object
    rule: str
    values: Mapping[str, object]


class _Codes:
    """The rows of commodity codes by their digits."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._rows: dict[str, list[CommodityCode]] = {}
        for row in catalogue.hs_codes:
            self._rows.setdefault(row.hs, []).append(row)

    def of(self, hs: str) -> list[CommodityCode]:
        """Return the rows a code begins with."""
        return [row for digits in range(2, len(hs) + 1, 2) for row in self._rows.get(hs[:digits], ())]


def check_landed(question: LandedQuestion, rules: RulesOfDate) -> list[QuestionFault]:
    """Return every fault of a question about landed cost, none if it can be answered."""
    return [
        *_destination(question, rules),
        *_currency(question.currency, rules),
        *_lines(question, rules),
        *_amounts(question),
        *_terms(question, rules),
    ]


def check_regimes(question: RegimeQuestion, rules: RulesOfDate) -> list[QuestionFault]:
    """Return every fault of a question about regimes, none if it can be answered."""
    faults = list(_currency(question.currency, rules))
    for number, line in enumerate(question.lines, 1):
        faults += _code(f"lines[{number}].hs", line.hs, rules)
        if line.value_minor < 0:
            faults.append(QuestionFault(f"lines[{number}].value", line.value_minor, "min", {"limit": 0}))
    return faults


def _destination(question: LandedQuestion, rules: RulesOfDate) -> Iterator[QuestionFault]:
    """Ask for a territory whose taxes on that date are known, in a currency with a rate."""
    code = question.territory
    if code in rules.destinations and rules.rate(rules.currency_of(code)) is not None:
        return
    known = sorted({row.territory for row in rules.catalogue.destination_rules})
    if rules.territory(code) is None or code not in known:
        yield QuestionFault("to", code, "unknown_destination", {"choices": ", ".join(known)})
    elif code not in rules.destinations:
        first = min(row.valid_from for row in rules.catalogue.destination_rules if row.territory == code)
        yield QuestionFault("date", question.date, "no_rules_on_date", {"territory": code, "first": first})
    elif rules.rate(rules.currency_of(code)) is None:
        own = rules.currency_of(code)
        yield QuestionFault("date", question.date, "no_rate_on_date", {"currency": own, "date": rules.date})


def _currency(currency: str, rules: RulesOfDate) -> Iterator[QuestionFault]:
    """Ask for a currency with a rate on the date."""
    if rules.rate(currency) is None:
        choices = ", ".join(rules.currencies)
        values = {"currency": currency, "date": rules.date, "choices": choices}
        yield QuestionFault("currency", currency, "currency_on_date", values)


def _lines(question: LandedQuestion, rules: RulesOfDate) -> Iterator[QuestionFault]:
    """Ask for lines with codes that exist, values above 0, and the measures their rates need."""
    if not question.lines:
        yield QuestionFault("lines", None, "required", {})
    for number, line in enumerate(question.lines, 1):
        place = f"lines[{number}]"
        faults = list(_code(f"{place}.hs", line.hs, rules))
        yield from faults
        if line.value_minor <= 0:
            yield QuestionFault(f"{place}.value", line.value_minor, "positive", {})
        if line.quantity < 1:
            yield QuestionFault(f"{place}.quantity", line.quantity, "min", {"limit": 1})
        if not faults and rules.territory(question.territory) is not None:
            taxed = excise_row(rules, question.territory, line.hs)
            rows: list[DutyRate | ExciseRate] = [
                *rules.compiled.layer_rows(question, line.hs),
                *([taxed] if taxed else []),
            ]
            for row in rows:
                lacking = {"kg": line.mass_g <= 0, "l": line.volume_ml <= 0}.get(row.unit or "", False)
                if row.combine != "percent" and lacking:
                    name = "kg" if row.unit == "kg" else "litres"
                    yield QuestionFault(f"{place}.{name}", None, "measure_needed", {"row": row.id, "unit": row.unit})


def _code(name: str, hs: str, rules: RulesOfDate) -> Iterator[QuestionFault]:
    """Ask for a commodity code of the right form that exists on the date."""
    if not _HS.fullmatch(hs):
        yield QuestionFault(name, hs, "hs", {})
        return
    for row in rules.catalogue.derived(_Codes).of(hs):
        if not row.exists:
            yield QuestionFault(name, hs, "hs_missing", {"prefix": row.hs})
        elif row.valid_to is not None and row.valid_to < rules.date:
            values = {"prefix": row.hs, "last": row.valid_to, "successors": ", ".join(row.successors)}
            yield QuestionFault(name, hs, "hs_split", values)
        elif rules.date < row.valid_from:
            yield QuestionFault(name, hs, "hs_not_yet", {"prefix": row.hs, "first": row.valid_from})


def known_code(rules: RulesOfDate, hs: str) -> CommodityCode | None:
    """Return the row of a code of 6 digits that is known on the date, None for others of the right form."""
    code = hs[:HS6]
    rows = rules.catalogue.derived(_Codes).of(code)
    return next((row for row in rows if row.hs == code and in_force(row, rules.date)), None)


def _amounts(question: LandedQuestion) -> Iterator[QuestionFault]:
    """Ask for costs that are known and not below 0."""
    for name, minor in question.costs_minor.items():
        if name not in COSTS:
            yield QuestionFault(name, minor, "unknown_cost", {"choices": ", ".join(COSTS)})
        elif minor < 0:
            yield QuestionFault(name, minor, "min", {"limit": 0})
    if question.purchase_minor is not None and question.purchase_minor < 0:
        yield QuestionFault("purchase", question.purchase_minor, "min", {"limit": 0})


def _terms(question: LandedQuestion, rules: RulesOfDate) -> Iterator[QuestionFault]:
    """Ask for an incoterm, a scheme and a regime that may be used."""
    term = rules.incoterms.get(question.incoterm)
    if term is None:
        choices = ", ".join(rules.incoterms)
        yield QuestionFault("incoterm", question.incoterm, "unknown_incoterm", {"choices": choices})
    elif term.sea_only and question.mode is not None and question.mode != "sea":
        yield QuestionFault("incoterm", question.incoterm, "incoterm_sea", {"mode": question.mode})
    if question.origin is not None and not _TERRITORY.fullmatch(question.origin):
        yield QuestionFault("origin", question.origin, "two_letters", {})
    exports = {row.id: row for row in rules.catalogue.regimes if row.direction == "export"}
    if question.regime is not None and question.regime not in {row.id for row in rules.regimes if row.id in exports}:
        choices = ", ".join(row.id for row in rules.regimes if row.id in exports)
        yield QuestionFault("regime", question.regime, "unknown_regime", {"choices": choices})
    if question.scheme is not None and rules.territory(question.territory) is not None:
        yield from _scheme(question, rules)


def _scheme(question: LandedQuestion, rules: RulesOfDate) -> Iterator[QuestionFault]:
    """Ask for a scheme the territory has, for sales to persons, of goods within its limit."""
    areas = rules.areas(question.territory)
    rows = [row for row in rules.low_value_rules if row.area in areas and row.scheme is not None]
    own = [row for row in rows if row.scheme == question.scheme]
    if not own:
        choices = ", ".join(sorted({str(row.scheme) for row in rows})) or "-"
        yield QuestionFault("scheme", question.scheme, "unknown_scheme", {"choices": choices})
        return
    if question.channel not in {row.channel for row in own} and "any" not in {row.channel for row in own}:
        yield QuestionFault("scheme", question.scheme, "scheme_channel", {"channel": own[0].channel})
    best = max(own, key=lambda row: row.limit)
    if rules.rate(question.currency) is None or rules.rate(best.limit_currency) is None:
        return
    limit = rules.major(best.limit, best.limit_currency, question.currency)
    if question.value_minor > limit:
        values = {"limit": best.limit, "currency": best.limit_currency, "row": best.id}
        yield QuestionFault("scheme", question.scheme, "scheme_limit", values)
