"""Opening hours and days off over the planning horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from data.errors import UnknownIdError
from data.timeaxis import TimeAxis

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from data.catalogue import Catalogue
    from data.records import Calendar
    from data.timeaxis import Days, Minutes

    Hours = tuple[tuple[int, int], ...]


def workdays(catalogue: Catalogue, territory: str | None) -> dict[dt.date, bool]:
    """Return the named dates of a territory, True for a make-up workday; overrides replace holidays."""
    days = {row.date: row.is_workday for row in catalogue.holidays if row.territory == territory}
    return days | {row.date: row.is_workday for row in catalogue.workday_overrides if row.territory == territory}


class OpeningHours:
    """
    The opening hours of calendars over the horizon, in minutes since the epoch.

    Parameters
    ----------
    catalogue
        With calendars, holidays and the settings of the planning calendar.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._axis = catalogue.derived(TimeAxis)
        self._calendars = {calendar.code: calendar for calendar in catalogue.calendars}
        self._workdays: dict[str, dict[dt.date, bool]] = {}
        self._intervals: dict[tuple[str, str | None, str], tuple[Minutes, Minutes]] = {}

    def days_off(self, territory: str) -> set[dt.date]:
        """Return the dates on which a territory does not work, after overrides."""
        return {day for day, is_workday in self._workdays_of(territory).items() if not is_workday}

    def _workdays_of(self, territory: str) -> Mapping[dt.date, bool]:
        """Return the named dates of a territory, True for a make-up workday."""
        if territory not in self._workdays:
            self._workdays[territory] = workdays(self._catalogue, territory)
        return self._workdays[territory]

    def intervals(self, calendar_code: str, territory: str, zone: str) -> tuple[Minutes, Minutes]:
        """
        Return the starts and ends of a calendar's opening intervals, in order.

        They are half-open, do not touch and are cut to the horizon.

        Parameters
        ----------
        calendar_code
            The calendar.
        territory
            Whose holidays and make-up workdays it keeps.
        zone
            In whose local time its hours are written.

        Raises
        ------
        UnknownIdError
            If there is no such calendar.
        """
        calendar = self._calendars.get(calendar_code)
        if calendar is None:
            raise UnknownIdError(kind="calendar", value=calendar_code, near=sorted(self._calendars))
        key = (calendar_code, territory if calendar.holidays == "closed" else None, zone)
        if key not in self._intervals:
            self._intervals[key] = self._compute(calendar, territory, zone)
        return self._intervals[key]

    def _compute(self, calendar: Calendar, territory: str, zone: str) -> tuple[Minutes, Minutes]:
        """Return the joined intervals of a calendar."""
        first = self._axis.first_day
        # A day more at either end: local dates do not begin with those of UTC.
        days = np.arange(first - 1, first + self._axis.horizon_days + 1)
        week = (calendar.mon, calendar.tue, calendar.wed, calendar.thu, calendar.fri, calendar.sat, calendar.sun)
        hours: list[Hours] = [week[day] for day in _weekdays(days)]
        if calendar.holidays == "closed":
            for date, is_workday in self._workdays_of(territory).items():
                place = int((np.datetime64(date, "D") - days[0]).astype(np.int64))
                if 0 <= place < len(hours):
                    hours[place] = calendar.mon if is_workday else ()
        counts = [len(spans) for spans in hours]
        dates = np.repeat(days, counts)
        spans = np.array([span for day in hours for span in day], dtype=np.int64).reshape(-1, 2)
        starts = self._axis.local_minutes(zone, dates, spans[:, 0])
        ends = self._axis.local_minutes(zone, dates, spans[:, 1])
        return _joined(np.clip(starts, 0, self._axis.horizon_min), np.clip(ends, 0, self._axis.horizon_min))


def _weekdays(days: Days) -> list[int]:
    """Return the weekday of each date, 0 for Monday."""
    # Day 0 of numpy, 1970-01-01, was a Thursday.
    return [int(day) for day in (days.astype("datetime64[D]").astype(np.int64) + 3) % 7]


def _joined(starts: Minutes, ends: Minutes) -> tuple[Minutes, Minutes]:
    """Return ordered intervals with empty ones left out and adjacent ones joined."""
    kept = ends > starts
    starts, ends = starts[kept], ends[kept]
    is_new = np.ones(len(starts), dtype=np.bool_)
    is_new[1:] = starts[1:] > np.maximum.accumulate(ends)[:-1]
    is_last = np.append(is_new[1:], True) if len(starts) else is_new
    return starts[is_new], np.maximum.accumulate(ends)[is_last] if len(ends) else ends
