"""Webhooks over HTTP and the courier: told of what was written, signed, tried again, given up, replayed."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import threading
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from api.store import audit
from api.store.models import AuditEntry
from api.store.models_events import Delivery, Webhook
from api.store.session import WHOLE
from api.webhooks.courier import Courier
from api.webhooks.guard import Guard
from api.webhooks.service import forget_deliveries
from tests.api.bookings.test_bookings import problem
from tests.api.events.samples import seen
from tests.api.events.test_capture import send

if TYPE_CHECKING:
    from tests.api.booking_world import Caller, World
    from tests.api.webhooks.receiver import Got, Receiver

OPEN = Guard(allows_local=True)
ALL = ["booking.held", "booking.confirmed", "booking.cancelled", "event.captured"]
AT = "2026-05-18T08:30:00+08:00"


def made(caller: Caller, receiver: Receiver, *kinds: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """Make a webhook."""
    response = caller.send("POST", "/v1/webhooks", {"url": receiver.url, "kinds": list(kinds) or ALL} | more)
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()
    return found


def deliver(world: World, guard: Guard = OPEN) -> int:
    """Deliver what is due now."""
    courier = Courier(world.store, world.desk.catalogue, world.clock, guard)
    return asyncio.run(courier.deliver_due())


def deliveries(caller: Caller, webhook: dict[str, Any], query: str = "") -> list[tuple[Any, ...]]:
    """Return kind, state, attempts, last status and error of deliveries."""
    items = caller.get(f"/v1/webhooks/{webhook['id']}/deliveries{query}")["items"]
    return [(one["kind"], one["state"], one["attempts"], one["last_status"], one["last_error"]) for one in items]


def is_signed(got: Got, secret: str) -> bool:
    """Say whether one of the signatures of a message is that of a secret."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    expected = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return expected in got.headers["webhook-signature"].split()


def tagged(caller: Caller, webhook: dict[str, Any]) -> str:
    """Return the ETag of a webhook."""
    return caller.send("GET", f"/v1/webhooks/{webhook['id']}").headers["etag"]


def replay(caller: Caller, webhook: dict[str, Any], **body: str) -> dict[str, Any]:
    """Have a webhook told again."""
    tag = tagged(caller, webhook)
    response = caller.send("POST", f"/v1/webhooks/{webhook['id']}/replay", body, if_match=tag)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_told(world: World, receiver: Receiver) -> None:
    """What happens is told once, signed, with the event as it can be read, to those who asked for its kind."""
    hook = made(world.local, receiver, "booking.confirmed", "event.captured")
    booking = world.local.booked()
    world.local.change(booking, "confirm")
    send(world.local, seen(AT, "departing", "CNNGB-P"))
    assert deliver(world) == 2
    assert deliver(world) == 0
    told = {got.message["type"]: got for got in receiver.got}
    assert set(told) == {"booking.confirmed", "event.captured"}
    got = told["booking.confirmed"]
    assert is_signed(got, hook["secret"])
    assert not is_signed(got, hook["secret"].replace("whsec_", "whsec_AAAA"))
    event = world.local.get(f"/v1/events/{got.headers['webhook-id']}")
    assert got.message == {
        "type": "booking.confirmed", "timestamp": "2026-05-18T01:00:00Z", "data": event | {"hubport:firm": "house"},
    }  # fmt: skip
    assert event["hubport:booking"]["state"] == "confirmed"
    assert (got.path, got.headers["content-type"]) == ("/hook?x=1", "application/json")
    assert got.headers["host"] == receiver.url.split("/")[2]
    assert sorted(deliveries(world.local, hook)) == [
        ("booking.confirmed", "delivered", 1, 204, None), ("event.captured", "delivered", 1, 204, None),
    ]  # fmt: skip


def test_nothing_is_told_of_what_was_undone(world: World, receiver: Receiver) -> None:
    """A refused booking and a refused capture leave nothing to be told; nor does a webhook hear of what was before."""
    world.local.booked(world.local.quote(weight_kg=10_000))
    hook = made(world.local, receiver)
    assert world.local.book().status_code == 409
    assert send(world.local, seen(AT, "departing"), seen(AT, "flying")).status_code == 422
    assert deliver(world) == 0
    assert deliveries(world.local, hook) == []


