"""Openings shared among SKUs: the bound with them is sound, tight where it can be; nothing is paid for twice."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from optimizer.stock.openings import share_openings, spread
from optimizer.stock.pool import NEVER

MARKETS, WAREHOUSES = 2, 3


def cheapest(bounds: np.ndarray, counts: np.ndarray, fen: np.ndarray, is_open: tuple[bool, ...]) -> float:
    """Return what all SKUs pay together, warehouses included, if only some are open; by trying every assignment."""
    total = float(fen[list(is_open)].sum())
    owners = [w for w in range(WAREHOUSES + 1) if w == WAREHOUSES or is_open[w]]
    for table, count in zip(bounds, counts, strict=True):
        sums = []
        for home in itertools.product(owners, repeat=count):
            sets = [sum(1 << m for m in range(count) if home[m] == w) for w in range(WAREHOUSES + 1)]
            sums.append(sum(table[w, mask] for w, mask in enumerate(sets)))
        total += min(sums)
    return total


def best(bounds: np.ndarray, counts: np.ndarray, fen: np.ndarray) -> float:
    """Return the least that all SKUs pay, over every choice of open warehouses."""
    return min(cheapest(bounds, counts, fen, some) for some in itertools.product((False, True), repeat=WAREHOUSES))


def drawn(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return costs of sets by SKU and warehouse, the markets of each SKU, and what warehouses cost."""
    rng = np.random.default_rng(seed)
    skus = int(rng.integers(1, 6))
    counts = rng.integers(0, MARKETS + 1, skus)
    bounds = np.zeros((skus, WAREHOUSES + 1, 1 << MARKETS))
    each = rng.uniform(1, 100, (skus, WAREHOUSES + 1, MARKETS))
    each[:, -1] += 150
    for mask in range(1, 1 << MARKETS):
        inside = [m for m in range(MARKETS) if mask >> m & 1]
        bounds[:, :, mask] = each[:, :, inside].sum(axis=2)
    bounds[:, :-1, 1:][rng.random((skus, WAREHOUSES, (1 << MARKETS) - 1)) < 0.15] = NEVER
    return bounds, counts, rng.uniform(0, 120, WAREHOUSES)


@pytest.mark.parametrize("seed", range(60))
def test_bound(seed: int) -> None:
    """The bound is below every choice, no less than without openings; of no warehouse more is shared than it costs."""
    bounds, counts, fen = drawn(seed)
    found = share_openings(bounds, counts, fen, lambda: False)
    truth, without = best(bounds, counts, fen), best(bounds, counts, np.zeros_like(fen))
    assert without - 1e-6 <= found.bound_fen <= truth + 1e-6
    assert (found.fen >= 0).all()
    assert (found.fen.sum(axis=0) <= fen * (1 + 1e-9) + 1e-9).all()


def test_one_sku_pays_all() -> None:
    """Of one SKU the bound is what it costs: there is nobody to share with."""
    bounds = np.array([[[0.0, 10.0], [0.0, 30.0], [0.0, 500.0]]])
    found = share_openings(bounds, np.array([1]), np.array([100.0, 40.0]), lambda: False)
    assert found.bound_fen == pytest.approx(70.0)


def test_two_that_share() -> None:
    """Two SKUs of which one gains much by a warehouse: it carries most, so that both stay and the bound is the cost."""
    bounds = np.array([[[0.0, 10.0], [0.0, 100.0]], [[0.0, 10.0], [0.0, 20.0]]])
    found = share_openings(bounds, np.array([1, 1]), np.array([60.0]), lambda: False)
    assert found.bound_fen == pytest.approx(80.0, abs=0.1)
    assert found.fen[0, 0] > found.fen[1, 0]


def test_mostly_tight() -> None:
    """On most small cases the bound is within a hundredth of the cost, or has come most of the way."""
    near = 0
    for seed in range(60):
        bounds, counts, fen = drawn(seed)
        truth, without = best(bounds, counts, fen), best(bounds, counts, np.zeros_like(fen))
        found = share_openings(bounds, counts, fen, lambda: False).bound_fen
        near += found >= truth * 0.99 or found - without >= 0.8 * (truth - without)
    assert near >= 45


def test_no_time() -> None:
    """Without time shares are equal, and the bound is sound all the same."""
    bounds, counts, fen = drawn(3)
    found = share_openings(bounds, counts, fen, lambda: True)
    assert found.fen == pytest.approx(np.tile(fen / len(bounds), (len(bounds), 1)))
    assert found.bound_fen <= best(bounds, counts, fen) + 1e-6


@pytest.mark.parametrize("most", [0.0, 1e-9, 5.0, 1e6])
def test_no_more_than_there_is(most: float) -> None:
    """Shares sum to what there is to share, nothing included, and none is below nothing."""
    rng = np.random.default_rng(int(most))
    for count in (1, 2, 7):
        for values in (rng.normal(0, 10, count), rng.uniform(0, 1e5, count), np.zeros(count), np.full(count, 3.0)):
            spread(values, most)
            assert values.min() >= 0.0
            assert values.sum() == pytest.approx(most, abs=1e-6)


def test_warehouses_that_cost_nothing() -> None:
    """Nobody pays for a warehouse that costs nothing, whatever others cost."""
    for seed in range(30):
        bounds, counts, fen = drawn(seed)
        fen[seed % WAREHOUSES] = 0.0
        found = share_openings(bounds, counts, fen, lambda: False)
        assert found.bound_fen <= best(bounds, counts, fen) + 1e-6
        assert found.fen[:, seed % WAREHOUSES].sum() == 0.0
