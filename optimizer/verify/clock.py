"""Minutes, local times and opening hours, one instant at a time."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from data.records import Calendar, Location
    from optimizer.verify.facts import Facts

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = dt.timedelta(days=1)
_MINUTE = dt.timedelta(minutes=1)


class Clock:
    """
    Conversions between instants, minutes and local times.

    Parameters
    ----------
    facts
        The tables: epoch, horizon, zones, calendars and holidays.
    """

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._epoch = facts.epoch
        self.first_date = self._epoch.date()
        self.last_date = self.first_date + (facts.setting("horizon_days") - 1) * _DAY
        self._from_local: dict[tuple[dt.date, int, str], int] = {}

    def minute(self, instant: dt.datetime) -> int:
        """Return the whole minute at or before an aware instant."""
        return (instant - self._epoch) // _MINUTE

    def local_date(self, minute: int, zone: str) -> dt.date:
        """Return the local date of an instant."""
        return (self._epoch + minute * _MINUTE).astimezone(ZoneInfo(zone)).date()

    def from_local(self, date: dt.date, time_min: int, zone: str) -> int:
        """Return the instant of a local time, given as minutes of its day (1440 = the next midnight)."""
        key = (date, time_min, zone)
        if key not in self._from_local:
            days, minutes = divmod(time_min, 24 * 60)
            time = dt.time(*divmod(minutes, 60), tzinfo=ZoneInfo(zone), fold=0)
            local = dt.datetime.combine(date + days * _DAY, time)
            self._from_local[key] = self.minute(local.astimezone(dt.UTC))
        return self._from_local[key]

    def hours_on(self, date: dt.date, calendar: Calendar, territory: str) -> tuple[tuple[int, int], ...]:
        """Return the opening intervals of one local date, as minutes of the day."""
        is_workday = self._facts.workdays.get((territory, date))
        if calendar.holidays == "closed" and is_workday is not None:
            return calendar.mon if is_workday else ()
        hours: tuple[tuple[int, int], ...] = getattr(calendar, _WEEKDAYS[date.weekday()])
        return hours

    def next_open(self, minute: int, calendar: str, location: Location) -> int | None:
        """Return the least open minute from an instant on, None if the horizon ends before it."""
        date = self.local_date(minute, location.zone) - _DAY
        while date <= self.last_date:
            opened = self._first_open(minute, date, calendar, location)
            if opened is not None:
                return opened
            date += _DAY
        return None

    def _first_open(self, minute: int, date: dt.date, calendar: str, location: Location) -> int | None:
        """Return the least open minute of one local date from an instant on."""
        found = []
        for begin, end in self.hours_on(date, self._facts.calendars[calendar], location.territory):
            begin_min = self.from_local(date, begin, location.zone)
            end_min = self.from_local(date, end, location.zone)
            if max(begin_min, minute) < end_min:
                found.append(max(begin_min, minute))
        return min(found, default=None)
