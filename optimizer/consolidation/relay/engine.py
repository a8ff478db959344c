"""One run: a bound that rises and a plan that gets better, until they meet or the time is up."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from optimizer.consolidation.params import Params
from optimizer.consolidation.relay.floor import Floor
from optimizer.consolidation.relay.improve import Improver, Pool
from optimizer.consolidation.relay.params import Progress, Result, Status, gap_of
from optimizer.consolidation.relay.plans import plan_of
from optimizer.consolidation.relay.reach import Reach
from optimizer.consolidation.relay.solvers import Effort

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.consolidation.relay.problem import Plan, Problem

REFINED_IN = 0.3
"""Part of the time in which the linear bound is refined."""
FLAT, MOST_FLAT = 5e-5, 2
"""Part of the bound below which a round is of little use, and how many such rounds end the refining."""
FIRST_SLICE_S = 10.0
"""Seconds of the first try to prove more by whole numbers; each later one gets GROWTH times as much."""
GROWTH = 1.5
PROVEN_NODES = 500
"""Nodes of such a try in a deterministic run."""
CLOSE = 0.5
"""Part of the gap asked for at which a proof ends, as the plan will still be dearer than the solution it is about."""
RESERVE = 0.01
"""Part of the time that no solver is given, as they end late."""
GUIDED_SIZE = 60
"""Commodities sent anew at first, once the plan is near a linear solution."""
STEPS = 20
"""Steps between two tries in a deterministic run."""


class Run:
    """
    One run of the relay.

    Parameters
    ----------
    problem, params
        What is asked.
    on_progress
        Told how the run stands.
    """

    def __init__(self, problem: Problem, params: Params, on_progress: Callable[[Progress], None] | None) -> None:
        self.problem = problem
        self.params = params
        self.begun = time.monotonic()
        self.steps = 0
        self.floor: Floor | None = None
        self.improver: Improver | None = None
        self._on_progress = on_progress

    def solve(self) -> Result:
        """Return the best plan found within the limits."""
        pairs = Reach(self.problem).pairs()
        reached = set(pairs.commodity.tolist())
        lost = set(range(len(self.problem.commodities))) - reached
        stranded = tuple(sorted(n for n in lost if self.problem.commodities[n].alone_cost is None))
        if stranded:
            return self._result(Status.INFEASIBLE, stranded)
        if not reached:
            return self._result(Status.OPTIMAL, (), plan_of(self.problem, [None] * len(self.problem.commodities)))
        self.floor = Floor(self.problem, pairs)
        self.improver = Improver(Pool(self.problem, pairs), self.params.seed)
        self._work(self.floor, self.improver)
        is_met = self.improver.plan is not None and self.bound >= self.improver.plan.cost
        status = Status.UNKNOWN if self.improver.plan is None else Status.OPTIMAL if is_met else Status.FEASIBLE
        return self._result(status, ())

    @property
    def bound(self) -> int:
        """What every plan costs at least; costs are whole numbers."""
        return 0 if self.floor is None else math.ceil(self.floor.bound - 1e-3)

    def is_over(self) -> bool:
        """Say whether the time is up or the gap is reached."""
        plan = None if self.improver is None else self.improver.plan
        gap = gap_of(None if plan is None else plan.cost, self.bound)
        return self.left() <= RESERVE * self.params.time_limit_s * self._is_timed() or (
            gap is not None and gap <= self.params.gap
        )

    def _is_timed(self) -> bool:
        """Say whether the clock counts."""
        return not self.params.deterministic

    def left(self) -> float:
        """Return the seconds, or the steps of a deterministic run, that are left."""
        return self.params.time_limit_s - (self.steps if self.params.deterministic else time.monotonic() - self.begun)

    def tell(self, phase: str) -> None:
        """Report progress."""
        if self._on_progress is not None:
            plan = None if self.improver is None else self.improver.plan
            seconds = time.monotonic() - self.begun
            cost = None if plan is None else plan.cost
            self._on_progress(Progress(elapsed_s=seconds, phase=phase, cost=cost, bound=self.bound))

    def _work(self, floor: Floor, improver: Improver) -> None:
        """Refine, improve and prove in turns."""
        self._refine(floor, improver)
        if not self.is_over():
            improver.guide(self._seconds(self.left()))
            improver.size = GUIDED_SIZE
            self.tell("guide")
        seconds = FIRST_SLICE_S
        while not self.is_over():
            self._improve(improver, seconds)
            if not self.is_over() and improver.plan is not None:
                self._prove(floor, improver, seconds)
            seconds *= GROWTH

    def _refine(self, floor: Floor, improver: Improver) -> None:
        """Refine the linear bound, and the plan beside it for as long."""
        is_begun, flat = False, 0
        until = (1 - REFINED_IN) * self.params.time_limit_s
        while not self.is_over() and self.left() > until:
            before = floor.bound
            is_cut = floor.refine(self._seconds(self.left()))
            flat = flat + 1 if floor.bound - before < FLAT * floor.bound else 0
            self.tell("refine")
            if floor.replay is not None:
                improver.pool.add_replay(floor.replay)
            if not is_begun:
                is_begun = improver.begin(self._seconds(self.left()))
                self.tell("begin")
            self.steps += 1
            if not is_cut or flat == MOST_FLAT:
                break

    def _improve(self, improver: Improver, seconds: float) -> None:
        """Improve the plan for some seconds, or some steps."""
        if improver.plan is None:
            self.steps += 1
            improver.begin(self._seconds(self.left()))
        until = time.monotonic() + seconds
        count = 0
        while not self.is_over() and (count < STEPS if self.params.deterministic else time.monotonic() < until):
            if improver.step(self._seconds(self.left())):
                self.tell("improve")
            count += 1
            self.steps += self.params.deterministic

    def _prove(self, floor: Floor, improver: Improver, seconds: float) -> None:
        """Raise the bound with whole numbers, and learn from the solution."""
        assert improver.plan is not None  # noqa: S101 - for the type checker
        nodes = PROVEN_NODES if self.params.deterministic else None
        effort = Effort(seconds=self._seconds(seconds), nodes=nodes, gap=self.params.gap * CLOSE, is_search=True)
        rides = floor.prove(improver.plan, effort, self.params.seed)
        self.steps += 1
        if floor.replay is not None:
            improver.pool.add_replay(floor.replay)
        if rides is not None:
            improver.repair(rides, self._seconds(self.left()))
        self.tell("prove")

    def _seconds(self, seconds: float) -> float | None:
        """Return a limit in seconds, none in a deterministic run."""
        return (
            None
            if self.params.deterministic
            else max(0.0, min(seconds, self.left() - RESERVE * self.params.time_limit_s))
        )

    def _result(self, status: Status, stranded: tuple[int, ...], plan: Plan | None = None) -> Result:
        """Return what there is."""
        plan = plan if self.improver is None else self.improver.plan
        bound = None if stranded else plan.cost if self.floor is None and plan else self.bound
        if plan is not None and bound is not None:
            bound = min(bound, plan.cost)
        return Result(
            status=status, plan=plan, bound=bound, stranded=stranded,
            runtime_s=time.monotonic() - self.begun, seed=self.params.seed,
        )  # fmt: skip


def solve(
    problem: Problem, params: Params | None = None, on_progress: Callable[[Progress], None] | None = None
) -> Result:
    """
    Return the best plan of a relay that the limits allow, and a bound on what any plan costs.

    Parameters
    ----------
    problem
        What is asked.
    params
        Limits of the run.
    on_progress
        Called with cost and bound while it runs.
    """
    return Run(problem, params or Params(), on_progress).solve()
