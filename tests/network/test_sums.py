"""Sums of landed cost against the path that tells every amount: equal to the minor unit, in every case."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from data import Catalogue, load_catalogue
from network.customs import (
    COSTS,
    GoodsLine,
    LandedQuestion,
    RulesByDate,
    RulesOfDate,
    check_landed,
    landed_cost,
    landed_sums,
)
from network.customs.rates import CASES
from network.customs.sums_case import rounded
from tests.network.test_landed import EXAMPLES, IDS, question

KINDS = ("duty", "excise", "fee", "vat", "refund")
DATES = [dt.date(2026, 6, 30), dt.date(2026, 12, 1), dt.date(2027, 3, 1), dt.date(2028, 10, 1)]


@cache
def catalogue() -> Catalogue:
    """Return the shipped tables."""
    return load_catalogue()


def rules(date: dt.date) -> RulesOfDate:
    """Return the shipped rules of a date, shared with other days of the same rows."""
    return catalogue().derived(RulesByDate).on(date)


def compare(asked: LandedQuestion, of_date: RulesOfDate) -> None:
    """Assert that sums are those of all amounts, by kind, case and payer, and follow from the same rows."""
    slow, fast = landed_cost(asked, of_date), landed_sums(asked, of_date)
    for number, case in enumerate(CASES):
        sums = dict.fromkeys(KINDS, 0)
        for amount in slow.amounts:
            if amount.key.kind in sums:
                sums[amount.key.kind] += int(amount.asked_minor[case])
        assert fast.cases[number]._asdict() == sums, case
    way = slow.total("goods") + slow.total("cost")
    assert fast.goods_minor + fast.cost_minor == way
    assert (fast.low_minor, fast.high_minor) == (slow.low_minor - way, slow.high_minor - way)
    assert fast.total_minor == slow.point_minor
    assert fast.seller_minor == slow.total(payer="seller")
    assert fast.low_value is slow.low_value
    told = {id(amount.row) for amount in slow.amounts if amount.row is not None}
    assert told <= {id(row) for row in fast.rows} <= told | {id(fast.low_value)}


@pytest.mark.parametrize("row", EXAMPLES, ids=IDS)
def test_examples(row: dict[str, str]) -> None:
    """Every worked example comes to the same, by figures that were written down."""
    asked = question(row)
    compare(asked, rules(asked.date))
    found = landed_sums(asked, rules(asked.date))
    assert found.total_minor == int(row["total"])


TERRITORIES = sorted({row.territory for row in catalogue().destination_rules})
CODES = sorted({row.hs for row in catalogue().hs_codes if len(row.hs) == 6} | {"220421", "220890", "220300", "330499"})
SCHEMES = [None, "ioss", "9610", "1210"]
LINES = st.lists(
    st.builds(
        GoodsLine,
        hs=st.sampled_from(CODES),
        value_minor=st.one_of(st.integers(1, 3_000_000), st.fractions(1, 40_000, max_denominator=9_999)),
        quantity=st.integers(1, 50),
        mass_g=st.integers(1, 90_000),
        volume_ml=st.integers(1, 90_000),
    ),
    min_size=1,
    max_size=5,
).map(tuple)
QUESTIONS = st.builds(
    LandedQuestion,
    territory=st.sampled_from(TERRITORIES),
    date=st.sampled_from(DATES),
    currency=st.sampled_from(["CNY", "EUR", "USD", "JPY", "KRW"]),
    lines=LINES,
    costs_minor=st.dictionaries(st.sampled_from(COSTS), st.integers(0, 20_000)),
    incoterm=st.sampled_from(["EXW", "FCA", "DAP", "DDP"]),
    channel=st.sampled_from(["b2c", "b2b"]),
    scheme=st.sampled_from(SCHEMES),
    mode=st.sampled_from([None, "sea", "air", "rail"]),
    origin=st.sampled_from([None, "CN", "VN"]),
    origin_proof=st.booleans(),
    regime=st.sampled_from([None, "9610.declaration", "9610.statistics"]),
    purchase_minor=st.one_of(st.none(), st.integers(0, 1_000_000)),
)


@given(QUESTIONS)
@settings(max_examples=400, deadline=None)
def test_all_questions(asked: LandedQuestion) -> None:
    """Whatever is asked, both paths say the same."""
    of_date = rules(asked.date)
    faults = {fault.rule for fault in check_landed(asked, of_date)}
    assume(not faults or faults == {"scheme_limit"})
    compare(asked, of_date)


@pytest.mark.parametrize("combine", ["percent", "amount", "sum", "max", "min"])
@pytest.mark.parametrize("unit", ["kg", "item", "l"])
@pytest.mark.parametrize("is_inside", [False, True])
def test_all_ways_to_combine(combine: str, unit: str, is_inside: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Duty and excise of every form and unit, with ranges, are summed as they are told."""
    form = {"combine": combine, "unit": unit, "currency": "EUR", "percent": Decimal("7.5"), "amount": Decimal("0.35")}
    wide = {"percent_low": Decimal(1), "percent_high": Decimal("12.5"), "amount_low": Decimal("0.1")}
    duty = next(row for row in catalogue().duty_rates if row.id == "DU.GB.640411.mfn")
    excise = next(row for row in catalogue().excise_rates if row.id == "EX.CN.2204")
    rates = [replace(row, **(form | wide)) if row is duty else row for row in catalogue().duty_rates]
    more = replace(excise, id="EX.GB", area="GB", hs="6404", is_inside=is_inside, **(form | wide))
    base = [
        replace(row, vat_base=(*row.vat_base, "excise"), vat_uplift_percent=Decimal("3.5"))
        if row.id == "DR.GB"
        else row
        for row in catalogue().destination_rules
    ]
    changed = catalogue().replace(duty_rates=rates, excise_rates=[more], destination_rules=base)
    line = GoodsLine(hs="640411", value_minor=99_999, quantity=7, mass_g=12_345, volume_ml=7_001)
    other = replace(line, value_minor=Fraction(100_001, 7))
    asked = LandedQuestion(territory="GB", date=DATES[1], currency="USD", lines=(line, other), channel="b2b")
    compare(asked, RulesOfDate(changed, DATES[1]))


