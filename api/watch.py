"""What every request passes first: it gets an id, a line in the log and a place in the figures; errors end here."""

from __future__ import annotations

import logging
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.logs import LOG, Occasion, log_request, occasion, request_id
from api.problems import problem
from api.redact import redact

if TYPE_CHECKING:
    from api.metrics import Figures

REQUEST_ID = "X-Request-ID"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NO_ROUTE = "-"
_CLOSED = 499
"""What stands for the status where nobody waited for an answer."""
_PATH_SHOWN = 200


class Watch:
    """
    Watches requests from the first byte to the last.

    Parameters
    ----------
    app
        The application behind.
    figures
        Where they are counted.
    """

    def __init__(self, app: ASGIApp, figures: Figures) -> None:
        self.app = app
        self._figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        found = Occasion(request_id(Headers(scope=scope).get(REQUEST_ID)))
        token = occasion.set(found)
        seen = _Seen()
        started = time.perf_counter()

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID] = found.id
                seen.status = message["status"]
                seen.is_replayed = "idempotency-replayed" in headers
            await send(message)

        self._figures.running.inc()
        try:
            await self.app(scope, receive, noted)
        except Exception:
            LOG.exception("unexpected")
            if seen.status:
                # Part of the answer is on its way: only a broken connection can say that the rest is lacking.
                raise
            await problem(HTTPStatus.INTERNAL_SERVER_ERROR)(scope, receive, noted)
        finally:
            self._figures.running.dec()
            self._note(scope, found, seen, time.perf_counter() - started)
            occasion.reset(token)

    def _note(self, scope: Scope, found: Occasion, seen: _Seen, seconds: float) -> None:
        """Count a request, and write its line."""
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        route, status = template(scope), seen.status or _CLOSED
        self._figures.count(method, route, status, seconds)
        if found.action:
            outcome = "replayed" if seen.is_replayed else found.problem or "done"
            self._figures.writes.labels(found.action, outcome).inc()
        if found.problem:
            self._figures.problems.labels(found.problem).inc()
        if not logging.getLogger("hubport.request").isEnabledFor(logging.INFO):
            return
        principal = scope.get("state", {}).get("principal")
        fields: dict[str, Any] = {
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "firm": "" if principal is None else principal.firm,
            "key": "" if principal is None else principal.key or "",
            "action": found.action,
            "problem": found.problem,
            "path": redact(scope["path"])[:_PATH_SHOWN] if route == _NO_ROUTE else "",
            "request": found.id,
        }
        log_request(fields, is_failed=status >= HTTPStatus.INTERNAL_SERVER_ERROR)


class _Seen:
    """What was seen of an answer."""

    def __init__(self) -> None:
        self.status = 0
        self.is_replayed = False


def template(scope: Scope) -> str:
    """Return the address of a request with names in place of values, such that there are few of them."""
    path = getattr(scope.get("route"), "path", None)
    if path is not None:
        return str(path)
    root = scope.get("root_path", "")
    return f"{root}/*" if root and "endpoint" in scope else _NO_ROUTE
