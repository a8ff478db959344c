"""Shipments over HTTP, on both databases: kept, found, changed, quoted and booked."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from api.shipments.records import NAMES
from api.shipments.schema import EXAMPLE, FIELDS, SHIPMENT
from api.store import audit
from api.store.session import WHOLE
from data.cargo_fields import FIELDS as COLUMNS
from tests.api.bookings.test_bookings import problem

if TYPE_CHECKING:
    from httpx import Response

    from tests.api.booking_world import Caller, World

ONE: dict[str, Any] = {
    "reference": "PO-1",
    "from": "CNNGB-P",
    "to": "DEHAM-P",
    "weight_kg": 1000,
    "volume_m3": 5,
    "pieces": 10,
    "ready": "2026-05-18",
}


def keep(caller: Caller, **change: object) -> dict[str, Any]:
    """Keep a shipment, which must be possible."""
    response = caller.send("POST", "/v1/shipments", ONE | change)
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()
    return found


def change(caller: Caller, shipment: dict[str, Any], body: dict[str, Any], version: int | None = None) -> Response:
    """Change a shipment that was seen in a version."""
    tag = f'"{shipment["id"]}.{shipment["version"] if version is None else version}"'
    return caller.send("PATCH", f"/v1/shipments/{shipment['id']}", body, if_match=tag)


def test_all_fields_are_there() -> None:
    """What the interface describes are the fields of cargo lists."""
    assert set(NAMES) == {known.en for known in COLUMNS} - {"id"}
    assert set(FIELDS) == {*NAMES, "reference"}
    assert set(EXAMPLE) <= set(FIELDS)


def test_a_number_as_a_reference(world: World) -> None:
    """Spreadsheets turn numbers of orders into numbers: they are references all the same, nothing else is."""
    response = world.local.send("POST", "/v1/shipments", ONE | {"reference": 20260101})
    assert response.status_code == 201, response.text
    assert response.json()["reference"] == "20260101"
    jsonschema.validate(response.json(), SHIPMENT)
    for wrong in (["PO-1"], {"PO": 1}):
        assert world.local.send("POST", "/v1/shipments", ONE | {"reference": wrong}).status_code == 422


def test_what_is_kept_comes_back(world: World) -> None:
    """A shipment is given back with every field in people's units, times with their zone, and defaults said."""
    more = {
        "shipper": "=HYPERLINK(1)", "goods": ["dangerous", "liquid"], "hs": "900311", "currency": "EUR",
        "value": 1234.5,
        "due": "2026-08-01", "depart_by": "2026-06-30T08:00+02:00", "priority": 2, "late_per_day": "100.10",
        "unserved_price": 0, "splittable": "是", "temperature": "冷藏", "odour": "odorous", "customs_seal": False,
    }  # fmt: skip
    response = world.local.send("POST", "/v1/shipments", ONE | more)
    assert response.status_code == 201, response.text
    found = response.json()
    jsonschema.validate(found, SHIPMENT)
    assert {name: found[name] for name in (*more, *ONE)} == more | ONE | {
        "value": 1234.5,
        "late_per_day": 100.1,
        "unserved_price": 0,
        "splittable": True,
        "temperature": "chilled",
        "ready": "2026-05-18T09:00+08:00",
        "due": "2026-08-01T23:59+02:00",
        "depart_by": "2026-06-30T14:00+08:00",
    }
    assert (found["state"], found["version"], found["regime"], found["box"]) == ("open", 1, "0110", None)
    again = world.local.send("GET", response.headers["location"])
    assert (again.json(), again.headers["etag"]) == (found, response.headers["etag"])
    same = world.local.send("GET", response.headers["location"], if_none_match=again.headers["etag"])
    assert same.status_code == 304


