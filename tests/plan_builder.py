"""
Plans by hand: what travels together is given, and every part is put together from quotes.

A load is the quote of its contents as one boxed shipment from where it is stuffed to where it is stripped; what
comes before and after are quotes within one customs area. It is slow, and it optimises nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from data.calendar import OpeningHours
from data.itinerary import Charge, Step
from data.money import line_minor, to_fen
from data.plan import Booking, Journey, Load, Plan, Unserved
from data.shipment import Shipment
from data.timeaxis import TimeAxis
from network.network import Network

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from data import Catalogue
    from data.cargo import Cargo, CargoShipment
    from data.itinerary import Option
    from data.records import Storage, Stuffing

_DAY = 24 * 60
_MILLION = 10**6


@dataclass(frozen=True, kw_only=True)
class Together:
    """
    Which shipments share a box of which type, and where it is stuffed and stripped.

    `leave_min` is a minute before which nobody leaves for the box.
    """

    shipments: tuple[str, ...]
    box: str
    origin: str
    destination: str
    leave_min: int = 0


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Some steps and their charges."""

    steps: tuple[Step, ...]
    charges: tuple[Charge, ...]

    def __add__(self, other: _Part) -> _Part:
        """Return both parts, one after the other."""
        later = tuple(replace(charge, step=charge.step + len(self.steps)) for charge in other.charges)
        return _Part(steps=self.steps + other.steps, charges=self.charges + later)


