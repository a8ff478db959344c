"""From chosen box-loads to a plan: journeys, loads and bookings, priced line by line."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from data.money import to_fen
from data.plan import Journey, Load, Unserved
from data.shipment import Filters, Shipment
from network.answer import Part, Stand
from network.prices import quantities_of
from network.timeline import Hop, timeline
from network.timetable import FAR

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from data.cargo import CargoShipment
    from data.itinerary import Step
    from network.lanes import Lanes
    from network.timetable import Ints
    from network.weights import Priced
    from optimizer.consolidation.houses import House
    from optimizer.consolidation.market import Offer
    from optimizer.consolidation.real import Real

MILLION = 1_000_000


class Boxful(NamedTuple):
    """A chosen load: where it comes from, its box, and the positions of its shipments in the market."""

    real: Real
    offer: Offer
    items: tuple[int, ...]


class Sent(NamedTuple):
    """
    A box on its way.

    Parameters
    ----------
    box, start, finish
        Positions of its type and its ends in `Lanes`.
    stuff, hops, strip
        The leg of stuffing, the dated hops of the box, and the leg of stripping.
    """

    box: int
    start: int
    finish: int
    stuff: int
    hops: Sequence[Hop]
    strip: int


class Rider(NamedTuple):
    """A shipment in a box, and its dated hops to where that is stuffed and from where it is stripped."""

    house: House
    before: Sequence[Hop]
    onward: Sequence[Hop]


class Builder:
    """
    Puts plans together.

    Parameters
    ----------
    lanes
        Of the network.
    is_full
        Whether departures, or days of places, that are full were left out of it.
    """

    def __init__(self, lanes: Lanes, *, is_full: bool = False) -> None:
        self.lanes = lanes
        self.is_full = is_full
        self.network = lanes.network
        self.answers = lanes.network.answers
        self._names = list(self.network.weigher.book.quantities)

    def alone(self, house: House) -> Journey | Unserved:
        """Return the journey of a shipment alone, or that it stays behind."""
        if house.alone is None or house.is_left:
            return self._behind(house)
        return replace(
            self.by(house, house.alone.hops), reason_zh="单独走最省：没有更便宜的拼箱。",
            reason_en="Cheapest alone: no shared box costs less.",
        )  # fmt: skip

    def by(self, house: House, hops: Sequence[Hop]) -> Journey:
        """Return the journey of a shipment alone on some hops."""
        priced = self.network.weigher.weigh(house.shipment, Filters())
        part = self.answers.part(house.shipment, priced, hops, Stand(house.ready, None, house.ready, "D"))
        return self._journey(house, part, None, self._emitted(hops))

    def _emitted(self, hops: Iterable[Hop]) -> list[int]:
        """Return what some hops emit for a kilogram, in micrograms."""
        return [int(self.lanes.ug_per_kg[hop.leg]) for hop in hops]

    def _behind(self, house: House) -> Unserved:
        """Return that a shipment stays behind."""
        if house.alone is None and self.is_full:
            return Unserved(
                shipment=house.shipment.id, price_cny_minor=house.alone_fen,
                reason_zh="能走的班次，或装拆箱的地点，都没有余量；请增加配额或日处理量，或推迟交期。",
                reason_en="Every departure it could take, or place that could stuff or strip it, is full; "
                "get more room, or let it arrive later.",
            )  # fmt: skip
        if house.alone is None:
            return Unserved(
                shipment=house.shipment.id, price_cny_minor=house.alone_fen,
                reason_zh="网络中没有可行的走法；用 hubport quote 查看原因。",
                reason_en="Nothing in the network can carry it; hubport quote says why.",
            )  # fmt: skip
        return Unserved(
            shipment=house.shipment.id, price_cny_minor=house.alone_fen,
            reason_zh="任何走法连同迟到罚金都比留下的价格贵。",
            reason_en="Every way, late penalty included, costs more than leaving it behind.",
        )  # fmt: skip

    def unplanned(self, shipment: CargoShipment) -> Unserved:
        """Return that a shipment was not looked at when the run was stopped."""
        return Unserved(
            shipment=shipment.id, price_cny_minor=self.left_fen(shipment), is_unplanned=True,
            reason_zh="计算在轮到这票货之前被停止；请再运行一次。",
            reason_en="The run was stopped before this shipment was looked at; run it again.",
        )  # fmt: skip

    def alone_fen(self, shipment: CargoShipment, part: Journey | Unserved) -> int:
        """Return what a shipment costs alone, or left behind where it has no way or stays behind anyway."""
        if isinstance(part, Journey) and part.alone_cny_minor is not None:
            return part.alone_cny_minor
        return self.left_fen(shipment)

    def left_fen(self, shipment: CargoShipment) -> int:
        """Return the price of leaving a shipment behind, 0 if there is none."""
        fx = self.network.catalogue.exchange_rate(shipment.currency)
        return 0 if shipment.unserved_minor is None else to_fen(shipment.unserved_minor, fx)

    def shared(self, boxful: Boxful) -> tuple[Load, list[Journey]]:
        """Return a load and the journeys of its shipments; their shares are in proportion to what they save."""
        real = boxful.real
        offer = real.timed(boxful.offer, boxful.items)
        chain, (stuff, strip) = real.chain(offer), real.process_legs(offer)
        stripped = timeline(self.network.compiled.forward, [Hop(strip, -1)], chain.available)[-1].available
        by = real.stuff_by(stuff, chain)
        riders = []
        for i in boxful.items:
            leaving, arriving = real.leaving(i, offer.start, by), real.arriving(i, offer.finish, chain, strip)
            if leaving is None or arriving is None:
                msg = "a chosen load has a shipment that cannot reach or leave it"
                raise AssertionError(msg)
            riders.append(Rider(real.market.houses[i], leaving.hops, real.dated_hops(arriving.way, stripped)))
        load, journeys = self.sent(Sent(offer.box, offer.start, offer.finish, stuff, chain.hops, strip), riders)
        return load, with_shares(load, journeys)

    def sent(self, sent: Sent, riders: Sequence[Rider]) -> tuple[Load, list[Journey]]:
        """Return the load of a box and the journeys of its shipments, without shares."""
        houses = [rider.house for rider in riders]
        start = self.lanes.starts[sent.start]
        every = [self.network.weigher.weigh(house.shipment, Filters()) for house in houses]
        before = [
            self.answers.part(house.shipment, priced, hops, Stand(house.ready, None, house.ready, "D"))
            for (house, hops, _), priced in zip(riders, every, strict=True)
        ]
        papers = max(house.ready for house in houses)
        last = max(part.end.ready for part in before)
        standing = Stand(last, None, papers, start.status)
        opened = self.answers.process(self._quantities(houses[0].shipment), sent.stuff, standing)
        whole, inside = self._inside(sent, houses, opened.end)
        load = self._load(sent, houses, inside, whole)
        journeys = []
        for (house, there, hops), priced, part in zip(riders, every, before, strict=True):
            quantities = self._quantities(house.shipment)
            stuffed = self._process(quantities, sent.stuff, standing)
            stuffed = stuffed._replace(steps=(replace(stuffed.steps[0], ready_min=part.end.ready),))
            boxed = self._own_inside(house, priced, sent.hops, inside, part.end)
            stripped = self._process(quantities, sent.strip, inside.end)
            # Loose again, only its own papers count.
            onward = self.answers.part(house.shipment, priced, hops, stripped.end._replace(papers=house.ready))
            whole_way = _joined([part, stuffed, boxed, stripped, onward])
            # The ride in the box counts as one.
            rides = [*self._emitted(there), sum(self._emitted(sent.hops)), *self._emitted(hops)]
            journeys.append(self._journey(house, whole_way, load.id, rides))
        return load, journeys

    def _inside(self, sent: Sent, houses: Sequence[House], stand: Stand) -> tuple[Shipment, Part]:
        """Return the contents of a box as one shipment, and its steps and charges."""
        start, finish = self.lanes.starts[sent.start], self.lanes.finishes[sent.finish]
        example = houses[0].shipment
        whole = Shipment(
            origin=start.place if self.lanes.is_ends_only(start) else example.origin,
            destination=finish.place if self.lanes.is_ends_only(finish) else example.destination,
            mass_g=sum(house.shipment.mass_g for house in houses),
            volume_cm3=sum(house.shipment.volume_cm3 for house in houses),
            pieces=sum(house.shipment.pieces for house in houses),
            ready_at=max(house.shipment.ready_at for house in houses),
            box=self.lanes.boxes[sent.box].code, boxes=1, regime=example.regime,
        )  # fmt: skip
        priced = self.network.weigher.weigh(whole, Filters())
        return whole, self.answers.part(whole, priced, sent.hops, stand._replace(clock=None))

    def _load(self, sent: Sent, houses: Sequence[House], inside: Part, whole: Shipment) -> Load:
        """Return a load with the lines paid by the box; its id comes later."""
        unit = self.lanes.boxes[sent.box]
        charges = [charge for charge in inside.charges if charge.code != "clearance" or charge.basis == "per_box"]
        one = quantities_of(self.network.catalogue, self._names, whole, {unit.code: 1})
        stand = Stand(0, None, 0, self.lanes.starts[sent.start].status)
        for leg, number in ((sent.stuff, -1), (sent.strip, len(inside.steps))):
            if self.lanes.pays_by_box(leg):
                at = stand if number < 0 else inside.end
                charges += [replace(charge, step=number) for charge in self.answers.process(one, leg, at).charges]
        fill = max(whole.volume_cm3 * MILLION // unit.usable_cm3, whole.mass_g * MILLION // unit.payload_g)
        return Load(
            id="", box=unit.code, origin=self.lanes.starts[sent.start].place,
            destination=self.lanes.finishes[sent.finish].place,
            shipments=tuple(house.shipment.id for house in houses),
            mass_g=whole.mass_g, volume_cm3=whole.volume_cm3, fill_ppm=fill, steps=inside.steps,
            charges=tuple(charges), cost_cny_minor=sum(charge.cny_minor for charge in charges),
        )  # fmt: skip

    def _own_inside(self, house: House, priced: Priced, hops: Sequence[Hop], inside: Part, stand: Stand) -> Part:
        """Return the steps of a box as one of its shipments takes them: own emissions, clearance, storage before."""
        steps = tuple(
            replace(step, emissions_g=int(priced.weights.leg_emissions[hop.leg]))
            for step, hop in zip(inside.steps, hops, strict=True)
        )
        quantities = self._quantities(house.shipment)
        charges = []
        for number, hop in enumerate(hops):
            if self.lanes.is_clearance[hop.leg] and not self.lanes.pays_by_box(hop.leg):
                twin = self.lanes.loose_clearance[hop.leg]
                status = self.lanes.legs[hop.leg].statuses[0][0]
                lines = self.answers.process(quantities, twin, Stand(0, None, 0, status)).charges
                charges += [replace(line, step=number) for line in lines]
        first = next(number for number, hop in enumerate(hops) if hop.departure >= 0)
        if stand.clock is not None:
            stay = (stand.clock, steps[first].depart_min)
            charges += self.answers.loose_storage(house.shipment, priced, inside.steps[0].origin, stay, first)
        return Part(steps, tuple(charges), inside.end)

    def _process(self, quantities: Ints, leg: int, stand: Stand) -> Part:
        """Return stuffing or stripping as one shipment pays it, which is nothing where it is charged by the box."""
        part = self.answers.process(quantities, leg, stand)
        return part._replace(charges=()) if self.lanes.pays_by_box(leg) else part

    def _quantities(self, shipment: CargoShipment) -> Ints:
        """Return the quantities of a shipment that fills no box of its own."""
        return quantities_of(self.network.catalogue, self._names, shipment, {})

    def _journey(self, house: House, part: Part, load: str | None, rides: Iterable[int]) -> Journey:
        """Return a journey without its share, given what each of its rides emits for a kilogram."""
        arrives = part.steps[-1].available_min
        return Journey(
            shipment=house.shipment.id, load=load, steps=part.steps, charges=part.charges,
            own_cny_minor=sum(charge.cny_minor for charge in part.charges), share_cny_minor=0,
            penalty_cny_minor=house.penalty(arrives), days_late=house.days_late(arrives),
            holding_cny_minor=house.holding(arrives), carbon_cny_minor=house.carbon(rides),
            alone_cny_minor=None if house.alone is None else house.travel_fen, ready_min=house.ready,
            arrive_min=arrives, emissions_g=sum(step.emissions_g for step in part.steps),
        )  # fmt: skip


def _joined(parts: Sequence[Part]) -> Part:
    """Return parts one after the other."""
    steps: tuple[Step, ...] = ()
    charges = []
    for part in parts:
        charges += [replace(charge, step=charge.step + len(steps)) for charge in part.charges]
        steps += part.steps
    return Part(steps, tuple(charges), parts[-1].end)


def with_shares(load: Load, journeys: Sequence[Journey]) -> list[Journey]:
    """Return journeys with shares of a load in proportion to what each saves against going alone."""
    savings = [
        max(0, (journey.alone_cny_minor if journey.alone_cny_minor is not None else FAR) - journey.cost_cny_minor)
        for journey in journeys
    ]
    total = sum(savings) or 1
    exact = [Fraction(load.cost_cny_minor * saving, total) for saving in savings]
    shares = [int(share) for share in exact]
    order = sorted(range(len(shares)), key=lambda place: shares[place] - exact[place])
    for place in order[: load.cost_cny_minor - sum(shares)]:
        shares[place] += 1
    return [
        replace(
            journey, share_cny_minor=share, reason_zh="与他人拼箱，比单独走便宜。",
            reason_en="Shares a box, which costs less than going alone.",
        )
        for journey, share in zip(journeys, shares, strict=True)
    ]  # fmt: skip
