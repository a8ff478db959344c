"""Departures, date by date by slower code."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from data import Catalogue, Service
from data.schedule import Schedule, departures
from tests.data.large import large
from tests.data.world import Rows, build, find, small

EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def by_dates(catalogue: Catalogue, service: Service) -> list[int]:
    """Return the departures of a service, straight from the rules of the model."""
    zone = zoneinfo.ZoneInfo(catalogue.location(catalogue.calls_of(service.id)[0].location).zone)
    named = {row.date: row.is_workday for row in catalogue.holidays if row.territory == service.holiday_territory}
    named |= {
        row.date: row.is_workday for row in catalogue.workday_overrides if row.territory == service.holiday_territory
    }
    exceptions = {row.date: row.action for row in catalogue.departure_exceptions if row.service == service.id}
    minutes = set()
    for number in range(catalogue.setting_int("horizon_days")):
        date = EPOCH.date() + dt.timedelta(days=number)
        week = (date - dt.date(2026, 1, 5)).days // 7
        runs = (
            (service.valid_from is None or service.valid_from <= date)
            and (service.valid_to is None or date <= service.valid_to)
            and date.isoweekday() in service.days
            and week % service.every_weeks == service.week_offset
            and named.get(date, True)
        )
        if exceptions.get(date, "add" if runs else "cancel") == "add":
            for minute in service.departs:
                local = dt.datetime(date.year, date.month, date.day, minute // 60, minute % 60, tzinfo=zone)
                minutes.add((local.astimezone(dt.UTC) - EPOCH) // dt.timedelta(minutes=1))
    return sorted(minutes)


def changed(**cells: object) -> Rows:
    """Return the small data set with another rhythm of the service from Ningbo to Hamburg."""
    rows = small()
    find(rows, "services", id="SEA-1").update(cells)
    return rows


@given(
    days=st.sets(st.sampled_from("1234567"), min_size=1),
    rhythm=st.integers(1, 4).flatmap(lambda every: st.tuples(st.just(every), st.integers(0, every - 1))),
    departs=st.sets(st.sampled_from(["00:00", "02:30", "08:05", "23:59"]), min_size=1),
    valid=st.lists(st.dates(dt.date(2025, 6, 1), dt.date(2027, 6, 1)), min_size=2, max_size=2).map(sorted),
    start=st.sampled_from(["CNNGB-P", "DEFRA-A"]),
    holidays=st.sampled_from(["", "CN"]),
)
@settings(max_examples=60)
def test_against_each_date(
    days: set[str],
    rhythm: tuple[int, int],
    departs: set[str],
    valid: list[dt.date],
    start: str,
    holidays: str,
) -> None:
    """A service leaves on the dates the model says, at those local times, also over changes of clocks."""
    rows = changed(
        days="".join(days),
        every_weeks=rhythm[0],
        week_offset=rhythm[1],
        departs=";".join(departs),
        valid_from=valid[0],
        valid_to=valid[1],
        holiday_territory=holidays,
    )
    find(rows, "calls", service="SEA-1", seq="1")["location"] = start
    rows["tariffs"] = [row for row in rows["tariffs"] if row["service"] != "SEA-1"]
    catalogue = Catalogue.from_rows(rows)
    service = catalogue.service("SEA-1")
    found = departures(catalogue, service)
    assert found.dtype == np.int32
    assert found.tolist() == by_dates(catalogue, service)


def test_exceptions() -> None:
    """A cancelled date is left out and an added one put in, whatever day it is."""
    catalogue = build(small())
    found = departures(catalogue, catalogue.service("SEA-1")).tolist()
    assert found == by_dates(catalogue, catalogue.service("SEA-1"))
    assert found[:2] == [8 * 1440 + 14 * 60, 13 * 1440 + 14 * 60]  # 9 and 14 January, 22:00 in Ningbo


def test_added_dates_go_beyond_validity_and_holidays() -> None:
    """An extra date needs no validity, but lies in the horizon."""
    rows = changed(valid_to="2026-01-01", holiday_territory="CN")
    added = find(rows, "departure_exceptions", action="add")
    rows["departure_exceptions"] += [added | {"date": date} for date in ("2026-01-02", "2025-12-31")]
    catalogue = build(rows)
    assert departures(catalogue, catalogue.service("SEA-1")).tolist() == [1440 + 14 * 60, 8 * 1440 + 14 * 60]


def test_status_is_not_looked_at() -> None:
    """Whether a service runs at all is for the network to decide."""
    catalogue = build(small())
    assert len(departures(catalogue, catalogue.service("AIR-1"))) > 100


def test_first_days_of_the_year() -> None:
    """The days before the first Monday belong to week -1."""
    catalogue = build(small())
    found = departures(catalogue, catalogue.service("AIR-2"))  # Tue, Thu, Sat of odd weeks
    assert [minute // 1440 for minute in found[:4]] == [0, 2, 12, 14]


def test_services_alike_share_an_array_that_cannot_be_changed() -> None:
    """The same rhythm is computed once."""
    rows = small()
    other = find(rows, "services", id="ROAD-1") | {"id": "ROAD-2", "name_en": "Another"}
    rows["services"].append(other)
    rows["calls"] += [row | {"service": "ROAD-2"} for row in rows["calls"] if row["service"] == "ROAD-1"]
    rows["tariffs"].append(find(rows, "tariffs", id="T-1") | {"id": "T-9", "service": "ROAD-2"})
    catalogue = build(rows)
    schedule = Schedule(catalogue)
    first, second = (schedule.departures(catalogue.service(name)) for name in ("ROAD-1", "ROAD-2"))
    assert first is second
    assert not first.flags.writeable


def test_many() -> None:
    """Fifteen hundred services have their departures."""
    catalogue = Catalogue.from_rows(large())
    assert sum(len(departures(catalogue, service)) for service in catalogue.services) > 100_000
