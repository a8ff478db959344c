"""Simulations over HTTP: a kept plan, or rules, played by a job, kept, read; faults told all at once."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from api.desk import Desk
from api.jobs.kinds import JobError
from api.stocking import simulating, work
from api.stocking.schema_simulation import SIMULATE_BODY, SIMULATE_EXAMPLE, SIMULATED, SIMULATION
from benchmarks.stock_problem import drawn
from tests.api.client_world import hub_of
from tests.api.fakes import FakePlanner
from tests.api.listener import Listener
from tests.api.plans.test_plans import refused, submitted
from tests.api.stocking.conftest import worked

if TYPE_CHECKING:
    from data.catalogue import Catalogue
    from tests.api.booking_world import World

ASK = "/v1/stock:simulate"
KEPT = "/v1/stock/simulations"


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a small problem in the place of the seller's, which would take a search for ways of sending."""
    for module in (work, simulating):
        monkeypatch.setattr(module, "problem_of", lambda *_: drawn(4, 2, 8, 1, markets=2))


@pytest.mark.usefixtures("tiny")
def test_from_plan_to_simulation(plain: World, sheets: dict[str, Any]) -> None:
    """A kept plan and a rule are played in the same futures; the result is kept, listed, and read whole."""
    with hub_of(plain) as hub:
        hub.stock.plan(sheets, "义乌", weeks=8, time_limit=1)
        worked(plain)
        plan = next(hub.stock.list())
        job = hub.stock.simulate(plan=plan.id, policies=["sea"], futures=40, seed=3, name="week")
        assert (job.state, job.kind, job.about) == ("queued", "simulation", plan.id)
        made = worked(plain)
        done = hub.jobs.get(job.id)
        assert (done.state, done.result) == ("done", f"{KEPT}/{done.result_id}")
        kept = hub.stock.simulation(str(done.result_id))
        assert [*hub.stock.simulations()] == [kept]
        assert (kept.plan, kept.futures, kept.model_extra) == (plan.id, 40, {})
        answer = hub.stock.simulated(kept.id)
        assert hub.jobs.result(job)["answer"] == answer == json.loads(made.content)["answer"]
    jsonschema.validate(plain.local.get(f"{KEPT}/{kept.id}"), SIMULATION)
    jsonschema.validate(answer, SIMULATED)
    assert [run.name for run in kept.runs] == ["plan", "plan-followed", "sea"]
    as_planned = answer["runs"][0]
    assert as_planned["promised"] == pytest.approx(plan.service, abs=1e-6)
    assert (round(as_planned["cost_fen"]["value"]), as_planned["fill"]["value"]) == (
        kept.runs[0].cost_minor, kept.runs[0].fill,
    )  # fmt: skip


@pytest.mark.usefixtures("tiny")
def test_the_same_question_has_the_same_answer(shipped: Catalogue, sheets: dict[str, Any]) -> None:
    """Seed and futures are all there is of chance; what is told says phase, name and how many are done."""
    options = {"origin": "CNYIW", "start": "2026-11-30", "weeks": 8, "service": None}
    draw = {"policies": ["sea", "base-surge"], "futures": 60, "seed": 5}
    question = {"stock": json.dumps(sheets), "plan": None, "options": options | draw}
    context = Listener(Desk(shipped, FakePlanner(shipped)))
    made = simulating.make_simulation(question, context)
    again = simulating.make_simulation(question, Listener(context.desk))
    assert (made.content, made.is_partial) == (again.content, False)
    assert {(one["phase"], one["name"]) for one in context.told} >= {("tune", "sea"), ("tune", "base-surge")}
    assert all(one["done"] <= one["all"] == 60 for one in context.told)
    assert (context.calls[0], context.calls[-1]) == ("rouse", "calm")


class _Second(Listener):
    """Cancels the work when the second rule is tuned."""

    def watch(self, progress: dict[str, Any]) -> None:
        """Note it, and end the work."""
        self.tell(progress)
        if progress["name"] == "base-surge":
            raise KeyboardInterrupt


@pytest.mark.usefixtures("tiny")
def test_cancelling_keeps_what_was_played(shipped: Catalogue, sheets: dict[str, Any]) -> None:
    """Rules that were played by then are kept, marked; before the first there is nothing."""
    options = {"origin": "CNYIW", "start": "2026-11-30", "weeks": 8, "service": None, "futures": 20, "seed": 1}
    question = {"stock": json.dumps(sheets), "plan": None, "options": options | {"policies": ["sea", "base-surge"]}}
    desk = Desk(shipped, FakePlanner(shipped))
    made = simulating.make_simulation(question, _Second(desk))
    assert made.is_partial
    assert [run["name"] for run in made.summary["runs"]] == ["sea"]
    with pytest.raises(KeyboardInterrupt):
        simulating.make_simulation(question, Listener(desk, "tune"))


