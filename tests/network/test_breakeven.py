"""Break-even values: by hand, against the costs themselves, and with every point where a cost bends."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from data import load_catalogue
from network.customs import (
    GoodsLine,
    LandedQuestion,
    RulesOfDate,
    Ways,
    bands,
    cost_of_order,
    mix_break_even,
)
from network.customs.breakpoints import breakpoints

DATE = dt.date(2026, 12, 1)


@cache
def rules(date: dt.date = DATE) -> RulesOfDate:
    """Return the shipped rules of a date."""
    return RulesOfDate(load_catalogue(), date)


def ways(**changes: Any) -> Ways:  # noqa: ANN401 - fields of a question or of the ways
    """Return shoes to Germany: EUR 8 a parcel; EUR 1.50 in bulk and EUR 3.50 after the warehouse."""
    fields: dict[str, Any] = {"territory": "DE", "date": DATE, "currency": "EUR"}
    fields |= {
        name: changes.pop(name) for name in ("territory", "currency", "date", "lines", "mode") if name in changes
    }
    fields.setdefault("lines", (GoodsLine(hs="640411", value_minor=6000, mass_g=900),))
    parcel = LandedQuestion(**fields, costs_minor={"freight": changes.pop("parcel_freight", 800)})
    bulk = replace(parcel, channel="b2b", costs_minor={"freight": changes.pop("bulk_freight", 150)})
    return Ways(parcel=parcel, bulk=bulk, per_order_minor=changes.pop("per_order", 350), **changes)


def test_by_hand() -> None:
    """
    EUR 8 + 3 for a parcel up to EUR 150; 1.50 + 3.50 + 16.9 % of (v + 1.50) from the warehouse.

    They are equal where 0.169 (v + 1.50) = 6.00, so at v = 6 / 0.169 − 1.5; above EUR 150 the parcel pays 16.9 %, too.
    """
    first, second, third = bands(ways(), rules())
    root = (Fraction(600) / Fraction(169, 1000)) - 150
    assert (first.above, first.until, first.cheaper, first.is_jump) == (0, root, "warehouse", False)
    assert (second.above, second.until, second.cheaper, second.is_jump) == (root, 15_000, "parcel", True)
    assert (third.above, third.until, third.cheaper) == (15_000, None, "warehouse")


def test_two_lines_pay_the_item_duty_twice() -> None:
    """With two commodity codes, each half of the value: 8 + 6 against 5 + (16.9 + 12) / 2 % of (v + 1.50)."""
    lines = (GoodsLine(hs="640411", value_minor=3000), GoodsLine(hs="610910", value_minor=3000))
    first = bands(ways(lines=lines), rules())[0]
    assert first.until == Fraction(900) / Fraction(1445, 10_000) - 150


def test_before_the_item_duty() -> None:
    """Until 2026-06-30 the parcel pays no duty: 8 against 5 + 16.9 % of (v + 1.50)."""
    date = dt.date(2026, 6, 30)
    first = bands(ways(date=date), rules(date))[0]
    assert first.until == Fraction(300) / Fraction(169, 1000) - 150


def test_vat_counts_if_asked() -> None:
    """With VAT of 19 %: 1.19 (v + 11) against 1.19 (v + 1.50 + 0.169 (v + 1.50)) + 3.50."""
    first = bands(ways(with_vat=True), rules())[0]
    # 1.19 (9.50 − 0.169 (v + 1.50)) = 3.50
    assert first.until == (950 - Fraction(350) / Fraction(119, 100)) / Fraction(169, 1000) - 150


def test_one_way_may_always_win() -> None:
    """Where delivery from the warehouse is dear, parcels win up to the threshold and above it."""
    (only,) = bands(ways(per_order=5000), rules())
    assert (only.above, only.until, only.cheaper) == (0, None, "parcel")


def test_the_same_cost_is_equal() -> None:
    """In Singapore no duty is due and no fee, so that equal costs are equal at every value."""
    (only,) = bands(ways(territory="SG", currency="SGD", per_order=650), rules())
    assert (only.until, only.cheaper) == (None, "equal")


def test_the_mix_by_hand() -> None:
    """An order that loses 3 by parcel and one that wins 1: equal with a quarter of the first kind."""
    assert mix_break_even(Fraction(300), Fraction(-100)) == Fraction(1, 4)
    assert mix_break_even(Fraction(300), Fraction(100)) is None
    assert mix_break_even(Fraction(300), Fraction(300)) is None


asked = st.builds(
    ways,
    territory=st.sampled_from(["DE", "FR", "GB", "US", "AU", "BR", "MX", "ID", "RU", "JP", "SA", "NG"]),
    currency=st.sampled_from(["EUR", "USD", "CNY"]),
    date=st.sampled_from([DATE, dt.date(2026, 6, 30)]),
    lines=st.lists(
        st.builds(
            GoodsLine,
            hs=st.sampled_from(["640411", "610910", "900410", "621520", "640391"]),
            value_minor=st.integers(100, 10_000),
            mass_g=st.integers(1, 5000),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
    parcel_freight=st.integers(0, 3000),
    bulk_freight=st.integers(0, 1000),
    per_order=st.integers(0, 2000),
    orders=st.sampled_from([1, 100, 1000]),
    mode=st.sampled_from(["sea", "air"]),
    with_vat=st.booleans(),
)


@given(asked)
def test_costs_are_straight_between_breakpoints(these: Ways) -> None:
    """No cost bends anywhere but at a breakpoint: three values between two of them lie on one line."""
    date = these.parcel.date
    for way, question, orders in (("parcel", these.parcel, 1), ("warehouse", these.bulk, these.orders)):
        points = [Fraction(0), *sorted(breakpoints(question, rules(date), orders=orders))]
        points.append(points[-1] + 1000)
        for start, end in pairwise(points):
            low, middle, high = (
                cost_of_order(these, rules(date), way, start + (end - start) * Fraction(part, 4))  # type: ignore[arg-type]
                for part in (1, 2, 3)
            )
            assert middle - low == high - middle


@given(asked, st.lists(st.integers(1, 400_000), min_size=5, max_size=5))
def test_bands_say_which_is_cheaper(these: Ways, values: list[int]) -> None:
    """At every value the cheaper way is that of its band, bands follow on each other, and crossings are equal."""
    date = these.parcel.date
    found = bands(these, rules(date))
    assert found[0].above == 0
    assert found[-1].until is None
    assert all(first.until == second.above for first, second in pairwise(found))
    assert all(first.cheaper != second.cheaper for first, second in pairwise(found))

    def gap(value: Fraction) -> Fraction:
        parcel, warehouse = (cost_of_order(these, rules(date), way, value) for way in ("parcel", "warehouse"))  # type: ignore[arg-type]
        return parcel - warehouse

    for value in values:
        (band,) = [each for each in found if each.above < value and (each.until is None or value < each.until)] or [
            None
        ]
        if band is not None:
            difference = gap(Fraction(value))
            # A value on a bound of a rule may belong to either side of it.
            on_bound = value in breakpoints(these.parcel, rules(date), orders=1) | breakpoints(
                these.bulk, rules(date), orders=these.orders
            )
            said = "equal" if difference == 0 else "warehouse" if difference > 0 else "parcel"
            assert said == band.cheaper or on_bound
    for band in found:
        if band.until is not None and not band.is_jump:
            assert gap(band.until) == 0
