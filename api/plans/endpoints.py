"""The JSON interface of kept plans: asked for as jobs, found again, shown in every form, explained."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.bodies import described, described_file
from api.desk import Desk
from api.endpoints import DeskOf, as_json
from api.identity.policy import PrincipalOf, may
from api.jobs.claimed import packed
from api.jobs.endpoints import SUBMITTED, submitted
from api.jobs.kinds import KINDS
from api.jobs.submit import Order
from api.office import StoreOf
from api.openapi_words import page_of as page_schema
from api.paging import After, Limit
from api.plans import ask
from api.plans.kept import by_tables, open_kept, plan_file
from api.plans.schema import EXPLANATION, PLAN, PLAN_BODY, PLAN_EXAMPLE, PLAN_FILE, PLAN_FORM
from api.plans.shown import in_short, listed
from api.problem_docs import problems
from api.store.canonical import digest
from api.store.session import ReadSession, WriteSession
from api.writes import Answer, Call, CallOf

PATH = "/v1/plans"
MAX_BYTES = 32 * 1024 * 1024
_FORM = "multipart/form-data"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

router = APIRouter(prefix="/v1", tags=["plans"])
Id = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_]+$")]
ShipmentId = Annotated[str, Path(max_length=200, pattern=r"^[^\x00-\x1f]+$", description="As in the cargo list")]
Language = Annotated[Literal["zh", "en"], Query(description="Language of words")]
_PROBLEMS = problems(404, 409)


@router.post(
    "/plans",
    dependencies=[may("plans:write")],
    responses={**SUBMITTED, **problems(404, 409, 413)},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": PLAN_BODY, "example": PLAN_EXAMPLE},
                _FORM: {"schema": PLAN_FORM},
            },
        }
    },
    status_code=202,
    response_class=Response,
    summary="Ask for one plan for a list of cargo",
)
async def post_plan(request: Request, desk: DeskOf, call: CallOf) -> Response:
    """Check a list of cargo, all faults at once, and queue the job that plans it."""
    if request.headers.get("content-type", "").startswith(_FORM):
        async with request.form(max_files=2, max_fields=20) as form:
            upload = await ask.upload_in(form)
            given = {name: value for name, value in form.multi_items() if name != "cargo"}
    else:
        body = await request.body()
        given = await run_in_threadpool(ask.read_json, body)
        upload = await run_in_threadpool(ask.upload_of, given)
    return await run_in_threadpool(submit_plan, call, desk, upload, given)


def submit_plan(call: Call, desk: Desk, upload: ask.Upload, given: dict[str, Any]) -> Response:
    """
    Queue the job of a plan, and return the answer with the job.

    Raises
    ------
    RequestFaultsError
        With everything wrong with the cargo or with what is asked.
    Refusal
        When there is no such earlier plan.
    """
    asked = ask.read_options(given, upload.label)
    sent = {name: str(value) for name, value in given.items() if name != "cargo"}

    def prepare() -> Callable[[WriteSession], Answer]:
        cargo = ask.cargo_in(upload, desk)
        frozen = None
        if asked.freeze is not None:
            with call.store.read(call.principal.scope) as session:
                kept = open_kept(session, "plan", asked.freeze)
            freeze = ask.freeze_of(asked, plan_file(kept, desk), cargo, desk)
            frozen = {
                "plan": json.loads(kept.content),
                "before_min": freeze.before_min,
                "is_all": freeze.is_all,
                "pinned": sorted(freeze.pinned),
            }
        question = {"cargo": ask.cargo_text(cargo, desk), "options": asked.options, "freeze": frozen}
        order = Order(
            kind=KINDS["plan"],
            question=packed(question),
            fingerprint=desk.catalogue.fingerprint,
            name=asked.name,
            priority=asked.priority,
            parent=asked.freeze,
        )
        return lambda session: submitted(session, call, order)

    return call.write("job.submit", [sent, upload.suffix, digest(upload.content)]).run(prepare)


@router.get(
    "/plans",
    dependencies=[may("plans:read")],
    responses={200: described("A page of plans", page_schema(PLAN)), **problems()},
    response_class=Response,
    summary="List plans",
)
def get_plans(store: StoreOf, principal: PrincipalOf, limit: Limit = 50, after: After = None) -> Response:
    """Return the kept plans of the caller's firm, of every firm for those who oversee all, oldest first."""
    return listed(store, principal, "plan", limit=limit, after=after)


