"""Every endpoint says who may use it, and nobody meets what belongs to another firm: found by walking all routes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount

from api.app import create_app
from api.identity.policy import Policy, may
from api.identity.roles import HOUSE_ONLY
from tests.api.booking_world import FIRST, SHIPMENT, Caller, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx import Response

    from api.desk import Desk

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
PUBLIC = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/docs"),
    ("POST", "/v1/first-key"),
    ("GET", "/start"),
    ("POST", "/start"),
    ("GET", "/login"),
    ("POST", "/login"),
    ("GET", "/login/oidc"),
    ("GET", "/login/oidc/back"),
    ("POST", "/login/account"),
    # Links that carry a signature: a quote for a customer with its map, and the calendar of cut-offs.
    ("GET", "/forwarder/shared"),
    ("GET", "/map/shared"),
    ("GET", "/forwarder/calendar.ics"),
}
"""What anybody may use: whoever adds to it must know why."""
READING_POSTS = {
    "/v1/declarations",
    "/v1/landed-costs",
    "/v1/papers",
    "/v1/quotes",
    "/v1/regimes:advise",
    "/v1/schedules",
    "/v1/stock:alerts",
    "/v1/stock:feed",
    "/v1/stock:route",
    "/warehouses",
    "/warehouses/feed",
    "/warehouses/orders",
}
"""Questions that are too long for an address, and keep nothing but a quote its answer."""
OWN_FORMS = {("POST", "/logout"), ("POST", "/account/sessions/{session_id}/end"), ("POST", "/forwarder/calendar")}
"""What everybody who has logged in may send, about nothing but their own sessions, and links to what they read."""
OF_NO_FIRM = {"departure_id", "kind", "fingerprint", "other", "table", "form", "warehouse_id"}
"""Names in addresses of what is the same for all."""

SAME_FOR_ALL = {"/v1/warehouses"}
"""Lists that hold facts, and nothing of any firm."""

BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("PATCH", "/v1/firms/{firm_id}"): {"name": "mine"},
    ("PATCH", "/v1/users/{user_id}"): {"roles": ["auditor"]},
    ("POST", "/v1/keys/{key_id}/rotate"): {},
    ("PATCH", "/v1/keys/{key_id}"): {"scopes": ["bookings:read"]},
    ("PATCH", "/v1/bookings/{booking_id}"): {"note": "mine"},
    ("PATCH", "/v1/webhooks/{webhook_id}"): {"note": "mine"},
    ("POST", "/v1/webhooks/{webhook_id}/replay"): {"since": "2026-05-18T00:00:00Z"},
    ("PATCH", "/v1/shipments/{shipment_id}"): {"pieces": 2},
    ("POST", "/v1/bookings/{booking_id}/roll"): {"quote": "own", "option": 2},
    ("PUT", "/v1/departures/{departure_id:path}/capacity"): {"teu_milli": 0, "mass_g": 0, "volume_cm3": 0},
}
"""What must be sent to get beyond the look at the body."""
IN_BODIES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("POST", "/v1/bookings", {"quote": "quote_id", "option": "1"}),
    ("POST", "/v1/users", {"firm": "firm_id", "name": "x", "roles": "[]"}),
    ("POST", "/v1/keys", {"user": "user_id", "name": "x"}),
    ("POST", "/v1/identities", {"user": "user_id", "subject": "x"}),
)
"""Ids that stand in bodies, by what they are ids of."""

HOOK = {"url": "https://example.com/hook", "kinds": ["booking.held"]}


@dataclass(frozen=True)
class Walked:
    """An endpoint with its policies."""

    method: str
    path: str
    policies: tuple[Policy, ...]


def walk(app: FastAPI) -> Iterator[Walked]:
    """Yield every endpoint, whichever router it stands on; folders of files, the same for everybody, are left out."""
    for found in iter_route_contexts(app.routes):
        if isinstance(found.original_route, Mount) and str(found.path).startswith("/static"):
            continue
        depends = found.dependencies if isinstance(found.original_route, APIRoute) else ()
        policies = tuple(item.dependency for item in depends if isinstance(item.dependency, Policy))
        for method in sorted((found.methods or {"?"}) - {"HEAD"}):
            yield Walked(method, str(found.path), policies)


def test_every_endpoint_has_one_policy(desk: Desk) -> None:
    """An endpoint without a policy, or with two, fails; only the description of the interface has none."""
    wrong = [(one.method, one.path) for one in walk(create_app(desk)) if len(one.policies) != 1]
    assert wrong == [("GET", "/v1/openapi.json")]


def test_what_anybody_may_use(desk: Desk) -> None:
    """Few endpoints are for everybody; pages never write, forms and endpoints that do need the right to write."""
    endpoints = [one for one in walk(create_app(desk)) if one.policies]
    assert {(one.method, one.path) for one in endpoints if one.policies[0].how == "public"} == PUBLIC
    for one in endpoints:
        (policy,) = one.policies
        if one.method in WRITES and policy.how != "public" and one.path not in READING_POSTS:
            # A form never lies below the address of the JSON interface, whose tokens stand in headers.
            assert policy.how == ("key" if one.path.startswith("/v1/") else "form"), one
            assert str(policy.scope).endswith(":write") or (one.method, one.path) in OWN_FORMS, one


def test_walk_finds_what_is_missing() -> None:
    """A route that says nothing is found, on an application and on a router alike."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.add_api_route("/bare", lambda: None)
    app.add_api_route("/kept", lambda: None, dependencies=[may("quotes:read")])
    assert [(one.path, len(one.policies)) for one in walk(app)] == [("/bare", 0), ("/kept", 1)]


