"""Ways to break a sound plan with a shipment in parts; the checker must name the rule of each."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from data.cargo import Cargo
from data.splitting import Split, parted
from tests.plan_builder import PlanBuilder, Together
from tests.plan_mutations import Mutation, Planned, with_plan
from tests.plan_network import catalogue, week

if TYPE_CHECKING:
    from collections.abc import Callable

SPLIT = Split(shipment="S2", pieces=(4, 3, 3))
TOGETHER = Together(shipments=("S1", "S2/1", "S2/3", "S3"), box="B40", origin="C", destination="E")
SPLIT_MUTATIONS: list[Mutation] = []


def cargo() -> Cargo:
    """Return the week with the second shipment splittable, of amounts that no part has exactly."""
    changed = {
        "is_splittable": True, "mass_g": 4_000_121, "volume_cm3": 16_004_567, "value_minor": 1_001,
        "value_currency": "CNY", "due_at": week().by_id["S4"].due_at, "late_minor_per_day": 1_001,
    }  # fmt: skip
    return Cargo(shipments=tuple(replace(one, **changed) if one.id == "S2" else one for one in week()))  # type: ignore[arg-type]


@cache
def split_plan() -> Planned:
    """Return a plan in which one part of a shipment goes alone and two share a box with others."""
    plan = PlanBuilder(catalogue(), parted(cargo(), [SPLIT])).plan([TOGETHER], left=("S6", "S7"))
    return Planned(catalogue(), cargo(), replace(plan, splits=(SPLIT,), cargo_fingerprint=cargo().fingerprint))


def _breaks(
    rule: str, *, alone: bool = False
) -> Callable[[Callable[[Planned], Planned]], Callable[[Planned], Planned]]:
    """Register a mutation with the rule it breaks, and whether it breaks that alone."""

    def register(apply: Callable[[Planned], Planned]) -> Callable[[Planned], Planned]:
        SPLIT_MUTATIONS.append(Mutation(apply.__name__, rule, alone, apply))
        return apply

    return register


def _for_cargo(planned: Planned, other: Cargo) -> Planned:
    """Return the same plan for other cargo."""
    return with_plan(planned._replace(cargo=other), cargo_fingerprint=other.fingerprint)


def _changed(planned: Planned, **changes: object) -> Planned:
    """Return the same plan for cargo of which the shipment in parts is another."""
    every = tuple(replace(one, **changes) if one.id == "S2" else one for one in planned.cargo)  # type: ignore[arg-type]
    return _for_cargo(planned, Cargo(shipments=every))


@_breaks("split_unknown", alone=True)
def split_of_nobody(planned: Planned) -> Planned:
    """Split a shipment that the cargo does not have."""
    return with_plan(planned, splits=(Split(shipment="S0", pieces=(1, 1)), SPLIT))


@_breaks("split_forbidden")
def not_splittable(planned: Planned) -> Planned:
    """Split what may not be split."""
    return _changed(planned, is_splittable=False)


@_breaks("split_few")
def one_part(planned: Planned) -> Planned:
    """Have all pieces in one part."""
    return with_plan(planned, splits=(Split(shipment="S2", pieces=(10,)),))


@_breaks("split_empty")
def no_pieces(planned: Planned) -> Planned:
    """Have a part without pieces."""
    return with_plan(planned, splits=(Split(shipment="S2", pieces=(7, 0, 3)),))


@_breaks("split_sum")
def too_few_pieces(planned: Planned) -> Planned:
    """Forget a piece."""
    return with_plan(planned, splits=(Split(shipment="S2", pieces=(3, 3, 3)),))


@_breaks("split_sum")
def one_piece_more(planned: Planned) -> Planned:
    """Have a piece more in the cargo than in the parts."""
    return _changed(planned, pieces=11)


@_breaks("split_twice", alone=True)
def twice(planned: Planned) -> Planned:
    """Split a shipment twice."""
    return with_plan(planned, splits=(SPLIT, SPLIT))


@_breaks("split_named")
def taken_name(planned: Planned) -> Planned:
    """Call a part as another shipment is called."""
    return _for_cargo(planned, Cargo(shipments=(*planned.cargo, replace(planned.cargo.shipments[0], id="S2/1"))))


@_breaks("order")
def not_in_order(planned: Planned) -> Planned:
    """List splits in another order than that of the cargo."""
    every = tuple(replace(one, is_splittable=True, pieces=10) if one.id == "S4" else one for one in planned.cargo)
    other = _for_cargo(planned, Cargo(shipments=every))
    return with_plan(other, splits=(Split(shipment="S4", pieces=(5, 5)), SPLIT))


@_breaks("shipment_unknown")
def split_is_not_told(planned: Planned) -> Planned:
    """Send parts of a shipment without saying that it is split."""
    return with_plan(planned, splits=())


@_breaks("shipment_missing")
def part_forgotten(planned: Planned) -> Planned:
    """Forget the part that goes alone."""
    return with_plan(planned, journeys=tuple(one for one in planned.plan.journeys if one.shipment != "S2/2"))


@_breaks("load_mass")
def other_pieces(planned: Planned) -> Planned:
    """Have a piece more in one part, and one less in another, than was planned."""
    return with_plan(planned, splits=(Split(shipment="S2", pieces=(3, 4, 3)),))


@_breaks("load_mass")
def heavier_whole(planned: Planned) -> Planned:
    """Have a whole that is a gram heavier for each part."""
    return _changed(planned, mass_g=4_000_124)


@_breaks("penalty")
def dearer_whole(planned: Planned) -> Planned:
    """Have a whole whose lateness costs more than that of its parts."""
    return _changed(planned, late_minor_per_day=2_000)
