"""From begins of jobs to the records of a schedule: names of resources, marks, aims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.hub_schedule import HubConsignment, HubSchedule, HubTaskTime, HubUnit, Tier
from optimizer.schedule.explain import changes_of
from optimizer.schedule.names import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.hub_schedule import ScheduleStatus, TierName
    from optimizer.schedule.params import Params
    from optimizer.schedule.problem import Problem
    from optimizer.schedule.run import HubResult


def schedule_of(
    problem: Problem,
    results: Sequence[HubResult],
    tiers: Sequence[TierName],
    params: Params,
    earlier: HubSchedule | None,
    runtime_s: float,
    *,
    is_stopped: bool,
) -> HubSchedule:
    """Return the records of a schedule; the aims are sums over the hubs."""
    old = {} if earlier is None else {task.id: task for task in earlier.tasks}
    tasks = tuple(
        task for result in results for task in sorted(_tasks(result, old), key=lambda task: (task.begin_min, task.id))
    )
    aims = tuple(
        Tier(
            name=name,
            value=sum(result.found.marks.tiers[name] for result in results),
            bound=sum(result.bounds[name] for result in results),
        )
        for name in tiers
    )
    open_aim = next((tier for tier in aims if tier.value > tier.bound), None)
    status: ScheduleStatus = "stopped" if is_stopped else "optimal" if open_aim is None else "feasible"
    return HubSchedule(
        status=status,
        fingerprint=problem.fingerprint,
        cargo_fingerprint=problem.cargo_fingerprint,
        seed=params.seed,
        risk_ppm=problem.risk_ppm,
        tiers=aims,
        gap=None if open_aim is None else (open_aim.value - open_aim.bound) / open_aim.value,
        tasks=tasks,
        consignments=tuple(one for result in results for one in _consignments(result)),
        units=tuple(one for result in results for one in _units(result)),
        outside=problem.outside,
        credits=problem.credits,
        events=problem.events,
        now_min=problem.now_min,
        changes=() if earlier is None else changes_of(problem, results, earlier),
        runtime_s=runtime_s,
    )


def _tasks(result: HubResult, old: dict[str, HubTaskTime]) -> Iterator[HubTaskTime]:
    """Yield the tasks of one hub."""
    names = names_of(result.problem, result.found.times, old)
    for place, (job, slot) in enumerate(zip(result.problem.jobs, result.found.times.slots, strict=True)):
        mode = job.modes[slot.mode]
        yield HubTaskTime(
            id=job.id,
            kind=job.kind,
            hub=result.problem.hub,
            subject=job.subject,
            begin_min=slot.begin_min,
            end_min=slot.begin_min + mode.elapsed_min,
            work_min=job.work_min,
            is_overtime=mode.is_overtime,
            overtime_cny_minor=job.overtime_minor if mode.is_overtime else 0,
            resources=names[place],
        )


def _consignments(result: HubResult) -> list[HubConsignment]:
    """Return the consignments of one hub."""
    marks = result.found.marks.members
    found = [
        HubConsignment(
            shipment=member.shipment,
            hub=result.problem.hub,
            unit=unit.id,
            ready_min=member.ready_min,
            arrive_min=member.arrive_min,
            weight=member.weight,
            odds_ppm=member.odds_ppm,
            is_missed=marks[unit.id, member.shipment].is_missed,
            is_left_out=member.shipment in result.found.times.left_out,
            late_min=marks[unit.id, member.shipment].late_min,
        )
        for unit, member in result.problem.members()
    ]
    return sorted(found, key=lambda one: one.shipment)


def _units(result: HubResult) -> list[HubUnit]:
    """Return the units of one hub."""
    marks = result.found.marks.units
    found = [
        HubUnit(
            id=unit.id,
            hub=result.problem.hub,
            service=unit.service,
            destination=unit.destination,
            depart_min=unit.depart_min,
            reserve_min=unit.reserve_min,
            odds_ppm=unit.odds_ppm,
            is_at_risk=marks[unit.id].is_at_risk,
            slack_min=marks[unit.id].slack_min,
        )
        for unit in result.problem.units
    ]
    return sorted(found, key=lambda one: one.id)
