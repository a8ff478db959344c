"""
What belongs to another firm is answered like what does not exist, byte by byte.

Found by walking all routes and their schemas: with ids of another firm in addresses, queries, bodies, forms and files,
with a key and with a session.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.identity.roles import HOUSE_ONLY
from tests.api.booking_world import FIRST, Browser, Caller, World
from tests.api.identity.test_policies import BODIES, OF_NO_FIRM, WRITES, Walked, _everything, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx import Response

IN_BODIES = {
    "quote": "quote_id", "firm": "firm_id", "user": "user_id", "delivery": "delivery_id", "plan": "stock_id",
}  # fmt: skip
"""What fields of bodies hold ids of: by name, for every field whose schema is that of an id."""
WITH: dict[tuple[str, str], dict[str, Any]] = {
    ("PATCH", "/v1/bookings/{booking_id}"): {"option": 1},
    ("POST", "/v1/webhooks/{webhook_id}/replay"): {"since": None},
}
"""What must stand beside an id, where the schema does not say so."""
ID_PATTERN = "^[a-z0-9_]+$"
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_CHANGES = re.compile(
    rb"urn:hubport:request:[\w-]+|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|name=\"(csrf|once)\" value=\"[\w-]*\"|--[0-9a-f]{32}"
)
_SAME_HEADERS = ("content-type", "etag", "location", "cache-control", "www-authenticate", "idempotency-replayed")


@dataclass(frozen=True)
class Strangers:
    """A firm that asks, with a key and a session; ids of another one, and their likes that do not exist."""

    world: World
    caller: Caller
    browser: Browser
    token: str
    theirs: dict[str, str]
    none: dict[str, str]
    mine: dict[str, str]
    other: Caller

    def ask(self, one: Walked, path: str, *, by_session: bool, **sent: Any) -> Response:  # noqa: ANN401 - of the client
        """Send a request, with what makes it a write that counts once."""
        headers = dict(sent.pop("headers", {}))
        if one.method in WRITES:
            number = f"t{next(Caller._numbers)}"
            headers |= {"idempotency-key": number, "if-match": "*"}
            if one.policies[0].how == "form":
                sent["data"] = {"once": number} | dict(sent.get("data") or {})
        if by_session:
            headers |= {"origin": "http://localhost", "x-csrf-token": self.token}
        else:
            headers["authorization"] = f"Bearer {self.caller.secret}"
        client = self.browser.client if by_session else self.world.client
        return client.request(one.method, path, headers=headers, follow_redirects=False, **sent)

    def plain(self, response: Response) -> tuple[int, list[str | None], bytes]:
        """Return an answer without the ids that were asked for, and without what changes with each request."""
        content, headers = response.content, [response.headers.get(name) for name in _SAME_HEADERS]
        for name, value in (*self.theirs.items(), *self.none.items()):
            # Some rules show what they were given in capitals.
            content = re.sub(value.encode(), name.encode(), content, flags=re.IGNORECASE)
            headers = [None if text is None else text.replace(value, name) for text in headers]
        return response.status_code, headers, _CHANGES.sub(b"", content)

    def seen(self) -> list[Any]:
        """Return what the other firm sees of itself."""
        return [
            self.other.get(f"/v1/{name}?limit=200")["items"]
            for name in ("bookings", "users", "keys", "allotments", "identities")
        ]


@pytest.fixture
def strangers(firms: World) -> Strangers:
    """Return two firms that have one of everything."""
    alice, bob = (firms.caller(firms.firm(name), "admin") for name in "AB")
    mine, theirs = _everything(firms, alice), _everything(firms, bob)
    browser = firms.browser(alice)
    return Strangers(firms, alice, browser, browser.token, theirs, absent(theirs), mine, bob)


def absent(ids: dict[str, str]) -> dict[str, str]:
    """Return ids that are like others, but of nothing."""
    turned = str.maketrans(_ALPHABET, _ALPHABET[1:] + _ALPHABET[:1])
    return {name: value[:-6] + value[-6:].translate(turned) for name, value in ids.items()}


def endpoints(world: World) -> list[Walked]:
    """Return every endpoint that has a policy and is not for everybody."""
    return [one for one in walk(world.client.app) if one.policies and one.policies[0].how != "public"]  # type: ignore[arg-type]


def named(one: Walked) -> list[str]:
    """Return the names in an address that are ids of what belongs to a firm."""
    names = [name.partition(":")[0] for name in re.findall(r"{([^}]*)}", one.path)]
    return [name for name in names if name not in OF_NO_FIRM]


def address(one: Walked, ids: dict[str, str]) -> str:
    """Return the address with ids in it."""
    path = re.sub(r"{(\w+):\w+}", r"{\1}", one.path)
    same = {"departure_id": FIRST, "kind": "booking", "form": "csv", "table": "locations", "warehouse_id": "WH-1"}
    prints = {"fingerprint": "0" * 64, "other": "1" * 64}
    return path.format(**(same | prints | ids))


@pytest.mark.parametrize("by_session", [False, True], ids=["key", "session"])
def test_addresses(strangers: Strangers, *, by_session: bool) -> None:
    """An id of another firm in an address gives 404, and the bytes of an id that does not exist; nothing is changed."""
    before, walked = strangers.seen(), 0
    for one in endpoints(strangers.world):
        if not named(one) or one.path.startswith("/map"):
            continue
        sent: dict[str, Any] = {}
        if (one.method, one.path) in BODIES:
            body = BODIES[one.method, one.path].items()
            sent["json"] = {name: strangers.mine["quote_id"] if value == "own" else value for name, value in body}
        found = strangers.ask(one, address(one, strangers.theirs), by_session=by_session, **sent)
        none = strangers.ask(one, address(one, strangers.none), by_session=by_session, **sent)
        status = 403 if one.policies[0].scope in HOUSE_ONLY else 404
        assert found.status_code == status, (one, found.text)
        assert strangers.plain(found) == strangers.plain(none), one
        walked += 1
    assert walked >= 25
    assert strangers.seen() == before


def _bodies(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, address and schema of every JSON body."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                yield method.upper(), path, resolved(document, content["application/json"]["schema"])


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema itself in place of what points to it."""
    while "$ref" in schema:
        found: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def kinds_of(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a schema, and what it may be instead."""
    return [schema, *schema.get("anyOf", []), *schema.get("oneOf", [])]


def is_id(schema: dict[str, Any]) -> bool:
    """Say whether a field holds an id."""
    return any(one.get("pattern") == ID_PATTERN for one in kinds_of(schema))


def sample(document: dict[str, Any], schema: dict[str, Any]) -> Any:  # noqa: ANN401, PLR0911 - any JSON
    """Return a value that fits a schema, as its examples show it."""
    schema = resolved(document, schema)
    if "anyOf" in schema:
        return sample(document, next(one for one in schema["anyOf"] if one.get("type") != "null"))
    if schema.get("examples"):
        return schema["examples"][0]
    for name in ("example", "const", "default"):
        if name in schema:
            return schema[name]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        fields = schema.get("properties", {})
        shown = {name for name, field in fields.items() if any("examples" in one for one in kinds_of(field))}
        return {name: sample(document, fields[name]) for name in sorted({*schema.get("required", ()), *shown})}
    if kind == "array":
        return [sample(document, schema["items"])] if schema.get("minItems") else []
    return {"integer": max(1, int(schema.get("minimum", 1))), "number": 1, "boolean": False}.get(str(kind), "x")


def test_bodies(strangers: Strangers) -> None:
    """
    An id of another firm in any body gives the bytes of an id that does not exist.

    Every field whose schema is that of an id is tried, in a body that is right but for that; the name of a field that
    is not known here belongs into `IN_BODIES`.
    """
    document = strangers.world.client.app.openapi()  # type: ignore[attr-defined]
    by_path = {(one.method, re.sub(r":\w+}", "}", one.path)): one for one in endpoints(strangers.world)}
    before, tried = strangers.seen(), set()
    for method, path, schema in _bodies(document):
        one = by_path.get((method, path))
        for name, field in schema.get("properties", {}).items():
            if one is None or not is_id(resolved(document, field)):
                continue
            answers = []
            for ids in (strangers.theirs, strangers.none):
                body = sample(document, schema) | WITH.get((method, path), {}) | {name: ids[IN_BODIES[name]]}
                body = {key: ids[IN_BODIES[key]] if key in IN_BODIES else value for key, value in body.items()}
                for by_session in (False, True):
                    sent = strangers.ask(one, address(one, strangers.mine), by_session=by_session, json=body)
                    answers.append(strangers.plain(sent))
            assert answers[0][0] == (403 if one.policies[0].scope in HOUSE_ONLY else 404), (one, answers[0])
            assert all(answer == answers[0] for answer in answers), (one, answers)
            tried.add((method, path, name))
    assert {("POST", "/v1/bookings", "quote"), ("POST", "/v1/keys", "user"), ("POST", "/v1/users", "firm")} <= tried
    assert strangers.seen() == before


def test_queries(strangers: Strangers) -> None:
    """An id of another firm in any query finds what an id that does not exist finds: nothing of that firm."""
    document = strangers.world.client.app.openapi()  # type: ignore[attr-defined]
    tried, kinds = 0, cycle(strangers.theirs)
    for one in endpoints(strangers.world):
        operation = document["paths"].get(one.path, {}).get(one.method.lower())
        if one.method != "GET" or operation is None or "{" in one.path:
            continue
        for given_name in (item["name"] for item in operation.get("parameters", ()) if item["in"] == "query"):
            # One kind of ids for each; every kind has its turn.
            name = next(kinds)
            found = strangers.ask(one, one.path, by_session=False, params={given_name: strangers.theirs[name]})
            none = strangers.ask(one, one.path, by_session=False, params={given_name: strangers.none[name]})
            assert strangers.plain(found) == strangers.plain(none), (one, given_name)
            tried += 1
    assert tried >= 40


_FILES = ("text/csv", "application/x-ndjson", "application/json", "application/xml", "text/plain")


def test_anything(strangers: Strangers) -> None:
    """Whatever is sent with ids of another firm, anywhere, is answered as if they did not exist; nothing is changed."""
    document = strangers.world.client.app.openapi()  # type: ignore[attr-defined]
    known = [one for one in endpoints(strangers.world) if not one.path.startswith("/map")]
    fields = sorted({name for _, _, schema in _bodies(document) for name in schema.get("properties", {})})
    kinds = sorted(strangers.theirs)
    before = strangers.seen()

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def check(data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(known))
        by_session = data.draw(st.booleans())
        picked = {name: data.draw(st.sampled_from(kinds)) for name in named(one)}
        shape = data.draw(st.dictionaries(st.sampled_from(fields), st.sampled_from(kinds), max_size=3))
        query = data.draw(
            st.dictionaries(
                st.sampled_from(["after", "subject", "user", "firm", "q"]), st.sampled_from(kinds), max_size=2
            )
        )
        how = data.draw(st.sampled_from(["json", "form", "file", "raw"]))
        content = data.draw(st.sampled_from(_FILES))
        if not (picked or shape or query):
            return
        answers = []
        for ids in (strangers.theirs, strangers.none):
            values = {name: ids[kind] for name, kind in shape.items()}
            sent: dict[str, Any] = {"params": {name: ids[kind] for name, kind in query.items()}}
            if one.method in WRITES and how == "json":
                sent["json"] = values
            elif one.method in WRITES and how == "form":
                sent["data"] = values
            elif one.method in WRITES:
                text = "\n".join((",".join(values), ",".join(values.values())))
                if how == "file":
                    sent["files"] = {name: ("x.csv", text.encode(), content) for name in ("file", *values)}
                else:
                    sent |= {"content": text.encode(), "headers": {"content-type": content}}
            path = address(one, {name: ids[kind] for name, kind in picked.items()})
            answers.append(strangers.plain(strangers.ask(one, path, by_session=by_session, **sent)))
        assert answers[0] == answers[1], one
        assert answers[0][0] < 500, (one, answers[0])

    check()
    assert strangers.seen() == before
