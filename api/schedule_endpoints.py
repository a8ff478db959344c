"""The JSON interface of hub schedules."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Response

from api.answer_schema import PROBLEM_SCHEMA
from api.endpoints import DeskOf, as_json
from api.faults import RequestFaultsError, fault
from api.identity.policy import may
from api.problems import MEDIA_TYPE
from api.schedule_schema import SCHEDULE_ANSWER, SCHEDULE_BODY, SCHEDULE_EXAMPLES

PATH = "/v1/schedules"
MAX_BYTES = 64 * 1024 * 1024
"""Most bytes of a body: a plan for some thousands of shipments."""

_PROBLEM: dict[str, Any] = {"content": {MEDIA_TYPE: {"schema": PROBLEM_SCHEMA}}}

router = APIRouter(dependencies=[may("network:read")])
Given = Annotated[Any, Body()]


@router.post(
    PATH,
    responses={
        200: {
            "description": "The schedule, which was checked; without its plan",
            "content": {"application/json": {"schema": SCHEDULE_ANSWER}},
        },
        413: {"description": "The body is above 64 MiB", **_PROBLEM},
        422: {"description": "The plan, the schedule or the events are refused; all faults are listed", **_PROBLEM},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": SCHEDULE_BODY, "examples": SCHEDULE_EXAMPLES}},
        }
    },
    response_class=Response,
    summary="The work of the hubs of a plan, minute by minute",
)
def post_schedules(body: Given, desk: DeskOf) -> Response:
    """Return the schedule of the hubs of a plan, or what it becomes after something happened, each change explained."""
    # Solvers load with the first question.
    from api.schedule_service import schedule_answer  # noqa: PLC0415

    if not isinstance(body, dict):
        raise RequestFaultsError([fault("body", None, "malformed", detail="JSON object")])
    return as_json(schedule_answer(body, desk))
