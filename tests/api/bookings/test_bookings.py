"""From a quote to a booking, and what may become of it, over HTTP on both databases."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import jsonschema
from sqlalchemy import select

from api.answer_schema import ANSWER_SCHEMA, PROBLEM_SCHEMA
from api.bookings.states import TRANSITIONS, State
from api.bookings.sweep import ANSWERS_KEPT, QUOTES_KEPT, sweep
from api.bookings.terms import Terms
from api.store import audit
from api.store.models import AllottedRun, BookedLeg, Booking, KeptAnswer, KeptQuote, Run
from api.store.session import WHOLE
from tests.api.booking_world import FIRST, KG, TEU, World

if TYPE_CHECKING:
    from httpx import Response

NAMES = ("teu_milli", "mass_g", "volume_cm3")


def problem(response: Response, status: int, name: str) -> dict[str, Any]:
    """Return the problem of a response, which must have a status and a type."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    jsonschema.validate(body, PROBLEM_SCHEMA)
    assert body["type"] == f"urn:hubport:problem:{name}"
    return body


def check_books(world: World) -> None:
    """Add up everything that was booked, and compare it with what is taken; then verify the audit trail."""
    with world.store.read(WHOLE) as session:
        taken: dict[tuple[str, int], list[int]] = {}
        own: dict[tuple[str, int, str], list[int]] = {}
        states = {booking.id: booking for booking in session.all(select(Booking))}
        for leg in session.all(select(BookedLeg)):
            is_taking = states[leg.booking_id].state in {"held", "confirmed"}
            assert leg.is_waiting == (states[leg.booking_id].state == "waitlisted")
            for call in range(leg.first_call, leg.last_call) if is_taking else ():
                for number, name in enumerate(NAMES):
                    mine = getattr(leg, f"own_{name}")
                    taken.setdefault((leg.departure_id, call), [0] * 3)[number] += getattr(leg, name) - mine
                    own.setdefault((leg.departure_id, call, leg.firm_id), [0] * 3)[number] += mine
        for run in session.all(select(AllottedRun)):
            used = own.pop((run.departure_id, run.call, run.firm_id), [0] * 3)
            assert [getattr(run, f"taken_{name}") for name in NAMES] == used
            for number, name in enumerate(NAMES):
                taken.setdefault((run.departure_id, run.call), [0] * 3)[number] += getattr(run, f"capacity_{name}")
        assert all(not any(rest) for rest in own.values())
        for run in session.all(select(Run)):
            assert [getattr(run, f"taken_{name}") for name in NAMES] == taken.pop((run.departure_id, run.call), [0] * 3)
        assert not taken
        assert audit.verify(session).breaks == []


def test_quote_is_kept(world: World) -> None:
    """A quote can be opened again, byte for byte, and says until when it can be booked."""
    response = world.local.send(
        "POST", "/v1/quotes", {"from": "CNNGB-P", "to": "DEHAM-P", "weight_kg": 1, "volume_m3": 1}
    )
    body = response.json()
    jsonschema.validate(body, ANSWER_SCHEMA)
    assert body["created_at"] == "2026-05-18T01:00:00Z"
    assert [option["bookable_until"] for option in body["options"]] == ["2026-05-20T01:00:00Z"] * 3
    again = world.local.send("GET", response.headers["location"])
    assert again.content == response.content
    fresh = world.local.send("GET", response.headers["location"], if_none_match=again.headers["etag"])
    assert (fresh.status_code, fresh.content) == (304, b"")
    problem(world.local.send("GET", "/v1/quotes/qt_none"), 404, "not-found")


