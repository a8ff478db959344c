"""The JSON interface of firms, users and keys."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field
from sqlalchemy import select

from api.bodies import Body, Identifier, Moment, Name, described, rfc3339
from api.endpoints import as_json
from api.fields import Fields, fields_of
from api.filters import Condition, Filters, filters_of, has_text, is_text, is_true
from api.identity import people
from api.identity.policy import PrincipalOf, known, may, public
from api.identity.principal import LOCAL
from api.identity.schema import FIRM, KEY, ME, NEW_KEY, USER
from api.identity.words import Role, Scope
from api.office import OfficeOf, StoreOf
from api.openapi_words import page_of as page_schema
from api.openapi_words import some_of
from api.paging import After, Limit, page_of
from api.problem_docs import problems
from api.store.models import ApiKey, Firm, User
from api.store.session import WriteSession
from api.writes import Answer, CallOf, ChangeOf, check_match, etag, new_write

router = APIRouter(prefix="/v1", tags=["identity"])
Id = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_]+$")]


def _is_given(column: Any) -> Condition:  # noqa: ANN401 - a column
    """Return the condition that something has, or has not, happened."""
    return lambda value: column.is_not(None) if value else column.is_(None)


FirmFields = Annotated[Fields, fields_of("id", "name", "house", "created_at", "disabled_at")]
FirmFilters = Annotated[
    Filters,
    filters_of(has_text("name", Firm.name, "Part of the name"), is_true("disabled", _is_given(Firm.disabled_at))),
]
UserFields = Annotated[Fields, fields_of("id", "firm", "name", "roles", "created_at", "disabled_at")]
UserFilters = Annotated[
    Filters,
    filters_of(
        has_text("name", User.name, "Part of the name"),
        is_text("firm", User.firm_id),
        is_true("disabled", _is_given(User.disabled_at)),
    ),
]
KeyFields = Annotated[
    Fields,
    fields_of("id", "firm", "user", "name", "scopes", "created_at", "expires_at", "revoked_at", "replaced_by"),
]
KeyFilters = Annotated[
    Filters, filters_of(is_text("user", ApiKey.user_id), is_true("revoked", _is_given(ApiKey.revoked_at)))
]


class FirmBody(Body):
    """A firm."""

    name: Name = Field(examples=["瓯海眼镜出口"])


class FirmChange(Body):
    """What of a firm may change."""

    name: Name | None = None
    disabled: bool | None = None


class UserBody(Body):
    """A user of a firm, the caller's own when none is named."""

    name: Name = Field(examples=["王芳"])
    roles: list[Role] = Field(min_length=1, max_length=5, examples=[["forwarder"]])
    firm: Identifier | None = None


class UserChange(Body):
    """What of a user may change."""

    roles: list[Role] | None = Field(default=None, min_length=1, max_length=5)
    disabled: bool | None = None


class KeyBody(Body):
    """A key for a user; with scopes it may do no more than those."""

    user: Identifier
    name: Name = Field(examples=["ERP"])
    scopes: list[Scope] = Field(default=[], max_length=40)
    expires_at: Moment | None = None


class Rotation(Body):
    """How long the old key can still be used."""

    grace_hours: int = Field(default=24, ge=0, le=720)


class Token(Body):
    """The token that the service printed when it was started for the first time."""

    token: str = Field(min_length=1, max_length=200)


def firm_json(firm: Firm) -> dict[str, Any]:
    """Return a firm as JSON."""
    return {
        "id": firm.id,
        "name": firm.name,
        "house": firm.is_house,
        "created_at": rfc3339(firm.created_at),
        "disabled_at": rfc3339(firm.disabled_at),
    }


def user_json(user: User) -> dict[str, Any]:
    """Return a user as JSON."""
    return {
        "id": user.id,
        "firm": user.firm_id,
        "name": user.name,
        "roles": user.roles,
        "created_at": rfc3339(user.created_at),
        "disabled_at": rfc3339(user.disabled_at),
    }


def key_json(key: ApiKey) -> dict[str, Any]:
    """Return a key as JSON, without what is secret about it."""
    return {
        "id": key.id,
        "firm": key.firm_id,
        "user": key.user_id,
        "name": key.name,
        "scopes": key.scopes,
        "created_at": rfc3339(key.created_at),
        "expires_at": rfc3339(key.expires_at),
        "revoked_at": rfc3339(key.revoked_at),
        "replaced_by": key.replaced_by,
    }


def _tagged(content: dict[str, Any], identifier: str, version: int, made: str = "") -> Answer:
    """Return something with its version; what was just made, with its address among those of its kind."""
    headers = {"ETag": etag(identifier, version)} | ({"Location": f"/v1/{made}/{identifier}"} if made else {})
    return Answer(content=content, status=201 if made else 200, headers=headers)


