"""Events of a job: numbered in the order in which they were written, for whoever watches it now or later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from api.bodies import rfc3339
from api.store.models import table_of
from api.store.models_jobs import Job, JobEvent

if TYPE_CHECKING:
    from api.answer_schema import Json
    from api.store.session import ReadSession, WriteSession

PROGRESS, STATE, END = "progress", "state", "end"
"""Kinds of events: how far the work is, that its state changed, and that it has ended."""
_KEPT = 400
"""How many of the last events keep what was told of progress."""
_AT_ONCE = 200


def add_event(session: WriteSession, job: Job, seq: int, kind: str, data: Json) -> None:
    """Add an event of a job that nobody else changes meanwhile, with the next number, which the job takes over."""
    row = {"job_id": job.id, "seq": seq, "at": session.now, "kind": kind, "data": data, "firm_id": job.firm_id}
    session.insert_plain(table_of(JobEvent), [row])
    if seq > _KEPT and seq % 100 == 0:
        old = JobEvent.seq <= seq - _KEPT
        session.change(delete(JobEvent).where(JobEvent.job_id == job.id, JobEvent.kind == PROGRESS, old))


def state_json(job: Job, state: str) -> Json:
    """Return what an event tells of a state."""
    return {
        "state": state,
        "attempt": job.attempt,
        "cancel_requested": job.cancel_at is not None,
        "reason": job.reason,
        "result": job.result_id,
    }


def events_after(session: ReadSession, seen: dict[str, int]) -> dict[str, list[Json]]:
    """
    Return the events of some jobs that nobody has seen yet.

    Parameters
    ----------
    session
        Within whose scope they are looked for.
    seen
        Number of the last event that was seen, by job.
    """
    found: dict[str, list[Json]] = {}
    names = list(seen)
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        rows = session.rows(select(Job.id, Job.last_event).where(Job.id.in_(some)))
        changed = [name for name, last in rows if last > seen[name]]
        if changed:
            lowest = min(seen[name] for name in changed)
            asked = select(JobEvent).where(JobEvent.job_id.in_(changed), JobEvent.seq > lowest)
            for event in session.all(asked.order_by(JobEvent.job_id, JobEvent.seq)):
                if event.seq > seen[event.job_id]:
                    found.setdefault(event.job_id, []).append(event_json(event))
    return found


def event_json(event: JobEvent) -> Json:
    """Return an event as JSON."""
    return {"seq": event.seq, "at": rfc3339(event.at), "kind": event.kind, "data": event.data}


def as_message(event: dict[str, Any], text: str) -> str:
    r"""
    Return an event as it stands in a stream of server-sent events.

    Examples
    --------
    >>> as_message({"seq": 3, "kind": "end"}, '{"state":"done"}')
    'id: 3\nevent: end\ndata: {"state":"done"}\n\n'
    """
    return f"id: {event['seq']}\nevent: {event['kind']}\ndata: {text}\n\n"
