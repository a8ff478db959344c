"""A network on which some departures, and days of places, are full; and which runs a ride is made of."""

from __future__ import annotations

from collections import defaultdict
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.compile import mirror
from network.placedays import PlaceDay, PlaceRoom, without_days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from network.legs import Leg
    from network.network import Network
    from network.timetable import Ints, Timetable


class Run(NamedTuple):
    """
    A dated departure between two calls that follow each other.

    Parameters
    ----------
    service
        Of the departure.
    start_min
        Its instant at the first call.
    call
        Position of the call at which the run begins.
    """

    service: str
    start_min: int
    call: int


Use = Run | PlaceDay
"""What may be full."""


class Runs:
    """
    Looks up the runs that rides are made of, and closes them.

    Parameters
    ----------
    network
        The compiled network.

    Attributes
    ----------
    places
        What places can do in a day.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._tt = network.compiled.forward
        self._is_movement = np.array([leg.service is not None for leg in network.legs], dtype=np.bool_)
        self.places = PlaceRoom(network.catalogue)
        self._legs_of: dict[str, list[int]] = defaultdict(list)
        self._works_of: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, leg in enumerate(network.legs):
            if leg.service is not None:
                self._legs_of[leg.service.id].append(number)
            else:
                self._works_of[leg.origin, leg.kind].append(number)
        self._runs_of: dict[tuple[str, str, str, int, int], tuple[Run, ...]] = {}

    def of(self, service: str, origin: str, destination: str, depart_min: int, arrive_min: int) -> tuple[Run, ...]:
        """Return the runs of a ride, none if there is no such departure."""
        ride = (service, origin, destination, depart_min, arrive_min)
        if ride not in self._runs_of:
            self._runs_of[ride] = next((runs for runs in self._possible(*ride) if runs), ())
        return self._runs_of[ride]

    def _possible(
        self, service: str, origin: str, destination: str, depart_min: int, arrive_min: int
    ) -> Iterator[tuple[Run, ...]]:
        """Yield the runs of rides that begin and end where and when one does."""
        for number in self._legs_of.get(service, []):
            leg = self._network.legs[number]
            start = depart_min - leg.depart_offset
            is_it = (leg.origin, leg.destination, leg.duration) == (origin, destination, arrive_min - depart_min)
            if is_it and self._starts(number, start):
                yield tuple(Run(service, start, call) for call in range(leg.first_call, leg.last_call))

    def _starts(self, leg: int, start: int) -> bool:
        """Say whether the service of a leg leaves its first call at an instant."""
        lo, hi = int(self._tt.leg_lo[leg]), int(self._tt.leg_hi[leg])
        at = lo + int(np.searchsorted(self._tt.departures[lo:hi], start))
        return at < hi and int(self._tt.departures[at]) == start

    def closed(
        self,
        network: Network,
        full: Iterable[Use],
        bars: Callable[[Leg, Use], bool],
        known: Network | None = None,
    ) -> Network:
        """
        Return a network on which legs have no departures that make some runs, and places do not begin on some days.

        Parameters
        ----------
        network
            The network, or one made from it.
        full
            Runs, and days of places.
        bars
            Says whether one is closed to what travels on a leg, or is done by one.
        known
            Another network made from the same one: paths found on either can be read on what is returned.
        """
        compiled, every = network.compiled, list(full)
        shut = self._shut((use for use in every if isinstance(use, Run)), bars)
        off = self._off((use for use in every if isinstance(use, PlaceDay)), bars)
        if not shut and not off and known is None:
            return network
        after = compiled.forward if known is None else known.compiled.forward
        forward = without(compiled.forward, shut, after.departures)
        if off:
            forward = without_days(forward, off, compiled.horizon_min)
        backward = mirror(forward, self._is_movement, compiled.horizon_min)
        closed = copy(network)
        closed.compiled = replace(compiled, forward=forward, backward=backward)
        closed.answers = replace(network.answers, timetable=forward)
        return closed

    def _off(self, days: Iterable[PlaceDay], bars: Callable[[Leg, Use], bool]) -> dict[int, list[tuple[int, int]]]:
        """Return for each process the days on which it does not begin, as spans of instants."""
        off: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for day in days:
            for number in self._works_of[day.place, day.process]:
                if bars(self._network.legs[number], day):
                    off[number].append(self.places.span(day))
        return off

    def _shut(self, runs: Iterable[Run], bars: Callable[[Leg, Use], bool]) -> dict[int, set[int]]:
        """Return for each leg the instants at the first call of the departures that are closed to it."""
        shut: dict[int, set[int]] = defaultdict(set)
        for run in runs:
            for number in self._legs_of[run.service]:
                leg = self._network.legs[number]
                if leg.first_call <= run.call < leg.last_call and bars(leg, run):
                    shut[number].add(run.start_min)
        return shut


def without(tt: Timetable, shut: Mapping[int, set[int]], known: Ints) -> Timetable:
    """
    Return a timetable on which some legs lack some departures.

    Parameters
    ----------
    shut
        Instants at the first call of the departures that go, by leg.
    known
        Departures before which none are put in: those of the timetable, or more of them.
    """
    low, high, parts, total = tt.leg_lo.copy(), tt.leg_hi.copy(), [known], len(known)
    schedules: dict[tuple[int, int, frozenset[int]], int] = {}
    for leg, starts in shut.items():
        key = (int(low[leg]), int(high[leg]), frozenset(starts))
        left = tt.departures[key[0] : key[1]]
        left = left[~np.isin(left, np.array(sorted(starts), dtype=np.int64))]
        if key not in schedules:
            schedules[key] = total
            parts.append(left)
            total += len(left)
        low[leg], high[leg] = schedules[key], schedules[key] + len(left)
    return tt._replace(leg_lo=low, leg_hi=high, departures=np.concatenate(parts))
