"""Handing back: who misses after something happened goes on from where it stands, and nothing else moves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from data.cargo import Cargo
from data.hub_schedule import HubEvent
from data.plan_json import PlanFile
from optimizer import schedule
from optimizer.agree import Agreed, Params, agree, hand_back
from optimizer.verify import verify_plan, verify_schedule
from tests.agree_world import DAY, LIMITS, MONDAY, QUIET, network, planned, shipment, tables, ways

if TYPE_CHECKING:
    from data.hub_schedule import HubSchedule
    from data.itinerary import Step
    from data.plan import Commitment, Plan

PARAMS = Params(plan=QUIET, schedule=LIMITS)
HOUR = 60


def agreed(cargo: Cargo) -> Agreed:
    """Return a plan and a schedule that agree."""
    return agree(network(), planned(cargo), PARAMS)


def alone() -> Agreed:
    """Return those of one shipment that leaves its origin on Monday and the hub on Wednesday."""
    return agreed(Cargo(shipments=(shipment("A"),)))


def boxful(*more: str) -> Agreed:
    """Return those of three shipments in one box, and of others alone."""
    volume = {"volume_cm3": 8_000_000, "mass_g": 2_000_000}
    parts = [shipment(name, **volume) for name in "ABC"]
    return agreed(Cargo(shipments=(*parts, *(shipment(name, MONDAY + 3 * DAY, odour="odorous") for name in more))))


def after(before: Agreed, *events: HubEvent) -> Agreed:
    """Return what is left of them after something happened, checked by code that did not make it."""
    found = hand_back(network(), before.file, before.schedule, events, PARAMS)
    catalogue, (plan, cargo) = tables(), found.file
    assert cargo is before.file.cargo
    assert verify_plan(catalogue, cargo, plan) == []
    earlier = before.schedule if found.schedule.now_min is not None else None
    assert verify_schedule(catalogue, cargo, plan, found.schedule, earlier) == []
    return found


def shut(at_min: int, until_min: int) -> HubEvent:
    """Return that the only bay is shut."""
    return HubEvent(kind="close", at_min=at_min, location="H", resource="bay", type="manual", until_min=until_min)


def seen(at_min: int, subject: str) -> HubEvent:
    """Return that customs want to see something."""
    return HubEvent(kind="inspect", at_min=at_min, subject=subject)


def rides(plan: Plan, name: str) -> list[Step]:
    """Return the legs of a shipment."""
    journey = next(journey for journey in plan.journeys if journey.shipment == name)
    return [step for step in journey.steps if step.kind == "leg"]


def begun(made: HubSchedule, now: int) -> dict[str, tuple[int, int]]:
    """Return the tasks that had begun."""
    return {task.id: (task.begin_min, task.end_min) for task in made.tasks if task.begin_min < now}


def test_a_bay_is_shut() -> None:
    """A shipment in the hub that cannot be seen in time takes the cheapest ship that it can be ready for."""
    before = alone()
    truck, ship = rides(before.file.plan, "A")
    now = truck.arrive_min + HOUR
    opens = ship.depart_min + DAY
    found = after(before, seen(now, "A"), shut(now, opens))
    agreement = found.schedule.agreement
    assert agreement is not None
    assert agreement.status == "agreed"
    assert agreement.first.missed == 1
    same, later = rides(found.file.plan, "A")
    assert (same.depart_min, same.service) == (truck.depart_min, truck.service)
    assert later.depart_min > opens
    possible = [
        way.cost
        for way in ways(shipment("A"))
        if (legs := [step for step in way.journey.steps if step.kind == "leg"])[0].depart_min == truck.depart_min
        and not way.is_missed
        and legs[1].depart_min > opens + 480
    ]
    assert found.file.plan.cost_minor == min(possible)
    (shift,) = agreement.shifts
    assert (shift.shipment, shift.was_cny_minor) == ("A", before.file.plan.cost_minor)
    assert shift.cny_minor == found.file.plan.cost_minor > shift.was_cny_minor
    assert (shift.was_arrive_min or 0) < (shift.arrive_min or 0)
    assert begun(before.schedule, now).items() <= begun(found.schedule, now).items()


def test_known_before_anything_left() -> None:
    """Whoever has not left yet may come earlier or later, but by no departure that is over."""
    before = alone()
    truck, ship = rides(before.file.plan, "A")
    now = truck.depart_min - 2 * HOUR
    found = after(before, seen(now, "A"), shut(now, ship.depart_min + DAY))
    assert all(step.depart_min >= now for step in rides(found.file.plan, "A"))
    assert found.schedule.missed == ()


def test_a_box_that_is_packed_rolls_over() -> None:
    """A box that customs want to see stays one box, with the same seal and number, on the next ship it can be on."""
    before = boxful("D")
    (load,) = before.file.plan.loads
    stuffed = next(task for task in before.schedule.tasks if task.kind == "stuff")
    now = stuffed.begin_min + 1
    ship = next(step for step in load.steps if step.kind == "leg")
    found = after(before, seen(now, load.id), shut(now, ship.depart_min))
    (rolled,) = found.file.plan.loads
    assert (rolled.id, rolled.shipments) == (load.id, load.shipments)
    legs = [step for step in rolled.steps if step.kind == "leg"]
    assert [step.service for step in legs] == ["SHIP"]
    assert legs[0].depart_min > ship.depart_min
    assert begun(before.schedule, now).items() <= begun(found.schedule, now).items()
    assert rides(found.file.plan, "D") == rides(before.file.plan, "D")
    agreement = found.schedule.agreement
    assert agreement is not None
    assert {shift.shipment for shift in agreement.shifts} == {"A", "B", "C"}
    total = sum(shift.cny_minor - shift.was_cny_minor for shift in agreement.shifts)
    assert total == found.file.plan.cost_minor - before.file.plan.cost_minor


def test_one_of_a_box_is_held_up() -> None:
    """Everybody leaves, each with the cost it bears, and whoever is held up leaves last."""
    before = boxful()
    (load,) = before.file.plan.loads
    ship = next(step for step in load.steps if step.kind == "leg")
    now = rides(before.file.plan, "B")[0].arrive_min + HOUR
    found = after(before, seen(now, "B"), shut(now, ship.depart_min))
    assert found.schedule.missed == ()
    leaves = {name: rides(found.file.plan, name)[1].depart_min for name in "ABC"}
    assert leaves["B"] == max(leaves.values()) > ship.depart_min
    agreement = found.schedule.agreement
    assert agreement is not None
    total = sum(shift.cny_minor - shift.was_cny_minor for shift in agreement.shifts)
    assert total == found.file.plan.cost_minor - before.file.plan.cost_minor


@pytest.mark.parametrize("commitment", ["loaded", "departed"])
def test_what_is_loaded_or_gone_never_moves(commitment: Commitment) -> None:
    """Whoever is said to be loaded or gone stays, and is told to miss."""
    before = alone()
    truck, ship = rides(before.file.plan, "A")
    journeys = tuple(replace(journey, commitment=commitment) for journey in before.file.plan.journeys)
    before = Agreed(PlanFile(replace(before.file.plan, journeys=journeys), before.file.cargo), before.schedule)
    now = truck.arrive_min + HOUR
    found = after(before, seen(now, "A"), shut(now, ship.depart_min + DAY))
    assert found.file.plan == before.file.plan
    agreement = found.schedule.agreement
    assert agreement is not None
    assert agreement.status == "left"
    assert [(one.shipment, one.reason) for one in agreement.unsaved] == [("A", "begun")]
    assert [row.shipment for row in found.schedule.replan] == ["A"]


def test_what_is_booked_may_be_booked_anew() -> None:
    """A booking that cannot be kept is given back; the new one is only planned."""
    before = alone()
    truck, ship = rides(before.file.plan, "A")
    journeys = tuple(replace(journey, commitment="booked") for journey in before.file.plan.journeys)
    before = Agreed(PlanFile(replace(before.file.plan, journeys=journeys), before.file.cargo), before.schedule)
    now = truck.arrive_min + HOUR
    found = after(before, seen(now, "A"), shut(now, ship.depart_min + DAY))
    assert found.file.plan.journeys[0].commitment == "planned"
    assert found.schedule.missed == ()


def test_a_late_truck() -> None:
    """Cargo that comes after its ship has gone takes a later one, and is there as late as was told."""
    before = alone()
    truck, ship = rides(before.file.plan, "A")
    comes = ship.depart_min + HOUR
    event = HubEvent(kind="late", at_min=truck.depart_min + 1, subject="A", until_min=comes)
    found = after(before, event)
    assert rides(found.file.plan, "A")[1].depart_min > comes
    assert all(task.begin_min >= comes for task in found.schedule.tasks if task.kind == "release")


def test_misses_of_a_first_schedule() -> None:
    """Without an event those who miss anyway are planned again, as when plan and schedule agree."""
    file = planned(Cargo(shipments=(shipment("A"),)))
    found = schedule.solve(schedule.build(file, tables()), LIMITS)
    made = schedule.with_replan(found, file, tables(), network)
    again = after(Agreed(file, made))
    assert again.file.plan.cost_minor == agree(network(), file, PARAMS).file.plan.cost_minor


def test_changes_say_what_was_planned_again() -> None:
    """Tasks that came, went or moved with a shipment that was planned again say so."""
    before = alone()
    truck, ship = rides(before.file.plan, "A")
    now = truck.arrive_min + HOUR
    found = after(before, seen(now, "A"), shut(now, ship.depart_min + DAY))
    assert {change.cause for change in found.schedule.changes} == {"replanned"}


def test_customs_do_not_lose_sight() -> None:
    """A schedule without what customs want to see is refused."""
    before = alone()
    now = rides(before.file.plan, "A")[0].arrive_min + HOUR
    found = after(before, seen(now, "A"))
    events = (*found.schedule.events, seen(now, "L9"))
    made = replace(found.schedule, events=events)
    broken = verify_schedule(tables(), found.file.cargo, found.file.plan, made, before.schedule)
    assert {one.rule for one in broken} == {"inspected"}
