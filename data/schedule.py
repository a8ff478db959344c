"""Departures of services at their first call, in minutes since the planning epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from data.calendar import workdays
from data.timeaxis import TimeAxis

if TYPE_CHECKING:
    import datetime as dt

    from data.catalogue import Catalogue
    from data.records import DepartureException, Service
    from data.timeaxis import Days, Minutes

WEEK_ZERO = np.datetime64("2026-01-05", "D")
"""The Monday from which the weeks of services that do not run every week are counted."""


class Schedule:
    """
    The dated departures of a catalogue's services.

    Services that run alike share one computation.

    Parameters
    ----------
    catalogue
        With services, calls, locations, exceptions, holidays and the settings of the planning calendar.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._axis = catalogue.derived(TimeAxis)
        self._days = self._axis.days()
        since_monday = (self._days - WEEK_ZERO).astype(np.int64)
        self._weekdays = since_monday % 7 + 1
        self._weeks = since_monday // 7
        self._days_off: dict[str, Days] = {}
        self._minutes: dict[object, Minutes] = {}
        self._exceptions: dict[str, list[DepartureException]] = {}
        for row in catalogue.departure_exceptions:
            self._exceptions.setdefault(row.service, []).append(row)

    def departures(self, service: Service) -> Minutes:
        """
        Return the minutes at which a service leaves its first call, in order, whatever its status.

        A service without calls never leaves. The array is shared and must not be written to.
        """
        calls = self._catalogue.calls_of(service.id)
        if not calls:
            return np.zeros(0, dtype=np.int32)
        zone = self._catalogue.location(calls[0].location).zone
        exceptions = self._exceptions.get(service.id, [])
        key = (zone, _pattern(service), frozenset((row.date, row.action) for row in exceptions))
        if key not in self._minutes:
            self._minutes[key] = self._compute(service, zone, exceptions)
        return self._minutes[key]

    def _compute(self, service: Service, zone: str, exceptions: list[DepartureException]) -> Minutes:
        """Return the departures of one service."""
        dates = self._dates(service, exceptions)
        times = [self._axis.local_minutes(zone, dates, minute) for minute in service.departs]
        minutes = np.unique(np.concatenate(times))
        minutes.flags.writeable = False
        return minutes

    def _dates(self, service: Service, exceptions: list[DepartureException]) -> Days:
        """Return the local dates on which a service leaves."""
        runs = np.isin(self._weekdays, service.days)
        runs &= self._weeks % service.every_weeks == service.week_offset
        if service.valid_from is not None:
            runs &= self._days >= np.datetime64(service.valid_from, "D")
        if service.valid_to is not None:
            runs &= self._days <= np.datetime64(service.valid_to, "D")
        if service.holiday_territory is not None:
            runs &= ~np.isin(self._days, self._days_off_in(service.holiday_territory))
        for row in exceptions:
            runs[self._days == np.datetime64(row.date, "D")] = row.action == "add"
        return self._days[runs]

    def _days_off_in(self, territory: str) -> Days:
        """Return the days off of a territory, after overrides."""
        if territory not in self._days_off:
            named: dict[dt.date, bool] = workdays(self._catalogue, territory)
            days = [day for day, is_workday in named.items() if not is_workday]
            self._days_off[territory] = np.array(days, dtype="datetime64[D]")
        return self._days_off[territory]


def _pattern(service: Service) -> tuple[object, ...]:
    """Return everything that decides when a service leaves, apart from zone and exceptions."""
    return (
        service.days,
        service.every_weeks,
        service.week_offset,
        service.departs,
        service.valid_from,
        service.valid_to,
        service.holiday_territory,
    )


def departures(catalogue: Catalogue, service: Service) -> Minutes:
    """
    Return the minutes since the epoch at which a service leaves its first call, in order.

    For each local date in the horizon and the service's validity, on one of its weekdays, in one of its weeks
    (counted from `WEEK_ZERO`), that is no day off of its holiday territory; without cancelled dates and with
    added ones; at each of its times. Its status is not looked at.
    """
    return catalogue.derived(Schedule).departures(service)
