"""The consolidation benchmark measures what it promises, and those it compares with are given a fair problem."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from benchmarks.consolidation import SPEC, WARM_SEED, Dispatcher
from benchmarks.monoliths import SOLVERS, Offered, Outcome, Part, model_of, solve_apart, solve_here
from optimizer.consolidation.columns import Carriages, Pool
from optimizer.consolidation.market import Lane

if TYPE_CHECKING:
    from network.timetable import Ints

LIMIT_S = 20.0
NEVER = 1 << 45


def ints(*values: object) -> Ints:
    """Return an array of integers."""
    return np.array(values, dtype=np.int64)


def drawn(seed: int, shipments: int = 5, carriages: int = 3) -> Part:
    """Return a class with random sizes and costs, in which some shipments cannot use some carriages."""
    rng = np.random.default_rng(seed)
    own = rng.integers(0, 60, (carriages, shipments))
    own[rng.random((carriages, shipments)) < 0.2] = NEVER
    sizes = rng.integers(10, 60, (2, shipments))
    return Part(
        rng.integers(40, 120, shipments), sizes[0], sizes[1],
        Carriages(rng.integers(50, 150, carriages), own, ints(*[100] * carriages), ints(*[90] * carriages)),
    )  # fmt: skip


def cheapest(part: Part) -> int:
    """Return the cost of the best choice by enumeration, boxes counted by volume and by mass as in the model."""
    cars = part.carriages
    best = int(part.alone.sum())
    for choice in itertools.product(range(-1, len(cars.cost)), repeat=len(part.alone)):
        cost = sum(int(part.alone[i] if c < 0 else cars.own[c, i]) for i, c in enumerate(choice))
        for c in set(choice) - {-1}:
            on = [i for i, chosen in enumerate(choice) if chosen == c]
            boxes = max(-(-part.volume[on].sum() // cars.most_volume[c]), -(-part.mass[on].sum() // cars.most_mass[c]))
            cost += int(boxes * cars.cost[c])
        best = min(best, cost)
    return best


@pytest.mark.slow
def test_measurements() -> None:
    """A sound plan is measured, and on the boxes compared no bound exceeds a cost."""
    rows = {row.name.removeprefix("consolidation/"): row for row in SPEC.measure(WARM_SEED, smoke=True)}
    assert set(rows) >= {
        "cost", "bound", "gap", "first-plan", "total", "memory", "boxes", "fill", "cost-per-m3", "on-time",
        "violations", "candidates", "candidates-bound",
    }  # fmt: skip
    assert rows["violations"].value == 0
    assert rows["boxes"].value > 0
    assert rows["boxes-among-them"].value == rows["boxes"].value
    assert rows["bound"].value <= rows["candidates-bound"].value <= rows["cost"].value
    costs, bounds = (
        [rows[f"{s}{links}/{what}"] for s in SOLVERS for links in ("", "-links")] for what in ("cost", "bound")
    )
    for cost, bound in zip(costs, bounds, strict=True):
        assert cost.value == rows["cost"].value
        assert bound.value == rows["candidates-bound"].value
        assert cost.baseline is not None
        assert bound.baseline is not None
        assert bound.baseline <= cost.baseline
        assert cost.ratio == pytest.approx(cost.baseline / cost.value)
    assert rows["cost"].baseline is not None
    assert rows["cost"].baseline >= rows["candidates-bound"].value


@pytest.mark.parametrize("solver", list(SOLVERS))
@pytest.mark.parametrize("has_links", [False, True])
def test_every_solver_finds_the_optimum(solver: str, *, has_links: bool) -> None:
    """On small classes cost and bound are those of enumeration, with and without the pairwise rows."""
    parts = [drawn(seed) for seed in (1, 2)]
    optimum = sum(cheapest(part) for part in parts)
    found = solve_here(parts, solver, LIMIT_S, has_links=has_links)
    assert found.cost == optimum
    assert found.bound is not None
    assert optimum - 1 <= found.bound <= optimum


def test_the_model_may_split_a_shipment_between_boxes() -> None:
    """Three shipments of 60 fit no two boxes of 100, but 180 is less than 200: so the model errs on the cheap side."""
    cars = Carriages(ints(100), ints([0, 0, 0]), ints(100), ints(100))
    sizes = ints(60, 60, 60)
    part = Part(ints(90, 90, 90), sizes, sizes, cars)
    assert solve_here([part], "highs", LIMIT_S, has_links=True).cost == 200
    pool = Pool(part.alone, part.volume, part.mass, part.carriages)
    assert pool.generate(lambda: False) == 270


def test_links_are_one_row_for_each_pair() -> None:
    """The pairwise rows, and nothing else, come on top."""
    part = drawn(3)
    pairs = int((part.carriages.own < part.alone).sum())
    rows = [len(model_of([part], has_links=has).linear_constraints.ids) for has in (False, True)]
    assert rows[1] - rows[0] == pairs


def test_no_boxes_is_everything_alone() -> None:
    """Without classes, or without a carriage that saves, the model costs what going alone costs."""
    part = drawn(4)
    dear = part._replace(carriages=part.carriages._replace(own=np.full_like(part.carriages.own, NEVER)))
    assert solve_here([], "highs", LIMIT_S, has_links=True).cost == 0
    assert solve_here([dear], "highs", LIMIT_S, has_links=True).cost == int(part.alone.sum())


def test_a_solver_apart_finds_the_same() -> None:
    """The process of its own changes nothing."""
    part = drawn(5)
    assert solve_apart([part], "highs", LIMIT_S, has_links=False).cost == cheapest(part)


def test_a_solver_that_dies_found_nothing() -> None:
    """A process that ends without an answer is no answer, and no error."""
    assert solve_apart([drawn(5)], "no such solver", LIMIT_S, has_links=False)[:2] == Outcome(None, None, 0.0)[:2]


class AtDeparture(Dispatcher):
    """Everything arrives as soon as it departs."""

    def arrival(self, item: int, row: int) -> int:
        """Return the departure."""
        del item
        return self.offer.pairs[row][1].departs


def dispatched(
    alone: Ints, volume: Ints, own: list[list[int]], *, due: int = 99, cost: int = 100
) -> list[tuple[int, list[int]]]:
    """Return the boxes of a dispatcher with one lane that departs at 10, 20, ... and holds 100."""
    houses = [SimpleNamespace(ready=i, index=i, due=due) for i in range(len(alone))]
    market: Any = SimpleNamespace(houses=houses, alone=alone, volume=volume, mass=volume)
    lane = Lane(0, 1, 2, 0, 0)
    pairs: Any = [(lane, SimpleNamespace(departs=10 * (row + 1))) for row in range(len(own))]
    most = ints(*[100] * len(own))
    cars = Carriages(ints(*[cost] * len(own)), ints(*own), most, most)
    return AtDeparture(Offered(market, pairs, cars)).dispatch()


def test_a_full_box_leaves_first() -> None:
    """A box that is full leaves on the first departure that all in it can use; what comes later begins another one."""
    own = [[NEVER, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert dispatched(ints(99, 99, 300), ints(50, 45, 50), own) == [(1, [0, 1]), (2, [2])]


def test_others_wait_for_the_last_departure_that_keeps_dues() -> None:
    """A box that does not fill up leaves on the last departure that is in time."""
    assert dispatched(ints(99, 99), ints(40, 40), [[0, 0], [0, 0], [0, 0]], due=25) == [(1, [0, 1])]


def test_a_box_that_does_not_pay_is_not_sent() -> None:
    """Who was promised a share of a full box goes alone when the box stays empty."""
    assert dispatched(ints(99), ints(40), [[0]]) == []


def test_nobody_joins_who_is_cheaper_alone() -> None:
    """A shipment that pays more in a box than alone takes no place in it."""
    assert dispatched(ints(99, 30, 99), ints(40, 40, 40), [[0, 0, 0]]) == [(0, [0, 2])]
