"""Plans and schedules that agree: against counting every way, and what is told when they cannot."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from data.cargo import Cargo
from data.freeze import Freeze
from data.hub_schedule_json import parse_schedule, schedule_bytes
from data.plan_json import PlanFile
from optimizer.agree import Agreed, Params, agree, loop
from optimizer.consolidation import solve
from optimizer.verify import verify_plan, verify_schedule
from optimizer.verify.violation import Violation
from tests.agree_world import DAY, LIMITS, MONDAY, QUIET, network, planned, shipment, tables, ways
from tests.builders import instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.plan import Commitment
    from optimizer.consolidation import Progress

PARAMS = Params(plan=QUIET, schedule=LIMITS)
HOUR = 60


def agreed(file: PlanFile, calendar: str = "always", **values: object) -> Agreed:
    """Return what agrees, after a look at it by code that did not make it."""
    found = agree(network(calendar), file, values.pop("params", PARAMS), **values)  # type: ignore[arg-type]
    catalogue, (plan, cargo) = tables(calendar), found.file
    assert verify_plan(catalogue, cargo, plan) == []
    assert verify_schedule(catalogue, cargo, plan, found.schedule) == []
    return found


def alone(ready_min: int, **values: object) -> Cargo:
    """Return the cargo of one shipment."""
    return Cargo(shipments=(shipment("A", ready_min, **values),))


def boxful() -> Cargo:
    """Return three shipments that fill a box together, and one that is ready a day later."""
    volume = {"volume_cm3": 8_000_000, "mass_g": 2_000_000}
    return Cargo(
        shipments=(*(shipment(name, **volume) for name in "ABC"), shipment("D", MONDAY + 3 * DAY, odour="odorous"))  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("calendar", ["always", "shift"])
@pytest.mark.parametrize("ready_min", [MONDAY, MONDAY + DAY, MONDAY + DAY + 9 * HOUR])
@pytest.mark.parametrize("due_days", [None, 6])
def test_equals_counting_every_way(calendar: str, ready_min: int, due_days: int | None) -> None:
    """One shipment goes the cheapest way that its hub can keep; the plan alone would have missed."""
    due = {} if due_days is None else {"due_at": instant(MONDAY + due_days * DAY), "late_minor_per_day": 5_000}
    cargo = alone(ready_min, **due)
    found = agreed(planned(cargo, calendar), calendar)
    every = list(ways(cargo.shipments[0], calendar))
    fine = [way for way in every if not way.is_missed]
    assert len(every) > len(fine) > 0
    agreement = found.schedule.agreement
    assert agreement is not None
    assert agreement.status == "agreed"
    assert agreement.first.missed == 1
    assert agreement.first.cost_cny_minor == min(way.cost for way in every)
    assert found.file.plan.cost_minor == agreement.best.cost_cny_minor == min(way.cost for way in fine)
    (shift,) = agreement.shifts
    assert (shift.was_cny_minor, shift.cny_minor) == (agreement.first.cost_cny_minor, agreement.best.cost_cny_minor)


def test_a_box_comes_earlier_and_the_rest_stays() -> None:
    """Who shares a box that misses is planned again together; nobody else moves by a minute."""
    file = planned(boxful())
    before = {journey.shipment: journey for journey in file.plan.journeys}
    assert len({before[name].load for name in "ABC"} - {None}) == 1
    found = agreed(file)
    agreement = found.schedule.agreement
    assert agreement is not None
    assert agreement.status == "agreed"
    assert agreement.first.missed > agreement.best.missed == 0
    after = {journey.shipment: journey for journey in found.file.plan.journeys}
    moved = {name for one in agreement.rounds for name in one.moved}
    assert {name for name in before if before[name].steps != after[name].steps} <= moved
    still = [name for name in before if name not in moved]
    assert [after[name] for name in still] == [before[name] for name in still]
    assert all("\u91cd\u6392" in after[name].reason_zh for name in moved)


def test_the_bound_stays_one() -> None:
    """Cost, bound and gap of what is returned fit each other, and the bound is that of the first plan."""
    file = planned(boxful())
    plan = agreed(file).file.plan
    assert plan.bound_minor == file.plan.bound_minor
    assert plan.cost_minor >= file.plan.cost_minor
    assert plan.gap == (plan.cost_minor - (plan.bound_minor or 0)) / plan.cost_minor


def test_nothing_to_do() -> None:
    """A plan that its hub can keep is returned as it is."""
    first = agreed(planned(alone(MONDAY))).file
    again = agreed(first)
    assert again.file.plan == first.plan
    agreement = again.schedule.agreement
    assert agreement is not None
    assert (agreement.status, len(agreement.rounds), agreement.shifts) == ("agreed", 1, ())


def test_is_the_same_every_time() -> None:
    """The same plan gives the same."""
    one, other = (agreed(planned(boxful())) for _ in range(2))
    assert one.file == other.file
    assert one.schedule == other.schedule


@pytest.mark.parametrize("commitment", ["booked", "loaded", "departed"])
def test_what_is_promised_stays(commitment: Commitment) -> None:
    """Cargo that an earlier plan fixed misses, and is told to."""
    file = planned(alone(MONDAY))
    journeys = tuple(replace(journey, commitment=commitment) for journey in file.plan.journeys)
    file = PlanFile(replace(file.plan, journeys=journeys), file.cargo)
    found = agreed(file, freeze=Freeze(plan=file.plan, cargo=file.cargo))
    assert found.file.plan == file.plan
    agreement = found.schedule.agreement
    assert agreement is not None
    assert agreement.status == "left"
    assert [(one.shipment, one.reason) for one in agreement.unsaved] == [("A", "promised")]


def test_no_other_way() -> None:
    """Cargo that must leave its origin by a truck that comes too late misses, and is told to, with the reason."""
    first = planned(alone(MONDAY)).plan.journeys[0].steps[0].depart_min
    found = agreed(planned(alone(MONDAY + 8 * HOUR - 1, depart_by=instant(first))))
    agreement = found.schedule.agreement
    assert agreement is not None
    missed = [(one.shipment, one.reason) for one in agreement.unsaved]
    later = [way for way in ways(shipment("A", MONDAY + 8 * HOUR - 1, depart_by=instant(first))) if not way.is_missed]
    # Waiting in the hub for the next ship is a way, if a dearer one.
    assert missed == ([] if later else [("A", "nowhere")])


def test_no_rounds() -> None:
    """Without rounds the plan stays, and who misses is told."""
    file = planned(alone(MONDAY))
    found = agreed(file, params=replace(PARAMS, rounds=0))
    agreement = found.schedule.agreement
    assert agreement is not None
    assert (found.file.plan, agreement.status) == (file.plan, "rounds")
    assert [one.reason for one in agreement.unsaved] == ["rounds"]


def test_ctrl_c_keeps_the_best() -> None:
    """Stopped while something is planned again, the plan and the schedule before are returned."""
    calls: Iterator[int] = iter(range(100))

    def stop(progress: Progress) -> None:
        assert progress.phase == "agree"
        if next(calls) == 1:
            raise KeyboardInterrupt

    file = planned(alone(MONDAY))
    found = agreed(file, on_progress=stop)
    agreement = found.schedule.agreement
    assert agreement is not None
    assert (found.file.plan, agreement.status) == (file.plan, "stopped")
    assert [one.reason for one in agreement.unsaved] == ["stopped"]


def test_what_breaks_a_rule_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan that the check speaks against is dropped, and that is said."""
    wrong = Violation(rule="cost", subject="plan", actual=1, limit=2, message="wrong")
    monkeypatch.setattr(loop, "verify_plan", lambda *_, **__: [wrong])
    file = planned(boxful())
    found = agreed(file)
    agreement = found.schedule.agreement
    assert agreement is not None
    assert (found.file.plan, agreement.status) == (file.plan, "left")
    assert {one.reason for one in agreement.unsaved} == {"unsound"}


