"""Plans within what departures can take: who stays, how the others go, and what is said about it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest

from data import Allotment, Catalogue, load_catalogue
from data.cargo import Cargo, CargoShipment
from data.freeze import Freeze
from data.samples import sample_cargo
from network import Network
from optimizer.consolidation import Params, Progress, solve
from optimizer.verify import verify_plan
from tests.builders import allotment, instant
from tests.optimizer.test_tiny import tiny
from tests.plan_network import DAY, catalogue, week

if TYPE_CHECKING:
    from data.plan import Plan

QUICK = Params(time_limit_s=30, gap=0.0, deterministic=True)
SERVICES = ("P1C", "P2C", "CH", "SHIP", "XE", "EM1", "EM2")


@cache
def network(*rows: Allotment) -> Network:
    """Return the small network with some allotments."""
    return Network(catalogue().replace(allotments=rows))


def planned(cargo: Cargo, *rows: Allotment) -> Plan:
    """Return a plan after it was checked."""
    plan = solve(network(*rows), cargo, QUICK)
    assert verify_plan(network(*rows).catalogue, cargo, plan) == []
    assert plan.bound_minor is not None
    assert plan.bound_minor <= plan.cost_minor
    return plan


def drawn(seed: int) -> tuple[Allotment, ...]:
    """Return allotments of some services, mostly too small."""
    rng = np.random.default_rng(seed)
    rows = []
    for service in SERVICES:
        if rng.random() < 0.6:
            sizes = {
                "capacity_teu_milli": int(rng.integers(0, 5)) * 1000,
                "capacity_kg": int(rng.integers(0, 30_000)),
                "capacity_m3": int(rng.integers(0, 80)),
            }
            kept = rng.choice(list(sizes), size=int(rng.integers(1, 4)), replace=False)
            rows.append(allotment(service, **{str(name): sizes[str(name)] for name in kept}))
    return tuple(rows)


@pytest.mark.parametrize("seed", range(40))
def test_fits(seed: int) -> None:
    """Whatever is allotted, the plan keeps it, and costs no less than the bound of a plan without allotments."""
    cargo = tiny(seed)
    free, plan = planned(cargo), planned(cargo, *drawn(seed))
    stuck = [left for left in plan.unserved if cargo.by_id[left.shipment].unserved_minor is None]
    assert free.bound_minor is not None
    assert stuck or free.bound_minor <= plan.cost_minor
    assert plan == planned(cargo, *drawn(seed))


def test_nothing_is_allotted() -> None:
    """With no room on the only ship everything stays behind, and why is said."""
    plan = planned(week(), allotment("SHIP", capacity_kg=0))
    assert not plan.journeys
    assert {left.reason_en[:7] for left in plan.unserved} == {"Nothing"}


def test_room_for_one() -> None:
    """Of two boxes the one that would pay more for waiting a week goes first; the other says what was full."""
    cargo = Cargo(shipments=(_boxed("A", 1_000), _boxed("B", 90_000)))
    plan = planned(cargo, allotment("SHIP", capacity_teu_milli=1000))
    first, second = (
        next(step for step in journey.steps if step.service == "SHIP")
        for journey in sorted(plan.journeys, key=lambda journey: journey.arrive_min)
    )
    assert second.depart_min - first.depart_min == 7 * DAY
    assert [journey.shipment for journey in plan.journeys if journey.days_late] == ["A"]
    binding = next(one for one in plan.insights if one.shipment == "A").bindings[-1]
    assert (binding.rule, binding.subject, binding.depart_min) == ("capacity", "SHIP", first.depart_min)
    assert binding.saving_minor > 0
    assert not any(one.rule == "capacity" for one in plan.insights[1].bindings)


def _boxed(name: str, late_minor_per_day: int) -> CargoShipment:
    """Return a shipment with a box of its own that is due after the first ship."""
    return CargoShipment(
        id=name, origin="C", destination="E", box="B20", boxes=1, mass_g=9_000_000, volume_cm3=20_000_000, pieces=10,
        ready_at=instant(4 * DAY), due_at=instant(22 * DAY), late_minor_per_day=late_minor_per_day,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_against_every_choice_of_ships(seed: int) -> None:
    """With boxes of their own on a weekly ship: no dearer than first come, first served, no cheaper than the best."""
    rng = np.random.default_rng(seed)
    cargo = Cargo(shipments=tuple(_boxed(f"S{n}", int(rng.integers(0, 80_000))) for n in range(5)))
    plan = planned(cargo, allotment("SHIP", capacity_teu_milli=2000))
    sailings = [dt.date(2026, 1, 12) + dt.timedelta(weeks=week) for week in range(3)]
    cost = [[_on(shipment, date) for date in sailings] for shipment in cargo]
    possible = [
        sum(row[week] for row, week in zip(cost, weeks, strict=True))
        for weeks in product(range(3), repeat=5)
        if all(weeks.count(week) <= 2 for week in range(3))
    ]
    served = sum(row[n // 2] for n, row in enumerate(cost))
    assert min(possible) <= plan.cost_minor <= served


@cache
def _on(shipment: CargoShipment, date: dt.date) -> int:
    """Return what a shipment costs if only one sailing is open."""
    day = dt.timedelta(days=1)
    rows = (
        allotment("SHIP", capacity_teu_milli=0, valid_to=date - day),
        allotment("SHIP", capacity_teu_milli=0, valid_from=date + day),
    )
    plan = planned(Cargo(shipments=(shipment,)), *rows)
    assert plan.journeys
    return plan.cost_minor


def test_what_is_frozen_keeps_its_room() -> None:
    """A booked box stays on a ship that is full, whoever comes."""
    rows = (allotment("SHIP", capacity_teu_milli=3000),)
    old = planned(week(), *rows)
    booked = replace(old, loads=tuple(replace(load, commitment="booked") for load in old.loads))
    more = tuple(replace(_boxed(f"N{n}", 500_000), due_at=instant(12 * DAY)) for n in range(4))
    cargo = Cargo(shipments=(*more, *week().shipments))
    freeze = Freeze(plan=booked, cargo=week())
    plan = solve(network(*rows), cargo, QUICK, freeze=freeze)
    assert verify_plan(network(*rows).catalogue, cargo, plan, frozen=freeze) == []
    assert set(booked.loads) <= set(plan.loads)


@pytest.mark.parametrize("times", [1, 2])
def test_interrupt(times: int) -> None:
    """An interrupt while shipments are planned anew leaves a plan that fits; a second one leaves none."""
    rows = (allotment("SHIP", capacity_teu_milli=1000),)
    left = times

    def stop(now: Progress) -> None:
        nonlocal left
        if now.phase == "fit" and left:
            left -= 1
            raise KeyboardInterrupt

    if times > 1:
        with pytest.raises(KeyboardInterrupt):
            solve(network(*rows), week(), QUICK, stop)
        return
    plan = solve(network(*rows), week(), QUICK, stop)
    assert plan.status == "stopped"
    assert verify_plan(network(*rows).catalogue, week(), plan) == []


@cache
def _shipped() -> Catalogue:
    return load_catalogue()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_shipped_tables(seed: int) -> None:
    """On the shipped tables with little room everywhere: the checker finds nothing, and everything priced is served."""
    cargo = sample_cargo(_shipped(), shipments=60, week="2026-W49", seed=seed)
    free = solve(Network(_shipped()), cargo, Params(time_limit_s=20))
    modes = {service.id: str(service.mode) for service in _shipped().services}
    used = sorted({booking.service for booking in free.bookings if modes[booking.service] in {"sea", "rail", "air"}})
    rows = tuple(allotment(service, capacity_teu_milli=2000, capacity_kg=9_000) for service in used)
    tables = _shipped().replace(allotments=rows)
    plan = solve(Network(tables), cargo, Params(time_limit_s=20))
    assert verify_plan(tables, cargo, plan) == []
    assert free.bound_minor is not None
    assert plan.cost_minor >= free.bound_minor
