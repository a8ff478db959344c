"""Parts of a plan that come from outside, written out and priced again on the departures that they name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from data.errors import LogisticsError
from network.timeline import Hop
from optimizer.consolidation.build import Builder, Rider, Sent
from optimizer.consolidation.houses import Houses
from optimizer.evaluate import evaluate_plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.cargo import Cargo
    from data.itinerary import Step
    from data.plan import Journey, Load, Plan
    from network.lanes import Lanes
    from network.legs import Leg
    from optimizer.consolidation.houses import House


class UnknownStepError(LogisticsError):
    """A step of a plan that the network does not know: no such leg, or no such departure."""

    def __init__(self, step: Step) -> None:
        super().__init__(f"the network has no {step.kind} from {step.origin} to {step.destination} as in the plan")


def repriced(lanes: Lanes, cargo: Cargo, plan: Plan) -> Plan:
    """
    Return a plan with all its steps, lines and sums as the price function has them now.

    Who travels with whom and on which departures stays, and so do shares, what going alone costs, reasons and bound.

    Parameters
    ----------
    lanes
        Of the network.
    cargo
        What the plan is for.
    plan
        Any plan whose shipments the cargo has.

    Raises
    ------
    UnknownStepError
        If the network has no such leg or departure.
    """
    again = Repricing(lanes, cargo, plan)
    loads, journeys = again.loads(), again.journeys
    changed = replace(plan, loads=tuple(loads), journeys=tuple(journeys[one.shipment] for one in plan.journeys))
    return replace(changed, cost_minor=evaluate_plan(changed).total)


class Repricing:
    """
    One plan on its way to its prices.

    Parameters
    ----------
    lanes
        Of the network.
    cargo
        The shipments, or parts of them, that travel.
    plan
        The plan.
    """

    def __init__(self, lanes: Lanes, cargo: Cargo, plan: Plan) -> None:
        self.lanes = lanes
        self.plan = plan
        self.cargo = cargo
        self._builder = Builder(lanes)
        self._makes = Houses(lanes, plan.objective)
        self._legs: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
        for number, leg in enumerate(lanes.legs):
            self._legs[leg.kind, leg.origin, leg.destination, leg.form].append(number)
        self._old = {journey.shipment: journey for journey in plan.journeys}
        self.journeys = {one.shipment: self._alone(one) for one in plan.journeys if one.load is None}

    def loads(self) -> Iterator[Load]:
        """Yield the load units, and keep the journeys in them."""
        for load in self.plan.loads:
            mine = [self._old[name] for name in load.shipments]
            again, journeys = self._builder.sent(self.sent(load, mine[0]), [self.rider(one) for one in mine])
            self.journeys |= {one.shipment: self.kept(one, load.id) for one in journeys}
            yield replace(again, id=load.id, commitment=load.commitment)

    def _alone(self, journey: Journey) -> Journey:
        """Return a journey alone."""
        return self.kept(self._builder.by(self.house(journey.shipment), self.hops(journey.steps, "D")), None)

    def house(self, name: str) -> House:
        """Return a shipment of which no way is known."""
        return self._makes.bare(0, self.cargo.by_id[name])

    def kept(self, journey: Journey, load: str | None) -> Journey:
        """Return a journey with what no price function knows as it was."""
        old = self._old[journey.shipment]
        return replace(
            journey, load=load, share_cny_minor=old.share_cny_minor, alone_cny_minor=old.alone_cny_minor,
            reason_zh=old.reason_zh, reason_en=old.reason_en, commitment=old.commitment,
        )  # fmt: skip

    def rider(self, journey: Journey) -> Rider:
        """Return a shipment of a load unit with its ways to and from that."""
        house, (stuff, strip) = self.house(journey.shipment), _ends(journey)
        before, onward = journey.steps[:stuff], journey.steps[strip + 1 :]
        return Rider(house, self.hops(before, "D"), self.hops(onward, journey.steps[strip].status))

    def sent(self, load: Load, journey: Journey) -> Sent:
        """Return the box of a load unit, in which a shipment makes some journey."""
        stuff, strip = (journey.steps[place] for place in _ends(journey))
        lanes = self.lanes
        return Sent(
            next(i for i, unit in enumerate(lanes.boxes) if unit.code == load.box),
            next(i for i, end in enumerate(lanes.starts) if (end.place, end.status) == (stuff.origin, stuff.status)),
            next(i for i, end in enumerate(lanes.finishes) if (end.place, end.status) == (strip.origin, strip.status)),
            lanes.stuffing[stuff.origin, stuff.status, load.box],
            self.hops(load.steps, stuff.status),
            lanes.stripping[strip.origin, strip.status, load.box],
        )

    def hops(self, steps: Sequence[Step], status: str) -> tuple[Hop, ...]:
        """Return the legs and departures of some steps, begun in a customs status."""
        hops = []
        form = "" if not steps else _form_before(steps)
        for step in steps:
            hops.append(self._hop(step, form, status))
            form, status = step.form, step.status
        return tuple(hops)

    def _hop(self, step: Step, form: str, status: str) -> Hop:
        """Return the leg and the departure of a step."""
        for number in self._legs[step.kind, step.origin, step.destination, form]:
            leg = self.lanes.legs[number]
            if leg.form_after == step.form and dict(leg.statuses).get(status) == step.status and _is_sold(leg, step):
                index = self._departure(number, step)
                if index is not None:
                    return Hop(number, index)
        raise UnknownStepError(step)

    def _departure(self, leg: int, step: Step) -> int | None:
        """Return the departure of a leg that a step is on, -1 for a process; None if there is none."""
        tt = self.lanes.tt
        if step.kind != "leg":
            return -1
        if tt.leg_duration[leg] != step.arrive_min - step.depart_min:
            return None
        low, high = int(tt.leg_lo[leg]), int(tt.leg_hi[leg])
        index = low + int(tt.departures[low:high].searchsorted(step.depart_min - tt.leg_offset[leg]))
        return index if index < high and tt.departures[index] + tt.leg_offset[leg] == step.depart_min else None


def _ends(journey: Journey) -> tuple[int, int]:
    """Return the positions of stuffing and stripping in a shared journey."""
    stuff, strip = (place for place, step in enumerate(journey.steps) if step.kind in {"stuff", "strip"})
    return stuff, strip


def _form_before(steps: Sequence[Step]) -> str:
    """Return the form in which some steps begin."""
    return "loose" if steps[0].kind == "stuff" else steps[0].form


def _is_sold(leg: Leg, step: Step) -> bool:
    """Say whether a leg is what a step was sold as: the service, the through rate, or the row of a process."""
    service = None if leg.service is None else leg.service.id
    through = None if leg.through is None else leg.through.id
    row = None if leg.row is None or leg.service is not None else leg.row.id
    return (service, through, row) == (step.service, step.through, step.row)
