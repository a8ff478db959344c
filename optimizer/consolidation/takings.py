"""What a plan takes of departures, and of places that stuff and strip: by whom, how many slots, and how much."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from data.plan import Booking

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from data import Catalogue
    from data.cargo import CargoShipment
    from data.itinerary import Step
    from data.plan import Journey, Load

ONE_TEU = 1_000


class Taking(NamedTuple):
    """
    A place on one departure.

    Parameters
    ----------
    step
        The leg.
    shipment, load
        Id of the shipment that travels outside shared boxes, or of the load.
    slots, teu_milli
        Of its boxes, a box longer than 20 feet taking two slots; 0 for loose cargo.
    mass_g, volume_cm3
        Of the cargo.
    """

    step: Step
    shipment: str | None
    load: str | None
    slots: int
    teu_milli: int
    mass_g: int
    volume_cm3: int


class Working(NamedTuple):
    """The stuffing or stripping of some boxes: the step, how many they are, and the cargo in them."""

    step: Step
    boxes: int
    mass_g: int
    volume_cm3: int


class Takings:
    """
    Works out what journeys and loads take.

    Parameters
    ----------
    catalogue
        With load units.
    cargo
        Shipments by id.
    """

    def __init__(self, catalogue: Catalogue, cargo: Mapping[str, CargoShipment]) -> None:
        self._units = {unit.code: unit for unit in catalogue.load_units if unit.kind == "box"}
        self._cargo = cargo

    def of(self, journeys: Iterable[Journey], loads: Iterable[Load]) -> Iterator[Taking]:
        """Yield what some journeys take outside shared boxes, and what some loads take."""
        for journey in journeys:
            shipment, is_boxed = self._cargo[journey.shipment], False
            for step in journey.steps:
                is_boxed = step.kind == "stuff" or (is_boxed and step.kind != "strip")
                if step.kind == "leg" and not (is_boxed and journey.load is not None):
                    size = self._size(step.form, self.box_count(shipment, step.form))
                    yield Taking(step, shipment.id, None, *size, shipment.mass_g, shipment.volume_cm3)
        for load in loads:
            for step in load.steps:
                if step.kind == "leg":
                    yield Taking(step, None, load.id, *self._size(load.box, 1), load.mass_g, load.volume_cm3)

    def work(self, journey: Journey, load: Load | None) -> Iterator[Working]:
        """Yield what is stuffed and stripped for a load, as one of its journeys tells it, or for a journey alone."""
        shipment, form = self._cargo[journey.shipment], ""
        for step in journey.steps:
            if step.kind in {"stuff", "strip"}:
                if load is not None:
                    yield Working(step, 1, load.mass_g, load.volume_cm3)
                else:
                    box = step.form if step.kind == "stuff" else form
                    yield Working(step, self.box_count(shipment, box), shipment.mass_g, shipment.volume_cm3)
            form = step.form

    def bookings(self, journeys: Iterable[Journey], loads: Iterable[Load]) -> tuple[Booking, ...]:
        """Return what a plan takes of every departure, in order of time."""
        taken: dict[tuple[str, str, str, int, int], list[Taking]] = defaultdict(list)
        for taking in self.of(journeys, loads):
            taken[_departure(taking.step)].append(taking)
        ordered = sorted(taken.items(), key=lambda pair: (pair[0][3], pair[0]))
        return tuple(_booking(key, takings) for key, takings in ordered)

    def box_teu_milli(self, form: str) -> int:
        """Return the thousandths of a TEU of one box, 0 for loose cargo."""
        return self._size(form, 1)[1]

    def teu_milli(self, shipment: CargoShipment, form: str) -> int:
        """Return the thousandths of a TEU that a shipment takes on its own, loose or in boxes of a type."""
        return self._size(form, self.box_count(shipment, form))[1]

    def most_teu_milli(self, shipment: CargoShipment) -> int:
        """Return the most that a shipment takes on its own in boxes of any type."""
        return max((self.teu_milli(shipment, form) for form in self._units), default=0)

    def most_boxes(self, shipment: CargoShipment) -> int:
        """Return the most boxes of any type that a shipment fills alone."""
        return max((self.box_count(shipment, form) for form in self._units), default=0)

    def box_count(self, shipment: CargoShipment, form: str) -> int:
        """Return the number of boxes of a form that a shipment fills alone."""
        unit = self._units.get(form)
        if unit is None or shipment.box is not None:
            return shipment.boxes
        return max(1, -(-shipment.volume_cm3 // unit.usable_cm3), -(-shipment.mass_g // unit.payload_g))

    def _size(self, form: str, boxes: int) -> tuple[int, int]:
        """Return slots and thousandths of a TEU of some boxes, nothing for loose cargo."""
        unit = self._units.get(form)
        if unit is None:
            return 0, 0
        return boxes * (1 if unit.teu_milli <= ONE_TEU else 2), boxes * unit.teu_milli


def _departure(step: Step) -> tuple[str, str, str, int, int]:
    """Return the departure a leg is on."""
    return str(step.service), step.origin, step.destination, step.depart_min, step.arrive_min


def _booking(key: tuple[str, str, str, int, int], takings: list[Taking]) -> Booking:
    """Return one booking."""
    return Booking(
        service=key[0], origin=key[1], destination=key[2], depart_min=key[3], arrive_min=key[4],
        teu=sum(taking.slots for taking in takings), mass_g=sum(taking.mass_g for taking in takings),
        volume_cm3=sum(taking.volume_cm3 for taking in takings),
        loads=tuple(taking.load for taking in takings if taking.load is not None),
        shipments=tuple(taking.shipment for taking in takings if taking.shipment is not None),
    )  # fmt: skip
