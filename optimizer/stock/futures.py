"""The futures in which a plan is priced: demand by SKU, market and week, and how late each warehouse is supplied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.stock.simulate_futures import weeks_of

if TYPE_CHECKING:
    from optimizer.stock.problem import Ints, Problem

DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Futures:
    """
    Sampled futures, each as likely as the others; the plan is the same in all of them.

    Parameters
    ----------
    demand
        Shape (S, M, K, T): pieces that are asked for.
    late
        Shape (K, W): whole weeks by which everything sent to a warehouse is on its way longer than planned, below 0
        for shorter.
    """

    demand: Ints
    late: Ints

    @property
    def count(self) -> int:
        """How many there are, K."""
        return int(self.late.shape[0])


def draw(problem: Problem, count: int, seed: int) -> Futures:
    """
    Draw futures.

    Demand of a week is negative binomial where its variance is above its mean, else gamma; totals of a SKU in a market
    are scaled so that their mean over the futures is the expected one, and rounded at random to whole pieces.
    Lateness of a warehouse, below 0 where goods come early, is that of one of its lanes and durations, drawn together
    for all of its supply.

    Parameters
    ----------
    problem
        Whose expected demand, standard deviations and durations are meant.
    count
        How many futures, at least 1.
    seed
        Of the generator; the same one gives the same futures.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    skus, markets, weeks = problem.mean.shape
    mean, variance = problem.mean, problem.sd**2
    is_random = (mean > 0) & (variance > 0)
    is_counted = is_random & (variance > mean)
    spread = np.where(is_counted, variance - mean, np.where(is_random, variance, 1.0))
    shape = np.where(is_random, mean**2 / spread, 1.0)[:, :, None, :]
    size = (skus, markets, count, weeks)
    rate = rng.standard_gamma(np.broadcast_to(shape, size)) * (mean[:, :, None, :] / shape)
    drawn = np.where(is_counted[:, :, None, :], rng.poisson(rate), rate)
    drawn = np.where(is_random[:, :, None, :], drawn, mean[:, :, None, :])
    expected, found = problem.mean.sum(axis=2), drawn.sum(axis=3).mean(axis=2)
    factor = np.where(found > 0, expected / np.where(found > 0, found, 1.0), 1.0)
    demand = np.floor(drawn * factor[:, :, None, None] + rng.random(drawn.shape)).astype(np.int64)
    late = np.zeros((count, len(problem.warehouses)), dtype=np.int64)
    for warehouse in range(len(problem.warehouses)):
        choices = lateness(problem, warehouse)
        late[:, warehouse] = choices[rng.permutation(_spaced(count, len(choices)))]
    return Futures(demand=demand, late=late)


def lateness(problem: Problem, warehouse: int) -> Ints:
    """Return by how many weeks each duration of each lane of a warehouse is above the planned one, sorted."""
    found = [
        weeks_of(np.asarray(one.lead_days)) - one.lead_weeks() for one in problem.lanes if one.warehouse == warehouse
    ]
    return np.sort(np.concatenate([np.zeros(1 - bool(found), dtype=np.int64), *found]))


def _spaced(count: int, choices: int) -> Ints:
    """Return positions spread evenly over so many choices."""
    return ((2 * np.arange(count) + 1) * choices // (2 * count)).astype(np.int64)
