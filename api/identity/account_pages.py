"""The page of whoever has logged in: who they are, what they may do, and where they are logged in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import select

from api.identity import people, sessions
from api.identity.login_endpoints import session_json
from api.identity.page_faults import NO_STORE
from api.identity.policy import PrincipalOf, TokenOf, form, page
from api.identity.principal import LOCAL
from api.office import OfficeOf, StoreOf
from api.pages import language, templates, with_language
from api.refusals import Refusal
from api.store.models import Firm, User
from api.store.models_login import WebSession

router = APIRouter(include_in_schema=False)
Id = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_]+$")]


@router.get("/account", dependencies=[page(None)])
def get_account(request: Request, office: OfficeOf, principal: PrincipalOf, token: TokenOf) -> Response:
    """Return who asks, with the sessions they have."""
    lang, rows, user = language(request), [], None
    if office.store is not None and principal is not LOCAL:
        with office.store.read(principal.scope) as session:
            named = people.found(session, User, principal.user)
            user = {"name": named.name, "firm": people.found(session, Firm, named.firm_id).name}
            rows = sessions.open_sessions(session, office.log_in, principal.user, office.clock())
    html = templates.get_template("account.html").render(
        lang=lang,
        other=with_language(request, lang),
        fingerprint="",
        user=user,
        scopes=sorted(principal.permissions),
        is_admin="people:read" in principal.permissions and office.store is not None,
        current=principal.session,
        token=token,
        once=str,
        sessions=[session_json(row) for row in rows],
    )
    return HTMLResponse(html, headers=NO_STORE)


@router.post("/account/sessions/{session_id}/end", dependencies=[form(None)])
def post_end(
    session_id: Id, request: Request, office: OfficeOf, store: StoreOf, principal: PrincipalOf
) -> Response:  # fmt: skip
    """End one of one's own sessions."""
    own = select(WebSession.user_id).where(WebSession.id == session_id)
    with store.read(principal.scope) as session:
        if session.one(own) != principal.user:
            raise Refusal(why="not-found", subject=session_id)
    store.write(principal.scope, "session.end", office.clock(), lambda session: sessions.end(session, session_id))
    return RedirectResponse(f"/account?lang={language(request)}", status_code=303, headers=NO_STORE)
