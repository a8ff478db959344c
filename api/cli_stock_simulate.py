"""``hubport stock simulate``: a plan, or rules between plans, in many futures of demand and lead times."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from api.answer_schema import Json
from api.cli_common import CommandError, add_common, print_json
from api.clock import Clock
from api.faults import Findings, RequestFaultsError
from api.texts import both, say
from data.errors import LogisticsError, TableFaultsError
from data.fields import read_count
from data.loading import load_catalogue
from data.samples import read_week
from data.samples_profile import SampleError
from viz.theme import Lang

if TYPE_CHECKING:
    from data.catalogue import Catalogue
    from data.stock import Stock
    from data.stock_plan import StockPlan
    from data.stock_plan_json import Asked
    from optimizer.stock.problem import Problem

RULE_NAMES = (
    "sea", "air-when-short", "own-base-stock", "single-index", "dual-index", "capped-dual-index", "base-surge",
    "tri-index",
)  # fmt: skip
_USUAL = ("sea", "air-when-short", "own-base-stock")
_MOST_FUTURES = 100_000
_MOST_WEEKS = 104
_TUNING = 40
_TUNING_SEED = 1_000_000
_QUIET_S = 2.0
DAYS_PER_WEEK = 7
_PLAIN_EVERY_S = 5.0


def add(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = actions.add_parser("simulate", help="在许多种未来里检验计划或规则 / a plan or rules in many futures")
    parser.add_argument("file", type=Path, metavar="FILE", help="库存文件 / file or folder of stock")
    parser.add_argument(
        "--from", dest="origin", metavar="PLACE", help="发货地，计划自带 / where goods leave; a plan says so"
    )
    parser.add_argument("--week", metavar="2026-W49", help="第一周，默认盘点后的下一周 / first week (after the count)")
    parser.add_argument("--weeks", default="26", metavar="N", help="几周 (26) / how many weeks")
    parser.add_argument("--plan", type=Path, metavar="PLAN", help="计划文件 plan.json / a plan")
    parser.add_argument(
        "--policy", nargs="+", choices=RULE_NAMES, metavar="NAME",
        help=f"规则，默认前三种 / rules (the first three): {', '.join(RULE_NAMES)}",
    )  # fmt: skip
    parser.add_argument("--futures", default="1000", metavar="N", help="多少种未来 (1000) / how many futures")
    parser.add_argument("--seed", default="1", metavar="S", help="随机种子 (1) / seed")
    add_common(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, clock: Clock) -> int:
    from api.stock_simulate_view import simulated_text  # noqa: PLC0415 - loads after the arguments were read

    futures, seed, weeks = _counts(options)
    planned = None if options.plan is None else _plan_of(options.plan)
    wish = _wish(options, weeks, planned)
    if options.data is not None and not options.data.exists():
        raise CommandError(both("cannot_read", path=options.data, reason="not found"))
    catalogue = load_catalogue(options.data)
    line = _Line(sys.stderr, options.lang)
    try:
        problem = _problem(options, catalogue, clock, wish, line)
        plan = None if planned is None else planned[0]
        answer = simulated(problem, plan, _names(options), (futures, seed), catalogue.fingerprint, line)
    finally:
        line.close()
    if options.json:
        print_json(answer)
    else:
        print(simulated_text(answer, options.lang))
    return 0


def _names(options: argparse.Namespace) -> tuple[str, ...]:
    """Return the rules that are asked for: the usual ones where neither rules nor a plan are named."""
    if options.policy is not None:
        return tuple(dict.fromkeys(options.policy))
    return () if options.plan is not None else _USUAL


def _counts(options: argparse.Namespace) -> tuple[int, int, int]:
    """Return futures, seed and weeks, all faults at once."""
    found = Findings()
    futures = read_count(found, "futures", options.futures, low=2, high=_MOST_FUTURES)
    seed = read_count(found, "seed", options.seed, low=0, high=_TUNING_SEED - 1)
    weeks = read_count(found, "weeks", options.weeks, low=1, high=_MOST_WEEKS)
    if futures is None or seed is None or weeks is None:
        raise RequestFaultsError(found.faults)
    return futures, seed, weeks


def simulated(
    problem: Problem,
    plan: StockPlan | None,
    names: tuple[str, ...],
    futures_and_seed: tuple[int, int],
    fingerprint: str,
    line: _Line,
) -> Json:
    """
    Return what comes of a plan and of rules, all in the same futures.

    Parameters
    ----------
    problem
        What is simulated.
    plan
        As it is and kept up weekly, None without one.
    names
        Of rules; each is tuned in other futures than those it is judged by.
    futures_and_seed
        How many, and of which seed.
    fingerprint
        Of the data set.
    line
        Told how far it is.

    Raises
    ------
    CommandError
        If the plan is not one of this problem.
    """
    from api.stock_simulate_view import run_json, run_name, simulated_json  # noqa: PLC0415 - compiled code
    from optimizer.stock.policies import Base  # noqa: PLC0415
    from optimizer.stock.policies_tune import tuned  # noqa: PLC0415
    from optimizer.stock.simulate import Followed, UnknownSendingError, simulate  # noqa: PLC0415
    from optimizer.stock.simulate_futures import Futures  # noqa: PLC0415

    count, seed = futures_and_seed
    futures, base = Futures(problem, count, seed), Base(problem)
    runs = []
    if plan is not None:
        for name, choice in (("plan", plan), ("plan-followed", Followed(plan))):
            told = line.about(run_name(name, line.lang), count)
            try:
                found = simulate(problem, choice, futures=futures, name=name, on_progress=told)
            except UnknownSendingError as error:
                raise CommandError(both("sim_bad_plan", reason=error)) from None
            runs.append(run_json(problem, found, promised=plan.service if name == "plan" else None))
    for name in names:
        line.tell(f"{run_name(name, line.lang)}: {say(line.lang, 'sim_tuning')}")
        rule = tuned(base, name, Futures(problem, _TUNING, seed + _TUNING_SEED))
        told = line.about(run_name(name, line.lang), count)
        found = simulate(problem, rule, futures=futures, name=name, on_progress=told)
        runs.append(run_json(problem, found, settings=rule.settings))
    return simulated_json(problem, runs, seed=seed, futures=count, fingerprint=fingerprint)


class _Line:
    """Tells on the error stream how far a run is, once it takes longer than two seconds."""

    def __init__(self, out: TextIO, lang: Lang) -> None:
        self.lang = lang
        self._out, self._is_live = out, out.isatty()
        self._began = self._last = time.monotonic()
        self._is_open = False

    def tell(self, text: str) -> None:
        """Show a text: at once on a terminal, else every few seconds."""
        now = time.monotonic()
        if now - self._began < _QUIET_S:
            return
        if self._is_live:
            self._out.write(f"\r\033[K{text}")
            self._is_open = True
        elif now - self._last >= _PLAIN_EVERY_S:
            self._out.write(f"{text}\n")
            self._last = now
        self._out.flush()

    def about(self, name: str, count: int) -> _Told:
        """Return what is told how many of some futures are done."""
        return _Told(self, name, count)

    def building(self, done: int, count: int, _: str) -> None:
        """Show how many ways of sending were looked for."""
        self.tell(say(self.lang, "sim_building", done=done, all=count, elapsed=f"{self.elapsed_s:.0f}"))

    @property
    def elapsed_s(self) -> float:
        """Seconds since the command began."""
        return time.monotonic() - self._began

    def close(self) -> None:
        """End the live line."""
        if self._is_open:
            self._out.write("\n")
            self._out.flush()
            self._is_open = False


class _Told:
    """How many futures of one plan or rule are done."""

    def __init__(self, line: _Line, name: str, count: int) -> None:
        self._line, self._name, self._count = line, name, count

    def __call__(self, done: int) -> None:
        """Show it."""
        elapsed = f"{self._line.elapsed_s:.0f}"
        self._line.tell(
            say(self._line.lang, "sim_progress", name=self._name, done=done, all=self._count, elapsed=elapsed)
        )


class _Wish(NamedTuple):
    """From where, from when, for how many weeks and with which service is simulated; a plan says all of these."""

    origin: str | None
    start: dt.date | None
    weeks: int
    service: float | None


def _wish(options: argparse.Namespace, weeks: int, planned: tuple[StockPlan, Asked] | None) -> _Wish:
    """Return what is simulated, refusing what contradicts the plan."""
    if planned is None:
        if options.origin is None:
            raise CommandError(both("sim_no_origin"))
        return _Wish(options.origin, None, weeks, None)
    plan, asked = planned
    if options.week is not None or options.origin is not None:
        raise CommandError(both("sim_not_with_plan"))
    return _Wish(asked.origin, plan.start, plan.weeks, asked.service)


def _problem(options: argparse.Namespace, catalogue: Catalogue, clock: Clock, wish: _Wish, line: _Line) -> Problem:
    """Return what is to be decided about the file's stock."""
    from data.places import resolve_place  # noqa: PLC0415 - loads after the arguments were read
    from data.stock_read import read_stock  # noqa: PLC0415
    from network import Network  # noqa: PLC0415
    from optimizer.stock.build import Choice, build  # noqa: PLC0415

    if not options.file.exists():
        raise CommandError(both("cannot_read", path=options.file, reason="not found"))
    try:
        origin = resolve_place(catalogue, wish.origin or "").code
        stock = read_stock(options.file, catalogue)
        if not stock.demand:
            raise CommandError(both("sim_no_demand"))
        return build(
            stock, catalogue, Network(catalogue), origin=origin,
            start=wish.start or _start(options.week, stock, clock), weeks=wish.weeks,
            choice=Choice(service=wish.service), on_progress=line.building,
        )  # fmt: skip
    except TableFaultsError as error:
        message = f"{both('stock_refused')}\n{error}"
        raise CommandError(message) from None
    except (LogisticsError, ValueError) as error:
        raise CommandError(str(error)) from None


def _start(week: str | None, stock: Stock, clock: Clock) -> dt.date:
    """Return the Monday of a week; if none is given, the first one not before the last count."""
    if week is not None:
        try:
            return read_week(week)
        except SampleError as error:
            raise CommandError(str(error)) from None
    counted = max((lot.counted_on for lot in stock.lots if lot.counted_on is not None), default=clock().date())
    return counted + dt.timedelta(days=-counted.weekday() % DAYS_PER_WEEK)


def _plan_of(path: Path) -> tuple[StockPlan, Asked]:
    """
    Return the plan of a file, and what it was asked for.

    Raises
    ------
    CommandError
        If it cannot be read, or is no plan.
    """
    from data.stock_plan_json import read_plan  # noqa: PLC0415 - loads after the arguments were read

    try:
        return read_plan(path)
    except OSError as error:
        raise CommandError(both("cannot_read", path=path, reason=error.strerror)) from None
    except TableFaultsError as error:
        raise CommandError(both("sim_bad_plan", reason=error)) from None
