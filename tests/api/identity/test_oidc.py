"""Logging in at an OpenID provider: who gets in, and every way in which a provider or a stranger may cheat."""

from __future__ import annotations

import base64
import hmac
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import select

from api.faults import Findings
from api.identity import sessions, under_way
from api.identity.settings import LogIn, read_log_in
from api.store.models_login import LogInState, UserIdentity, WebSession
from api.store.session import WHOLE
from tests.api.booking_world import Now, World, serving
from tests.api.identity.fake_provider import CLIENT, ISSUER, KEY, NEW_KEY, OTHER_KEY, SECRET, FakeProvider, unsigned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from httpx import Response

    from api.store.session import Store
    from tests.api.booking_world import Browser, Caller


class Scene(NamedTuple):
    """A service, a provider, and an administrator of a firm."""

    world: World
    fake: FakeProvider
    admin: Caller

    def invite(self, name: str = "one", roles: tuple[str, ...] = ("forwarder",), **who: str) -> dict[str, Any]:
        """Add a user whose account is open to somebody."""
        user = self.admin.send("POST", "/v1/users", {"name": name, "roles": list(roles)}).json()
        made = self.admin.send(
            "POST", "/v1/identities", {"user": user["id"]} | (who or {"email": "wang.fang@example.com"})
        )
        assert made.status_code == 201, made.text
        found: dict[str, Any] = made.json()
        return found

    def enter(self, browser: Browser | None = None, to: str = "/quote", **more: str) -> Response:
        """Go to the provider, log in there and come back."""
        browser = browser or self.world.browser()
        away = browser.get(f"/login/oidc?return={to}")
        assert away.status_code == 303, away.text
        return browser.get(self.fake.authorize(away.headers["location"], **more))

    def sessions(self) -> int:
        """Return how many sessions there are."""
        with self.world.store.read(WHOLE) as session:
            return len(session.all(select(WebSession.id)))


def play(store: Store, **more: Any) -> Iterator[Scene]:  # noqa: ANN401 - settings of the provider
    """Yield a scene."""
    fake = FakeProvider(Now())
    settings = fake.settings(**more)
    with serving(store, "on", log_in=settings, provider=fake.provider(settings)) as found:
        fake.clock = found.clock
        yield Scene(found, fake, found.caller(found.firm("A"), "admin"))


@pytest.fixture
def scene(store: Store) -> Iterator[Scene]:
    """Return a scene without roles at the provider."""
    yield from play(store)


def test_by_address_then_by_subject(scene: Scene) -> None:
    """Who was invited by e-mail address gets in, and is known by subject from then on, whatever the address becomes."""
    invited = scene.invite()
    browser = scene.world.browser()
    assert "Example" in browser.get("/login").text
    back = scene.enter(browser, "/quote?from=A%26b=c")
    assert (back.status_code, back.headers["location"]) == (303, "/quote?from=A&b=c")
    assert browser.client.get("/v1/me").json()["user"] == invited["user"]
    known = scene.admin.get(f"/v1/identities/{invited['id']}")
    assert (known["subject"], known["bound_at"]) == ("sub-1", "2026-05-18T01:00:00Z")
    scene.fake.person = {"sub": "sub-1", "email": "else@example.com", "email_verified": False}
    assert scene.enter(browser).status_code == 303
    scene.fake.person = {"sub": "sub-2", "email": "wang.fang@example.com", "email_verified": True}
    stranger = scene.enter()
    assert (stranger.status_code, "没有为您开通" in stranger.text) == (403, True)


def test_who_is_not_invited(scene: Scene) -> None:
    """Strangers, addresses that were not verified, and users who are kept out do not get in."""
    assert scene.enter().status_code == 403
    invited = scene.invite()
    for verified in (False, None, "true", 1):
        scene.fake.person = {"sub": "sub-1", "email": "wang.fang@example.com", "email_verified": verified}
        assert scene.enter().status_code == 403
    for email in (None, "", "wang.fang@example.com\0", ["wang.fang@example.com"], {"wang.fang@example.com": True}):
        scene.fake.person = {"sub": "sub-1", "email": email, "email_verified": True}
        assert scene.enter().status_code == 403
    assert scene.sessions() == 0
    scene.fake.person = {"sub": "sub-1", "email": "wang.fang@example.com", "email_verified": True}
    browser = scene.world.browser()
    assert scene.enter(browser).status_code == 303
    assert (
        scene.admin.send("PATCH", f"/v1/users/{invited['user']}", {"disabled": True}, if_match="*").status_code == 200
    )
    assert browser.client.get("/v1/me").status_code == 401
    assert scene.enter().status_code == 403


