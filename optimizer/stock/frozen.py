"""The first weeks of an earlier plan, kept as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.stock.evaluate import Decisions, decisions_of

if TYPE_CHECKING:
    from data.stock_plan import StockPlan
    from optimizer.stock.problem import Ints, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """
    What is already decided.

    Parameters
    ----------
    weeks
        How many weeks from the first.
    decisions
        What leaves in them, and the homes of the earlier plan.
    received
        Shape (S, W, T): pieces planned to be received in a week.
    """

    weeks: int
    decisions: Decisions
    received: Ints

    @property
    def units(self) -> Ints:
        """Pieces that leave, shape (S, L, T)."""
        return self.decisions.units

    @property
    def boxes(self) -> Ints:
        """Boxes that leave, shape (L, B, T)."""
        return self.decisions.boxes


def frozen_part(problem: Problem, plan: StockPlan | None, weeks: int) -> Frozen:
    """Return the first weeks of a plan, or nothing."""
    skus, warehouses, markets = problem.serve_fen.shape
    received = np.zeros((skus, warehouses, problem.weeks), dtype=np.int64)
    if plan is None or weeks <= 0:
        width = max((len(lane.boxes) for lane in problem.lanes), default=0)
        nothing = Decisions(
            units=np.zeros((skus, len(problem.lanes), problem.weeks), dtype=np.int64),
            boxes=np.zeros((len(problem.lanes), max(1, width), problem.weeks), dtype=np.int64),
            homes=np.full((skus, markets), -1, dtype=np.int64),
        )
        return Frozen(weeks=0, decisions=nothing, received=received)
    found = decisions_of(problem, plan)
    found.units[:, :, weeks:] = 0
    found.boxes[:, :, weeks:] = 0
    for index, lane in enumerate(problem.lanes):
        lead = lane.lead_weeks()
        received[:, lane.warehouse, lead:] += found.units[:, index, : max(0, problem.weeks - lead)]
    return Frozen(weeks=weeks, decisions=found, received=received)
