"""A plan, and what happened, in; the schedule of its hubs out: the same for the service as for the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from api import scheduling
from api.answer_schema import Json
from api.cli_common import CommandError
from api.desk import Desk
from api.faults import Findings, RequestFault, RequestFaultsError, fault
from data.catalogue import Catalogue
from data.errors import Fault, TableFaultsError
from data.fields import read_count
from data.hub_events import Given, check_events, events_of
from data.hub_schedule import Credit
from data.hub_schedule_json import ScheduleFile, schedule_of
from data.plan_json import PlanFile, plan_of
from optimizer.schedule import Params, build, solve, with_replan
from optimizer.verify import Violation, verify_plan, verify_schedule

FIELDS = ("plan", "schedule", "events", "credits", "seed")
_GRADES = ("aeo", "ordinary", "dishonest")
_FIRST_S, _CHANGE_S = 8.0, 2.0
"""Most seconds of the solver: somebody waits for the answer."""
_MOST_SEED = 2**31 - 1
_MOST_SHOWN = 200


class UnsoundError(Exception):
    """A schedule was made that breaks a rule, which is a mistake of ours."""


def schedule_answer(body: dict[str, Any], desk: Desk) -> Json:
    """
    Return the schedule that is asked for, without its plan.

    Parameters
    ----------
    body
        `plan` as in ``plan.json``; and if there is one, the `schedule` made of it before, as it was answered, `events`
        since, `credits` of shippers for a first schedule, and a `seed`.
    desk
        With the data set.

    Raises
    ------
    RequestFaultsError
        With everything wrong with the request.
    """
    found = Findings()
    for name in body.keys() - set(FIELDS):
        found.add(name, None, "unknown_field")
    if "plan" not in body:
        found.add("plan", None, "required")
    seed = read_count(found, "seed", body.get("seed", 0), low=0, high=_MOST_SEED)
    credit = _credits(found, body)
    if found.faults or seed is None:
        raise RequestFaultsError(found.faults)
    file, before = _files(body, desk.catalogue)
    params = Params(time_limit_s=_FIRST_S, seed=seed)
    if before is None:
        before = _made(file, desk, params, credit)
    elif credit:
        raise RequestFaultsError([fault("credits", None, "unknown_field")])
    given = _events(body, before, desk.catalogue)
    made = _changed(before, given, desk, params) if given.events else before
    return scheduling.schedule_json(made, desk)


def _credits(found: Findings, body: dict[str, Any]) -> tuple[Credit, ...]:
    """Return the grades of shippers; what is wrong with them is noted."""
    given = body.get("credits") or {}
    if not isinstance(given, dict):
        found.add("credits", None, "malformed", detail="JSON object")
        return ()
    for shipper, grade in given.items():
        if grade not in _GRADES:
            found.add(f"credits.{shipper}", grade, "grade", choices=", ".join(_GRADES))
    return tuple(Credit(shipper=shipper, grade=grade) for shipper, grade in given.items() if grade in _GRADES)


def _files(body: dict[str, Any], catalogue: Catalogue) -> tuple[PlanFile, ScheduleFile | None]:
    """Return the plan, which is sound, and the schedule made of it before."""
    try:
        plan = _object(body, "plan")
        if body.get("schedule") is None:
            file, before = plan_of(plan, catalogue, "plan"), None
        else:
            before = schedule_of(_object(body, "schedule") | {"plan": plan}, catalogue, "schedule")
            file = before.file
    except TableFaultsError as error:
        raise RequestFaultsError(map(_fault, error.faults)) from None
    violations = verify_plan(catalogue, file.cargo, file.plan)
    if before is not None:
        violations += verify_schedule(catalogue, file.cargo, file.plan, before.schedule, None)
        # Against what it was changed from nothing can be said.
        violations = [one for one in violations if one.rule != "changes"]
    if violations:
        raise RequestFaultsError(_broken(violations))
    return file, before


def _object(body: dict[str, Any], name: str) -> dict[str, Any]:
    value = body[name]
    if not isinstance(value, dict):
        raise RequestFaultsError([fault(name, None, "malformed", detail="JSON object")])
    return value


def _broken(violations: Sequence[Violation]) -> list[RequestFault]:
    """Return rules that a plan or a schedule breaks as faults."""
    return [
        RequestFault(
            field=one.subject, value=None if one.actual is None else str(one.actual), rule=one.rule,
            message_zh=f"违反规则：{one.message}", message_en=f"breaks a rule: {one.message}",
        )
        for one in violations[:_MOST_SHOWN]
    ]  # fmt: skip


def _fault(one: Fault) -> RequestFault:
    """Return a fault of a file as one of a request."""
    return RequestFault(
        field=".".join(part for part in (one.file, one.column) if part), value=one.value or None, rule=one.rule,
        message_zh=one.message_zh, message_en=one.message_en,
    )  # fmt: skip


def _events(body: dict[str, Any], before: ScheduleFile, catalogue: Catalogue) -> Given:
    """Return what happened, checked against the schedule."""
    given = body.get("events") or []
    if not isinstance(given, list):
        raise RequestFaultsError([fault("events", None, "malformed", detail="JSON array")])
    try:
        found = events_of(given, catalogue, "body")
    except TableFaultsError as error:
        raise RequestFaultsError(map(_fault, error.faults)) from None
    faults = list(check_events(found, before.schedule, catalogue))
    if faults:
        raise RequestFaultsError(map(_fault, faults))
    return found


def _made(file: PlanFile, desk: Desk, params: Params, credit: Sequence[Credit]) -> ScheduleFile:
    """Return the first schedule of a plan."""
    try:
        problem = build(file, desk.catalogue, credit=credit, label="plan")
    except TableFaultsError as error:
        raise RequestFaultsError(map(_fault, error.faults)) from None
    made = with_replan(solve(problem, params), file, desk.catalogue, lambda: desk.planner)
    return _checked(ScheduleFile(made, file), None, desk)


def _changed(before: ScheduleFile, given: Given, desk: Desk, params: Params) -> ScheduleFile:
    """Return a schedule after what happened."""
    params = replace(params, time_limit_s=_CHANGE_S)
    try:
        return _checked(scheduling.change(before, given, desk, params, "plan"), before, desk)
    except CommandError as error:
        raise RequestFaultsError([fault("events", None, "malformed", detail=str(error))]) from None


def _checked(file: ScheduleFile, before: ScheduleFile | None, desk: Desk) -> ScheduleFile:
    """Return a schedule that no rule speaks against."""
    earlier = None if before is None else before.schedule
    violations = verify_schedule(desk.catalogue, file.file.cargo, file.file.plan, file.schedule, earlier)
    if violations:
        raise UnsoundError("; ".join(map(str, violations)))
    return file
