"""Legs: real departures, boarded in time, by goods that may be there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from optimizer.verify.case import LOOSE
from optimizer.verify.connection import (
    DOCUMENTATION,
    available_min,
    boarding_min,
    documentation_min,
    handling_minutes,
)
from optimizer.verify.emissions import leg_grams
from optimizer.verify.offers import departs, pairs_between, rides, sold_as
from optimizer.verify.prices import leg_lines, storage_lines
from optimizer.verify.ride import barriers, price_barriers, side_barriers, status_barriers
from optimizer.verify.rows import cutoff_rows, valid_rows

if TYPE_CHECKING:
    import datetime as dt

    from data.itinerary import Step
    from data.records import Service, ThroughRate
    from optimizer.verify.case import Case
    from optimizer.verify.lines import Line
    from optimizer.verify.log import Log
    from optimizer.verify.ride import Ride
    from optimizer.verify.state import State


class Leg(NamedTuple):
    """The ride a leg is, None if it cannot be made out, and what it should cost and emit."""

    ride: Ride | None
    lines: tuple[Line, ...] = ()
    grams: int = 0


def check_leg(case: Case, state: State, step: Step, subject: str, log: Log) -> Leg:
    """Check a leg, and return what it should cost and emit."""
    service = case.facts.services.get(step.service or "")
    if service is None:
        log.add("service", subject, "there is no such service", step.service, None)
        return Leg(None)
    log.same("mode", subject, "the mode is the service's", step.mode, service.mode)
    through = _check_through(case, state, step, subject, log)
    pair = _check_departure(case, service, step, subject, log)
    if pair is None:
        return Leg(None)
    ride = _sold_ride(case, state, step, pair, through)
    if ride is None:
        log.add("product", subject, "this product is not sold for this leg", f"{step.product} {step.unit}", None)
        return Leg(None)
    date = case.clock.local_date(step.depart_min, ride.board.zone)
    _check_goods(case, state, step, ride, subject, log)
    _check_depart_by(case, step, subject, log)
    _check_date(case, ride, date, subject, log)
    _check_boarding(case, state, step, ride, subject, log)
    _check_cutoffs(case, state, step, ride, subject, log)
    available = available_min(case, ride, step.arrive_min)
    log.same("available", subject, "opening hours and handling come first", step.available_min, available)
    lines = [*leg_lines(case, ride, date), *_stay_lines(case, state, step, ride)]
    return Leg(ride, tuple(lines), leg_grams(case, ride))


def check_shared_leg(
    case: Case, state: State, step: Step, ride: Ride, subject: str, log: Log, *, is_first: bool
) -> Leg:
    """
    Check what a leg of a shared box is to one of its shipments, and return what that should pay and emit.

    The departure, its cut-offs and its price are those of the box; a shipment pays the stay before its first leg.
    """
    _check_goods(case, state, step, ride, subject, log)
    _check_depart_by(case, step, subject, log)
    lines: tuple[Line, ...] = ()
    if is_first and state.clock_min is not None:
        lines = tuple(storage_lines(case, ride.board, LOOSE, step.depart_min - state.clock_min))
    return Leg(ride, lines, leg_grams(case, ride))


def _check_through(case: Case, state: State, step: Step, subject: str, log: Log) -> ThroughRate | None:
    """Return the through rate a leg is sold under, having checked that it fits."""
    row = state.through or case.facts.through.get(step.through or "")
    expected = None if row is None else row.id
    log.same("through", subject, "a through rate is kept to its end", step.through, expected)
    if row is None:
        return None
    sold = sold_as(row, is_second=state.through is not None)
    taken = (step.service or "", step.origin, step.destination)
    log.same("through", subject, "the leg is the one the rate sells", "/".join(taken), "/".join(sold))
    log.same("status", subject, "a through rate is for released goods", step.status, "R")
    return row


def _check_departure(case: Case, service: Service, step: Step, subject: str, log: Log) -> tuple[int, int] | None:
    """Return the calls a leg goes between, having checked that there is such a departure."""
    pairs = pairs_between(case.facts, service, step.origin, step.destination)
    if not pairs:
        log.add("calls", subject, "the service does not carry cargo so", f"{step.origin}-{step.destination}", None)
        return None
    real = [pair for pair in pairs if departs(case, service, pair, step.depart_min, step.arrive_min)]
    if not real:
        times = f"{step.depart_min}-{step.arrive_min}"
        log.add("departure", subject, "the service does not depart and arrive then", times, None)
    return (real or pairs)[0]


def _sold_ride(case: Case, state: State, step: Step, pair: tuple[int, int], through: ThroughRate | None) -> Ride | None:
    """Return the ride of the product and unit a leg names, None if they are not sold."""
    service = case.facts.services[step.service or ""]
    offered = rides(case.facts, service, pair, through, is_second=state.through is not None)
    return next((ride for ride in offered if (ride.product, ride.unit) == (step.product, step.unit)), None)


def _check_goods(case: Case, state: State, step: Step, ride: Ride, subject: str, log: Log) -> None:
    """Check form, status, filters, restrictions and boxes."""
    log.same("form", subject, "a leg does not change the form", step.form, state.form)
    log.same("form", subject, "the product carries its own form", step.form, ride.form)
    log.same("status", subject, "a leg does not change the status", step.status, state.status)
    log.barred(subject, status_barriers(case, ride, step.status))
    log.barred(subject, side_barriers(ride, state.side))
    log.barred(subject, barriers(case, ride))


def _check_date(case: Case, ride: Ride, date: dt.date, subject: str, log: Log) -> None:
    """Check that prices are in force on the day of departure."""
    if ride.is_first and ride.through is not None:
        valid, rows = ride.through.valid_from <= date <= ride.through.valid_to, []
    else:
        rows = valid_rows(ride.rows, date)
        valid = bool(rows)
    log.barred(subject, price_barriers(case, ride, rows))
    if not valid:
        log.add("tariff_validity", subject, "no price is in force on the day of departure", date.isoformat(), None)


def _check_boarding(case: Case, state: State, step: Step, ride: Ride, subject: str, log: Log) -> None:
    """Check that goods and documents make it to a departure."""
    rule = "connection" if ride.is_second else "cutoff"
    latest_min = step.depart_min - boarding_min(case, ride)
    log.no_later(rule, subject, "the goods are ready too late for this departure", state.ready_min, latest_min)
    if not ride.is_second:
        latest_min = step.depart_min - documentation_min(case, ride)
        log.no_later("documentation", subject, "the documents are ready too late", case.ready_min, latest_min)


def _check_depart_by(case: Case, step: Step, subject: str, log: Log) -> None:
    """Check that goods leave their origin in time."""
    if case.depart_by_min is not None and step.origin == case.shipment.origin:
        log.no_later("depart_by", subject, "the goods must leave earlier", step.depart_min, case.depart_by_min)


def _check_cutoffs(case: Case, state: State, step: Step, ride: Ride, subject: str, log: Log) -> None:
    """Check the cut-offs shown: one for each type, the earliest if there are several, and their slack."""
    handled_min = state.ready_min + handling_minutes(case, ride, "out")
    earliest: dict[str, int] = {}
    for row in [] if ride.is_second else cutoff_rows(case.facts, ride.service, ride.form):
        at_min = step.depart_min - row.minutes_before
        earliest[row.type] = min(at_min, earliest.get(row.type, at_min))
    shown: dict[str, int] = {}
    for cutoff in step.cutoffs:
        shown[cutoff.type] = min(cutoff.at_min, shown.get(cutoff.type, cutoff.at_min))
        since_min = case.ready_min if cutoff.type == DOCUMENTATION else handled_min
        message = f"slack of the cut-off {cutoff.type}"
        log.same("slack", subject, message, cutoff.slack_min, cutoff.at_min - since_min)
    for kind in sorted(earliest.keys() | shown.keys()):
        log.same("cutoffs", subject, f"instant of the cut-off {kind}", shown.get(kind), earliest.get(kind))


def _stay_lines(case: Case, state: State, step: Step, ride: Ride) -> list[Line]:
    """Return the storage that ends with a leg; there is none before the first and at a through rate's hub."""
    if state.clock_min is None or ride.is_second:
        return []
    return list(storage_lines(case, ride.board, ride.form, step.depart_min - state.clock_min))
