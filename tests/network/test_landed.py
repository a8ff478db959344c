"""Landed cost against worked examples, by date, at bounds, and in what must hold of every answer."""

from __future__ import annotations

import csv
import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from data import Catalogue, load_catalogue
from network.customs import COSTS, GoodsLine, LandedCost, LandedQuestion, RulesOfDate, check_landed, landed_cost
from network.customs.rates import CASES
from tests.oracles.landed_cost import CNY, Row, work

with (Path(__file__).parent / "landed_examples.csv").open(encoding="utf-8", newline="") as stream:
    EXAMPLES: list[Row] = list(csv.DictReader(stream))
IDS = [row["id"] for row in EXAMPLES]
DATE = dt.date(2026, 12, 1)
# Where the arithmetic of an example says what lines pay: one text for all lines, or one for each.
STEPS = {"duty": r"duty [^;]* = ([^;]*)", "excise": r"excise [^;]* = ([^;]*)", "vat": r"VAT [^;]* = (\d+)"}


@cache
def catalogue() -> Catalogue:
    """Return the shipped tables."""
    return load_catalogue()


@cache
def rules(date: dt.date = DATE) -> RulesOfDate:
    """Return the shipped rules of a date."""
    return RulesOfDate(catalogue(), date)


def question(row: Row) -> LandedQuestion:
    """Return the question of an example."""
    digits = 10 ** CNY[row["currency"]][1]

    def minor(text: str) -> int:
        amount = Fraction(text) * digits
        assert amount.denominator == 1
        return int(amount)

    lines = []
    for text in row["lines"].split(" "):
        hs, value, *rest = text.split(":")
        quantity, kg, litres = [*rest, *("1", "0", "0")[len(rest) :]]
        line = GoodsLine(
            hs=hs,
            value_minor=minor(value),
            quantity=int(quantity),
            mass_g=int(Fraction(kg) * 1000),
            volume_ml=int(Fraction(litres) * 1000),
        )
        lines.append(line)
    pairs = (part.split("=") for part in row["costs"].split(";") if part)
    return LandedQuestion(
        territory=row["to"],
        date=dt.date.fromisoformat(row["date"]),
        currency=row["currency"],
        lines=tuple(lines),
        costs_minor={name: minor(number) for name, number in pairs},
        incoterm=row["incoterm"],
        channel=row["channel"],  # type: ignore[arg-type]
        scheme=row["scheme"] or None,
        mode=row["mode"] or None,
        origin_proof=row["origin_proof"] == "yes",
        regime=row["regime"] or None,
        purchase_minor=minor(row["purchase"]) if row["purchase"] else None,
    )


def answer(asked: LandedQuestion) -> LandedCost:
    """Return the answer to a sound question."""
    assert check_landed(asked, rules(asked.date)) == []
    return landed_cost(asked, rules(asked.date))


def minor(found: LandedCost, kind: str) -> int:
    """Return the sum of the amounts of a kind in their own currency."""
    return int(sum(amount.minor for amount in found.amounts if amount.key.kind == kind))


def test_there_are_enough_examples() -> None:
    """At least sixty examples, each once, each with its arithmetic and its source."""
    assert len(EXAMPLES) >= 60
    assert len(set(IDS)) == len(IDS)
    assert all(row["arithmetic"] and row["source"] for row in EXAMPLES)


@pytest.mark.parametrize("row", EXAMPLES, ids=IDS)
def test_the_examples_are_worked_right(row: Row) -> None:
    """The written arithmetic of an example follows from the rates that stand in it."""
    worked = work(row)
    written = tuple(int(row[name]) for name in ("duty", "excise", "fee", "vat_minor", "refund", "total"))
    assert (worked.duty, worked.excise, worked.fee, worked.vat, worked.refund, worked.total) == written
    assert worked.steps == row["arithmetic"]


@pytest.mark.parametrize("row", EXAMPLES, ids=IDS)
def test_every_step_of_the_examples(row: Row) -> None:
    """Duty, excise and VAT of every line are those of the written arithmetic, also where sums would agree."""
    found = answer(question(row))
    count = len(found.question.lines)
    for kind, pattern in STEPS.items():
        written = [part for text in re.findall(pattern, row["arithmetic"]) for part in text.split(" | ")]
        sums = [sum(int(number) for number in part.split(" of ")[0].split(" + ")) for part in written]
        lines = [0] * count
        for amount in found.amounts:
            if amount.key.kind == kind and amount.key.line is not None:
                lines[amount.key.line] += int(amount.minor)
        assert lines == (sums + [0] * count)[:count], kind


