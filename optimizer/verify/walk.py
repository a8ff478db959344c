"""Walking through the steps of an option, state by state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.verify.legs import check_leg
from optimizer.verify.processes import check_process
from optimizer.verify.state import State

if TYPE_CHECKING:
    from data.itinerary import Option
    from optimizer.verify.case import Case
    from optimizer.verify.lines import Line
    from optimizer.verify.log import Log
    from optimizer.verify.ride import Ride


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """
    What the tables demand of an option.

    Parameters
    ----------
    lines
        The lines of every step.
    rides
        The legs that could be made out, by step.
    grams
        Emissions of every step.
    """

    lines: tuple[tuple[Line, ...], ...]
    rides: dict[int, Ride]
    grams: tuple[int, ...]


def walk(case: Case, option: Option, log: Log) -> Walk:
    """Check every step of an option and return what it should cost and emit."""
    state = State.start(case)
    lines: list[tuple[Line, ...]] = []
    rides: dict[int, Ride] = {}
    grams: list[int] = []
    for index, step in enumerate(option.steps):
        subject = f"step {index} {step.service or step.kind}"
        log.same("chain", subject, "a step begins where the one before ended", step.origin, state.place)
        log.same("ready", subject, "a step is ready when the one before ended", step.ready_min, state.ready_min)
        if step.kind == "leg":
            leg = check_leg(case, state, step, subject, log)
            lines.append(leg.lines)
            grams.append(leg.grams)
            if leg.ride is not None:
                rides[index] = leg.ride
        else:
            lines.append(check_process(case, state, step, subject, log))
            grams.append(0)
        log.same("step_emissions", subject, "grams of the step", step.emissions_g, grams[-1])
        state = state.after(case, step, rides.get(index))
    _check_end(case, state, log)
    return Walk(lines=tuple(lines), rides=rides, grams=tuple(grams))


def _check_end(case: Case, state: State, log: Log) -> None:
    """Check that the last state is the one asked for."""
    asked = (case.shipment.destination, case.form, "D" if case.is_domestic else "I")
    reached = (state.place, state.form, state.status)
    log.same("end", "option", "the goods must end up as asked", "/".join(reached), "/".join(asked))
    if state.through is not None:
        log.add("through", "option", "a through rate needs its second leg", state.place, state.through.destination)
