"""Where a booking is: planned by its legs, against what events say of it and of its boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.api.bookings.test_bookings import problem
from tests.api.events.samples import BOX, BOX_TWO, booking_uri, boxed, seen
from tests.api.events.test_capture import send

if TYPE_CHECKING:
    from tests.api.booking_world import Caller, World

HERE = "urn:hubport:location:"


def milestones(caller: Caller, booking: dict[str, Any]) -> dict[str, Any]:
    """Return the milestones of a booking."""
    found: dict[str, Any] = caller.get(f"/v1/bookings/{booking['id']}/milestones")
    return found


def told(caller: Caller, booking: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return milestone, leg, status and lateness, without what became of the booking itself."""
    return [
        (item["milestone"], item["leg"], item["status"], item["late_min"])
        for item in milestones(caller, booking)["items"]
        if not item["milestone"].startswith("booking_")
    ]


def test_planned(world: World) -> None:
    """Each leg has a departure and an arrival, as it was booked, and names of places."""
    booking = world.local.booked(world.local.quote(**{"from": "CNWNZ"}), confirm=True)
    found = milestones(world.local, booking)
    assert (found["booking"], found["state"], found["is_late"]) == (booking["id"], "confirmed", False)
    planned = [item for item in found["items"] if item["leg"] is not None]
    assert [(item["milestone"], item["place"], item["planned_at"]) for item in planned] == [
        ("departed", f"{HERE}CNWNZ", booking["legs"][0]["depart_at"]),
        ("arrived", f"{HERE}CNNGB-P", booking["legs"][0]["arrive_at"]),
        ("departed", f"{HERE}CNNGB-P", booking["legs"][1]["depart_at"]),
        ("arrived", f"{HERE}DEHAM-P", booking["legs"][1]["arrive_at"]),
    ]
    assert {item["dcsa"]["eventClassifierCode"] for item in planned} == {"PLN"}
    assert (planned[0]["place_name_zh"], planned[0]["place_name_en"]) == ("温州", "Wenzhou")
    (own,) = [item for item in found["items"] if item["leg"] is None]
    assert (own["milestone"], own["dcsa"]["shipmentEventTypeCode"]) == ("booking_confirmed", "CONF")
    problem(world.local.send("GET", "/v1/bookings/bk_none/milestones"), 404, "not-found")


def test_actual_against_planned(world: World) -> None:
    """What happened stands beside what was planned; late ones are marked, and what is due and untold is overdue."""
    booking = world.local.booked(world.local.quote(**{"from": "CNWNZ"}), confirm=True)
    uri = booking_uri(booking)
    truck, ship = booking["legs"]
    assert (truck["depart_at"], ship["depart_at"]) == ("2026-05-20T00:00:00Z", "2026-05-20T14:00:00Z")
    world.clock.forward(days=3)
    assert told(world.local, booking) == [
        ("departed", 1, "overdue", None), ("arrived", 1, "overdue", None), ("departed", 2, "overdue", None),
        ("arrived", 2, "planned", None),
    ]  # fmt: skip
    assert milestones(world.local, booking)["is_late"]
    events = [
        seen("2026-05-20T07:45:00+08:00", "departing", "CNWNZ", uri),
        seen("2026-05-20T22:31:30+08:00", "departing", "CNNGB-P", uri),
        seen("2026-05-20T20:00:00+08:00", "loading", "CNNGB-P", uri),
        seen("2026-05-20T20:01:00+08:00", "arriving", "TWTPE-A", uri),
        seen("2026-05-20T20:00:00+08:00", "other", "CNNGB-P", uri),
    ]
    assert send(world.local, *events).status_code == 201
    assert told(world.local, booking) == [
        ("departed", 1, "done", -15), ("arrived", 1, "unreported", None), ("loaded", None, "done", None),
        ("arrived", None, "done", None), ("departed", 2, "done", 31), ("arrived", 2, "planned", None),
    ]  # fmt: skip
    late = [item["milestone"] for item in milestones(world.local, booking)["items"] if item["is_late"]]
    assert late == ["departed"]
    # A second report of the same departure is no other departure.
    assert send(world.local, seen("2026-05-21T01:00:00+08:00", "departing", "CNNGB-P", uri)).status_code == 201
    assert ("departed", 2, "done", 31) in told(world.local, booking)


