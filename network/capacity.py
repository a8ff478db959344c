"""What departures can take, by their vehicles and our allotments, and the legs that are closed to larger shipments."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from data.schedule import departures
from data.timeaxis import TimeAxis
from network.timetable import FAR

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from data import Allotment, Catalogue, Service
    from data.shipment import Shipment
    from network.legs import Leg
    from network.timetable import Ints

GRAMS_PER_KG, CM3_PER_M3 = 1_000, 1_000_000
ENDLESS = 1 << 60
"""Room where the tables give no limit."""


class Amount(NamedTuple):
    """An amount of cargo, or room for it: boxes (thousandths of a TEU, or their number), grams, cubic centimetres."""

    boxes: int
    mass_g: int
    volume_cm3: int

    def plus(self, other: Amount) -> Amount:
        """Return a sum."""
        return Amount(*(one + two for one, two in zip(self, other, strict=True)))

    def minus(self, other: Amount) -> Amount:
        """Return a difference."""
        return Amount(*(one - two for one, two in zip(self, other, strict=True)))

    def fits(self, room: Amount) -> bool:
        """Say whether it is within some room; of what it has nothing, no room is needed."""
        return all(taken <= max(0, most) for taken, most in zip(self, room, strict=True))


class DepartureRoom:
    """
    What the departures of services can take.

    Parameters
    ----------
    catalogue
        With services and allotments.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._axis = catalogue.derived(TimeAxis)
        self.allotted: dict[str, list[Allotment]] = {}
        for row in catalogue.allotments:
            self.allotted.setdefault(row.service, []).append(row)

    def is_limited(self, service: Service) -> bool:
        """Say whether there is any limit for a service."""
        given = service.capacity_teu_milli is not None or service.capacity_kg is not None
        return given or service.id in self.allotted

    def of(self, service: Service, start_min: int) -> Amount:
        """Return what the departure at an instant at the first call can take on every run."""
        rows = self.allotted.get(service.id, [])
        if rows:
            zone = self._catalogue.location(self._catalogue.calls_of(service.id)[0].location).zone
            date = self._axis.local_date(start_min, zone)
            rows = [row for row in rows if _holds(row, date)]
        return Amount(
            _least([service.capacity_teu_milli, *(row.capacity_teu_milli for row in rows)], 1),
            _least([service.capacity_kg, *(row.capacity_kg for row in rows)], GRAMS_PER_KG),
            _least([row.capacity_m3 for row in rows], CM3_PER_M3),
        )

    def most(self, service: Service) -> Amount:
        """Return the most that any departure can take of each."""
        starts = departures(self._catalogue, service).tolist() if service.id in self.allotted else []
        rooms = {self.of(service, start) for start in starts} or {self.of(service, 0)}
        return Amount(*(max(values) for values in zip(*rooms, strict=True)))


def _holds(row: Allotment, date: dt.date) -> bool:
    """Say whether an allotment is one of departures on a date."""
    return (row.valid_from or date) <= date <= (row.valid_to or date)


def _least(values: Iterable[int | None], unit: int) -> int:
    """Return the least of the values there are, in another unit."""
    return min((value * unit for value in values if value is not None), default=ENDLESS)


class Most:
    """
    Legs with a limit each, the tightest first.

    Parameters
    ----------
    of_leg
        The limits by leg.
    """

    def __init__(self, of_leg: dict[int, int]) -> None:
        tightest = sorted(of_leg, key=of_leg.__getitem__)
        self.legs = np.array(tightest, dtype=np.int64)
        self.values = np.array([min(of_leg[leg], FAR) for leg in tightest], dtype=np.int64)

    def below(self, value: int) -> Ints:
        """Return the legs with a limit below a value."""
        return self.legs[: np.searchsorted(self.values, value)]


class Capacity:
    """
    The most that any departure takes, by leg, in grams, cubic centimetres and boxes of the leg's form.

    Parameters
    ----------
    catalogue
        With the sizes of boxes.
    legs
        Of the network.
    """

    def __init__(self, catalogue: Catalogue, legs: Sequence[Leg]) -> None:
        sizes = {unit.code: unit.teu_milli for unit in catalogue.load_units}
        self.of_service = _most_of(catalogue)
        grams: dict[int, int] = {}
        volumes: dict[int, int] = {}
        boxes: dict[str, dict[int, int]] = defaultdict(dict)
        for i, leg in enumerate(legs):
            room = None if leg.service is None else self.of_service.get(leg.service.id)
            if room is None:
                continue
            size = sizes.get(leg.form, 0)
            if room.mass_g < ENDLESS:
                grams[i] = room.mass_g
            if room.volume_cm3 < ENDLESS:
                volumes[i] = room.volume_cm3
            if room.boxes < ENDLESS and size:
                boxes[leg.form][i] = room.boxes // size
        self.grams = Most(grams)
        self._volumes = Most(volumes)
        self._boxes = {form: Most(most) for form, most in boxes.items()}

    def too_small(self, shipment: Shipment, boxes: dict[str, int]) -> Iterator[Ints]:
        """Yield the legs no departure of which can take a shipment, or as many boxes of a type as it needs."""
        yield self.grams.below(shipment.mass_g)
        yield self._volumes.below(shipment.volume_cm3)
        for form, count in boxes.items():
            if form in self._boxes:
                yield self._boxes[form].below(count)


def _most_of(catalogue: Catalogue) -> dict[str, Amount]:
    """Return the most that any departure takes, by service, of those for which there is a limit."""
    room = DepartureRoom(catalogue)
    return {service.id: room.most(service) for service in catalogue.services if room.is_limited(service)}
