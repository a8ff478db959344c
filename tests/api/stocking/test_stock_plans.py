"""Stocking plans over HTTP: asked for, made by their job, kept, shown in every form; faults told all at once."""

from __future__ import annotations

import copy
import json
from io import BytesIO
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from openpyxl import load_workbook

from api.desk import Desk
from api.jobs.kinds import JobError
from api.stocking import work
from api.stocking.schema import PLAN_BODY, PLAN_EXAMPLE, STOCK_PLAN, STOCK_PLAN_FILE, STOCK_PLAN_TOLD
from data.samples_stock import sample_stock
from data.stock_plan_json import read_plan
from data.stock_write import stock_bytes
from optimizer.verify.violation import Violation
from tests.api.client_world import hub_of
from tests.api.fakes import FakePlanner
from tests.api.listener import Listener
from tests.api.plans.test_plans import refused, submitted
from tests.api.stocking.conftest import worked

if TYPE_CHECKING:
    from pathlib import Path

    from data.catalogue import Catalogue
    from tests.api.booking_world import World

ASK = "/v1/stock:plan"
PLANS = "/v1/stock/plans"


def asked(sheets: dict[str, Any], /, **more: object) -> dict[str, Any]:
    """Return the body of a request for a plan."""
    return {"stock": sheets, "from": "义乌", "weeks": 8, "time_limit": 1, "name": "week", **more}


@pytest.mark.usefixtures("small")
def test_from_file_to_plan(plain: World, sheets: dict[str, Any], tmp_path: Path) -> None:
    """A seller's file becomes a plan that is kept: in short, as a file, told whole, as a workbook, by the client."""
    with hub_of(plain) as hub:
        job = hub.stock.plan(sheets, "义乌", weeks=8, time_limit=1, name="week")
        assert (job.state, job.kind, job.name) == ("queued", "stock", "week")
        made = worked(plain)
        done = hub.jobs.get(job.id)
        assert (done.state, done.result) == ("done", f"{PLANS}/{done.result_id}")
        plan = hub.stock.get(str(done.result_id))
        assert (plan.cost_minor, plan.weeks, plan.model_extra) == (made.summary["cost_minor"], 8, {})
        assert plan.cost_minor >= plan.bound_minor
        assert plan.nothing_minor == made.summary["nothing_minor"] > 0
        assert [*hub.stock.list()] == [plan]
        told = hub.stock.told(plan.id)
        assert told["cost_minor"] == plan.cost_minor == sum(told["cost_fen"].values())
        assert hub.jobs.result(job)["answer"] == told
        whole = hub.stock.whole(plan.id)
        assert load_workbook(BytesIO(hub.stock.workbook(plan.id, lang="en"))).sheetnames
    jsonschema.validate(plain.local.get(f"{PLANS}/{plan.id}"), STOCK_PLAN)
    jsonschema.validate(whole, STOCK_PLAN_FILE)
    jsonschema.validate(told, STOCK_PLAN_TOLD)
    path = tmp_path / "plan.json"
    path.write_bytes(plain.local.send("GET", f"{PLANS}/{plan.id}/plan.json").content)
    assert read_plan(path)[0].total_fen == plan.cost_minor
    for one in told["warehouses"]:
        assert len(one["units_weeks"]) == len(one["nothing_weeks"]) == 8
        assert (one["units_days"] is None) == (one["asked_units"] == 0)


@pytest.mark.usefixtures("small")
def test_cancelling_before_there_is_a_plan(shipped: Catalogue, sheets: dict[str, Any]) -> None:
    """That nothing was found yet is kept as no plan of sending nothing: the job says so."""
    context = Listener(Desk(shipped, FakePlanner(shipped)), "bound")
    options = {"origin": "CNYIW", "start": "2026-11-30", "weeks": 8, "service": None, "seed": 1, "gap": 0.0}
    with pytest.raises(JobError, match="no-plan"):
        work.make_plan({"stock": json.dumps(sheets), "options": options | {"time_limit_s": 2.0}}, context)
    assert context.told[-1]["cost_minor"] is None


