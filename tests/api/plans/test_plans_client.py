"""Plans and schedules by the client: asked for, watched and waited for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from api.client import ProblemError
from tests.api.client_world import hub_of
from tests.api.plans.conftest import planning

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.booking_world import World


def test_from_cargo_to_schedule(plain: World, folder: Path, cargo: bytes) -> None:
    """A plan is asked for, watched and read, and its schedule waited for; jobs are listed and cancelled."""
    shipments = json.loads(cargo)["shipments"]
    with hub_of(plain) as hub:
        job = hub.plans.submit(shipments, name="week", time_limit=1, deterministic=True)
        assert (job.state, job.name, job.result_id) == ("queued", "week", None)
        with planning(plain.store, folder):
            events = list(hub.jobs.watch(job))
            assert (events[0].kind, events[-1].kind) == ("state", "end")
            assert [event.id for event in events] == [str(number) for number in range(1, len(events) + 1)]
            done = hub.jobs.wait(job)
            assert (done.state, done.reason, done.model_extra) == ("done", None, {})
            assert done.result_id is not None
            timed = hub.jobs.wait(hub.schedules.submit(done.result_id, seed=3, time_limit=1))
        # A job that has ended tells what is not known yet, and then no more.
        assert list(hub.jobs.watch(job.id, last=events[-2].id)) == events[-1:]
        assert list(hub.jobs.watch(job, last=events[-1].id)) == []
        plan = hub.plans.get(done.result_id)
        assert (plan.job, plan.shipments, plan.model_extra) == (job.id, 3, {})
        assert [*hub.plans.list()] == [plan]
        assert hub.plans.whole(plan.id) == hub.jobs.result(job)
        assert hub.plans.workbook(plan.id, lang="en").startswith(b"PK")
        assert hub.plans.calendar(plan.id).startswith(b"BEGIN:VCALENDAR")
        assert b"<html" in hub.plans.map(plan.id)
        assert hub.plans.explain(plan.id, "A")["served"]
        schedule = hub.schedules.get(str(timed.result_id))
        assert (timed.about, schedule.plan, schedule.seed, schedule.model_extra) == (plan.id, plan.id, 3, {})
        assert [*hub.schedules.list()] == hub.schedules.of(plan.id) == [schedule]
        assert hub.schedules.whole(schedule.id)["seed"] == 3
        assert hub.schedules.workbook(schedule.id).startswith(b"PK")
        assert hub.schedules.calendar(schedule.id).startswith(b"BEGIN:VCALENDAR")
        assert b"<html" in hub.schedules.charts(schedule.id)
        waiting = hub.plans.submit(shipments)
        assert hub.jobs.cancel(waiting).state == "cancelled"
        assert [one.id for one in hub.jobs.list(state="cancelled", kind="plan")] == [waiting.id]
        assert hub.jobs.get(waiting.id).ended_at is not None
        with pytest.raises(ProblemError, match="no-result"):
            hub.jobs.result(waiting)