def test_booking_has_the_quoted_price(world: World) -> None:
    """What is booked is what was quoted: price, departures, amounts; the room is taken on every run."""
    quote = world.local.quote(**{"from": "CNWNZ", "currency": "EUR"})
    response = world.local.book(quote, reference="PO-1", note="第一票\nfirst")
    assert response.status_code == 201, response.text
    booking = response.json()
    chosen = quote["options"][0]
    assert booking["price"]["amount_minor"] == chosen["cost_minor"]
    assert booking["price"]["cny_minor"] == chosen["cost_cny_minor"]
    assert booking["price"]["currency"] == "EUR"
    assert [leg["service"] for leg in booking["legs"]] == ["ROAD-1", "SEA-1"]
    assert (booking["state"], booking["held_until"]) == ("held", "2026-05-18T02:00:00Z")
    assert (booking["reference"], booking["note"]) == ("PO-1", "第一票\nfirst")
    assert world.local.get(response.headers["location"]) == booking
    departure = world.local.get(f"/v1/departures/{FIRST}")
    assert departure["capacity"] == {"teu_milli": 4 * TEU, "mass_g": 10_000 * KG, "volume_cm3": None}
    assert departure["free"] == {"teu_milli": 4 * TEU, "mass_g": 9000 * KG, "volume_cm3": None}
    assert [run["free"]["mass_g"] for run in departure["runs"]] == [9000 * KG] * 2
    assert [call["location"] for call in departure["calls"]] == ["CNNGB-P", "TWKHH-P", "DEHAM-P"]
    board = world.local.get("/v1/departures?location=CNNGB-P&after=2026-05-19")
    assert {"departure", "free"} <= board[0].keys()
    check_books(world)


def test_room_is_by_run(world: World) -> None:
    """Cargo that leaves the ship in the middle leaves its room to others from there on."""
    world.local.booked(world.local.quote(to="TWKHH-P", weight_kg=9000))
    world.local.booked(world.local.quote(**{"from": "TWKHH-P", "weight_kg": 8000}))
    assert [run["free"]["mass_g"] for run in world.local.get(f"/v1/departures/{FIRST}")["runs"]] == [
        1000 * KG,
        2000 * KG,
    ]
    body = problem(world.local.book(world.local.quote(weight_kg=1500)), 409, "no-room")
    assert body["subject"] == FIRST
    assert body["detail"] == "mass_g: 1500000 wanted, 1000000 free"
    world.local.booked(world.local.quote(weight_kg=1000))
    check_books(world)


def test_all_legs_or_none(world: World) -> None:
    """When the ship is full, the truck is not booked either: not even its row stays."""
    world.local.booked(world.local.quote(weight_kg=10_000))
    quote = world.local.quote(**{"from": "CNWNZ"})
    problem(world.local.book(quote), 409, "no-room")
    with world.store.read(WHOLE) as session:
        assert session.all(select(Run).where(Run.departure_id.like("ROAD%"))) == []
    check_books(world)


def test_boxes_take_slots(world: World) -> None:
    """Boxes count by their size, whatever they weigh."""
    quote = world.local.quote(box="40HQ", boxes=2, weight_kg=2000, volume_m3=60)
    world.local.booked(quote)
    assert world.local.free()["teu_milli"] == 0
    problem(world.local.book(quote), 409, "no-room")
    world.local.booked(world.local.quote())
    check_books(world)


def test_confirm_and_cancel(world: World) -> None:
    """A hold is confirmed at its price; cancelling costs what the tables say, and frees the room."""
    booking = world.local.booked()
    confirmed = world.local.change(booking, "confirm").json()
    assert (confirmed["state"], confirmed["version"], confirmed["held_until"]) == ("confirmed", 2, None)
    problem(world.local.change(booking, "confirm"), 409, "wrong-state")
    world.clock.at = world.clock.at.replace(day=19)
    cancelled = world.local.change(booking, "cancel").json()
    # 37 hours are left, so the row from 0 hours holds: half of 10,000.00.
    assert cancelled["fees"] == [
        {"action": "cancel", "at": "2026-05-19T01:00:00Z", "cny_minor": 500_000, "row": "F1", "assumed": False}
    ]
    assert (cancelled["state"], cancelled["fees_cny_minor"]) == ("cancelled", 500_000)
    assert world.local.free()["mass_g"] == 10_000 * KG
    problem(world.local.change(booking, "cancel"), 409, "wrong-state")
    check_books(world)


def test_fees_go_by_the_hours_left(world: World) -> None:
    """Earlier is cheaper: 10 % and 5 yuan from 48 hours, and nothing for a hold."""
    early = world.local.booked(confirm=True)
    assert world.local.change(early, "cancel").json()["fees_cny_minor"] == 100_500
    held = world.local.booked()
    assert world.local.change(held, "cancel").json()["fees"] == []


