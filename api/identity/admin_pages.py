"""The pages of administrators: firms, users, keys and sessions."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import select

from api.bodies import rfc3339
from api.identity import people, sessions
from api.identity.admin_again import NOTHING, Again
from api.identity.endpoints import firm_json, key_json, user_json
from api.identity.login_endpoints import identity_json, session_json
from api.identity.page_faults import NO_STORE, other_language
from api.identity.policy import PrincipalOf, TokenOf, page
from api.identity.principal import Principal, is_over
from api.identity.roles import HOUSE_ONLY, SCOPES, scopes_of
from api.identity.words import Role
from api.office import Office, OfficeOf, StoreOf
from api.pages import language, templates
from api.paging import After, page_of
from api.store.models import ApiKey, Firm, User
from api.store.models_login import UserIdentity, WebSession

if TYPE_CHECKING:
    from sqlalchemy import Select

    from api.store.session import ReadSession, Store

T = TypeVar("T", User, ApiKey, WebSession, Firm)

router = APIRouter(include_in_schema=False)
Id = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_]+$")]
_AT_ONCE = 50


@router.get("/admin", dependencies=[page("people:read")])
def get_admin(request: Request) -> Response:
    """Go to the users."""
    return RedirectResponse(f"/admin/users?lang={language(request)}", status_code=303)


@router.get("/admin/users", dependencies=[page("people:read")])
def get_users(
    request: Request, store: StoreOf, principal: PrincipalOf, token: TokenOf, after: After = None
) -> Response:  # fmt: skip
    """Return the users, with a form for another."""
    return users_page(request, store, principal, token, after)


def users_page(
    request: Request, store: Store, principal: Principal, token: str, after: str | None = None, again: Again = NOTHING
) -> Response:
    """Return the users, with the form for another as it was sent."""
    with store.read(principal.scope) as session:
        found = _listed(session, select(User), User, after)
        firms = _names(session, found["items"])
        choices = session.rows(_firms_of(principal)) if principal.is_house else []
    return shown(
        request, principal, token, "admin_users.html", again, here="users", firms=firms, choices=choices, **found
    )


@router.get("/admin/users/{user_id}", dependencies=[page("people:read")])
def get_user(
    user_id: Id, request: Request, office: OfficeOf, store: StoreOf, principal: PrincipalOf, token: TokenOf
) -> Response:
    """Return a user, with keys, identities and sessions."""
    return user_page(user_id, request, office, store, principal, token)


def user_page(
    user_id: str,
    request: Request,
    office: Office,
    store: Store,
    principal: Principal,
    token: str,
    again: Again = NOTHING,
) -> Response:
    """Return a user, with the forms as they were sent."""
    now = office.clock()
    with store.read(principal.scope) as session:
        user = people.found(session, User, user_id)
        firm = people.found(session, Firm, user.firm_id)
        keys = session.all(select(ApiKey).where(ApiKey.user_id == user_id).order_by(ApiKey.id.desc()).limit(200))
        known = session.all(select(UserIdentity).where(UserIdentity.user_id == user_id).order_by(UserIdentity.id))
        rows = sessions.open_sessions(session, office.log_in, user_id, now)
    may = scopes_of(frozenset(user.roles), frozenset(), is_house=firm.is_house)
    return shown(
        request, principal, token, "admin_user.html", again,
        here="users",
        user=user_json(user),
        version=user.version,
        firm=firm_json(firm),
        keys=[key_json(key) | {"is_over": is_over(key, now), "may": sorted(key.scopes or may)} for key in keys],
        identities=[identity_json(row) for row in known],
        sessions=[session_json(row) for row in rows],
        may=sorted(may),
        provider=_provider(office),
    )  # fmt: skip


@router.get("/admin/keys", dependencies=[page("people:read")])
def get_keys(
    request: Request, office: OfficeOf, store: StoreOf, principal: PrincipalOf, token: TokenOf, after: After = None
) -> Response:
    """Return the keys of all users."""
    with store.read(principal.scope) as session:
        found = _listed(session, select(ApiKey), ApiKey, after)
        users = _users(session, found["items"])
    now = rfc3339(office.clock())
    return shown(request, principal, token, "admin_keys.html", here="keys", users=users, now=now, **found)


@router.get("/admin/sessions", dependencies=[page("people:read")])
def get_sessions(
    request: Request, office: OfficeOf, store: StoreOf, principal: PrincipalOf, token: TokenOf, after: After = None
) -> Response:
    """Return the sessions of all users."""
    now = office.clock()
    with store.read(principal.scope) as session:
        statement = select(WebSession).where(
            WebSession.ended_at.is_(None), WebSession.ends_at > now, WebSession.seen_at > now - office.log_in.idle
        )
        found = _listed(session, statement, WebSession, after)
        users = _users(session, found["items"])
    return shown(request, principal, token, "admin_sessions.html", here="sessions", users=users, **found)


@router.get("/admin/firms", dependencies=[page("firms:read")])
def get_firms(
    request: Request, store: StoreOf, principal: PrincipalOf, token: TokenOf, after: After = None
) -> Response:  # fmt: skip
    """Return the firms, with a form for another."""
    return firms_page(request, store, principal, token, after)


def firms_page(
    request: Request, store: Store, principal: Principal, token: str, after: str | None = None, again: Again = NOTHING
) -> Response:
    """Return the firms, with the forms as they were sent."""
    with store.read(principal.scope) as session:
        found = page_of(
            session, select(Firm), Firm.id, limit=_AT_ONCE, after=after,
            show=lambda row: firm_json(row) | {"version": row.version},
        )  # fmt: skip
    return shown(request, principal, token, "admin_firms.html", again, here="firms", **found)


def shown(
    request: Request,
    principal: Principal,
    token: str,
    template: str,
    again: Again = NOTHING,
    **values: Any,  # noqa: ANN401 - for the template
) -> HTMLResponse:
    """
    Return a page of administrators, which nobody keeps.

    Parameters
    ----------
    request, principal
        Who asks for what.
    token
        Of the session, for the forms.
    template
        Which page; the rest is for it.
    again
        A form of the page that was refused.
    """
    lang = language(request)
    html = templates.get_template(template).render(
        lang=lang,
        other=other_language(request, lang),
        fingerprint="",
        token=token,
        # Each form is sent once, however often its button is pressed.
        once=lambda: secrets.token_urlsafe(16),
        permissions=principal.permissions,
        current=principal.session,
        me=principal.user,
        roles=get_args(Role),
        again=again,
        scopes=sorted(SCOPES if principal.is_house else SCOPES - HOUSE_ONLY),
        **values,
    )
    return HTMLResponse(html, status_code=again.status, headers=NO_STORE)


def _listed(session: ReadSession, statement: Select[T], model: type[T], after: str | None) -> dict[str, Any]:
    """Return one page of rows, oldest first."""
    shapes: dict[type, Any] = {User: user_json, ApiKey: key_json, WebSession: session_json}
    return page_of(session, statement, model.id, limit=_AT_ONCE, after=after, show=shapes[model])


def _firms_of(principal: Principal) -> Select[str, str]:
    """Return the firms to which somebody of the house may add users."""
    statement = select(Firm.id, Firm.name).order_by(Firm.name).limit(500)
    return statement if principal.sees_all else statement.where(Firm.id == principal.firm)


def _names(session: ReadSession, items: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return the names of the firms of some rows."""
    ids = {item["firm"] for item in items}
    return dict(map(tuple, session.rows(select(Firm.id, Firm.name).where(Firm.id.in_(ids)))))


def _users(session: ReadSession, items: Sequence[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """Return the names of the users of some rows, and of their firms."""
    ids = {item["user"] for item in items}
    asked = select(User.id, User.name, Firm.name).join(Firm, Firm.id == User.firm_id).where(User.id.in_(ids))
    return {identifier: (name, firm) for identifier, name, firm in session.rows(asked)}


def _provider(office: Office) -> str:
    return "" if office.log_in.oidc is None else office.log_in.oidc.name
