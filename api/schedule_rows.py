"""The sheets of a hub's schedule as rows of plain values, before anybody decides how they look."""

from __future__ import annotations

from collections.abc import Iterator

from api.agreement_view import agreement_sheet
from api.plan_sheet import Column, Line, SheetRows
from api.plan_view import yuan
from api.schedule_view import CUSTOMS, ScheduleView
from data.hub_schedule import HubConsignment, HubTaskTime
from data.provenance import Row

_MILLION = 10**6


def sheets_of(view: ScheduleView) -> list[SheetRows]:
    """Return the sheets of a schedule in order: what is wrong first."""
    sheets = [_summary(view), _misses(view)]
    sheets += [_changes(view)] if view.schedule.changes else []
    agreement = view.schedule.agreement
    sheets += [] if agreement is None else [agreement_sheet(view, agreement)]
    return [*sheets, resource_rows(view), _consignments(view), _assumptions(view)]


def _summary(view: ScheduleView) -> SheetRows:
    columns = (Column("tier", "wrap", 52), Column("tier_value", "text", 24), Column("tier_bound", "text", 24))
    lines = [Line((view.counts(), None, None)), Line((view.status(), None, None))]
    lines += [Line((name, value, bound)) for name, value, bound in view.tier_rows()]
    lines.append(Line((view.say("tier_note"), None, None)))
    return SheetRows(key="hub_summary", columns=columns, lines=lines)


def _misses(view: ScheduleView) -> SheetRows:
    columns = (
        *(Column("hub", "text", 18), Column("hub_subject", "text", 20), Column("hub_unit", "text", 16)),
        *(Column("hub_departure", "wrap", 40), Column("hub_late", "count", 10), Column("hub_state", "text", 14)),
        *(Column("hub_next", "wrap", 40), Column("hub_arrival", "text", 24), Column("hub_price", "money", 16)),
    )
    return SheetRows(key="hub_misses", columns=columns, lines=[_miss(view, one) for one in view.misses()])


def _miss(view: ScheduleView, one: HubConsignment) -> Line:
    unit = view.units[one.hub, one.unit]
    row = next((row for row in view.schedule.replan if (row.hub, row.shipment) == (one.hub, one.shipment)), None)
    next_, arrival, price = "", "", None
    if row is not None and row.next_depart_min is not None:
        destination = view.plan.cargo.by_id[one.shipment].destination
        next_ = f"{row.next_service} {view.when(row.next_depart_min, one.hub)}"
        arrival = "" if row.next_arrive_min is None else view.plan.when(row.next_arrive_min, destination)
        price = yuan(row.price_cny_minor)
    elif row is not None:
        next_ = view.onward(row)
    departure = f"{unit.service} {view.when(unit.depart_min, one.hub)}"
    place = view.plan.place(one.hub)
    return Line((place, one.shipment, one.unit, departure, one.late_min, view.state(one), next_, arrival, price))


def _changes(view: ScheduleView) -> SheetRows:
    columns = (
        *(Column("hub", "text", 18), Column("hub_task", "wrap", 34), Column("hub_was", "text", 24)),
        *(Column("hub_now", "text", 24), Column("hub_cause", "wrap", 50)),
    )
    lines = []
    for change in view.schedule.changes:
        hub = change.task.partition("/")[0]
        times = view.when(change.was_min, hub), view.when(change.begin_min, hub)
        lines.append(Line((view.plan.place(hub), view.task_name(change.task), *times, view.cause(change))))
    return SheetRows(key="hub_changes", columns=columns, lines=lines)


def rows_by_resource(view: ScheduleView) -> Iterator[tuple[str, str, list[HubTaskTime]]]:
    """Yield hub, resource and its tasks, in order; customs have the releases."""
    found: dict[tuple[str, str], list[HubTaskTime]] = {}
    for task in view.schedule.tasks:
        for name in task.resources or (CUSTOMS,):
            found.setdefault((task.hub, name), []).append(task)
    for (hub, name), tasks in sorted(found.items()):
        yield hub, name, tasks


