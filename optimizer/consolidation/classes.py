"""Which shipments may share a box at all."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data import Catalogue
    from optimizer.consolidation.houses import House


def sharing_classes(catalogue: Catalogue, houses: Sequence[House]) -> list[list[House]]:
    """Return the groups of shipments that may share boxes with each other, without those that share with nobody."""
    group = {(str(row.attribute), row.value): row.group if row.shares else None for row in catalogue.mixing_groups}
    area = {territory.code: territory.customs_area for territory in catalogue.territories}
    found: dict[tuple[str, ...], list[House]] = defaultdict(list)
    for house in houses:
        shipment = house.shipment
        mixing = shipment.mixing
        values = {
            "regime": mixing.regime,
            "dangerous": "yes" if mixing.is_dangerous else "no",
            "battery": mixing.battery,
            "temperature": mixing.temperature,
            "odour": mixing.odour,
            "sealed": "yes" if mixing.is_sealed else "no",
        }
        groups = [group.get(item) for item in values.items()]
        ends = [area[catalogue.location(code).territory] for code in (shipment.origin, shipment.destination)]
        if shipment.box is None and not house.is_stuck and None not in house.at_states:
            known = [name for name in groups if name is not None]
            if len(known) == len(groups):
                found[(*known, *ends)].append(house)
    return list(found.values())
