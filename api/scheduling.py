"""From a plan to a hub's schedule that was checked, and to the files that tell of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from api import planning
from api.agreement_view import agreement_lines
from api.answer_schema import Json
from api.cli_common import CommandError, write_file
from api.desk import Desk
from api.human import columns
from api.schedule_view import ScheduleView
from api.texts import both, say
from data.cargo_write import write_cargo
from data.errors import TableFaultsError
from data.export import replace_file
from data.hub_events import Given
from data.hub_schedule import Credit, HubEvent, HubSchedule
from data.hub_schedule_json import ScheduleFile, read_schedule, schedule_bytes
from data.plan_json import PlanFile
from network import Network
from optimizer.agree import Params as AgreeParams
from optimizer.agree import hand_back
from optimizer.consolidation import Params as PlanParams
from optimizer.consolidation import Progress
from optimizer.schedule import Params, build, plan_again, solve, with_replan
from optimizer.schedule.replan import Quoter
from optimizer.verify import Violation, verify_plan
from viz.theme import Lang

_SHOWN = 40
_CHANGE_S = 2.0
"""Most seconds of a change, whatever is asked for: the dispatcher waits."""


def load_plan_file(path: Path, desk: Desk) -> PlanFile:
    """Return the plan of a file with its cargo."""
    return planning.load_plan(path, desk)


def load_schedule(path: Path, desk: Desk) -> ScheduleFile:
    """
    Return the schedule of a file with its plan.

    Raises
    ------
    CommandError
        With everything wrong with it.
    """
    try:
        return read_schedule(path, desk.catalogue)
    except TableFaultsError as error:
        raise CommandError(planning.refused("schedule_file_refused", error)) from None


def make(file: PlanFile, desk: Desk, params: Params, credit: Sequence[Credit], label: str) -> ScheduleFile:
    """
    Return the first schedule of a plan.

    Raises
    ------
    CommandError
        With everything that keeps the plan from being scheduled.
    """
    try:
        problem = build(file, desk.catalogue, credit=credit, label=label)
    except TableFaultsError as error:
        raise CommandError(planning.refused("schedule_refused", error)) from None
    return _with_next(solve(problem, params), file, desk)


def change(before: ScheduleFile, given: Given, desk: Desk, params: Params, label: str) -> ScheduleFile:
    """
    Return a schedule after what happened, as near to the one before as can be.

    Raises
    ------
    CommandError
        With everything that keeps it from being changed.
    """
    try:
        problem = build(before.file, desk.catalogue, earlier=before.schedule, events=given.events, label=label)
    except TableFaultsError as error:
        raise CommandError(planning.refused("schedule_refused", error)) from None
    params = replace(params, time_limit_s=min(params.time_limit_s, _CHANGE_S))
    return _with_next(solve(problem, params, earlier=before.schedule), before.file, desk)


def handed_back(
    before: ScheduleFile,
    events: Sequence[HubEvent],
    desk: Desk,
    params: Params,
    on_progress: Callable[[Progress], None],
) -> ScheduleFile:
    """
    Return a plan and a schedule after what happened, in which whoever misses a departure goes otherwise, if it can.

    Raises
    ------
    CommandError
        With everything that keeps it from being changed, or every rule that the plan breaks.
    """
    plan, cargo = before.file
    violations = verify_plan(desk.catalogue, cargo, plan)
    if violations:
        raise CommandError("\n".join([both("hand_back_unsound"), *(f"  {one}" for one in violations[:_SHOWN])]))
    planning_limits = PlanParams(
        seed=params.seed, deterministic=params.deterministic,
        holding_ppm_year=plan.objective.holding_ppm_year, carbon_minor_per_t=plan.objective.carbon_minor_per_t,
    )  # fmt: skip
    limits = AgreeParams(
        plan=planning_limits, schedule=replace(params, time_limit_s=min(params.time_limit_s, _CHANGE_S))
    )
    try:
        found = hand_back(Network(desk.catalogue), before.file, before.schedule, events, limits, on_progress)
    except TableFaultsError as error:
        raise CommandError(planning.refused("schedule_refused", error)) from None
    return ScheduleFile(found.schedule, found.file)


def _with_next(schedule: HubSchedule, file: PlanFile, desk: Desk) -> ScheduleFile:
    network = cast("Callable[[], Quoter]", lambda: desk.planner)
    return ScheduleFile(with_replan(schedule, file, desk.catalogue, network), file)


def schedule_json(file: ScheduleFile, desk: Desk) -> Json:
    """Return a schedule as JSON, without its plan."""
    import json  # noqa: PLC0415 - only here

    loaded: Json = json.loads(schedule_bytes(file.schedule, file.file, desk.catalogue))
    return {key: value for key, value in loaded.items() if key != "plan"}


def summary_text(file: ScheduleFile, desk: Desk, lang: Lang) -> str:
    """Return what a dispatcher asks first: who misses, what changed, the aims."""
    view = ScheduleView(file, desk.catalogue, lang)
    lines = [view.say("schedule_title", plan=view.id), "", view.counts()]
    if view.schedule.missed:
        lines += ["", view.say("missed_head"), *(f"  {line}" for line in view.missed_lines())]
    if view.schedule.agreement is not None:
        lines += ["", *agreement_lines(view, view.schedule.agreement)]
    if view.schedule.changes:
        count = len(view.schedule.changes)
        shown = view.change_lines()[:_SHOWN]
        lines += ["", view.say("change_head", count=count), *(f"  {line}" for line in shown)]
        lines += [f"  {view.say('more_changes', count=count - _SHOWN)}"] if count > _SHOWN else []
    table = [[view.say("tier"), view.say("tier_value"), view.say("tier_bound")], *view.tier_rows()]
    return "\n".join([*lines, "", view.status(), *columns(table, right=(1, 2)), view.say("tier_note")])


def verdict_json(schedule: HubSchedule, violations: Iterable[Violation]) -> Json:
    """Return what an independent check found."""
    listed = [
        {"rule": one.rule, "subject": one.subject, "actual": one.actual, "limit": one.limit, "message": one.message}
        for one in violations
    ]
    return {"sound": not listed, "fingerprint": schedule.fingerprint, "violations": listed}


def verdict_text(schedule: HubSchedule, violations: Sequence[Violation], lang: Lang) -> str:
    """Return the same for people."""
    if violations:
        head = say(lang, "schedule_unsound", count=len(violations))
        return "\n".join([head, *(f"  {violation}" for violation in violations)])
    return say(lang, "schedule_sound", tasks=len(schedule.tasks), missed=len(schedule.missed))


def write_outputs(paths: Iterable[Path], file: ScheduleFile, desk: Desk, lang: Lang) -> tuple[list[Path], list[str]]:
    """Write a schedule into files, each whole or not at all; return those written, and why others were not."""
    written, refused = [], []
    for path in paths:
        try:
            replace_file(path, file_bytes(path.suffix.casefold(), file, desk, lang))
            written.append(path)
        except OSError as error:
            refused.append(both("cannot_write", path=path, reason=error.strerror or type(error).__name__))
    return written, refused


def file_bytes(suffix: str, file: ScheduleFile, desk: Desk, lang: Lang) -> bytes:
    """Return a schedule as the content of a file whose name ends in ``.json``, ``.xlsx``, ``.html`` or ``.ics``."""
    return _MAKERS[suffix](file, desk, lang)


def _json(file: ScheduleFile, desk: Desk, _: Lang) -> bytes:
    return schedule_bytes(file.schedule, file.file, desk.catalogue)


def _workbook(file: ScheduleFile, desk: Desk, lang: Lang) -> bytes:
    # The library of workbooks is large, and the other files do not need it.
    from api.schedule_excel import schedule_workbook  # noqa: PLC0415

    return schedule_workbook(ScheduleView(file, desk.catalogue, lang))


def _page(file: ScheduleFile, desk: Desk, lang: Lang) -> bytes:
    from api.schedule_gantt import page  # noqa: PLC0415

    return page(ScheduleView(file, desk.catalogue, lang)).encode()


def _picture(file: ScheduleFile, desk: Desk, lang: Lang) -> bytes:
    from api.schedule_gantt import picture  # noqa: PLC0415

    return picture(ScheduleView(file, desk.catalogue, lang)).encode()


def _calendar(file: ScheduleFile, desk: Desk, lang: Lang) -> bytes:
    from api.calendars import schedule_calendar  # noqa: PLC0415

    return schedule_calendar(ScheduleView(file, desk.catalogue, lang), desk.clock())


_MAKERS: dict[str, Callable[[ScheduleFile, Desk, Lang], bytes]] = {
    ".json": _json,
    ".xlsx": _workbook,
    ".html": _page,
    ".svg": _picture,
    ".ics": _calendar,
}


def write_replan(folder: Path, file: ScheduleFile, desk: Desk) -> list[Path]:
    """
    Write the cargo and the plan with which ``hubport plan --freeze`` plans those who miss again.

    Raises
    ------
    CommandError
        When the system refuses.
    """
    again = plan_again(file.schedule, file.file, desk.catalogue)
    cargo, plan = folder / "replan-cargo.json", folder / "replan-plan.json"
    try:
        write_cargo(cargo, again.cargo, desk.catalogue)
    except OSError as error:
        raise CommandError(both("cannot_write", path=cargo, reason=error.strerror)) from None
    write_file(plan, planning.plan_text(again.plan, file.file.cargo, desk))
    return [cargo, plan]


def hint(folder: Path, lang: Lang) -> str:
    """Return the command that plans those who miss again."""
    return say(lang, "replan_hint", cargo=folder / "replan-cargo.json", plan=folder / "replan-plan.json")
