"""What every request passes: a limit on its body, and headers on its answer."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem

MAX_BODY_BYTES = 1024 * 1024

_STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
# Folium writes its script and style into the page.
_MAP = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_MAP_PATHS = "/map/"
_DRAWN = ("/map.html", "/schedule.html")


class _BodyTooLargeError(Exception):
    """More of a body arrived than is allowed."""


class BodyLimit:
    """
    Refuses bodies above the limit, whether or not they say how large they are.

    Parameters
    ----------
    app
        The application behind.
    limit
        Most bytes of a body.
    larger
        The same by address, where it is more.
    """

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY_BYTES, larger: Mapping[str, int] | None = None) -> None:
        self.app = app
        self.limit = limit
        self._larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self._larger.get(scope["path"], self.limit)
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdecimal() or int(declared) > limit:
            await self._refuse(scope, receive, send, limit)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise _BodyTooLargeError
            return message

        async def watched(message: Message) -> None:
            # The application takes the exception for a body it cannot read; what it says of that is dropped.
            if seen <= limit:
                await send(message)

        with suppress(_BodyTooLargeError):
            await self.app(scope, counted, watched)
        if seen > limit:
            await self._refuse(scope, receive, send, limit)

    @staticmethod
    async def _refuse(scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        """Say that the body is too large."""
        refusal = problem(413, detail=f"the body may have {limit} bytes")
        await refusal(scope, receive, send)


class SecureHeaders:
    """
    Tells browsers to load nothing from elsewhere.

    Parameters
    ----------
    app
        The application behind.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_drawn = scope["path"].startswith(_MAP_PATHS) or scope["path"].endswith(_DRAWN)
        policy = _MAP if is_drawn else _STRICT

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = policy
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
            await send(message)

        await self.app(scope, receive, with_headers)
