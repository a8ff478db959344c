"""Placement: equal to enumeration, checked by other code, and the rules a broken answer breaks."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from optimizer.stock import facility
from optimizer.stock.facility import NOWHERE, Column, locate
from optimizer.stock.homes import Coster
from optimizer.stock.place import NoPlacementError, place
from optimizer.stock.placement import Placement, PlaceTask
from optimizer.stock.problem import Box, Lane, Problem
from optimizer.verify import verify_placement


def task_of(
    seed: int, *, skus: int = 2, warehouses: int = 3, markets: int = 2, weeks: int = 8, ages: int = 6
) -> PlaceTask:
    """Return a random small task."""
    rng = np.random.default_rng(seed)
    serve = rng.integers(1_000, 6_000, (skus, warehouses, markets))
    serve[rng.random(serve.shape) < 0.2] = -1
    parcel = rng.integers(3_000, 12_000, (skus, markets))
    lanes = tuple(
        Lane(
            id=f"{mode}:{w}",
            warehouse=w,
            mode=mode,
            lead_days=tuple(sorted(rng.integers(low, 3 * low, 5).tolist())),
            loose_fen_per_kg=float(rng.integers(100, 4_000)),
            volume_g_per_cm3=0.2,
            boxes=(Box(unit="40HQ", payload_g=20_000_000, volume_cm3=60_000_000, price_fen=3_000_000),)
            if low > 9
            else (),
            weeks=rng.random(weeks) < 0.7,
        )
        for w in range(warehouses)
        for mode, low in (("sea", 20), ("air", 4))
    )
    problem = Problem(
        start=dt.date(2026, 12, 7),
        skus=tuple(f"S{s}" for s in range(skus)),
        warehouses=tuple(f"W{w}" for w in range(warehouses)),
        markets=tuple(f"M{m}" for m in range(markets)),
        mass_g=rng.integers(100, 5_000, skus),
        volume_cm3=rng.integers(500, 20_000, skus),
        value_fen=rng.integers(1_000, 30_000, skus),
        carton_units=np.ones(skus, dtype=np.int64),
        least_units=np.zeros(skus, dtype=np.int64),
        battery=np.zeros(skus, dtype=np.bool_),
        mean=rng.random((skus, markets, weeks)) * 8 * (rng.random((skus, markets, 1)) < 0.9),
        sd=rng.random((skus, markets, weeks)) * 4,
        serve_fen=serve,
        serve_days=np.ones((warehouses, markets), dtype=np.int64),
        inbound_fen=rng.integers(10, 300, (skus, warehouses)),
        duty_fen=rng.integers(0, 900, (skus, warehouses)),
        storage_fen=np.sort(rng.random((warehouses, ages)) * 9_000, axis=1),
        on_hand=np.zeros((skus, warehouses, ages), dtype=np.int64),
        incoming=np.zeros((skus, warehouses, weeks), dtype=np.int64),
        shortage_fen=np.full((skus, markets), 9_000),
        holding_per_year=0.2,
        disposal_fen=np.zeros((skus, warehouses), dtype=np.int64),
        leftover_fen=np.zeros((skus, warehouses), dtype=np.int64),
        capacity_cm3=np.full(warehouses, -1),
        budget_fen=None,
        shelf_weeks=np.full(skus, -1),
        lanes=lanes,
        open_fen=rng.integers(0, 60_000, warehouses),
        is_open=np.ones((warehouses, weeks), dtype=np.bool_),
        service=0.95,
    )
    return PlaceTask(
        problem=problem,
        vat_fen=rng.integers(0, 900, (skus, warehouses)),
        vat_weeks=8,
        parcel_fen=parcel,
        parcel_duty_fen=np.where(parcel < 0, -1, 100),
        fill=0.8,
    )


def enumerated(task: PlaceTask) -> int:
    """Return the least cost of all ways to give every SKU in every market a warehouse or parcels."""
    problem, coster = task.problem, Coster(task)
    places = range(-1, len(problem.warehouses))
    by_sku: list[dict[frozenset[int], int]] = []
    for s in range(len(problem.skus)):
        markets = [m for m in range(len(problem.markets)) if coster.units[s, m] > 0]
        costs: dict[frozenset[int], int] = {}
        for chosen in itertools.product(places, repeat=len(markets)):
            cost = 0
            for w in set(chosen):
                served = tuple(m for m, one in zip(markets, chosen, strict=True) if one == w)
                if w < 0:
                    cost += sum(coster._parcel(s, [m]).cost_fen for m in served)
                    continue
                home = coster.home(s, w, served) if (problem.serve_fen[s, w, list(served)] >= 0).all() else None
                cost += 10**12 if home is None else home.cost_fen
            used = frozenset(chosen) - {-1}
            costs[used] = min(cost, costs.get(used, 10**12))
        by_sku.append(costs)
    return min(
        sum(cost for _, cost in picks)
        + sum(int(problem.open_fen[w]) for w in frozenset().union(*(u for u, _ in picks)))
        for picks in itertools.product(*(costs.items() for costs in by_sku))
    )


@pytest.mark.parametrize("seed", range(12))
def test_tiny_placements_equal_enumeration(seed: int) -> None:
    """The cost is the least of all ways to place, and the checker agrees."""
    task = task_of(seed)
    found = place(task)
    assert found.status == "optimal"
    assert found.cost_fen == enumerated(task)
    assert found.bound_fen <= found.cost_fen
    assert found.gap < 1e-4
    assert verify_placement(task, found) == []


def test_without_a_warehouse_is_the_best_of_a_world_without_it() -> None:
    """What a warehouse is worth equals the cost of a task in which it serves nothing."""
    task = task_of(3, warehouses=3)
    found = place(task)
    assert found.without
    for one in found.without:
        serve = task.problem.serve_fen.copy()
        serve[:, one.warehouse] = -1
        other = place(replace(task, problem=replace(task.problem, serve_fen=serve)))
        assert one.extra_fen == other.cost_fen - found.cost_fen >= 0
        assert sum(one.parts.values()) == one.extra_fen


def test_pooling_makes_one_home_of_two_markets_cheaper_than_two() -> None:
    """Safety stock of two markets together is below that of both apart."""
    coster = Coster(task_of(5))
    both, first, second = (coster.home(0, 0, markets) for markets in ((0, 1), (0,), (1,)))
    assert both.parts["pooling"] < first.parts["pooling"] + second.parts["pooling"]


def test_equal_independent_markets_need_root_n_of_the_stock() -> None:
    """Four markets together need twice the safety stock of one."""
    task = task_of(1, warehouses=1, markets=4)
    problem = task.problem
    mean, sd = np.full_like(problem.mean, 5.0), np.full_like(problem.sd, 3.0)
    lanes = tuple(replace(lane, lead_days=(28, 28), weeks=np.ones(8, dtype=np.bool_)) for lane in problem.lanes)
    coster = Coster(replace(task, problem=replace(problem, mean=mean, sd=sd, lanes=lanes[:1])))
    together, alone = coster.home(0, 0, (0, 1, 2, 3)), coster.home(0, 0, (0,))
    assert together.parts["pooling"] == pytest.approx(2 * alone.parts["pooling"], rel=1e-3)


def test_a_small_warehouse_holds_no_more_than_fits() -> None:
    """A warehouse without room is not used."""
    task = task_of(7)
    problem = task.problem
    found = place(task)
    tight = problem.capacity_cm3.copy()
    tight[found.open[0]] = 1
    other = place(replace(task, problem=replace(problem, capacity_cm3=tight)))
    assert found.open[0] not in {home.warehouse for home in other.homes}
    assert other.cost_fen >= found.cost_fen


def test_what_nothing_serves_is_told_and_the_rest_is_placed() -> None:
    """A SKU without any way to a market is named."""
    task = task_of(2)
    serve, parcel = task.problem.serve_fen.copy(), task.parcel_fen.copy()
    serve[0, :, 0] = parcel[0, 0] = -1
    mean = task.problem.mean + 0.1
    asked = replace(task, parcel_fen=parcel, problem=replace(task.problem, serve_fen=serve, mean=mean))
    found = place(asked)
    assert found.unserved == ((0, 0),)
    assert verify_placement(asked, found) == []


def test_no_placement_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing found is no empty answer."""
    monkeypatch.setattr("optimizer.stock.place.locate", lambda *_, **__: None)
    with pytest.raises(NoPlacementError):
        place(task_of(0))


