"""Plans of tiny cargo lists against every plan there is."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from data.cargo import Cargo, CargoShipment
from network import Network
from optimizer.consolidation import Params, solve
from optimizer.verify import verify_plan
from tests.builders import instant
from tests.oracles.sharing import TinyPlans
from tests.plan_network import catalogue

if TYPE_CHECKING:
    from data import Catalogue
    from data.plan import Plan

pytestmark = pytest.mark.slow

_SEEDS = range(12)
_HURRIED = (29, 35)
"""More seeds whose best plans have boxes that run long after the last departure of a shipment in them."""
_START = (4, 22, 39)
"""More seeds in which a box must leave early, as a shipment in it begins where it is stuffed and must leave by then."""
_SHORT = (0, 2, 3, 7, 10, 29, 35, 39)
"""
Seeds whose plans are not the best where storage is charged, a known limit: boxes arrive as early as they can, even if
waiting on the way costs less than storage of the goods at the end.
"""
_SHORT_PATIENT = (0, 2, 3, 4, 10, 35, 39)
"""The same where nobody has a last departure."""
_ALL = sorted({*_SEEDS, *_HURRIED, *_START})
_PARAMS = Params(time_limit_s=60, deterministic=True, gap=0.0)
_DAY = 1440


def tiny(seed: int) -> Cargo:
    """Return three to eight shipments of several regimes, some with a due instant, a last departure or a price."""
    rng = np.random.default_rng(seed)
    return Cargo(shipments=tuple(_shipment(rng, f"S{n}") for n in range(int(rng.integers(3, 9)))))


def patient(seed: int) -> Cargo:
    """Return the same cargo without last departures."""
    return Cargo(shipments=tuple(replace(shipment, depart_by=None) for shipment in tiny(seed)))


def _shipment(rng: np.random.Generator, name: str) -> CargoShipment:
    """Return one shipment."""
    ready_min = 4 * _DAY + int(rng.integers(0, 5 * _DAY))
    volume_cm3 = int(rng.integers(1_000, 20_000)) * 1000
    has_due = rng.random() < 0.3
    return CargoShipment(
        id=name,
        origin=str(rng.choice(["P1", "P2", "C"])),
        destination=str(rng.choice(["M1", "M2", "E"])),
        volume_cm3=volume_cm3,
        mass_g=int(volume_cm3 * rng.uniform(0.15, 0.7)),
        pieces=10,
        ready_at=instant(ready_min),
        due_at=instant(ready_min + int(rng.integers(8, 20)) * _DAY) if has_due else None,
        late_minor_per_day=int(rng.integers(1000, 90_000)) if has_due else 0,
        depart_by=instant(ready_min + int(rng.integers(1, 8)) * _DAY) if rng.random() < 0.2 else None,
        regime=str(rng.choice(["0110", "0110", "0110", "9710", "9610"])),
        odour="odorous" if rng.random() < 0.1 else "none",
        unserved_minor=int(rng.integers(200_000, 2_000_000)) if rng.random() < 0.15 else None,
    )


class Solved(NamedTuple):
    """The plan of the solver; the cheapest of all plans and of those in which nobody shares; the sum of all alone."""

    plan: Plan
    optimum: int
    unshared: int
    alone: int


@cache
def _tables(*, is_stored: bool) -> tuple[Catalogue, Network]:
    """Return the tables, with or without the prices of storage, and their network."""
    tables = catalogue() if is_stored else catalogue().replace(storage=[])
    return tables, Network(tables)


def _solved(cargo: Cargo, *, is_stored: bool) -> Solved:
    """Return what the solver and the enumeration find for a cargo."""
    tables, network = _tables(is_stored=is_stored)
    plan = solve(network, cargo, _PARAMS)
    every = TinyPlans(tables, cargo)
    gone = {journey.shipment for journey in plan.journeys}
    alone = [sender.travel if sender.shipment.id in gone else sender.price for sender in every.senders]
    return Solved(plan, every.optimum, sum(sender.alone for sender in every.senders), sum(alone))


def _faults(seed: int) -> set[str]:
    """Return the rules that the checker finds broken."""
    return {
        fault.rule
        for is_stored in (False, True)
        for tables, network in [_tables(is_stored=is_stored)]
        for fault in verify_plan(tables, tiny(seed), solve(network, tiny(seed), _PARAMS))
    }


@pytest.mark.parametrize("seed", range(40))
def test_plans_are_sound(seed: int) -> None:
    """The checker finds nothing."""
    assert _faults(seed) == set()


@pytest.mark.parametrize("is_stored", [False, True])
@pytest.mark.parametrize("seed", _ALL)
def test_bound_optimum_cost(seed: int, *, is_stored: bool) -> None:
    """
    No plan costs less than the bound, nor does the solver's cost less than the best, or much more.

    All agree on what it costs to send alone what travels, and to leave the rest behind. Where storage is free the plan
    is the best there is; where it is charged, too, but for the seeds that are known.
    """
    plan, optimum, unshared, alone = _solved(tiny(seed), is_stored=is_stored)
    assert plan.alone_minor == alone
    assert plan.bound_minor is not None
    assert plan.bound_minor <= optimum <= plan.cost_minor <= unshared <= alone
    assert plan.status != "optimal" or plan.cost_minor == optimum
    assert plan.cost_minor - optimum <= optimum // 300
    assert (plan.cost_minor > optimum) == (is_stored and seed in _SHORT)


@pytest.mark.parametrize("is_stored", [False, True])
@pytest.mark.parametrize("seed", _ALL)
def test_optimum_where_nobody_must_leave(seed: int, *, is_stored: bool) -> None:
    """Where nobody has a last departure plans are the best there are as well, but for the seeds that are known."""
    plan, optimum, *_ = _solved(patient(seed), is_stored=is_stored)
    assert (plan.cost_minor > optimum) == (is_stored and seed in _SHORT_PATIENT)
