"""Stocking plans: cost, bound and check against enumeration, futures drawn anew, and limits."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.stock_cases import stock_case
from optimizer.stock import Params, evaluate, solve
from optimizer.stock.compiled import compiled
from optimizer.stock.evaluate import Decisions, evaluate_decisions
from optimizer.stock.freight import cheapest_of, consignment, rates_of
from optimizer.stock.futures import draw
from optimizer.stock.pool import NEVER, SUMS, CurveWork, Terms, best, curves, play
from optimizer.verify import verify_stock
from tests.stock_world import lane, tiny

if TYPE_CHECKING:
    from optimizer.stock.params import Progress
    from optimizer.stock.problem import Floats, Ints, Problem

_QUICK = Params(futures=4, deterministic=True, effort=2, gap=0.0)
_UNSURE = (
    lane("sea:W0", 0, (7, 14, 14, 21), 4),
    lane("air:W0", 0, (7,), 4, mode="air", boxes=(), loose_fen_per_kg=1_500.0),
)
"""Of whose sea a quarter comes a week early, and a quarter a week late."""


def _cheapest(problem: Problem, params: Params, total: int = 7) -> int:
    """Return the least cost of all plans of one SKU, up to three cartons in every week and lane, `total` at most."""
    case = compiled(problem, draw(problem, params.futures, params.seed))
    rates = rates_of(problem)
    slots = [tuple(slot) for slot in np.argwhere(case.lane_ok).tolist()]
    homes = [
        [w for w in range(len(problem.warehouses)) if problem.serve_fen[0, w, m] >= 0] + [-1]
        for m in range(len(problem.markets))
    ]
    counts = np.zeros((2, rates.price.shape[1]), dtype=np.int64)
    least = None
    order = int(case.least[0])
    for cartons in product(range(4), repeat=len(slots)):
        if sum(cartons) > total or any(0 < count < order for count in cartons):
            continue
        units = np.zeros((1, len(problem.lanes), problem.weeks), dtype=np.int64)
        boxes = np.zeros((len(problem.lanes), rates.price.shape[1], problem.weeks), dtype=np.int64)
        for (index, week), count in zip(slots, cartons, strict=True):
            if count:
                units[0, index, week] = pieces = count * int(problem.carton_units[0])
                mass, volume = float(pieces * problem.mass_g[0]), float(pieces * problem.volume_cm3[0])
                consignment(rates, index, mass, volume, counts)
                boxes[index, :, week] = counts[0]
        for home in product(*homes):
            found = Decisions(units=units, boxes=boxes, homes=np.array([home]))
            cost = evaluate_decisions(problem, case, found).total_fen
            least = cost if least is None else min(least, cost)
    assert least is not None
    return least


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"leftover_fen": np.full((1, 1), 0), "shelf_weeks": np.array([2])},
        {"storage_fen": np.tile(np.array([9_000.0, 1_000.0, 30_000.0, 10.0]), (1, 1))},
        {"shortage_fen": np.full((1, 1), 900)},
        {"least_units": np.array([8])},
        {"lanes": _UNSURE},
        {"lanes": _UNSURE, "is_open": np.array([[True, False, True, True]]), "shelf_weeks": np.array([2])},
    ],
)
def test_bound_optimum_cost(changes: dict[str, Any]) -> None:
    """The bound is not above the cheapest of all plans, and that not above the plan found."""
    problem = tiny(weeks=4, **({"service": 0.0} | changes))
    result = solve(problem, _QUICK)
    assert verify_stock(problem, result.plan) == []
    optimum = _cheapest(problem, _QUICK)
    assert result.plan.bound_fen <= optimum <= result.plan.total_fen
    assert result.plan.total_fen <= result.nothing.total_fen


def test_two_warehouses_against_enumeration() -> None:
    """Homes are chosen as well, and a warehouse that is not used is not paid for."""
    serve = np.array([[[1_000, 3_000], [1_500, 900]]])
    spread = np.full((1, 2, 3), 0.5)
    problem = tiny(
        warehouses=2, markets=2, weeks=3, sd=spread, serve_fen=serve, service=0.0, mean=np.full((1, 2, 3), 2.0)
    )
    result = solve(problem, _QUICK)
    assert result.plan.bound_fen <= _cheapest(problem, _QUICK, 6) <= result.plan.total_fen


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_plans_are_sound(seed: int) -> None:
    """A plan of several SKUs is what it says: the checker finds nothing, and pricing it again gives the same."""
    problem = stock_case(6, 3, 12, seed)
    result = solve(problem, replace(_QUICK, seed=seed))
    assert verify_stock(problem, result.plan) == []
    assert evaluate(problem, result.plan).cost_fen == result.plan.cost_fen
    assert result.plan.bound_fen <= result.plan.total_fen <= result.nothing.total_fen or result.plan.service > 0.9


@pytest.mark.parametrize("weeks", [3, 5])
def test_fewer_weeks_than_the_sea_takes(weeks: int) -> None:
    """What would arrive after the last week is not sent, and the plan is as sound as any."""
    problem = stock_case(4, 2, weeks, 3)
    found = solve(problem, Params(time_limit_s=5, seed=1, deterministic=True))
    assert verify_stock(problem, found.plan) == []
    assert found.plan.bound_fen <= found.plan.total_fen


def test_same_run_same_plan() -> None:
    """A deterministic run gives the same plan again."""
    problem = stock_case(4, 3, 10, 5)
    first, second = (solve(problem, _QUICK).plan for _ in range(2))
    assert replace(first, runtime_s=0.0) == replace(second, runtime_s=0.0)


@pytest.mark.parametrize("seed", [1, 2])
def test_promised_service_holds_in_other_futures(seed: int) -> None:
    """In many futures drawn anew the share of demand that is met is within a point of what the plan promises."""
    problem = stock_case(10, 4, 14, seed)
    plan = solve(problem, Params(futures=32, deterministic=True, effort=1)).plan
    anew = evaluate(problem, replace(plan, futures=400, seed=99))
    assert anew.service == pytest.approx(plan.service, abs=0.01)


def test_service_is_reached_at_a_price() -> None:
    """Where losing sales is cheap, the share asked for is reached all the same, and the bound knows of that."""
    cheap = {"shortage_fen": np.full((1, 1), 1_050), "on_hand": np.full((1, 1, 4), 2)}
    lazy = solve(tiny(weeks=8, service=0.0, **cheap), _QUICK).plan
    eager = solve(tiny(weeks=8, service=0.85, **cheap), _QUICK).plan
    assert lazy.service < 0.8
    assert eager.service >= 0.85
    assert lazy.total_fen < eager.total_fen
    assert eager.bound_fen <= eager.total_fen


def test_limits_hold() -> None:
    """Budgets, shelves, and what a lane takes are kept, and the checker agrees."""
    problem = stock_case(6, 2, 12, 4)
    free = solve(problem, _QUICK)
    capped = tuple(replace(one, volume_cm3=400_000, payload_g=100_000) for one in problem.lanes)
    tight = replace(
        problem,
        budget_fen=np.full(12, 400_000),
        capacity_cm3=np.full(2, 300_000),
        lanes=capped,
    )
    result = solve(tight, _QUICK)
    assert verify_stock(tight, result.plan) == []
    assert {one.rule for one in verify_stock(tight, free.plan)} & {"budget", "capacity", "lane_volume"}
    assert result.plan.bound_fen <= result.plan.total_fen


def test_first_weeks_are_kept() -> None:
    """Planning again with the first weeks frozen keeps what leaves in them, and the bound holds."""
    problem = stock_case(5, 2, 12, 6)
    earlier = solve(problem, _QUICK).plan
    later = replace(problem, mean=problem.mean * 1.3)
    result = solve(later, _QUICK, frozen=earlier, frozen_weeks=4)
    kept = [one for one in result.plan.sendings if one.week < 4]
    assert kept == [one for one in earlier.sendings if one.week < 4]
    assert [one for one in result.plan.boxes if one.week < 4] == [one for one in earlier.boxes if one.week < 4]
    assert verify_stock(later, result.plan) == []


def test_progress_is_told() -> None:
    """Whoever watches learns of a bound first, and of a cost that does not rise."""
    told: list[tuple[int | None, int | None]] = []
    solve(tiny(), _QUICK, lambda state: told.append((state.cost_minor, state.bound_minor)))
    assert told[0][1] is not None
    costs = [cost for cost, _ in told if cost is not None]
    assert costs == sorted(costs, reverse=True)


def test_ctrl_c_gives_the_best_so_far() -> None:
    """An interrupt ends in a plan that is sound; before there is one, in none."""

    def stop(progress: Progress) -> None:
        if progress.cost_minor is not None:
            raise KeyboardInterrupt

    problem = tiny()
    plan = solve(problem, _QUICK, stop).plan
    assert plan.status == "stopped"
    assert verify_stock(problem, plan) == []

    def stop_at_once(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solve(problem, _QUICK, stop_at_once)


def test_contradictions_are_refused() -> None:
    """Everything that no plan could make good is told at once."""
    problem = tiny(
        mean=np.full((1, 1, 5), -1.0), service=1.5, lanes=(lane("x", 0, (7,), 5, boxes=(), loose_fen_per_kg=None),)
    )
    with pytest.raises(ValueError, match=r"mean.*service.*lane x"):
        solve(problem, _QUICK)


# --- parts ---------------------------------------------------------------------------------------------------------

_WEEKS, _FUTURES = 5, 3
_numbers = st.integers(0, 9)


_reached = st.lists(st.integers(-1, _WEEKS - 1), min_size=_WEEKS, max_size=_WEEKS)


def _came(draw_: st.DrawFn) -> Ints:
    """Return how far supply has come by each week, goods that are early or late among them."""
    on_time = np.arange(_WEEKS)
    return np.array([on_time, on_time, sorted(draw_(_reached))])


@st.composite
def _terms(draw_: st.DrawFn) -> Terms:
    def whole(*shape: int) -> Ints:
        size = int(np.prod(shape))
        return np.array(draw_(st.lists(_numbers, min_size=size, max_size=size)), dtype=np.int64).reshape(shape)

    def prices(*shape: int) -> Floats:
        return whole(*shape).astype(np.float64)

    rates = prices(2, _WEEKS)
    return Terms(
        demand=whole(_FUTURES, _WEEKS), came=_came(draw_),
        there=np.cumsum(whole(2 + _WEEKS)), fixed=np.cumsum(whole(_WEEKS) // 6), ages=np.array([0, 2]), rates=rates,
        low=rates, lost=float(draw_(st.integers(-5, 40))), worth=float(draw_(_numbers)),
        expired=float(draw_(_numbers)), shelf=draw_(st.sampled_from([-1, -1, 2])), carton=draw_(st.integers(1, 4)),
        least=draw_(st.integers(1, 3)),
    )  # fmt: skip


def _supply(numbers: list[int], terms: Terms) -> Ints:
    return np.cumsum(np.array(numbers, dtype=np.int64)) * terms.carton


_steps = st.lists(st.integers(0, 3), min_size=_WEEKS, max_size=_WEEKS)


@given(_terms(), _steps, _steps)
@settings(max_examples=150, deadline=None)
def test_curves_are_nowhere_above_the_cost(terms: Terms, at: list[int], other: list[int]) -> None:
    """Whatever supply they are made at, the curves of any supply are not above what it costs."""
    second = np.zeros((_WEEKS, 3 * _WEEKS + 1))
    work = CurveWork(np.zeros(_WEEKS), np.zeros(_WEEKS, dtype=np.int64), np.zeros(_WEEKS, dtype=np.int64))
    constant = curves(terms, _supply(at, terms), second, work)
    curve = np.cumsum(np.cumsum(second, axis=1), axis=1)
    sent = _supply(other, terms)
    value = constant + sum(curve[week, sent[week] // terms.carton] for week in range(_WEEKS))
    assert value <= play(terms, sent, np.zeros(SUMS), np.zeros(_WEEKS)) + 1e-6


@given(_terms(), st.lists(st.integers(0, 60), min_size=_WEEKS, max_size=_WEEKS), _steps)
@settings(max_examples=60, deadline=None)
def test_best_supply_is_the_best_of_all(terms: Terms, prices: list[int], at: list[int]) -> None:
    """The cheapest supply of curves is that of enumeration."""
    most = 4
    second = np.zeros((_WEEKS, most + 1))
    work = CurveWork(np.zeros(_WEEKS), np.zeros(_WEEKS, dtype=np.int64), np.zeros(_WEEKS, dtype=np.int64))
    curves(terms, _supply(at, terms), second, work)
    cost = np.array([float(price) if price < 50 else NEVER for price in prices])
    curve = np.cumsum(np.cumsum(second, axis=1), axis=1)
    least = min(
        sum(curve[week, n] for week, n in enumerate(np.cumsum(steps)))
        + sum(step * cost[week] for week, step in enumerate(steps) if step)
        for steps in product(range(most + 1), repeat=_WEEKS)
        if sum(steps) <= most
        and all(step == 0 or (step >= terms.least and cost[week] < NEVER) for week, step in enumerate(steps))
    )
    sent = np.zeros(_WEEKS, dtype=np.int64)
    assert best(terms, second, cost, sent) == pytest.approx(least, abs=1e-6)


@given(st.integers(1, 400_000), st.integers(1, 900_000), st.booleans())
@settings(max_examples=100, deadline=None)
def test_boxes_are_the_cheapest(mass: int, volume: int, has_loose: bool) -> None:  # noqa: FBT001 - drawn
    """Boxes of two types and the rest loose cost no more than any numbers of boxes, and not less than the floor."""
    from optimizer.stock.problem import Box  # noqa: PLC0415 - of this test only

    boxes = (Box(unit="a", payload_g=50_000, volume_cm3=100_000, price_fen=7_000),
             Box(unit="b", payload_g=70_000, volume_cm3=260_000, price_fen=15_000))  # fmt: skip
    one = lane("x", 0, (7,), 5, boxes=boxes, loose_fen_per_kg=300.0 if has_loose else None)
    rates = rates_of(tiny(lanes=(one,)))
    counts = np.zeros((2, 2), dtype=np.int64)
    found = consignment(rates, 0, float(mass), float(volume), counts)
    for a, b in product(range(10), repeat=2):
        payload, room = 50_000 * a + 70_000 * b, 100_000 * a + 260_000 * b
        share = max(0.0, 1 - payload / mass, 1 - room / volume)
        if share and not has_loose:
            continue
        loose = max(2_000.0, 0.3 * share * max(mass, volume * 0.5)) if share else 0.0
        # Every second box less than needed is not looked at where a loose kilogram is cheap.
        if a == counts[0, 0]:
            assert found <= 7_000 * a + 15_000 * b + loose + 1e-6 or b < counts[0, 1]
    for dense in (0.1, 0.5, 2.0):
        by_volume, by_mass = cheapest_of(one, dense)
        assert by_volume * volume + by_mass * mass <= found * (1 + 1e-9)
