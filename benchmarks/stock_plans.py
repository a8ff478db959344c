"""Where the plan comes from that rules are compared with."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.stock_plan import StockPlan
    from optimizer.stock.problem import Problem


def planner() -> Callable[[Problem], StockPlan] | None:
    """Return what makes a plan of a problem, None as long as the package has no solver."""
    package = importlib.import_module("optimizer.stock")
    solve = getattr(package, "solve", None)
    if not callable(solve):
        return None

    def plan(problem: Problem) -> StockPlan:
        found = solve(problem)
        return getattr(found, "plan", found)  # type: ignore[no-any-return]

    return plan
