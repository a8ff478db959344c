"""Rules between plans: what they order by hand, where stock lies, and that tuning pays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.stock_forecast import believed
from benchmarks.stock_problem import AGES, PAST, drawn, with_past
from optimizer.stock.policies import RULES, Base, Settings
from optimizer.stock.policies_lanes import homes_of, ranks_of, unit_fen
from optimizer.stock.policies_tune import USED, tuned
from optimizer.stock.simulate import simulate
from optimizer.stock.simulate_futures import Futures

if TYPE_CHECKING:
    from optimizer.stock.problem import Problem

WEEKS = 26


@pytest.fixture(scope="module")
def steady() -> Problem:
    """Return one SKU of which ten pieces are asked for every week, without chance, and no stock."""
    problem = drawn(1, 1, WEEKS, 3, markets=1)
    lanes = tuple(
        replace(lane, lead_days=(7 * weeks,), weeks=np.ones(WEEKS, dtype=np.bool_))
        for lane, weeks in zip(problem.lanes, (6, 4, 3, 1), strict=True)
    )
    return replace(
        problem, mean=np.full((1, 1, WEEKS), 10.0), sd=np.zeros((1, 1, WEEKS)), lanes=lanes,
        carton_units=np.array([4]), open_fen=np.array([0]), on_hand=np.zeros((1, 1, AGES), dtype=np.int64),
        incoming=np.zeros((1, 1, WEEKS), dtype=np.int64),
    )  # fmt: skip


def test_sea_only_orders_the_demand_of_the_weeks_it_covers(steady: Problem) -> None:
    """From week 6 on everything is met: the level is that of lead time and the weeks between orders."""
    found = simulate(steady, RULES["sea"](Base(steady), Settings(every=2, slow=0.0)), futures=Futures(steady, 2, 1))
    assert found.met.sum(axis=1).tolist() == [10 * (WEEKS - 6)] * 2
    lanes = dict(zip(found.lanes, found.sent[0], strict=True))
    assert lanes["sea:W00"] >= 10 * (WEEKS - 6)
    assert lanes["sea:W00"] % 4 == 0
    assert lanes["air:W00"] == lanes["rail:W00"] == 0


def test_the_flow_is_a_fraction_of_whole_cartons(steady: Problem) -> None:
    """Seven tenths of ten pieces a week by sea, in cartons of four, the rest by air."""
    settings = Settings(every=1, flow=0.7, fast=0.0)
    found = simulate(steady, RULES["base-surge"](Base(steady), settings), futures=Futures(steady, 1, 1))
    lanes = dict(zip(found.lanes, found.sent[0], strict=True))
    slow = [name for name in lanes if lanes[name] and not name.startswith("air")]
    assert len(slow) == 1
    weeks = WEEKS - {"sea": 6, "rail": 4, "sea_air": 3}[slow[0].split(":")[0]]
    assert lanes[slow[0]] == int(7 * weeks / 4 + 1e-9) * 4
    assert found.fill().value == pytest.approx((WEEKS - 1) / WEEKS)


def test_a_cap_binds(steady: Problem) -> None:
    """With a cap of half the demand, no more than that goes by the cheap lane."""
    plain = Settings(every=1, cap=0.5, slow=1.0)
    found = simulate(steady, RULES["capped-dual-index"](Base(steady), plain), futures=Futures(steady, 1, 1))
    free = simulate(steady, RULES["dual-index"](Base(steady), plain), futures=Futures(steady, 1, 1))
    lanes = [dict(zip(one.lanes, one.sent[0], strict=True)) for one in (found, free)]
    cheap = [sum(one[name] for name in one if not name.startswith("air")) for one in lanes]
    assert cheap[0] <= 5 * WEEKS < cheap[1]
    assert lanes[0]["air:W00"] > lanes[1]["air:W00"]


def test_air_is_used_only_when_short(steady: Problem) -> None:
    """Without stock it is short; with a full shelf nothing flies."""
    rule = "air-when-short"
    settings = Settings(every=2, slow=1.0, trigger=0.0)
    short = simulate(steady, RULES[rule](Base(steady), settings), futures=Futures(steady, 1, 1))
    shelf = np.zeros((1, 1, AGES), dtype=np.int64)
    shelf[0, 0, 0] = 100
    full_problem = replace(steady, on_hand=shelf)
    full = simulate(full_problem, RULES[rule](Base(full_problem), settings), futures=Futures(full_problem, 1, 1))
    air = [dict(zip(one.lanes, one.sent[0], strict=True))["air:W00"] for one in (short, full)]
    assert air[0] > 0 == air[1]
    assert full.fill().value == 1


def test_orders_keep_the_limits_of_lanes(steady: Problem) -> None:
    """A week's orders are cut to what a lane carries."""
    lanes = tuple(replace(lane, volume_cm3=int(8 * steady.volume_cm3[0])) for lane in steady.lanes)
    tight = replace(steady, lanes=lanes)
    found = simulate(tight, RULES["sea"](Base(tight), Settings(every=1)), futures=Futures(tight, 1, 1))
    assert 0 < found.sent.sum() <= 8 * WEEKS