def test_the_secret_is_shown_once(world: World, receiver: Receiver) -> None:
    """The secret stands in no other answer, in no list and not in the audit trail."""
    key = {"idempotency_key": "one"}
    body = {"url": receiver.url, "kinds": ["booking.held"]}
    first = world.local.send("POST", "/v1/webhooks", body, **key)
    again = world.local.send("POST", "/v1/webhooks", body, **key)
    secret = first.json()["secret"]
    assert again.json() == first.json() | {"secret": None}
    hook = first.json()
    for path in ("/v1/webhooks", f"/v1/webhooks/{hook['id']}", "/v1/audit"):
        assert secret not in world.local.send("GET", path).text
    assert "secret" not in world.local.get(f"/v1/webhooks/{hook['id']}")


def test_tried_again(world: World, receiver: Receiver) -> None:
    """After a failure there is another attempt when the table says so, under the same id and newly signed."""
    hook = made(world.local, receiver)
    world.local.booked()
    receiver.statuses = [500, 302, 200]
    receiver.location = "http://127.0.0.1:9/elsewhere"
    assert deliver(world) == 1
    assert deliveries(world.local, hook) == [("booking.held", "pending", 1, 500, None)]
    world.clock.forward(seconds=4)
    assert deliver(world) == 0
    world.clock.forward(seconds=1)
    assert deliver(world) == 1
    assert deliveries(world.local, hook) == [("booking.held", "pending", 2, 302, None)]
    world.clock.forward(seconds=300)
    assert deliver(world) == 1
    assert deliveries(world.local, hook) == [("booking.held", "delivered", 3, 200, None)]
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
    assert [
        int(got.headers["webhook-timestamp"]) - int(receiver.got[0].headers["webhook-timestamp"])
        for got in receiver.got
    ] == [0, 5, 305]
    assert all(is_signed(got, hook["secret"]) for got in receiver.got)


def test_given_up(world: World, receiver: Receiver) -> None:
    """When the last attempt has failed and nothing else came through, the webhook is switched off, and says why."""
    hook = made(world.local, receiver)
    world.local.booked()
    receiver.statuses = [503]
    for _ in range(3):
        assert deliver(world) == 1
        world.clock.forward(minutes=10)
    assert deliver(world) == 0
    found = world.local.get(f"/v1/webhooks/{hook['id']}")
    assert (found["active"], found["version"]) == (False, 2)
    assert found["disabled_why"].endswith("status 503, 3 attempts")
    assert deliveries(world.local, hook, "?state=failed") == [("booking.held", "failed", 3, 503, None)]
    world.local.booked()
    assert deliver(world) == 0
    receiver.statuses = [200]
    on = world.local.send("PATCH", f"/v1/webhooks/{hook['id']}", {"active": True}, if_match=tagged(world.local, hook))
    assert (on.json()["active"], on.json()["disabled_why"]) == (True, None)
    # What happened while it was off is not lost: whoever comes back asks for it.
    assert replay(world.local, hook, since="2026-05-18T01:00:00Z")["queued"] == 2
    assert deliver(world) == 2
    with world.store.read(WHOLE) as session:
        assert audit.verify(session).breaks == []


def test_one_bad_message_switches_nothing_off(world: World, receiver: Receiver) -> None:
    """A message that cannot be delivered while others can does not switch the webhook off."""
    hook = made(world.local, receiver)
    world.local.booked()
    receiver.statuses = [500]
    deliver(world)
    world.clock.forward(seconds=5)
    deliver(world)
    receiver.statuses = [200]
    world.local.booked()
    deliver(world)
    receiver.statuses = [500]
    world.clock.forward(minutes=10)
    deliver(world)
    assert world.local.get(f"/v1/webhooks/{hook['id']}")["active"]
    assert sorted(state for _, state, *_ in deliveries(world.local, hook)) == ["delivered", "failed"]


def test_gone(world: World, receiver: Receiver) -> None:
    """Whoever answers that the address is gone is asked no more."""
    hook = made(world.local, receiver)
    world.local.booked()
    receiver.statuses = [410]
    assert deliver(world) == 1
    assert not world.local.get(f"/v1/webhooks/{hook['id']}")["active"]
    assert deliveries(world.local, hook) == [("booking.held", "failed", 1, 410, None)]


