"""The ways known between two places, the passages each goes through, and which of them a service takes."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.catalogue import Catalogue
    from data.records import Line, Service


class Way(NamedTuple):
    """
    A line of the table ``geometry``, looked at in the direction of travel.

    Parameters
    ----------
    via
        Passages it goes through, in order.
    line
        Its row.
    is_reversed
        Whether the row leads the other way.
    """

    via: tuple[str, ...]
    line: Line
    is_reversed: bool

    @property
    def distance_m(self) -> int | None:
        """Length in metres, None where the table does not say."""
        return self.line.distance_m


class Ways:
    """
    The ways of a catalogue, looked up by their ends in either direction.

    Parameters
    ----------
    catalogue
        With the lines.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._there: defaultdict[tuple[str, str, str], list[Way]] = defaultdict(list)
        back: defaultdict[tuple[str, str, str], list[Way]] = defaultdict(list)
        for line in catalogue.geometry:
            self._there[str(line.mode), line.origin, line.destination].append(Way(line.via, line, is_reversed=False))
            turned = Way(line.via[::-1], line, is_reversed=True)
            back[str(line.mode), line.destination, line.origin].append(turned)
        for ends, ways in back.items():
            known = {frozenset(way.via) for way in self._there.get(ends, ())}
            self._there[ends] += [way for way in ways if frozenset(way.via) not in known]

    def between(self, mode: str, origin: str, destination: str) -> tuple[Way, ...]:
        """Return all ways from one place straight to another."""
        return tuple(self._there.get((mode, origin, destination), ()))

    def taken(self, mode: str, origin: str, destination: str, passages: Iterable[str]) -> Way | None:
        """
        Return the way of a movement whose service goes through some passages; None if none is known.

        It passes nothing that the service does not pass; of several, it is the one that passes most of it.
        """
        passed = frozenset(passages)
        open_ways = [way for way in self.between(mode, origin, destination) if passed.issuperset(way.via)]
        return max(open_ways, key=lambda way: len(way.via), default=None)

    def legs(self, service: Service, calls: Iterable[str]) -> list[Way | None]:
        """
        Return the way that a service takes to each of its calls but the first, None where none is known.

        Parameters
        ----------
        calls
            Places in order.
        """
        return [self.taken(service.mode, start, end, service.passages) for start, end in pairwise(calls)]


def passed_on(ways: Iterable[Way | None]) -> tuple[str, ...]:
    """
    Return what is passed on some ways one after the other, each passage once.

    Examples
    --------
    >>> passed_on([None])
    ()
    """
    return tuple(dict.fromkeys(name for way in ways if way is not None for name in way.via))
