"""Plans within what places can stuff and strip in a day: who stays, when others are done, what is said of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from data import Throughput, load_catalogue
from data.cargo import Cargo, CargoShipment
from data.freeze import Freeze
from data.samples import sample_cargo
from data.timeaxis import TimeAxis
from network import Network
from optimizer.consolidation import Params, Progress, solve
from optimizer.verify import verify_plan
from tests.builders import allotment, instant, throughput
from tests.optimizer.test_tiny import tiny
from tests.plan_network import DAY, catalogue, week

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from data import Allotment, Catalogue
    from data.itinerary import Step
    from data.plan import Plan

QUICK = Params(time_limit_s=30, gap=0.0, deterministic=True)
FIRST = dt.date(2026, 1, 1)
WORK = (("C", "stuff"), ("E", "strip"))


@cache
def network(rows: tuple[Throughput, ...] = (), allotments: tuple[Allotment, ...] = ()) -> Network:
    """Return the small network with some limits."""
    return Network(catalogue().replace(throughput=rows, allotments=allotments))


def planned(cargo: Cargo, *rows: Throughput, allotments: tuple[Allotment, ...] = ()) -> Plan:
    """Return a plan after it was checked."""
    found = network(rows, allotments)
    plan = solve(found, cargo, QUICK)
    assert verify_plan(found.catalogue, cargo, plan) == []
    assert plan.bound_minor is not None
    assert plan.bound_minor <= plan.cost_minor
    return plan


def works(plan: Plan) -> Iterator[tuple[str, Step]]:
    """Yield every stuffing and stripping of a plan once, with who does it."""
    seen = set()
    for journey in plan.journeys:
        for step in journey.steps:
            who = journey.load or journey.shipment
            if step.kind in {"stuff", "strip"} and (who, step.kind, step.depart_min) not in seen:
                seen.add((who, step.kind, step.depart_min))
                yield who, step


def per_day(plan: Plan, process: str) -> Counter[int]:
    """Return how often something is done on each day; all clocks of the small network show UTC."""
    return Counter(step.depart_min // DAY for _, step in works(plan) if step.kind == process)


def drawn(seed: int) -> tuple[Throughput, ...]:
    """Return limits, mostly too small, some of them for a part of the time."""
    rng = np.random.default_rng(seed)
    rows = []
    for place, process in WORK:
        edge = FIRST + dt.timedelta(days=int(rng.integers(5, 25)))
        for first, last in ((None, edge), (edge + dt.timedelta(days=1), None)):
            sizes = {
                "boxes_per_day": int(rng.integers(0, 3)),
                "kg_per_day": int(rng.integers(0, 20_000)),
                "m3_per_day": int(rng.integers(0, 60)),
            }
            kept = rng.choice(list(sizes), size=int(rng.integers(0, 3)), replace=False)
            if len(kept):
                sized = {str(name): sizes[str(name)] for name in kept}
                rows.append(throughput(place, process, valid_from=first, valid_to=last, **sized))
    return tuple(rows)


@pytest.mark.parametrize("seed", range(30))
def test_fits(seed: int) -> None:
    """Whatever a place can do, the plan keeps to it, costs no less than the bound without limits, and is repeated."""
    cargo = tiny(seed)
    free, plan = planned(cargo), planned(cargo, *drawn(seed))
    stuck = [left for left in plan.unserved if cargo.by_id[left.shipment].unserved_minor is None]
    assert free.bound_minor is not None
    assert stuck or free.bound_minor <= plan.cost_minor
    assert plan == planned(cargo, *drawn(seed))


@pytest.mark.parametrize(("place", "process"), WORK)
@pytest.mark.parametrize("size", ["boxes_per_day", "kg_per_day", "m3_per_day"])
def test_nothing_is_done(place: str, process: str, size: str) -> None:
    """Where nothing can be stuffed, or stripped, nothing is; what can go otherwise does."""
    plan = planned(week(), throughput(place, process, **{size: 0}))
    assert not list(works(plan))
    assert plan.journeys


def test_limits_that_do_not_bind_change_nothing() -> None:
    """With room for all the plan is the one without limits, reasons included."""
    plan = planned(week(), throughput("C", "stuff", boxes_per_day=1), throughput("E", "strip", kg_per_day=20_000))
    free = planned(week())
    assert replace(plan, fingerprint="", runtime_s=0) == replace(free, fingerprint="", runtime_s=0)


def heavy(name: str, late_minor_per_day: int, ready_day: int = 8, due_day: int = 20) -> CargoShipment:
    """Return a shipment that fills a box alone; the ship of day 11 takes what is stuffed on days 8 and 9."""
    return CargoShipment(
        id=name, origin="C", destination="E", mass_g=15_000_000, volume_cm3=27_000_000, pieces=10,
        ready_at=instant(ready_day * DAY), due_at=instant(due_day * DAY), late_minor_per_day=late_minor_per_day,
    )  # fmt: skip


def test_room_for_one() -> None:
    """Of two boxes on one day, that which would pay more for another stays; the other says what was full."""
    cargo = Cargo(shipments=(heavy("A", 1_000), heavy("B", 900_000)))
    date, one = FIRST + dt.timedelta(days=8), dt.timedelta(days=1)
    shut = throughput("C", "stuff", boxes_per_day=0, valid_from=date + one, valid_to=date + one)
    rows = [throughput("C", "stuff", boxes_per_day=1, valid_to=date), shut]
    plan = planned(cargo, *rows, throughput("C", "stuff", boxes_per_day=1, valid_from=date + 2 * one))
    assert per_day(planned(cargo, shut), "stuff") == {8: 2}
    assert set(per_day(plan, "stuff").values()) == {1}
    assert [journey.shipment for journey in plan.journeys if journey.days_late] == ["A"]
    by_id = {one.shipment: one for one in plan.insights}
    binding = by_id["A"].bindings[-1]
    assert (binding.rule, binding.subject, binding.depart_min) == ("throughput", "stuff.C", 8 * DAY)
    assert binding.saving_minor > 0
    assert not any(one.rule == "throughput" for one in by_id["B"].bindings)


@pytest.mark.parametrize(("size", "most"), [("boxes_per_day", 1), ("kg_per_day", 15_000), ("m3_per_day", 27)])
@pytest.mark.parametrize(("place", "process"), WORK)
def test_every_size_counts(place: str, process: str, size: str, most: int) -> None:
    """Boxes, mass and volume keep a second box off a day alike; what is exactly as much fits."""
    cargo = Cargo(shipments=(heavy("A", 1_000), heavy("B", 2_000), heavy("D", 3_000)))
    plan = planned(cargo, throughput(place, process, **{size: most}))
    assert len(plan.journeys) == 3
    assert set(per_day(plan, process).values()) <= {1}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("place", "process"), WORK)
def test_against_every_choice_of_days(place: str, process: str, seed: int) -> None:
    """One box a day: no dearer than first come, first served, no cheaper than the best choice of days for all."""
    rng = np.random.default_rng(seed)
    fees = [int(rng.choice([0, 5_000, 20_000, 60_000])) for _ in range(5)]
    cargo = Cargo(shipments=tuple(heavy(f"S{n}", fee) for n, fee in enumerate(fees)))
    plan = planned(cargo, throughput(place, process, boxes_per_day=1))
    days = range(8, 17) if process == "stuff" else range(16, 30)
    cost = [{day: _on(place, process, fee, day) for day in (None, *days)} for fee in fees]
    assert _best(cost, list(days)) <= plan.cost_minor <= _served(cost)


@cache
def _on(place: str, process: str, fee: int, day: int | None) -> int:
    """Return what a shipment costs if a place does something on one day only, or on none."""
    rows = [throughput(place, process, boxes_per_day=0)]
    if day is not None:
        date, one = FIRST + dt.timedelta(days=day), dt.timedelta(days=1)
        rows = [
            throughput(place, process, boxes_per_day=0, valid_to=date - one),
            throughput(place, process, boxes_per_day=0, valid_from=date + one),
        ]
    plan = planned(Cargo(shipments=(heavy("S", fee),)), *rows)
    assert plan.journeys
    return plan.cost_minor


def _best(cost: Sequence[Mapping[int | None, int]], days: Sequence[int]) -> int:
    """Return the least cost of a choice of different days; whoever has none goes without."""
    best = {0: 0}
    for day in days:
        for done, paid in list(best.items()):
            for n, row in enumerate(cost):
                with_it = done | 1 << n
                if with_it != done:
                    best[with_it] = min(paid + row[day], best.get(with_it, 1 << 60))
    without = [row[None] for row in cost]
    return min(paid + sum(w for n, w in enumerate(without) if not done >> n & 1) for done, paid in best.items())


def _served(cost: Sequence[Mapping[int | None, int]]) -> int:
    """Return what it costs if one after the other takes the best day that is left."""
    total, taken = 0, set()
    for row in cost:
        day = min((day for day in row if day not in taken), key=lambda day: (row[day], -1 if day is None else day))
        taken |= set() if day is None else {day}
        total += row[day]
    return total


def test_departures_and_places_at_once() -> None:
    """A ship and the places at both ends limited together: the plan keeps to all three."""
    cargo = Cargo(shipments=tuple(heavy(f"S{n}", 1_000 * n) for n in range(5)))
    rows = (throughput("C", "stuff", boxes_per_day=2), throughput("E", "strip", kg_per_day=15_000))
    plan = planned(cargo, *rows, allotments=(allotment("SHIP", capacity_teu_milli=3000),))
    assert len(plan.journeys) == 5
    assert set(per_day(plan, "strip").values()) <= {1}
    assert max(per_day(plan, "stuff").values(), default=0) <= 2


def test_boxes_of_one_shipment_count() -> None:
    """A shipment that is stuffed alone takes as many boxes of the day as it fills."""
    large = replace(heavy("A", 1_000), mass_g=30_000_000, volume_cm3=120_000_000, pieces=100)
    cargo = Cargo(shipments=(large,))
    boxes = {most: _boxes(planned(cargo, throughput("C", "stuff", boxes_per_day=most))) for most in range(6)}
    assert _boxes(planned(cargo)) == boxes[5] > 1
    assert all(used <= most for most, used in boxes.items())


def _boxes(plan: Plan) -> int:
    """Return the boxes by ship of a plan of one shipment, in TEU; in this network a longer box is two."""
    return sum(booking.teu for booking in plan.bookings if booking.service == "SHIP") // 2


def test_what_is_frozen_keeps_its_day() -> None:
    """A booked box stays on a day that is full, whoever comes."""
    rows = (throughput("C", "stuff", boxes_per_day=1),)
    old = planned(week(), *rows)
    booked = replace(old, loads=tuple(replace(load, commitment="booked") for load in old.loads))
    more = tuple(heavy(f"N{n}", 500_000) for n in range(3))
    cargo = Cargo(shipments=(*more, *week().shipments))
    freeze = Freeze(plan=booked, cargo=week())
    plan = solve(network(rows), cargo, QUICK, freeze=freeze)
    assert verify_plan(network(rows).catalogue, cargo, plan, frozen=freeze) == []
    assert booked.loads
    assert set(booked.loads) <= set(plan.loads)


def test_interrupt() -> None:
    """An interrupt while shipments are planned anew leaves a plan that fits."""
    cargo = Cargo(shipments=tuple(heavy(f"S{n}", 1_000) for n in range(4)))
    rows, left = (throughput("C", "stuff", boxes_per_day=1),), 1

    def stop(now: Progress) -> None:
        nonlocal left
        if now.phase == "fit" and left:
            left -= 1
            raise KeyboardInterrupt

    plan = solve(network(rows), cargo, QUICK, stop)
    assert left == 0
    assert plan.status == "stopped"
    assert verify_plan(network(rows).catalogue, cargo, plan) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_busiest_places(seed: int) -> None:
    """On the shipped tables with half of what the busiest days of places have: the plan without limits breaks them."""
    tables = load_catalogue()
    cargo = sample_cargo(tables, shipments=100, week="2026-W49", seed=seed)
    free = solve(Network(tables), cargo, Params(time_limit_s=30))
    rows = tuple(halved(tables, cargo, free))
    limited = tables.replace(throughput=rows)
    broken = verify_plan(limited, cargo, replace(free, fingerprint=limited.fingerprint))
    assert {one.rule for one in broken} == {"throughput_mass"}
    plan = solve(Network(limited), cargo, Params(time_limit_s=30))
    assert verify_plan(limited, cargo, plan) == []
    assert free.bound_minor is not None
    assert plan.cost_minor >= free.bound_minor


def halved(tables: Catalogue, cargo: Cargo, plan: Plan) -> Iterator[Throughput]:
    """Yield for the places that do most in a plan half of what they do on their busiest days."""
    mass = {load.id: load.mass_g for load in plan.loads} | {one.id: one.mass_g for one in cargo}
    axis = tables.derived(TimeAxis)
    days: Counter[tuple[str, str, dt.date]] = Counter()
    for who, step in works(plan):
        days[step.origin, step.kind, axis.local_date(step.depart_min, tables.location(step.origin).zone)] += mass[who]
    busiest: dict[tuple[str, str], int] = {}
    for (place, process, _), grams in days.most_common():
        busiest.setdefault((place, process), grams)
    for (place, process), grams in list(busiest.items())[:6]:
        yield throughput(place, process, kg_per_day=grams // 2_000)