@pytest.mark.parametrize("row", EXAMPLES, ids=IDS)
def test_examples(row: Row) -> None:
    """Every amount is right to the minor unit."""
    found = answer(question(row))
    assert found.currency == row["own"]
    kinds = (("duty", "duty"), ("excise", "excise"), ("fee", "fee"), ("vat_minor", "vat"))
    sums = {name: minor(found, kind) for name, kind in kinds}
    assert sums == {name: int(row[name]) for name in sums}
    assert -minor(found, "refund") == int(row["refund"])
    assert found.point_minor == int(row["total"])
    if row["seller"]:
        assert found.total(payer="seller") == int(row["seller"])


def test_every_incoterm_has_an_example() -> None:
    """No incoterm is without an example that says what the seller pays."""
    assert {row["incoterm"] for row in EXAMPLES if row["seller"]} == {row.code for row in catalogue().incoterms}


def test_every_territory_is_answered() -> None:
    """Every territory with a tax rule gives an answer, whose range holds the total."""
    for territory in {row.territory for row in catalogue().destination_rules}:
        line = GoodsLine(hs="961700", value_minor=5000, quantity=2, mass_g=800)
        found = answer(LandedQuestion(territory=territory, date=DATE, currency="USD", lines=(line,)))
        assert found.low_minor <= found.point_minor <= found.high_minor, territory


def _one(hs: str, value: int, **more: Any) -> LandedQuestion:  # noqa: ANN401 - fields of a question
    """Return a question about one line."""
    line = GoodsLine(hs=hs, value_minor=value, quantity=1, mass_g=1000, volume_ml=1000)
    fields: dict[str, Any] = {"territory": "US", "date": DATE, "currency": "USD"}
    return LandedQuestion(lines=(line,), **(fields | more))


def test_a_range_by_hand() -> None:
    """Valve parts: 0-5 % + 25 % + (232 perhaps 25 %, else 12.5 %), informal entry USD 2-12."""
    found = answer(_one("848190", 100_000, channel="b2b"))
    assert (found.low_minor, found.point_minor, found.high_minor) == (
        100_000 + 0 + 25_000 + 12_500 + 200,
        100_000 + 3_000 + 25_000 + 12_500 + 1_200,
        100_000 + 5_000 + 25_000 + 25_000 + 1_200,
    )
    (excluded,) = [amount for amount in found.amounts if amount.key.code == "forced_labour"]
    assert excluded.asked_minor == {"low": 12_500, "point": 12_500, "high": 0}


def test_a_certain_answer_has_no_range() -> None:
    """A British parcel of goods with one rate costs what it costs."""
    found = answer(_one("640411", 20_000, territory="GB", currency="GBP"))
    assert found.low_minor == found.point_minor == found.high_minor


def test_a_later_row_changes_the_answer_of_later_dates_only() -> None:
    """A change of a rate is an edit of the table: one row ends, another begins."""
    rates = []
    for row in catalogue().duty_rates:
        if row.id == "DU.GB.640411.mfn":
            rates.append(replace(row, valid_to=dt.date(2026, 12, 31)))
            rates.append(replace(row, id="new", valid_from=dt.date(2027, 1, 1), percent=20))  # type: ignore[arg-type]
        else:
            rates.append(row)
    changed = catalogue().replace(duty_rates=rates)
    asked = _one("640411", 100_000, territory="GB", currency="GBP", channel="b2b")
    before, after = (
        landed_cost(replace(asked, date=date), RulesOfDate(changed, date))
        for date in (dt.date(2026, 12, 31), dt.date(2027, 1, 1))
    )
    assert (minor(before, "duty"), minor(after, "duty")) == (16_000, 20_000)
    assert minor(answer(asked), "duty") == 16_000


def test_a_rate_of_one_exporter_goes_before_that_of_any() -> None:
    """Anti-dumping duty is that of the exporter who is named; of anybody else it is that of any, with its range."""
    rows = catalogue().duty_rates
    (any_row,) = (row for row in rows if row.id == "DU.EU.871160.ad")
    own = replace(any_row, id="own", exporter="Bike Works", percent=Decimal("9.9"), percent_low=None, percent_high=None)
    changed = RulesOfDate(catalogue().replace(duty_rates=[*rows, own]), DATE)
    asked = _one("871160", 100_000, territory="DE", currency="EUR", channel="b2b")
    for exporter, duty in (("bike works", 9_900 + 6_000), ("another", 79_300 + 6_000), (None, 79_300 + 6_000)):
        assert minor(landed_cost(replace(asked, exporter=exporter), changed), "duty") == duty


