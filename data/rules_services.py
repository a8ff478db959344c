"""Rules of services, their calls and allotments, and the durations of runs and clearance."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from data.passages import Ways, passed_on
from data.rules import overlaps, row_fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.catalogue import Catalogue
    from data.errors import Fault
    from data.records import Call

RUNNING = frozenset({"active", "seasonal"})
"""The statuses of services that run without being switched on."""

_LEAST_CALLS = 2


def run_quantiles(catalogue: Catalogue) -> Iterator[Fault]:
    """Every run is p10 <= typical <= p90."""
    for call in catalogue.calls:
        if not call.run_p10_min <= call.run_min <= call.run_p90_min:
            yield row_fault(
                call,
                "run_min",
                "quantiles",
                f"应满足 P10 {call.run_p10_min} ≤ 典型 ≤ P90 {call.run_p90_min}",
                f"must lie between p10 {call.run_p10_min} and p90 {call.run_p90_min}",
            )


def clearance_quantiles(catalogue: Catalogue) -> Iterator[Fault]:
    """Every clearance time is p10 <= typical <= p90."""
    for row in catalogue.clearance:
        if not row.minutes_p10 <= row.minutes <= row.minutes_p90:
            yield row_fault(
                row,
                "minutes",
                "quantiles",
                f"应满足 P10 {row.minutes_p10} ≤ 典型 ≤ P90 {row.minutes_p90}",
                f"must lie between p10 {row.minutes_p10} and p90 {row.minutes_p90}",
            )


def call_count(catalogue: Catalogue) -> Iterator[Fault]:
    """Every service has at least two calls."""
    for service in catalogue.services:
        count = len(catalogue.calls_of(service.id))
        if count < _LEAST_CALLS:
            yield row_fault(
                service, "id", "call-count", f"只有 {count} 个挂靠, 至少两个", f"has {count} calls, needs at least 2"
            )


def call_sequence(catalogue: Catalogue) -> Iterator[Fault]:
    """Every service's calls are numbered 1, 2, 3 ... without gaps."""
    for calls in _rotations(catalogue):
        for expected, call in enumerate(calls, 1):
            if call.seq != expected:
                yield row_fault(
                    call,
                    "seq",
                    "call-sequence",
                    f"序号应从 1 起连续, 此处应为 {expected}",
                    f"must count 1, 2, 3 ... without gaps; expected {expected}",
                )
                break


def first_run(catalogue: Catalogue) -> Iterator[Fault]:
    """Every service's first call has no run before it."""
    for calls in _rotations(catalogue):
        first = calls[0]
        if first.run_min or first.run_p10_min or first.run_p90_min or first.distance_m:
            yield row_fault(
                first, "run_min", "first-run", "首个挂靠之前没有运行, 时间与距离应为 0", "must be 0 at the first call"
            )


def zero_length(catalogue: Catalogue) -> Iterator[Fault]:
    """Every service takes some time from its first call to its last."""
    for calls in _rotations(catalogue):
        total = sum(call.run_min for call in calls) + sum(call.stop_min for call in calls[1:-1])
        if len(calls) >= _LEAST_CALLS and total == 0:
            yield row_fault(
                calls[-1], "run_min", "zero-length", "全程时间为 0", "makes the whole service take no time at all"
            )


def repeated_place(catalogue: Catalogue) -> Iterator[Fault]:
    """No service calls twice running at the same place."""
    for calls in _rotations(catalogue):
        for before, call in pairwise(calls):
            if before.location == call.location:
                yield row_fault(
                    call, "location", "repeated-place", "与前一挂靠地点相同", "is the place of the call before"
                )


def zero_cycle(catalogue: Catalogue) -> Iterator[Fault]:
    """No chain of legs comes back to its start in no time, which a search could follow for ever."""
    legs = [
        (before.location, call)
        for calls in _rotations(catalogue)
        for before, call in pairwise(calls)
        if call.run_min == 0 and before.location != call.location
    ]
    for start, call in _cyclic(legs):
        yield row_fault(
            call,
            "run_min",
            "zero-cycle",
            f"自 {start} 的 0 分钟运行与其他班次构成零时长环路",
            f"is part of a circle of runs that takes no time, from {start} back to {start}",
        )


