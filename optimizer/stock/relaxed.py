"""All SKUs at given prices of what they share: a bound on every plan, and where each market would be served from."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from optimizer.stock.freight import cheapest_of
from optimizer.stock.sku import Duals, assign

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.stock.compiled import Case
    from optimizer.stock.problem import Floats, Ints, Problem

WORKERS = 2
_CHUNK = 16


@dataclass(slots=True, kw_only=True)
class Answer:
    """
    What all SKUs do at given prices.

    Parameters
    ----------
    bound_fen, cost_fen
        Sum of the bounds of the SKUs, and of what their plans cost at these prices; infinite if the run was stopped.
    homes
        Shape (S, M): warehouse, -1 without.
    sent
        Shape (S, W, T): pieces planned to be received up to a week.
    bounds
        Shape (S, W + 1, sets of markets): bounds of each SKU as `assign` sets them, fen of all futures together.
    """

    bound_fen: float
    cost_fen: float
    homes: Ints
    sent: Ints
    bounds: Floats


class _Found(NamedTuple):
    """What SKUs answer: see `Answer`; sums are bound and cost of each, shape (S, 2), fen of all futures together."""

    homes: Ints
    sent: Ints
    sums: Floats
    bounds: Floats


@njit(cache=True, nogil=True)
def _assign_some(case: Case, duals: Duals, first: int, last: int, rounds: int, into: _Found) -> None:
    """Answer for SKUs of a range."""
    for s in range(first, last):
        bound, cost = assign(case, duals, s, rounds, into.homes[s], into.sent[s], into.bounds[s])
        into.sums[s, 0], into.sums[s, 1] = bound, cost


def respond(
    case: Case,
    duals: Duals,
    rounds: int,
    sent: Ints,
    is_over: Callable[[], bool] = lambda: False,
    *,
    is_needed: bool = False,
) -> Answer | None:
    """
    Let every SKU answer to prices.

    Parameters
    ----------
    case, duals, rounds
        The problem, prices, and rounds of curves.
    sent
        Shape (S, W, T): supplies to begin with; not changed.
    is_over
        Asked now and then whether to give up.
    is_needed
        Whether an answer is needed all the same: the SKUs that are left then have one round.

    Returns
    -------
    Answer | None
        None if it was given up.
    """
    skus, markets = case.demand.shape[:2]
    most = int((case.demand.sum(axis=(2, 3)) > 0).sum(axis=1).max(initial=0))
    found = _Found(
        homes=np.full((skus, markets), -1, dtype=np.int64), sent=sent.copy(), sums=np.zeros((skus, 2)),
        bounds=np.zeros((skus, case.there.shape[1] + 1, 1 << most)),
    )  # fmt: skip

    def some(first: int) -> bool:
        is_late = is_over()
        if is_late and not is_needed:
            return False
        last = min(skus, first + _CHUNK)
        _assign_some(case, duals, first, last, 1 if is_late else rounds, found)
        return True

    with ThreadPoolExecutor(WORKERS) as pool:
        done = list(pool.map(some, range(0, skus, _CHUNK)))
    if not all(done):
        return None
    bound, cost = (found.sums / case.came.shape[1]).sum(axis=0)
    return Answer(bound_fen=float(bound), cost_fen=float(cost), homes=found.homes, sent=found.sent, bounds=found.bounds)


def floor_prices(problem: Problem) -> tuple[Floats, Floats]:
    """
    Return prices of a cm3 and of a gram by lane, shape (L,), below which nothing travels.

    They are worth most at the density of what is asked for.
    """
    asked = problem.mean.sum(axis=(1, 2))
    volume = float((asked * problem.volume_cm3).sum())
    dense = float((asked * problem.mass_g).sum()) / volume if volume else 1.0
    pairs = np.array([cheapest_of(lane, dense) for lane in problem.lanes]).reshape(len(problem.lanes), 2)
    return pairs[:, 0], pairs[:, 1]
