"""
The queue: jobs as rows of the database, taken by workers, one worker each.

A worker holds a job by a lease, which it renews; a job whose lease is over is taken again. Every statement of a worker
about a running job carries the attempt it was given, so that a worker which has lost the job changes nothing any more.
"""

from __future__ import annotations

import datetime as dt
import zlib
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, literal, select, update

from api.jobs.claimed import Claimed
from api.jobs.events import END, PROGRESS, STATE, add_event, state_json
from api.jobs.reasons import STOPPED, reason_json
from api.refusals import Refusal
from api.store.columns import Instant, new_id
from api.store.models_jobs import Job, JobEvent, JobQuestion, KeptResult
from api.store.session import WHOLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.answer_schema import Json
    from api.jobs.kinds import Kind, Kinds, Made
    from api.store.session import ReadSession, Store, WriteSession

KEPT = dt.timedelta(days=30)
"""How long questions and events are kept after a job has ended."""
_DAY = dt.timedelta(days=1)
_QUICK = 1
_TRIES = 3


def claim(store: Store, kinds: Kinds, worker: str, now: dt.datetime, lease_s: int) -> Claimed | None:
    """
    Take the job whose turn it is, None if none is waiting.

    The turn is that of the firm with the fewest running jobs, then with the least work done for it in a day; among the
    jobs of a firm it is that of the highest priority, then of the oldest.
    """
    for _ in range(_TRIES):
        with store.read(WHOLE) as session:
            chosen = _next(session, kinds, now)
        if chosen is None:
            return None
        found = store.write(WHOLE, "job.claim", now, partial(_claim, job_id=chosen, worker=worker, lease_s=lease_s))
        if found is not None:
            return found
    return None


def _next(session: ReadSession, kinds: Kinds, now: dt.datetime) -> str | None:
    """Return the id of the job whose turn it is."""
    waiting = (Job.state == "queued", Job.ready_at <= now, Job.kind.in_(list(kinds)))
    firms = session.rows(select(Job.firm_id, func.min(Job.id)).where(*waiting).group_by(Job.firm_id))
    if not firms:
        return None
    running = select(Job.firm_id, func.count()).where(Job.state == "running").group_by(Job.firm_id)
    busy: dict[str, int] = dict(map(tuple, session.rows(running)))
    recent = select(Job.firm_id, func.sum(Job.worked_s)).where(Job.ended_at > now - _DAY).group_by(Job.firm_id)
    worked: dict[str, int] = dict(map(tuple, session.rows(recent)))
    firm, _ = min(firms, key=lambda row: (busy.get(row[0], 0), worked.get(row[0], 0), row[1]))
    first = select(Job.id).where(*waiting, Job.firm_id == firm).order_by(Job.priority.desc(), Job.id).limit(1)
    return session.one(first)


def _claim(session: WriteSession, job_id: str, worker: str, lease_s: int) -> Claimed | None:
    """Take a job, unless somebody else did."""
    now = session.now
    taken = update(Job).where(Job.id == job_id, Job.state == "queued")
    lease = now + dt.timedelta(seconds=lease_s)
    values = {"state": "running", "attempt": Job.attempt + 1, "worker": worker, "lease_until": lease}
    if session.change(taken.values(**values, started_at=func.coalesce(Job.started_at, literal(now, Instant())))) != 1:
        return None
    (job,) = session.lock(select(Job).where(Job.id == job_id))
    _change(session, job, STATE, state_json(job, "running"))
    content = session.one(select(JobQuestion.content).where(JobQuestion.job_id == job_id))
    return Claimed(id=job.id, kind=job.kind, attempt=job.attempt, question=content or b"", fingerprint=job.fingerprint)


def _change(session: WriteSession, job: Job, kind: str, data: Json, **values: object) -> None:
    """Add an event of a locked job and change it; this is no entry of the audit trail."""
    seq = job.last_event + 1
    add_event(session, job, seq, kind, data)
    session.change(update(Job).where(Job.id == job.id).values(last_event=seq, **values))


def _mine(claimed: Claimed) -> tuple[Any, ...]:
    """Return the condition that a job is still held by whoever took it."""
    return Job.id == claimed.id, Job.attempt == claimed.attempt, Job.state == "running"


def still_mine(store: Store, claimed: Sequence[Claimed]) -> dict[str, bool]:
    """Return, of the jobs that are still held, whether each is to be cancelled."""
    attempts = {one.id: one.attempt for one in claimed}
    asked = select(Job.id, Job.attempt, Job.cancel_at).where(Job.id.in_(attempts), Job.state == "running")
    with store.read(WHOLE) as session:
        rows = session.rows(asked)
    return {name: cancel_at is not None for name, attempt, cancel_at in rows if attempts[name] == attempt}


def beat(store: Store, claimed: Claimed, progress: Json | None, now: dt.datetime, lease_s: int) -> bool:
    """Renew a lease, and tell how far the work is if that is new; say whether the job is still held."""

    def work(session: WriteSession) -> bool:
        lease = now + dt.timedelta(seconds=lease_s)
        if progress is None:
            return session.change(update(Job).where(*_mine(claimed)).values(lease_until=lease)) == 1
        found = session.lock(select(Job).where(*_mine(claimed)))
        for job in found:
            _change(session, job, PROGRESS, progress, progress=progress, lease_until=lease)
        return bool(found)

    return store.write(WHOLE, "job.progress", now, work)