def _new_key(key: ApiKey, shown: str) -> Answer:
    headers = {"Location": f"/v1/keys/{key.id}", "Cache-Control": "no-store"}
    return Answer(content=key_json(key) | {"secret": shown}, status=201, headers=headers, secret=("secret",))


@router.get("/me", dependencies=[known()], responses={200: described("Who asks", ME)}, summary="Who asks")
async def get_me(principal: PrincipalOf) -> dict[str, Any]:
    """Return whose key it is, and what it may do."""
    return {
        "firm": principal.firm,
        "user": principal.user,
        "key": principal.key,
        "scopes": sorted(principal.permissions),
        "sees_all_firms": principal.sees_all,
        "identified": principal is not LOCAL,
    }


@router.post(
    "/first-key",
    dependencies=[public()],
    responses={201: described("The key", NEW_KEY), **problems(403)},
    status_code=201,
    response_class=Response,
    summary="Redeem the first token",
)
def post_first_key(body: Token, request: Request, office: OfficeOf) -> Response:
    """Return the first key of an administrator for the token that was printed; once."""
    write = new_write(request, office, LOCAL, action="first-key", key=None, needs_key=False)
    return write.do(lambda session: _new_key(*_shown(people.redeem(session, body.token))))


@router.get(
    "/firms",
    dependencies=[may("firms:read")],
    responses={200: described("A page of firms", page_schema(some_of(FIRM)))},
    response_class=Response,
    summary="List firms",
)
def get_firms(
    store: StoreOf, principal: PrincipalOf, filters: FirmFilters, fields: FirmFields, limit: Limit = 50,
    after: After = None,
) -> Response:  # fmt: skip
    """Return the firms that use the service."""
    with store.read(principal.scope) as session:
        asked = select(Firm).where(*filters)
        return as_json(page_of(session, asked, Firm.id, limit=limit, after=after, show=fields.of(firm_json)))


@router.post(
    "/firms",
    dependencies=[may("firms:write")],
    responses={201: described("The firm", FIRM)},
    status_code=201,
    response_class=Response,
    summary="Add a firm",
)
def post_firm(
    body: FirmBody,
    call: CallOf,
) -> Response:
    """Add a firm."""

    def work(session: WriteSession) -> Answer:
        firm = people.add_firm(session, body.name)
        return _tagged(firm_json(firm), firm.id, firm.version, "firms")

    return call.write("firm.add", body).do(work)


@router.get(
    "/firms/{firm_id}",
    dependencies=[may("firms:read")],
    responses={200: described("The firm", FIRM)},
    response_class=Response,
    summary="Read a firm",
)
def get_firm(firm_id: Id, store: StoreOf, principal: PrincipalOf) -> Response:
    """Return a firm."""
    with store.read(principal.scope) as session:
        firm = people.found(session, Firm, firm_id)
    return _read(firm_json(firm), firm.id, firm.version)


@router.patch(
    "/firms/{firm_id}",
    dependencies=[may("firms:write")],
    responses={200: described("The firm", FIRM)},
    response_class=Response,
    summary="Change a firm",
)
def patch_firm(
    firm_id: Id, body: FirmChange,
    call: ChangeOf,
) -> Response:  # fmt: skip
    """Rename a firm, or keep its people out."""

    def work(session: WriteSession) -> Answer:
        firm = people.locked(session, Firm, firm_id)
        check_match(call.match, firm.id, firm.version)
        people.change_firm(session, firm, body.name, disabled=body.disabled)
        return _tagged(firm_json(firm), firm.id, firm.version)

    return call.write("firm.change", body).do(work)


@router.get(
    "/users",
    dependencies=[may("people:read")],
    responses={200: described("A page of users", page_schema(some_of(USER)))},
    response_class=Response,
    summary="List users",
)
def get_users(
    store: StoreOf, principal: PrincipalOf, filters: UserFilters, fields: UserFields, limit: Limit = 50,
    after: After = None,
) -> Response:  # fmt: skip
    """Return the users of the caller's firm; of every firm for those who oversee all."""
    with store.read(principal.scope) as session:
        asked = select(User).where(*filters)
        return as_json(page_of(session, asked, User.id, limit=limit, after=after, show=fields.of(user_json)))


