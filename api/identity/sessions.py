"""Sessions of browsers: begun by logging in, ended by logging out, by idleness, and by age."""

from __future__ import annotations

import datetime as dt
import hmac
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, or_, select, update

from api.identity.keys import Secret, is_word, new_secret, split
from api.identity.people import locked
from api.identity.principal import Principal, is_over, principal_of
from api.store.columns import new_id
from api.store.engine import StoreError
from api.store.models import ApiKey, Firm, User
from api.store.models_login import LogInState, UserIdentity, WebSession
from api.store.session import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.identity.settings import LogIn
    from api.identity.words import Role
    from api.store.session import ReadSession, Store, WriteSession

SEEN_EVERY = dt.timedelta(minutes=1)
"""When a session was used is noted no more often than this, or four times in the time it may be idle."""
KEPT = dt.timedelta(days=30)
"""How long sessions that have ended are still listed."""
_AGENT = 200


class Visit(NamedTuple):
    """Who has logged in in a browser, and the token that its writes carry."""

    principal: Principal
    token: str


class Browser(NamedTuple):
    """What is noted of a browser, so that people know their sessions again."""

    agent: str
    address: str


def begin(
    session: WriteSession,
    user: User,
    browser: Browser,
    settings: LogIn,
    *,
    key: str | None = None,
    identity: str | None = None,
    roles: Iterable[Role] | None = None,
) -> Secret:
    """
    Begin a session, always a new one, and return what its cookie holds.

    Parameters
    ----------
    session
        Of the store.
    user, browser
        Who, and where.
    settings
        Say how long it may last.
    key, identity
        Id of the one that opened the door.
    roles
        What an OpenID provider allows, None where it is not asked.
    """
    identifier = new_id("ses", session.now)
    secret = new_secret(identifier)
    row = WebSession(
        id=identifier,
        firm_id=user.firm_id,
        user_id=user.id,
        key_id=key,
        identity_id=identity,
        secret_hash=secret.kept,
        roles=None if roles is None else sorted(set(roles)),
        agent="".join(filter(str.isprintable, browser.agent))[:_AGENT],
        address=browser.address[:64],
        created_at=session.now,
        seen_at=session.now,
        ends_at=session.now + settings.longest,
    )
    session.insert([row])
    return secret


def visit(store: Store, text: str, settings: LogIn, now: dt.datetime) -> Visit | None:
    """Return who has the cookie of a session, None if the session, or what it was begun with, is over."""
    parts = split(text)
    if parts is None:
        return None
    identifier, word = parts
    asked = (
        select(WebSession, User, Firm, ApiKey, UserIdentity)
        .join(User, User.id == WebSession.user_id)
        .join(Firm, Firm.id == WebSession.firm_id)
        .outerjoin(ApiKey, ApiKey.id == WebSession.key_id)
        .outerjoin(UserIdentity, UserIdentity.id == WebSession.identity_id)
        .where(WebSession.id == identifier)
    )
    with store.read(WHOLE) as session:
        rows = session.rows(asked)
    if not rows:
        return None
    row, user, firm, key, identity = rows[0]
    if not is_word(word, row.secret_hash) or not is_open(row, settings, now):
        return None
    if (identity is None or identity.user_id != user.id) if key is None else is_over(key, now):
        return None
    found = principal_of(user, firm, key, session=row.id, roles=row.roles)
    if found is None:
        return None
    _note(store, row, settings, now)
    return Visit(found, token_of(word))


def is_open(row: WebSession, settings: LogIn, now: dt.datetime) -> bool:
    """Say whether a session was neither ended, nor forgotten, nor outlived."""
    return row.ended_at is None and now < row.ends_at and now < row.seen_at + settings.idle


def token_of(word: str) -> str:
    """Return the token that writes of a session carry: it follows from the cookie, and tells nothing of it."""
    return hmac.new(word.encode(), b"csrf", sha256).hexdigest()


def end(session: WriteSession, identifier: str) -> WebSession:
    """
    End a session, if it has not ended.

    Raises
    ------
    Refusal
        When there is none for the caller.
    """
    row = locked(session, WebSession, identifier)
    if row.ended_at is None:
        row.ended_at = session.now
    return row


def end_given(session: WriteSession, text: str | None) -> None:
    """End the session of a cookie, if it is one: a browser that logs in again leaves no session behind."""
    parts = None if text is None else split(text)
    if parts is None:
        return
    rows = session.lock(select(WebSession).where(WebSession.id == parts[0], WebSession.ended_at.is_(None)))
    if rows and is_word(parts[1], rows[0].secret_hash):
        rows[0].ended_at = session.now


def open_sessions(session: ReadSession, settings: LogIn, user: str, now: dt.datetime) -> list[WebSession]:
    """Return the sessions of a user that can still be used, newest first."""
    asked = select(WebSession).where(
        WebSession.user_id == user, WebSession.ended_at.is_(None), WebSession.ends_at > now
    )
    return [row for row in session.all(asked.order_by(WebSession.id.desc())) if is_open(row, settings, now)]


def forget(store: Store, now: dt.datetime) -> int:
    """Forget sessions that ended long ago, and log-ins that never came back; return how many."""

    def work(session: WriteSession) -> int:
        old = now - KEPT
        over = delete(WebSession).where(or_(WebSession.ends_at < old, WebSession.ended_at < old))
        return session.change(over) + session.change(delete(LogInState).where(LogInState.expires_at < now))

    return store.write(WHOLE, "session.forget", now, work)


def _note(store: Store, row: WebSession, settings: LogIn, now: dt.datetime) -> None:
    """Note that a session is used, now and then."""
    if now < row.seen_at + min(SEEN_EVERY, settings.idle / 4):
        return
    statement = update(WebSession).where(WebSession.id == row.id, WebSession.ended_at.is_(None)).values(seen_at=now)
    try:
        store.write(WHOLE, "session.see", now, lambda session: session.change(statement))
    except StoreError:
        # Whoever only reads need not wait until the database takes writes again.
        return
