"""The log: one line for each request, with ids and without secrets."""

from __future__ import annotations

import io
import json
import logging
import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.app import create_app
from api.desk import Desk
from api.identity.keys import new_secret
from api.logs import LOG, log_event, request_id, set_up
from api.redact import redact
from tests.api.booking_world import World, serving
from tests.api.fakes import FakePlanner, clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.store.session import Store
    from data import Catalogue

WORD = "Xq7_planted-wordThatNobodyMayRead-0123456789"
TOKEN = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJl"
PLANTED = [
    f"key_06a1b2c3d4e5f6g7h8j9k0m.{WORD}",
    f"Authorization: Bearer key_06a1b2c3d4e5f6g7h8j9k0m.{WORD}",
    f"authorization: Basic {WORD}",
    f"{{'authorization': 'Bearer {WORD}', 'cookie': 'session={WORD}'}}",
    f"Set-Cookie: hubport={WORD}; HttpOnly",
    f"postgresql://me:{WORD}@host/db",
    f"postgresql://me:p@{WORD}@host/db",
    f"https://idp.example/token?client_secret={WORD}&code=1",
    f'{{"password": "{WORD} and more", "name": "x"}}',
    f"secret='{WORD}'",
    f"GET /start?token=first_06a1b2c3d4e5f6g7h8j9k0m.{WORD} HTTP/1.1",
    f"HUBPORT_OIDC_SECRET={WORD}",
    f"api_key: {WORD}",
    f"-----BEGIN {'PRIVATE'} KEY-----\n{WORD}\n-----END {'PRIVATE'} KEY-----",
]


@contextmanager
def logged(form: str = "json", level: str = "info") -> Iterator[io.StringIO]:
    """Catch what is logged, and put everything back as it was."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, LOG.level
    stream = io.StringIO()
    try:
        set_up(form, level, stream)
        yield stream
    finally:
        root.handlers[:], root.level = before[0], before[1]
        LOG.setLevel(before[2])


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """Return the lines of a log as JSON."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("text", PLANTED)
@pytest.mark.parametrize("form", ["text", "json"])
def test_planted_secrets(form: str, text: str) -> None:
    """No secret gets into the log: in a message, in its values, in a field, in a trace, from any library."""
    with logged(form) as stream:
        LOG.warning(text)
        LOG.warning("said %s", text)
        logging.getLogger("uvicorn.error").error("%r", [text])
        log_event("told", what=text)
        try:
            raise ValueError(text)  # noqa: TRY301 - what is logged
        except ValueError:
            LOG.exception("failed")
    said = stream.getvalue()
    assert WORD not in said
    assert len(said.splitlines()) >= 5


def test_what_is_no_secret_stays() -> None:
    """Ordinary lines are what they were."""
    for text in (
        "GET /v1/bookings/{booking_id} 409 key=key_06a1b2c3d4e5f6g7h8j9k0m request=rq_0123456789abcdef",
        "urn:hubport:problem:token-invalid",
        "at http://127.0.0.1:8000/ since 10:20 for a@b.example",
        "revision 0001 → 0002; the token was used",
    ):
        assert redact(text) == text


@given(st.text(alphabet="abcXYZ019_-", min_size=24, max_size=60))
def test_keys_never(word: str) -> None:
    """A key as it is shown to its owner never passes, whatever stands around it."""
    shown = new_secret("key_06a1b2c3d4e5f6g7h8j9k0m").shown
    for text in (shown, f"{word} {shown}", f"{word}={shown}&{word}", f"('{shown}',)"):
        assert shown.partition(".")[2] not in redact(text)


@pytest.mark.parametrize(
    ("given_id", "is_kept"),
    [
        ("order-17", True),
        ("0f8fad5b-d9cb-469f-a165-70867728950e", True),
        ("a" * 100, True),
        ("a" * 101, False),
        ("", False),
        ("-x", False),
        ("a b", False),
        ("a\nlevel=error", False),
        ("箱", False),
        (f"key_06a1b2c3d4e5f6g7h8j9k0m.{WORD}", False),
    ],
)
def test_request_ids(given_id: str, *, is_kept: bool) -> None:
    """A plain word is taken as it is; anything else is replaced."""
    found = request_id(given_id)
    assert (found == given_id) == is_kept
    assert re.fullmatch(r"[A-Za-z0-9._:\-]{1,100}", found)


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    """Return a service that wants keys."""
    with serving(store, "on") as found:
        yield found


def test_one_line_for_each_request(world: World) -> None:
    """The line says who did what, how it ended and how long it took, and no value of an address or a body."""
    caller = world.caller(world.firm("A"), "forwarder")
    with logged() as stream:
        booking = caller.booked()
        caller.send("GET", f"/v1/bookings/{booking['id']}?password={WORD}", x_request_id="mine-1")
        refused = caller.book(caller.quote(), option=99)
        world.client.get("/v1/bookings")
        world.client.request("GET", f"/nothing/{WORD}")
    found = lines(stream)
    told = [(one["method"], one["route"], one["status"]) for one in found]
    assert told == [
        ("POST", "/v1/quotes", 200),
        ("POST", "/v1/bookings", 201),
        ("GET", "/v1/bookings/{booking_id}", 200),
        ("POST", "/v1/quotes", 200),
        ("POST", "/v1/bookings", 422),
        ("GET", "/v1/bookings", 401),
        ("GET", "-", 404),
    ]
    assert found[2]["request"] == "mine-1"
    assert all(one["firm"] == caller.firm and one["key"].startswith("key_") for one in found[:5])
    assert all(one["ms"] >= 0 for one in found)
    assert (found[1]["action"], found[4]["problem"]) == ("booking.make", "option-unknown")
    assert refused.headers["x-request-id"] == found[4]["request"]
    assert refused.json()["instance"] == f"urn:hubport:request:{found[4]['request']}"
    assert booking["id"] not in stream.getvalue()
    assert f"password={WORD}" not in stream.getvalue()
    assert str(caller.secret).partition(".")[2] not in stream.getvalue()


def test_lines_of_threads_have_the_id(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is logged while a request is answered has its id, and a crash is told in full to the log alone."""
    desk = Desk(catalogue, FakePlanner(catalogue), clock)

    def crash(*_: object, **__: object) -> None:
        assert threading.current_thread() is not threading.main_thread()
        message = f"password={WORD}"
        raise RuntimeError(message)

    monkeypatch.setattr(desk, "locations_json", crash)
    with logged() as stream, TestClient(create_app(desk)) as client:
        response = client.get("/v1/locations?q=x", headers={"x-request-id": "mine-2"})
    assert response.status_code == 500
    assert (response.headers["x-request-id"], response.headers["x-content-type-options"]) == ("mine-2", "nosniff")
    assert "Traceback" not in response.text
    assert "RuntimeError" not in response.text
    crashed, request = lines(stream)
    assert (crashed["request"], crashed["level"], request["status"]) == ("mine-2", "error", 500)
    assert request["level"] == "warning"
    assert "RuntimeError" in crashed["trace"]
    assert WORD not in stream.getvalue()


def test_levels_and_text() -> None:
    """Text is one line for each record, whatever stands in it, and a trace below; levels are kept."""
    with logged("text", "warning") as stream:
        LOG.info("not said")
        LOG.warning("a\nb\x1b[31m")
    said = stream.getvalue().splitlines()
    assert len(said) == 1
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z warning hubport: a\\u000ab\\u001b\[31m", said[0])