def test_hold_ends(world: World) -> None:
    """A hold that is over cannot be confirmed, and its room goes to the next, swept or not."""
    quote = world.local.quote(weight_kg=10_000)
    first = world.local.booked(quote)
    problem(world.local.book(quote), 409, "no-room")
    world.clock.forward(minutes=60)
    problem(world.local.change(first, "confirm"), 409, "wrong-state")
    problem(world.local.change(first, "amend", {"quote": quote["id"], "option": 2}), 409, "wrong-state")
    assert world.local.change(first, "amend", {"option": 2}).status_code == 422
    second = world.local.booked(quote)
    assert world.local.get(f"/v1/bookings/{first['id']}")["state"] == "expired"
    world.clock.forward(hours=2)
    assert sweep(world.store, world.desk.catalogue.derived(Terms), world.clock()).bookings == 1
    assert world.local.get(f"/v1/bookings/{second['id']}")["state"] == "expired"
    check_books(world)


def test_quote_ends(world: World) -> None:
    """A quote is booked while it is valid and the ship has not gone, not after."""
    quote = world.local.quote()
    world.clock.forward(hours=48)
    problem(world.local.book(quote), 409, "quote-expired")
    world.clock.forward(hours=24)
    problem(world.local.book(quote), 409, "departed")
    problem(world.local.book(quote, option=4), 422, "option-unknown")


def test_waitlist(world: World) -> None:
    """Room that becomes free goes to who waits longest; nobody passes where an earlier one lacks room."""
    quote, small = world.local.quote(weight_kg=9000), world.local.quote(weight_kg=2000)
    taking = world.local.booked(quote)
    assert world.local.booked(world.local.quote(weight_kg=1000), wait=True)["state"] == "held"
    large = world.local.booked(quote, wait=True)
    world.clock.forward(seconds=1)
    little = world.local.booked(small, wait=True)
    assert (large["state"], little["state"], little["held_until"]) == ("waitlisted", "waitlisted", None)
    world.local.change(taking, "cancel")
    states = [world.local.get(f"/v1/bookings/{one['id']}")["state"] for one in (large, little)]
    assert states == ["held", "waitlisted"]
    assert world.local.get(f"/v1/bookings/{large['id']}")["held_until"] == "2026-05-18T02:00:01Z"
    check_books(world)
    world.local.change(large, "cancel")
    assert world.local.get(f"/v1/bookings/{little['id']}")["state"] == "held"
    check_books(world)


def test_waiting_ends_with_the_ship(world: World) -> None:
    """Nobody waits for a ship that has gone."""
    world.local.booked(world.local.quote(weight_kg=10_000), confirm=True)
    waiting = world.local.booked(wait=True)
    world.clock.forward(days=3)
    sweep(world.store, world.desk.catalogue.derived(Terms), world.clock())
    assert world.local.get(f"/v1/bookings/{waiting['id']}")["state"] == "expired"
    check_books(world)


def test_amend(world: World) -> None:
    """Another offer takes the place of the booked one, at its own price and for the fee; or nothing changes."""
    booking = world.local.booked(world.local.quote(weight_kg=6000), confirm=True)
    larger = world.local.quote(weight_kg=9000)
    amended = world.local.change(booking, "amend", {"quote": larger["id"], "option": 1, "note": "more"}).json()
    assert (amended["mass_g"], amended["state"], amended["note"]) == (9000 * KG, "confirmed", "more")
    assert [fee["cny_minor"] for fee in amended["fees"]] == [2000]
    assert world.local.free()["mass_g"] == 1000 * KG
    too_large = world.local.quote(weight_kg=11_000)
    problem(world.local.change(booking, "amend", {"quote": too_large["id"], "option": 1}), 409, "no-room")
    assert world.local.get(f"/v1/bookings/{booking['id']}")["quote"] == larger["id"]
    named = world.local.change(booking, "amend", {"reference": "PO-2"}).json()
    assert (named["reference"], named["fees"]) == ("PO-2", amended["fees"])
    check_books(world)


