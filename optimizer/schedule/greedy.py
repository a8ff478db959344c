"""Schedules without a solver: units one after the other, each task as early as it can be."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

from optimizer.schedule.evaluate import Slot, Times, dues_of, evaluate, member_dues, ready_jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from data.hub_schedule import TierName
    from optimizer.schedule.evaluate import Marks
    from optimizer.schedule.problem import HubProblem, Job, Member, Pool, PoolKey, Unit

_FAR = 2**40


class Found(NamedTuple):
    """A schedule and what it is worth."""

    times: Times
    marks: Marks

    def key(self, tiers: Sequence[TierName]) -> tuple[int, ...]:
        """Return the aims in their order."""
        return tuple(self.marks.tiers[name] for name in tiers)


class Profile:
    """How many of some resources are free at each instant."""

    def __init__(self, pool: Pool) -> None:
        self._times = [-_FAR, _FAR]
        self._free = [pool.count, 0]

    def _cut(self, minute: int) -> int:
        """Return the place of the piece that begins at a minute."""
        place = bisect_left(self._times, minute)
        if self._times[place] != minute:
            self._times.insert(place, minute)
            self._free.insert(place, self._free[place - 1])
        return place

    def take(self, begin: int, end: int, count: int = 1) -> None:
        """Take, or with a count below 0 give back, resources over an interval."""
        if begin >= end:
            return
        first, last = self._cut(begin), self._cut(end)
        for place in range(first, last):
            self._free[place] -= count

    def shut(self, begin: int, end: int, count: int) -> None:
        """Take as many as are free, up to a number: what runs already runs on."""
        first, last = self._cut(begin), self._cut(end)
        for place in range(first, last):
            self._free[place] -= max(0, min(count, self._free[place]))

    def conflict(self, begin: int, end: int, count: int = 1) -> int | None:
        """Return the end of the last piece of an interval in which so many are not free, None if there is none."""
        if begin >= end:
            return None
        first = bisect_right(self._times, begin) - 1
        last = bisect_left(self._times, end)
        for place in range(last - 1, first - 1, -1):
            if self._free[place] < count:
                return self._times[place + 1]
        return None


def profiles_of(problem: HubProblem, fixed: Iterable[tuple[Job, Slot]]) -> dict[PoolKey, Profile]:
    """Return what is free of each resource beside fixed jobs and what is shut."""
    found = {pool.key: Profile(pool) for pool in problem.pools}
    for job, slot in fixed:
        for key, count in job.needs:
            found[key].take(slot.begin_min, slot.begin_min + job.modes[slot.mode].elapsed_min, count)
    for pool in problem.pools:
        for closure in pool.closures:
            found[pool.key].shut(closure.begin_min, closure.end_min, closure.shut)
    return found


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
        self._profiles = profiles_of(problem, fixed)
        self._after: dict[int, list[int]] = {}
        for first, second in problem.before:
            self._after.setdefault(second, []).append(first)
        self.left_out: set[str] = set()

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
        task = self.problem.jobs[job]
        for key, demand in task.needs:
            self._profiles[key].take(slot.begin_min, slot.begin_min + task.modes[slot.mode].elapsed_min, sign * demand)

    def lift(self, jobs: Iterable[int]) -> None:
        """Take jobs off again, but for fixed ones."""
        for job in jobs:
            slot = self.slots[job]
            if slot is not None and not self.problem.jobs[job].is_fixed:
                self._take(job, slot, -1)
                self.slots[job] = None

    def _conflict(self, task: Job, begin: int, end: int) -> int | None:
        found = [self._profiles[key].conflict(begin, end, count) for key, count in task.needs]
        return max((one for one in found if one is not None), default=None)

    def _earliest(self, job: int, after: int, *, overtime: bool) -> Slot | None:
        """Return the slot that ends first, regular ones first among equals."""
        task = self.problem.jobs[job]
        best: tuple[int, bool, Slot] | None = None
        for place, mode in enumerate(task.modes):
            if mode.is_overtime and not overtime:
                continue
            begin = self._first(task, place, after)
            if begin is not None:
                offer = (begin + mode.elapsed_min, mode.is_overtime, Slot(begin, place))
                best = offer if best is None else min(best, offer)
        return None if best is None else best[2]

    def _first(self, task: Job, place: int, after: int) -> int | None:
        """Return the first instant at which a job can begin in one of its modes."""
        mode = task.modes[place]
        for low, high in mode.begins:
            begin = max(low, after)
            while begin <= high:
                conflict = self._conflict(task, begin, begin + mode.elapsed_min)
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
                if low <= task.was <= high and self._conflict(task, task.was, task.was + mode.elapsed_min) is None:
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


def jobs_of(unit: Unit) -> list[int]:
    """Return all jobs of a unit."""
    own = [
        job
        for member in unit.members
        for job in (member.documents, member.declare, member.inspect, member.release)
        if job is not None
    ]
    return [*own, *([] if unit.inspect is None else [unit.inspect]), *chain_of(unit)]


def by_due(unit: Unit) -> tuple[int, ...]:
    """Order units by their cut-offs less their reserve."""
    return (min((due for _, due in dues_of(unit)), default=_FAR) - unit.reserve_min, unit.depart_min)


def by_plain_due(unit: Unit) -> tuple[int, ...]:
    """Order units by their cut-offs."""
    return (min((due for _, due in dues_of(unit)), default=_FAR), unit.depart_min)


def by_weight(unit: Unit) -> tuple[int, ...]:
    """Order units by what a miss of them counts, the most first."""
    return (-unit.weight, unit.depart_min)


def by_arrival(unit: Unit) -> tuple[int, ...]:
    """Order units as they come."""
    return (max(member.arrive_min for member in unit.members), unit.depart_min)


def first_come(problem: HubProblem) -> Found:
    """Return the schedule of a dispatcher who takes units as they come, in regular hours, without any reserve."""
    desk = Desk(problem)
    for unit in sorted(problem.units, key=lambda unit: (by_arrival(unit), unit.id)):
        desk.put_unit(unit, overtime=False)
    times = desk.times()
    return Found(times, evaluate(problem, times))


def one_by_one(problem: HubProblem, order: Callable[[Unit], tuple[int, ...]]) -> Found:
    """Return the schedule of units put in an order; where one misses or is at risk, overtime is tried."""
    desk = Desk(problem)
    for unit in sorted(problem.units, key=lambda unit: (order(unit), unit.id)):
        desk.put_unit(unit, overtime=False)
        if not _is_safe(desk, unit):
            _try_overtime(desk, unit)
    times = desk.times()
    return Found(times, evaluate(problem, times))


def _cost(desk: Desk, unit: Unit) -> tuple[int, int, int, int]:
    """Return weights that miss, whether the reserve is not kept, minutes late, and overtime of one unit."""
    dues = desk.dues(unit)
    late = max((desk.end(job) - due for job, due in dues), default=0)
    missed = sum(member.weight for member in unit.members if late > 0 or member.shipment in desk.left_out)
    kinds = [desk.problem.jobs[job].kind for job, _ in dues]
    at_risk = any(
        desk.end(job) + unit.reserve_min > due
        for (job, due), kind in zip(dues, kinds, strict=True)
        if kind != "documents"
    )
    overtime = 0
    for job in jobs_of(unit):
        slot, task = desk.slots[job], desk.problem.jobs[job]
        overtime += task.overtime_minor if slot is not None and task.modes[slot.mode].is_overtime else 0
    return missed, int(at_risk), max(0, late), overtime


def _is_safe(desk: Desk, unit: Unit) -> bool:
    """Tell whether a unit misses nothing and keeps its reserve."""
    return _cost(desk, unit)[:2] == (0, 0)


def _try_overtime(desk: Desk, unit: Unit) -> None:
    """Put a unit anew with overtime, and keep that if it is better."""
    names = {member.shipment for member in unit.members}
    before = _cost(desk, unit)
    desk.lift(jobs_of(unit))
    desk.left_out -= names
    desk.put_unit(unit, overtime=True)
    if _cost(desk, unit) >= before:
        desk.lift(jobs_of(unit))
        desk.left_out -= names
        desk.put_unit(unit, overtime=False)


def kept(problem: HubProblem) -> Found:
    """Return a schedule in which what can stays where it was, and the rest comes as early as it can."""
    desk = Desk(problem)

    def moves(unit: Unit) -> bool:
        return any(problem.jobs[job].was is None for job in jobs_of(unit))

    for unit in sorted(problem.units, key=lambda unit: (moves(unit), by_plain_due(unit), unit.id)):
        desk.put_unit(unit, overtime=False, keep=True)
        if _cost(desk, unit)[0]:
            _try_kept_overtime(desk, unit)
    times = desk.times()
    return Found(times, evaluate(problem, times))


def _try_kept_overtime(desk: Desk, unit: Unit) -> None:
    """Put a unit that misses anew with overtime, and keep that if less is missed."""
    names = {member.shipment for member in unit.members}
    before = _cost(desk, unit)[0]
    desk.lift(jobs_of(unit))
    desk.left_out -= names
    desk.put_unit(unit, overtime=True, keep=True)
    if _cost(desk, unit)[0] >= before:
        desk.lift(jobs_of(unit))
        desk.left_out -= names
        desk.put_unit(unit, overtime=False, keep=True)


ORDERS = (by_due, by_plain_due, by_weight)
"""Orders of units that are tried for a first schedule."""


def best_start(problem: HubProblem, tiers: Sequence[TierName]) -> Found:
    """Return the best of the schedules of all orders."""
    found = [one_by_one(problem, order) for order in ORDERS]
    return min(found, key=lambda one: one.key(tiers))
