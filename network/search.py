"""From a shipment to the paths of its Pareto front, forwards and backwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.kernel import pareto
from network.legs import DOMESTIC, IMPORTED, LOOSE
from network.timeline import Hop, timeline
from network.timetable import FAR, Ints, Question, Timetable, Weights

if TYPE_CHECKING:
    from network.compile import Compiled


@dataclass(frozen=True)
class Path:
    """
    One itinerary as hops, with the criteria the search gave it.

    Parameters
    ----------
    hops
        In order from the origin.
    ready_min
        Instant the cargo is ready at the origin.
    arrive_min
        Instant it is ready at the destination.
    cost_cny_minor, emissions_g
        Landed cost in fen and grams CO2e.
    """

    hops: tuple[Hop, ...]
    ready_min: int
    arrive_min: int
    cost_cny_minor: int
    emissions_g: int


@dataclass(frozen=True)
class Ends:
    """Source and target states of a shipment; None where the network has no such state."""

    source: int | None
    target: int | None


def ends(compiled: Compiled, origin: str, destination: str, form: str | None, *, is_domestic: bool) -> Ends:
    """Return the states a shipment starts and ends in."""
    index = compiled.states.index
    box = form or LOOSE
    return Ends(
        index.get((origin, box, DOMESTIC)), index.get((destination, box, DOMESTIC if is_domestic else IMPORTED))
    )


class Front(NamedTuple):
    """Paths of a Pareto front, and whether the search ended of its own accord."""

    paths: list[Path]
    is_complete: bool


class Window(NamedTuple):
    """Instants of a search: ready, last arrival that counts, last departure from the origin (FAR for none)."""

    start: int
    end: int
    last_departure: int = FAR


def search_forward(
    compiled: Compiled, weights: Weights, at: Ends, window: Window, via_full: int = 0, max_legs: int = -1
) -> Front:
    """Return the Pareto front in (cost, arrival, emissions), cheapest first."""
    tt = compiled.forward
    if at.source is None or at.target is None:
        return Front([], is_complete=True)
    question = Question(
        at.source, at.target, window.start, window.end, int(tt.state_loc[at.source]), window.last_departure,
        via_full, max_legs, 0,
    )  # fmt: skip
    found = pareto(tt, weights, question)
    paths = [
        Path(tuple(Hop(*hop) for hop in hops.tolist()), window.start, *row)
        for row, hops in zip(found.front.tolist(), found.hops, strict=True)
    ]
    return Front(paths, found.is_complete)


def search_backward(
    compiled: Compiled, weights: Weights, at: Ends, window: Window, via_full: int = 0, max_legs: int = -1
) -> list[Path]:
    """
    Return the Pareto front in (cost, latest ready instant, emissions) for arrival by the window's end.

    Parameters
    ----------
    compiled, weights, at
        Network, weights and end states of the shipment.
    window
        First instant at which the cargo could be ready, last instant of arrival, last departure from the origin.
    via_full, max_legs
        As for `network.timetable.Question`.
    """
    tt = compiled.backward
    horizon = compiled.horizon_min
    if at.source is None or at.target is None:
        return []
    if window.last_departure < FAR:
        tt = _without_late_departures(compiled, at.source, window.last_departure)
    start, end = horizon - window.end, horizon - window.start
    question = Question(at.target, at.source, start, end, -1, FAR, via_full, max_legs, 1)
    found = pareto(tt, weights, question)
    return [_mirrored_path(compiled, row, hops) for row, hops in zip(found.front.tolist(), found.hops, strict=True)]


def _without_late_departures(compiled: Compiled, source: int, last_departure: int) -> Timetable:
    """Return the backward timetable without departures from the source's location after an instant."""
    forward, tt = compiled.forward, compiled.backward
    lows = tt.leg_lo.copy()
    # A departure at x is, backwards, an arrival at horizon - x: the early ones are cut off.
    arrive_from = compiled.horizon_min - last_departure
    for state in np.flatnonzero(forward.state_loc == forward.state_loc[source]):
        for leg in forward.arc_leg[forward.out_ptr[state] : forward.out_ptr[state + 1]]:
            low, high = int(tt.leg_lo[leg]), int(tt.leg_hi[leg])
            if low >= 0:
                wanted = arrive_from - tt.leg_offset[leg] - tt.leg_duration[leg]
                lows[leg] = low + int(np.searchsorted(tt.departures[low:high], wanted))
    return tt._replace(leg_lo=lows)


def _mirrored_path(compiled: Compiled, row: list[int], backward: Ints) -> Path:
    """Return a path found backwards, in forward order and with forward departures."""
    instant, cost, emissions = row
    ready = compiled.horizon_min - instant
    last = len(compiled.backward.departures) - 1
    hops = tuple(Hop(leg, last - index if index >= 0 else -1) for leg, index in reversed(backward.tolist()))
    arrive = timeline(compiled.forward, hops, ready)[-1].available
    return Path(hops, ready, arrive, cost, emissions)
