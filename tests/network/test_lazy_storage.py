"""Arrivals that sleep, wake and sleep again under others that are charged storage, none of them forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.shipment import Filters
from network import Network
from optimizer.verify import verify_quote
from tests.builders import Sketch, shipment
from tests.network.test_exactness import _vectors
from tests.oracles.brute import pareto_set
from tests.oracles.networks import question

if TYPE_CHECKING:
    from data import Catalogue
    from data.itinerary import Quote
    from data.shipment import Shipment

_DAY = 1440
_THURSDAY_ONLY = ["", "", "", "24h", "", "", ""]


def _add_places(sketch: Sketch) -> None:
    """Add a border crossing A and a warehouse B that clear exports, B on Thursdays only, and a terminal C abroad."""
    sketch.territory("HO").territory("FA").calendar("thursday", _THURSDAY_ONLY)
    sketch.location("A", "HO", kind="border", clears_export=True)
    sketch.location("B", "HO", kind="warehouse", clears_export=True, stuffs=True)
    sketch.location("C", "FA", kind="rail_terminal", clears_import=True, strips=True)
    export = {"direction": "export", "territory": "HO", "regime": "*"}
    sketch.add("clearance", minutes=540, **export)
    sketch.add("clearance", kind="warehouse", calendar="thursday", minutes=420, **export)
    sketch.add("clearance", direction="import", territory="FA", regime="*", minutes=60)
    for direction in ("stuff", "strip"):
        sketch.add("stuffing", direction=direction, minutes=180)


def _add_trains(sketch: Sketch) -> None:
    """Add a daily train from A to B, a fast one for boxes on Fridays and a slow one for loose cargo on Saturdays."""
    sketch.add(
        "load_units", code="B20", volume_cm3=28 * 10**6, usable_cm3=28 * 10**6, payload_g=20_000_000, teu_milli=1000
    )
    trains = (("daily", "AB", "1234567", "08:00;08:15"), ("boxes", "BC", "5", "12:00"), ("loose", "BC", "6", "08:00"))
    for service, ends, days, departs in trains:
        calls = [{"location": ends[0]}, {"location": ends[1], "run_min": _DAY}]
        sketch.service(service, "rail", calls, days=days, departs=departs)
    for service in ("daily", "loose"):
        sketch.add("tariffs", service=service, product="lcl", basis="per_wm", rate="100")
    sketch.add("tariffs", service="boxes", product="fcl", unit="B20", basis="per_box", rate="5000")


def _network() -> Catalogue:
    """
    Return a network where storage at B is charged twice, the second time more, to two arrivals a quarter apart.

    Cargo cleared at A leaves on Tuesday and is at B on Wednesday. Cargo that leaves on Monday is cleared at B on
    Thursday morning: no better than that of Wednesday, and no worse than what was cleared at A and comes later on
    Thursday, or on Friday. But storage at B is free for a day only, so what comes on Friday pays least.
    """
    sketch = Sketch()
    _add_places(sketch)
    _add_trains(sketch)
    sketch.add("storage", location="B", form="loose", free_min=_DAY, from_day=1, basis="per_kg", rate="0.01")
    sketch.add("storage", location="B", form="box", free_min=_DAY, from_day=1, basis="per_box", rate="700")
    return sketch.catalogue()


def _checked(tables: Catalogue, asked: Shipment) -> Quote:
    """Return a quote that the checker agrees with and that has the exact front."""
    quote = Network(tables).quote(asked, Filters())
    assert verify_quote(tables, Filters(), quote) == []
    assert _vectors(quote) == pareto_set(tables, asked, Filters())
    return quote


def test_sleeper_does_not_take_others_along() -> None:
    """An arrival that sleeps under another leaves awake what it would itself be as good as."""
    quote = _checked(_network(), shipment("A", "C"))
    # Two legs by the cubic metre, or one and a box: no storage.
    assert [option.cost_cny_minor for option in quote.options] == [2 * 420_00, 420_00 + 5000_00]


@pytest.mark.parametrize("seed", [385])
def test_once_missed(seed: int) -> None:
    """Random questions whose front was once not exact."""
    asked = question(seed)
    assert _vectors(Network(asked.catalogue).quote(asked.shipment, asked.filters)) == pareto_set(*asked)
