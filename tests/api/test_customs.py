"""Customs at the edge: command line, HTTP and faults, on the shipped tables."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from fastapi.testclient import TestClient

from api.answer_schema import PROBLEM_SCHEMA
from api.app import create_app
from api.cli import main
from api.customs_answer import landed_json, regimes_json
from api.customs_read import FACTS, LANDED_FIELDS, REGIME_FIELDS
from api.customs_schema import LANDED_ANSWER, LANDED_BODY, REGIMES_ANSWER, REGIMES_BODY
from api.desk import Desk
from api.faults import RequestFaultsError
from api.texts import catalogue as texts
from data import Catalogue, load_catalogue
from tests.api.fakes import FakePlanner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = dt.datetime(2026, 12, 1, 1, tzinfo=dt.UTC)
TODAY = NOW.date()
SHOES: dict[str, Any] = {
    "to": "DE",
    "currency": "EUR",
    "lines": [{"hs": "640411", "value": 60, "quantity": 1, "kg": 0.9}],
    "freight": 8,
}


@cache
def catalogue() -> Catalogue:
    """Return the shipped tables."""
    return load_catalogue()


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """Return a client of a service on the shipped tables, without a search."""
    desk = Desk(catalogue(), FakePlanner(catalogue()), lambda: NOW)
    with TestClient(create_app(desk), raise_server_exceptions=False) as found:
        yield found


def run(*arguments: str) -> int:
    """Run one command."""
    return main(list(arguments), clock=lambda: NOW)


def ask(**changes: object) -> dict[str, Any]:
    """Return the answer to a question about shoes with some fields changed."""
    return landed_json(SHOES | changes, catalogue(), TODAY)


def faults(given: dict[str, Any], *, about: str = "landed") -> set[tuple[str, str]]:
    """Return what is wrong with a question: fields and rules."""
    read = landed_json if about == "landed" else regimes_json
    with pytest.raises(RequestFaultsError) as caught:
        read(given, catalogue(), TODAY)
    assert all(fault.message_zh and fault.message_en for fault in caught.value.faults)
    return {(fault.field, fault.rule) for fault in caught.value.faults}


def test_the_answer_has_its_form_and_its_sums() -> None:
    """An answer keeps its schema, its amounts add up, and every amount of a rule has its row."""
    answer = ask(regime="9610", warehouse={"freight": 1.5, "per_order": 3.5, "mix_lines": ["640411:200"]})
    jsonschema.validate(answer, LANDED_ANSWER)
    totals = answer["totals"]
    assert sum(item["asked_minor"] for item in answer["amounts"]) == totals["point_minor"]
    assert totals["seller_minor"] + totals["buyer_minor"] == totals["point_minor"]
    by_rule = [item for item in answer["amounts"] if item["kind"] not in {"goods", "cost"}]
    assert all(item["rule"]["id"] and item["rule"]["source"] for item in by_rule)
    assert answer["break_even"]["bands"][0]["until_minor"]["rounded"] == 3400


def test_by_hand() -> None:
    """EUR 60 and 8 of freight: duty 3.00, VAT 19 % of 71.00, refund of 13 % in fen turned into cents."""
    totals = ask(regime="9610.declaration")["totals"]
    assert (totals["duty_minor"], totals["vat_minor"], totals["refund_minor"]) == (300, 1349, -780)
    assert totals["point_minor"] == 6000 + 800 + 300 + 1349 - 780


@pytest.mark.parametrize(
    ("to", "code"), [("德国", "DE"), ("germany", "DE"), ("汉堡", "DE"), ("de", "DE"), ("DEHAM", "DE")]
)
def test_destinations_by_name(to: str, code: str) -> None:
    """A territory is named by its code, its name, or a place in it."""
    assert ask(to=to)["question"]["to"] == code


def test_notes() -> None:
    """Codes that are not known, assumed rows and missing refunds are told."""
    answer = ask(lines=["123456:500"])
    assert [note["code"] for note in answer["notes"]] == ["value_alone", "hs_unknown", "rate_assumed", "refund_unknown"]
    assert answer["totals"]["low_minor"] < answer["totals"]["high_minor"]
    (duty,) = [item for item in answer["amounts"] if item["kind"] == "duty"]
    assert duty["rule"]["assumed"]


def test_all_faults_at_once() -> None:
    """Everything wrong with a question is told together, each in its place."""
    given = {
        "to": "Atlantis",
        "date": "soon",
        "currency": "ZZZ",
        "lines": ["770000:5", "94054000:5", {"hs": "640411", "value": -1, "colour": "red"}, 7],
        "incoterm": "ABC",
        "channel": "b2g",
        "origin_proof": "maybe",
        "freight": "much",
        "discount": 1,
        "warehouse": {"taxi": 3, "orders": 0},
    }
    assert faults(given) == {
        ("to", "unknown_destination"),
        ("date", "date_only"),
        ("currency", "currency_on_date"),
        ("lines[1].hs", "hs_missing"),
        ("lines[2].hs", "hs_split"),
        ("lines[3].value", "min"),
        ("lines[3].colour", "unknown_field"),
        ("lines[4]", "line_form"),
        ("incoterm", "unknown_incoterm"),
        ("channel", "unknown_choice"),
        ("origin_proof", "flag"),
        ("freight", "number"),
        ("discount", "unknown_field"),
        ("warehouse.taxi", "unknown_field"),
        ("warehouse.orders", "min"),
    }


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"lines": None}, {("lines", "required")}),
        ({"lines": 5}, {("lines", "lines_form")}),
        ({"lines": ["640411"]}, {("lines[1]", "line_form")}),
        ({"lines": ["640411:"]}, {("lines[1].value", "required")}),
        ({"lines": ["64041:5"]}, {("lines[1].hs", "hs")}),
        ({"lines": ["640411:5:0"]}, {("lines[1].quantity", "min")}),
        ({"lines": ["621520:5"], "to": "US"}, {("lines[1].kg", "measure_needed")}),
        ({"lines": ["640411:151"], "scheme": "ioss"}, {("scheme", "scheme_limit")}),
        ({"lines": [f"640411:{n}" for n in range(1, 202)]}, {("lines", "too_many")}),
        ({"to": ""}, {("to", "required")}),
        ({"to": "US", "date": "2026-01-01"}, {("date", "no_rules_on_date")}),
        ({"currency": "RON", "date": "2028-01-01"}, {("currency", "currency_on_date")}),
        ({"incoterm": "FOB", "mode": "air"}, {("incoterm", "incoterm_sea")}),
        ({"mode": "rocket"}, {("mode", "unknown_choice")}),
        ({"regime": "8888"}, {("regime", "unknown_regime")}),
        ({"warehouse": 3}, {("warehouse", "malformed")}),
        ({"warehouse": {"mix_lines": ["77:1"]}}, {("warehouse.mix_lines[1].hs", "hs")}),
        ({"warehouse": {"with_vat": "perhaps"}}, {("warehouse.with_vat", "flag")}),
        ({"freight": "1e999999999"}, {("freight", "max")}),
    ],
)  # fmt: skip
def test_bad_input(changes: dict[str, Any], wanted: set[tuple[str, str]]) -> None:
    """Each fault is told as its rule, and alone."""
    assert faults(SHOES | changes) == wanted


def test_regimes() -> None:
    """An answer about regimes keeps its schema; parcels with everything said may use 9610."""
    facts = dict.fromkeys(("registered", "platform_order", "waybill", "supervised_site"), "yes")
    answer = regimes_json({"customer": "b2c", "lines": ["640411:4000"], **facts}, catalogue(), TODAY)
    jsonschema.validate(answer, REGIMES_ANSWER)
    assert answer["advised"] == "9610.declaration"
    assert answer["options"][0]["status"] == "allowed"
    assert answer["question"]["facts"]["value"] == 400_000
    assert [note["code"] for note in answer["notes"]] == ["credit_assumed", "purchase_assumed"]


def test_a_regime_not_allowed_here() -> None:
    """A regime that is asked for and barred is refused with its rules, an unknown one with those there are."""
    assert faults({"customer": "b2c", "regime": "9810"}, about="regimes") == {("regime", "regime_barred")}
    assert faults({"regime": "7777"}, about="regimes") == {("regime", "unknown_regime")}
    over = {"direction": "import", "customer": "b2c", "value": 5000.01, "regime": "1210"}
    with pytest.raises(RequestFaultsError, match=r"at most CNY 5,000"):
        regimes_json(over, catalogue(), TODAY)
    assert regimes_json(over | {"value": 5000}, catalogue(), TODAY)["advised"] == "9610.import"


def test_bad_facts() -> None:
    """Every fact that cannot be read is told."""
    given = {"customer": "c2c", "credit": "gold", "value": -1, "registered": "x", "days_since_export": 1.5, "hat": 1}
    assert faults(given, about="regimes") == {
        ("customer", "unknown_choice"),
        ("credit", "unknown_choice"),
        ("value", "min"),
        ("registered", "flag"),
        ("days_since_export", "whole_number"),
        ("hat", "unknown_field"),
    }


def test_papers_have_names() -> None:
    """Every paper of a regime is named in both languages."""
    papers = {("", paper) for row in catalogue().regimes for paper in row.papers}
    assert papers <= texts("zh").keys() & texts("en").keys()


def test_http(client: TestClient) -> None:
    """The service gives what the command line prints, by POST and by GET."""
    posted = client.post("/v1/landed-costs", json=SHOES)
    assert posted.status_code == 200
    assert posted.json() == ask()
    query = {"to": "DE", "currency": "EUR", "line": ["640411:60:1:0.9"], "freight": "8"}
    assert client.get("/v1/landed-costs", params=query).json() == posted.json()
    given = {"customer": "b2c", "registered": True}
    answer = client.post("/v1/regimes:advise", json=given)
    assert answer.json() == regimes_json(given, catalogue(), TODAY)
    asked = client.get("/v1/regimes:advise", params={"customer": "b2c", "registered": "yes"})
    assert asked.json() == answer.json()


@pytest.mark.parametrize("body", [b"[]", b"3", b"{", b'"x"', b"null"])
@pytest.mark.parametrize("path", ["/v1/landed-costs", "/v1/regimes:advise"])
def test_http_bodies_that_are_no_object(client: TestClient, path: str, body: bytes) -> None:
    """Anything but an object is refused as a problem document."""
    response = client.post(path, content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    jsonschema.validate(response.json(), PROBLEM_SCHEMA)


def test_http_faults(client: TestClient) -> None:
    """Faults stand in the problem document, all of them."""
    response = client.get("/v1/landed-costs", params={"to": "XX", "line": ["770000:1"], "incoterm": "ABC", "x": "1"})
    assert response.status_code == 422
    problem = response.json()
    jsonschema.validate(problem, PROBLEM_SCHEMA)
    assert {item["field"] for item in problem["errors"]} == {"to", "lines[1].hs", "incoterm", "x"}
    repeated = client.get("/v1/regimes:advise", params={"customer": ["b2c", "b2b"]}).json()
    assert [item["rule"] for item in repeated["errors"]] == ["too_many"]


def test_openapi(client: TestClient) -> None:
    """The description has both questions and both answers, and all their fields."""
    paths = client.get("/v1/openapi.json").json()["paths"]
    body = paths["/v1/landed-costs"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body | LANDED_BODY == body
    assert set(LANDED_BODY["properties"]) == set(LANDED_FIELDS)
    assert set(REGIMES_BODY["properties"]) == set(REGIME_FIELDS) >= set(FACTS)
    jsonschema.validate(SHOES, LANDED_BODY)
    assert "200" in paths["/v1/regimes:advise"]["get"]["responses"]
    for path in ("/v1/landed-costs", "/v1/regimes:advise"):
        example = paths[path]["post"]["requestBody"]["content"]["application/json"]["example"]
        assert client.post(path, json=example).status_code == 200
    assert not {"/v1/landed-cost", "/v1/regimes"} & set(paths)


LANDED = ("landed", "--to", "DE", "--currency", "EUR", "--line", "640411:60:1:0.9", "--freight", "8")


def test_command_landed(capsys: pytest.CaptureFixture[str]) -> None:
    """Text in both languages, or JSON."""
    assert run(*LANDED) == 0
    assert "合计" in capsys.readouterr().out
    assert run(*LANDED, "--lang", "en", "--warehouse", "freight=1.5", "--warehouse", "per_order=3.5") == 0
    text = capsys.readouterr().out
    assert "84.49" in text
    assert "0.00 to 34.00  bulk to a warehouse" in text
    assert run(*LANDED, "--json") == 0
    assert json.loads(capsys.readouterr().out) == ask()


def test_command_landed_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A question stands in a file; arguments go before it."""
    path = tmp_path / "question.json"
    path.write_text(json.dumps(SHOES), encoding="utf-8")
    assert run("landed", str(path), "--incoterm", "DDP", "--json") == 0
    assert json.loads(capsys.readouterr().out) == ask(incoterm="DDP")


@pytest.mark.parametrize("content", [None, "{", "[1]", "\ud800"])
def test_files_that_are_no_question(tmp_path: Path, content: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is missing, broken or no object is told, without a traceback."""
    path = tmp_path / "question.json"
    if content is not None:
        path.write_bytes(content.encode("utf-8", "surrogatepass"))
    assert run("regime", str(path)) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_command_regime(capsys: pytest.CaptureFixture[str]) -> None:
    """What is advised comes first; faults leave with code 2."""
    assert run("regime", "--customer", "stock", "--line", "640411:9000", "--fact", "registered=yes") == 0
    assert capsys.readouterr().out.startswith("建议 ")
    assert run("regime", "--fact", "registered=no", "--lang", "en") == 0
    assert "barred" in capsys.readouterr().out
    assert run("regime", "--credit", "best", "--fact", "hat=1") == 2
    told = capsys.readouterr().err
    assert "credit" in told
    assert "hat" in told
