"""How often somebody may ask: by key, by address, and never too often."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from api.app import create_app
from api.identity.principal import Principal
from api.limits import Bounds, Buckets, RateLimit, Tally
from tests.api.booking_world import serving

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from api.desk import Desk
    from api.store.session import Store

STEP = 0.25
"""A quarter of a second: a power of two, so that sums of it are exact."""


def oracle(rate: int, burst: int, times: list[float]) -> list[bool]:
    """Say of requests at some times which may pass: a bucket that fills by the second and is emptied by requests."""
    level, before, found = float(burst), 0.0, []
    for now in times:
        level, before = min(float(burst), level + (now - before) * rate), now
        found.append(level >= 1 - 1e-9)
        level -= found[-1]
    return found


@given(
    rate=st.sampled_from([1, 2, 4, 8]),
    burst=st.integers(1, 6),
    gaps=st.lists(st.integers(0, 9), min_size=1, max_size=60),
)
def test_as_a_bucket(rate: int, burst: int, gaps: list[int]) -> None:
    """Who may pass is what a bucket says that is filled step by step; what is told fits what follows."""
    buckets, now, times, found = Buckets(rate, burst, Tally(64)), 0.0, [], []
    for gap in gaps:
        now += gap * STEP
        times.append(now)
        allowance = buckets.take("a", now)
        found.append(allowance.is_granted)
        if allowance.is_granted:
            assert 0 <= allowance.left < burst
        else:
            assert 0 < allowance.wait_s <= 1 / rate + 1e-9
        assert buckets.take("b", now).is_granted or burst < len(times)
    assert found == oracle(rate, burst, times)


def test_room_for_so_many_names() -> None:
    """Who has spent everything is still known among a thousand others; without room, the earliest are forgotten."""
    wide, narrow = Buckets(1, 2, Tally(1 << 14)), Buckets(1, 2, Tally(16))
    for buckets in (wide, narrow):
        for _ in range(2):
            assert buckets.take("greedy", 0.5).is_granted
        for number in range(1000):
            assert buckets.take(f"n{number}", 0.5).is_granted
    assert not wide.take("greedy", 0.5).is_granted
    assert narrow.take("n0", 0.5).is_granted


def test_processes_count_together() -> None:
    """What a forked process spends is spent for its parent as well."""
    buckets = Buckets(1, 5, Tally(64))
    assert buckets.take("a", 0.0).is_granted
    child = os.fork()
    if child == 0:
        os._exit(sum(buckets.take("a", 0.0).is_granted for _ in range(2)))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2
    assert [buckets.take("a", 0.0).is_granted for _ in range(3)] == [True, True, False]


class Service:
    """Answers everything, and knows one key."""

    def __init__(self) -> None:
        self.answered = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        self.answered += 1
        shown = dict(scope["headers"]).get(b"authorization", b"")
        scope.setdefault("state", {})
        if shown in {b"Bearer one", b"Bearer two"}:
            key = "key_" + shown.decode().split()[1]
            scope["state"]["principal"] = Principal(
                firm="a", user="u", key=key, permissions=frozenset(), sees_all=False, is_house=False
            )
        await Response(status_code=401 if shown == b"Bearer wrong" else 200)(scope, receive, send)


class Clock:
    """Seconds that go on when they are told to."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.at


def limited(rate: int = 1, burst: int = 3, address: str = "10.0.0.1") -> tuple[TestClient, Service, Clock]:
    """Return a service that counts, and a client of it."""
    service, clock = Service(), Clock()
    app = RateLimit(service, Bounds(rate=rate, burst=burst), clock)
    return TestClient(app, client=(address, 1)), service, clock


def ask(client: TestClient, key: str = "", path: str = "/v1/x") -> int:
    """Return the status of an answer."""
    return client.get(path, headers={"authorization": f"Bearer {key}"} if key else {}).status_code


