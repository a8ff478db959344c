"""What a forecast is worth: the same rule, tuned on what is believed, in futures of what is true."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.stock_problem import PAST, with_past
from optimizer.stock.forecast import YEAR, History, forecast
from optimizer.stock.policies import Base
from optimizer.stock.policies_tune import tuned
from optimizer.stock.simulate import simulate
from optimizer.stock.simulate_futures import Futures, drawn

if TYPE_CHECKING:
    from optimizer.stock.problem import Floats, Problem
    from optimizer.stock.simulate_result import Simulated

RULE = "dual-index"
_OUT = 0.12
"""Share of past weeks in which a SKU was out of stock."""
_YOUNG = 0.15
"""Share of SKUs in markets that were on sale in the last few weeks only."""
_YOUNG_WEEKS = 6


def believed(problem: Problem, past: Floats, seed: int) -> dict[str, Problem]:
    """
    Return the problem as it is, and as it looks by its past.

    Parameters
    ----------
    problem
        With true means and standard deviations.
    past
        True means before, shape (S, M, N).
    seed
        Of what was sold.

    Returns
    -------
    problems
        ``true``; ``forecast``; ``mean``, that of what was sold, out of stock or not, with its standard deviation.
    """
    rng = np.random.default_rng([seed, 7])
    rows = np.argwhere((problem.mean > 0).any(axis=2))
    mean = past[rows[:, 0], rows[:, 1]]
    factor = (problem.sd**2).sum(axis=2) / np.maximum(problem.mean.sum(axis=2), 1e-9)
    asked = drawn(mean, np.sqrt(mean * factor[rows[:, 0], rows[:, 1]][:, None]), rng)
    is_listed = np.ones(asked.shape, dtype=np.bool_)
    is_listed[rng.random(len(rows)) < _YOUNG, : PAST - _YOUNG_WEEKS] = False
    is_out = (rng.random(asked.shape) < _OUT) & is_listed & (asked > 0)
    units = np.where(is_out, np.floor(asked * rng.random(asked.shape)), asked) * is_listed
    is_out &= units < asked
    history = History(units=units, is_out=is_out, is_listed=is_listed, group=rows[:, 1], first_week=(-PAST) % YEAR)
    ahead = forecast(history, problem.weeks)
    plain = np.array([row[on].mean() for row, on in zip(units, is_listed, strict=True)])
    spread = np.array([row[on].std() for row, on in zip(units, is_listed, strict=True)])
    flat = np.ones((1, problem.weeks))
    return {
        "true": problem,
        "forecast": _with_demand(problem, rows, ahead.mean, ahead.sd),
        "mean": _with_demand(problem, rows, plain[:, None] * flat, spread[:, None] * flat),
    }


def _with_demand(problem: Problem, rows: np.ndarray, mean: Floats, sd: Floats) -> Problem:
    """Return a problem with another demand."""
    means, sds = np.zeros_like(problem.mean), np.zeros_like(problem.sd)
    means[rows[:, 0], rows[:, 1]], sds[rows[:, 0], rows[:, 1]] = mean, sd
    return replace(problem, mean=means, sd=sds)


def judged(skus: int, warehouses: int, weeks: int, futures: int, seed: int, tuning: int) -> dict[str, Simulated]:
    """
    Return what comes of the rule by what it was made from.

    Parameters
    ----------
    skus, warehouses, weeks, seed
        Of the problem.
    futures, tuning
        How many true futures, and how many in which the rule is tuned, of what is believed.
    """
    problem, past = with_past(skus, warehouses, weeks, seed)
    truth = Futures(problem, futures, seed)
    found = {}
    for name, belief in believed(problem, past, seed).items():
        rule = tuned(Base(belief), RULE, Futures(belief, tuning, seed + 1_000_000))
        found[name] = simulate(problem, rule, futures=truth, name=name)
    return found
