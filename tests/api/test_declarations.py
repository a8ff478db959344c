"""``POST /v1/declarations``: documents matched, listed and summed up; nothing kept, everything wrong told."""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from fastapi.testclient import TestClient

from api.answer_schema import PROBLEM_SCHEMA
from api.app import create_app
from api.cli import main
from api.declaration_endpoints import MAX_BYTES
from api.declaration_schema import ANSWER, BODY, EXAMPLE, FORM
from api.desk import Desk
from tests.api.fakes import FakePlanner, clock
from tests.declare import order, payment, shipped, waybill, write_csv

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx import Response

PATH = "/v1/declarations"
GOODS = {"gnum": "1", "item_no": "K1", "unit": "011", "qty": "1", "price": "90", "total": "90"}
NAMES = ("orders", "payments", "waybills")


@pytest.fixture(scope="module")
def service() -> Iterator[TestClient]:
    """Return a client of the service on the shipped data set."""
    desk = Desk(shipped(), FakePlanner(shipped()), clock)
    with TestClient(create_app(desk), raise_server_exceptions=False) as found:
        yield found


@pytest.fixture(scope="module")
def sample() -> Iterator[Path]:
    """Return a folder with an export sample of 60 orders."""
    with tempfile.TemporaryDirectory() as name:
        arguments = ["--orders", "60", "--seed", "3", "--from", "2026-11-01", "-o", name]
        assert main(["declare", "sample", *arguments], clock=clock) == 0
        yield Path(name)


def good(response: Response) -> dict[str, Any]:
    """Return an answer, after a look at its form."""
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    jsonschema.validate(body, ANSWER)
    return body


