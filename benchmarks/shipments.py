"""Random shipments between the shipped network's places of origin and its markets, in both directions."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import numpy as np

from data.shipment import Shipment
from data.timeaxis import TimeAxis

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from data import Catalogue

HOME = "CN"
FIRST_DAY, DAYS = 366, 28
"""First of the days, counted from the planning epoch, on which shipments are ready, and how many those are."""
BOXES = ("20GP", "40HQ")
SHARE_BOXED = 0.2


def draw_shipments(catalogue: Catalogue, count: int, seed: int) -> list[Shipment]:
    """
    Return shipments, every second one an import.

    One in five travels in its own box; the others weigh 20 kg to 8 t, at 120 to 500 kg per m³.
    """
    rng = np.random.default_rng([seed, 2])
    homes = [row.code for row in catalogue.locations if row.kind in {"cluster", "city"} and row.territory == HOME]
    markets = [row.code for row in catalogue.locations if row.kind == "market" and row.territory != HOME]
    axis = catalogue.derived(TimeAxis)
    shipments = []
    for number in range(count):
        ends = [homes[rng.integers(len(homes))], markets[rng.integers(len(markets))]]
        origin, destination = ends if number % 2 == 0 else ends[::-1]
        ready_at = axis.from_min(int(rng.integers(FIRST_DAY * 24, (FIRST_DAY + DAYS) * 24)) * 60)
        is_boxed = bool(rng.random() < SHARE_BOXED)
        mass_kg = int(rng.uniform(4_000, 18_000) if is_boxed else np.exp(rng.uniform(np.log(20), np.log(8_000))))
        density = rng.uniform(700, 900) if is_boxed else rng.uniform(120, 500)
        shipments.append(
            Shipment(
                origin=origin,
                destination=destination,
                ready_at=ready_at,
                mass_g=mass_kg * 1_000,
                volume_cm3=max(1_000, int(mass_kg / density * 1_000) * 1_000),
                pieces=max(1, mass_kg // 20),
                box=BOXES[rng.integers(len(BOXES))] if is_boxed else None,
                boxes=1 if is_boxed else 0,
            )
        )
    return shipments


def as_request(shipment: Shipment) -> dict[str, Any]:
    """
    Return the body of a request for a quote.

    It has no ready time: the service takes the present, and refuses the past.
    """
    boxed = {} if shipment.box is None else {"box": shipment.box, "boxes": shipment.boxes}
    return {
        "from": shipment.origin,
        "to": shipment.destination,
        "weight_kg": shipment.mass_g / 1e3,
        "volume_m3": shipment.volume_cm3 / 1e6,
        "pieces": shipment.pieces,
        **boxed,
    }


def write_file(path: Path, shipments: Sequence[Shipment]) -> None:
    """Write requests as a file for ``hubport quote FILE``."""
    columns = ["from", "to", "weight_kg", "volume_m3", "pieces", "box", "boxes"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(as_request(shipment) for shipment in shipments)