def test_refused_with_all_faults(world: World) -> None:
    """Everything wrong is told at once, by the names of the interface."""
    bad = ONE | {
        "reference": "", "to": "CNNGB-P", "weight_kg": "heavy", "x": 1, "temperature": "hot", "priority": 9,
        "goods": [{}], "late_per_day": 1,
    }  # fmt: skip
    errors = problem(world.local.send("POST", "/v1/shipments", bad), 422, "invalid-request")["errors"]
    assert {(one["field"], one["rule"]) for one in errors} >= {
        ("reference", "required"), ("to", "same_place"), ("weight_kg", "number"), ("x", "unknown_field"),
        ("temperature", "choice"), ("priority", "max"), ("late_per_day", "late_without_due"),
    }  # fmt: skip
    for body in ([], "x", None, 1):
        problem(world.local.send("POST", "/v1/shipments", body), 422, "invalid-request")
    for name in ("reference", "shipper"):
        for value in ({}, [], {"a": 1}, True):
            (one,) = problem(world.local.send("POST", "/v1/shipments", ONE | {name: value}), 422, "invalid-request")[
                "errors"
            ]
            assert (one["field"], one["rule"]) == (name, "text")
    nested = {"a": [[["deep"]]]}
    for name in FIELDS:
        for value in (nested, [nested], "\ud800", "\0", "x" * 100_000, 10**400, -1, True, 1e308):
            response = world.client.post(
                "/v1/shipments",
                content=_json(ONE | {name: value}),
                headers={"idempotency-key": f"{name}{len(str(value))}"},
            )
            assert response.status_code in {201, 409, 422}, (name, value, response.text)
    keep(world.local, reference="twice")
    problem(world.local.send("POST", "/v1/shipments", ONE | {"reference": "twice"}), 409, "name-taken")


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def test_changes(world: World) -> None:
    """Only what was seen is changed; the whole is checked again; null takes a field away."""
    found = keep(world.local, due="2026-08-01", shipper="A")
    keep(world.local, reference="other")
    problem(change(world.local, found, {"pieces": 5}, version=9), 412, "match-failed")
    problem(world.local.send("PATCH", f"/v1/shipments/{found['id']}", {}), 428, "match-missing")
    problem(change(world.local, found, {"late_per_day": 5, "due": None}), 422, "invalid-request")
    problem(change(world.local, found, {"reference": "other"}), 409, "name-taken")
    changed = change(world.local, found, {"pieces": 5, "due": None, "shipper": None})
    assert changed.status_code == 200, changed.text
    body = changed.json()
    assert body == found | {"pieces": 5, "due": None, "shipper": None, "version": 2, "changed_at": body["changed_at"]}
    assert change(world.local, body, {"pieces": 5}).json()["version"] == 2
    with world.store.read(WHOLE) as session:
        assert audit.verify(session).breaks == []
    entry = next(one for one in world.local.get("/v1/audit?limit=200")["items"] if one["action"] == "shipment.change")
    assert (entry["before"]["pieces"], entry["after"]["pieces"]) == (10, 5)


def test_filters_and_fields(world: World) -> None:
    """Lists are narrowed by every filter, alone and together, and show the fields that were named."""
    places = [("CNNGB-P", "DEHAM-P"), ("CNWNZ", "DEHAM-P"), ("CNNGB-P", "DEFRA-A")]
    made = [
        keep(
            world.local, reference=f"R{number}", **{"from": origin, "to": target}, regime=("0110", "9610")[number % 2],
            ready=f"2026-06-{number + 1:02d}", due=f"2026-09-{number + 1:02d}" if number % 3 else None,
            weight_kg=1000 + number % 4,
        )
        for number, (origin, target) in enumerate(places * 3)
    ]  # fmt: skip

    def found(query: str) -> list[int]:
        items = world.local.get(f"/v1/shipments?{query}&limit=200")["items"]
        return sorted(int(item["reference"][1:]) for item in items)

    def expected(keeps: Any) -> list[int]:  # noqa: ANN401 - a function
        return [number for number, item in enumerate(made) if keeps(item)]

    assert found("from=CNWNZ") == expected(lambda item: item["from"] == "CNWNZ")
    assert found("to=DEFRA-A&regime=9610") == expected(lambda one: (one["to"], one["regime"]) == ("DEFRA-A", "9610"))
    assert found("ready_since=2026-06-03T00:00Z&ready_before=2026-06-05T02:00Z") == [2, 3, 4]
    assert found("ready_since=2026-06-03T01:00Z&ready_before=2026-06-05T01:00Z") == [2, 3]
    assert found("due_since=2026-09-05T00:00Z") == [n for n in range(4, 9) if n % 3]
    assert found("reference=R4") == [4]
    assert found("state=booked") == []
    assert found("state=open") == list(range(9))
    assert found("import=x") == []
    listed = world.local.get("/v1/shipments?fields=weight_kg,id&reference=R4")["items"]
    assert listed == [{"weight_kg": 1000, "id": made[4]["id"]}]
    assert list(listed[0]) == ["weight_kg", "id"]
    every = world.local.get("/v1/shipments?fields=" + ",".join(SHIPMENT["required"]))["items"]
    assert every == world.local.get("/v1/shipments")["items"]
    one = f"/v1/shipments/{made[0]['id']}?fields=state"
    assert world.local.get(one) == {"state": "open"}
    for query in ("fields=x", "sort=x", "state=x", "ready_since=yesterday", "after=x", "limit=0"):
        problem(world.local.send("GET", f"/v1/shipments?{query}"), 422, "invalid-request")


