"""Days on which places do not stuff or strip: a network without them, and what the tables say of them."""

from __future__ import annotations

import datetime as dt
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import Holiday
from data.calendar import workdays
from data.shipment import Filters
from network import Network
from network.capacity import ENDLESS, Amount
from network.closing import Runs
from network.compile import compile_timetable
from network.placedays import PlaceDay, PlaceRoom, _without
from tests.builders import Sketch, shipment, throughput
from tests.oracles.dice import Dice
from tests.oracles.networks import Question, question
from tests.table_mutations import PROVENANCE

if TYPE_CHECKING:
    from data import Catalogue, Location

DAY = 1440


def _vectors(network: Network, asked: Question) -> set[tuple[int, int, int]]:
    options = network.quote(asked.shipment, asked.filters).options
    return {(option.cost_cny_minor, option.arrive_min, option.emissions_g) for option in options}


def _limited(tables: Catalogue) -> Catalogue:
    """Return tables with a limit, which no quote looks at, wherever boxes are stuffed or stripped."""
    rows = [
        throughput(place.code, process, boxes_per_day=1)
        for place in tables.locations
        for process, does in (("stuff", place.stuffs), ("strip", place.strips))
        if does
    ]
    return tables.replace(throughput=rows)


def _with_own_calendar(tables: Catalogue, shut: dict[tuple[str, str], set[dt.date]]) -> Network:
    """Return a network compiled of tables in which processes shut on some days have a calendar of their own."""
    calendars, territories, holidays = list(tables.calendars), list(tables.territories), list(tables.holidays)
    keys = {}
    for number, ((code, process), dates) in enumerate(shut.items()):
        place = tables.location(code)
        own = next(calendar for calendar in tables.calendars if calendar.code == place.calendar)
        days = workdays(tables, place.territory) if own.holidays == "closed" else {}
        name = f"own{number}"
        calendars.append(replace(own, code=name, holidays="closed"))
        territories.append(replace(tables.territories[0], code=name, name_zh=name, name_en=name))
        for date, is_workday in (days | dict.fromkeys(dates, False)).items():
            row = Holiday(territory=name, date=date, is_workday=is_workday, name="shut", **PROVENANCE)  # type: ignore[arg-type]
            holidays.append(row)
        keys[code, process] = (name, name, place.zone)
    changed = tables.replace(calendars=calendars, territories=territories, holidays=holidays)
    network = Network(changed)
    for leg in network.legs:
        leg.calendar = keys.get((leg.origin, leg.kind), leg.calendar)
    compiled = compile_timetable(changed, network.legs)
    found = copy(network)
    found.compiled, found.answers = compiled, replace(network.answers, timetable=compiled.forward)
    return found


@pytest.mark.parametrize("seed", range(150))
def test_equals_a_calendar_of_its_own(seed: int) -> None:
    """Days closed one after the other leave the same front as calendars in which the process is shut on them."""
    asked = question(seed)
    tables = _limited(asked.catalogue)
    network = closed = Network(tables)
    runs, rng = Runs(network), np.random.default_rng(seed)
    shut: dict[tuple[str, str], set[dt.date]] = {}
    for _ in range(3):
        options = closed.quote(asked.shipment, asked.filters).options
        works = [step for option in options for step in option.steps if step.kind in {"stuff", "strip"}]
        if not works:
            break
        step = works[int(rng.integers(len(works)))]
        day = runs.places.day_of(step.origin, step.kind, step.depart_min)
        assert day is not None
        date = network.axis.local_date(step.depart_min, tables.location(step.origin).zone)
        assert date not in shut.get((step.origin, step.kind), set())
        shut.setdefault((step.origin, step.kind), set()).add(date)
        closed = runs.closed(closed, [day], lambda _leg, _use: True, closed)
    if shut:
        assert _vectors(closed, asked) == _vectors(_with_own_calendar(tables, shut), asked)


