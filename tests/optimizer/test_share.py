"""Classes in parts of a region, and rough solutions where time is short."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest

from data import Catalogue, load_catalogue
from data.samples import sample_cargo
from network import Network
from network.lanes import Lanes
from optimizer.consolidation import Params, solve
from optimizer.consolidation.houses import House, Houses
from optimizer.consolidation.share import MOST_TOGETHER, PART, in_parts
from optimizer.verify import verify_plan


@cache
def _shipped() -> tuple[Catalogue, Network]:
    """Return the shipped tables and their network."""
    tables = load_catalogue()
    return tables, Network(tables)


@cache
def _houses() -> tuple[House, ...]:
    """Return the shipments of a small week."""
    tables, network = _shipped()
    makes = Houses(Lanes(network))
    cargo = sample_cargo(tables, shipments=60, week="2026-W49", seed=5)
    return tuple(makes.make(number, shipment) for number, shipment in enumerate(cargo))


@pytest.mark.parametrize("copies", [1, 5, 6, 11, 20])
def test_parts(copies: int) -> None:
    """Every shipment is in one part, parts are about equal, and a class that is not large is one of them."""
    group = list(_houses()) * copies
    parts = in_parts(group, _shipped()[0])
    sizes = [len(part) for part in parts]
    assert sorted(map(id, group)) == sorted(id(house) for part in parts for house in part)
    assert (len(parts) == 1) == (len(group) <= MOST_TOGETHER)
    if len(parts) > 1:
        assert max(sizes) <= PART + 1
        assert max(sizes) - min(sizes) <= len(parts)


def test_parts_are_regions() -> None:
    """What goes to the same place is together, or at the edge between two parts."""
    group = sorted(list(_houses()) * 10, key=lambda house: house.shipment.id)
    parts = in_parts(group, _shipped()[0])
    apart = [{house.shipment.destination for house in part} for part in parts]
    shared = sum(len(one & other) for one, other in pairwise(apart))
    assert shared <= len(parts)


def test_rough_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where time is taken to be short, but is not, the bound is in the end that of an exact solution."""
    tables, network = _shipped()
    cargo = sample_cargo(tables, shipments=60, week="2026-W49", seed=5)
    params = Params(time_limit_s=60, gap=0.0)
    exact = solve(network, cargo, params)
    monkeypatch.setattr("optimizer.consolidation.share.SECONDS", 100.0)
    plan = solve(network, cargo, params)
    assert verify_plan(tables, cargo, plan) == []
    assert plan.bound_minor is not None
    assert exact.bound_minor is not None
    assert plan.bound_minor == pytest.approx(exact.bound_minor, rel=0.002)
    assert plan.cost_minor == pytest.approx(exact.cost_minor, rel=0.005)


def test_only_rough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan for which nothing is solved exactly is sound, and its bound holds."""
    tables, network = _shipped()
    cargo = sample_cargo(tables, shipments=60, week="2026-W49", seed=5)
    exact = solve(network, cargo, Params(time_limit_s=60, gap=0.0))
    monkeypatch.setattr("optimizer.consolidation.share.SECONDS", 100.0)
    monkeypatch.setattr("optimizer.consolidation.entry.Entry.sharpen", lambda _: None)
    plan = solve(network, cargo, Params(time_limit_s=60, gap=0.0))
    assert verify_plan(tables, cargo, plan) == []
    assert plan.bound_minor is not None
    assert 0.9 * exact.cost_minor < plan.bound_minor <= exact.cost_minor
