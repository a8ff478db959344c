"""The checker sees whatever moved of what an earlier plan fixed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from data.freeze import Freeze
from optimizer.verify import verify_plan
from optimizer.verify.frozen import moved
from tests.plan_frozen_mutations import MOVES, Move, earlier, kept
from tests.plan_mutations import Planned, journey_of, load_of, sound, with_changed, with_journey, with_load
from tests.plan_network import DAY

if TYPE_CHECKING:
    from data.plan import Plan


def _rules(freeze: Freeze, plan: Plan) -> set[str]:
    """Return the rules of what moved."""
    return {violation.rule for violation in moved(freeze, plan)}


def test_accepts_what_did_not_move() -> None:
    """A plan that keeps what was fixed and says so is sound, also when promises went on."""
    assert verify_plan(*kept(), frozen=earlier()) == []
    assert verify_plan(*with_load(kept(), commitment="departed"), frozen=earlier()) == []


def test_the_rest_may_move() -> None:
    """What is only planned may travel otherwise."""
    steps = with_changed(journey_of(kept(), "S4").steps, 0, service="OTHER")
    assert _rules(earlier(), with_journey(kept(), "S4", steps=steps).plan) == set()


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.name)
def test_names_what_moved(move: Move) -> None:
    """Whatever moved, exactly its rules are named."""
    assert _rules(earlier(), move.apply(kept()).plan) == move.rules


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.name)
def test_is_part_of_the_check(move: Move) -> None:
    """The check of plans has the same violations."""
    planned = move.apply(kept())
    rules = {violation.rule for violation in verify_plan(*planned, frozen=earlier())}
    assert move.rules <= rules


def test_says_where_it_was() -> None:
    """A violation shows both departures."""
    ship = load_of(kept()).steps[2]
    later = with_changed(load_of(kept()).steps, 2, depart_min=ship.depart_min + 7 * DAY)
    (violation,) = moved(earlier(), with_load(kept(), steps=later).plan)
    assert violation.subject == "load L001 steps"
    assert violation.limit == f"2: SHIP H-X at {ship.depart_min}"
    assert violation.actual == f"2: SHIP H-X at {ship.depart_min + 7 * DAY}"


@pytest.mark.parametrize(("is_before", "is_fixed"), [(0, False), (1, True)])
def test_before_an_instant(*, is_before: int, is_fixed: bool) -> None:
    """What departs before the instant must stay, with its load; what departs at the instant may move."""
    planned: Planned = sound()
    first = journey_of(planned, "S1").first_min
    assert first is not None
    freeze = Freeze(plan=planned.plan, cargo=planned.cargo, before_min=first + is_before)
    assert ("L001" in freeze.loads) == is_fixed
    assert ("load L001" in {violation.subject for violation in moved(freeze, planned.plan)}) == is_fixed


def test_everything() -> None:
    """When all stays, what was left behind stays behind, but for what was not looked at."""
    planned = sound()
    unplanned = replace(planned.plan.unserved[0], is_unplanned=True)
    plan = replace(planned.plan, unserved=(unplanned, planned.plan.unserved[1]))
    freeze = Freeze(plan=plan, cargo=planned.cargo, is_all=True)
    assert set(freeze.unserved) == {"S7"}
    fixed = replace(plan, frozen_loads=("L001",), frozen_shipments=("S4", "S5", "S7"))
    assert moved(freeze, fixed) == []
    dearer = replace(plan.unserved[1], price_cny_minor=1)
    assert _rules(freeze, replace(fixed, unserved=(unplanned, dearer))) == {"frozen_money"}
