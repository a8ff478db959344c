"""Who users are to other services: invited by an administrator, known by their subject from the first log-in on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import or_, select

from api.identity.people import CALENDAR, check_grant, found, locked, own_firm, revoke_key
from api.identity.roles import scopes_of
from api.refusals import Refusal
from api.store.columns import new_id
from api.store.models import ApiKey, Firm, User
from api.store.models_login import UserIdentity

if TYPE_CHECKING:
    from api.identity.oidc import Person
    from api.identity.principal import Principal
    from api.store.session import ReadSession, WriteSession


class Account(NamedTuple):
    """An account that is open to somebody."""

    identity: UserIdentity
    user: User
    firm: Firm


def invite(
    session: WriteSession,
    principal: Principal,
    user: User,
    *,
    issuer: str | None,
    email: str | None = None,
    subject: str | None = None,
) -> UserIdentity:
    """
    Open the account of a user to somebody whom a provider knows.

    Parameters
    ----------
    session, principal
        Where, and who does so.
    user
        Whose account.
    issuer
        The provider, None where none is asked.
    email
        Address, which the provider must have verified when it is first used.
    subject
        What the provider calls the person, if that is known already.

    Raises
    ------
    Refusal
        Without a provider, for more than the caller may do, and for somebody the firm knows already.
    """
    if issuer is None:
        raise Refusal(why="no-provider")
    firm = own_firm(session, principal, user.firm_id)
    check_grant(principal, scopes_of(frozenset(user.roles), frozenset(), is_house=firm.is_house))
    # Whoever else opens an account of the firm to somebody waits, so that nobody is known twice.
    locked(session, Firm, firm.id)
    address = None if email is None else email.casefold()
    for column, value in ((UserIdentity.email, address), (UserIdentity.subject, subject)):
        asked = select(UserIdentity).where(UserIdentity.firm_id == firm.id, UserIdentity.issuer == issuer)
        if value is not None and session.one(asked.where(column == value)) is not None:
            raise Refusal(why="name-taken", detail=value)
    row = UserIdentity(
        id=new_id("idn", session.now),
        firm_id=firm.id,
        user_id=user.id,
        issuer=issuer,
        subject=subject,
        email=address,
        created_at=session.now,
        bound_at=None if subject is None else session.now,
    )
    session.insert([row])
    return row


def remove(session: WriteSession, principal: Principal, identifier: str) -> UserIdentity:
    """Close an account to somebody; sessions that were begun so are over with it, and calendar links of the user."""
    row = locked(session, UserIdentity, identifier)
    own_firm(session, principal, row.firm_id)
    session.remove(row)
    for key in session.lock(select(ApiKey).where(ApiKey.user_id == row.user_id, ApiKey.name == CALENDAR)):
        revoke_key(session, key)
    return row


def accounts_of(session: ReadSession, person: Person) -> list[Account]:
    """
    Return the accounts that are open to somebody, by subject, or by a verified address that nobody has used yet.

    An address may have been invited by several firms; none of them learns of the others.
    """
    invited = (UserIdentity.subject.is_(None)) & (UserIdentity.email == person.email)
    whose = UserIdentity.subject == person.subject
    asked = (
        select(UserIdentity, User, Firm)
        .join(User, User.id == UserIdentity.user_id)
        .join(Firm, Firm.id == UserIdentity.firm_id)
        .where(UserIdentity.issuer == person.issuer, whose if person.email is None else or_(whose, invited))
        .where(User.disabled_at.is_(None), Firm.disabled_at.is_(None))
        .order_by(UserIdentity.id)
    )
    found = [Account(*row) for row in session.rows(asked)]
    known = {account.firm.id for account in found if account.identity.subject is not None}
    return [item for item in found if item.identity.subject is not None or item.firm.id not in known]


def enter(session: WriteSession, person: Person, identifier: str) -> User:
    """
    Return the user as whom somebody goes on, and know them by their subject from now on.

    Raises
    ------
    Refusal
        When the account is not open to them, or no role is left.
    """
    for row in session.lock(select(UserIdentity).where(UserIdentity.id == identifier)):
        locked(session, Firm, row.firm_id)
    account = next((item for item in accounts_of(session, person) if item.identity.id == identifier), None)
    if account is None:
        raise Refusal(why="log-in-unknown")
    identity, user, _ = account
    if person.roles is not None and not set(person.roles) & set(user.roles):
        raise Refusal(why="log-in-unknown", detail="roles")
    if identity.subject is None:
        identity.subject, identity.bound_at = person.subject, session.now
    return found(session, User, user.id)