class PlanBuilder:
    """
    Builds plans.

    Parameters
    ----------
    catalogue, cargo
        The tables and what is to be planned.
    """

    def __init__(self, catalogue: Catalogue, cargo: Cargo) -> None:
        self.catalogue = catalogue
        self.cargo = cargo
        self.network = Network(catalogue)
        self.axis = TimeAxis(catalogue)
        self.hours = OpeningHours(catalogue)

    def plan(self, together: Sequence[Together] = (), left: Iterable[str] = ()) -> Plan:
        """Return the plan that sends some shipments together, leaves some behind, and sends all others alone."""
        loads, shared = [], {}
        for number, group in enumerate(together, 1):
            load, journeys = self._load(f"L{number:03}", group)
            loads.append(load)
            shared |= {journey.shipment: journey for journey in journeys}
        behind = tuple(self._unserved(self.cargo.by_id[name]) for name in left)
        away = {unserved.shipment for unserved in behind}
        travelling = [shipment for shipment in self.cargo if shipment.id not in away]
        journeys = tuple(shared.get(shipment.id) or self._alone(shipment) for shipment in travelling)
        cost = sum(journey.own_cny_minor + journey.penalty_cny_minor for journey in journeys)
        cost += sum(load.cost_cny_minor for load in loads) + sum(unserved.price_cny_minor for unserved in behind)
        return Plan(
            status="feasible",
            journeys=journeys,
            unserved=behind,
            loads=tuple(sorted(loads, key=lambda load: next(s for s in load.steps if s.kind == "leg").depart_min)),
            bookings=self._bookings(journeys, loads),
            cost_minor=cost,
            bound_minor=cost * 9 // 10,
            gap=(cost - cost * 9 // 10) / cost,
            alone_minor=sum(journey.alone_cny_minor or 0 for journey in journeys),
            currency="CNY",
            fingerprint=self.catalogue.fingerprint,
            cargo_fingerprint=self.cargo.fingerprint,
            seed=1,
        )

    def _ready(self, shipment: Shipment) -> int:
        """Return the minute at which a shipment is ready."""
        return self.axis.to_min(shipment.ready_at)

    def _options(self, shipment: Shipment) -> tuple[Option, ...]:
        """Return the ways of a shipment, also those that are late."""
        return self.network.quote(replace(shipment, due_at=None)).options

    def _late(self, shipment: CargoShipment, arrive_min: int) -> tuple[int, int]:
        """Return the days begun after due, and their price in fen."""
        if shipment.due_at is None:
            return 0, 0
        over = arrive_min - self.axis.to_min(shipment.due_at)
        days = max(0, -(-over // _DAY))
        return days, to_fen(days * shipment.late_minor_per_day, self.catalogue.exchange_rate(shipment.currency))

    def _cheapest_alone(self, shipment: CargoShipment) -> tuple[int, Option]:
        """Return the cheapest way alone, with its cost in fen, penalty included."""
        priced = [
            (option.cost_cny_minor + self._late(shipment, option.arrive_min)[1], option)
            for option in self._options(shipment)
        ]
        return min(priced, key=lambda pair: pair[0])

    def _alone(self, shipment: CargoShipment) -> Journey:
        """Return the journey of a shipment alone."""
        cost, option = self._cheapest_alone(shipment)
        part = _Part(steps=option.steps, charges=option.charges)
        return self._journey(shipment, part, load=None, alone=cost)

    def _journey(self, shipment: CargoShipment, part: _Part, *, load: str | None, alone: int) -> Journey:
        """Return a journey without its share."""
        arrive_min = part.steps[-1].available_min
        days, penalty = self._late(shipment, arrive_min)
        return Journey(
            shipment=shipment.id,
            load=load,
            steps=part.steps,
            charges=part.charges,
            own_cny_minor=sum(charge.cny_minor for charge in part.charges),
            share_cny_minor=0,
            penalty_cny_minor=penalty,
            days_late=days,
            alone_cny_minor=alone,
            ready_min=self._ready(shipment),
            arrive_min=arrive_min,
            emissions_g=sum(step.emissions_g for step in part.steps),
        )

    def _unserved(self, shipment: CargoShipment) -> Unserved:
        """Return a shipment left behind."""
        rate = self.catalogue.exchange_rate(shipment.currency)
        price = to_fen(shipment.unserved_minor or 0, rate)
        return Unserved(shipment=shipment.id, price_cny_minor=price, reason_zh="价低", reason_en="cheaper so")

    def _load(self, name: str, group: Together) -> tuple[Load, list[Journey]]:
        """Return a load and the journeys in it."""
        members = [self.cargo.by_id[shipment] for shipment in group.shipments]
        first = [self._before(member, group.origin) for member in members]
        ready_min = self._stuffing(group, members, first).available_min
        whole = self._boxed(members, group, ready_min)
        inside = self._papers(min(self._options(whole), key=lambda option: option.cost_cny_minor), members)
        before = [self._before(member, group.origin, group.leave_min) for member in members]
        stuff = self._stuffing(group, members, before)
        inside = replace(inside, steps=(replace(inside.steps[0], ready_min=stuff.available_min), *inside.steps[1:]))
        status = inside.steps[-1].status
        strip = replace(
            self._change("strip", group.destination, "loose", inside.steps[-1].available_min), status=status
        )
        load = self._priced_load(name, group, whole, inside)
        journeys = []
        for member, part in zip(members, before, strict=True):
            joined = part + self._stuffed(member, replace(stuff, ready_min=self._there(member, part)))
            single = self._boxed([member], group, ready_min)
            stripped = joined + self._in_box(member, single, inside, part) + self._stuffed(member, strip)
            whole_part = stripped + self._after(member, strip, inside)
            alone = self._cheapest_alone(member)[0]
            journeys.append(self._journey(member, whole_part, load=name, alone=alone))
        return load, _with_shares(load, journeys)

    def _there(self, member: CargoShipment, part: _Part) -> int:
        """Return when a shipment is ready after some part of its way."""
        return part.steps[-1].available_min if part.steps else self._ready(member)

    def _stuffing(self, group: Together, members: Sequence[CargoShipment], before: Sequence[_Part]) -> Step:
        """Return the step of stuffing, which begins when the last is there."""
        last_min = max(self._there(member, part) for member, part in zip(members, before, strict=True))
        return self._change("stuff", group.origin, group.box, last_min)

    def _before(self, member: CargoShipment, place: str, leave_min: int = 0) -> _Part:
        """Return the way to where the box is stuffed: the earliest that leaves no earlier than a minute."""
        if member.origin == place:
            return _Part(steps=(), charges=())
        ready_min = self._ready(member)
        feeder = replace(member, destination=place, ready_at=self.axis.from_min(max(ready_min, leave_min)))
        option = min(self._options(feeder), key=lambda found: found.arrive_min)
        steps = (replace(option.steps[0], ready_min=ready_min), *option.steps[1:])
        return _Part(steps=steps, charges=option.charges)

    def _after(self, member: CargoShipment, strip: Step, inside: _Part) -> _Part:
        """Return the way from where the box is stripped, with the storage that ends with its first leg."""
        if member.destination == strip.origin:
            return _Part(steps=(), charges=())
        feeder = replace(member, origin=strip.origin, ready_at=self.axis.from_min(strip.available_min))
        option = min(self._options(feeder), key=lambda found: found.cost_cny_minor)
        clock_min = [step for step in inside.steps if step.kind == "leg"][-1].arrive_min
        stay_min = option.steps[0].depart_min - clock_min
        steps = tuple(replace(step, status=strip.status) for step in option.steps)
        return _Part(steps=steps, charges=(*option.charges, *self._storage(member, strip.origin, stay_min, 0)))

    def _boxed(self, members: Sequence[Shipment], group: Together, ready_min: int) -> Shipment:
        """Return some shipments as one in a box."""
        return Shipment(
            origin=group.origin,
            destination=group.destination,
            mass_g=sum(member.mass_g for member in members),
            volume_cm3=sum(member.volume_cm3 for member in members),
            pieces=sum(member.pieces for member in members),
            ready_at=self.axis.from_min(ready_min),
            box=group.box,
            boxes=1,
            regime=members[0].regime,
        )

    def _papers(self, option: Option, members: Sequence[Shipment]) -> _Part:
        """Return the way of a box with the slack of its papers counted from the last of its shipments."""
        papers_min = max(self._ready(member) for member in members)
        steps = []
        for step in option.steps:
            cutoffs = tuple(
                replace(cutoff, slack_min=cutoff.at_min - papers_min) if cutoff.type == "documentation" else cutoff
                for cutoff in step.cutoffs
            )
            steps.append(replace(step, cutoffs=cutoffs))
        return _Part(steps=tuple(steps), charges=option.charges)

    def _in_box(self, member: CargoShipment, alone: Shipment, inside: _Part, before: _Part) -> _Part:
        """Return the steps of a box as one of its shipments takes them: own emissions, clearance and storage."""
        first = next(index for index, step in enumerate(inside.steps) if step.kind == "leg")
        # The same way with the shipment alone in the box tells its emissions.
        single = min(self._options(alone), key=lambda found: found.cost_cny_minor)
        pairs = zip(inside.steps, single.steps, strict=True)
        steps = tuple(replace(step, emissions_g=own.emissions_g) for step, own in pairs)
        own = tuple(charge for charge in inside.charges if charge.code == "clearance" and charge.basis != "per_box")
        if not before.steps:
            return _Part(steps=steps, charges=own)
        stay_min = steps[first].depart_min - before.steps[-1].arrive_min
        return _Part(steps=steps, charges=(*own, *self._storage(member, inside.steps[0].origin, stay_min, first)))

    def _priced_load(self, name: str, group: Together, whole: Shipment, inside: _Part) -> Load:
        """Return a load with the lines charged by the box."""
        charges = [charge for charge in inside.charges if charge.code != "clearance" or charge.basis == "per_box"]
        for kind, place, step in (("stuff", group.origin, -1), ("strip", group.destination, len(inside.steps))):
            row = self._stuffing_row(kind, place)
            if row.basis == "per_box":
                charges.append(
                    self._charge(row, f"{kind}ing".replace("strip", "stripp"), "stuffing", Fraction(1), step)
                )
        unit = next(unit for unit in self.catalogue.load_units if unit.code == group.box)
        fill = max(whole.volume_cm3 * _MILLION // unit.usable_cm3, whole.mass_g * _MILLION // unit.payload_g)
        return Load(
            id=name,
            box=group.box,
            origin=group.origin,
            destination=group.destination,
            shipments=group.shipments,
            mass_g=whole.mass_g,
            volume_cm3=whole.volume_cm3,
            fill_ppm=fill,
            steps=inside.steps,
            charges=tuple(charges),
            cost_cny_minor=sum(charge.cny_minor for charge in charges),
        )

    def _stuffing_row(self, kind: str, code: str) -> Stuffing:
        """Return the row of stuffing or stripping at a place; it must name no more than kind and territory."""
        place = self.catalogue.location(code)
        rows = [
            row
            for row in self.catalogue.stuffing
            if row.direction == kind
            and row.location in {None, code}
            and row.kind in {None, place.kind}
            and row.territory in {None, place.territory}
        ]
        return max(rows, key=lambda row: (row.location is not None, row.kind is not None, row.territory is not None))

    def _change(self, kind: str, code: str, form: str, ready_min: int) -> Step:
        """Return the step of stuffing or stripping that begins at the next opening."""
        place, row = self.catalogue.location(code), self._stuffing_row(kind, code)
        starts, ends = self.hours.intervals(place.calendar, place.territory, place.zone)
        begin_min = min(max(int(a), ready_min) for a, b in zip(starts, ends, strict=True) if b > ready_min)
        end_min = begin_min + row.minutes
        return Step(
            kind="stuff" if kind == "stuff" else "strip",
            origin=code,
            destination=code,
            form=form,
            status="D",
            ready_min=ready_min,
            depart_min=begin_min,
            arrive_min=end_min,
            available_min=end_min,
            row=row.id,
        )

    def _stuffed(self, member: CargoShipment, step: Step) -> _Part:
        """Return stuffing or stripping as one shipment pays it, which is nothing where it is charged by the box."""
        row = self._stuffing_row(step.kind, step.origin)
        if row.basis == "per_box":
            return _Part(steps=(step,), charges=())
        code = "stuffing" if step.kind == "stuff" else "stripping"
        charge = self._charge(row, code, "stuffing", _quantity(member, str(row.basis)), 0)
        return _Part(steps=(step,), charges=(charge,))

    def _storage(self, member: CargoShipment, code: str, stay_min: int, step: int) -> list[Charge]:
        """Return the storage of loose cargo; of the rows those that name the place most closely."""
        place = self.catalogue.location(code)
        rows = [
            row
            for row in self.catalogue.storage
            if row.form == "loose"
            and row.location in {None, code}
            and row.kind in {None, place.kind}
            and row.territory in {None, place.territory}
        ]
        named = max((_named(row) for row in rows), default=())
        tiers = sorted((row for row in rows if _named(row) == named), key=lambda row: row.from_day)
        charges = []
        for number, tier in enumerate(tiers):
            days = max(0, -(-(stay_min - tier.free_min) // _DAY))
            last = tiers[number + 1].from_day - 1 if number + 1 < len(tiers) else days
            charged = min(days, last) - tier.from_day + 1
            if charged > 0:
                quantity = _quantity(member, str(tier.basis)) * charged
                charges.append(self._charge(tier, "storage", "storage", quantity, step))
        return charges

    def _charge(self, row: Storage | Stuffing, code: str, table: str, quantity: Fraction, step: int) -> Charge:
        """Return the line of a row."""
        currency, rate = str(row.currency), Decimal(row.rate or 0)
        fx = self.catalogue.exchange_rate(currency)
        amount = line_minor(quantity, rate, fx)
        return Charge(
            code=code,
            name_zh="费",
            name_en=code,
            table=table,
            row=row.id,
            step=step,
            basis=str(row.basis),
            quantity=Decimal(quantity.numerator) / Decimal(quantity.denominator),
            rate=rate,
            amount_minor=amount,
            currency=currency,
            cny_minor=to_fen(amount, fx),
            assumed=row.assumed or fx.assumed,
            source=row.source,
            as_of=row.as_of,
            valid_to=None,
        )

    def _bookings(self, journeys: Sequence[Journey], loads: Sequence[Load]) -> tuple[Booking, ...]:
        """Return what is taken of every departure, in order of time."""
        found: dict[tuple[str, str, str, int, int], list[tuple[str, int, int, int, bool]]] = defaultdict(list)
        for journey in journeys:
            shipment, in_box = self.cargo.by_id[journey.shipment], False
            for step in journey.steps:
                in_box = step.kind == "stuff" or (in_box and step.kind != "strip")
                if step.kind == "leg" and not (in_box and journey.load):
                    slots = self._slots(step.form) * self._boxes(shipment, step.form)
                    item = (shipment.id, slots, shipment.mass_g, shipment.volume_cm3, False)
                    found[_departure(step)].append(item)
        for load in loads:
            for step in load.steps:
                if step.kind == "leg":
                    item = (load.id, self._slots(load.box), load.mass_g, load.volume_cm3, True)
                    found[_departure(step)].append(item)
        return tuple(_booking(key, items) for key, items in sorted(found.items(), key=lambda pair: pair[0][3]))

    def _slots(self, form: str) -> int:
        """Return the slots of a box."""
        if form == "loose":
            return 0
        return 1 if next(unit for unit in self.catalogue.load_units if unit.code == form).teu_milli <= 1000 else 2

    def _boxes(self, shipment: Shipment, form: str) -> int:
        """Return the number of boxes a shipment fills."""
        if shipment.box is not None or form == "loose":
            return shipment.boxes
        unit = next(unit for unit in self.catalogue.load_units if unit.code == form)
        return max(1, -(-shipment.volume_cm3 // unit.usable_cm3), -(-shipment.mass_g // unit.payload_g))


def _named(row: Storage) -> tuple[bool, bool, bool]:
    """Return how closely a row names a place."""
    return row.location is not None, row.kind is not None, row.territory is not None


def _quantity(member: Shipment, basis: str) -> Fraction:
    """Return the exact quantity of a basis for a shipment's own goods."""
    by_measure = max(Fraction(member.mass_g, _MILLION), Fraction(member.volume_cm3, _MILLION))
    return {"per_wm": by_measure, "per_kg": Fraction(member.mass_g, 1000), "per_bl": Fraction(1)}[basis]


def _departure(step: Step) -> tuple[str, str, str, int, int]:
    """Return the departure a leg is on."""
    return str(step.service), step.origin, step.destination, step.depart_min, step.arrive_min


def _booking(key: tuple[str, str, str, int, int], items: list[tuple[str, int, int, int, bool]]) -> Booking:
    """Return one booking."""
    return Booking(
        service=key[0],
        origin=key[1],
        destination=key[2],
        depart_min=key[3],
        arrive_min=key[4],
        teu=sum(item[1] for item in items),
        mass_g=sum(item[2] for item in items),
        volume_cm3=sum(item[3] for item in items),
        loads=tuple(item[0] for item in items if item[4]),
        shipments=tuple(item[0] for item in items if not item[4]),
    )


def _with_shares(load: Load, journeys: Sequence[Journey]) -> list[Journey]:
    """Return journeys with their shares of a load: proportional to their savings, by largest remainder."""
    savings = [
        (journey.alone_cny_minor or 0) - journey.own_cny_minor - journey.penalty_cny_minor for journey in journeys
    ]
    exact = [Fraction(load.cost_cny_minor * saving, sum(savings)) for saving in savings]
    shares = [int(share) for share in exact]
    order = sorted(range(len(shares)), key=lambda place: shares[place] - exact[place])
    for place in order[: load.cost_cny_minor - sum(shares)]:
        shares[place] += 1
    return [replace(journey, share_cny_minor=share) for journey, share in zip(journeys, shares, strict=True)]
