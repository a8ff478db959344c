"""The checker of routed orders names every way in which a sound routing can be broken."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from data import Catalogue, load_catalogue
from data.orders import OrderLine, RoutedParcel, Routing, Unsent
from data.stock import Stock
from optimizer.stock.route import route_orders
from optimizer.verify.routes import verify_routing
from tests.seller_world import TODAY, lot, order, sku

STOCK = Stock(
    skus=(sku("A"), sku("B", battery="loose")),
    lots=(lot("A", "GC-DE", 4), lot("A", "LC-US-NJ", 9), lot("B", "GC-DE", 2), lot("A", "GC-FR", 1)),
)
ORDERS = (order("one", "DE", 1, A=2), order("two", "FR", A=4, B=1))


@pytest.fixture(scope="module")
def tables() -> Catalogue:
    """Return the shipped data set."""
    return load_catalogue()


@pytest.fixture(scope="module")
def sound(tables: Catalogue) -> Routing:
    """Return a routing with parcels, a late one, and pieces that are not sent."""
    found = route_orders(tables, STOCK, ORDERS, TODAY)
    assert verify_routing(tables, STOCK, ORDERS, found) == []
    assert found.parcels
    assert found.unsent
    return found


def first(routing: Routing, **changes: object) -> Routing:
    """Return a routing with another first parcel."""
    parcel: RoutedParcel = replace(routing.parcels[0], **changes)  # type: ignore[arg-type]
    return replace(routing, parcels=(parcel, *routing.parcels[1:]))


def last(routing: Routing, **changes: object) -> Routing:
    """Return a routing with other pieces that are not sent."""
    unsent: Unsent = replace(routing.unsent[-1], **changes)  # type: ignore[arg-type]
    return replace(routing, unsent=(*routing.unsent[:-1], unsent))


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("order", lambda it: first(it, order="three")),
        ("parcel", lambda it: first(it, warehouse="nowhere")),
        ("parcel", lambda it: first(it, lines=(OrderLine("Z", 2),))),
        ("barrier", lambda it: first(it, warehouse="LC-US-NJ")),
        ("barrier", lambda it: first(it, lines=(OrderLine("B", 2),))),
        ("stock", lambda it: first(it, lines=(OrderLine("A", 9),))),
        ("pieces", lambda it: first(it, lines=(OrderLine("A", 1),))),
        ("units", lambda it: first(it, lines=(OrderLine("A", 0),))),
        ("pieces", lambda it: replace(it, parcels=it.parcels[1:])),
        ("zone", lambda it: first(it, zone="moon")),
        ("pick_price", lambda it: first(it, pick_fen=it.parcels[0].pick_fen + 1)),
        ("parcel_price", lambda it: first(it, parcel_fen=it.parcels[0].parcel_fen - 1)),
        ("arrival", lambda it: first(it, arrives_on=TODAY)),
        ("late", lambda it: first(it, late_days=0)),
        ("late_cost", lambda it: first(it, late_fen=0)),
        ("units", lambda it: last(it, units=0)),
        ("pieces", lambda it: last(it, units=7)),
        ("reason", lambda it: last(it, reason="too_heavy")),
        ("lost", lambda it: last(it, lost_fen=1)),
        ("unsent", lambda it: last(it, sku="Z")),
        ("cost", lambda it: replace(it, cost_fen=it.cost_fen - 1)),
        ("bound", lambda it: replace(it, bound_fen=it.total_fen + 1)),
        ("nearest", lambda it: replace(it, nearest_fen=it.total_fen - 10)),
        ("arrival", lambda it: replace(it, day=TODAY + dt.timedelta(days=1))),
    ],
)  # fmt: skip
def test_every_fault_is_named(tables: Catalogue, sound: Routing, rule: str, broken: object) -> None:
    """Each change of a sound routing breaks the rule that it should."""
    changed = broken(sound)  # type: ignore[operator]
    assert rule in {violation.rule for violation in verify_routing(tables, STOCK, ORDERS, changed)}


def test_the_seller_s_own_price_counts(tables: Catalogue) -> None:
    """What is late or not sent costs by the price of the file; a routing by another price is not sound."""
    priced = replace(STOCK, skus=tuple(replace(one, price_minor=90_000) for one in STOCK.skus))
    routing = route_orders(tables, priced, ORDERS, TODAY)
    assert verify_routing(tables, priced, ORDERS, routing) == []
    dear = {one.sku: one.lost_fen // one.units for one in routing.unsent}
    assert dear
    assert all(90_000 <= lost < 110_000 for lost in dear.values())
    assert "late_cost" in {violation.rule for violation in verify_routing(tables, STOCK, ORDERS, routing)}
    cheap = replace(STOCK, skus=tuple(replace(one, price_minor=1) for one in STOCK.skus))
    assert verify_routing(tables, cheap, ORDERS, route_orders(tables, cheap, ORDERS, TODAY)) == []
