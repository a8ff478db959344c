"""Finished labels of the brute force, written out as options."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from data.itinerary import Charge, CutOffTime, Option, Step
from optimizer.verify.connection import DOCUMENTATION, handling_minutes
from optimizer.verify.emissions import is_complete, leg_grams
from optimizer.verify.prices import leg_lines, storage_lines
from optimizer.verify.processes import process_lines
from optimizer.verify.rows import cutoff_rows
from optimizer.verify.totals import is_in_time
from tests.oracles.brute import Arc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.verify.case import Case
    from optimizer.verify.lines import Line
    from optimizer.verify.ride import Ride
    from tests.oracles.brute import Brute, Label, Process


def options(brute: Brute) -> list[Option]:
    """Return an option for each vector of the front."""
    return [option(brute.case, label) for label in brute.front.values()]


def option(case: Case, label: Label) -> Option:
    """Return the option of a finished label."""
    chain = list(_chain(label))
    steps = tuple(_step(case, before, after) for before, after in chain)
    charges = tuple(_charge(case, index, line) for index, pair in enumerate(chain) for line in _lines(case, *pair))
    rides = {index: after.done.what.ride for index, (_, after) in enumerate(chain) if _is_leg(after)}
    departures = [step.depart_min for step in steps if step.kind == "leg"]
    assumed_minor = sum(charge.cny_minor for charge in charges if charge.assumed)
    return Option(
        steps=steps,
        charges=charges,
        cost_cny_minor=label.cost,
        depart_min=departures[0],
        arrive_min=label.ready_min,
        emissions_g=label.grams,
        emissions_complete=all(is_complete(ride) for ride in rides.values()),
        on_time_probability=1.0,
        arrive_p50_min=label.ready_min,
        arrive_p90_min=label.ready_min,
        assumed_ppm=assumed_minor * 10**6 // label.cost if label.cost else 0,
        latest_ready_min=_latest_ready(case, steps, rides),
    )


def _chain(label: Label) -> Iterator[tuple[Label, Label]]:
    """Yield the labels before and after each step, first step first."""
    if label.done is not None:
        yield from _chain(label.done.before)
        yield label.done.before, label


def _is_leg(label: Label) -> bool:
    """Tell whether a label is reached by a leg."""
    return label.done is not None and isinstance(label.done.what, Arc)


def _step(case: Case, before: Label, after: Label) -> Step:
    """Return the step between two labels."""
    assert after.done is not None
    what = after.done.what
    if isinstance(what, Arc):
        return _leg(case, before, after, what)
    return Step(
        kind=what.kind,  # type: ignore[arg-type]
        origin=before.place,
        destination=after.place,
        form=after.form,
        status=after.status,
        ready_min=before.ready_min,
        depart_min=what.begin_min,
        arrive_min=what.end_min,
        available_min=after.ready_min,
        row=what.row.id,
    )


def _leg(case: Case, before: Label, after: Label, arc: Arc) -> Step:
    """Return the step of a leg."""
    ride = arc.ride
    return Step(
        kind="leg",
        origin=before.place,
        destination=after.place,
        form=after.form,
        status=after.status,
        ready_min=before.ready_min,
        depart_min=arc.depart_min,
        arrive_min=arc.arrive_min,
        available_min=after.ready_min,
        emissions_g=leg_grams(case, ride),
        mode=ride.service.mode,
        service=ride.service.id,
        product=ride.product,
        unit=ride.unit,
        through=None if ride.through is None else ride.through.id,
        cutoffs=tuple(_cutoffs(case, before, arc)),
    )


def _cutoffs(case: Case, before: Label, arc: Arc) -> Iterator[CutOffTime]:
    """Yield the cut-offs of a departure."""
    if arc.ride.is_second:
        return
    for row in cutoff_rows(case.facts, arc.ride.service, arc.ride.form):
        at_min = arc.depart_min - row.minutes_before
        handled_min = before.ready_min + handling_minutes(case, arc.ride, "out")
        since_min = case.ready_min if row.type == DOCUMENTATION else handled_min
        yield CutOffTime(type=row.type, at_min=at_min, slack_min=at_min - since_min, binding=False)


def _lines(case: Case, before: Label, after: Label) -> Iterator[Line]:
    """Yield the lines of the step between two labels."""
    assert after.done is not None
    what: Arc | Process = after.done.what
    if not isinstance(what, Arc):
        yield from process_lines(case, what.kind, what.row, before.form if after.form == "loose" else after.form)
        return
    yield from leg_lines(case, what.ride, what.date)
    if before.clock_min is not None and not what.ride.is_second:
        yield from storage_lines(case, what.ride.board, before.form, what.depart_min - before.clock_min)


def _charge(case: Case, index: int, line: Line) -> Charge:
    """Return the charge of a line."""
    row = next(row for row in getattr(case.facts.catalogue, line.table) if row.id == line.rows[0])
    quantity, rate = line.terms[0]
    ends = getattr(row, "valid_to", None)
    return Charge(
        code=line.code,
        name_zh=line.code,
        name_en=line.code,
        table=line.table,
        row=line.rows[0],
        step=index,
        basis=getattr(row, "basis", "per_kg"),
        quantity=Decimal(quantity.numerator) / quantity.denominator,
        rate=Decimal(rate.numerator) / rate.denominator,
        amount_minor=line.amount_minor,
        currency=line.currency,
        cny_minor=line.cny_minor,
        assumed=line.assumed[0],
        source=row.source,
        as_of=row.as_of,
        valid_to=None if ends is None else ends.isoformat(),
    )


def _latest_ready(case: Case, steps: tuple[Step, ...], rides: dict[int, Ride]) -> int:
    """Return the latest ready instant that keeps the departures, by halving."""
    low, high = case.ready_min, steps[-1].available_min + 1
    while high - low > 1:
        middle = (low + high) // 2
        if is_in_time(case, steps, rides, middle):
            low = middle
        else:
            high = middle
    return low
