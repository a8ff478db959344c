"""
Schedules of hubs: time, aims and bounds, beside a dispatcher who takes units as they come.

Of the shipped week, which is planned first, and of a crowded hub, whose plan is drawn at random.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmarks.crowd import Crowd, drawn
from benchmarks.registry import BenchSpec, Measurement, progress
from data import load_catalogue
from data.hub_schedule import FIRST_TIERS, HubEvent, Replan
from data.plan_json import PlanFile
from data.samples import sample_cargo
from network import Network
from optimizer.consolidation import Params as PlanParams
from optimizer.consolidation import solve as plan
from optimizer.schedule import Params, build, solve
from optimizer.schedule.greedy import best_start, first_come
from optimizer.verify import verify_schedule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from data.catalogue import Catalogue
    from data.hub_schedule import HubSchedule, TierName
    from optimizer.schedule import Progress

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


@dataclass(frozen=True, slots=True)
class Crowded:
    """So many consignments in one hub within two weeks, and seconds for the schedule and for a change of it."""

    consignments: int
    limit_s: float
    change_s: float

    @property
    def number(self) -> int:
        """What it is called by."""
        return self.consignments


def measure(size: Week | Crowded, seed: int) -> Iterator[Measurement]:
    """Measure one size."""
    name = f"{'shipped' if isinstance(size, Week) else 'crowded'}/{size.number}"
    for quantity, value, unit, baseline in _values(size, seed):
        yield Measurement(
            name=f"schedule/{quantity}", size=name, seed=seed, value=value, unit=unit, baseline=baseline
        )  # fmt: skip


def _values(size: Week | Crowded, seed: int) -> Iterator[_Value]:
    catalogue = load_catalogue()
    crowd = _planned(catalogue, size, seed) if isinstance(size, Week) else drawn(catalogue, size.number, WEEK, seed)
    file = crowd.file
    progress(f"  planned, {len(file.plan.loads)} shared boxes")
    begun = time.perf_counter()
    problem = build(file, catalogue, credit=crowd.credit)
    theirs = [first_come(hub).marks.tiers for hub in problem.hubs]
    for hub in problem.hubs:
        best_start(hub, FIRST_TIERS)
    yield "first", time.perf_counter() - begun, "s", None
    begun = time.perf_counter()
    problem = build(file, catalogue, credit=crowd.credit)
    made = solve(problem, Params(time_limit_s=size.limit_s, seed=seed), _tell)
    yield "total", time.perf_counter() - begun, "s", None
    yield "tasks", len(made.tasks), "", None
    yield from _aims(made, theirs)
    yield "gap", 100 * (made.gap or 0), "%", None
    yield "violations", _violations(catalogue, file, made, None), "", None
    yield from _change(catalogue, file, made, size, seed)


def _tell(now: Progress) -> None:
    progress(f"  {now.hub} {now.tier}: {now.value}, bound {now.bound}, {now.elapsed_s:.1f} s")


def _planned(catalogue: Catalogue, size: Week, seed: int) -> Crowd:
    """Return the plan of the shipped week."""
    cargo = sample_cargo(catalogue, shipments=size.shipments, week=WEEK, seed=seed)
    network = Network(catalogue)
    # Compiles what is not on disk yet, so that the plan is not cut short by that.
    few = sample_cargo(catalogue, shipments=20, week=WEEK, seed=9)
    plan(network, few, PlanParams(time_limit_s=1_000, deterministic=True))
    return Crowd(PlanFile(plan(network, cargo, PlanParams(time_limit_s=size.plan_s, seed=seed)), cargo), ())


def _aims(made: HubSchedule, theirs: Sequence[Mapping[TierName, int]]) -> Iterator[_Value]:
    """Yield the aims beside those of first come, first served, and their bounds."""
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
    catalogue: Catalogue, file: PlanFile, made: HubSchedule, size: Week | Crowded, seed: int
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
    yield "change/moved-share", 100 * after.tier("changes").value / len(after.tasks), "%", None
    yield "change/misses", after.tier("misses").value, "", fresh.tier("misses").value
    yield "change/violations", _violations(catalogue, file, after, made), "", None


SPEC: BenchSpec[Week | Crowded] = BenchSpec(
    name="schedule",
    sizes=(Week(300, 60.0, 8.0, 2.0), Crowded(300, 58.0, 2.0)),
    smoke_sizes=(Week(20, 10.0, 2.0, 1.0), Crowded(12, 2.0, 1.0)),
    seeds=(1, 2, 3),
    run=measure,
)