def test_roll_over(world: World) -> None:
    """The same services later, at the booked price and for the fee; not earlier, not another way, not other cargo."""
    booking = world.local.booked(confirm=True)
    other = world.local.quote()
    rolled = world.local.change(booking, "roll", {"quote": other["id"], "option": 2}).json()
    assert rolled["price"] == booking["price"]
    assert rolled["depart_at"] == "2026-05-27T14:00:00Z"
    rate = next(row for row in world.desk.catalogue.fx if row.currency == "EUR").cny_per_unit
    assert rolled["fees_cny_minor"] == round(1000 * rate)
    assert world.local.free()["mass_g"] == 10_000 * KG
    problem(world.local.change(booking, "roll", {"quote": other["id"], "option": 1}), 409, "other-way")
    heavier = world.local.quote(weight_kg=1001)
    problem(world.local.change(booking, "roll", {"quote": heavier["id"], "option": 3}), 409, "other-shipment")
    check_books(world)


def test_no_row_no_change(world: World) -> None:
    """Where no row of the tables allows it, a change is refused: here, on the last day."""
    booking = world.local.booked(confirm=True)
    quote = world.local.quote()
    world.clock.forward(hours=40)
    problem(world.local.change(booking, "amend", {"quote": quote["id"], "option": 1}), 409, "no-rule")


def test_every_state(world: World) -> None:
    """Whatever is tried in whatever state, only what the table of transitions has can happen."""
    quote = world.local.quote(weight_kg=10_000)
    other = world.local.quote(weight_kg=10_000)

    def prepared(state: State) -> dict[str, Any]:
        if state == "waitlisted":
            blocker = world.local.booked(quote)
            found = world.local.booked(quote, wait=True)
            found["blocker"] = blocker
        else:
            found = world.local.booked(quote, confirm=state == "confirmed")
        if state == "cancelled":
            world.local.change(found, "cancel")
        if state == "expired":
            world.clock.forward(minutes=61)
            sweep(world.store, world.desk.catalogue.derived(Terms), world.clock())
        return found

    bodies = {
        "confirm": None,
        "cancel": None,
        "amend": {"quote": other["id"], "option": 2},
        "roll": {"quote": other["id"], "option": 2},
    }
    for state in get_args(State):
        for event, body in bodies.items():
            booking = prepared(state)
            response = world.local.change(booking, event, body)
            wanted = TRANSITIONS.get((state, event))  # type: ignore[call-overload]
            if wanted is None:
                problem(response, 409, "wrong-state")
            else:
                assert response.json()["state"] == wanted, (state, event, response.text)
            check_books(world)
            for left in (booking, booking.get("blocker", booking)):
                world.local.change(left, "cancel")


def test_states_are_drawn() -> None:
    """The drawing in the documentation has exactly the transitions of the table."""
    text = (Path(__file__).parents[3] / "docs" / "service.md").read_text(encoding="utf-8")
    text = next(part for part in text.split("```") if "held --> confirmed" in part)
    drawn = re.findall(r"^\s+(\S+) --> (\S+): (\w+)$", text, flags=re.MULTILINE)
    table = {("[*]" if before is None else before, after, event) for (before, event), after in TRANSITIONS.items()}
    assert {arrow for arrow in drawn if arrow[1] != "[*]"} == table


