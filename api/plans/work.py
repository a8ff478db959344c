"""Making plans and schedules: the work of their jobs, each checked by code that did not make it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from api import planning
from api.interrupts import LAST_PHASE
from api.jobs.kinds import Context, JobError, Made
from data.cargo_read import read_cargo
from data.freeze import Freeze
from data.hub_schedule import Credit
from data.hub_schedule_json import schedule_bytes
from data.plan_json import plan_of
from network import Network
from optimizer import schedule as hubs
from optimizer.consolidation import Params, Progress, solve
from optimizer.verify import Violation, verify_plan, verify_schedule

if TYPE_CHECKING:
    from api.answer_schema import Json
    from api.desk import Desk
    from data.cargo import Cargo
    from data.hub_schedule import HubSchedule
    from data.plan import Plan

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class _Watch:
    """Tells a job how its solver goes."""

    context: Context

    def plan(self, progress: Progress) -> None:
        """Tell of a plan."""
        if progress.phase == LAST_PHASE:
            self.context.calm()
        self.context.watch(
            {
                "phase": progress.phase,
                "elapsed_s": round(progress.elapsed_s, 1),
                "cost_minor": progress.cost_minor,
                "bound_minor": progress.bound_minor,
                "gap": progress.gap,
            }
        )

    def schedule(self, progress: hubs.Progress) -> None:
        """Tell of a schedule."""
        self.context.watch(
            {
                "phase": progress.tier,
                "hub": progress.hub,
                "elapsed_s": round(progress.elapsed_s, 1),
                "value": progress.value,
                "bound": progress.bound,
            }
        )


def make_plan(question: Json, context: Context) -> Made:
    """
    Return the plan of a cargo list; once cancelled, the best there was by then.

    Raises
    ------
    KeyboardInterrupt
        When it was cancelled before there was anything to keep.
    JobError
        When the plan broke a rule, which is a mistake of ours.
    TableFaultsError
        When the cargo does not fit the data set any more.
    """
    desk = context.desk
    cargo = cargo_of(question["cargo"], desk)
    freeze = _freeze(question["freeze"], desk)
    context.rouse()
    plan = solve(_network(desk), cargo, Params(**question["options"]), _Watch(context).plan, freeze)
    context.calm()
    _refuse(verify_plan(desk.catalogue, cargo, plan, frozen=freeze))
    return Made(
        content=planning.plan_text(plan, cargo, desk).encode(),
        summary=plan_summary(plan, cargo),
        fingerprint=plan.fingerprint,
        is_partial=plan.status == "stopped",
    )


def cargo_of(text: str, desk: Desk) -> Cargo:
    """Return the cargo of a list as JSON."""
    with tempfile.TemporaryDirectory(prefix="cargo-") as folder:
        path = Path(folder) / "cargo.json"
        path.write_text(text, encoding="utf-8")
        return read_cargo(path, desk.catalogue)


def _freeze(given: Json | None, desk: Desk) -> Freeze | None:
    """Return an earlier plan with how much of it stays."""
    if given is None:
        return None
    plan, cargo = plan_of(given["plan"], desk.catalogue, "freeze")
    # Questions that wait since before there were pins name none.
    pinned = frozenset(given.get("pinned", ()))
    return Freeze(plan=plan, cargo=cargo, before_min=given["before_min"], is_all=given["is_all"], pinned=pinned)


def _refuse(violations: list[Violation]) -> None:
    if violations:
        raise JobError(why="unsound", detail="; ".join(map(str, violations[:_SHOWN])))


def plan_summary(plan: Plan, cargo: Cargo) -> Json:
    """Return what a list of plans shows of one; money in fen."""
    return {
        "status": plan.status,
        "cost_minor": plan.cost_minor,
        "bound_minor": plan.bound_minor,
        "gap": plan.gap,
        "alone_minor": plan.alone_minor,
        "saving_minor": plan.alone_minor - plan.cost_minor,
        "currency": plan.currency,
        "shipments": len(cargo.shipments),
        "journeys": len(plan.journeys),
        "unserved": len(plan.unserved),
        "loads": len(plan.loads),
        "splits": len(plan.splits),
        "seed": plan.seed,
        "runtime_s": round(plan.runtime_s, 3),
    }


def make_schedule(question: Json, context: Context) -> Made:
    """
    Return the schedule of the hubs of a plan; once cancelled, the best there was by then.

    Raises
    ------
    JobError
        When the schedule broke a rule, which is a mistake of ours.
    TableFaultsError
        When the plan cannot be scheduled by the data set.
    """
    desk = context.desk
    file = plan_of(question["plan"], desk.catalogue, "plan")
    credit = [Credit(shipper=shipper, grade=grade) for shipper, grade in question["credits"].items()]
    problem = hubs.build(file, desk.catalogue, credit=credit, label="plan")
    params = hubs.Params(time_limit_s=question["time_limit_s"], seed=question["seed"])
    context.rouse()
    made = hubs.solve(problem, params, _Watch(context).schedule)
    context.calm()
    made = hubs.with_replan(made, file, desk.catalogue, lambda: _network(desk))
    _refuse(verify_schedule(desk.catalogue, file.cargo, file.plan, made, None))
    return Made(
        content=schedule_bytes(made, file, desk.catalogue),
        summary=schedule_summary(made),
        fingerprint=desk.catalogue.fingerprint,
        is_partial=made.status == "stopped",
    )


def _network(desk: Desk) -> Network:
    return desk.planner if isinstance(desk.planner, Network) else Network(desk.catalogue)


def schedule_summary(made: HubSchedule) -> Json:
    """Return what a list of schedules shows of one."""
    return {
        "status": made.status,
        "consignments": len(made.consignments),
        "missed": len(made.missed),
        "tasks": len(made.tasks),
        "tiers": [{"name": tier.name, "value": tier.value, "bound": tier.bound} for tier in made.tiers],
        "seed": made.seed,
        "runtime_s": round(made.runtime_s, 3),
    }
