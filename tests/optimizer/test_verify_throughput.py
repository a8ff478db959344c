"""The checker holds places to what they can do in a day, and knows who may wait for another day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from data.cargo import Cargo
from data.shipment import Filters
from network import Network
from network.closing import Runs
from optimizer.consolidation import solve
from optimizer.verify import verify_plan
from optimizer.verify.case import Case
from optimizer.verify.clock import Clock
from optimizer.verify.facts import Facts
from optimizer.verify.passenger import Passenger
from optimizer.verify.reach import can_carry
from optimizer.verify.throughput import Day, Throughput
from tests.builders import throughput
from tests.optimizer.test_throughput import QUICK, heavy, network, per_day
from tests.oracles.dice import Dice
from tests.oracles.networks import question
from tests.plan_mutations import sound, with_throughput
from tests.plan_network import catalogue

if TYPE_CHECKING:
    from data import Catalogue
    from data import Throughput as Row
    from data.plan import Plan

# The box of the sound plan holds 12,000,369 g and 48,013,701 cm3.
FITS = {"boxes_per_day": 1, "kg_per_day": 12_001, "m3_per_day": 49}
DAY = dt.timedelta(days=1)


def _date(kind: str) -> dt.date:
    """Return the date on which the box of the sound plan is stuffed or stripped."""
    steps = (step for journey in sound().plan.journeys if journey.load for step in journey.steps)
    minute = next(step.depart_min for step in steps if step.kind == kind)
    return dt.date(2026, 1, 1) + dt.timedelta(minutes=minute)


@pytest.mark.parametrize(("place", "kind"), [("C", "stuff"), ("E", "strip")])
@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"boxes_per_day": 0}, ("throughput_boxes", 1, 0)),
        ({"kg_per_day": 12_000}, ("throughput_mass", 12_000_369, 12_000_000)),
        ({"m3_per_day": 48}, ("throughput_volume", 48_013_701, 48_000_000)),
        ({"m3_per_day": 0}, ("throughput_volume", 48_013_701, 0)),
        (FITS, None),
    ],
)
def test_over_a_day(place: str, kind: str, given: dict[str, int], found: tuple[str, int, int] | None) -> None:
    """A plan that does more on a day than a place can is refused with the day and both numbers."""
    violations = verify_plan(*with_throughput(sound(), throughput(place, kind, **given)))
    assert [(one.rule, one.actual, one.limit) for one in violations] == ([] if found is None else [found])
    assert {one.subject for one in violations} <= {f"place {place} {kind} on {_date(kind)}"}


@pytest.mark.parametrize(("place", "kind"), [("C", "stuff"), ("E", "strip")])
def test_periods(place: str, kind: str) -> None:
    """A limit counts from its first day to its last."""
    date = _date(kind)
    for first, last, counts in (
        (None, None, True),
        (date, date, True),
        (date + DAY, None, False),
        (None, date - DAY, False),
        (date, None, True),
        (None, date, True),
    ):
        row = throughput(place, kind, valid_from=first, valid_to=last, boxes_per_day=0)
        assert bool(verify_plan(*with_throughput(sound(), row))) == counts


def _two(*rows: Row) -> tuple[Cargo, Plan]:
    """Return two shipments that fill boxes, and a plan of them with some limits."""
    cargo = Cargo(shipments=(heavy("A", 1_000, 9), heavy("B", 900_000, 9)))
    return cargo, solve(network(rows), cargo, QUICK)


def _checked(cargo: Cargo, plan: Plan, *rows: Row) -> list[tuple[str, int | str | None, int | str | None]]:
    """Return what is violated by a plan on tables with other limits."""
    tables = catalogue().replace(throughput=rows)
    found = verify_plan(tables, cargo, replace(plan, fingerprint=tables.fingerprint))
    return [(one.rule, one.actual, one.limit) for one in found]


def test_boxes_of_one_day_add_up() -> None:
    """What several do on one day counts together, also for shipments alone in their boxes."""
    cargo, plan = _two()
    assert set(per_day(plan, "stuff").values()) == {2}
    one, two = (throughput("C", "stuff", boxes_per_day=most) for most in (1, 2))
    assert _checked(cargo, plan, two) == []
    assert _checked(cargo, plan, one) == [("throughput_boxes", 2, 1)]
    assert _checked(cargo, plan, throughput("C", "stuff", kg_per_day=29_999)) == [
        ("throughput_mass", 30_000_000, 29_999_000)
    ]


def test_waiting_needs_a_limit() -> None:
    """Goods wait for another day to be stripped only where the days before are limited."""
    row = throughput("E", "strip", boxes_per_day=1)
    cargo = Cargo(shipments=(heavy("A", 1_000), heavy("B", 900_000)))
    plan = solve(network((row,)), cargo, QUICK)
    days = sorted(per_day(plan, "strip"))
    assert days[1] == days[0] + 1
    first = dt.date(2026, 1, 1) + dt.timedelta(days=days[0])
    assert _checked(cargo, plan, row) == []
    assert _checked(cargo, plan, replace(row, boxes_per_day=9)) == []
    assert "process_time" in {found[0] for found in _checked(cargo, plan)}
    other = throughput("E", "strip", boxes_per_day=1, valid_from=first + DAY)
    assert "process_time" in {found[0] for found in _checked(cargo, plan, other)}


def test_one_instant_for_a_load() -> None:
    """Where days are limited, one shipment of a box is not stripped later than the others."""
    planned = with_throughput(sound(), throughput("E", "strip", boxes_per_day=5))
    journey = next(one for one in planned.plan.journeys if one.shipment == "S3")
    *before, strip = journey.steps
    later = replace(
        strip,
        **{name: getattr(strip, name) + 1440 for name in ("depart_min", "arrive_min", "available_min")},
    )
    moved = replace(journey, steps=(*before, later), arrive_min=later.available_min)
    journeys = tuple(moved if one is journey else one for one in planned.plan.journeys)
    found = verify_plan(planned.catalogue, planned.cargo, replace(planned.plan, journeys=journeys))
    assert "load_time" in {one.rule for one in found}


def test_room_for_another() -> None:
    """A shipment has room on a day beside what the plan does there, and only so much."""
    cargo, plan = _two()
    (day,) = per_day(plan, "stuff")
    date = dt.date(2026, 1, 1) + dt.timedelta(days=day)
    for given, fits in (
        ({"boxes_per_day": 2}, False),
        ({"boxes_per_day": 3}, True),
        ({"kg_per_day": 44_999}, False),
        ({"kg_per_day": 45_000}, True),
        ({"m3_per_day": 80}, False),
        ({"m3_per_day": 81}, True),
    ):
        facts = Facts(catalogue().replace(throughput=(throughput("C", "stuff", **given),)))
        passengers = _passengers(facts, cargo, plan)
        room = Throughput(facts, plan, passengers)
        case = Case(facts, heavy("N", 0), Filters())
        assert room.has_room(case, Day("C", "stuff", date), "B20") == fits
        assert room.has_room(case, Day("C", "stuff", date + DAY), "B20")
        assert room.has_room(case, Day("E", "strip", date), "B20")


def _passengers(facts: Facts, cargo: Cargo, plan: Plan) -> list[Passenger]:
    """Return the journeys of a plan as the checker sees them."""
    clock = Clock(facts)
    return [
        Passenger(cargo.by_id[one.shipment], one, Case(facts, cargo.by_id[one.shipment], Filters(), clock=clock))
        for one in plan.journeys
    ]


@pytest.mark.parametrize("seed", range(0, 120, 10))
def test_no_room_is_like_a_closed_day(seed: int) -> None:
    """A shipment can be carried where nothing is done on some days just as on a network without these days."""
    for number in range(seed, seed + 10):
        tables, wanted, filters = question(number)
        filters = Filters(scenarios=filters.scenarios, modes=filters.modes, avoid_services=filters.avoid_services)
        limited = _shut(tables, Dice(number))
        whole = Network(limited)
        runs = Runs(whole)
        days = [day for day in runs.places.days(0, 40 * 1440 - 1) if not runs.places.of(day).boxes]
        closed = runs.closed(whole, days, lambda _leg, _use: True)
        facts = Facts(limited)
        room = Throughput(facts, sound().plan, [])
        found = can_carry(Case(facts, wanted, filters, clock=Clock(facts)), lambda *_: True, room.has_room)
        assert found == bool(closed.find(wanted, filters).paths), f"question({number})"


def _shut(tables: Catalogue, dice: Dice) -> Catalogue:
    """Return tables in which places do nothing on some days."""
    share = dice.pick((0.3, 0.7, 1.0))
    first = dt.datetime.fromisoformat(tables.setting("planning_epoch")).date()
    rows = [
        throughput(place.code, kind, valid_from=first + day * DAY, valid_to=first + day * DAY, boxes_per_day=0)
        for place in tables.locations
        for kind, does in (("stuff", place.stuffs), ("strip", place.strips))
        if does
        for day in range(41)
        if dice.chance(share)
    ]
    return tables.replace(throughput=rows)
