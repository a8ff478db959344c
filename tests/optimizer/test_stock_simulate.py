"""The simulator of stock against a plain one that knows single pieces, and what it promises of itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.stock_plan_view import Told, consignments_of
from benchmarks.stock_problem import drawn as drawn_problem
from data.stock_plan import Sending, SentBoxes, StockPlan
from optimizer.stock import Params, Result, solve
from optimizer.stock.evaluate import evaluate
from optimizer.stock.policies import RULES, Base, Settings
from optimizer.stock.simulate import Followed, UnknownSendingError, plan_freight, simulate, units_of
from optimizer.stock.simulate_freight import freight_fen, loose_fen, prices_of
from optimizer.stock.simulate_futures import Futures, drawn, weeks_of
from optimizer.stock.simulate_result import PARTS, mean_of, quantile_of, ratio_of, saved_by
from optimizer.stock.simulate_world import PIECES
from tests.oracles.stock_slow import SlowStock

if TYPE_CHECKING:
    from optimizer.stock.problem import Problem

WEEKS = 9


def tiny(seed: int) -> Problem:
    """Return a problem with everything in it: closed weeks, shelf lives, least orders, limits, several markets."""
    rng = np.random.default_rng(seed)
    problem = drawn_problem(3, 3, WEEKS, seed, markets=2)
    shape = (len(problem.skus), len(problem.warehouses))
    return replace(
        problem,
        mean=problem.mean.clip(0, 4), sd=problem.sd.clip(0, 4), carton_units=rng.integers(1, 4, 3),
        least_units=rng.integers(0, 6, 3), shelf_weeks=rng.choice([-1, 4, 9], 3),
        leftover_fen=rng.integers(0, 900, shape), is_open=rng.random((3, WEEKS)) < 0.8,
        on_hand=np.minimum(problem.on_hand, 3), incoming=np.minimum(problem.incoming, 3),
        lanes=tuple(
            replace(lane, lead_days=tuple(sorted(rng.integers(3, 30, 3).tolist()))) for lane in problem.lanes
        ),
        made=rng.integers(0, 4, (3, WEEKS)) if seed % 3 else None,
    )  # fmt: skip


def plan_of(problem: Problem, seed: int) -> StockPlan:
    """Return a plan that sends anything."""
    rng = np.random.default_rng(seed)
    sendings = {
        (int(rng.integers(len(problem.skus))), int(rng.integers(len(problem.lanes))), int(rng.integers(WEEKS)))
        for _ in range(8)
    }
    boxes = [
        SentBoxes(lane=problem.lanes[lane].id, unit=problem.lanes[lane].boxes[0].unit, week=week, count=1)
        for _, lane, week in sendings
        if problem.lanes[lane].boxes
    ]
    return StockPlan(
        start=problem.start, weeks=WEEKS,
        sendings=tuple(
            Sending(
                sku=problem.skus[s], lane=problem.lanes[lane].id, week=week,
                units=int(problem.carton_units[s]) * int(rng.integers(1, 4)),
            )
            for s, lane, week in sorted(sendings)
        ),
        boxes=tuple(boxes[:3]), warehouses=problem.warehouses[:2], cost_fen={}, bound_fen=0, service=0.9,
        status="feasible", seed=seed, runtime_s=0.0, fingerprint="",
    )  # fmt: skip


def slow(problem: Problem, futures: Futures, at: int) -> SlowStock:
    """Return the plain simulator for one future."""
    block = futures.block(0, futures.count)
    demand = {(int(s), int(m)): block.demand[at, row] for row, (s, m) in enumerate(futures.pairs)}
    return SlowStock(problem, demand, block.lead[at])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), name=st.sampled_from(sorted(RULES)), every=st.integers(1, 3))
def test_rules_equal_the_plain_simulator(seed: int, name: str, every: int) -> None:
    """Every part of the cost, every piece and every age of a rule."""
    problem = tiny(seed)
    futures = Futures(problem, 3, seed)
    rule = RULES[name](Base(problem), Settings(every=every, slow=0.5, cap=0.8))
    found = simulate(problem, rule, futures=futures, threads=1)
    for at in range(futures.count):
        other = slow(problem, futures, at)
        other.play(None, rule.orders)
        ours = dict(zip(PARTS, found.cost[at], strict=True))
        ours.pop("open")
        assert ours == pytest.approx(other.cost, abs=1e-6)
        assert (found.asked[at].sum(), found.met[at].sum()) == (other.asked, other.met)
        assert {age: int(n) for age, n in enumerate(found.aged[at]) if n} == other.aged
        assert tuple(found.goods[at]) == pytest.approx(other.goods())
        assert found.early[at].tolist() == other.early
    pieces = dict(zip(PIECES, found.pieces.T, strict=True))
    balance = pieces["begun"] + pieces["sent"]
    assert (balance == sum(pieces[name] for name in ("sold", "disposed", "left", "under_way"))).all()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_plans_equal_the_plain_simulator(seed: int) -> None:
    """A plan as it is: the same, and its freight is that of its boxes and of what does not fit."""
    problem = tiny(seed)
    futures = Futures(problem, 2, seed)
    plan = plan_of(problem, seed)
    units = units_of(problem, plan)
    found = simulate(problem, plan, futures=futures, threads=1)
    for at in range(futures.count):
        other = slow(problem, futures, at)
        other.play(units, None)
        ours = dict(zip(PARTS, found.cost[at], strict=True))
        assert ours.pop("open") == problem.open_fen[:2].sum()
        assert ours.pop("freight") == pytest.approx(plan_freight(problem, plan, units))
        other.cost.pop("freight")
        assert ours == pytest.approx(other.cost, abs=1e-6)
        assert tuple(found.goods[at]) == pytest.approx(other.goods())
        assert found.early[at].tolist() == other.early


def test_nothing_random_and_a_plan_kept_up_is_the_plan() -> None:
    """Where everything comes as expected there is nothing to correct, and the result of one future is that of all."""
    problem = tiny(5)
    lanes = tuple(replace(lane, lead_days=(lane.lead_days[1],)) for lane in problem.lanes)
    problem = replace(problem, mean=np.round(problem.mean), sd=np.zeros_like(problem.sd), lanes=lanes)
    problem = replace(problem, least_units=np.zeros(3, dtype=np.int64))
    futures = Futures(problem, 4, 1)
    plan = plan_of(problem, 3)
    as_it_is = simulate(problem, plan, futures=futures)
    kept_up = simulate(problem, Followed(plan), futures=futures)
    assert (as_it_is.sent == as_it_is.sent[0]).all()
    assert (as_it_is.totals == as_it_is.totals[0]).all()
    assert (kept_up.sent == as_it_is.sent).all()
    assert (kept_up.met == as_it_is.met).all()


def test_a_plan_kept_up_sends_more_where_more_was_sold() -> None:
    """Over many futures the sum that is sent varies, and what was asked for explains it."""
    problem = drawn_problem(4, 2, WEEKS, 3, markets=1)
    sendings = tuple(
        Sending(sku=sku, lane="air:W00", week=week, units=20) for sku in problem.skus for week in (1, 3, 5)
    )
    plan = replace(plan_of(problem, 1), sendings=sendings, boxes=())
    found = simulate(problem, Followed(plan), futures=Futures(problem, 60, 2))
    assert found.sent.sum(axis=1).std() > 0
    assert np.corrcoef(found.met.sum(axis=1), found.sent.sum(axis=1))[0, 1] > 0.5


def test_the_same_seed_is_the_same_for_all_and_for_any_number_of_threads() -> None:
    """Futures depend on seed and number alone."""
    problem = drawn_problem(5, 2, WEEKS, 1)
    few, many = Futures(problem, 3, 7), Futures(problem, 50, 7)
    assert (few.block(0, 3).demand == many.block(0, 20).demand[:3]).all()
    assert (few.block(1, 3).lead == many.block(0, 20).lead[1:3]).all()
    rule = RULES["dual-index"](Base(problem), Settings())
    one, two = (simulate(problem, rule, futures=Futures(problem, 50, 7), threads=threads) for threads in (1, 3))
    assert (one.cost == two.cost).all()
    assert (one.met_sku == two.met_sku).all()
    assert saved_by(one, two).value == 0


def test_progress_tells_every_future() -> None:
    """The last number is all of them."""
    problem = drawn_problem(2, 2, WEEKS, 1)
    told: list[int] = []
    rule = RULES["sea"](Base(problem), Settings())
    simulate(problem, rule, futures=Futures(problem, 45, 1), threads=1, on_progress=told.append)
    assert told == [20, 40, 45]


@pytest.mark.parametrize(
    ("mean", "sd"), [(0.3, 0.9), (4.0, 4.0), (4.0, 2.0), (4.0, 1.0), (30.0, 40.0), (2.5, 0.0), (0.0, 0.0)]
)
def test_demand_has_the_mean_and_the_spread(mean: float, sd: float) -> None:
    """Both within sampling error; below the mean the variance is that of whole numbers."""
    count = 40_000
    found = drawn(np.full(count, mean), np.full(count, sd), np.random.default_rng(1))
    assert found.min() >= 0
    assert found.mean() == pytest.approx(mean, abs=4 * max(sd, 0.5) / count**0.5)
    part = mean - np.floor(mean)
    least = (part * (1 - part)) ** 0.5
    assert found.std() == pytest.approx(max(sd, least), rel=0.12, abs=0.2)


def test_weeks_round_up() -> None:
    """A day more is a week more."""
    assert weeks_of(np.array([1, 7, 8])).tolist() == [1, 1, 2]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), fill=st.floats(0.001, 6))
def test_freight_is_the_cheapest_mixture(seed: int, fill: float) -> None:
    """Against all counts of both box types, the rest loose."""
    problem = drawn_problem(1, 1, 4, seed)
    rng = np.random.default_rng(seed)
    at = int(rng.integers(2))
    box = problem.lanes[at].boxes[1]
    mass, volume = fill * box.payload_g * rng.uniform(0.05, 1), fill * box.volume_cm3
    prices = prices_of(problem.lanes)
    small = problem.lanes[at].boxes[0]
    best = np.inf
    for one in range(20):
        for two in range(12):
            payload = one * small.payload_g + two * box.payload_g
            share = max(0.0, 1 - payload / mass, 1 - (one * small.volume_cm3 + two * box.volume_cm3) / volume)
            paid = one * small.price_fen + two * box.price_fen
            best = min(best, paid + loose_fen(prices, at, share * mass, share * volume))
    ours = freight_fen(prices, at, mass, volume)
    assert best - 1e-6 <= ours <= (best if fill <= 3 else 1.03 * best) + 1e-6


def test_lanes_that_take_only_boxes_take_boxes() -> None:
    """Nothing goes loose where no price says so."""
    problem = drawn_problem(1, 1, 4, 1)
    lane = replace(problem.lanes[0], loose_fen_per_kg=None)
    prices = prices_of((lane,))
    assert freight_fen(prices, 0, 1_000.0, 1_000.0) == lane.boxes[0].price_fen
    assert freight_fen(prices, 0, 0.0, 0.0) == 0


@pytest.mark.parametrize("change", ["sku", "lane", "week", "box", "warehouse", "start"])
def test_a_plan_of_another_problem_is_refused(change: str) -> None:
    """With the name that is not known."""
    problem = tiny(1)
    plan = plan_of(problem, 1)
    first = plan.sendings[0]
    broken = {
        "sku": replace(plan, sendings=(replace(first, sku="?"),)),
        "lane": replace(plan, sendings=(replace(first, lane="?"),)),
        "week": replace(plan, sendings=(replace(first, week=WEEKS),)),
        "box": replace(plan, boxes=(SentBoxes(lane=problem.lanes[0].id, unit="?", week=0, count=1),)),
        "warehouse": replace(plan, warehouses=("?",)),
        "start": replace(plan, start=plan.start + dt.timedelta(days=7)),
    }[change]
    with pytest.raises(UnknownSendingError):
        simulate(problem, broken, futures=Futures(problem, 1, 1))


@pytest.mark.parametrize("seed", [1, 3])
def test_what_a_plan_promises_is_simulated(seed: int) -> None:
    """
    The share of demand a plan of 20 SKUs says it meets is within a point of that in futures it has not seen.

    What is asked for before anything sent can be there is told apart: another plan meets the same of it.
    """
    problem = drawn_problem(20, 4, 20, seed)
    plan = solve(problem, Params(seed=99, deterministic=True, effort=1)).plan
    futures = Futures(problem, 200, seed)
    found = simulate(problem, plan, futures=futures)
    assert 100 * found.fill().value == pytest.approx(100 * plan.service, abs=1.0)
    nothing = simulate(problem, replace(plan, sendings=(), boxes=()), futures=futures)
    assert found.early[:, 0].sum() > 0
    assert (nothing.early[:, 0] == found.early[:, 0]).all()
    assert nothing.fill_later().value < found.fill_later().value


def test_what_a_plan_sends_of_the_production() -> None:
    """As many pieces are taken from it as the plan itself says, sending by sending; without any, all is bought."""
    problem = tiny(4)
    plan = replace(plan_of(problem, 4), futures=4)
    futures = Futures(problem, 2, 1)
    told = Told(problem=problem, result=result_of(problem, plan), alerts={"alerts": [], "later_fen": 0})
    made = sum(good["made_units"] for one in consignments_of(told) for good in one["goods"])
    found = simulate(problem, plan, futures=futures)
    assert found.made().value == made > 0
    without = simulate(replace(problem, made=None), plan, futures=futures)
    assert without.made().value == 0
    assert without.bought().value == (units_of(problem, plan).sum(axis=(0, 1)) * problem.value_fen).sum()
    assert found.bought().value < without.bought().value


def result_of(problem: Problem, plan: StockPlan) -> Result:
    """Return a plan with what it comes to."""
    value = evaluate(problem, plan)
    return Result(plan=plan, value=value, nothing=value)


def test_estimates() -> None:
    """Intervals hold the truth about as often as they say."""
    rng = np.random.default_rng(4)
    hits = [0, 0, 0]
    for _ in range(400):
        values = rng.exponential(3.0, 200)
        weights = rng.uniform(1, 2, 200)
        found_all = (mean_of(values), quantile_of(values, 0.5), ratio_of(values * weights, weights))
        for at, (found, truth) in enumerate(zip(found_all, (3.0, 3 * np.log(2), 3.0), strict=True)):
            hits[at] += found.low <= truth <= found.high
    assert all(370 <= hit <= 395 for hit in hits), hits
    assert ratio_of(np.zeros(3), np.zeros(3)).value == 1
