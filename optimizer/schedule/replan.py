"""How shipments that miss their departure could go on, and the lists with which they are planned again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from data.cargo import Cargo
from data.hub_schedule import Replan
from data.money import to_fen
from data.splitting import parted
from data.timeaxis import TimeAxis
from data.values import DAY_MIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.cargo import CargoShipment
    from data.catalogue import Catalogue
    from data.hub_schedule import HubConsignment, HubSchedule
    from data.itinerary import Option, Quote
    from data.plan import Commitment, Plan
    from data.plan_json import PlanFile
    from data.shipment import Shipment

_NOTHING = ("没有可行的后续班次", "nothing goes on to its destination")


class Quoter(Protocol):
    """What is asked of the network."""

    def quote(self, shipment: Shipment) -> Quote:
        """Return every non-dominated way of a shipment."""


def with_replan(
    schedule: HubSchedule, file: PlanFile, catalogue: Catalogue, network: Callable[[], Quoter]
) -> HubSchedule:
    """
    Return a schedule with the next departure and its price for everybody who misses the one booked.

    Parameters
    ----------
    schedule
        A schedule.
    file
        The plan with its cargo.
    catalogue
        With the calendar and exchange rates.
    network
        Makes the network, which is asked only if somebody misses.

    Notes
    -----
    The price is that of the cheapest way on from the hub, with the penalty for lateness; it holds what clearance costs
    there, and not what the way to the hub did.
    """
    if not schedule.missed:
        return replace(schedule, replan=())
    quoter, axis = network(), catalogue.derived(TimeAxis)
    units = {(unit.hub, unit.id): unit for unit in schedule.units}
    cargo = parted(file.cargo, file.plan.splits)
    found = []
    for one in schedule.missed:
        unit = units[one.hub, one.unit]
        row = Replan(
            shipment=one.shipment,
            hub=one.hub,
            unit=one.unit,
            service=unit.service,
            depart_min=unit.depart_min,
            ready_min=ready_again(schedule, one),
        )
        shipment = cargo.by_id[one.shipment]
        options = quoter.quote(from_hub(shipment, row, axis, has_due=False)).options
        found.append(_onward(row, shipment, options, catalogue))
    return replace(schedule, replan=tuple(found))


def ready_again(schedule: HubSchedule, one: HubConsignment) -> int:
    """Return when a shipment can be planned from its hub again: it is there, seen by customs, and not before now."""
    ends = [
        task.end_min
        for task in schedule.tasks
        if task.hub == one.hub and task.kind == "inspect" and task.subject in {one.shipment, one.unit}
    ]
    return max(one.ready_min, one.arrive_min, schedule.now_min or 0, *ends)


def from_hub(shipment: CargoShipment, row: Replan, axis: TimeAxis, *, has_due: bool) -> CargoShipment:
    """Return a shipment as it stands in its hub; a due instant that is over is left out with its penalty."""
    ready_at = axis.from_min(row.ready_min)
    keeps = has_due and shipment.due_at is not None and shipment.due_at > ready_at
    return replace(
        shipment,
        origin=row.hub,
        ready_at=ready_at,
        depart_by=None,
        due_at=shipment.due_at if keeps else None,
        late_minor_per_day=shipment.late_minor_per_day if keeps else 0,
    )


def _onward(row: Replan, shipment: CargoShipment, options: tuple[Option, ...], catalogue: Catalogue) -> Replan:
    """Return who misses with the cheapest of the ways on."""
    if not options:
        return replace(row, reason_zh=_NOTHING[0], reason_en=_NOTHING[1])
    axis = catalogue.derived(TimeAxis)
    due = None if shipment.due_at is None else axis.to_min(shipment.due_at)
    per_day = to_fen(shipment.late_minor_per_day, catalogue.exchange_rate(shipment.currency))

    def price(option: Option) -> int:
        late = 0 if due is None else max(0, -((due - option.arrive_min) // DAY_MIN))
        return option.cost_cny_minor + late * per_day

    best = min(options, key=lambda option: (price(option), option.arrive_min))
    leg = next(step for step in best.steps if step.kind == "leg")
    return replace(
        row,
        next_service=leg.service,
        next_depart_min=leg.depart_min,
        next_arrive_min=best.arrive_min,
        price_cny_minor=price(best),
    )


class Again(NamedTuple):
    """A plan of which everything but what misses is booked, and the cargo to plan beside it."""

    plan: Plan
    cargo: Cargo


def plan_again(schedule: HubSchedule, file: PlanFile, catalogue: Catalogue) -> Again:
    """
    Return what ``hubport plan CARGO --freeze PLAN`` needs to plan those who miss again.

    A shared box that somebody was to be in is dissolved: its others are planned again as well, and may fall back on
    each other.
    """
    axis = catalogue.derived(TimeAxis)
    rows = {row.shipment: row for row in schedule.replan}
    broken = {journey.load for journey in file.plan.journeys if journey.shipment in rows and journey.load is not None}
    loads = tuple(
        replace(load, commitment="planned" if load.id in broken else _promised(load.commitment))
        for load in file.plan.loads
    )
    journeys = tuple(
        journey
        if journey.load is not None
        else replace(journey, commitment="planned" if journey.shipment in rows else _promised(journey.commitment))
        for journey in file.plan.journeys
    )
    shipments = tuple(
        from_hub(shipment, rows[shipment.id], axis, has_due=True) if shipment.id in rows else shipment
        for shipment in file.cargo
    )
    return Again(replace(file.plan, loads=loads, journeys=journeys), Cargo(shipments=shipments))


def _promised(commitment: Commitment) -> Commitment:
    return "booked" if commitment == "planned" else commitment
