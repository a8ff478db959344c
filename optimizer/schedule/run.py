"""A schedule of all hubs: one aim after the other, each with a bound."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.hub_schedule import FIRST_TIERS, REPAIR_TIERS
from optimizer.schedule.bounds import bounds_of
from optimizer.schedule.compact import compacted
from optimizer.schedule.decode import schedule_of
from optimizer.schedule.desk import Desk
from optimizer.schedule.evaluate import evaluate
from optimizer.schedule.found import Found
from optimizer.schedule.greedy import best_start, kept
from optimizer.schedule.params import Params, Progress, no_progress
from optimizer.schedule.polish import LEAST_UNITS, Polisher
from optimizer.schedule.session import Session
from optimizer.schedule.turns import in_turns
from optimizer.schedule.under import bound_under, first_bounds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.hub_schedule import HubSchedule, TierName
    from optimizer.schedule.evaluate import Times
    from optimizer.schedule.params import OnProgress
    from optimizer.schedule.problem import HubProblem, Problem

_LEAST_S = 0.2


@dataclass(frozen=True, slots=True)
class HubResult:
    """A schedule of one hub, and the bounds on its aims."""

    problem: HubProblem
    found: Found
    bounds: dict[TierName, int]


def solve(
    problem: Problem,
    params: Params | None = None,
    on_progress: OnProgress = no_progress,
    earlier: HubSchedule | None = None,
) -> HubSchedule:
    """
    Return a schedule of all hubs of a problem.

    Parameters
    ----------
    problem
        What `optimizer.schedule.build.build` makes of a plan.
    params
        Limits and seed.
    on_progress
        Is told after every aim of every hub.
    earlier
        The schedule that is changed; None for a first one.

    Notes
    -----
    The aims are made small in turn, each while those before it stay as small as they were found to be. A bound holds
    for schedules in which the aims before have at most the values given.
    """
    params = params or Params()
    begun = time.monotonic()
    runner = _Runner(params, on_progress, begun)
    tiers = FIRST_TIERS if problem.now_min is None else REPAIR_TIERS
    weight = rest = sum(len(hub.jobs) for hub in problem.hubs)
    found: dict[str, HubResult] = {}
    # Small hubs come first, so that what they do not need is left for the large ones.
    for hub in sorted(problem.hubs, key=lambda hub: (len(hub.jobs), hub.hub)):
        left = params.time_limit_s - (time.monotonic() - begun)
        is_fixed = params.deterministic
        share = params.time_limit_s * len(hub.jobs) / weight if is_fixed else left * len(hub.jobs) / rest
        rest -= len(hub.jobs)
        found[hub.hub] = runner.hub(hub, tiers, share)
    results = [found[hub.hub] for hub in problem.hubs]
    return schedule_of(problem, results, tiers, params, earlier, time.monotonic() - begun, is_stopped=runner.is_stopped)


class _Ladder:
    """A model that is made when it is needed, with what the aims before must not exceed."""

    def __init__(self, problem: HubProblem, params: Params, tiers: Sequence[TierName]) -> None:
        self._problem = problem
        self._params = params
        self._tiers = tiers
        self._session: Session | None = None
        self._limited = 0

    def session(self, tier: TierName, values: Mapping[TierName, int]) -> Session:
        """Return the model for an aim, those before it limited to their values."""
        if self._session is None:
            self._session = Session(self._problem, self._params)
        place = self._tiers.index(tier)
        for earlier in self._tiers[self._limited : place]:
            self._session.limit(earlier, values[earlier])
        self._limited = place
        return self._session


class _Runner:
    """Solves hubs one after the other."""

    def __init__(self, params: Params, on_progress: OnProgress, begun: float) -> None:
        self.is_stopped = False
        self._params = params
        self._tell = on_progress
        self._begun = begun

    def hub(self, problem: HubProblem, tiers: Sequence[TierName], seconds: float) -> HubResult:
        """Return the schedule of one hub."""
        is_repair = "changes" in tiers
        found = kept(problem) if is_repair else best_start(problem, tiers)
        plain = bounds_of(problem)
        is_large = len(problem.units) >= LEAST_UNITS
        end = time.monotonic() + seconds
        polisher = Polisher(problem, self._params, tiers)
        if is_large:
            first = dict(plain) if is_repair else first_bounds(problem, plain)
            if not is_repair:
                found = self._in_turns(problem, tiers, found, first, seconds / 4)
            del first["makespan"]
            found = self._polish(polisher, found, first, seconds / 4)
        bounds: dict[TierName, int] = {}
        whole = _Ladder(problem, self._params, tiers)
        # What is found with every resource free, quickly, is a bound and no schedule.
        free = _Ladder(replace(problem, pools=()), self._params, tiers)
        ladders = ((free, 4), (whole, 2)) if is_large else ((whole, 1),)
        for place, tier in enumerate(tiers):
            bound = max(plain[tier], bound_under(problem, tier, found.marks.tiers))
            share = self._share(seconds, end, len(tiers) - place)
            is_compacted = tier == "makespan" and is_large and not is_repair
            for ladder, part in ladders[:1] if is_compacted else ladders:
                if found.marks.tiers[tier] > bound and not self.is_stopped:
                    session = ladder.session(tier, found.marks.tiers)
                    other, proven = self._improve(session, tier, tiers, found, share / part)
                    bound = max(bound, proven)
                    found = other if ladder is whole else self._polish(polisher, found, {tier: bound}, share / part)
            if is_compacted:
                found = self._compacted(problem, tiers, found, bound, share / 2)
            bounds[tier] = min(bound, found.marks.tiers[tier])
            self._report(problem, tier, found, bounds[tier])
        return HubResult(problem, found if is_repair else settled(problem, found, tiers), bounds)

    def _share(self, seconds: float, end: float, left: int) -> float:
        """Return how long one aim may take; the first gets half of what is left, so that the others get some."""
        total = seconds if self._params.deterministic else end - time.monotonic()
        return max(_LEAST_S, total / 2 if left > 1 else total)

    def _improve(
        self, session: Session, tier: TierName, tiers: Sequence[TierName], found: Found, seconds: float
    ) -> tuple[Found, int]:
        """Return the better of a schedule and what the solver finds, and the bound of the solver."""
        try:
            times, bound = session.improve(tier, found.times, seconds)
        except KeyboardInterrupt:
            self.is_stopped = True
            return found, 0
        if times is not None:
            other = Found(times, evaluate(session.problem, times))
            if other.key(tiers) < found.key(tiers):
                found = other
        return found, bound or 0

    def _polish(self, polisher: Polisher, found: Found, bounds: dict[TierName, int], seconds: float) -> Found:
        """Return the better of a schedule and what its parts give."""
        try:
            return polisher.polished(found, bounds, seconds)
        except KeyboardInterrupt:
            self.is_stopped = True
            return found

    def _in_turns(
        self,
        problem: HubProblem,
        tiers: Sequence[TierName],
        found: Found,
        bounds: Mapping[TierName, int],
        seconds: float,
    ) -> Found:  # fmt: skip
        """Return the better of a schedule and what turns that learn from each other give."""
        try:
            return in_turns(problem, found, tiers, self._params, bounds, seconds)
        except KeyboardInterrupt:
            self.is_stopped = True
            return found

    def _compacted(
        self, problem: HubProblem, tiers: Sequence[TierName], found: Found, bound: int, seconds: float
    ) -> Found:  # fmt: skip
        """Return the better of a schedule and a shorter one."""
        if self.is_stopped:
            return found
        try:
            return compacted(problem, found, tiers, self._params, bound, seconds)
        except KeyboardInterrupt:
            self.is_stopped = True
            return found

    def _report(self, problem: HubProblem, tier: TierName, found: Found, bound: int) -> None:
        try:
            self._tell(
                Progress(
                    hub=problem.hub,
                    tier=tier,
                    value=found.marks.tiers[tier],
                    bound=bound,
                    elapsed_s=time.monotonic() - self._begun,
                )
            )
        except KeyboardInterrupt:
            self.is_stopped = True


def settled(problem: HubProblem, found: Found, tiers: Sequence[TierName]) -> Found:
    """Return the same order of tasks with each as early as it can be, if no aim gets worse by that."""
    desk = Desk(problem)
    desk.left_out = set(found.times.left_out)
    late = {
        unit.stuff for unit in problem.units if any(member.shipment in found.times.left_out for member in unit.members)
    }
    waits = _waits(problem, found.times)
    order = sorted(
        range(len(problem.jobs)), key=lambda job: (found.times.begin(job), found.times.end(problem, job), job)
    )
    for job in order:
        slot = found.times.slots[job]
        is_overtime = problem.jobs[job].modes[slot.mode].is_overtime
        after = slot.begin_min if job in late else max((desk.end(first) for first in waits.get(job, ())), default=0)
        desk.put(job, after, overtime=is_overtime)
    times = desk.times()
    other = Found(times, evaluate(problem, times))
    return other if other.key(tiers) <= found.key(tiers) else found


def _waits(problem: HubProblem, times: Times) -> dict[int, list[int]]:
    """Return what each stuffing waits for, where some may be left out."""
    return {
        unit.stuff: [
            job
            for member in unit.members
            if member.shipment not in times.left_out
            for job in (member.release, member.inspect)
            if job is not None
        ]
        for unit in problem.units
        if unit.may_leave_out and unit.stuff is not None
    }
