"""The knapsack of one box, and the columns it prices, against enumeration."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.consolidation.columns import Pool, choose
from optimizer.consolidation.knapsack import Cuts, best_load, no_cuts
from optimizer.consolidation.relaxation import Carriages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from network.timetable import Ints

_MOST = 100


def _column(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _subsets(count: int) -> Iterator[tuple[int, ...]]:
    """Yield every set of positions."""
    for size in range(count + 1):
        yield from combinations(range(count), size)


_items = st.lists(st.tuples(st.integers(-5, 60), st.integers(1, 120), st.integers(1, 120)), min_size=1, max_size=9)


@given(_items)
@settings(max_examples=300, deadline=None)
def test_best_load_is_the_best_of_all(items: list[tuple[int, int, int]]) -> None:
    """The value is that of the best set that fits, the set has that value and fits, and the bound is tight."""
    profit, volume, mass = (_column(list(column)) for column in zip(*items, strict=True))
    value, upper, chosen = best_load(profit, volume, mass, _MOST, _MOST, no_cuts())
    fitting = [
        int(profit[list(subset)].sum())
        for subset in _subsets(len(items))
        if volume[list(subset)].sum() <= _MOST and mass[list(subset)].sum() <= _MOST
    ]
    assert value == upper == max(fitting)
    assert volume[chosen].sum() <= _MOST
    assert mass[chosen].sum() <= _MOST
    assert profit[chosen].sum() == value


@given(_items, st.lists(st.tuples(st.integers(0, 8), st.integers(1, 40)), max_size=6), st.integers(0, 150))
@settings(max_examples=300, deadline=None)
def test_best_load_pays_for_cuts(items: list[tuple[int, int, int]], priced: list[tuple[int, int]], beyond: int) -> None:
    """With something to pay for two of some three items, and a profit to be beaten, the best set is found too."""
    profit, volume, mass = (_column(list(column)) for column in zip(*items, strict=True))
    threes = list(combinations(range(len(items)), 3))
    cuts = [(threes[number % len(threes)], price) for number, price in priced if threes]
    rows = np.array([three for three, _ in cuts], dtype=np.int64).reshape(-1, 3)
    given_cuts = Cuts(rows, _column([price for _, price in cuts]))
    value, upper, chosen = best_load(profit, volume, mass, _MOST, _MOST, given_cuts, beyond)
    most = max(
        int(profit[list(subset)].sum()) - sum(price for three, price in cuts if len({*three} & {*subset}) > 1)
        for subset in _subsets(len(items))
        if volume[list(subset)].sum() <= _MOST and mass[list(subset)].sum() <= _MOST
    )
    assert value == upper == max(most, beyond)
    paid = sum(price for three, price in cuts if len({*three} & {*chosen.tolist()}) > 1)
    assert not len(chosen) or profit[chosen].sum() - paid == value


@given(_items, st.integers(0, 150), st.floats(0, 3))
@settings(max_examples=300, deadline=None)
def test_best_load_may_stop_at_a_good_one(items: list[tuple[int, int, int]], beyond: int, much_better: float) -> None:
    """If hardly better sets are not looked for, one is still found when there is any, and the bound holds for all."""
    profit, volume, mass = (_column(list(column)) for column in zip(*items, strict=True))
    most = best_load(profit, volume, mass, _MOST, _MOST, no_cuts(), beyond)[0]
    value, upper, chosen = best_load(profit, volume, mass, _MOST, _MOST, no_cuts(), beyond, much_better=much_better)
    assert (value > beyond) == (most > beyond)
    assert value <= most <= upper <= beyond + (1 + much_better) * (value - beyond)
    assert not len(chosen) or profit[chosen].sum() == value


def _cheapest(alone: Ints, volume: Ints, mass: Ints, carriages: Carriages) -> int:
    """Return the least cost of serving everybody, by dynamic programming over sets."""
    count = len(alone)
    full = (1 << count) - 1
    load_cost: dict[int, int] = {}
    for subset in _subsets(count):
        if not subset:
            continue
        chosen = list(subset)
        bits = sum(1 << i for i in subset)
        for c in range(len(carriages.cost)):
            fits = volume[chosen].sum() <= carriages.most_volume[c] and mass[chosen].sum() <= carriages.most_mass[c]
            if fits:
                cost = int(carriages.cost[c] + carriages.own[c, chosen].sum())
                load_cost[bits] = min(cost, load_cost.get(bits, cost))
    best = [0] * (full + 1)
    for state in range(1, full + 1):
        lowest = state & -state
        best[state] = int(alone[lowest.bit_length() - 1]) + best[state ^ lowest]
        for bits, cost in load_cost.items():
            if bits & state == bits and bits & lowest:
                best[state] = min(best[state], cost + best[state ^ bits])
    return best[full]


@given(st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_bound_optimum_cost(seed: int) -> None:
    """The linear bound is no more than the optimum, and the whole loads cost no less; often all are equal."""
    rng = np.random.default_rng(seed)
    count, boxes = int(rng.integers(2, 7)), int(rng.integers(1, 6))
    alone = rng.integers(50, 400, count)
    volume, mass = rng.integers(5, 70, count), rng.integers(5, 70, count)
    carriages = Carriages(
        rng.integers(50, 300, boxes), rng.integers(0, 200, (boxes, count)), np.full(boxes, _MOST), np.full(boxes, _MOST)
    )
    pool = Pool(alone, volume, mass, carriages)
    bound = pool.generate(lambda: False)
    _, cost = choose(pool, pool.columns, 5.0, 0)
    optimum = _cheapest(alone, volume, mass, carriages)
    assert bound <= optimum <= cost
    assert cost <= alone.sum()


@given(st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_cuts_raise_the_bound_no_higher_than_the_optimum(seed: int) -> None:
    """Rows that whole loads obey never make the bound worse, nor wrong."""
    rng = np.random.default_rng(seed)
    count, boxes = int(rng.integers(4, 9)), int(rng.integers(1, 4))
    alone = rng.integers(100, 400, count)
    volume, mass = rng.integers(20, 60, count), rng.integers(20, 60, count)
    carriages = Carriages(
        rng.integers(50, 300, boxes), rng.integers(0, 60, (boxes, count)), np.full(boxes, _MOST), np.full(boxes, _MOST)
    )
    pool = Pool(alone, volume, mass, carriages)
    first = pool.generate(lambda: False)
    while pool.cut():
        pool.generate(lambda: False)
    assert first <= pool.bound <= _cheapest(alone, volume, mass, carriages)


def test_cuts_help() -> None:
    """Of three shipments of which any two fill a box, a linear solution sends halves of three boxes, but for cuts."""
    alone, size = np.full(3, 100), np.full(3, 50)
    pool = Pool(
        alone, size, size, Carriages(_column([100]), np.zeros((1, 3), dtype=np.int64), size[:1] * 2, size[:1] * 2)
    )
    assert pool.generate(lambda: False) <= 150
    assert pool.cut() == 1
    assert pool.generate(lambda: False) == 200


def test_an_early_end_still_bounds() -> None:
    """Stopped after the first round, the duals are scaled until they are feasible."""
    rng = np.random.default_rng(7)
    alone = rng.integers(100, 400, 8)
    volume, mass = rng.integers(5, 40, 8), rng.integers(5, 40, 8)
    carriages = Carriages(rng.integers(50, 150, 6), rng.integers(0, 50, (6, 8)), np.full(6, _MOST), np.full(6, _MOST))
    early = Pool(alone, volume, mass, carriages).generate(lambda: True)
    assert 0 < early <= _cheapest(alone, volume, mass, carriages)
