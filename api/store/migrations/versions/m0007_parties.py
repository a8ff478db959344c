"""What papers need of bookings, and the address books of firms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and make the table."""
    op.add_column("booking", sa.Column("particulars", sa.Text(), nullable=True))
    op.create_table(
        "party",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("firm_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_party_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sa.UniqueConstraint("firm_id", "name", name=op.f("uq_party_firm_id_name")),
    )
    op.create_index(op.f("ix_party_firm_id"), "party", ["firm_id"])
