"""Bounds of a hub's schedule under contention: never above the best schedule, and what they are by hand."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.hub_schedule import FIRST_TIERS
from optimizer.schedule import Params, build
from optimizer.schedule.bounds import bounds_of, earliest_ends
from optimizer.schedule.capacity import affordable, least_makespan, least_overtime, loads_of
from optimizer.schedule.compact import compacted
from optimizer.schedule.desk import Desk, NoRoomError
from optimizer.schedule.duties import dues_under, duties_of, kept_by, least_risk, obliged
from optimizer.schedule.evaluate import evaluate
from optimizer.schedule.found import Found
from optimizer.schedule.greedy import best_start, first_come, one_by_one
from optimizer.schedule.problem import Closure, HubProblem, Job, Member, Mode, Pool, PoolKey, Unit
from optimizer.schedule.session import Session
from optimizer.schedule.turns import in_turns
from optimizer.schedule.under import bound_under, first_bounds
from tests.hub_world import Box, catalogue, plan_file, sketch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.hub_schedule import TierName

KEY = PoolKey("H", "gate", "general")
DAY, REGULAR, EXTENDED = 12, 6, 9
"""Minutes of a day, and how many of them, from its first on, are regular or possible at all."""
DAYS = 3
PARAMS = Params(time_limit_s=4, deterministic=True)


def _job(place: int, work: int, head: int, cost: int) -> Job:
    """Return a gate-in that may lie in the regular hours of a day, or else in overtime."""
    end = DAY * DAYS

    def begins(hours: int) -> list[tuple[int, int]]:
        found = [(max(head, day * DAY), day * DAY + hours - work) for day in range(DAYS)]
        return [(low, min(high, end - work)) for low, high in found if low <= high]

    regular = begins(REGULAR)
    minutes = {minute for low, high in regular for minute in range(low, high + 1)}
    others = [m for low, high in begins(EXTENDED) for m in range(low, high + 1) if m not in minutes]
    modes = [Mode(work, is_overtime=False, begins=tuple(regular))] if regular else []
    modes += [Mode(work, is_overtime=True, begins=tuple((m, m) for m in others))] if others else []
    return Job(
        id=f"H/U{place}/gate_in", kind="gate_in", subject=f"U{place}", work_min=work, pools=(KEY,),
        modes=tuple(modes), overtime_minor=cost,
    )  # fmt: skip


def _unit(place: int, due: int, weight: int, reserve: int) -> Unit:
    member = Member(
        shipment=f"S{place}", weight=weight, odds_ppm=10, ready_min=0, arrive_min=0, documents_due=None,
        customs_due=None,
    )  # fmt: skip
    return Unit(
        id=f"U{place}", service="S", destination="X", depart_min=99, members=(member,), seal_due=None, gate_due=due,
        reserve_min=reserve, odds_ppm=10, gate=place,
    )  # fmt: skip


@st.composite
def gates(draw: st.DrawFn) -> HubProblem:
    """Return up to four units at one gate, with hours, overtime, reserves, and sometimes a closure."""
    count = draw(st.integers(1, 4))
    works = [draw(st.integers(1, 4)) for _ in range(count)]
    shut = draw(st.integers(0, DAY))
    return HubProblem(
        hub="H", begin_min=0, end_min=DAY * DAYS,
        jobs=tuple(
            _job(n, work, draw(st.integers(0, 9)), draw(st.integers(1, 5)) * 50) for n, work in enumerate(works)
        ),
        pools=(
            Pool(
                key=KEY, count=1, closures=(Closure(shut, shut + 2, 1),) if draw(st.booleans()) else (),
                regular=tuple((day * DAY, day * DAY + REGULAR) for day in range(DAYS)),
            ),
        ),
        units=tuple(
            _unit(n, draw(st.integers(2, 24)), draw(st.integers(1, 5)), draw(st.sampled_from([0, 0, 4])))
            for n in range(count)
        ),
        before=(),
    )  # fmt: skip


def _every(problem: HubProblem) -> Iterator[Found]:
    """Yield the schedule of every order in which each job comes as early as it can, in either way."""
    count = len(problem.jobs)
    for order in permutations(range(count)):
        for choice in range(2**count):
            desk = Desk(problem)
            try:
                for job in order:
                    desk.put(job, 0, overtime=bool(choice >> job & 1))
            except NoRoomError:
                continue
            times = desk.times()
            yield Found(times, evaluate(problem, times))


def _best_of(problem: HubProblem) -> dict[TierName, int] | None:
    """Return the best aims of all that orders and ways give; aims grow with the ends of jobs and with overtime."""
    found = min((one.key(FIRST_TIERS) for one in _every(problem)), default=None)
    return None if found is None else dict(zip(FIRST_TIERS, found, strict=True))


@settings(max_examples=50, deadline=None)
@given(gates())
def test_no_bound_is_above_the_best(problem: HubProblem) -> None:
    """Of every aim, the bound under the best values of those before is at most the best value."""
    best = _best_of(problem)
    if best is None:
        return
    plain = bounds_of(problem)
    for tier in FIRST_TIERS:
        assert max(plain[tier], bound_under(problem, tier, best)) <= best[tier]
    first = first_bounds(problem, plain)
    assert tuple(first[tier] for tier in FIRST_TIERS) <= tuple(best[tier] for tier in FIRST_TIERS)


@settings(max_examples=25, deadline=None)
@given(gates(), st.integers(0, 400))
def test_bounds_hold_for_every_schedule(problem: HubProblem, more: int) -> None:
    """Under the values of any schedule, or worse ones, its later aims are no less than their bounds."""
    for found in list(_every(problem))[::7]:
        values = {name: value + more for name, value in found.marks.tiers.items()}
        for tier in ("risk", "overtime", "makespan"):
            assert bound_under(problem, tier, values) <= found.marks.tiers[tier]


@settings(max_examples=20, deadline=None)
@given(gates())
def test_who_must_is_what_all_do(problem: HubProblem) -> None:
    """Duties under the values of a schedule are kept by it, and its begins are left in what it is obliged to."""
    for found in list(_every(problem))[::11]:
        tiers = found.marks.tiers
        must, does = duties_of(problem, tiers["misses"], tiers["risk"]), kept_by(problem, found)
        assert must.in_time <= does.in_time
        assert must.reserved <= does.reserved
        assert must.aboard <= does.aboard
        for duties in (must, does):
            small = obliged(problem, duties)
            assert small is not None
            for place, job in enumerate(small.jobs):
                begin = found.times.begin(place)
                assert any(low <= begin <= high for mode in job.modes for low, high in mode.begins)
                assert found.times.end(problem, place) <= dues_under(problem, duties).get(place, problem.end_min)


def _two_at_once() -> HubProblem:
    """Return two jobs of four minutes, both due by the end of the first regular hours of six."""
    jobs = (_job(0, 4, 0, 100), _job(1, 4, 0, 250))
    pool = Pool(key=KEY, count=1, regular=tuple((day * DAY, day * DAY + REGULAR) for day in range(DAYS)))
    units = (_unit(0, 9, 1, 0), _unit(1, 9, 1, 0))
    return HubProblem(hub="H", begin_min=0, end_min=36, jobs=jobs, pools=(pool,), units=units, before=())


def test_overtime_by_hand() -> None:
    """Eight minutes into six: two are overtime at least, half of the cheaper job, 50 of 100 fen, and so one step."""
    problem = _two_at_once()
    small = obliged(problem, duties_of(problem, 0, 0))
    assert small is not None
    assert least_overtime(small) == 50
    best = _best_of(problem)
    assert best is not None
    assert best["overtime"] == 100
    assert bound_under(problem, "overtime", best) == 50
    # Whoever may miss needs no overtime.
    assert bound_under(problem, "overtime", best | {"misses": 1}) == 0


def test_work_without_regular_hours_is_overtime() -> None:
    """A unit that comes after the hours and is due before the next ones: all of its overtime, exactly."""
    job = _job(0, 2, 7, 350)
    problem = replace(_two_at_once(), jobs=(job,), units=(_unit(0, 9, 1, 0),))
    small = obliged(problem, duties_of(problem, 0, 0))
    assert small is not None
    assert least_overtime(small) == 350


@pytest.mark.parametrize(("overtime", "makespan"), [(0, 14), (50, 14), (100, 4), (350, 4)])
def test_makespan_by_hand(overtime: int, makespan: int) -> None:
    """
    Eight minutes of work in regular hours: six today and two tomorrow, that is 12 + 2.

    Overtime of less than the cheaper job's 100 fen is none at all for either job. With 100 the four minutes of that one
    may be overtime, and the other four end at 4; with 350 only the ends with everything to themselves are left.
    """
    problem = replace(_two_at_once(), units=())
    found = max(bounds_of(problem)["makespan"], least_makespan(problem, overtime))
    assert found == makespan


def test_loads_by_hand() -> None:
    """Free minutes are those of regular hours without closures; heads, limits and tails are those of the jobs."""
    problem = _two_at_once()
    pool = replace(problem.pools[0], closures=(Closure(2, 4, 1),))
    (load,) = loads_of(replace(problem, pools=(pool,)))
    assert load.free[[0, 2, 4, 6, 12, 18]].tolist() == [0, 2, 2, 4, 4, 10]
    assert load.work.tolist() == [4, 4]
    assert load.heads.tolist() == [0, 0]
    assert load.tails.tolist() == [0, 0]


def test_dear_overtime_is_left_out() -> None:
    """What costs more than there is to spend is no way to do a job; what costs less stays."""
    jobs = affordable(_two_at_once(), 100).jobs
    assert [any(mode.is_overtime for mode in job.modes) for job in jobs] == [True, False]


def test_who_may_be_left_out_is_aboard_when_nobody_may_miss() -> None:
    """A late member of a box keeps all from their reserve; only who may miss is no duty."""
    boxes = [
        Box(id="A", load="L1", regime="1039"),
        Box(id="B", load="L1", arrive=26 * 60, gate=36 * 60, regime="1039"),
    ]
    boxes[0] = replace(boxes[0], gate=36 * 60)
    (hub,) = build(plan_file(catalogue(), boxes), catalogue()).hubs
    assert duties_of(hub, 0).aboard == {"A", "B"}
    assert duties_of(hub, 2).aboard == set()
    assert least_risk(hub, 0) > 0 == least_risk(hub, 4)
    ends = earliest_ends(hub)
    (unit,) = hub.units
    assert unit.stuff is not None
    assert ends[unit.stuff] < 26 * 60 + ends[0]


@cache
def busy() -> HubProblem:
    """Return a hub whose declarant has hardly enough hours for thirty consignments."""
    dice = np.random.default_rng(7)
    boxes = [
        Box(
            id=f"S{n:02}",
            arrive=480 + int(dice.integers(0, 60)) * 30,
            gate=2000 + int(dice.integers(0, 90)) * 30,
            depart=6000,
            regime=str(dice.choice(["0110", "1039"])),
        )
        for n in range(30)
    ]
    tables = sketch(declarant=2, gate=2).catalogue()
    return build(plan_file(tables, boxes), tables).hubs[0]


def test_turns_and_compacting_make_nothing_worse() -> None:
    """Both give sound schedules that are no worse in any aim before, and the same for the same seed."""
    hub = busy()
    bounds = first_bounds(hub, bounds_of(hub))
    start = first_come(hub)
    turned = in_turns(hub, start, FIRST_TIERS, PARAMS, bounds, 0.5)
    assert turned.key(FIRST_TIERS) < start.key(FIRST_TIERS)
    assert turned == in_turns(hub, start, FIRST_TIERS, PARAMS, bounds, 0.5)
    assert turned == Found(turned.times, evaluate(hub, turned.times))
    shorter = compacted(hub, turned, FIRST_TIERS, PARAMS, bounds["makespan"], 0.5)
    assert shorter.key(FIRST_TIERS) <= turned.key(FIRST_TIERS)
    assert shorter == compacted(hub, turned, FIRST_TIERS, PARAMS, bounds["makespan"], 0.5)
    assert _is_sound(hub, shorter)


def test_what_misses_stays_when_all_else_is_compacted() -> None:
    """Units that miss are where they were, so that they are no later."""
    hub = busy()
    late = replace(hub, units=tuple(replace(unit, gate_due=unit.gate_due - 1500) for unit in hub.units))  # type: ignore[operator]
    found = one_by_one(late, lambda unit: (unit.depart_min, -unit.gate))
    assert found.marks.tiers["misses"] > 0
    after = compacted(late, found, FIRST_TIERS, PARAMS, 0, 0.5)
    assert after.key(FIRST_TIERS)[:4] <= found.key(FIRST_TIERS)[:4]
    assert _is_sound(late, after)


def _is_sound(hub: HubProblem, found: Found) -> bool:
    """Tell whether a schedule keeps order, hours and numbers of resources, minute by minute."""
    times = found.times
    for first, second in hub.before:
        if times.end(hub, first) > times.begin(second):
            return False
    for place, (job, slot) in enumerate(zip(hub.jobs, times.slots, strict=True)):
        if not any(low <= times.begin(place) <= high for low, high in job.modes[slot.mode].begins):
            return False
    for pool in hub.pools:
        some = [place for place, job in enumerate(hub.jobs) if pool.key in job.pools]
        for place in some:
            at = times.begin(place)
            if sum(times.begin(one) <= at < times.end(hub, one) for one in some) > pool.count:
                return False
    return True


def test_no_bound_is_above_what_the_solver_finds() -> None:
    """Bounds of a larger hub are at most what a long run of the solver finds, aim by aim."""
    hub = busy()
    found = best_start(hub, FIRST_TIERS)
    session = Session(hub, PARAMS)
    for tier in FIRST_TIERS:
        times, _ = session.improve(tier, found.times, 0.2)
        other = found if times is None else Found(times, evaluate(hub, times))
        found = min(found, other, key=lambda one: one.key(FIRST_TIERS))
        session.limit(tier, found.marks.tiers[tier])
        assert bound_under(hub, tier, found.marks.tiers) <= found.marks.tiers[tier]
