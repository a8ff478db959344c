"""Particulars of bookings and the address book over HTTP, on both databases."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from sqlalchemy import select

from api.bookings.schema import BOOKING, PARTY
from api.store import audit
from api.store.models import AuditEntry
from api.store.session import WHOLE
from tests.api.booking_world import World, serve
from tests.api.papers_facts import CASES, CONSIGNEE, FRAMES, PARTICULARS, SHIPPER, facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.store.session import Store


@pytest.fixture
def papers(store: Store) -> Iterator[World]:
    """Return a service that wants keys and knows papers."""
    yield from serve(store, "on", facts=facts())


def remembered(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    """Return particulars whose shipper is to be remembered."""
    return {"shipper": SHIPPER | more | {"remember": True}}


def test_given_kept_and_changed(papers: World) -> None:
    """What was given comes back as it was given, costs nothing, changes as a whole, and is in the audit trail."""
    caller = papers.caller(papers.firm("A"), "forwarder")
    quote = caller.quote()
    plain = caller.booked(quote)
    booking = caller.booked(quote, particulars=PARTICULARS, confirm=True)
    jsonschema.validate(booking, BOOKING)
    assert booking["price"] == plain["price"]
    assert plain["particulars"] is None
    assert booking["particulars"]["shipper"] == SHIPPER
    assert booking["particulars"]["goods"][0]["mass_kg"] == "400"
    other = {"consignee": CONSIGNEE, "goods": [{"description_en": "Frames", "pieces": 10}]}
    changed = caller.change(booking, "amend", {"particulars": other}).json()
    assert set(changed["particulars"]) == {"consignee", "goods"}
    assert (changed["version"], changed["price"], changed["fees"]) == (booking["version"] + 1, booking["price"], [])
    same = caller.change(booking, "amend", {"particulars": other}).json()
    assert same["version"] == changed["version"]
    assert caller.change(booking, "amend", {"note": "x"}).json()["particulars"] == changed["particulars"]
    assert caller.change(booking, "amend", {"particulars": {}}).json()["particulars"] is None
    with papers.store.read(WHOLE) as session:
        rows = session.all(select(AuditEntry).where(AuditEntry.subject == booking["id"]).order_by(AuditEntry.seq))
        assert "particulars" in (rows[1].before or {})
        assert audit.verify(session).breaks == []


def test_refused_whole(papers: World) -> None:
    """Every fault is told at its field, and nothing was booked, changed or remembered."""
    caller = papers.caller(papers.firm("A"), "forwarder")
    booking = caller.booked()
    wrong = remembered(email="nobody") | {
        "goods": [FRAMES | {"pieces": 11}, CASES | {"hs": "x"}],
        "facts": {"date": "?"},
    }
    fields = {
        "particulars.shipper.email",
        "particulars.goods.0.value",
        "particulars.goods.1.value",
        "particulars.goods.1.hs",
        "particulars.goods.1.pieces",
        "particulars.facts.date",
    }
    for response in (caller.book(particulars=wrong), caller.change(booking, "amend", {"particulars": wrong})):
        assert response.status_code == 422
        assert {item["field"] for item in response.json()["errors"]} == fields
    assert caller.get("/v1/bookings")["items"] == [booking]
    assert caller.get("/v1/parties")["items"] == []


@pytest.mark.parametrize(
    "nonsense",
    [
        [], "x", 7, {"shipper": "A"}, {"goods": {}}, {"goods": [{"pieces": True}]}, {"goods": [{"pieces": [1]}]},
        {"goods": [{}] * 61}, {"facts": {"Date": "x"}}, {"facts": {"date": {}}}, {"shipper": {"name_en": "a\u0000b"}},
        {"shipper": {"name_en": "x" * 201}}, {"shipper": {"remember": "yes"}}, {"seller": {}},
        {"goods": [{"mass_kg": 1e400}]},
    ],
)  # fmt: skip
def test_nonsense(papers: World, nonsense: object) -> None:
    """What has another shape is refused with where, and is no error of the service."""
    caller = papers.caller(papers.firm("A"), "forwarder")
    text = '{"quote": "qt_1", "option": 1, "particulars": %s}'

    headers = {"authorization": f"Bearer {caller.secret}", "idempotency-key": "n", "content-type": "application/json"}
    body = text % json.dumps(nonsense).replace("Infinity", "1e400")
    response = papers.client.post("/v1/bookings", content=body, headers=headers)
    assert response.status_code in {404, 422}, response.text
    if response.status_code == 422:
        assert all(item["field"].startswith("particulars") for item in response.json()["errors"])


def test_not_of_what_has_ended(papers: World) -> None:
    """A cancelled booking has no papers to fill in; its words still change."""
    caller = papers.caller(papers.firm("A"), "forwarder")
    booking = caller.booked()
    caller.change(booking, "cancel")
    refused = caller.change(booking, "amend", {"particulars": PARTICULARS})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:hubport:problem:wrong-state")
    assert caller.change(booking, "amend", {"note": "over"}).status_code == 200


def test_another_offer_keeps_them(papers: World) -> None:
    """A booking moved to an offer for other cargo keeps what was typed, without being refused for its sums."""
    caller = papers.caller(papers.firm("A"), "forwarder")
    booking = caller.booked(particulars=PARTICULARS)
    offer = {"quote": caller.quote(weight_kg=900, pieces=9)["id"], "option": 1}
    moved = caller.change(booking, "amend", offer).json()
    assert (moved["mass_g"], moved["particulars"]) == (900_000, booking["particulars"])
    fits = PARTICULARS | {"goods": [FRAMES | {"mass_kg": 300, "net_mass_kg": 300, "pieces": 3}, CASES]}
    back = {"quote": caller.quote()["id"], "option": 1}
    assert caller.change(booking, "amend", back | {"particulars": fits}).status_code == 422
    assert caller.change(booking, "amend", {"particulars": fits}).status_code == 200


def test_address_book(papers: World) -> None:
    """A party is remembered once by name, with what was last said of it, by its firm alone, until it is forgotten."""
    alice, bob = (papers.caller(papers.firm(name), "forwarder") for name in "AB")
    booking = alice.booked(particulars=remembered())
    assert "remember" not in booking["particulars"]["shipper"]
    alice.change(booking, "amend", {"particulars": remembered(contact="Li Na")})
    alice.change(booking, "amend", {"particulars": {"consignee": CONSIGNEE}})
    (kept,) = alice.get("/v1/parties")["items"]
    jsonschema.validate(kept, PARTY)
    assert (kept["name_en"], kept["contact"], kept["firm"]) == (SHIPPER["name_en"], "Li Na", alice.firm)
    assert bob.get("/v1/parties")["items"] == []
    bob.booked(particulars=remembered(contact="Bob's"))
    (theirs,) = bob.get("/v1/parties")["items"]
    assert theirs["contact"] == "Bob's"
    assert bob.send("DELETE", f"/v1/parties/{kept['id']}").status_code == 404
    assert papers.caller(alice.firm, "planner").send("DELETE", f"/v1/parties/{kept['id']}").status_code == 403
    assert alice.send("DELETE", f"/v1/parties/{kept['id']}").json()["contact"] == "Li Na"
    assert alice.get("/v1/parties")["items"] == []
    with papers.store.read(WHOLE) as session:
        rows = session.all(select(AuditEntry).where(AuditEntry.subject == kept["id"]).order_by(AuditEntry.seq))
        assert [row.action for row in rows] == ["booking.make", "booking.amend", "party.forget"]
        assert audit.verify(session).breaks == []


def test_house_remembers_for_the_firm(papers: World) -> None:
    """What a dispatcher of the house remembers of a firm's booking goes into the book of that firm."""
    alice = papers.caller(papers.firm("A"), "forwarder")
    booking = alice.booked()
    house = papers.caller("house", "dispatcher")
    assert house.change(booking, "amend", {"particulars": remembered()}).status_code == 200
    assert [row["firm"] for row in alice.get("/v1/parties")["items"]] == [alice.firm]
