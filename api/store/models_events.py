"""The tables of events, of what webhooks are told, and of what statistics count."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.store.columns import Document
from api.store.models import ID, Audited, Base, Owned

URI = String(255)


class Capture(Audited, Owned, Base, kw_only=True):
    """Events that were captured together; the ids with the hashes of their content are in the audit trail."""

    __tablename__ = "capture"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    at: Mapped[dt.datetime]
    created_by: Mapped[str] = mapped_column(ID)
    events: Mapped[list[list[str]]] = mapped_column(Document)


class ShipmentEvent(Owned, Base, kw_only=True):
    """
    Something that happened to cargo or to a booking.

    The document is the event as EPCIS has it; the columns are what is asked for. Of an event about bookings of several
    firms, each firm has a part with its own bookings only.
    """

    __tablename__ = "shipment_event"
    __table_args__ = (
        UniqueConstraint("firm_id", "event_id", "is_error"),
        Index(None, "firm_id", "event_ms"),
        Index(None, "firm_id", "recorded_at"),
    )
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    event_id: Mapped[str] = mapped_column(URI)
    is_error: Mapped[bool] = mapped_column(default=False)
    is_part: Mapped[bool] = mapped_column(default=False)
    fingerprint: Mapped[str] = mapped_column(String(64))
    event_type: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(10))
    biz_step: Mapped[str | None] = mapped_column(URI)
    disposition: Mapped[str | None] = mapped_column(URI)
    read_point: Mapped[str | None] = mapped_column(URI)
    biz_location: Mapped[str | None] = mapped_column(URI)
    event_ms: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[dt.datetime]
    recorded_by: Mapped[str] = mapped_column(ID)
    document: Mapped[dict[str, Any]] = mapped_column(Document)


class EventSubject(Owned, Base, kw_only=True):
    """What an event is about: an object, a box, a child in it, a class, or a business transaction."""

    __tablename__ = "event_subject"
    __table_args__ = (Index(None, "uri", "firm_id"),)
    event_id: Mapped[str] = mapped_column(ID, ForeignKey("shipment_event.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(40))
    uri: Mapped[str] = mapped_column(URI)


class Webhook(Audited, Owned, Base, kw_only=True):
    """An address that is told of events; the secret has to be kept as it is, for it signs what is sent."""

    __tablename__ = "webhook"
    audit_hidden = frozenset({"secret", "old_secret"})
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    kinds: Mapped[list[str]] = mapped_column(Document)
    all_firms: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(String(100))
    old_secret: Mapped[str | None] = mapped_column(String(100), default=None)
    old_until: Mapped[dt.datetime | None] = mapped_column(default=None)
    is_active: Mapped[bool] = mapped_column(default=True)
    disabled_why: Mapped[str | None] = mapped_column(Text, default=None)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str] = mapped_column(ID)


class Delivery(Owned, Base, kw_only=True):
    """
    An event that is to be told to a webhook.

    Whoever sends it takes a lease first; what is left of a lease when its holder dies ends by itself.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'delivered', 'failed')", name="state_known"),
        Index(None, "state", "next_at"),
        Index(None, "webhook_id", "id"),
    )
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    webhook_id: Mapped[str] = mapped_column(ID, ForeignKey("webhook.id"))
    event_id: Mapped[str] = mapped_column(ID, ForeignKey("shipment_event.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(Integer)
    next_at: Mapped[dt.datetime]
    leased_until: Mapped[dt.datetime | None] = mapped_column(default=None)
    lease: Mapped[str | None] = mapped_column(ID, default=None)
    last_status: Mapped[int | None] = mapped_column(default=None)
    last_error: Mapped[str | None] = mapped_column(String(200), default=None)
    created_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class CountedShipment(Owned, Base, kw_only=True):
    """A confirmed booking as statistics count it; it goes when the booking is cancelled."""

    __tablename__ = "counted_shipment"
    __table_args__ = (Index(None, "firm_id", "confirmed_month"), Index(None, "firm_id", "depart_month"))
    booking_id: Mapped[str] = mapped_column(ID, primary_key=True)
    confirmed_at: Mapped[dt.datetime]
    confirmed_month: Mapped[int]
    depart_month: Mapped[int]
    regime: Mapped[str] = mapped_column(String(16))
    origin: Mapped[str] = mapped_column(String(80))
    destination: Mapped[str] = mapped_column(String(80))
    mode: Mapped[str] = mapped_column(String(16))
    hs_chapter: Mapped[str] = mapped_column(String(2))
    mass_g: Mapped[int] = mapped_column(BigInteger)
    volume_cm3: Mapped[int] = mapped_column(BigInteger)
    value_cny_minor: Mapped[int | None] = mapped_column(BigInteger)
    freight_cny_minor: Mapped[int] = mapped_column(BigInteger)
    emissions_g: Mapped[int | None] = mapped_column(BigInteger)
    is_declared: Mapped[bool] = mapped_column(default=False)