def test_guarded(world: World, receiver: Receiver) -> None:
    """Without the setting nothing is sent to this machine, though the address was taken while it was allowed."""
    hook = made(world.local, receiver)
    world.local.booked()
    assert deliver(world, Guard()) == 1
    assert deliveries(world.local, hook) == [("booking.held", "pending", 1, None, "address-not-allowed")]
    assert receiver.got == []
    world.client.app.state.guard = Guard()  # type: ignore[attr-defined]
    for url, rule in ((receiver.url, "webhook_url"), ("https://10.0.0.1/", "webhook_address")):
        body = problem(world.local.send("POST", "/v1/webhooks", {"url": url, "kinds": ALL}), 422, "invalid-request")
        assert [(error["field"], error["rule"]) for error in body["errors"]] == [("url", rule)]


def test_out_of_reach(world: World, receiver: Receiver) -> None:
    """Nobody at the other end is a failure like any other."""
    hook = made(world.local, receiver)
    receiver.close()
    world.local.booked()
    assert deliver(world) == 1
    assert deliveries(world.local, hook) == [("booking.held", "pending", 1, None, "no-connection")]


def test_several_couriers(world: World, receiver: Receiver) -> None:
    """Of several processes that deliver at once, one has each message."""
    made(world.local, receiver)
    for _ in range(8):
        world.local.booked(world.local.quote(weight_kg=10))
    counts: list[int] = []

    def work() -> None:
        counts.append(deliver(world))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 8
    ids = [got.headers["webhook-id"] for got in receiver.got]
    assert len(ids) == len(set(ids)) == 8


def test_a_lease_keeps_others_away(world: World, receiver: Receiver) -> None:
    """While somebody sends a message nobody else does; when a lease has ended, its holder's result counts no more."""
    hook = made(world.local, receiver)
    world.local.booked()
    receiver.gate = threading.Event()
    first = threading.Thread(target=deliver, args=(world,))
    first.start()
    assert receiver.entered.acquire(timeout=10)
    assert deliver(world) == 0
    world.clock.forward(seconds=60)
    receiver.statuses = [500]
    second = threading.Thread(target=deliver, args=(world,))
    second.start()
    assert receiver.entered.acquire(timeout=10)
    receiver.gate.set()
    first.join()
    second.join()
    assert deliveries(world.local, hook) == [("booking.held", "pending", 2, 500, None)]
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1


def test_replay(world: World, receiver: Receiver) -> None:
    """What was recorded from an instant on is told again, or one delivery; a message keeps its id."""
    world.local.booked()
    world.clock.forward(minutes=5)
    hook = made(world.local, receiver)
    second = world.local.booked()
    world.clock.forward(minutes=5)
    world.local.change(second, "cancel")
    assert deliver(world) == 2
    before = [got.headers["webhook-id"] for got in receiver.got]
    assert replay(world.local, hook, since="2026-05-18T01:05:00Z") == {"queued": 2, "rest_from": None}
    assert deliver(world) == 2
    assert sorted(got.headers["webhook-id"] for got in receiver.got[2:]) == sorted(before)
    assert replay(world.local, hook, since="2026-05-18T00:00:00Z")["queued"] == 3
    assert deliver(world) == 3
    (last,) = world.local.get(f"/v1/webhooks/{hook['id']}/deliveries?limit=1")["items"]
    assert replay(world.local, hook, delivery=last["id"])["queued"] == 1
    assert deliver(world) == 1
    assert receiver.got[-1].headers["webhook-id"] == last["event"]
    address, tag = f"/v1/webhooks/{hook['id']}/replay", {"if_match": "*"}
    problem(world.local.send("POST", address, {"delivery": "dl_none"}, **tag), 404, "not-found")
    problem(world.local.send("POST", address, {}, **tag), 422, "invalid-request")
    problem(world.local.send("POST", address, {"delivery": "dl_1", "since": AT}, **tag), 422, "invalid-request")
    with world.store.read(WHOLE) as session:
        asked = select(AuditEntry.action).where(AuditEntry.subject == hook["id"]).order_by(AuditEntry.seq)
        actions = session.all(asked)
    assert actions == ["webhook.make"] + ["webhook.replay"] * 3


