"""Which pieces that leave were in production, and which are bought for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from network.kernel import leaf

if TYPE_CHECKING:
    from optimizer.stock.problem import Floats, Ints, Problem


def made_of(problem: Problem) -> Ints:
    """Return pieces in production by the first week in which they can be sent, shape (S, T)."""
    if problem.made is None:
        return np.zeros((len(problem.skus), problem.weeks), dtype=np.int64)
    return problem.made.astype(np.int64)


@leaf
def goods_fen(made: Ints, left: Ints, value: float, into: Floats) -> None:
    """
    Set what goods of one SKU cost that are bought week by week.

    Parameters
    ----------
    made, left
        Shape (T,): pieces that can be sent from a week on since they are ready then, and pieces that leave in a week.
    value
        Fen of a piece.
    into
        Shape (T,): set to fen. What is ready is sent first; only what leaves beyond that is bought.
    """
    there = 0
    for week in range(left.shape[0]):
        there += made[week] - left[week]
        into[week] = 0.0
        if there < 0:
            into[week] = -there * value
            there = 0


def made_after(made: Ints, left: Ints, weeks: int) -> Ints:
    """
    Return what is in production for the weeks after some that are decided already.

    Parameters
    ----------
    made, left
        Shape (S, T): as in `goods_fen`, for each SKU.
    weeks
        How many weeks are decided. What they leave of it can be sent from the next one on.

    Examples
    --------
    >>> made_after(np.array([[5, 0, 3, 0]]), np.array([[2, 6, 0, 0]]), 2)
    array([[0, 0, 3, 0]])
    >>> made_after(np.array([[5, 0, 3, 0]]), np.array([[2, 0, 0, 0]]), 2)
    array([[0, 0, 6, 0]])
    """
    found = made.copy()
    found[:, :weeks] = 0
    if 0 < weeks < made.shape[1]:
        there = np.zeros(made.shape[0], dtype=np.int64)
        for week in range(weeks):
            there = np.maximum(0, there + made[:, week] - left[:, week])
        found[:, weeks] += there
    return found
