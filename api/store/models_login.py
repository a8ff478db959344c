"""The tables of logging in: sessions of browsers, who people are elsewhere, and log-ins that are under way."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.identity.words import Role
from api.store.columns import Document
from api.store.models import ID, NAME, Audited, Base, Owned

ISSUER = String(500)


class WebSession(Audited, Owned, Base, kw_only=True):
    """
    A browser in which somebody has logged in; of what its cookie holds only a hash is kept.

    It lasts no longer than the key, or the identity elsewhere, that it was begun with.
    """

    __tablename__ = "web_session"
    __table_args__ = (CheckConstraint("(key_id IS NULL) <> (identity_id IS NULL)", name="one_way_in"),)
    audit_hidden = frozenset({"secret_hash"})
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    user_id: Mapped[str] = mapped_column(ID, ForeignKey("user_account.id"), index=True)
    key_id: Mapped[str | None] = mapped_column(ID, ForeignKey("api_key.id"), index=True, default=None)
    identity_id: Mapped[str | None] = mapped_column(ID, default=None)
    secret_hash: Mapped[str] = mapped_column(String(64))
    roles: Mapped[list[Role] | None] = mapped_column(Document, default=None)
    agent: Mapped[str] = mapped_column(NAME)
    address: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime] = mapped_column(index=True)
    ended_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class UserIdentity(Audited, Owned, Base, kw_only=True):
    """Who a user is to another service: invited by e-mail address or subject, known by subject from then on."""

    __tablename__ = "user_identity"
    __table_args__ = (
        UniqueConstraint("firm_id", "issuer", "subject"),
        UniqueConstraint("firm_id", "issuer", "email"),
        CheckConstraint("subject IS NOT NULL OR email IS NOT NULL", name="somebody"),
    )
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    user_id: Mapped[str] = mapped_column(ID, ForeignKey("user_account.id"), index=True)
    issuer: Mapped[str] = mapped_column(ISSUER)
    subject: Mapped[str | None] = mapped_column(String(255), index=True)
    email: Mapped[str | None] = mapped_column(String(320), index=True)
    created_at: Mapped[dt.datetime]
    bound_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class LogInState(Base, kw_only=True):
    """
    A log-in at another service that is under way: good for one return, of the browser that began it.

    Once it has returned, `claims` holds who came back, until that person has chosen one of several accounts.
    """

    __tablename__ = "log_in_state"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    state_hash: Mapped[str] = mapped_column(String(64))
    cookie_hash: Mapped[str] = mapped_column(String(64))
    return_to: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)
    used_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    claims: Mapped[dict[str, Any] | None] = mapped_column(Document, default=None)
