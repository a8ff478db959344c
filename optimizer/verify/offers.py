"""The rides a service offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.verify.ride import Ride
from optimizer.verify.rows import tariff_options
from optimizer.verify.timetable import call_pairs, call_times, is_start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.records import Service, ThroughRate
    from optimizer.verify.case import Case
    from optimizer.verify.facts import Facts

_AIR = "air"


def sold_as(through: ThroughRate, *, is_second: bool) -> tuple[str, str, str]:
    """Return the service, boarding and alighting place of one leg of a through rate."""
    if is_second:
        return through.second_service, through.hub, through.destination
    return through.first_service, through.origin, through.hub


def rides(
    facts: Facts,
    service: Service,
    pair: tuple[int, int],
    through: ThroughRate | None = None,
    *,
    is_second: bool = False,
) -> Iterator[Ride]:
    """Yield the rides between two calls, one for each tariff option; the leg into a hub needs none."""
    calls = tuple(facts.calls[service.id][pair[0] : pair[1] + 1])
    board, alight = facts.locations[calls[0].location], facts.locations[calls[-1].location]
    options = tariff_options(facts, service, board.code, alight.code)
    if through is not None:
        options = {key: rows for key, rows in options.items() if key[0] == _AIR} if is_second else {(_AIR, None): []}
    for (product, unit), rows in options.items():
        yield Ride(
            service=service,
            calls=calls,
            board=board,
            alight=alight,
            product=product,
            unit=unit,
            rows=tuple(rows),
            through=through,
            is_second=is_second,
        )


def pairs_between(facts: Facts, service: Service, board: str, alight: str) -> list[tuple[int, int]]:
    """Return the positions of the calls at which cargo can board at one place and alight at another."""
    calls = facts.calls.get(service.id, [])
    ends = (board, alight)
    return [pair for pair in call_pairs(calls) if (calls[pair[0]].location, calls[pair[1]].location) == ends]


def departs(case: Case, service: Service, pair: tuple[int, int], depart_min: int, arrive_min: int) -> bool:
    """Tell whether a service really leaves one call and reaches the other at two instants."""
    times = call_times(case.facts.calls[service.id])
    board, alight = times[pair[0]], times[pair[1]]
    is_timed = arrive_min - depart_min == alight.arrive - board.depart
    return is_timed and is_start(case.facts, case.clock, service, depart_min - board.depart)
