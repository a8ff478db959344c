"""First tables: firms, users and keys; quotes, departures and bookings; kept answers and the audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_SQLITE_TRIGGERS = tuple(
    f"CREATE TRIGGER audit_entry_no_{what} BEFORE {what} ON audit_entry "
    "BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END"
    for what in ("update", "delete")
)
_POSTGRESQL_TRIGGERS = (
    """
    CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'the audit trail is only added to'; END $$
    """,
    """
    CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()
    """,
)


def upgrade() -> None:
    """Make the tables, the firm that runs the service, and the beginning of the audit trail."""
    _make_tables()
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in _POSTGRESQL_TRIGGERS if is_postgresql else _SQLITE_TRIGGERS:
        op.execute(statement)
    firm = sa.table("firm", *map(sa.column, ("id", "name", "is_house", "version", "created_at")))
    op.bulk_insert(firm, [{"id": "house", "name": "Hubport", "is_house": True, "version": 1, "created_at": 0}])
    head = sa.table("audit_head", *map(sa.column, ("id", "seq", "hash")))
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": "0" * 64}])


def _make_tables() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", _BIG, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "departure",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("service", sa.String(length=80), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_set", sa.Boolean(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departure")),
    )
    op.create_index(op.f("ix_departure_service"), "departure", ["service"], unique=False)
    op.create_index(op.f("ix_departure_start_at"), "departure", ["start_at"], unique=False)
    op.create_table(
        "firm",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("is_house", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm")),
        sa.UniqueConstraint("name", name=op.f("uq_firm_name")),
    )
    op.create_table(
        "first_token",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_first_token")),
    )
    op.create_table(
        "kept_answer",
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_kept_answer")),
    )
    op.create_index(op.f("ix_kept_answer_created_at"), "kept_answer", ["created_at"], unique=False)
    op.create_table(
        "allotment",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("departure_id", sa.String(length=120), nullable=False),
        sa.Column("teu_milli", sa.BigInteger(), nullable=False),
        sa.Column("mass_g", sa.BigInteger(), nullable=False),
        sa.Column("volume_cm3", sa.BigInteger(), nullable=False),
        sa.Column("release_at", sa.BigInteger(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("firm_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_allotment_departure_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_allotment_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allotment")),
    )
    op.create_index(op.f("ix_allotment_firm_id"), "allotment", ["firm_id"], unique=False)
    op.create_index(op.f("ix_allotment_is_open_release_at"), "allotment", ["is_open", "release_at"], unique=False)
    op.create_index(
        "uq_allotment_open",
        "allotment",
        ["departure_id", "firm_id"],
        unique=True,
        sqlite_where=sa.text("is_open"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_table(
        "audit_entry",
        sa.Column("seq", _BIG, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("firm_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_audit_entry_firm_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_firm_id"), "audit_entry", ["firm_id"], unique=False)
    op.create_index(op.f("ix_audit_entry_subject"), "audit_entry", ["subject"], unique=False)
    op.create_table(
        "quote",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("offers", sa.Text(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("firm_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_quote_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
    )
    op.create_index(op.f("ix_quote_expires_at"), "quote", ["expires_at"], unique=False)
    op.create_index(op.f("ix_quote_firm_id"), "quote", ["firm_id"], unique=False)
    op.create_table(
        "run",
        sa.Column("departure_id", sa.String(length=120), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("capacity_teu_milli", sa.BigInteger(), nullable=True),
        sa.Column("capacity_mass_g", sa.BigInteger(), nullable=True),
        sa.Column("capacity_volume_cm3", sa.BigInteger(), nullable=True),
        sa.Column("taken_teu_milli", sa.BigInteger(), nullable=False),
        sa.Column("taken_mass_g", sa.BigInteger(), nullable=False),
        sa.Column("taken_volume_cm3", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "capacity_mass_g IS NULL OR taken_mass_g <= capacity_mass_g", name=op.f("ck_run_mass_g_not_oversold")
        ),
        sa.CheckConstraint(
            "capacity_teu_milli IS NULL OR taken_teu_milli <= capacity_teu_milli",
            name=op.f("ck_run_teu_milli_not_oversold"),
        ),
        sa.CheckConstraint(
            "capacity_volume_cm3 IS NULL OR taken_volume_cm3 <= capacity_volume_cm3",
            name=op.f("ck_run_volume_cm3_not_oversold"),
        ),
        sa.CheckConstraint("taken_mass_g >= 0", name=op.f("ck_run_mass_g_not_negative")),
        sa.CheckConstraint("taken_teu_milli >= 0", name=op.f("ck_run_teu_milli_not_negative")),
        sa.CheckConstraint("taken_volume_cm3 >= 0", name=op.f("ck_run_volume_cm3_not_negative")),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_run_departure_id")),
        sa.PrimaryKeyConstraint("departure_id", "call", name=op.f("pk_run")),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.Column("firm_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_user_account_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("firm_id", "name", name=op.f("uq_user_account_firm_id_name")),
    )
    op.create_index(op.f("ix_user_account_firm_id"), "user_account", ["firm_id"], unique=False)
    op.create_table(
        "allotted_run",
        sa.Column("allotment_id", sa.String(length=40), nullable=False),
        sa.Column("departure_id", sa.String(length=120), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("firm_id", sa.String(length=40), nullable=False),
        sa.Column("capacity_teu_milli", sa.BigInteger(), nullable=False),
        sa.Column("capacity_mass_g", sa.BigInteger(), nullable=False),
        sa.Column("capacity_volume_cm3", sa.BigInteger(), nullable=False),
        sa.Column("taken_teu_milli", sa.BigInteger(), nullable=False),
        sa.Column("taken_mass_g", sa.BigInteger(), nullable=False),
        sa.Column("taken_volume_cm3", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "capacity_mass_g IS NULL OR taken_mass_g <= capacity_mass_g",
            name=op.f("ck_allotted_run_mass_g_not_oversold"),
        ),
        sa.CheckConstraint(
            "capacity_teu_milli IS NULL OR taken_teu_milli <= capacity_teu_milli",
            name=op.f("ck_allotted_run_teu_milli_not_oversold"),
        ),
        sa.CheckConstraint(
            "capacity_volume_cm3 IS NULL OR taken_volume_cm3 <= capacity_volume_cm3",
            name=op.f("ck_allotted_run_volume_cm3_not_oversold"),
        ),
        sa.CheckConstraint("taken_mass_g >= 0", name=op.f("ck_allotted_run_mass_g_not_negative")),
        sa.CheckConstraint("taken_teu_milli >= 0", name=op.f("ck_allotted_run_teu_milli_not_negative")),
        sa.CheckConstraint("taken_volume_cm3 >= 0", name=op.f("ck_allotted_run_volume_cm3_not_negative")),
        sa.ForeignKeyConstraint(["allotment_id"], ["allotment.id"], name=op.f("fk_allotted_run_allotment_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_allotted_run_firm_id")),
        sa.PrimaryKeyConstraint("departure_id", "call", "firm_id", name=op.f("pk_allotted_run")),
    )
    op.create_index(op.f("ix_allotted_run_allotment_id"), "allotted_run", ["allotment_id"], unique=False)
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("replaced_by", sa.String(length=40), nullable=True),
        sa.Column("firm_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_api_key_firm_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_api_key_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
    )
    op.create_index(op.f("ix_api_key_firm_id"), "api_key", ["firm_id"], unique=False)
    op.create_index(op.f("ix_api_key_user_id"), "api_key", ["user_id"], unique=False)
    op.create_table(
        "booking",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("quote_id", sa.String(length=40), nullable=False),
        sa.Column("option", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=80), nullable=False),
        sa.Column("destination", sa.String(length=80), nullable=False),
        sa.Column("mass_g", sa.BigInteger(), nullable=False),
        sa.Column("volume_cm3", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("depart_at", sa.BigInteger(), nullable=False),
        sa.Column("arrive_at", sa.BigInteger(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("price_cny_minor", sa.BigInteger(), nullable=False),
        sa.Column("fees_cny_minor", sa.BigInteger(), nullable=False),
        sa.Column("fees", sa.Text(), nullable=False),
        sa.Column("legs", sa.Text(), nullable=False),
        sa.Column("held_until", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("firm_id", sa.String(length=40), nullable=False),
        sa.CheckConstraint("(state = 'held') = (held_until IS NOT NULL)", name=op.f("ck_booking_held_has_end")),
        sa.CheckConstraint(
            "state IN ('held', 'confirmed', 'waitlisted', 'expired', 'cancelled')", name=op.f("ck_booking_state_known")
        ),
        sa.CheckConstraint("price_cny_minor >= 0 AND fees_cny_minor >= 0", name=op.f("ck_booking_money_not_negative")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_booking_firm_id")),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_booking_quote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
    )
    op.create_index(op.f("ix_booking_firm_id"), "booking", ["firm_id"], unique=False)
    op.create_index(op.f("ix_booking_state_held_until"), "booking", ["state", "held_until"], unique=False)
    op.create_table(
        "booked_leg",
        sa.Column("booking_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("departure_id", sa.String(length=120), nullable=False),
        sa.Column("first_call", sa.Integer(), nullable=False),
        sa.Column("last_call", sa.Integer(), nullable=False),
        sa.Column("is_waiting", sa.Boolean(), nullable=False),
        sa.Column("teu_milli", sa.BigInteger(), nullable=False),
        sa.Column("mass_g", sa.BigInteger(), nullable=False),
        sa.Column("volume_cm3", sa.BigInteger(), nullable=False),
        sa.Column("own_teu_milli", sa.BigInteger(), nullable=False),
        sa.Column("own_mass_g", sa.BigInteger(), nullable=False),
        sa.Column("own_volume_cm3", sa.BigInteger(), nullable=False),
        sa.Column("firm_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_booked_leg_booking_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_booked_leg_firm_id")),
        sa.PrimaryKeyConstraint("booking_id", "number", name=op.f("pk_booked_leg")),
    )
    op.create_index(
        op.f("ix_booked_leg_departure_id_is_waiting"), "booked_leg", ["departure_id", "is_waiting"], unique=False
    )
    op.create_index(op.f("ix_booked_leg_firm_id"), "booked_leg", ["firm_id"], unique=False)