def test_refusal() -> None:
    """Who asks too often is told by when not, without anything being asked behind, and gets in again then."""
    client, service, clock = limited()
    found = [client.get("/v1/x") for _ in range(4)]
    assert [one.status_code for one in found] == [200, 200, 200, 429]
    assert [one.headers["ratelimit"] for one in found] == [
        f'"default";r={left};t={t}' for left, t in ((2, 1), (1, 2), (0, 3), (0, 3))
    ]
    assert found[0].headers["ratelimit-policy"] == '"default";q=3;w=3'
    problem: dict[str, Any] = found[3].json()
    assert (problem["type"], found[3].headers["retry-after"]) == ("urn:hubport:problem:too-many-requests", "1")
    assert service.answered == 3
    clock.at += int(found[3].headers["retry-after"])
    assert ask(client) == 200
    assert ask(client) == 429


def test_nothing_but_health_is_free() -> None:
    """Health is never refused; whatever else there is, is."""
    client, _, _ = limited(burst=1)
    assert ask(client) == 200
    assert [ask(client, path=path) for path in ("/", "/static/x", "/v1/openapi.json", "/metrics", "/nothing")] == [
        429
    ] * 5
    assert [ask(client, path=path) for path in ("/healthz", "/readyz")] == [200] * 2


def test_each_key_has_its_own() -> None:
    """The first request of a key is counted by address, later ones by the key; keys do not disturb each other."""
    client, _, _ = limited(burst=3)
    assert [ask(client, "one") for _ in range(5)] == [200, 200, 200, 200, 429]
    assert [ask(client, "two") for _ in range(5)] == [200, 200, 200, 200, 429]
    assert [ask(client) for _ in range(2)] == [200, 429]


def test_words_that_are_no_keys() -> None:
    """Whoever tries many words is counted by address, and does not spend what belongs to a key."""
    client, service, _ = limited(burst=3)
    assert ask(client, "one") == 200
    assert [ask(client, f"wrong{number}") for number in range(3)] == [200, 200, 429]
    assert service.answered == 3
    assert [ask(client, "one") for _ in range(4)] == [200, 200, 200, 429]


def test_a_key_that_ended() -> None:
    """A key that is not good any more is counted by address again."""
    client, _, _ = limited(burst=2)
    app: Any = client.app
    assert ask(client, "one") == 200
    (sent,) = app._known
    app._known[b"other"] = app._known.pop(sent)
    assert ask(client, "wrong") == 401
    assert list(app._known) == [b"other"]


def test_networks_of_ipv6() -> None:
    """Whoever has a network of IPv6 does not get in with each of its addresses anew."""
    first, _, _ = limited(burst=1, address="2001:db8::1")
    other = TestClient(first.app, client=("2001:db8::ffff:2", 1))
    far = TestClient(first.app, client=("2001:db8:0:1::1", 1))
    assert [ask(first), ask(other), ask(far)] == [200, 429, 200]


def test_in_the_service(store: Store, desk: Desk) -> None:
    """A service with bounds counts by the keys it knows, and says so in the answers."""
    with serving(store, "on") as world:
        caller = world.caller(world.firm("A"), "forwarder")
    app = create_app(desk, store=store, auth="on", bounds=Bounds(rate=1, burst=2))
    with TestClient(app, base_url="http://localhost") as client:
        shown = {"authorization": f"Bearer {caller.secret}"}
        found = [client.get("/v1/me", headers=shown).status_code for _ in range(4)]
        assert found == [200, 200, 200, 429]
        assert client.get("/healthz").status_code == 200
        refused = client.get("/v1/me", headers=shown)
        assert refused.headers["content-type"] == "application/problem+json"
        assert "content-security-policy" in refused.headers
        assert refused.json()["instance"].endswith(refused.headers["x-request-id"])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_off(desk: Desk, method: str) -> None:
    """Without bounds nobody is counted."""
    with TestClient(create_app(desk), base_url="http://localhost") as client:
        assert "ratelimit" not in client.request(method, "/v1/me").headers
