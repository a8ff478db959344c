"""The checker's instants, worked out one by one, are those of the compiled calendars and schedules."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from data.calendar import OpeningHours
from data.schedule import Schedule
from optimizer.verify.clock import Clock
from optimizer.verify.facts import Facts
from optimizer.verify.timetable import starts_on
from tests.oracles.networks import question

_SEEDS = range(60)
_LAST_MIN = 30 * 24 * 60


@pytest.mark.parametrize("seed", _SEEDS)
def test_next_open(seed: int) -> None:
    """The next open minute is the same from every 97th minute on, at every place and in every calendar."""
    catalogue = question(seed).catalogue
    clock, hours = Clock(Facts(catalogue)), OpeningHours(catalogue)
    for place in catalogue.locations:
        starts, ends = hours.intervals(place.calendar, place.territory, place.zone)
        for minute in range(2 * 24 * 60 + seed, _LAST_MIN, 97 * 7):
            index = int(np.searchsorted(ends, minute, side="right"))
            assert clock.next_open(minute, place.calendar, place) == max(minute, int(starts[index]))


@pytest.mark.parametrize("seed", _SEEDS)
def test_departures(seed: int) -> None:
    """Every service leaves its first call at the same instants, cancelled and extra ones included."""
    catalogue = question(seed).catalogue
    facts, schedule = Facts(catalogue), Schedule(catalogue)
    clock = Clock(facts)
    dates = [clock.first_date + dt.timedelta(days=day) for day in range(facts.setting("horizon_days"))]
    for service in catalogue.services:
        starts = {start for date in dates for start in starts_on(facts, clock, service, date)}
        assert sorted(starts) == schedule.departures(service).tolist()
