"""Firms, users and keys: who gets in, who does not, and what nobody can give away."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from api.identity import people
from api.store.models import ApiKey, AuditEntry, KeptAnswer
from api.store.session import WHOLE
from tests.api.booking_world import World, serving

if TYPE_CHECKING:
    from httpx import Response

    from api.store.session import Store


def name_of(response: Response) -> str:
    """Return the name of a problem."""
    return str(response.json()["type"]).rpartition(":")[2]


def test_a_key_is_needed(firms: World) -> None:
    """Without a key, with a wrong one, or one cut short, nobody gets in; the answers say how."""
    caller = firms.caller("house", "admin")
    assert caller.get("/v1/me")["sees_all_firms"] is True
    bare = firms.client.get("/v1/bookings")
    assert (bare.status_code, bare.headers["www-authenticate"]) == (401, 'Bearer realm="Hubport"')
    secret = str(caller.secret)
    for wrong in ("x", "key_1.word", secret[:-1], secret + "x", "é.é", secret.replace(".", "")):
        found = firms.client.get("/v1/bookings", headers={"authorization": f"Bearer {wrong}".encode()})
        assert (found.status_code, name_of(found)) in {(401, "key-invalid"), (401, "unauthenticated")}, wrong


def test_browsers_are_sent_to_log_in(firms: World) -> None:
    """Pages send browsers to log in, and tell programs that a key is needed; passwords, sent unasked, open nothing."""
    caller = firms.caller("house", "planner")
    html = {"accept": "text/html,*/*"}
    asked = firms.client.get("/quote?from=A&to=B", headers=html, follow_redirects=False)
    assert asked.status_code == 303
    assert asked.headers["location"].startswith("/login?return=%2Fquote%3Ffrom%3DA%26to%3DB&")
    given = {"authorization": "Basic " + base64.b64encode(f"me:{caller.secret}".encode()).decode()}
    for path in ("/", "/network", "/map/network", "/static/land.js", "/v1/bookings"):
        assert firms.client.get(path, headers=given).status_code == 401, path
        assert caller.send("GET", path).status_code in {200, 403}, path
    assert firms.client.get("/").headers["www-authenticate"] == 'Bearer realm="Hubport"'


def test_roles(firms: World) -> None:
    """What a role does not allow is refused, and says what is lacking."""
    planner = firms.caller(firms.firm("A"), "planner")
    refused = planner.send("POST", "/v1/bookings", {"quote": "qt_1", "option": 1})
    assert (refused.status_code, name_of(refused), refused.json()["detail"]) == (
        403,
        "forbidden",
        "needs bookings:write",
    )
    narrow = firms.caller(firms.firm("B"), "forwarder", scopes=("bookings:read",))
    assert narrow.get("/v1/bookings")["items"] == []
    assert narrow.send("POST", "/v1/quotes", {}).status_code == 403
    assert narrow.get("/v1/me")["scopes"] == ["bookings:read"]


def test_life_of_a_key(firms: World) -> None:
    """A key is shown once, replaced with both good for a while, ends in time, and is revoked at once."""
    admin = firms.caller(firms.firm("A"), "admin")
    user = admin.send("POST", "/v1/users", {"name": "one", "roles": ["forwarder"]}).json()
    made = admin.send("POST", "/v1/keys", {"user": user["id"], "name": "ERP"}, idempotency_key="once").json()
    repeated = admin.send("POST", "/v1/keys", {"user": user["id"], "name": "ERP"}, idempotency_key="once").json()
    assert (repeated["id"], repeated["secret"]) == (made["id"], None)
    assert "secret" not in admin.get(f"/v1/keys/{made['id']}")

    def use(secret: str) -> int:
        return firms.client.get("/v1/bookings", headers={"authorization": f"Bearer {secret}"}).status_code

    assert use(made["secret"]) == 200
    new = admin.send("POST", f"/v1/keys/{made['id']}/rotate", {"grace_hours": 1}).json()
    assert (use(made["secret"]), use(new["secret"])) == (200, 200)
    firms.clock.forward(hours=1)
    assert (use(made["secret"]), use(new["secret"])) == (401, 200)
    assert admin.send("POST", f"/v1/keys/{made['id']}/rotate", {}).status_code == 409
    assert admin.send("DELETE", f"/v1/keys/{new['id']}").json()["revoked_at"] == "2026-05-18T02:00:00Z"
    assert use(new["secret"]) == 401
    short = admin.send("POST", "/v1/keys", {"user": user["id"], "name": "x", "expires_at": "2026-05-18T10:30:00+08:00"})
    assert (short.json()["expires_at"], use(short.json()["secret"])) == ("2026-05-18T02:30:00Z", 200)
    firms.clock.forward(minutes=30)
    assert use(short.json()["secret"]) == 401


def test_secrets_are_not_kept(firms: World) -> None:
    """No table holds the secret of a key: not that of keys, of answers, nor of the trail."""
    admin = firms.caller("house", "admin")
    user = admin.send("POST", "/v1/users", {"name": "one", "roles": ["forwarder"]}).json()
    secret = admin.send("POST", "/v1/keys", {"user": user["id"], "name": "x"}).json()["secret"].partition(".")[2]
    with firms.store.read(WHOLE) as session:
        kept = [answer.body.decode() for answer in session.all(select(KeptAnswer))]
        trail = [f"{entry.before}{entry.after}" for entry in session.all(select(AuditEntry))]
        hashes = session.all(select(ApiKey.secret_hash))
    assert len(kept) == 2
    assert not [text for text in (*kept, *trail, *hashes) if secret in text]
    assert not [text for text in trail if any(value in text for value in hashes)]


def test_nobody_gives_away_more(firms: World) -> None:
    """A key that may only change people cannot make one that may more, nor a user of another firm."""
    firm = firms.firm("A")
    clerk = firms.caller(firm, "admin", scopes=("people:read", "people:write"))
    assert clerk.send("POST", "/v1/users", {"name": "x", "roles": ["admin"]}).status_code == 403
    admin = firms.caller(firm, "admin")
    user = admin.send("POST", "/v1/users", {"name": "x", "roles": ["forwarder"]}).json()
    body: dict[str, Any] = {"user": user["id"], "name": "x"}
    assert clerk.send("POST", "/v1/keys", body).status_code == 403
    assert clerk.send("POST", "/v1/keys", body | {"scopes": ["bookings:read"]}).status_code == 403
    assert clerk.send("PATCH", f"/v1/users/{user['id']}", {"roles": ["planner"]}, if_match="*").status_code == 403
    assert admin.send("POST", "/v1/users", {"name": "y", "roles": ["admin"], "firm": "house"}).status_code == 404
    assert admin.send("POST", "/v1/firms", {"name": "B"}).status_code == 403
    made = admin.send("POST", "/v1/users", {"name": "z", "roles": ["admin"]})
    assert made.status_code == 201
    assert name_of(admin.send("POST", "/v1/users", {"name": "z", "roles": ["admin"]})) == "name-taken"


def test_keeping_people_out(firms: World) -> None:
    """A user or a firm that is kept out cannot use keys any more; the last administrator stays."""
    house, firm = firms.caller("house", "admin"), firms.firm("A")
    admin, other = firms.caller(firm, "admin"), firms.caller(firm, "forwarder")
    users = {user["roles"][0]: user["id"] for user in admin.get("/v1/users")["items"]}
    refused = admin.send("PATCH", f"/v1/users/{users['admin']}", {"disabled": True}, if_match="*")
    assert name_of(refused) == "last-admin"
    assert (
        name_of(admin.send("PATCH", f"/v1/users/{users['admin']}", {"roles": ["auditor"]}, if_match="*"))
        == "last-admin"
    )
    tag = admin.send("GET", f"/v1/users/{users['forwarder']}").headers["etag"]
    assert admin.send("PATCH", f"/v1/users/{users['forwarder']}", {"disabled": True}, if_match=tag).status_code == 200
    assert other.send("GET", "/v1/me").status_code == 401
    assert house.send("PATCH", f"/v1/firms/{firm}", {"disabled": True}, if_match="*").status_code == 200
    assert admin.send("GET", "/v1/me").status_code == 401
    assert house.send("PATCH", f"/v1/firms/{firm}", {"disabled": False, "name": "A2"}, if_match="*").status_code == 200
    assert admin.get("/v1/me")["firm"] == firm
    assert name_of(house.send("PATCH", "/v1/firms/house", {"disabled": True}, if_match="*")) == "last-admin"
    assert name_of(house.send("POST", "/v1/firms", {"name": "A2"})) == "name-taken"
    assert house.send("POST", "/v1/firms", {"name": "C"}).status_code == 201


def test_names_are_taken_once(firms: World) -> None:
    """Of many who take a name at once, one gets it, and the others are told."""
    house, admin = firms.caller("house", "admin"), firms.caller(firms.firm("A"), "admin")
    asked = [
        (house, "/v1/firms", {"name": "new"}),
        (admin, "/v1/users", {"name": "new", "roles": ["forwarder"]}),
    ]
    for caller, path, body in asked:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _, one=caller, to=path, sent=body: one.send("POST", to, sent), range(8)))
        assert sorted(one.status_code for one in found) == [201] + [409] * 7, path


def test_first_key(firms: World) -> None:
    """The token of the first start gives the key of an administrator once; a newer one voids it; then none is made."""
    now = firms.clock
    old, token = people.first_token(firms.store, now()), people.first_token(firms.store, now())
    assert old is not None
    assert token is not None
    page = firms.client.get("/start", params={"token": token})
    assert token in page.text
    assert page.headers["cache-control"] == "no-store"
    for wrong in (old, token[:-1], "x", "", "first_1.x"):
        assert firms.client.post("/v1/first-key", json={"token": wrong}).status_code in {403, 422}
        assert firms.client.post("/start", data={"token": wrong}).status_code == 403
    made = firms.client.post("/v1/first-key", json={"token": token})
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert firms.client.get("/v1/me", headers={"authorization": f"Bearer {secret}"}).json()["sees_all_firms"] is True
    assert name_of(firms.client.post("/v1/first-key", json={"token": token})) == "token-invalid"
    assert people.first_token(firms.store, now()) is None


def test_first_key_by_page(firms: World) -> None:
    """The page shows the key once, and a token ends after a day."""
    token = people.first_token(firms.store, firms.clock())
    shown = firms.client.post("/start?lang=en", data={"token": str(token)})
    assert shown.status_code == 200
    assert "key_" in shown.text
    assert firms.client.post("/start", data={"token": str(token)}).status_code == 403


def test_first_token_ends(firms: World) -> None:
    """A token that nobody used in a day is void."""
    token = people.first_token(firms.store, firms.clock())
    firms.clock.forward(days=1)
    assert firms.client.post("/v1/first-key", json={"token": token}).status_code == 403


def test_off_lets_in_whoever_is_here(store: Store) -> None:
    """Without identification everything works without a key, under this machine's names only; keys are looked at."""
    with serving(store) as world:
        assert world.local.get("/v1/me") | {"scopes": []} == {
            "firm": "house",
            "user": "local",
            "key": None,
            "scopes": [],
            "sees_all_firms": True,
            "identified": False,
        }
        elsewhere = world.client.get("/v1/bookings", headers={"host": "evil.example"})
        assert (elsewhere.status_code, name_of(elsewhere)) == (421, "wrong-host")
        assert world.client.get("/v1/bookings", headers={"host": "[::1]:8000"}).status_code == 200
        caller = world.caller(world.firm("A"), "forwarder")
        assert caller.get("/v1/me")["firm"] == caller.firm
        assert world.client.get("/v1/me", headers={"authorization": "Bearer x.y"}).status_code == 401
        form = world.client.post("/v1/bookings", content="{}", headers={"content-type": "text/plain"})
        assert form.status_code == 422


def test_audit_trail(firms: World) -> None:
    """Every write is in the trail with who, what, before and after; a firm reads its own."""
    alice = firms.caller(firms.firm("A"), "admin")
    booking = alice.booked(reference="PO-1")
    alice.change(booking, "confirm")
    (made, confirmed) = alice.get(f"/v1/audit?subject={booking['id']}")["items"]
    assert (made["action"], made["before"], made["after"]["reference"]) == ("booking.make", None, "PO-1")
    assert (confirmed["action"], confirmed["user"]) == ("booking.confirm", alice.get("/v1/me")["user"])
    assert confirmed["before"] == {"held_until": booking["held_until"], "state": "held", "version": 1}
    assert confirmed["after"] == {"held_until": None, "state": "confirmed", "version": 2}
