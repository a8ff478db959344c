"""The pages of logging in and out: by a key that is pasted once, or at an OpenID provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.identity import cookies, identities, sessions, under_way
from api.identity.oidc import BACK, Person
from api.identity.origins import check_origin, is_secure, local_address
from api.identity.page_faults import NO_STORE, message_of
from api.identity.people import found
from api.identity.policy import PrincipalOf, form, public
from api.identity.principal import Principal, identify
from api.identity.sessions import Browser
from api.office import Office, OfficeOf, StoreOf
from api.pages import language, templates
from api.refusals import Refusal
from api.store.models import User
from api.store.session import WHOLE, Scope
from api.texts import say

if TYPE_CHECKING:
    from api.identity.keys import Secret
    from api.identity.oidc import Provider
    from api.store.session import Store, WriteSession

router = APIRouter(include_in_schema=False)
Return = Annotated[str, Query(alias="return", max_length=4000)]
_WHY = {"session-over": "log_in_over", "unauthenticated": "log_in_needed"}


@router.get("/login", dependencies=[public()])
def get_login(
    request: Request, office: OfficeOf, to: Return = "", why: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """Return the form; who has logged in, or need not, goes on at once."""
    return_to = local_address(to)
    if office.auth == "off" or _is_logged_in(request, office):
        return _go(return_to)
    message = say(language(request), _WHY[why]) if why in _WHY else ""
    return _page(request, office, return_to=return_to, message=message)


@router.post("/login", dependencies=[public()])
def post_login(
    request: Request,
    office: OfficeOf,
    store: StoreOf,
    key: Annotated[str, Form(max_length=400)] = "",
    to: Annotated[str, Form(alias="return", max_length=4000)] = "",
) -> Response:
    """Begin a session with a key, and return to where somebody was going."""
    return_to = local_address(to)
    try:
        check_origin(request, office.log_in)
        principal = _known(store, key.strip(), office)
    except Refusal as refusal:
        return _page(request, office, return_to=return_to, refusal=refusal)

    def work(session: WriteSession) -> Secret:
        user = found(session, User, principal.user)
        return _begin(session, request, office, user, key=principal.key)

    scope = Scope(principal.firm, principal.user, sees_all=True)
    secret = store.write(scope, "session.begin", office.clock(), work)
    return _enter(request, office, secret, return_to)


@router.get("/login/oidc", dependencies=[public()])
def get_oidc(request: Request, office: OfficeOf, store: StoreOf, to: Return = "") -> Response:
    """Send somebody to the provider."""
    return_to, now = local_address(to), office.clock()
    try:
        provider = _provider(office)
        begun = store.write(WHOLE, "log-in.begin", now, lambda session: under_way.begin(session, return_to))
        address = provider.address(
            state=begun.state,
            nonce=under_way.nonce_of(begun.cookie),
            verifier=under_way.verifier_of(begun.cookie),
            now=now,
        )
    except Refusal as refusal:
        return _page(request, office, return_to=return_to, refusal=refusal)
    response = _go(address)
    is_safe = is_secure(request, office.log_in)
    cookies.give(response, cookies.UNDER_WAY, begun.cookie, is_secure=is_safe, lasts=under_way.VALID)
    return response


@router.get(BACK, dependencies=[public()])
def get_back(request: Request, office: OfficeOf, store: StoreOf) -> Response:
    """Take somebody back from the provider: once, in the browser that was sent there, and for a code that holds."""
    now, query = office.clock(), request.query_params
    cookie = cookies.read(request, cookies.UNDER_WAY, is_secure=is_secure(request, office.log_in))
    try:
        provider = _provider(office)
        state = query.get("state", "")
        store.write(WHOLE, "log-in.return", now, lambda session: under_way.come_back(session, state, cookie))
        provider.check_issuer(query.get("iss"), now)
        # Without the cookie there would have been no way back.
        word = cookie or ""
        person = provider.person(
            code=_code(request), nonce=under_way.nonce_of(word), verifier=under_way.verifier_of(word), now=now
        )
        return _admit(request, office, store, person, word)
    except Refusal as refusal:
        return _page(request, office, refusal=refusal)


@router.post("/login/account", dependencies=[public()])
def post_account(
    request: Request,
    office: OfficeOf,
    store: StoreOf,
    account: Annotated[str, Form(max_length=40, pattern=r"^[a-z0-9_]*$")] = "",
) -> Response:
    """Go on as one of the users whose accounts are open to somebody who has come back."""
    cookie = cookies.read(request, cookies.UNDER_WAY, is_secure=is_secure(request, office.log_in))
    try:
        check_origin(request, office.log_in)
        return _as(request, office, store, cookie, account)
    except Refusal as refusal:
        return _page(request, office, refusal=refusal)


@router.post("/logout", dependencies=[form(None)])
def post_logout(request: Request, office: OfficeOf, store: StoreOf, principal: PrincipalOf) -> Response:
    """End the session."""
    identifier = principal.session
    if identifier is not None:
        store.write(principal.scope, "session.end", office.clock(), lambda session: sessions.end(session, identifier))
    response = _go(f"/login?{urlencode({'lang': language(request)})}")
    cookies.take(response, cookies.SESSION, is_secure=is_secure(request, office.log_in))
    return response


def _known(store: Store, key: str, office: Office) -> Principal:
    """Return who has a key; refused when it is none."""
    found = identify(store, key, office.clock())
    if found is None:
        raise Refusal(why="key-invalid")
    return found


def _code(request: Request) -> str:
    """Return the code that came back; refused when the provider said no instead."""
    code = request.query_params.get("code")
    if not code:
        raise Refusal(why="log-in-failed", detail="error" if "error" in request.query_params else "code")
    return code


def _admit(request: Request, office: Office, store: Store, person: Person, cookie: str) -> Response:
    """Begin the session of the one account that is open to somebody, or ask which."""
    with store.read(WHOLE) as session:
        accounts = identities.accounts_of(session, person)
    if not accounts:
        raise Refusal(why="log-in-unknown")
    kept = person._asdict()
    store.write(WHOLE, "log-in.keep", office.clock(), lambda session: under_way.keep(session, cookie, kept))
    if len(accounts) == 1:
        return _as(request, office, store, cookie, accounts[0].identity.id)
    listed = [{"id": account.identity.id, "firm": account.firm.name, "user": account.user.name} for account in accounts]
    return _page(request, office, accounts=listed)


def _as(request: Request, office: Office, store: Store, cookie: str | None, identifier: str) -> Response:
    """Begin the session of somebody who has come back."""

    def work(session: WriteSession) -> tuple[Secret, str]:
        row = under_way.finish(session, cookie)
        person = Person(**(row.claims or {}))
        user = identities.enter(session, person, identifier)
        return _begin(session, request, office, user, identity=identifier, person=person), row.return_to

    secret, return_to = store.write(WHOLE, "session.begin", office.clock(), work)
    response = _enter(request, office, secret, return_to)
    cookies.take(response, cookies.UNDER_WAY, is_secure=is_secure(request, office.log_in))
    return response


def _begin(
    session: WriteSession,
    request: Request,
    office: Office,
    user: User,
    *,
    key: str | None = None,
    identity: str | None = None,
    person: Person | None = None,
) -> Secret:
    """Begin a session in the place of the one the browser had."""
    sessions.end_given(
        session, cookies.read(request, cookies.SESSION, is_secure=is_secure(request, office.log_in))
    )  # fmt: skip
    browser = Browser(
        request.headers.get("user-agent", ""), "" if request.client is None else request.client.host
    )  # fmt: skip
    roles = None if person is None else person.roles
    return sessions.begin(session, user, browser, office.log_in, key=key, identity=identity, roles=roles)


def _enter(request: Request, office: Office, secret: Secret, return_to: str) -> Response:
    response = _go(return_to)
    cookies.give(response, cookies.SESSION, secret.shown, is_secure=is_secure(request, office.log_in))
    return response


def _provider(office: Office) -> Provider:
    if office.provider is None:
        raise Refusal(why="no-provider")
    return office.provider


def _is_logged_in(request: Request, office: Office) -> bool:
    text = cookies.read(request, cookies.SESSION, is_secure=is_secure(request, office.log_in))
    if text is None or office.store is None:
        return False
    return sessions.visit(office.store, text, office.log_in, office.clock()) is not None


def _go(address: str) -> RedirectResponse:
    return RedirectResponse(address, status_code=303, headers=NO_STORE)


def _page(
    request: Request,
    office: Office,
    *,
    return_to: str = "/",
    message: str = "",
    refusal: Refusal | None = None,
    accounts: list[dict[str, str]] | None = None,
) -> HTMLResponse:
    lang = language(request)
    if refusal is not None:
        message = message_of(refusal, lang) + (f" ({refusal.detail})" if refusal.detail else "")
    query = urlencode({"return": return_to, "lang": "zh" if lang == "en" else "en"})
    html = templates.get_template("login.html").render(
        lang=lang,
        other=f"/login?{query}",
        fingerprint="",
        return_to=return_to,
        message=message,
        is_refused=refusal is not None,
        fault=message if refusal is not None and refusal.name == "key-invalid" else "",
        accounts=accounts,
        provider=office.log_in.oidc.name if office.provider is not None and office.log_in.oidc is not None else "",
    )
    return HTMLResponse(html, status_code=200 if refusal is None else refusal.kind.status, headers=NO_STORE)
