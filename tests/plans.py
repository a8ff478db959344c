"""A plan by hand on the small data set: two shipments in one box by sea, one by air, one left behind."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from data.cargo import Cargo, CargoShipment
from data.insight import Alternative, Binding, Change, Hold, Insight, Ride, Sensitivity
from data.itinerary import Charge, CutOffTime, Step
from data.plan import Booking, Journey, Load, Plan, Unserved
from tests.api.fakes import DAY, HOUR, air_option, charge

if TYPE_CHECKING:
    from data import Catalogue

START = 200_000
"""Minute at which the cargo is ready; 2026-05-19T21:20Z."""
SAIL = START + 60 * HOUR
ARRIVE = SAIL + 30 * DAY
EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
READY = EPOCH + dt.timedelta(minutes=START)
FORMULA = '=HYPERLINK("http://example.com")'
MARKUP = "<script>alert(1)</script>"


def planned_cargo() -> Cargo:
    """Return four shipments; the names of two shippers are a formula and markup."""
    spectacles = CargoShipment(
        id="S-001",
        origin="CNWNZ",
        destination="DEHAM-P",
        mass_g=8_000_000,
        volume_cm3=20_000_000,
        pieces=400,
        ready_at=READY,
        due_at=EPOCH + dt.timedelta(minutes=ARRIVE + 3 * DAY),
        late_minor_per_day=50_000,
        shipper=FORMULA,
    )
    return Cargo(
        shipments=(
            spectacles,
            replace(spectacles, id="S-002", mass_g=4_000_000, volume_cm3=30_000_000, shipper=MARKUP),
            replace(
                spectacles,
                id="S-003",
                origin="CNWNZ-A",
                destination="DEFRA-A",
                mass_g=200_000,
                volume_cm3=1_000_000,
                due_at=EPOCH + dt.timedelta(minutes=START + 30 * HOUR),
                goods=frozenset({"battery_packed", "food"}),
                value_minor=1_234_500,
                value_currency="CNY",
                hs="900410",
                shipper="温州眼镜厂",
            ),
            replace(
                spectacles,
                id="S-004",
                ready_at=READY + dt.timedelta(seconds=30, microseconds=5),
                unserved_minor=300_000,
                shipper=None,
            ),
        )
    )


def _box_steps() -> tuple[Step, ...]:
    """Return truck, export clearance and ship in a box, as after stuffing."""
    road = Step(
        kind="leg",
        origin="CNWNZ",
        destination="CNNGB-P",
        form="40HQ",
        status="D",
        ready_min=START + 3 * HOUR,
        depart_min=START + 5 * HOUR,
        arrive_min=START + 11 * HOUR,
        available_min=START + 12 * HOUR,
        emissions_g=200_000,
        mode="road",
        service="ROAD-1",
        product="fcl",
        unit="40HQ",
    )
    clearance = Step(
        kind="clearance",
        origin="CNNGB-P",
        destination="CNNGB-P",
        form="40HQ",
        status="R",
        ready_min=START + 12 * HOUR,
        depart_min=START + 12 * HOUR,
        arrive_min=START + 16 * HOUR,
        available_min=START + 16 * HOUR,
        row="C-1",
    )
    sea = Step(
        kind="leg",
        origin="CNNGB-P",
        destination="DEHAM-P",
        form="40HQ",
        status="R",
        ready_min=START + 16 * HOUR,
        depart_min=SAIL,
        arrive_min=ARRIVE,
        available_min=ARRIVE + DAY,
        emissions_g=1_900_000,
        mode="sea",
        service="SEA-1",
        product="fcl",
        unit="40HQ",
        cutoffs=(
            CutOffTime(type="documentation", at_min=SAIL - 30 * HOUR, slack_min=30 * HOUR, binding=False),
            CutOffTime(type="fcl_delivery", at_min=SAIL - 24 * HOUR, slack_min=20 * HOUR, binding=True),
        ),
    )
    return road, clearance, sea


def _process(kind: str, place: str, form: str, begin: int) -> Step:
    return Step(
        kind=kind,  # type: ignore[arg-type]
        origin=place,
        destination=place,
        form=form,
        status="D" if kind == "stuff" else "I",
        ready_min=begin,
        depart_min=begin,
        arrive_min=begin + 3 * HOUR,
        available_min=begin + 3 * HOUR,
        row="SF-1" if kind == "stuff" else "SP-1",
    )


def _shared(shipment: str, share: int, alone: int | None, own: tuple[Charge, ...]) -> Journey:
    steps = (_process("stuff", "CNWNZ", "40HQ", START), *_box_steps())
    return Journey(
        shipment=shipment,
        load="L001",
        steps=(*steps, _process("strip", "DEHAM-P", "loose", ARRIVE + DAY)),
        charges=own,
        own_cny_minor=sum(line.cny_minor for line in own),
        share_cny_minor=share,
        penalty_cny_minor=0,
        days_late=0,
        alone_cny_minor=alone,
        ready_min=START,
        arrive_min=ARRIVE + DAY + 3 * HOUR,
        emissions_g=1_050_000,
        reason_zh="与 S-001、S-002 拼箱，比单独走省 30%",
        reason_en="shares a box with S-001 and S-002; 30 % below going alone",
    )


def planned() -> Plan:
    """Return the plan."""
    air = air_option(START)
    box = (charge("freight", 1_200_001), charge("THC", 80_000, step=2))
    shared = (
        _shared("S-001", 700_000, 1_100_000, (charge("clearance", 20_000, step=2),)),
        _shared("S-002", 580_001, 900_000, (charge("clearance", 20_000, step=2),)),
    )
    alone = Journey(
        shipment="S-003",
        load=None,
        steps=air.steps,
        charges=air.charges,
        own_cny_minor=3_200_050,
        share_cny_minor=0,
        penalty_cny_minor=50_000,
        days_late=1,
        alone_cny_minor=3_250_050,
        ready_min=START,
        arrive_min=air.arrive_min,
        emissions_g=4_190_000,
        reason_zh="没有可拼的货",
        reason_en="there is nothing to share a box with",
    )
    load = Load(
        id="L001",
        box="40HQ",
        origin="CNWNZ",
        destination="DEHAM-P",
        shipments=("S-001", "S-002"),
        mass_g=12_000_000,
        volume_cm3=50_000_000,
        fill_ppm=735_294,
        steps=_box_steps(),
        charges=box,
        cost_cny_minor=1_280_001,
    )
    booked = [
        Booking(
            service=step.service or "",
            origin=step.origin,
            destination=step.destination,
            depart_min=step.depart_min,
            arrive_min=step.arrive_min,
            teu=0 if step.mode == "air" else 2,
            mass_g=200_000 if step.mode == "air" else 12_000_000,
            volume_cm3=1_000_000 if step.mode == "air" else 50_000_000,
            loads=() if step.mode == "air" else ("L001",),
            shipments=("S-003",) if step.mode == "air" else (),
        )
        for step in (*load.steps, *air.steps)
        if step.kind == "leg"
    ]
    cost = 1_280_001 + 20_000 + 20_000 + 3_250_050 + 300_000
    return Plan(
        status="feasible",
        journeys=(*shared, alone),
        unserved=(Unserved(shipment="S-004", price_cny_minor=300_000, reason_zh="不划算", reason_en="too dear"),),
        loads=(load,),
        bookings=tuple(sorted(booked, key=lambda booking: booking.depart_min)),
        cost_minor=cost,
        bound_minor=4_700_000,
        gap=(cost - 4_700_000) / cost,
        alone_minor=5_550_050,
        currency="CNY",
        fingerprint="f" * 64,
        cargo_fingerprint=planned_cargo().fingerprint,
        seed=7,
        runtime_s=1.25,
        insights=_insights(),
        sensitivities=(
            Sensitivity(
                kind="due",
                by=DAY,
                saving_minor=50_000,
                shipments=("S-003",),
                service="AIR-1",
                origin="CNWNZ-A",
                depart_min=START + 9 * HOUR,
            ),
            Sensitivity(
                kind="ready",
                by=DAY,
                saving_minor=12_345,
                shipments=("S-001", "S-002"),
                service="SEA-1",
                origin="CNNGB-P",
                depart_min=SAIL,
                load="L001",
            ),
            Sensitivity(
                kind="cutoff",
                by=DAY,
                saving_minor=999,
                shipments=("S-004",),
                service="SEA-1",
                origin="CNNGB-P",
                depart_min=SAIL,
                load="L001",
            ),
        ),
    )


def _insights() -> tuple[Insight, ...]:
    """Return an insight of every kind: what else, what hinders, what would change it, and what is waited for."""
    ride = Ride(
        services=("SEA-1",), origin="CNWNZ", destination="DEHAM-P", depart_min=SAIL, arrive_min=ARRIVE + 2 * DAY
    )
    away = Alternative(kind="alone", difference_minor=380_000, days_late=2, ride=ride)
    return (
        Insight(
            shipment="S-001",
            next_best=away,
            first=replace(away, difference_minor=400_000),
            holds=(
                Hold(place="CNWNZ", since_min=START, until_min=SAIL, cause="shipment", subject="S-002"),
                Hold(place="CNNGB-P", since_min=START, until_min=SAIL, cause="departure", subject="SEA-1"),
                Hold(
                    place="DEHAM-P", since_min=ARRIVE, until_min=ARRIVE + 2 * DAY, cause="process", subject="clearance"
                ),
            ),
        ),
        Insight(shipment="S-002", next_best=Alternative(kind="box", difference_minor=-100, box="40HQ", ride=ride)),
        Insight(
            shipment="S-003",
            next_best=Alternative(kind="join", difference_minor=90_000, load="L001", box="40HQ", ride=ride),
            bindings=(
                Binding(rule="stuffing", load="L001", over=90, saving_minor=7_000),
                Binding(rule="volume", load="L001", over=1_500_000, saving_minor=6_000),
                Binding(rule="mixing", subject="battery.battery_packed"),
            ),
            changes=(
                Change(kind="ready", by=DAY, saving_minor=7_000, load="L001"),
                Change(kind="due", by=DAY, saving_minor=50_000),
                Change(kind="volume", by=1_500_000, saving_minor=6_000, load="L001"),
            ),
        ),
        Insight(
            shipment="S-004",
            next_best=Alternative(kind="behind", difference_minor=5_000),
            bindings=tuple(
                Binding(rule=rule, load="L001", subject=subject, over=over, saving_minor=100)
                for rule, subject, over in (
                    ("restriction", "R-1", 0),
                    ("regime", "CNNGB-P", 0),
                    ("place", "CNWNZ", 0),
                    ("papers", "", 30),
                    ("departure", "", 0),
                    ("onward", "", 0),
                    ("payload", "", 2_000_000),
                    ("late", "", 2),
                    ("cost", "", 450),
                    ("own_box", "40HQ", 0),
                )
            ),
            changes=(Change(kind="payload", by=2_000_000, saving_minor=100, load="L001"),),
        ),
    )


def planned_for(catalogue: Catalogue) -> Plan:
    """Return the plan as if it was made on a data set."""
    return replace(planned(), fingerprint=catalogue.fingerprint)
