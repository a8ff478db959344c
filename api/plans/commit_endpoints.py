"""Promising parts of a kept plan, so that the next plan leaves them as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Body, Response

from api.bodies import described
from api.endpoints import DeskOf
from api.faults import Findings, RequestFaultsError
from api.identity.policy import may
from api.plan_commit import commit_faults, committed
from api.plans.endpoints import PATH, Id
from api.plans.kept import open_kept, plan_file, result_json
from api.plans.schema import COMMIT_BODY, PLAN
from api.plans.versions import keep_version, made_of
from api.problem_docs import problems
from api.refusals import Refusal
from api.store.session import WriteSession
from api.writes import Answer, CallOf
from data.fields import is_blank
from data.plan import Commitment

router = APIRouter(prefix="/v1", tags=["plans"])
Given = Annotated[Any, Body()]
_COMMITMENTS: tuple[Commitment, ...] = get_args(Commitment)
_FIELDS = ("ids", "as")


@router.post(
    "/plans/{plan_id}/commit",
    dependencies=[may("plans:write")],
    responses={201: described("The new version of the plan, in short", PLAN), **problems(404, 409)},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": COMMIT_BODY, "example": {"ids": ["L001", "A-2"], "as": "booked"}}
            },
        }
    },
    status_code=201,
    response_class=Response,
    summary="Promise parts of a plan",
)
def post_commitment(plan_id: Id, desk: DeskOf, call: CallOf, body: Given = None) -> Response:
    """Mark load units, and shipments that travel alone, as promised: a new version, which plans after it freeze."""

    def prepare() -> Callable[[WriteSession], Answer]:
        with call.store.read(call.principal.scope) as session:
            kept = open_kept(session, "plan", plan_id)
        # Whoever has no such plan is not told what a right question is.
        names, commitment = _read(body)
        file = plan_file(kept, desk)
        if kept.row.fingerprint != desk.catalogue.fingerprint:
            # It would be written anew by tables it was not made with.
            raise Refusal(why="data-changed", subject=plan_id)
        faults = commit_faults(file.plan, names)
        if faults:
            raise RequestFaultsError(faults)
        made = made_of(committed(file.plan, names, commitment), file.cargo, desk)

        def work(session: WriteSession) -> Answer:
            change = {"ids": names, "as": commitment}
            row = keep_version(session, call.principal, kept.row, made, change)
            return Answer(content=result_json(row), status=201, headers={"Location": f"{PATH}/{row.id}"})

        return work

    return call.write("plan.commit", body).run(prepare)


def _read(body: object) -> tuple[list[str], Commitment]:
    """Return which ids are promised, and how far; refused with everything wrong with it."""
    found = Findings()
    given: dict[str, Any] = body if isinstance(body, dict) else {}
    if given is not body:
        found.add("body", None, "malformed", detail="JSON object")
        raise RequestFaultsError(found.faults)
    for name in given.keys() - set(_FIELDS):
        found.add(str(name)[:80], None, "unknown_field")
    names = given.get("ids")
    if not names:
        found.add("ids", None, "required")
    elif not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        found.add("ids", None, "malformed", detail="list of ids")
    commitment = next((one for one in _COMMITMENTS if one == given.get("as")), None)
    if is_blank(given.get("as")):
        found.add("as", None, "required")
    elif commitment is None:
        found.add("as", given["as"], "unknown_choice", choices=", ".join(_COMMITMENTS))
    if found.faults or commitment is None or not isinstance(names, list):
        raise RequestFaultsError(found.faults)
    return list(dict.fromkeys(names)), commitment
