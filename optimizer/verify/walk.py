"""Walking through steps, state by state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from optimizer.verify.case import LOOSE
from optimizer.verify.legs import Leg, check_leg, check_shared_leg
from optimizer.verify.processes import check_process
from optimizer.verify.state import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.itinerary import Step
    from optimizer.verify.case import Case
    from optimizer.verify.facts import Facts
    from optimizer.verify.lines import Line
    from optimizer.verify.log import Log
    from optimizer.verify.ride import Ride

# Arrivals may lie past the horizon, but not by this factor.
_HORIZONS = 2


class Shared(NamedTuple):
    """
    The part of a walk that is made in a shared box.

    Parameters
    ----------
    stuff, strip
        Positions of the steps that begin and end it.
    latest_min
        Instant at which the last of the shipments stands ready to be stuffed.
    rides
        The legs of the box by position, as far as they could be made out.
    """

    stuff: int
    strip: int
    latest_min: int
    rides: Mapping[int, Ride]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """
    What the tables demand of some steps.

    Parameters
    ----------
    lines
        The lines of every step.
    rides
        The legs that could be made out, by step.
    grams
        Emissions of every step.
    end
        The state after the last step.
    """

    lines: dict[int, tuple[Line, ...]]
    rides: dict[int, Ride]
    grams: tuple[int, ...]
    end: State


def check_words(facts: Facts, steps: tuple[Step, ...], log: Log) -> None:
    """Check that every place, form and instant exists; nothing else can be looked at before."""
    last_min = _HORIZONS * facts.setting("horizon_days") * 24 * 60
    for index, step in enumerate(steps):
        for place in (step.origin, step.destination):
            if place not in facts.locations:
                log.add("chain", f"step {index}", "there is no such place", place, None)
        if step.form != LOOSE and step.form not in facts.units:
            log.add("form", f"step {index}", "there is no such form", step.form, None)
        for instant_min in (step.ready_min, step.depart_min, step.arrive_min, step.available_min):
            if not 0 <= instant_min <= last_min:
                log.add("horizon", f"step {index}", "the calendar does not know this instant", instant_min, last_min)


def walk(
    case: Case, steps: tuple[Step, ...], log: Log, begin: State | None = None, shared: Shared | None = None
) -> Walk:
    """
    Check every step and return what it should cost and emit.

    Parameters
    ----------
    case, steps, log
        Who takes which steps, and where to note what is wrong.
    begin
        The state before the first step; by default that of a shipment at its origin.
    shared
        What is made in a shared box, if anything is.
    """
    state = begin or State.start(case)
    taken: list[Leg] = []
    for index, step in enumerate(steps):
        subject = f"step {index} {step.service or step.kind}"
        log.same("chain", subject, "a step begins where the one before ended", step.origin, state.place)
        log.same("ready", subject, "a step is ready when the one before ended", step.ready_min, state.ready_min)
        if shared is not None and shared.stuff <= index < shared.strip:
            taken.append(_take_shared(case, state, steps, index, shared, subject, log))
        else:
            taken.append(_take(case, state, step, subject, log))
        log.same("step_emissions", subject, "grams of the step", step.emissions_g, taken[-1].grams)
        state = state.after(case, step, taken[-1].ride)
    return Walk(
        lines={index: leg.lines for index, leg in enumerate(taken)},
        rides={index: leg.ride for index, leg in enumerate(taken) if leg.ride is not None},
        grams=tuple(leg.grams for leg in taken),
        end=state,
    )


def _take(case: Case, state: State, step: Step, subject: str, log: Log) -> Leg:
    """Check one step."""
    if step.kind == "leg":
        return check_leg(case, state, step, subject, log)
    return Leg(None, check_process(case, state, step, subject, log))


def _take_shared(
    case: Case, state: State, steps: tuple[Step, ...], index: int, shared: Shared, subject: str, log: Log
) -> Leg:
    """Check one step from the stuffing of a shared box on; it begins when the last shipment is there."""
    step = steps[index]
    if step.kind != "leg":
        ready_min = shared.latest_min if index == shared.stuff else state.ready_min
        return _take(case, replace(state, ready_min=ready_min), step, subject, log)
    ride = shared.rides.get(index)
    if ride is None:
        return Leg(None, grams=step.emissions_g)
    is_first = all(before.kind != "leg" for before in steps[shared.stuff : index])
    return check_shared_leg(case, state, step, ride, subject, log, is_first=is_first)


def check_end(case: Case, state: State, log: Log) -> None:
    """Check that the last state is the one asked for."""
    asked = (case.shipment.destination, case.form, "D" if case.is_domestic else "I")
    reached = (state.place, state.form, state.status)
    log.same("end", "option", "the goods must end up as asked", "/".join(reached), "/".join(asked))
    if state.through is not None:
        log.add("through", "option", "a through rate needs its second leg", state.place, state.through.destination)
