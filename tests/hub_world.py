"""A hub with few resources, and plans whose cargo passes it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from data.cargo import Cargo, CargoShipment
from data.itinerary import CutOffTime, Step
from data.plan import Journey, Load, Plan
from data.plan_json import PlanFile
from tests.builders import Sketch, instant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data import Catalogue

DAY = 24 * 60
MONDAY = 4 * DAY
"""Midnight of a Monday."""

_TASKS: tuple[dict[str, object], ...] = (
    {"task": "documents", "minutes": 30, "needs": "declarant"},
    {"task": "declare", "minutes": 30, "needs": "declarant"},
    {
        "task": "inspect",
        "minutes": 120,
        "needs": "bay:manual;forklift",
        "odds_ppm": 0,
        "p50_min": 240,
        "p90_min": 600,
    },
    {
        "task": "inspect",
        "regime": "1039",
        "minutes": 120,
        "needs": "bay:manual;forklift",
        "odds_ppm": 60_000,
        "p50_min": 240,
        "p90_min": 600,
    },
    {
        "task": "inspect",
        "credit": "dishonest",
        "minutes": 180,
        "needs": "bay:manual;forklift",
        "odds_ppm": 850_000,
        "p50_min": 240,
        "p90_min": 600,
    },
    {"task": "stuff", "minutes": 60, "min_per_m3": 10, "needs": "dock;forklift", "may_pause": True},
    {"task": "seal", "minutes": 15, "needs": "seal"},
    {"task": "gate_in", "minutes": 30, "needs": "gate"},
)
COUNTS = {"declarant": 1, "bay": 1, "dock": 1, "forklift": 2, "seal": 1, "gate": 1}


def sketch(*, overtime: bool = True, risk_ppm: int = 20_000, **counts: int) -> Sketch:
    """Return the rows of the world, with other numbers of resources if told so."""
    made = Sketch(
        horizon_days="60",
        hub_after_days="10",
        hub_declare_early_min="4320",
        hub_inspect_planned_ppm="500000",
        hub_risk_ppm=str(risk_ppm),
    )
    made.territory("HO").territory("FA")
    made.calendar("shift", ["08:00-18:00"] * 7).calendar("late", ["06:00-22:00"] * 7)
    made.calendar("week", ["08:00-12:00;13:00-17:00"] * 5 + ["", ""], holidays="closed")
    for code, territory, values in (
        ("P", "HO", {}),
        ("H", "HO", {"kind": "seaport", "clears_export": True, "stuffs": True}),
        ("X", "FA", {"kind": "seaport", "clears_import": True}),
    ):
        made.location(code, territory, **values)
    made.add("load_units", code="BOX", volume_cm3=30_000_000, usable_cm3=28_000_000, payload_g=20_000_000,
             teu_milli=1000)  # fmt: skip
    made.service("SHIP", "sea", [{"location": "H", "run_min": 0}, {"location": "X", "run_min": 600}], days="1234567")
    made.service("ROAD", "road", [{"location": "P", "run_min": 0}, {"location": "H", "run_min": 60}], days="1234567")
    made.add("clearance", id="OUT", territory="HO", direction="export", calendar="always", minutes=60)
    for kind, count in (COUNTS | counts).items():
        made.add(
            "hub_resources", id=f"R.{kind}", location="H", kind=kind, type="manual" if kind == "bay" else "general",
            count=count, calendar="shift",
            **({"overtime_calendar": "late", "overtime_rate": 60, "currency": "CNY"} if overtime else {}),
        )  # fmt: skip
    for number, row in enumerate(_TASKS):
        made.add("hub_tasks", id=f"T{number}.{row['task']}", **row)
    return made


@cache
def catalogue() -> Catalogue:
    """Return the tables of the world."""
    return sketch().catalogue()


@dataclass(frozen=True, kw_only=True)
class Box:
    """
    A consignment of a plan: when it is there, and the cut-offs of its departure.

    Minutes count from `MONDAY`; ``load`` is the shared box it is stuffed into.
    """

    id: str
    arrive: int = 8 * 60
    ready: int | None = None
    gate: int = 30 * 60
    customs: int | None = None
    papers: int | None = None
    vgm: int | None = None
    depart: int = 40 * 60
    load: str | None = None
    value: int = 100_000
    regime: str = "0110"
    shipper: str | None = None


def plan_file(tables: Catalogue, boxes: Sequence[Box]) -> PlanFile:
    """Return a plan in which some consignments pass the hub."""
    cargo = Cargo(shipments=tuple(map(_shipment, boxes)))
    loads = {}
    for box in boxes:
        if box.load is not None:
            members = [one for one in boxes if one.load == box.load]
            loads[box.load] = _load(box, members)
    plan = Plan(
        status="feasible",
        journeys=tuple(map(_journey, boxes)),
        unserved=(),
        loads=tuple(loads.values()),
        bookings=(),
        cost_minor=0,
        bound_minor=None,
        gap=None,
        alone_minor=0,
        currency="CNY",
        fingerprint=tables.fingerprint,
        cargo_fingerprint=cargo.fingerprint,
        seed=0,
    )
    return PlanFile(plan, cargo)


def _shipment(box: Box) -> CargoShipment:
    return CargoShipment(
        id=box.id, origin="P", destination="X", mass_g=800_000, volume_cm3=4_000_000, pieces=10,
        ready_at=instant(MONDAY + _ready(box)), value_minor=box.value, value_currency="CNY", regime=box.regime,
        shipper=box.shipper,
    )  # fmt: skip


def _ready(box: Box) -> int:
    return box.arrive - 120 if box.ready is None else box.ready


def _leg(box: Box) -> Step:
    """Return the leg out of the hub."""
    dues = (("fcl_delivery" if box.load else "lcl_delivery", box.gate), ("customs", box.customs),
            ("documentation", box.papers), ("vgm", box.vgm))  # fmt: skip
    form = "BOX" if box.load else "loose"
    return Step(
        kind="leg", origin="H", destination="X", form=form, status="R", ready_min=MONDAY + box.arrive,
        depart_min=MONDAY + box.depart, arrive_min=MONDAY + box.depart + 600,
        available_min=MONDAY + box.depart + 600, mode="sea", service="SHIP",
        cutoffs=tuple(
            CutOffTime(type=kind, at_min=MONDAY + due, slack_min=0, binding=False)
            for kind, due in dues
            if due is not None
        ),
    )  # fmt: skip


def _work(kind: str, box: Box, form: str) -> Step:
    at = MONDAY + box.arrive
    return Step(
        kind=kind, origin="H", destination="H", form=form, status="R", ready_min=at, depart_min=at, arrive_min=at,  # type: ignore[arg-type]
        available_min=at, row="OUT" if kind == "clearance" else "STUFF",
    )  # fmt: skip


def _journey(box: Box) -> Journey:
    begin = MONDAY + _ready(box)
    road = Step(
        kind="leg", origin="P", destination="H", form="loose", status="D", ready_min=begin, depart_min=begin,
        arrive_min=MONDAY + box.arrive, available_min=MONDAY + box.arrive, mode="road", service="ROAD",
    )  # fmt: skip
    stuff = (_work("stuff", box, "BOX"),) if box.load else ()
    return Journey(
        shipment=box.id, load=box.load, steps=(road, _work("clearance", box, "loose"), *stuff, _leg(box)), charges=(),
        own_cny_minor=0, share_cny_minor=0, penalty_cny_minor=0, days_late=0, alone_cny_minor=None, ready_min=begin,
        arrive_min=MONDAY + box.depart + 600, emissions_g=0,
    )  # fmt: skip


def _load(box: Box, members: Sequence[Box]) -> Load:
    return Load(
        id=box.load or "", box="BOX", origin="H", destination="X", shipments=tuple(one.id for one in members),
        mass_g=1, volume_cm3=1, fill_ppm=1, steps=(_leg(box),), charges=(), cost_cny_minor=0,
    )  # fmt: skip