def test_removing_an_identity(scene: Scene) -> None:
    """Who is not invited any more does not get in, and is out at once."""
    invited = scene.invite(subject="sub-1")
    browser = scene.world.browser()
    assert scene.enter(browser).status_code == 303
    assert scene.admin.send("DELETE", f"/v1/identities/{invited['id']}").json()["subject"] == "sub-1"
    assert browser.client.get("/v1/me").status_code == 401
    assert scene.enter().status_code == 403


def test_several_accounts(scene: Scene) -> None:
    """Who was invited by several firms chooses; a firm cannot draw people in who mean another one."""
    scene.invite()
    other = scene.world.caller(scene.world.firm("B"), "admin")
    theirs = Scene(scene.world, scene.fake, other).invite("two")
    browser = scene.world.browser()
    page = scene.enter(browser)
    assert page.status_code == 200
    assert ">A · one<" in page.text
    assert ">B · two<" in page.text
    assert scene.sessions() == 0
    stranger = scene.world.browser()
    assert stranger.post("/login/account", {"account": theirs["id"]}).status_code == 403
    assert browser.post("/login/account", {"account": "idn_none"}).status_code == 403
    assert browser.post("/login/account", {"account": theirs["id"]}, origin="https://evil.example").status_code == 403
    assert browser.post("/login/account", {"account": "\0"}).status_code == 422
    chosen = browser.post("/login/account", {"account": theirs["id"]})
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/quote")
    assert browser.client.get("/v1/me").json()["firm"] == other.firm
    assert browser.post("/login/account", {"account": theirs["id"]}).status_code == 403
    assert scene.sessions() == 1


def test_an_invitation_is_no_way_into_another_account(scene: Scene) -> None:
    """Whom a firm knows by subject already is not asked about further invitations of the same firm."""
    scene.invite(subject="sub-1")
    scene.invite("two", email="wang.fang@example.com")
    browser = scene.world.browser()
    assert scene.enter(browser).status_code == 303
    taken = scene.admin.send(
        "POST", "/v1/identities", {"user": browser.client.get("/v1/me").json()["user"], "subject": "sub-1"}
    )
    assert taken.status_code == 409


def test_roles_of_the_provider(store: Store) -> None:
    """Groups narrow what a user may do, and never widen it; without a group that counts nobody gets in."""
    roles = {"ops": ("dispatcher", "planner"), "board": ("auditor",), "root": ("admin",)}
    for scene in play(store, roles_claim="groups", roles=roles):
        scene.invite("one", ("dispatcher", "auditor"))
        seen = {}
        for groups in (["ops"], ["board", "root"], "board", ["ops", "board", "x", 7]):
            scene.fake.person["groups"] = groups
            browser = scene.world.browser()
            assert scene.enter(browser).status_code == 303, groups
            seen[str(groups)] = set(browser.client.get("/v1/me").json()["scopes"])
        assert "plans:write" in seen["['ops']"]
        assert "audit:read" not in seen["['ops']"]
        assert seen["['board', 'root']"] == seen["board"] < seen["['ops', 'board', 'x', 7]"]
        assert "people:write" not in seen["['board', 'root']"]
        for groups in (["root"], [], None, {"ops": 1}, "OPS"):
            scene.fake.person["groups"] = groups
            assert scene.enter().status_code == 403, groups


def _set(**values: object) -> Callable[[dict[str, Any]], None]:
    def change(claims: dict[str, Any]) -> None:
        for name, value in values.items():
            if value is None:
                claims.pop(name, None)
            elif callable(value):
                claims[name] = value(claims)
            else:
                claims[name] = value

    return change


