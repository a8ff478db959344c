"""Jobs: what was asked, how each goes, and what came of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "job",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("parent", sa.String(length=40), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("question_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("ready_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("cancel_at", sa.BigInteger(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=80), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("worked_s", sa.Integer(), nullable=False),
        sa.Column("last_event", sa.Integer(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("result_id", sa.String(length=40), nullable=True),
        sa.Column("firm_id", sa.String(length=40), nullable=False),
        sa.CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name=op.f("ck_job_running_has_lease")),
        sa.CheckConstraint("(state IN ('queued', 'running')) = (ended_at IS NULL)", name=op.f("ck_job_ended_has_end")),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_job_state_known")
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_job_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_ended_at"), "job", ["ended_at"], unique=False)
    op.create_index(op.f("ix_job_firm_id"), "job", ["firm_id"], unique=False)
    op.create_index(op.f("ix_job_state_firm_id"), "job", ["state", "firm_id"], unique=False)
    op.create_table(
        "job_event",
        sa.Column("job_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("firm_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_job_event_firm_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_job_event_job_id")),
        sa.PrimaryKeyConstraint("job_id", "seq", name=op.f("pk_job_event")),
    )
    op.create_index(op.f("ix_job_event_firm_id"), "job_event", ["firm_id"], unique=False)
    op.create_table(
        "job_question",
        sa.Column("job_id", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("firm_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_job_question_firm_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_job_question_job_id")),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_job_question")),
    )
    op.create_index(op.f("ix_job_question_firm_id"), "job_question", ["firm_id"], unique=False)
    op.create_table(
        "kept_result",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("job_id", sa.String(length=40), nullable=False),
        sa.Column("parent", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("is_partial", sa.Boolean(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("firm_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_kept_result_firm_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_kept_result_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_result")),
        sa.UniqueConstraint("job_id", name=op.f("uq_kept_result_job_id")),
    )
    op.create_index(op.f("ix_kept_result_firm_id"), "kept_result", ["firm_id"], unique=False)
    op.create_index(op.f("ix_kept_result_kind_firm_id"), "kept_result", ["kind", "firm_id"], unique=False)
    op.create_index(op.f("ix_kept_result_parent"), "kept_result", ["parent"], unique=False)