def test_unknown_scope() -> None:
    """A policy with a misspelt scope does not come into being."""
    with pytest.raises(ValueError, match="quote:read"):
        may("quote:read")  # type: ignore[arg-type]


def _everything(world: World, caller: Caller) -> dict[str, str]:
    """Make one of everything for a firm, and return the ids by the names that addresses have for them."""
    hook = caller.send("POST", "/v1/webhooks", HOOK).json()["id"]
    caller.booked()
    party = {"name_en": "Licht GmbH", "remember": True}
    booking = caller.booked(confirm=True, particulars={"consignee": party})
    user = caller.send("POST", "/v1/users", {"name": "one", "roles": ["forwarder"]}).json()
    key = caller.send("POST", "/v1/keys", {"user": user["id"], "name": "one"}).json()
    house = world.caller("house", "admin")
    allotment = house.send("POST", "/v1/allotments", {"firm": caller.firm, "departure": FIRST, "mass_g": 1}).json()
    shipment = caller.send("POST", "/v1/shipments", SHIPMENT | {"reference": "1", "ready": "2026-06-01"}).json()
    return world.worked(caller.firm) | {
        "firm_id": caller.firm,
        "user_id": user["id"],
        "key_id": key["id"],
        "quote_id": booking["quote"],
        "booking_id": booking["id"],
        "allotment_id": allotment["id"],
        "session_id": world.browser(caller).id,
        "identity_id": world.identity(user["id"]),
        "webhook_id": hook,
        "delivery_id": caller.get(f"/v1/webhooks/{hook}/deliveries")["items"][0]["id"],
        "event_id": caller.send("GET", f"/v1/bookings/{booking['id']}/milestones").json()["items"][0]["event"],
        "shipment_id": shipment["id"],
        "party_id": caller.get("/v1/parties")["items"][0]["id"],
    }


def _send(caller: Caller, one: Walked, path: str, body: dict[str, Any] | None) -> Response:
    """Send a body as JSON, or a form as a page does."""
    if one.policies[0].how == "form":
        return caller.send_form(path)
    return caller.send(one.method, path, body, if_match="*")