BAD_CLAIMS: dict[str, Callable[[dict[str, Any]], None]] = {
    "other issuer": _set(iss="https://evil.example"),
    "issuer with a slash": _set(iss=f"{ISSUER}/"),
    "issuers": _set(iss=[ISSUER]),
    "no issuer": _set(iss=None),
    "other audience": _set(aud="another"),
    "no audience": _set(aud=None),
    "several audiences without a party": _set(aud=[CLIENT, "another"]),
    "several audiences for another party": _set(aud=[CLIENT, "another"], azp="another"),
    "other party": _set(azp="another"),
    "expired": _set(exp=lambda claims: claims["iat"] - 61),
    "no end": _set(exp=None),
    "end that is no number": _set(exp="tomorrow"),
    "from the future": _set(iat=lambda claims: claims["iat"] + 3600),
    "not yet": _set(nbf=lambda claims: claims["iat"] + 3600),
    "no beginning": _set(iat=None),
    "other nonce": _set(nonce="x"),
    "no nonce": _set(nonce=None),
    "empty nonce": _set(nonce=""),
    "no subject": _set(sub=None),
    "empty subject": _set(sub=""),
    "subject that is no text": _set(sub=1),
    "subject of other bytes": _set(sub="a\0b"),
    "long subject": _set(sub="x" * 256),
    "wrong hash of the other token": _set(at_hash="x"),
}
BAD_TOKENS: dict[str, Callable[[dict[str, Any]], object]] = {
    "no signature": lambda claims: unsigned(claims, {"alg": "none"}),
    "no signature, in capitals": lambda claims: unsigned(claims, {"alg": "None", "kid": "one"}),
    "signature left out": lambda claims: unsigned(claims, {"alg": "ES256", "kid": "one"}),
    "other key of the same name": lambda claims: jwt.encode({"alg": "ES256", "kid": "one"}, claims, OTHER_KEY),
    "unknown key": lambda claims: jwt.encode({"alg": "ES256", "kid": "two"}, claims, NEW_KEY),
    "key in the token": lambda claims: jwt.encode(
        {"alg": "ES256", "jwk": OTHER_KEY.as_dict(private=False)}, claims, OTHER_KEY
    ),
    "signed with the secret": lambda claims: _by_hand(claims, SECRET.encode()),
    "signed with the public key": lambda claims: _by_hand(claims, KEY.as_pem(private=False)),
    "cut": lambda claims: jwt.encode({"alg": "ES256", "kid": "one"}, claims, KEY)[:-2],
    "changed": lambda claims: _swapped(claims, {"sub": "sub-9"}),
    "no token": lambda _: "x",
    "empty": lambda _: "",
    "dots": lambda _: "..",
    "not text": lambda _: ["x"],
    "nothing": lambda _: None,
    "a list of claims": lambda _: unsigned([], {"alg": "ES256", "kid": "one"}),  # type: ignore[arg-type]
}


def _by_hand(claims: dict[str, Any], secret: bytes) -> str:
    """Return a token signed with a secret, as no library would with the public half of a pair."""
    text = unsigned(claims, {"alg": "HS256", "kid": "one"}).rstrip(".")
    raw = hmac.new(secret, text.encode(), sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(raw).decode().rstrip('=')}"


def _swapped(claims: dict[str, Any], change: dict[str, Any]) -> str:
    """Return a token whose claims were changed after it was signed."""
    head, _, signature = jwt.encode({"alg": "ES256", "kid": "one"}, claims, KEY).split(".")
    _, body, _ = unsigned(claims | change, {}).split(".")
    return f"{head}.{body}.{signature}"


def test_bad_tokens(scene: Scene) -> None:
    """A token with anything wrong about it lets nobody in, and the person is told in words."""
    scene.invite(subject="sub-1")
    for name, change in BAD_CLAIMS.items():
        scene.fake.change = change
        refused = scene.enter()
        assert (refused.status_code, "登录失败" in refused.text) == (403, True), name
    scene.fake.change = _set()
    for name, token in BAD_TOKENS.items():
        scene.fake.token = token
        refused = scene.enter()
        assert (refused.status_code, "登录失败" in refused.text) == (403, True), name
    assert scene.sessions() == 0
    scene.fake.token = scene.fake.sign
    assert scene.enter().status_code == 303


