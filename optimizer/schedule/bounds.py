"""Lower bounds that need no solver: what nobody could do better even with every resource free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.schedule.evaluate import aboard_of, dues_of, member_dues, ready_jobs

if TYPE_CHECKING:
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


def bounds_of(problem: HubProblem) -> dict[TierName, int]:
    """
    Return a bound on each aim.

    Notes
    -----
    That on the risk holds for schedules that miss no more than the bound on misses.
    """
    ends = earliest_ends(problem)
    found: dict[TierName, int] = {"misses": 0, "changes": 0, "risk": 0, "lateness": 0, "overtime": 0}
    for unit in problem.units:
        for name, value in _of_unit(unit, ends).items():
            found[name] += value
    found["changes"] = sum(
        job.was is not None and end_min - _least(job) > job.was for job, end_min in zip(problem.jobs, ends, strict=True)
    )
    found["makespan"] = max(ends) - problem.begin_min
    return found


def _least(job: Job) -> int:
    return max(mode.elapsed_min for mode in job.modes)


def _of_unit(unit: Unit, ends: list[int]) -> dict[TierName, int]:
    """Return what a unit adds to misses, risk and lateness at least."""
    late = max((ends[job] - due for job, due in dues_of(unit)), default=0)
    own = {member.shipment: max([0, *(ends[job] - due for job, due in member_dues(member))]) for member in unit.members}
    if not unit.may_leave_out:
        late = max([late, *(own[member.shipment] for member in aboard_of(unit))])
    misses = {member.shipment: member.is_left or late > 0 or own[member.shipment] > 0 for member in unit.members}
    lateness = sum(
        own[member.shipment] if member.is_left else max(0, late, own[member.shipment]) for member in unit.members
    )
    missed = sum(member.weight for member in unit.members if misses[member.shipment])
    risk = 0
    if late <= 0 and unit.reserve_min and _lacks_reserve(unit, ends):
        risk = unit.odds_ppm * sum(member.weight for member in unit.members if not misses[member.shipment])
    return {"misses": missed, "risk": risk, "lateness": lateness}


def _lacks_reserve(unit: Unit, ends: list[int]) -> bool:
    """Tell whether a unit could not keep its reserve whatever is done."""
    pairs = dues_of(unit)
    if not unit.may_leave_out:
        pairs = pairs + [
            (member.release, member.customs_due)
            for member in aboard_of(unit)
            if member.release is not None and member.customs_due is not None
        ]
    return any(ends[job] + unit.reserve_min > due for job, due in pairs)
