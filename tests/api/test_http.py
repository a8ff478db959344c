"""The JSON interface, and its errors."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from fastapi.testclient import TestClient

from api.answer_schema import ANSWER_SCHEMA, PROBLEM_SCHEMA
from api.app import create_app
from api.desk import Desk
from api.middleware import MAX_BODY_BYTES
from api.schemas import QuoteBody
from tests.api.cases import BAD, GOOD, IDS, NAIVE
from tests.api.fakes import FakePlanner, clock
from tests.data.world import SMALL

if TYPE_CHECKING:
    from httpx import Response

    from data import Catalogue

BODY: dict[str, Any] = GOOD | {"weight_kg": 800, "volume_m3": 4.2}


def problem(response: Response, status: int) -> dict[str, Any]:
    """Return the problem document of a response, after a look at its form."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    jsonschema.validate(body, PROBLEM_SCHEMA)
    assert body["status"] == status
    assert "Traceback" not in response.text
    return body


def test_quote(client: TestClient) -> None:
    """The service answers what the command line prints."""
    response = client.post("/v1/quotes", json=BODY)
    assert response.status_code == 200
    jsonschema.validate(response.json(), ANSWER_SCHEMA)
    assert response.json()["fingerprint"] == "f" * 64
    assert len(response.json()["options"]) == 2


def test_no_route_is_an_answer(client: TestClient) -> None:
    """No option is no error."""
    response = client.post("/v1/quotes", json=BODY | {"due": "2026-06-01"})
    assert response.status_code == 200
    assert response.json()["options"] == []


def test_backward(client: TestClient) -> None:
    """Planning backward needs a due time."""
    assert client.post("/v1/quotes", json=BODY | {"due": "2026-09-01", "backward": True}).status_code == 200
    body = problem(client.post("/v1/quotes", json=BODY | {"backward": True}), 422)
    assert body["errors"][0]["rule"] == "due_required"


@pytest.mark.parametrize(("change", "field", "rule"), [*BAD, NAIVE], ids=[*IDS, "naive"])
def test_bad(client: TestClient, change: dict[str, Any], field: str, rule: str) -> None:
    """The service refuses what the validator refuses, in the same words."""
    body = problem(client.post("/v1/quotes", json=BODY | change), 422)
    found = {(item["field"], item["rule"]): item for item in body["errors"]}
    assert (field, rule) in found
    assert found[field, rule]["message_zh"]
    assert found[field, rule]["message_en"]


@pytest.mark.parametrize(
    ("raw", "field", "rule"),
    [
        ('{"weight_kg": NaN}', "weight_kg", "number"),
        ('{"weight_kg": 1e999}', "weight_kg", "number"),
        ('{"weight_kg": 1' + "0" * 500 + "}", "weight_kg", "max"),
        ('{"weight_kg": true}', "weight_kg", "number"),
        ('{"weight_kg": null}', "weight_kg", "required"),
        ('{"weight_kg": [1]}', "weight_kg", "number"),
        ('{"from": "\\ud800"}', "from", "unknown_place"),
        ('{"from": "' + "x" * 5000 + '"}', "from", "max"),
        ('{"from": {"a": 1}}', "from", "text"),
        ('{"pieces": 1e308}', "pieces", "max"),
        ('{"goods": [1, null, {}]}', "goods", "text"),
        ('{"colour": "red"}', "colour", "unknown_field"),
        ('{"backward": "perhaps"}', "backward", "flag"),
    ],
)
def test_strange_json(client: TestClient, raw: str, field: str, rule: str) -> None:
    """JSON that no form would send is refused just as clearly."""
    response = client.post("/v1/quotes", content=raw.encode(), headers={"content-type": "application/json"})
    body = problem(response, 422)
    assert (field, rule) in {(item["field"], item["rule"]) for item in body["errors"]}


def test_absurd_numbers_end_at_once() -> None:
    """A body with a number of a billion decimals is refused like any other, and not computed with."""
    code = """
import json, sys
from fastapi.testclient import TestClient
from api.app import create_app
from api.desk import Desk
from pathlib import Path
client = TestClient(create_app(Desk.open(Path(sys.argv[1]))), base_url="http://localhost")
response = client.post("/v1/quotes", json=json.loads(sys.argv[2]))
print(response.status_code, *(item["rule"] for item in response.json()["errors"] if item["field"] == "value"))
"""
    arguments = [str(SMALL), json.dumps(BODY | {"value": "1e-999999999"})]
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *arguments], capture_output=True, text=True, timeout=30, check=True
    )
    assert found.stdout.split() == ["422", "decimals"]


@pytest.mark.parametrize(
    "raw", ["", "{", "[]", "5", "null", '"x"', "[" * 100_000, "\xff", '{"weight_kg": ' + "1" * 5000 + "}"]
)
def test_no_json(client: TestClient, raw: str) -> None:
    """What is no JSON object is refused."""
    response = client.post("/v1/quotes", content=raw.encode("latin-1"), headers={"content-type": "application/json"})
    assert response.status_code in {400, 422}
    problem(response, response.status_code)


@pytest.mark.parametrize("is_declared", [True, False])
def test_body_limit(client: TestClient, *, is_declared: bool) -> None:
    """A body above 1 MiB is refused, whether it says its length or not."""
    size = MAX_BODY_BYTES + 1
    content: Any = b" " * size if is_declared else iter([b" " * 65_536] * 17)
    problem(client.post("/v1/quotes", content=content, headers={"content-type": "application/json"}), 413)


