"""Orders routed to warehouses: against enumeration of every way, the usual rule, and cases worked out by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt
from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import Catalogue, load_catalogue
from data.orders import BuyerOrder, OrderLine
from data.stock import Stock
from optimizer.stock.demand import Demands
from optimizer.stock.route import route_orders
from optimizer.stock.route_case import RouteCase, slices_of
from optimizer.stock.route_model import later_fen
from optimizer.stock.route_nearest import nearest_ways
from optimizer.verify.routes import verify_routing
from tests.seller_world import EUROPE, TODAY, lot, order, orders_of, seller, sku, weeks

_LATER = 14


@pytest.fixture(scope="module")
def tables() -> Catalogue:
    """Return the shipped data set."""
    return load_catalogue_once()


@cache
def load_catalogue_once() -> Catalogue:
    """Return the shipped data set, loaded once: Hypothesis takes no fixtures of a function."""
    return load_catalogue()


def enumerated(case: RouteCase) -> float:
    """Return the least cost of sending each line of one piece from any warehouse, or not at all."""
    places = [(at, line.sku) for at, one in enumerate(case.orders) for line in one.lines]
    best, later = float("inf"), dict[frozenset[tuple[tuple[str, str], int]], float]()
    for choice in product(("", *EUROPE), repeat=len(places)):
        used: dict[tuple[str, str], int] = {}
        given_to: dict[tuple[int, str], dict[str, int]] = {}
        lost = 0
        for (at, name), warehouse in zip(places, choice, strict=True):
            if not warehouse:
                lost += case.lost_fen(case.stock.by_id[name], case.orders[at].market)
                continue
            used[name, warehouse] = used.get((name, warehouse), 0) + 1
            given_to.setdefault((at, warehouse), {})[name] = 1
        if any(units > case.on_hand.get(place, 0) for place, units in used.items()):
            continue
        sent = 0
        for (at, warehouse), held in given_to.items():
            parcels = case.send(at, warehouse, tuple(held.get(line.sku, 0) for line in case.orders[at].lines))
            sent += sum(parcel.cost_fen for parcel in parcels)
        key = frozenset(used.items())
        if key not in later:
            later[key] = later_fen(case, used)
        best = min(best, lost + sent + later[key])
    return best


@given(seed=st.integers(0, 10**6), demand=st.sampled_from([0.0, 0.6, 2.0]))
@settings(max_examples=8, deadline=None)
def test_tiny_cases_are_those_enumerated(seed: int, demand: float) -> None:
    """With orders of single pieces, cost and bound are those of the best of all ways, and the checker agrees."""
    tables = load_catalogue_once()
    stock = seller(seed, skus=2, most=2, demand=demand)
    orders = orders_of(stock, seed, 2)
    case = RouteCase(tables, stock, orders, TODAY)
    found = route_orders(tables, stock, orders, TODAY)
    assert found.is_whole
    assert found.total_fen == pytest.approx(enumerated(case), abs=2)
    assert found.bound_fen == pytest.approx(found.total_fen, abs=2)
    assert found.total_fen <= found.nearest_fen + 1
    assert verify_routing(tables, stock, orders, found) == []


@given(seed=st.integers(0, 10**6))
@settings(max_examples=8, deadline=None)
def test_more_pieces_are_routed_soundly(seed: int) -> None:
    """Orders of several pieces are sent within the stock, never dearer than by the usual rule, and bounded."""
    tables = load_catalogue_once()
    stock = seller(seed, skus=3, most=6, demand=3.0)
    orders = orders_of(stock, seed, 12, most=5)
    found = route_orders(tables, stock, orders, TODAY)
    assert verify_routing(tables, stock, orders, found) == []
    assert found.bound_fen <= found.total_fen <= found.nearest_fen + 1
    assert found.gap < 1e-4


def test_scarce_stock_is_kept_for_where_it_is_worth_most(tables: Catalogue) -> None:
    """The last piece in Poland goes to Poland, though the German order was first; Germany is sent from Germany."""
    stock = Stock(skus=(sku("A"),), lots=(lot("A", "GC-PL", 1), lot("A", "GC-DE", 1)))
    orders = (order("first", "AT", A=1), order("second", "PL", A=1))
    found = route_orders(tables, stock, orders, TODAY)
    assert {(parcel.order, parcel.warehouse) for parcel in found.parcels} == {("first", "GC-DE"), ("second", "GC-PL")}
    # First come first served would have taken the cheaper Polish parcel for Austria, or have been as good.
    assert found.total_fen <= found.nearest_fen


def test_shadow_prices_keep_stock_for_later(tables: Catalogue) -> None:
    """Two pieces in France that are all but sure to be sold there stay; Austria is served from Germany."""
    stock = Stock(
        skus=(sku("A", value=20000),),
        demand=tuple(weeks("A", "FR", 1.0, 0.0)),
        lots=(lot("A", "GC-FR", 5), lot("A", "GC-DE", 20)),
    )
    found = route_orders(tables, stock, (order("one", "AT", A=1),), TODAY)
    assert [parcel.warehouse for parcel in found.parcels] == ["GC-DE"]
    assert found.prices
    prices = {one.warehouse: one.fen for one in found.prices}
    assert prices.get("GC-FR", 0) > prices.get("GC-DE", 0)


def test_an_order_is_split_only_where_it_must_be(tables: Catalogue) -> None:
    """Two SKUs in one warehouse are one parcel; in two warehouses they are two."""
    both = Stock(skus=(sku("A"), sku("B")), lots=(lot("A", "GC-DE", 5), lot("B", "GC-DE", 5), lot("B", "GC-PL", 5)))
    one = order("one", "DE", A=1, B=1)
    assert [parcel.warehouse for parcel in route_orders(tables, both, (one,), TODAY).parcels] == ["GC-DE"]
    apart = Stock(skus=both.skus, lots=(lot("A", "GC-DE", 5), lot("B", "GC-PL", 5)))
    found = route_orders(tables, apart, (one,), TODAY)
    assert {parcel.warehouse for parcel in found.parcels} == {"GC-DE", "GC-PL"}
    assert verify_routing(tables, apart, (one,), found) == []


def test_a_line_no_warehouse_has_is_split(tables: Catalogue) -> None:
    """Seven pieces with four here and three there come in two parcels; an eighth is not sent, for lack of stock."""
    stock = Stock(skus=(sku("A"),), lots=(lot("A", "GC-DE", 4), lot("A", "GC-PL", 3)))
    asked = (order("one", "DE", A=8),)
    found = route_orders(tables, stock, asked, TODAY)
    assert sorted(line.units for parcel in found.parcels for line in parcel.lines) == [3, 4]
    assert [(one.units, one.reason) for one in found.unsent] == [(1, "no_stock")]
    assert verify_routing(tables, stock, asked, found) == []


def test_heavy_orders_are_several_parcels(tables: Catalogue) -> None:
    """Seven pieces of 9 kg do not fit in parcels of up to 30 kg but by three."""
    stock = Stock(skus=(sku("A", mass_g=9000, length_mm=500, width_mm=400),), lots=(lot("A", "GC-DE", 9),))
    asked = (order("one", "DE", A=7),)
    found = route_orders(tables, stock, asked, TODAY)
    assert [parcel.lines[0].units for parcel in found.parcels] == [3, 3, 1]
    assert verify_routing(tables, stock, asked, found) == []


@pytest.mark.parametrize(
    ("held", "market", "reason"),
    [
        ({"warehouse": "LC-US-NJ"}, "DE", "no_reach"),
        (
            {"warehouse": "GC-DE", "mass_g": 31_000, "length_mm": 900, "width_mm": 500, "height_mm": 400},
            "DE",
            "too_heavy",
        ),
        ({"warehouse": "GC-DE", "battery": "loose"}, "DE", "battery"),
        ({"warehouse": "LC-DE"}, "DE", "no_service"),
        ({"warehouse": "LC-US-ELB"}, "US", "not_open"),
        ({"warehouse": "CN-AE-DXB"}, "AE", "no_reach"),
        ({"warehouse": None}, "DE", "no_stock"),
    ],
)
def test_why_something_is_not_sent(tables: Catalogue, held: dict[str, object], market: str, reason: str) -> None:
    """Reach, service, opening, battery and mass are told as such, and not as missing stock."""
    place, day = held.pop("warehouse"), TODAY if reason != "not_open" else dt.date(2025, 11, 30)
    stock = Stock(skus=(sku("A", **held),), lots=(lot("A", str(place), 5),) if place else ())  # type: ignore[arg-type]
    asked = (order("one", market, A=1),)
    found = route_orders(tables, stock, asked, day)
    assert [one.reason for one in found.unsent] == [reason]
    assert not found.parcels
    assert verify_routing(tables, stock, asked, found) == []


def test_a_late_parcel_is_told(tables: Catalogue) -> None:
    """France cannot be reached from Germany in a day; it is sent all the same, and what that costs is told."""
    stock = Stock(skus=(sku("A"),), lots=(lot("A", "GC-DE", 5),))
    (parcel,) = route_orders(tables, stock, (order("one", "FR", 1, A=1),), TODAY).parcels
    assert (parcel.arrives_on, parcel.late_days) == (dt.date(2026, 12, 4), 3)
    assert parcel.late_fen == round(6000 * 3 * 0.15)


def test_slices_add_up() -> None:
    """What slices expect is the mean; they are ever less likely."""
    for mean, sd in ((0.3, 2.0), (10.0, 1.0), (100.0, 40.0)):
        found = slices_of(mean, sd)
        assert sum(one.units * one.odds for one in found) == pytest.approx(mean)
        assert [one.odds for one in found] == sorted((one.odds for one in found), reverse=True)


def test_demand_of_a_span() -> None:
    """A week is spread over its days; after the last week of the file the average goes on."""
    stock = Stock(skus=(sku("A"),), demand=tuple(weeks("A", "DE", 7.0, 7.0, count=2)))
    demands = Demands(stock, TODAY)
    # Today is a Monday, so one day of the first week is over.
    assert demands.span("A", "DE", 1, 6).mean == pytest.approx(6)
    assert demands.span("A", "DE", 1, 100).mean == pytest.approx(13)
    assert demands.span("A", "DE", 7, 13).sd == pytest.approx(7)
    assert demands.daily("A", "DE", 30).sum() == pytest.approx(30)
    assert demands.daily("B", "DE", 3).sum() == 0


def day_by_day(tables: Catalogue, seed: int, *, is_nearest: bool) -> int:
    """Return what the orders of two weeks cost, each day routed by itself, with no supply."""
    stock, total = seller(seed, skus=4, most=9, demand=3.0), 0
    draw = np.random.default_rng(seed)
    for day in range(_LATER):
        asked = drawn(stock, draw, day)
        if not asked:
            continue
        found = route_orders(tables, stock, asked, TODAY)
        if is_nearest:
            total += near_cost(tables, stock, asked)
            stock = near_left(tables, stock, asked)
        else:
            total += found.cost_fen
            stock = left(stock, [(line.sku, one.warehouse, line.units) for one in found.parcels for line in one.lines])
    return total


def drawn(stock: Stock, draw: np.random.Generator, day: int) -> tuple[BuyerOrder, ...]:
    """Return the orders of a day, drawn from the demand of the file."""
    found: list[BuyerOrder] = []
    for row in stock.demand:
        if row.week.endswith("W49") and draw.random() < row.mean_milli / 7000:
            lines = (OrderLine(row.sku, 1),)
            found.append(BuyerOrder(id=f"{day}-{len(found)}", market=row.market, placed_on=TODAY, lines=lines))
    return tuple(found)


def left(stock: Stock, sent: list[tuple[str, str, int]]) -> Stock:
    """Return a stock without what was sent."""
    held = {(one.sku, one.warehouse): one.units for one in stock.lots}
    for name, warehouse, units in sent:
        held[name, warehouse] -= units
    lots = tuple(lot(name, place, units) for (name, place), units in held.items() if units)
    return dataclasses.replace(stock, lots=lots)


def near_cost(tables: Catalogue, stock: Stock, asked: tuple[BuyerOrder, ...]) -> int:
    """Return what the orders of a day cost by the usual rule."""
    return sum(way.cost_fen for way in nearest_ways(RouteCase(tables, stock, asked, TODAY)))


def near_left(tables: Catalogue, stock: Stock, asked: tuple[BuyerOrder, ...]) -> Stock:
    """Return what the usual rule leaves."""
    ways = nearest_ways(RouteCase(tables, stock, asked, TODAY))
    return left(stock, [(*place, units) for way in ways for place, units in way.uses])


def test_days_of_orders_cost_less_than_by_the_usual_rule(tables: Catalogue) -> None:
    """Over three sellers and two weeks without supply, routing by shadow prices is cheaper in sum."""
    ours = sum(day_by_day(tables, seed, is_nearest=False) for seed in range(3))
    usual = sum(day_by_day(tables, seed, is_nearest=True) for seed in range(3))
    assert ours < usual