def test_idempotency(world: World) -> None:
    """The same key and body give the same answer and one booking; another body is refused; refusals repeat too."""
    quote = world.local.quote()
    body = {"quote": quote["id"], "option": 1}
    first = world.local.send("POST", "/v1/bookings", body, idempotency_key="one")
    again = world.local.send("POST", "/v1/bookings", body, idempotency_key="one")
    assert (again.status_code, again.content, again.headers["etag"]) == (201, first.content, first.headers["etag"])
    assert again.headers["idempotency-replayed"] == "true"
    problem(world.local.send("POST", "/v1/bookings", body | {"option": 2}, idempotency_key="one"), 422, "key-reused")
    tag = first.headers["etag"]
    path = f"/v1/bookings/{first.json()['id']}/cancel"
    problem(world.local.send("POST", path, if_match=tag, idempotency_key="one"), 422, "key-reused")
    problem(world.local.send("POST", "/v1/bookings", body, idempotency_key=None), 400, "key-missing")
    problem(world.local.send("POST", "/v1/bookings", body, idempotency_key="k" * 256), 400, "key-missing")
    world.local.booked(world.local.quote(weight_kg=9000))
    refused = world.local.send("POST", "/v1/bookings", body, idempotency_key="two")
    problem(refused, 409, "no-room")
    world.local.change(first.json(), "cancel")
    assert world.local.send("POST", "/v1/bookings", body, idempotency_key="two").content == refused.content
    assert len(world.local.get("/v1/bookings")["items"]) == 2
    asked = world.local.send(
        "POST", "/v1/quotes", {"from": "CNNGB-P", "to": "DEHAM-P", "weight_kg": 1, "volume_m3": 1}, idempotency_key="q"
    )
    same = world.local.send(
        "POST", "/v1/quotes", {"from": "CNNGB-P", "to": "DEHAM-P", "weight_kg": 1, "volume_m3": 1}, idempotency_key="q"
    )
    assert asked.content == same.content
    assert (same.headers["idempotency-replayed"], "kept-as" in same.headers) == ("true", False)
    with world.store.read(WHOLE) as session:
        kept = session.one(select(KeptAnswer).where(KeptAnswer.key == "q"))
    assert kept is not None
    assert kept.body == b"", "the answer of a quote is kept once, with the quote"


def test_match(world: World) -> None:
    """A change needs the ETag of what was read; an old one is refused, and nothing happens."""
    booking = world.local.booked()
    path = f"/v1/bookings/{booking['id']}"
    tag = world.local.send("GET", path).headers["etag"]
    problem(world.local.send("POST", f"{path}/cancel"), 428, "match-missing")
    problem(world.local.send("POST", f"{path}/cancel", if_match='"other.1"'), 412, "match-failed")
    assert world.local.send("PATCH", path, {"note": "x"}, if_match=f'"no.1", {tag}').status_code == 200
    problem(world.local.send("POST", f"{path}/confirm", if_match=tag), 412, "match-failed")
    assert world.local.send("POST", f"{path}/confirm", if_match="*").json()["state"] == "confirmed"
    assert world.local.send("GET", path, if_none_match=tag).status_code == 200


def test_pages(world: World) -> None:
    """Pages follow each other without gaps or doubles, whatever is added; filters hold; bad cursors are refused."""
    quote = world.local.quote(weight_kg=100, volume_m3=1)
    made = []
    for number in range(5):
        made.append(world.local.booked(quote, reference=f"r{number % 2}")["id"])
        world.clock.forward(seconds=1)
    seen, after = [], ""
    while True:
        page = world.local.get(f"/v1/bookings?limit=2{after}")
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
        if len(seen) == 2:
            made.append(world.local.booked(quote)["id"])
    assert seen == made
    assert len(world.local.get("/v1/bookings?reference=r1")["items"]) == 2
    assert world.local.get("/v1/bookings?state=cancelled") == {"items": [], "next": None}
    for cursor in ("x", "NQ", "%00", "é"):
        assert world.local.send("GET", f"/v1/bookings?after={cursor}").status_code == 422


def test_capacity_is_set(world: World) -> None:
    """The capacity of a departure is changed for all runs, never below what is taken, and who waits gets the room."""
    path = f"/v1/departures/{FIRST}/capacity"
    world.local.booked(world.local.quote(weight_kg=6000), confirm=True)
    body = {"teu_milli": None, "mass_g": 6000 * KG, "volume_cm3": 5 * 10**6}
    assert world.local.send("PUT", path, body).json()["free"] == {"teu_milli": None, "mass_g": 0, "volume_cm3": 0}
    problem(world.local.send("PUT", path, body | {"mass_g": 5999 * KG}), 409, "capacity-below-taken")
    waiting = world.local.booked(world.local.quote(weight_kg=6000, volume_m3=1), wait=True)
    world.local.send("PUT", path, {"teu_milli": None, "mass_g": None, "volume_cm3": None})
    assert world.local.get(f"/v1/bookings/{waiting['id']}")["state"] == "held"
    problem(world.local.send("PUT", "/v1/departures/SEA-1@20260521T1400Z/capacity", body), 404, "not-found")
    problem(world.local.send("GET", "/v1/departures/x/y"), 404, "not-found")
    check_books(world)


