"""Who asks: found from an API key, from a session, or the one person at this machine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from api.identity.keys import is_word, split
from api.identity.roles import OVERSEEING, SCOPES, scopes_of
from api.identity.words import Role
from api.identity.words import Scope as Permission
from api.store.models import ApiKey, Firm, User
from api.store.session import HOUSE, WHOLE, Scope, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """
    Who asks.

    Parameters
    ----------
    firm, user
        Ids.
    key
        Id of the API key, or of that with which the session was begun; None without one.
    permissions
        What may be done.
    sees_all
        Whether rows of every firm are met.
    is_house
        Whether the firm is the one that runs the service.
    session
        Id of the session of a browser, None without one.
    """

    firm: str
    user: str
    key: str | None
    permissions: frozenset[Permission]
    sees_all: bool
    is_house: bool
    session: str | None = None

    @property
    def scope(self) -> Scope:
        """On whose behalf the store is used."""
        return Scope(self.firm, self.user, sees_all=self.sees_all)


LOCAL = Principal(firm=HOUSE, user="local", key=None, permissions=SCOPES, sees_all=True, is_house=True)
"""The one person at this machine, where nobody has to say who they are."""


def identify(store: Store, text: str, now: dt.datetime) -> Principal | None:
    """Return who has a key, None if it is none, not valid any more, or of somebody who may not come in."""
    parts = split(text)
    if parts is None:
        return None
    identifier, word = parts
    asked = (
        select(ApiKey, User, Firm)
        .join(User, User.id == ApiKey.user_id)
        .join(Firm, Firm.id == ApiKey.firm_id)
        .where(ApiKey.id == identifier)
    )
    with store.read(WHOLE) as session:
        rows = session.rows(asked)
    if not rows:
        return None
    key, user, firm = rows[0]
    if not is_word(word, key.secret_hash) or is_over(key, now):
        return None
    return principal_of(user, firm, key)


def is_over(key: ApiKey, now: dt.datetime) -> bool:
    """Say whether a key cannot be used any more."""
    return key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now)


def principal_of(
    user: User,
    firm: Firm,
    key: ApiKey | None,
    *,
    session: str | None = None,
    roles: Iterable[Role] | None = None,
) -> Principal | None:
    """
    Return somebody as the one who asks, None if they may not come in.

    Parameters
    ----------
    user, firm
        Who.
    key
        Which may be narrowed to some scopes, None without one.
    session
        Id of the session, None without one.
    roles
        To which those of the user are narrowed, None if they are not.
    """
    if user.disabled_at is not None or firm.disabled_at is not None:
        return None
    allowed = frozenset(user.roles) if roles is None else frozenset(user.roles) & frozenset(roles)
    narrowed = frozenset[Permission]() if key is None else frozenset(key.scopes)
    return Principal(
        firm=firm.id,
        user=user.id,
        key=None if key is None else key.id,
        permissions=scopes_of(allowed, narrowed, is_house=firm.is_house),
        sees_all=firm.is_house and not allowed.isdisjoint(OVERSEEING),
        is_house=firm.is_house,
        session=session,
    )
