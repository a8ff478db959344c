"""Schedules of hubs for the shipped week: time, aims and bounds, beside a dispatcher who takes units as they come."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmarks.registry import BenchSpec, Measurement, progress
from data import load_catalogue
from data.hub_schedule import HubEvent, Replan
from data.plan_json import PlanFile
from data.samples import sample_cargo
from network import Network
from optimizer.consolidation import Params as PlanParams
from optimizer.consolidation import solve as plan
from optimizer.schedule import Params, build, solve
from optimizer.schedule.greedy import first_come
from optimizer.verify import verify_schedule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.catalogue import Catalogue
    from data.hub_schedule import HubSchedule
    from optimizer.schedule import Problem

WEEK = "2026-W49"
_EARLY_MIN = 6 * 60
_Value = tuple[str, float, str, float | None]


@dataclass(frozen=True, slots=True)
class Week:
    """So many shipments, seconds for their plan, and seconds for the schedule and for a change of it."""

    shipments: int
    plan_s: float
    limit_s: float
    change_s: float

    @property
    def number(self) -> int:
        """What it is called by."""
        return self.shipments


def measure(size: Week, seed: int) -> Iterator[Measurement]:
    """Measure one size."""
    for name, value, unit, baseline in _values(size, seed):
        yield Measurement(
            name=f"schedule/{name}", size=f"shipped/{size.shipments}", seed=seed, value=value, unit=unit,
            baseline=baseline,
        )  # fmt: skip


def _values(size: Week, seed: int) -> Iterator[_Value]:
    catalogue = load_catalogue()
    cargo = sample_cargo(catalogue, shipments=size.shipments, week=WEEK, seed=seed)
    network = Network(catalogue)
    # Compiles what is not on disk yet, so that the plan is not cut short by that.
    few = sample_cargo(catalogue, shipments=20, week=WEEK, seed=9)
    plan(network, few, PlanParams(time_limit_s=1_000, deterministic=True))
    file = PlanFile(plan(network, cargo, PlanParams(time_limit_s=size.plan_s, seed=seed)), cargo)
    progress(f"  planned, {len(file.plan.loads)} shared boxes")
    begun = time.perf_counter()
    problem = build(file, catalogue)
    made = solve(problem, Params(time_limit_s=size.limit_s, seed=seed))
    yield "total", time.perf_counter() - begun, "s", None
    yield "tasks", len(made.tasks), "", None
    yield from _aims(problem, made)
    yield "violations", _violations(catalogue, file, made, None), "", None
    yield from _change(catalogue, file, made, size, seed)


def _aims(problem: Problem, made: HubSchedule) -> Iterator[_Value]:
    """Yield the aims beside those of first come, first served, and their bounds."""
    theirs = [first_come(hub).marks.tiers for hub in problem.hubs]
    for tier in made.tiers:
        yield tier.name, tier.value, "", sum(marks[tier.name] for marks in theirs)
        yield f"{tier.name}-bound", tier.bound, "", None


def _violations(catalogue: Catalogue, file: PlanFile, made: HubSchedule, earlier: HubSchedule | None) -> int:
    """Return how many rules a schedule breaks; who misses is handed back without asking the network."""
    replan = tuple(
        Replan(shipment=one.shipment, hub=one.hub, unit=one.unit, service="", depart_min=0, ready_min=0)
        for one in made.missed
    )
    return len(verify_schedule(catalogue, file.cargo, file.plan, replace(made, replan=replan), earlier))


def _change(
    catalogue: Catalogue, file: PlanFile, made: HubSchedule, size: Week, seed: int
) -> Iterator[_Value]:  # fmt: skip
    """Strike the unit in the middle of the stuffing, or else of the gate, and yield what that takes and moves."""
    kinds = [[task for task in made.tasks if task.kind == kind] for kind in ("stuff", "gate_in")]
    some = sorted(next((tasks for tasks in kinds if tasks), []), key=lambda task: task.begin_min)
    if not some:
        return
    struck = some[len(some) // 2]
    event = HubEvent(kind="inspect", at_min=struck.begin_min - _EARLY_MIN, subject=struck.subject)
    begun = time.perf_counter()
    problem = build(file, catalogue, earlier=made, events=(event,))
    after = solve(problem, Params(time_limit_s=size.change_s, seed=seed), earlier=made)
    yield "change/total", time.perf_counter() - begun, "s", None
    fresh = solve(replace(problem, now_min=None), Params(time_limit_s=size.limit_s, seed=seed + 1))
    old = {task.id: task.begin_min for task in made.tasks}
    moved = sum(old.get(task.id, task.begin_min) != task.begin_min for task in fresh.tasks)
    yield "change/moved", after.tier("changes").value, "", moved
    yield "change/misses", after.tier("misses").value, "", fresh.tier("misses").value
    yield "change/violations", _violations(catalogue, file, after, made), "", None


SPEC: BenchSpec[Week] = BenchSpec(
    name="schedule",
    sizes=(Week(300, 60.0, 8.0, 2.0),),
    smoke_sizes=(Week(20, 10.0, 2.0, 1.0),),
    seeds=(1, 2, 3),
    run=measure,
)
