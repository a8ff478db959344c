"""Totals of an option, and what holds for it as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.verify.connection import boarding_min, documentation_min
from optimizer.verify.emissions import is_complete
from optimizer.verify.processes import process_row, process_times

if TYPE_CHECKING:
    from data.itinerary import Option, Step
    from optimizer.verify.case import Case
    from optimizer.verify.log import Log
    from optimizer.verify.ride import Ride
    from optimizer.verify.walk import Walk

_PPM = 10**6


def check_totals(case: Case, option: Option, walked: Walk, log: Log) -> None:
    """Check cost, emissions, instants and the share of assumptions."""
    lines = [line for found in walked.lines.values() for line in found]
    cost_minor = sum(line.cny_minor for line in lines)
    # Which break of a scale is shown, if several cost the same, decides whether the line is assumed.
    assumed_minor = sum(charge.cny_minor for charge in option.charges if charge.assumed)
    assumed_ppm = assumed_minor * _PPM // cost_minor if cost_minor else 0
    listed_minor = sum(charge.cny_minor for charge in option.charges)
    log.same("total_cost", "option", "the sum of the lines demanded", option.cost_cny_minor, cost_minor)
    log.same("total_cost", "option", "the sum of the charges listed", option.cost_cny_minor, listed_minor)
    log.same("assumed_share", "option", "assumed part of the cost, in ppm", option.assumed_ppm, assumed_ppm)
    log.same("total_emissions", "option", "the sum of the legs", option.emissions_g, sum(walked.grams))
    complete = all(is_complete(ride) for ride in walked.rides.values())
    log.same("emissions_complete", "option", "every run has factor and distance", option.emissions_complete, complete)
    _check_instants(case, option, log)


def _check_instants(case: Case, option: Option, log: Log) -> None:
    """Check first departure, arrival and the limit of the search."""
    departures = [step.depart_min for step in option.steps if step.kind == "leg"]
    arrive_min = option.steps[-1].available_min if option.steps else case.ready_min
    if departures:
        log.same("depart", "option", "departure of the first leg", option.depart_min, departures[0])
    log.same("arrive", "option", "ready after the last step", option.arrive_min, arrive_min)
    log.no_later("search_days", "option", "arrival is too long after ready", arrive_min, case.limit_min)


def check_filters(case: Case, steps: tuple[Step, ...], log: Log) -> None:
    """Check the filters on an itinerary as a whole."""
    legs = [step for step in steps if step.kind == "leg"]
    limit = case.filters.max_transfers
    if limit is not None:
        log.no_later("filter_transfers", "option", "too many transfers", len(legs) - 1, limit)
    touched = {case.shipment.origin, *(step.destination for step in steps)}
    for place in case.filters.via:
        if place not in touched:
            log.add("filter_via", "option", "the itinerary does not touch a place", None, place)


def check_latest_ready(case: Case, option: Option, walked: Walk, log: Log) -> None:
    """Check the latest ready instant that still allows the same departures."""
    latest_min = option.latest_ready_min
    if not is_in_time(case, option.steps, walked.rides, latest_min):
        log.add("latest_ready", "option", "ready then, a departure is missed", latest_min, None)
    elif is_in_time(case, option.steps, walked.rides, latest_min + 1):
        log.add("latest_ready", "option", "it may be ready even later", latest_min, None)


def is_in_time(case: Case, steps: tuple[Step, ...], rides: dict[int, Ride], ready_min: int) -> bool:
    """Tell whether an itinerary keeps its departures with another ready instant."""
    goods_min: int | None = ready_min
    for index, step in enumerate(steps):
        if step.kind != "leg":
            goods_min = None if goods_min is None else _end_of(case, step, goods_min)
            continue
        latest_min = step.depart_min - boarding_min(case, rides[index])
        if goods_min is None or goods_min > latest_min:
            return False
        if not rides[index].is_second and ready_min > step.depart_min - documentation_min(case, rides[index]):
            return False
        goods_min = step.available_min
    return True


def _end_of(case: Case, step: Step, ready_min: int) -> int | None:
    """Return when a process ends that is started as soon as possible, None if it never is."""
    place = case.facts.locations[step.origin]
    row = process_row(case, place, step.kind, step.status)
    times = None if row is None else process_times(case, place, row, ready_min)
    return None if times is None else times[1]
