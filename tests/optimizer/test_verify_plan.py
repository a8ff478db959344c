"""The checker accepts sound plans, and names the rule of every way to break one."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from data import load_catalogue
from data.cargo import Cargo, CargoShipment
from data.plan import Plan
from data.shipment import Filters
from optimizer.verify import verify_plan
from optimizer.verify.case import Case
from optimizer.verify.facts import Facts
from optimizer.verify.reach import can_carry
from tests import plan_cargo_mutations, plan_sum_mutations
from tests.oracles.brute import Brute
from tests.oracles.networks import question
from tests.plan_builder import PlanBuilder, Together
from tests.plan_mutations import BEHIND, MUTATIONS, TOGETHER, Mutation, Planned, built, sound
from tests.plan_network import catalogue, week

if TYPE_CHECKING:
    from collections.abc import Iterator

for _module in (plan_cargo_mutations, plan_sum_mutations):
    assert _module.__doc__, "its import registers mutations"


def _rules(planned: Planned) -> Counter[str]:
    """Return how often the checker names each rule."""
    return Counter(violation.rule for violation in verify_plan(*planned))


def test_accepts_a_plan_by_hand() -> None:
    """Three shipments in a box, one late, one in a box of its own and two left behind break no rule."""
    assert verify_plan(*sound()) == []


@pytest.mark.parametrize(
    ("together", "left"),
    [
        ((), BEHIND),
        ((), ("S7",)),
        ((replace(TOGETHER, shipments=("S1", "S2")),), BEHIND),
        ((replace(TOGETHER, shipments=("S4",), box="B20"),), ("S7",)),
        ((replace(TOGETHER, shipments=("S1", "S4")), replace(TOGETHER, shipments=("S2", "S3", "S6"))), ("S7",)),
    ],
    ids=["all alone", "with a price", "two", "one", "two loads"],
)
def test_accepts_others(together: tuple[Together, ...], left: tuple[str, ...]) -> None:
    """Whatever travels together or stays behind at its price, a plan whose parts come from quotes is sound."""
    plan = PlanBuilder(catalogue(), week()).plan(together, left=left)
    found = [violation for violation in verify_plan(catalogue(), week(), plan) if violation.rule != "share_alone"]
    assert found == []


def test_a_regime_of_its_own_may_share() -> None:
    """Retail parcels share a box among themselves."""
    cargo = week()
    parcels = replace(cargo, shipments=tuple(replace(shipment, regime="9610") for shipment in cargo))
    assert verify_plan(*built(catalogue(), parcels)) == []


def test_there_are_enough_kinds() -> None:
    """There are at least 25 kinds of broken plans."""
    assert len({mutation.rule for mutation in MUTATIONS}) >= 25


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_names_the_broken_rule(mutation: Mutation) -> None:
    """Whatever is broken, its rule is among the violations, and is the only one where no other is broken."""
    rules = _rules(mutation.apply(sound()))
    assert mutation.rule in rules
    if mutation.is_only:
        assert set(rules) == {mutation.rule}


def test_says_who_and_how_much() -> None:
    """A violation names the shipment and the step, and has both numbers."""
    mutation = next(mutation for mutation in MUTATIONS if mutation.name == "leaves_too_late")
    (violation,) = verify_plan(*mutation.apply(sound()))
    assert violation.subject == "shipment S3 step 1 CH"
    assert (violation.actual, violation.limit) == (14_820, 14_819)


def _nonsense(value: object) -> Iterator[object]:
    """Yield values of the same type that mean nothing, in everything that a value is made of."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (-1, 0, 10**15)
    elif isinstance(value, str):
        yield from ("", "?")
    elif isinstance(value, Decimal):
        yield from (Decimal("NaN"), Decimal("Infinity"))
    elif isinstance(value, float):
        yield math.nan
    elif isinstance(value, tuple):
        yield ()
        for index, item in enumerate(value):
            yield from ((*value[:index], other, *value[index + 1 :]) for other in _nonsense(item))
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from (replace(value, **{field.name: other}) for other in _nonsense(getattr(value, field.name)))


@pytest.mark.slow
def test_nonsense_is_no_crash() -> None:
    """Whatever stands in a plan is checked without a crash; only texts, and what takes a search, may be anything."""
    tables, cargo, plan = sound()
    others = [other for other in _nonsense(plan) if isinstance(other, Plan) and other != plan]
    accepted = [other for other in others if not verify_plan(tables, cargo, other)]
    texts = {"reason_zh", "reason_en", "name_zh", "name_en"}
    assert {_first_difference(plan, other) for other in accepted} <= texts | {
        "seed",
        "binding",
        "alone_minor",
        "alone_cny_minor",
    }


def _first_difference(one: object, other: object) -> str:
    """Return the name of the innermost field in which two values differ."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        pairs = zip(one, other, strict=False)
        return next((_first_difference(a, b) for a, b in pairs if a is not b and a != b), "length")
    if is_dataclass(one) and is_dataclass(other):
        for field in fields(one):
            values = getattr(one, field.name), getattr(other, field.name)
            if values[0] is not values[1] and values[0] != values[1]:
                found = _first_difference(*values)
                return found or field.name
    return ""


@pytest.mark.slow
def test_accepts_the_shipped_tables() -> None:
    """A box from Wenzhou to Hamburg, with cargo from three sides, is right in every line, instant and gram."""
    tables = load_catalogue()
    ready_at = dt.datetime(2026, 12, 1, 1, tzinfo=dt.UTC)
    base = CargoShipment(
        id="1", origin="CNWNZ", destination="DEHAM", mass_g=2_200_017, volume_cm3=11_000_031, ready_at=ready_at
    )
    later = dt.timedelta(hours=50)
    cargo = Cargo(
        shipments=(
            base,
            replace(
                base, id="2", origin="CNWNZ-C", destination="DEHAM-C", volume_cm3=15_000_007, ready_at=ready_at + later
            ),
            replace(base, id="3", destination="DEHAM-C", mass_g=1_800_001, regime="0110"),
        )
    )
    group = Together(shipments=("1", "2", "3"), box="40HQ", origin="CNWNZ-C", destination="DEHAM-C")
    plan = PlanBuilder(tables, cargo).plan([group])
    assert verify_plan(tables, cargo, plan) == []


def _always(*_: object) -> bool:
    """Tell that there is room."""
    return True


@pytest.mark.parametrize("seed", range(0, 120, 10))
def test_can_carry(seed: int) -> None:
    """A shipment can be carried just if an exhaustive search finds a way."""
    for number in range(seed, seed + 10):
        tables, shipment, filters = question(number)
        filters = Filters(scenarios=filters.scenarios, modes=filters.modes, avoid_services=filters.avoid_services)
        found = bool(Brute(tables, shipment, filters).front)
        assert can_carry(Case(Facts(tables), shipment, filters), _always) == found, f"question({number})"
