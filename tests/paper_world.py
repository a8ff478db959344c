"""Plans by hand on the shipped tables: a shared box by rail, and shipments alone by sea and air."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING

from data import load_catalogue
from data.cargo import Cargo, CargoShipment
from data.itinerary import CutOffTime, Step
from data.plan import Journey, Load, Plan
from data.plan_json import PlanFile
from data.timeaxis import TimeAxis

if TYPE_CHECKING:
    from data import Catalogue

DAY = 24 * 60
START = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)


def minute(catalogue: Catalogue, days: int) -> int:
    """Return a minute some days after the start."""
    return catalogue.derived(TimeAxis).to_min(START) + days * DAY


def _shipment(name: str, origin: str, destination: str, **values: object) -> CargoShipment:
    given: dict[str, object] = {
        "mass_g": 800_123, "volume_cm3": 4_567_890, "pieces": 12, "ready_at": START, "hs": "900410",
        "value_minor": 1_234_567, "value_currency": "CNY", "shipper": "温州眼镜厂",
    } | values  # fmt: skip
    return CargoShipment(id=name, origin=origin, destination=destination, **given)  # type: ignore[arg-type]


def _leg(catalogue: Catalogue, ends: tuple[str, str], mode: str, form: str, cutoffs: dict[str, int]) -> Step:
    """Return a leg on day 10 with cut-offs some minutes before."""
    departs = minute(catalogue, 10)
    return Step(
        kind="leg", origin=ends[0], destination=ends[1], form=form, status="R", ready_min=departs - 5 * DAY,
        depart_min=departs, arrive_min=departs + 15 * DAY, available_min=departs + 15 * DAY, mode=mode,
        service=f"TEST-{mode}",
        cutoffs=tuple(
            CutOffTime(type=name, at_min=departs - before, slack_min=0, binding=False)
            for name, before in cutoffs.items()
        ),
    )  # fmt: skip


def _clearance(catalogue: Catalogue, place: str, territory: str, direction: str, days: int) -> Step:
    row = next(row for row in catalogue.clearance if (row.territory, row.direction) == (territory, direction))
    at = minute(catalogue, days)
    return Step(
        kind="clearance", origin=place, destination=place, form="loose", status="R", ready_min=at, depart_min=at,
        arrive_min=at + 60, available_min=at + 60, row=row.id,
    )  # fmt: skip


def _stuffing(catalogue: Catalogue, place: str, days: int) -> Step:
    at = minute(catalogue, days)
    return Step(
        kind="stuff", origin=place, destination=place, form="40HQ", status="R", ready_min=at, depart_min=at,
        arrive_min=at + 120, available_min=at + 120, row=catalogue.stuffing[0].id,
    )  # fmt: skip


def _journey(name: str, load: str | None, *steps: Step) -> Journey:
    return Journey(
        shipment=name, load=load, steps=steps, charges=(), own_cny_minor=0, share_cny_minor=0, penalty_cny_minor=0,
        days_late=0, alone_cny_minor=None, ready_min=steps[0].ready_min, arrive_min=steps[-1].available_min,
        emissions_g=0,
    )  # fmt: skip


def plan_file(catalogue: Catalogue, sea_id: str = "SEA", **sea: object) -> PlanFile:
    """
    Return the plan: R1 and R2 share the box L001 by rail to Hamburg; one goes alone by sea in its box, AIR by air.

    Parameters
    ----------
    catalogue
        The shipped tables.
    sea_id, sea
        Id of the shipment by sea, and what else it is told to be.
    """
    cargo = Cargo(
        shipments=(
            _shipment("R1", "CNYIW-R", "DEHAM", regime="9810"),
            _shipment("R2", "CNYIW-R", "DEHAM", mass_g=1_999_877, volume_cm3=10_000_001, pieces=7, shipper="义乌工厂"),
            _shipment(sea_id, "CNNBO-P", "USLAX-P", **{"box": "40HQ", "boxes": 1, **sea}),
            _shipment("AIR", "CNHGH-A", "DEFRA-A", goods=frozenset({"battery_in_equipment"})),
        )
    )
    rail = _leg(
        catalogue,
        ("CNYIW-R", "DEDUI-R"),
        "rail",
        "40HQ",
        {"documentation": 5760, "fcl_delivery": 2880, "customs": 1440},
    )
    sea_cuts = {"documentation": 5760, "fcl_delivery": 2160, "vgm": 1440, "customs": 1440}
    ship = _leg(catalogue, ("CNNBO-P", "USLAX-P"), "sea", "40HQ", sea_cuts)
    flight = _leg(catalogue, ("CNHGH-A", "DEFRA-A"), "air", "loose", {"documentation": 480, "lat": 300, "customs": 120})
    shipments = cargo.by_id
    load = Load(
        id="L001", box="40HQ", origin="CNYIW-R", destination="DEDUI-R", shipments=("R1", "R2"),
        mass_g=shipments["R1"].mass_g + shipments["R2"].mass_g,
        volume_cm3=shipments["R1"].volume_cm3 + shipments["R2"].volume_cm3,
        fill_ppm=1, steps=(rail,), charges=(), cost_cny_minor=0,
    )  # fmt: skip
    yiwu = _clearance(catalogue, "CNYIW-R", "CN", "export", 5)
    stuffing = _stuffing(catalogue, "CNYIW-R", 6)
    duisburg = _clearance(catalogue, "DEDUI-R", "DE", "import", 26)
    plan = Plan(
        status="feasible",
        journeys=(
            _journey("R1", "L001", yiwu, stuffing, rail, duisburg),
            _journey("R2", "L001", yiwu, stuffing, rail, duisburg),
            _journey(sea_id, None, _clearance(catalogue, "CNNBO-P", "CN", "export", 8), ship),
            _journey("AIR", None, flight),
        ),
        unserved=(), loads=(load,), bookings=(), cost_minor=0, bound_minor=None, gap=None, alone_minor=0,
        currency="CNY", fingerprint=catalogue.fingerprint, cargo_fingerprint=cargo.fingerprint, seed=0,
    )  # fmt: skip
    return PlanFile(plan, cargo)


@cache
def shipped() -> Catalogue:
    """Return the shipped tables, loaded once."""
    return load_catalogue()
