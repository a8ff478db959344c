"""What every request passes: limits on its size and on the time it takes to arrive, and headers on its answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem

MAX_BODY_BYTES = 1024 * 1024
MAX_HEADERS = 100
BODY_S = 30.0
_LARGE_S_PER_BYTE = 1 / (64 * 1024)
"""Larger bodies than usual may take longer, at 64 KiB a second."""

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
_ANSWERS, _DRAWN_ANSWERS = "/v1/", "/v1/drawn"
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), "
    "payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_WORTH_BYTES = 1024
_LEVEL = 4
"""Of compression: 3 MB of a map take 73 ms and become 873 kB, at level 6 they took 279 ms and became 819 kB."""
_HTTPS_ONLY = "max-age=31536000"
"""A year; said only where the request came over https, be it by a proxy that is believed."""
_DRAWN = ("/map.html", "/schedule.html")


class _BodyTooLargeError(Exception):
    """More of a body arrived than is allowed."""


class _BodyTooSlowError(Exception):
    """A body did not arrive in time."""


class BodyLimit:
    """
    Refuses bodies above the limit, whether or not they say how large they are, those too slow, and too many headers.

    Parameters
    ----------
    app
        The application behind.
    limit
        Most bytes of a body.
    larger
        The same by address, where it is more.
    seconds
        Within which a body must arrive.
    """

    def __init__(
        self,
        app: ASGIApp,
        limit: int = MAX_BODY_BYTES,
        larger: Mapping[str, int] | None = None,
        seconds: float = BODY_S,
    ) -> None:
        self.app = app
        self.limit = limit
        self._larger = larger or {}
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self._larger.get(scope["path"], self.limit)
        declared = Headers(scope=scope).get("content-length", "0")
        if len(scope["headers"]) > MAX_HEADERS:
            refusal = problem(431, name="too-many-headers", detail=f"there may be {MAX_HEADERS}")
            await refusal(scope, receive, send)
            return
        if not declared.isdecimal() or int(declared) > limit:
            await self._refuse(scope, receive, send, limit)
            return
        body = _Body(receive, limit, self._seconds + limit * _LARGE_S_PER_BYTE * (limit > self.limit))

        async def watched(message: Message) -> None:
            # The application takes the exception for a body it cannot read; what it says of that is dropped.
            if not body.is_refused:
                await send(message)

        with suppress(_BodyTooLargeError, _BodyTooSlowError):
            await self.app(scope, body.receive, watched)
        if body.is_slow:
            refusal = problem(HTTPStatus.REQUEST_TIMEOUT, name="too-slow", headers={"Connection": "close"})
            await refusal(scope, receive, send)
        elif body.is_refused:
            await self._refuse(scope, receive, send, limit)

    @staticmethod
    async def _refuse(scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        """Say that the body is too large."""
        refusal = problem(413, detail=f"the body may have {limit} bytes")
        await refusal(scope, receive, send)


class _Body:
    """Receives a body as long as it keeps within its limits."""

    def __init__(self, receive: Receive, limit: int, seconds: float) -> None:
        self._receive = receive
        self._limit = limit
        self._seen = 0
        self._end = time.monotonic() + seconds
        self._is_whole = False
        self.is_slow = False

    @property
    def is_refused(self) -> bool:
        """Whether it broke a limit."""
        return self.is_slow or self._seen > self._limit

    async def receive(self) -> Message:
        """Return what comes next; after the body, that is when the other side goes away, however late."""
        if self._is_whole:
            return await self._receive()
        try:
            async with asyncio.timeout(self._end - time.monotonic()):
                message = await self._receive()
        except TimeoutError:
            self.is_slow = True
            raise _BodyTooSlowError from None
        self._is_whole = not message.get("more_body", False)
        self._seen += len(message.get("body", b""))
        if self._seen > self._limit:
            raise _BodyTooLargeError
        return message


class Compressed:
    """
    Compresses answers for those who take it, but for streams of events, and for parts of files.

    Parameters
    ----------
    app
        The application behind.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._whole = app
        self._compressed = GZipMiddleware(app, minimum_size=_WORTH_BYTES, compresslevel=_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        # A part of a compressed file is not the compressed part of the file.
        is_part = scope["type"] == "http" and "range" in Headers(scope=scope)
        await (self._whole if is_part else self._compressed)(scope, receive, send)


class SecureHeaders:
    """
    Tells browsers to load nothing from elsewhere, and to show and keep nothing that they should not.

    Whoever keeps answers is told of those that are in the language a browser asked for.

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
        added = _added(_kind(scope["path"]), is_https=scope.get("scheme") == "https")

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = message.get("headers", ())
                names = {name for name, _ in given}
                headers = MutableHeaders(raw=[*given, *(one for one in added if one[0] not in names)])
                if scope.get("state", {}).get("is_language_accepted", False):
                    headers.add_vary_header("Accept-Language")
                message["headers"] = headers.raw
            await send(message)

        await self.app(scope, receive, with_headers)


def _kind(path: str) -> str:
    """Return the beginning of an address on which headers depend, empty for the usual ones."""
    if path.startswith(_ANSWERS) and path.endswith(_DRAWN):
        return _DRAWN_ANSWERS
    return next((beginning for beginning in (_ANSWERS, _MAP_PATHS) if path.startswith(beginning)), "")


@cache
def _added(kind: str, *, is_https: bool) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers that an answer has unless it says something else itself."""
    found = _ALWAYS | {"Content-Security-Policy": _MAP if kind in {_MAP_PATHS, _DRAWN_ANSWERS} else _STRICT}
    if kind.startswith(_ANSWERS):
        found["Cache-Control"] = "private, no-cache"
    if is_https:
        found["Strict-Transport-Security"] = _HTTPS_ONLY
    return tuple((name.lower().encode(), value.encode()) for name, value in found.items())