def test_good_tokens(scene: Scene) -> None:
    """What the standard allows is taken: several audiences with the party, small differences of clocks, other keys."""
    scene.invite(subject="sub-1")
    rsa = RSAKey.generate_key(2048, {"kid": "rsa"}, auto_kid=False)
    for change in (
        _set(aud=[CLIENT]),
        _set(aud=[CLIENT, "another"], azp=CLIENT),
        _set(exp=lambda claims: claims["iat"] - 59),
        _set(iat=lambda claims: claims["iat"] + 59),
    ):
        scene.fake.change = change
        assert scene.enter().status_code == 303
    scene.fake.change = _set()
    scene.world.clock.forward(minutes=2)
    scene.fake.keys = [rsa, NEW_KEY]
    for algorithm, key in (("RS256", rsa), ("PS256", rsa), ("ES256", NEW_KEY)):
        scene.fake.token = lambda claims, one=(algorithm, key): jwt.encode(
            {"alg": one[0], "kid": one[1].kid}, claims, one[1], [one[0]]
        )
        assert scene.enter().status_code == 303, algorithm
    scene.fake.token = scene.fake.sign
    assert scene.enter().status_code == 403


def test_keys_are_not_fetched_for_every_bad_token(scene: Scene) -> None:
    """Keys are read again for a token they do not fit, but not more than once a minute; and after an hour anyway."""
    scene.invite(subject="sub-1")
    scene.fake.token = BAD_TOKENS["unknown key"]
    for _ in range(5):
        assert scene.enter().status_code == 403
    assert scene.fake.asked.count(f"{ISSUER}/keys") == 1
    scene.world.clock.forward(seconds=60)
    for _ in range(5):
        assert scene.enter().status_code == 403
    assert scene.fake.asked.count(f"{ISSUER}/keys") == 2
    scene.world.clock.forward(hours=1)
    scene.fake.token = scene.fake.sign
    assert scene.enter().status_code == 303
    assert scene.fake.asked.count(f"{ISSUER}/keys") == 3


def test_broken_providers(scene: Scene) -> None:
    """A provider that is away, answers nonsense or describes another one lets nobody in, without a crash."""
    scene.invite(subject="sub-1")
    html = httpx.Response(200, text="<html>")
    for address in ("/.well-known/openid-configuration", "/keys"):
        for answer in (
            html,
            httpx.Response(500),
            httpx.Response(200, json=[]),
            httpx.Response(302, headers={"location": "https://evil.example"}),
            httpx.ConnectError("x"),
            httpx.ReadTimeout("x"),
            httpx.Response(200, content=b'"' + b"x" * 2_000_000),
            httpx.Response(200, content=b"[" * 100_000),
        ):
            scene.fake.answers = {address: answer}
            refused = scene.world.browser().get("/login/oidc")
            assert refused.status_code == 502, (address, answer)
            assert "身份服务" in refused.text
    scene.fake.answers = {}
    right = dict(scene.fake.about)
    for change in (
        {"issuer": "https://evil.example"},
        {"issuer": f"{ISSUER}/"},
        {"token_endpoint": "http://id.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": "http://id.example/keys"},
        {"jwks_uri": None},
        {"token_endpoint": "https://user@id.example/token"},
    ):
        scene.fake.about = right | change
        assert scene.world.browser().get("/login/oidc").status_code == 502, change
    scene.fake.about = right
    for answer, status in ((html, 502), (httpx.Response(503), 502), (httpx.Response(401, json={}), 403)):
        scene.fake.answers = {"/token": answer}
        assert scene.enter().status_code == status
    scene.fake.answers = {}
    assert scene.sessions() == 0


def test_states(scene: Scene) -> None:
    """A way back works once, in time, in the browser that went there, with its own state and code."""
    scene.invite(subject="sub-1")
    browser, other = scene.world.browser(), scene.world.browser()

    def away(one: Browser) -> str:
        return scene.fake.authorize(one.get("/login/oidc").headers["location"])

    back = away(browser)
    assert other.get(back).status_code == 403
    stolen = away(other)
    assert browser.get(stolen).status_code == 403
    for wrong in (
        back.replace("state=log_", "state=lag_"),
        f"{back}x",
        f"{back}%00",
        back.replace("=log", "=%00log"),
        back.partition("&")[0],
        "/login/oidc/back",
    ):
        assert browser.get(wrong).status_code == 403, wrong
    assert browser.get(back).status_code == 303
    assert browser.get(back).status_code == 403
    late = away(browser)
    scene.world.clock.forward(minutes=10)
    assert browser.get(late).status_code == 403
    assert scene.sessions() == 1


