"""When a departure can be boarded, and when the goods are ready after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.verify.rows import cutoff_rows, handling_row

if TYPE_CHECKING:
    from optimizer.verify.case import Case
    from optimizer.verify.ride import Ride

DOCUMENTATION = "documentation"


def boarding_min(case: Case, ride: Ride) -> int:
    """Return how long before departure the goods must be ready: the greatest cut-off and handling out."""
    if ride.is_second:
        return 0
    rows = cutoff_rows(case.facts, ride.service, ride.form)
    cutoff_min = max((row.minutes_before for row in rows if row.type != DOCUMENTATION), default=0)
    return cutoff_min + handling_minutes(case, ride, "out")


def documentation_min(case: Case, ride: Ride) -> int:
    """Return how long before departure the documents must be ready."""
    if ride.is_second:
        return 0
    rows = cutoff_rows(case.facts, ride.service, ride.form)
    return max((row.minutes_before for row in rows if row.type == DOCUMENTATION), default=0)


def handling_minutes(case: Case, ride: Ride, direction: str) -> int:
    """Return the minutes of handling at one end of a ride."""
    place = ride.board if direction == "out" else ride.alight
    row = handling_row(case.facts, place, ride.service.mode, direction, ride.form)
    return 0 if row is None else row.minutes


def available_min(case: Case, ride: Ride, arrive_min: int) -> int | None:
    """Return when the goods are ready after a ride, None if its place does not open within the horizon."""
    if ride.is_first and ride.through is not None:
        return arrive_min + ride.through.connection_min
    opened = case.clock.next_open(arrive_min, ride.alight.calendar, ride.alight)
    return None if opened is None else opened + handling_minutes(case, ride, "in")
