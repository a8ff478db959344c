"""
The tables of the service.

A row of an `Owned` table belongs to a firm; `api.store.session` sees to it that nobody meets rows of another firm.
Changes of an `Audited` row are written into the audit trail with what they were before.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

from api.identity.words import Role, Scope
from api.store.columns import Document, Instant

ID = String(40)
NAME = String(200)
DEPARTURE = String(120)
BIG = BigInteger().with_variant(Integer, "sqlite")


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False, repr=False):
    """Base of all tables; constraints have names, so that migrations can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {dt.datetime: Instant}


class Audited:
    """Rows whose every change is in the audit trail."""

    audit_hidden: ClassVar[frozenset[str]] = frozenset()
    """Columns of which the trail keeps a hash only."""


class Owned(MappedAsDataclass, kw_only=True):
    """Rows that belong to a firm."""

    firm_id: Mapped[str] = mapped_column(ID, ForeignKey("firm.id"), index=True)


class Firm(Audited, Base, kw_only=True):
    """A firm that uses the service; the house is the one that runs it."""

    __tablename__ = "firm"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(NAME, unique=True)
    is_house: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime]
    disabled_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class User(Audited, Owned, Base, kw_only=True):
    """Somebody, or a program, that works for a firm."""

    __tablename__ = "user_account"
    __table_args__ = (UniqueConstraint("firm_id", "name"),)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(NAME)
    roles: Mapped[list[Role]] = mapped_column(Document)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime]
    disabled_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class ApiKey(Audited, Owned, Base, kw_only=True):
    """A key by which a user is known; of the key itself only a hash is kept."""

    __tablename__ = "api_key"
    audit_hidden = frozenset({"secret_hash"})
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    user_id: Mapped[str] = mapped_column(ID, ForeignKey("user_account.id"), index=True)
    name: Mapped[str] = mapped_column(NAME)
    secret_hash: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[Scope]] = mapped_column(Document)
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    replaced_by: Mapped[str | None] = mapped_column(ID, default=None)


class FirstToken(Audited, Base, kw_only=True):
    """A word, printed once, for which the first key of an administrator is given."""

    __tablename__ = "first_token"
    audit_hidden = frozenset({"secret_hash"})
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class KeptQuote(Audited, Owned, Base, kw_only=True):
    """An answer to a request for a quote, as it was given."""

    __tablename__ = "quote"
    audit_hidden = frozenset({"answer", "offers"})
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str] = mapped_column(ID)
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    request: Mapped[dict[str, Any]] = mapped_column(Document)
    offers: Mapped[list[dict[str, Any]]] = mapped_column(Document, deferred=True)
    answer: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class Departure(Audited, Base, kw_only=True):
    """A departure of which something was ever booked, allotted or set."""

    __tablename__ = "departure"
    id: Mapped[str] = mapped_column(DEPARTURE, primary_key=True)
    service: Mapped[str] = mapped_column(String(80), index=True)
    mode: Mapped[str] = mapped_column(String(16))
    start_at: Mapped[dt.datetime] = mapped_column(index=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)
    is_set: Mapped[bool] = mapped_column(default=False)
    capacity: Mapped[list[int | None]] = mapped_column(Document, default_factory=lambda: [None, None, None])


def table_of(model: type[Base]) -> Table:
    """Return the table of a class, for statements that are built once."""
    found = model.__table__
    if not isinstance(found, Table):
        raise TypeError
    return found


def _room_checks() -> tuple[CheckConstraint, ...]:
    """Return what can never hold of room: more taken than there is, or less than nothing."""
    names = ("teu_milli", "mass_g", "volume_cm3")
    return (
        *(CheckConstraint(f"taken_{name} >= 0", name=f"{name}_not_negative") for name in names),
        *(
            CheckConstraint(f"capacity_{name} IS NULL OR taken_{name} <= capacity_{name}", name=f"{name}_not_oversold")
            for name in names
        ),
    )


class Run(Base, kw_only=True):
    """
    Room on a departure between one call and the next; no capacity means no limit.

    What is taken here includes what is allotted to firms; the rest is free to everybody.
    """

    __tablename__ = "run"
    __table_args__ = _room_checks()
    departure_id: Mapped[str] = mapped_column(DEPARTURE, ForeignKey("departure.id"), primary_key=True)
    call: Mapped[int] = mapped_column(primary_key=True)
    capacity_teu_milli: Mapped[int | None] = mapped_column(BigInteger)
    capacity_mass_g: Mapped[int | None] = mapped_column(BigInteger)
    capacity_volume_cm3: Mapped[int | None] = mapped_column(BigInteger)
    taken_teu_milli: Mapped[int] = mapped_column(BigInteger, default=0)
    taken_mass_g: Mapped[int] = mapped_column(BigInteger, default=0)
    taken_volume_cm3: Mapped[int] = mapped_column(BigInteger, default=0)


class Allotment(Audited, Owned, Base, kw_only=True):
    """Room on a departure that is kept for a firm until it is released."""

    __tablename__ = "allotment"
    __table_args__ = (
        Index(None, "is_open", "release_at"),
        Index(
            "uq_allotment_open", "departure_id", "firm_id", unique=True,
            sqlite_where=text("is_open"), postgresql_where=text("is_open"),
        ),
    )  # fmt: skip
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    departure_id: Mapped[str] = mapped_column(DEPARTURE, ForeignKey("departure.id"))
    teu_milli: Mapped[int] = mapped_column(BigInteger)
    mass_g: Mapped[int] = mapped_column(BigInteger)
    volume_cm3: Mapped[int] = mapped_column(BigInteger)
    release_at: Mapped[dt.datetime]
    is_open: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[dt.datetime]


