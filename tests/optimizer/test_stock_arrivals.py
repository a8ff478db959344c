"""Goods that come early or late: when they are received, and that plan, checker and simulator agree on it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.stock_cases import stock_case
from data.stock_plan import Home, Sending, StockPlan
from optimizer.stock import Params, Problem, evaluate, solve
from optimizer.stock.arrivals import arrivals_of, came_by, sendable
from optimizer.stock.compiled import compiled
from optimizer.stock.evaluate import decisions_of, evaluate_decisions
from optimizer.stock.futures import draw, lateness
from optimizer.stock.simulate import simulate
from optimizer.stock.simulate_futures import Futures
from optimizer.verify import verify_stock
from optimizer.verify.stock_case import demand_of, week_of_receipt
from tests.stock_world import lane, tiny

_WEEKS = 7


@st.composite
def _problems(draw: st.DrawFn) -> Problem:
    """Return a warehouse with two lanes of any durations, weeks without departures, and closed weeks."""
    flags = st.lists(st.booleans(), min_size=_WEEKS, max_size=_WEEKS)
    days = st.lists(st.integers(1, 35), min_size=1, max_size=5).map(lambda found: tuple(sorted(found)))
    lanes = tuple(lane(name, 0, draw(days), _WEEKS, weeks=np.array(draw(flags))) for name in ("a", "b"))
    return tiny(weeks=_WEEKS, lanes=lanes, is_open=np.array([draw(flags)]))


@given(_problems(), st.integers(-4, 4))
@settings(max_examples=200, deadline=None)
def test_when_goods_are_received(problem: Problem, late: int) -> None:
    """Two pieces of code agree; order is kept, no closed week is taken, and nothing comes before it could."""
    found = arrivals_of(problem, np.array([[late]]))
    assert (np.diff(found) >= 0).all()
    told = [week_of_receipt(problem, 0, planned, late) for planned in range(_WEEKS)]
    assert found[0, 0].tolist() == told
    assert all(problem.is_open[0, week] for week in told if week < _WEEKS)
    for planned, comes in enumerate(told):
        soonest = [
            week + max(1, -(-min(one.lead_days) // 7))
            for one, goes in zip(problem.lanes, sendable(problem), strict=True)
            for week in np.flatnonzero(goes)
            if week + one.lead_weeks() >= planned
        ]
        assert comes >= min(planned, *soonest, _WEEKS)
        # What has come by a week is what is planned up to some week.
        assert all((came_by(found)[0, 0, week] >= planned) == (comes <= week) for week in range(_WEEKS))


def test_lateness_has_two_sides() -> None:
    """Durations below the planned one are early, and both drawings of the futures have them."""
    problem = tiny(lanes=(lane("sea:W0", 0, (7, 21, 28), 5),))
    assert lateness(problem, 0).tolist() == [-2, 0, 1]
    assert set(demand_of(problem, 12, 3)[1][:, 0].tolist()) == {-2, 0, 1}
    assert lateness(tiny(warehouses=2, lanes=()), 1).tolist() == [0]


def _sent(problem: Problem) -> StockPlan:
    """Return a plan that sends 12 pieces in week 0, priced in one future."""
    name = problem.lanes[0].id
    return StockPlan(
        start=problem.start, weeks=problem.weeks, seed=0, futures=1, status="feasible", bound_fen=0, runtime_s=0.0,
        service=1.0, cost_fen={}, warehouses=problem.warehouses, boxes=(), fingerprint="",
        sendings=(Sending(sku="S0", lane=name, week=0, units=12),),
        homes=(Home(sku="S0", market="M0", warehouse="W0"),),
    )  # fmt: skip


@pytest.mark.parametrize("actual", [7, 14, 21, 28])
def test_early_goods_cost_what_the_simulator_says(actual: int) -> None:
    """Whether early, on time, or late: a plan costs the same in its own pricing as in the simulator, part by part."""
    sure = {"sd": np.zeros((1, 1, 6)), "mean": np.full((1, 1, 6), 3.0), "on_hand": np.zeros((1, 1, 4), dtype=np.int64)}
    planned = tiny(weeks=6, lanes=(lane("sea:W0", 0, (7, 21, 28), 6),), **sure)
    plan = _sent(planned)
    late = np.array([[-(-actual // 7) - planned.lanes[0].lead_weeks()]])
    priced = evaluate_decisions(
        planned, compiled(planned, replace(draw(planned, 1, 0), late=late)), decisions_of(planned, plan)
    )
    real = replace(planned, lanes=(replace(planned.lanes[0], lead_days=(actual,)),))
    played = simulate(real, plan, futures=Futures(real, 1, 1))
    for part in ("inbound", "duty", "storage", "capital", "serve", "shortage", "open", "leftover", "disposal"):
        assert priced.cost_fen[part] == pytest.approx(played.part(part).value, abs=0.51), part


@pytest.mark.parametrize("seed", [1, 2])
def test_plans_with_closed_weeks_are_sound(seed: int) -> None:
    """Goods that come early to a closed warehouse wait; checker and pricing agree to the fen."""
    problem = stock_case(5, 3, 12, seed)
    is_open = np.ones((3, 12), dtype=np.bool_)
    is_open[:, [3, 4, 7]] = False
    lanes = tuple(replace(one, lead_days=(*(max(1, day - 9) for day in one.lead_days), *one.lead_days,
                                          *one.lead_days)) for one in problem.lanes)  # fmt: skip
    problem = replace(problem, is_open=is_open, lanes=lanes)
    plan = solve(problem, Params(futures=8, deterministic=True, effort=1, seed=seed)).plan
    assert min(lateness(problem, 0)) < 0
    assert plan.sendings
    assert verify_stock(problem, plan) == []
    assert evaluate(problem, plan).cost_fen == plan.cost_fen
