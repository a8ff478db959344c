"""Tables of jobs: what was asked, how each goes, and what came of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from api.store.columns import Document
from api.store.models import ID, NAME, Audited, Base, Owned


class Job(Audited, Owned, Base, kw_only=True):
    """
    Long work that somebody asked for.

    `attempt` counts how often a worker took it; whoever writes about a running job names the attempt, so that nobody
    who lost the job can. `failures` counts the attempts that ended without saying why.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="state_known"),
        CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="running_has_lease"),
        CheckConstraint("(state IN ('queued', 'running')) = (ended_at IS NULL)", name="ended_has_end"),
        Index(None, "state", "firm_id"),
        Index(None, "ended_at"),
    )
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(NAME)
    state: Mapped[str] = mapped_column(String(16), default="queued")
    priority: Mapped[int]
    parent: Mapped[str | None] = mapped_column(ID, default=None)
    fingerprint: Mapped[str] = mapped_column(String(64))
    question_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str] = mapped_column(ID)
    ready_at: Mapped[dt.datetime]
    started_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    ended_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    cancel_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    attempt: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(String(80), default=None)
    lease_until: Mapped[dt.datetime | None] = mapped_column(default=None)
    worked_s: Mapped[int] = mapped_column(default=0)
    last_event: Mapped[int] = mapped_column(default=0)
    progress: Mapped[dict[str, Any] | None] = mapped_column(Document, default=None)
    reason: Mapped[dict[str, Any] | None] = mapped_column(Document, default=None)
    result_id: Mapped[str | None] = mapped_column(ID, default=None)


class JobQuestion(Owned, Base, kw_only=True):
    """What a job is about, compressed; the job has its hash."""

    __tablename__ = "job_question"
    job_id: Mapped[str] = mapped_column(ID, ForeignKey("job.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class JobEvent(Owned, Base, kw_only=True):
    """Something that became known of a job, numbered from 1 without gaps."""

    __tablename__ = "job_event"
    job_id: Mapped[str] = mapped_column(ID, ForeignKey("job.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    kind: Mapped[str] = mapped_column(String(16))
    data: Mapped[dict[str, Any]] = mapped_column(Document)


class KeptResult(Audited, Owned, Base, kw_only=True):
    """What came of a job, compressed, with a summary."""

    __tablename__ = "kept_result"
    __table_args__ = (Index(None, "kind", "firm_id"),)
    audit_hidden = frozenset({"content"})
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    job_id: Mapped[str] = mapped_column(ID, ForeignKey("job.id"), unique=True)
    parent: Mapped[str | None] = mapped_column(ID, index=True)
    name: Mapped[str] = mapped_column(NAME)
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str] = mapped_column(ID)
    fingerprint: Mapped[str] = mapped_column(String(64))
    is_partial: Mapped[bool]
    summary: Mapped[dict[str, Any]] = mapped_column(Document)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
