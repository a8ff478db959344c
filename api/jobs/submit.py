"""Submitting and cancelling jobs, in the transaction of a write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from api.jobs.events import STATE, add_event, state_json
from api.jobs.queue import end_job
from api.jobs.reasons import reason_json
from api.refusals import Refusal
from api.store.canonical import digest
from api.store.columns import new_id
from api.store.models import table_of
from api.store.models_jobs import Job, JobQuestion

if TYPE_CHECKING:
    from api.identity.principal import Principal
    from api.jobs.kinds import Kind, Kinds
    from api.store.session import WriteSession

MOST_WAITING = 1000
"""Jobs of a firm that may wait at once."""
USUAL_PRIORITY, MOST_PRIORITY = 5, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """
    A job to be submitted.

    Parameters
    ----------
    kind
        What kind of job.
    question
        What it is about, packed.
    fingerprint
        Of the data set by which the question was checked.
    name
        The caller's words for it.
    priority
        From 0 to 9; among the jobs of one firm the highest is done first.
    parent
        Id of the kept result that it is about.
    firm
        Whose job it is, None for the caller's firm.
    """

    kind: Kind
    question: bytes
    fingerprint: str
    name: str = ""
    priority: int = USUAL_PRIORITY
    parent: str | None = None
    firm: str | None = None


def submit(session: WriteSession, principal: Principal, order: Order) -> Job:
    """
    Put a job into the queue.

    Raises
    ------
    Refusal
        When too many jobs of the firm are waiting already.
    """
    now, firm = session.now, order.firm or principal.firm
    waiting = select(func.count()).select_from(Job).where(Job.firm_id == firm, Job.state == "queued")
    if (session.one(waiting) or 0) >= MOST_WAITING:
        raise Refusal(why="too-many-jobs", detail=str(MOST_WAITING))
    job = Job(
        id=new_id("job", now), firm_id=firm, kind=order.kind.name, name=order.name, priority=order.priority,
        parent=order.parent, fingerprint=order.fingerprint, question_hash=digest(order.question), created_at=now,
        created_by=principal.user, ready_at=now, last_event=1,
    )  # fmt: skip
    session.insert([job])
    session.insert_plain(table_of(JobQuestion), [{"job_id": job.id, "content": order.question, "firm_id": firm}])
    add_event(session, job, 1, STATE, state_json(job, "queued"))
    return job


def cancel(session: WriteSession, principal: Principal, job_id: str, kinds: Kinds) -> Job:
    """
    End a job that waits, or ask the worker of one that runs to end it; one that was cancelled stays so.

    Raises
    ------
    Refusal
        When there is no such job for the caller, the caller may not, or it has ended otherwise.
    """
    found = session.lock(select(Job).where(Job.id == job_id))
    if not found:
        raise Refusal(why="not-found", subject=job_id)
    job = found[0]
    kind = kinds.get(job.kind)
    if kind is not None and kind.scope not in principal.permissions:
        raise Refusal(why="forbidden", detail=f"needs {kind.scope}", subject=job_id)
    if job.state in {"done", "failed"}:
        raise Refusal(why="wrong-state", detail=job.state, subject=job_id)
    if job.state == "queued":
        job.cancel_at, job.reason = session.now, reason_json("stopped")
        end_job(session, job, "cancelled")
    elif job.state == "running" and job.cancel_at is None:
        job.cancel_at = session.now
        job.last_event += 1
        add_event(session, job, job.last_event, STATE, state_json(job, "running"))
    return job