def _cyclic(legs: list[tuple[str, Call]]) -> list[tuple[str, Call]]:
    """Return the legs that are left when dead ends are taken away again and again."""
    while True:
        starts = {start for start, _ in legs}
        ends = {call.location for _, call in legs}
        kept = [(start, call) for start, call in legs if start in ends and call.location in starts]
        if len(kept) == len(legs):
            return kept
        legs = kept


def week_offsets(catalogue: Catalogue) -> Iterator[Fault]:
    """Every week offset is less than the number of weeks it is an offset in."""
    for service in catalogue.services:
        if service.week_offset >= service.every_weeks:
            yield row_fault(
                service,
                "week_offset",
                "week-offset",
                f"应小于周期 {service.every_weeks}",
                f"must be less than every_weeks, which is {service.every_weeks}",
            )


def transits(catalogue: Catalogue) -> Iterator[Fault]:
    """Every territory crossed exists."""
    known = {territory.code for territory in catalogue.territories}
    for service in catalogue.services:
        for code in service.transits:
            if code not in known:
                yield row_fault(
                    service,
                    "transits",
                    "dangling-reference",
                    f"表 territories 中没有 {code}",
                    f"names {code}, which is not in the table territories",
                )


def passages_of_ways(catalogue: Catalogue) -> Iterator[Fault]:
    """
    Every service passes just what the ways of its legs go through, where the table of lines knows their lengths.

    A length says that all passages of a line are known; legs without such lines are not looked at.
    """
    ways = catalogue.derived(Ways)
    for service in catalogue.services:
        places = [call.location for call in catalogue.calls_of(service.id)]
        known = [ways.between(service.mode, *ends) for ends in pairwise(places)]
        if not known or not all(one and all(way.distance_m for way in one) for one in known):
            continue
        taken = ways.legs(service, places)
        lost = [ends for ends, way in zip(pairwise(places), taken, strict=True) if way is None]
        idle = [name for name in service.passages if name not in passed_on(taken)]
        if lost or idle:
            zh = [f"{start}—{end} 的航路没有一条只经过这些通道" for start, end in lost]
            en = [f"no way from {start} to {end} passes only these" for start, end in lost]
            zh += [f"没有一段经过 {name}" for name in idle]
            en += [f"no leg passes {name}" for name in idle]
            yield row_fault(service, "passages", "way-passages", "；".join(zh), "; ".join(en))


def missing_price(catalogue: Catalogue) -> Iterator[Fault]:
    """Every running service has at least one price."""
    priced = {tariff.service for tariff in catalogue.tariffs}
    priced |= {rate.first_service for rate in catalogue.through_rates}
    for service in catalogue.services:
        if service.status in RUNNING and service.id not in priced:
            yield row_fault(
                service,
                "id",
                "missing-price",
                "运营中的班次没有任何运价",
                f"has status {service.status} but no row in the table tariffs",
            )


def allotment_sizes(catalogue: Catalogue) -> Iterator[Fault]:
    """Every allotment says how much it is, of boxes, mass or volume."""
    for row in catalogue.allotments:
        if row.capacity_teu_milli is None and row.capacity_kg is None and row.capacity_m3 is None:
            yield row_fault(
                row,
                None,
                "allotment-size",
                "TEU、公斤、立方米至少填一项 (0 表示不可用)",
                "needs capacity_teu_milli, capacity_kg or capacity_m3; 0 means that nothing may be used",
            )


def allotment_periods(catalogue: Catalogue) -> Iterator[Fault]:
    """No two allotments of a service are in force on the same day."""
    yield from overlaps(catalogue.allotments, lambda row: row.service, "allotment-overlap")


def _rotations(catalogue: Catalogue) -> Iterator[tuple[Call, ...]]:
    """Yield the calls of every service that has any, in order."""
    for service in catalogue.services:
        calls = catalogue.calls_of(service.id)
        if calls:
            yield calls


RULES = (
    rule(run_quantiles, "calls"),
    rule(clearance_quantiles, "clearance"),
    rule(call_count, "services", "calls"),
    rule(call_sequence, "services", "calls"),
    rule(first_run, "services", "calls"),
    rule(zero_length, "services", "calls"),
    rule(repeated_place, "services", "calls"),
    rule(zero_cycle, "services", "calls"),
    rule(week_offsets, "services"),
    rule(transits, "services", "territories"),
    rule(allotment_sizes, "allotments"),
    rule(allotment_periods, "allotments"),
    rule(passages_of_ways, "services", "calls", "geometry"),
    rule(missing_price, "services", "tariffs", "through_rates", only_complete=True),
)