def test_location_closes_places_and_says_when_that_cannot_be() -> None:
    """Closed places are not used; without any way, or room, there is no answer."""
    columns = [Column(0, 0, (0,), 5), Column(1, 0, (0,), 9), Column(1, 1, (1,), 1), Column(NOWHERE, 1, (1,), 20)]
    best = locate([10, 100], [-1, -1], columns)
    assert (best.columns, best.cost, best.is_optimal) == ((0, 3), 35, True)
    other = locate([10, 100], [-1, -1], columns, closed=(0,))
    assert other.cost == 110
    assert locate([10, 100], [-1, -1], columns, closed=(0, 1)) is None
    assert facility.locate([0], [3], [Column(0, 0, (0,), 1, size=4)]) is None


Given = tuple[PlaceTask, Placement]


@pytest.fixture(scope="module")
def given() -> Given:
    """Return a task and its placement."""
    task = task_of(4)
    return task, place(task)


def rules_of(given: Given, **changes: Any) -> set[str]:  # noqa: ANN401 - any field
    """Return the rules that a changed placement breaks."""
    task, found = given
    return {one.rule for one in verify_placement(task, replace(found, **changes))}


class TestTheChecker:
    """Names what is wrong with a broken placement."""

    def test_a_home_twice(self, given: Given) -> None:
        """Serving a market twice."""
        assert {"served", "sum"} <= rules_of(given, homes=(*given[1].homes, given[1].homes[0]))

    def test_a_home_missing(self, given: Given) -> None:
        """Serving a market not at all."""
        assert "served" in rules_of(given, homes=given[1].homes[1:])

    def test_a_cheaper_part(self, given: Given) -> None:
        """An amount that is too low."""
        home = next(home for home in given[1].homes if home.warehouse >= 0)
        cheap = home._replace(parts=home.parts | {"serve": home.parts["serve"] - 5})
        homes = tuple(cheap if one is home else one for one in given[1].homes)
        assert {"cost", "sum"} <= rules_of(given, homes=homes)

    def test_other_warehouses_and_a_bound_above_the_cost(self, given: Given) -> None:
        """Other warehouses than used; a bound that cannot be."""
        assert rules_of(given, open=(99,)) == {"open"}
        assert rules_of(given, bound_fen=10**12) == {"bound"}

    def test_an_unknown_lane(self, given: Given) -> None:
        """A way there is not."""
        home = next(home for home in given[1].homes if home.warehouse >= 0)
        homes = tuple(one._replace(lane="sea:nowhere") if one is home else one for one in given[1].homes)
        assert "lane" in rules_of(given, homes=homes)

    def test_more_than_fits(self, given: Given) -> None:
        """More stock than room."""
        task, found = given
        problem = replace(task.problem, capacity_cm3=np.zeros(3, dtype=np.int64))
        assert "capacity" in {one.rule for one in verify_placement(replace(task, problem=problem), found)}

    def test_a_market_it_does_not_serve(self, given: Given) -> None:
        """A market the warehouse does not serve."""
        task, found = given
        problem = replace(task.problem, serve_fen=np.full_like(task.problem.serve_fen, -1))
        asked = replace(task, problem=problem, parcel_fen=np.full_like(task.parcel_fen, -1))
        rules = {one.rule for one in verify_placement(asked, found)}
        assert rules & {"serves", "parcel"}
