"""The JSON interface of jobs: how they go, their events, cancelling, and what came of them."""

from __future__ import annotations

import zlib
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from api.bodies import described
from api.endpoints import as_json
from api.identity.policy import PrincipalOf, may
from api.jobs.kinds import KINDS
from api.jobs.schema import EVENT, JOB, RESULT, job_json
from api.jobs.submit import Order, cancel, submit
from api.jobs.watch import Watches
from api.office import StoreOf
from api.openapi_words import page_of as page_schema
from api.paging import After, Limit, page_of
from api.problem_docs import problems
from api.refusals import Refusal
from api.store.models_jobs import Job, KeptResult
from api.store.session import ReadSession, Scope, Store, WriteSession
from api.writes import Answer, CallOf

router = APIRouter(prefix="/v1", tags=["jobs"])

Id = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_]+$")]
StateFilter = Annotated[
    Literal["queued", "running", "done", "failed", "cancelled"] | None, Query(description="Only in this state")
]
KindFilter = Annotated[str | None, Query(max_length=40, pattern=r"^[a-z0-9_-]+$", description="Only of this kind")]
LastEvent = Annotated[
    str | None,
    Header(alias="Last-Event-ID", pattern=r"^\d{1,9}$", description="The last event that is known", examples=["3"]),
]
Known = Annotated[int | None, Query(ge=0, le=999_999_999, description="The same, for the first request")]

SUBMITTED: dict[int | str, dict[str, Any]] = {
    202: described("The job, which has been queued; `Location` is where it is found", JOB)
    | {"headers": {"Location": {"$ref": "#/components/headers/Location"}}}
}
"""The answer of endpoints that submit a job."""


def submitted(session: WriteSession, call: CallOf, order: Order) -> Answer:
    """Submit a job in the transaction of a write, and return the answer to that."""
    job = submit(session, call.principal, order)
    return Answer(content=job_json(job), status=202, headers={"Location": f"/v1/jobs/{job.id}"})


def _find(session: ReadSession, job_id: str) -> Job:
    job = session.one(select(Job).where(Job.id == job_id))
    if job is None:
        raise Refusal(why="not-found", subject=job_id)
    return job


@router.get(
    "/jobs",
    dependencies=[may("jobs:read")],
    responses={200: described("A page of jobs", page_schema(JOB)), **problems()},
    response_class=Response,
    summary="List jobs",
)
def get_jobs(
    store: StoreOf,
    principal: PrincipalOf,
    state: StateFilter = None,
    kind: KindFilter = None,
    limit: Limit = 50,
    after: After = None,
) -> Response:
    """Return the jobs of the caller's firm, of every firm for those who oversee all, oldest first."""
    statement = select(Job)
    if state is not None:
        statement = statement.where(Job.state == state)
    if kind is not None:
        statement = statement.where(Job.kind == kind)
    with store.read(principal.scope) as session:
        return as_json(page_of(session, statement, Job.id, limit=limit, after=after, show=job_json))


@router.get(
    "/jobs/{job_id}",
    dependencies=[may("jobs:read")],
    responses={200: described("The job", JOB), **problems(404)},
    response_class=Response,
    summary="Read a job",
)
def get_job(job_id: Id, store: StoreOf, principal: PrincipalOf) -> Response:
    """Return how a job goes: its state, its progress, and where its result is found."""
    with store.read(principal.scope) as session:
        return as_json(job_json(_find(session, job_id)))


@router.get(
    "/jobs/{job_id}/events",
    dependencies=[may("jobs:read")],
    responses={
        200: {
            "description": "Server-sent events: `state`, `progress` and at last `end`; the stream ends with the job",
            "content": {"text/event-stream": {"schema": EVENT}},
        },
        204: {"description": "The job has ended, and all of its events are known"},
        **problems(404),
    },
    response_class=StreamingResponse,
    summary="Watch a job",
)
async def get_job_events(
    job_id: Id,
    request: Request,
    store: StoreOf,
    principal: PrincipalOf,
    last_event: LastEvent = None,
    after: Known = None,
) -> Response:
    """Stream the events of a job from the first, or from the one after `Last-Event-ID`, until it ends."""
    known = int(last_event) if last_event is not None else after or 0
    is_over = await run_in_threadpool(_is_known, store, principal.scope, job_id, known)
    if is_over:
        return Response(status_code=204)
    watches: Watches = request.app.state.watches
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    stream = watches.stream(job_id, principal.scope, known)
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


def _is_known(store: Store, scope: Scope, job_id: str, known: int) -> bool:
    """Say whether a job has ended and there is nothing more to tell of it."""
    with store.read(scope) as session:
        job = _find(session, job_id)
    return job.ended_at is not None and known >= job.last_event


@router.post(
    "/jobs/{job_id}/cancel",
    dependencies=[may("jobs:write")],
    responses={200: described("The job", JOB), **problems(404, 409)},
    response_class=Response,
    summary="Cancel a job",
)
def post_job_cancellation(job_id: Id, call: CallOf) -> Response:
    """End a job that waits; ask one that runs to end with the best it has, which is then kept as its result."""

    def work(session: WriteSession) -> Answer:
        return Answer(content=job_json(cancel(session, call.principal, job_id, KINDS)))

    return call.write("job.cancel").do(work)


@router.get(
    "/jobs/{job_id}/result",
    dependencies=[may("jobs:read")],
    responses={200: described("What came of it, as the kind of job makes it", RESULT), **problems(404, 409)},
    response_class=Response,
    summary="Read the result of a job",
)
def get_job_result(job_id: Id, store: StoreOf, principal: PrincipalOf) -> Response:
    """Return what came of a job that was done, or the best there was when it was cancelled."""
    with store.read(principal.scope) as session:
        job = _find(session, job_id)
        if job.ended_at is None:
            raise Refusal(why="not-ended", detail=job.state, subject=job_id)
        content = session.one(select(KeptResult.content).where(KeptResult.job_id == job_id))
    if content is None:
        code = "" if job.reason is None else str(job.reason["code"])
        raise Refusal(why="no-result", detail=code or job.state, subject=job_id)
    return Response(zlib.decompress(content), media_type="application/json")
