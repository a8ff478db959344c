"""The client on a service in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from api.client import Hubport

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

    from tests.api.booking_world import World


class Through(httpx.BaseTransport):
    """Hands requests to a service in this process."""

    def __init__(self, client: TestClient) -> None:
        self._client = client

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer."""
        names = {"host", "content-length", "connection", "accept-encoding"}
        headers = [(name, value) for name, value in request.headers.items() if name not in names]
        found = self._client.request(request.method, str(request.url), content=request.read(), headers=dict(headers))
        # The content was unpacked on the way.
        headers = {name: value for name, value in found.headers.items() if name != "content-encoding"}
        return httpx.Response(found.status_code, headers=headers, content=found.content)


def hub_of(world: World, secret: str | None = None) -> Hubport:
    """Return a client of somebody, by the secret of a key."""
    return Hubport("http://localhost", key=secret, transport=Through(world.client))
