"""``POST /v1/schedules``: a plan and events in, a checked schedule out, everything wrong at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from fastapi.testclient import TestClient

from api import schedule_service
from api.answer_schema import PROBLEM_SCHEMA
from api.app import create_app
from api.desk import Desk
from api.middleware import MAX_BODY_BYTES
from api.schedule_schema import SCHEDULE_ANSWER, SCHEDULE_BODY, SCHEDULE_EXAMPLES
from data.cargo import Cargo
from data.plan_json import plan_bytes
from optimizer.verify.violation import Violation
from tests.agree_world import network, planned, shipment, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx import Response

PATH = "/v1/schedules"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """Return a client of a service on the small world."""
    app = create_app(Desk(tables(), network()))
    with TestClient(app, raise_server_exceptions=False) as found:
        yield found


@pytest.fixture(scope="module")
def plan() -> dict[str, Any]:
    """Return a plan as its file has it."""
    file = planned(Cargo(shipments=(shipment("A"), shipment("B"))))
    found: dict[str, Any] = json.loads(plan_bytes(*file, tables()))
    return found


def answer(client: TestClient, body: object) -> dict[str, Any]:
    """Return a schedule."""
    response = client.post(PATH, json=body)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    jsonschema.validate(found, SCHEDULE_ANSWER)
    return found


def refused(response: Response, status: int = 422) -> dict[str, str]:
    """Return what is wrong: the rule of each field."""
    assert response.status_code == status, response.text
    body = response.json()
    jsonschema.validate(body, PROBLEM_SCHEMA)
    assert "Traceback" not in response.text
    return {one["field"]: one["rule"] for one in body.get("errors", [])}


def test_a_first_schedule(client: TestClient, plan: dict[str, Any]) -> None:
    """The schedule of a plan says who misses, with the way on."""
    found = answer(client, {"plan": plan, "seed": 3})
    assert "plan" not in found
    assert found["seed"] == 3
    missed = [one["shipment"] for one in found["consignments"] if one["is_missed"]]
    assert [row["shipment"] for row in found["replan"]] == missed
    assert missed


def test_a_change(client: TestClient, plan: dict[str, Any]) -> None:
    """The answer before, with events, gives a schedule after them; with and without the first question between."""
    first = answer(client, {"plan": plan})
    release = next(task for task in first["tasks"] if task["kind"] == "release")
    events = [{"kind": "inspect", "at": release["begin_at"], "subject": "A"}]
    second = answer(client, {"plan": plan, "schedule": first, "events": events})
    assert second["now"] == release["begin_at"]
    assert {change["cause"] for change in second["changes"]} >= {"inspection"}
    direct = answer(client, {"plan": plan, "events": events})
    assert direct["events"] == second["events"]
    shown = answer(client, {"plan": plan, "schedule": first})
    assert {key: value for key, value in shown.items() if key != "runtime_s"} == {
        key: value for key, value in first.items() if key != "runtime_s"
    }


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"plan": None}, {"plan": "malformed"}),
        ({"plan": {"format": 2}}, {"plan.format": "format"}),
        (
            {"seed": -1, "other": 1, "credits": {"X": "good"}},
            {"seed": "min", "other": "unknown_field", "credits.X": "grade"},
        ),
        ({"credits": []}, {}),
        ({"credits": 3}, {"credits": "malformed"}),
        ({"schedule": 3}, {"schedule": "malformed"}),
        ({"schedule": {"format": 1}}, {"schedule.format": "format"}),
        ({"events": {"kind": "late"}}, {"events": "malformed"}),
        (
            {"events": [{"kind": "inspect", "at": "2026-01-05T08:00Z", "subject": "Z"}]},
            {"body.events[0].subject": "event_unknown"},
        ),
        (
            {"events": [{"kind": "inspect", "at": "soon", "subject": "A"}, 7]},
            {"body.events[0].at": "instant", "body.events[1]": "object"},
        ),
    ],
)  # fmt: skip
def test_refused(client: TestClient, plan: dict[str, Any], change: dict[str, Any], faults: dict[str, str]) -> None:
    """Whatever is wrong is said, in the words of the fields."""
    response = client.post(PATH, json={"plan": plan} | change)
    if not faults:
        assert response.status_code == 200
        return
    assert refused(response) == faults


@pytest.mark.parametrize("body", [[], 3, None, "plan"])
def test_no_object(client: TestClient, body: object) -> None:
    """A body that is no object is refused."""
    assert refused(client.post(PATH, json=body))


def test_no_plan(client: TestClient) -> None:
    """A plan is needed."""
    assert refused(client.post(PATH, json={})) == {"plan": "required"}


def test_an_unsound_plan(client: TestClient, plan: dict[str, Any]) -> None:
    """A plan that breaks a rule is refused with the rule."""
    broken = json.loads(json.dumps(plan))
    broken["journeys"][0]["own_cny_minor"] += 1
    assert refused(client.post(PATH, json={"plan": broken}))


def test_an_unsound_schedule(client: TestClient, plan: dict[str, Any]) -> None:
    """So is an earlier schedule that somebody changed."""
    first = answer(client, {"plan": plan})
    first["tasks"][0]["work_min"] += 1
    assert "work" in refused(client.post(PATH, json={"plan": plan, "schedule": first})).values()


def test_a_mistake_of_ours(client: TestClient, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A schedule that the check speaks against is never answered."""
    wrong = Violation(rule="order", subject="x", actual=1, limit=2, message="wrong")
    monkeypatch.setattr(schedule_service, "verify_schedule", lambda *_: [wrong])
    assert refused(client.post(PATH, json={"plan": plan}), 500) == {}


def test_may_be_large(client: TestClient, plan: dict[str, Any]) -> None:
    """Plans may be larger than other questions."""
    padding, kind = " " * (MAX_BODY_BYTES + 1), {"content-type": "application/json"}
    assert client.post(PATH, content=json.dumps({"plan": plan}) + padding, headers=kind).status_code == 200
    assert client.post("/v1/quotes", content="{}" + padding, headers=kind).status_code == 413


def test_is_described(client: TestClient) -> None:
    """The description has the question with examples of its form, and the answer."""
    described = client.get("/v1/openapi.json").json()["paths"][PATH]["post"]
    content = described["requestBody"]["content"]["application/json"]
    assert {key: content["schema"][key] for key in SCHEDULE_BODY} == SCHEDULE_BODY
    for example in SCHEDULE_EXAMPLES.values():
        jsonschema.validate(example["value"], SCHEDULE_BODY)
    assert set(described["responses"]) >= {"200", "413", "422"}
