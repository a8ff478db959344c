"""Which shipments may share a load unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.cargo import CargoShipment
    from data.records_mixing import MixingGroup
    from optimizer.verify.facts import Facts
    from optimizer.verify.log import Log
    from optimizer.verify.passenger import Passenger


def check_mixing(facts: Facts, members: Sequence[Passenger], log: Log) -> None:
    """Check that the shipments of a load fall in the same mixing groups and have the same customs areas."""
    rows: dict[tuple[str, str], MixingGroup] = {
        (row.attribute, row.value): row for row in facts.catalogue.mixing_groups
    }
    first = members[0]
    for passenger in members:
        for attribute, value in _attributes(passenger.shipment).items():
            row, other = rows.get((attribute, value)), rows.get((attribute, _attributes(first.shipment)[attribute]))
            message = f"{attribute} keeps it out of this load"
            if row is None or not row.shares:
                log.add("mixing", passenger.subject, message, value, None)
            elif other is not None and other.shares:
                log.same("mixing", passenger.subject, message, row.group, other.group)
        case, areas = passenger.case, (first.case.origin_area, first.case.destination_area)
        own = (case.origin_area, case.destination_area)
        log.same(
            "load_areas", passenger.subject, "a load has one home and one destination", "-".join(own), "-".join(areas)
        )
        if passenger.shipment.box is not None:
            log.add("own_box", passenger.subject, "cargo in its own boxes never shares", passenger.shipment.box, None)


def _attributes(shipment: CargoShipment) -> dict[str, str]:
    """Return the value of every attribute that decides."""
    mixing = shipment.mixing
    return {
        "regime": mixing.regime,
        "dangerous": "yes" if mixing.is_dangerous else "no",
        "battery": mixing.battery,
        "temperature": mixing.temperature,
        "odour": mixing.odour,
        "sealed": "yes" if mixing.is_sealed else "no",
    }
