"""Stock that is already abroad is sold first: which market it is set aside for, whatever is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optimizer.stock.problem import Ints, Problem


def set_aside(problem: Problem) -> Ints:
    """
    Return the pieces on hand and on their way that each warehouse sells to each market in each week.

    Week by week the pairs of warehouse and market are taken by the price of serving, cheapest first, ties by index;
    each takes as much of the whole pieces of expected demand as is left of both, from the oldest stock, and none that
    may no longer be sold.

    Returns
    -------
    Ints
        Shape (S, W, M, T).
    """
    skus, warehouses, markets = problem.serve_fen.shape
    taken = np.zeros((skus, warehouses, markets, problem.weeks), dtype=np.int64)
    whole = np.diff(np.floor(np.cumsum(problem.mean, axis=2) + 1e-9), axis=2, prepend=0.0).astype(np.int64)
    for sku in np.flatnonzero(problem.on_hand.sum(axis=(1, 2)) + problem.incoming.sum(axis=(1, 2))):
        _one(problem, int(sku), whole[sku], taken[sku])
    return taken


def _one(problem: Problem, sku: int, wanted: Ints, taken: Ints) -> None:
    """Fill in what is set aside of one SKU."""
    weeks, ages = problem.weeks, problem.on_hand.shape[2]
    shelf = int(problem.shelf_weeks[sku])
    # Received in week v stands at v + ages - 1, so that the oldest come first.
    stock = np.zeros((len(problem.warehouses), ages - 1 + weeks), dtype=np.int64)
    stock[:, :ages] = problem.on_hand[sku, :, ::-1]
    pairs = sorted(
        (int(problem.serve_fen[sku, w, m]), w, m)
        for w in range(len(problem.warehouses))
        for m in range(len(problem.markets))
        if problem.serve_fen[sku, w, m] >= 0
    )
    for week in range(weeks):
        stock[:, ages - 1 + week] += problem.incoming[sku, :, week]
        if shelf >= 0 and week - shelf + ages > 0:
            stock[:, : week - shelf + ages] = 0
        left = wanted[:, week].copy()
        for _, warehouse, market in pairs:
            there = stock[warehouse, : ages + week]
            part = min(int(left[market]), int(there.sum()))
            if part:
                taken[warehouse, market, week] = part
                left[market] -= part
                _take(there, part)


def _take(there: Ints, count: int) -> None:
    """Take so many pieces, oldest first."""
    before = np.cumsum(there) - there
    there -= np.clip(count - before, 0, there)
