"""Data sets and which of them counts; shipments of firms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _make_data_sets()
    _make_shipments()


def _id(name: str, length: int = 40, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _firm(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f(f"fk_{table}_firm_id"))


def _make_data_sets() -> None:
    op.create_table(
        "data_table",
        _id("digest", 64),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_data_table")),
    )
    op.create_table(
        "data_set",
        _id("id", 64),
        sa.Column("number", sa.Integer(), nullable=False),
        _id("name", 200),
        _id("base_id", 64, nullable=True),
        sa.Column("tables", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        _instant("created_at"),
        _id("created_by"),
        sa.ForeignKeyConstraint(["base_id"], ["data_set.id"], name=op.f("fk_data_set_base_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_set")),
        sa.UniqueConstraint("number", name=op.f("uq_data_set_number")),
    )
    op.create_table(
        "data_switch",
        _id("id", 8),
        sa.Column("version", sa.Integer(), nullable=False),
        _id("data_set_id", 64, nullable=True),
        _instant("changed_at"),
        _id("changed_by"),
        sa.ForeignKeyConstraint(["data_set_id"], ["data_set.id"], name=op.f("fk_data_switch_data_set_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_switch")),
    )


def _make_shipments() -> None:
    op.create_table(
        "shipment_import",
        _id("id"),
        sa.Column("rows", sa.Integer(), nullable=False),
        _id("digest", 64),
        _instant("created_at"),
        _id("created_by"),
        _id("firm_id"),
        _firm("shipment_import"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment_import")),
    )
    op.create_index(op.f("ix_shipment_import_firm_id"), "shipment_import", ["firm_id"])
    op.create_table(
        "shipment",
        _id("id"),
        _id("reference", 80),
        sa.Column("version", sa.Integer(), nullable=False),
        _id("origin", 80),
        _id("destination", 80),
        _id("regime", 16),
        sa.Column("mass_g", sa.BigInteger(), nullable=False),
        sa.Column("volume_cm3", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        _instant("ready_at"),
        _instant("due_at", nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        _id("import_id", nullable=True),
        _instant("created_at"),
        _id("created_by"),
        _instant("changed_at"),
        _id("firm_id"),
        _firm("shipment"),
        sa.ForeignKeyConstraint(["import_id"], ["shipment_import.id"], name=op.f("fk_shipment_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment")),
        sa.UniqueConstraint("firm_id", "reference", name=op.f("uq_shipment_firm_id_reference")),
    )
    for columns in (["firm_id"], ["origin"], ["destination"], ["firm_id", "ready_at", "id"]):
        op.create_index(op.f(f"ix_shipment_{'_'.join(columns)}"), "shipment", columns)
    op.create_table(
        "shipment_quote",
        _id("quote_id"),
        _id("shipment_id"),
        _instant("created_at"),
        _id("firm_id"),
        _firm("shipment_quote"),
        sa.ForeignKeyConstraint(
            ["quote_id"], ["quote.id"], name=op.f("fk_shipment_quote_quote_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shipment_id"], ["shipment.id"], name=op.f("fk_shipment_quote_shipment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("quote_id", name=op.f("pk_shipment_quote")),
    )
    for name in ("firm_id", "shipment_id"):
        op.create_index(op.f(f"ix_shipment_quote_{name}"), "shipment_quote", [name])
