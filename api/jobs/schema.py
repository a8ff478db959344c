"""Jobs as JSON, and the JSON Schema of that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.bodies import rfc3339
from api.jobs.kinds import EDIT, KINDS
from api.openapi_words import example

if TYPE_CHECKING:
    from api.answer_schema import Json, Schema
    from api.store.models_jobs import Job

STATES = ("queued", "running", "done", "failed", "cancelled")


def job_json(job: Job) -> Json:
    """Return a job as JSON."""
    kind = KINDS.get(job.kind)
    address = f"/v1/jobs/{job.id}"
    result = None
    if job.result_id is not None:
        result = f"{kind.address}/{job.result_id}" if kind is not None and kind.address else f"{address}/result"
    return {
        "id": job.id,
        "firm": job.firm_id,
        "kind": job.kind,
        "name": job.name,
        "state": job.state,
        "priority": job.priority,
        "created_at": rfc3339(job.created_at),
        "created_by": job.created_by,
        "started_at": rfc3339(job.started_at),
        "ended_at": rfc3339(job.ended_at),
        "cancel_requested_at": rfc3339(job.cancel_at),
        "attempt": job.attempt,
        "failures": job.failures,
        "about": job.parent,
        "fingerprint": job.fingerprint,
        "progress": job.progress,
        "reason": job.reason,
        "result": result,
        "events": f"{address}/events",
    }


_TEXT: Schema = {"type": "string"}
_INSTANT: Schema = {"type": "string", "format": "date-time"}
_INSTANT_OR_NULL: Schema = {"type": ["string", "null"], "format": "date-time"}
_REASON: Schema = {
    "type": ["object", "null"],
    "properties": {"code": _TEXT, "text_zh": _TEXT, "text_en": _TEXT, "detail": _TEXT},
    "description": "Why it ended without what was asked",
}
_PROPERTIES: dict[str, Schema] = {
    "id": _TEXT,
    "firm": _TEXT,
    "kind": {"enum": [*KINDS, EDIT]},
    "name": _TEXT,
    "state": {"enum": list(STATES)},
    "priority": {"type": "integer"},
    "created_at": _INSTANT,
    "created_by": _TEXT,
    "started_at": _INSTANT_OR_NULL,
    "ended_at": _INSTANT_OR_NULL,
    "cancel_requested_at": _INSTANT_OR_NULL,
    "attempt": {"type": "integer", "description": "How often a worker took it"},
    "failures": {"type": "integer", "description": "Attempts that ended without saying why"},
    "about": {
        "type": ["string", "null"],
        "description": "Id of the plan of which a schedule is made, or that is simulated",
    },
    "fingerprint": _TEXT,
    "progress": {"type": ["object", "null"], "description": "Phase; seconds, cost, bound and gap so far, or rows"},
    "reason": _REASON,
    "result": {"type": ["string", "null"], "description": "Address of what came of it"},
    "events": {"type": "string", "description": "Address of its events, as server-sent events"},
}
JOB_EXAMPLE: Json = {
    "id": "job_01jdc000000000000000000",
    "firm": "house",
    "kind": "plan",
    "name": "2026-W49",
    "state": "running",
    "priority": 5,
    "created_at": "2026-11-22T08:00:00Z",
    "created_by": "local",
    "started_at": "2026-11-22T08:00:01Z",
    "ended_at": None,
    "cancel_requested_at": None,
    "attempt": 1,
    "failures": 0,
    "about": None,
    "fingerprint": "5f1c",
    "progress": {"phase": "share", "elapsed_s": 3.5, "cost_minor": 22092100, "bound_minor": 22014234, "gap": 0.0035},
    "reason": None,
    "result": None,
    "events": "/v1/jobs/job_01jdc000000000000000000/events",
}
JOB: Schema = {
    "type": "object",
    "required": list(_PROPERTIES),
    "properties": {name: example(schema, JOB_EXAMPLE[name]) for name, schema in _PROPERTIES.items()},
    "additionalProperties": False,
}
RESULT: Schema = {
    "type": "object",
    "properties": {"kind": _TEXT, "format": {"type": "integer"}},
    "description": "As the kind of job makes it: the file of a plan or schedule; what was imported, or all faults",
    "examples": [{"format": 1}],
}
EVENT: Schema = {
    "type": "object",
    "properties": {
        "id": {**_TEXT, "description": "For `Last-Event-ID`"},
        "event": {"enum": ["state", "progress", "end"]},
        "data": {**_TEXT, "description": "An object as JSON"},
    },
    "required": ["id", "event", "data"],
    "description": "Each event of the stream",
    "examples": [
        {
            "id": "3",
            "event": "progress",
            "data": '{"phase":"share","cost_minor":22092100,"gap":0.0035}',
        }
    ],
}
"""What a job tells of itself."""
