"""Who is in a hub when, and which tasks that takes: read off the plan again, for the checker alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.cargo import Cargo, CargoShipment
    from data.itinerary import Step
    from data.plan import Journey, Plan
    from optimizer.verify.schedule_facts import HubFacts

_TERMINAL = {"fcl_delivery", "lcl_delivery", "lat", "collection"}


@dataclass(slots=True, kw_only=True)
class Guest:
    """One shipment in one hub: papers ready, cargo there, row of its clearance, and the leg it leaves with."""

    shipment: CargoShipment
    hub: str
    unit: str
    ready: int
    arrive: int
    row: str | None
    is_stuffed: bool
    leg: Step

    def cutoff(self, *kinds: str) -> int | None:
        """Return the first cut-off of some kinds."""
        return min((one.at_min for one in self.leg.cutoffs if one.type in kinds), default=None)


@dataclass(slots=True, kw_only=True)
class Party:
    """What leaves a hub as one."""

    hub: str
    unit: str
    guests: list[Guest] = field(default_factory=list)

    @property
    def leg(self) -> Step:
        """The leg it leaves with."""
        return self.guests[0].leg

    @property
    def is_boxed(self) -> bool:
        """Whether it leaves in boxes."""
        return self.leg.form != "loose"

    @property
    def is_stuffed(self) -> bool:
        """Whether it is stuffed in the hub."""
        return any(guest.is_stuffed for guest in self.guests)

    def name(self, subject: str, kind: str) -> str:
        """Return the id of a task."""
        return f"{self.hub}/{subject}/{kind}"

    def gate_cutoff(self) -> int | None:
        """Return when it must be in the terminal."""
        found = [cutoff for guest in self.guests if (cutoff := guest.cutoff(*_TERMINAL)) is not None]
        return min(found, default=None)

    def weighing_cutoff(self) -> int | None:
        """Return when its weight must be known."""
        found = [cutoff for guest in self.guests if (cutoff := guest.cutoff("vgm")) is not None]
        return min(found, default=None)


def parties_of(plan: Plan, cargo: Cargo, hub_facts: HubFacts) -> dict[tuple[str, str], Party]:
    """Return what leaves each hub, by hub and unit."""
    found: dict[tuple[str, str], Party] = {}
    exports = {row.id for row in hub_facts.facts.catalogue.clearance if row.direction == "export"}
    for journey in plan.journeys:
        shipment = cargo.by_id.get(journey.shipment)
        if shipment is None:
            continue
        for guest in _guests(plan, journey, shipment, exports, hub_facts):
            party = found.setdefault((guest.hub, guest.unit), Party(hub=guest.hub, unit=guest.unit))
            party.guests.append(guest)
    return found


def _guests(
    plan: Plan, journey: Journey, shipment: CargoShipment, exports: set[str], hub_facts: HubFacts
) -> list[Guest]:
    """Return the stays of one journey in hubs."""
    stays: dict[str, list[int]] = {}
    for place, step in enumerate(journey.steps):
        is_work = step.kind == "stuff" or (step.kind == "clearance" and step.row in exports)
        if is_work and step.origin in hub_facts.hubs:
            stays.setdefault(step.origin, []).append(place)
    found = []
    for hub, places in stays.items():
        legs = [step for step in journey.steps[places[-1] :] if step.kind == "leg"]
        if not legs or legs[0].origin != hub:
            continue
        steps = [journey.steps[place] for place in places]
        found.append(
            Guest(
                shipment=shipment,
                hub=hub,
                unit=_unit(plan, journey, legs[0]),
                ready=journey.ready_min,
                arrive=_arrival(hub_facts, shipment.id, steps[0].ready_min),
                row=next((step.row for step in steps if step.kind == "clearance"), None),
                is_stuffed="stuff" in {step.kind for step in steps},
                leg=legs[0],
            )
        )
    return found


def _arrival(hub_facts: HubFacts, shipment: str, planned: int) -> int:
    late = hub_facts.event("late", shipment)
    return planned if late is None or late.until_min is None else late.until_min


def _unit(plan: Plan, journey: Journey, leg: Step) -> str:
    """Return the load a leg belongs to, or the shipment."""
    for load in plan.loads:
        if load.id == journey.load:
            legs = {(step.service, step.origin, step.depart_min) for step in load.steps if step.kind == "leg"}
            if (leg.service, leg.origin, leg.depart_min) in legs:
                return load.id
    return journey.shipment


def planned_inspection(hub_facts: HubFacts, guest: Guest) -> bool:
    """Tell whether an inspection is so likely that it is planned."""
    if guest.row is None:
        return False
    row = hub_facts.row("inspect", guest.hub, hub_facts.freight([guest.shipment]))
    return (row.odds_ppm or 0) >= hub_facts.facts.setting("hub_inspect_planned_ppm")


def expected_tasks(hub_facts: HubFacts, party: Party) -> dict[str, tuple[str, str, tuple[Guest, ...]]]:
    """Return the tasks a party must have: kind, subject, and whom they are about, by id."""
    found: dict[str, tuple[str, str, tuple[Guest, ...]]] = {}
    inspected = False

    def need(subject: str, kind: str, guests: tuple[Guest, ...]) -> None:
        found[party.name(subject, kind)] = (kind, subject, guests)

    for guest in party.guests:
        name = guest.shipment.id
        if guest.row is None:
            continue
        for kind in ("documents", "declare", "release"):
            need(name, kind, (guest,))
        if hub_facts.event("inspect", name) is not None or planned_inspection(hub_facts, guest):
            need(name, "inspect", (guest,))
            inspected = True
    everybody = tuple(party.guests)
    if hub_facts.event("inspect", party.unit) is not None and party.unit not in {one.shipment.id for one in everybody}:
        need(party.unit, "inspect", everybody)
        inspected = True
    if party.is_stuffed:
        need(party.unit, "stuff", everybody)
    if party.is_boxed and (party.is_stuffed or inspected):
        need(party.unit, "seal", everybody)
    need(party.unit, "gate_in", everybody)
    return found
