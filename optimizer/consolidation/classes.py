"""Which shipments may share a box at all."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data import Catalogue
    from data.cargo import CargoShipment
    from optimizer.consolidation.houses import House


def sharing_classes(catalogue: Catalogue, houses: Sequence[House]) -> list[list[House]]:
    """Return the groups of shipments that may share boxes with each other, without those that share with nobody."""
    group = {(str(row.attribute), row.value): row.group if row.shares else None for row in catalogue.mixing_groups}
    found: dict[tuple[str, ...], list[House]] = defaultdict(list)
    for house in houses:
        shipment = house.shipment
        groups = [group.get(item) for item in mixing_values(shipment).items()]
        if shipment.box is None and not house.is_stuck and None not in house.at_states:
            known = [name for name in groups if name is not None]
            if len(known) == len(groups):
                found[(*known, *customs_areas(catalogue, shipment))].append(house)
    return list(found.values())


def mixing_values(shipment: CargoShipment) -> dict[str, str]:
    """Return what decides with which other cargo a shipment may share a box, by attribute."""
    mixing = shipment.mixing
    return {
        "regime": mixing.regime,
        "dangerous": "yes" if mixing.is_dangerous else "no",
        "battery": mixing.battery,
        "temperature": mixing.temperature,
        "odour": mixing.odour,
        "sealed": "yes" if mixing.is_sealed else "no",
    }


def customs_areas(catalogue: Catalogue, shipment: CargoShipment) -> tuple[str, str]:
    """Return the customs areas in which a shipment starts and ends."""
    area = {territory.code: territory.customs_area for territory in catalogue.territories}
    start, end = (area[catalogue.location(code).territory] for code in (shipment.origin, shipment.destination))
    return start, end


def never_shares(catalogue: Catalogue, shipment: CargoShipment) -> str | None:
    """Return the first attribute, with its value, for which a shipment shares with nobody; None if it may share."""
    shared = {(str(row.attribute), row.value) for row in catalogue.mixing_groups if row.shares}
    return next(
        (f"{name}.{value}" for name, value in mixing_values(shipment).items() if (name, value) not in shared), None
    )


def differing(catalogue: Catalogue, shipment: CargoShipment, other: CargoShipment) -> str | None:
    """Return the first attribute, with its value, whose group differs from that of another shipment."""
    group = {(str(row.attribute), row.value): row.group for row in catalogue.mixing_groups}
    mine, theirs = mixing_values(shipment), mixing_values(other)
    return next(
        (f"{name}.{mine[name]}" for name in mine if group.get((name, mine[name])) != group.get((name, theirs[name]))),
        None,
    )
