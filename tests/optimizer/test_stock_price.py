"""The price of a piece whose seller does not tell it: the same for plans, routing, old stock and the checker."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from data import load_catalogue
from data.errors import SettingsError
from data.orders import BuyerOrder, OrderLine
from data.samples_stock import sample_stock
from optimizer.stock.aging_case import AgingCase
from optimizer.stock.route import route_orders
from optimizer.stock.route_case import RouteCase
from optimizer.stock.terms import StockTerms
from optimizer.verify.routes import verify_routing

DAY = dt.date(2026, 11, 30)


def test_one_factor_for_all() -> None:
    """Whatever the tables say, everything that decides about stock takes the same price, and the checker agrees."""
    shipped = load_catalogue()
    rules = [replace(row, value=Decimal("2.75")) if row.id == "price_factor" else row for row in shipped.stock_rules]
    tables = shipped.replace(stock_rules=rules)
    stock = sample_stock(tables, skus=3, week="2026-W49", seed=1)
    orders = [
        BuyerOrder(id="1", market="ZZ", placed_on=DAY, lines=tuple(OrderLine(sku.id, 1) for sku in stock.skus)),
    ]
    routing, aging = RouteCase(tables, stock, orders, DAY), AgingCase(tables, stock, DAY)
    for sku in stock.skus:
        assert sku.price_minor is None
        wanted = round(routing.value_fen(sku) * 2.75)
        assert wanted > 0
        assert routing.price_fen(sku) == aging.price_fen(sku) == wanted
        assert round(routing.value_fen(sku) * StockTerms.of(tables).price_share) == wanted
    assert verify_routing(tables, stock, orders, route_orders(tables, stock, orders, DAY)) == []


def test_without_the_factor() -> None:
    """Tables without it say so by the name of the row."""
    shipped = load_catalogue()
    with pytest.raises(SettingsError, match="price_factor"):
        StockTerms.of(shipped.replace(stock_rules=[row for row in shipped.stock_rules if row.id != "price_factor"]))
