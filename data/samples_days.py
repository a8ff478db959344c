"""When cargo of a week gets ready: in the opening hours of the place it comes from."""

from __future__ import annotations

import dataclasses
import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from data.calendar import OpeningHours
from data.samples_profile import Choice, SampleError
from data.timeaxis import TimeAxis

if TYPE_CHECKING:
    from data.catalogue import Catalogue
    from data.records import Location

    Span = tuple[int, int]

DAYS = 7
_STEP_MIN = 15


class ReadyDays:
    """
    The working days and hours of one week at every place.

    Parameters
    ----------
    catalogue
        With calendars, holidays and the weights of weekdays.
    monday
        First day of the week.

    Raises
    ------
    SampleError
        If the planning calendar does not cover the week.

    Notes
    -----
    A day counts as far as the place is open on it. In a week all of whose days are days off, cargo gets ready as in
    an ordinary one: those who ship then, work then.
    """

    def __init__(self, catalogue: Catalogue, monday: dt.date) -> None:
        self._catalogue = catalogue
        self._axis = catalogue.derived(TimeAxis)
        self._hours = catalogue.derived(OpeningHours)
        self._dates = np.datetime64(monday, "D") + np.arange(DAYS + 1)
        self._weights = {row.weekday: float(row.weight) for row in catalogue.demand_days}
        self._days: dict[str, Choice[tuple[Span, ...]]] = {}
        first = self._axis.epoch.date()
        last = first + dt.timedelta(days=self._axis.horizon_days - 1)
        # Local days begin up to a day before or after those of UTC, and something must be left to be due in.
        if not first < monday <= last - dt.timedelta(days=DAYS + 1):
            msg = f"{monday} 起的一周超出计划日历 {first} 至 {last} / the week of {monday} is outside the calendar"
            raise SampleError(msg)

    def ready_at(self, location: Location, day: float, time: float) -> dt.datetime:
        """
        Return an instant at which a place is open, on a quarter of an hour.

        Parameters
        ----------
        location
            The place.
        day, time
            Where in the week and in the day it lies, each from 0 to below 1.
        """
        if location.code not in self._days:
            self._days[location.code] = self._open_days(location)
        spans = self._days[location.code].pick(day)
        left = int(time * sum(end - start for start, end in spans))
        for start, end in spans:
            if left < end - start:
                return self._axis.from_min(start + left // _STEP_MIN * _STEP_MIN)
            left -= end - start
        return self._axis.from_min(spans[0][0])

    def _open_days(self, location: Location) -> Choice[tuple[Span, ...]]:
        spans = self._spans(self._hours, location)
        if not any(spans):
            ordinary = OpeningHours(dataclasses.replace(self._catalogue, holidays=(), workday_overrides=()))
            spans = self._spans(ordinary, location)
        weighted = [(day, self._weights.get(number, 0.0) if day else 0.0) for number, day in enumerate(spans, 1)]
        return Choice.of(weighted, f"{location.code} → demand_days")

    def _spans(self, hours: OpeningHours, location: Location) -> list[tuple[Span, ...]]:
        """Return the opening intervals of each day of the week, in minutes since the epoch."""
        starts, ends = hours.intervals(location.calendar, location.territory, location.zone)
        midnights = [int(minute) for minute in self._axis.local_minutes(location.zone, self._dates, 0)]
        days: list[tuple[Span, ...]] = []
        for first, last in pairwise(midnights):
            place = slice(int(np.searchsorted(ends, first, "right")), int(np.searchsorted(starts, last, "left")))
            pairs = zip(starts[place].tolist(), ends[place].tolist(), strict=True)
            days.append(tuple((max(start, first), min(end, last)) for start, end in pairs))
        return days
