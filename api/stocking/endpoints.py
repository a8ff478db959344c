"""The JSON interface of stocking plans: asked for as jobs, found again, shown in every form."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response
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
from api.plans.ask import Upload
from api.plans.endpoints import XLSX, Id, Language, file_response
from api.plans.shown import in_short, listed
from api.problem_docs import problems
from api.stocking.ask import read_plan_ask
from api.stocking.file import stock_text
from api.stocking.kept import KIND, open_plan
from api.stocking.schema import PLAN_BODY, PLAN_EXAMPLE, PLAN_FORM, STOCK_PLAN, STOCK_PLAN_FILE, STOCK_PLAN_TOLD
from api.stocking.sent import MAX_BYTES, STOCK, sent_in, taken
from api.store.canonical import digest
from api.writes import Answer, Call, CallOf

if TYPE_CHECKING:
    from api.store.session import WriteSession

LARGER = {"/v1/stock:plan": MAX_BYTES}
"""Bytes of a body, where more are taken than usual."""

router = APIRouter(prefix="/v1", tags=["stock"])


@router.post(
    "/stock:plan",
    dependencies=[may("stock:write")],
    responses={**SUBMITTED, **problems(409, 413)},
    openapi_extra=taken(PLAN_FORM, PLAN_BODY, PLAN_EXAMPLE),
    status_code=202,
    response_class=Response,
    summary="Ask what to send to overseas warehouses",
)
async def post_stock_plan(request: Request, desk: DeskOf, call: CallOf) -> Response:
    """Check a seller's file, all faults at once, and queue the job that plans what to send where, when and how."""
    upload, given = (await sent_in(request, STOCK)).whole()
    return await run_in_threadpool(submit_plan, call, desk, upload, given)


def submit_plan(call: Call, desk: Desk, upload: Upload, given: dict[str, Any], day: str | None = None) -> Response:
    """
    Queue the job of a stocking plan, and return the answer with the job.

    Parameters
    ----------
    call, desk
        Who asks, and the data set.
    upload, given
        The seller's file, and what is asked.
    day
        That a page was about; nothing is decided by it.

    Raises
    ------
    RequestFaultsError
        With everything wrong with the file or with what is asked.
    """
    sent = {name: str(value) for name, value in given.items()}

    def prepare() -> Callable[[WriteSession], Answer]:
        asked = read_plan_ask(given, upload, desk)
        question = {"stock": stock_text(asked.stock, desk.catalogue), "options": asked.options | {"on": day}}
        order = Order(
            kind=KINDS[KIND],
            question=packed(question),
            fingerprint=desk.catalogue.fingerprint,
            name=asked.name,
            priority=asked.priority,
        )
        return lambda session: submitted(session, call, order)

    return call.write("job.submit", [sent, upload.suffix, digest(upload.content)]).run(prepare)


@router.get(
    "/stock/plans",
    dependencies=[may("stock:read")],
    responses={200: described("A page of stocking plans", page_schema(STOCK_PLAN)), **problems()},
    response_class=Response,
    summary="List stocking plans",
)
def get_stock_plans(store: StoreOf, principal: PrincipalOf, limit: Limit = 50, after: After = None) -> Response:
    """Return the kept stocking plans of the caller's firm, of every firm for those who oversee all, oldest first."""
    return listed(store, principal, KIND, limit=limit, after=after)


@router.get(
    "/stock/plans/{stock_id}",
    dependencies=[may("stock:read")],
    responses={200: described("What is shown of the plan", STOCK_PLAN), **problems(404)},
    response_class=Response,
    summary="Read a stocking plan in short",
)
def get_stock_plan(stock_id: Id, store: StoreOf, principal: PrincipalOf) -> Response:
    """Return cost, bound, gap, service and counts of a kept stocking plan."""
    return in_short(store, principal, KIND, stock_id)


@router.get(
    "/stock/plans/{stock_id}/plan.json",
    dependencies=[may("stock:read")],
    responses={
        200: described("The plan, as `hubport stock plan -o plan.json` writes it", STOCK_PLAN_FILE),
        **problems(404),
    },
    response_class=Response,
    summary="Read a stocking plan",
)
def get_stock_plan_json(stock_id: Id, store: StoreOf, principal: PrincipalOf) -> Response:
    """Return a kept stocking plan whole; `hubport stock verify` checks it."""
    with store.read(principal.scope) as session:
        return Response(open_plan(session, stock_id).plan.encode(), media_type="application/json")


@router.get(
    "/stock/plans/{stock_id}/answer.json",
    dependencies=[may("stock:read")],
    responses={200: described("Everything that is told of the plan", STOCK_PLAN_TOLD), **problems(404)},
    response_class=Response,
    summary="Read what a stocking plan means",
)
def get_stock_plan_answer(stock_id: Id, store: StoreOf, principal: PrincipalOf) -> Response:
    """Return what to send this week and later with boxes, prices and reasons, what runs dry, and to compare."""
    with store.read(principal.scope) as session:
        return as_json(open_plan(session, stock_id).answer)


@router.get(
    "/stock/plans/{stock_id}/plan.xlsx",
    dependencies=[may("stock:read")],
    responses={200: described_file("The workbook", XLSX), **problems(404)},
    response_class=Response,
    summary="Read a stocking plan as a workbook",
)
def get_stock_plan_xlsx(stock_id: Id, store: StoreOf, principal: PrincipalOf, lang: Language = "zh") -> Response:
    """Return a kept stocking plan as a workbook: this week, boxes, all weeks, warehouses, costs, assumptions."""
    from api.stock_plan_excel import plan_workbook  # noqa: PLC0415 - the library of workbooks is large

    with store.read(principal.scope) as session:
        found = open_plan(session, stock_id)
    return file_response(plan_workbook(found.answer, lang), ".xlsx", stock_id)