def test_trade_remedies_are_for_their_origin() -> None:
    """Goods of another origin pay none, and have a rate of their own."""
    asked = _one("731815", 100_000, territory="DE", currency="EUR", channel="b2b")
    for origin, layers in ((None, {"antidumping", "mfn"}), ("CN", {"antidumping", "mfn"}), ("VN", {"mfn"})):
        found = answer(replace(asked, origin=origin))
        assert {amount.key.code for amount in found.amounts if amount.key.kind == "duty"} == layers


def test_dates_outside_the_rules_are_refused() -> None:
    """Nothing is said of a day before the first row of a territory."""
    (fault,) = check_landed(_one("900410", 1, date=dt.date(2026, 4, 5)), rules(dt.date(2026, 4, 5)))
    assert (fault.field, fault.rule) == ("date", "no_rules_on_date")


BAD: list[tuple[str, dict[str, Any], set[tuple[str, str]]]] = [
    ("hs-form", {"lines": (GoodsLine(hs="1234567", value_minor=1),)}, {("lines[1].hs", "hs")}),
    ("hs-missing", {"lines": (GoodsLine(hs="770110", value_minor=1),)}, {("lines[1].hs", "hs_missing")}),
    ("hs-split", {"lines": (GoodsLine(hs="94051000", value_minor=1),)}, {("lines[1].hs", "hs_split")}),
    ("zero-value", {"lines": (GoodsLine(hs="900410", value_minor=0),)}, {("lines[1].value", "positive")}),
    ("negative-value", {"lines": (GoodsLine(hs="900410", value_minor=-5),)}, {("lines[1].value", "positive")}),
    ("quantity", {"lines": (GoodsLine(hs="900410", value_minor=1, quantity=0),)}, {("lines[1].quantity", "min")}),
    ("no-weight", {"lines": (GoodsLine(hs="621520", value_minor=1),)}, {("lines[1].kg", "measure_needed")}),
    ("no-litres", {"lines": (GoodsLine(hs="220600", value_minor=1),)}, {("lines[1].litres", "measure_needed")}),
    ("no-lines", {"lines": ()}, {("lines", "required")}),
    ("destination", {"territory": "XX"}, {("to", "unknown_destination")}),
    ("no-taxes-known", {"territory": "UA"}, {("to", "unknown_destination")}),
    ("currency", {"currency": "XYZ"}, {("currency", "currency_on_date")}),
    ("currency-later", {"currency": "RON", "date": dt.date(2028, 1, 1)}, {("currency", "currency_on_date")}),
    ("own-currency-later", {"territory": "BR", "date": dt.date(2028, 1, 1)}, {("date", "no_rate_on_date")}),
    ("incoterm", {"incoterm": "ABC"}, {("incoterm", "unknown_incoterm")}),
    ("incoterm-sea", {"incoterm": "FOB", "mode": "air"}, {("incoterm", "incoterm_sea")}),
    ("cost", {"costs_minor": {"taxi": 1, "freight": -1}}, {("taxi", "unknown_cost"), ("freight", "min")}),
    ("purchase", {"purchase_minor": -1}, {("purchase", "min")}),
    ("regime", {"regime": "9999"}, {("regime", "unknown_regime")}),
    ("import-regime", {"regime": "1210.import"}, {("regime", "unknown_regime")}),
    ("scheme", {"scheme": "ioss"}, {("scheme", "unknown_scheme")}),
    ("scheme-b2b", {"scheme": "ioss", "territory": "DE", "channel": "b2b"}, {("scheme", "scheme_channel")}),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "wanted"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_bad_questions(changes: dict[str, Any], wanted: set[tuple[str, str]]) -> None:
    """Each fault is told as its rule, and nothing else is."""
    asked = replace(_one("900410", 10_000), **changes)
    faults = check_landed(asked, rules(asked.date))
    assert {(fault.field, fault.rule) for fault in faults} == wanted


def test_a_scheme_has_its_limit() -> None:
    """EUR 150 is within IOSS, a cent more is not."""
    asked = _one("640411", 15_000, territory="DE", currency="EUR", scheme="ioss")
    assert check_landed(asked, rules()) == []
    above = replace(asked, lines=(GoodsLine(hs="640411", value_minor=15_001),))
    assert [(fault.field, fault.rule) for fault in check_landed(above, rules())] == [("scheme", "scheme_limit")]


def test_all_faults_at_once() -> None:
    """What is wrong in several places is told together."""
    lines = (GoodsLine(hs="12", value_minor=-1), GoodsLine(hs="940540", value_minor=1))
    asked = LandedQuestion(territory="XX", date=DATE, currency="ZZZ", lines=lines, incoterm="?", purchase_minor=-1)
    names = {fault.field for fault in check_landed(asked, rules())}
    assert names == {"to", "currency", "lines[1].hs", "lines[1].value", "lines[2].hs", "incoterm", "purchase"}


CODES = ("640411", "610910", "900410", "961700", "711719", "731815", "848190", "870830", "123456")
PLACES = ("DE", "FR", "GB", "US", "AU", "JP", "KR", "CA", "BR", "MX", "ZA", "NG", "SA", "RU", "TH", "HK")
lines_of = st.lists(
    st.builds(
        GoodsLine,
        hs=st.sampled_from(CODES),
        value_minor=st.integers(1, 500_000),
        quantity=st.integers(1, 50),
        mass_g=st.integers(1, 50_000),
    ),
    min_size=1,
    max_size=4,
).map(tuple)
questions = st.builds(
    LandedQuestion,
    territory=st.sampled_from(PLACES),
    date=st.sampled_from([DATE, dt.date(2026, 6, 30), dt.date(2027, 3, 1)]),
    currency=st.sampled_from(["CNY", "EUR", "USD"]),
    lines=lines_of,
    costs_minor=st.dictionaries(st.sampled_from(COSTS), st.integers(0, 20_000)),
    incoterm=st.sampled_from(["EXW", "FCA", "DAP", "DDP"]),
    channel=st.sampled_from(["b2c", "b2b"]),
    regime=st.sampled_from([None, "9610.declaration", "9610.statistics"]),
)


@given(questions)
def test_what_holds_of_every_answer(asked: LandedQuestion) -> None:
    """Amounts add up in every case, to payers and kinds; the range holds the total; nothing but refunds is below 0."""
    found = answer(asked)
    sums = {case: sum(amount.asked_minor[case] for amount in found.amounts) for case in CASES}
    assert sums["point"] == found.point_minor
    assert (sums[found.low_case], sums[found.high_case]) == (found.low_minor, found.high_minor)
    assert found.low_minor <= found.point_minor <= found.high_minor
    assert found.total() == found.point_minor == found.total(payer="seller") + found.total(payer="buyer")
    kinds = ("goods", "cost", "duty", "fee", "vat", "refund")
    assert sum(found.total(kind) for kind in kinds) == found.point_minor
    assert all((amount.minor <= 0) if amount.key.kind == "refund" else (amount.minor >= 0) for amount in found.amounts)
    assert all(amount.minor.denominator == 1 for amount in found.amounts)
    assert all(amount.row is not None for amount in found.amounts if amount.key.kind not in {"goods", "cost"})


@given(questions)
def test_rounding_is_small(asked: LandedQuestion) -> None:
    """Without roundings the total is the same but for less than their steps: a minor unit, or 1,000 yen of value."""
    rows = rules(asked.date)
    exact, found = landed_cost(asked, rows, is_exact=True), answer(asked)
    step = 1300 if asked.territory == "JP" else 25
    own = rows.convert(step, found.currency, asked.currency)
    assert abs(exact.point_minor - found.point_minor) <= len(found.amounts) * (own + 1)


@given(questions, st.integers(1, 100_000))
def test_more_value_costs_more_inside_a_band(asked: LandedQuestion, more: int) -> None:
    """With a greater value of the one line, and the same rules and fees, nothing is cheaper."""
    line = asked.lines[0]
    asked = replace(asked, lines=(line,), regime=None)
    dearer = replace(asked, lines=(replace(line, value_minor=line.value_minor + more),))
    low, high = answer(asked), answer(dearer)
    fees = [{amount.key.row for amount in found.amounts if amount.key.kind == "fee"} for found in (low, high)]
    assume(low.low_value == high.low_value and fees[0] == fees[1])
    assert high.point_minor - low.point_minor >= more
    assert high.low_minor > low.low_minor
    assert high.high_minor > low.high_minor
