"""Every way to break a stocking plan is named, with what is and what should be."""

from __future__ import annotations

import numpy as np
import pytest

from data.stock_plan import StockPlan
from optimizer.stock import Params, Problem, solve
from optimizer.verify import verify_stock
from tests.stock_mutations import MUTATIONS
from tests.stock_world import lane, tiny

_WEEKS = 8


@pytest.fixture(scope="module")
def problem() -> Problem:
    """Return a problem with a least order, a week without departure, a closed week, a budget and a small lane."""
    leaves = np.ones(_WEEKS, dtype=np.bool_)
    leaves[1] = False
    is_open = np.ones((2, _WEEKS), dtype=np.bool_)
    is_open[0, 4] = False
    return tiny(
        warehouses=2, weeks=_WEEKS, least_units=np.array([8]), is_open=is_open,
        serve_fen=np.array([[[1_000], [-1]]]), budget_fen=np.full(_WEEKS, 190_000),
        capacity_cm3=np.array([10_000_000, -1]),
        lanes=(
            lane("sea:W0", 0, (14, 14, 21), _WEEKS, weeks=leaves, volume_cm3=4_000_000, payload_g=9_000_000),
            lane("air:W0", 0, (7,), _WEEKS, mode="air", boxes=(), loose_fen_per_kg=1_500.0, weeks=leaves),
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def plan(problem: Problem) -> StockPlan:
    """Return a sound plan that sends something by sea first."""
    found = solve(problem, Params(futures=4, deterministic=True, effort=1)).plan
    assert verify_stock(problem, found) == []
    assert found.sendings
    by_sea = sorted(found.sendings, key=lambda one: (one.lane != "sea:W0", one.week))
    return StockPlan(**{name: getattr(found, name) for name in found.__slots__} | {"sendings": tuple(by_sea)})


@pytest.mark.parametrize("rule", MUTATIONS)
def test_broken_plans_are_named(problem: Problem, plan: StockPlan, rule: str) -> None:
    """The rule is among those told, and the line says what is and what should be."""
    told = [violation for violation in verify_stock(problem, MUTATIONS[rule](plan)) if violation.rule == rule]
    assert told
    assert all(f"{rule}: " in str(violation) and "is " in str(violation) for violation in told)


def test_capacity_is_checked(problem: Problem, plan: StockPlan) -> None:
    """A plan is not sound where its goods do not find room."""
    from dataclasses import replace  # noqa: PLC0415 - of this test only

    small = replace(problem, capacity_cm3=np.array([1, -1]), on_hand=np.zeros_like(problem.on_hand))
    assert "capacity" in {violation.rule for violation in verify_stock(small, plan)}


def test_goods_that_do_not_fit(problem: Problem, plan: StockPlan) -> None:
    """Where nothing goes loose, everything must fit in boxes by volume and by mass."""
    from dataclasses import replace  # noqa: PLC0415

    lanes = tuple(replace(one, loose_fen_per_kg=None) for one in problem.lanes)
    without = replace(plan, boxes=())
    assert "box_volume" in {violation.rule for violation in verify_stock(replace(problem, lanes=lanes), without)}
    heavy = replace(problem, lanes=lanes, volume_cm3=np.array([1]), mass_g=np.array([10_000_000]))
    assert "box_payload" in {violation.rule for violation in verify_stock(heavy, plan)}
