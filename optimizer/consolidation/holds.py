"""Where shipments wait for more than a day, and for what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from data.insight import Hold
from network.timetable import FAR
from network.ways import ride_back
from optimizer.consolidation.sandbox import earliest_stuffed, main_hop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.insight import HoldCause
    from data.itinerary import Step
    from data.plan import Journey
    from network.lanes import Chain, Lanes
    from optimizer.consolidation.sandbox import Chosen
    from optimizer.consolidation.situation import Situation

DAY = 1440


def holds_of(journey: Journey, i: int, situation: Situation | None) -> Iterator[Hold]:
    """
    Yield the waits of a journey that are longer than a day.

    Parameters
    ----------
    journey
        Of one shipment.
    i, situation
        Its position in its class, and the class; None if it is in none.
    """
    load = None if situation is None or journey.load is None else situation.in_load.get(i)
    stuffed = next((number for number, step in enumerate(journey.steps) if step.kind == "stuff"), -1)
    for number, step in enumerate(journey.steps):
        if step.depart_min - step.ready_min <= DAY:
            continue
        cause, subject = _cause(journey.steps[number:], is_sharing=journey.load is not None and number <= stuffed)
        if situation is not None and load is not None and number <= stuffed:
            last = _last(situation, i, load)
            if last is not None:
                cause, subject = "shipment", last
        yield Hold(place=step.origin, since_min=step.ready_min, until_min=step.depart_min, cause=cause, subject=subject)


def _cause(steps: Sequence[Step], *, is_sharing: bool) -> tuple[HoldCause, str]:
    """Return for what the first of some steps waits: the next departure that is no truck's, or a truck's, or itself."""
    if steps[0].kind != "leg" and not is_sharing:
        return "process", steps[0].kind
    legs = [step for step in steps if step.kind == "leg"]
    step = next((leg for leg in legs if leg.mode != "road"), legs[0])
    return "departure", step.service or ""


def _last(situation: Situation, i: int, load: Chosen) -> str | None:
    """Return the shipment for which a load misses the main departure before its own, None if this one misses it."""
    before = _previous(situation.lanes, situation.sandbox.chain(load.offer))
    if before is None or _spare(situation, i, load, before) < 0:
        return None
    last = min(load.items, key=lambda item: (_spare(situation, item, load, before), item))
    return situation.market.houses[last].shipment.id if _spare(situation, last, load, before) < 0 else None


def _previous(lanes: Lanes, chain: Chain) -> tuple[int, int] | None:
    """Return by when the box, and papers, had to be ready for the main departure before; None if there is none."""
    tt, main = lanes.tt, main_hop(lanes, chain.hops)
    leg, index = main.leg, main.departure - 1
    if index < int(tt.leg_lo[leg]):
        return None
    departs = int(tt.departures[index] + tt.leg_offset[leg])
    before = [hop.leg for hop in chain.hops[: chain.hops.index(main)]]
    legs = np.array([*before, 0], dtype=np.int64)
    ready_by, _ = ride_back(tt, legs, len(before), departs - int(tt.leg_pre[leg]), np.empty_like(legs))
    return int(ready_by), FAR if tt.leg_doc[leg] < 0 else departs - int(tt.leg_doc[leg])


def _spare(situation: Situation, item: int, load: Chosen, by: tuple[int, int]) -> int:
    """Return the minutes by which a shipment could come later for its box and papers to be ready by some instants."""
    house = situation.market.houses[item]
    stuffed = earliest_stuffed(house, load.offer.start)
    return min(by[1] - house.ready, FAR if stuffed is None else by[0] - stuffed)
