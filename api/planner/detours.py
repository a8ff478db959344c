"""The longer way of a service whose passage is closed, by the ways that the table ``geometry`` knows."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from data.passages import passed_on

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from data.passages import Way, Ways
    from data.records import Call, Service


class Detour(NamedTuple):
    """A service with the passages of its other way, and its calls with the times and distances of that."""

    service: Service
    calls: tuple[Call, ...]


def detour_of(service: Service, calls: Sequence[Call], ways: Ways, shut: AbstractSet[str]) -> Detour | None:
    """
    Return a service on its way round what is closed, itself if it passes nothing closed, None if no way is known.

    Each leg through something closed takes the shortest open way that is no shorter than its own. Its running times
    and distance change as the length of the way does, so the ship keeps its speed; days of departure, stops and prices
    stay as they are.

    Parameters
    ----------
    service, calls
        As things are.
    ways
        All that are known.
    shut
        Passages that are closed.
    """
    if shut.isdisjoint(service.passages):
        return Detour(service, tuple(calls))
    taken = ways.legs(service, [call.location for call in calls])
    if not shut & set(service.passages) <= set(passed_on(taken)):
        return None
    others: list[Way | None] = []
    changed = [calls[0]]
    for (start, end), way in zip(pairwise(calls), taken, strict=True):
        other, call = way, end
        if way is not None and shut & set(way.via):
            other = _around(ways.between(service.mode, start.location, end.location), way, shut)
            if other is None:
                return None
            call = _stretched(end, other.distance_m or 0, way.distance_m or 1)
        others.append(other)
        changed.append(call)
    known = set(passed_on(taken))
    elsewhere = [name for name in service.passages if name not in known]
    passages = dict.fromkeys([*passed_on(others), *elsewhere])
    return Detour(replace(service, passages=tuple(passages)), tuple(changed))


def _around(ways: Sequence[Way], usual: Way, shut: AbstractSet[str]) -> Way | None:
    """
    Return the shortest way that passes nothing closed and is no shorter than the usual one.

    What is shorter and not taken as things are is avoided for a reason that a closure elsewhere does not mend.
    """
    if not usual.distance_m:
        return None
    free = [way for way in ways if (way.distance_m or 0) >= usual.distance_m and shut.isdisjoint(way.via)]
    return min(free, key=lambda way: (way.distance_m or 0, way.via), default=None)


def _stretched(call: Call, distance_m: int, usual_m: int) -> Call:
    """Return a call with the times and the distance of a run whose way has another length, rounded to the nearest."""
    names = ("run_min", "run_p10_min", "run_p90_min", "distance_m")
    return replace(call, **{name: (2 * getattr(call, name) * distance_m + usual_m) // (2 * usual_m) for name in names})