@router.get(
    "/plans/{plan_id}",
    dependencies=[may("plans:read")],
    responses={200: described("What is shown of the plan", PLAN), **problems(404)},
    response_class=Response,
    summary="Read a plan in short",
)
def get_plan(plan_id: Id, store: StoreOf, principal: PrincipalOf) -> Response:
    """Return cost, bound, gap and counts of a kept plan."""
    return in_short(store, principal, "plan", plan_id)


@router.get(
    "/plans/{plan_id}/plan.json",
    dependencies=[may("plans:read")],
    responses={200: described("The plan, as `hubport plan -o plan.json` writes it", PLAN_FILE), **problems(404)},
    response_class=Response,
    summary="Read a plan",
)
def get_plan_json(plan_id: Id, store: StoreOf, principal: PrincipalOf) -> Response:
    """Return a kept plan whole, byte for byte as it was made."""
    with store.read(principal.scope) as session:
        return Response(open_kept(session, "plan", plan_id).content, media_type="application/json")


@router.get(
    "/plans/{plan_id}/plan.xlsx",
    dependencies=[may("plans:read")],
    responses={
        200: described_file("The workbook", XLSX),
        **_PROBLEMS,
    },
    response_class=Response,
    summary="Read a plan as a workbook",
)
def get_plan_xlsx(plan_id: Id, store: StoreOf, principal: PrincipalOf, desk: DeskOf, lang: Language = "zh") -> Response:
    """Return a kept plan as the workbook that a dispatcher prints."""
    with store.read(principal.scope) as session:
        return _shown(session, plan_id, desk, ".xlsx", lang)


@router.get(
    "/plans/{plan_id}/plan.ics",
    dependencies=[may("plans:read")],
    responses={
        200: described_file("The cut-offs", "text/calendar"),
        **_PROBLEMS,
    },
    response_class=Response,
    summary="Read the cut-offs of a plan as a calendar",
)
def get_plan_ics(plan_id: Id, store: StoreOf, principal: PrincipalOf, desk: DeskOf, lang: Language = "zh") -> Response:
    """Return the cut-offs of a kept plan for a calendar."""
    with store.read(principal.scope) as session:
        return _shown(session, plan_id, desk, ".ics", lang)


@router.get(
    "/plans/{plan_id}/map.html",
    dependencies=[may("plans:read")],
    responses={200: described_file("The map", "text/html"), **_PROBLEMS},
    response_class=Response,
    summary="Read the map of a plan",
)
def get_plan_map(plan_id: Id, store: StoreOf, principal: PrincipalOf, desk: DeskOf, lang: Language = "zh") -> Response:
    """Return the map of a kept plan, one page that loads nothing."""
    with store.read(principal.scope) as session:
        return _shown(session, plan_id, desk, ".html", lang)


@router.get(
    "/plans/{plan_id}/explain/{shipment}",
    dependencies=[may("plans:read")],
    responses={200: described("As `hubport explain --json` prints it", EXPLANATION), **_PROBLEMS},
    response_class=Response,
    summary="Ask why a shipment travels as it does",
)
def get_plan_explanation(
    plan_id: Id, shipment: ShipmentId, store: StoreOf, principal: PrincipalOf, desk: DeskOf
) -> Response:
    """Return what a kept plan does with a shipment, and why."""
    from api import planning  # noqa: PLC0415 - the parts of plans load with the first question

    with store.read(principal.scope) as session:
        kept = open_kept(session, "plan", plan_id)
    file = plan_file(kept, desk)
    return as_json(by_tables(kept.row, desk, lambda: planning.shipment_json(file, desk, shipment)))


_TYPES = {".xlsx": XLSX, ".ics": "text/calendar; charset=utf-8", ".html": "text/html; charset=utf-8"}


def file_response(content: bytes, suffix: str, name: str) -> Response:
    """Return the content of a file; a browser shows pages and saves the others."""
    how = "inline" if suffix == ".html" else "attachment"
    headers = {"Content-Disposition": f'{how}; filename="{name}{suffix}"'}
    return Response(content, media_type=_TYPES[suffix], headers=headers)


def _shown(session: ReadSession, plan_id: str, desk: Desk, suffix: str, lang: Literal["zh", "en"]) -> Response:
    """Return a kept plan in one of its forms."""
    from api import planning  # noqa: PLC0415 - as above

    kept = open_kept(session, "plan", plan_id)
    plan, cargo = plan_file(kept, desk)
    content = by_tables(kept.row, desk, lambda: planning.file_bytes(suffix, plan, cargo, desk, lang))
    return file_response(content, suffix, plan_id)
