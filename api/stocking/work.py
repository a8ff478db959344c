"""Making stocking plans: the work of their jobs, each plan checked by code that did not make it."""

from __future__ import annotations

import datetime as dt
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.interrupts import LAST_PHASE
from api.jobs.kinds import Context, JobError, Made
from api.stock_plan_view import Told, plan_answer
from api.stock_view import alerts_answer
from api.stocking.file import stock_of
from data.errors import is_interrupt
from data.rules_warehouses import ALERT_DAYS
from data.stock_plan_json import Asked, plan_bytes
from network import Network
from optimizer.stock import Choice, Params, build, solve
from optimizer.verify import verify_stock

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.answer_schema import Json
    from api.desk import Desk
    from data.stock import Stock
    from optimizer.stock import Problem, Progress, Result

KIND, FORMAT = "stock-plan", 1
"""Of the content that is kept."""
_SHOWN = 10
_WAYS = "ways"


@dataclass(frozen=True, slots=True)
class _Watch:
    """Tells a job how its work goes."""

    context: Context
    began: float

    def ways(self, done: int, count: int, _: str) -> None:
        """Tell how many ways of sending were looked for."""
        self._tell({"phase": _WAYS, "done": done, "all": count})

    def plan(self, progress: Progress) -> None:
        """Tell of a plan."""
        if progress.phase == LAST_PHASE:
            self.context.calm()
        money = {"cost_minor": progress.cost_minor, "bound_minor": progress.bound_minor, "gap": progress.gap}
        self._tell({"phase": progress.phase} | money)

    def _tell(self, values: Json) -> None:
        empty = {"cost_minor": None, "bound_minor": None, "gap": None}
        self.context.watch({"elapsed_s": round(time.monotonic() - self.began, 1)} | empty | values)


def make_plan(question: Json, context: Context) -> Made:
    """
    Return a stocking plan with everything that is told of it; once cancelled, the best there was by then.

    Raises
    ------
    JobError
        When nothing can be planned, it was cancelled before a plan was found, or the plan broke a rule, which is a
        mistake of ours.
    TableFaultsError
        When the file does not fit the data set any more.
    """
    desk, options = context.desk, question["options"]
    stock = stock_of(question["stock"], desk.catalogue)
    context.rouse()
    problem, result = _planned(stock, options, context)
    context.calm()
    violations = verify_stock(problem, result.plan)
    if violations:
        raise JobError(why="unsound", detail="; ".join(map(str, violations[:_SHOWN])))
    return Made(
        content=json.dumps(content_of(question, stock, problem, result, desk), ensure_ascii=False).encode(),
        summary=summary_of(result),
        fingerprint=result.plan.fingerprint,
        is_partial=result.plan.status == "stopped",
    )


def _planned(stock: Stock, options: Json, context: Context) -> tuple[Problem, Result]:
    """Return what was to be decided, and the plan that was found for it."""
    desk, watch = context.desk, _Watch(context, time.monotonic())
    params = Params(time_limit_s=options["time_limit_s"], gap=options["gap"], seed=options["seed"])
    try:
        problem = problem_of(stock, options, desk, watch.ways)
        return problem, solve(problem, params, watch.plan, fingerprint=desk.catalogue.fingerprint)
    except ValueError as error:
        raise JobError(why="refused", detail=str(error)) from None
    except (KeyboardInterrupt, SystemError) as error:
        if not is_interrupt(error):
            raise
        raise JobError(why="no-plan") from None


def problem_of(
    stock: Stock, options: Json, desk: Desk, on_progress: Callable[[int, int, str], None] | None = None
) -> Problem:
    """
    Return what is to be decided.

    Raises
    ------
    JobError
        When nothing can be decided.
    """
    network = desk.planner if isinstance(desk.planner, Network) else Network(desk.catalogue)
    try:
        return build(
            stock, desk.catalogue, network, origin=options["origin"], start=dt.date.fromisoformat(options["start"]),
            weeks=options["weeks"], choice=Choice(service=options["service"]), on_progress=on_progress,
        )  # fmt: skip
    except ValueError as error:
        raise JobError(why="refused", detail=str(error)) from None


def content_of(question: Json, stock: Stock, problem: Problem, result: Result, desk: Desk) -> Json:
    """Return what is kept of a plan: what was asked, the seller's file, the plan, and everything told of it."""
    options, plan = question["options"], result.plan
    days = desk.catalogue.setting_int(ALERT_DAYS)
    alerts = alerts_answer(stock, desk.catalogue, today=problem.start, within=days)
    told = Told(problem=problem, result=result, alerts=alerts)
    asked = Asked(origin=options["origin"], service=options["service"])
    return {
        "kind": KIND,
        "format": FORMAT,
        "asked": options,
        "stock": question["stock"],
        "plan": plan_bytes(plan, asked).decode(),
        "answer": plan_answer(told),
    }


def summary_of(result: Result) -> Json:
    """Return what a list of stocking plans shows of one; money in fen."""
    plan = result.plan
    return {
        "status": plan.status,
        "start": plan.start.isoformat(),
        "weeks": plan.weeks,
        "cost_minor": plan.total_fen,
        "bound_minor": plan.bound_fen,
        "gap": round(plan.gap, 6),
        "nothing_minor": result.nothing.total_fen,
        "service": round(plan.service, 6),
        "currency": "CNY",
        "warehouses": len(plan.warehouses),
        "sendings": len(plan.sendings),
        "now": sum(one.week == 0 for one in plan.sendings),
        "seed": plan.seed,
        "runtime_s": round(plan.runtime_s, 3),
    }
