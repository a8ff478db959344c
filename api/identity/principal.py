"""Who asks: found from an API key, or the one person at this machine."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from api.identity.keys import is_word, split
from api.identity.roles import OVERSEEING, SCOPES, scopes_of
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
        Id of the API key, None without one.
    permissions
        What may be done.
    sees_all
        Whether rows of every firm are met.
    is_house
        Whether the firm is the one that runs the service.
    """

    firm: str
    user: str
    key: str | None
    permissions: frozenset[Permission]
    sees_all: bool
    is_house: bool

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
    is_over = key.expires_at is not None and key.expires_at <= now
    if not is_word(word, key.secret_hash) or key.revoked_at is not None or is_over:
        return None
    if user.disabled_at is not None or firm.disabled_at is not None:
        return None
    roles = frozenset(user.roles)
    return Principal(
        firm=firm.id,
        user=user.id,
        key=key.id,
        permissions=scopes_of(roles, frozenset(key.scopes), is_house=firm.is_house),
        sees_all=firm.is_house and not roles.isdisjoint(OVERSEEING),
        is_house=firm.is_house,
    )
