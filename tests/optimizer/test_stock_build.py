"""From a seller's file to a problem: fees to the fen, ages, weeks, and what keeps a file from being planned."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from data import TableFaultsError, load_catalogue
from data.errors import UnknownIdError
from data.money import to_fen
from data.stock import Aged, Budget, Demand, Lot, Production, Sku, Stock
from network import Network
from network.warehouse import Cards, storage_lines
from optimizer.stock import Choice, Problem, build
from optimizer.stock.standing import Axes, standing_faults

if TYPE_CHECKING:
    from data.catalogue import Catalogue

START = dt.date(2026, 12, 7)
HOMES = ("GC-DE", "GC-PL")
SKUS = (
    Sku(id="A", length_mm=300, width_mm=200, height_mm=100, mass_g=1_200, value_minor=5_000, hs="640411",
        carton_units=10),
    Sku(id="BIG", length_mm=1_900, width_mm=500, height_mm=500, mass_g=25_000, value_minor=90_000, price_minor=200_000),
    Sku(id="CELL", length_mm=80, width_mm=60, height_mm=20, mass_g=200, value_minor=8_000, battery="loose",
        least_units=50, shelf_days=365),
)  # fmt: skip
DEMAND = tuple(
    Demand(sku=sku, market=market, week=week, mean_milli=4_000, sd_milli=2_000)
    for sku, market in (("A", "DE"), ("A", "FR"), ("BIG", "DE"), ("CELL", "DE"))
    for week in ("2026-W50", "2026-W51")
)
LOTS = (
    Lot(sku="A", warehouse="GC-DE", state="on_hand", units=30, ages=(Aged(10, 3), Aged(20, 94)), counted_on=START),
    Lot(sku="A", warehouse="GC-DE", state="in_transit", units=7, arrives_on=START + dt.timedelta(days=8)),
    Lot(sku="A", warehouse="GC-PL", state="in_transit", units=9, arrives_on=START + dt.timedelta(days=400)),
)
STOCK = Stock(
    skus=SKUS, demand=DEMAND, lots=LOTS, budgets=(Budget(week="2026-W51", amount_minor=1_000_00, currency="EUR"),),
    production=(Production(sku="A", warehouse="GC-DE", units=11, ready_on=START + dt.timedelta(days=2)),),
)  # fmt: skip


@pytest.fixture(scope="module")
def tables() -> Catalogue:
    """Return the shipped data set."""
    return load_catalogue()


@pytest.fixture(scope="module")
def network(tables: Catalogue) -> Network:
    """Return its network."""
    return Network(tables)


@pytest.fixture(scope="module")
def problem(tables: Catalogue, network: Network) -> Problem:
    """Return the problem of the file over three weeks."""
    choice = Choice(warehouses=HOMES, modes=("sea", "air"))
    return build(STOCK, tables, network, origin="CNWNZ", start=START, weeks=3, choice=choice)


def test_demand_stock_and_budget_stand_in_their_weeks(problem: Problem, tables: Catalogue) -> None:
    """Weeks that are not planned or not told are 0; ages are whole weeks; what comes later is left out."""
    assert problem.markets == ("DE", "FR")
    assert problem.mean[0].tolist() == [[4, 4, 0], [4, 4, 0]]
    assert problem.sd[0, 0].tolist() == [2, 2, 0]
    assert {age: int(problem.on_hand[0, 0, age]) for age in np.flatnonzero(problem.on_hand[0, 0])} == {0: 10, 13: 20}
    assert problem.incoming[0].tolist() == [[0, 7, 0], [0, 0, 0]]
    assert problem.budget_fen is not None
    assert problem.budget_fen[1] == to_fen(1_000_00, tables.exchange_rate("EUR"))
    assert problem.made is not None
    assert problem.made.tolist() == [[0, 11, 0], [0, 0, 0], [0, 0, 0]]
    assert problem.least_units.tolist() == [0, 0, 50]
    assert problem.shelf_weeks.tolist() == [-1, -1, 52]
    assert problem.shortage_fen[:2, 0].tolist() == [10_000, 110_000]


def test_storage_of_a_week_is_what_the_card_charges_for_its_days(problem: Problem, tables: Catalogue) -> None:
    """A cubic metre pays in every age what the lines of the fees say, to the minor unit of the card."""
    row = next(row for row in tables.warehouses if row.id == HOMES[0])
    card = tables.derived(Cards).of(row, START)
    assert card is not None
    for age in (0, 4, 12, 13, 25, 51, problem.storage_fen.shape[1] - 1):
        lines = storage_lines(card, volume_mm3=10**9, age_days=7 * age, days=7)
        fen = float(card.rate.cny_per_unit) * sum(line.minor for line in lines)
        assert problem.storage_fen[0, age] == pytest.approx(fen)


def test_orders_are_served_within_the_customs_area_and_no_further(problem: Problem) -> None:
    """Across a border of the area the parcel is dearer and slower; what is too big or may not be kept is not served."""
    serve, days = problem.serve_fen, problem.serve_days
    assert (serve[0] > 0).all()
    assert serve[0, 0, 1] > serve[0, 0, 0]
    assert days[0, 1] == days[0, 0] + 2
    assert (serve[1] == -1).all()
    assert (serve[2] == -1).all()
    codes = dict(problem.notes)
    assert codes["too_big"] == ("1", "BIG")
    assert codes["unserved"] == ("DE", "1", "CELL")
    assert codes["demand_short"][0] == "4"
    assert {"open_assumed", "price_assumed", "unloading_unknown", "no_hs"} <= set(codes)


def test_lanes_have_unloading_in_the_price_of_a_box(problem: Problem) -> None:
    """Only boxes whose unloading is on the card are lanes' boxes, and leftover stock is worth less than bringing it."""
    sea = next(lane for lane in problem.lanes if lane.id == "sea:GC-DE")
    assert {box.unit for box in sea.boxes} == {"40GP", "40HQ"}
    assert sea.lead_weeks() > 6
    assert sea.volume_g_per_cm3 == 1.0
    assert (problem.duty_fen[0] > 0).all()
    assert (problem.leftover_fen[0] > problem.duty_fen[0] * 0.7).all()
    assert len(problem.open_fen) == len(HOMES)


