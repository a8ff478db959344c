"""Plans of the solver: sound, bounded, no worse than plans by hand, and the same every time."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from data import Catalogue, load_catalogue
from data.cargo import Cargo
from data.samples import sample_cargo
from network import Network
from optimizer.consolidation import Params, Progress, solve
from optimizer.verify import verify_plan
from tests.plan_builder import PlanBuilder, Together
from tests.plan_network import catalogue, week

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOX = "B20"


@cache
def _shipped() -> tuple[Catalogue, Network]:
    """Return the shipped tables and their network."""
    tables = load_catalogue()
    return tables, Network(tables)


def _fitting(names: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield every set of shipments that fits into one box."""
    unit = next(unit for unit in catalogue().load_units if unit.code == _BOX)
    cargo = week().by_id
    for size in range(1, len(names) + 1):
        for chosen in combinations(names, size):
            volume = sum(cargo[name].volume_cm3 for name in chosen)
            if volume <= unit.usable_cm3 and sum(cargo[name].mass_g for name in chosen) <= unit.payload_g:
                yield chosen


def test_no_worse_than_any_plan_by_hand() -> None:
    """On a small network no choice of who shares a box from C to E is cheaper than the solver's plan."""
    plan = solve(Network(catalogue()), week(), Params(deterministic=True))
    assert verify_plan(catalogue(), week(), plan) == []
    builder = PlanBuilder(catalogue(), week())
    behind = tuple(entry.shipment for entry in plan.unserved)
    sharing = [name for name in ("S1", "S2", "S3", "S4", "S6") if name not in behind]
    by_hand = [builder.plan((), left=behind).cost_minor]
    for names in _fitting(sharing):
        together = Together(shipments=names, box=_BOX, origin="C", destination="E")
        sound = builder.plan((together,), left=behind)
        if not {v.rule for v in verify_plan(catalogue(), week(), sound)} - {"share_alone"}:
            by_hand.append(sound.cost_minor)
    assert len(by_hand) > 1
    assert plan.bound_minor is not None
    assert plan.bound_minor <= plan.cost_minor <= min(by_hand)


def test_last_departures_are_kept() -> None:
    """Shipments that must leave early do not wait for a later box, whatever that would save."""
    network = Network(catalogue())
    plan = solve(network, week())
    first = {
        journey.shipment: next(s for s in journey.steps if s.kind == "leg").depart_min for journey in plan.journeys
    }
    hurried = [
        replace(shipment, depart_by=network.axis.from_min(first[shipment.id] - 1))
        if shipment.id in first and first[shipment.id] - 1 > network.axis.to_min(shipment.ready_at)
        else shipment
        for shipment in week()
    ]
    cargo = Cargo(shipments=tuple(hurried))
    assert verify_plan(catalogue(), cargo, solve(network, cargo)) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_sample_week_is_sound_and_bounded(seed: int) -> None:
    """Sixty shipments on the shipped tables: the checker finds nothing, and sharing saves something."""
    tables, network = _shipped()
    cargo = sample_cargo(tables, shipments=60, week="2026-W49", seed=seed)
    seen: list[Progress] = []
    plan = solve(network, cargo, Params(time_limit_s=120), seen.append)
    assert verify_plan(tables, cargo, plan) == []
    assert plan.bound_minor is not None
    assert plan.bound_minor <= plan.cost_minor < plan.alone_minor
    assert plan.loads
    assert seen[-1].cost_minor is not None
    assert abs(seen[-1].cost_minor - plan.cost_minor) <= len(cargo)


@pytest.mark.slow
def test_deterministic_runs_are_equal() -> None:
    """Whatever the clock does, the same cargo, seed and number of steps give the same plan."""
    tables, network = _shipped()
    cargo = sample_cargo(tables, shipments=60, week="2026-W49", seed=4)
    params = Params(time_limit_s=60, deterministic=True)
    first, second = (replace(solve(network, cargo, params), runtime_s=0) for _ in range(2))
    assert first == second
    assert verify_plan(tables, cargo, first) == []


def test_no_time_still_gives_a_plan() -> None:
    """Without any time everything travels alone, soundly, and the bound says how little is known."""
    tables, network = _shipped()
    cargo = sample_cargo(tables, shipments=20, week="2026-W49", seed=3)
    plan = solve(network, cargo, Params(time_limit_s=0))
    assert verify_plan(tables, cargo, plan) == []
    assert plan.loads == ()
    assert plan.cost_minor == plan.alone_minor


def test_ctrl_c_keeps_the_plan() -> None:
    """A plan that is stopped by hand is sound and says so."""
    tables, network = _shipped()
    cargo = sample_cargo(tables, shipments=20, week="2026-W49", seed=3)

    def stop(progress: Progress) -> None:
        if progress.phase == "share":
            raise KeyboardInterrupt

    plan = solve(network, cargo, Params(time_limit_s=60), stop)
    assert plan.status == "stopped"
    assert verify_plan(tables, cargo, plan) == []
