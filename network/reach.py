"""
From one place to all others: exact fronts in cost and arrival, one search for each customs area.

What a shipment may use depends on where it ends by three things only: the customs area, whether it ends at a place
where nothing is transferred, and whether a truck brought it to a gateway. The first has a search of its own; the other
two are settled at the ends of it, since nothing leaves such places.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.compile import LAND
from network.legs import DOMESTIC, IMPORTED, LOOSE
from network.reach_kernel import Ends, find_all
from network.timeline import Hop
from network.timetable import FAR, Question

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.shipment import Filters, Shipment
    from network.network import Network
    from network.timetable import Ints, Weights

DAY_MIN = 1440
NO_MOST = 1 << 43
"""Fen above every cost of a way."""


class Way(NamedTuple):
    """
    A way to one place that no other beats in both cost and arrival.

    Parameters
    ----------
    arrive_min
        Instant at which the cargo is ready there.
    cost_cny_minor
        Landed cost in fen.
    hops
        Legs in order.
    """

    arrive_min: int
    cost_cny_minor: int
    hops: tuple[Hop, ...]


class Reach(NamedTuple):
    """
    What can be reached.

    Parameters
    ----------
    start_min
        Instant at which the cargo is ready.
    ways
        Ways to each place that is reached, earliest first, so that each is cheaper than the one before.
    is_complete
        Whether every search ended of its own accord.
    """

    start_min: int
    ways: dict[str, tuple[Way, ...]]
    is_complete: bool


def reach(
    network: Network,
    shipment: Shipment,
    filters: Filters,
    *,
    days: int,
    most_cny_minor: int | None = None,
    places: frozenset[str] | None = None,
) -> Reach:
    """
    Return every non-dominated way from the origin of a shipment to every place.

    Parameters
    ----------
    network
        The compiled network.
    shipment
        The cargo; its destination and due instant do not matter.
    filters
        What may be used; places to be touched are not looked at.
    days
        Days after the goods are ready within which they have to arrive.
    most_cny_minor
        Most fen that a way may cost, or None.
    places
        The destinations that matter, None for all.

    Raises
    ------
    UnknownIdError
        If the origin is not a location.
    OutsideHorizonError
        If the shipment is ready outside the planning calendar.
    """
    network.catalogue.location(shipment.origin)
    start = network.axis.by_min(shipment.ready_at)
    network.axis.check_covered(start)
    # No quote looks further ahead either.
    days = min(days, network.catalogue.setting_int("search_days"))
    end = min(start + days * DAY_MIN, network.compiled.horizon_min - 1)
    most = NO_MOST if most_cny_minor is None else most_cny_minor
    ways: dict[str, tuple[Way, ...]] = {}
    is_complete = True
    for codes in by_area(network, shipment.origin, places):
        asked = replace(shipment, destination=codes[0], due_at=None)
        found, is_whole = _to_area(network, asked, filters, codes, (start, end, most))
        ways |= found
        is_complete &= is_whole
    return Reach(start, ways, is_complete)


def by_area(network: Network, origin: str, places: frozenset[str] | None) -> Iterator[list[str]]:
    """Yield the wanted places of each customs area, without the origin."""
    areas = {territory.code: territory.customs_area for territory in network.catalogue.territories}
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for row in network.catalogue.locations:
        if row.code != origin and (places is None or row.code in places):
            groups[areas[row.territory]].append(row.code)
    yield from groups.values()


def _to_area(
    network: Network, shipment: Shipment, filters: Filters, codes: Sequence[str], limits: tuple[int, int, int]
) -> tuple[dict[str, tuple[Way, ...]], bool]:
    """Return the ways to places of one customs area, and whether the search ended of its own accord."""
    compiled, (start, end, most) = network.compiled, limits
    index = compiled.states.index
    form = shipment.box or LOOSE
    status = DOMESTIC if network.is_domestic(shipment) else IMPORTED
    source = index.get((shipment.origin, form, DOMESTIC))
    targets = {code: [(code + side, form, status) for side in ("", LAND)] for code in codes}
    states = [index[key] for keys in targets.values() for key in keys if key in index]
    if source is None or not states:
        return {}, True
    priced = network.weigher.weigh_to_any(shipment, filters)
    if shipment.box is not None and not priced.boxes:
        return {}, True
    most_legs = -1 if filters.max_transfers is None else filters.max_transfers + 1
    depart_by = FAR if shipment.depart_by is None else network.axis.to_min(shipment.depart_by)
    question = Question(
        source, -1, start, end, int(compiled.forward.state_loc[source]), depart_by, 0, most_legs, 0
    )  # fmt: skip
    ends = find_all(
        compiled.forward, _without_emissions(priced.weights), question, np.array(states, dtype=np.int64), most
    )
    ways = {code: _front(ends, [index[key] for key in keys if key in index]) for code, keys in targets.items()}
    return {code: found for code, found in ways.items() if found}, ends.is_complete


def _without_emissions(weights: Weights) -> Weights:
    """Return weights by which only cost and arrival count."""
    return weights._replace(leg_emissions=np.zeros_like(weights.leg_emissions))


def _front(ends: Ends, states: Sequence[int]) -> tuple[Way, ...]:
    """Return the ways into some states that none of them beats, earliest first."""
    rows = [row for state in states for row in ends.rows_of(state)]
    kept: list[Way] = []
    for arrive, cost, number in sorted(rows):
        if not kept or cost < kept[-1].cost_cny_minor:
            kept.append(Way(arrive, cost, tuple(Hop(*hop) for hop in _hops(ends, number).tolist())))
    return tuple(kept)


def _hops(ends: Ends, number: int) -> Ints:
    return ends.hops[ends.ptr[number] : ends.ptr[number + 1]]
