"""Departures of a service, worked out date by date."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.records import Call, Service
    from optimizer.verify.clock import Clock
    from optimizer.verify.facts import Facts

# Weeks are counted from this Monday.
_FIRST_MONDAY = dt.date(2026, 1, 5)


class CallTime(NamedTuple):
    """Minutes from the departure at the first call to the arrival at and the departure from a call."""

    arrive: int
    depart: int


def runs_on(facts: Facts, service: Service, date: dt.date) -> bool:
    """Tell whether a service leaves its first call on a local date."""
    actions = {row.action for row in facts.exceptions.get((service.id, date), ())}
    if actions:
        return "add" in actions
    if service.valid_from is not None and date < service.valid_from:
        return False
    if service.valid_to is not None and date > service.valid_to:
        return False
    is_day_off = facts.workdays.get((service.holiday_territory or "", date)) is False
    week = (date - _FIRST_MONDAY).days // 7
    return date.isoweekday() in service.days and week % service.every_weeks == service.week_offset and not is_day_off


def starts_on(facts: Facts, clock: Clock, service: Service, date: dt.date) -> Iterator[int]:
    """Yield the instants at which a service leaves its first call on a local date of its own zone."""
    if clock.first_date <= date <= clock.last_date and runs_on(facts, service, date):
        zone = facts.locations[facts.calls[service.id][0].location].zone
        for time_min in service.departs:
            yield clock.from_local(date, time_min, zone)


def is_start(facts: Facts, clock: Clock, service: Service, minute: int) -> bool:
    """Tell whether a service leaves its first call at an instant."""
    date = start_date(facts, clock, service, minute)
    near = (date + dt.timedelta(days=days) for days in (-1, 0, 1))
    return any(minute in starts_on(facts, clock, service, day) for day in near)


def start_date(facts: Facts, clock: Clock, service: Service, minute: int) -> dt.date:
    """Return the local date of an instant at the first call of a service."""
    return clock.local_date(minute, facts.locations[facts.calls[service.id][0].location].zone)


def call_times(calls: Sequence[Call]) -> list[CallTime]:
    """Return the time of every call of a rotation after the first departure."""
    times = [CallTime(0, 0)]
    for call in calls[1:]:
        arrive = times[-1].depart + call.run_min
        times.append(CallTime(arrive, arrive + call.stop_min))
    return times


def call_pairs(calls: Sequence[Call]) -> Iterator[tuple[int, int]]:
    """Yield the positions of every boarding call and a later alighting call."""
    for board, first in enumerate(calls):
        for alight, last in enumerate(calls[board + 1 :], board + 1):
            if first.can_board and last.can_alight and first.location != last.location:
                yield board, alight
