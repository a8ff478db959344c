"""Schedules without a solver: units one after the other, each task as early as it can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.schedule.desk import Desk
from optimizer.schedule.evaluate import evaluate
from optimizer.schedule.found import Found
from optimizer.schedule.orders import ORDERS, by_arrival, by_plain_due
from optimizer.schedule.parts import jobs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from data.hub_schedule import TierName
    from optimizer.schedule.problem import HubProblem, Unit


def first_come(problem: HubProblem) -> Found:
    """Return the schedule of a dispatcher who takes units as they come, in regular hours, without any reserve."""
    desk = Desk(problem)
    for unit in sorted(problem.units, key=lambda unit: (by_arrival(unit), unit.id)):
        desk.put_unit(unit, overtime=False)
    times = desk.times()
    return Found(times, evaluate(problem, times))


def one_by_one(problem: HubProblem, order: Callable[[Unit], tuple[float, ...]]) -> Found:
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
    before = _cost(desk, unit)
    desk.take_back(unit)
    desk.put_unit(unit, overtime=True)
    if _cost(desk, unit) >= before:
        desk.take_back(unit)
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
    before = _cost(desk, unit)[0]
    desk.take_back(unit)
    desk.put_unit(unit, overtime=True, keep=True)
    if _cost(desk, unit)[0] >= before:
        desk.take_back(unit)
        desk.put_unit(unit, overtime=False, keep=True)


def best_start(problem: HubProblem, tiers: Sequence[TierName]) -> Found:
    """Return the best of the schedules of all orders."""
    found = [one_by_one(problem, order) for order in ORDERS]
    return min(found, key=lambda one: one.key(tiers))