def test_not_found_and_wrong_method(client: TestClient) -> None:
    """Unknown addresses and methods are problems too."""
    assert problem(client.get("/v1/nothing"), 404)["type"] == "urn:hubport:problem:not-found"
    assert problem(client.delete("/v1/quotes"), 405)["title_zh"]
    problem(client.get("/static/nothing.css"), 404)
    problem(client.get("/static/../app.py"), 404)
    problem(client.get("/static/%2e%2e/app.py"), 404)


def test_crash_says_nothing(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error inside is a problem document without a word on what went wrong."""
    desk = Desk(catalogue, FakePlanner(catalogue), clock)

    def crash(*_: object, **__: object) -> None:
        message = "secret detail"
        raise RuntimeError(message)

    monkeypatch.setattr(desk, "quote_json", crash)
    with TestClient(create_app(desk), raise_server_exceptions=False) as client:
        response = client.post("/v1/quotes", json=BODY)
    problem(response, 500)
    assert "secret" not in response.text


def test_locations(client: TestClient) -> None:
    """Places come best match first."""
    found = client.get("/v1/locations", params={"q": "温州"}).json()
    assert found[0] == {"code": "CNWNZ", "name_zh": "温州", "name_en": "Wenzhou", "kind": "city"}
    assert len(client.get("/v1/locations", params={"q": "温", "limit": 1}).json()) == 1
    body = problem(client.get("/v1/locations", params={"q": "x", "limit": 0}), 422)
    assert (body["errors"][0]["field"], body["errors"][0]["rule"]) == ("limit", "min")
    assert problem(client.get("/v1/locations"), 422)["errors"][0]["rule"] == "required"


def test_departures(client: TestClient) -> None:
    """Departures are told in local times."""
    rows = client.get("/v1/departures", params={"location": "宁波港", "after": "2026-05-20", "limit": 2}).json()
    assert [row["service"] for row in rows] == ["SEA-1", "SEA-1"]
    assert rows[0]["depart_at"] == "2026-05-20T09:00:00+08:00"
    assert rows[0]["arrive_at"].endswith("+02:00")
    body = problem(client.get("/v1/departures", params={"location": "x", "after": "2026-05-20T10:00"}), 422)
    assert {item["rule"] for item in body["errors"]} == {"unknown_place", "naive_time"}
    problem(client.get("/v1/departures", params={"location": "CNNGB-P", "after": "2031-01-01"}), 422)
    problem(client.get("/v1/departures", params={"location": "CNNGB-P", "mode": "ship"}), 422)


def test_network(client: TestClient) -> None:
    """The network is GeoJSON."""
    found = client.get("/v1/network", params={"modes": "sea", "lang": "en"}).json()
    assert {item["properties"]["mode"] for item in found["features"]} == {"sea"}
    problem(client.get("/v1/network", params={"modes": "ship"}), 422)


def test_health(client: TestClient, desk: Desk) -> None:
    """The process lives, and says which data it has."""
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["fingerprint"] == desk.catalogue.fingerprint


def test_not_ready() -> None:
    """Before the data is there, questions are put off and the process still lives."""
    client = TestClient(create_app())
    problem(client.get("/readyz"), 503)
    assert client.get("/healthz").status_code == 200


def test_openapi(client: TestClient) -> None:
    """The description names what is required, shows an example, and covers the problems."""
    document = client.get("/v1/openapi.json").json()
    body = document["components"]["schemas"]["QuoteBody"]
    assert body["required"] == ["from", "to", "weight_kg", "volume_m3"]
    assert body["additionalProperties"] is False
    assert body["examples"][0]["from"] == "温州"
    responses = document["paths"]["/v1/quotes"]["post"]["responses"]
    assert set(responses) >= {"200", "413", "422"}
    refused = document["components"]["responses"][responses["422"]["$ref"].rpartition("/")[2]]
    assert list(refused["content"]) == ["application/problem+json"]


def test_headers(client: TestClient) -> None:
    """Browsers are told to load nothing from elsewhere."""
    for path in ("/", "/map/network", "/v1/nothing"):
        policy = client.get(path).headers["content-security-policy"]
        assert "http" not in policy
        assert "default-src 'none'" in policy


def test_json_is_as_from_the_command_line(client: TestClient, desk: Desk) -> None:
    """The service writes an answer as Python's own encoder would: compact, and Chinese as it is."""
    shown = desk.quote_json(QuoteBody.model_validate(BODY).ask())
    written = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    assert client.post("/v1/quotes", json=BODY).content == written.encode()


def test_all_faults_at_once(client: TestClient) -> None:
    """An unknown field hides no other fault, whatever its kind."""
    body = {"colour": "red", "weight_kg": -1, "to": "nowhere", "backward": True, "pieces": 1.5}
    found = {(item["field"], item["rule"]) for item in problem(client.post("/v1/quotes", json=body), 422)["errors"]}
    assert found == {
        ("colour", "unknown_field"),
        ("from", "required"),
        ("to", "unknown_place"),
        ("weight_kg", "positive"),
        ("volume_m3", "required"),
        ("pieces", "whole_number"),
        ("due", "due_required"),
    }


def test_on_time_is_described(client: TestClient) -> None:
    """The description says what the on-time probability means without a due time."""
    document = client.get("/v1/openapi.json").json()
    text = document["components"]["schemas"]["Option"]["properties"]["on_time_probability"]["description"]
    assert "planned arrival" in text
    assert "one day" in text