def test_the_questions_have_boxes_to_stuff() -> None:
    """Enough of the questions above begin with something to close, and in enough of them that changes the front."""
    changed = 0
    for seed in range(150):
        asked = question(seed)
        network = Network(_limited(asked.catalogue))
        options = network.quote(asked.shipment, asked.filters).options
        steps = [step for option in options for step in option.steps if step.kind in {"stuff", "strip"}]
        if steps:
            runs = Runs(network)
            days = [runs.places.day_of(step.origin, step.kind, step.depart_min) for step in steps]
            closed = runs.closed(network, {day for day in days if day is not None}, lambda _leg, _use: True)
            changed += _vectors(closed, asked) != _vectors(network, asked)
    assert changed >= 10


def _line(dice: Dice, hours: str) -> Sketch:
    """
    Return tables from a depot O that stuffs, and to which nothing goes, by ship to a depot E that strips.

    Only boxes come to E, and are received in no time, so that E does nothing but strip. O and E keep days off of their
    own. Loose cargo may go to the market F on its own.
    """
    sketch = Sketch(search_days="25").calendar("work", [hours] * 7, "closed")
    for code, area in (("HO", "HO"), ("HX", "HO"), ("FA", "FA"), ("FX", "FA")):
        sketch.territory(code, area)
    sketch.location("O", "HX", kind="cfs", calendar="work", stuffs=True, zone="Asia/Shanghai")
    sketch.location("H", "HO", kind="seaport", clears_export=True, zone="Asia/Shanghai")
    sketch.location("X", "FA", kind="seaport", clears_import=True, zone="Europe/Berlin")
    sketch.location("E", "FX", kind="cfs", calendar="work", strips=True, zone="Europe/Berlin")
    sketch.location("F", "FA", kind="market", zone="Europe/Berlin")
    size = {"volume_cm3": 33 * 10**6, "usable_cm3": 28 * 10**6, "payload_g": 21 * 10**6, "teu_milli": 1000}
    sketch.add("load_units", code="B20", **size)
    for ends, run_min in (("OH", 200), ("HX", 3000), ("XE", 260), ("EF", 90), ("XF", 400)):
        mode = "sea" if ends == "HX" else "road"
        days = "".join(dice.some("1234567", 5)) or "135"
        calls = [{"location": ends[0]}, {"location": ends[1], "run_min": run_min}]
        sketch.service(ends, mode, calls, days="".join(sorted(days)), departs=dice.pick(("06:30", "03:00;15:00")))
        if ends in {"OH", "HX", "XE"}:
            sketch.add(
                "tariffs", service=ends, product="fcl", unit="B20", basis="per_box", rate=str(dice.between(2, 60))
            )
        if ends != "XE":
            loose = "lcl" if mode == "sea" else "ltl"
            sketch.add("tariffs", service=ends, product=loose, basis="per_wm", rate=str(dice.between(1, 40)))
    for code in ("stuff", "strip"):
        sketch.add("stuffing", direction=code, minutes=dice.between(0, 400), basis="per_box", rate="3", currency="CNY")
    sketch.add("clearance", territory="HO", direction="export", regime="*", minutes=100)
    sketch.add("clearance", territory="FA", direction="import", regime="*", minutes=200)
    return sketch.add("storage", form="loose", free_min=0, basis="per_wm", rate="2")


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("hours", ["08:00-18:00", "24h", "00:00-05:00;20:00-24:00"])
def test_equals_a_shut_place(hours: str, seed: int) -> None:
    """Closed days of places that do nothing else leave the same front as tables in which these have days off."""
    dice = Dice(seed)
    plain = _line(dice, hours).catalogue()
    cargo = shipment("O", "F", ready_min=4 * DAY + dice.between(0, DAY), mass_g=9_000_000, volume_cm3=20 * 10**6)
    asked = Question(plain, cargo, Filters())
    tables = _limited(plain)
    dates = [dt.date(2026, 1, 5) + dt.timedelta(days=day) for day in range(12)]
    shut = {"O": dice.some(dates, 6), "E": dice.some(dates, 6)}
    runs = Runs(network := Network(tables))
    days = [_day(runs.places, tables.location(code), date) for code, some in shut.items() for date in some]
    closed = runs.closed(network, days, lambda _leg, _use: True)
    rows = [
        Holiday(territory=tables.location(code).territory, date=date, is_workday=False, name="shut", **PROVENANCE)  # type: ignore[arg-type]
        for code, some in shut.items()
        for date in some
    ]
    found = _vectors(closed, asked)
    assert found
    assert found == _vectors(Network(plain.replace(holidays=rows)), asked)