@pytest.mark.parametrize("sort", ["id", "reference", "from", "to", "ready", "due", "weight_kg", "volume_m3"])
def test_sorting(world: World, sort: str) -> None:
    """Pages in either order hold every shipment once, in order, those without a value last."""
    made = [
        keep(
            world.local, reference=f"R{number * 7 % 10}", weight_kg=1000 + number % 3, volume_m3=5 + number % 2,
            ready=f"2026-06-{number % 4 + 1:02d}", due=f"2026-09-{number % 3 + 1:02d}" if number % 4 else None,
        )
        for number in range(10)
    ]  # fmt: skip
    for sign in ("", "-"):
        items: list[dict[str, Any]] = []
        after = ""
        while True:
            page = world.local.get(f"/v1/shipments?sort={sign}{sort}&limit=3{after}")
            items += page["items"]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        said = [one for one in made if one[sort] is not None]
        said.sort(key=lambda one: (_value(one[sort]), one["id"]), reverse=bool(sign))
        blank = sorted((one for one in made if one[sort] is None), key=lambda one: one["id"], reverse=bool(sign))
        assert [one["id"] for one in items] == [one["id"] for one in (*said, *blank)]
    cursor = world.local.get("/v1/shipments?limit=1&sort=from")["next"]
    problem(world.local.send("GET", f"/v1/shipments?sort=to&after={cursor}"), 422, "invalid-request")


def _value(value: Any) -> Any:  # noqa: ANN401 - what is sorted by
    return dt.datetime.fromisoformat(value) if isinstance(value, str) and value[:2] == "20" else value


def test_from_a_shipment_to_a_booking(world: World) -> None:
    """A quote of a shipment is for its cargo; while a booking of it lives it is booked and stays as it is."""
    found = keep(world.local)
    response = world.local.send("POST", f"/v1/shipments/{found['id']}/quotes", {"alternatives": 1})
    assert response.status_code == 200, response.text
    quote = response.json()
    assert (quote["shipment"]["from"], quote["shipment"]["weight_kg"]) == ("CNNGB-P", 1000)
    assert world.local.get(response.headers["location"])["id"] == quote["id"]
    booking = world.local.booked(quote)
    booked = world.local.get(f"/v1/shipments/{found['id']}")
    assert booked == found | {"state": "booked"}
    assert world.local.get("/v1/shipments?state=booked")["items"] == [booked]
    problem(change(world.local, found, {"pieces": 1}), 409, "in-use")
    tag = {"if_match": "*"}
    problem(world.local.send("DELETE", f"/v1/shipments/{found['id']}", **tag), 409, "in-use")
    assert world.local.change(booking, "cancel").status_code == 200
    assert world.local.get(f"/v1/shipments/{found['id']}")["state"] == "open"
    assert change(world.local, found, {"pieces": 1}).status_code == 200
    # What was booked once stays, so that the booking can be traced back.
    problem(world.local.send("DELETE", f"/v1/shipments/{found['id']}", **tag), 409, "in-use")
    other = keep(world.local, reference="PO-2")
    kept = world.local.send("POST", f"/v1/shipments/{other['id']}/quotes").json()["id"]
    gone = world.local.send("DELETE", f"/v1/shipments/{other['id']}", **tag)
    assert (gone.status_code, gone.json()) == (200, other)
    problem(world.local.send("GET", f"/v1/shipments/{other['id']}"), 404, "not-found")
    assert world.local.get(f"/v1/quotes/{kept}")["id"] == kept
    errors = problem(
        world.local.send("POST", f"/v1/shipments/{found['id']}/quotes", {"from": "x", "unknown": 1}),
        422,
        "invalid-request",
    )
    assert [one["field"] for one in errors["errors"]] == ["from", "unknown"]


def test_two_firms(firms: World) -> None:
    """References are each firm's own; nobody meets shipments of another, and the house quotes them for their firm."""
    alice, bob = (firms.caller(firms.firm(name), "forwarder") for name in "AB")
    mine, theirs = keep(alice), keep(bob)
    assert alice.get("/v1/shipments")["items"] == [mine]
    for method, path, body in (
        ("GET", "", None), ("PATCH", "", {"pieces": 1}), ("DELETE", "", None), ("POST", "/quotes", {}),
    ):  # fmt: skip
        response = alice.send(method, f"/v1/shipments/{theirs['id']}{path}", body, if_match="*")
        problem(response, 404, "not-found")
    lines = alice.send("GET", "/v1/shipments.ndjson").text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [mine["reference"]]
    planner = firms.caller(alice.firm, "planner")
    assert planner.get("/v1/shipments")["items"] == [mine]
    problem(planner.send("POST", "/v1/shipments", ONE | {"reference": "x"}), 403, "forbidden")
    house = firms.caller("house", "dispatcher")
    assert len(house.get("/v1/shipments")["items"]) == 2
    quote = house.send("POST", f"/v1/shipments/{mine['id']}/quotes").json()
    assert alice.get(f"/v1/quotes/{quote['id']}")["id"] == quote["id"]
    problem(bob.send("GET", f"/v1/quotes/{quote['id']}"), 404, "not-found")
    assert alice.booked(quote)["firm"] == alice.firm
