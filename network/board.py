"""The departure board: dated departures of services, without prices."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.legs import Leg
    from network.timetable import Timetable


class Departure(NamedTuple):
    """
    One dated departure between two calls; instants are minutes from the planning epoch.

    Parameters
    ----------
    service, mode, status
        Of the service.
    origin, destination
        Location codes.
    depart_min, arrive_min
        Instants of the vehicle.
    cargo_cutoff_min
        Instant at which loose cargo or boxes (whichever comes first) must stand ready.
    papers_cutoff_min
        Instant at which documents close, or None.
    """

    service: str
    mode: str
    status: str
    origin: str
    destination: str
    depart_min: int
    arrive_min: int
    cargo_cutoff_min: int
    papers_cutoff_min: int | None


class Board:
    """
    Looks up departures by place.

    Parameters
    ----------
    legs, timetable
        Of the compiled network.
    """

    def __init__(self, legs: Sequence[Leg], timetable: Timetable) -> None:
        self._legs = legs
        self._tt = timetable
        self._by_place: dict[str, list[int]] = defaultdict(list)
        known: dict[tuple[str, int, int], int] = {}
        for i, leg in enumerate(legs):
            if leg.service is None or leg.through is not None:
                continue
            key = (leg.service.id, leg.first_call, leg.last_call)
            if key not in known:
                known[key] = i
                self._by_place[leg.origin].append(i)

    def departures(
        self, place: str | None, after_min: int, limit: int, mode: str | None, destination: str | None
    ) -> list[Departure]:
        """Return the next departures, in order of time, then service."""
        found: list[Departure] = []
        wanted = self._by_place.get(place, []) if place is not None else [i for v in self._by_place.values() for i in v]
        for i in wanted:
            leg = self._legs[i]
            service = leg.service
            if service is None or (mode is not None and service.mode != mode):
                continue
            if destination is not None and leg.destination != destination:
                continue
            lo, hi = int(self._tt.leg_lo[i]), int(self._tt.leg_hi[i])
            times = self._tt.departures[lo:hi] + leg.depart_offset
            first = int(np.searchsorted(times, after_min))
            for depart in times[first : first + limit]:
                at = int(depart)
                found.append(
                    Departure(
                        service.id,
                        str(service.mode),
                        str(service.status),
                        leg.origin,
                        leg.destination,
                        at,
                        at + leg.duration,
                        at - leg.pre_min,
                        at - leg.papers_min if leg.papers_min >= 0 else None,
                    )
                )
        return sorted(found, key=lambda row: (row.depart_min, row.service, row.destination))[:limit]
