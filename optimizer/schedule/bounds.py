"""Lower bounds that need no solver: what nobody could do better even with every resource free."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from optimizer.schedule.evaluate import aboard_of, dues_of, member_dues, ready_jobs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.hub_schedule import TierName
    from optimizer.schedule.problem import HubProblem, Job, Member, Unit


def earliest_ends(problem: HubProblem) -> list[int]:
    """Return when each job could end if it had everything it needs to itself."""
    after: dict[int, list[int]] = {}
    for first, second in problem.before:
        after.setdefault(second, []).append(first)
    ends: dict[int, int] = {}
    leaves = {unit.stuff: unit for unit in problem.units if unit.may_leave_out and unit.stuff is not None}

    def end(place: int) -> int:
        if place not in ends:
            begin = max((end(first) for first in after.get(place, ())), default=0)
            if place in leaves:
                begin = max(begin, min(_ready(member) for member in leaves[place].members))
            ends[place] = earliest_end(problem.jobs[place], begin)
        return ends[place]

    def _ready(member: Member) -> int:
        return max((end(job) for job in ready_jobs(member)), default=0)

    return [end(place) for place in range(len(problem.jobs))]


def earliest_end(job: Job, after: int) -> int:
    """Return when a job that begins at an instant or later could end; one that is fixed ends when it does."""
    if job.is_fixed:
        return job.modes[0].begins[0][0] + job.modes[0].elapsed_min
    ends = [max(low, after) + mode.elapsed_min for mode in job.modes for low, high in mode.begins if high >= after]
    # After the last instant of all there is no schedule, and any number is a bound.
    return min(ends, default=after)


class Forced(NamedTuple):
    """What a unit adds to misses and lateness at least, and which of its consignments miss in every schedule."""

    misses: int
    lateness: int
    missed: frozenset[str]


def bounds_of(problem: HubProblem) -> dict[TierName, int]:
    """Return a bound on each aim; that on the risk is `optimizer.schedule.duties.least_risk`, and none here."""
    ends = earliest_ends(problem)
    forced = [forced_of(unit, ends) for unit in problem.units]
    return {
        "misses": sum(one.misses for one in forced),
        "changes": sum(
            job.was is not None and end_min - _longest(job) > job.was
            for job, end_min in zip(problem.jobs, ends, strict=True)
        ),
        "risk": 0,
        "lateness": sum(one.lateness for one in forced),
        "overtime": 0,
        "makespan": max(ends) - problem.begin_min,
    }


def _longest(job: Job) -> int:
    return max(mode.elapsed_min for mode in job.modes)


def forced_of(unit: Unit, ends: Sequence[int]) -> Forced:
    """Return what a unit adds to misses and lateness when each job ends as early as it can."""
    late = max((ends[job] - due for job, due in dues_of(unit)), default=0)
    own = {member.shipment: max([0, *(ends[job] - due for job, due in member_dues(member))]) for member in unit.members}
    if not unit.may_leave_out:
        late = max([late, *(own[member.shipment] for member in aboard_of(unit))])
    missed = frozenset(
        member.shipment for member in unit.members if member.is_left or late > 0 or own[member.shipment] > 0
    )
    lateness = sum(
        own[member.shipment] if member.is_left else max(0, late, own[member.shipment]) for member in unit.members
    )
    return Forced(sum(member.weight for member in unit.members if member.shipment in missed), lateness, missed)