def _day(room: PlaceRoom, place: Location, date: dt.date) -> PlaceDay:
    """Return a day of what a place does."""
    noon = dt.datetime(date.year, date.month, date.day, 12, tzinfo=dt.UTC)
    minute = (noon - dt.datetime(2026, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(minutes=1)
    found = room.day_of(place.code, "stuff" if place.stuffs else "strip", minute)
    assert found is not None
    return found


def test_barred_legs_only() -> None:
    """Days that are closed to no leg leave the network as it is."""
    network = Network(_limited(_line(Dice(1), "24h").catalogue()))
    runs = Runs(network)
    day = _day(runs.places, network.catalogue.location("O"), dt.date(2026, 1, 6))
    assert runs.closed(network, [day], lambda _leg, _use: False) is network


def test_limits_by_day() -> None:
    """A limit holds from its first local day to its last; what is not given is endless."""
    first, last = dt.date(2026, 3, 28), dt.date(2026, 3, 29)
    rows = (
        throughput("E", "strip", valid_from=first, valid_to=last, boxes_per_day=2, kg_per_day=7),
        throughput("E", "strip", valid_from=last + dt.timedelta(days=1), m3_per_day=0),
    )
    sketch = _line(Dice(1), "24h")
    sketch.rows["settings"] = [
        row | {"value": "120"} if row["key"] == "horizon_days" else row for row in sketch.rows["settings"]
    ]
    tables = sketch.catalogue().replace(throughput=rows)
    room = PlaceRoom(tables)
    days = {minute: room.day_of("E", "strip", minute) for minute in range(85 * DAY, 90 * DAY, 60)}
    amounts = {room.of(day) for day in days.values() if day is not None}
    free = Amount(ENDLESS, ENDLESS, ENDLESS)
    two = Amount(2, 7_000, ENDLESS)
    assert amounts == {free, two, Amount(ENDLESS, ENDLESS, 0)}
    # In Berlin 28 March begins at 23:00 UTC of the day before, and the clocks change on the 29th, which has 23 hours.
    begin = 86 * DAY - 60
    limited = [minute for minute, day in days.items() if day is not None and room.of(day) == two]
    assert (min(limited), max(limited)) == (begin, begin + 46 * 60)
    day = room.day_of("E", "strip", begin + 24 * 60)
    assert day is not None
    assert room.span(day) == (begin + 24 * 60, begin + 47 * 60)
    assert room.day_of("E", "stuff", begin) is None
    assert [one.day_min for one in room.days(begin, begin + 47 * 60)] == [begin, begin + 24 * 60, begin + 47 * 60]


_SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 25)), max_size=5)


@given(_SPANS, _SPANS)
def test_spans_taken_out(hours: list[tuple[int, int]], off: list[tuple[int, int]]) -> None:
    """Intervals less spans hold the minutes that they should, in order and apart."""
    opened = sorted({minute for start, size in hours for minute in range(start, start + size)})
    closed = {minute for start, size in off for minute in range(start, start + size)}
    starts = np.array([m for m in opened if m - 1 not in opened], dtype=np.int64)
    ends = np.array([m + 1 for m in opened if m + 1 not in opened], dtype=np.int64)
    left = _without(starts, ends, [(start, start + size) for start, size in off])
    minutes = [minute for start, end in zip(*left, strict=True) for minute in range(start, end)]
    assert minutes == [minute for minute in opened if minute not in closed]