def finish(store: Store, kind: Kind, claimed: Claimed, made: Made, now: dt.datetime, worked_s: float) -> bool:
    """Keep what came of a job and end it; say whether it was still held."""

    def work(session: WriteSession) -> bool:
        found = session.lock(select(Job).where(*_mine(claimed)))
        for job in found:
            _finish(session, kind, job, made, worked_s)
        return bool(found)

    for _ in range(_TRIES):
        try:
            return store.write(WHOLE, "job.end", now, work)
        except Refusal as error:
            # Somebody else was faster at this moment; what they have kept is seen the next time.
            reason = reason_json("refused", str(error))
    return fail(store, claimed, reason, now, worked_s)


def _finish(session: WriteSession, kind: Kind, job: Job, made: Made, worked_s: float) -> None:
    """Keep what came of a locked job, whatever else is to be kept of it included, and end it."""
    keep = kind.load_keep()
    if keep is not None:
        if job.cancel_at is not None:
            job.reason = reason_json("stopped")
            _end(session, job, "cancelled", worked_s)
            return
        made = keep(session, job, made)
    result = _kept(kind, job, made, session.now)
    session.add(result)
    job.result_id = result.id
    job.reason = reason_json(made.why, made.detail) if made.why else None
    ended = "cancelled" if made.is_partial else "done"
    _end(session, job, "failed" if made.why else ended, worked_s)


def _kept(kind: Kind, job: Job, made: Made, now: dt.datetime) -> KeptResult:
    return KeptResult(
        id=new_id(kind.prefix, now), firm_id=job.firm_id, kind=kind.name, job_id=job.id, parent=job.parent,
        name=job.name, created_at=now, created_by=job.created_by, fingerprint=made.fingerprint,
        is_partial=made.is_partial, summary=made.summary, content=zlib.compress(made.content, _QUICK),
    )  # fmt: skip


def fail(store: Store, claimed: Claimed, reason: Json, now: dt.datetime, worked_s: float) -> bool:
    """End a job without a result, because nothing can come of it; say whether it was still held."""

    def work(session: WriteSession) -> bool:
        found = session.lock(select(Job).where(*_mine(claimed)))
        for job in found:
            job.reason = reason
            _end(session, job, "cancelled" if reason["code"] in STOPPED else "failed", worked_s)
        return bool(found)

    return store.write(WHOLE, "job.end", now, work)


def lose(store: Store, kinds: Kinds, claimed: Claimed, reason: Json, now: dt.datetime, worked_s: float = 0) -> bool:
    """Put a job back whose attempt ended without saying why, or end it after too many; say whether it was held."""

    def work(session: WriteSession) -> bool:
        found = session.lock(select(Job).where(*_mine(claimed)))
        for job in found:
            _lose(session, job, kinds.get(job.kind), reason, worked_s)
        return bool(found)

    return store.write(WHOLE, "job.end", now, work)


def _lose(session: WriteSession, job: Job, kind: Kind | None, reason: Json, worked_s: float) -> None:
    failures = job.failures + 1
    is_last = kind is None or failures >= kind.attempts
    if job.cancel_at is not None or is_last:
        job.failures, job.reason = failures, reason
        _end(session, job, "cancelled" if job.cancel_at is not None else "failed", worked_s)
        return
    pause = dt.timedelta(seconds=0 if kind is None else kind.pause_s(failures))
    data = state_json(job, "queued") | {"reason": reason}
    later = {"state": "queued", "failures": failures, "lease_until": None, "ready_at": session.now + pause}
    _change(session, job, STATE, data, **later, worked_s=job.worked_s + round(worked_s))


def release(store: Store, claimed: Claimed, now: dt.datetime, worked_s: float) -> bool:
    """Put a job back because its worker stops; that counts as no failure."""

    def work(session: WriteSession) -> bool:
        found = session.lock(select(Job).where(*_mine(claimed)))
        for job in found:
            if job.cancel_at is not None:
                job.reason = reason_json("stopped")
                _end(session, job, "cancelled", worked_s)
                continue
            values = {"state": "queued", "lease_until": None, "ready_at": session.now}
            _change(session, job, STATE, state_json(job, "queued"), **values, worked_s=job.worked_s + round(worked_s))
        return bool(found)

    return store.write(WHOLE, "job.end", now, work)


def reap(store: Store, kinds: Kinds, now: dt.datetime) -> int:
    """Put back, or end, the jobs whose workers are gone, and return how many."""
    over = (Job.state == "running", Job.lease_until < now)
    with store.read(WHOLE) as session:
        gone = session.all(select(Job.id).where(*over))

    def work(session: WriteSession, job_id: str) -> int:
        found = session.lock(select(Job).where(Job.id == job_id, *over))
        for job in found:
            _lose(session, job, kinds.get(job.kind), reason_json("lost"), 0)
        return len(found)

    return sum(store.write(WHOLE, "job.end", now, partial(work, job_id=job_id)) for job_id in gone)


def forget(store: Store, now: dt.datetime) -> int:
    """Forget questions and events of jobs that ended long ago, not the jobs and results; return how many rows."""
    old = select(Job.id).where(Job.ended_at < now - KEPT)

    def work(session: WriteSession) -> int:
        return sum(session.change(delete(model).where(model.job_id.in_(old))) for model in (JobQuestion, JobEvent))

    return store.write(WHOLE, "job.forget", now, work)


def _end(session: WriteSession, job: Job, state: str, worked_s: float) -> None:
    """End a locked job after an attempt."""
    job.worked_s += round(worked_s)
    end_job(session, job, state)


def end_job(session: WriteSession, job: Job, state: str) -> None:
    """Set the last state of a locked job, as one entry of the audit trail, and tell it."""
    job.state, job.lease_until, job.ended_at = state, None, session.now
    job.last_event += 1
    add_event(session, job, job.last_event, END, state_json(job, state))
