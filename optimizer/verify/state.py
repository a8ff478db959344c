"""Where the goods are, in which form and customs status, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.verify.places import ANY, side_after_leg, side_after_process

if TYPE_CHECKING:
    from data.itinerary import Step
    from data.records import ThroughRate
    from optimizer.verify.case import Case
    from optimizer.verify.ride import Ride


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """
    The state between two steps.

    Parameters
    ----------
    place, form, status
        Location code, ``loose`` or a box code, and ``D``, ``R`` or ``I``.
    side
        ``land`` where a truck brought the goods to a place of other modes or to a customs stop, else ``any``.
    ready_min
        Instant from which the goods can move on.
    clock_min
        Start of the storage clock, None before the first leg.
    through
        The through rate the goods are in the middle of, or None.
    """

    place: str
    form: str
    status: str
    ready_min: int
    side: str = ANY
    clock_min: int | None = None
    through: ThroughRate | None = None

    @classmethod
    def start(cls, case: Case) -> State:
        """Return the state in which a shipment begins."""
        shipment = case.shipment
        return cls(place=shipment.origin, form=case.form, status="D", ready_min=case.ready_min)

    def after(self, case: Case, step: Step, ride: Ride | None) -> State:
        """Return the state after a step, as the step tells it."""
        place, is_leg = case.facts.locations[step.destination], step.kind == "leg"
        is_first = is_leg and step.through is not None and (ride is None or ride.is_first)
        return State(
            place=step.destination,
            side=side_after_leg(place, step.mode) if is_leg else side_after_process(place, step.kind, self.side),
            form=step.form,
            status=step.status,
            ready_min=step.available_min,
            clock_min=step.arrive_min if is_leg else self.clock_min,
            through=case.facts.through.get(step.through or "") if is_first else None,
        )