@pytest.mark.usefixtures("tiny")
def test_a_plan_of_something_else(
    plain: World, sheets: dict[str, Any], monkeypatch: pytest.MonkeyPatch, shipped: Catalogue
) -> None:
    """A plan whose lanes are not those of the problem fails its job, which says what is not known."""
    with hub_of(plain) as hub:
        hub.stock.plan(sheets, "义乌", weeks=8, time_limit=1)
        worked(plain)
        content = plain.local.send("GET", f"/v1/stock/plans/{next(hub.stock.list()).id}/plan.json").text
    monkeypatch.setattr(simulating, "problem_of", lambda *_: drawn(4, 1, 8, 1, markets=1))
    options = {"policies": [], "futures": 10, "seed": 1, "start": "2026-11-30", "weeks": 8, "origin": "CNYIW"}
    question = {"stock": json.dumps(sheets), "plan": content, "options": options | {"service": None}}
    with pytest.raises(JobError, match="refused"):
        simulating.make_simulation(question, Listener(Desk(shipped, FakePlanner(shipped))))


def test_what_is_taken_is_described(plain: World, sheets: dict[str, Any]) -> None:
    """Numbers are names as well, and blank rules are none: it is so, and the description says so."""
    body = SIMULATE_EXAMPLE | {"stock": sheets, "name": 2.5, "policies": ["sea", None, ""]}
    jsonschema.validate(body, SIMULATE_BODY)
    assert submitted(plain.local.send("POST", ASK, body))["name"] == "2.5"
    wrong = refused(plain.local.send("POST", ASK, body | {"policies": {}}))["errors"]
    assert {one["field"] for one in wrong} == {"policies"}


def test_every_fault_at_once(plain: World, sheets: dict[str, Any]) -> None:
    """Options and rows are told in one answer, and there is no job."""
    bad = copy.deepcopy(sheets)
    bad["stock"][0]["units"] = -3
    body = {
        "stock": bad, "from": "Nowhere", "weeks": 99, "service": 2, "policies": ["sea", "luck"], "futures": 1,
        "seed": -1, "x": 1,
    }  # fmt: skip
    found = {one["field"] for one in refused(plain.local.send("POST", ASK, body))["errors"]}
    assert found >= {"from", "weeks", "service", "policies", "futures", "seed", "x", "stock.json[stock].units"}
    with_plan = {"plan": "st_1", "from": "义乌", "weeks": 8, "service": 0.9}
    rules = {one["field"]: one["rule"] for one in refused(plain.local.send("POST", ASK, with_plan))["errors"]}
    assert rules == dict.fromkeys(("from", "weeks", "service"), "not_with_plan")
    assert plain.local.send("POST", ASK, {"plan": "st_1"}).status_code == 404
    errors = refused(plain.local.send("POST", ASK, {}))["errors"]
    assert {(one["field"], one["rule"]) for one in errors} == {("stock", "required"), ("from", "required")}
    assert plain.local.get("/v1/jobs")["items"] == []


@pytest.mark.usefixtures("small")
def test_a_file_that_does_not_fit_the_weeks_of_a_plan(plain: World, sheets: dict[str, Any]) -> None:
    """A newer file may be sent with a plan; counted after its first week it is refused, with its rows."""
    with hub_of(plain) as hub:
        hub.stock.plan(sheets, "义乌", weeks=8, time_limit=1)
        worked(plain)
        plan = next(hub.stock.list()).id
    later = copy.deepcopy(sheets)
    for row in later["stock"]:
        if row.get("counted_on"):
            row["counted_on"] = "2026-12-20"
    rules = {one["rule"] for one in refused(plain.local.send("POST", ASK, {"plan": plan, "stock": later}))["errors"]}
    assert "counted_after" in rules
    assert submitted(plain.local.send("POST", ASK, {"plan": plan, "stock": sheets}))["kind"] == "simulation"


def test_files_of_a_form(plain: World, sheets: dict[str, Any]) -> None:
    """A form gives the same job as JSON; the same form twice is one job."""

    def send(key: str) -> Any:  # noqa: ANN401 - a response
        return plain.client.post(
            ASK, files={"stock": ("stock.json", json.dumps(sheets).encode())},
            data={"from": "CNYIW", "weeks": "6", "policies": "sea, dual-index", "futures": "20"},
            headers={"idempotency-key": key},
        )  # fmt: skip

    job = submitted(send("a"))
    assert job["name"] == "stock.json"
    assert submitted(send("a")) == job
    assert len(plain.local.get("/v1/jobs?kind=simulation")["items"]) == 1


def test_examples() -> None:
    """The example keeps to its schema."""
    jsonschema.validate(SIMULATE_EXAMPLE, SIMULATE_BODY)
