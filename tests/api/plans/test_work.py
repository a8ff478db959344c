"""The work of jobs for plans and schedules, without a process: what is told, what cancelling keeps, what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from api.desk import Desk
from api.jobs.kinds import KINDS, JobError
from api.plans import work
from api.plans.work import make_plan, make_schedule
from api.stocking import work as stocking
from data.errors import TableFaultsError
from data.hub_schedule_json import schedule_of
from data.plan_json import parse_plan
from optimizer.verify import verify_plan, verify_schedule
from optimizer.verify.violation import Violation
from tests.agree_world import network, tables
from tests.api.listener import Listener

if TYPE_CHECKING:
    from api.answer_schema import Json

OPTIONS: dict[str, Any] = {
    "time_limit_s": 5, "gap": 0.0, "seed": 1, "deterministic": True, "holding_ppm_year": 0, "carbon_minor_per_t": 0,
}  # fmt: skip


def listener(cancel_at: str = "") -> Listener:
    """Return who hears what work tells that is done by the tables of these tests."""
    return Listener(Desk(tables(), network()), cancel_at)


def question(cargo: bytes) -> Json:
    """Return the question of a plan."""
    return {"cargo": cargo.decode(), "options": OPTIONS, "freeze": None}


def test_the_table_names_what_there_is() -> None:
    """Every kind has its function, and a question that has a schema."""
    assert {make_plan, make_schedule, stocking.make_plan} <= {kind.load() for kind in KINDS.values()}
    assert all(callable(kind.load_keep()) for kind in KINDS.values() if kind.keep)
    assert all(kind.question["required"] for kind in KINDS.values())


def test_a_plan(cargo: bytes) -> None:
    """A plan is sound, told of while it is made, and summed up as it is."""
    context = listener()
    made = make_plan(question(cargo), context)
    file = parse_plan(made.content, tables())
    assert verify_plan(tables(), file.cargo, file.plan) == []
    assert not made.is_partial
    assert made.fingerprint == tables().fingerprint
    assert made.summary["cost_minor"] == file.plan.cost_minor
    assert made.summary["journeys"] + made.summary["unserved"] == 3
    assert context.calls[0] == "rouse"
    assert context.calls[-1] == "calm"
    costs = [one["cost_minor"] for one in context.told if one["cost_minor"] is not None]
    assert costs
    assert min(costs) >= file.plan.cost_minor


@pytest.mark.parametrize("phase", ["alone", "share", "build"])
def test_cancelling_keeps_the_best(cargo: bytes, phase: str) -> None:
    """A plan that is cancelled while it is made is sound, says that it was stopped, and costs no less than the best."""
    best = make_plan(question(cargo), listener()).summary
    context = listener(phase)
    made = make_plan(question(cargo), context)
    assert context.is_cancelled
    file = parse_plan(made.content, tables())
    assert verify_plan(tables(), file.cargo, file.plan) == []
    assert (made.is_partial, made.summary["status"]) == (True, "stopped")
    assert made.summary["cost_minor"] >= best["cost_minor"]


def test_a_schedule(cargo: bytes) -> None:
    """A schedule is sound, and told of; grades of shippers count; cancelled it is sound as well."""
    plan = json.loads(make_plan(question(cargo), listener()).content)
    asked = {"plan": plan, "credits": {}, "seed": 2, "time_limit_s": 1.0}
    for phase in ("", "misses"):
        context = listener(phase)
        made = make_schedule(asked, context)
        file = schedule_of(json.loads(made.content), tables(), "schedule")
        assert verify_schedule(tables(), file.file.cargo, file.file.plan, file.schedule, None) == []
        assert made.summary["tasks"] == len(file.schedule.tasks)
        assert made.is_partial == context.is_cancelled
        assert {one["hub"] for one in context.told} == {"H"}


def test_what_cannot_be(cargo: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cargo that the tables do not know, and a plan that breaks a rule, are no result."""
    elsewhere = cargo.replace(b'"from": "P"', b'"from": "Q"')
    with pytest.raises(TableFaultsError):
        make_plan(question(elsewhere), listener())
    broken = Violation(rule="payload", subject="L001", actual=2, limit=1, message="too heavy")
    monkeypatch.setattr(work, "verify_plan", lambda *_, **__: [broken])
    with pytest.raises(JobError) as error:
        make_plan(question(cargo), listener())
    assert error.value.why == "unsound"
    assert "payload" in error.value.detail
