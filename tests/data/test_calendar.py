"""Opening hours, asked minute by minute of slower code."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import Catalogue, UnknownIdError
from data.calendar import OpeningHours
from data.timeaxis import TimeAxis
from data.values import format_hours
from tests.data.world import Rows, build, small

if TYPE_CHECKING:
    from data.records import Calendar
    from data.timeaxis import Minutes

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def with_calendar(**cells: str) -> Rows:
    """Return the small data set with one more calendar and a horizon over the spring change of clocks."""
    rows = small()
    rows["calendars"].append({"code": "X", "name_zh": "x", "name_en": "x", **cells})
    for row in rows["settings"]:
        if row["key"] == "horizon_days":
            row["value"] = "95"
    return rows


def is_open(catalogue: Catalogue, calendar: Calendar, territory: str, local: dt.datetime) -> bool:
    """Return whether a calendar is open at a local time, straight from the rules of the model."""
    named = {row.date: row.is_workday for row in catalogue.holidays if row.territory == territory}
    named |= {row.date: row.is_workday for row in catalogue.workday_overrides if row.territory == territory}
    hours = getattr(calendar, DAYS[local.weekday()])
    if calendar.holidays == "closed" and local.date() in named:
        hours = calendar.mon if named[local.date()] else ()
    minute = local.hour * 60 + local.minute
    return any(start <= minute < end for start, end in hours)


def open_minutes(starts: Minutes, ends: Minutes, horizon_min: int) -> np.ndarray:
    """Return for each minute of the horizon whether an interval holds it."""
    result = np.zeros(horizon_min, dtype=bool)
    for start, end in zip(starts, ends, strict=True):
        result[start:end] = True
    return result


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_against_each_hour(zone: str) -> None:
    """Every half hour of a quarter is open or shut as the model says, holidays and make-up workdays included."""
    catalogue = build(
        with_calendar(mon="09:00-12:00;13:00-18:00", sat="00:00-24:00", sun="20:00-24:00", holidays="closed")
    )
    calendar = catalogue.calendars[-1]
    starts, ends = OpeningHours(catalogue).intervals("X", "CN", zone)
    found = open_minutes(starts, ends, 95 * 1440)
    clock = zoneinfo.ZoneInfo(zone)
    for minute in range(0, 89 * 1440, 30):
        if zone == "America/Los_Angeles" and 66 <= minute // 1440 <= 67:
            continue  # the clocks change, see below
        local = (EPOCH + dt.timedelta(minutes=minute)).astimezone(clock)
        assert found[minute] == is_open(catalogue, calendar, "CN", local), local


@given(st.lists(st.sets(st.integers(0, 1440), min_size=2, max_size=6), min_size=7, max_size=7))
@settings(max_examples=30)
def test_intervals_are_tidy(week: list[set[int]]) -> None:
    """Intervals are in order, never empty, never touch, and stay within the horizon."""
    cells = {
        day: format_hours(tuple(zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False)))
        for day, edges in zip(DAYS, week, strict=True)
    }
    starts, ends = OpeningHours(build(with_calendar(**cells))).intervals("X", "CN", "Europe/Berlin")
    assert (starts < ends).all()
    assert (starts[1:] > ends[:-1]).all()
    assert len(starts) == 0 or (starts[0] >= 0 and ends[-1] <= 95 * 1440)
    assert starts.dtype == ends.dtype == np.int32


def test_always_open_is_one_interval() -> None:
    """A calendar of whole days is open throughout, also over changes of clocks and in every zone."""
    hours = OpeningHours(build(small()))
    for zone in ("Asia/Shanghai", "Europe/Berlin", "America/Santiago", "Pacific/Kiritimati"):
        starts, ends = hours.intervals("ALWAYS", "CN", zone)
        assert (starts.tolist(), ends.tolist()) == ([0], [365 * 1440])


def test_never_open() -> None:
    """A calendar without hours has no intervals."""
    starts, ends = OpeningHours(build(with_calendar())).intervals("X", "CN", "UTC")
    assert len(starts) == len(ends) == 0


def test_skipped_opening_time() -> None:
    """Hours that begin when the clocks go forward begin by the offset before, those within the gap are none."""
    catalogue = build(with_calendar(sun="02:30-04:00"))
    axis = TimeAxis(catalogue)
    starts, ends = OpeningHours(catalogue).intervals("X", "DE", "Europe/Berlin")
    # 02:30 at the offset before is 01:30 UTC; 04:00 is 02:00 UTC.
    day = axis.to_min(dt.datetime(2026, 3, 29, tzinfo=dt.UTC))
    assert (day + 90, day + 120) in set(zip(starts.tolist(), ends.tolist(), strict=True))
    catalogue = build(with_calendar(sun="02:30-03:00"))
    starts, _ = OpeningHours(catalogue).intervals("X", "DE", "Europe/Berlin")
    assert not ((starts >= day) & (starts < day + 1440)).any()


def test_days_off() -> None:
    """An override replaces the holiday of its date, and adds one where there is none."""
    rows = small()
    provenance = {"source": "x", "as_of": "2026", "confidence": "high"}
    rows["workday_overrides"].append({"territory": "CN", "date": "2026-01-02", "is_workday": "yes", **provenance})
    hours = OpeningHours(build(rows))
    assert hours.days_off("CN") == {dt.date(2026, 1, 1), dt.date(2026, 1, 3)}
    assert hours.days_off("DE") == set()


def test_unknown_calendar() -> None:
    """A calendar that does not exist is told with those that do."""
    with pytest.raises(UnknownIdError, match="ALWAYS, OFFICE"):
        OpeningHours(build(small())).intervals("Y", "CN", "UTC")
