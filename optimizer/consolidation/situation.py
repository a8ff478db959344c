"""One class of a plan: what its shipments could do otherwise, and what keeps them from it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from data.insight import Alternative, Binding
from network.timetable import FAR
from optimizer.consolidation.houses import may_use
from optimizer.consolidation.own import NEVER
from optimizer.consolidation.sandbox import Chosen, Sandbox, chosen_of, earliest_stuffed, main_hop

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from data import Restriction
    from data.cargo import CargoShipment
    from data.insight import Ride
    from network.timetable import Ints
    from optimizer.consolidation.entry import Entry
    from optimizer.consolidation.houses import House, Houses
    from optimizer.consolidation.market import Offer

DAY = 1440
ROOM_RULES = frozenset({"volume", "payload"})
MOST_PRICED = 4
"""Loads in which each shipment is priced exactly, those that promise most first."""
MOST_TOLD = 3
"""Loads of which it is told what keeps a shipment out of them, without a price."""
MOST_BOXES = 4
"""Boxes of its own that are priced exactly for each shipment."""


class Look(NamedTuple):
    """
    A shipment beside a load that it is not in.

    Parameters
    ----------
    load, offer
        The load, and its box as it would run then.
    least
        What the shipment would pay of its own in it, at least.
    obstacle
        The first rule that keeps it out, None if none does.
    paid
        What it would pay, None if it cannot travel so or that was not asked.
    drawback
        Why it gains nothing in a load that nothing keeps it out of; None if it does.
    """

    load: Chosen
    offer: Offer
    least: int
    obstacle: Binding | None
    paid: int | None
    drawback: Binding | None = None


class Situation:
    """
    One class, its loads, and what every shipment of it costs in the plan.

    Parameters
    ----------
    entry
        The class.
    makes
        Prices shipments.
    names
        Ids of loads by their shipments.
    paid
        Fen that the plan would cost less without each shipment in a load.
    """

    def __init__(
        self, entry: Entry, makes: Houses, names: Mapping[tuple[str, ...], str], paid: Mapping[str, int]
    ) -> None:
        self.market = entry.market
        self.sandbox = Sandbox(entry.market, makes)
        self._real = entry.real
        self.lanes = entry.market.lanes
        payload = self.lanes.payload
        self.loads: list[Chosen] = []
        for boxful in entry.boxfuls:
            name = names.get(tuple(self.market.houses[i].shipment.id for i in boxful.items))
            if name is not None:
                self.loads.append(chosen_of(entry, boxful, name, payload))
        self.in_load = {i: load for load in self.loads for i in load.items}
        starts, finishes = ([load.offer[place] for load in self.loads] for place in (1, 2))
        self._least = self.market.to_start[:, starts] + self.market.from_finish[:, finishes]
        if self.market.carbon_minor_per_t:
            self._least += self.market.carbon(np.array([self._emitted(load) for load in self.loads], dtype=np.int64)).T
        self._boxes = entry.dated()
        self._paid = paid
        self._later: dict[str, tuple[Offer, int] | None] = {}
        self._broken: tuple[int, list[tuple[Restriction, Ints]]] = (-1, [])

    def _emitted(self, load: Chosen) -> int:
        """Return what a load emits for a kilogram in its box, in micrograms."""
        return sum(int(self.lanes.ug_per_kg[hop.leg]) for hop in self.sandbox.chain(load.offer).hops)

    def now(self, i: int) -> int:
        """Return what the plan would cost less without a shipment."""
        house = self.market.houses[i]
        return self._paid[house.shipment.id] if i in self.in_load else house.alone_fen

    def looks(self, i: int, best: int | None) -> Iterator[Look]:
        """
        Yield the loads that a shipment could gain by, or that may be its cheapest alternative, by what they promise.

        Parameters
        ----------
        i
            The shipment.
        best
            What its best alternative so far costs more, None without any.
        """
        own, told, priced, is_full = self.in_load.get(i), 0, 0, False
        for k in np.argsort(self._least[i], kind="stable").tolist():
            load, least = self.loads[k], int(self._least[i, k])
            promise = self.now(i) - least
            if least >= NEVER or (promise <= 0 and best is not None and -promise >= best):
                return
            if load is own:
                continue
            offer, obstacle = self._in_time(i, load)
            if obstacle is None and is_full:
                obstacle = self._full(self.market.houses[i].shipment, load)
            if obstacle is not None:
                told += 1
                if told <= MOST_TOLD:
                    yield Look(load, offer, least, replace(obstacle, saving_minor=max(0, promise)), None)
                continue
            if priced == MOST_PRICED:
                return
            priced += 1
            look = self._look(i, load, offer, least)
            is_full = is_full or (look.obstacle is not None and look.obstacle.rule in ROOM_RULES)
            if look.paid is not None and look.obstacle is None:
                best = look.paid - self.now(i) if best is None else min(best, look.paid - self.now(i))
            yield look

    def _in_time(self, i: int, load: Chosen) -> tuple[Offer, Binding | None]:
        """Return the box of a load, or the same sent later, that a shipment may use; else why it may not."""
        obstacle = self.closed(self.market.houses[i], load)
        if obstacle is None:
            obstacle = self._late(i, load, load.offer)
            later = None if obstacle is None else self.sent_later(load)
            if later is not None:
                return later[0], self._late(i, load, later[0])
        return load.offer, obstacle

    def _look(self, i: int, load: Chosen, offer: Offer, least: int) -> Look:
        """Return what a shipment would pay in a load that it is in time for, or what else keeps it out."""
        paid, saving = self.paid(i, load, offer), max(0, self.now(i) - least)
        later = self.sent_later(load) if paid is None and offer == load.offer else None
        if later is not None:
            offer, paid = later[0], self.paid(i, load, later[0])
        if paid is None:
            return Look(load, offer, least, self._unreachable(i, load, offer, saving), None)
        obstacle = self._full(self.market.houses[i].shipment, load)
        if obstacle is not None:
            return Look(load, offer, least, replace(obstacle, saving_minor=max(0, self.now(i) - paid)), paid)
        return Look(load, offer, least, None, paid, self._drawback(i, load, offer, paid))

    def sent_later(self, load: Chosen) -> tuple[Offer, int] | None:
        """Return the box of a load leaving as late as its main departure allows, and what that adds to the cost."""
        if load.name not in self._later:
            hops = self.sandbox.chain(load.offer).hops
            chain = self.sandbox.later(load.offer, hops.index(main_hop(self.lanes, hops)), 0, 0)
            found = None
            if chain is not None:
                offer = self.sandbox.put_off(load.offer, len(hops), chain)
                before, after = self._real.cost(load.offer, load.items), self.sandbox.cost(offer, load.items)
                if before is not None and after is not None:
                    found = offer, after - before
            self._later[load.name] = found
        return self._later[load.name]

    def paid(self, column: int, load: Chosen, offer: Offer) -> int | None:
        """Return what a shipment pays in the box of a load, and what it costs to send the box so; None if it cannot."""
        later = None if offer == load.offer else self.sent_later(load)
        paid = self.sandbox.own_cost(column, offer)
        return None if paid is None else paid + (0 if later is None else max(0, later[1]))

    def paid_somehow(self, column: int, load: Chosen) -> int | None:
        """Return the same for the box as it is sent, or else for the same sent later."""
        paid, later = self.paid(column, load, load.offer), self.sent_later(load)
        return self.paid(column, load, later[0]) if paid is None and later is not None else paid

    def _drawback(self, i: int, load: Chosen, offer: Offer, paid: int) -> Binding | None:
        """Return why a shipment gains nothing in a load that has room for it."""
        house, dearer = self.market.houses[i], paid - self.now(i)
        if dearer < 0:
            return None
        ride = self.sandbox.ride(i, offer)
        penalty = 0 if ride is None else house.penalty(ride.arrive_min)
        if ride is not None and dearer < penalty:
            days = house.days_late(ride.arrive_min)
            return Binding(rule="late", load=load.name, over=days, saving_minor=penalty - dearer)
        return Binding(rule="cost", load=load.name, over=dearer)

    def promise(self, house: House) -> tuple[int, Chosen | None]:
        """Return what a shipment of another class could save at most in a load that it is in time for, and the load."""
        to_start, from_finish = (
            {row[0]: row[2] for row in ways.tolist()} for ways in (house.to_start, house.from_finish)
        )
        best: tuple[int, Chosen | None] = 0, None
        for load in self.loads:
            before, after = to_start.get(load.offer.start), from_finish.get(load.offer.finish)
            if before is not None and after is not None and self._full(house.shipment, load) is None:
                saving = house.alone_fen - before - after
                if saving > best[0] and self.closed(house, load) is None and not self._is_late(house, load):
                    best = saving, load
        return best

    def _is_late(self, house: House, load: Chosen) -> bool:
        """Say whether a shipment, or its papers, are too late for a load."""
        stuffed = earliest_stuffed(house, load.offer.start)
        chain = self.sandbox.chain(load.offer)
        return stuffed is None or stuffed > chain.ready_by or house.ready > chain.papers_by

    def closed(self, house: House, load: Chosen) -> Binding | None:
        """Return the restriction, the regime, the service or the place that is not for a shipment."""
        legs = {hop.leg for hop in self.sandbox.chain(load.offer).hops}
        if not legs.isdisjoint(house.closed):
            return self._closing(house, legs & house.closed, load)
        for end, is_start in (
            (self.lanes.starts[load.offer.start], True),
            (self.lanes.finishes[load.offer.finish], False),
        ):
            if not may_use(house, end, self.lanes, is_start=is_start):
                return Binding(rule="place", load=load.name, subject=end.place)
        return None

    def _closing(self, house: House, legs: set[int], load: Chosen) -> Binding:
        """Return the restriction, the place of the clearance, or the service too small, that closes legs of a load."""
        if self._broken[0] != house.index:
            boxes = {unit.code: 1 for unit in self.lanes.boxes}
            self._broken = house.index, self.lanes.network.weigher.rules.broken(house.shipment, boxes)
        for row, barred in self._broken[1]:
            if not legs.isdisjoint(barred.tolist()):
                return Binding(rule="restriction", load=load.name, subject=row.id)
        cleared = legs & self.lanes.closed_to(house.shipment.regime)
        if cleared:
            return Binding(rule="regime", load=load.name, subject=self.lanes.legs[min(cleared)].origin)
        # Nothing else closes legs but what a whole departure takes.
        service = self.lanes.legs[min(legs)].service
        return Binding(rule="capacity", load=load.name, subject="" if service is None else service.id)

    def _late(self, i: int, load: Chosen, offer: Offer) -> Binding | None:
        """Return by how much papers, or the cargo, are too late for the box of a load."""
        house, chain = self.market.houses[i], self.sandbox.chain(offer)
        if house.ready > chain.papers_by:
            return Binding(rule="papers", load=load.name, over=house.ready - chain.papers_by)
        stuffed = earliest_stuffed(house, load.offer.start)
        if stuffed is not None and stuffed > chain.ready_by:
            return Binding(rule="stuffing", load=load.name, over=stuffed - chain.ready_by)
        return None

    def _unreachable(self, i: int, load: Chosen, offer: Offer, saving: int) -> Binding:
        """Return why a shipment that is not late cannot travel in a load."""
        chain = self.sandbox.chain(offer)
        stuff, strip = self.sandbox.process_legs(offer)
        rule = "departure"
        if self.sandbox.leaving(i, load.offer.start, self.sandbox.stuff_by(stuff, chain)) is None:
            # It has time to get there, so what has a last departure would leave after that.
            rule = "stuffing" if self.market.houses[i].depart_by == FAR else "departure"
        elif self.sandbox.arriving(i, load.offer.finish, chain, strip) is None:
            rule = "onward"
        return Binding(rule=rule, load=load.name, saving_minor=saving)  # type: ignore[arg-type]

    @staticmethod
    def _full(shipment: CargoShipment, load: Chosen) -> Binding | None:
        """Return what a load has no room for."""
        if shipment.volume_cm3 > load.volume_left:
            return Binding(rule="volume", load=load.name, over=shipment.volume_cm3 - load.volume_left)
        if shipment.mass_g > load.mass_left:
            return Binding(rule="payload", load=load.name, over=shipment.mass_g - load.mass_left)
        return None

    def own_box(self, i: int, best: int | None) -> Alternative | None:
        """Return the cheapest box for a shipment alone, if it is cheaper than the best alternative so far."""
        boxes, load, found = self._boxes.carriages, self.in_load.get(i), None
        fits = np.flatnonzero((boxes.most_volume >= self.market.volume[i]) & (boxes.most_mass >= self.market.mass[i]))
        cost = boxes.cost[fits] + boxes.own[fits, i]
        for place in np.argsort(cost, kind="stable")[:MOST_BOXES].tolist():
            offer, least = self.sandbox.timed(self._boxes.offers[int(fits[place])], (i,)), int(cost[place])
            if (best is not None and least - self.now(i) >= best) or least >= NEVER:
                break
            if load is not None and load.items == (i,) and load.offer == offer:
                continue
            paid = self.sandbox.cost(offer, (i,))
            if paid is not None and (best is None or paid - self.now(i) < best):
                best = paid - self.now(i)
                found = offer, best
        if found is None:
            return None
        ride = self.sandbox.ride(i, found[0])
        return self._alternative("box", i, found[1], ride, box=self.lanes.boxes[found[0].box].code)

    def joined(self, i: int, look: Look) -> Alternative:
        """Return joining a load as an alternative."""
        ride = self.sandbox.ride(i, look.offer)
        box = self.lanes.boxes[look.load.offer.box].code
        return self._alternative("join", i, (look.paid or 0) - self.now(i), ride, box=box, load=look.load.name)

    def _alternative(
        self, kind: str, i: int, difference: int, ride: Ride | None, *, box: str, load: str | None = None
    ) -> Alternative:
        late = 0 if ride is None else self.market.houses[i].days_late(ride.arrive_min)
        return Alternative(
            kind=kind,  # type: ignore[arg-type]
            difference_minor=difference,
            load=load,
            box=box,
            days_late=late,
            ride=ride,
        )

    def staying(self, i: int, column: int) -> int:
        """Return what a shipment, changed as it is in a column, costs if it goes as before."""
        load, changed = self.in_load.get(i), self.sandbox.trials[column]
        if load is None:
            return changed.travel_fen
        alone = len(load.items) == 1
        paid = self.sandbox.cost(load.offer, (column,)) if alone else self.sandbox.own_cost(column, load.offer)
        return self.now(i) if paid is None else paid

    def fits(self, i: int, load: Chosen) -> bool:
        """Say whether there is room for a shipment in a load."""
        return self._full(self.market.houses[i].shipment, load) is None