def test_declared_wrong(world: World) -> None:
    """An event that was declared wrong counts no more."""
    booking = world.local.booked(confirm=True)
    event = seen("2026-05-18T08:00:00+08:00", "departing", "CNNGB-P", booking_uri(booking), eventID="urn:example:1")
    send(world.local, event)
    assert ("departed", 1, "done", -3720) in told(world.local, booking)
    wrong = {"declarationTime": "2026-05-18T08:30:00+08:00", "reason": "did_not_occur"}
    assert send(world.local, event | {"errorDeclaration": wrong}).status_code == 201
    assert ("departed", 1, "planned", None) in told(world.local, booking)


def test_in_a_box(world: World) -> None:
    """What happens to a box happens to what is in it, from when it was put in until it was taken out."""
    first, second = (world.local.booked(confirm=True) for _ in range(2))
    world.clock.forward(days=40)
    events = [
        seen("2026-05-19T06:00:00+08:00", "loading", "CNWNZ", BOX, eventID="urn:example:before"),
        boxed("2026-05-19T08:00:00+08:00", BOX, booking_uri(first), booking_uri(second)),
        seen("2026-05-20T22:00:00+08:00", "departing", "CNNGB-P", BOX),
        seen("2026-05-20T22:00:00+08:00", "departing", "CNNGB-P", BOX_TWO),
        boxed("2026-05-23T00:00:00+08:00", BOX, booking_uri(second), action="DELETE"),
        seen("2026-06-21T16:00:00+02:00", "arriving", "DEHAM-P", BOX),
        boxed("2026-06-23T08:00:00+02:00", BOX, action="DELETE"),
        seen("2026-06-24T08:00:00+02:00", "unloading", "DEHAM-P", BOX),
    ]
    assert send(world.local, *events).status_code == 201
    assert told(world.local, first) == [
        ("stuffed", None, "done", None), ("departed", 1, "done", 0), ("arrived", 1, "done", -600),
        ("stripped", None, "done", None),
    ]  # fmt: skip
    assert told(world.local, second) == [
        ("stuffed", None, "done", None), ("departed", 1, "done", 0), ("stripped", None, "done", None),
        ("arrived", 1, "overdue", None),
    ]  # fmt: skip


def test_boxes_of_the_house(firms: World) -> None:
    """What the house says of a shared box counts for each firm with cargo in it, and for nobody else."""
    alice, bob, carol = (firms.caller(firms.firm(name), "forwarder") for name in "ABC")
    house = firms.caller("house", "dispatcher")
    bookings = {caller: caller.booked(confirm=True) for caller in (alice, bob, carol)}
    firms.clock.forward(days=4)
    packing = boxed("2026-05-19T08:00:00+08:00", BOX, *(booking_uri(bookings[one]) for one in (alice, bob)))
    leaving = seen("2026-05-20T22:05:00+08:00", "departing", "CNNGB-P", BOX)
    assert send(house, packing, leaving).status_code == 201
    # What another firm says of the same box is nothing to Alice.
    assert send(carol, leaving | {"eventTime": "2026-05-20T21:00:00+08:00"}).status_code == 201
    assert ("departed", 1, "done", 5) in told(alice, bookings[alice])
    assert ("departed", 1, "done", 5) in told(bob, bookings[bob])
    assert ("departed", 1, "overdue", None) in told(carol, bookings[carol])
    assert bob.send("GET", f"/v1/bookings/{bookings[alice]['id']}/milestones").status_code == 404


def test_cancelled(world: World) -> None:
    """Nothing is planned any more for what was cancelled; what happened stays."""
    booking = world.local.booked(confirm=True)
    world.local.change(booking, "cancel")
    found = milestones(world.local, booking)
    assert sorted(item["milestone"] for item in found["items"]) == ["booking_cancelled", "booking_confirmed"]
    assert not found["is_late"]
