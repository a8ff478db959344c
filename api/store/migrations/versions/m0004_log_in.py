"""Tables of logging in: sessions of browsers, identities elsewhere, log-ins that are under way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None


def _id(name: str = "id", *, is_needed: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=40), nullable=not is_needed)


def _instant(name: str, *, is_needed: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=not is_needed)


def upgrade() -> None:
    """Make the tables."""
    _make_sessions()
    _make_identities()
    op.create_table(
        "log_in_state",
        _id(),
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("cookie_hash", sa.String(length=64), nullable=False),
        sa.Column("return_to", sa.Text(), nullable=False),
        _instant("expires_at"),
        _instant("used_at", is_needed=False),
        sa.Column("claims", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_in_state")),
    )
    op.create_index(op.f("ix_log_in_state_expires_at"), "log_in_state", ["expires_at"])


def _make_sessions() -> None:
    op.create_table(
        "web_session",
        _id(),
        _id("firm_id"),
        _id("user_id"),
        _id("key_id", is_needed=False),
        _id("identity_id", is_needed=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("roles", sa.Text(), nullable=True),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        _instant("created_at"),
        _instant("seen_at"),
        _instant("ends_at"),
        _instant("ended_at", is_needed=False),
        sa.CheckConstraint("(key_id IS NULL) <> (identity_id IS NULL)", name=op.f("ck_web_session_one_way_in")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_web_session_firm_id")),
        sa.ForeignKeyConstraint(["key_id"], ["api_key.id"], name=op.f("fk_web_session_key_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_web_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
    )
    for column in ("firm_id", "user_id", "key_id", "ends_at"):
        op.create_index(op.f(f"ix_web_session_{column}"), "web_session", [column])


def _make_identities() -> None:
    op.create_table(
        "user_identity",
        _id(),
        _id("firm_id"),
        _id("user_id"),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=True),
        _instant("created_at"),
        _instant("bound_at", is_needed=False),
        sa.CheckConstraint("subject IS NOT NULL OR email IS NOT NULL", name=op.f("ck_user_identity_somebody")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_user_identity_firm_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_user_identity_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_identity")),
        sa.UniqueConstraint("firm_id", "issuer", "subject", name=op.f("uq_user_identity_firm_id_issuer_subject")),
        sa.UniqueConstraint("firm_id", "issuer", "email", name=op.f("uq_user_identity_firm_id_issuer_email")),
    )
    for column in ("firm_id", "user_id", "subject", "email"):
        op.create_index(op.f(f"ix_user_identity_{column}"), "user_identity", [column])
