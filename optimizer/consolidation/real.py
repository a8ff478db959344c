"""What shipments of one class really pay on a dated box: storage and waiting included."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.kernel import first_departure, next_open, pareto, storage_cost
from network.lanes import Chain
from network.sailings import AVAILABLE, CLOCK, DEPARTS, PAPERS_BY, READY_BY
from network.timeline import Hop, timeline
from network.timetable import FAR, Ints, Question, Weights
from network.ways import ride_back, ride_on

if TYPE_CHECKING:
    from optimizer.consolidation.houses import House, Houses
    from optimizer.consolidation.market import Market, Offer


class Way(NamedTuple):
    """A loose way of a shipment to a start or from a finish: legs (and one more), how many, and its cost in fen."""

    legs: Ints
    hops: int
    cost: int


class Leaving(NamedTuple):
    """How a shipment gets to a start in time for a box: cost, storage clock there, and the dated hops."""

    cost: int
    clock: int
    hops: tuple[Hop, ...]


class Arriving(NamedTuple):
    """How a shipment goes on from a finish: cost with storage and price of arriving, and the legs."""

    cost: int
    way: Way


class Real:
    """
    Exact costs of the offers of a market.

    Parameters
    ----------
    market
        Lanes and carriages of one class.
    houses
        Prices the shipments.
    """

    def __init__(self, market: Market, houses: Houses) -> None:
        self.market = market
        self.lanes = market.lanes
        self.houses = houses
        self._chains: dict[Offer, Chain] = {}
        self._paid: dict[tuple[int, Offer], int | None] = {}
        self._to: dict[tuple[int, int], list[Way]] = {}
        self._from: dict[tuple[int, int, int], list[Way]] = {}
        self._leaving: dict[tuple[int, int, int], Leaving | None] = {}
        self._arriving: dict[tuple[int, int, int, int], Arriving | None] = {}

    def cost(self, offer: Offer, items: tuple[int, ...]) -> int | None:
        """Return what a box and the shipments in it cost, None if one of them cannot travel so."""
        offer = self.timed(offer, items)
        total = self.chain(offer).cost + int(self.market.by_box(offer.box, offer.start, offer.finish))
        for column in items:
            paid = self.own_cost(column, offer)
            if paid is None:
                return None
            total += paid
        return total

    def can_send(self, column: int, offer: Offer) -> bool:
        """Say whether a shipment could travel on an offer, whoever else does."""
        return self.own_cost(column, self.timed(offer, (column,))) is not None

    def timed(self, offer: Offer, items: tuple[int, ...]) -> Offer:
        """Return an offer with the latest instant at which its box may leave with some shipments."""
        place = self.lanes.starts[offer.start].place
        houses = (self.market.houses[column] for column in items)
        by = min((house.depart_by for house in houses if house.shipment.origin == place), default=FAR)
        departs = self.market.batches[offer.batch].rows[offer.sailing, DEPARTS]
        return offer._replace(leave_by=min(by, offer.leave_by)) if departs <= by else offer

    def chain(self, offer: Offer) -> Chain:
        """Return the dated chain of an offer, storage of the box on the way in its cost."""
        if offer not in self._chains:
            found = self.market.batches[offer.batch]
            row = found.rows[offer.sailing]
            part = slice(int(found.ptr[offer.sailing]), int(found.ptr[offer.sailing + 1]))
            hops = tuple(
                Hop(leg, index)
                for leg, index in zip(found.legs[part].tolist(), found.departures[part].tolist(), strict=True)
            )
            early = Chain(
                hops, self._legs_cost(offer, hops) + self._stored(offer, hops), int(row[READY_BY]), int(row[PAPERS_BY]),
                int(row[DEPARTS]), int(row[CLOCK]), int(row[AVAILABLE]),
            )  # fmt: skip
            late = self._late(offer, early)
            self._chains[offer] = late if late.cost <= early.cost else early
        return self._chains[offer]

    def _late(self, offer: Offer, chain: Chain) -> Chain:
        """Return a chain on the last departures with which it leaves in time and arrives no later."""
        tt, count = self.lanes.tt, len(chain.hops)
        legs = np.array([hop.leg for hop in chain.hops], dtype=np.int64)
        index = np.empty(count, dtype=np.int64)
        ready, _ = ride_back(tt, legs, count, chain.available, index)
        first = next(number for number in range(count) if index[number] >= 0)
        if tt.departures[index[first]] + tt.leg_offset[legs[first]] > offer.leave_by:
            index[first] = first_departure(tt, legs[first], offer.leave_by + 1) - 1
            departs = tt.departures[index[first]] + tt.leg_offset[legs[first]]
            ready, _ = ride_back(tt, legs, first, departs - tt.leg_pre[legs[first]], index)
        hops = tuple(Hop(leg, at) for leg, at in zip(legs.tolist(), index.tolist(), strict=True))
        moving = [
            moment for hop, moment in zip(hops, timeline(tt, hops, int(ready)), strict=True) if hop.departure >= 0
        ]
        papers = [
            moment.depart - int(tt.leg_doc[hop.leg])
            for hop, moment in zip((hop for hop in hops if hop.departure >= 0), moving, strict=True)
            if tt.leg_doc[hop.leg] >= 0
        ]
        return Chain(
            hops, self._legs_cost(offer, hops) + self._stored(offer, hops), int(ready), min(papers, default=FAR),
            moving[0].depart, moving[-1].arrive, chain.available,
        )  # fmt: skip

    def _legs_cost(self, offer: Offer, hops: tuple[Hop, ...]) -> int:
        """Return what a box pays for legs."""
        cost = self.lanes.box_cost(self.market.houses[0].shipment, self.lanes.boxes[offer.box].code)
        return sum(int(cost[hop.leg]) for hop in hops)

    def _stored(self, offer: Offer, hops: tuple[Hop, ...]) -> int:
        """Return what storage of a box costs on its way."""
        tt, code = self.lanes.tt, self.lanes.boxes[offer.box].code
        weights = self.lanes.box_weights(code)
        state = self.lanes.box_state(self.lanes.starts[offer.start], code) or 0
        total, clock = 0, FAR
        for hop, moment in zip(hops, timeline(tt, hops, 0), strict=True):
            if hop.departure >= 0:
                if clock < FAR:
                    row = int(weights.state_storage[state])
                    total += int(storage_cost(weights, row, moment.depart - clock)) if row >= 0 else 0
                clock = moment.arrive
            arcs = range(int(tt.out_ptr[state]), int(tt.out_ptr[state + 1]))
            state = int(tt.arc_to[next(arc for arc in arcs if tt.arc_leg[arc] == hop.leg)])
        return total

    def process_legs(self, offer: Offer) -> tuple[int, int]:
        """Return the stuffing and the stripping leg of an offer."""
        code = self.lanes.boxes[offer.box].code
        start, finish = self.lanes.starts[offer.start], self.lanes.finishes[offer.finish]
        return (
            self.lanes.stuffing[start.place, start.status, code],
            self.lanes.stripping[finish.place, finish.status, code],
        )

    def own_cost(self, column: int, offer: Offer) -> int | None:
        """Return what a shipment pays on an offer, price of arriving included; None if it cannot travel so."""
        key = (column, offer)
        if key not in self._paid:
            self._paid[key] = self._own_cost(column, offer)
        return self._paid[key]

    def _own_cost(self, column: int, offer: Offer) -> int | None:
        """Work out what a shipment pays of its own on an offer."""
        house, chain = self.market.houses[column], self.chain(offer)
        if house.ready > chain.papers_by or any(hop.leg in house.closed for hop in chain.hops):
            return None
        stuff, strip = self.process_legs(offer)
        leaving = self.leaving(column, offer.start, self.stuff_by(stuff, chain))
        arriving = self.arriving(column, offer.finish, chain, strip)
        if leaving is None or arriving is None or self._departs(leaving, chain) > house.depart_by:
            return None
        loose, process_cost = self._own_lines(column)
        processes = [leg for leg in (stuff, strip) if not self.lanes.pays_by_box(leg)]
        processes += [
            self.lanes.loose_clearance[hop.leg]
            for hop in chain.hops
            if self.lanes.is_clearance[hop.leg] and not self.lanes.pays_by_box(hop.leg)
        ]
        paid = [int(process_cost[leg]) for leg in processes]
        if min(paid, default=0) < 0:
            return None
        state = self.lanes.starts[offer.start].state
        stored = 0
        if leaving.clock < FAR:
            stored = int(storage_cost(loose, int(loose.state_storage[state]), chain.departs - leaving.clock))
        carbon = house.carbon([sum(int(self.lanes.ug_per_kg[hop.leg]) for hop in chain.hops)])
        return leaving.cost + stored + sum(paid) + carbon + arriving.cost

    def _own_lines(self, column: int) -> tuple[Weights, Ints]:
        """Return weights for loose legs only, and what a shipment pays for processes of boxes."""
        return self.houses.own_lines(self.market.houses[column].shipment)

    def _departs(self, leaving: Leaving, chain: Chain) -> int:
        """Return the first departure of a shipment that gets to a chain in some way."""
        tt = self.lanes.tt
        moving = (tt.departures[hop.departure] + tt.leg_offset[hop.leg] for hop in leaving.hops if hop.departure >= 0)
        return int(next(moving, chain.departs))

    def stuff_by(self, stuff: int, chain: Chain) -> int:
        """Return the latest instant at which the last shipment may be at the start."""
        legs = np.array([stuff], dtype=np.int64)
        return int(ride_back(self.lanes.tt, legs, 1, chain.ready_by, np.empty(1, dtype=np.int64))[0])

    def leaving(self, column: int, start: int, by: int) -> Leaving | None:
        """Return the cheapest way to be loose at a start by an instant, as late as possible."""
        key = (column, start, by)
        if key not in self._leaving:
            house = self.market.houses[column]
            best: Leaving | None = None
            for way in self.ways_to(column, start):
                index = np.empty(max(1, way.hops), dtype=np.int64)
                ready, clock = ride_back(self.lanes.tt, way.legs, way.hops, by, index)
                if ready >= house.ready and self._departs_late(house, way, index):
                    # The last departures are too late for it: the first ones, and it waits.
                    ready, clock = self._ride_early(house, way, index)
                    if self._departs_late(house, way, index):
                        continue
                if ready >= house.ready and (best is None or way.cost < best.cost):
                    hops = tuple(Hop(int(leg), int(i)) for leg, i in zip(way.legs[: way.hops], index, strict=False))
                    best = Leaving(way.cost, int(clock), hops)
            self._leaving[key] = best
        return self._leaving[key]

    def _departs_late(self, house: House, way: Way, index: Ints) -> bool:
        """Say whether the first departure of a way comes after the last that a shipment may take."""
        tt = self.lanes.tt
        first = next((i for i in range(way.hops) if index[i] >= 0), None)
        return first is not None and tt.departures[index[first]] + tt.leg_offset[way.legs[first]] > house.depart_by

    def _ride_early(self, house: House, way: Way, index: Ints) -> tuple[int, int]:
        """Put a way on its first departures, and return the ready instant and the storage clock at its end."""
        hops = self.dated_hops(way, house.ready)
        index[: way.hops] = [hop.departure for hop in hops]
        moving = [
            moment
            for hop, moment in zip(hops, timeline(self.lanes.tt, hops, house.ready), strict=True)
            if hop.departure >= 0
        ]
        return house.ready, moving[-1].arrive

    def arriving(self, column: int, finish: int, chain: Chain, strip: int) -> Arriving | None:
        """Return the cheapest way on from a finish, storage there and price of arriving included."""
        key = (column, finish, chain.clock, chain.available)
        if key not in self._arriving:
            house, (loose, _) = self.market.houses[column], self._own_lines(column)
            best: Arriving | None = None
            state = self.lanes.finishes[finish].state
            for way in self._ways_from(column, house, finish, chain.available):
                legs = np.concatenate([np.array([strip], dtype=np.int64), way.legs[: way.hops]])
                arrives, stored = ride_on(
                    self.lanes.tt, loose, state, legs, len(legs), chain.available, chain.clock, house.end
                )
                if arrives < FAR:
                    cost = way.cost + int(stored) + house.arriving(int(arrives))
                    if best is None or cost < best.cost:
                        best = Arriving(cost, way)
            self._arriving[key] = best
        return self._arriving[key]

    def dated_hops(self, way: Way, ready: int) -> list[Hop]:
        """Return the hops of a way on its first departures from an instant."""
        tt, hops = self.lanes.tt, []
        for leg in way.legs[: way.hops].tolist():
            index = -1
            if tt.leg_lo[leg] < 0:
                ready = int(next_open(tt, tt.leg_cal_in[leg], ready) + tt.leg_post[leg])
            else:
                index = int(first_departure(tt, leg, ready + tt.leg_pre[leg]))
                arrives = tt.departures[index] + tt.leg_offset[leg] + tt.leg_duration[leg]
                ready = int(next_open(tt, tt.leg_cal_out[leg], arrives) + tt.leg_post[leg])
            hops.append(Hop(leg, index))
        return hops

    def ways_to(self, column: int, start: int) -> list[Way]:
        """Return the loose ways of a shipment to a start, none beaten in cost and time."""
        key, house = (column, start), self.market.houses[column]
        if key not in self._to:
            state = self.lanes.starts[start].state
            self._to[key] = self._ways(column, int(house.at.source or 0), state, house.ready)
        return self._to[key]

    def _ways_from(self, column: int, house: House, finish: int, at: int) -> list[Way]:
        """Return the ways of a shipment from a finish at an instant."""
        key = (column, finish, at)
        if key not in self._from:
            state = self.lanes.finishes[finish].state
            self._from[key] = self._ways(column, state, int(house.at.target or 0), at)
        return self._from[key]

    def _ways(self, column: int, source: int, target: int, at: int) -> list[Way]:
        """Return loose ways between two states, none beaten in cost and time."""
        if source == target:
            return [Way(np.zeros(1, dtype=np.int64), 0, 0)]
        tt, house = self.lanes.tt, self.market.houses[column]
        origin = int(tt.state_loc[source]) if source == house.at.source else -1
        found = pareto(tt, self._own_lines(column)[0], Question(source, target, at, house.end, origin, FAR, 0, -1, 0))
        ways = []
        for row, hops in zip(found.front, found.hops, strict=True):
            legs = [leg for leg in hops[:, 0].tolist() if self.lanes.legs[leg].kind != "land"]
            ways.append(Way(np.array([*legs, 0], dtype=np.int64), len(legs), int(row[1])))
        return ways
