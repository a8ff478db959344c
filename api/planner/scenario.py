"""
A planner's scenario: what is closed, added or changed, and the data set that follows from it.

A definition is all there is to a scenario; it stands in the address of its page, so that whoever has the link has the
scenario.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from api.planner.detours import detour_of
from data.passages import Ways
from viz.theme import MODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from data import Catalogue
    from data.records import Call, Service, Tariff

RUNNING = ("active", "seasonal")
RETURN = "-REV"
"""Ends the id of the line that leads back."""
_CENTS = Decimal("0.0001")
_WEEK = 7
_SHARES = ("percent", "percent_low", "percent_high", "amount", "amount_low", "amount_high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """
    What is different.

    Parameters
    ----------
    name
        For people.
    closed
        Codes of places, names of passages, and ids of services.
    added
        Ids of services of the status ``scenario``.
    prices, runs
        Per cent by which the prices, and the number of departures, of a mode change.
    duty
        Per cent by which duty rates change.
    """

    name: str = ""
    closed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    prices: tuple[tuple[str, int], ...] = ()
    runs: tuple[tuple[str, int], ...] = ()
    duty: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing is different."""
        return not (self.closed or self.added or self.duty or any(p for _, p in (*self.prices, *self.runs)))


def applied(catalogue: Catalogue, scenario: Scenario) -> Catalogue:
    """
    Return the data set of a scenario.

    Raises
    ------
    TableFaultsError
        When a line that is added lacks what a running one must have, such as a price.
    """
    tables: dict[str, Iterable[object]] = {}
    added = frozenset(scenario.added)
    services = {row.id: replace(row, status="active") if row.id in added else row for row in catalogue.services}
    calls = {row.id: catalogue.calls_of(row.id) for row in catalogue.services}
    tariffs = list(catalogue.tariffs)
    if scenario.closed:
        tariffs = _close(catalogue, scenario.closed, services, calls)
        tables["calls"] = [call for rows in calls.values() for call in rows]
        tables["through_rates"] = _through(catalogue, services, calls)
    runs = dict(scenario.runs)
    for row in services.values():
        if runs.get(row.mode):
            services[row.id] = more_often(row, runs[row.mode])
    tables["services"] = services.values()
    prices = dict(scenario.prices)
    tables["tariffs"] = [_dearer(row, prices.get(services[row.service].mode, 0)) for row in tariffs]
    if scenario.duty:
        factor = Decimal(100 + scenario.duty) / 100
        tables["duty_rates"] = [
            replace(row, **{name: value * factor for name in _SHARES if (value := getattr(row, name)) is not None})
            for row in catalogue.duty_rates
        ]
    return catalogue.replace(**tables)  # type: ignore[arg-type]


def _dearer(row: Tariff, percent: int) -> Tariff:
    """Return a price, and its least charge, changed by per cent."""
    if not percent:
        return row
    factor = Decimal(100 + percent) / 100
    least = None if row.min_charge is None else (row.min_charge * factor).quantize(_CENTS)
    return replace(row, rate=(row.rate * factor).quantize(_CENTS), min_charge=least)


def more_often(row: Service, percent: int) -> Service:
    """
    Return a service with more or fewer days of departure; at most one a day and time, at least one in a year.

    Days are spread over the week as evenly as they can be; below one a week, weeks are left out.
    """
    wanted = len(row.days) / row.every_weeks * (100 + percent) / 100
    if wanted >= 1:
        days = min(_WEEK, round(wanted))
        return replace(row, days=spread(row.days, days), every_weeks=1, week_offset=0)
    weeks = min(52, max(1, round(1 / wanted))) if wanted > 0 else 52
    return replace(row, days=row.days[:1], every_weeks=weeks, week_offset=row.week_offset % weeks)


