"""Loads that are listed, and what lists prove, against enumeration."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.consolidation import listing as listings
from optimizer.consolidation.columns import Pool
from optimizer.consolidation.knapsack import Cuts, no_cuts
from optimizer.consolidation.listing import listed
from optimizer.consolidation.proof import proven
from optimizer.consolidation.relaxation import Carriages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from network.timetable import Ints

_MOST = 100
_BEYOND = 1 << 45


def _problem(seed: int, least: int = 3, most: int = 8) -> tuple[Ints, Ints, Ints, Carriages]:
    """Return random shipments, what they cost alone, and boxes."""
    rng = np.random.default_rng(seed)
    count, boxes = int(rng.integers(least, most)), int(rng.integers(1, 6))
    own = rng.integers(0, 90, (boxes, count))
    own[rng.random(own.shape) < 0.15] = _BEYOND
    limits = rng.integers(60, 130, (2, boxes))
    carriages = Carriages(rng.integers(50, 300, boxes), own, limits[0], limits[1])
    return rng.integers(50, 400, count), rng.integers(5, 60, count), rng.integers(5, 60, count), carriages


def _loads(volume: Ints, mass: Ints, carriages: Carriages) -> Iterator[tuple[int, tuple[int, ...], int]]:
    """Yield every load on every carriage that can take it, and its cost."""
    count = len(volume)
    for size in range(1, count + 1):
        for items in combinations(range(count), size):
            chosen = list(items)
            for c in range(len(carriages.cost)):
                fits = volume[chosen].sum() <= carriages.most_volume[c] and mass[chosen].sum() <= carriages.most_mass[c]
                if fits and (carriages.own[c, chosen] < _BEYOND).all():
                    yield c, items, int(carriages.cost[c] + carriages.own[c, chosen].sum())


def _optimum(alone: Ints, volume: Ints, mass: Ints, carriages: Carriages) -> int:
    """Return the least cost of serving everybody, by dynamic programming over sets."""
    costs: dict[int, int] = {1 << i: cost for i, cost in enumerate(alone.tolist())}
    for _, items, cost in _loads(volume, mass, carriages):
        bits = sum(1 << i for i in items)
        costs[bits] = min(cost, costs.get(bits, cost))
    best = [0] + [_BEYOND] * ((1 << len(alone)) - 1)
    for state in range(1, len(best)):
        for bits, cost in costs.items():
            if bits & state == bits and bits & state & -state:
                best[state] = min(best[state], cost + best[state ^ bits])
    return best[-1]


@given(st.integers(0, 10_000), st.integers(1, 200))
@settings(max_examples=60, deadline=None)
def test_all_loads_of_little_reduced_cost_are_listed(seed: int, gap: int) -> None:
    """Exactly those below the gap are on the list, each once on its cheapest carriage, cuts counted."""
    alone, volume, mass, carriages = _problem(seed)
    rng = np.random.default_rng(seed)
    pool = Pool(alone, volume, mass, carriages)
    pool.generate(lambda: False)
    duals, threes = pool.duals, np.array(list(combinations(range(len(alone)), 3)))
    cuts = Cuts(threes, rng.integers(0, 40, len(threes)) * rng.integers(0, 2, len(threes)))
    wanted: dict[int, int] = {}
    for _, items, cost in _loads(volume, mass, carriages):
        broken = [len({*three.tolist()}.intersection(items)) > 1 for three in threes]
        if cost - duals[list(items)].sum() + cuts.price[broken].sum() < gap:
            bits = sum(1 << i for i in items)
            wanted[bits] = min(cost, wanted.get(bits, cost))
    found = listed(duals, cuts, volume, mass, carriages, gap)
    assert found is not None
    assert found.below == gap
    assert dict(zip(found.sets.tolist(), found.cost.tolist(), strict=True)) == wanted
    for bits, cost, c in zip(found.sets.tolist(), found.cost.tolist(), found.carriage.tolist(), strict=True):
        items = [i for i in range(len(alone)) if bits >> i & 1]
        assert cost == carriages.cost[c] + carriages.own[c, items].sum()


@given(st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_a_whole_list_proves_the_optimum(seed: int) -> None:
    """With all loads below the gap the bound is the optimum, and a dearer plan than that is bettered."""
    alone, volume, mass, carriages = _problem(seed)
    optimum = _optimum(alone, volume, mass, carriages)
    pool = Pool(alone, volume, mass, carriages)
    pool.generate(lambda: False)
    for cost in (int(alone.sum()), optimum):
        found = pool.prove(cost, lambda: False)
        if found is None:
            assert pool.bound == cost == optimum
            continue
        loads, is_best = found
        assert is_best
        assert pool.bound == optimum
        inside = {item for column in loads for item in column.items}
        assert sum(len(column.items) for column in loads) == len(inside)
        if cost > optimum:
            rest = sum(paid for item, paid in enumerate(alone.tolist()) if item not in inside)
            assert sum(column.cost for column in loads) + rest == optimum


@given(st.integers(0, 10_000), st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_part_of_a_list_never_proves_too_much(seed: int, below: int) -> None:
    """With only those loads that cost little beyond their duals the bound stays one."""
    alone, volume, mass, carriages = _problem(seed)
    optimum, pool = _optimum(alone, volume, mass, carriages), Pool(alone, volume, mass, carriages)
    bound = pool.generate(lambda: False)
    part = listed(pool.duals, no_cuts(), volume, mass, carriages, below)
    assert part is not None
    base = int(pool.duals.sum())
    proof = proven(alone, part, base, int(alone.sum()), lambda: False)
    assert base <= bound <= optimum
    assert proof.bound <= min(optimum, base + below)


@pytest.mark.parametrize(("name", "value"), [("MOST_LOADS", 4), ("MOST_TRIED", 20)])
def test_too_many_loads_are_refused_or_listed_in_part(monkeypatch: pytest.MonkeyPatch, name: str, value: int) -> None:
    """Where there are too many, those of less reduced cost are listed, or none."""
    alone, volume, mass, carriages = _problem(3, 6, 7)
    duals = alone.copy()
    whole = listed(duals, no_cuts(), volume, mass, carriages, 300)
    assert whole is not None
    monkeypatch.setattr(listings, name, value)
    part = listed(duals, no_cuts(), volume, mass, carriages, 300)
    assert part is None or (part.below < whole.below and len(part.sets) < len(whole.sets))
