"""The tables of shipments: what firms want moved, how it came in, which quotes were asked, and whom papers name."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.store.columns import Document
from api.store.models import ID, NAME, Audited, Base, Owned

CODE = String(80)


class ShipmentImport(Audited, Owned, Base, kw_only=True):
    """A file of shipments that was taken over: how many, and the SHA-256 of their facts in order."""

    __tablename__ = "shipment_import"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    rows: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str] = mapped_column(ID)


class KeptShipment(Audited, Owned, Base, kw_only=True):
    """
    A shipment of a firm.

    `facts` are its fields as in a cargo list, in people's units; the other columns are for finding and sorting.
    """

    __tablename__ = "shipment"
    __table_args__ = (UniqueConstraint("firm_id", "reference"), Index(None, "firm_id", "ready_at", "id"))
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    reference: Mapped[str] = mapped_column(CODE)
    version: Mapped[int] = mapped_column(default=1)
    origin: Mapped[str] = mapped_column(CODE, index=True)
    destination: Mapped[str] = mapped_column(CODE, index=True)
    regime: Mapped[str] = mapped_column(String(16))
    mass_g: Mapped[int] = mapped_column(BigInteger)
    volume_cm3: Mapped[int] = mapped_column(BigInteger)
    pieces: Mapped[int]
    ready_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime | None]
    facts: Mapped[dict[str, Any]] = mapped_column(Document)
    import_id: Mapped[str | None] = mapped_column(ID, ForeignKey("shipment_import.id"), default=None)
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str] = mapped_column(ID)
    changed_at: Mapped[dt.datetime]


class ShipmentQuote(Owned, Base, kw_only=True):
    """A quote that was asked for a shipment; a booking of it is a booking of the shipment."""

    __tablename__ = "shipment_quote"
    quote_id: Mapped[str] = mapped_column(ID, ForeignKey("quote.id", ondelete="CASCADE"), primary_key=True)
    shipment_id: Mapped[str] = mapped_column(ID, ForeignKey("shipment.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[dt.datetime]


class KeptParty(Audited, Owned, Base, kw_only=True):
    """Somebody in the address book of a firm, by the name that papers have; `facts` are those of a party."""

    __tablename__ = "party"
    __table_args__ = (UniqueConstraint("firm_id", "name"),)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(NAME)
    facts: Mapped[dict[str, Any]] = mapped_column(Document)
    created_at: Mapped[dt.datetime]
    changed_at: Mapped[dt.datetime]
