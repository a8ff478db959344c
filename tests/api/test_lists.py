"""Lists of the service: every one can be narrowed to some fields, and to what its filters say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.client import Hubport
from api.desk import Desk
from api.faults import RequestFaultsError
from api.fields import read_fields
from data import load_catalogue
from network.warehouse.cards import Cards
from tests.api.booking_world import FIRST, World, serve
from tests.api.bookings.test_bookings import problem
from tests.api.client_world import Through
from tests.api.fakes import FakePlanner, clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.store.session import Store


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    """Return a service that asks nobody who they are."""
    yield from serve(store)


def everything(world: World) -> None:
    """Make one of everything that is listed."""
    world.local.booked(reference="PO-1")
    user = world.local.send("POST", "/v1/users", {"name": "one", "roles": ["forwarder"]}).json()
    world.local.send("POST", "/v1/keys", {"user": user["id"], "name": "one"})
    world.local.send("POST", "/v1/allotments", {"firm": "house", "departure": FIRST, "mass_g": 1})
    world.local.send(
        "POST", "/v1/shipments",
        {"reference": "1", "from": "CNNGB-P", "to": "DEHAM-P", "weight_kg": 9, "volume_m3": 1, "ready": "2026-06-01"},
    )  # fmt: skip
    assert world.local.send("POST", "/v1/datasets/active/activate").status_code == 200


def listed(world: World) -> dict[str, tuple[str, list[str]]]:
    """Return, by address, what must be asked besides, and the fields that the description of the interface names."""
    paths = world.client.get("/v1/openapi.json").json()["paths"]
    found = {}
    for path, methods in paths.items():
        for parameter in methods.get("get", {}).get("parameters", []):
            if parameter["name"] == "fields" and "{" not in path:
                names = parameter["description"].partition(": ")[2].split(", ")
                found[path] = ("&location=CNNGB-P&mode=sea" if path == "/v1/departures" else "", names)
    return found


def test_every_list_has_the_fields_it_names(world: World) -> None:
    """By construction: what the description names is what every item has, and each alone can be asked for."""
    everything(world)
    lists = listed(world)
    assert lists.keys() >= {
        f"/v1/{name}"
        for name in (
            "quotes", "bookings", "departures", "firms", "users", "keys", "audit", "allotments", "shipments",
            "datasets", "warehouses",
        )
    }  # fmt: skip
    for path, (query, names) in lists.items():
        answer = world.local.get(f"{path}?limit=5{query}")
        items = answer["items"] if isinstance(answer, dict) else answer
        assert items, path
        assert list(items[0]) == names or set(items[0]) == set(names), path
        for name in names:
            some = world.local.get(f"{path}?limit=5&fields={name}{query}")
            some = some["items"] if isinstance(some, dict) else some
            assert some[0] == {name: items[0][name]}, (path, name)
        problem(world.local.send("GET", f"{path}?fields=nothing{query}"), 422, "invalid-request")


def test_filters(world: World) -> None:
    """Filters of every list keep what they say and leave out the rest."""
    everything(world)
    get = world.local.get
    booking = get("/v1/bookings")["items"][0]
    depart, created = booking["depart_at"], booking["created_at"]
    for path, yes, no in (
        ("bookings", f"state=held&reference=PO-1&from=CNNGB-P&quote={booking['quote']}", "to=CNNGB-P"),
        ("bookings", f"depart_since={depart}", f"depart_before={depart}"),
        ("bookings", f"created_since={created}", f"created_before={created}"),
        (
            "quotes",
            f"created_since={created}&fingerprint={world.desk.catalogue.fingerprint}",
            f"created_before={created}",
        ),
        ("firms", "name=HUB&disabled=false", "disabled=true"),
        ("firms", "name=hubport", "name=%25"),
        ("users", "name=on&firm=house", "firm=other"),
        ("keys", "revoked=false", "revoked=true"),
        ("allotments", f"open=true&departure={FIRST}", "open=false"),
        ("audit", "action=booking.make&kind=booking", "action=nothing"),
        ("audit", f"since={created}&user=local", f"before={created}"),
        ("shipments", "state=open", "state=booked"),
    ):
        assert get(f"/v1/{path}?{yes}")["items"], (path, yes)
        assert get(f"/v1/{path}?{no}")["items"] == [], (path, no)
        problem(world.local.send("GET", f"/v1/{path}?limit=x"), 422, "invalid-request")
    assert get("/v1/quotes?fields=shipment")["items"][0]["shipment"]["origin"] == "CNNGB-P"


def test_fields_are_read() -> None:
    """Names are taken in their order; every wrong one is told."""
    assert read_fields(None, ["a"]).names is None
    assert read_fields(" b ,a", ["a", "b"]).names == ("b", "a")
    with pytest.raises(RequestFaultsError) as raised:
        read_fields("a,,x,a", ["a", "b"])
    assert [fault.rule for fault in raised.value.faults] == ["unknown_choice", "unknown_choice", "malformed"]


@pytest.fixture(scope="module")
def shipped() -> Iterator[tuple[TestClient, Any]]:
    """Return a service on the shipped data set, without its network."""
    facts = load_catalogue()
    with TestClient(create_app(Desk(facts, FakePlanner(facts), clock))) as client:
        yield client, facts


def test_warehouses(shipped: tuple[TestClient, Any]) -> None:
    """Warehouses are found by territory, services and bond, and tell what they charge on a day."""
    client, facts = shipped
    places = {row.code: row.territory for row in facts.locations}

    def ids(query: str = "") -> list[str]:
        found: list[str] = []
        after = ""
        while True:
            page = client.get(f"/v1/warehouses?limit=40&fields=id{query}{after}").json()
            found += [item["id"] for item in page["items"]]
            if page["next"] is None:
                return found
            after = f"&after={page['next']}"

    every = [row for row in facts.warehouses if (row.valid_from is None or row.valid_from <= clock().date())]
    assert ids() == [row.id for row in every]
    assert ids("&territory=DE") == [row.id for row in every if places[row.location] == "DE"] != []
    assert ids("&bonded=true") == [row.id for row in every if row.bonded]
    service = next(service for row in every for service in row.services)
    assert ids(f"&services={service}") == [row.id for row in every if service in row.services] != []
    assert client.get("/v1/warehouses?services=nothing").status_code == 422
    cards = facts.derived(Cards)
    row = next(row for row in every if cards.of(row, clock().date()) is not None)
    found = client.get(f"/v1/warehouses/{row.id}").json()
    card = cards.of(row, clock().date())
    assert found["card"] == card.row.id
    prices = {fee.id: str(fee.price) for fee in facts.warehouse_fees if fee.card == card.row.id}
    assert {fee["id"]: fee["price"] for fee in found["fees"]} == prices
    assert client.get("/v1/warehouses/none").status_code == 404
    assert client.get(f"/v1/warehouses/{row.id}?on=1999-01-01").status_code == 200
    for path in ("/v1/warehouses", f"/v1/warehouses/{row.id}"):
        for text in ("0", "-1", "86400.5", "1e5", "20261201", "2026-12-01T00:00:00", "soon"):
            answer = client.get(f"{path}?on={text}")
            assert [fault["field"] for fault in answer.json()["errors"]] == ["on"]


def test_warehouses_by_the_client(shipped: tuple[TestClient, Any]) -> None:
    """The client finds the same, over all pages, and its models say everything that is answered."""
    client, facts = shipped
    with Hubport("http://localhost", transport=Through(client)) as hub:
        found = [*hub.warehouses.list(on="2026-12-01", limit=40)]
        assert {row.id for row in found} <= {row.id for row in facts.warehouses}
        assert len(found) > 40
        assert [*hub.warehouses.list(on="2026-12-01", bonded=True)] == [row for row in found if row.bonded]
        read = [hub.warehouses.get(row.id, on="2026-12-01") for row in found[:40]]
    assert [row.model_extra for row in found + read] == [{}] * (len(found) + 40)
    assert {row.fees is None for row in found} == {True}
    assert any(row.fees for row in read)