@pytest.mark.usefixtures("small")
def test_cancelling_keeps_the_best(shipped: Catalogue, sheets: dict[str, Any]) -> None:
    """A plan that is cancelled while it is improved is kept, checked, and says that it was stopped."""
    context = Listener(Desk(shipped, FakePlanner(shipped)), "improve")
    options = {"origin": "CNYIW", "start": "2026-11-30", "weeks": 8, "service": None, "seed": 1, "gap": 0.0}
    made = work.make_plan({"stock": json.dumps(sheets), "options": options | {"time_limit_s": 2.0}}, context)
    assert (made.is_partial, made.summary["status"]) == (True, "stopped")
    assert (context.calls[0], context.calls[-1]) == ("rouse", "calm")
    assert {"cost_minor", "bound_minor", "gap", "elapsed_s"} <= set(context.told[-1])


@pytest.mark.usefixtures("small")
def test_a_plan_that_is_not_sound_is_not_kept(
    shipped: Catalogue, sheets: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the checker finds ends the job, with what it found."""
    broken = Violation(rule="cost_freight", subject="plan", actual=1, limit=2, message="costs 1, not 2")
    monkeypatch.setattr(work, "verify_stock", lambda *_: [broken])
    options = {"origin": "CNYIW", "start": "2026-11-30", "weeks": 8, "service": None, "seed": 1, "gap": 0.5}
    with pytest.raises(JobError, match="unsound") as caught:
        work.make_plan(
            {"stock": json.dumps(sheets), "options": options | {"time_limit_s": 0.1}},
            Listener(Desk(shipped, FakePlanner(shipped))),
        )
    assert "cost_freight" in caught.value.detail


def test_files_of_a_form(plain: World, shipped: Catalogue) -> None:
    """The file comes as a workbook as well; the same form twice is one job; a file of another kind is refused."""
    book = stock_bytes(sample_stock(shipped, skus=3, week="2026-W49", seed=1), shipped, ".xlsx")
    fields = {"from": "CNYIW", "weeks": "6", "service": "0.9"}

    def send(name: str, content: bytes, key: str) -> Any:  # noqa: ANN401 - a response
        return plain.client.post(ASK, files={"stock": (name, content)}, data=fields, headers={"idempotency-key": key})

    job = submitted(send("库存.xlsx", book, "a"))
    assert job["name"] == "库存.xlsx"
    assert submitted(send("库存.xlsx", book, "a")) == job
    assert len(plain.local.get("/v1/jobs?kind=stock")["items"]) == 1
    assert refused(send("stock.pdf", book, "b"))["errors"][0]["field"] == "stock"
    assert refused(send("stock.xlsx", b"\x00\x01", "c"))["errors"]


def test_every_fault_at_once(plain: World, sheets: dict[str, Any]) -> None:
    """What is wrong with rows of any sheet and with the options is told in one answer, and there is no job."""
    bad = copy.deepcopy(sheets)
    bad["stock"][0]["units"] = -3
    bad["demand"][1]["market"] = "Atlantis"
    problem = refused(plain.local.send("POST", ASK, asked(bad, **{"from": "Nowhere", "weeks": 0, "seed": -1, "x": 1})))
    found = {(one["field"], one.get("row")) for one in problem["errors"]}
    assert {("from", None), ("weeks", None), ("seed", None), ("x", None)} <= found
    assert ("stock.json[stock].units", 2) in found or ("stock.json[stock].units", 1) in found
    assert any(name == "stock.json[demand].market" for name, _ in found)
    # What can be read but not planned with is told before there is a job, too.
    worthless = copy.deepcopy(sheets)
    for row in worthless["skus"]:
        row.pop("value", None)
        row.pop("price", None)
    rules = {one["rule"] for one in refused(plain.local.send("POST", ASK, asked(worthless)))["errors"]}
    assert rules == {"value_needed"}
    for body in ({"from": "义乌"}, {"stock": 5, "from": "义乌"}, {"stock": {}, "from": "义乌"}):
        assert refused(plain.local.send("POST", ASK, body))["errors"]
    assert plain.local.get("/v1/jobs")["items"] == []


def test_examples() -> None:
    """The example keeps to its schema."""
    jsonschema.validate(PLAN_EXAMPLE, PLAN_BODY)
