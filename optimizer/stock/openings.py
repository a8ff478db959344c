"""What opening warehouses adds to the bound: prices shared among SKUs so that it is greatest."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from optimizer.stock.pool import NEVER
from optimizer.stock.sku import partition

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.stock.problem import Floats, Ints

_ROUNDS, _PATIENCE = 600, 8
"""Steps at most, and those without a greater bound after which steps are halved."""
_FIRST, _SMALLEST = 0.05, 1e-5
"""Part of what opening everything costs by which a step aims above the best bound, at first and at last."""


class Shares(NamedTuple):
    """
    Prices of opening, shared.

    Parameters
    ----------
    fen
        Shape (S, W): what each SKU pays for being sold from a warehouse; of a warehouse all pay no more than it costs.
    bound_fen
        Bound on what all SKUs pay together with it, on average over the futures.
    """

    fen: Floats
    bound_fen: float


@njit(cache=True, nogil=True)
def _chosen(bounds: Floats, counts: Ints, shares: Floats, uses: Floats) -> float:
    """Return the sum of the least bounds of SKUs that pay shares, fen of all futures; set whether each uses which."""
    skus, owners = bounds.shape[:2]
    total = 0.0
    parts = np.zeros(owners, dtype=np.int64)
    for s in range(skus):
        size = 1 << counts[s]
        paid = bounds[s, :, :size].copy()
        for w in range(owners - 1):
            for mask in range(1, size):
                if paid[w, mask] < NEVER:
                    paid[w, mask] += shares[s, w]
        total += partition(paid, parts)
        for w in range(owners - 1):
            uses[s, w] = 1.0 if parts[w] else 0.0
    return total


@njit(cache=True, nogil=True)
def spread(values: Floats, most: float) -> None:
    """Set numbers to the nearest ones that are not below nothing and sum to so much."""
    falling = np.sort(values)[::-1]
    total, over = 0.0, falling[0]
    for s in range(falling.shape[0]):
        total += falling[s]
        if falling[s] - (total - most) / (s + 1) > 0.0:
            over = (total - most) / (s + 1)
    for s in range(values.shape[0]):
        values[s] = max(0.0, values[s] - over)


@njit(cache=True, nogil=True)
def _spread_all(shares: Floats, fen: Floats) -> None:
    """Set shares, (S, W), to the nearest ones that are not below nothing and sum to what each warehouse costs."""
    column = np.empty(shares.shape[0])
    for w in range(shares.shape[1]):
        column[:] = shares[:, w]
        spread(column, fen[w])
        shares[:, w] = column


def share_openings(bounds: Floats, counts: Ints, fen: Floats, is_over: Callable[[], bool]) -> Shares:
    """
    Share the prices of opening so that the bound is about as great as it can be.

    Whoever uses a warehouse under the shares so far pays more of it in the next step, and the others less: a projected
    subgradient with steps that aim somewhat above the best bound.

    Parameters
    ----------
    bounds
        Shape (S, W + 1, sets): of each SKU by warehouse and set of the markets it is home to, the last warehouse for
        those not served, fen of all futures together.
    counts
        Shape (S,): markets that ask for each SKU.
    fen
        Shape (W,): what opening costs, times the futures.
    is_over
        Asked now and then whether to stop.
    """
    shares = np.tile(fen / len(bounds), (len(bounds), 1))
    best, most, aim, in_vain = shares.copy(), -np.inf, _FIRST, 0
    uses, whole = np.empty_like(shares), float(fen.sum())
    for _ in range(_ROUNDS):
        value = _chosen(bounds, counts, shares, uses)
        if value > most:
            in_vain = 0 if value > most + _SMALLEST * whole else in_vain + 1
            best[:], most = shares, value
        else:
            in_vain += 1
        if in_vain >= _PATIENCE:
            aim, in_vain = aim / 2, 0
            shares[:] = best
            _chosen(bounds, counts, shares, uses)
        if aim < _SMALLEST or is_over():
            break
        # What is common to all SKUs of a warehouse changes nothing, as the sum of its shares stays.
        lean = uses - uses.mean(axis=0)
        length = float((lean * lean).sum())
        if length == 0.0:
            break
        shares += (most - value + aim * whole) / length * lean
        _spread_all(shares, fen)
    return Shares(best, most)