def test_allotments(firms: World) -> None:
    """Allotted room is the firm's alone until it is released; what is left then is free to all."""
    house, a = firms.caller("house", "dispatcher"), firms.firm("A")
    alice, bob = firms.caller(a, "forwarder"), firms.caller(firms.firm("B"), "forwarder")
    body = {"firm": a, "departure": FIRST, "mass_g": 8000 * KG}
    allotment = house.send("POST", "/v1/allotments", body).json()
    assert allotment["release_at"] == "2026-05-19T14:00:00Z"
    problem(house.send("POST", "/v1/allotments", body), 409, "name-taken")
    assert bob.free()["mass_g"] == 2000 * KG
    problem(bob.book(bob.quote(weight_kg=3000)), 409, "no-room")
    check_books(firms)
    booking = alice.booked(alice.quote(weight_kg=9000), confirm=True)
    assert bob.free()["mass_g"] == 1000 * KG
    check_books(firms)
    alice.change(booking, "cancel")
    assert bob.free()["mass_g"] == 2000 * KG
    kept = alice.booked(alice.quote(weight_kg=5000), confirm=True)
    assert alice.get("/v1/allotments")["items"] == [allotment]
    assert bob.get("/v1/allotments")["items"] == []
    firms.clock.at = firms.clock.at.replace(day=19, hour=14)
    assert sweep(firms.store, firms.desk.catalogue.derived(Terms), firms.clock()).allotments == 1
    assert bob.free()["mass_g"] == 5000 * KG
    check_books(firms)
    alice.change(kept, "cancel")
    assert bob.free()["mass_g"] == 10_000 * KG
    problem(alice.send("POST", "/v1/allotments", body), 403, "forbidden")
    check_books(firms)


def test_allotment_needs_room(firms: World) -> None:
    """No more is allotted than is free, and releasing by hand works as by the clock."""
    house, a = firms.caller("house", "admin"), firms.firm("A")
    body = {"firm": a, "departure": FIRST, "mass_g": 10_001 * KG}
    problem(house.send("POST", "/v1/allotments", body), 409, "no-room")
    check_books(firms)
    made = house.send("POST", "/v1/allotments", body | {"mass_g": 10_000 * KG, "teu_milli": TEU}).json()
    assert house.free() == {"teu_milli": 3 * TEU, "mass_g": 0, "volume_cm3": None}
    assert house.send("DELETE", f"/v1/allotments/{made['id']}").json()["open"] is False
    assert house.free()["mass_g"] == 10_000 * KG
    assert house.send("POST", "/v1/allotments", body | {"mass_g": 1}).status_code == 201
    check_books(firms)


def test_forgetting(world: World) -> None:
    """Quotes that were not booked, and kept answers, go after their time; quotes that were booked stay."""
    booked = world.local.booked(confirm=True)
    world.local.quote()
    world.clock.forward(days=ANSWERS_KEPT.days + 1)
    sweep(world.store, world.desk.catalogue.derived(Terms), world.clock())
    with world.store.read(WHOLE) as session:
        assert session.all(select(KeptAnswer.key)) == []
        assert len(session.all(select(KeptQuote.id))) == 2
    world.clock.forward(days=QUOTES_KEPT.days + 3)
    sweep(world.store, world.desk.catalogue.derived(Terms), world.clock())
    with world.store.read(WHOLE) as session:
        assert session.all(select(KeptQuote.id)) == [booked["quote"]]


BAD: tuple[tuple[dict[str, Any], str], ...] = (
    ({}, "quote"),
    ({"quote": "qt_1", "option": 0}, "option"),
    ({"quote": "qt_1", "option": 1, "colour": "red"}, "colour"),
    ({"quote": "qt_1", "option": 1, "reference": "a\nb"}, "reference"),
    ({"quote": "qt_1", "option": 1, "note": "\x00"}, "note"),
    ({"quote": "QT", "option": 1}, "quote"),
    ({"quote": "qt_1", "option": 1, "reference": "x" * 201}, "reference"),
)


def test_bad_bodies(world: World) -> None:
    """A body that is not well formed is refused, and says where."""
    for body, field in BAD:
        found = world.local.send("POST", "/v1/bookings", body)
        assert field in {fault["field"] for fault in problem(found, 422, "invalid-request")["errors"]}
