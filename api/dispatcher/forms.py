"""What the desk sends: a new plan, a plan made anew, a move, a schedule, and the end of a job."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Form, Response
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from api.dispatcher.edits import Verdict, judge, keep
from api.dispatcher.ground import Ground, GroundOf, Id, Opened, answer_of
from api.dispatcher.moves import MOST_ALONG, move_of
from api.dispatcher.pages import move_page, new_values, plan_page
from api.faults import Findings, RequestFault, RequestFaultsError, fault
from api.identity.policy import form
from api.jobs.endpoints import post_job_cancellation
from api.jobs.kinds import Made
from api.plans import ask
from api.plans.endpoints import MAX_BYTES, submit_plan
from api.plans.kept import open_kept
from api.plans.schedule_endpoints import post_plan_schedule
from api.plans.versions import made_of
from api.refusals import Refusal
from api.shipments.records import line_of
from api.shipments.states import is_booked
from api.store.models_shipments import KeptShipment
from api.writes import Answer
from data.fields import is_blank, read_instant

if TYPE_CHECKING:
    from api.store.session import WriteSession

router = APIRouter(include_in_schema=False)
PATH = "/dispatcher/plans"
LARGER = {PATH: 2 * MAX_BYTES}
"""More than a cargo list may have: what is too large is told beside its field, not by a refusal of the server."""
_OPTIONS = (
    "name",
    "time_limit",
    "gap",
    "seed",
    "freeze",
    "freeze_before",
    "freeze_all",
    "holding_rate",
    "carbon_price",
)
_MOST_KEPT = 10_000
_MIB = 1024 * 1024
Word = Annotated[str, Form(max_length=400)]
Words = Annotated[tuple[str, ...], Form(alias="with", max_length=MOST_ALONG)]


@router.post(PATH, dependencies=[form("plans:write")])
async def post_plan(ground: GroundOf) -> Response:
    """Queue the job of a plan: of a cargo list, of shipments that are kept, or of those of an earlier plan."""
    async with ground.request.form() as sent:
        upload = sent.get("cargo")
        content = None
        if isinstance(upload, UploadFile) and upload.filename:
            content = await upload.read()
            if len(content) > MAX_BYTES:
                error = RequestFaultsError([_too_large(upload.filename, len(content))])
                return await run_in_threadpool(_refused_plan, ground, sent, error)
        return await run_in_threadpool(_submitted, ground, sent, content)


def _too_large(name: str, size: int) -> RequestFault:
    """Return that a file is larger than a cargo list may be."""
    shown, limit = (f"{one / _MIB:.1f} MiB" for one in (size, MAX_BYTES))
    return fault("cargo", f"{name}, {shown}", "file_too_large", limit=limit)


def _submitted(ground: Ground, sent: FormData, content: bytes | None) -> Response:
    """Queue the job, or show the form again with everything wrong with it."""
    given = {name: str(sent[name]).strip() for name in _OPTIONS if name in sent}
    given = {name: value for name, value in given.items() if value}
    try:
        given |= _read_more(ground, sent, given)
        upload = _upload(ground, sent, content, given)
        call = ground.call(str(sent.get("once", "")))
        job = answer_of(submit_plan(call, ground.desk, upload, given))
    except RequestFaultsError as error:
        return _refused_plan(ground, sent, error)
    return ground.to(f"/dispatcher/jobs/{job['id']}")


def _read_more(ground: Ground, sent: FormData, given: dict[str, Any]) -> dict[str, Any]:
    """Return what the form says in other words than the interface: a local time, a gap in per cent, ticked ids."""
    more: dict[str, Any] = {}
    if "gap" in given:
        found = Findings()
        more["gap"] = _share(found, given["gap"])
        if found.faults:
            raise RequestFaultsError(found.faults)
    if "freeze_before" in given:
        more["freeze_before"] = _instant(ground, given["freeze_before"])
    pins = [*(str(name) for name in sent.getlist("pin")), *_departing(ground, sent, given)]
    return more | ({"pin": sorted(set(pins))} if pins else {})


def _share(found: Findings, text: str) -> str:
    """Return per cent as a share; what is no number is told by whoever reads shares."""
    try:
        return f"{float(text) / 100:.6f}"
    except ValueError:
        found.add("gap", text, "number")
        return text


def _instant(ground: Ground, text: str) -> str:
    """Return a time of a form, on the clocks of the desk unless it says otherwise, as an instant."""
    found = Findings()
    instant = read_instant(found, "freeze_before", text, zone=ground.zone, time_of_day=dt.time(), is_local=True)
    if instant is None:
        raise RequestFaultsError(found.faults)
    return instant.isoformat()


def _departing(ground: Ground, sent: FormData, given: dict[str, Any]) -> list[str]:
    """Return what goes on the departures that are ticked: their numbers among those of the earlier plan."""
    numbers = {int(text) for text in map(str, sent.getlist("pin_departure")) if text.isascii() and text.isdecimal()}
    if not numbers or "freeze" not in given:
        return []
    with ground.store.read(ground.principal.scope) as session:
        bookings = ground.open(session, given["freeze"]).file.plan.bookings
    chosen = [one for place, one in enumerate(bookings) if place in numbers]
    return [name for booking in chosen for name in (*booking.loads, *booking.shipments)]


def _upload(ground: Ground, sent: FormData, content: bytes | None, given: dict[str, Any]) -> ask.Upload:
    """Return the cargo list: what was chosen, what is kept, or the cargo of the earlier plan."""
    file = sent.get("cargo")
    if content is not None and isinstance(file, UploadFile):
        return ask.upload_from(file.filename or "", content)
    source = str(sent.get("source", ""))
    if source == "kept":
        return ask.Upload(".json", "kept", json.dumps(_kept(ground)).encode())
    if source == "plan" and "freeze" in given:
        with ground.store.read(ground.principal.scope) as session:
            opened = ground.open(session, given["freeze"])
        label = opened.kept.row.name or given["freeze"]
        return ask.Upload(".json", label, ask.cargo_text(opened.file.cargo, ground.desk).encode())
    raise RequestFaultsError([fault("cargo", None, "required")])


def _kept(ground: Ground) -> list[dict[str, Any]]:
    """Return the shipments that are kept and not booked, as a cargo list."""
    asked = select(KeptShipment).where(is_booked("open")).order_by(KeptShipment.id).limit(_MOST_KEPT + 1)
    with ground.store.read(ground.principal.scope) as session:
        rows = session.all(asked)
    if not rows:
        raise RequestFaultsError([fault("source", None, "no_shipments")])
    if len(rows) > _MOST_KEPT:
        raise RequestFaultsError([fault("source", len(rows), "too_many", limit=_MOST_KEPT)])
    return [line_of(row) for row in rows]


def _refused_plan(ground: Ground, sent: FormData, error: RequestFaultsError) -> Response:
    """Return the form as it was typed, with everything wrong with it."""
    typed = {name: value for name, value in sent.multi_items() if isinstance(value, str) and not is_blank(value)}
    ticked = {name: [str(value) for value in sent.getlist(name)] for name in ("pin", "pin_departure")}
    wrong = {item.field: item for item in reversed(error.faults)}
    values: dict[str, Any] = {"typed": typed, "ticked": ticked, "faults": error.faults, "wrong": wrong}
    with ground.store.read(ground.principal.scope) as session:
        if typed.get("view") == "replan" and "freeze" in typed:
            opened = ground.open(session, typed["freeze"])
            return plan_page(ground, session, opened, "replan", status=422, **values)
        return ground.page("new", status=422, **new_values(ground, session) | values)


@router.post("/dispatcher/plans/{plan_id}/move", dependencies=[form("plans:write")])
def post_move(
    plan_id: Id,
    ground: GroundOf,
    shipment: Word = "",
    load: Word = "",
    box: Word = "",
    others: Words = (),
    once: Word = "",
) -> Response:
    """Keep a plan in which a shipment is elsewhere as a new version, if it is sound and nobody else was first."""
    with ground.store.read(ground.principal.scope) as session:
        opened = ground.open(session, plan_id)
    asked = {"shipment": shipment, "load": load, "box": box}
    verdict = judge(opened.file, ground.desk, move_of(opened.file.plan, ground.now_min, **asked, others=others))
    if verdict.plan is None or not verdict.is_sound:
        return move_page(ground, opened, verdict, status=409)
    made = made_of(verdict.plan, opened.file.cargo, ground.desk)

    def prepare() -> Callable[[WriteSession], Answer]:
        return lambda session: Answer(content={"id": _keep(session, ground, opened, made, verdict)}, status=201)

    try:
        found = answer_of(ground.call(once).write("plan.edit", [plan_id, *asked.values(), *others]).run(prepare))
    except Refusal as refusal:
        if refusal.name != "plan-changed":
            raise
        with ground.store.read(ground.principal.scope) as session:
            newer = ground.newer(session, plan_id)
        return move_page(ground, opened, verdict, newer=newer, status=409)
    return ground.to(f"/dispatcher/plans/{found['id']}?view=boxes")


def _keep(session: WriteSession, ground: Ground, opened: Opened, made: Made, verdict: Verdict) -> str:
    return keep(session, ground.principal, opened.kept, made, verdict).id


@router.post("/dispatcher/plans/{plan_id}/schedules", dependencies=[form("plans:write")])
def post_schedule(plan_id: Id, ground: GroundOf, time_limit: Word = "", once: Word = "") -> Response:
    """Queue the job that times the work of the hubs of a plan."""
    with ground.store.read(ground.principal.scope) as session:
        name = open_kept(session, "plan", plan_id).row.name
    body = {key: value for key, value in (("time_limit", time_limit), ("name", name)) if value}
    job = answer_of(post_plan_schedule(plan_id, ground.desk, ground.call(once), body))
    return ground.to(f"/dispatcher/jobs/{job['id']}")


@router.post("/dispatcher/jobs/{job_id}/cancel", dependencies=[form("jobs:write")])
def post_cancel(job_id: Id, ground: GroundOf, once: Word = "") -> Response:
    """End a job; the best that it has by then is kept."""
    answer_of(post_job_cancellation(job_id, ground.call(once)))
    return ground.to(f"/dispatcher/jobs/{job_id}")
