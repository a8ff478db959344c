"""Jobs of the pages of stock abroad: watched, ended, and leading on to what they made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Response
from sqlalchemy import select

from api.dispatcher.ground import answer_of
from api.dispatcher.job_pages import chart_of, elapsed_s, progress_of
from api.identity.policy import form
from api.identity.policy import page as page_policy
from api.jobs.endpoints import post_job_cancellation
from api.jobs.schema import job_json
from api.office import StoreOf
from api.plan_progress import phase_name
from api.plans.endpoints import Id
from api.refusals import Refusal
from api.stock_simulate import run_name
from api.stocking.kept import KIND as PLAN
from api.stocking.simulation_endpoints import KIND as SIMULATION
from api.store.models_jobs import Job
from api.warehouses_page.ground import PATH, GroundOf, Word

if TYPE_CHECKING:
    from api.store.session import ReadSession

router = APIRouter(include_in_schema=False)
_LEADS = {PLAN: f"{PATH}/plans", SIMULATION: f"{PATH}/simulations"}
"""Where what a job made is shown, by the kind of the job."""


@router.get(f"{PATH}/jobs/{{job_id}}", dependencies=[page_policy("stock:read")])
def get_job(job_id: Id, ground: GroundOf, store: StoreOf) -> Response:
    """Return how a job goes, for a script only the part that changes; once it has made something, lead there."""
    with store.read(ground.principal.scope) as session:
        job = _job(session, job_id)
        progress = progress_of(session, job_id)
    if job.result_id is not None and not ground.is_part:
        return ground.to(f"{_LEADS[job.kind]}/{job.result_id}")
    shown = job_json(job)
    return ground.page(
        "job_part" if ground.is_part else "job",
        job=shown, last=shown["progress"] or (progress[-1] if progress else None),
        leads=_LEADS[job.kind], result=job.result_id, is_plan=job.kind == PLAN,
        run_name=lambda name: run_name(name, ground.lang),
        elapsed=elapsed_s(job, ground.desk.clock()), phase_name=phase_name, name=job.name,
        chart=chart_of(ground.lang, progress) if job.kind == PLAN else "",
    )  # fmt: skip


def _job(session: ReadSession, job_id: str) -> Job:
    job = session.one(select(Job).where(Job.id == job_id, Job.kind.in_(tuple(_LEADS))))
    if job is None:
        raise Refusal(why="not-found", subject=job_id)
    return job


@router.post(f"{PATH}/jobs/{{job_id}}/cancel", dependencies=[form("stock:write")])
def cancel_job(job_id: Id, ground: GroundOf, store: StoreOf, once: Word = "") -> Response:
    """End a job with what it has by then."""
    with store.read(ground.principal.scope) as session:
        _job(session, job_id)
    answer_of(post_job_cancellation(job_id, ground.call(once)))
    return ground.to(f"{PATH}/jobs/{job_id}")
