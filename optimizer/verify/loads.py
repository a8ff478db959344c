"""Shared load units: who is in them, how full they are, where they go and what they cost."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from data.shipment import Shipment
from optimizer.verify.case import Bears, Case
from optimizer.verify.charges import check_charges
from optimizer.verify.mixing import check_mixing
from optimizer.verify.processes import begun_times, process_lines, process_row
from optimizer.verify.state import State
from optimizer.verify.walk import check_words, walk

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.itinerary import Step
    from data.plan import Load
    from optimizer.verify.lines import Line
    from optimizer.verify.log import Log
    from optimizer.verify.passenger import Passenger
    from optimizer.verify.ride import Ride

_PPM = 10**6


class Box(NamedTuple):
    """
    What the journeys of a load must agree with.

    Parameters
    ----------
    load
        The load as the plan tells it.
    latest_min
        Instant at which the last of its shipments stands ready to be stuffed.
    status
        Customs status in which they are stuffed.
    rides
        Its legs, by position in its steps.
    """

    load: Load
    latest_min: int
    status: str
    rides: Mapping[int, Ride]


def check_load(load: Load, members: Sequence[Passenger], log: Log) -> Box | None:
    """Check a load, and return what its journeys must agree with; None if nobody travels in it."""
    subject = f"load {load.id}"
    travelling = ", ".join(sorted(member.shipment.id for member in members))
    listed = ", ".join(sorted(load.shipments))
    log.same("load_shipments", subject, "a load lists the shipments that travel in it", listed, travelling)
    if not members:
        log.add("load_empty", subject, "a load has shipments", 0, 1)
        return None
    if not _is_readable(load, members[0].case, log):
        return None
    check_mixing(members[0].case.facts, members, log.of(subject))
    case = _case(load, members)
    _check_contents(case, load, log)
    shared = [member for member in members if member.shared is not None]
    if not shared:
        return None
    begun, ended = ([member.journey.steps[member.shared[at]] for member in shared if member.shared] for at in (0, 1))
    for steps in (begun, ended) if case.facts.throughput else ():
        told = ", ".join(sorted({str(step.depart_min) for step in steps}))
        message = "a box is stuffed, and stripped, once for all in it"
        log.same("load_time", subject, message, told, str(steps[0].depart_min))
    latest_min = max(step.ready_min for step in begun)
    return _check_way(case, load, latest_min, begun[0], log)


def _is_readable(load: Load, case: Case, log: Log) -> bool:
    """Tell whether the tables know a load's box, places and steps."""
    before, subject = len(log.violations), f"load {load.id}"
    unit = case.facts.units.get(load.box)
    log.same("load_box", subject, "a load is in a box", load.box if unit is None else unit.kind, "box")
    for place in (load.origin, load.destination):
        if place not in case.facts.locations:
            log.add("load_place", subject, "there is no such place", place, None)
    check_words(case.facts, load.steps, log.of(subject))
    return len(log.violations) == before


def _case(load: Load, members: Sequence[Passenger]) -> Case:
    """Return the contents of a load as one shipment in one box; its papers are ready with the last of them."""
    shipments, first = [member.shipment for member in members], members[0].case
    whole = Shipment(
        origin=load.origin,
        destination=load.destination,
        mass_g=sum(shipment.mass_g for shipment in shipments),
        volume_cm3=sum(shipment.volume_cm3 for shipment in shipments),
        pieces=sum(shipment.pieces for shipment in shipments),
        ready_at=max(shipment.ready_at for shipment in shipments),
        box=load.box,
        boxes=1,
        goods=frozenset().union(*(shipment.goods for shipment in shipments)),
        regime=first.shipment.regime,
    )
    case = Case(first.facts, whole, first.filters, bears=Bears.BOX, clock=first.clock, is_planned=True)
    case.origin_area, case.destination_area = first.origin_area, first.destination_area
    return case


def _check_contents(case: Case, load: Load, log: Log) -> None:
    """Check mass, volume and fill of a load."""
    subject, whole, unit = f"load {load.id}", case.shipment, case.facts.units[load.box]
    log.same("load_mass", subject, "the sum of its shipments, in grams", load.mass_g, whole.mass_g)
    log.same("load_volume", subject, "the sum of its shipments, in cm3", load.volume_cm3, whole.volume_cm3)
    log.no_later("payload", subject, "the box cannot hold this mass", whole.mass_g, unit.payload_g)
    log.no_later("volume", subject, "the box cannot hold this volume", whole.volume_cm3, unit.usable_cm3)
    volume, mass = Fraction(whole.volume_cm3, unit.usable_cm3), Fraction(whole.mass_g, unit.payload_g)
    fill_ppm = max(volume, mass) * _PPM
    if abs(load.fill_ppm - fill_ppm) >= 1:
        log.add("load_fill", subject, "its volume or mass, whichever is fuller", load.fill_ppm, int(fill_ppm))


def _check_way(case: Case, load: Load, latest_min: int, begun: Step, log: Log) -> Box:
    """Check where a load goes, and what it costs, from stuffing to stripping."""
    own, status = log.of(f"load {load.id}"), begun.status
    stuffing = _change(case, load, "stuff", status)
    begin = State(place=load.origin, form=load.box, status=status, ready_min=_stuffed(case, load, latest_min, begun))
    walked = walk(case, load.steps, own, begin)
    end = walked.end
    stripping = _change(case, load, "strip", end.status)
    own.same("load_place", "end", "it is stripped where its steps end", end.place, load.destination)
    own.same("form", "end", "its steps are in its box", end.form, load.box)
    if not any(step.kind == "leg" for step in load.steps):
        own.add("load_steps", "steps", "a load goes somewhere", len(load.steps), None)
    lines = {-1: stuffing, **walked.lines, len(load.steps): stripping}
    check_charges(case.facts, load.charges, lines, own)
    demanded = sum(line.cny_minor for found in lines.values() for line in found)
    own.same("load_cost", "cost", "the sum of the lines demanded", load.cost_cny_minor, demanded)
    listed = sum(charge.cny_minor for charge in load.charges)
    own.same("load_cost", "cost", "the sum of the charges listed", load.cost_cny_minor, listed)
    return Box(load, latest_min, status, walked.rides)


def _stuffed(case: Case, load: Load, latest_min: int, begun: Step) -> int:
    """Return when a box is stuffed, the last of its shipments being there at an instant."""
    place = case.facts.locations[load.origin]
    row = process_row(case, place, "stuff", begun.status)
    times = None if row is None else begun_times(case, place, row, "stuff", latest_min, begun.depart_min)
    return latest_min if times is None else times[1]


def _change(case: Case, load: Load, kind: str, status: str) -> tuple[Line, ...]:
    """Return what stuffing or stripping costs by the box; the journeys say what bars it."""
    place = case.facts.locations[load.origin if kind == "stuff" else load.destination]
    row = process_row(case, place, kind, status)
    return () if row is None else tuple(process_lines(case, kind, row, load.box))
