"""Chosen loads of one class, and exact prices of what its shipments could do otherwise."""

from __future__ import annotations

from collections import OrderedDict
from copy import copy
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from data.insight import Ride
from network.lanes import Chain
from network.timeline import Hop, timeline
from network.timetable import FAR
from network.ways import ride_back
from optimizer.consolidation.real import Real

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from network.lanes import Lanes
    from network.timetable import Ints, Weights
    from optimizer.consolidation.build import Boxful
    from optimizer.consolidation.entry import Entry
    from optimizer.consolidation.houses import House, Houses
    from optimizer.consolidation.market import Market, Offer

RECENT = 48
"""Shipments whose own prices are kept; one of them takes up to a megabyte."""


class Chosen(NamedTuple):
    """
    A load of the plan.

    Parameters
    ----------
    name
        Its id.
    offer, items
        Its box, and the positions of its shipments in the market.
    volume_left, mass_left
        What still fits.
    """

    name: str
    offer: Offer
    items: tuple[int, ...]
    volume_left: int
    mass_left: int


class Sandbox(Real):
    """
    Prices of one class in which shipments and the cut-offs of boxes may be changed.

    Parameters
    ----------
    market, makes
        As of `Real`.
    """

    def __init__(self, market: Market, makes: Houses) -> None:
        trial = copy(market)
        self.trials = list(market.houses)
        trial.houses = self.trials
        super().__init__(trial, makes)
        self._makes = makes
        self._put_off: dict[Offer, Chain] = {}
        self._recent: OrderedDict[int, tuple[House, tuple[Weights, Ints]]] = OrderedDict()

    def add(self, house: House) -> int:
        """Add a changed shipment and return its column."""
        self.trials.append(house)
        return len(self.trials) - 1

    def chain(self, offer: Offer) -> Chain:
        """Return the dated chain of an offer, or what was put in its place."""
        return self._put_off.get(offer) or super().chain(offer)

    def timed(self, offer: Offer, items: tuple[int, ...]) -> Offer:
        """Return an offer as its box leaves with some shipments; what was put off leaves as it was said."""
        return offer if offer in self._put_off else super().timed(offer, items)

    def put_off(self, offer: Offer, number: int, chain: Chain) -> Offer:
        """Return another offer that runs as a chain."""
        other = offer._replace(batch=-2 - number, sailing=offer.batch * (1 << 32) + offer.sailing)
        self._put_off[other] = chain
        return other

    def _own_lines(self, column: int) -> tuple[Weights, Ints]:
        """Return the own prices of a shipment; changed ones share them, and few are kept."""
        house = self.trials[column]
        key = id(house.shipment)
        if key not in self._recent:
            self._recent[key] = house, self._makes.own_lines(house.shipment)
            if len(self._recent) > RECENT:
                self._recent.popitem(last=False)
        self._recent.move_to_end(key)
        return self._recent[key][1]

    def later(self, offer: Offer, hop: int, closes: int, papers: int) -> Chain | None:
        """
        Return an offer's chain when the cut-offs of one of its departures are later; None if it cannot start later.

        Parameters
        ----------
        hop
            Position of the leg in the chain.
        closes, papers
            Minutes by which cargo and documents may come later.
        """
        tt, chain = self.lanes.tt, self.chain(offer)
        leg, index = chain.hops[hop]
        before = np.array([one.leg for one in chain.hops[:hop]] + [0], dtype=np.int64)
        dates = np.empty(hop + 1, dtype=np.int64)
        deadline = int(tt.departures[index] + tt.leg_offset[leg] - tt.leg_pre[leg]) + closes
        ready_by, _ = ride_back(tt, before, hop, deadline, dates)
        hops = tuple(Hop(int(one), int(date)) for one, date in zip(before[:hop], dates, strict=False))
        hops += chain.hops[hop:]
        moving = [(one.leg, int(tt.departures[one.departure] + tt.leg_offset[one.leg])) for one in hops if one[1] >= 0]
        closing = [
            departs - int(tt.leg_doc[one]) + (papers if one == leg else 0)
            for one, departs in moving
            if tt.leg_doc[one] >= 0
        ]
        papers_by = min(closing, default=FAR)
        if ready_by < chain.ready_by or papers_by < chain.papers_by or (ready_by, papers_by) == chain[2:4]:
            return None
        cost = chain.cost - self._stored(offer, chain.hops) + self._stored(offer, hops)
        return Chain(hops, cost, int(ready_by), papers_by, moving[0][1], chain.clock, chain.available)

    def ride(self, column: int, offer: Offer) -> Ride | None:
        """Return the way of a shipment in a box, None if it cannot travel so."""
        chain = self.chain(offer)
        _, strip = self.process_legs(offer)
        arriving = self.arriving(column, offer.finish, chain, strip)
        if arriving is None:
            return None
        stripped = timeline(self.lanes.tt, [Hop(strip, -1)], chain.available)[-1].available
        onward = timeline(self.lanes.tt, self.dated_hops(arriving.way, stripped), stripped)
        return Ride(
            services=services_of(self.lanes, chain.hops),
            origin=self.lanes.starts[offer.start].place,
            destination=self.lanes.finishes[offer.finish].place,
            depart_min=chain.departs,
            arrive_min=onward[-1].available if onward else stripped,
        )


def main_hop(lanes: Lanes, hops: Iterable[Hop]) -> Hop:
    """Return the longest ride among some hops."""
    return max((hop for hop in hops if hop.departure >= 0), key=lambda hop: int(lanes.tt.leg_duration[hop.leg]))


def earliest_stuffed(house: House, start: int) -> int | None:
    """Return the first instant at which a shipment is stuffed at a start, None if that is not worth it."""
    at = house.to_start[house.to_start[:, 0] == start, 1]
    return int(at.min()) if len(at) else None


def services_of(lanes: Lanes, hops: Sequence[Hop]) -> tuple[str, ...]:
    """Return the services of some hops."""
    found = (lanes.legs[hop.leg].service for hop in hops if hop.departure >= 0)
    return tuple(service.id for service in found if service is not None)


def chosen_of(entry: Entry, boxful: Boxful, name: str, payload: Ints) -> Chosen:
    """
    Return a load as one that others could join.

    Parameters
    ----------
    payload
        Most grams in one box on each leg.
    """
    market, items = entry.market, list(boxful.items)
    unit = market.lanes.boxes[boxful.offer.box]
    legs = [hop.leg for hop in boxful.real.chain(boxful.offer).hops]
    return Chosen(
        name=name,
        offer=boxful.real.timed(boxful.offer, boxful.items),
        items=boxful.items,
        volume_left=unit.usable_cm3 - int(market.volume[items].sum()),
        mass_left=min(unit.payload_g, int(payload[legs].min())) - int(market.mass[items].sum()),
    )