def test_codes_of_another_log_in(scene: Scene) -> None:
    """A code that was meant for another log-in does not fit the word of the browser, and no code is used twice."""
    scene.invite(subject="sub-1")
    mine, theirs = scene.world.browser(), scene.world.browser()
    good = scene.fake.authorize(mine.get("/login/oidc").headers["location"])
    code = scene.fake.authorize(theirs.get("/login/oidc").headers["location"]).partition("code=")[2].partition("&")[0]
    mixed = good.replace(good.partition("code=")[2].partition("&")[0], code)
    assert mine.get(mixed).status_code == 403
    assert scene.sessions() == 0


def test_answers_of_another_provider(scene: Scene) -> None:
    """A provider that names itself in its answers must do so, and rightly; one that says no is heard."""
    scene.invite(subject="sub-1")
    assert scene.enter(iss="https://evil.example").status_code == 403
    assert scene.enter(iss=ISSUER).status_code == 303
    scene.world.clock.forward(hours=1)
    scene.fake.about["authorization_response_iss_parameter_supported"] = True
    assert scene.enter().status_code == 403
    assert scene.enter(iss=ISSUER).status_code == 303
    browser = scene.world.browser()
    back = scene.fake.authorize(browser.get("/login/oidc").headers["location"], iss=ISSUER)
    said_no = browser.get(back.replace("code=", "error=access_denied&x="))
    assert (said_no.status_code, "登录失败" in said_no.text) == (403, True)


def test_nothing_secret_is_kept_under_way(scene: Scene) -> None:
    """The database holds hashes of a log-in that is under way; what was begun and never came back is forgotten."""
    browser = scene.world.browser()
    location = browser.get("/login/oidc?return=https://evil.example").headers["location"]
    word = str(browser.client.cookies.get("hubport-login")).partition(".")[2]
    with scene.world.store.read(WHOLE) as session:
        (row,) = session.all(select(LogInState))
    assert row.return_to == "/"
    kept = f"{row.state_hash}{row.cookie_hash}{row.claims}"
    cookie = f"{row.id}.{word}"
    assert under_way.nonce_of(cookie) in location
    for secret in (word, under_way.nonce_of(cookie), under_way.verifier_of(cookie)):
        assert secret not in kept
    assert under_way.verifier_of(cookie) not in location
    assert len(under_way.verifier_of(cookie)) == 43
    scene.world.clock.forward(minutes=11)
    assert sessions.forget(scene.world.store, scene.world.clock()) == 1


def test_without_a_provider(firms: World) -> None:
    """Where no provider is set up nobody is sent to one, and nobody is invited."""
    assert firms.browser().get("/login/oidc").status_code == 409
    assert firms.browser().get("/login/oidc/back?state=x&code=y").status_code == 409
    admin = firms.caller("house", "admin")
    user = admin.send("POST", "/v1/users", {"name": "one", "roles": ["forwarder"]}).json()["id"]
    assert admin.send("POST", "/v1/identities", {"user": user, "subject": "x"}).status_code == 409
    for wrong in ({}, {"email": "x"}, {"email": "a b@c"}, {"subject": ""}, {"subject": "é"}):
        assert admin.send("POST", "/v1/identities", {"user": user} | wrong).status_code == 422


def test_giving_away(scene: Scene) -> None:
    """Nobody opens an account to somebody that may do more than they may themselves."""
    admin = scene.world.caller(scene.admin.firm, "admin", scopes=("people:read", "people:write"))
    user = scene.admin.send("POST", "/v1/users", {"name": "one", "roles": ["forwarder"]}).json()["id"]
    refused = admin.send("POST", "/v1/identities", {"user": user, "subject": "x"})
    assert (refused.status_code, refused.json()["detail"][:10]) == (403, "beyond the")
    with scene.world.store.read(WHOLE) as session:
        assert session.all(select(UserIdentity)) == []


GOOD = {
    "HUBPORT_URL": "https://hubport.example",
    "HUBPORT_OIDC_ISSUER": ISSUER,
    "HUBPORT_OIDC_CLIENT_ID": CLIENT,
    "HUBPORT_OIDC_CLIENT_SECRET": SECRET,
    "HUBPORT_OIDC_ROLES_CLAIM": "groups",
    "HUBPORT_OIDC_ROLES": "ops=dispatcher,planner; board=auditor",
    "HUBPORT_SESSION_IDLE_MIN": "30",
    "HUBPORT_SESSION_HOURS": "8",
}


