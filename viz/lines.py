"""Which line on the map a movement takes."""

from __future__ import annotations

from collections import defaultdict
from copy import copy
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from data.passages import Ways
from viz.geometry import Line, chain, great_circle, great_circles, parse_linestring, simplify, simplify_all, unwrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from data import Catalogue
    from data.records import Call, Location, Service

_TRACKED = frozenset({"sea", "rail"})
"""Modes whose way is known from a table; a great circle stands in for a missing line and is drawn as a sketch."""

TrackKey = tuple[str, str, str, tuple[str, ...]]
"""Mode, ends and passages of a line between two places."""
PLAIN_DEG = 0.06
"""How far a plain line may lie from the true one, in degrees."""


class Track(NamedTuple):
    """
    A line and how far to believe it.

    Parameters
    ----------
    line
        Points with continuous longitudes.
    approximate
        True when a great circle stands in for a line that the tables lack.
    """

    line: Line
    approximate: bool


class LineBook:
    """
    The lines, places and rotations of one catalogue, looked up by code.

    Parameters
    ----------
    catalogue
        Where they come from.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.locations: dict[str, Location] = {row.code: row for row in catalogue.locations}
        self.services: dict[str, Service] = {row.id: row for row in catalogue.services}
        rotations: defaultdict[str, list[Call]] = defaultdict(list)
        for call in catalogue.calls:
            rotations[call.service].append(call)
        self.rotations = {service: sorted(calls, key=lambda call: call.seq) for service, calls in rotations.items()}
        self.ways = catalogue.derived(Ways)
        self._read: dict[str, Line] = {}
        self._stretches: dict[tuple[str, str, str], list[Call]] = {}
        self._tracks: dict[TrackKey, Track] = {}
        self._plain: dict[TrackKey, Line] = {}

    def point(self, code: str) -> tuple[float, float]:
        """Return latitude and longitude of a location."""
        row = self.locations[code]
        return float(row.lat), float(row.lon)

    def stretch(self, service: str, origin: str, destination: str) -> list[Call]:
        """
        Return the calls of a leg, from the boarding call to the alighting one; none if no such leg exists.

        When a rotation calls twice at a place, the shortest stretch is meant.
        """
        key = (service, origin, destination)
        if key not in self._stretches:
            self._stretches[key] = self._find_stretch(*key)
        return self._stretches[key]

    def _find_stretch(self, service: str, origin: str, destination: str) -> list[Call]:
        calls = self.rotations.get(service, [])
        stretches = [
            calls[first : last + 1]
            for first, start in enumerate(calls)
            for last, end in enumerate(calls[first + 1 :], first + 1)
            if start.location == origin and end.location == destination and start.can_board and end.can_alight
        ]
        return min(stretches, key=len, default=[])

    def path(self, service: str, origin: str, destination: str) -> list[str]:
        """Return the locations a leg touches, its two ends at least."""
        return [call.location for call in self.stretch(service, origin, destination)] or [origin, destination]

    def along(self, passages: Mapping[str, tuple[str, ...]]) -> LineBook:
        """Return a book in which some services, by their ids, go through other passages."""
        book = copy(self)
        book.services = self.services | {
            code: replace(self.services[code], passages=names) for code, names in passages.items()
        }
        return book

    def track(self, mode: str, origin: str, destination: str, passages: Iterable[str] = ()) -> Track:
        """Return the line from one place straight to the next."""
        key = (mode, origin, destination, tuple(passages))
        if key not in self._tracks:
            self._tracks[key] = self._new_track(*key)
        return self._tracks[key]

    def prepare(self, legs: Iterable[tuple[str, str, str]]) -> None:
        """
        Get the lines of many legs ready, which is quicker than one by one.

        Parameters
        ----------
        legs
            Services, with the first and the last place of each leg.
        """
        keys = dict.fromkeys(
            (str(row.mode), start, end, row.passages)
            for service, origin, destination in legs
            for row in (self.services[service],)
            for start, end in pairwise(self.path(service, origin, destination))
        )
        self.lay(keys)
        rough = [key for key in keys if key not in self._plain]
        plain = simplify_all([unwrap(self.track(*key).line) for key in rough], PLAIN_DEG)
        self._plain.update(zip(rough, plain, strict=True))

    def prepare_all(self) -> None:
        """Get the lines of all services ready, from each call to the next."""
        self.prepare(
            (service, start.location, end.location)
            for service, calls in self.rotations.items()
            for start, end in pairwise(calls)
        )

    def lay(self, keys: Iterable[TrackKey]) -> None:
        """Get the lines between places ready: each by mode, ends and passages."""
        new = [key for key in dict.fromkeys(keys) if key not in self._tracks]
        bare = [key for key in new if self._known(*key) is None]
        circles = great_circles([(self.point(start), self.point(end)) for _, start, end, _ in bare])
        for key, line in zip(bare, circles, strict=True):
            self._tracks[key] = Track(line, approximate=key[0] in _TRACKED)

    def _new_track(self, mode: str, origin: str, destination: str, passages: tuple[str, ...]) -> Track:
        stored = self._known(mode, origin, destination, passages)
        if stored is not None:
            return Track(stored, approximate=False)
        line = great_circle(self.point(origin), self.point(destination))
        return Track(line, approximate=mode in _TRACKED)

    def _known(self, mode: str, origin: str, destination: str, passages: tuple[str, ...]) -> Line | None:
        """Return the line of the way of the tables that a movement takes, None if they have none."""
        way = self.ways.taken(mode, origin, destination, passages)
        if way is None:
            return None
        wkt = way.line.wkt
        if wkt not in self._read:
            self._read[wkt] = parse_linestring(wkt)
        return self._read[wkt][:: -1 if way.is_reversed else 1]

    def leg(self, service: str, origin: str, destination: str) -> Track:
        """Return the line of a leg, chained over the calls between its ends."""
        row = self.services[service]
        parts = [
            self.track(row.mode, start, end, row.passages)
            for start, end in pairwise(self.path(service, origin, destination))
        ]
        chained = [point for part in parts for point in part.line]
        return Track(unwrap(chained), approximate=any(part.approximate for part in parts))

    def plain_leg(self, service: str, origin: str, destination: str) -> Track:
        """Return the line of a leg without the points that a map of the world does not need."""
        row = self.services[service]
        chained: Line = []
        is_sketch = False
        for start, end in pairwise(self.path(service, origin, destination)):
            track = self.track(row.mode, start, end, row.passages)
            key = (str(row.mode), start, end, row.passages)
            if key not in self._plain:
                self._plain[key] = simplify(unwrap(track.line), PLAIN_DEG)
            chained = chain(chained, self._plain[key])
            is_sketch = is_sketch or track.approximate
        return Track(chained, approximate=is_sketch)
