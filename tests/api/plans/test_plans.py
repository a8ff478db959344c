"""Plans and schedules over HTTP: asked for, watched, kept, shown, explained; made by real processes of jobs."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from openpyxl import load_workbook

from api.answer_schema import PROBLEM_SCHEMA
from api.jobs.schema import JOB, JOB_EXAMPLE
from api.plans.schema import PLAN, PLAN_BODY, PLAN_EXAMPLE, SCHEDULE, SCHEDULE_BODY
from data.hub_schedule_json import schedule_of
from data.plan_json import parse_plan
from optimizer.verify import verify_plan, verify_schedule
from tests.agree_world import tables
from tests.api.plans.conftest import planning

if TYPE_CHECKING:
    from pathlib import Path

    from httpx import Response

    from tests.api.booking_world import Caller, World

PLANS = "/v1/plans"


def asked(cargo: bytes, /, **more: object) -> dict[str, Any]:
    """Return the body of a request for a plan."""
    shipments = json.loads(cargo)["shipments"]
    return {"cargo": shipments, "time_limit": 5, "deterministic": True, "name": "week", **more}


def submitted(response: Response) -> dict[str, Any]:
    """Return the job of an answer."""
    assert response.status_code == 202, response.text
    found: dict[str, Any] = response.json()
    jsonschema.validate(found, JOB)
    assert response.headers["location"] == f"/v1/jobs/{found['id']}"
    return found


def events(response: Response) -> list[tuple[int, str, dict[str, Any]]]:
    """Return the events of a stream: number, kind and data."""
    assert response.headers["content-type"].startswith("text/event-stream")
    blocks = [block.splitlines() for block in response.text.split("\n\n")]
    found = [dict(line.split(": ", 1) for line in block) for block in blocks if block and block[0].startswith("id")]
    return [(int(one["id"]), one["event"], json.loads(one["data"])) for one in found]


def refused(response: Response, status: int = 422) -> dict[str, Any]:
    """Return a problem."""
    assert response.status_code == status, response.text
    body: dict[str, Any] = response.json()
    jsonschema.validate(body, PROBLEM_SCHEMA)
    assert "Traceback" not in response.text
    return body


def ended(caller: Caller, job: dict[str, Any]) -> dict[str, Any]:
    """Return a job once its stream has ended."""
    stream = events(caller.send("GET", job["events"]))
    assert [number for number, _, _ in stream] == list(range(1, len(stream) + 1))
    assert stream[0][1:] == ("state", stream[0][2])
    assert stream[-1][1] == "end"
    found: dict[str, Any] = caller.get(f"/v1/jobs/{job['id']}")
    jsonschema.validate(found, JOB)
    assert stream[-1][2]["state"] == found["state"]
    return found


def test_from_cargo_to_schedule(plain: World, folder: Path, cargo: bytes) -> None:
    """A list of cargo becomes a plan that is sound, in every form; the plan becomes a schedule that is sound."""
    local, store, catalogue = plain.local, plain.store, tables()
    job = submitted(local.send("POST", PLANS, asked(cargo)))
    assert (job["state"], job["kind"], job["name"]) == ("queued", "plan", "week")
    refused(local.send("GET", f"/v1/jobs/{job['id']}/result"), 409)
    with planning(store, folder):
        done = ended(local, job)
        assert (done["state"], done["reason"]) == ("done", None), done
        address = done["result"]
        schedule_job = submitted(local.send("POST", f"{address}/schedules", {"seed": 3}))
        assert ended(local, schedule_job)["state"] == "done"
    # The whole stream again, its end, and that nothing more will come.
    again = events(local.send("GET", job["events"]))
    last = again[-1][0]
    assert events(local.send("GET", job["events"], last_event_id=str(last - 1))) == again[-1:]
    assert events(local.send("GET", f"{job['events']}?after={last - 1}")) == again[-1:]
    assert local.send("GET", job["events"], last_event_id=str(last)).status_code == 204
    assert [data for _, kind, data in again if kind == "progress"]
    summary = local.get(address)
    jsonschema.validate(summary, PLAN)
    raw = local.send("GET", f"{address}/plan.json").content
    file = parse_plan(raw, catalogue)
    assert verify_plan(catalogue, file.cargo, file.plan) == []
    assert (summary["cost_minor"], summary["shipments"]) == (file.plan.cost_minor, 3)
    assert local.send("GET", f"/v1/jobs/{job['id']}/result").content == raw
    _check_plan_files(local, address)
    assert local.get(PLANS)["items"] == [summary]
    _check_schedule(local, schedule_job, address)


def _check_plan_files(local: Caller, address: str) -> None:
    """Look at the other forms of a plan."""
    book = local.send("GET", f"{address}/plan.xlsx?lang=en")
    assert load_workbook(BytesIO(book.content)).sheetnames
    assert book.headers["content-disposition"].startswith("attachment")
    assert "spreadsheetml" in book.headers["content-type"]
    page = local.send("GET", f"{address}/map.html")
    assert page.headers["content-type"].startswith("text/html")
    assert "'unsafe-inline'" in page.headers["content-security-policy"]
    assert "connect-src" not in page.headers["content-security-policy"]
    calendar = local.send("GET", f"{address}/plan.ics")
    assert calendar.text.startswith("BEGIN:VCALENDAR")
    why = local.get(f"{address}/explain/A")
    assert (why["shipment"], why["served"]) == ("A", True)
    none = refused(local.send("GET", f"{address}/explain/a"), 404)
    assert "A" in none["detail"]


def _check_schedule(local: Caller, job: dict[str, Any], plan: str) -> None:
    """Look at a kept schedule in every form."""
    address = local.get(f"/v1/jobs/{job['id']}")["result"]
    summary = local.get(address)
    jsonschema.validate(summary, SCHEDULE)
    assert f"{PLANS}/{summary['plan']}" == plan
    assert local.get("/v1/schedules")["items"] == local.get(f"{plan}/schedules")["items"] == [summary]
    whole = local.get(f"{address}/schedule.json")
    file = schedule_of(whole, tables(), "schedule")
    assert verify_schedule(tables(), file.file.cargo, file.file.plan, file.schedule, None) == []
    assert summary["missed"] == len(file.schedule.missed)
    for name, kind in (("xlsx", "spreadsheetml"), ("ics", "text/calendar"), ("html", "text/html")):
        response = local.send("GET", f"{address}/schedule.{name}?lang=en")
        assert response.status_code == 200, response.text
        assert kind in response.headers["content-type"]


def test_once_for_each_key(world: World, cargo: bytes) -> None:
    """The same request with the same key is one job; another one with it is refused; without a key nothing is done."""
    local = world.local
    first, second = (local.send("POST", PLANS, asked(cargo), idempotency_key="one") for _ in range(2))
    assert submitted(first) == submitted(second)
    assert second.headers["idempotency-replayed"] == "true"
    other = refused(local.send("POST", PLANS, asked(cargo, seed=1), idempotency_key="one"))
    assert other["type"].endswith(":key-reused")
    refused(local.send("POST", PLANS, asked(cargo), idempotency_key=None), 400)
    assert len(local.get("/v1/jobs")["items"]) == 1
    entries = world.local.get("/v1/audit")["items"]
    assert [(entry["action"], entry["kind"]) for entry in entries] == [("job.submit", "job")]
    assert entries[0]["after"]["question_hash"]


def test_files_of_a_form(world: World, cargo: bytes) -> None:
    """A list comes as a file as well: CSV, workbook or JSON, with the same faults at the same places."""
    rows = json.loads(cargo)["shipments"]
    header = ["id", "from", "to", "pieces", "weight_kg", "volume_m3", "ready"]
    lines = [",".join(header), *(",".join(str(row[name]) for name in header) for row in rows)]
    text = "\n".join(lines).encode()

    def send(content: bytes, name: str = "week.csv", **fields: str) -> Response:
        return world.client.post(
            PLANS,
            files={"cargo": (name, content)},
            data=fields,
            headers={"idempotency-key": f"{name}{len(content)}{fields}".encode().hex()[:200]},
        )

    job = submitted(send(text, time_limit="7", priority="9"))
    assert (job["name"], job["priority"]) == ("week.csv", 9)
    submitted(send(cargo, "week.json"))
    bad = text.replace(b"500", b"-1").replace(lines[2].split(",")[0].encode() + b",P", b"B,NOWHERE")
    faults = refused(send(bad, gap="0.1"))["errors"]
    assert {(fault["row"], fault["field"]) for fault in faults} >= {(2, "weight_kg"), (3, "from"), (4, "weight_kg")}
    assert refused(send(text, "week.pdf"))["errors"][0]["field"] == "cargo"
    assert refused(send(b"\x00\x01", "week.xlsx"))["errors"]
    assert refused(world.client.post(PLANS, data={"x": "1"}, files={"y": b""}, headers={"idempotency-key": "k"}))
    assert {job["state"] for job in world.local.get("/v1/jobs")["items"]} == {"queued"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"time_limit": 0}, "time_limit"),
        ({"time_limit": 10**6}, "time_limit"),
        ({"gap": 2}, "gap"),
        ({"gap": "x"}, "gap"),
        ({"seed": -1}, "seed"),
        ({"priority": 10}, "priority"),
        ({"deterministic": "perhaps"}, "deterministic"),
        ({"deterministic": 1}, "deterministic"),
        ({"freeze_all": 0}, "freeze_all"),
        ({"holding_rate": -1}, "holding_rate"),
        ({"carbon_price": "1e999"}, "carbon_price"),
        ({"freeze_all": True}, "freeze"),
        ({"freeze": "pl_1", "freeze_before": "2026-12-01"}, "freeze_before"),
        ({"colour": "red"}, "colour"),
        ({"cargo": []}, "cargo"),
        ({"cargo": 5}, "cargo"),
        ({"cargo": [{"id": 1}]}, "from"),
        ({"name": "a\nb" * 200}, "name"),
    ],
)
def test_what_is_refused(plain: World, cargo: bytes, change: dict[str, Any], field: str) -> None:
    """Whatever is wrong is named, and there is no job."""
    problem = refused(plain.local.send("POST", PLANS, asked(cargo, **change)))
    assert field in {fault["field"] for fault in problem["errors"]}, problem
    assert plain.local.get("/v1/jobs")["items"] == []


def test_all_faults_at_once(plain: World, cargo: bytes) -> None:
    """Everything wrong with the options is listed."""
    problem = refused(plain.local.send("POST", PLANS, asked(cargo, gap=-1, seed="a", colour=1)))
    assert {fault["field"] for fault in problem["errors"]} == {"gap", "seed", "colour"}
    for body in (b"[", b"[1]", b'{"cargo": NaN}', b"\xff", b'{"a":' * 5000):
        response = plain.client.post(
            PLANS, content=body, headers={"idempotency-key": "k", "content-type": "application/json"}
        )
        refused(response)


def test_an_earlier_plan_stays(plain: World, folder: Path, cargo: bytes) -> None:
    """A plan made with an earlier one, of which all stays, has its journeys; contradictions are told at once."""
    local = plain.local
    with planning(plain.store, folder):
        first = ended(local, submitted(local.send("POST", PLANS, asked(cargo))))["result"]
        number = first.rsplit("/", 1)[1]
        second = ended(local, submitted(local.send("POST", PLANS, asked(cargo, freeze=number, freeze_all=True))))
    plans = [local.get(f"{address}/plan.json") for address in (first, second["result"])]
    assert plans[0]["journeys"] == plans[1]["journeys"]
    assert plans[1]["frozen_loads"] or plans[1]["frozen_shipments"]
    assert second["about"] == number
    fewer = asked(
        json.dumps({"shipments": json.loads(cargo)["shipments"][:1]}).encode(), freeze=number, freeze_all=True
    )
    assert {fault["rule"] for fault in refused(local.send("POST", PLANS, fewer))["errors"]} == {"frozen_missing"}
    other = refused(local.send("POST", PLANS, asked(cargo, freeze=number, holding_rate=3)))
    assert {fault["rule"] for fault in other["errors"]} == {"other_holding"}
    assert refused(local.send("POST", PLANS, asked(cargo, freeze="pl_none")), 404)


def test_schemas_and_examples() -> None:
    """Examples keep to the schemas."""
    jsonschema.validate(PLAN_EXAMPLE, PLAN_BODY)
    jsonschema.validate(JOB_EXAMPLE, JOB)
    jsonschema.validate({"time_limit": 20, "name": "W49"}, SCHEDULE_BODY)