def test_a_promise_bars_what_takes_longer(tables: Catalogue, network: Network) -> None:
    """With a short promise only the warehouse in the market is left."""
    choice = Choice(warehouses=HOMES, modes=("air",), promise_days=3, service=0.9)
    found = build(STOCK, tables, network, origin="CNWNZ", start=START, weeks=1, choice=choice)
    assert (found.serve_fen[0] >= 0).tolist() == [[True, False], [False, False]]
    assert found.service == 0.9


def test_everything_wrong_is_told_at_once() -> None:
    """Values, counts, orders older than the count, demand and cards: one fault each."""
    stock = Stock(
        skus=(replace(SKUS[0], value_minor=None), SKUS[1]),
        demand=(Demand(sku="A", market="DE", week="2026-W50", mean_milli=0, sd_milli=0),),
        lots=(
            replace(LOTS[0], counted_on=START + dt.timedelta(days=1)),
            replace(LOTS[1], arrives_on=START),
            Lot(sku="A", warehouse="CN-AE-DXB", state="in_transit", units=7, arrives_on=START + dt.timedelta(days=8)),
        ),
    )
    axes = Axes(START, 3, {"A": 0, "BIG": 1}, {"GC-DE": 0}, {"DE": 0})
    faults = list(standing_faults(stock, axes, ["GC-DE"], "mine.xlsx"))
    assert [fault.rule for fault in faults] == [
        "value_needed", "counted_after", "arrived_before_count", "no_card", "no_demand_planned",
    ]  # fmt: skip
    assert all(fault.message_zh and fault.message_en and fault.file.startswith("mine.xlsx[") for fault in faults)


def test_build_refuses_what_cannot_be_planned(tables: Catalogue, network: Network) -> None:
    """No Monday, no such warehouse, and a file with faults."""
    with pytest.raises(ValueError, match="Monday"):
        build(STOCK, tables, network, origin="CNWNZ", start=START + dt.timedelta(days=1), weeks=3)
    with pytest.raises(UnknownIdError):
        build(STOCK, tables, network, origin="CNWNZ", start=START, weeks=3, choice=Choice(warehouses=("NOWHERE",)))
    with pytest.raises(TableFaultsError):
        build(replace(STOCK, demand=()), tables, network, origin="CNWNZ", start=START, weeks=3)


def test_marketplaces_are_not_planned_for(tables: Catalogue, network: Network) -> None:
    """Their stock is sold first, which is noted, nothing is sent to them, and their faults are told all the same."""
    there = Lot(sku="A", warehouse="AMZ-DE", state="on_hand", units=6, ages=(Aged(6, 3),), counted_on=START)
    stock = replace(STOCK, lots=(*LOTS, there))
    found = build(
        stock, tables, network, origin="CNWNZ", start=START, weeks=3, choice=Choice(warehouses=HOMES, modes=("air",))
    )
    assert found.warehouses == HOMES
    assert found.mean[0, 0].tolist() == [0, 2, 0]
    assert found.sd[0, 0].tolist() == [0, 1, 0]
    assert dict(found.notes)["sold_first"] == ("AMZ-DE",)
    late = replace(there, counted_on=START + dt.timedelta(days=30))
    with pytest.raises(TableFaultsError, match=r"counted_on"):
        build(replace(stock, lots=(late,)), tables, network, origin="CNWNZ", start=START, weeks=3)
