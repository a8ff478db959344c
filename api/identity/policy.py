"""
Who may use an endpoint: one word at each route.

    @router.get("/bookings", dependencies=[may("bookings:read")])

A router can say it for all its routes. A test walks through all routes and fails if any says nothing.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from starlette.concurrency import run_in_threadpool

from api.identity import cookies
from api.identity.origins import SAFE, check_origin, check_token, is_secure
from api.identity.principal import LOCAL, Principal, identify
from api.identity.roles import SCOPES
from api.identity.sessions import visit
from api.identity.words import Scope
from api.navigation import seen_by
from api.office import Office, get_office
from api.refusals import Refusal

_BEARER = HTTPBearer(auto_error=False, description="API key")
_ASK = {"WWW-Authenticate": 'Bearer realm="Hubport"'}
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
"""The names of this machine, under which alone nobody has to say who they are."""

How = Literal["key", "page", "form", "public"]


class Policy:
    """
    Lets those in who may use an endpoint.

    Parameters
    ----------
    scope
        What they must be allowed to do, None if it takes no right.
    how
        ``key``: an API key as bearer token, or a session, whose writes carry its token in a header. ``page``: the
        same, for what people look at; they are sent to log in. ``form``: the same, for what a page sends; the token
        may be a field of the form. ``public``: nothing.
    """

    def __init__(self, scope: Scope | None, how: How) -> None:
        if scope is not None and scope not in SCOPES:
            msg = f"{scope!r} is not in the table of scopes"
            raise ValueError(msg)
        self.scope: Scope | None = scope
        self.how: How = how

    async def __call__(
        self,
        request: Request,
        office: Annotated[Office, Depends(get_office)],
        given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    ) -> None:
        """Refuse a request, or note who makes it."""
        # What is refused further on is shown as a page, or as a problem document.
        request.state.is_page = self.how in {"page", "form"}
        if self.how == "public":
            return
        if given is not None:
            found = await self._by_key(office, given.credentials)
        elif office.auth == "off":
            found = self._at_this_machine(request, office)
        else:
            found = await self._by_session(request, office)
        seen_by.set(found.permissions)
        if self.scope is not None and self.scope not in found.permissions:
            raise Refusal(why="forbidden", detail=f"needs {self.scope}")
        request.state.principal = found

    @staticmethod
    async def _by_key(office: Office, text: str) -> Principal:
        """Return who has a key. A key is never sent unasked, so nothing else is looked at."""
        found = None
        if office.store is not None:
            found = await run_in_threadpool(identify, office.store, text, office.clock())
        if found is None:
            raise Refusal(why="key-invalid", headers=_ASK)
        return found

    def _at_this_machine(self, request: Request, office: Office) -> Principal:
        """Return the one person at this machine; sessions of other services on it do not matter."""
        _check_host(request)
        if self.how == "form":
            check_origin(request, office.log_in)
        request.state.token = ""
        return LOCAL

    async def _by_session(self, request: Request, office: Office) -> Principal:
        """Return who has logged in, and see to it that a page of this service makes the request."""
        text = cookies.read(request, cookies.SESSION, is_secure=is_secure(request, office.log_in))
        if text is None or office.store is None:
            raise Refusal(why="unauthenticated", headers=_ASK)
        found = await run_in_threadpool(visit, office.store, text, office.log_in, office.clock())
        if found is None:
            raise Refusal(why="session-over", headers=_ASK)
        if request.method not in SAFE:
            check_origin(request, office.log_in)
            await check_token(request, found.token, in_form=self.how == "form")
        request.state.token = found.token
        return found.principal


def may(scope: Scope) -> Any:  # noqa: ANN401 - what FastAPI wants in a list of dependencies
    """Return the policy of an endpoint for those who may do something."""
    return Depends(Policy(scope, "key"))


def known() -> Any:  # noqa: ANN401 - what FastAPI wants in a list of dependencies
    """Return the policy of an endpoint for everybody who is known, whatever they may do."""
    return Depends(Policy(None, "key"))


def page(scope: Scope | None) -> Any:  # noqa: ANN401 - what FastAPI wants in a list of dependencies
    """Return the policy of a page: who has not logged in is sent to do so. Never of anything that writes."""
    return Depends(Policy(scope, "page"))


def form(scope: Scope | None) -> Any:  # noqa: ANN401 - what FastAPI wants in a list of dependencies
    """Return the policy of what a page sends: it carries the token of the session, and comes from this service."""
    return Depends(Policy(scope, "form"))


def public() -> Any:  # noqa: ANN401 - what FastAPI wants in a list of dependencies
    """Return the policy of an endpoint that anybody may use."""
    return Depends(Policy(None, "public"))


async def get_principal(request: Request) -> Principal:
    """Return who asks, as the policy of the endpoint has noted."""
    found: Principal = request.state.principal
    return found


async def get_token(request: Request) -> str:
    """Return the token that forms of a page carry; empty where no session is."""
    return str(getattr(request.state, "token", ""))


PrincipalOf = Annotated[Principal, Depends(get_principal)]
TokenOf = Annotated[str, Depends(get_token)]


def _check_host(request: Request) -> None:
    """Refuse a request under another name than this machine's own: a page elsewhere may have had it resolved here."""
    if (request.url.hostname or "") not in LOCAL_HOSTS:
        raise Refusal(why="wrong-host", detail=request.url.hostname or "")
