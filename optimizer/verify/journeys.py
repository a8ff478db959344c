"""Journeys: the steps of one shipment, what it pays itself, and what it bears."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from optimizer.verify.carbon import check_carbon
from optimizer.verify.charges import check_charges
from optimizer.verify.money import fen
from optimizer.verify.totals import check_filters
from optimizer.verify.walk import Shared, check_end, walk

if TYPE_CHECKING:
    from data.itinerary import CutOffTime, Step
    from data.plan import Objective
    from optimizer.verify.loads import Box
    from optimizer.verify.log import Log
    from optimizer.verify.passenger import Passenger
    from optimizer.verify.walk import Walk

_DAY_MIN = 24 * 60


def check_journey(passenger: Passenger, box: Box | None, objective: Objective, log: Log) -> None:
    """Check a journey: alone as a quote, or in the box of its load, at the prices that an objective names."""
    own = log.of(passenger.subject)
    walked = _walk(passenger, box, own)
    if walked is not None:
        check_end(passenger.case, walked.end, own)
        check_charges(passenger.case.facts, passenger.journey.charges, walked.lines, own)
        _check_totals(passenger, walked, own)
        check_carbon(passenger, walked.rides, objective, own)
    check_filters(passenger.case, passenger.journey.steps, own)
    _check_instants(passenger, own)
    _check_late(passenger, own)
    _check_alone(passenger, own)


def _walk(passenger: Passenger, box: Box | None, log: Log) -> Walk | None:
    """Walk through a journey; None if it does not have the shape of one in a box that can be made out."""
    journey, case = passenger.journey, passenger.case
    if journey.load is None:
        return walk(case, journey.steps, log)
    if passenger.shared is None:
        kinds = ", ".join(step.kind for step in journey.steps if step.kind in {"stuff", "strip"})
        log.add("shared_form", "journey", "a shared journey is stuffed once and stripped once", kinds, "stuff, strip")
        return None
    if box is None:
        return None
    stuff, strip = passenger.shared
    _check_same(box, journey.steps, passenger.shared, log)
    rides = {index + stuff + 1: ride for index, ride in box.rides.items()}
    return walk(case, journey.steps, log, shared=Shared(stuff, strip, box.latest_min, rides))


def _check_same(box: Box, steps: tuple[Step, ...], shared: tuple[int, int], log: Log) -> None:
    """Check that a journey and its load tell the same of the box."""
    stuff, strip = steps[shared[0]], steps[shared[1]]
    load = box.load
    log.same("load_place", "stuffing", "it is stuffed where its load is", stuff.origin, load.origin)
    log.same("load_place", "stripping", "it is stripped where its load is", strip.origin, load.destination)
    log.same("load_box", "stuffing", "it is stuffed into the box of its load", stuff.form, load.box)
    log.same("load_status", "stuffing", "all of a load have one customs status", stuff.status, box.status)
    for index, (own, other) in enumerate(zip_longest(steps[shared[0] + 1 : shared[1]], load.steps)):
        if own is None or other is None:
            log.add("load_steps", f"box step {index}", "its steps are those of its load", _kind(own), _kind(other))
        else:
            _check_step(own, other, f"box step {index}", log)


def _kind(step: Step | None) -> str | None:
    """Return what a step is, None if there is none."""
    return None if step is None else step.kind


def _check_step(own: Step, other: Step, subject: str, log: Log) -> None:
    """Check that a step in the box is the load's, but for the emissions, which go by the shipment's own mass."""
    plain, limit = (replace(step, emissions_g=0, cutoffs=_unmarked(step)) for step in (own, other))
    for field in fields(plain) if plain != limit else ():
        actual, right = getattr(plain, field.name), getattr(limit, field.name)
        log.same("load_steps", subject, f"{field.name} is that of the load", _shown(actual), _shown(right))


def _unmarked(step: Step) -> tuple[CutOffTime, ...]:
    """Return the cut-offs of a step without the mark of the one that binds, which may differ."""
    return tuple(replace(cutoff, binding=False) for cutoff in step.cutoffs)


def _shown(value: object) -> int | str | None:
    """Return a value as a violation shows it."""
    return value if value is None or isinstance(value, int) else str(value)


def _check_totals(passenger: Passenger, walked: Walk, log: Log) -> None:
    """Check own cost and emissions."""
    journey = passenger.journey
    demanded = sum(line.cny_minor for found in walked.lines.values() for line in found)
    listed = sum(charge.cny_minor for charge in journey.charges)
    log.same("total_cost", "own cost", "the sum of the lines demanded", journey.own_cny_minor, demanded)
    log.same("total_cost", "own cost", "the sum of the charges listed", journey.own_cny_minor, listed)
    log.same("total_emissions", "emissions", "the sum of the steps", journey.emissions_g, sum(walked.grams))


def _check_instants(passenger: Passenger, log: Log) -> None:
    """Check when a journey begins and ends, and that it ends before the limit of the search."""
    journey, case = passenger.journey, passenger.case
    arrive_min = journey.steps[-1].available_min if journey.steps else case.ready_min
    log.same("ready", "journey", "ready when the shipment is", journey.ready_min, case.ready_min)
    log.same("arrive", "journey", "ready after the last step", journey.arrive_min, arrive_min)
    log.no_later("search_days", "journey", "arrival is too long after ready", arrive_min, case.limit_min)


def _check_late(passenger: Passenger, log: Log) -> None:
    """Check the days begun after the due instant, and their price."""
    shipment, journey, case = passenger.shipment, passenger.journey, passenger.case
    days = _days_late(passenger)
    log.same("days_late", "journey", "days begun after the due instant", journey.days_late, days)
    minor = days * shipment.late_minor_per_day
    penalty = fen(case.facts, minor, shipment.currency, log) if minor else 0
    log.same("penalty", "journey", "days late at their price", journey.penalty_cny_minor, penalty)


def _days_late(passenger: Passenger) -> int:
    """Return the days begun after the due instant."""
    case, due_at = passenger.case, passenger.shipment.due_at
    if due_at is None:
        return 0
    return max(0, -(-(passenger.journey.arrive_min - case.clock.minute(due_at)) // _DAY_MIN))


def _check_alone(passenger: Passenger, log: Log) -> None:
    """Check that nobody in a load bears more than alone, and that nobody alone goes cheaper than the cheapest."""
    journey = passenger.journey
    alone, cost = journey.alone_cny_minor, journey.cost_cny_minor
    log.no_later("share", "journey", "a share is no gift", 0, journey.share_cny_minor)
    if journey.load is not None:
        if alone is not None:
            log.no_later("share_alone", "journey", "nobody bears more than alone", cost, alone)
        return
    log.same("share", "journey", "who travels alone has no share", journey.share_cny_minor, 0)
    if alone is None or alone > cost:
        log.add("alone_price", "journey", "the cheapest way alone is at most the way taken alone", alone, cost)
