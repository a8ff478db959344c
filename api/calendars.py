"""Cut-offs and tasks as iCalendar files (RFC 5545): times with their zones, and the same thing always under one UID."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from api.plan_tasks import Task, tasks_of
from api.plan_view import PlanView
from api.schedule_view import ScheduleView
from data.hub_schedule import HubTaskTime
from data.timeaxis import TimeAxis

_MAKER = "-//Hubport//Hubport//ZH"
_DUE = ("papers", "gate_in")


class _Entry(NamedTuple):
    """
    One entry of a calendar.

    Parameters
    ----------
    key
        What it is whatever the language and the time; the UID is made of it.
    place
        Where; times are told in its zone.
    begin_min, end_min
        From when to when; None for an instant by which something is due.
    summary, detail, kind
        For people, and the category.
    """

    key: tuple[object, ...]
    place: str
    begin_min: int
    end_min: int | None
    summary: str
    detail: str
    kind: str


def plan_calendar(view: PlanView, at: dt.datetime) -> bytes:
    """
    Return the cut-offs of a plan as the content of an ``.ics`` file.

    Parameters
    ----------
    view
        The plan in one language.
    at
        When it is written, aware.
    """
    tasks = [task for task in tasks_of(view) if task.kind in _DUE]
    entries = _numbered(_due(view, task) for task in tasks)
    return _written(view, entries, view.say("plan_title", plan=view.id), at, 0)


def schedule_calendar(view: ScheduleView, at: dt.datetime) -> bytes:
    """
    Return the tasks of a schedule, and the cut-offs in its hubs, as the content of an ``.ics`` file.

    An entry that was moved keeps its UID and has a higher SEQUENCE, so that calendars move it, too.
    """
    hubs = {unit.hub for unit in view.schedule.units}
    about = {one.unit for one in view.schedule.consignments} | {one.shipment for one in view.schedule.consignments}
    tasks = [
        task
        for task in tasks_of(view.plan)
        if task.kind in _DUE and task.place in hubs and not about.isdisjoint(task.subjects)
    ]
    entries = [
        *_numbered(_due(view.plan, task) for task in tasks),
        *(_work(view, task) for task in view.schedule.tasks),
    ]
    title = view.say("schedule_title", plan=view.id)
    return _written(view.plan, entries, title, at, len(view.schedule.events))


def _due(view: PlanView, task: Task) -> _Entry:
    """Return a cut-off."""
    subjects = view.listed(task.subjects)
    summary = view.say("calendar_due", what=task.detail, subjects=subjects)
    key = ("due", task.kind, task.begin_min, task.place, *task.subjects)
    return _Entry(key, task.place, task.begin_min, None, summary, task.detail, view.say("calendar_cutoff"))


def _work(view: ScheduleView, task: HubTaskTime) -> _Entry:
    """Return a task of a hub."""
    kind = view.say(f"work_{task.kind}")
    parts = [view.plan.listed(view.resource(name) for name in task.resources)] if task.resources else []
    parts += [view.say("hub_overtime")] if task.is_overtime else []
    parts += [view.say("state_missed")] if (task.hub, task.subject) in view.missed_subjects else []
    summary = f"{kind} {view.subjects_of(task)}"
    return _Entry(("task", task.id), task.hub, task.begin_min, task.end_min, summary, "\n".join(parts), kind)


def _numbered(entries: Iterable[_Entry]) -> Iterator[_Entry]:
    """Yield entries, those alike with a number in their key."""
    seen = Counter[tuple[object, ...]]()
    for entry in entries:
        seen[entry.key] += 1
        yield entry._replace(key=(*entry.key, seen[entry.key]))


def _written(view: PlanView, entries: Iterable[_Entry], title: str, at: dt.datetime, sequence: int) -> bytes:
    """Return a calendar with the definitions of the zones in it."""
    calendar = Calendar()
    calendar.add("prodid", _MAKER)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title)
    axis = view.catalogue.derived(TimeAxis)
    for entry in entries:
        calendar.add_component(_event(view, axis, entry, at, sequence))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(view: PlanView, axis: TimeAxis, entry: _Entry, at: dt.datetime, sequence: int) -> Event:
    zone = view.zone(entry.place)
    event = Event()
    event.add("uid", _uid(view.plan.cargo_fingerprint, entry.key))
    event.add("dtstamp", at.astimezone(dt.UTC).replace(microsecond=0))
    event.add("dtstart", _local(axis, entry.begin_min, zone))
    if entry.end_min is not None:
        event.add("dtend", _local(axis, entry.end_min, zone))
    event.add("summary", entry.summary)
    event.add("description", entry.detail)
    event.add("location", view.place_code(entry.place))
    event.add("categories", [entry.kind])
    event.add("sequence", sequence)
    # A cut-off takes nobody's time.
    event.add("transp", "TRANSPARENT" if entry.end_min is None else "OPAQUE")
    return event


def _local(axis: TimeAxis, minute: int, zone: str) -> dt.datetime:
    return axis.from_min(minute).astimezone(ZoneInfo(zone))


def _uid(fingerprint: str, key: Sequence[object]) -> str:
    """Return an id that only depends on the cargo and on what an entry is."""
    text = "\n".join([fingerprint, *map(str, key)])
    return f"{hashlib.sha256(text.encode()).hexdigest()[:32]}@hubport"
