"""What may come: demand and lead times drawn at random, the same for every plan and rule of one seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from optimizer.stock.problem import Floats, Ints, Problem

MOST_KEPT = 60_000_000
"""Weeks of demand of all futures together up to which they are kept in memory, 4 bytes each."""
DAYS_PER_WEEK = 7


class Block(NamedTuple):
    """
    Some futures, one after the other.

    Parameters
    ----------
    demand
        Shape (F, P, T): pieces asked for, of the pairs of SKU and market.
    lead
        Shape (F, L, T): weeks from leaving in a week by a lane to being received.
    """

    demand: np.ndarray[tuple[int, ...], np.dtype[np.int32]]
    lead: Ints


class Futures:
    """
    Demand and lead times of many futures.

    A future depends on the problem's demand and lanes, on the seed and on its own number only: not on what is sent,
    not on how many futures there are, and not on the order in which they are asked for.

    Demand of a week is drawn for itself: negative binomial where its variance is above its mean, binomial below.
    Everything that leaves in one week by one lane is on its way equally long.

    Parameters
    ----------
    problem
        Whose demand and lanes.
    count
        How many.
    seed
        Of all that is drawn.
    """

    def __init__(self, problem: Problem, count: int, seed: int) -> None:
        self.count = count
        self.seed = seed
        self.pairs: Ints = np.argwhere((problem.mean > 0).any(axis=2))
        """Shape (P, 2): SKU and market of what is asked for at all."""
        rows = (self.pairs[:, 0], self.pairs[:, 1])
        self._mean, self._sd = problem.mean[rows], problem.sd[rows]
        self._lead = [weeks_of(np.asarray(lane.lead_days)) for lane in problem.lanes]
        self._weeks = problem.weeks
        self._kept: dict[tuple[int, int], Block] = {}
        self._is_kept = count * max(1, len(self.pairs)) * self._weeks <= MOST_KEPT

    def block(self, first: int, last: int) -> Block:
        """Return the futures from one number up to, and without, another."""
        key = (first, last)
        if key in self._kept:
            return self._kept[key]
        demand = np.empty((last - first, *self._mean.shape), dtype=np.int32)
        lead = np.ones((last - first, len(self._lead), self._weeks), dtype=np.int64)
        for at, future in enumerate(range(first, last)):
            rng = np.random.default_rng([self.seed, future])
            for lane, weeks in enumerate(self._lead):
                lead[at, lane] = weeks[rng.integers(len(weeks), size=self._weeks)]
            demand[at] = drawn(self._mean, self._sd, rng)
        block = Block(demand, lead)
        if self._is_kept:
            self._kept[key] = block
        return block


def weeks_of(days: Ints) -> Ints:
    """
    Return whole weeks from leaving to being received, at least one.

    Examples
    --------
    >>> weeks_of(np.array([0, 3, 7, 8, 40])).tolist()
    [1, 1, 1, 2, 6]
    """
    return np.maximum(1, -(-days // DAYS_PER_WEEK))


def drawn(mean: Floats, sd: Floats, rng: np.random.Generator) -> Ints:
    """
    Return whole numbers drawn with given means, and with given standard deviations as nearly as whole numbers can.

    Above the mean the variance is kept exactly (negative binomial); below it is that of the binomial with the next
    whole number of trials, so never below what a mean that is no whole number needs.

    Parameters
    ----------
    mean, sd
        Of the same shape; nothing is asked for where the mean is 0.
    rng
        Where they come from.
    """
    variance = sd * sd
    is_wide = (variance > mean * (1 + 1e-9)) & (mean > 0)
    wide = np.where(is_wide, mean, 1.0)
    excess = np.where(is_wide, variance - mean, 1.0)
    above = rng.negative_binomial(wide * wide / excess, wide / (wide + excess))
    narrow = np.where(is_wide | (mean <= 0), 1.0, mean)
    slack = np.where(is_wide | (mean <= 0), 1.0, np.maximum(mean - variance, mean * 1e-6))
    trials = np.ceil(np.minimum(narrow * narrow / slack, 1e9) - 1e-9)
    trials = np.maximum(trials, np.ceil(narrow))
    below = rng.binomial(trials.astype(np.int64), np.minimum(1.0, narrow / trials))
    return np.where(mean > 0, np.where(is_wide, above, below), 0)
