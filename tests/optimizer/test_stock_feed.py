"""Feeding marketplaces: least cost against enumeration, rules of the band, and cases worked out by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import Catalogue, load_catalogue
from data.stock import Aged, Lot, Sku, Stock
from optimizer.stock.feed import feed_marketplaces
from optimizer.stock.feed_case import FeedCase
from optimizer.stock.feed_model import Choice, cheapest, choose
from optimizer.verify.feed import verify_feed
from tests.seller_world import TODAY, lot, sku, weeks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.stock_feed import Feed, FeedCover

COSTS = st.lists(st.lists(st.integers(-50, 90), min_size=1, max_size=5), min_size=1, max_size=3)


@cache
def tables() -> Catalogue:
    """Return the shipped data set."""
    return load_catalogue()


def market(**changes: object) -> Catalogue:
    """Return the data set with another marketplace in Germany."""
    rows = [
        replace(row, **changes) if row.warehouse == "AMZ-DE" else row  # type: ignore[arg-type]
        for row in tables().marketplaces
    ]
    return tables().replace(marketplaces=rows)


def fed(catalogue: Catalogue, stock: Stock) -> tuple[Feed, dict[str, FeedCover]]:
    """Return what is fed, checked, with its covers by SKU."""
    found = feed_marketplaces(catalogue, stock, TODAY)
    # Said apart, as a failed assertion would write the whole data set.
    broken = verify_feed(catalogue, stock, found)
    assert broken == []
    return found, {one.sku: one for one in found.covers}


def seller(*lots: Lot, article: Sku | None = None, mean: float = 70, sd: float = 20) -> Stock:
    """Return a seller of one SKU in Germany."""
    return Stock(skus=(article or sku("A"),), demand=tuple(weeks("A", "DE", mean, sd, 30)), lots=lots)


@given(costs=COSTS)
@settings(max_examples=150, deadline=None)
def test_each_number_of_cartons_costs_least(costs: list[list[int]]) -> None:
    """Over every split between sources, also where a source gets cheaper; the split that is told costs that."""
    arrays = [np.array([0, *np.cumsum(one)], dtype=np.int64) for one in costs]
    most = sum(len(one) for one in costs)
    found, splits = cheapest(arrays, most)
    assert len(found) == most + 1
    for number, total in enumerate(found):
        tried = [
            sum(int(array[part]) for array, part in zip(arrays, split, strict=True))
            for split in product(*(range(len(one)) for one in arrays))
            if sum(split) == number
        ]
        assert total == min(tried)
        assert sum(splits[number]) == number
        assert total == sum(int(array[part]) for array, part in zip(arrays, splits[number], strict=True))


@given(drawn=st.lists(st.tuples(st.lists(st.integers(-90, 90), min_size=1, max_size=5), st.integers(1, 9),
                                st.integers(0, 4), st.integers(1, 50)), max_size=4),
       room=st.integers(0, 60))  # fmt: skip
@settings(max_examples=80, deadline=None)
def test_a_limit_is_shared_at_least_cost(drawn: list[tuple[list[int], int, int, int]], room: int) -> None:
    """Within the limit no other numbers miss less, nor, of those that miss as little, cost less; the bound is that."""
    choices = [
        Choice(np.array(cost, dtype=np.int64), min(least, len(cost) - 1), volume, lack)
        for cost, volume, least, lack in drawn
    ]
    numbers, bound, cut = choose(choices, room)

    def judged(some: Sequence[int]) -> tuple[int, int]:
        pairs = list(zip(choices, some, strict=True))
        missed = sum(one.lack_fen * max(0, one.least - number) for one, number in pairs)
        return missed, sum(int(one.cost_fen[number]) for one, number in pairs)

    best = min(
        judged(some)
        for some in product(*(range(len(one.cost_fen)) for one in choices))
        if sum(one.volume_mm3 * number for one, number in zip(choices, some, strict=True)) <= room
    )
    assert judged(numbers) == best
    assert bound == best[1]
    assert cut == [number < one.least for one, number in zip(choices, numbers, strict=True)]


PARTS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 400)), min_size=1, max_size=2)


@given(
    there=st.integers(0, 150),
    near=PARTS,
    far=PARTS,
    mean=st.floats(0.5, 60).map(lambda value: round(value, 2)),
    sd=st.floats(0, 30).map(lambda value: round(value, 2)),
    carton=st.integers(7, 25),
)
@settings(max_examples=30, deadline=None)
def test_no_cartons_in_the_band_cost_less(
    *, there: int, near: list[tuple[int, int]], far: list[tuple[int, int]], mean: float, sd: float, carton: int
) -> None:
    """Every pair of numbers of cartons from two warehouses that keeps to the rules is tried."""
    article = sku("A", carton_units=carton)
    held = [
        Lot(
            sku="A",
            warehouse=name,
            state="on_hand",
            units=sum(units for units, _ in parts),
            ages=tuple(Aged(units, days) for units, days in parts),
            counted_on=TODAY,
        )
        for name, parts in (("GC-DE", near), ("PX-DE", far))
    ]
    stock = seller(lot("A", "AMZ-DE", there), *held, article=article, mean=mean, sd=sd)
    found, covers = fed(tables(), stock)
    cover = covers["A"]
    (row,) = (one for one in tables().marketplaces if one.warehouse == "AMZ-DE")
    case = FeedCase(tables(), stock, TODAY, row)
    demand, sources = case.demand(article), case.sources(article)
    prices = [[case.fees(article, one, part).cost_fen for part in range(one.units // carton + 1)] for one in sources]
    within = []
    for split in product(*(range(one.units // carton + 1) for one in sources)):
        units = cover.units_before + sum(split) * carton
        if sum(split) and units > demand.most_units + 1e-6:
            continue
        cost = sum(one[part] for one, part in zip(prices, split, strict=True))
        cost += demand.low_fen(units, case.tiers(article)) + round(case.margin_fen(article) * demand.lost_units(units))
        within.append((units, cost))
    met = [one for one in within if one[0] >= demand.target_units - 1e-6]
    most = max(units for units, _ in within)
    assert found.cost_fen == min(cost for units, cost in (met or within) if met or units == most)
    assert found.bound_fen == found.cost_fen
    assert (cover.reason == "kept") == (bool(met) and cover.units_before <= demand.most_units + 1e-6)


def test_by_hand() -> None:
    """Seventy a week without spread: target is 14 days and 28 more, 420 pieces; 30 are left on arrival."""
    stock = seller(lot("A", "AMZ-DE", 100), lot("A", "GC-DE", 500, 200), sd=0)
    found, covers = fed(tables(), stock)
    (move,) = found.moves
    assert covers["A"].target_units == pytest.approx(420)
    assert covers["A"].units_before == pytest.approx(30)
    assert (move.cartons, move.units) == (39, 390)
    assert covers["A"].after_days == pytest.approx(42)
    assert covers["A"].before_lost_fen == 40 * (18_000 - 6_000)
    assert covers["A"].low_fen == covers["A"].lost_fen == 0
    rate = next(row for row in tables().fx if row.currency == "EUR").cny_per_unit
    assert move.transfer_fen == round(39 * 200 * rate)


def test_low_stock_is_paid_by_tier() -> None:
    """In the United States pieces sold below 28 days pay by the days that are left: 30 pieces, ten a day."""
    stock = Stock(skus=(sku("A"),), demand=tuple(weeks("A", "US", 70, 0, 30)), lots=(lot("A", "AMZ-US", 340),))
    _, covers = fed(tables(), stock)
    cover = covers["A"]
    rate = next(row for row in tables().fx if row.currency == "USD").cny_per_unit
    assert cover.before_days == pytest.approx(27)
    # 27 days down to 21 at the dearer end of the last tier.
    assert cover.low_fen == round(7 * 10 * Decimal("0.36") * 100 * rate)
    assert cover.reason == "no_source"


def test_oldest_pieces_go_first_and_dear_storage_decides() -> None:
    """Old pieces leave the warehouse where they pay more, and the oldest of it."""
    young, old = lot("A", "GC-DE", 400, 5), lot("A", "PX-DE", 400, 350)
    mixed = replace(old, ages=(Aged(150, 10), Aged(250, 370)))
    found, _ = fed(tables(), seller(lot("A", "AMZ-DE", 0), young, mixed, mean=30, sd=0))
    first = max(found.moves, key=lambda one: one.units)
    assert first.origin == "PX-DE"
    assert first.oldest_on == TODAY - dt.timedelta(days=370)


@pytest.mark.parametrize(
    ("reason", "stock", "changes"),
    [
        ("over", seller(lot("A", "AMZ-DE", 2000), lot("A", "GC-DE", 500)), {}),
        ("stock", seller(lot("A", "AMZ-DE", 0), lot("A", "GC-DE", 55)), {}),
        ("carton", seller(lot("A", "AMZ-DE", 0), lot("A", "GC-DE", 5000), article=sku("A", carton_units=2000)), {}),
        ("no_carton", seller(lot("A", "AMZ-DE", 0), lot("A", "GC-DE", 55), article=sku("A", carton_units=None)), {}),
        ("no_source", seller(lot("A", "AMZ-DE", 0), lot("A", "GC-FR", 500)), {}),
        ("battery", seller(lot("A", "AMZ-DE", 0), lot("A", "GC-DE", 500), article=sku("A", battery="loose")), {}),
        ("limit", seller(lot("A", "AMZ-DE", 0), lot("A", "GC-DE", 500)), {"limit_m3": Decimal("0.2")}),
    ],
)
def test_reasons(reason: str, stock: Stock, changes: dict[str, object]) -> None:
    """What keeps a SKU from its band is told, and the check agrees."""
    _, covers = fed(market(**changes), stock)
    assert covers["A"].reason == reason


def test_more_that_comes_counts_to_the_upper_end_and_some_is_kept() -> None:
    """What comes after the arrival is no cover before it; for demand that is not sold there some pieces stay."""
    late = Lot(sku="A", warehouse="AMZ-DE", state="in_transit", units=1500, arrives_on=TODAY + dt.timedelta(days=20))
    _, covers = fed(tables(), seller(lot("A", "AMZ-DE", 100), lot("A", "GC-DE", 500), late))
    assert covers["A"].coming_units == 1500
    assert covers["A"].sent_units == 10
    found, covers = fed(market(sold_share=Decimal("0.5")), seller(lot("A", "AMZ-DE", 0), lot("A", "GC-DE", 300), sd=0))
    assert found.moves[0].units == 90
    assert covers["A"].reason == "stock"


def test_what_is_too_old_to_be_sold_stays() -> None:
    """Pieces whose shelf life ends before they can be sold are not sent."""
    aged = replace(lot("A", "GC-DE", 200), ages=(Aged(100, 90), Aged(100, 10)))
    found, _ = fed(tables(), seller(lot("A", "AMZ-DE", 0), aged, article=sku("A", shelf_days=95)))
    assert [(one.units, one.oldest_on) for one in found.moves] == [(100, TODAY - dt.timedelta(days=10))]


def test_room_is_used_up_before_anything_is_missed() -> None:
    """Of two SKUs the one with the greater margin for its room is filled first, and what is left goes to the other."""
    skus = (sku("A"), sku("B", value=20_000))
    stock = Stock(
        skus=skus,
        demand=(*weeks("A", "DE", 70, 0, 30), *weeks("B", "DE", 70, 0, 30)),
        lots=tuple(lot(name, place, units) for name in "AB" for place, units in (("AMZ-DE", 0), ("GC-DE", 900))),
    )
    found, covers = fed(market(limit_m3=Decimal("1.29")), stock)
    assert (covers["B"].sent_units, covers["B"].reason) == (420, "kept")
    # 1.29 m3 hold 645 pieces of two litres: 64 cartons.
    assert (covers["A"].sent_units, covers["A"].reason) == (220, "limit")
    assert found.bound_fen == found.cost_fen
