"""The client of the service: against the service itself, and against answers made up for it."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from api.app import create_app
from api.client import (
    Allotment,
    AuditEntry,
    Booking,
    Departure,
    Fault,
    Firm,
    Hubport,
    Job,
    Key,
    Me,
    NewKey,
    Option,
    Place,
    Plan,
    ProblemError,
    Quote,
    Room,
    Schedule,
    ServerEvent,
    Shipment,
    UnreachableError,
    User,
)
from api.client.events import read_events
from api.client.operations import OPERATIONS
from api.store.session import Store
from tests.api.booking_world import FIRST, SHIPMENT, World, serving
from tests.api.client_world import hub_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pydantic import BaseModel

    from api.desk import Desk
    from tests.databases import Databases

LEFT_OUT = {
    "get_landed_cost": "as post_landed_cost",
    "get_regimes": "as post_regimes",
    "get_own_session": "of browsers, which hold a cookie; a program holds a key",
}
"""Operations that the client has no method for, and why."""
ASKED: dict[str, Any] = {"weight_kg": 1000, "volume_m3": 5, "pieces": 10, "ready": "2026-05-18"}


@pytest.fixture
def world(databases: Databases) -> Iterator[World]:
    """Return a service that wants keys."""
    store = Store(databases.migrated("sqlite"))
    with serving(store, "on") as found:
        yield found
    store.close()


def test_from_quote_to_cancellation(world: World) -> None:
    """Quote, book, read, confirm, amend, cancel: each step returns the booking as it is then."""
    with hub_of(world, world.caller(world.firm("A"), "forwarder").secret) as hub:
        quote = hub.quotes.ask(SHIPMENT["from"], SHIPMENT["to"], **ASKED)
        assert isinstance(quote.options[0], Option)
        assert quote.id is not None
        assert hub.quotes.get(quote.id) == quote
        assert quote.bookable(world.clock()) == [1, 2, 3]
        booking = hub.bookings.book(quote, 2, reference="PO-1")
        assert (booking.state, booking.version, booking.reference) == ("held", 1, "PO-1")
        assert booking.price.amount_minor == quote.options[1].cost_minor
        confirmed = hub.bookings.confirm(booking)
        assert (confirmed.state, confirmed.version) == ("confirmed", 2)
        assert hub.bookings.get(booking.id) == confirmed
        amended = hub.bookings.amend(confirmed, note="fragile")
        assert amended.note == "fragile"
        cancelled = hub.bookings.cancel(amended)
        assert cancelled.state == "cancelled"
        with pytest.raises(ProblemError) as caught:
            hub.bookings.confirm(booking)
        assert (caught.value.status, caught.value.name) == (412, "match-failed")


def test_pages(world: World) -> None:
    """A list goes on over all its pages, in its order, and narrows to what is asked for."""
    with hub_of(world, world.caller(world.firm("A"), "forwarder").secret) as hub:
        quote = hub.quotes.ask(SHIPMENT["from"], SHIPMENT["to"], **ASKED)
        made = [hub.bookings.book(quote, 1, reference=f"r{number}").id for number in range(4)]
        assert [booking.id for booking in hub.bookings.list(limit=3)] == sorted(made)
        assert [booking.id for booking in hub.bookings.list(reference="r2")] == made[2:3]
        with pytest.raises(ValueError, match="read bk_"):
            hub.bookings.cancel(next(hub.bookings.list()))


def test_house(world: World) -> None:
    """Firms, users, keys, room and allotments; whoever gets a key can use it, until it is revoked."""
    with hub_of(world, world.caller("house", "admin").secret) as hub:
        firm = hub.firms.add("眼镜")
        assert hub.firms.change(firm, name="瓯海眼镜").name == "瓯海眼镜"
        user = hub.users.add("王芳", ["forwarder"], firm=firm.id)
        key = hub.keys.add(user.id, "ERP", scopes=["bookings:read"])
        with hub_of(world, key.secret) as theirs:
            assert theirs.keys.me().scopes == ["bookings:read"]
            with pytest.raises(ProblemError, match="forbidden"):
                theirs.quotes.ask("a", "b", weight_kg=1, volume_m3=1)
            hub.keys.revoke(key.id)
            with pytest.raises(ProblemError, match="key-invalid"):
                theirs.keys.me()
        assert hub.departures.get(FIRST).runs[0]["taken"]["mass_g"] == 0
        assert hub.departures.set_capacity(FIRST, teu_milli=None, mass_g=5000, volume_cm3=None).capacity.mass_g == 5000
        allotment = hub.allotments.add(firm.id, FIRST, mass_g=1000)
        assert [one.id for one in hub.allotments.list()] == [allotment.id]
        assert not hub.allotments.release(allotment.id).open
        assert {entry.action for entry in hub.audit.list(subject=firm.id)} == {"firm.add", "firm.change"}
        assert hub.questions.locations("Hamburg")[0].code == "DEHAM-P"


def test_faults_of_a_request(world: World) -> None:
    """A refused request tells everything that is wrong with it."""
    with hub_of(world, world.caller("house", "planner").secret) as hub, pytest.raises(ProblemError) as caught:
        hub.quotes.ask("nowhere", SHIPMENT["to"], weight_kg=-1, volume_m3=1)
    assert caught.value.name == "invalid-request"
    assert [(fault.field, fault.rule) for fault in caught.value.faults] == [
        ("from", "unknown_place"), ("weight_kg", "positive"),
    ]  # fmt: skip
    assert all(isinstance(fault, Fault) and fault.message_zh for fault in caught.value.faults)


def _made_up(*answers: httpx.Response | Exception, **more: Any) -> tuple[Hubport, list[httpx.Request], list[float]]:  # noqa: ANN401 - of the client
    """Return a client that gets these answers one after the other, the requests it sends, and how long it waits."""
    left, sent, waited = list(answers), list[httpx.Request](), list[float]()

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        found = left.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    transport = httpx.MockTransport(handle)
    return Hubport("http://test", "k.s", transport=transport, wait=waited.append, **more), sent, waited


def test_same_key_over_all_tries() -> None:
    """A write that meets a busy service, a lost connection and a locked database is sent again as the same write."""
    busy = httpx.Response(429, headers={"retry-after": "7"}, json={"type": "urn:hubport:problem:x"})
    firm = {"id": "fm_1", "name": "A", "house": False, "created_at": "2026-12-01T00:00:00Z", "disabled_at": None}
    hub, sent, waited = _made_up(
        busy, httpx.ReadError("gone"), httpx.Response(503), httpx.Response(201, json=firm, headers={"etag": '"fm_1.1"'})
    )
    assert hub.firms.add("A").etag == '"fm_1.1"'
    assert len({request.headers["idempotency-key"] for request in sent}) == 1
    assert len({request.content for request in sent}) == 1
    assert waited == [7.0, 1.0, 2.0]
    hub, sent, _ = _made_up(*(httpx.Response(201, json=firm) for _ in range(3)))
    hub.firms.add("A")
    hub.firms.add("A")
    hub.firms.add("A", key="mine")
    keys = [request.headers["idempotency-key"] for request in sent]
    assert len(set(keys)) == 3
    assert keys[2] == "mine"


def test_giving_up() -> None:
    """After so many tries the last answer counts, or that the service was not reached."""
    hub, sent, _ = _made_up(*(httpx.Response(503, text="<html>") for _ in range(2)), tries=2)
    with pytest.raises(ProblemError) as caught:
        hub.keys.me()
    assert (caught.value.status, caught.value.title, len(sent)) == (503, "Service Unavailable", 2)
    hub, sent, _ = _made_up(*(httpx.ConnectError("no") for _ in range(3)), tries=3)
    with pytest.raises(UnreachableError, match="no"):
        hub.keys.me()
    assert len(sent) == 3


@pytest.mark.parametrize("status", [400, 404, 409, 412, 422, 500])
def test_what_is_not_tried_again(status: int) -> None:
    """An answer that another try would not change is not tried again."""
    hub, sent, waited = _made_up(httpx.Response(status, json={"type": "urn:hubport:problem:no-room", "detail": "full"}))
    with pytest.raises(ProblemError, match=f"{status} no-room: full"):
        hub.firms.add("A")
    assert (len(sent), waited) == (1, [])


def test_stream_goes_on_where_it_broke_off() -> None:
    """Events of a stream that breaks off are read on after the last one; a refused stream is a problem."""
    lost = httpx.ReadError("gone")

    class Broken(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield b'event: progress\nid: 4\ndata: {"gap": 0.1}\n\n: still there\n\nevent: progress\nid: 5\ndata: {'
            raise lost

    rest = httpx.Response(200, content=b'id: 5\r\ndata: {"gap": 0}\r\n\r\nevent: done\r\ndata: 1\r\n\r\n')
    hub, sent, waited = _made_up(httpx.Response(200, stream=Broken()), rest)
    events = list(hub.events("/v1/jobs/jb_1/events"))
    assert [(event.kind, event.json(), event.id) for event in events] == [
        ("progress", {"gap": 0.1}, "4"), ("message", {"gap": 0}, "5"), ("done", 1, "5"),
    ]  # fmt: skip
    assert [request.headers.get("last-event-id") for request in sent] == [None, "4"]
    assert len(waited) == 1
    hub, _, _ = _made_up(httpx.Response(404, json={"type": "urn:hubport:problem:not-found"}))
    with pytest.raises(ProblemError, match="not-found"):
        list(hub.events("/v1/jobs/jb_2/events"))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], []),
        (["data: a"], []),
        (["data:a", "data: b", ""], [ServerEvent("message", "a\nb")]),
        (["event: x", ""], []),
        (
            ["id: 1", "data:  two", "", "data", ""],
            [ServerEvent("message", " two", "1"), ServerEvent("message", "", "1")],
        ),
        ([": note", "retry: 10", "unknown: 1", "data: z", ""], [ServerEvent("message", "z")]),
    ],
)
def test_events(lines: list[str], expected: list[ServerEvent]) -> None:
    """Fields, comments and empty lines, as in the standard."""
    assert list(read_events(lines)) == expected


def test_no_operation_is_forgotten(desk: Desk) -> None:
    """Every operation of the interface has a method, or is left out for a reason; no method is for none."""
    document = create_app(desk).openapi()
    known = {spec["operationId"] for item in document["paths"].values() for spec in item.values()}
    assert OPERATIONS.keys() | LEFT_OUT.keys() == known
    assert not OPERATIONS.keys() & LEFT_OUT.keys()


MODELS: dict[str, tuple[type[BaseModel], Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "get_booking": (Booking, lambda schema: schema),
    "get_departure": (Departure, lambda schema: schema),
    "get_allotment": (Allotment, lambda schema: schema),
    "get_firm": (Firm, lambda schema: schema),
    "get_user": (User, lambda schema: schema),
    "get_key": (Key, lambda schema: schema),
    "get_me": (Me, lambda schema: schema),
    "get_job": (Job, lambda schema: schema),
    "get_plan": (Plan, lambda schema: schema),
    "get_schedule": (Schedule, lambda schema: schema),
    "get_shipment": (Shipment, lambda schema: schema),
    "get_audit": (AuditEntry, lambda schema: schema["properties"]["items"]["items"]),
    "get_locations": (Place, lambda schema: schema["items"]),
    "put_capacity": (Room, lambda schema: schema["properties"]["free"]),
}


def test_models_are_those_of_the_interface(desk: Desk) -> None:
    """The members of the models are those that the description of the interface has, no more and no fewer."""
    document = create_app(desk).openapi()
    specs = {spec["operationId"]: spec for item in document["paths"].values() for spec in item.values()}

    def answer(name: str, status: str = "200") -> dict[str, Any]:
        found: dict[str, Any] = specs[name]["responses"][status]["content"]["application/json"]["schema"]
        return found

    def members(model: type[BaseModel]) -> set[str]:
        return {field.alias or name for name, field in model.model_fields.items()} - {"etag"}

    for name, (model, part) in MODELS.items():
        assert members(model) == part(answer(name))["properties"].keys(), name
    assert members(NewKey) == answer("post_key", "201")["properties"].keys()
    # Of what quotes say, the client has types for a part.
    assert members(Quote) < answer("post_quote")["properties"].keys()
    assert members(Option) < document["components"]["schemas"]["Option"]["properties"].keys()


def test_signatures_are_typed() -> None:
    """Every method says what it takes and returns."""
    hub = Hubport()
    for resource in (value for value in vars(hub).values() if hasattr(value, "_all")):
        for name, method in inspect.getmembers(resource, inspect.ismethod):
            if not name.startswith("_"):
                assert "return" in method.__annotations__, name
                assert method.__doc__, name
    hub.close()


def test_client_needs_nothing_of_the_service() -> None:
    """Who imports the client does not load the service with it."""
    program = "import sys, json, api.client; print(json.dumps(sorted(n for n in sys.modules if n.startswith('api.'))))"
    found = json.loads(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout)
    assert [name for name in found if not name.startswith("api.client")] == []
    assert "api.client.hubport" in found