@router.post(
    "/users",
    dependencies=[may("people:write")],
    responses={201: described("The user", USER), **problems(404)},
    status_code=201,
    response_class=Response,
    summary="Add a user",
)
def post_user(
    body: UserBody,
    call: CallOf,
) -> Response:
    """Add a user."""

    def work(session: WriteSession) -> Answer:
        user = people.add_user(session, call.principal, body.firm or call.principal.firm, body.name, body.roles)
        return _tagged(user_json(user), user.id, user.version, "users")

    return call.write("user.add", body).do(work)


@router.get(
    "/users/{user_id}",
    dependencies=[may("people:read")],
    responses={200: described("The user", USER)},
    response_class=Response,
    summary="Read a user",
)
def get_user(user_id: Id, store: StoreOf, principal: PrincipalOf) -> Response:
    """Return a user."""
    with store.read(principal.scope) as session:
        user = people.found(session, User, user_id)
    return _read(user_json(user), user.id, user.version)


@router.patch(
    "/users/{user_id}",
    dependencies=[may("people:write")],
    responses={200: described("The user", USER)},
    response_class=Response,
    summary="Change a user",
)
def patch_user(
    user_id: Id, body: UserChange,
    call: ChangeOf,
) -> Response:  # fmt: skip
    """Change what a user may do, or keep the user out."""

    def work(session: WriteSession) -> Answer:
        user = people.locked(session, User, user_id)
        check_match(call.match, user.id, user.version)
        people.change_user(session, call.principal, user, body.roles, disabled=body.disabled)
        return _tagged(user_json(user), user.id, user.version)

    return call.write("user.change", body).do(work)


@router.get(
    "/keys",
    dependencies=[may("people:read")],
    responses={200: described("A page of keys", page_schema(some_of(KEY)))},
    response_class=Response,
    summary="List keys",
)
def get_keys(
    store: StoreOf, principal: PrincipalOf, filters: KeyFilters, fields: KeyFields, limit: Limit = 50,
    after: After = None,
) -> Response:  # fmt: skip
    """Return the keys of the caller's firm, without their secrets."""
    with store.read(principal.scope) as session:
        asked = select(ApiKey).where(*filters)
        return as_json(page_of(session, asked, ApiKey.id, limit=limit, after=after, show=fields.of(key_json)))


@router.post(
    "/keys",
    dependencies=[may("people:write")],
    responses={201: described("The key; its secret is shown once", NEW_KEY), **problems(404)},
    status_code=201,
    response_class=Response,
    summary="Add a key",
)
def post_key(
    body: KeyBody,
    call: CallOf,
) -> Response:
    """Add a key; its secret is in this answer and never again."""

    def work(session: WriteSession) -> Answer:
        user = people.found(session, User, body.user)
        made = people.add_key(
            session, call.principal, user, name=body.name, scopes=body.scopes, expires_at=body.expires_at
        )
        return _new_key(*_shown(made))

    return call.write("key.add", body).do(work)


@router.get(
    "/keys/{key_id}",
    dependencies=[may("people:read")],
    responses={200: described("The key", KEY)},
    response_class=Response,
    summary="Read a key",
)
def get_key(key_id: Id, store: StoreOf, principal: PrincipalOf) -> Response:
    """Return a key, without its secret."""
    with store.read(principal.scope) as session:
        return as_json(key_json(people.found(session, ApiKey, key_id)))


@router.post(
    "/keys/{key_id}/rotate",
    dependencies=[may("people:write")],
    responses={201: described("The new key", NEW_KEY)},
    status_code=201,
    response_class=Response,
    summary="Replace a key",
)
def post_rotation(
    key_id: Id,
    body: Rotation,
    call: CallOf,
) -> Response:
    """Replace a key; the old one ends after the hours given."""

    def work(session: WriteSession) -> Answer:
        old = people.locked(session, ApiKey, key_id)
        grace = dt.timedelta(hours=body.grace_hours)
        return _new_key(*_shown(people.rotate_key(session, call.principal, old, grace)))

    return call.write("key.rotate", body).do(work)


@router.delete(
    "/keys/{key_id}",
    dependencies=[may("people:write")],
    responses={200: described("The key", KEY)},
    response_class=Response,
    summary="Revoke a key",
)
def delete_key(
    key_id: Id,
    call: CallOf,
) -> Response:
    """End a key at once."""

    def work(session: WriteSession) -> Answer:
        old = people.locked(session, ApiKey, key_id)
        people.revoke_key(session, old)
        return Answer(content=key_json(old))

    return call.write("key.revoke").do(work)


def _read(content: dict[str, Any], identifier: str, version: int) -> Response:
    response = as_json(content)
    response.headers["ETag"] = etag(identifier, version)
    return response


def _shown(made: tuple[ApiKey, Any]) -> tuple[ApiKey, str]:
    return made[0], made[1].shown
