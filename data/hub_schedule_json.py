"""A hub's schedule with the plan it is for as JSON, and back, such that reading what was written gives the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from data.agreement import AgreeLead, Agreement, AgreeRound, AgreeStatus, Shift, Unsaved, UnsavedReason
from data.codes import HubResourceKind
from data.errors import TableFaultsError
from data.hub_schedule import (
    ChangeCause,
    Credit,
    EventKind,
    Grade,
    HubConsignment,
    HubEvent,
    HubSchedule,
    HubTaskTime,
    HubUnit,
    Replan,
    ScheduleStatus,
    TaskChange,
    Tier,
    TierName,
    WorkKind,
)
from data.plain_values import PlainValues
from data.plan_json import plan_bytes, plan_of
from data.recordfile import check_format, content_of, load_object, written_lines
from data.timeaxis import TimeAxis

if TYPE_CHECKING:
    from pathlib import Path

    from data.catalogue import Catalogue
    from data.plan_json import PlanFile

FORMAT = 1
"""Version of the form of the file."""

KIND = "hub_schedule"
_RECORDS = (
    *(Credit, HubConsignment, HubEvent, HubTaskTime, HubUnit, Replan, TaskChange, Tier),
    *(AgreeLead, AgreeRound, Agreement, Shift, Unsaved),
)
NAMES: dict[str, object] = {known.__name__: known for known in _RECORDS} | {
    "AgreeStatus": AgreeStatus,
    "ChangeCause": ChangeCause,
    "EventKind": EventKind,
    "Grade": Grade,
    "HubResourceKind": HubResourceKind,
    "ScheduleStatus": ScheduleStatus,
    "TierName": TierName,
    "UnsavedReason": UnsavedReason,
    "WorkKind": WorkKind,
}
"""What annotations of these records name."""

_FORMAT = (f"只能读取版本 {FORMAT} 的作业计划文件", f"only schedule files of version {FORMAT} can be read")
_ADDED = frozenset({"kind", "format", "plan"})


class ScheduleFile(NamedTuple):
    """A schedule, and the plan with its cargo that it is for."""

    schedule: HubSchedule
    file: PlanFile


def schedule_bytes(schedule: HubSchedule, file: PlanFile, catalogue: Catalogue) -> bytes:
    """Return a schedule with its plan as the content of a file."""
    values = PlainValues(catalogue.derived(TimeAxis), NAMES)
    head: dict[str, object] = {"kind": KIND, "format": FORMAT}
    lines = written_lines(head | values.write_record(schedule, is_whole=True))
    plan = plan_bytes(file.plan, file.cargo, catalogue).decode().rstrip("\n")
    return ("{\n" + ",\n".join([*lines, f'"plan": {plan}']) + "\n}\n").encode()


def is_schedule(path: Path) -> bool:
    """Tell whether a file begins as those of schedules do; what cannot be read does not."""
    try:
        with path.open("rb") as stream:
            return f'"{KIND}"'.encode() in stream.read(200)
    except OSError:
        return False


def read_schedule(path: Path, catalogue: Catalogue) -> ScheduleFile:
    """
    Return the schedule of a file with its plan; whether it is sound is not looked at.

    Raises
    ------
    TableFaultsError
        With every fault of the file.
    """
    return parse_schedule(content_of(path), catalogue, path.name)


def parse_schedule(content: bytes, catalogue: Catalogue, label: str = "schedule.json") -> ScheduleFile:
    """
    Return the schedule and the plan that the content of a file holds.

    Raises
    ------
    TableFaultsError
        With every fault.
    """
    return schedule_of(load_object(content, label), catalogue, label)


def schedule_of(loaded: dict[str, Any], catalogue: Catalogue, label: str = "schedule.json") -> ScheduleFile:
    """
    Return the schedule and the plan of an object of JSON.

    Raises
    ------
    TableFaultsError
        With every fault.
    """
    check_format(loaded, FORMAT, _FORMAT, label, KIND)
    values = PlainValues(catalogue.derived(TimeAxis), NAMES, label)
    schedule = values.read(HubSchedule, {key: value for key, value in loaded.items() if key not in _ADDED}, "")
    faults = list(values.faults)
    try:
        plan = loaded.get("plan")
        file = plan_of(plan if isinstance(plan, dict) else {}, catalogue, f"{label}[plan]")
    except TableFaultsError as error:
        faults += error.faults
    if faults or schedule is None:
        raise TableFaultsError(faults)
    return ScheduleFile(schedule, file)
