"""
Instants as minutes since the planning epoch, and local times as instants.

A local time that is skipped or repeated by a change of clocks is read with ``fold=0``: a skipped one by the offset
before the change, a repeated one as the first of the two.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data.errors import NaiveTimeError, OutsideHorizonError, SettingsError
from data.values import DAY_MIN

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from data.catalogue import Catalogue

    Days = npt.NDArray[np.datetime64]
    Minutes = npt.NDArray[np.int32]

_MINUTE = dt.timedelta(minutes=1)
# Local dates may lie a day before or after the UTC date, and a closing time of 24:00 on the day after that.
_MARGIN_DAYS = 3


class TimeAxis:
    """
    The planning calendar of a catalogue.

    Parameters
    ----------
    catalogue
        With the settings ``planning_epoch`` and ``horizon_days``.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.epoch: dt.datetime = read_epoch(catalogue.setting("planning_epoch"))
        self.horizon_days: int = catalogue.setting_int("horizon_days")
        self.first_day: np.datetime64 = np.datetime64(self.epoch.date(), "D")
        self._zones: dict[str, _Offsets] = {}

    @property
    def horizon_min(self) -> int:
        """First minute after the horizon."""
        return self.horizon_days * DAY_MIN

    def days(self) -> Days:
        """Return every date of the horizon."""
        return self.first_day + np.arange(self.horizon_days, dtype="timedelta64[D]")

    def to_min(self, instant: dt.datetime) -> int:
        """
        Return an aware instant as minutes since the epoch, rounded down.

        Raises
        ------
        NaiveTimeError
            If the instant has no zone.
        """
        if instant.utcoffset() is None:
            msg = f"{instant.isoformat()} has no time zone; write it as {instant.isoformat()}+08:00 or with Z"
            raise NaiveTimeError(msg)
        return (instant - self.epoch) // _MINUTE

    def by_min(self, instant: dt.datetime) -> int:
        """Return the first whole minute since the epoch that is not before an aware instant."""
        minute = self.to_min(instant)
        return minute if self.from_min(minute) == instant else minute + 1

    def from_min(self, minute: int) -> dt.datetime:
        """Return the instant, in UTC, that is some minutes after the epoch."""
        return self.epoch + int(minute) * _MINUTE

    def to_local(self, minute: int, zone: str) -> dt.datetime:
        """Return the local time in a zone some minutes after the epoch."""
        return self.from_min(minute).astimezone(zoneinfo.ZoneInfo(zone))

    def local_date(self, minute: int, zone: str) -> dt.date:
        """Return the local date in a zone some minutes after the epoch."""
        return self.to_local(minute, zone).date()

    def check_covered(self, minute: int) -> None:
        """
        Refuse a minute outside the horizon.

        Raises
        ------
        OutsideHorizonError
            Naming the first and the last day that are covered.
        """
        if not 0 <= minute < self.horizon_min:
            first, last = self.epoch, self.from_min(self.horizon_min - 1)
            msg = f"{self.from_min(minute):%Y-%m-%d %H:%MZ} lies outside {first:%Y-%m-%d} to {last:%Y-%m-%d}"
            raise OutsideHorizonError(msg)

    def local_minutes(self, zone: str, dates: Days, minute_of_day: npt.ArrayLike) -> Minutes:
        """
        Return the minutes since the epoch of local times.

        Parameters
        ----------
        zone
            IANA zone.
        dates
            Local dates, at most three days outside the horizon, as ``datetime64[D]``.
        minute_of_day
            Minutes after the local midnight, one for all dates or one each; 1440 is the next midnight.
        """
        if zone not in self._zones:
            self._zones[zone] = self._offsets(zone)
        minutes = np.asarray(minute_of_day, dtype=np.int64)
        day = (dates - self.first_day).astype(np.int64) + minutes // DAY_MIN
        day, minute = np.broadcast_arrays(day, minutes % DAY_MIN)
        local = day * DAY_MIN + minute
        return np.asarray(local - self._zones[zone].at(day, minute), dtype=np.int32)

    def _offsets(self, zone: str) -> _Offsets:
        """Return the offsets of a zone for every date that may be asked for."""
        clock = zoneinfo.ZoneInfo(zone)
        first = self.epoch.date() - dt.timedelta(days=_MARGIN_DAYS)

        def offset_min(day: int, minute: int) -> int:
            date = first + dt.timedelta(days=day)
            local = dt.datetime(date.year, date.month, date.day, minute // 60, minute % 60, tzinfo=clock)
            return (local.utcoffset() or dt.timedelta()) // _MINUTE

        count = self.horizon_days + 2 * _MARGIN_DAYS
        at_midnight = np.array([offset_min(day, 0) for day in range(count + 1)], dtype=np.int64)
        # A day between two midnights of the same offset has that offset throughout.
        return _Offsets(at_midnight[:-1], at_midnight[1:] != at_midnight[:-1], offset_min)


@dataclass(frozen=True, slots=True)
class _Offsets:
    """Offsets from UTC, in minutes, of one zone; days are counted from the margin before the epoch."""

    at_midnight: npt.NDArray[np.int64]
    is_changing: npt.NDArray[np.bool_]
    exact: Callable[[int, int], int]

    def at(self, day: npt.NDArray[np.int64], minute: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the offset at each local day since the epoch and minute of that day."""
        index = day + _MARGIN_DAYS
        if index.size and (index.min() < 0 or index.max() >= len(self.at_midnight)):
            msg = f"local dates more than {_MARGIN_DAYS} days outside the horizon are not covered"
            raise OutsideHorizonError(msg)
        offsets = self.at_midnight[index]
        for place in zip(*np.nonzero(self.is_changing[index]), strict=True):
            offsets[place] = self.exact(int(index[place]), int(minute[place]))
        return offsets


def read_epoch(text: str) -> dt.datetime:
    """
    Return the planning epoch of its setting, which must be an aware UTC midnight.

    Raises
    ------
    SettingsError
        If the text is anything else.
    """
    try:
        epoch = dt.datetime.fromisoformat(text)
    except ValueError:
        epoch = None
    if epoch is None or epoch.utcoffset() != dt.timedelta() or epoch.time() != dt.time():
        msg = f"setting 'planning_epoch' must be midnight in UTC such as 2026-01-01T00:00Z, got {text!r}"
        raise SettingsError(msg)
    return epoch.astimezone(dt.UTC)
