"""Plans where cheap ways of a box allow less payload than dear ones, against every plan there is."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from data.cargo import Cargo, CargoShipment
from network import Network
from optimizer.consolidation import Params, solve
from optimizer.verify import verify_plan
from tests.builders import instant
from tests.oracles.sharing import TinyPlans
from tests.plan_network import DAY, rows

if TYPE_CHECKING:
    from data import Catalogue
    from data.plan import Plan

pytestmark = pytest.mark.slow

_PARAMS = Params(time_limit_s=60, deterministic=True, gap=0.0)
_SEEDS = range(30)
_TONNE = 10**6
_LIMITED = {"CH": 20, "XE": 18}
"""Trucks that take less in a box than it holds, and how many tonnes."""


def _tables(trucks: dict[str, tuple[str, int, int, int | None]]) -> Catalogue:
    """Return tables with more trucks: each beside one there is, with minutes, CNY by the box, and tonnes in one."""
    sketch = rows()
    sketch.add("restrictions", service="XE", rule="max_box_payload_g", value=_LIMITED["XE"] * _TONNE)
    for name, (beside, run_min, rate, most_t) in trucks.items():
        call = {"location": beside[1], "run_min": run_min, "distance_m": 90_000, "factor": "truck"}
        sketch.service(name, "road", [{"location": beside[0]}, call], days="1234567", departs="07:00;14:00")
        for unit in ("B20", "B40"):
            sketch.add("tariffs", service=name, product="fcl", unit=unit, basis="per_box", rate=str(rate))
        if most_t is not None:
            sketch.add("restrictions", service=name, rule="max_box_payload_g", value=most_t * _TONNE)
    return sketch.catalogue().replace(storage=[])


def _shipment(name: str, mass_g: int, volume_m3: int = 15, **values: object) -> CargoShipment:
    """Return a heavy shipment."""
    given = {"origin": "P1", "destination": "M1", "pieces": 20, "ready_at": instant(4 * DAY), **values}
    return CargoShipment(id=name, mass_g=mass_g, volume_cm3=volume_m3 * 10**6, **given)  # type: ignore[arg-type]


def _checked(tables: Catalogue, cargo: Cargo) -> Plan:
    """Return the plan of a cargo, which is the best of all and sound, and whose bound no plan is below."""
    plan, every = solve(Network(tables), cargo, _PARAMS), TinyPlans(tables, cargo)
    assert verify_plan(tables, cargo, plan) == []
    assert plan.bound_minor is not None
    assert plan.bound_minor <= every.optimum
    assert plan.cost_minor == every.optimum
    return plan


_QUICK = {"at the start": (200, 300), "at the end": (240, 200), "both": (200, 200), "neither": (240, 300)}
"""Minutes of the dear trucks: the same as of the cheap ones, or less, so that a box is there earlier."""


@pytest.mark.parametrize("minutes", _QUICK.values(), ids=_QUICK)
@pytest.mark.parametrize(("one_t", "loads"), [(8, 1), (9, 1), (10, 1), (12, 1), (13, 1), (14, 2)])
def test_heavy_loads_go_the_dear_way(minutes: tuple[int, int], one_t: int, loads: int) -> None:
    """Two shipments that only a dear way carries together share a box on it, as that is cheaper than two boxes."""
    before, after = minutes
    tables = _tables({"CH2": (("C", "H"), before, 1700, None), "XE2": (("X", "E"), after, 3600, None)})
    plan = _checked(tables, Cargo(shipments=tuple(_shipment(name, one_t * _TONNE) for name in ("S1", "S2"))))
    used = {step.service for journey in plan.journeys for step in journey.steps}
    assert len(plan.loads) <= loads
    assert ("XE2" in used) == (_LIMITED["XE"] < 2 * one_t <= 26)
    assert ("CH2" in used) == (_LIMITED["CH"] < 2 * one_t <= 26)


@cache
def _drawn(seed: int) -> tuple[Catalogue, Cargo]:
    """Return tables with trucks of any limits, and three to six heavy shipments."""
    rng = np.random.default_rng(seed)
    trucks = {}
    for number in range(int(rng.integers(1, 5))):
        ends = (("C", "H"), ("X", "E"))[int(rng.integers(2))]
        most_t = None if rng.random() < 0.3 else int(rng.integers(12, 26))
        trucks[f"T{number}"] = ends, int(rng.integers(150, 350)), int(rng.integers(900, 4000)), most_t
    shipments = (
        _shipment(
            f"S{number}",
            int(rng.integers(4 * _TONNE, 21 * _TONNE)),
            int(rng.integers(3, 20)),
            origin=str(rng.choice(["P1", "P2", "C"])),
            destination=str(rng.choice(["M1", "M2", "E"])),
            ready_at=instant(4 * DAY + int(rng.integers(0, 4 * DAY))),
            regime=str(rng.choice(["0110", "9710"])),
        )
        for number in range(int(rng.integers(3, 7)))
    )
    return _tables(trucks), Cargo(shipments=tuple(shipments))


@pytest.mark.parametrize("seed", _SEEDS)
def test_any_limits(seed: int) -> None:
    """With trucks of any minutes, prices and limits plans are the best there are as well."""
    _checked(*_drawn(seed))
