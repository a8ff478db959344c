"""What every request passes: headers of every answer, and bodies that are too large, too slow or too many headers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.middleware import MAX_HEADERS, BodyLimit

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

    from api.desk import Desk

EXPECTED = {
    "content-security-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "referrer-policy",
    "x-content-type-options",
    "x-frame-options",
    "x-request-id",
}


@pytest.mark.parametrize(
    "path", ["/", "/map/network", "/v1/locations?q=温州", "/v1/nothing", "/healthz", "/static/hubport.css", "/start"]
)
def test_headers_of_every_answer(client: TestClient, path: str) -> None:
    """Pages, maps, answers, problems and files all have them; nothing says what serves them."""
    found = client.get(path).headers
    assert set(found) >= EXPECTED
    assert "server" not in found
    assert "strict-transport-security" not in found
    policy = found["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "base-uri 'none'" in policy
    assert ("'unsafe-inline'" in policy) == path.startswith("/map/")
    assert (found.get("cache-control") == "private, no-cache") == path.startswith("/v1/")


def test_https(desk: Desk) -> None:
    """Over https browsers are told to come back that way."""
    with TestClient(create_app(desk), base_url="https://localhost") as client:
        assert client.get("/healthz").headers["strict-transport-security"] == "max-age=31536000"


def test_an_answer_may_say_more(client: TestClient) -> None:
    """What an endpoint says itself stays: the page that shows a key sends no address elsewhere, and is kept nowhere."""
    found = client.get("/start").headers
    assert (found["referrer-policy"], found["cache-control"]) == ("no-referrer", "no-store")


def test_too_many_headers(client: TestClient) -> None:
    """A request with too many headers is refused before anything is looked up."""
    few = {f"x-{number}": "1" for number in range(MAX_HEADERS // 2)}
    many = {f"x-{number}": "1" for number in range(MAX_HEADERS + 1)}
    assert client.get("/healthz", headers=few).status_code == 200
    found = client.get("/healthz", headers=many)
    assert (found.status_code, found.json()["type"]) == (431, "urn:hubport:problem:too-many-headers")


def talk(app: BodyLimit, pieces: list[tuple[float, Message]]) -> list[Message]:
    """Send pieces of a body, each after some seconds, and return what is answered; then the other side goes away."""
    said: list[Message] = []
    left = list(pieces)

    async def receive() -> Message:
        if not left:
            return {"type": "http.disconnect"}
        seconds, message = left.pop(0)
        await asyncio.sleep(seconds)
        return message

    async def send(message: Message) -> None:
        said.append(message)

    scope: dict[str, Any] = {"type": "http", "path": "/v1/x", "headers": [], "method": "POST"}
    asyncio.run(app(scope, receive, send))
    return said


def piece(body: bytes, *, more: bool) -> Message:
    """Return a piece of a body."""
    return {"type": "http.request", "body": body, "more_body": more}


async def echo(_: Scope, receive: Receive, send: Send) -> None:
    """Answer the length of a body, once it is there, and wait for the other side to go away."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message["body"]), message["more_body"]
    assert (await receive())["type"] == "http.disconnect"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


def test_slow_bodies() -> None:
    """A body that does not arrive in time is refused; one that is whole may be followed by any time."""
    app = BodyLimit(echo, limit=10, seconds=0.2)
    assert talk(app, [(0, piece(b"ab", more=True)), (0.01, piece(b"c", more=False))])[1]["body"] == b"3"
    slow = talk(app, [(0, piece(b"ab", more=True)), (30, piece(b"c", more=False))])
    assert slow[0]["status"] == 408
    assert (b"connection", b"close") in slow[0]["headers"]
    drip = talk(app, [(0.05, piece(b"", more=True))] * 10)
    assert drip[0]["status"] == 408
    late = [(0, piece(b"ab", more=False)), (0.3, {"type": "http.disconnect"})]
    assert talk(app, late)[0]["status"] == 200


def test_large_bodies() -> None:
    """A body that is too large is refused once, whatever the application makes of it."""
    app = BodyLimit(echo, limit=10, seconds=5)
    found = talk(app, [(0, piece(b"12345", more=True)), (0, piece(b"123456", more=False))])
    assert [message["type"] for message in found] == ["http.response.start", "http.response.body"]
    assert found[0]["status"] == 413
