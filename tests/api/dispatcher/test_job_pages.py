"""The page of a job: a clock from when it began, and what is being done meanwhile, in both languages."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from api.dispatcher.job_pages import doing_of, elapsed_s, phase_of
from api.identity.principal import LOCAL
from api.jobs.claimed import packed
from api.jobs.kinds import KINDS
from api.jobs.queue import beat, claim
from api.jobs.submit import Order, submit
from api.store.models_jobs import Job
from data.hub_schedule import REPAIR_TIERS
from tests.api.dispatcher.conftest import NOW, DeskWorld

if TYPE_CHECKING:
    from viz.theme import Lang

LANGS: tuple[Lang, ...] = ("zh", "en")
PLAN_PHASES = ("prepare", "alone", "share", "fit", "build", "explain")


def told(phase: str) -> dict[str, Any]:
    """Return what a solver tells before it has a plan."""
    return {"phase": phase, "elapsed_s": 0.0, "cost_minor": None, "bound_minor": None, "gap": None}


def job(kind: str = "plan", state: str = "running", **more: Any) -> Job:  # noqa: ANN401 - columns
    """Return a job in a state."""
    return Job(
        firm_id="f", id="job_1", kind=kind, state=state, name="", priority=5, fingerprint="f", question_hash="q",
        created_at=NOW, created_by="local", ready_at=NOW, **more,
    )  # fmt: skip


def begun(world: DeskWorld, kind: str) -> tuple[str, Any]:
    """Have a job begin 100 s before now, and return its page and what its worker holds."""
    at = NOW - dt.timedelta(seconds=100)
    order = Order(kind=KINDS[kind], question=packed({}), fingerprint="f", name="W02")
    world.store.write(LOCAL.scope, "job.submit", at, lambda session: submit(session, LOCAL, order))
    waiting = world.client.get(f"/dispatcher/jobs/{world.job(kind)['id']}").text
    assert "data-clock" not in waiting
    claimed = claim(world.store, KINDS, "test", at, 86_400)
    assert claimed is not None
    return f"/dispatcher/jobs/{claimed.id}", claimed


def test_the_clock_runs_before_the_solver_says_anything(world: DeskWorld) -> None:
    """A job that runs has a clock and says that it begins; then what is compiled, although the solver counts from 0."""
    page, claimed = begun(world, "plan")
    shown = world.client.get(f"{page}?lang=en").text
    assert 'data-clock="# s" data-seconds="100">100 s<' in shown
    assert "/static/clock.js" in shown
    assert "Reading the data set and compiling the network" in shown
    beat(world.store, claimed, told("prepare"), NOW, 86_400)
    part = world.client.get(f"{page}?lang=zh", headers={"x-part": "1"}).text
    assert 'data-clock="# 秒" data-seconds="100">100 秒<' in part
    assert "正在编译求解程序" in part
    assert "读取数据集" not in part


def test_the_aim_of_a_schedule_has_a_name(world: DeskWorld) -> None:
    """The page of a schedule names its aim as the schedule does, and says what is being done."""
    page, claimed = begun(world, "schedule")
    beat(world.store, claimed, {"phase": "lateness", "hub": "H", "elapsed_s": 1.0, "value": 3, "bound": 0}, NOW, 60)
    shown = world.client.get(f"{page}?lang=en").text
    assert "<strong>Minutes late</strong>" in shown
    assert "Timing the work of the hubs" in shown


@pytest.mark.parametrize("lang", LANGS)
def test_every_phase_has_words(lang: Lang) -> None:
    """Each phase of both solvers has a line of its own or one that it shares; an unknown one has none."""
    plan, schedule = job("plan"), job("schedule")
    lines = [doing_of(plan, told(phase), lang) for phase in PLAN_PHASES]
    assert all(lines)
    assert len(set(lines)) == len(lines)
    assert all(doing_of(schedule, told(tier), lang) for tier in REPAIR_TIERS)
    names = [phase_of(schedule, told(tier), lang) for tier in REPAIR_TIERS]
    assert not set(names) & set(REPAIR_TIERS)
    assert (doing_of(plan, told("columns"), lang), phase_of(plan, told("columns"), lang)) == ("", "columns")
    assert doing_of(job(state="done"), told("share"), lang) == ""


def test_seconds_of_a_job() -> None:
    """A job that has not begun has no seconds; one that ended counts no further; a clock set back is no fault."""
    began, minute = NOW, dt.timedelta(minutes=1)
    assert elapsed_s(job(), NOW) is None
    assert elapsed_s(job(started_at=began), NOW + minute) == 60
    assert elapsed_s(job(started_at=began, ended_at=NOW + minute), NOW + 9 * minute) == 60
    assert elapsed_s(job(started_at=began), NOW - minute) == 0
