"""What the pages of administrators send: the same writes as those of the JSON interface, once for each form."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple, TypeVar

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ValidationError

from api.identity import identities, people, sessions
from api.identity.admin_again import again_of
from api.identity.admin_pages import firms_page, shown, user_page, users_page
from api.identity.bodies import IdentityBody, KeyChange
from api.identity.endpoints import (
    FirmBody,
    FirmChange,
    KeyBody,
    Rotation,
    UserBody,
    UserChange,
    firm_json,
    key_json,
    user_json,
)
from api.identity.keys import Secret
from api.identity.login_endpoints import identity_json, session_json
from api.identity.page_faults import NO_STORE
from api.identity.policy import PrincipalOf, TokenOf, form
from api.identity.principal import Principal
from api.office import Office, OfficeOf, StoreOf
from api.pages import language
from api.refusals import Refusal
from api.store.models import ApiKey, Firm, User
from api.store.session import Store, WriteSession
from api.writes import Answer, check_match, etag, new_write

B = TypeVar("B", bound=BaseModel)

router = APIRouter(include_in_schema=False)
Id = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_]+$")]
Field = Annotated[str, Form(max_length=400)]
Fields = Annotated[list[str], Form(max_length=60)]
_MOST_DAYS, _MOST_DIGITS = 3650, 9


class Sent(NamedTuple):
    """A form that was sent: by whom, and the word that makes it count once."""

    request: Request
    office: Office
    store: Store
    principal: Principal
    token: str
    once: str

    def do(self, action: str, body: BaseModel | None, work: Callable[[WriteSession], Answer]) -> dict[str, Any]:
        """
        Do the write of a form, and return its answer.

        Raises
        ------
        Refusal
            When a rule does not allow it.
        """
        key = f"form-{self.once}" if self.once else None
        write = new_write(self.request, self.office, self.principal, action=action, key=key, body=body)
        response = write.do(work)
        found: dict[str, Any] = json.loads(bytes(response.body))
        if response.status_code >= 400:  # noqa: PLR2004 - of HTTP
            name = str(found["type"]).rpartition(":")[2]
            detail = "" if found["detail"] == found["title"] else found["detail"]
            raise Refusal(why=name, detail=detail, subject=found.get("subject"))
        return found

    def to(self, address: str) -> Response:
        """Return the way on."""
        return RedirectResponse(f"{address}?lang={language(self.request)}", status_code=303, headers=NO_STORE)

    def again(self, refusal: Refusal, form: str, **typed: Any) -> Response:  # noqa: ANN401 - as it was sent
        """Return the page of a form with what is wrong with it."""
        found = again_of(refusal, form, language(self.request), **typed)
        seen = (self.request, self.store, self.principal, self.token)
        return firms_page(*seen, again=found) if form.startswith("firm") else users_page(*seen, again=found)

    def user_again(self, user_id: str, refusal: Refusal, form: str, **typed: Any) -> Response:  # noqa: ANN401 - as it was sent
        """Return the page of a user with what is wrong with one of its forms."""
        found = again_of(refusal, form, language(self.request), **typed)
        return user_page(user_id, self.request, self.office, self.store, self.principal, self.token, found)


async def _get_sent(
    request: Request, office: OfficeOf, store: StoreOf, principal: PrincipalOf, token: TokenOf, once: Field = ""
) -> Sent:
    return Sent(request, office, store, principal, token, once)


SentOf = Annotated[Sent, Depends(_get_sent)]


@router.post("/admin/firms", dependencies=[form("firms:write")])
def post_firm(sent: SentOf, name: Field = "") -> Response:
    """Add a firm."""
    try:
        body = _read(FirmBody, name=name)
        sent.do("firm.add", body, lambda session: Answer(content=firm_json(people.add_firm(session, body.name))))
    except Refusal as refusal:
        return sent.again(refusal, "firm", name=name)
    return sent.to("/admin/firms")


@router.post("/admin/firms/{firm_id}", dependencies=[form("firms:write")])
def post_firm_change(firm_id: Id, sent: SentOf, version: Field = "", name: Field = "", is_out: Field = "") -> Response:
    """Rename a firm, or keep its people out."""

    def work(session: WriteSession) -> Answer:
        firm = people.locked(session, Firm, firm_id)
        check_match(etag(firm.id, _version(version)), firm.id, firm.version)
        people.change_firm(session, firm, body.name, disabled=body.disabled)
        return Answer(content=firm_json(firm))

    try:
        body = _read(FirmChange, name=name, disabled=_flag(is_out))
        sent.do("firm.change", body, work)
    except Refusal as refusal:
        return sent.again(refusal, f"firm-{firm_id}", name=name)
    return sent.to("/admin/firms")


@router.post("/admin/users", dependencies=[form("people:write")])
def post_user(sent: SentOf, roles: Fields = [], name: Field = "", firm: Field = "") -> Response:  # noqa: B006
    """Add a user."""

    def work(session: WriteSession) -> Answer:
        user = people.add_user(session, sent.principal, body.firm or sent.principal.firm, body.name, body.roles)
        return Answer(content=user_json(user))

    try:
        body = _read(UserBody, name=name, roles=roles, firm=firm or None)
        found = sent.do("user.add", body, work)
    except Refusal as refusal:
        return sent.again(refusal, "user", name=name, roles=roles, firm=firm)
    return sent.to(f"/admin/users/{found['id']}")


@router.post("/admin/users/{user_id}", dependencies=[form("people:write")])
def post_user_change(
    user_id: Id, sent: SentOf, version: Field = "", roles: Fields = [], is_out: Field = ""  # noqa: B006
) -> Response:  # fmt: skip
    """Change what a user may do, or keep the user out."""
    flag = _flag(is_out)

    def work(session: WriteSession) -> Answer:
        user = people.locked(session, User, user_id)
        check_match(etag(user.id, _version(version)), user.id, user.version)
        people.change_user(session, sent.principal, user, body.roles, disabled=body.disabled)
        return Answer(content=user_json(user))

    try:
        body = _read(UserChange, roles=None if flag is not None else roles, disabled=flag)
        sent.do("user.change", body, work)
    except Refusal as refusal:
        return sent.user_again(user_id, refusal, "change" if flag is None else "out", roles=roles)
    return sent.to(f"/admin/users/{user_id}")


@router.post("/admin/users/{user_id}/keys", dependencies=[form("people:write")])
def post_key(user_id: Id, sent: SentOf, name: Field = "", scopes: Fields = [], days: Field = "") -> Response:  # noqa: B006
    """Make a key, and show it this once."""

    def work(session: WriteSession) -> Answer:
        user = people.found(session, User, user_id)
        made = people.add_key(
            session, sent.principal, user, name=body.name, scopes=body.scopes, expires_at=body.expires_at
        )
        return _new(*made)

    try:
        until = _after(sent.office, days)
        body = _read(KeyBody, user=user_id, name=name, scopes=scopes, expires_at=until)
        found = sent.do("key.add", body, work)
    except Refusal as refusal:
        return sent.user_again(user_id, refusal, "key", name=name, scopes=scopes, days=days)
    return _shown_key(sent, found)


@router.post("/admin/keys/{key_id}/rotate", dependencies=[form("people:write")])
def post_rotation(key_id: Id, sent: SentOf, grace_hours: Field = "24") -> Response:
    """Replace a key, and show the new one this once."""

    def work(session: WriteSession) -> Answer:
        key = people.locked(session, ApiKey, key_id)
        return _new(*people.rotate_key(session, sent.principal, key, dt.timedelta(hours=body.grace_hours)))

    try:
        body = _read(Rotation, grace_hours=_number(grace_hours))
        found = sent.do("key.rotate", body, work)
    except Refusal as refusal:
        return sent.user_again(_user_of(sent, key_id), refusal, f"rotate-{key_id}", grace_hours=grace_hours)
    return _shown_key(sent, found)


@router.post("/admin/keys/{key_id}/narrow", dependencies=[form("people:write")])
def post_narrowing(key_id: Id, sent: SentOf, scopes: Fields = []) -> Response:  # noqa: B006
    """Leave a key only some of what it may do."""

    def work(session: WriteSession) -> Answer:
        key = people.locked(session, ApiKey, key_id)
        people.narrow_key(session, sent.principal, key, _read(KeyChange, scopes=scopes).scopes)
        return Answer(content=key_json(key))

    try:
        found = sent.do("key.narrow", None, work)
    except Refusal as refusal:
        return sent.user_again(_user_of(sent, key_id), refusal, f"narrow-{key_id}", scopes=scopes)
    return sent.to(f"/admin/users/{found['user']}")


@router.post("/admin/keys/{key_id}/revoke", dependencies=[form("people:write")])
def post_revocation(key_id: Id, sent: SentOf) -> Response:
    """End a key at once."""

    def work(session: WriteSession) -> Answer:
        key = people.locked(session, ApiKey, key_id)
        people.revoke_key(session, key)
        return Answer(content=key_json(key))

    found = sent.do("key.revoke", None, work)
    return sent.to(f"/admin/users/{found['user']}")


@router.post("/admin/users/{user_id}/identities", dependencies=[form("people:write")])
def post_identity(user_id: Id, sent: SentOf, email: Field = "", subject: Field = "") -> Response:
    """Open the account of a user to somebody at the provider."""
    issuer = None if sent.office.log_in.oidc is None else sent.office.log_in.oidc.issuer

    def work(session: WriteSession) -> Answer:
        user = people.found(session, User, user_id)
        body = _read(IdentityBody, user=user_id, email=email or None, subject=subject or None)
        row = identities.invite(
            session, sent.principal, user, issuer=issuer, email=body.email, subject=body.subject
        )  # fmt: skip
        return Answer(content=identity_json(row))

    try:
        sent.do("identity.add", None, work)
    except Refusal as refusal:
        return sent.user_again(user_id, refusal, "identity", email=email, subject=subject)
    return sent.to(f"/admin/users/{user_id}")


@router.post("/admin/identities/{identity_id}/remove", dependencies=[form("people:write")])
def post_removal(identity_id: Id, sent: SentOf) -> Response:
    """Close an account to somebody at the provider."""

    def work(session: WriteSession) -> Answer:
        return Answer(content=identity_json(identities.remove(session, sent.principal, identity_id)))

    found = sent.do("identity.remove", None, work)
    return sent.to(f"/admin/users/{found['user']}")


@router.post("/admin/sessions/{session_id}/end", dependencies=[form("people:write")])
def post_end(session_id: Id, sent: SentOf) -> Response:
    """End a session at once."""
    found = sent.do(
        "session.end", None, lambda session: Answer(content=session_json(sessions.end(session, session_id)))
    )
    return sent.to(f"/admin/users/{found['user']}")


def _user_of(sent: Sent, key_id: str) -> str:
    """Return the user of a key, on whose page its forms stand."""
    with sent.store.read(sent.principal.scope) as session:
        return people.found(session, ApiKey, key_id).user_id


def _new(key: ApiKey, secret: Secret) -> Answer:
    return Answer(content=key_json(key) | {"secret": secret.shown}, secret=("secret",))


def _shown_key(sent: Sent, found: dict[str, Any]) -> Response:
    """Return the page with a new key; whoever sends the form again finds that it was shown."""
    return shown(sent.request, sent.principal, sent.token, "admin_key.html", here="keys", key=found)


def _read(model: type[B], **values: object) -> B:
    """
    Return the fields of a form, checked like those of the JSON interface.

    Raises
    ------
    Refusal
        Naming the fields that are wrong.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        names = dict.fromkeys(str(item["loc"][0]) if item["loc"] else "-" for item in error.errors())
        raise Refusal(why="form-invalid", detail=", ".join(names)) from None


def _number(text: str) -> int | str:
    """Return the number that a field of a form holds, or the text as it is for whoever refuses it."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else text


def _flag(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)


def _version(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004 - no version


def _after(office: Office, days: str) -> dt.datetime | None:
    """Return the instant some days from now, None for an empty field."""
    if not days.strip():
        return None
    if not (days.strip().isascii() and days.strip().isdecimal() and 0 < int(days[:9]) <= _MOST_DAYS):
        raise Refusal(why="form-invalid", detail="days")
    return office.clock() + dt.timedelta(days=int(days))
