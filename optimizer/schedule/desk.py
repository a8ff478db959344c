"""A hub on which jobs are put one after the other, each as early as it can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.schedule.evaluate import Slot, Times, dues_of, member_dues, ready_jobs
from optimizer.schedule.parts import jobs_of
from optimizer.schedule.profile import profiles_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.schedule.problem import HubProblem, Member, Mode, Unit


class Desk:
    """
    A hub on which jobs are put one after the other.

    Parameters
    ----------
    problem
        Its work.
    """

    def __init__(self, problem: HubProblem) -> None:
        self.problem = problem
        self.slots: list[Slot | None] = [
            Slot(job.modes[0].begins[0][0], 0) if job.is_fixed else None for job in problem.jobs
        ]
        fixed = [(job, slot) for job, slot in zip(problem.jobs, self.slots, strict=True) if slot is not None]
        profiles = profiles_of(problem, fixed)
        self._needs = [[(profiles[key], count) for key, count in job.needs] for job in problem.jobs]
        self._after: dict[int, list[int]] = {}
        for first, second in problem.before:
            self._after.setdefault(second, []).append(first)
        self.left_out: set[str] = set(problem.left)

    def end(self, job: int) -> int:
        """Return when a job that was put ends."""
        slot = self.slots[job]
        if slot is None:
            msg = f"{self.problem.jobs[job].id} was not put yet"
            raise AssertionError(msg)
        return slot.begin_min + self.problem.jobs[job].modes[slot.mode].elapsed_min

    def put(self, job: int, after: int, *, overtime: bool, keep: bool = False) -> None:
        """Put a job as early as it can be, or where it was before if that is asked for and possible."""
        if self.slots[job] is not None:
            return
        after = max([after, *(self.end(first) for first in self._after.get(job, ()))])
        slot = self._where_it_was(job, after) if keep else None
        slot = slot or self._earliest(job, after, overtime=overtime) or self._earliest(job, after, overtime=True)
        if slot is None:
            msg = f"no room for {self.problem.jobs[job].id}"
            raise NoRoomError(msg)
        self.slots[job] = slot
        self._take(job, slot, 1)

    def _take(self, job: int, slot: Slot, sign: int) -> None:
        end = slot.begin_min + self.problem.jobs[job].modes[slot.mode].elapsed_min
        for profile, demand in self._needs[job]:
            profile.take(slot.begin_min, end, sign * demand)

    def lift(self, jobs: Iterable[int]) -> None:
        """Take jobs off again, but for fixed ones."""
        for job in jobs:
            slot = self.slots[job]
            if slot is not None and not self.problem.jobs[job].is_fixed:
                self._take(job, slot, -1)
                self.slots[job] = None

    def take_back(self, unit: Unit) -> None:
        """Take all jobs of a unit off again, and put in who was left out, but for what had begun."""
        self.lift(jobs_of(unit))
        self.left_out -= {member.shipment for member in unit.members if not member.is_left}

    def _conflict(self, job: int, begin: int, end: int) -> int | None:
        """Return from when on nothing of what is taken now keeps a job from its resources, None if nothing does."""
        last = None
        for profile, count in self._needs[job]:
            found = profile.conflict(begin, end, count)
            if found is not None and (last is None or found > last):
                last = found
        return last

    def _earliest(self, job: int, after: int, *, overtime: bool) -> Slot | None:
        """Return the slot that ends first, regular ones first among equals."""
        best: tuple[int, bool, Slot] | None = None
        for place, mode in enumerate(self.problem.jobs[job].modes):
            if mode.is_overtime and not overtime:
                continue
            begin = self._first(job, mode, after)
            if begin is not None:
                offer = (begin + mode.elapsed_min, mode.is_overtime, Slot(begin, place))
                best = offer if best is None else min(best, offer)
        return None if best is None else best[2]

    def _first(self, job: int, mode: Mode, after: int) -> int | None:
        """Return the first instant at which a job can begin in one of its modes."""
        for low, high in mode.begins:
            begin = max(low, after)
            while begin <= high:
                conflict = self._conflict(job, begin, begin + mode.elapsed_min)
                if conflict is None:
                    return begin
                begin = conflict
        return None

    def _where_it_was(self, job: int, after: int) -> Slot | None:
        task = self.problem.jobs[job]
        if task.was is None or task.was < after:
            return None
        for place, mode in enumerate(task.modes):
            for low, high in mode.begins:
                if low <= task.was <= high and self._conflict(job, task.was, task.was + mode.elapsed_min) is None:
                    return Slot(task.was, place)
        return None

    def put_unit(self, unit: Unit, *, overtime: bool, keep: bool = False) -> None:
        """Put all jobs of a unit, leaving out members that would make it miss."""
        for member in unit.members:
            own = (member.documents, member.declare)
            for job in own:
                if job is not None:
                    self.put(job, 0, overtime=overtime, keep=keep)
        for job in self._in_order(unit):
            self.put(job, 0, overtime=overtime, keep=keep)
        self._put_chain(unit, overtime=overtime, keep=keep)
        if unit.may_leave_out:
            self._leave_out(unit, overtime=overtime, keep=keep)

    def _in_order(self, unit: Unit) -> list[int]:
        """Return inspections and releases, each after those it follows."""
        jobs = [job for member in unit.members for job in (member.inspect, member.release) if job is not None]
        jobs += [] if unit.inspect is None else [unit.inspect]
        chain = set(chain_of(unit))
        waiting = dict.fromkeys(job for job in jobs if self.slots[job] is None)
        found = []
        while waiting:
            free = [job for job in waiting if not any(first in waiting for first in self._after.get(job, ()))]
            for job in free:
                del waiting[job]
                # An inspection of what is stuffed already follows the chain.
                if not any(first in chain and self.slots[first] is None for first in self._after.get(job, ())):
                    found.append(job)
        return found

    def _put_chain(self, unit: Unit, *, overtime: bool, keep: bool) -> None:
        """Put what is done with the unit as one."""
        after = self._ready(unit) if unit.may_leave_out else 0
        for job in chain_of(unit):
            self.put(job, after, overtime=overtime, keep=keep)

    def _ready(self, unit: Unit) -> int:
        """Return when all members that are not left out are ready."""
        ready = [
            self.end(job)
            for member in unit.members
            if member.shipment not in self.left_out
            for job in ready_jobs(member)
        ]
        return max(ready, default=0)

    def _leave_out(self, unit: Unit, *, overtime: bool, keep: bool) -> None:
        """Leave out one member after the other, as long as the unit misses and others can be saved."""
        while self.is_late(unit):
            rest = [member for member in unit.members if member.shipment not in self.left_out]
            if len(rest) == 1:
                self.left_out -= {member.shipment for member in unit.members}
                self._again(unit, overtime=overtime, keep=keep)
                return
            self.left_out.add(max(rest, key=self._hindrance).shipment)
            self._again(unit, overtime=overtime, keep=keep)

    def _hindrance(self, member: Member) -> tuple[int, int]:
        """Return how much a member keeps its unit from being in time: by its own cut-offs, then by when it is ready."""
        own = max((self.end(job) - due for job, due in member_dues(member)), default=0)
        return max(0, own), max((self.end(job) for job in ready_jobs(member)), default=0)

    def is_late(self, unit: Unit) -> bool:
        """Tell whether anything aboard a unit comes after its cut-off."""
        return any(self.end(job) > due for job, due in self.dues(unit))

    def dues(self, unit: Unit) -> list[tuple[int, int]]:
        """Return the jobs of a unit and of those aboard with their cut-offs."""
        aboard = (member for member in unit.members if member.shipment not in self.left_out)
        return dues_of(unit) + [pair for member in aboard for pair in member_dues(member)]

    def _again(self, unit: Unit, *, overtime: bool, keep: bool) -> None:
        self.lift(chain_of(unit))
        self._put_chain(unit, overtime=overtime, keep=keep)

    def times(self) -> Times:
        """Return the schedule when everything was put."""
        return Times(tuple(slot for slot in self.slots if slot is not None), frozenset(self.left_out))


class NoRoomError(Exception):
    """A job found no place within the calendar."""


def chain_of(unit: Unit) -> list[int]:
    """Return the jobs done with a unit as one, in order."""
    return [job for job in (unit.stuff, *unit.seals, unit.gate) if job is not None]
