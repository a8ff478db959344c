"""The JSON interface of kept schedules: made of a kept plan by a job, found again, shown in every form."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Response

from api.bodies import described, described_file
from api.desk import Desk
from api.endpoints import DeskOf
from api.faults import RequestFaultsError, fault
from api.identity.policy import PrincipalOf, may
from api.jobs.claimed import packed
from api.jobs.endpoints import SUBMITTED, submitted
from api.jobs.kinds import KINDS
from api.jobs.submit import Order
from api.office import StoreOf
from api.openapi_words import page_of as page_schema
from api.paging import After, Limit
from api.plans import ask
from api.plans.endpoints import XLSX, Id, Language, file_response
from api.plans.kept import by_tables, open_kept, plan_file, schedule_file
from api.plans.schema import SCHEDULE, SCHEDULE_BODY, SCHEDULE_FILE
from api.plans.shown import in_short, listed
from api.problem_docs import problems
from api.store.session import ReadSession, WriteSession
from api.writes import Answer, CallOf

router = APIRouter(prefix="/v1", tags=["schedules"])
Given = Annotated[Any, Body()]
_PROBLEMS = problems(404, 409)


@router.post(
    "/plans/{plan_id}/schedules",
    dependencies=[may("plans:write")],
    responses={**SUBMITTED, **_PROBLEMS},
    openapi_extra={
        "requestBody": {
            "content": {"application/json": {"schema": SCHEDULE_BODY, "example": {"time_limit": 20, "name": "W49"}}}
        }
    },
    status_code=202,
    response_class=Response,
    summary="Ask for the schedule of the hubs of a plan",
)
def post_plan_schedule(plan_id: Id, desk: DeskOf, call: CallOf, body: Given = None) -> Response:
    """Queue the job that times the work of the hubs of a kept plan."""
    given = {} if body is None else body
    if not isinstance(given, dict):
        raise RequestFaultsError([fault("body", None, "malformed", detail="JSON object")])
    name, priority, question = ask.read_schedule(given, plan_id)

    def prepare() -> Callable[[WriteSession], Answer]:
        with call.store.read(call.principal.scope) as session:
            kept = open_kept(session, "plan", plan_id)
        plan_file(kept, desk)
        order = Order(
            kind=KINDS["schedule"],
            question=packed(question | {"plan": json.loads(kept.content)}),
            fingerprint=desk.catalogue.fingerprint,
            name=name,
            priority=priority,
            parent=plan_id,
            firm=kept.row.firm_id,
        )
        return lambda session: submitted(session, call, order)

    return call.write("job.submit", given).run(prepare)


@router.get(
    "/plans/{plan_id}/schedules",
    dependencies=[may("plans:read")],
    responses={200: described("A page of schedules", page_schema(SCHEDULE)), **problems(404)},
    response_class=Response,
    summary="List the schedules of a plan",
)
def get_plan_schedules(
    plan_id: Id, store: StoreOf, principal: PrincipalOf, limit: Limit = 50, after: After = None
) -> Response:
    """Return the kept schedules of a kept plan, oldest first."""
    return listed(store, principal, "schedule", limit=limit, after=after, plan=plan_id)


@router.get(
    "/schedules",
    dependencies=[may("plans:read")],
    responses={200: described("A page of schedules", page_schema(SCHEDULE)), **problems()},
    response_class=Response,
    summary="List schedules",
)
def get_schedules(store: StoreOf, principal: PrincipalOf, limit: Limit = 50, after: After = None) -> Response:
    """Return the kept schedules of the caller's firm, of every firm for those who oversee all, oldest first."""
    return listed(store, principal, "schedule", limit=limit, after=after)


@router.get(
    "/schedules/{schedule_id}",
    dependencies=[may("plans:read")],
    responses={200: described("What is shown of the schedule", SCHEDULE), **problems(404)},
    response_class=Response,
    summary="Read a schedule in short",
)
def get_schedule(schedule_id: Id, store: StoreOf, principal: PrincipalOf) -> Response:
    """Return aims, bounds and counts of a kept schedule."""
    return in_short(store, principal, "schedule", schedule_id)


@router.get(
    "/schedules/{schedule_id}/schedule.json",
    dependencies=[may("plans:read")],
    responses={
        200: described("The schedule, as `hubport schedule -o schedule.json` writes it", SCHEDULE_FILE),
        **problems(404),
    },
    response_class=Response,
    summary="Read a schedule",
)
def get_schedule_json(schedule_id: Id, store: StoreOf, principal: PrincipalOf) -> Response:
    """Return a kept schedule with its plan, byte for byte as it was made."""
    with store.read(principal.scope) as session:
        return Response(open_kept(session, "schedule", schedule_id).content, media_type="application/json")


@router.get(
    "/schedules/{schedule_id}/schedule.xlsx",
    dependencies=[may("plans:read")],
    responses={
        200: described_file("The workbook", XLSX),
        **_PROBLEMS,
    },
    response_class=Response,
    summary="Read a schedule as a workbook",
)
def get_schedule_xlsx(
    schedule_id: Id, store: StoreOf, principal: PrincipalOf, desk: DeskOf, lang: Language = "zh"
) -> Response:
    """Return a kept schedule as the workbook that a dispatcher prints."""
    with store.read(principal.scope) as session:
        return _shown(session, schedule_id, desk, ".xlsx", lang)


@router.get(
    "/schedules/{schedule_id}/schedule.ics",
    dependencies=[may("plans:read")],
    responses={
        200: described_file("The tasks", "text/calendar"),
        **_PROBLEMS,
    },
    response_class=Response,
    summary="Read the tasks of a schedule as a calendar",
)
def get_schedule_ics(
    schedule_id: Id, store: StoreOf, principal: PrincipalOf, desk: DeskOf, lang: Language = "zh"
) -> Response:
    """Return the tasks of a kept schedule for a calendar."""
    with store.read(principal.scope) as session:
        return _shown(session, schedule_id, desk, ".ics", lang)


@router.get(
    "/schedules/{schedule_id}/schedule.html",
    dependencies=[may("plans:read")],
    responses={
        200: described_file("The charts", "text/html"),
        **_PROBLEMS,
    },
    response_class=Response,
    summary="Read the charts of a schedule",
)
def get_schedule_html(
    schedule_id: Id, store: StoreOf, principal: PrincipalOf, desk: DeskOf, lang: Language = "zh"
) -> Response:
    """Return the Gantt charts of a kept schedule, one page that loads nothing."""
    with store.read(principal.scope) as session:
        return _shown(session, schedule_id, desk, ".html", lang)


def _shown(session: ReadSession, schedule_id: str, desk: Desk, suffix: str, lang: Literal["zh", "en"]) -> Response:
    """Return a kept schedule in one of its forms."""
    from api import scheduling  # noqa: PLC0415 - workbooks and solvers load with the first question

    kept = open_kept(session, "schedule", schedule_id)
    file = schedule_file(kept, desk)
    content = by_tables(kept.row, desk, lambda: scheduling.file_bytes(suffix, file, desk, lang))
    return file_response(content, suffix, schedule_id)
