"""The board of the day: exceptions first, then what leaves, fills, arrives and clears, as of now."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.dispatcher.board import board_of
from api.dispatcher.shown import ROWS, Row, Table, box_card, paper_tables
from api.plan_view import PlanView
from api.schedule_view import ScheduleView
from data.cargo import Cargo
from data.hub_schedule_json import ScheduleFile
from data.plan_json import PlanFile
from optimizer import schedule
from tests.agree_world import LIMITS, planned, shipment, tables, ways
from tests.api.dispatcher.conftest import NOW, file

if TYPE_CHECKING:
    from viz.theme import Lang

HOUR = dt.timedelta(hours=1)


def view(found: PlanFile | None = None) -> PlanView:
    """Return the plan of the desk, or another, in English."""
    return PlanView(*(found or file()), tables(), "en")


def kinds(now: dt.datetime, found: PlanFile | None = None) -> list[tuple[str, str, str]]:
    """Return mood, kind and subject of the alerts."""
    return [(one.mood, one.kind, one.subject) for one in board_of(view(found), now).alerts]


def test_cut_offs_come_nearer() -> None:
    """Nothing but what is left behind at first; boxes that are not booked a day before, and when it is too late."""
    left = ("bad", "desk_alert_unserved", "L")
    assert kinds(NOW - 48 * HOUR) == [left]
    boxes = [load.id for load in file().plan.loads]
    # Documents are due ten hours before eight in the evening of the fifth.
    assert kinds(NOW + 3 * HOUR) == [left, *(("warn", "desk_alert_cutoff", name) for name in boxes)]
    over = [("bad", "desk_alert_over_cutoff", name) for name in boxes]
    assert kinds(NOW + 27 * HOUR) == [left, *over]
    booked = tuple(replace(load, commitment="booked") for load in file().plan.loads)
    assert kinds(NOW + 27 * HOUR, PlanFile(replace(file().plan, loads=booked), file().cargo)) == [left]


def test_late_and_over_full() -> None:
    """A shipment that arrives after its due day, and a box above its limits, are named with numbers."""
    plan = file().plan
    first = replace(plan.journeys[0], days_late=2, penalty_cny_minor=12_345)
    full = replace(plan.loads[0], volume_cm3=30_000_000)
    changed = replace(plan, journeys=(first, *plan.journeys[1:]), loads=(full, *plan.loads[1:]))
    found = board_of(view(PlanFile(changed, file().cargo)), NOW - 48 * HOUR)
    alerts = {one.kind: one for one in found.alerts}
    assert alerts["desk_alert_late"].detail == "2 days late, penalty 123.45 CNY"
    assert alerts["desk_alert_over"].subject == full.id
    assert "30.0 / 28.0 m³" in alerts["desk_alert_over"].detail
    moods = [one.mood for one in found.alerts]
    assert moods == sorted(moods, key=lambda mood: mood != "bad")


def test_what_is_over_is_gone() -> None:
    """Departures, boxes and arrivals are those still to come; clearances go from waiting to released."""
    before, after = board_of(view(), NOW), board_of(view(), NOW + 10 * 24 * HOUR)
    assert [one.service.split()[0] for one in before.leaving] == ["ROAD", "SHIP"]
    assert [one.left_min for one in before.leaving] == [None, 26 * 60]
    assert (len(before.filling), len(before.arrivals)) == (2, 2)
    assert (after.leaving, after.filling, after.arrivals) == ([], [], [])
    assert {(one.waiting, one.released) for one in before.customs} == {(6, 0)}
    assert {(one.waiting, one.released) for one in after.customs} == {(0, 6)}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_whoever_is_alone_is_named_once(lang: Lang) -> None:
    """An alert of somebody who misses names the box as well, but not the same name in brackets for who is in none."""
    one = shipment("X")
    cargo = Cargo(shipments=(one,))
    journey = next(way.journey for way in ways(one) if way.is_missed)
    found = PlanFile(replace(planned(cargo).plan, journeys=(journey,), unserved=(), loads=()), cargo)
    made = schedule.solve(schedule.build(found, tables()), LIMITS)
    told = ScheduleView(ScheduleFile(made, found), tables(), lang)
    (alert,) = [one for one in board_of(view(found), NOW, told).alerts if one.kind == "desk_alert_missed"]
    assert alert.detail.startswith("X H")
    boxed = replace(made.missed[0], unit="L001")
    assert told.who(boxed) == ("X（L001）" if lang == "zh" else "X (L001)")


def test_paper_is_as_scheduled() -> None:
    """What is done in a scheduled hub is printed with the times of its schedule, and nowhere with those of the plan."""
    found = file()
    made = schedule.solve(schedule.build(found, tables()), LIMITS)
    told = ScheduleView(ScheduleFile(made, found), tables(), "en")
    hubs, work, *others = paper_tables(view(found), told)
    plain, *same = paper_tables(view(found), None)
    assert (others, work.heads) == (same, plain.heads)
    in_hubs = [row for row in plain.rows if row not in work.rows]
    assert {row.cells[3].text for row in in_hubs} <= {"stuff", "clear"}
    assert len(in_hubs) >= len(found.plan.loads)
    begins = {told.when(task.begin_min, task.hub) for task in made.tasks}
    assert begins <= {row.cells[0].text for row in hubs.rows}


def test_bars() -> None:
    """A box is as full as its contents, by mass and by volume."""
    load = file().plan.loads[0]
    card = box_card(view(), load)
    assert (card.volume, card.mass) == (round(load.volume_cm3 / 280_000), round(load.mass_g / 210_000))
    assert [one.id for one in card.inside] == list(load.shipments)
    assert not card.is_over


def test_long_tables_come_in_pages() -> None:
    """All rows are there once, in order, and a page that there is not is the last."""
    row = Row((), is_head=False)
    table = Table(title="", heads=(), rows=[row] * (2 * ROWS + 1))
    assert [len(table.at(number).rows) for number in (1, 2, 3)] == [ROWS, ROWS, 1]
    assert (table.at(9).page, table.at(9).pages) == (3, 3)
    assert Table(title="", heads=(), rows=[]).at(5).pages == 1