def spread(days: tuple[int, ...], count: int) -> tuple[int, ...]:
    """
    Return some weekdays, of those given as far as there are enough, as evenly spread as they can be.

    Examples
    --------
    >>> spread((1, 3, 5), 2), spread((2,), 3)
    ((1, 3), (2, 5, 7))
    """
    if count <= len(days):
        return tuple(days[number * len(days) // count] for number in range(count))
    chosen = list(days)
    while len(chosen) < count:
        free = [day for day in range(1, _WEEK + 1) if day not in chosen]
        chosen.append(max(free, key=lambda day: (min(_apart(day, other) for other in chosen), -day)))
    return tuple(sorted(chosen))


def _apart(one: int, other: int) -> int:
    away = abs(one - other)
    return min(away, _WEEK - away)


def _close(
    catalogue: Catalogue, closed: Iterable[str], services: dict[str, Service], calls: dict[str, tuple[Call, ...]]
) -> list[Tariff]:
    """
    Close places, passages and services in services and calls, and return the prices that are left.

    What passes something closed goes another way where the tables know one, else it does not run, nor does what is
    closed itself or calls at a closed border; at another closed place nothing is loaded or discharged, and what is left
    with nothing to carry does not run either.
    """
    shut = frozenset(closed)
    ways = catalogue.derived(Ways)
    borders = {row.code for row in catalogue.locations if row.kind == "border"} & shut
    by_service: dict[str, list[Tariff]] = defaultdict(list)
    for tariff in catalogue.tariffs:
        by_service[tariff.service].append(tariff)
    for code, row in services.items():
        found = detour_of(row, calls[code], ways, shut)
        touched = {call.location for call in calls[code]}
        if found is None or code in shut or borders & touched:
            services[code] = _stopped(row)
            continue
        services[code], calls[code] = found
        if shut & touched:
            left = tuple(_passed_by(call) if call.location in shut else call for call in found.calls)
            pairs = carried(left)
            kept = [one for one in by_service[code] if (one.origin, one.destination) in pairs]
            if kept:
                calls[code], by_service[code] = left, kept
            else:
                services[code] = _stopped(found.service)
    return [tariff for rows in by_service.values() for tariff in rows]


def _stopped(row: Service) -> Service:
    return replace(row, status="suspended") if row.status in RUNNING else row


def _passed_by(call: Call) -> Call:
    return replace(call, can_board=False, can_alight=False)


def carried(calls: Iterable[Call]) -> frozenset[tuple[str | None, str | None]]:
    """Return the pairs of places between which some calls carry; None stands for any place."""
    rows = list(calls)
    exact = {
        (start.location, end.location)
        for at, start in enumerate(rows)
        if start.can_board
        for end in rows[at + 1 :]
        if end.can_alight
    }
    some: set[tuple[str | None, str | None]] = {(start, None) for start, _ in exact} | {(None, end) for _, end in exact}
    return frozenset(exact | some | ({(None, None)} if exact else set()))


def _through(
    catalogue: Catalogue, services: Mapping[str, Service], calls: Mapping[str, tuple[Call, ...]]
) -> list[object]:
    """Return the through rates both of whose services still carry what they are for."""
    return [
        row
        for row in catalogue.through_rates
        if (row.origin, row.hub) in carried(calls[row.first_service])
        and (row.hub, row.destination) in carried(calls[row.second_service])
        and services[row.first_service].status != "suspended"
        and services[row.second_service].status != "suspended"
    ]


def addable(catalogue: Catalogue) -> list[Service]:
    """Return the lines that can be added, those that lead back left out where the way out is there."""
    rows = [row for row in catalogue.services if row.status == "scenario"]
    ids = {row.id for row in rows}
    return [row for row in rows if not (row.id.endswith(RETURN) and row.id.removesuffix(RETURN) in ids)]


def with_returns(catalogue: Catalogue, ids: Iterable[str]) -> tuple[str, ...]:
    """Return lines with those that lead back."""
    known = {row.id for row in catalogue.services if row.status == "scenario"}
    return tuple(code for one in ids for code in (one, one + RETURN) if code in known)


MODES_OF_CHANGE = tuple(mode for mode in MODES if mode != "parcel")
"""Modes whose prices and departures a scenario may change."""
