"""
What is due on arrival of every shipment of a plan, by its way, its day, its goods and what its way costs.

No part of a plan: it follows from the plan and the tables whenever it is shown, and no cost of the plan counts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from network.customs.check import check_landed
from network.customs.on_way import Areas, Border, Paid
from network.customs.question import TO_BORDER, TO_EXPORT
from network.customs.sums import landed_sums

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from data.cargo import Cargo, CargoShipment
    from data.catalogue import Catalogue
    from data.itinerary import Step
    from data.plan import Journey, Load, Plan
    from network.customs.check import QuestionFault
    from network.customs.question import LandedQuestion
    from network.customs.rules_of_date import RulesOfDate
    from network.customs.sums import LandedSums

_CURRENCY = "CNY"


class Dues(NamedTuple):
    """
    What is due of one shipment that crosses a customs border.

    Parameters
    ----------
    shipment
        Its id.
    question, rules
        What is asked of its way, and the rows of the day; None if code or value of the goods are not said.
    sums
        The answer in CNY fen, None where there is none.
    fault
        Why there is none, if the question was asked.
    """

    shipment: str
    question: LandedQuestion | None
    rules: RulesOfDate | None
    sums: LandedSums | None
    fault: QuestionFault | None

    @property
    def to_border_minor(self) -> int:
        """What of the way counts in the customs value."""
        if self.question is None or self.rules is None or self.sums is None:
            return 0
        base = self.rules.destinations[self.question.territory].duty_base
        return sum(self.question.costs_minor.get(name, 0) for name in (TO_BORDER if base == "cif" else TO_EXPORT))


def plan_dues(plan: Plan, cargo: Cargo, catalogue: Catalogue) -> Iterator[Dues]:
    """
    Yield what is due of every shipment that travels across a customs border, in the order of the plan.

    Parameters
    ----------
    plan
        The plan.
    cargo
        Its shipments, with parts in place of what is split.
    catalogue
        All rows.
    """
    loads = {load.id: load for load in plan.loads}
    areas = catalogue.derived(Areas).of
    for journey in plan.journeys:
        shipment = cargo.by_id.get(journey.shipment)
        if shipment is None or not _is_known(journey, shipment, areas):
            continue
        border = Border(catalogue, shipment, _CURRENCY)
        if border.is_crossed:
            yield _dues(journey, loads.get(journey.load or ""), border)


def _is_known(journey: Journey, shipment: CargoShipment, areas: Mapping[str, str]) -> bool:
    """Return whether a journey has steps, all of them between places of the tables; a plan may be of other ones."""
    places = {shipment.origin, shipment.destination, *(place for step in journey.steps for place in _ends(step))}
    return bool(journey.steps) and all(place in areas for place in places)


def _ends(step: Step) -> tuple[str, str]:
    return step.origin, step.destination


def _dues(journey: Journey, load: Load | None, border: Border) -> Dues:
    """Return what is due of one journey."""
    asked = border.asked(journey.steps, journey.arrive_min, _paid(journey, load))
    if asked is None:
        return Dues(journey.shipment, None, None, None, None)
    question, rules = asked
    faults = check_landed(question, rules)
    if faults:
        return Dues(journey.shipment, question, rules, None, faults[0])
    return Dues(journey.shipment, question, rules, landed_sums(question, rules), None)


def _paid(journey: Journey, load: Load | None) -> Iterator[Paid]:
    """Yield what a journey pays at each step: its own charges, and its share of those of its load unit."""
    last = len(journey.steps) - 1
    for charge in journey.charges:
        yield Paid(min(max(charge.step, 0), last), charge.code, charge.cny_minor)
    if load is None or not load.cost_cny_minor:
        return
    start = _start(journey.steps, load.steps)
    given = before = 0
    for charge in load.charges:
        # Shares of all charges up to this one, rounded down: they add up to the share of the load unit exactly.
        before += charge.cny_minor
        until = journey.share_cny_minor * before // load.cost_cny_minor
        yield Paid(min(max(start + charge.step, 0), last), charge.code, until - given)
        given = until


def _start(steps: Sequence[Step], inside: Sequence[Step]) -> int:
    """Return the position in a journey at which the steps of its load unit begin."""
    first = inside[0] if inside else None
    for place, step in enumerate(steps):
        if first is not None and (step.kind, step.origin, step.destination, step.depart_min) == (
            first.kind,
            first.origin,
            first.destination,
            first.depart_min,
        ):
            return place
    return 0
