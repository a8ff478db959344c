"""What lies at marketplaces is sold there first, and nothing is planned for them, unless their card has a price."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import Catalogue, load_catalogue
from data.stock import MILLI, Lot, Stock
from network.warehouse.marketplaces import fed_only
from optimizer.stock.demand import Demands
from optimizer.stock.market import candidates, default_warehouses
from optimizer.stock.outlook import stock_outlook
from optimizer.stock.route_case import RouteCase
from optimizer.stock.served import Served
from optimizer.stock.sold_first import sold_first, without_marketplaces
from tests.seller_world import TODAY, lot, order, sku, weeks


@cache
def tables() -> Catalogue:
    """Return the shipped data set."""
    return load_catalogue()


def receiving() -> Catalogue:
    """Return the data set with a price of receiving on the card of the German marketplace."""
    row = next(one for one in tables().warehouse_fees if one.fee == "inbound" and one.basis == "per_carton")
    priced = replace(row, id="WF.test", card="FC.AMZ-DE.all")
    return tables().replace(warehouse_fees=[*tables().warehouse_fees, priced])


def seller(*lots: Lot, sd: float = 20) -> Stock:
    """Return a seller of one SKU in Germany and France, seventy a week in each, for ten weeks."""
    return Stock(
        skus=(sku("A"),), demand=(*weeks("A", "DE", 70, sd, 10), *weeks("A", "FR", 70, sd, 10)), lots=lots
    )  # fmt: skip


def asked(stock: Stock, market: str) -> list[int]:
    """Return what a market asks for by week, in thousandths."""
    return [row.mean_milli for row in stock.demand if row.market == market]


def test_by_hand() -> None:
    """From Tuesday on six days of the first week are left: 60, then 70, then 20 of the third; France asks for all."""
    tomorrow = TODAY + dt.timedelta(days=1)
    rest = sold_first(tables(), seller(lot("A", "AMZ-DE", 150), lot("A", "GC-DE", 30)), tomorrow)
    assert asked(rest, "DE") == [0, 0, 50 * MILLI, *([70 * MILLI] * 7)]
    assert asked(rest, "FR") == [70 * MILLI] * 10
    spreads = [one.sd_milli for one in rest.demand if one.market == "DE"]
    assert spreads[:4] == [0, 0, round(20_000 * 5 / 7), 20_000]
    assert {one.warehouse for one in rest.lots} == {"GC-DE"}


def test_what_is_on_its_way_sells_after_it_has_come() -> None:
    """Pieces that come on a Wednesday sell from the week after on."""
    coming = Lot(sku="A", warehouse="AMZ-DE", state="in_transit", units=40, arrives_on=TODAY + dt.timedelta(days=9))
    assert asked(sold_first(tables(), seller(coming), TODAY), "DE")[:4] == [70_000, 70_000, 30_000, 70_000]


@given(there=st.integers(0, 1500), share=st.decimals(Decimal("0.1"), 1, places=2), begin=st.integers(0, 20))
@settings(max_examples=40, deadline=None)
def test_never_more_than_there_is_nor_than_is_sold_there(there: int, share: Decimal, begin: int) -> None:
    """What is taken off is the least of pieces and of the share of demand, to a thousandth a week."""
    rows = [replace(row, sold_share=share) for row in tables().marketplaces]
    day = TODAY + dt.timedelta(days=begin)
    stock = seller(lot("A", "AMZ-DE", there))
    rest = sold_first(tables().replace(marketplaces=rows), stock, day)
    before = day - dt.timedelta(days=1)
    whole, left = (Demands(one, before).span("A", "DE", 1, 100).mean for one in (stock, rest))
    assert whole - left == pytest.approx(min(there, float(share) * whole), abs=0.02)
    assert all(0 <= one.mean_milli <= 70_000 and 0 <= one.sd_milli <= 20_000 for one in rest.demand)


def test_without_marketplaces_nothing_changes() -> None:
    """A file without them is the same, as is one whose marketplace receives goods like any other warehouse."""
    plain, there = seller(lot("A", "GC-DE", 30)), seller(lot("A", "AMZ-DE", 30))
    assert sold_first(tables(), plain, TODAY) is plain
    assert without_marketplaces(tables(), plain, TODAY) is plain
    assert sold_first(receiving(), there, TODAY) is there
    assert "AMZ-DE" not in fed_only(receiving(), TODAY)


def test_nothing_is_planned_for_them() -> None:
    """They are no candidates although stock lies there, and do not keep others of their market from being used."""
    stock = seller(lot("A", "AMZ-DE", 300))
    assert "AMZ-DE" not in {row.id for row in candidates(stock, tables(), TODAY)}
    assert "GC-DE" in {row.id for row in default_warehouses(stock, tables(), TODAY)}
    assert "AMZ-DE" in {row.id for row in candidates(stock, receiving(), TODAY)}


def test_other_warehouses_are_asked_for_the_rest() -> None:
    """Cover, markets that run dry, and orders of today look at what is left; later days do not change."""
    full = seller(lot("A", "AMZ-DE", 400), lot("A", "GC-DE", 150), sd=0)
    bare = seller(lot("A", "GC-DE", 150), sd=0)
    lost = [sum(one.lost_units for one in stock_outlook(tables(), stock, TODAY).dry) for stock in (full, bare)]
    assert lost[0] == pytest.approx(lost[1] - 400, abs=1)
    daily = Served(tables(), full, TODAY).demands.daily("A", "DE", 100)
    assert daily[:34].sum() == 0
    assert daily[-1] == pytest.approx(10)
    route = RouteCase(tables(), full, [order("1", "DE", A=1)], TODAY)
    (later,) = (one for one in route.later if one.market == "DE")
    days = route.numbers.whole("route_days")
    assert sum(one.units for one in later.slices) == pytest.approx(10 * days - 400)
    assert route.barrier(full.skus[0], "DE", "AMZ-DE") == "no_service"
