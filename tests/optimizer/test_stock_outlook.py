"""Days of cover: on hand, on the way and in production apart, and what runs dry although more is being made."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from data import load_catalogue
from data.stock import Aged, Demand, Lot, Production, Sku, Stock
from optimizer.stock.outlook import Outlook, stock_outlook

TODAY = dt.date(2026, 12, 7)
SKUS = tuple(
    Sku(id=name, length_mm=300, width_mm=200, height_mm=100, mass_g=1_200, value_minor=5_000) for name in ("A", "B")
)
WEEKS = [*(f"2026-W{week}" for week in range(50, 54)), *(f"2027-W{week:02d}" for week in range(1, 13))]
DEMAND = tuple(Demand(sku="A", market="DE", week=week, mean_milli=14_000, sd_milli=0) for week in WEEKS)
LOTS = (
    Lot(sku="A", warehouse="GC-DE", state="on_hand", units=30, ages=(Aged(30, 3),), counted_on=TODAY),
    Lot(sku="A", warehouse="GC-DE", state="in_transit", units=10, arrives_on=TODAY + dt.timedelta(days=8)),
)
MADE = (
    Production(sku="A", warehouse="GC-DE", units=20, ready_on=TODAY + dt.timedelta(days=9)),
    Production(sku="A", warehouse="GC-PL", units=6, ready_on=TODAY + dt.timedelta(days=2)),
    Production(sku="B", warehouse="GC-DE", units=4, ready_on=TODAY + dt.timedelta(days=5)),
)
STOCK = Stock(skus=SKUS, demand=DEMAND, lots=LOTS, production=MADE)


@pytest.fixture(scope="module")
def outlooks() -> tuple[Outlook, Outlook]:
    """Return how long stock lasts, without and with goods in production."""
    catalogue = load_catalogue()
    without, made = (stock_outlook(catalogue, one, TODAY) for one in (replace(STOCK, production=()), STOCK))
    return without, made


def test_three_kinds_of_cover_stand_apart(outlooks: tuple[Outlook, Outlook]) -> None:
    """Two pieces a day: 15 days on hand, 5 on the way, 12 in production; what is being made changes no other number."""
    without, made = outlooks
    one = next(cover for cover in made.covers if cover.warehouse == "GC-DE")
    assert one.day_units == pytest.approx(2.0)
    assert (one.on_hand_days, one.in_transit_days, one.in_production_days) == pytest.approx((15.0, 5.0, 12.0))
    assert (one.in_production, one.ready_on) == (24, TODAY + dt.timedelta(days=5))
    assert one._replace(in_production=0, ready_on=None) == without.covers[0]
    other = next(cover for cover in made.covers if cover.warehouse == "GC-PL")
    assert (other.on_hand, other.in_production, other.in_production_days) == (0, 6, None)


def test_what_runs_dry_says_what_is_being_made(outlooks: tuple[Outlook, Outlook]) -> None:
    """A market runs dry on the same day, as nothing of it has left; it says how many of the SKU are being made."""
    without, made = outlooks
    assert [one._replace(in_production=0, ready_on=None) for one in made.dry] == list(without.dry)
    (row,) = made.dry
    assert (row.sku, row.in_production, row.ready_on) == ("A", 26, TODAY + dt.timedelta(days=2))
