"""The checker accepts sound plans with shipments in parts, and names the rule of every way to break one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from data.freeze import Freeze
from data.splitting import Split
from optimizer.verify import verify_plan
from tests.plan_split_mutations import SPLIT_MUTATIONS, split_plan

if TYPE_CHECKING:
    from tests.plan_mutations import Mutation


def test_accepts_parts() -> None:
    """Two parts of a shipment in a box with others and one alone break no rule."""
    found = [one for one in verify_plan(*split_plan()) if one.rule != "share_alone"]
    assert found == []


@pytest.mark.parametrize("mutation", SPLIT_MUTATIONS, ids=lambda mutation: mutation.name)
def test_names_the_broken_rule(mutation: Mutation) -> None:
    """Whatever is broken, its rule is among the violations, and is the only one where no other is broken."""
    rules = {one.rule for one in verify_plan(*mutation.apply(split_plan()))} - {"share_alone"}
    assert mutation.rule in rules
    if mutation.is_only:
        assert rules == {mutation.rule}


def test_frozen_parts_stay() -> None:
    """A plan beside an earlier one keeps the parts of a shipment of which one is frozen."""
    tables, cargo, plan = split_plan()
    old = replace(plan, loads=tuple(replace(load, commitment="booked") for load in plan.loads))
    new = replace(old, frozen_loads=tuple(load.id for load in old.loads))
    freeze = Freeze(plan=old, cargo=cargo)
    kept = {one.rule for one in verify_plan(tables, cargo, new, frozen=freeze)} - {"share_alone"}
    assert kept == set()
    for splits in ((), (Split(shipment="S2", pieces=(4, 6)),)):
        other = replace(new, splits=splits)
        assert "frozen_split" in {one.rule for one in verify_plan(tables, cargo, other, frozen=freeze)}
