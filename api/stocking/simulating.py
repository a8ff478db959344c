"""Playing a stocking plan, and rules, in many futures: the work of their jobs."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING

from api.jobs.kinds import Context, JobError, Made
from api.stock_simulate import Draw, played
from api.stock_simulate_view import simulated_json
from api.stocking.file import stock_of
from api.stocking.work import problem_of
from data.stock_plan_json import parse_plan
from optimizer.stock.simulate import UnknownSendingError

if TYPE_CHECKING:
    from api.answer_schema import Json

KIND, FORMAT = "stock-simulation", 1
"""Of the content that is kept."""
_EVERY_S = 0.5


class _Watch:
    """Tells a job how its work goes; futures are told from any thread, now and then."""

    def __init__(self, context: Context, futures: int) -> None:
        self._context, self._futures = context, futures
        self._began, self._next = time.monotonic(), 0.0
        self._lock = threading.Lock()

    def ways(self, done: int, count: int, _: str) -> None:
        """Tell how many ways of sending were looked for."""
        self._context.watch(self._at("ways", "", done, count))

    def playing(self, name: str, done: int | None) -> None:
        """Tell how many futures of a plan or a rule are done, or that it is tuned."""
        with self._lock:
            if not done:
                phase = "tune" if done is None else "play"
                self._context.watch(self._at(phase, name, 0, self._futures))
            elif time.monotonic() >= self._next:
                self._next = time.monotonic() + _EVERY_S
                self._context.tell(self._at("play", name, done, self._futures))

    def _at(self, phase: str, name: str, done: int, count: int) -> Json:
        elapsed_s = round(time.monotonic() - self._began, 1)
        return {"phase": phase, "name": name, "done": done, "all": count, "elapsed_s": elapsed_s}


def make_simulation(question: Json, context: Context) -> Made:
    """
    Return what comes of a plan and of rules; once cancelled, of those that were played by then.

    Raises
    ------
    KeyboardInterrupt
        When it was cancelled before anything was played.
    JobError
        When nothing can be simulated, or the plan does not fit the file.
    TableFaultsError
        When the file does not fit the data set any more.
    """
    desk, options = context.desk, question["options"]
    stock = stock_of(question["stock"], desk.catalogue)
    plan = None if question["plan"] is None else parse_plan(question["plan"].encode(), "plan.json")[0]
    draw = Draw(options["futures"], options["seed"])
    watch = _Watch(context, draw.futures)
    context.rouse()
    problem = problem_of(stock, options, desk, watch.ways)
    runs: list[Json] = []
    is_partial = False
    try:
        for run in played(problem, plan, options["policies"], draw, watch.playing):
            runs.append(run)  # noqa: PERF402 - what was played stays when the next one is cancelled
    except KeyboardInterrupt:
        if not runs:
            raise
        is_partial = True
    except UnknownSendingError as error:
        raise JobError(why="refused", detail=str(error)) from None
    context.calm()
    fingerprint = desk.catalogue.fingerprint
    answer = simulated_json(problem, runs, seed=draw.seed, futures=draw.futures, fingerprint=fingerprint)
    content = {"kind": KIND, "format": FORMAT, "asked": options, "answer": answer}
    return Made(
        content=json.dumps(content, ensure_ascii=False).encode(),
        summary=summary_of(answer),
        fingerprint=fingerprint,
        is_partial=is_partial,
    )


def summary_of(answer: Json) -> Json:
    """Return what a list of simulations shows of one; money in fen."""
    shown = ("start", "weeks", "seed", "futures")
    runs = [
        {"name": run["name"], "cost_minor": round(run["cost_fen"]["value"]), "fill": run["fill"]["value"]}
        for run in answer["runs"]
    ]
    return {name: answer[name] for name in shown} | {"currency": "CNY", "runs": runs}
