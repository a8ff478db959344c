"""The lower bound: a relaxation on cells that are cut only where a solution needs it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.consolidation.relay.cells import Cuts, uses
from optimizer.consolidation.relay.model import assemble
from optimizer.consolidation.relay.plans import is_in_time, read, written
from optimizer.consolidation.relay.replay import Replay
from optimizer.consolidation.relay.solvers import solve_linear, solve_whole
from optimizer.consolidation.relay.splits import splits

if TYPE_CHECKING:
    from optimizer.consolidation.relay.plans import Rides
    from optimizer.consolidation.relay.problem import Plan, Problem
    from optimizer.consolidation.relay.reach import Pairs
    from optimizer.consolidation.relay.solvers import Effort

SLIP = 1e-7
"""Relative error of a linear programme's value that is allowed for."""
HALF = 0.5


class Floor:
    """
    A bound that rises step by step.

    Parameters
    ----------
    problem, pairs
        Who may use which link when.
    """

    def __init__(self, problem: Problem, pairs: Pairs) -> None:
        self.problem = problem
        self.pairs = pairs
        self.cuts = Cuts(pairs)
        self.cuts.part()
        self.bound = 0.0
        self.replay: Replay | None = None
        self.rounds = 0
        self._build()

    def refine(self, seconds: float | None) -> bool:
        """Solve the linear relaxation and cut where it cheats; say whether anything was cut."""
        linear = solve_linear(self.model, seconds)
        if linear is None:
            return False
        self.linear = linear
        self.bound = max(self.bound, linear.value * (1 - SLIP))
        self.replay = Replay(self.problem, self.pairs, self.model.use, linear.columns)
        new = self._cut_late(self.replay)
        for link, instant in splits(self.problem, self.pairs, self.cells, self.model, linear):
            new += self.cuts.add(link, instant)
        self.rounds += 1
        if new:
            self._build()
        return new > 0

    def prove(self, plan: Plan, effort: Effort, seed: int) -> list[Rides | None] | None:
        """
        Look for whole solutions that cost less than a plan; return what of one can be carried out, None without one.

        The bound rises to what is proven; time is cut where the solution found cheats.
        """
        begun = time.monotonic()
        linear = solve_linear(self.model, effort.seconds)
        if linear is None:
            return None
        if effort.seconds is not None:
            effort = replace(effort, seconds=max(0.0, effort.seconds - (time.monotonic() - begun)))
        self.bound = max(self.bound, linear.value * (1 - SLIP))
        hint = written(self.problem, self.pairs, self.cells, self.model, plan.rides)
        whole = solve_whole(self.model, effort, seed, hint)
        self.bound = max(self.bound, min(whole.bound, plan.cost) * (1 - SLIP))
        if whole.columns is None or (whole.cost or 0) >= plan.cost - HALF:
            return None
        replay = Replay(self.problem, self.pairs, self.model.use, np.round(whole.columns))
        self.replay = replay
        found = read(self.problem, self.pairs, self.model, replay.when, whole.columns)
        if self._cut_late(replay):
            self._build()
        paths = [found.get(number) for number in range(len(self.problem.commodities))]
        return [path if path and is_in_time(self.problem, who, path) else None for who, path in enumerate(paths)]

    def _cut_late(self, replay: Replay) -> int:
        """Cut wherever something comes too late; return how often."""
        return sum(self.cuts.add(link, instant) for _, places in replay.cuts() for link, instant in places)

    def _build(self) -> None:
        """Make the model of the cells as they are now."""
        self.cells = self.cuts.cells()
        self.model = assemble(self.problem, self.pairs, self.cells, uses(self.problem, self.pairs, self.cells))