def test_new_secret(world: World, receiver: Receiver) -> None:
    """For a day messages are signed with the old secret as well as with the new one, then with the new one only."""
    hook = made(world.local, receiver)
    address = f"/v1/webhooks/{hook['id']}/rotate"
    assert world.local.send("POST", address).status_code == 428
    new = world.local.send("POST", address, if_match=tagged(world.local, hook)).json()["secret"]
    assert new != hook["secret"]
    for hours, olds in ((0, True), (24, False)):
        world.clock.forward(hours=hours)
        world.local.booked()
        deliver(world)
        got = receiver.got[-1]
        assert is_signed(got, new)
        assert is_signed(got, hook["secret"]) is olds


def test_old_deliveries_are_forgotten(world: World, receiver: Receiver) -> None:
    """How a delivery ended is known for a month; what waits stays, and events can be told again."""
    hook = made(world.local, receiver)
    world.local.booked()
    deliver(world)
    receiver.statuses = [500]
    world.local.booked()
    deliver(world)
    world.clock.forward(days=30)
    assert forget_deliveries(world.store, world.clock()) == 0
    world.clock.forward(seconds=1)
    assert forget_deliveries(world.store, world.clock()) == 1
    assert deliveries(world.local, hook) == [("booking.held", "pending", 1, 500, None)]
    assert replay(world.local, hook, since="2026-05-01T00:00:00Z")["queued"] == 2


def test_change(world: World, receiver: Receiver) -> None:
    """Address, kinds and note change with the version; a webhook that is off is told nothing meanwhile."""
    hook = made(world.local, receiver, note="a")
    address = f"/v1/webhooks/{hook['id']}"
    tag = tagged(world.local, hook)
    found = world.local.send(
        "PATCH", address, {"kinds": ["booking.cancelled"], "note": "b", "active": False}, if_match=tag
    )
    assert (found.json()["kinds"], found.json()["note"], found.json()["active"]) == (["booking.cancelled"], "b", False)
    assert found.json()["disabled_why"] == "switched off"
    assert world.local.send("PATCH", address, {"note": "c"}, if_match=tag).status_code == 412
    assert world.local.send("GET", address, if_none_match=found.headers["etag"]).status_code == 304
    world.local.change(world.local.booked(), "cancel")
    world.local.send("PATCH", address, {"active": True}, if_match=found.headers["etag"])
    world.local.change(world.local.booked(), "cancel")
    assert deliver(world) == 1
    problem(world.local.send("PATCH", address, {"kinds": ["nothing"]}, if_match="*"), 422, "invalid-request")


def test_firms_are_told_of_their_own(firms: World, receiver: Receiver) -> None:
    """A firm's webhook hears of its own events only; one of the house may hear of all, and then of each once."""
    firms.client.app.state.guard = OPEN  # type: ignore[attr-defined]
    alice, bob = (firms.caller(firms.firm(name), "admin") for name in "AB")
    house = firms.caller("house", "admin")
    mine, own = made(alice, receiver), made(house, receiver)
    every = made(house, receiver, all_firms=True)
    problem(
        alice.send("POST", "/v1/webhooks", {"url": receiver.url, "kinds": ALL, "all_firms": True}), 403, "forbidden"
    )
    bob.booked()
    alice.booked()
    assert deliver(firms) == 3
    assert [len(deliveries(house, hook)) for hook in (mine, own, every)] == [1, 0, 2]
    assert {got.message["data"]["hubport:firm"] for got in receiver.got} == {alice.firm, bob.firm}
    assert bob.send("GET", f"/v1/webhooks/{mine['id']}").status_code == 404
    assert [hook["id"] for hook in alice.get("/v1/webhooks")["items"]] == [mine["id"]]
    assert firms.caller(alice.firm, "forwarder").send("GET", "/v1/webhooks").status_code == 403
    with firms.store.read(WHOLE) as session:
        owners = dict(map(tuple, session.rows(select(Webhook.id, Webhook.firm_id))))
        assert {owners[hook] == firm for hook, firm in session.rows(select(Delivery.webhook_id, Delivery.firm_id))} == {
            True
        }
        assert session.one(select(func.count()).select_from(Delivery)) == 3
