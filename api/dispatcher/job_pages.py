"""The page of a job: how its cost, bound and gap converge, live where scripts run and by loading anew elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Response
from markupsafe import Markup
from sqlalchemy import select

from api.dispatcher.ground import KINDS, GroundOf, Id
from api.identity.policy import page
from api.jobs.events import PROGRESS
from api.jobs.schema import job_json
from api.plan_progress import phase_name
from api.refusals import Refusal
from api.store.models_jobs import Job, JobEvent
from api.texts import say
from viz.converge import Reached, Words, converge_svg

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from api.answer_schema import Json
    from api.store.session import ReadSession
    from viz.theme import Lang

router = APIRouter(include_in_schema=False, dependencies=[page("jobs:read")])
_FEN = 100
_MOST_ROWS = 12


@router.get("/dispatcher/jobs/{job_id}")
def get_job(job_id: Id, ground: GroundOf) -> Response:
    """Return how a job goes; for a script only the part that changes."""
    with ground.store.read(ground.principal.scope) as session:
        job = session.one(select(Job).where(Job.id == job_id, Job.kind.in_(KINDS)))
        if job is None:
            raise Refusal(why="not-found", subject=job_id)
        told = progress_of(session, job_id)
    shown = job_json(job)
    last = shown["progress"] or (told[-1] if told else None)
    values: dict[str, Any] = {
        "job": shown,
        "last": last,
        "elapsed": elapsed_s(job, ground.desk.clock()),
        "doing": doing_of(job, last, ground.lang),
        "result": job.result_id,
        "seen": job.last_event,
        "phase": "" if last is None else phase_of(job, last, ground.lang),
    }
    if job.kind == "plan":
        values["chart"] = chart_of(ground.lang, told)
    values["rows"] = told[-_MOST_ROWS:]
    return ground.page("job_part" if ground.is_part else "job", **values)


def elapsed_s(job: Job, now: dt.datetime) -> int | None:
    """Return for how many seconds a job has been done, or was; None if it has not begun."""
    return None if job.started_at is None else max(0, int(((job.ended_at or now) - job.started_at).total_seconds()))


def doing_of(job: Job, last: Json | None, lang: Lang) -> str:
    """Return in one line what a job that runs is doing; empty if it does not run, or does what has no words."""
    if job.state != "running":
        return ""
    if last is None:
        return say(lang, "desk_doing_start")
    key = f"desk_doing_plan_{last['phase']}" if job.kind == "plan" else "desk_doing_schedule"
    text = say(lang, key)
    return "" if text == key else text


def phase_of(job: Job, last: Json, lang: Lang) -> str:
    """Return the name of what a job did last: the phase of a plan, or the aim of a schedule."""
    if job.kind == "plan":
        return phase_name(last["phase"], lang)
    key = f"tier_{last['phase']}"
    name = say(lang, key)
    return phase_name(last["phase"], lang) if name == key else name


def progress_of(session: ReadSession, job_id: str) -> list[Json]:
    """Return what a job told of itself, of its last attempt, as far as it is kept."""
    asked = select(JobEvent).where(JobEvent.job_id == job_id, JobEvent.kind == PROGRESS).order_by(JobEvent.seq)
    told: list[Json] = []
    for event in session.all(asked):
        # An attempt that was lost is made again from the beginning.
        if told and event.data.get("elapsed_s", 0) < told[-1].get("elapsed_s", 0):
            told = []
        told.append(event.data)
    return told


def chart_of(lang: Lang, told: Sequence[Json]) -> Markup:
    """Return how cost and bound converge."""
    words = Words(*(say(lang, f"desk_chart_{name}") for name in ("title", "seconds", "money", "cost", "bound")))
    reached = [Reached(one["elapsed_s"], _yuan(one["cost_minor"]), _yuan(one["bound_minor"])) for one in told]
    # Made by viz, which escapes every text in it.
    return Markup(converge_svg(reached, words))  # noqa: S704


def _yuan(fen: int | None) -> float | None:
    return None if fen is None else fen / _FEN
