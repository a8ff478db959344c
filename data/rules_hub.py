"""Rules of the tables about the work in a hub."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, get_args

from data.codes import HubResourceKind, HubTaskKind
from data.rules import plain_fault, row_fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.catalogue import Catalogue
    from data.errors import Fault
    from data.records import Calendar
    from data.records_hub import HubTask

_KINDS = frozenset(get_args(HubResourceKind))
_MILLION = 10**6
SETTINGS = ("hub_after_days", "hub_declare_early_min", "hub_inspect_planned_ppm", "hub_risk_ppm")
"""What the schedule of a hub asks of the settings."""

_INSPECTION = ("odds_ppm", "p50_min", "p90_min")


def resources(catalogue: Catalogue) -> Iterator[Fault]:
    """Resources that are alike stand in one row, and overtime has a calendar and a price or neither."""
    counts = Counter((row.location, row.kind, row.type) for row in catalogue.hub_resources)
    for row in catalogue.hub_resources:
        if counts[row.location, row.kind, row.type] > 1:
            zh, en = "同一地点的同类资源出现不止一行", "stands in more than one row for this hub and kind"
            yield row_fault(row, "type", "hub-resource-twice", zh, en)
        given = (row.overtime_calendar is not None, row.overtime_rate is not None, row.currency is not None)
        if len(set(given)) > 1:
            zh, en = "加班日历、费率与币种应同时填写", "needs the calendar, the rate and the currency of overtime"
            yield row_fault(row, "overtime_calendar", "hub-overtime", zh, en)


def hours(catalogue: Catalogue) -> Iterator[Fault]:
    """Hours leave some minutes to work in."""
    calendars = {row.code: row for row in catalogue.calendars}
    for row in catalogue.hub_resources:
        for column in ("calendar", "overtime_calendar"):
            calendar = calendars.get(getattr(row, column) or "")
            if calendar is not None and not any(_week(calendar)):
                yield row_fault(row, column, "hub-hours", "日历没有可工作的时间", "leaves no minute to work in")


def _week(calendar: Calendar) -> tuple[object, ...]:
    return (calendar.mon, calendar.tue, calendar.wed, calendar.thu, calendar.fri, calendar.sat, calendar.sun)


def tasks(catalogue: Catalogue) -> Iterator[Fault]:
    """Tasks take time, need kinds of resources that there are, and inspections have odds and durations."""
    for row in catalogue.hub_tasks:
        if row.minutes == 0:
            yield row_fault(row, "minutes", "hub-task-time", "应大于 0", "must be above 0")
        if any(need.partition(":")[0] not in _KINDS for need in row.needs):
            known = ", ".join(sorted(_KINDS))
            yield row_fault(row, "needs", "hub-needs", f"资源应为其中之一: {known}", f"kinds must be among: {known}")
        yield from _inspection(row)


def _inspection(row: HubTask) -> Iterator[Fault]:
    """Yield what is wrong with the odds and the durations of a row."""
    for column in _INSPECTION:
        if (getattr(row, column) is not None) != (row.task == "inspect"):
            yield row_fault(
                row, column, "hub-inspection", "查验必填，其他作业不填", "is for inspections, and needed there"
            )
    if row.odds_ppm is not None and row.odds_ppm > _MILLION:
        yield row_fault(row, "odds_ppm", "hub-odds", "不得大于 1000000", "must be at most 1000000")
    if row.p50_min is not None and row.p90_min is not None and row.p90_min < row.p50_min:
        yield row_fault(row, "p90_min", "hub-quantiles", "不得小于 p50_min", "must not be below p50_min")


def general_tasks(catalogue: Catalogue) -> Iterator[Fault]:
    """Where there are hubs, each kind of task has a row for any hub, regime, goods and credit grade."""
    general = {
        row.task
        for row in catalogue.hub_tasks
        if row.location is None and row.regime == "*" and row.goods == "any" and row.credit == "any"
    }
    for kind in get_args(HubTaskKind) if catalogue.hub_resources else ():
        if kind not in general:
            zh, en = f"缺少作业 {kind} 的通用行", f"has no general row for the task {kind}"
            yield plain_fault("hub_tasks", "hub-task-missing", zh, en)


def met_needs(catalogue: Catalogue) -> Iterator[Fault]:
    """Every hub has the resources that its tasks need."""
    there = {(row.location, row.kind, row.type) for row in catalogue.hub_resources}
    for hub in dict.fromkeys(row.location for row in catalogue.hub_resources):
        held = {f"{kind}:{type_}" for place, kind, type_ in there if place == hub}
        held |= {kind for place, kind, _ in there if place == hub}
        for row in catalogue.hub_tasks:
            kinds = [need for need in row.needs if need.partition(":")[0] in _KINDS]
            missing = [need for need in kinds if need not in held]
            if missing and row.location in {None, hub}:
                zh, en = f"{hub} 没有 {', '.join(missing)}", f"{hub} has no {', '.join(missing)}"
                yield row_fault(row, "needs", "hub-needs-unmet", zh, en)


def needed_settings(catalogue: Catalogue) -> Iterator[Fault]:
    """Where there are hubs, the settings of their schedule are whole numbers of at least 0."""
    known = {row.key: row.value for row in catalogue.settings}
    for key in SETTINGS if catalogue.hub_resources else ():
        if not known.get(key, "").isdecimal():
            yield plain_fault(
                "settings",
                "hub-setting",
                f"参数 {key} 应为不小于 0 的整数",
                f"needs {key}, a whole number of at least 0",
            )


RULES = (
    rule(needed_settings, "hub_resources", "settings", only_complete=True),
    rule(resources, "hub_resources"),
    rule(hours, "hub_resources", "calendars"),
    rule(tasks, "hub_tasks"),
    rule(general_tasks, "hub_resources", "hub_tasks"),
    rule(met_needs, "hub_resources", "hub_tasks"),
)
