"""Crowded hubs drawn at random: six tasks or more for each consignment, and schedules that pass the checker."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.crowd import drawn
from data import load_catalogue
from data.hub_schedule import Replan
from optimizer.schedule import Params, build, solve
from optimizer.verify import verify_schedule


def test_a_crowd_is_scheduled() -> None:
    """Each seed gives one plan; all of it passes one hub, and its schedule is sound."""
    catalogue = load_catalogue()
    crowd = drawn(catalogue, 15, "2026-W49", 1)
    assert crowd == drawn(catalogue, 15, "2026-W49", 1) != drawn(catalogue, 15, "2026-W49", 2)
    problem = build(crowd.file, catalogue, credit=crowd.credit)
    (hub,) = problem.hubs
    assert len(hub.jobs) >= 3 * 15 + 3 * len(hub.units)
    made = solve(problem, Params(time_limit_s=1, deterministic=True))
    handed = tuple(
        Replan(shipment=one.shipment, hub=one.hub, unit=one.unit, service="", depart_min=0, ready_min=0)
        for one in made.missed
    )
    assert not problem.outside
    assert verify_schedule(catalogue, crowd.file.cargo, crowd.file.plan, replace(made, replan=handed)) == []
