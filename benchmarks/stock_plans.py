"""The plan that rules are compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.stock import Params, solve

if TYPE_CHECKING:
    from data.stock_plan import StockPlan
    from optimizer.stock import Problem


def planned(problem: Problem, limit_s: float, seed: int) -> StockPlan:
    """
    Return the solver's plan of a problem.

    Parameters
    ----------
    problem
        What is planned.
    limit_s
        Seconds it is given; 0 for a short run that does not look at the clock.
    seed
        Of the futures in which it is priced; they are not those in which it is judged.
    """
    params = (
        Params(seed=seed, deterministic=True, effort=1) if limit_s == 0 else Params(time_limit_s=limit_s, seed=seed)
    )
    return solve(problem, params).plan
