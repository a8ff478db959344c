"""The JSON interface of sessions, of identities at a provider, and of keys that are narrowed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from sqlalchemy import select

from api.bodies import described, rfc3339
from api.endpoints import as_json
from api.identity import identities, people, sessions
from api.identity.bodies import IdentityBody, KeyChange
from api.identity.endpoints import key_json
from api.identity.policy import PrincipalOf, TokenOf, known, may
from api.identity.schema import IDENTITY, KEY, OWN_SESSION, SESSION
from api.office import OfficeOf, StoreOf
from api.openapi_words import page_of as page_schema
from api.paging import After, Limit, page_of
from api.problem_docs import problems
from api.store.models import ApiKey, User
from api.store.models_login import UserIdentity, WebSession
from api.store.session import WriteSession
from api.writes import Answer, CallOf

router = APIRouter(prefix="/v1", tags=["identity"])
Id = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_]+$")]


def session_json(row: WebSession) -> dict[str, Any]:
    """Return a session as JSON."""
    return {
        "id": row.id,
        "firm": row.firm_id,
        "user": row.user_id,
        "key": row.key_id,
        "identity": row.identity_id,
        "agent": row.agent,
        "address": row.address,
        "created_at": rfc3339(row.created_at),
        "seen_at": rfc3339(row.seen_at),
        "ends_at": rfc3339(row.ends_at),
        "ended_at": rfc3339(row.ended_at),
    }


def identity_json(row: UserIdentity) -> dict[str, Any]:
    """Return who a user is to a provider, as JSON."""
    return {
        "id": row.id,
        "firm": row.firm_id,
        "user": row.user_id,
        "issuer": row.issuer,
        "email": row.email,
        "subject": row.subject,
        "created_at": rfc3339(row.created_at),
        "bound_at": rfc3339(row.bound_at),
    }


@router.get(
    "/session",
    dependencies=[known()],
    responses={200: described("The session", OWN_SESSION), **problems()},
    response_class=Response,
    summary="The session that asks",
)
def get_own_session(principal: PrincipalOf, token: TokenOf) -> Response:
    """Return the session of the browser that asks, with the token that its writes carry; null without one."""
    is_session = principal.session is not None
    found = as_json({"session": principal.session, "csrf": token if is_session else None})
    found.headers["Cache-Control"] = "no-store"
    return found


@router.get(
    "/sessions",
    dependencies=[may("people:read")],
    responses={200: described("A page of sessions", page_schema(SESSION)), **problems()},
    response_class=Response,
    summary="List sessions",
)
def get_sessions(store: StoreOf, principal: PrincipalOf, limit: Limit = 50, after: After = None) -> Response:
    """Return the sessions of the caller's firm, those that have ended included."""
    with store.read(principal.scope) as session:
        statement = select(WebSession)
        return as_json(page_of(session, statement, WebSession.id, limit=limit, after=after, show=session_json))


@router.get(
    "/sessions/{session_id}",
    dependencies=[may("people:read")],
    responses={200: described("The session", SESSION), **problems(404)},
    response_class=Response,
    summary="Read a session",
)
def get_session(session_id: Id, store: StoreOf, principal: PrincipalOf) -> Response:
    """Return a session."""
    with store.read(principal.scope) as session:
        return as_json(session_json(people.found(session, WebSession, session_id)))


@router.delete(
    "/sessions/{session_id}",
    dependencies=[may("people:write")],
    responses={200: described("The session, which has ended", SESSION), **problems(404)},
    response_class=Response,
    summary="End a session",
)
def delete_session(session_id: Id, call: CallOf) -> Response:
    """End a session at once."""

    def work(session: WriteSession) -> Answer:
        return Answer(content=session_json(sessions.end(session, session_id)))

    return call.write("session.end").do(work)


@router.get(
    "/identities",
    dependencies=[may("people:read")],
    responses={200: described("A page of identities", page_schema(IDENTITY)), **problems()},
    response_class=Response,
    summary="List identities",
)
def get_identities(store: StoreOf, principal: PrincipalOf, limit: Limit = 50, after: After = None) -> Response:
    """Return to whom at the provider accounts of the caller's firm are open."""
    with store.read(principal.scope) as session:
        statement = select(UserIdentity)
        return as_json(page_of(session, statement, UserIdentity.id, limit=limit, after=after, show=identity_json))


@router.post(
    "/identities",
    dependencies=[may("people:write")],
    responses={201: described("The identity", IDENTITY), **problems(404, 409)},
    response_class=Response,
    status_code=201,
    summary="Invite somebody",
)
def post_identity(body: IdentityBody, call: CallOf, office: OfficeOf) -> Response:
    """Open the account of a user to somebody at the provider, by verified e-mail address or by subject."""
    issuer = None if office.log_in.oidc is None else office.log_in.oidc.issuer

    def work(session: WriteSession) -> Answer:
        user = people.found(session, User, body.user)
        row = identities.invite(
            session, call.principal, user, issuer=issuer, email=body.email, subject=body.subject
        )  # fmt: skip
        return Answer(content=identity_json(row), status=201, headers={"Location": f"/v1/identities/{row.id}"})

    return call.write("identity.add", body).do(work)


@router.get(
    "/identities/{identity_id}",
    dependencies=[may("people:read")],
    responses={200: described("The identity", IDENTITY), **problems(404)},
    response_class=Response,
    summary="Read an identity",
)
def get_identity(identity_id: Id, store: StoreOf, principal: PrincipalOf) -> Response:
    """Return to whom at the provider an account is open."""
    with store.read(principal.scope) as session:
        return as_json(identity_json(people.found(session, UserIdentity, identity_id)))


@router.delete(
    "/identities/{identity_id}",
    dependencies=[may("people:write")],
    responses={200: described("The identity as it was", IDENTITY), **problems(404)},
    response_class=Response,
    summary="Remove an identity",
)
def delete_identity(identity_id: Id, call: CallOf) -> Response:
    """Close an account to somebody at the provider; their sessions are over."""

    def work(session: WriteSession) -> Answer:
        return Answer(content=identity_json(identities.remove(session, call.principal, identity_id)))

    return call.write("identity.remove").do(work)


@router.patch(
    "/keys/{key_id}",
    dependencies=[may("people:write")],
    responses={200: described("The key", KEY), **problems(404, 409)},
    response_class=Response,
    summary="Narrow a key",
)
def patch_key(key_id: Id, body: KeyChange, call: CallOf) -> Response:
    """Leave a key only some of what it may do. It can never be widened, so no version is asked for."""

    def work(session: WriteSession) -> Answer:
        key = people.locked(session, ApiKey, key_id)
        people.narrow_key(session, call.principal, key, body.scopes)
        return Answer(content=key_json(key))

    return call.write("key.narrow", body).do(work)
