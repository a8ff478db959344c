"""Papers over HTTP: schemas, papers of a plan and of an option, and what is refused."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from fastapi.testclient import TestClient

from api.answer_schema import ANSWER_SCHEMA, PROBLEM_SCHEMA
from api.app import create_app
from api.desk import Desk
from api.papers_endpoints import PAPERS_ANSWER
from data.itinerary import CutOffTime, Option, Quote, Step
from data.plan_json import plan_bytes
from tests.paper_world import START, minute, plan_file, shipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.shipment import Filters, Shipment

ASK: dict[str, Any] = {
    "from": "CNNBO-P", "to": "USLAX-P", "weight_kg": 800.123, "volume_m3": 4.56789, "pieces": 12,
    "ready": "2026-12-01", "box": "40HQ", "hs": "900410", "value": 12345.67, "goods": ["battery_packed"],
}  # fmt: skip


class SeaPlanner:
    """Knows one way: a ship that leaves on day 10, with its cut-offs, after a clearance on day 8."""

    def quote(self, shipment: Shipment, filters: Filters | None = None, alternatives: int = 0) -> Quote:
        """Return it."""
        del filters, alternatives
        tables = shipped()
        departs, cleared = minute(tables, 10), minute(tables, 8)
        row = next(row for row in tables.clearance if (row.territory, row.direction) == ("CN", "export"))
        service = next(row.id for row in tables.services if row.mode == "sea")
        common: dict[str, Any] = {"form": "40HQ", "emissions_g": 1}
        clearance = Step(
            kind="clearance", origin="CNNBO-P", destination="CNNBO-P", status="R", ready_min=cleared,
            depart_min=cleared, arrive_min=cleared + 60, available_min=cleared + 60, row=row.id, **common,
        )  # fmt: skip
        leg = Step(
            kind="leg", origin="CNNBO-P", destination="USLAX-P", status="I", ready_min=cleared + 60,
            depart_min=departs, arrive_min=departs + 21_600, available_min=departs + 21_600, mode="sea",
            service=service, product="fcl",
            cutoffs=(CutOffTime(type="documentation", at_min=departs - 5760, slack_min=1, binding=True),
                     CutOffTime(type="vgm", at_min=departs - 1440, slack_min=1, binding=False)),
            **common,
        )  # fmt: skip
        option = Option(
            steps=(clearance, leg), charges=(), cost_cny_minor=0, depart_min=departs, arrive_min=departs + 21_600,
            emissions_g=1, emissions_complete=True, on_time_probability=0.5, arrive_p50_min=departs + 21_600,
            arrive_p90_min=departs + 21_600, assumed_ppm=0, latest_ready_min=cleared,
        )  # fmt: skip
        return Quote(shipment=shipment, options=(option,), blocked=(), nearest=(), fingerprint=tables.fingerprint)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """Return a client of a service that knows one way."""
    desk = Desk(shipped(), SeaPlanner(), lambda: START)  # type: ignore[arg-type]
    with TestClient(create_app(desk), raise_server_exceptions=False) as found:
        yield found


@pytest.fixture(scope="module")
def plan() -> dict[str, Any]:
    """Return the plan by hand as JSON."""
    file = plan_file(shipped())
    found: dict[str, Any] = json.loads(plan_bytes(file.plan, file.cargo, shipped()))
    return found


def refused(client: TestClient, body: object, status: int = 422) -> list[tuple[str, str, int | None]]:
    """Return what is wrong with a body: fields, rules and rows."""
    answer = client.post("/v1/papers", json=body)
    assert answer.status_code == status, answer.text
    problem = answer.json()
    jsonschema.validate(problem, PROBLEM_SCHEMA)
    return [(error["field"], error["rule"], error.get("row")) for error in problem["errors"]]


def test_schemas(client: TestClient) -> None:
    """Every paper is listed with its version, and each has a schema of that name."""
    listed = client.get("/v1/papers/schemas").json()
    assert {row["kind"] for row in listed} == {row.code for row in shipped().paper_kinds}
    for row in listed:
        answer = client.get(f"/v1/papers/schemas/{row['kind']}")
        assert answer.headers["content-type"] == "application/schema+json"
        schema = answer.json()
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["$id"] == row["id"] == f"urn:hubport:paper:{row['kind']}:{row['version']}"


def test_no_such_schema(client: TestClient) -> None:
    """A paper that there is not is not found."""
    answer = client.get("/v1/papers/schemas/letter")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    jsonschema.validate(answer.json(), PROBLEM_SCHEMA)


def test_papers_of_a_plan(client: TestClient, plan: dict[str, Any]) -> None:
    """Every paper of a plan comes in the form of its schema, with what it lacks and who gives that."""
    answer = client.post("/v1/papers", json={"plan": plan}).json()
    jsonschema.validate(answer, PAPERS_ANSWER)
    assert answer["plan"] == plan["fingerprint"]
    found = {(row["document"]["subject"], row["document"]["kind"]): row for row in answer["papers"]}
    for (_, kind), row in found.items():
        jsonschema.validate(row["document"], client.get(f"/v1/papers/schemas/{kind}").json())
    vgm = found["SEA", "vgm"]
    assert vgm["document"]["due_at"] == "2026-12-10T08:00:00+08:00"
    assert [(lack["field"], lack["giver"]) for lack in vgm["lacks"]] == [
        ("booking_no", "carrier"), ("container_no", "carrier"), ("verified_by", "shipper"),
    ]  # fmt: skip
    assert [lack["field"] for lack in vgm["lacks"]] == vgm["document"]["missing"]


def test_one_subject_with_facts(client: TestClient, plan: dict[str, Any]) -> None:
    """Facts fill papers, and papers of one load unit come alone."""
    facts = [{"subject": "L001", "container_no": "CSQU3054383", "seal_no": "S1"},
             {"subject": "R1", "description": "frames"}, {"subject": "R2", "description": "lenses"}]  # fmt: skip
    answer = client.post("/v1/papers", json={"plan": plan, "facts": facts, "subject": "L001"}).json()
    assert {row["document"]["subject"] for row in answer["papers"]} == {"L001"}
    (load_list,) = (row["document"] for row in answer["papers"] if row["document"]["kind"] == "load_list")
    assert (load_list["status"], load_list["missing"]) == ("complete", [])
    assert [line["description"] for line in load_list["lines"]] == ["frames", "lenses"]


def test_papers_of_an_option(client: TestClient) -> None:
    """The papers of an option are due by the cut-offs of its departure, and filled from the request."""
    facts = [{"subject": "X-1", "consignee": "Sun Inc.", "incoterm": "FOB"}]
    body = {"quote": ASK, "option": 1, "subject": "X-1", "facts": facts}
    answer = client.post("/v1/papers", json=body).json()
    jsonschema.validate(answer, PAPERS_ANSWER)
    found = {row["document"]["kind"]: row["document"] for row in answer["papers"]}
    assert found["vgm"]["due_at"] == "2026-12-10T08:00:00+08:00"
    assert found["booking"]["due_at"] == "2026-12-07T08:00:00+08:00"
    assert found["commercial_invoice"]["due_at"] == "2026-12-09T08:00:00+08:00"
    assert found["commercial_invoice"]["lines"][0]["value"] == 1_234_567
    assert found["booking"]["values"]["consignee"] == "Sun Inc."
    assert found["un38_3"]["due_at"] == "2026-12-04T08:00:00+08:00"
    assert "insurance_policy" not in found


def test_quotes_have_their_papers(client: TestClient) -> None:
    """The answer to a quote has the papers of each option, and tells of each paper once."""
    answer = client.post("/v1/quotes", json=ASK).json()
    jsonschema.validate(answer, ANSWER_SCHEMA)
    (option,) = answer["options"]
    dues = {paper["kind"]: (paper["due_at"], paper["due_by"]) for paper in option["papers"]}
    assert dues["vgm"] == ("2026-12-10T08:00:00+08:00", "vgm")
    assert dues["sea_waybill"] == ("2026-12-07T08:00:00+08:00", "documentation")
    assert dues["customs_bond"] == ("2026-12-25T16:00:00-08:00", "arrive")
    assert all(paper["due_at"] for paper in option["papers"])
    assert set(answer["papers"]) == set(dues)
    assert answer["papers"]["vgm"]["issuer_en"] == "shipper"
    assert answer["papers"]["insurance_policy"]["condition_en"] == "where the incoterm is CIF, CIP"


def test_the_papers_of_a_quote_are_those_that_are_made(client: TestClient) -> None:
    """What a quote lists is what POST /v1/papers fills for that option, by the same instants."""
    listed = client.post("/v1/quotes", json=ASK).json()["options"][0]["papers"]
    made = client.post("/v1/papers", json={"quote": ASK}).json()["papers"]
    assert [(row["kind"], row["due_at"]) for row in listed] == [
        (row["document"]["kind"], row["document"]["due_at"]) for row in made
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("plan", "plan_or_quote", None)]),
        ({"plan": {}, "quote": {}}, [("plan", "plan_or_quote", None)]),
        ({"plan": {}}, [("plan.format", "format", None)]),
        ({"colour": 1}, [("colour", "unknown_field", None)]),
        ({"quote": ASK, "option": 0}, [("option", "min", None)]),
        ({"quote": ASK, "option": 2}, [("option", "option", None)]),
        ({"quote": {**ASK, "weight_kg": -1, "to": "nowhere"}},
         [("to", "unknown_place", None), ("weight_kg", "positive", None)]),
        ({"quote": ASK, "facts": [{"subject": "2", "colour": 1}]}, [("facts.colour", "unknown_column", None)]),
        ({"quote": ASK, "facts": [{"subject": "2"}, {"subject": "1", "value": 5, "date": "x"}]},
         [("facts.subject", "unknown_subject", 1), ("facts.date", "date", 2), ("facts.value", "contradicts", 2)]),
    ],
)  # fmt: skip
def test_what_is_refused(client: TestClient, body: dict[str, Any], expected: list[tuple[str, str, int | None]]) -> None:
    """Everything wrong with a body is told at once, in both languages."""
    assert sorted(refused(client, body)) == sorted(expected)


def test_plans_that_are_refused(client: TestClient, plan: dict[str, Any]) -> None:
    """A plan with a stranger in it, one whose box does not weigh its contents, and one that has no such box."""
    strange = copy.deepcopy(plan)
    strange["journeys"][0]["shipment"] = "R9"
    assert ("plan.journeys", "unknown-id", None) in refused(client, {"plan": strange})
    heavy = copy.deepcopy(plan)
    heavy["loads"][0]["mass_g"] = 1
    assert refused(client, {"plan": heavy}) == [("plan.loads[L001].mass_g", "load-sum", None)]
    assert refused(client, {"plan": plan, "subject": "L9"}) == [("subject", "paper_subject", None)]


def test_too_large_a_body(client: TestClient) -> None:
    """A body above the limit is not read."""
    answer = client.post("/v1/papers", content=b" " * (2 << 20), headers={"content-type": "application/json"})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("lang", "name", "due"),
    [
        ("zh", "集装箱重量验证（VGM）", "2026/12/10 08:00 (+8)"),
        ("en", "Verified gross mass (VGM)", "10 Dec 2026, 08:00 (+8)"),
    ],
)
def test_the_page_lists_them(client: TestClient, lang: str, name: str, due: str) -> None:
    """The page of an answer has a table of the papers of each option, with names, issuers and due times."""
    query = {name: value for name, value in ASK.items() if name != "goods"} | {"lang": lang}
    page = client.get("/quote", params=query).text
    papers = page[page.index(name) :]
    assert due in papers[: papers.index("</tr>")]
