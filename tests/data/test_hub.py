"""Rules of the tables of hubs, events, and the file of a schedule."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from data import TableFaultsError, load_catalogue
from data.hub_events import Given, check_events, parse_events, read_events
from data.hub_schedule import HubEvent
from data.hub_schedule_json import is_schedule, parse_schedule, read_schedule, schedule_bytes
from tests.hub_world import MONDAY, catalogue, sketch
from tests.optimizer.test_verify_schedule import sound

if TYPE_CHECKING:
    from pathlib import Path

T = "2026-01-05T09:00+08:00"
LATER = "2026-01-06T09:00+08:00"


@pytest.mark.parametrize(
    ("table", "place", "cells", "rule"),
    [
        ("hub_resources", 0, {"count": -1}, "sign"),
        ("hub_resources", 0, {"count": 0}, "sign"),
        ("hub_resources", 0, {"kind": "dock"}, "hub-resource-twice"),
        ("hub_resources", 0, {"currency": ""}, "hub-overtime"),
        ("hub_resources", 0, {"calendar": "empty"}, "hub-hours"),
        ("hub_resources", 1, {"type": "scan"}, "hub-needs-unmet"),
        ("hub_tasks", 0, {"minutes": 0}, "hub-task-time"),
        ("hub_tasks", 0, {"minutes": -5}, "sign"),
        ("hub_tasks", 0, {"needs": "crane"}, "hub-needs"),
        ("hub_tasks", 0, {"regime": "9610"}, "hub-task-missing"),
        ("hub_tasks", 0, {"odds_ppm": 5}, "hub-inspection"),
        ("hub_tasks", 2, {"odds_ppm": ""}, "hub-inspection"),
        ("hub_tasks", 2, {"odds_ppm": 1_000_001}, "hub-odds"),
        ("hub_tasks", 2, {"p90_min": 1}, "hub-quantiles"),
    ],
)
def test_rules(table: str, place: int, cells: dict[str, object], rule: str) -> None:
    """Each rule, broken alone, is told by its name."""
    made = sketch()
    made.calendar("empty", [""] * 7)
    made.rows[table][place].update(cells)
    with pytest.raises(TableFaultsError) as refused:
        made.catalogue()
    assert rule in {fault.rule for fault in refused.value.faults}


def test_shipped_hubs() -> None:
    """The shipped hubs clear exports, and all they rest on is marked as assumed."""
    tables = load_catalogue()
    hubs = {row.location for row in tables.hub_resources}
    assert {"CNNBO-P", "CNYIW-R", "CNWNZ-P", "CNWNZ-A"} <= hubs
    assert all(tables.location(hub).clears_export for hub in hubs)
    assert all(row.assumed for row in (*tables.hub_resources, *tables.hub_tasks))


def test_file_of_a_schedule(tmp_path: Path) -> None:
    """What was written is read again, and told from a plan."""
    file, made = sound()
    content = schedule_bytes(made, file, catalogue())
    path = tmp_path / "schedule.json"
    path.write_bytes(content)
    assert is_schedule(path)
    read = read_schedule(path, catalogue())
    assert read.schedule == made
    assert read.file == file
    assert schedule_bytes(read.schedule, read.file, catalogue()) == content


def test_faults_of_the_file_are_told_together() -> None:
    """A wrong task and a wrong plan are told at once."""
    file, made = sound()
    loaded = json.loads(schedule_bytes(made, file, catalogue()))
    loaded["tasks"][0]["kind"] = "rest"
    del loaded["plan"]["cost_minor"]
    with pytest.raises(TableFaultsError) as refused:
        parse_schedule(json.dumps(loaded).encode(), catalogue())
    assert [fault.rule for fault in refused.value.faults] == ["choice", "missing", "saving"] or {
        fault.rule for fault in refused.value.faults
    } == {"choice", "missing"}


def test_events_as_text_and_as_json(tmp_path: Path) -> None:
    """The same events come from lines and from a file."""
    lines = [f"inspect A at {T}", f"late 'B' at {T} until {LATER}", f"close H bay:manual at {T} until {LATER} count 1"]
    path = tmp_path / "events.json"
    path.write_text(
        json.dumps(
            [
                {"kind": "inspect", "at": T, "subject": "A"},
                {"kind": "late", "at": T, "subject": "B", "until": LATER},
                {"kind": "close", "at": T, "until": LATER, "location": "H", "resource": "bay", "type": "manual",
                 "count": 1},
            ]
        ),
        encoding="utf-8",
    )  # fmt: skip
    from_text, from_file = parse_events(lines, catalogue()), read_events(path, catalogue())
    assert from_text.events == from_file.events
    assert from_text.events[0] == HubEvent(kind="inspect", at_min=MONDAY + 60, subject="A")


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("look at this", "event_syntax"),
        ("inspect A", "missing"),
        (f"inspect A at {T} at {T}", "event_syntax"),
        ("inspect A at noon", "instant"),
        ("inspect A at 2026-01-05T09:00", "instant"),
        (f"inspect A at {T} until {LATER}", "event_surplus"),
        (f"late A at {T}", "event_needed"),
        (f"late A at {LATER} until {T}", "event_order"),
        (f"close H dock at {T} until {LATER} count -1", "event_count"),
        (f"close H crane at {T} until {LATER}", "choice"),
        ("inspect A at 2199-01-05T09:00Z", "outside_horizon"),
    ],
)
def test_lines_that_are_no_events(line: str, rule: str) -> None:
    """A line that is no event is refused, with the rule."""
    with pytest.raises(TableFaultsError) as refused:
        parse_events([line], catalogue())
    assert rule in {fault.rule for fault in refused.value.faults}


def _event(kind: str, minute: int, **values: object) -> HubEvent:
    return HubEvent(kind=kind, at_min=MONDAY + minute, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("event", "rule"),
    [
        (_event("inspect", 500, subject="Z"), "event_unknown"),
        (_event("late", 500, subject="L1", until_min=MONDAY + 900), "event_load_late"),
        (_event("inspect", 30 * 1440, subject="A"), "already_gone"),
        (_event("late", 700, subject="D", until_min=MONDAY + 2000), "already_here"),
        (_event("close", 500, location="P", resource="dock", until_min=MONDAY + 900), "event_no_hub"),
        (_event("close", 500, location="H", resource="bay", type="scan", until_min=MONDAY + 900), "event_no_resource"),
        (_event("close", 500, location="H", resource="dock", count=9, until_min=MONDAY + 900), "event_count"),
    ],
)
def test_events_that_contradict_the_schedule(event: HubEvent, rule: str) -> None:
    """Unknown ids, cargo that is gone or was there, more than there is: refused, with the rule."""
    _, made = sound()
    assert [fault.rule for fault in check_events(Given((event,), "events"), made, catalogue())] == [rule]


def test_all_faults_of_events_are_told() -> None:
    """Several events, several faults; the same twice is one, too."""
    _, made = sound()
    twice = _event("inspect", 300, subject="B")
    faults = check_events(Given((twice, twice, _event("inspect", 300, subject="Q")), "events"), made, catalogue())
    assert [fault.rule for fault in faults] == ["event_twice", "event_twice", "event_unknown"]
