"""Firms, users and keys: the rules about them. Nobody gives away what they do not have."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TypeVar

from sqlalchemy import select

from api.identity.keys import Secret, is_word, new_secret, split
from api.identity.principal import Principal
from api.identity.roles import scopes_of
from api.identity.words import Role
from api.identity.words import Scope as Permission
from api.refusals import Refusal
from api.store.columns import new_id
from api.store.models import ApiKey, Firm, FirstToken, User
from api.store.models_login import UserIdentity, WebSession
from api.store.session import HOUSE, WHOLE, ReadSession, Store, WriteSession

T = TypeVar("T", Firm, User, ApiKey, WebSession, UserIdentity)

CALENDAR = "calendar link"
"""Name of keys made for the calendar of those who have logged in without a key; nobody sees their secrets."""
FIRST_VALID = dt.timedelta(days=1)
"""How long the token for the first key can be used."""


def found(session: ReadSession, model: type[T], identifier: str) -> T:
    """
    Return a row.

    Raises
    ------
    Refusal
        When there is none for the caller.
    """
    row = session.one(select(model).where(model.id == identifier))
    if row is None:
        raise Refusal(why="not-found", subject=identifier)
    return row


def locked(session: WriteSession, model: type[T], identifier: str) -> T:
    """Return a row that nobody else changes meanwhile; refused when there is none for the caller."""
    rows = session.lock(select(model).where(model.id == identifier))
    if not rows:
        raise Refusal(why="not-found", subject=identifier)
    return rows[0]


def add_firm(session: WriteSession, name: str) -> Firm:
    """Add a firm; refused when there is one of that name."""
    _check_firm_name(session, name)
    firm = Firm(id=new_id("fm", session.now), name=name, created_at=session.now)
    session.insert([firm])
    return firm


def change_firm(session: WriteSession, firm: Firm, name: str | None, *, disabled: bool | None) -> None:
    """Rename a firm, or keep its people out; refused for the house, without which nobody could let anybody in."""
    if disabled and firm.is_house:
        raise Refusal(why="last-admin", subject=firm.id)
    if name is not None and name != firm.name:
        _check_firm_name(session, name)
        firm.name = name
    if disabled is not None:
        firm.disabled_at = session.now if disabled else None
    firm.version += 1


def add_user(session: WriteSession, principal: Principal, firm_id: str, name: str, roles: Iterable[Role]) -> User:
    """Add a user to a firm; refused when the firm has one of that name, or the roles allow more than the caller may."""
    firm = own_firm(session, principal, firm_id)
    check_grant(principal, scopes_of(frozenset(roles), frozenset(), is_house=firm.is_house))
    # Whoever else adds somebody to the firm waits, so that a name is not taken twice.
    locked(session, Firm, firm.id)
    if session.one(select(User).where(User.firm_id == firm_id, User.name == name)) is not None:
        raise Refusal(why="name-taken", detail=name)
    user = User(
        id=new_id("us", session.now), firm_id=firm_id, name=name, roles=sorted(set(roles)), created_at=session.now
    )
    session.insert([user])
    return user


def change_user(
    session: WriteSession, principal: Principal, user: User, roles: Iterable[Role] | None, *, disabled: bool | None
) -> None:
    """Change what a user may do; refused for more than the caller may, and when no administrator would be left."""
    firm = own_firm(session, principal, user.firm_id)
    if roles is not None:
        check_grant(principal, scopes_of(frozenset(roles), frozenset(), is_house=firm.is_house))
    was_admin = "admin" in user.roles and user.disabled_at is None
    if roles is not None:
        user.roles = sorted(set(roles))
    if disabled is not None:
        user.disabled_at = session.now if disabled else None
    if was_admin and not ("admin" in user.roles and user.disabled_at is None):
        others = session.lock(select(User).where(User.firm_id == user.firm_id, User.id != user.id))
        if not any("admin" in other.roles and other.disabled_at is None for other in others):
            raise Refusal(why="last-admin", subject=user.id)
    user.version += 1


def add_key(
    session: WriteSession,
    principal: Principal,
    user: User,
    *,
    name: str,
    scopes: Iterable[Permission] = (),
    expires_at: dt.datetime | None = None,
) -> tuple[ApiKey, Secret]:
    """Add a key for a user; refused when it would allow more than the caller may."""
    firm = own_firm(session, principal, user.firm_id)
    narrowed = frozenset(scopes)
    check_grant(principal, scopes_of(frozenset(user.roles), narrowed, is_house=firm.is_house))
    return _new_key(session, user, name=name, scopes=narrowed, expires_at=expires_at)


def rotate_key(session: WriteSession, principal: Principal, key: ApiKey, grace: dt.timedelta) -> tuple[ApiKey, Secret]:
    """Replace a key by a new one that may do the same; the old one ends after a while."""
    _check_usable(key, session.now)
    user = found(session, User, key.user_id)
    new, secret = add_key(
        session, principal, user, name=key.name, scopes=frozenset(key.scopes), expires_at=key.expires_at
    )
    end = session.now + grace
    key.expires_at = end if key.expires_at is None else min(end, key.expires_at)
    key.replaced_by = new.id
    return new, secret


def narrow_key(session: WriteSession, principal: Principal, key: ApiKey, scopes: Iterable[Permission]) -> None:
    """Leave a key only some of what it may do; refused when it has ended, and for more than it may do now."""
    _check_usable(key, session.now)
    user = found(session, User, key.user_id)
    firm = own_firm(session, principal, key.firm_id)
    now = scopes_of(frozenset(user.roles), frozenset(key.scopes), is_house=firm.is_house)
    wanted = frozenset(scopes)
    more = wanted - now
    if more or not wanted:
        raise Refusal(why="wider", detail=", ".join(sorted(more)), subject=key.id)
    key.scopes = sorted(wanted)


def revoke_key(session: WriteSession, key: ApiKey) -> None:
    """End a key at once, if it has not ended."""
    if key.revoked_at is None:
        key.revoked_at = session.now


def first_token(store: Store, now: dt.datetime) -> str | None:
    """Return a token for which the first key of an administrator is given, None if somebody has such a key."""

    def work(session: WriteSession) -> str | None:
        if _has_admin(session, now):
            return None
        for old in session.lock(select(FirstToken).where(FirstToken.used_at.is_(None))):
            old.used_at = now
        identifier = new_id("first", now)
        secret = new_secret(identifier)
        session.add(FirstToken(id=identifier, secret_hash=secret.kept, expires_at=now + FIRST_VALID))
        return secret.shown

    return store.write(WHOLE, "first-token.make", now, work)


def redeem(session: WriteSession, text: str) -> tuple[ApiKey, Secret]:
    """
    Return the first key of an administrator for a token.

    Raises
    ------
    Refusal
        When the token is none, was used, or is too old.
    """
    parts = split(text)
    if parts is None:
        raise Refusal(why="token-invalid")
    tokens = session.lock(select(FirstToken).where(FirstToken.id == parts[0]))
    if not tokens or not is_word(parts[1], tokens[0].secret_hash):
        raise Refusal(why="token-invalid")
    (token,) = tokens
    if token.used_at is not None or token.expires_at <= session.now:
        raise Refusal(why="token-invalid")
    token.used_at = session.now
    user = session.one(select(User).where(User.firm_id == HOUSE, User.name == "admin"))
    if user is None:
        user = User(id=new_id("us", session.now), firm_id=HOUSE, name="admin", roles=["admin"], created_at=session.now)
        session.insert([user])
    user.roles, user.disabled_at = sorted({*user.roles, "admin"}), None
    return _new_key(session, user, name="first", scopes=frozenset(), expires_at=None)


def check_grant(principal: Principal, permissions: frozenset[Permission]) -> None:
    """
    Refuse to give away what the caller may not do.

    Raises
    ------
    Refusal
        Naming what that is.
    """
    more = permissions - principal.permissions
    if more:
        raise Refusal(why="forbidden", detail=f"beyond the caller: {', '.join(sorted(more))}")


def _check_firm_name(session: WriteSession, name: str) -> None:
    """Refuse a name that a firm has; whoever else names a firm waits, so that it is not taken twice."""
    locked(session, Firm, HOUSE)
    if session.one(select(Firm).where(Firm.name == name)) is not None:
        raise Refusal(why="name-taken", detail=name)


def own_firm(session: ReadSession, principal: Principal, firm_id: str) -> Firm:
    """Return a firm of which the caller may change people; for others it is as if it did not exist."""
    if firm_id != principal.firm and not principal.sees_all:
        raise Refusal(why="not-found", subject=firm_id)
    return found(session, Firm, firm_id)


def _new_key(
    session: WriteSession, user: User, *, name: str, scopes: frozenset[Permission], expires_at: dt.datetime | None
) -> tuple[ApiKey, Secret]:
    identifier = new_id("key", session.now)
    secret = new_secret(identifier)
    key = ApiKey(
        id=identifier,
        firm_id=user.firm_id,
        user_id=user.id,
        name=name,
        secret_hash=secret.kept,
        scopes=sorted(scopes),
        created_at=session.now,
        expires_at=expires_at,
    )
    session.insert([key])
    return key, secret


def _check_usable(key: ApiKey, now: dt.datetime) -> None:
    """Refuse a key that has ended."""
    if key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
        raise Refusal(why="wrong-state", subject=key.id)


def _has_admin(session: ReadSession, now: dt.datetime) -> bool:
    """Say whether an administrator of the house has a key that can be used."""
    asked = select(ApiKey, User).join(User, User.id == ApiKey.user_id).where(ApiKey.firm_id == HOUSE)
    return any(
        "admin" in user.roles
        and user.disabled_at is None
        and key.revoked_at is None
        and not key.scopes
        and (key.expires_at is None or key.expires_at > now)
        for key, user in session.rows(asked)
    )
