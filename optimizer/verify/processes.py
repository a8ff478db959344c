"""Clearance, stuffing and stripping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from optimizer.verify.case import LOOSE, Bears
from optimizer.verify.places import is_supervised
from optimizer.verify.prices import row_line
from optimizer.verify.ride import Barrier, packing_barriers
from optimizer.verify.rows import clearance_row, stuffing_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.itinerary import Step
    from data.records import Clearance, Location, Stuffing
    from optimizer.verify.case import Case
    from optimizer.verify.lines import Line
    from optimizer.verify.log import Log
    from optimizer.verify.state import State

_DAY_MIN = 24 * 60
_CODES = {"clearance": "clearance", "stuff": "stuffing", "strip": "stripping"}


def check_process(case: Case, state: State, step: Step, subject: str, log: Log) -> tuple[Line, ...]:
    """Check a step that happens at one place, and return its lines."""
    place = case.facts.locations[step.origin]
    log.same("process", subject, "a process ends where it begins", step.destination, step.origin)
    if state.through is not None:
        log.add("through", subject, "nothing is done at the hub of a through rate", step.kind, state.through.id)
    if step.kind == "clearance":
        log.same("form", subject, "clearance does not change the form", step.form, state.form)
        log.barred(subject, clearance_barriers(case, place, state.status, step.status))
    else:
        log.same("status", subject, "stuffing and stripping keep the status", step.status, state.status)
        log.barred(subject, stuffing_barriers(case, place, state, step.form))
        kind = "strip" if step.form == LOOSE else "stuff"
        log.same("process", subject, "the step's kind is what happens to the form", step.kind, kind)
    return _timed(case, state, step, subject, log)


def clearance_barriers(case: Case, place: Location, before: str, after: str) -> Iterator[Barrier]:
    """Yield what bars a change of customs status at a place."""
    if case.is_domestic or before + after not in {"DR", "RI"}:
        yield Barrier("status", before + after, "DR or RI", "clearance releases, then imports")
        return
    is_export = after == "R"
    allowed = place.clears_export if is_export else place.clears_import
    if not allowed:
        yield Barrier("process", place.code, None, "no such clearance at this place")
    area = case.origin_area if is_export else case.destination_area
    if case.facts.area(place) != area:
        yield Barrier("customs_area", case.facts.area(place), area, "clearance happens in its own customs area")


class Standing(Protocol):
    """Goods in a form and a customs status."""

    @property
    def form(self) -> str:
        """``loose`` or a box code."""

    @property
    def status(self) -> str:
        """``D``, ``R`` or ``I``."""


def stuffing_barriers(case: Case, place: Location, standing: Standing, after: str) -> Iterator[Barrier]:
    """Yield what bars a change of form at a place."""
    before = standing.form
    if case.shipment.box is not None:
        yield Barrier("form", after, before, "cargo in its own boxes never changes form")
        return
    if (before == LOOSE) == (after == LOOSE):
        yield Barrier("form", after, before, "a change of form is loose to box or box to loose")
        return
    if not (place.strips if after == LOOSE else place.stuffs):
        yield Barrier("process", place.code, None, "no stuffing or stripping at this place")
    if standing.status == "R" and not is_supervised(place):
        yield Barrier("supervision", place.code, None, "released goods must stand under customs supervision")
    if after != LOOSE and case.facts.units[after].kind != "box":
        yield Barrier("form", after, "box", "goods are stuffed into boxes")
    elif after != LOOSE:
        yield from packing_barriers(case, after)


def process_row(case: Case, place: Location, kind: str, status: str) -> Clearance | Stuffing | None:
    """Return the row of a process; the status is that after it."""
    if kind == "clearance":
        return clearance_row(case, place, "export" if status == "R" else "import")
    return stuffing_row(case.facts, place, kind)


def process_times(case: Case, place: Location, row: Clearance | Stuffing, ready_min: int) -> tuple[int, int] | None:
    """Return begin and end of a process that starts as soon as it can, None beyond the horizon."""
    calendar = getattr(row, "calendar", place.calendar)
    begin_min = case.clock.next_open(ready_min, calendar, place)
    return None if begin_min is None else (begin_min, begin_min + row.minutes)


def begun_times(
    case: Case, place: Location, row: Clearance | Stuffing, kind: str, ready_min: int, told_min: int
) -> tuple[int, int] | None:
    """
    Return begin and end of a process of a plan that is said to begin at an instant, None beyond the horizon.

    It begins as soon as it can, or on a later day if those before are days of limited throughput; then as soon as the
    place opens.
    """
    times = process_times(case, place, row, ready_min)
    while case.is_planned and times is not None and times[0] < told_min:
        date = case.clock.local_date(times[0], place.zone)
        is_later = date < case.clock.local_date(told_min, place.zone)
        if not is_later or case.facts.throughput_on(place.code, kind, date) is None:
            break
        times = process_times(case, place, row, case.clock.from_local(date, _DAY_MIN, place.zone))
    return times


def process_lines(case: Case, kind: str, row: Clearance | Stuffing, form: str) -> Iterator[Line]:
    """Yield the fee of a process; the form is the box involved, if any. A shared box pays the fees by the box."""
    is_per_box = row.basis == "per_box"
    if kind == "clearance" and is_per_box and form == LOOSE:
        return iter(())
    if case.bears is (Bears.OWN if is_per_box else Bears.BOX):
        return iter(())
    table = "clearance" if kind == "clearance" else "stuffing"
    return row_line(case, _CODES[kind], table, row, case.boxes(form))


def _timed(case: Case, state: State, step: Step, subject: str, log: Log) -> tuple[Line, ...]:
    """Check the row and the times of a process, and return its lines."""
    place = case.facts.locations[step.origin]
    row = process_row(case, place, step.kind, step.status)
    if row is None:
        log.add("row", subject, "no row allows this process", step.row, None)
        return ()
    log.same("row", subject, "the most specific row counts", step.row, row.id)
    times = begun_times(case, place, row, step.kind, state.ready_min, step.depart_min)
    if times is None:
        log.add("process_time", subject, "the place does not open any more", step.depart_min, None)
    else:
        log.same("process_time", subject, "a process begins at the next opening", step.depart_min, times[0])
        log.same("process_time", subject, "a process takes the minutes of its row", step.arrive_min, times[1])
        log.same("available", subject, "ready when the process ends", step.available_min, times[1])
    form = state.form if step.form == LOOSE else step.form
    return tuple(process_lines(case, step.kind, row, form))