def refused(response: Response, status: int = 422) -> list[tuple[str, str]]:
    """Return fields and rules of a problem document, after a look at its form."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    jsonschema.validate(body, PROBLEM_SCHEMA)
    assert "Traceback" not in response.text
    return [(item["field"], item["rule"]) for item in body.get("errors", [])]


def files(folder: Path, *names: str) -> list[tuple[str, tuple[str, bytes]]]:
    """Return the files of a form."""
    return [(name, (f"{name}.csv", (folder / f"{name}.csv").read_bytes())) for name in names]


def test_example(service: TestClient) -> None:
    """The example of the description is answered as it promises: the payment differs by one."""
    jsonschema.validate(EXAMPLE, BODY)
    answer = good(service.post(PATH, json=EXAMPLE))
    assert (answer["states"], answer["reasons"]) == (
        {"matched": 0, "waiting": 0, "unmatched": 1},
        {"amount_differs": 1},
    )
    (end,) = answer["ends"]
    (reason,) = end["reasons"]
    assert (reason["expected"], reason["found"]) == ("100", "99")
    assert reason["message_zh"] != reason["message_en"]
    assert answer["lists"] is None
    assert answer["declarations"] is None


def test_as_from_the_command_line(service: TestClient, sample: Path, tmp_path: Path) -> None:
    """Files of a form end as they do from the command line, and the lists and declarations are the same."""
    sent = files(sample, *NAMES, "items", "declarant")
    answer = good(service.post(PATH, files=sent, data={"at": "20261122100000"}))
    paths = [str(sample / f"{name}.csv") for name in NAMES]
    state, found, lists = tmp_path / "state", tmp_path / "found.ndjson", tmp_path / "lists.ndjson"
    assert main(["match", *paths, "--state", str(state), "-o", str(found)], clock=clock) == 0
    ends = [json.loads(line) for line in found.read_text(encoding="utf-8").splitlines()]
    assert [(end["kind"], end["number"], [one["code"] for one in end["reasons"]]) for end in answer["ends"]] == [
        (end["kind"], end["number"], end["reasons"]) for end in ends
    ]
    with (sample / "planted.csv").open(encoding="utf-8") as stream:
        planted = [row["reason"] for row in csv.DictReader(stream)]
    assert sum(answer["reasons"].values()) == len(planted)
    fixed = ["--items", str(sample / "items.csv"), "--declarant", str(sample / "declarant.csv")]
    assert main(["declare", "lists", str(state), *fixed, "--at", "20261122100000", "-o", str(lists)], clock=clock) == 0
    made = [json.loads(line) for line in lists.read_text(encoding="utf-8").splitlines()]
    assert answer["lists"] == [{name: one[name] for name in ("message", "head", "lines")} for one in made]
    assert answer["declarations"]
    # Every line of every list stands below exactly one line of a declaration.
    below = [
        (source["list_no"], source["gnum"])
        for declaration in answer["declarations"]
        for line in declaration["lines"]
        for source in line["sources"]
    ]
    assert sorted(below) == sorted((one["head"]["copNo"], int(line["gnum"])) for one in made for line in one["lines"])


def test_json_with_lists(service: TestClient) -> None:
    """A JSON object with items and declarant gets lists; imports are not summed up."""
    item = {"item_no": "K1", "hs": "9003110000", "name": "镜", "model": "型", "unit1": "011", "qty1": 1, "net_kg": 0.1}
    head = {"buyer_phone": "13", "platform_name": "P", "seller": "S", "seller_name": "S", "consignee_address": "杭州"}
    declarant = {
        "customsCode": "2910",
        "portCode": "2910",
        "agentCode": "A",
        "agentName": "A",
        "tradeMode": "9610",
        "trafMode": "5",
        "assureCode": "A",
        "buyerIdType": "1",
        "country": "116",
        "logisticsName": "L",
    }
    body = {
        "direction": "import",
        "at": "20261122100000",
        "orders": [{**order(**head), "goods": [{**GOODS, "qty": 1, "price": 90.0, "origin": "116"}]}],
        "payments": [payment()],
        "waybills": [waybill(carrier="C", carrier_name="C", weight_kg="1.5", pieces=1)],
        "items": [item],
        "declarant": declarant,
    }
    answer = good(service.post(PATH, json=body))
    (made,) = answer["lists"]
    assert (made["message"], made["head"]["orderNo"], made["head"]["netWeight"]) == ("CEB621", "A1", "0.1")
    assert answer["declarations"] is None


def test_amounts_are_exact(service: TestClient) -> None:
    """Numbers of a JSON object are read as they are written, not as binary fractions."""
    text = json.dumps({"direction": "import", "orders": [order(paid="PAID")], "payments": [payment()]})
    answer = good(service.post(PATH, content=text.replace('"PAID"', "100.00000").encode()))
    assert answer["reasons"] == {"no_waybill": 1}


def test_waiting(service: TestClient) -> None:
    """What may still come is waited for on a date."""
    body = {"direction": "import", "orders": [order()], "as_of": "2026-11-10"}
    assert good(service.post(PATH, json=body))["states"] == {"matched": 0, "waiting": 1, "unmatched": 0}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [(name, "required") for name in NAMES]),
        ({"orders": {}}, [("orders", "malformed"), ("payments", "required"), ("waybills", "required")]),
        ({"orders": [], "colour": 1}, [("colour", "unknown_field")]),
        ({"orders": [], "direction": "up"}, [("direction", "unknown_choice")]),
        ({"orders": [], "regime": 9610.5}, [("regime", "malformed")]),
        ({"orders": [], "as_of": "soon", "at": "now"}, [("at", "malformed"), ("as_of", "malformed")]),
        ({"orders": [], "items": []}, [("declarant", "required")]),
        ({"orders": [], "declarant": {}}, [("items", "required")]),
        (
            {"orders": [order(currency="XXX"), order(colour="red")], "waybills": [{"waybill_no": "W"}]},
            [("orders.colour", "unknown_column"), ("orders.currency", "currency"), ("waybills.shipped_at", "required")],
        ),
        ({"orders": [order(paid=True)]}, [("orders.paid", "json")]),
        ({"orders": [order(order_no={"a": 1})]}, [("orders.order_no", "json")]),
    ],
)
def test_bad_objects(service: TestClient, body: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """Every fault of an object is told at once, with both languages."""
    assert sorted(refused(service.post(PATH, json=body))) == sorted(expected)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"null", b"\xff", b"[" * 100_000])
def test_no_object(service: TestClient, content: bytes) -> None:
    """Anything but an object is refused."""
    headers = {"content-type": "application/json"}
    assert refused(service.post(PATH, content=content, headers=headers)) == [("body", "malformed")]


def test_bad_files(service: TestClient, tmp_path: Path) -> None:
    """Every fault of every file is told with the name the sender gave it, its row and its column."""
    orders = write_csv(tmp_path / "o.csv", "order", [order(), order(order_no="B2", currency="XXX")])
    sent = [
        ("orders", ("../o.csv", orders.read_bytes())),
        ("payments", ("p.xml", b"<a")),
        ("waybills", ("w.csv", b"waybill_no,shipped_at\nW1,20261")),
    ]
    response = service.post(PATH, files=sent)
    assert refused(response) == [
        ("orders:o.csv.currency", "currency"),
        ("payments:p.xml", "xml"),
        ("waybills:w.csv.shipped_at", "time"),
    ]
    assert [item["row"] for item in response.json()["errors"]] == [3, 1, 2]


def test_bad_forms(service: TestClient) -> None:
    """Fields that are no files, files of other kinds, and tables sent twice."""
    items = ("items", ("i.csv", b"item_no\nK"))
    sent = [("orders", ("o.exe", b"x")), items, items, ("colour", ("c.csv", b"x"))]
    found = refused(service.post(PATH, files=sent, data={"payments": "text", "direction": "up"}))
    assert sorted(found) == [
        ("colour", "unknown_field"),
        ("declarant", "required"),
        ("direction", "unknown_choice"),
        ("items", "too_many"),
        ("orders", "unknown_choice"),
        ("payments", "malformed"),
        ("waybills", "required"),
    ]
    assert refused(service.post(PATH, content=b"x", headers={"content-type": "multipart/form-data"}), 400) == []


def test_too_large(service: TestClient) -> None:
    """A body above the limit is refused before it is read; other addresses keep theirs."""
    assert refused(service.post(PATH, content=b"x" * (MAX_BYTES + 1)), 413) == []
    assert refused(service.post("/v1/quotes", content=b"x" * (MAX_BYTES // 2)), 413) == []


def test_lists_with_faults(service: TestClient) -> None:
    """Orders that can have no sound list are told, and nothing is answered but that."""
    body = {
        "orders": [{**order(paid="")}],
        "waybills": [waybill()],
        "items": [{"item_no": "K1", "hs": "1", "name": "n", "model": "m", "unit1": "011", "qty1": 1, "net_kg": 1}],
        "declarant": {"customsCode": "2910"},
    }
    rules = {rule for _, rule in refused(service.post(PATH, json=body))}
    assert rules == {"list-goods"}


def test_nothing_is_kept(service: TestClient, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file of a request outlives it, whether it was answered or refused."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    good(service.post(PATH, files=files(sample, *NAMES)))
    refused(service.post(PATH, files=[("orders", ("o.csv", b"x"))]))
    assert not list(tmp_path.iterdir())


def test_openapi(service: TestClient) -> None:
    """The description has both ways in, an example, the answer and the problems."""
    asked = service.get("/v1/openapi.json").json()["paths"][PATH]["post"]
    content = asked["requestBody"]["content"]
    assert content["application/json"]["schema"]["properties"].keys() == BODY["properties"].keys()
    assert content["application/json"]["example"] == EXAMPLE
    assert content["multipart/form-data"]["schema"]["properties"].keys() == FORM["properties"].keys()
    assert set(asked["responses"]) >= {"200", "413", "422"}
    assert list(asked["responses"]["413"]["content"]) == ["application/problem+json"]
