"""Schedules of a hub: the best there are in small cases, always sound, and changed as little as can be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import TableFaultsError
from data.hub_schedule import Credit, HubEvent, HubSchedule, Replan
from data.plan_json import PlanFile
from optimizer.schedule import Params, build, solve
from optimizer.schedule.evaluate import Times, evaluate
from optimizer.schedule.greedy import first_come
from optimizer.verify import verify_schedule
from tests.hub_world import DAY, MONDAY, Box, catalogue, plan_file, sketch
from tests.oracles.orders import best

PARAMS = Params(time_limit_s=5, deterministic=True)


def schedule(
    file: PlanFile, tables: object = None, *, credit: tuple[Credit, ...] = (), earlier: HubSchedule | None = None,
    events: tuple[HubEvent, ...] = (),
) -> HubSchedule:  # fmt: skip
    """Return the schedule of a plan, with who misses handed back."""
    known = tables or catalogue()
    problem = build(file, known, credit=credit, earlier=earlier, events=events)  # type: ignore[arg-type]
    return handed_back(solve(problem, PARAMS, earlier=earlier))


def handed_back(made: HubSchedule) -> HubSchedule:
    """Return a schedule whose misses are listed, without asking a network."""
    return replace(
        made,
        replan=tuple(
            Replan(shipment=one.shipment, hub=one.hub, unit=one.unit, service="SHIP", depart_min=0, ready_min=0)
            for one in made.missed
        ),
    )


def aims(made: HubSchedule) -> dict[str, int]:
    """Return the values of the aims."""
    return {tier.name: tier.value for tier in made.tiers}


@pytest.mark.parametrize("seed", range(8))
def test_equals_every_order(seed: int) -> None:
    """A solved case is as good as the best of all orders on a grid of half hours, and proven."""
    dice = np.random.default_rng(seed)
    boxes = [
        Box(
            id=f"S{place}",
            arrive=int(dice.integers(16, 30)) * 30,
            gate=int(dice.integers(22, 36)) * 30,
            papers=int(dice.integers(18, 30)) * 30 if dice.integers(2) else None,
            customs=int(dice.integers(22, 36)) * 30 if dice.integers(2) else None,
            value=int(dice.integers(1, 9)) * 100_000,
        )
        for place in range(4 if seed < 3 else 3)
    ]
    tables = sketch(overtime=False).catalogue()
    made = schedule(plan_file(tables, boxes), tables)
    found = aims(made)
    first = min(box.arrive - 120 for box in boxes)
    assert (found["misses"], found["lateness"], found["makespan"] + first) == best(boxes)
    assert made.status == "optimal"
    assert made.gap is None


def test_overtime_saves_a_departure() -> None:
    """What cannot be done in regular hours is done in overtime, which is paid: 4 tasks, 30 + 30 + 30 minutes at 60."""
    file = plan_file(catalogue(), [Box(id="A", arrive=18 * 60, gate=21 * 60)])
    made = schedule(file)
    assert aims(made)["misses"] == 0
    assert aims(made)["overtime"] == 3000
    assert [task.kind for task in made.tasks if task.is_overtime] == ["gate_in"]


def test_value_decides_who_misses() -> None:
    """One declarant can save one of two: the dearer, which counts 6."""
    late = Box(id="cheap", arrive=8 * 60, ready=8 * 60, gate=10 * 60 + 30, value=100_000)
    dear = Box(id="dear", arrive=8 * 60, ready=8 * 60, gate=10 * 60 + 30, value=500_000)
    tables = sketch(overtime=False).catalogue()
    made = schedule(plan_file(tables, [late, dear]), tables)
    assert [one.shipment for one in made.missed] == ["cheap"]
    assert aims(made)["misses"] == 2


def test_late_cargo_is_left_out() -> None:
    """A member that comes too late is left out, and the others of its box go."""
    boxes = [Box(id="A", load="L1"), Box(id="B", load="L1"), Box(id="C", load="L1", arrive=60 * 60)]
    made = schedule(plan_file(catalogue(), boxes))
    assert [one.shipment for one in made.missed] == ["C"]
    assert [one.shipment for one in made.consignments if one.is_left_out] == ["C"]
    assert not verify_schedule(
        catalogue(), plan_file(catalogue(), boxes).cargo, plan_file(catalogue(), boxes).plan, made
    )


def test_risk_keeps_a_reserve() -> None:
    """At 6 % odds a unit keeps so long before its cut-off that 2 % remain: a third of inspections take longer."""
    file = plan_file(catalogue(), [Box(id="A", regime="1039")])
    made = schedule(file)
    (unit,) = made.units
    # Two thirds lie between p50 (240) and p90 (600): 240 + 360 x (2/3 - 1/2) / (2/5) = 390.
    assert unit.reserve_min == 390
    assert not unit.is_at_risk
    assert unit.slack_min >= 390
    assert aims(made)["risk"] == 0


def test_reserve_that_cannot_be_kept_is_told() -> None:
    """Where there is no time for the reserve the unit is in time and at risk: odds times weight."""
    file = plan_file(catalogue(), [Box(id="A", regime="1039", arrive=8 * 60, gate=12 * 60)])
    made = schedule(file)
    assert made.units[0].is_at_risk
    assert aims(made)["misses"] == 0
    assert aims(made)["risk"] == 60_000 * 2


def test_likely_inspection_is_planned() -> None:
    """A dishonest shipper is inspected as a rule, so a bay is booked."""
    file = plan_file(catalogue(), [Box(id="A", shipper="bad")])
    made = schedule(file, credit=(Credit(shipper="bad", grade="dishonest"),))
    (inspection,) = (task for task in made.tasks if task.kind == "inspect")
    assert inspection.work_min == 180
    assert inspection.resources == ("bay:manual#1", "forklift:general#1")


def test_tasks_pause_over_the_night() -> None:
    """Stuffing that may pause stops at 18:00 and goes on at 8:00, keeping its dock; nothing else does."""
    tables = sketch(overtime=False).catalogue()
    boxes = [Box(id="A", load="L1", arrive=15 * 60), Box(id="B", load="L1", arrive=15 * 60)]
    made = schedule(plan_file(tables, boxes), tables)
    (stuff,) = (task for task in made.tasks if task.kind == "stuff")
    assert stuff.work_min == 60 + 80
    assert stuff.end_min - stuff.begin_min == 140 + 14 * 60


def test_not_worse_than_first_come() -> None:
    """The schedule is at least as good as taking units as they come."""
    dice = np.random.default_rng(5)
    boxes = [Box(id=f"S{n}", arrive=int(dice.integers(400, 900)), gate=int(dice.integers(700, 1100))) for n in range(9)]
    file = plan_file(catalogue(), boxes)
    problem = build(file, catalogue())
    theirs = first_come(problem.hubs[0])
    assert aims(solve(problem, PARAMS))["misses"] <= theirs.marks.tiers["misses"]


def test_same_seed_same_schedule() -> None:
    """A deterministic run gives the same schedule."""
    boxes = [Box(id=f"S{n}", arrive=500 + 20 * n, gate=900 + 10 * n) for n in range(7)]
    file = plan_file(catalogue(), boxes)
    assert schedule(file) == schedule(file)


@st.composite
def cases(draw: st.DrawFn) -> list[Box]:
    """Return a few consignments, some in shared boxes."""
    count = draw(st.integers(1, 5))
    loads = [draw(st.sampled_from([None, "L1", "L2"])) for _ in range(count)]
    dues = {load: draw(st.integers(600, 2600)) for load in (None, "L1", "L2")}
    return [
        Box(
            id=f"S{place}",
            load=load,
            arrive=draw(st.integers(200, 1500)),
            gate=dues[load],
            vgm=dues[load] - 30 if load else None,
            customs=draw(st.one_of(st.none(), st.integers(500, 2600))),
            papers=draw(st.one_of(st.none(), st.integers(300, 2000))),
            value=draw(st.integers(0, 900_000)),
            regime=draw(st.sampled_from(["0110", "1039"])),
            shipper=draw(st.sampled_from([None, "bad"])),
        )
        for place, load in enumerate(loads)
    ]


_BAD = (Credit(shipper="bad", grade="dishonest"),)


@settings(max_examples=25)
@given(cases())
def test_always_sound(boxes: list[Box]) -> None:
    """Whatever is scheduled passes the independent checker."""
    file = plan_file(catalogue(), boxes)
    made = schedule(file, credit=_BAD)
    assert verify_schedule(catalogue(), file.cargo, file.plan, made) == []


@settings(max_examples=25)
@given(cases(), st.integers(300, 1800), st.sampled_from(["inspect", "late", "close"]), st.booleans())
def test_always_sound_when_changed(boxes: list[Box], at: int, kind: str, is_load: bool) -> None:  # noqa: FBT001
    """So does every changed schedule, whatever happened and whenever; what had begun stays."""
    file = plan_file(catalogue(), boxes)
    before = schedule(file, credit=_BAD)
    at += MONDAY
    name = boxes[0].load if is_load and kind == "inspect" and boxes[0].load else boxes[0].id
    events = {
        "inspect": HubEvent(kind="inspect", at_min=at, subject=name),
        "late": HubEvent(kind="late", at_min=at, subject=boxes[0].id, until_min=at + 600),
        "close": HubEvent(kind="close", at_min=at, location="H", resource="dock", count=1, until_min=at + 900),
    }
    begun = {task.kind for task in before.tasks if task.begin_min < at and task.subject in {name, boxes[0].load}}
    if kind != "close" and begun & ({"gate_in"} if kind == "inspect" else {"inspect", "release", "stuff", "gate_in"}):
        return
    after = schedule(file, earlier=before, events=(events[kind],))
    assert verify_schedule(catalogue(), file.cargo, file.plan, after, before) == []


@pytest.mark.parametrize("is_closed", [False, True])
def test_who_was_left_out_stays_out(is_closed: bool) -> None:  # noqa: FBT001
    """A box that is being stuffed without S1 goes without it, also when the box itself misses its departure then."""
    boxes = [Box(id="S0", arrive=200, gate=600), *(Box(id=f"S{n}", arrive=200, gate=665, load="L1") for n in (1, 2))]
    file = plan_file(catalogue(), boxes)
    before = schedule(file)
    (left,) = (one for one in before.consignments if one.is_left_out)
    (stuff,) = (task for task in before.tasks if task.kind == "stuff")
    at = stuff.begin_min + 1
    shut = HubEvent(kind="close", at_min=at, location="H", resource="gate", until_min=at + 600)
    event = shut if is_closed else HubEvent(kind="inspect", at_min=at, subject="S0")
    after = schedule(file, earlier=before, events=(event,))
    assert [one.shipment for one in after.consignments if one.is_left_out] == [left.shipment]
    assert left.shipment in {one.shipment for one in after.missed}
    assert ("S2" in {one.shipment for one in after.missed}) == is_closed
    assert verify_schedule(catalogue(), file.cargo, file.plan, after, before) == []


def _busy() -> tuple[PlanFile, HubSchedule]:
    """Return a plan of many consignments, and its schedule."""
    boxes = [Box(id=f"S{n:02}", arrive=480 + 30 * n, gate=1200 + 60 * n, depart=4000 + 60 * n) for n in range(12)]
    file = plan_file(catalogue(), boxes)
    return file, schedule(file)


def test_inspection_moves_little() -> None:
    """An inspection moves what follows it and no more; a fresh schedule would move far more than that."""
    file, before = _busy()
    event = HubEvent(kind="inspect", at_min=MONDAY + 9 * 60, subject="S06")
    after = schedule(file, earlier=before, events=(event,))
    moved = [change for change in after.changes if change.was_min is not None]
    assert aims(after)["changes"] == len(moved) <= 3
    assert {change.cause for change in after.changes} <= {"inspection", "after", "displaced", "room"}
    assert ("H/S06/inspect", None) in {(change.task, change.was_min) for change in after.changes}
    assert verify_schedule(catalogue(), file.cargo, file.plan, after, before) == []
    # The same from nothing but what has begun, as a first schedule would be made.
    problem = replace(build(file, catalogue(), earlier=before, events=(event,)), now_min=None)
    old = {task.id: task.begin_min for task in before.tasks}
    fresh = solve(problem, PARAMS)
    others = sum(old.get(task.id, task.begin_min) != task.begin_min for task in fresh.tasks)
    assert aims(after)["misses"] <= aims(fresh)["misses"]
    assert len(moved) < others


def test_closed_bay_costs_who_it_costs() -> None:
    """A bay that shuts until after the departure makes its inspection, and only that consignment, miss."""
    boxes = [Box(id="A", shipper="bad", gate=30 * 60), Box(id="B", gate=30 * 60)]
    file = plan_file(catalogue(), boxes)
    before = schedule(file, credit=_BAD)
    assert not before.missed
    shut = HubEvent(kind="close", at_min=MONDAY + 7 * 60, location="H", resource="bay", until_min=MONDAY + 3 * DAY)
    after = schedule(file, earlier=before, events=(shut,))
    assert [one.shipment for one in after.missed] == ["A"]
    causes = {change.task: change.cause for change in after.changes}
    assert causes == {"H/A/inspect": "closed", "H/A/release": "after", "H/A/gate_in": "after"}
    assert aims(after)["changes"] == len(after.changes)


def test_late_truck() -> None:
    """A late truck moves what needs its cargo; papers stay."""
    file = plan_file(catalogue(), [Box(id="A", arrive=9 * 60), Box(id="B", arrive=9 * 60)])
    before = schedule(file)
    late = HubEvent(kind="late", at_min=MONDAY + 8 * 60, subject="A", until_min=MONDAY + 14 * 60)
    after = schedule(file, earlier=before, events=(late,))
    assert {change.task: change.cause for change in after.changes} == {"H/A/release": "late", "H/A/gate_in": "late"}


def test_hours_without_room_are_refused() -> None:
    """Hours that leave no stretch long enough are told, with the row and what it needs."""
    made = sketch(overtime=False)
    made.calendar("minute", ["08:00-08:10"] * 7)
    made.rows["hub_resources"] = [row | {"calendar": "minute"} for row in made.rows["hub_resources"]]
    tables = made.catalogue()
    with pytest.raises(TableFaultsError) as refused:
        build(plan_file(tables, [Box(id="A"), Box(id="B", load="L1")]), tables)
    assert {fault.rule for fault in refused.value.faults} == {"no_minutes"}
    assert {fault.value for fault in refused.value.faults} == {
        "H declarant:general", "H gate:general", "H seal:general",
    }  # fmt: skip


def test_plan_of_other_data_and_two_declarations_are_refused_together() -> None:
    """A plan of another data set in which a box is declared twice: both are told."""
    file = plan_file(catalogue(), [Box(id="A")])
    (journey,) = file.plan.journeys
    steps = (*journey.steps[:2], journey.steps[1], *journey.steps[2:])
    plan = replace(file.plan, fingerprint="other", journeys=(replace(journey, steps=steps),))
    with pytest.raises(TableFaultsError) as refused:
        build(PlanFile(plan, file.cargo), catalogue())
    assert [fault.rule for fault in refused.value.faults] == ["other_data", "two_declarations"]


def test_evaluate_counts_by_hand() -> None:
    """Papers from 7:00 to 7:30 in overtime; the aims of a schedule written down by hand."""
    file = plan_file(catalogue(), [Box(id="A", arrive=9 * 60, gate=10 * 60)])
    (hub,) = build(file, catalogue()).hubs
    made = solve(build(file, catalogue()), PARAMS)
    begins = {task.kind: task.begin_min - MONDAY for task in made.tasks}
    assert begins["release"] == 9 * 60
    assert aims(made) == {"misses": 2, "risk": 0, "lateness": 30, "overtime": 0, "makespan": 210}
    assert isinstance(evaluate(hub, first_come(hub).times).tiers["misses"], int)
    assert isinstance(first_come(hub).times, Times)