def test_is_written_and_read() -> None:
    """The story of the rounds is in the file of the schedule."""
    found = agreed(planned(boxful()))
    catalogue = tables()
    assert parse_schedule(schedule_bytes(found.schedule, found.file, catalogue), catalogue).schedule == found.schedule


def test_the_checker_reads_the_story() -> None:
    """Who misses must be told, rounds are in order, and only better plans are taken."""
    found = agreed(planned(alone(MONDAY)), params=replace(PARAMS, rounds=0))
    good = found.schedule.agreement
    assert good is not None
    worse = replace(good.first, number=1, is_kept=True)
    for story, rule in (
        (replace(good, unsaved=()), "unsaved"),
        (replace(good, rounds=(replace(good.first, missed=0),)), "rounds"),
        (replace(good, rounds=(replace(good.first, number=1),)), "rounds"),
        (replace(good, rounds=(replace(good.first, is_kept=False),)), "rounds"),
        (replace(good, rounds=(good.first, worse)), "rounds"),
    ):
        made = replace(found.schedule, agreement=story)
        broken = verify_schedule(tables(), found.file.cargo, found.file.plan, made)
        assert {one.rule for one in broken} == {rule}


def test_parts_of_a_shipment() -> None:
    """What travels in parts is scheduled and planned again part by part; who pays is told of the whole."""
    large = shipment("S", volume_cm3=100_000_000, mass_g=10_000_000, pieces=100, is_splittable=True)
    file = planned(Cargo(shipments=(large,)))
    assert file.plan.splits
    found = agreed(file)
    agreement = found.schedule.agreement
    assert agreement is not None
    assert agreement.status == "agreed"
    assert {one.shipment for one in found.schedule.consignments} <= {
        *file.plan.splits[0].parts, *(part for split in found.file.plan.splits for part in split.parts), "S"
    }  # fmt: skip
    assert {shift.shipment for shift in agreement.shifts} <= {"S"}


def test_freeze_gives_up_what_is_dropped() -> None:
    """What is dropped neither stays, nor is it fallen back on; the rest of a plan does."""
    file = planned(boxful())
    (load,) = file.plan.loads
    freeze = Freeze(plan=file.plan, cargo=file.cargo, is_all=True, dropped=frozenset({load.id}))
    assert load.id not in freeze.loads
    assert freeze.shipments == {"D"}
    alone = Freeze(plan=file.plan, cargo=file.cargo, is_all=True, dropped=frozenset({"D"}))
    assert (set(alone.loads), alone.shipments) == ({load.id}, {"A", "B", "C"})
    again = solve(network(), file.cargo, QUIET, freeze=freeze)
    assert {one.id for one in again.loads}.isdisjoint({load.id})
    assert again.frozen_shipments == ("D",)
    assert verify_plan(tables(), file.cargo, again, frozen=freeze) == []
