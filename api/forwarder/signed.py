"""
Links that work without log-in: a calendar of cut-offs, a quote for a customer.

A link names a key of the service and carries a signature made with what is kept of that key. It needs no row of its
own, is of one thing alone, and ends with the key. Nobody can make one who has not logged in with that key, and the
link does not tell the key.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import select

from api.identity.people import CALENDAR
from api.identity.principal import Principal, is_over, principal_of
from api.refusals import Refusal
from api.store.models import ApiKey, Firm, User
from api.store.session import WHOLE

if TYPE_CHECKING:
    import datetime as dt

    from api.store.session import ReadSession, Store

_LONGEST = 300
_PARTS = 3


def calendar_key(session: ReadSession, user: str, now: dt.datetime) -> str | None:
    """Return the key behind the calendar link of somebody who has logged in without a key, None if there is none."""
    asked = select(ApiKey).where(ApiKey.user_id == user, ApiKey.name == CALENDAR).order_by(ApiKey.id.desc())
    return next((key.id for key in session.all(asked) if not is_over(key, now)), None)


def sign(store: Store, principal: Principal, what: str, key: str | None = None) -> str | None:
    """
    Return the token of a link, None for who has not logged in with a key.

    Parameters
    ----------
    store
        Has the keys.
    principal
        Who makes the link; whoever follows it sees as much of this one thing.
    what
        The thing: a word, or the id of a quote.
    key
        Id of the key that is named, that of the log-in if none is given.
    """
    named = key or principal.key
    if named is None:
        return None
    with store.read(WHOLE) as session:
        kept = session.one(select(ApiKey.secret_hash).where(ApiKey.id == named))
    return None if kept is None else f"{what}.{named}.{_signature(kept, what)}"


def opened(store: Store, token: str, now: dt.datetime, *, scope: str) -> tuple[str, Principal]:
    """
    Return what a link is of, and on whose behalf it is followed.

    Parameters
    ----------
    store
        Has the keys.
    token
        Of the link.
    now
        The present.
    scope
        What its maker must still be allowed to do.

    Raises
    ------
    Refusal
        When the link is none, or its key or its maker is not valid any more.
    """
    parts = token.split(".")
    if len(parts) != _PARTS or len(token) > _LONGEST or not (token.isascii() and token.isprintable()):
        raise Refusal(why="not-found")
    what, key_id, signature = parts
    asked = (
        select(ApiKey, User, Firm)
        .join(User, User.id == ApiKey.user_id)
        .join(Firm, Firm.id == ApiKey.firm_id)
        .where(ApiKey.id == key_id)
    )
    with store.read(WHOLE) as session:
        rows = session.rows(asked)
    if not rows:
        raise Refusal(why="not-found")
    key, user, firm = rows[0]
    found = principal_of(user, firm, key)
    is_signed = hmac.compare_digest(signature, _signature(key.secret_hash, what))
    if not is_signed or is_over(key, now) or found is None or scope not in found.permissions:
        raise Refusal(why="not-found")
    return what, found


def _signature(kept: str, what: str) -> str:
    return hmac.new(kept.encode(), f"link:{what}".encode(), sha256).hexdigest()