def test_no_firm_meets_another(firms: World) -> None:
    """With every right in firm A, every id of firm B is answered at every endpoint as if it did not exist."""
    alice = firms.caller(firms.firm("A"), "admin")
    bob = firms.caller(firms.firm("B"), "admin")
    mine, theirs = _everything(firms, alice), _everything(firms, bob)
    addresses = ("/v1/jobs", "/v1/plans", "/v1/schedules")
    worked = [bob.get(address) for address in addresses]
    before = bob.get("/v1/bookings"), bob.get("/v1/users"), bob.get("/v1/keys"), bob.get("/v1/allotments")
    walked = 0
    for one in walk(firms.client.app):  # type: ignore[arg-type]
        names = [name.partition(":")[0] for name in re.findall(r"{([^}]*)}", one.path)]
        if not names or one.path.startswith("/map") or OF_NO_FIRM.issuperset(names):
            continue
        body = {
            name: mine["quote_id"] if value == "own" else value
            for name, value in BODIES.get((one.method, one.path), {}).items()
        }
        sent = body if (one.method, one.path) in BODIES else None
        # An address with a name that is not known here belongs into `_everything`.
        found = _send(alice, one, one.path.format(**theirs), sent)
        is_for_house = one.policies[0].scope in HOUSE_ONLY
        assert found.status_code == (403 if is_for_house else 404), (one.method, one.path, found.text)
        assert theirs["firm_id"] not in found.text
        none = {name: f"{value.partition('_')[0]}_none" for name, value in theirs.items()}
        absent = _send(alice, one, one.path.format(**none), sent)
        assert absent.status_code == found.status_code
        walked += 1
    assert walked >= 15
    assert worked == [bob.get(address) for address in addresses]
    assert all(len(found["items"]) for found in worked)
    assert before == (bob.get("/v1/bookings"), bob.get("/v1/users"), bob.get("/v1/keys"), bob.get("/v1/allotments"))


def test_no_id_of_another_in_a_body(firms: World) -> None:
    """Ids of another firm in bodies are answered as if they did not exist."""
    alice = firms.caller(firms.firm("A"), "admin")
    theirs = _everything(firms, firms.caller(firms.firm("B"), "admin"))
    own = alice.booked()
    for method, path, body in IN_BODIES:
        sent: dict[str, Any] = {name: theirs.get(value, value) for name, value in body.items()}
        sent |= {"roles": ["forwarder"]} if "roles" in body else {}
        sent |= {"option": 1} if "option" in body else {}
        assert alice.send(method, path, sent).status_code == 404, path
    tag = {"if_match": "*"}
    offer = {"quote": theirs["quote_id"], "option": 2}
    assert alice.send("PATCH", f"/v1/bookings/{own['id']}", offer, **tag).status_code == 404
    assert alice.send("POST", f"/v1/bookings/{own['id']}/roll", offer, **tag).status_code == 404


def test_lists_hold_the_own_firm_only(firms: World) -> None:
    """No list that firm A can ask for has anything of firm B in it; the house sees both."""
    alice, bob = (firms.caller(firms.firm(name), "admin") for name in "AB")
    mine, theirs = _everything(firms, alice), _everything(firms, bob)
    overseer = firms.caller("house", "auditor")
    lists = 0
    for one in walk(firms.client.app):  # type: ignore[arg-type]
        if one.method != "GET" or not one.path.startswith("/v1/") or "{" in one.path or one.path in SAME_FOR_ALL:
            continue
        found = alice.send("GET", one.path)
        if found.status_code == 200 and "items" in found.json():
            lists += 1
            text = alice.send("GET", f"{one.path}?limit=200").text
            assert not [value for value in theirs.values() if value in text], one.path
            whole = overseer.send("GET", f"{one.path}?limit=200").text
            assert any(value in whole for value in theirs.values()), one.path
            assert any(value in whole for value in mine.values()), one.path
    assert lists >= 5


def test_same_key_of_two_users(firms: World) -> None:
    """Idempotency keys are each user's own: the same one of another firm is another write."""
    alice, bob = (firms.caller(firms.firm(name), "forwarder") for name in "AB")
    made = [
        one.send("POST", "/v1/bookings", {"quote": one.quote()["id"], "option": 1}, idempotency_key="same").json()["id"]
        for one in (alice, bob)
    ]
    assert len(set(made)) == 2
