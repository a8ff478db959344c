"""Capturing events over HTTP: whole or not at all, each once, and each for those alone whom it is about."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from sqlalchemy import func, select

from api.events.schema import EVENT_SCHEMAS
from api.store import audit
from api.store.models import AuditEntry, Booking
from api.store.models_events import EventSubject, ShipmentEvent
from api.store.session import WHOLE
from tests.api.bookings.test_bookings import problem
from tests.api.events.samples import BOX, SSCC, booking_uri, boxed, document, seen

if TYPE_CHECKING:
    from httpx import Response

    from api.store.session import Store
    from tests.api.booking_world import Caller, World

AT = "2026-05-18T08:30:00+08:00"
ONE = seen(AT, "departing", "CNNGB-P", SSCC, eventID="urn:example:event:1", **{"ex:seal": "S1"})


def send(caller: Caller, *events: dict[str, Any]) -> Response:
    """Capture events."""
    return caller.send("POST", "/v1/events:capture", document(*events))


def listed(caller: Caller, query: str = "") -> list[dict[str, Any]]:
    """Return the events that a caller finds."""
    found: list[dict[str, Any]] = caller.get(f"/v1/events{query}")["epcisBody"]["queryResults"]["resultsBody"][
        "eventList"
    ]
    return found


def count(store: Store, table: type[Any]) -> int:
    """Return how many rows a table has."""
    with store.read(WHOLE) as session:
        return session.one(select(func.count()).select_from(table)) or 0


def test_round_trip(world: World) -> None:
    """What was captured is given out as it was, with when it was recorded and how DCSA names it."""
    response = send(world.local, ONE, boxed(AT, BOX, SSCC))
    assert response.status_code == 201, response.text
    done = response.json()
    assert done["events"][0] == "urn:example:event:1"
    assert done["events"][1].startswith("urn:uuid:")
    assert done["known"] == 0
    first, second = listed(world.local, "?orderBy=eventTime&orderDirection=ASC&eventType=ObjectEvent,AggregationEvent")
    if first["type"] != "ObjectEvent":
        first, second = second, first
    assert ONE.items() <= first.items()
    assert first["recordTime"] == "2026-05-18T01:00:00Z"
    assert first["hubport:dcsa"] == {
        "eventType": "TRANSPORT", "eventClassifierCode": "ACT", "transportEventTypeCode": "DEPA",
    }  # fmt: skip
    assert second["hubport:dcsa"]["equipmentEventTypeCode"] == "STUF"
    for event in (first, second):
        jsonschema.validate(event, EVENT_SCHEMAS[event["type"]])
        assert world.local.get(f"/v1/events/{event['hubport:id']}") == event
    again = send(world.local, first, second)
    assert (again.json()["events"], again.json()["known"]) == (done["events"], 2)
    assert count(world.store, ShipmentEvent) == 2
    problem(world.local.send("GET", "/v1/events/ev_none"), 404, "not-found")


def test_whole_or_not_at_all(world: World) -> None:
    """One bad event keeps all others out, and every fault is told."""
    bad = seen(AT, "hoisting", "CNNGB-P", "x")
    body = problem(send(world.local, ONE, bad, ONE | {"action": 5}), 422, "invalid-request")
    assert [error["rule"] for error in body["errors"]] == ["event_uri", "event_vocabulary", "event_word"]
    missing = seen(AT, "departing", None, "urn:hubport:booking:bk_none")
    body = problem(send(world.local, ONE, missing, missing | {"eventID": "urn:a:b"}), 422, "invalid-request")
    assert [(error["field"], error["rule"]) for error in body["errors"]] == [
        (f"epcisBody.eventList[{number}]", "event_booking") for number in (1, 2)
    ]
    for table in (ShipmentEvent, EventSubject, AuditEntry):
        assert count(world.store, table) == 0


def test_an_id_means_one_content(world: World) -> None:
    """An id that is known with other content is refused, in one document and across several."""
    other = ONE | {"disposition": "in_transit"}
    body = problem(send(world.local, ONE, other), 422, "invalid-request")
    assert [(error["field"], error["rule"]) for error in body["errors"]] == [
        ("epcisBody.eventList[1].eventID", "event_differs")
    ]
    assert send(world.local, ONE, ONE).json()["events"] == ["urn:example:event:1"]
    body = problem(send(world.local, other), 422, "invalid-request")
    assert body["errors"][0]["rule"] == "event_differs"
    assert count(world.store, ShipmentEvent) == 1
    wrong = ONE | {"errorDeclaration": {"declarationTime": AT, "reason": "did_not_occur"}}
    assert send(world.local, wrong).json()["known"] == 0
    assert [len(listed(world.local, f"?EXISTS_errorDeclaration={flag}")) for flag in ("true", "false")] == [1, 1]


def test_idempotency_key(world: World) -> None:
    """The same request with the same key is answered the same and writes nothing again."""
    first, second = (
        world.local.send("POST", "/v1/events:capture", document(ONE), idempotency_key="one") for _ in range(2)
    )
    assert (first.content, second.headers["idempotency-replayed"]) == (second.content, "true")
    assert send(world.local, ONE).json()["capture"] != first.json()["capture"]


def test_bookings_make_events(world: World) -> None:
    """Whatever becomes of a booking is an event, once; the same event captured from outside adds nothing."""
    quote = world.local.quote()
    booking = world.local.booked(quote)
    world.local.change(booking, "confirm")
    world.local.change(booking, "amend", {"quote": quote["id"], "option": 2})
    world.local.change(booking, "amend", {"note": "words alone are no event"})
    world.local.change(booking, "roll", {"quote": quote["id"], "option": 3})
    world.local.change(booking, "cancel")
    events = listed(world.local, f"?MATCH_epc={booking_uri(booking)}&orderBy=recordTime&orderDirection=ASC")
    found = sorted(
        (int(event["eventID"].split(":")[-1]), event["bizStep"].split("_")[-1], event["action"]) for event in events
    )
    assert found == [
        (1, "held", "ADD"), (2, "confirmed", "OBSERVE"), (3, "amended", "OBSERVE"), (5, "rolled", "OBSERVE"),
        (6, "cancelled", "DELETE"),
    ]  # fmt: skip
    names = {event["hubport:booking"]["state"]: event.get("hubport:dcsa", {}) for event in events}
    assert names["held"] == {
        "eventType": "SHIPMENT", "eventClassifierCode": "ACT", "shipmentEventTypeCode": "RECE",
        "documentTypeCode": "BKG",
    }  # fmt: skip
    assert names["cancelled"]["shipmentEventTypeCode"] == "CANC"
    again = send(world.local, *events).json()
    assert again["known"] == 5
    forged = events[0] | {"eventID": f"{booking_uri(booking)}:9"}
    body = problem(send(world.local, forged), 422, "invalid-request")
    assert body["errors"][0]["rule"] == "event_reserved"
    assert count(world.store, ShipmentEvent) == 5


def test_waiting_and_expiring_make_events(world: World) -> None:
    """Waiting, being given room, and running out of time are events too."""
    quote = world.local.quote(weight_kg=10_000)
    first = world.local.booked(quote)
    second = world.local.booked(quote, wait=True)
    world.local.change(first, "cancel")
    world.clock.forward(hours=2)
    third = world.local.booked(world.local.quote(weight_kg=10_000))
    steps = {
        name: [event["bizStep"].removeprefix("urn:hubport:step:booking_") for event in
               listed(world.local, f"?MATCH_epc={booking_uri(booking)}&orderBy=recordTime&orderDirection=ASC")]
        for name, booking in (("first", first), ("second", second), ("third", third))
    }  # fmt: skip
    assert {name: sorted(found) for name, found in steps.items()} == {
        "first": ["cancelled", "held"], "second": ["expired", "promoted", "waitlisted"], "third": ["held"],
    }  # fmt: skip


def test_refused_changes_make_no_events(world: World) -> None:
    """What a rule does not allow leaves no event behind."""
    booking = world.local.booked(world.local.quote(weight_kg=10_000))
    assert world.local.book().status_code == 409
    assert world.local.change(booking, "roll", {"quote": "qt_none", "option": 1}).status_code == 404
    assert count(world.store, ShipmentEvent) == 1


def test_trail(world: World) -> None:
    """A capture is one entry of the audit trail, with the ids and hashes of the content of its events."""
    done = send(world.local, ONE, seen(AT, "arriving")).json()
    with world.store.read(WHOLE) as session:
        assert audit.verify(session).breaks == []
        entry = session.one(select(AuditEntry).where(AuditEntry.subject == done["capture"]))
        hashes = dict(map(tuple, session.rows(select(ShipmentEvent.event_id, ShipmentEvent.fingerprint))))
    assert entry is not None
    assert entry.action == "event.capture"
    assert dict(map(tuple, (entry.after or {})["events"])) == hashes


def test_nobody_elses_bookings(firms: World) -> None:
    """A firm cannot capture events about bookings of another, and does not find those of another."""
    alice, bob = (firms.caller(firms.firm(name), "forwarder") for name in "AB")
    theirs = bob.booked()
    body = problem(send(alice, seen(AT, "departing", None, booking_uri(theirs))), 422, "invalid-request")
    assert body["errors"][0]["rule"] == "event_booking"
    assert send(bob, ONE).status_code == send(alice, ONE).status_code == 201
    mine = listed(alice)
    assert [event["eventID"] for event in mine] == [ONE["eventID"]]
    assert len(listed(bob)) == 2
    assert bob.send("GET", f"/v1/events/{mine[0]['hubport:id']}").status_code == 404
    assert len(listed(firms.caller("house", "auditor"))) == 3
    planner = firms.caller(alice.firm, "planner")
    assert send(planner, ONE).status_code == 403


def test_shared_box(firms: World) -> None:
    """Of an event of the house about bookings of two firms, each finds its own part; the house has the whole."""
    alice, bob = (firms.caller(firms.firm(name), "forwarder") for name in "AB")
    house = firms.caller("house", "dispatcher")
    uris = [booking_uri(caller.booked()) for caller in (alice, bob)]
    packing = boxed(
        AT, BOX, *uris, SSCC, eventID="urn:example:packing:1", sourceList=[{"type": "location", "source": "urn:a:b"}],
        bizTransactionList=[{"bizTransaction": uri} for uri in uris], **{"ex:whose": uris},
    )  # fmt: skip
    done = send(house, packing)
    assert done.json()["events"] == ["urn:example:packing:1"]
    for caller, own, other in ((alice, *uris), (bob, *reversed(uris))):
        (part,) = listed(caller, "?eventType=AggregationEvent")
        assert (part["childEPCs"], part["parentID"], part["eventID"]) == ([own], BOX, "urn:example:packing:1")
        assert other not in str(part)
        assert SSCC not in str(part)
        assert "sourceList" not in part
        assert len(listed(caller, f"?MATCH_anyEPC={other}")) == 0
    (whole,) = listed(house, "?eventType=AggregationEvent")
    assert packing.items() <= whole.items()
    assert send(house, packing).json()["known"] == 1


def test_one_firm_has_the_whole(firms: World) -> None:
    """An event of the house about one firm's bookings is that firm's."""
    alice = firms.caller(firms.firm("A"), "forwarder")
    house = firms.caller("house", "dispatcher")
    packing = boxed(AT, BOX, booking_uri(alice.booked()), SSCC)
    assert send(house, packing).status_code == 201
    (found,) = listed(alice, "?eventType=AggregationEvent")
    assert packing.items() <= found.items()


def test_capturing_together(world: World) -> None:
    """Of many who capture the same events at once each is answered, and each event is kept once."""
    events = [seen(AT, "arriving", "DEHAM-P", eventID=f"urn:example:event:{number}") for number in range(5)]
    found: list[int] = []

    def one() -> None:
        found.append(send(world.local, *events).status_code)

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [201] * 6
    assert count(world.store, ShipmentEvent) == 5


@pytest.mark.parametrize("name", ["application/ld+json", "application/json; charset=utf-8"])
def test_media_types(world: World, name: str) -> None:
    """JSON is taken under both names."""
    response = world.local.client.post(
        "/v1/events:capture", json=document(ONE), headers={"content-type": name, "idempotency-key": "a"}
    )
    assert response.status_code == 201, response.text


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ('"ex:a":NaN', 422),
        ('"ex:a":1e999', 422),
        ('"ex:a":"\\ud800"', 422),
        ('"ex:\\ud800":1', 422),
        ('"ex:a":' + "[" * 200 + "]" * 200, 422),
        ('"ex:a":' + "[" * 100_000, 400),
        ('"ex:a":' + "9" * 5000, 400),
        ('"ex:a":' + "9" * 4000, 201),
        ('"ex:a":"a\\u0000b"', 201),
        ('"sensorElementList":[]', 422),
    ],
)
def test_odd_json(world: World, change: str, status: int) -> None:
    """Whatever JSON can hold is kept or refused, and given out as it came in."""
    body = json.dumps(document(ONE)).replace('"ex:seal": "S1"', change)
    response = world.local.client.post(
        "/v1/events:capture", content=body, headers={"content-type": "application/json", "idempotency-key": "a"}
    )
    assert response.status_code == status, response.text
    if status == 201:
        (found,) = listed(world.local)
        assert found["ex:a"] == json.loads("{" + change + "}")["ex:a"]


def test_old_bookings_are_no_obstacle(world: World) -> None:
    """A booking made before there were events changes like any other."""
    booking = world.local.booked(confirm=True)
    with world.store.engines.write.begin() as connection:
        connection.execute(EventSubject.__table__.delete())
        connection.execute(ShipmentEvent.__table__.delete())
        connection.execute(Booking.__table__.update().values(regime=None, hs=None, emissions_g=None))
    assert world.local.change(booking, "cancel").status_code == 200
    assert [event["action"] for event in listed(world.local)] == ["DELETE"]
