"""A hub and few departures, on which plans and schedules disagree: every way can be counted."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from data.cargo import Cargo, CargoShipment
from data.plan_json import PlanFile
from network import Network
from network.lanes import Lanes
from network.timeline import Hop, timeline
from optimizer import schedule
from optimizer.consolidation import Params, solve
from optimizer.consolidation.build import Builder
from optimizer.consolidation.houses import Houses
from optimizer.evaluate import evaluate
from tests.builders import Sketch, instant
from tests.hub_world import COUNTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data import Catalogue
    from data.plan import Journey

DAY = 24 * 60
MONDAY = 4 * DAY
QUIET = Params(time_limit_s=5, deterministic=True)
LIMITS = schedule.Params(time_limit_s=5, deterministic=True)
_MIXING = (
    *(("regime", "0110", "declared"), ("dangerous", "no", "no"), ("battery", "none", "ordinary")),
    *(("temperature", "ambient", "ambient"), ("odour", "none", "odourless"), ("sealed", "no", "no")),
)
_TASKS: tuple[dict[str, object], ...] = (
    {"task": "documents", "minutes": 30, "needs": "declarant"},
    {"task": "declare", "minutes": 30, "needs": "declarant"},
    {"task": "inspect", "minutes": 240, "needs": "bay:manual", "odds_ppm": 0, "p50_min": 240, "p90_min": 600},
    {"task": "stuff", "minutes": 300, "needs": "dock"},
    {"task": "seal", "minutes": 15, "needs": "seal"},
    {"task": "gate_in", "minutes": 90, "needs": "gate"},
)


def sketch(calendar: str = "always") -> Sketch:
    """
    Return the rows: a truck a day at 08:00 from P to the hub H, a ship every other day at 20:00 from there to X.

    The hub needs 90 minutes for the gate, and 300 for stuffing, of which the plan knows nothing; it is always open,
    unless another calendar is named. Every day of storage costs.
    """
    made = Sketch(
        search_days="9", horizon_days="60", hub_after_days="10", hub_declare_early_min="14400",
        hub_inspect_planned_ppm="500000", hub_risk_ppm="20000",
    )  # fmt: skip
    made.territory("HO").territory("FA").calendar("shift", ["08:00-18:00"] * 7)
    made.location("P", "HO", kind="park")
    made.location("H", "HO", kind="seaport", clears_export=True, stuffs=True)
    made.location("X", "FA", kind="seaport", clears_import=True, strips=True)
    made.add("load_units", code="BOX", volume_cm3=33_000_000, usable_cm3=28_000_000, payload_g=21_000_000,
             teu_milli=1000)  # fmt: skip
    made.add("emission_factors", id="any", mode="road", g_per_tkm="90")
    made.add("emission_factors", id="ship", mode="sea", g_per_tkm="10")
    road = {"location": "H", "run_min": 120, "distance_m": 100_000, "factor": "any"}
    made.service("ROAD", "road", [{"location": "P"}, road], days="1234567", departs="08:00")
    ship = {"location": "X", "run_min": 3 * DAY, "distance_m": 900_000, "factor": "ship"}
    made.service("SHIP", "sea", [{"location": "H"}, ship], days="1357", departs="20:00", capacity_teu_milli=9000)
    made.add("tariffs", service="ROAD", product="ltl", basis="per_wm", rate="20")
    made.add("tariffs", service="SHIP", product="lcl", basis="per_wm", rate="200")
    made.add("tariffs", service="SHIP", product="fcl", unit="BOX", basis="per_box", rate="1500")
    for form, delivery in (("loose", "lcl_delivery"), ("box", "fcl_delivery")):
        made.add("cutoffs", mode="sea", form=form, type=delivery, minutes_before=480)
        made.add("cutoffs", mode="sea", form=form, type="documentation", minutes_before=600)
        made.add("storage", location="H", form=form, free_min=0, basis="per_wm" if form == "loose" else "per_box",
                 rate="9")  # fmt: skip
        for direction in ("in", "out"):
            made.add("handling", mode="road", direction=direction, form=form, minutes=10, basis="per_wm", rate="1",
                     currency="CNY", hub_ug_per_kg=1)  # fmt: skip
    for direction, territory in (("stuff", "HO"), ("strip", "FA")):
        made.add("stuffing", kind="seaport", territory=territory, direction=direction, minutes=30, basis="per_wm",
                 rate="5", currency="CNY")  # fmt: skip
    made.add("clearance", id="OUT", territory="HO", direction="export", minutes=60)
    made.add("clearance", id="IN", territory="FA", direction="import", minutes=60)
    for attribute, value, group in _MIXING:
        made.add("mixing_groups", id=attribute, attribute=attribute, value=value, group=group, shares=True)
    for kind, count in COUNTS.items():
        type_ = "manual" if kind == "bay" else "general"
        made.add("hub_resources", id=f"R.{kind}", location="H", kind=kind, type=type_, count=count, calendar=calendar)
    for number, row in enumerate(_TASKS):
        made.add("hub_tasks", id=f"T{number}.{row['task']}", **row)
    return made


@cache
def network(calendar: str = "always") -> Network:
    """Return the compiled network."""
    return Network(tables(calendar))


@cache
def tables(calendar: str = "always") -> Catalogue:
    """Return the tables."""
    return sketch(calendar).catalogue()


def shipment(name: str, ready_min: int = MONDAY, **values: object) -> CargoShipment:
    """Return a loose shipment of 2 m3, ready at a minute."""
    given: dict[str, object] = {
        "origin": "P", "destination": "X", "mass_g": 500_000, "volume_cm3": 2_000_000, "pieces": 4,
        "value_minor": 5_000_000, "value_currency": "CNY", **values,
    }  # fmt: skip
    return CargoShipment(id=name, ready_at=instant(ready_min), **given)  # type: ignore[arg-type]


def planned(cargo: Cargo, calendar: str = "always") -> PlanFile:
    """Return the plan of the solver for some cargo."""
    return PlanFile(solve(network(calendar), cargo, QUIET), cargo)


class Way(NamedTuple):
    """A way of one shipment: its journey, what it costs, and whether it misses in the schedule of the hub."""

    journey: Journey
    cost: int
    is_missed: bool


def ways(one: CargoShipment, calendar: str = "always") -> Iterator[Way]:
    """
    Yield every way of one shipment alone that keeps its cut-offs, counted departure by departure.

    Each is scheduled as a plan of its own.
    """
    net, cargo = network(calendar), Cargo(shipments=(one,))
    lanes = Lanes(net)
    builder, house = Builder(lanes), Houses(lanes).bare(0, one)
    plan = planned(cargo, calendar).plan
    for hops in _chains(net):
        moments = timeline(net.compiled.forward, hops, house.ready)
        journey = builder.by(house, hops)
        slacks = [cut.slack_min for step in journey.steps for cut in step.cutoffs]
        departs = [step for step in journey.steps if step.kind == "leg"]
        late = any(step.ready_min > step.depart_min for step in departs)
        if late or min(slacks, default=0) < 0 or moments[-1].available > house.end:
            continue
        other = replace(plan, journeys=(journey,), unserved=(), loads=())
        made = schedule.solve(schedule.build(PlanFile(other, cargo), net.catalogue), LIMITS)
        yield Way(journey, evaluate([journey]).total, bool(made.missed))


def _chains(net: Network) -> Iterator[list[Hop]]:
    """Yield truck, clearance, ship and clearance with all pairs of departures."""
    legs = net.legs
    tt = net.compiled.forward

    def number(kind: str, origin: str, service: str | None) -> int:
        return next(
            place
            for place, leg in enumerate(legs)
            if (leg.kind, leg.origin, leg.form) == (kind, origin, "loose")
            and (leg.service.id if leg.service else None) == service
        )

    road, ship = number("leg", "P", "ROAD"), number("leg", "H", "SHIP")
    out, inward = number("clearance", "H", None), number("clearance", "X", None)
    first, last = (range(int(tt.leg_lo[leg]), int(tt.leg_hi[leg])) for leg in (road, ship))
    for truck, vessel in product(first, last):
        yield [Hop(road, truck), Hop(out, -1), Hop(ship, vessel), Hop(inward, -1)]
