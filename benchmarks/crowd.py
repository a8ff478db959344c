"""A crowded hub: a plan, drawn at random, whose consignments pass one hub within two weeks, most in own boxes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from data.cargo import Cargo, CargoShipment
from data.hub_schedule import Credit
from data.itinerary import CutOffTime, Step
from data.plan import Journey, Load, Plan
from data.plan_json import PlanFile
from data.samples import read_week
from data.timeaxis import TimeAxis
from data.values import DAY_MIN

if TYPE_CHECKING:
    from data.catalogue import Catalogue

HUB, ORIGIN, DESTINATION = "CNNBO-P", "CNYIW", "DEHAM-P"
REGIMES = {"0110": "CL.CN.export.any", "1039": "CL.CN.export.1039", "9710": "CL.CN.export.9710"}
DAYS = 14
INSPECTED = "dishonest"
"""A shipper all of whose cargo is inspected; one consignment in twenty is theirs."""
_HOUR = 60
_CUTOFFS = (("documentation", 40), ("customs", 24), ("vgm", 22), ("fcl_delivery", 18))
_BOX = "40HQ"


class Crowd(NamedTuple):
    """A plan, and the grades of its shippers."""

    file: PlanFile
    credit: tuple[Credit, ...]


@dataclass(frozen=True, slots=True)
class _Item:
    """One consignment: its box, when it is ready and there, and when it departs."""

    id: str
    load: str
    ready_min: int
    arrive_min: int
    depart_min: int
    regime: str


def drawn(catalogue: Catalogue, consignments: int, week: str, seed: int) -> Crowd:
    """
    Return a plan of so many consignments.

    A ship sails every day at 20:00 UTC. Cargo arrives 96 to 168 hours before its ship, papers up to two days earlier;
    one box in fifteen holds two consignments, the others one.
    """
    rng = np.random.default_rng(seed)
    epoch = catalogue.derived(TimeAxis)
    monday = dt.datetime.combine(read_week(week), dt.time(), dt.UTC)
    begin = epoch.to_min(monday)
    items: list[_Item] = []
    while len(items) < consignments:
        load = f"B{len(items):03}"
        depart = begin + int(rng.integers(4, DAYS)) * DAY_MIN + 20 * _HOUR
        for _ in range(min(1 + (rng.random() < 1 / 15), consignments - len(items))):
            arrive = max(begin, depart - int(rng.integers(96 * _HOUR, 168 * _HOUR)))
            ready = max(begin, arrive - int(rng.integers(0, 2 * DAY_MIN)))
            regime = str(rng.choice(list(REGIMES)))
            items.append(_Item(f"C{len(items):03}", load, ready, arrive, depart, regime))
    cargo = Cargo(shipments=tuple(_shipment(item, rng, epoch) for item in items))
    loads = {item.load: [other for other in items if other.load == item.load] for item in items}
    plan = Plan(
        status="feasible",
        journeys=tuple(map(_journey, items)),
        unserved=(),
        loads=tuple(_load(name, some) for name, some in loads.items()),
        bookings=(),
        cost_minor=0,
        bound_minor=None,
        gap=None,
        alone_minor=0,
        currency="CNY",
        fingerprint=catalogue.fingerprint,
        cargo_fingerprint=cargo.fingerprint,
        seed=seed,
    )
    return Crowd(PlanFile(plan, cargo), (Credit(shipper=INSPECTED, grade="dishonest"),))


def _shipment(item: _Item, rng: np.random.Generator, axis: TimeAxis) -> CargoShipment:
    volume = int(rng.integers(8_000_000, 30_000_000))
    return CargoShipment(
        id=item.id, origin=ORIGIN, destination=DESTINATION, mass_g=volume // 5, volume_cm3=volume,
        pieces=int(rng.integers(20, 400)), ready_at=axis.from_min(item.ready_min),
        value_minor=int(rng.lognormal(17, 0.8)), value_currency="CNY", regime=item.regime,
        shipper=INSPECTED if rng.random() < 1 / 20 else None,
    )  # fmt: skip


def _leg(item: _Item) -> Step:
    """Return the leg out of the hub, with its cut-offs."""
    return Step(
        kind="leg", origin=HUB, destination=DESTINATION, form=_BOX, status="R", ready_min=item.arrive_min,
        depart_min=item.depart_min, arrive_min=item.depart_min + 30 * DAY_MIN,
        available_min=item.depart_min + 30 * DAY_MIN, mode="sea", service="daily",
        cutoffs=tuple(
            CutOffTime(type=kind, at_min=item.depart_min - hours * _HOUR, slack_min=0, binding=False)
            for kind, hours in _CUTOFFS
        ),
    )  # fmt: skip


def _work(kind: str, item: _Item) -> Step:
    at = item.arrive_min
    form, row = ("loose", REGIMES[item.regime]) if kind == "clearance" else (_BOX, None)
    return Step(
        kind=kind, origin=HUB, destination=HUB, form=form, status="R", ready_min=at, depart_min=at, arrive_min=at,  # type: ignore[arg-type]
        available_min=at, row=row,
    )  # fmt: skip


def _journey(item: _Item) -> Journey:
    return Journey(
        shipment=item.id, load=item.load, steps=(_work("clearance", item), _work("stuff", item), _leg(item)),
        charges=(), own_cny_minor=0, share_cny_minor=0, penalty_cny_minor=0, days_late=0, alone_cny_minor=None,
        ready_min=item.ready_min, arrive_min=item.depart_min + 30 * DAY_MIN, emissions_g=0,
    )  # fmt: skip


def _load(name: str, items: list[_Item]) -> Load:
    return Load(
        id=name, box=_BOX, origin=HUB, destination=DESTINATION, shipments=tuple(item.id for item in items),
        mass_g=1, volume_cm3=1, fill_ppm=1, steps=(_leg(items[0]),), charges=(), cost_cny_minor=0,
    )  # fmt: skip
