"""Who is handled in which hub: read off the steps of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.cargo import Cargo
    from data.catalogue import Catalogue
    from data.itinerary import Step
    from data.plan import Journey, Load, Plan

LOOSE = "loose"
_GATE = frozenset({"fcl_delivery", "lcl_delivery", "lat", "collection"})

_MESSAGES: dict[str, tuple[str, str]] = {
    "other_data": (
        "方案依据另一套数据，现在是 {limit}；请用原来的数据（--data），或重新作方案",
        "the plan is of another data set than the one at hand, {limit}: name that one (--data), or plan anew",
    ),
    "two_declarations": (
        "{unit} 在口岸报关不止一次：{steps}",
        "{unit} is declared more than once in hubs: {steps}",
    ),
    "no_departure": ("在 {hub} 作业后没有班次离开", "does not leave {hub} after the work there"),
    "no_shipment": ("货物清单里没有这票货", "is not in the cargo of the plan"),
    "no_row": ("通关表没有此行", "is no row of the table clearance"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """
    One shipment in one hub.

    Parameters
    ----------
    shipment, hub
        Its id, and the hub.
    unit, is_boxed
        What it leaves in, and whether that is a box, shared or its own.
    ready_min, arrive_min
        When its papers are there, and when the cargo is.
    clearance
        Id of the row of its clearance there, None if it is not cleared there.
    is_stuffed
        Whether it is stuffed there.
    leg
        The leg it leaves with.
    """

    shipment: str
    hub: str
    unit: str
    is_boxed: bool
    ready_min: int
    arrive_min: int
    clearance: str | None
    is_stuffed: bool
    leg: Step

    def due(self, kind: str) -> int | None:
        """Return the instant of a cut-off of the leg, None if it has none."""
        return min((cutoff.at_min for cutoff in self.leg.cutoffs if cutoff.type == kind), default=None)

    @property
    def gate_due(self) -> int | None:
        """The earliest instant by which the cargo must be in the terminal."""
        return min((cutoff.at_min for cutoff in self.leg.cutoffs if cutoff.type in _GATE), default=None)


def visits_of(plan: Plan, cargo: Cargo, catalogue: Catalogue, label: str) -> tuple[list[Visit], list[Fault]]:
    """
    Return every visit of a shipment to a hub, and what is wrong with the plan in that.

    Parameters
    ----------
    plan, cargo
        The plan, which was checked before.
    catalogue
        With the hubs.
    label
        Name of the file of the plan; the column of a fault is the path to the value.
    """
    reader = _Reader(plan, cargo, catalogue, label)
    return list(reader.visits()), reader.faults


class _Reader:
    """Reads visits off the journeys of a plan, and notes what is wrong with them."""

    def __init__(self, plan: Plan, cargo: Cargo, catalogue: Catalogue, label: str) -> None:
        self.faults: list[Fault] = []
        self._plan = plan
        self._cargo = cargo
        self._label = label
        self._hubs = {row.location for row in catalogue.hub_resources}
        self._exports = {row.id for row in catalogue.clearance if row.direction == "export"}
        self._loads = {load.id: load for load in plan.loads}
        if plan.fingerprint != catalogue.fingerprint:
            self._note("fingerprint", plan.fingerprint, "other_data", limit=catalogue.fingerprint)

    def _note(self, column: str, value: str, rule: str, **values: object) -> None:
        zh, en = (text.format(**values) for text in _MESSAGES[rule])
        self.faults.append(Fault(file=self._label, column=column, value=value, rule=rule, message_zh=zh, message_en=en))

    def visits(self) -> Iterator[Visit]:
        """Yield the visits in the order of the journeys."""
        for place, journey in enumerate(self._plan.journeys):
            if journey.shipment not in self._cargo.by_id:
                self._note(f"journeys[{place}].shipment", journey.shipment, "no_shipment")
                continue
            works = [step for step in journey.steps if self._is_work(step)]
            clears = [step for step in works if step.kind == "clearance"]
            if len(clears) > 1:
                steps = ", ".join(f"{step.origin} {step.row}" for step in clears)
                self._note(f"journeys[{place}].steps", journey.shipment, "two_declarations",
                           unit=journey.load or journey.shipment, steps=steps)  # fmt: skip
                continue
            for hub in dict.fromkeys(step.origin for step in works):
                yield from self._visit(place, journey, hub, [step for step in works if step.origin == hub])

    def _is_work(self, step: Step) -> bool:
        """Tell whether a step is an export clearance or a stuffing in a hub."""
        if step.origin not in self._hubs:
            return False
        return step.kind == "stuff" or (step.kind == "clearance" and step.row in self._exports)

    def _visit(self, place: int, journey: Journey, hub: str, works: Sequence[Step]) -> Iterator[Visit]:
        """Yield the visit of one journey to one hub."""
        last = max(index for index, step in enumerate(journey.steps) if step in works)
        leg = next((step for step in journey.steps[last:] if step.kind == "leg"), None)
        if leg is None or leg.origin != hub:
            self._note(f"journeys[{place}].steps", journey.shipment, "no_departure", hub=hub)
            return
        load = self._loads.get(journey.load or "")
        yield Visit(
            shipment=journey.shipment,
            hub=hub,
            unit=load.id if load is not None and _travels_in(load, leg) else journey.shipment,
            is_boxed=leg.form != LOOSE,
            ready_min=journey.ready_min,
            arrive_min=works[0].ready_min,
            clearance=next((step.row for step in works if step.kind == "clearance"), None),
            is_stuffed=any(step.kind == "stuff" for step in works),
            leg=leg,
        )


def _travels_in(load: Load, leg: Step) -> bool:
    """Tell whether a leg is one of a load unit."""
    key = (leg.service, leg.origin, leg.depart_min)
    return any(step.kind == "leg" and (step.service, step.origin, step.depart_min) == key for step in load.steps)
