"""
Plans for a week's cargo: cost, bound and time, beside general solvers and a dispatcher who takes things as they come.

The others choose among the dated boxes that our run found, so they compare ways of choosing, not of finding boxes.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.candidates import candidates, packed
from benchmarks.cold import resident_mib
from benchmarks.first_come import RealPrices, first_come, quality_of, saved, with_boxes
from benchmarks.monoliths import SOLVERS, solve_apart
from benchmarks.registry import BenchSpec, Measurement, progress
from data import load_catalogue
from data.samples import sample_cargo
from data.splitting import parted
from network import Network
from optimizer.consolidation import Params, solve
from optimizer.consolidation.run import Run
from optimizer.verify import verify_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.candidates import Candidates
    from benchmarks.first_come import Quality
    from data.plan import Plan
    from network.timetable import Ints
    from optimizer.consolidation import Progress

WEEK = "2026-W49"
LEAST_S = 1.0
"""Least time a solver is given."""


@dataclass(frozen=True, slots=True)
class Week:
    """So many shipments, seconds at most, and the gap at which a run may end."""

    shipments: int
    limit_s: float
    gap: float

    @property
    def number(self) -> int:
        """What it is called by."""
        return self.shipments


WARM, WARM_SEED = Week(20, 1_000, 0.005), 9
"""A small week some of whose cargo shares boxes, limited in steps."""


@dataclass
class Watch:
    """Notes when the first plan was there, and the most memory at any report."""

    first_s: float | None = None
    memory_mib: float | None = None

    def __call__(self, now: Progress) -> None:
        """Take note of a report."""
        if self.first_s is None and now.cost_minor is not None:
            self.first_s = now.elapsed_s
        self.look()

    def look(self) -> None:
        """Take note of the memory in use."""
        resident = resident_mib()
        if resident is not None:
            self.memory_mib = max(resident, self.memory_mib or 0.0)


_Value = tuple[str, float, str, float | None]


def measure(size: Week, seed: int) -> Iterator[Measurement]:
    """Measure one size."""
    for name, value, unit, baseline in _values(size, seed):
        yield Measurement(
            name=f"consolidation/{name}", size=f"shipped/{size.shipments}", seed=seed, value=value, unit=unit,
            baseline=baseline,
        )  # fmt: skip


def _values(size: Week, seed: int) -> Iterator[_Value]:
    catalogue = load_catalogue()
    cargo = sample_cargo(catalogue, shipments=size.shipments, week=WEEK, seed=seed)
    network = Network(catalogue)
    # Compiles what is not on disk yet, however long that takes, so that it is not counted.
    few = sample_cargo(catalogue, shipments=WARM.shipments, week=WEEK, seed=WARM_SEED)
    solve(network, few, Params(time_limit_s=WARM.limit_s, gap=WARM.gap, deterministic=True))
    watch = Watch()
    begun = time.perf_counter()
    run = Run(network, cargo, Params(time_limit_s=size.limit_s, gap=size.gap, seed=seed), watch)
    plan = run.solve()
    seconds = time.perf_counter() - begun
    watch.look()
    progress(f"  planned in {seconds:.1f} s")
    yield from _run_values(plan, watch, seconds)
    yield "violations", len(verify_plan(catalogue, cargo, plan)), "", None
    houses = [run.makes.make(index, shipment) for index, shipment in enumerate(cargo)]
    seconds = max(LEAST_S, seconds)
    classes = candidates(run.entries, after(seconds))
    progress(f"  {sum(len(one.offers) for one in classes)} dated boxes in {len(classes)} classes")
    alone = with_boxes(houses, [])
    yield from _quality_values(
        quality_of(plan, parted(cargo, plan.splits)), with_boxes(houses, first_come(classes)), alone
    )
    yield from _solver_values(plan, classes, seconds)


def after(seconds: float) -> Callable[[], bool]:
    """Return what says whether some seconds are over from now on."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


def _run_values(plan: Plan, watch: Watch, seconds: float) -> Iterator[_Value]:
    if plan.bound_minor is not None and plan.gap is not None:
        yield "bound", plan.bound_minor / 100, "CNY", None
        yield "gap", plan.gap * 100, "%", None
    if watch.first_s is not None:
        yield "first-plan", watch.first_s, "s", None
    yield "total", seconds, "s", None
    if watch.memory_mib is not None:
        yield "memory", watch.memory_mib, "MiB", None


