"""The JSON interface of files of shipments: taken over at once, or by a job."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.bodies import described
from api.desk import Desk
from api.endpoints import DeskOf
from api.identity.policy import may
from api.jobs.claimed import packed
from api.jobs.endpoints import SUBMITTED, submitted
from api.jobs.kinds import KINDS
from api.jobs.submit import Order
from api.problem_docs import problems
from api.shipments.imports import check_file, keep_file
from api.shipments.reading import MAX_BYTES
from api.shipments.schema import IMPORTED
from api.shipments.work import question_of
from api.store.session import WriteSession
from api.uploads import Received, receive, takes
from api.writes import Answer, Call, CallOf

PATH = "/v1/shipments:import"
LARGER = {PATH: MAX_BYTES}
"""Limits of bodies that are above the usual one, by address."""

router = APIRouter(prefix="/v1", tags=["shipments"])


@router.post(
    "/shipments:import",
    dependencies=[may("shipments:write")],
    responses={
        201: described("How many there were, and the id by which they are found", IMPORTED),
        **SUBMITTED,
        **problems(409, 413, 415),
    },
    openapi_extra=takes(
        csv="A cargo list in UTF-8 or GBK", xlsx="A cargo list, on one sheet", ndjson="A shipment in each line"
    ),
    status_code=201,
    response_class=Response,
    summary="Import shipments",
)
async def post_import(
    request: Request,
    desk: DeskOf,
    call: CallOf,
    job: Annotated[bool, Query(description="Whether a job does it, which is answered at once")] = False,  # noqa: FBT002 - a query
) -> Response:
    """Keep the shipments of a cargo list, of up to 100,000 rows, all of them or none; all faults are listed."""
    with tempfile.TemporaryDirectory(prefix="shipments-") as folder:
        received = await receive(request, Path(folder), ("csv", "xlsx", "ndjson"))
        return await run_in_threadpool(_submit if job else _import, call, desk, received)


def _import(call: Call, desk: Desk, received: Received) -> Response:
    """Take over a file before it is answered."""

    def prepare() -> Callable[[WriteSession], Answer]:
        checked = check_file(received.path, desk.catalogue, call.store, call.principal.scope, call.office.clock())

        def work(session: WriteSession) -> Answer:
            made = keep_file(session, checked, call.principal.firm)
            content = {"id": made.id, "rows": made.rows, "digest": made.digest}
            return Answer(content=content, status=201, headers={"Location": f"/v1/shipments?import={made.id}"})

        return work

    return call.write("shipment.import", received.digest).run(prepare)


def _submit(call: Call, desk: Desk, received: Received) -> Response:
    """Queue the job that takes over a file."""

    def prepare() -> Callable[[WriteSession], Answer]:
        order = Order(
            kind=KINDS["import"],
            question=packed(question_of(received.path)),
            fingerprint=desk.catalogue.fingerprint,
            name=received.path.name,
        )
        return lambda session: submitted(session, call, order)

    return call.write("job.submit", ["import", received.path.suffix, received.digest]).run(prepare)
