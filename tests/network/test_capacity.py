"""A shipment larger than a whole departure is not offered it, and is told why if nothing else is left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from data.shipment import Filters, Shipment
from network import Network
from network.lanes import Lanes
from network.timetable import FAR
from optimizer.consolidation.houses import Houses
from optimizer.verify import verify_quote
from tests.builders import Sketch, shipment
from tests.plan_network import catalogue as plan_tables
from tests.plan_network import week

if TYPE_CHECKING:
    from data import Catalogue
    from data.itinerary import Quote

_NO_ROOM = 0
_DAY = 1440


def _tables(**capacity: int | None) -> Catalogue:
    """Return a flight F with a capacity, loose and in boxes, and a ship S without one that is slower and cheaper."""
    sketch = Sketch().territory("XA").location("A", "XA").location("B", "XA")
    sizes = (("B20", 28, 1000), ("B40", 58, 2000))
    for code, cubic_metres, teu_milli in sizes:
        volume = cubic_metres * 10**6
        sketch.add(
            "load_units", code=code, volume_cm3=volume, usable_cm3=volume, payload_g=20_000_000, teu_milli=teu_milli
        )
    for service, mode, run_min, rate in (("F", "air", 300, "900"), ("S", "sea", 2 * _DAY, "90")):
        limits = capacity if service == "F" else {}
        calls = [{"location": "A"}, {"location": "B", "run_min": run_min}]
        sketch.service(service, mode, calls, days="1234567", **limits)
        sketch.add("tariffs", service=service, product="lcl", basis="per_wm", rate=rate)
        for unit in ("B20", "B40"):
            sketch.add("tariffs", service=service, product="fcl", unit=unit, basis="per_box", rate=rate)
    return sketch.catalogue()


def _quote(tables: Catalogue, asked: Shipment, filters: Filters | None = None) -> Quote:
    """Return a quote that the checker agrees with."""
    chosen = filters or Filters()
    quote = Network(tables).quote(asked, chosen)
    assert verify_quote(tables, chosen, quote) == []
    return quote


def _services(quote: Quote) -> set[str | None]:
    """Return the services of all options."""
    return {step.service for option in quote.options for step in option.steps}


@pytest.mark.parametrize(
    ("capacity_kg", "mass_g", "services"),
    [
        (None, 3_000_000, {"F", "S"}),
        (1800, 1_800_000, {"F", "S"}),
        (1800, 1_800_001, {"S"}),
        (1800, 3_000_000, {"S"}),
        (_NO_ROOM, 1, {"S"}),
        (10**12 - 1, 3_000_000, {"F", "S"}),
    ],
)
def test_mass(capacity_kg: int | None, mass_g: int, services: set[str]) -> None:
    """A flight takes what weighs exactly as much as it can carry, and not a gram more."""
    tables = _tables(capacity_kg=capacity_kg)
    assert _services(_quote(tables, shipment("A", "B", mass_g=mass_g))) == services


@pytest.mark.parametrize(
    ("capacity_teu_milli", "box", "boxes", "services"),
    [
        (3000, "B20", 3, {"F", "S"}),
        (3000, "B20", 4, {"S"}),
        (3000, "B40", 1, {"F", "S"}),
        (3000, "B40", 2, {"S"}),
        (3999, "B40", 2, {"S"}),
        (4000, "B40", 2, {"F", "S"}),
        (_NO_ROOM, "B20", 1, {"S"}),
        (_NO_ROOM, None, 0, {"F", "S"}),
    ],
)
def test_boxes(capacity_teu_milli: int, box: str | None, boxes: int, services: set[str]) -> None:
    """A flight takes as many boxes as it has room for, by their size; loose cargo takes none of that room."""
    tables = _tables(capacity_teu_milli=capacity_teu_milli)
    assert _services(_quote(tables, shipment("A", "B", box=box, boxes=boxes))) == services


@pytest.mark.parametrize(
    ("capacity", "asked", "takes", "needs"),
    [
        ({"capacity_kg": 1800}, {"mass_g": 3_000_500}, "1,800 kg", "3,000.5 kg"),
        ({"capacity_kg": _NO_ROOM}, {"mass_g": 20}, "0 kg", "0.02 kg"),
        ({"capacity_teu_milli": 3500}, {"box": "B40", "boxes": 2}, "3.5 TEU", "4 TEU"),
        (
            {"capacity_kg": 700, "capacity_teu_milli": 0},
            {"box": "B20", "boxes": 1, "mass_g": 900_000},
            "700 kg",
            "900 kg",
        ),
    ],
)
def test_explained(capacity: dict[str, int], asked: dict[str, object], takes: str, needs: str) -> None:
    """Where nothing is left but a flight that is too small, its room is told, and what to do."""
    by_air = Filters(modes=frozenset({"air"}))
    quote = _quote(_tables(**capacity), shipment("A", "B", **asked), by_air)
    assert not quote.options
    block = quote.blocked[0]
    assert (block.rule, block.subject) == ("capacity", "F")
    assert block.message_zh == f"一个班次最多装 {takes},货物有 {needs}:请拆分货物或改选其他服务。"
    assert takes in block.message_en
    assert needs in block.message_en


def test_only_what_would_help_is_told() -> None:
    """Not a word of a small flight where another service goes, or where a larger one would not be open either."""
    tables, heavy = _tables(capacity_kg=1800), shipment("A", "B", mass_g=3_000_000)
    assert _quote(tables, heavy).blocked == ()
    rules = [block.rule for block in _quote(tables, heavy, Filters(modes=frozenset({"rail"}))).blocked]
    assert rules == ["filter"]


def test_payload_of_a_shared_box() -> None:
    """A box takes no more than a whole departure, and no shipment above that shares one there."""
    services = [replace(row, capacity_kg=5_000) if row.id == "SHIP" else row for row in plan_tables().services]
    lanes = Lanes(Network(plan_tables().replace(services=services)))
    by_ship = np.array([leg.service is not None and leg.service.id == "SHIP" for leg in lanes.legs])
    limits = lanes.network.weigher.rules.payload_limits(frozenset())
    assert set(limits[by_ship].tolist()) == {5_000_000}
    by_truck = np.array([leg.service is not None and leg.service.id == "XE" for leg in lanes.legs])
    assert set(limits[by_truck].tolist()) == {FAR}
    boxed = set(np.flatnonzero(by_ship & ~lanes.is_loose).tolist())
    for mass_g, is_closed in ((5_000_000, False), (5_000_001, True)):
        light = replace(week().by_id["S1"], mass_g=mass_g, pieces=10, goods=frozenset())
        house = Houses(lanes).make(0, light)
        assert boxed.isdisjoint(Houses(lanes)._closed(house.shipment)) != is_closed
