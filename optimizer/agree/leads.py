"""Minutes to keep clear before the cut-offs of services at hubs, learned from who was late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.agreement import AgreeLead
from network.leads import Lead
from optimizer.agree.params import members_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.hub_schedule import HubSchedule
    from data.itinerary import Step
    from data.plan import Plan
    from optimizer.agree.params import UnitKey

LEAST_STEP_MIN = 120
"""Least minutes by which a lead that was too short grows."""


class Leads:
    """Minutes to keep clear before the cut-offs of services at hubs; they only grow."""

    def __init__(self) -> None:
        self._minutes: dict[tuple[str, str], tuple[int, int]] = {}

    def raise_for(self, plan: Plan, made: HubSchedule, key: UnitKey) -> None:
        """Ask for what the plan kept clear and as much more as a unit was late, and for more where that was done."""
        legs = _legs(plan, made, key)
        late = max(one.late_min for one in made.missed if (one.hub, one.unit) == key)
        papers = min(late, _papers_late(legs, made, key[0]))
        cargo = late if late > papers else 0
        place = (key[0], str(next(iter(legs.values())).service))
        before = self._minutes.get(place, (0, 0))
        self._minutes[place] = (
            _more(before[0], cargo, _slack(legs, papers=False)),
            _more(before[1], papers, _slack(legs, papers=True)),
        )

    def every(self) -> list[Lead]:
        """Return all of them."""
        return [Lead(*place, *minutes) for place, minutes in sorted(self._minutes.items())]

    def told(self) -> tuple[AgreeLead, ...]:
        """Return all of them as they are told."""
        return tuple(
            AgreeLead(hub=one.place, service=one.service, cargo_minutes=one.cargo_min, papers_minutes=one.papers_min)
            for one in self.every()
        )


def _more(before: int, late: int, slack: int) -> int:
    """
    Return the minutes to ask for next: what the plan keeps clear, and what was missing, growing with every time.

    Examples
    --------
    >>> _more(0, 4, 300), _more(304, 4, 320), _more(448, 0, 500)
    (304, 624, 448)
    """
    if not late:
        return before
    return max(before, slack) + (max(late, before, LEAST_STEP_MIN) if before else late)


def _legs(plan: Plan, made: HubSchedule, key: UnitKey) -> dict[str, Step]:
    """Return the leg with which each shipment of a unit leaves its hub."""
    depart = next(one.depart_min for one in made.units if (one.hub, one.id) == key)
    inside = members_at(made, key)
    return {
        journey.shipment: step
        for journey in plan.journeys
        if journey.shipment in inside
        for step in journey.steps
        if step.kind == "leg" and (step.origin, step.depart_min) == (key[0], depart)
    }


def _slack(legs: Mapping[str, Step], *, papers: bool) -> int:
    """Return the least minutes that a plan keeps clear before some cut-offs: those of the papers, or the others."""
    kept = (cut.slack_min for leg in legs.values() for cut in leg.cutoffs if (cut.type == "documentation") is papers)
    return max(0, min(kept, default=0))


def _papers_late(legs: Mapping[str, Step], made: HubSchedule, hub: str) -> int:
    """Return by how many minutes the papers of some shipments miss their cut-off, 0 if they do not."""
    dues = {
        name: cutoff.at_min for name, leg in legs.items() for cutoff in leg.cutoffs if cutoff.type == "documentation"
    }
    ends = (
        task.end_min - dues[task.subject]
        for task in made.tasks
        if task.hub == hub and task.kind == "documents" and task.subject in dues
    )
    return max(0, max(ends, default=0))
