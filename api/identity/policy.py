"""
Who may use an endpoint: one word at each route.

    @router.get("/bookings", dependencies=[may("bookings:read")])

A router can say it for all its routes. A test walks through all routes and fails if any says nothing.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from starlette.concurrency import run_in_threadpool

from api.identity.principal import LOCAL, Principal, identify
from api.identity.roles import SCOPES
from api.identity.words import Scope
from api.office import Office, get_office
from api.refusals import Refusal

_BEARER = HTTPBearer(auto_error=False, description="API key")
_ASK = {"WWW-Authenticate": 'Bearer realm="Hubport"'}
_ASK_BROWSER = {"WWW-Authenticate": 'Basic realm="Hubport", charset="UTF-8"'}
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
"""The names of this machine, under which alone nobody has to say who they are."""

How = Literal["key", "page", "public"]


class Policy:
    """
    Lets those in who may use an endpoint.

    Parameters
    ----------
    scope
        What they must be allowed to do, None if it takes no right.
    how
        ``key``: an API key as bearer token. ``page``: the same, or as the password that a browser asks for.
        ``public``: nothing.
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
        if self.how == "public":
            return
        text = None if given is None else given.credentials
        if text is None and self.how == "page":
            text = _password(request)
        if text is None and office.auth == "off":
            _check_host(request)
            request.state.principal = LOCAL
            return
        found = None
        if text is not None and office.store is not None:
            found = await run_in_threadpool(identify, office.store, text, office.clock())
        if found is None:
            name = "unauthenticated" if text is None else "key-invalid"
            raise Refusal(why=name, headers=_ASK_BROWSER if self.how == "page" else _ASK)
        if self.scope is not None and self.scope not in found.permissions:
            raise Refusal(why="forbidden", detail=f"needs {self.scope}")
        request.state.principal = found


def may(scope: Scope) -> Any:  # noqa: ANN401 - what FastAPI wants in a list of dependencies
    """Return the policy of an endpoint for those with an API key that may do something."""
    return Depends(Policy(scope, "key"))


def known() -> Any:  # noqa: ANN401 - what FastAPI wants in a list of dependencies
    """Return the policy of an endpoint for everybody with an API key, whatever it is for."""
    return Depends(Policy(None, "key"))


def page(scope: Scope) -> Any:  # noqa: ANN401 - what FastAPI wants in a list of dependencies
    """Return the policy of a page: a browser may ask for the key as a password. Never of anything that writes."""
    return Depends(Policy(scope, "page"))


def public() -> Any:  # noqa: ANN401 - what FastAPI wants in a list of dependencies
    """Return the policy of an endpoint that anybody may use."""
    return Depends(Policy(None, "public"))


async def get_principal(request: Request) -> Principal:
    """Return who asks, as the policy of the endpoint has noted."""
    found: Principal = request.state.principal
    return found


PrincipalOf = Annotated[Principal, Depends(get_principal)]


def _password(request: Request) -> str | None:
    """Return the password that a browser sends, None if it sends none."""
    kind, _, coded = request.headers.get("authorization", "").partition(" ")
    if kind.casefold() != "basic":
        return None
    try:
        return base64.b64decode(coded, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _check_host(request: Request) -> None:
    """Refuse a request under another name than this machine's own: a page elsewhere may have had it resolved here."""
    if (request.url.hostname or "") not in LOCAL_HOSTS:
        raise Refusal(why="wrong-host", detail=request.url.hostname or "")
