"""Events, webhooks and their deliveries, and shipments as statistics count them; regime and goods of bookings."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SHANGHAI = dt.timezone(dt.timedelta(hours=8))
_BOOKED = "id, firm_id, changed_at, depart_at, quote_id, origin, destination, mode, mass_g, volume_cm3, price_cny_minor"


def upgrade() -> None:
    """Make the tables, and count what is confirmed already."""
    _make_events()
    _make_webhooks()
    _widen_bookings()
    _count_confirmed()


def _make_events() -> None:
    op.create_table(
        "capture",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("firm_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_capture_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture")),
    )
    op.create_index(op.f("ix_capture_firm_id"), "capture", ["firm_id"], unique=False)
    op.create_table(
        "counted_shipment",
        sa.Column("booking_id", sa.String(length=40), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_month", sa.Integer(), nullable=False),
        sa.Column("depart_month", sa.Integer(), nullable=False),
        sa.Column("regime", sa.String(length=16), nullable=False),
        sa.Column("origin", sa.String(length=80), nullable=False),
        sa.Column("destination", sa.String(length=80), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("hs_chapter", sa.String(length=2), nullable=False),
        sa.Column("mass_g", sa.BigInteger(), nullable=False),
        sa.Column("volume_cm3", sa.BigInteger(), nullable=False),
        sa.Column("value_cny_minor", sa.BigInteger(), nullable=True),
        sa.Column("freight_cny_minor", sa.BigInteger(), nullable=False),
        sa.Column("emissions_g", sa.BigInteger(), nullable=True),
        sa.Column("is_declared", sa.Boolean(), nullable=False),
        sa.Column("firm_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_counted_shipment_firm_id")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_counted_shipment")),
    )
    op.create_index(op.f("ix_counted_shipment_firm_id"), "counted_shipment", ["firm_id"], unique=False)
    op.create_index(
        op.f("ix_counted_shipment_firm_id_confirmed_month"),
        "counted_shipment",
        ["firm_id", "confirmed_month"],
        unique=False,
    )
    op.create_index(
        op.f("ix_counted_shipment_firm_id_depart_month"), "counted_shipment", ["firm_id", "depart_month"], unique=False
    )
    op.create_table(
        "shipment_event",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.String(length=255), nullable=False),
        sa.Column("is_error", sa.Boolean(), nullable=False),
        sa.Column("is_part", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("event_type", sa.String(length=20), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("biz_step", sa.String(length=255), nullable=True),
        sa.Column("disposition", sa.String(length=255), nullable=True),
        sa.Column("read_point", sa.String(length=255), nullable=True),
        sa.Column("biz_location", sa.String(length=255), nullable=True),
        sa.Column("event_ms", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.String(length=40), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("firm_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_shipment_event_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment_event")),
        sa.UniqueConstraint(
            "firm_id", "event_id", "is_error", name=op.f("uq_shipment_event_firm_id_event_id_is_error")
        ),
    )
    op.create_index(op.f("ix_shipment_event_firm_id"), "shipment_event", ["firm_id"], unique=False)
    op.create_index(op.f("ix_shipment_event_firm_id_event_ms"), "shipment_event", ["firm_id", "event_ms"], unique=False)
    op.create_index(
        op.f("ix_shipment_event_firm_id_recorded_at"), "shipment_event", ["firm_id", "recorded_at"], unique=False
    )


def _make_webhooks() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("all_firms", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(length=100), nullable=False),
        sa.Column("old_secret", sa.String(length=100), nullable=True),
        sa.Column("old_until", sa.BigInteger(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("disabled_why", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("firm_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_webhook_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_index(op.f("ix_webhook_firm_id"), "webhook", ["firm_id"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("webhook_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("lease", sa.String(length=40), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("firm_id", sa.String(length=40), nullable=False),
        sa.CheckConstraint("state IN ('pending', 'delivered', 'failed')", name=op.f("ck_delivery_state_known")),
        sa.ForeignKeyConstraint(["event_id"], ["shipment_event.id"], name=op.f("fk_delivery_event_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_delivery_firm_id")),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name=op.f("fk_delivery_webhook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index(op.f("ix_delivery_event_id"), "delivery", ["event_id"], unique=False)
    op.create_index(op.f("ix_delivery_firm_id"), "delivery", ["firm_id"], unique=False)
    op.create_index(op.f("ix_delivery_state_next_at"), "delivery", ["state", "next_at"], unique=False)
    op.create_index(op.f("ix_delivery_webhook_id_id"), "delivery", ["webhook_id", "id"], unique=False)
    op.create_table(
        "event_subject",
        sa.Column("event_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("uri", sa.String(length=255), nullable=False),
        sa.Column("firm_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["shipment_event.id"], name=op.f("fk_event_subject_event_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_event_subject_firm_id")),
        sa.PrimaryKeyConstraint("event_id", "number", name=op.f("pk_event_subject")),
    )
    op.create_index(op.f("ix_event_subject_firm_id"), "event_subject", ["firm_id"], unique=False)
    op.create_index(op.f("ix_event_subject_uri_firm_id"), "event_subject", ["uri", "firm_id"], unique=False)


def _widen_bookings() -> None:
    op.add_column("booking", sa.Column("regime", sa.String(length=16), nullable=True))
    op.add_column("booking", sa.Column("hs", sa.String(length=10), nullable=True))
    op.add_column("booking", sa.Column("value_cny_minor", sa.BigInteger(), nullable=True))
    op.add_column("booking", sa.Column("emissions_g", sa.BigInteger(), nullable=True))


def _count_confirmed() -> None:
    """Count bookings that were confirmed before there were statistics, in the month of their last change."""
    connection = op.get_bind()
    found = connection.execute(sa.text(f"SELECT {_BOOKED} FROM booking WHERE state = 'confirmed'"))  # noqa: S608 - fixed
    rows = [_counted(connection, row) for row in found.mappings().all()]
    if rows:
        op.bulk_insert(sa.table("counted_shipment", *map(sa.column, rows[0])), rows)


def _counted(connection: sa.Connection, row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row
    asked = sa.text("SELECT request FROM quote WHERE id = :id")
    request = json.loads(connection.execute(asked, {"id": row["quote_id"]}).scalar_one())
    kept = ("firm_id", "origin", "destination", "mode", "mass_g", "volume_cm3")
    return {name: row[name] for name in kept} | {
        "booking_id": row["id"],
        "confirmed_at": row["changed_at"],
        "confirmed_month": _month(row["changed_at"]),
        "depart_month": _month(row["depart_at"]),
        "regime": request.get("regime") or "",
        "hs_chapter": "",
        "freight_cny_minor": row["price_cny_minor"],
        "is_declared": False,
    }


def _month(second: int) -> int:
    at = dt.datetime.fromtimestamp(second, tz=_SHANGHAI)
    return at.year * 100 + at.month