def resource_rows(view: ScheduleView) -> SheetRows:
    """Return the tasks of every resource in their order."""
    columns = (
        *(Column("hub_begin", "text", 24), Column("hub_end", "text", 24), Column("hub_task", "text", 12)),
        *(Column("hub_subject", "wrap", 30), Column("hub_state", "text", 14), Column("hub_overtime", "money", 14)),
        Column("hub_done", "text", 8),
    )
    lines = []
    for hub, name, tasks in rows_by_resource(view):
        head = f"{view.plan.place_code(hub)} · {view.resource(name)}"
        lines.append(Line((head, *[None] * (len(columns) - 1)), is_head=True))
        lines += [_task_line(view, task) for task in tasks]
    return SheetRows(key="hub_resources", columns=columns, lines=lines)


def _task_line(view: ScheduleView, task: HubTaskTime) -> Line:
    times = view.when(task.begin_min, task.hub), view.when(task.end_min, task.hub)
    state = view.say("state_missed") if (task.hub, task.subject) in view.missed_subjects else None
    overtime = yuan(task.overtime_cny_minor) if task.is_overtime else None
    kind = view.say(f"work_{task.kind}")
    return Line((*times, kind, view.subjects_of(task), state, overtime, "☐"), is_start=False)


def _consignments(view: ScheduleView) -> SheetRows:
    columns = (
        *(Column("hub_subject", "text", 20), Column("hub_unit", "text", 16), Column("hub_state", "text", 14)),
        *(Column("hub_task", "text", 12), Column("hub_begin", "text", 24), Column("hub_end", "text", 24)),
        *(Column("hub_slack", "count", 12), Column("hub_reserve", "count", 14), Column("hub_odds", "share", 12)),
    )
    tasks: dict[tuple[str, str], list[HubTaskTime]] = {}
    for task in view.schedule.tasks:
        tasks.setdefault((task.hub, task.subject), []).append(task)
    order = sorted(
        view.schedule.consignments,
        key=lambda one: (not one.is_missed, view.units[one.hub, one.unit].depart_min, one.hub, one.shipment),
    )
    lines = []
    for one in order:
        unit = view.units[one.hub, one.unit]
        head = (one.shipment, f"{one.unit} {view.plan.place(one.hub)}", view.state(one), None, None, None)
        lines.append(Line((*head, unit.slack_min, unit.reserve_min, one.odds_ppm / _MILLION), is_head=True))
        own = tasks.get((one.hub, one.shipment), [])
        shared = [] if one.unit == one.shipment else tasks.get((one.hub, one.unit), [])
        for task in sorted([*own, *shared], key=lambda task: (task.begin_min, task.id)):
            times = view.when(task.begin_min, task.hub), view.when(task.end_min, task.hub)
            blank = (None, None, None)
            lines.append(Line((*blank, view.say(f"work_{task.kind}"), *times, *blank), is_start=False))
    return SheetRows(key="hub_consignments", columns=columns, lines=lines)


def _assumptions(view: ScheduleView) -> SheetRows:
    columns = (Column("hub_row", "text", 40), Column("hub_source", "wrap", 100))
    hubs = {unit.hub for unit in view.schedule.units}
    kinds = {task.kind for task in view.schedule.tasks} | {"inspect"}
    some: list[tuple[str, Row]] = [
        (f"hub_resources {row.id} x {row.count}", row) for row in view.catalogue.hub_resources if row.location in hubs
    ]
    some += [(f"hub_tasks {row.id}", row) for row in view.catalogue.hub_tasks if row.task in kinds]
    some += [
        (f"settings {row.key} = {row.value}", row) for row in view.catalogue.settings if row.key.startswith("hub_")
    ]
    lines = [Line((name, row.source)) for name, row in some if row.assumed]
    return SheetRows(key="hub_assumptions", columns=columns, lines=lines)