def test_lanes_are_ranked_by_time_and_price(steady: Problem) -> None:
    """Air is the fastest; what is between is below the line of the two others."""
    unit = unit_fen(steady)
    ranks = ranks_of(steady, unit)
    names = [lane.mode for lane in steady.lanes]
    assert names[ranks.fast[0, 0]] == "air"
    assert names[ranks.sea[0, 0]] == "sea"
    lead = [lane.lead_weeks() for lane in steady.lanes]
    between, slow, fast = ranks.between[0, 0], ranks.slow[0, 0], ranks.fast[0, 0]
    if between >= 0:
        assert lead[fast] < lead[between] < lead[slow]


def test_a_dear_warehouse_is_not_used() -> None:
    """Of two alike in one market the one with the rent is dropped; with stock in it the rent is paid anyway."""
    problem = drawn(4, 2, WEEKS, 2, markets=1)
    serve = np.repeat(problem.serve_fen[:, :1], 2, axis=1)
    alike = replace(
        problem, serve_fen=serve, open_fen=np.array([10**9, 0]),
        on_hand=np.zeros_like(problem.on_hand), incoming=np.zeros_like(problem.incoming),
    )  # fmt: skip
    homes, used = homes_of(alike, unit_fen(alike))
    assert used.tolist() == [False, True]
    assert (homes[alike.mean.sum(axis=2) > 0] == 1).all()


def test_tuning_finds_what_costs_less() -> None:
    """In the futures in which it is tuned, and for every rule; a service that is asked for comes first."""
    problem = drawn(4, 2, 14, 5, markets=1)
    base, futures = Base(problem), Futures(problem, 12, 9)
    for name in ("sea", "base-surge"):
        best = tuned(base, name, futures, threads=1)
        plain = simulate(problem, RULES[name](base, Settings()), futures=futures, threads=1)
        assert simulate(problem, best, futures=futures, threads=1).total().value <= plain.total().value
    cheap = simulate(problem, tuned(base, "dual-index", futures, threads=1), futures=futures)
    served = simulate(problem, tuned(base, "dual-index", futures, service=1.0, threads=1), futures=futures)
    assert served.fill().value >= cheap.fill().value
    assert set(USED) == set(RULES)


def test_nothing_that_is_believed_is_worth_more_than_the_truth() -> None:
    """Judged by cost: the same rule with the same settings, made from each, in futures of the truth."""
    problem, past = with_past(30, 2, WEEKS, 4, markets=2)
    truth = Futures(problem, 60, 4)
    assert past.shape[2] == PAST
    costs = {
        name: simulate(problem, RULES["dual-index"](Base(belief), Settings()), futures=truth).total().value
        for name, belief in believed(problem, past, 4).items()
    }
    assert costs["true"] < min(costs["forecast"], costs["mean"])
