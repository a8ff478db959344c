"""Why tasks moved when a schedule was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.hub_schedule import TaskChange
from optimizer.schedule.constraints import shut_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.hub_schedule import ChangeCause, HubSchedule, HubTaskTime
    from optimizer.schedule.problem import HubProblem, Job, Problem
    from optimizer.schedule.run import HubResult


def changes_of(problem: Problem, results: Sequence[HubResult], earlier: HubSchedule) -> tuple[TaskChange, ...]:
    """
    Return every task that moved, came or went, with its reason, in order of id.

    Notes
    -----
    The first of these that holds is the cause: an inspection of what it is about is new (``inspection``); its cargo
    comes after it was to begin (``late``); a resource it had is shut then (``closed``); a task before it ends after it
    was to begin (``after``); others have all resources it needs then (``displaced``); else room was made (``room``).
    """
    old = {task.id: task for task in earlier.tasks}
    known = set(earlier.events)
    fresh = [event for event in problem.events if event not in known]
    found: list[TaskChange] = []
    for result in results:
        found += _Explainer(result, old, {event.subject for event in fresh}).changes()
    ids = {job.id for result in results for job in result.problem.jobs}
    found += [
        TaskChange(task=task.id, was_min=task.begin_min, begin_min=None, cause="inspection", by=task.subject)
        for task in earlier.tasks
        if task.id not in ids
    ]
    return tuple(sorted(found, key=lambda change: change.task))


class _Explainer:
    """Explains the changes of one hub."""

    def __init__(self, result: HubResult, old: dict[str, HubTaskTime], struck: set[str | None]) -> None:
        self._problem: HubProblem = result.problem
        self._times = result.found.times
        self._old = old
        self._struck = struck
        self._after: dict[int, list[int]] = {}
        for first, second in self._problem.before:
            self._after.setdefault(second, []).append(first)
        for unit in self._problem.units:
            if unit.may_leave_out and unit.stuff is not None:
                aboard = [member for member in unit.members if member.shipment not in self._times.left_out]
                self._after.setdefault(unit.stuff, []).extend(
                    job for member in aboard for job in (member.release, member.inspect) if job is not None
                )
        self._arrivals = {member.shipment: member.arrive_min for _, member in self._problem.members()}

    def changes(self) -> Iterator[TaskChange]:
        """Yield the changes."""
        for place, job in enumerate(self._problem.jobs):
            begin = self._times.begin(place)
            if job.was == begin:
                continue
            cause, by = self._cause(place, job)
            yield TaskChange(task=job.id, was_min=job.was, begin_min=begin, cause=cause, by=by)

    def _cause(self, place: int, job: Job) -> tuple[ChangeCause, str]:
        """Return why a job is not where it was, and what is behind it."""
        if job.was is None:
            return "inspection", job.subject
        was = job.was
        if job.subject in self._struck and was < self._arrivals.get(job.subject, 0) and job.kind != "documents":
            return "late", job.subject
        shut = self._shut(job, was)
        if shut is not None:
            return "closed", shut
        for first in self._after.get(place, ()):
            if self._times.end(self._problem, first) > was:
                return "after", self._problem.jobs[first].id
        other = self._displacer(place, job, was)
        return ("room", job.subject) if other is None else ("displaced", other)

    def _shut(self, job: Job, was: int) -> str | None:
        """Return the resource of a job that is shut while it was to be done."""
        end = was + min(mode.elapsed_min for mode in job.modes)
        for pool in self._problem.pools:
            if pool.key not in job.pools:
                continue
            for begin, until, count in shut_pieces(self._problem, pool):
                if begin < end and was < until and self._busy(pool.key, begin, until, skip=job) + count >= pool.count:
                    return pool.key.name
        return None

    def _busy(self, key: object, begin: int, until: int, *, skip: Job) -> int:
        """Return how many other jobs have a resource in an interval."""
        return sum(
            key in job.pools and job is not skip and self._times.begin(place) < until
            and begin < self._times.end(self._problem, place)
            for place, job in enumerate(self._problem.jobs)
        )  # fmt: skip

    def _displacer(self, place: int, job: Job, was: int) -> str | None:
        """Return a job that has a resource of another when that was to be done: one that moved or is new, if any."""
        end = was + min(mode.elapsed_min for mode in job.modes)
        there = [
            (other.was == self._times.begin(index), self._times.begin(index), other.id)
            for index, other in enumerate(self._problem.jobs)
            if index != place
            and set(other.pools) & set(job.pools)
            and self._times.begin(index) < end
            and was < self._times.end(self._problem, index)
        ]
        return min(there)[2] if there else None
