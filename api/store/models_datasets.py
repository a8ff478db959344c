"""The tables of data sets: their tables by content, which of them there are, and which one counts."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from api.store.columns import Document
from api.store.models import ID, NAME, Audited, Base

FINGERPRINT = String(64)


class DataTable(Base, kw_only=True):
    """The canonical text of a table, compressed, by its SHA-256; data sets that agree on it share it."""

    __tablename__ = "data_table"
    digest: Mapped[str] = mapped_column(FINGERPRINT, primary_key=True)
    rows: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class DataSet(Audited, Base, kw_only=True):
    """A data set: the digest of each of its tables. It never changes; its id is the fingerprint of its facts."""

    __tablename__ = "data_set"
    id: Mapped[str] = mapped_column(FINGERPRINT, primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(NAME)
    base_id: Mapped[str | None] = mapped_column(FINGERPRINT, ForeignKey("data_set.id"))
    tables: Mapped[dict[str, str]] = mapped_column(Document)
    rows: Mapped[int]
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str] = mapped_column(ID)


class DataSwitch(Audited, Base, kw_only=True):
    """Which data set counts: one row, whose version every process looks at again and again."""

    __tablename__ = "data_switch"
    id: Mapped[str] = mapped_column(String(8), primary_key=True)
    version: Mapped[int]
    data_set_id: Mapped[str | None] = mapped_column(FINGERPRINT, ForeignKey("data_set.id"))
    changed_at: Mapped[dt.datetime]
    changed_by: Mapped[str] = mapped_column(ID)
