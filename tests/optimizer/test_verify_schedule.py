"""The checker of schedules names the rule that a broken one breaks, and finds nothing wrong with a sound one."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from data.hub_schedule import Credit, HubEvent, HubSchedule, TaskChange
from optimizer.schedule import Params, build, solve
from optimizer.verify import verify_schedule
from tests.hub_world import MONDAY, Box, catalogue, plan_file
from tests.optimizer.test_schedule import handed_back
from tests.schedule_mutations import MUTATIONS, shifted, task

if TYPE_CHECKING:
    from data.plan_json import PlanFile
    from tests.schedule_mutations import Mutation

PARAMS = Params(time_limit_s=5, deterministic=True)
NOW = MONDAY + 9 * 60 + 45


@cache
def sound() -> tuple[PlanFile, HubSchedule]:
    """Return a plan with all there is: a shared box, reserve, a planned inspection, overtime, and a miss."""
    boxes = (
        Box(id="A", arrive=600, gate=2400, customs=2000, papers=1500, value=300_000),
        Box(id="B", arrive=600, gate=2400, vgm=2300, load="L1", regime="1039"),
        Box(id="C", arrive=700, gate=2400, vgm=2300, load="L1", regime="1039"),
        Box(id="D", arrive=600, gate=2600, shipper="bad"),
        Box(id="E", arrive=17 * 60, gate=20 * 60),
        Box(id="F", arrive=600, gate=610),
    )
    file = plan_file(catalogue(), boxes)
    return file, handed_back(
        solve(build(file, catalogue(), credit=(Credit(shipper="bad", grade="dishonest"),)), PARAMS)
    )


@cache
def changed() -> HubSchedule:
    """Return the schedule after a dock was shut."""
    file, before = sound()
    event = HubEvent(kind="close", at_min=NOW, location="H", resource="dock", until_min=NOW + 24 * 60)
    return handed_back(solve(build(file, catalogue(), earlier=before, events=(event,)), PARAMS, earlier=before))


def rules(made: HubSchedule, earlier: HubSchedule | None = None) -> set[str]:
    """Return the rules a schedule breaks."""
    file, _ = sound()
    return {one.rule for one in verify_schedule(catalogue(), file.cargo, file.plan, made, earlier)}


def test_sound() -> None:
    """The schedule that is broken below is sound, and has what is to be broken."""
    _, made = sound()
    assert rules(made) == set()
    assert [one.shipment for one in made.missed] == ["F"]
    assert any(one.is_overtime for one in made.tasks)
    assert made.tier("risk").value + made.units[0].reserve_min >= 0
    assert {one.kind for one in made.tasks} == {
        "documents",
        "declare",
        "inspect",
        "release",
        "stuff",
        "seal",
        "gate_in",
    }


@pytest.mark.parametrize(("mutation", "rule"), MUTATIONS.values(), ids=MUTATIONS)
def test_mutations(mutation: Mutation, rule: str) -> None:
    """Every way to break it is noticed, under the name of its rule."""
    _, made = sound()
    assert rule in rules(mutation(made))


def test_sound_change() -> None:
    """The changed schedule is sound beside the one before."""
    assert rules(changed(), sound()[1]) == set()


def test_what_is_shut_is_not_used() -> None:
    """A task put back to where its resource is shut is noticed."""
    was = {one.id: one.begin_min for one in sound()[1].tasks}["H/L1/stuff"]
    now = {one.id: one.begin_min for one in changed().tasks}["H/L1/stuff"]
    assert now != was
    assert "closed" in rules(shifted("H/L1/stuff", was - now)(changed()), sound()[1])


def test_what_has_begun_stays() -> None:
    """A task that had begun and moved is noticed, even to another name of its resource."""
    begun = next(one.id for one in sound()[1].tasks if one.begin_min < NOW)
    assert "frozen" in rules(shifted(begun, 5)(changed()), sound()[1])
    assert "frozen" in rules(task(begun, resources=("declarant:general#9",))(changed()), sound()[1])


def test_nothing_begins_in_the_past() -> None:
    """A task moved to before what happened is noticed."""
    later = next(one for one in changed().tasks if one.begin_min > NOW)
    assert "past" in rules(shifted(later.id, NOW - 60 - later.begin_min)(changed()), sound()[1])


def test_changes_are_told() -> None:
    """Changes left out or invented are noticed."""
    made = changed()
    extra = TaskChange(task="H/A/documents", was_min=1, begin_min=2, cause="room", by="A")
    assert "changes" in rules(replace(made, changes=()), sound()[1])
    assert "changes" in rules(replace(made, changes=(*made.changes, extra)), sound()[1])


def test_opened_box_is_sealed_again() -> None:
    """A box inspected after its seal needs another seal."""
    file, before = sound()
    seal = next(one for one in before.tasks if one.id == "H/L1/seal")
    gate = next(one for one in before.tasks if one.id == "H/L1/gate_in")
    event = HubEvent(kind="inspect", at_min=seal.begin_min + 1, subject="L1")
    assert gate.begin_min >= event.at_min
    made = handed_back(solve(build(file, catalogue(), earlier=before, events=(event,)), PARAMS, earlier=before))
    assert rules(made, before) == set()
    assert "H/L1/reseal" in {one.id for one in made.tasks}
    without = replace(made, tasks=tuple(one for one in made.tasks if one.id != "H/L1/reseal"))
    assert "sealed" in rules(without)
