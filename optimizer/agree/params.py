"""What a run is told, what it returns, and who leaves a hub together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from optimizer import consolidation, schedule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.hub_schedule import HubSchedule
    from data.plan import Plan
    from data.plan_json import PlanFile

UnitKey = tuple[str, str]
"""Hub, and load unit or shipment that leaves it."""

ROUND_S = 10.0
"""Most seconds of planning in a round, unless steps are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """
    Limits of a run.

    Parameters
    ----------
    plan, schedule
        Of each plan and of each schedule.
    rounds
        Times that shipments are planned again at most.
    """

    plan: consolidation.Params = field(default_factory=consolidation.Params)
    schedule: schedule.Params = field(default_factory=schedule.Params)
    rounds: int = 6


class Agreed(NamedTuple):
    """A plan with its cargo, and the schedule of its hubs."""

    file: PlanFile
    schedule: HubSchedule


def members_at(made: HubSchedule, key: UnitKey) -> frozenset[str]:
    """Return the shipments of a unit in its hub."""
    return frozenset(one.shipment for one in made.consignments if (one.hub, one.unit) == key)


def members(plan: Plan, made: HubSchedule, key: UnitKey) -> frozenset[str]:
    """Return the shipments of a unit, and all that share a load unit with any of them."""
    inside = members_at(made, key)
    loads = {journey.load for journey in plan.journeys if journey.shipment in inside and journey.load is not None}
    return inside | {name for load in plan.loads if load.id in loads for name in load.shipments}


def limited(params: consolidation.Params, plan: Plan, names: Iterable[str]) -> consolidation.Params:
    """Return the limits of planning some shipments again: the gap is one of theirs, the rest being fixed."""
    moving = frozenset(names)
    mine = sum(journey.cost_cny_minor for journey in plan.journeys if journey.shipment in moving)
    seconds = params.time_limit_s if params.deterministic else min(ROUND_S, params.time_limit_s)
    return replace(params, gap=params.gap * mine / max(1, plan.cost_minor), time_limit_s=seconds)
