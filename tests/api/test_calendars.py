"""Cut-offs and tasks as iCalendar, read back by a parser."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import icalendar
import pytest

from api.calendars import plan_calendar, schedule_calendar
from api.plan_tasks import tasks_of
from api.plan_view import PlanView
from api.schedule_view import ScheduleView
from data.cargo import Cargo
from data.hub_schedule import HubEvent
from data.hub_schedule_json import ScheduleFile
from data.timeaxis import TimeAxis
from optimizer import schedule
from tests.agree_world import LIMITS, MONDAY, planned, shipment, sketch, tables
from tests.hub_world import Box, catalogue, plan_file

if TYPE_CHECKING:
    from data import Catalogue
    from data.plan_json import PlanFile
    from viz.theme import Lang

ONE = Cargo(shipments=(shipment("A"),))
AT = dt.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def made(tables_: Catalogue, file: PlanFile) -> ScheduleFile:
    """Return a schedule of a plan."""
    return ScheduleFile(schedule.solve(schedule.build(file, tables_), LIMITS), file)


def events(content: bytes) -> list[icalendar.Event]:
    """Return the entries of a calendar."""
    read = icalendar.Calendar.from_ical(content)
    assert str(read["version"]) == "2.0"
    assert not read.errors
    found: list[icalendar.Event] = list(read.walk("VEVENT"))
    assert len({str(event["uid"]) for event in found}) == len(found)
    assert all(not event.errors for event in found)
    return found


def hub_file() -> ScheduleFile:
    """Return a schedule of the small hub; a name in it looks like markup of a calendar."""
    boxes = [Box(id="A", load="L1"), Box(id="B,;\\\n", load="L1"), Box(id="M", gate=500)]
    return made(catalogue(), plan_file(catalogue(), boxes))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_task_and_cutoff(lang: Lang) -> None:
    """Each task is an entry from begin to end, each cut-off an instant, in the zone of the hub."""
    file = hub_file()
    view = ScheduleView(file, catalogue(), lang)
    found = events(schedule_calendar(view, AT))
    axis = catalogue().derived(TimeAxis)
    spans = sorted((event.start, event.end) for event in found if event.get("dtend") is not None)
    assert spans == sorted((axis.from_min(task.begin_min), axis.from_min(task.end_min)) for task in file.schedule.tasks)
    dues = [event for event in found if event.get("dtend") is None]
    cuts = {
        (cut.type, cut.at_min) for journey in file.file.plan.journeys for step in journey.steps for cut in step.cutoffs
    }
    assert {event.start for event in dues} == {axis.from_min(at) for _, at in cuts}
    assert all(str(event["transp"]) == "TRANSPARENT" for event in dues)
    assert {event["dtstamp"].dt for event in found} == {dt.datetime(2026, 1, 1, 19, 4, 5, tzinfo=dt.UTC)}


def test_lines_and_zones() -> None:
    """Lines have at most 75 octets and end as they must; times name a zone that the file defines."""
    rows = sketch()
    for row in rows.rows["locations"]:
        row["zone"] = "Asia/Shanghai"
    shanghai = rows.catalogue()
    file = planned(ONE)
    plan = replace(file.plan, fingerprint=shanghai.fingerprint)
    view = PlanView(plan, file.cargo, shanghai, "zh")
    content = plan_calendar(view, AT)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    read = icalendar.Calendar.from_ical(content)
    assert [str(zone["tzid"]) for zone in read.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    for event in read.walk("VEVENT"):
        assert event["dtstart"].params["TZID"] == "Asia/Shanghai"
        assert event.start.utcoffset() == dt.timedelta(hours=8)
        assert event.start.astimezone(ZoneInfo("Asia/Shanghai")) == event.start


def test_cutoffs_of_a_plan() -> None:
    """A plan has an entry for each of its cut-offs, in both languages under the same UIDs."""
    file = planned(ONE)
    zh, en = (
        {str(event["uid"]): event for event in events(plan_calendar(PlanView(*file, tables(), lang), AT))}
        for lang in ("zh", "en")
    )
    due = [task for task in tasks_of(PlanView(*file, tables(), "zh")) if task.kind in {"papers", "gate_in"}]
    assert len(zh) == len(due) > 0
    assert zh.keys() == en.keys()
    assert {name: event.start for name, event in zh.items()} == {name: event.start for name, event in en.items()}
    assert str(next(iter(zh.values()))["summary"]).startswith("截止")
    assert str(next(iter(en.values()))["summary"]).startswith("Cut-off")


def test_a_task_that_moved_keeps_its_uid() -> None:
    """Calendars that read a file again move what moved: the same UID, a higher sequence."""
    file = hub_file()
    first = {str(event["uid"]): event for event in events(schedule_calendar(ScheduleView(file, catalogue(), "zh"), AT))}
    task = file.schedule.tasks[-1]
    later = replace(task, begin_min=task.begin_min + 60, end_min=task.end_min + 60)
    event = HubEvent(kind="inspect", at_min=MONDAY, subject=file.schedule.consignments[0].shipment)
    changed = replace(file.schedule, tasks=(*file.schedule.tasks[:-1], later), events=(event,), now_min=MONDAY)
    view = ScheduleView(ScheduleFile(changed, file.file), catalogue(), "zh")
    second = {str(event["uid"]): event for event in events(schedule_calendar(view, AT))}
    assert first.keys() == second.keys()
    moved = [name for name in first if first[name].start != second[name].start]
    assert len(moved) == 1
    assert {event["sequence"] for event in first.values()} == {0}
    assert {event["sequence"] for event in second.values()} == {1}


def test_is_the_same_every_time() -> None:
    """The same schedule at the same instant gives the same bytes."""
    file = hub_file()
    one, other = (schedule_calendar(ScheduleView(file, catalogue(), "en"), AT) for _ in range(2))
    assert one == other
