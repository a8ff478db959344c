"""Networks on which cut-offs come earlier."""

from __future__ import annotations

import pytest

from data.cargo import Cargo
from network.leads import Lead, with_leads
from optimizer.consolidation import solve
from optimizer.verify import verify_plan
from tests.agree_world import MONDAY, QUIET, network, shipment, tables, ways


@pytest.mark.parametrize(("cargo_min", "papers_min"), [(0, 0), (200, 0), (0, 300), (1000, 0), (0, 5000), (3000, 700)])
def test_keeps_so_much_clear(cargo_min: int, papers_min: int) -> None:
    """The plan is the cheapest way with so much slack before the cut-offs, with the steps and prices of the tables."""
    one = shipment("A", MONDAY)
    cargo = Cargo(shipments=(one,))
    plan = solve(with_leads(network(), [Lead("H", "SHIP", cargo_min, papers_min)]), cargo, QUIET)
    assert verify_plan(tables(), cargo, plan) == []

    def keeps(steps: object) -> bool:
        cuts = [cut for step in steps if step.service == "SHIP" for cut in step.cutoffs]  # type: ignore[attr-defined]
        return all(cut.slack_min >= (papers_min if cut.type == "documentation" else cargo_min) for cut in cuts)

    every = [way for way in ways(one) if keeps(way.journey.steps)]
    assert keeps(plan.journeys[0].steps)
    assert plan.cost_minor == min(way.cost for way in every)


def test_changes_nothing_else() -> None:
    """Services elsewhere, and the network it is made from, are as they were."""
    before = network().compiled.forward.leg_pre.copy()
    other = with_leads(network(), [Lead("X", "SHIP", 500, 500), Lead("H", "NONE", 500, 500)])
    assert (other.compiled.forward.leg_pre == before).all()
    with_leads(network(), [Lead("H", "SHIP", 500, 500)])
    assert (network().compiled.forward.leg_pre == before).all()
