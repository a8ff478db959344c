"""Every shipment once, and everything in its order."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.cargo import Cargo
    from data.plan import Load, Plan
    from optimizer.verify.log import Log


def check_roll(cargo: Cargo, plan: Plan, log: Log) -> None:
    """Check that every shipment travels or stays behind, once, that no other does, and that ids of loads differ."""
    named = Counter(journey.shipment for journey in plan.journeys)
    named.update(left.shipment for left in plan.unserved)
    for shipment in cargo:
        count = named.pop(shipment.id, 0)
        rule = "shipment_missing" if count == 0 else "shipment_twice"
        log.same(rule, f"shipment {shipment.id}", "every shipment travels or stays behind, once", count, 1)
    for name in named:
        log.add("shipment_unknown", f"shipment {name}", "the cargo has no such shipment", name, None)
    for name, count in Counter(load.id for load in plan.loads).items():
        log.same("load_id", f"load {name}", "every load has an id of its own", count, 1)


def check_order(cargo: Cargo, plan: Plan, log: Log) -> None:
    """Check that shipments come as in the cargo, loads by departure and bookings by time."""
    places = {shipment.id: place for place, shipment in enumerate(cargo)}
    _check_rising("journeys", (places.get(journey.shipment, -1) for journey in plan.journeys), log)
    _check_rising("unserved", (places.get(left.shipment, -1) for left in plan.unserved), log)
    _check_rising("loads", map(_leaves_min, plan.loads), log)
    _check_rising("bookings", (booking.depart_min for booking in plan.bookings), log)


def _check_rising(part: str, values: Iterable[int], log: Log) -> None:
    """Check that values do not fall, and note the first that does."""
    for before, after in pairwise(values):
        if before > after:
            log.add("order", part, "shipments come as in the cargo, loads and bookings by time", after, before)
            return


def _leaves_min(load: Load) -> int:
    """Return when a load departs, 0 if it never does."""
    return next((step.depart_min for step in load.steps if step.kind == "leg"), 0)