class AllottedRun(Owned, Base, kw_only=True):
    """Room of an allotment between one call and the next."""

    __tablename__ = "allotted_run"
    __table_args__ = _room_checks()
    allotment_id: Mapped[str] = mapped_column(ID, ForeignKey("allotment.id"), index=True)
    departure_id: Mapped[str] = mapped_column(DEPARTURE, primary_key=True)
    call: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[str] = mapped_column(ID, ForeignKey("firm.id"), primary_key=True)
    capacity_teu_milli: Mapped[int] = mapped_column(BigInteger)
    capacity_mass_g: Mapped[int] = mapped_column(BigInteger)
    capacity_volume_cm3: Mapped[int] = mapped_column(BigInteger)
    taken_teu_milli: Mapped[int] = mapped_column(BigInteger, default=0)
    taken_mass_g: Mapped[int] = mapped_column(BigInteger, default=0)
    taken_volume_cm3: Mapped[int] = mapped_column(BigInteger, default=0)


class Booking(Audited, Owned, Base, kw_only=True):
    """Room for a shipment on every departure of one way, at the price it was quoted for."""

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint("state IN ('held', 'confirmed', 'waitlisted', 'expired', 'cancelled')", name="state_known"),
        CheckConstraint("(state = 'held') = (held_until IS NOT NULL)", name="held_has_end"),
        CheckConstraint("price_cny_minor >= 0 AND fees_cny_minor >= 0", name="money_not_negative"),
        Index(None, "state", "held_until"),
    )
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    quote_id: Mapped[str] = mapped_column(ID, ForeignKey("quote.id"))
    option: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    version: Mapped[int] = mapped_column(default=1)
    reference: Mapped[str] = mapped_column(NAME)
    note: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(String(80))
    destination: Mapped[str] = mapped_column(String(80))
    mass_g: Mapped[int] = mapped_column(BigInteger)
    volume_cm3: Mapped[int] = mapped_column(BigInteger)
    pieces: Mapped[int]
    mode: Mapped[str] = mapped_column(String(16))
    depart_at: Mapped[dt.datetime]
    arrive_at: Mapped[dt.datetime]
    price_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    price_cny_minor: Mapped[int] = mapped_column(BigInteger)
    fees_cny_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    fees: Mapped[list[dict[str, Any]]] = mapped_column(Document, default_factory=list)
    legs: Mapped[list[dict[str, Any]]] = mapped_column(Document)
    regime: Mapped[str | None] = mapped_column(String(16), default=None)
    hs: Mapped[str | None] = mapped_column(String(10), default=None)
    value_cny_minor: Mapped[int | None] = mapped_column(BigInteger, default=None)
    emissions_g: Mapped[int | None] = mapped_column(BigInteger, default=None)
    particulars: Mapped[dict[str, Any] | None] = mapped_column(Document, default=None)
    held_until: Mapped[dt.datetime | None] = mapped_column(default=None)
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str] = mapped_column(ID)
    changed_at: Mapped[dt.datetime]


class BookedLeg(Owned, Base, kw_only=True):
    """
    What a booking takes, or waits for, on one departure, from one call to another.

    `own_*` is the part that comes out of an allotment of the firm.
    """

    __tablename__ = "booked_leg"
    __table_args__ = (Index(None, "departure_id", "is_waiting"),)
    booking_id: Mapped[str] = mapped_column(ID, ForeignKey("booking.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    departure_id: Mapped[str] = mapped_column(DEPARTURE)
    first_call: Mapped[int]
    last_call: Mapped[int]
    is_waiting: Mapped[bool]
    teu_milli: Mapped[int] = mapped_column(BigInteger)
    mass_g: Mapped[int] = mapped_column(BigInteger)
    volume_cm3: Mapped[int] = mapped_column(BigInteger)
    own_teu_milli: Mapped[int] = mapped_column(BigInteger, default=0)
    own_mass_g: Mapped[int] = mapped_column(BigInteger, default=0)
    own_volume_cm3: Mapped[int] = mapped_column(BigInteger, default=0)


class KeptAnswer(Base, kw_only=True):
    """The answer to a write with an idempotency key, for whoever sends the same again."""

    __tablename__ = "kept_answer"
    actor: Mapped[str] = mapped_column(ID, primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
    status: Mapped[int]
    headers: Mapped[dict[str, str]] = mapped_column(Document)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class AuditEntry(Owned, Base, kw_only=True):
    """One write: who, what, when, and the row before and after; hashed together with the entry before it."""

    __tablename__ = "audit_entry"
    seq: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(ID)
    action: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(DEPARTURE, index=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(Document)
    after: Mapped[dict[str, Any] | None] = mapped_column(Document)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base, kw_only=True):
    """The end of the audit trail; whoever writes locks this one row until its transaction ends."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    seq: Mapped[int] = mapped_column(BIG)
    hash: Mapped[str] = mapped_column(String(64))


# Tables in files of their own; they need what stands above.
from api.store import models_datasets, models_events, models_jobs, models_login, models_shipments  # noqa: E402, F401
