"""Regimes: every rule broken alone, what is advised, what may be together, odds of inspection, dates."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import Catalogue, load_catalogue
from data.codes import RegimeFact
from network.customs import (
    GoodsLine,
    RegimeAnswer,
    RegimeOption,
    RegimeQuestion,
    RulesOfDate,
    check_regimes,
    companions,
    may_share,
)
from network.customs import regimes as ask

if TYPE_CHECKING:
    from data.records_customs import RegimeRule

with (Path(__file__).parent / "regime_breaks.csv").open(encoding="utf-8", newline="") as stream:
    BREAKS = {row["rule"]: row["value"] for row in csv.DictReader(stream)}
NOW = dt.date(2026, 12, 1)
NUMBERS = frozenset({"value", "buyer_year_value", "days_since_export"})
# A shipment that keeps every rule of a regime, by regime; amounts are CNY fen.
COMMON: dict[str, str | int] = {
    "credit": "ordinary", "way": "port", "registered": "yes", "platform_order": "yes", "receipt": "yes",
    "payment": "yes", "waybill": "yes", "booking_list": "yes", "warehouse_registration": "yes",
    "market_record": "yes", "market_cluster": "yes", "contract": "yes", "bonded_area": "yes", "pilot_city": "yes",
    "pilot_zone": "yes", "supervised_site": "yes", "positive_list": "yes", "buyer_id": "yes", "returned": "no",
    "licence": "no", "inspection": "no", "export_duty": "no", "wants_refund": "no", "value": 500_000,
    "buyer_year_value": 2_600_000, "days_since_export": 365,
}  # fmt: skip
GOOD: dict[str, dict[str, str | int]] = {
    "9610.declaration": {"customer": "b2c"},
    "9610.statistics": {"customer": "b2c"},
    "9610.import": {"customer": "b2c"},
    "9710.declaration": {"customer": "b2b"},
    "9710.list": {"customer": "b2b"},
    "9810.declaration": {"customer": "stock"},
    "9810.list": {"customer": "stock"},
    "1210.import": {"customer": "b2c"},
    "1210.export": {"customer": "stock"},
    "1239.import": {"customer": "b2c", "pilot_city": "no"},
    "1039.export": {"customer": "b2b", "value": 104_787_000},
    "0110.export": {"customer": "b2b"},
    "0110.import": {"customer": "b2b"},
    "4561.import": {"customer": "b2b", "returned": "yes"},
}


@cache
def catalogue() -> Catalogue:
    """Return the shipped tables."""
    return load_catalogue()


def option(regime: str, facts: dict[str, str | int], date: dt.date = NOW, **more: Any) -> RegimeOption:  # noqa: ANN401 - fields of a question
    """Return what is said of one regime."""
    direction: Any = next(row.direction for row in catalogue().regimes if row.id == regime)
    question = RegimeQuestion(direction=direction, date=date, facts=facts, **more)
    rules = RulesOfDate(catalogue(), date)
    assert check_regimes(question, rules) == []
    (found,) = [each for each in ask(question, rules).options if each.regime.id == regime]
    return found


def day_of(row: RegimeRule) -> dt.date:
    """Return a day on which a rule and its regime are in force."""
    return row.valid_to or max(NOW, row.valid_from)


RULES = load_catalogue().regime_rules


def test_every_rule_has_a_breaking_case() -> None:
    """A rule without a case that breaks it, or a case without its rule, is a mistake of the tests."""
    assert set(BREAKS) == {row.id for row in RULES}
    assert set(GOOD) == {row.id for row in catalogue().regimes}
    assert set(COMMON) | {"customer"} == set(get_args(RegimeFact))


@pytest.mark.parametrize("row", RULES, ids=[row.id for row in RULES])
def test_each_rule_alone(row: RegimeRule) -> None:
    """The shipment that keeps all rules is allowed; with one fact changed it breaks that rule, and no other."""
    facts = COMMON | GOOD[row.regime]
    day = day_of(row)
    sound = option(row.regime, facts, day)
    assert (sound.status, sound.broken, sound.unsaid) == ("allowed", (), ())
    value = BREAKS[row.id]
    broken = option(row.regime, facts | {row.fact: int(value) if row.fact in NUMBERS else value}, day)
    assert broken.status == "barred"
    assert [each.id for each in broken.broken] == [row.id]


@pytest.mark.parametrize("row", [row for row in RULES if row.fact not in {"credit", "way"}], ids=lambda row: row.id)
def test_what_is_not_said_is_open(row: RegimeRule) -> None:
    """A fact of which nothing is said neither allows nor bars."""
    facts = {name: value for name, value in (COMMON | GOOD[row.regime]).items() if name != row.fact}
    found = option(row.regime, facts, day_of(row))
    assert found.status == "open"
    assert {each.fact for each in found.unsaid} == {row.fact}


def test_rules_of_the_date() -> None:
    """The receipt and the registration of the warehouse were needed until 2024-12-14."""
    last, first = dt.date(2024, 12, 14), dt.date(2024, 12, 15)
    without = COMMON | GOOD["9610.declaration"] | {"receipt": "no"}
    assert option("9610.declaration", without, last).status == "barred"
    assert option("9610.declaration", without, first).status == "allowed"
    unregistered = COMMON | GOOD["9810.declaration"] | {"warehouse_registration": "no"}
    assert option("9810.declaration", unregistered, last).status == "barred"
    assert option("9810.declaration", unregistered, first).status == "allowed"


def test_regimes_begin() -> None:
    """Before 2020-07-01 there is neither 9710 nor 9810."""
    rules = RulesOfDate(catalogue(), dt.date(2020, 6, 30))
    answer = ask(RegimeQuestion(direction="export", date=rules.date, facts={}), rules)
    assert {each.regime.code for each in answer.options} == {"9610", "1210", "1039", "0110"}


def test_limits_in_another_currency() -> None:
    """The limit of USD 150,000 is that many CNY at the rate of the table."""
    facts = COMMON | GOOD["1039.export"] | {"value": 15_000_000}
    assert option("1039.export", facts, currency="USD").status == "allowed"
    assert option("1039.export", facts | {"value": 15_000_001}, currency="USD").status == "barred"


def shoes(value: int = 1_000_000) -> tuple[GoodsLine, ...]:
    """Return shoes, on which 13 % are refunded."""
    return (GoodsLine(hs="640411", value_minor=value),)


def test_the_advised_one_refunds_most() -> None:
    """Retail parcels with a VAT invoice go by 9610 with a declaration: 1,300 of refund, fee 100."""
    rules = RulesOfDate(catalogue(), NOW)
    question = RegimeQuestion(direction="export", date=NOW, facts=COMMON | GOOD["9610.declaration"], lines=shoes())
    answer = ask(question, rules)
    best = answer.options[0]
    assert answer.advised == best.regime.id == "9610.declaration"
    assert (best.refund_fen, best.fee_fen, best.benefit_fen) == ((130_000,) * 3, 10_000, 120_000)
    ranks = [("allowed", "open", "barred").index(each.status) for each in answer.options]
    assert ranks == sorted(ranks)


def _ranked(**facts: str | int) -> RegimeAnswer:
    """Return the answer for shoes to a person of which some facts are said."""
    question = RegimeQuestion(direction="export", date=NOW, facts=facts, lines=shoes())
    return ask(question, RulesOfDate(catalogue(), NOW))


def test_why_it_is_advised() -> None:
    """The answer says by what the advised one goes before the next, and what it says is so."""
    assert _ranked(registered="no").advised_by is None
    said = {**COMMON, "customer": "b2c", "value": 400_000}
    seen = set()
    for extra in ({}, {"customer": "stock"}, {"customer": "b2b"}, {"wants_refund": "yes"}, {"market_cluster": "no"}):
        answer = _ranked(**(said | extra))
        possible = [option for option in answer.options if option.status != "barred"]
        first, second = possible[0], possible[1] if len(possible) > 1 else None
        assert answer.before == (second.regime.id if second else None)
        seen.add(answer.advised_by)
        match answer.advised_by:
            case "only":
                assert second is None
            case "status":
                assert second is not None
                assert (first.status, second.status) == ("allowed", "open")
            case "refund":
                assert second is not None
                assert first.benefit_fen > second.benefit_fen
            case "time":
                assert second is not None
                assert first.benefit_fen == second.benefit_fen
                assert first.clearance is not None
                assert second.clearance is None or first.clearance.minutes < second.clearance.minutes
            case _:
                assert second is not None
                assert first.benefit_fen == second.benefit_fen
    assert len(seen) > 1
    assert _ranked(customer="b2c", registered="yes").advised_by in {"refund", "time", "papers", "order"}


def test_nothing_is_advised_where_all_is_barred() -> None:
    """An enterprise that is not registered may not export by any regime."""
    rules = RulesOfDate(catalogue(), NOW)
    facts = COMMON | {"customer": "b2c", "registered": "no"}
    answer = ask(RegimeQuestion(direction="export", date=NOW, facts=facts), rules)
    assert answer.advised is None
    assert all(each.status == "barred" for each in answer.options)


def test_refunds_of_goods_not_known_are_a_range() -> None:
    """A refund rate that nobody verified lies between 0 and 13 %."""
    found = option("0110.export", COMMON | {"customer": "b2b"}, lines=(GoodsLine(hs="710122", value_minor=10_000),))
    assert found.refund_fen == (0, 0, 1_300)


def test_the_purchase_price_counts() -> None:
    """The refund is of what was paid without VAT, if that is said."""
    found = option("0110.export", COMMON | {"customer": "b2b"}, lines=shoes(), purchase_minor=600_000)
    assert found.refund_fen[1] == 78_000


@pytest.mark.parametrize(("grade", "ppm"), [("ordinary", 20_000), ("aeo", 3_882), ("dishonest", 1_000_000)])
def test_credit_drives_inspection(grade: str, ppm: int) -> None:
    """9610: 20,000 ppm for ordinary ones; times 3,300 / 17,000 for AEO; times 50 but at most all for dishonest ones."""
    found = option("9610.declaration", COMMON | GOOD["9610.declaration"] | {"credit": grade})
    assert found.inspection_ppm == ppm
    assert found.has_priority == (grade == "aeo")


def test_ways_of_clearance() -> None:
    """Lists are open to transit, declarations to nationwide integration as well."""
    facts = COMMON | {"customer": "b2c"}
    assert option("9610.declaration", facts).ways == ("port", "transit")
    assert option("0110.export", facts).ways == ("port", "transit", "integration")


def test_the_monthly_declaration() -> None:
    """Lists of December are summed up by 15 January; 15 May 2027 is a Saturday, so that the 17th is the day."""
    facts = COMMON | GOOD["9610.declaration"]
    assert option("9610.declaration", facts, dt.date(2026, 12, 31)).summary_by == dt.date(2027, 1, 15)
    assert option("9610.declaration", facts, dt.date(2027, 4, 1)).summary_by == dt.date(2027, 5, 17)


def test_times_at_airports() -> None:
    """By air, the row of airports counts."""
    facts = COMMON | GOOD["9710.declaration"]
    by_sea, by_air = option("9710.declaration", facts, mode="sea"), option("9710.declaration", facts, mode="air")
    assert by_sea.clearance is not None
    assert by_air.clearance is not None
    assert by_air.clearance.minutes < by_sea.clearance.minutes


@pytest.mark.parametrize(
    ("scope", "first", "second", "shares"),
    [
        ("box", "9710", "9810", True),
        ("box", "9810", "0110", True),
        ("box", "1039", "0110", True),
        ("box", "1210", "0110", False),
        ("box", "4561", "9610", False),
        ("declaration", "9610", "9610", True),
        ("declaration", "9710", "9710", False),
        ("declaration", "9710", "0110", False),
    ],
)
def test_what_may_be_together(scope: Any, first: str, second: str, shares: bool) -> None:  # noqa: ANN401, FBT001 - a table
    """Rows say it, in either order, and with a condition where they allow it."""
    rules = RulesOfDate(catalogue(), NOW)
    row, other = may_share(rules, scope, first, second), may_share(rules, scope, second, first)
    assert row is not None
    assert row == other
    assert row.shares == shares
    assert not shares or (row.condition_zh and row.condition_en)


def test_together_agrees_with_the_plans() -> None:
    """Regimes that plans put into one box are not kept apart here."""
    groups = {row.value: row.group for row in catalogue().mixing_groups if row.attribute == "regime" and row.shares}
    rules = RulesOfDate(catalogue(), NOW)
    for first, group in groups.items():
        for second, other in groups.items():
            if other == group and first != second:
                row = may_share(rules, "box", first, second)
                assert row is None or row.shares, (first, second)
    assert {code for code, _ in companions(rules, "box", "9710")} == {"9710", "9810", "0110", "9610"}


@given(
    st.dictionaries(
        st.sampled_from(sorted(set(COMMON) - NUMBERS - {"credit", "way"})), st.sampled_from(["yes", "no"]), max_size=8
    ),
    st.dictionaries(
        st.sampled_from(sorted(set(COMMON) - NUMBERS - {"credit", "way"})), st.sampled_from(["yes", "no"]), max_size=4
    ),
)
def test_knowing_more_never_opens_what_is_barred(facts: dict[str, str], more: dict[str, str]) -> None:
    """A regime that is barred stays so when more is said, and every status follows from its conditions."""
    rules = RulesOfDate(catalogue(), NOW)
    question = RegimeQuestion(direction="export", date=NOW, facts=dict(facts))
    first = {each.regime.id: each for each in ask(question, rules).options}
    second = ask(replace(question, facts=more | facts), rules).options
    for each in second:
        assert first[each.regime.id].status != "barred" or each.status == "barred"
        assert each.status == ("barred" if each.broken else "open" if each.unsaid else "allowed")