def test_settings() -> None:
    """The settings of logging in are read, with a default for each, and the secret is not shown."""
    found = Findings()
    settings = read_log_in(found, GOOD)
    assert settings.oidc is not None
    assert settings.oidc.roles == {"ops": ("dispatcher", "planner"), "board": ("auditor",)}
    assert (settings.idle.total_seconds(), settings.longest.total_seconds()) == (1800, 28800)
    assert SECRET not in repr(settings)
    assert read_log_in(found, {}) == LogIn()
    assert found.faults == []


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"HUBPORT_URL": ""}, ["HUBPORT_URL"]),
        ({"HUBPORT_URL": "hubport.example"}, ["HUBPORT_URL"]),
        ({"HUBPORT_URL": "ftp://hubport.example"}, ["HUBPORT_URL"]),
        ({"HUBPORT_URL": "https://hubport.example/path"}, ["HUBPORT_URL"]),
        ({"HUBPORT_URL": "https://hubport.example:x"}, ["HUBPORT_URL"]),
        ({"HUBPORT_URL": "https://hub port"}, ["HUBPORT_URL"]),
        ({"HUBPORT_OIDC_ISSUER": "http://id.example"}, ["HUBPORT_OIDC_ISSUER"]),
        ({"HUBPORT_OIDC_ISSUER": ""}, ["HUBPORT_OIDC_ISSUER"]),
        ({"HUBPORT_OIDC_CLIENT_ID": ""}, ["HUBPORT_OIDC_CLIENT_ID"]),
        ({"HUBPORT_OIDC_SCOPE": "email"}, ["HUBPORT_OIDC_SCOPE"]),
        ({"HUBPORT_OIDC_ROLES": ""}, ["HUBPORT_OIDC_ROLES"]),
        ({"HUBPORT_OIDC_ROLES_CLAIM": ""}, ["HUBPORT_OIDC_ROLES_CLAIM"]),
        ({"HUBPORT_OIDC_ROLES": "ops=king"}, ["HUBPORT_OIDC_ROLES", "HUBPORT_OIDC_ROLES"]),
        (
            {"HUBPORT_SESSION_IDLE_MIN": "0", "HUBPORT_SESSION_HOURS": "1e3"},
            ["HUBPORT_SESSION_IDLE_MIN", "HUBPORT_SESSION_HOURS"],
        ),
    ],
)
def test_wrong_settings(change: dict[str, str], names: list[str]) -> None:
    """Everything wrong is told at once, by name and without what stands there."""
    found = Findings()
    read_log_in(found, GOOD | change)
    assert [fault.field for fault in found.faults] == names
    assert SECRET not in str([fault.as_dict() for fault in found.faults])


def test_a_calendar_link_of_ones_own(scene: Scene) -> None:
    """Who logged in at the provider has a calendar link made, which reads, is one, and ends with the account."""
    browser = scene.world.browser()
    invited = scene.invite()
    assert scene.enter(browser).status_code == 303
    assert "feed-link" not in browser.get("/forwarder").text
    assert browser.send("/forwarder/calendar").status_code == 303
    found = re.search(r'id="feed-link"[^>]*value="([^"]+)"', browser.get("/forwarder").text)
    assert found is not None
    address = found[1].replace("&amp;", "&").replace("http://localhost", "")
    stranger = scene.world.browser()
    assert stranger.get(address).headers["content-type"].startswith("text/calendar")
    assert stranger.get(address.replace("calendar.", "quote.")).status_code == 404
    kept = [key for key in scene.admin.get("/v1/keys")["items"] if key["name"] == "calendar link"]
    assert [key["scopes"] for key in kept] == [["bookings:read"]]
    assert scene.admin.send("DELETE", f"/v1/identities/{invited['id']}").status_code == 200
    assert stranger.get(address).status_code == 404


def test_a_key_needs_no_other_for_its_calendar(scene: Scene) -> None:
    """Who logged in with a key has the link at once, and none is made."""
    browser = scene.world.browser(scene.admin)
    assert "feed-link" in browser.get("/forwarder").text
    assert browser.send("/forwarder/calendar").status_code == 409
