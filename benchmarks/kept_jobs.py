"""What the rows of jobs must keep to, whatever was killed; nothing is shared with the service but names."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import text

from benchmarks.askers import ENDED, IMPORTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Row

    from benchmarks.askers import JobBook

_JOBS = "SELECT id, state, attempt, failures, lease_until, ended_at, last_event, reason, result_id FROM job"
_RESULTS = "SELECT id, job_id FROM kept_result"
_EVENTS = "SELECT job_id, seq, kind FROM job_event"
_SHIPMENTS = "SELECT reference FROM shipment WHERE import_id IS NOT NULL"

_ALL_KEPT = 400
"""So many events of a job are all kept."""


class JobRows(NamedTuple):
    """Rows of one instant: jobs, their results and their events, and shipments that came in files."""

    jobs: Sequence[Row[Any]]
    results: Sequence[Row[Any]]
    events: Sequence[Row[Any]]
    shipments: Sequence[Row[Any]]


def job_rows(connection: Connection) -> JobRows:
    """Return the rows of jobs as a transaction sees them."""
    return JobRows(*(connection.execute(text(query)).all() for query in (_JOBS, _RESULTS, _EVENTS, _SHIPMENTS)))


def job_faults(found: JobRows, book: JobBook) -> list[str]:
    """
    Return everything wrong with jobs.

    What was acknowledged is there, and what has ended stays as it ended. A job is held by somebody exactly while it
    runs. One that is done has one result; one that is not says why. Its events are numbered without gaps, but for
    progress that was forgotten, and the last of one that has ended, and no other, says so. The shipments of a file are
    all there once its job is done, each once, and none of them before.
    """
    faults = [*_lost(found, book), *_state_faults(found), *_result_faults(found), *_event_faults(found)]
    return [*faults, *_import_faults(found, book)]


def _lost(found: JobRows, book: JobBook) -> Iterator[str]:
    rows = {job.id: job for job in found.jobs}
    for name, shown in book.jobs.items():
        row = rows.get(name)
        if row is None:
            yield f"{name}: a job that was acknowledged is gone"
        elif shown["state"] in ENDED and row.state != shown["state"]:
            yield f"{name}: ended as {shown['state']}, and now is {row.state}"
        elif row.attempt < shown["attempt"]:
            yield f"{name}: attempt {shown['attempt']} was told, and is gone"


def _state_faults(found: JobRows) -> Iterator[str]:
    for job in found.jobs:
        if (job.state == "running") != (job.lease_until is not None):
            yield f"{job.id}: {job.state}, but a lease says otherwise"
        if (job.state in ENDED) != (job.ended_at is not None):
            yield f"{job.id}: {job.state}, but its end says otherwise"
        if job.state == "failed" and job.reason is None:
            yield f"{job.id}: failed, and does not say why"


def _result_faults(found: JobRows) -> Iterator[str]:
    results = {result.id: result.job_id for result in found.results}
    yield from (f"{job}: {count} results" for job, count in Counter(results.values()).items() if count > 1)
    for job in found.jobs:
        if job.state == "done" and job.result_id is None:
            yield f"{job.id}: done without a result"
        if job.result_id is not None and results.pop(job.result_id, None) != job.id:
            yield f"{job.id}: its result is not there"
    yield from (f"{result}: no job has this result" for result in results)


def _event_faults(found: JobRows) -> Iterator[str]:
    events = defaultdict(list)
    for event in found.events:
        events[event.job_id].append(event)
    for job in found.jobs:
        own = sorted(events.pop(job.id, []), key=lambda event: event.seq)
        numbers = [event.seq for event in own]
        is_whole = numbers == list(range(1, job.last_event + 1))
        if not is_whole and (job.last_event <= _ALL_KEPT or numbers[-1:] != [job.last_event]):
            yield f"{job.id}: its events are not numbered up to {job.last_event}"
        if [event.kind == "end" for event in own] != [False] * (len(own) - 1) + [job.state in ENDED]:
            yield f"{job.id}: {job.state}, but its events say otherwise"
    yield from (f"{job}: events without a job" for job in events)


def _import_faults(found: JobRows, book: JobBook) -> Iterator[str]:
    states = {job.id: job.state for job in found.jobs}
    there = Counter(row.reference.partition("-")[0] + "-" for row in found.shipments)
    for name, prefix in book.imports.items():
        wanted = IMPORTED if states.get(name) == "done" else 0
        if there[prefix] != wanted:
            yield f"{name}: {states.get(name)}, and {there[prefix]} of its shipments are there"
