"""Parts of a hub's schedule: they are what they are in the whole, and solving them makes the whole no worse."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from data.hub_schedule import FIRST_TIERS
from optimizer.schedule import Params, build
from optimizer.schedule.decode import schedule_of
from optimizer.schedule.evaluate import evaluate
from optimizer.schedule.found import Found
from optimizer.schedule.greedy import first_come
from optimizer.schedule.parts import around, faulty, jobs_of, part_of
from optimizer.schedule.polish import Polisher
from optimizer.schedule.run import HubResult
from optimizer.verify import verify_schedule
from tests.hub_world import Box, catalogue, plan_file, sketch

if TYPE_CHECKING:
    from data.plan_json import PlanFile
    from optimizer.schedule.problem import Problem

UNITS = 30
PARAMS = Params(time_limit_s=2, deterministic=True)


@cache
def crowded() -> tuple[PlanFile, Problem]:
    """Return a plan of as many units as are polished, in a hub with too few declarants, and its problem."""
    dice = np.random.default_rng(4)
    boxes = [
        Box(
            id=f"S{n:02}",
            arrive=480 + int(dice.integers(0, 40)) * 30,
            gate=1500 + int(dice.integers(0, 60)) * 30,
            depart=5000,
            load=f"L{n // 2}" if n < 8 else None,
            value=int(dice.integers(1, 9)) * 100_000,
        )
        for n in range(UNITS + 4)
    ]
    gates = {box.load: box.gate for box in boxes if box.load}
    boxes = [replace(box, gate=gates.get(box.load, box.gate)) for box in boxes]
    tables = sketch(declarant=2).catalogue()
    file = plan_file(tables, boxes)
    return file, build(file, tables)


def test_a_part_is_what_it_is_in_the_whole() -> None:
    """Jobs, order and units of a part are those of the whole; what is put back unchanged changes nothing."""
    hub = crowded()[1].hubs[0]
    found = first_come(hub)
    part = part_of(hub, found.times, [0, 3, 7])
    assert [job.id for job in part.problem.jobs] == [hub.jobs[place].id for place in part.jobs]
    assert {job for unit in part.problem.units for job in jobs_of(unit)} == set(range(len(part.jobs)))
    pairs = {(hub.jobs[a].id, hub.jobs[b].id) for a, b in hub.before}
    assert {(part.problem.jobs[a].id, part.problem.jobs[b].id) for a, b in part.problem.before} <= pairs
    assert part.into(found.times, part.of(found.times)) == found.times
    of_part, of_all = evaluate(part.problem, part.of(found.times)), found.marks
    assert all(of_part.units[unit.id] == of_all.units[unit.id] for unit in part.problem.units)


def test_what_others_have_is_shut() -> None:
    """At every minute, what the jobs of a part have and what is shut is what all jobs have."""
    hub = crowded()[1].hubs[0]
    times = first_come(hub).times
    part = part_of(hub, times, [1, 2])
    rest = [job for job in range(len(hub.jobs)) if job not in part.jobs]
    for pool in part.problem.pools:
        shut = [(one.begin_min, one.end_min) for one in pool.closures]
        taken = [(times.begin(job), times.end(hub, job)) for job in rest if pool.key in hub.jobs[job].pools]
        assert sorted(shut) == sorted(taken)


def test_around_is_the_unit_and_its_neighbours() -> None:
    """As many units as asked for, each once, the one itself among them."""
    hub = crowded()[1].hubs[0]
    chosen = around(hub, first_come(hub).times, 5, 10, np.random.default_rng(1))
    assert len(set(chosen)) == len(chosen) == 10
    assert 5 in chosen


def test_faulty_units_add_to_the_aim() -> None:
    """Those that miss are told for misses, and only those."""
    hub = crowded()[1].hubs[0]
    found = first_come(hub)
    missed = {unit.id for unit, member in hub.members() if found.marks.members[unit.id, member.shipment].is_missed}
    assert {hub.units[place].id for place in faulty(hub, found.times, found.marks, "misses")} == missed
    last = max(found.times.end(hub, job) for job in range(len(hub.jobs)))
    for place in faulty(hub, found.times, found.marks, "makespan"):
        assert last in {found.times.end(hub, job) for job in jobs_of(hub.units[place])}


def test_polishing_is_sound_and_no_worse() -> None:
    """From a poor schedule, polishing gives a better one that passes the checker."""
    file, problem = crowded()
    (hub,) = problem.hubs
    before = first_come(hub)
    bounds = dict.fromkeys(FIRST_TIERS, 0)
    after = Polisher(hub, PARAMS, FIRST_TIERS, UNITS).polished(before, bounds, 3.0)
    assert after.key(FIRST_TIERS) < before.key(FIRST_TIERS)
    assert after == Found(after.times, evaluate(hub, after.times))
    made = schedule_of(problem, [HubResult(hub, after, bounds)], FIRST_TIERS, PARAMS, None, 0.0, is_stopped=False)  # type: ignore[arg-type]
    tables = sketch(declarant=2).catalogue()
    faults = verify_schedule(tables, file.cargo, file.plan, made)
    assert {fault.rule for fault in faults} <= {"replan"}


@pytest.mark.parametrize("seed", [1, 2])
def test_same_seed_same_parts(seed: int) -> None:
    """Repeatable runs are the same."""
    hub = crowded()[1].hubs[0]
    params = replace(PARAMS, seed=seed)
    one, other = (
        Polisher(hub, params, FIRST_TIERS, UNITS).polished(first_come(hub), {"misses": 0}, 1.0) for _ in range(2)
    )
    assert one == other


def test_small_hubs_are_left_alone() -> None:
    """Below the least number of units the whole is solved at once anyway."""
    (hub,) = build(plan_file(catalogue(), [Box(id="A")]), catalogue()).hubs
    found = first_come(hub)
    assert Polisher(hub, PARAMS, FIRST_TIERS).polished(found, {"makespan": 0}, 1.0) is found
