"""
Log-ins at another service that are under way.

The browser keeps one random word. Nonce and PKCE verifier follow from it, so that the database, which keeps hashes,
holds nothing with which somebody else could finish the log-in.
"""

from __future__ import annotations

import base64
import datetime as dt
import hmac
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from api.identity.keys import is_word, new_secret, split
from api.refusals import Refusal
from api.store.columns import new_id
from api.store.models_login import LogInState

if TYPE_CHECKING:
    from api.store.session import WriteSession

VALID = dt.timedelta(minutes=10)
"""How long somebody may take to log in elsewhere."""


class Begun(NamedTuple):
    """What goes to the provider (`state`), and what the browser keeps (`cookie`)."""

    state: str
    cookie: str


def begin(session: WriteSession, return_to: str) -> Begun:
    """Begin a log-in, after which the browser goes on to an address of this service."""
    identifier = new_id("log", session.now)
    state, cookie = new_secret(identifier), new_secret(identifier)
    row = LogInState(
        id=identifier,
        state_hash=state.kept,
        cookie_hash=cookie.kept,
        return_to=return_to,
        expires_at=session.now + VALID,
    )
    session.insert([row])
    return Begun(state.shown, cookie.shown)


def come_back(session: WriteSession, state: str, cookie: str | None) -> None:
    """
    Take a log-in for returned: once, in time, and in the browser that began it.

    Raises
    ------
    Refusal
        When it is none of that.
    """
    row, parts = _of_browser(session, cookie), split(state)
    if parts is None or parts[0] != row.id or not is_word(parts[1], row.state_hash) or row.used_at is not None:
        raise Refusal(why="log-in-failed", detail="state")
    row.used_at = session.now


def keep(session: WriteSession, cookie: str | None, claims: dict[str, Any]) -> None:
    """Keep who has come back, until they have chosen one of several accounts."""
    row = _of_browser(session, cookie)
    if row.used_at is None:
        raise Refusal(why="log-in-failed", detail="state")
    row.claims = claims


def finish(session: WriteSession, cookie: str | None) -> LogInState:
    """
    Return a log-in that has come back, and end it.

    Raises
    ------
    Refusal
        When it is over, or has not come back.
    """
    row = _of_browser(session, cookie)
    if row.used_at is None:
        raise Refusal(why="log-in-failed", detail="state")
    row.expires_at = session.now
    return row


def nonce_of(cookie: str) -> str:
    """Return what must stand in the token."""
    return _derived(cookie, b"nonce")


def verifier_of(cookie: str) -> str:
    """Return what goes with the code (RFC 7636), 43 characters."""
    return _derived(cookie, b"verifier")


def _derived(cookie: str, purpose: bytes) -> str:
    raw = hmac.new(cookie.encode(), purpose, sha256).digest()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _of_browser(session: WriteSession, cookie: str | None) -> LogInState:
    """Return the log-in that a browser has begun."""
    parts = None if cookie is None else split(cookie)
    rows = [] if parts is None else session.lock(select(LogInState).where(LogInState.id == parts[0]))
    if parts is None or not rows or not is_word(parts[1], rows[0].cookie_hash) or rows[0].expires_at <= session.now:
        raise Refusal(why="log-in-failed", detail="state")
    return rows[0]
