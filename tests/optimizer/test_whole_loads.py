"""Whole loads: by every set of a few shipments, and by annealing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from optimizer.consolidation.anneal import ALONE, Stuff, annealed
from optimizer.consolidation.partition import best_partition

if TYPE_CHECKING:
    from collections.abc import Iterator

NEVER = 1 << 45
TINY = range(40)
HOT, COLD = 5e5, 1e3


def stuff_of(n: int, carriages: int, seed: int, tightness: float = 3.0) -> Stuff:
    """Return random shipments and carriages; a box holds as many shipments of the average size as `tightness` says."""
    rng = np.random.default_rng(seed)
    volume, mass = rng.integers(1, 100, n), rng.integers(1, 100, n)
    own = rng.integers(0, 60_000, (carriages, n))
    own[rng.random(own.shape) < 0.2] = NEVER
    most = rng.integers(20, int(100 * tightness), (2, carriages))
    cost = np.sort(rng.integers(200_000, 900_000, carriages))
    return Stuff(rng.integers(100_000, 500_000, n), volume, mass, cost, own, most[0], most[1])


def load_cost(stuff: Stuff, items: list[int]) -> int | None:
    """Return the least cost of shipments in one box, None if they fit none."""
    costs = [
        int(stuff.cost[c] + stuff.own[c, items].sum())
        for c in range(len(stuff.cost))
        if stuff.volume[items].sum() <= stuff.most_volume[c]
        and stuff.mass[items].sum() <= stuff.most_mass[c]
        and (stuff.own[c, items] < NEVER).all()
    ]
    return min(costs, default=None)


def total_of(stuff: Stuff, load_of: np.ndarray) -> int:
    """Return what loads and shipments alone cost, and fail if a load cannot be sent."""
    total = int(stuff.alone[load_of == ALONE].sum())
    for load in set(load_of.tolist()) - {ALONE}:
        cost = load_cost(stuff, np.flatnonzero(load_of == load).tolist())
        assert cost is not None
        total += cost
    return total


def partitions(items: list[int]) -> Iterator[list[list[int]]]:
    """Yield every way to part some things."""
    if not items:
        yield []
        return
    for rest in partitions(items[1:]):
        yield [[items[0]], *rest]
        for k, part in enumerate(rest):
            yield [*rest[:k], [items[0], *part], *rest[k + 1 :]]


def enumerated(stuff: Stuff) -> int:
    """Return the least cost over every way to part shipments into boxes, of which those with one may stay empty."""
    best = int(stuff.alone.sum())
    for parts in partitions(list(range(len(stuff.alone)))):
        total = 0
        for part in parts:
            cost = load_cost(stuff, part)
            if len(part) == 1:
                cost = min(int(stuff.alone[part[0]]), NEVER if cost is None else cost)
            if cost is None:
                break
            total += cost
        else:
            best = min(best, total)
    return best


@pytest.mark.parametrize("seed", TINY)
def test_best_partition_is_the_best_of_all(seed: int) -> None:
    """Looking at every set finds what plain enumeration finds, and loads that cost just that."""
    stuff = stuff_of(1 + seed % 7, 1 + seed % 5, seed, tightness=1.0 + seed % 3)
    load_of, cost = best_partition(stuff)
    assert cost == enumerated(stuff) == total_of(stuff, load_of)


def test_shipments_that_fit_nothing_are_alone() -> None:
    """Without room, or with carriages that no shipment can use, everybody is alone."""
    stuff = stuff_of(5, 3, 1)
    for other in (
        stuff._replace(most_volume=np.zeros(3, dtype=np.int64)),
        stuff._replace(most_mass=np.zeros(3, dtype=np.int64)),
        stuff._replace(own=np.full((3, 5), NEVER)),
    ):
        start = np.array([0, 0, 0, 1, ALONE])
        for load_of, cost in (
            best_partition(other),
            annealed(other, start, 500, HOT, COLD, np.random.default_rng(1)),
        ):
            assert (load_of == ALONE).all()
            assert cost == other.alone.sum()


def test_a_shipment_that_cannot_be_alone_takes_a_box() -> None:
    """Who pays beyond everything alone is sent in a box, however dear."""
    stuff = stuff_of(3, 2, 1)._replace(
        alone=np.array([NEVER, 1, 1]), own=np.full((2, 3), 9_000_000), most_volume=np.array([100, 100])
    )
    stuff = stuff._replace(most_mass=np.array([100, 100]))
    load_of, cost = annealed(stuff, np.full(3, ALONE), 500, HOT, COLD, np.random.default_rng(1))
    assert (load_of != ALONE).tolist() == [True, False, False]
    assert cost == best_partition(stuff)[1] == stuff.cost[0] + 9_000_002


def test_annealing_is_never_better_than_the_best_and_mostly_as_good() -> None:
    """On tiny cases annealing finds the best, but for a few."""
    same = 0
    for seed in TINY:
        stuff = stuff_of(4 + seed % 6, 2 + seed % 9, seed)
        least = best_partition(stuff)[1]
        load_of, cost = annealed(stuff, np.full(len(stuff.alone), ALONE), 4_000, HOT, COLD, np.random.default_rng(seed))
        assert cost == total_of(stuff, load_of) >= least
        same += cost == least
    assert same >= 0.9 * len(TINY)


@pytest.mark.parametrize("seed", range(10))
def test_annealing_keeps_the_rules_from_any_start(seed: int) -> None:
    """Loads fit, their cost is what they say, and they are no worse than those they began with."""
    rng = np.random.default_rng(seed)
    stuff = stuff_of(30, 25, seed, tightness=5.0)
    start, _ = annealed(stuff, rng.integers(ALONE, 30, 30), 300, HOT, COLD, rng)
    before = total_of(stuff, start)
    assert annealed(stuff, start, 0, HOT, COLD, rng)[1] == before
    for steps in (1, 100, 5_000):
        load_of, cost = annealed(stuff, start, steps, HOT, COLD, rng)
        assert cost == total_of(stuff, load_of) <= before


def test_same_seed_same_loads() -> None:
    """Annealing is the same for a seed, and leaves its start as it was."""
    stuff, start = stuff_of(25, 20, 3), np.full(25, ALONE)
    one, other = (annealed(stuff, start, 3_000, HOT, COLD, np.random.default_rng(7)) for _ in range(2))
    assert one[0].tolist() == other[0].tolist()
    assert one[1] == other[1]
    assert (start == ALONE).all()
