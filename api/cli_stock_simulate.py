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
from api.stock_simulate import RULE_NAMES, TUNING_SEED, USUAL_FUTURES, USUAL_SEED, Draw, played, usual_rules
from api.stocking.weeks import first_week
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

_MOST_FUTURES = 100_000
_MOST_WEEKS = 104
_QUIET_S = 2.0
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
    parser.add_argument(
        "--futures", default=str(USUAL_FUTURES), metavar="N", help="多少种未来 (1000) / how many futures"
    )
    parser.add_argument("--seed", default=str(USUAL_SEED), metavar="S", help="随机种子 (1) / seed")
    add_common(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, clock: Clock) -> int:
    from api.stock_simulate_view import simulated_json, simulated_text  # noqa: PLC0415 - compiled code

    futures, seed, weeks = _counts(options)
    planned = None if options.plan is None else _plan_of(options.plan)
    wish = _wish(options, weeks, planned)
    if options.data is not None and not options.data.exists():
        raise CommandError(both("cannot_read", path=options.data, reason="not found"))
    catalogue = load_catalogue(options.data)
    names = usual_rules(options.policy, has_plan=planned is not None)
    line = _Line(sys.stderr, options.lang, futures)
    try:
        problem = _problem(options, catalogue, clock, wish, line)
        plan = None if planned is None else planned[0]
        runs = _played(problem, plan, names, Draw(futures, seed), line)
    finally:
        line.close()
    answer = simulated_json(problem, runs, seed=seed, futures=futures, fingerprint=catalogue.fingerprint)
    if options.json:
        print_json(answer)
    else:
        print(simulated_text(answer, options.lang))
    return 0


def _counts(options: argparse.Namespace) -> tuple[int, int, int]:
    """Return futures, seed and weeks, all faults at once."""
    found = Findings()
    futures = read_count(found, "futures", options.futures, low=2, high=_MOST_FUTURES)
    seed = read_count(found, "seed", options.seed, low=0, high=TUNING_SEED - 1)
    weeks = read_count(found, "weeks", options.weeks, low=1, high=_MOST_WEEKS)
    if futures is None or seed is None or weeks is None:
        raise RequestFaultsError(found.faults)
    return futures, seed, weeks


def _played(problem: Problem, plan: StockPlan | None, names: tuple[str, ...], draw: Draw, line: _Line) -> list[Json]:
    """
    Return what comes of a plan and of rules.

    Raises
    ------
    CommandError
        If the plan is not one of this problem.
    """
    from optimizer.stock.simulate import UnknownSendingError  # noqa: PLC0415 - compiled code

    try:
        return list(played(problem, plan, names, draw, line.playing))
    except UnknownSendingError as error:
        raise CommandError(both("sim_bad_plan", reason=error)) from None


class _Line:
    """Tells on the error stream how far a run is, once it takes longer than two seconds."""

    def __init__(self, out: TextIO, lang: Lang, futures: int) -> None:
        self._lang, self._futures = lang, futures
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

    def playing(self, name: str, done: int | None) -> None:
        """Show how many futures of a plan or a rule are done, or that it is tuned."""
        shown = _run_name(name, self._lang)
        if done is None:
            self.tell(f"{shown}: {say(self._lang, 'sim_tuning')}")
        else:
            self.tell(say(self._lang, "sim_progress", name=shown, done=done, all=self._futures, elapsed=self._elapsed))

    def building(self, done: int, count: int, _: str) -> None:
        """Show how many ways of sending were looked for."""
        self.tell(say(self._lang, "sim_building", done=done, all=count, elapsed=self._elapsed))

    @property
    def _elapsed(self) -> str:
        """Seconds since the command began."""
        return f"{time.monotonic() - self._began:.0f}"

    def close(self) -> None:
        """End the live line."""
        if self._is_open:
            self._out.write("\n")
            self._out.flush()
            self._is_open = False


def _run_name(name: str, lang: Lang) -> str:
    from api.stock_simulate import run_name  # noqa: PLC0415 - compiled code

    return run_name(name, lang)


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
    if week is None:
        return first_week(stock, clock().date())
    try:
        return read_week(week)
    except SampleError as error:
        raise CommandError(str(error)) from None


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
