"""Instants, local times and the changes of clocks, against the standard library."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data import Catalogue, NaiveTimeError, OutsideHorizonError, SettingsError
from data.timeaxis import TimeAxis
from tests.data.world import build, find, small

AXIS = TimeAxis(build(small()))
EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
# With changes of clocks at 2 h, at midnight (Cairo), by half an hour (Lord Howe), in the south, for Ramadan, and none.
ZONES = (
    "Europe/Berlin", "Africa/Cairo", "Australia/Lord_Howe", "America/Santiago", "Africa/Casablanca",
    "America/New_York", "Asia/Shanghai", "Pacific/Kiritimati", "Asia/Kathmandu", "UTC",
)  # fmt: skip


def by_library(zone: str, day: dt.date, minute: int) -> int:
    """Return the minutes since the epoch of a local time, by the standard library."""
    local = dt.datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zoneinfo.ZoneInfo(zone))
    return (local.astimezone(dt.UTC) - EPOCH) // dt.timedelta(minutes=1)


@given(st.sampled_from(ZONES), st.dates(dt.date(2025, 12, 30), dt.date(2027, 1, 2)), st.integers(0, 1439))
@example("Europe/Berlin", dt.date(2026, 3, 29), 150)  # skipped
@example("Europe/Berlin", dt.date(2026, 10, 25), 150)  # twice
@example("Africa/Cairo", dt.date(2026, 4, 24), 30)
def test_local_minutes(zone: str, day: dt.date, minute: int) -> None:
    """A local time is the instant the standard library says, also where clocks change."""
    (found,) = AXIS.local_minutes(zone, np.array([day], dtype="datetime64[D]"), minute)
    assert found == by_library(zone, day, minute)


@pytest.mark.parametrize("zone", ZONES)
def test_whole_year(zone: str) -> None:
    """Every half hour of a year, at once."""
    days = np.repeat(AXIS.days(), 48)
    minutes = np.tile(np.arange(0, 1440, 30), AXIS.horizon_days)
    found = AXIS.local_minutes(zone, days, minutes)
    expected = [by_library(zone, day, int(minute)) for day, minute in zip(days.tolist(), minutes, strict=True)]
    assert found.dtype == np.int32
    assert found.tolist() == expected


def test_midnight_of_the_next_day() -> None:
    """24:00 is the next midnight, by the clock of that day."""
    day = np.array(["2026-03-29"], dtype="datetime64[D]")
    assert AXIS.local_minutes("Europe/Berlin", day, 1440) == AXIS.local_minutes("Europe/Berlin", day + 1, 0)
    assert AXIS.local_minutes("Europe/Berlin", day, 1440) - AXIS.local_minutes("Europe/Berlin", day, 0) == 23 * 60


@given(st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 31), timezones=st.just(dt.UTC)))  # noqa: DTZ001
def test_there_and_back(instant: dt.datetime) -> None:
    """An instant to the minute comes back as it was, whatever its zone."""
    instant = instant.replace(second=0, microsecond=0)
    minute = AXIS.to_min(instant.astimezone(zoneinfo.ZoneInfo("Asia/Shanghai")))
    assert AXIS.from_min(minute) == instant
    assert AXIS.from_min(minute).tzinfo is dt.UTC


def test_seconds_round_down() -> None:
    """Seconds are cut off, before the epoch as after it."""
    assert AXIS.to_min(EPOCH + dt.timedelta(seconds=59)) == 0
    assert AXIS.to_min(EPOCH - dt.timedelta(seconds=1)) == -1


def test_naive_times_are_refused() -> None:
    """A time without a zone is no instant."""
    with pytest.raises(NaiveTimeError, match=r"2026-01-05T08:00:00\+08:00"):
        AXIS.to_min(dt.datetime(2026, 1, 5, 8))  # noqa: DTZ001


def test_horizon() -> None:
    """The horizon begins with the epoch and has as many days as the setting says."""
    AXIS.check_covered(0)
    AXIS.check_covered(365 * 1440 - 1)
    for minute in (-1, 365 * 1440):
        with pytest.raises(OutsideHorizonError, match="2026-12-31"):
            AXIS.check_covered(minute)
    with pytest.raises(OutsideHorizonError):
        AXIS.local_minutes("UTC", np.array(["2027-02-01"], dtype="datetime64[D]"), 0)


def test_local_dates() -> None:
    """The date of an instant depends on the zone."""
    minute = AXIS.to_min(dt.datetime(2026, 5, 1, 17, tzinfo=dt.UTC))
    assert AXIS.local_date(minute, "Asia/Shanghai") == dt.date(2026, 5, 2)
    assert AXIS.local_date(minute, "America/New_York") == dt.date(2026, 5, 1)


@pytest.mark.parametrize("text", ["2026-01-01", "2026-01-01T00:00", "2026-01-01T00:00+08:00", "2026-01-01T01:00Z", "x"])
def test_epochs_that_are_none(text: str) -> None:
    """An epoch is a midnight in UTC."""
    rows = small()
    setting = find(rows, "settings", key="planning_epoch") | {"value": text}
    horizon = find(rows, "settings", key="horizon_days")
    catalogue = Catalogue(settings=Catalogue.from_rows({"settings": [horizon]}).settings)
    assert catalogue.setting_int("horizon_days") == 365
    row = dataclass_replace(catalogue, setting)
    with pytest.raises(SettingsError, match="planning_epoch"):
        TimeAxis(row)


def dataclass_replace(catalogue: Catalogue, setting: dict[str, str]) -> Catalogue:
    """Return an unchecked catalogue with one more setting."""
    good = Catalogue.from_rows({"settings": [setting | {"key": "other"}]}).settings[0]
    changed = type(good)(
        key="planning_epoch", value=good.value, meaning="", source="", as_of="", confidence="high", assumed=False
    )
    return Catalogue(settings=(*catalogue.settings, changed))


def test_by_a_whole_minute() -> None:
    """Cargo that is ready within a minute is ready with the next; on the minute, with that."""
    assert AXIS.by_min(EPOCH + dt.timedelta(minutes=5)) == 5
    assert AXIS.by_min(EPOCH + dt.timedelta(minutes=5, seconds=1)) == 6