def _quality_values(ours: Quality, theirs: Quality, alone: Quality) -> Iterator[_Value]:
    """Put our plan beside first come, first served, then beside everything alone."""
    yield "cost", ours.cost / 100, "CNY", theirs.cost / 100
    yield "cost-per-m3", ours.cost_per_m3, "CNY", theirs.cost_per_m3
    yield "boxes", len(ours.fills), "", len(theirs.fills)
    if ours.fill is not None:
        yield "fill", ours.fill, "%", theirs.fill
    yield "on-time", ours.on_time_share, "%", theirs.on_time_share
    if alone.cost:
        yield "saved", 100 * (1 - ours.cost / alone.cost), "%", 100 * (1 - theirs.cost / alone.cost)
    yield "alone/cost", ours.cost / 100, "CNY", alone.cost / 100
    yield "alone/cost-per-m3", ours.cost_per_m3, "CNY", alone.cost_per_m3
    yield "alone/on-time", ours.on_time_share, "%", alone.on_time_share


def _solver_values(plan: Plan, classes: Sequence[Candidates], seconds: float) -> Iterator[_Value]:
    """Solve one model of all classes together, in terms of carriages; shipments outside count as in our plan."""
    outside = plan.cost_minor - sum(one.entry.cost for one in classes)
    cost, bound = (outside + sum(each) for each in ([one.cost for one in classes], [one.bound for one in classes]))
    yield "candidates", sum(len(one.offers) for one in classes), "", None
    yield "boxes-among-them", known_boxes(plan, classes), "", len(plan.loads)
    yield "candidates-cost", cost / 100, "CNY", None
    yield "candidates-bound", bound / 100, "CNY", None
    parts = [one.part for one in classes]
    for solver in SOLVERS:
        for has_links in (False, True):
            name = f"{solver}-links" if has_links else solver
            progress(f"  {name}, {seconds:.1f} s")
            found = solve_apart(parts, solver, seconds, has_links=has_links)
            theirs, low = (None if fen is None else (fen + outside) / 100 for fen in (found.cost, found.bound))
            yield f"{name}/cost", cost / 100, "CNY", theirs
            yield f"{name}/bound", bound / 100, "CNY", low
            if found.cost is not None:
                yield (
                    f"{name}/real-cost",
                    plan.cost_minor / 100,
                    "CNY",
                    (outside + real_cost(classes, found.chosen)) / 100,
                )
            yield f"{name}/seconds", seconds, "s", found.seconds


def real_cost(classes: Sequence[Candidates], chosen: Sequence[Ints]) -> int:
    """
    Return what classes really cost, given for each who is on which carriage: rows of (carriage, shipment).

    Who cannot really travel so goes alone, as do all in a box that does not pay.
    """
    total = 0
    for one, pairs in zip(classes, chosen, strict=True):
        prices = RealPrices(one.entry, one.offers)
        total += one.entry.alone
        for row, items in packed(one.part, pairs):
            able = [item for item in items if prices.own(item, row) is not None]
            total -= max(0, saved(one.part, prices, row, able))
    return total


def known_boxes(plan: Plan, classes: Sequence[Candidates]) -> int:
    """Return how many boxes of a plan are among the candidates, by type, places, departure and cost."""
    loads = {
        (load.box, load.origin, load.destination, next(step.depart_min for step in load.steps if step.kind == "leg"))
        for load in plan.loads
    }
    known = set()
    for one in classes:
        prices, lanes = RealPrices(one.entry, one.offers), one.entry.market.lanes
        for row, (offer, departs) in enumerate(zip(one.offers, one.departs.tolist(), strict=True)):
            start, finish = lanes.starts[offer.start].place, lanes.finishes[offer.finish].place
            key = (lanes.boxes[offer.box].code, start, finish, departs)
            if key in loads:
                known.add((*key, prices.box(row)))
    count = 0
    for load in plan.loads:
        departs = next(step.depart_min for step in load.steps if step.kind == "leg")
        count += (load.box, load.origin, load.destination, departs, load.cost_cny_minor) in known
    return count


SPEC: BenchSpec[Week] = BenchSpec(
    name="consolidation",
    sizes=(Week(300, 30.0, 0.005), Week(2_000, 120.0, 0.01), Week(10_000, 600.0, 0.02)),
    smoke_sizes=(Week(20, 10.0, 0.005),),
    seeds=(1, 2, 3, 4, 5),
    run=measure,
)
