"""Sessions of browsers: who gets in, for how long, and that no other site writes with them."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from api.identity import sessions
from api.identity.origins import local_address
from api.identity.settings import LogIn
from api.store.models import AuditEntry
from api.store.models_login import WebSession
from api.store.session import WHOLE
from tests.api.booking_world import Caller, World, serving

if TYPE_CHECKING:
    from api.store.session import Store

HTTPS = LogIn(address="https://hubport.example")


def name_of(response: Any) -> str:  # noqa: ANN401 - a response
    """Return the name of a problem."""
    return str(response.json()["type"]).rpartition(":")[2]


def test_log_in_and_out(firms: World) -> None:
    """A key that is pasted once opens pages and endpoints until one logs out; then its cookie is worth nothing."""
    caller = firms.caller(firms.firm("A"), "forwarder")
    browser = firms.browser()
    assert browser.get("/").status_code == 303
    page = browser.get("/login")
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert "API 密钥" in page.text
    assert "API key" in browser.get("/login?lang=en").text
    entered = browser.log_in(f" {caller.secret}\n", "/quote?from=A")
    assert (entered.status_code, entered.headers["location"]) == (303, "/quote?from=A")
    assert re.search(r"^hubport=ses_\S+\.\S+; HttpOnly; Path=/; SameSite=lax$", entered.headers["set-cookie"])
    assert caller.secret not in browser.cookie
    assert browser.get("/").status_code == 200
    assert browser.client.get("/v1/me").json()["firm"] == caller.firm
    assert browser.get("/login?return=/network").headers["location"] == "/network"
    old = browser.cookie
    assert browser.send("/logout").headers["location"].startswith("/login")
    assert browser.cookie == ""
    browser.client.cookies.set("hubport", old)
    assert browser.client.get("/v1/me").status_code == 401
    assert browser.get("/").headers["location"] == "/login?return=%2F&why=session-over&lang=zh"


def test_wrong_keys_open_nothing(firms: World) -> None:
    """What is no key, or one that has ended, begins no session, and the page says so."""
    caller = firms.caller(firms.firm("A"), "forwarder")
    for wrong in ("", "x", "key_1.word", f"{caller.secret}x", "é.é", "a.b" * 100, "a\0.b", f"\0{caller.secret}"):
        refused = firms.browser().log_in(wrong)
        assert (refused.status_code, "set-cookie" in refused.headers) == (401, False), wrong
        assert 'role="alert"' in refused.text
    with firms.store.read(WHOLE) as session:
        assert session.all(select(WebSession)) == []


def test_secure_cookies(store: Store) -> None:
    """By https the cookie is bound to the host, and another name for it is not looked at."""
    with serving(store, "on", log_in=HTTPS) as world:
        caller = world.caller("house", "admin")
        client = TestClient(world.client.app, base_url="https://hubport.example")
        sent = {"origin": "https://hubport.example"}
        found = client.post("/login", data={"key": caller.secret}, headers=sent, follow_redirects=False)
        cookie = found.headers["set-cookie"]
        assert re.search(r"^__Host-hubport=ses_\S+; HttpOnly; Path=/; SameSite=lax; Secure$", cookie)
        assert client.get("/v1/me").status_code == 200
        value = client.cookies.get("__Host-hubport")
        assert world.client.get("/v1/me", headers={"cookie": f"__Host-hubport={value}"}).status_code == 200
        assert world.client.get("/v1/me", headers={"cookie": f"hubport={value}"}).status_code == 401


def test_idle_and_old_sessions_end(firms: World) -> None:
    """A session lasts while it is used, and never longer than the longest; both are settings."""
    settings = LogIn()
    caller = firms.caller(firms.firm("A"), "forwarder")
    used, idle = firms.browser(caller), firms.browser(caller)
    begun = firms.clock()
    step = settings.idle / 2
    while firms.clock() + step < begun + settings.longest:
        firms.clock.at += step
        assert used.get("/").status_code == 200
    assert idle.get("/").status_code == 303
    firms.clock.at = begun + settings.longest
    assert used.get("/").status_code == 303


def test_a_session_is_used_just_before_it_ends(firms: World) -> None:
    """The last second counts, the next does not; looking often does not write often."""
    settings = LogIn()
    browser = firms.browser(firms.caller(firms.firm("A"), "forwarder"))
    with firms.store.read(WHOLE) as session:
        begun = session.all(select(WebSession))[0].seen_at
    firms.clock.forward(seconds=59)
    assert browser.get("/").status_code == 200
    with firms.store.read(WHOLE) as session:
        assert session.all(select(WebSession))[0].seen_at == begun
    firms.clock.at = begun + settings.idle
    assert browser.get("/").status_code == 303
    firms.clock.forward(seconds=-1)
    assert browser.get("/").status_code == 200


def test_the_shortest_idleness(store: Store) -> None:
    """A session that may be idle for a minute only lasts while it is used every half minute."""
    with serving(store, "on", log_in=LogIn(idle=dt.timedelta(minutes=1))) as world:
        browser = world.browser(world.caller("house", "admin"))
        for _ in range(6):
            world.clock.forward(seconds=30)
            assert browser.get("/").status_code == 200
        world.clock.forward(seconds=60)
        assert browser.get("/").status_code == 303


def test_a_session_ends_with_what_opened_it(firms: World) -> None:
    """Keys that are revoked, ended or narrowed, users and firms that are kept out: sessions follow at once."""
    admin, firm = firms.caller("house", "admin"), firms.firm("A")
    own = firms.caller(firm, "admin")
    user = own.send("POST", "/v1/users", {"name": "one", "roles": ["forwarder"]}).json()
    key = own.send("POST", "/v1/keys", {"user": user["id"], "name": "x", "expires_at": "2026-05-18T03:00:00Z"}).json()
    browser = firms.browser(Caller(firms.client, firm, key["secret"]))

    def use() -> int:
        return browser.client.get("/v1/bookings").status_code

    assert use() == 200
    narrowed = own.send("PATCH", f"/v1/keys/{key['id']}", {"scopes": ["quotes:read"]})
    assert narrowed.json()["scopes"] == ["quotes:read"]
    assert (use(), browser.client.get("/v1/session").status_code) == (403, 200)
    for path, body in ((f"/v1/users/{user['id']}", "disabled"), (f"/v1/firms/{firm}", "disabled")):
        assert admin.send("PATCH", path, {body: True}, if_match="*").status_code == 200
        assert use() == 401
        assert admin.send("PATCH", path, {body: False}, if_match="*").status_code == 200
        assert use() == 403
    firms.clock.forward(hours=2)
    assert use() == 401
    other = firms.browser(own)
    with firms.store.read(WHOLE) as session:
        row = session.all(select(WebSession).where(WebSession.id == other.id))[0]
    assert admin.send("DELETE", f"/v1/keys/{row.key_id}").status_code == 200
    assert other.client.get("/v1/session").status_code == 401


def test_logging_in_again_makes_a_new_session(firms: World) -> None:
    """Each log-in has a new cookie, and ends the session the browser had, also one of another firm."""
    alice, bob = (firms.caller(firms.firm(name), "forwarder") for name in "AB")
    browser = firms.browser(alice)
    old = browser.cookie
    assert browser.log_in(str(bob.secret)).status_code == 303
    assert browser.cookie != old
    assert browser.client.get("/v1/me").json()["firm"] == bob.firm
    with firms.store.read(WHOLE) as session:
        ended = {row.id: row.ended_at for row in session.all(select(WebSession))}
    assert ended[old.partition(".")[0]] is not None
    assert ended[browser.id] is None
    planted = firms.browser()
    planted.client.cookies.set("hubport", old)
    planted.log_in(str(alice.secret))
    assert old not in [cookie.value for cookie in planted.client.cookies.jar if cookie.domain != ""]


def test_forged_cookies(firms: World) -> None:
    """A cookie that was changed anywhere, or is none, opens nothing."""
    browser = firms.browser(firms.caller(firms.firm("A"), "forwarder"))
    other = firms.browser(firms.caller(firms.firm("B"), "forwarder"))
    good = browser.cookie
    mixed = f"{browser.id}.{other.cookie.partition('.')[2]}"
    for wrong in (
        good[:-1],
        f"{good}x",
        good.swapcase(),
        mixed,
        browser.id,
        f"{browser.id}.",
        "x",
        "." * 50,
        "a" * 999,
    ):
        found = firms.client.get("/v1/me", headers={"cookie": f"hubport={wrong}"})
        assert (found.status_code, name_of(found)) == (401, "session-over"), wrong
    assert firms.client.get("/v1/me", headers={"cookie": f"hubport={good}"}).status_code == 200


FROM_ELSEWHERE: list[dict[str, str | None]] = [
    {"origin": None},
    {"origin": "null"},
    {"origin": "https://evil.example"},
    {"origin": "http://localhost.evil.example"},
    {"origin": "https://localhost"},
    {"origin": "http://localhost:81"},
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
]


@pytest.mark.parametrize("headers", FROM_ELSEWHERE, ids=lambda item: "-".join(f"{key}={item[key]}" for key in item))
def test_other_sites_do_not_write(firms: World, headers: dict[str, str | None]) -> None:
    """Forms and calls that come from elsewhere, or do not say from where, are refused with the right token, too."""
    browser = firms.browser(firms.caller("house", "admin"))
    token = browser.token
    for path, fields in (("/admin/firms", {"name": "C", "once": "1"}), ("/logout", {})):
        refused = browser.post(path, {"csrf": token} | fields, **headers)
        assert (refused.status_code, "重新" in refused.text or "刷新" in refused.text) == (403, True)
    call = {"origin": "http://localhost", "x-csrf-token": token, "idempotency-key": "1"}
    call |= {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
    sent = {name: value for name, value in call.items() if headers.get(name.replace("-", "_"), "") is not None}
    assert name_of(browser.client.post("/v1/firms", json={"name": "C"}, headers=sent)) == "csrf"
    assert browser.post("/login", {"key": "x"}, **headers).status_code == 403
    assert browser.get("/").status_code == 200


def test_the_token_is_needed(firms: World) -> None:
    """Without the token of this very session nothing is written, wherever the token stands; with it, it is."""
    caller = firms.caller("house", "admin")
    browser, other = firms.browser(caller), firms.browser(caller)
    token = browser.token
    assert token != other.token
    for wrong in ("", "x", other.token, token.upper(), f"{token} "):
        assert browser.post("/admin/firms", {"csrf": wrong, "name": "C", "once": "1"}).status_code == 403
        headers = {"origin": "http://localhost", "x-csrf-token": wrong, "idempotency-key": "1"}
        assert name_of(browser.client.post("/v1/firms", json={"name": "C"}, headers=headers)) == "csrf"
    bare = {"origin": "http://localhost", "idempotency-key": "1"}
    # The address of the JSON interface looks for the token in the header alone.
    assert browser.client.post("/v1/firms", data={"csrf": token, "name": "C"}, headers=bare).status_code == 403
    assert browser.post("/admin/firms", {"name": "C", "once": "1"}, x_csrf_token=token).status_code == 303
    made = browser.client.post("/v1/firms", json={"name": "D"}, headers=bare | {"x-csrf-token": token})
    assert made.status_code == 201
    names = {firm["name"] for firm in caller.get("/v1/firms")["items"]}
    assert {"C", "D"} <= names


def test_keys_need_no_token(firms: World) -> None:
    """A key is not sent unasked: with one, nothing else is looked at, and a cookie beside it does not count."""
    browser, admin = firms.browser(firms.caller(firms.firm("A"), "planner")), firms.caller("house", "admin")
    headers = {"authorization": f"Bearer {admin.secret}", "idempotency-key": "1", "origin": "https://evil.example"}
    assert browser.client.post("/v1/firms", json={"name": "C"}, headers=headers).status_code == 201
    assert browser.client.get("/v1/me", headers=headers).json()["firm"] == "house"
    headers["authorization"] = "Bearer key_1.x"
    assert browser.client.get("/v1/me", headers=headers).status_code == 401


def test_forms_of_this_machine_come_from_it(store: Store) -> None:
    """Where nobody has to log in, forms of other sites are refused all the same, and cookies do not matter."""
    with serving(store) as world:
        browser = world.browser()
        assert browser.get("/login?return=/network").headers["location"] == "/network"
        for headers in FROM_ELSEWHERE:
            assert browser.post("/admin/firms", {"name": "C", "once": "1"}, **headers).status_code == 403
        elsewhere = browser.get("/admin/users", host="evil.example")
        assert elsewhere.status_code == 421
        browser.client.cookies.set("hubport", "stale.word")
        assert browser.get("/account").status_code == 200
        assert browser.post("/admin/firms", {"name": "C", "once": "1"}).status_code == 303


def test_own_sessions(firms: World) -> None:
    """People see where they are logged in and end what they like of it; sessions of others are not there for them."""
    caller = firms.caller(firms.firm("A"), "forwarder")
    here, there = firms.browser(caller, "Here <b>"), firms.browser(caller, "There")
    other = firms.browser(firms.caller(caller.firm, "forwarder"))
    page = here.get("/account?lang=en")
    assert "Here &lt;b&gt;" in page.text
    assert "There" in page.text
    assert other.id not in page.text
    assert here.send(f"/account/sessions/{other.id}/end").status_code == 404
    assert here.send(f"/account/sessions/{there.id}/end").status_code == 303
    assert (there.get("/").status_code, here.get("/").status_code, other.get("/").status_code) == (303, 200, 200)
    with_key = firms.client.get("/account?lang=en", headers={"authorization": f"Bearer {caller.secret}"})
    assert "no session" in with_key.text


def test_resuming(firms: World) -> None:
    """Whose session ended is sent back to the page they were on, from a form to the page it stands on."""
    caller = firms.caller("house", "admin")
    browser = firms.browser(caller)
    firms.clock.forward(days=1)
    asked = browser.get("/quote?from=A&weight_kg=1").headers["location"]
    assert browser.get(asked).status_code == 200
    assert "/quote?from=A&amp;weight_kg=1" in browser.get(asked).text
    sent = browser.post("/admin/firms", {"name": "C"}, referer="http://localhost/admin/firms?lang=en")
    assert sent.headers["location"].startswith("/login?return=%2Fadmin%2Ffirms%3Flang%3Den&")
    foreign = browser.post("/admin/firms", {"name": "C"}, referer="https://evil.example/x")
    assert foreign.headers["location"].startswith("/login?return=%2F&")
    assert browser.log_in(str(caller.secret), "/admin/firms?lang=en").headers["location"] == "/admin/firms?lang=en"


@pytest.mark.parametrize(
    "wrong",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\/evil.example",
        "///evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        " /x",
        "x",
        "/login?return=/x",
        "/login/oidc",
        "/logout",
        "/" + "x" * 2001,
    ],
)
def test_only_local_addresses(wrong: str) -> None:
    """An address that would lead elsewhere, or in a circle, leads to the start page."""
    assert local_address(wrong) == "/"


@settings(deadline=None)
@given(st.text(st.sampled_from("/\\:?#@.%a\t\n &é"), max_size=12))
def test_local_addresses_stay_here(text: str) -> None:
    """Whatever an address is made of, a browser that resolves it stays on this host."""
    found = local_address(text)
    assert re.fullmatch(r"/(?![/\\])[\x21-\x7e]*", found)
    assert "\\" not in found


def test_trail_of_sessions(firms: World) -> None:
    """Beginning and ending stand in the trail, by whom; using does not, and no secret does."""
    caller = firms.caller(firms.firm("A"), "admin")
    browser = firms.browser(caller)
    secret, identifier = browser.cookie.partition(".")[2], browser.id
    firms.clock.forward(minutes=10)
    browser.get("/")
    browser.send("/logout")
    with firms.store.read(WHOLE) as session:
        entries = session.all(select(AuditEntry).where(AuditEntry.subject == identifier).order_by(AuditEntry.seq))
        whole = [f"{entry.before}{entry.after}" for entry in session.all(select(AuditEntry))]
        rows = session.all(select(WebSession.secret_hash))
    assert [entry.action for entry in entries] == ["session.begin", "session.end"]
    assert {entry.actor for entry in entries} == {caller.get("/v1/me")["user"]}
    assert not [text for text in (*whole, *rows) if secret in text]


def test_forgetting(firms: World) -> None:
    """Sessions that ended long ago are forgotten, others are kept."""
    caller = firms.caller(firms.firm("A"), "admin")
    old, new = firms.browser(caller), firms.browser(caller)
    old.send("/logout")
    firms.clock.forward(days=30)
    assert sessions.forget(firms.store, firms.clock()) == 0
    firms.clock.forward(seconds=1)
    assert sessions.forget(firms.store, firms.clock()) == 1
    with firms.store.read(WHOLE) as session:
        assert session.all(select(WebSession.id)) == [new.id]


def test_sessions_of_a_firm(firms: World) -> None:
    """Administrators list and end the sessions of their firm."""
    admin = firms.caller(firms.firm("A"), "admin")
    browser = firms.browser(firms.caller(admin.firm, "forwarder"), "Opera")
    listed = admin.get("/v1/sessions")["items"]
    assert [(row["id"], row["agent"], row["ended_at"]) for row in listed] == [(browser.id, "Opera", None)]
    assert admin.send("DELETE", f"/v1/sessions/{browser.id}").json()["ended_at"] == "2026-05-18T01:00:00Z"
    assert browser.get("/").status_code == 303
    assert admin.get(f"/v1/sessions/{browser.id}")["ended_at"] is not None