def test_days_of_the_same_rows_share_them() -> None:
    """Rules of two days without a change between them are made once; a change makes them anew."""
    known = RulesByDate(catalogue())
    first, second = known.on(dt.date(2026, 12, 2)), known.on(dt.date(2026, 12, 3))
    assert first.duty_rates is second.duty_rates
    assert first.compiled is second.compiled
    assert (first.date, second.date) == (dt.date(2026, 12, 2), dt.date(2026, 12, 3))
    before, after = known.on(dt.date(2026, 6, 30)), known.on(dt.date(2026, 7, 1))
    assert before.low_value_rules != after.low_value_rules


@given(st.dates(dt.date(2025, 1, 1), dt.date(2029, 1, 1)))
@settings(max_examples=60, deadline=None)
def test_shared_rules_are_those_of_the_date(date: dt.date) -> None:
    """The rules of any date are what its rows say, wherever they were taken from."""
    shared, own = rules(date), RulesOfDate(catalogue(), date)
    assert shared.date == own.date == date
    for name in (
        "duty_rates",
        "low_value_rules",
        "customs_fees",
        "excise_rates",
        "vat_refunds",
        "destinations",
        "incoterms",
    ):
        assert getattr(shared, name) == getattr(own, name)
    assert shared.currencies == own.currencies


@given(st.integers(0, 10**9), st.integers(1, 10**6), st.sampled_from([1, 10, 100, 1000]))
def test_rounding(num: int, den: int, step: int) -> None:
    """Half up, down and up to a step, by their meaning."""
    exact = Fraction(num, den)
    half, down, up = (rounded(num, den, (step, mode)) for mode in ("half_up", "down", "up"))
    assert {half % step, down % step, up % step} == {0}
    assert down <= exact < down + step
    assert up - step < exact <= up
    assert exact - Fraction(step, 2) < half <= exact + Fraction(step, 2)
