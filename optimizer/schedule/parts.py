"""A part of a hub's problem: some units with all else as it stands, so that a small model improves a large schedule."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from optimizer.schedule.evaluate import Times
from optimizer.schedule.problem import Closure

if TYPE_CHECKING:
    from collections.abc import Collection

    import numpy as np

    from data.hub_schedule import TierName
    from optimizer.schedule.evaluate import Marks
    from optimizer.schedule.problem import HubProblem, Pool, Unit


class Part(NamedTuple):
    """
    A problem that is a part of another.

    Parameters
    ----------
    problem
        The part; what all else has is shut in it.
    jobs
        Places of its jobs in the whole.
    """

    problem: HubProblem
    jobs: tuple[int, ...]

    def of(self, times: Times) -> Times:
        """Return what a schedule of the whole says of the part."""
        names = {member.shipment for _, member in self.problem.members()}
        return Times(tuple(times.slots[job] for job in self.jobs), times.left_out & names)

    def into(self, times: Times, found: Times) -> Times:
        """Return a schedule of the whole with a part of it as found."""
        names = {member.shipment for _, member in self.problem.members()}
        slots = list(times.slots)
        for job, slot in zip(self.jobs, found.slots, strict=True):
            slots[job] = slot
        return Times(tuple(slots), (times.left_out - names) | found.left_out)


def part_of(problem: HubProblem, times: Times, chosen: Collection[int]) -> Part:
    """
    Return the part of a problem that some units are.

    Parameters
    ----------
    problem, times
        The whole, and how it stands.
    chosen
        Places of the units.
    """
    units = [problem.units[place] for place in sorted(chosen)]
    jobs = tuple(sorted({job for unit in units for job in jobs_of(unit)}))
    place_of = {job: place for place, job in enumerate(jobs)}
    rest = [job for job in range(len(problem.jobs)) if job not in place_of]
    part = replace(
        problem,
        jobs=tuple(problem.jobs[job] for job in jobs),
        pools=tuple(_taken(problem, pool, times, rest) for pool in problem.pools),
        units=tuple(_moved(unit, place_of) for unit in units),
        before=tuple(
            (place_of[first], place_of[second])
            for first, second in problem.before
            if first in place_of and second in place_of
        ),
    )
    return Part(part, jobs)


def _taken(problem: HubProblem, pool: Pool, times: Times, rest: list[int]) -> Pool:
    """Return resources without those that some jobs have."""
    taken = tuple(
        Closure(times.begin(job), times.end(problem, job), count)
        for job in rest
        for key, count in problem.jobs[job].needs
        if key == pool.key and times.end(problem, job) > times.begin(job)
    )
    return replace(pool, closures=pool.closures + taken)


def _moved(unit: Unit, place_of: dict[int, int]) -> Unit:
    """Return a unit whose jobs have other places."""

    def at(job: int | None) -> int | None:
        return None if job is None else place_of[job]

    members = tuple(
        replace(
            member,
            documents=at(member.documents),
            declare=at(member.declare),
            inspect=at(member.inspect),
            release=at(member.release),
        )
        for member in unit.members
    )
    return replace(
        unit,
        members=members,
        gate=place_of[unit.gate],
        stuff=at(unit.stuff),
        inspect=at(unit.inspect),
        seals=tuple(place_of[job] for job in unit.seals),
    )


def jobs_of(unit: Unit) -> list[int]:
    """Return all jobs of a unit."""
    own = [
        job
        for member in unit.members
        for job in (member.documents, member.declare, member.inspect, member.release)
        if job is not None
    ]
    return [*own, *(job for job in (unit.inspect, unit.stuff, *unit.seals, unit.gate) if job is not None)]


def faulty(problem: HubProblem, times: Times, marks: Marks, tier: TierName) -> list[int]:
    """Return the places of units that make an aim as large as it is."""
    return [place for place, unit in enumerate(problem.units) if _adds(problem, unit, times, marks, tier)]


def _adds(problem: HubProblem, unit: Unit, times: Times, marks: Marks, tier: TierName) -> bool:
    """Tell whether a unit adds to an aim."""
    mark = marks.units[unit.id]
    slots = [(problem.jobs[job], times.slots[job]) for job in jobs_of(unit)]
    if tier == "risk":
        return mark.is_at_risk
    if tier == "overtime":
        return any(job.modes[slot.mode].is_overtime and job.overtime_minor > 0 for job, slot in slots)
    if tier == "changes":
        return any(job.was is not None and slot.begin_min != job.was for job, slot in slots)
    if tier == "makespan":
        last = max(times.end(problem, job) for job in range(len(problem.jobs)))
        return any(times.end(problem, job) == last for job in jobs_of(unit))
    return any(marks.members[unit.id, member.shipment].is_missed for member in unit.members)


def around(problem: HubProblem, times: Times, unit: int, size: int, rng: np.random.Generator) -> list[int]:
    """
    Return a unit and those whose work lies nearest to its own, more or less.

    Parameters
    ----------
    problem, times
        The hub, and how it stands.
    unit
        Place of the unit.
    size
        How many are returned.
    rng
        Random numbers; nearness is blurred by half of itself, and looks at a random job of the unit.
    """
    some = jobs_of(problem.units[unit])
    middle = some[int(rng.integers(len(some)))]
    pools = set(problem.jobs[middle].pools)
    at = times.begin(middle)
    near = []
    for place, other in enumerate(problem.units):
        begins = [times.begin(job) for job in jobs_of(other) if not pools or pools & set(problem.jobs[job].pools)]
        distance = min((abs(begin - at) for begin in begins), default=problem.end_min)
        near.append((distance * (0.5 + rng.random()) if place != unit else -1.0, place))
    return [place for _, place in sorted(near)[:size]]
