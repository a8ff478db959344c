"""
Departures by their ids, and the runs that a leg of an option is made of.

A departure is a service and the instant at which it leaves its first call, such as ``SEA-1@20260520T1400Z``. Room is
counted on its runs, from one call to the next.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from data.schedule import departures
from data.timeaxis import TimeAxis
from network.capacity import ENDLESS, DepartureRoom

if TYPE_CHECKING:
    from data import Catalogue
    from data.itinerary import Step
    from data.records import Call, Service

_STAMP = "%Y%m%dT%H%MZ"
_REMEMBERED = 50_000


class Amount(NamedTuple):
    """Boxes in thousandths of a TEU, grams and cubic centimetres."""

    teu_milli: int = 0
    mass_g: int = 0
    volume_cm3: int = 0


class Stretch(NamedTuple):
    """The part of a departure from one call to another, by their positions."""

    departure: str
    first_call: int
    last_call: int


class Sailing(NamedTuple):
    """A departure: its service, and its instant in UTC and in minutes since the planning epoch."""

    service: Service
    start_at: dt.datetime
    start_min: int


class Stop(NamedTuple):
    """A call of a departure: where, and the instants of arrival and departure in UTC, None at the ends."""

    location: str
    arrive_at: dt.datetime | None
    depart_at: dt.datetime | None


def departure_id(service: str, start_at: dt.datetime) -> str:
    """
    Return the id of a departure.

    Examples
    --------
    >>> departure_id("SEA-1", dt.datetime(2026, 5, 20, 14, tzinfo=dt.UTC))
    'SEA-1@20260520T1400Z'
    """
    return f"{service}@{start_at.astimezone(dt.UTC):{_STAMP}}"


class Sailings:
    """
    The departures of a data set.

    Parameters
    ----------
    catalogue
        With services, calls and allotments.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._axis = catalogue.derived(TimeAxis)
        self._room = DepartureRoom(catalogue)
        self._services = {service.id: service for service in catalogue.services}
        self.fingerprint = catalogue.fingerprint
        self._stretch = lru_cache(_REMEMBERED)(self._find_stretch)
        self._sailing = lru_cache(_REMEMBERED)(self._find)

    def stretch(self, step: Step) -> Stretch | None:
        """Return the part of a departure that a leg rides on, None if there is no such departure."""
        return self._stretch(step.service or "", step.origin, step.destination, step.depart_min, step.arrive_min)

    def stretch_of(
        self, service: str, origin: str, destination: str, depart_min: int, arrive_min: int
    ) -> Stretch | None:
        """Return the part of a departure between two places."""
        return self._stretch(service, origin, destination, depart_min, arrive_min)

    def _find_stretch(
        self, service: str, origin: str, destination: str, depart_min: int, arrive_min: int
    ) -> Stretch | None:
        known = self._services.get(service)
        if known is None:
            return None
        calls = self._catalogue.calls_of(service)
        times = call_minutes(calls)
        for board, first in enumerate(calls):
            for alight in range(board + 1, len(calls)):
                is_ride = (first.location, calls[alight].location) == (origin, destination)
                if is_ride and times[alight][0] - times[board][1] == arrive_min - depart_min:
                    start = depart_min - times[board][1]
                    if self._starts(known, start):
                        return Stretch(departure_id(service, self._axis.from_min(start)), board, alight)
        return None

    def find(self, identifier: str) -> Sailing | None:
        """Return a departure, None if the service does not leave then."""
        return self._sailing(identifier)

    def _find(self, identifier: str) -> Sailing | None:
        name, _, stamp = identifier.rpartition("@")
        service = self._services.get(name)
        try:
            start_at = dt.datetime.fromisoformat(stamp)
        except ValueError:
            return None
        # The reader of instants takes other ways of writing them as well.
        if service is None or start_at.tzinfo is None or departure_id(name, start_at) != identifier:
            return None
        start_min = self._axis.to_min(start_at)
        return Sailing(service, start_at, start_min) if self._starts(service, start_min) else None

    def runs(self, sailing: Sailing) -> int:
        """Return how many runs a departure has."""
        return len(self._catalogue.calls_of(sailing.service.id)) - 1

    def places(self, sailing: Sailing) -> tuple[str, ...]:
        """Return where a departure calls."""
        return tuple(call.location for call in self._catalogue.calls_of(sailing.service.id))

    def stops(self, sailing: Sailing) -> list[Stop]:
        """Return the calls of a departure."""
        calls = self._catalogue.calls_of(sailing.service.id)
        last = len(calls) - 1
        instants = [
            tuple(self._axis.from_min(sailing.start_min + minute) for minute in times) for times in call_minutes(calls)
        ]
        return [
            Stop(call.location, None if k == 0 else arrive, None if k == last else depart)
            for k, (call, (arrive, depart)) in enumerate(zip(calls, instants, strict=True))
        ]

    def capacity(self, sailing: Sailing) -> list[int | None]:
        """Return what each run of a departure can take: TEU (thousandths), grams, cm3; None is no limit."""
        return [None if value >= ENDLESS else value for value in self._room.of(sailing.service, sailing.start_min)]

    def _starts(self, service: Service, start_min: int) -> bool:
        starts = departures(self._catalogue, service)
        # Where numpy looks it makes a copy of the whole array for a plain number.
        at = bisect_left(starts, start_min)
        return at < len(starts) and int(starts[at]) == start_min


def call_minutes(calls: tuple[Call, ...]) -> list[tuple[int, int]]:
    """Return for every call the minutes of arrival and departure after the first departure."""
    times = [(0, 0)]
    for call in calls[1:]:
        arrive = times[-1][1] + call.run_min
        times.append((arrive, arrive + call.stop_min))
    return times
