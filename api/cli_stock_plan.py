"""``hubport stock plan`` and ``hubport stock verify``: what to send to which warehouse, by which mode, and when."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from api.cli_common import EXIT_NO_ROUTE, CommandError, add_common, open_desk, print_json, write_file
from api.clock import Clock
from api.faults import Findings, RequestFaultsError
from api.interrupts import Interrupts
from api.stocking.weeks import first_week
from api.texts import both, say
from data.errors import LogisticsError, TableFaultsError
from data.fields import read_count, read_measure, read_share
from data.rules_warehouses import ALERT_DAYS

if TYPE_CHECKING:
    from api.desk import Desk
    from data.stock import Stock
    from optimizer.stock import Problem, Result

_MOST_WEEKS = 52
_MOST_SECONDS = 7 * 86_400
_MOST_SEED = 2**31 - 1
_MILLI, _MILLION = 1_000, 1_000_000
_SUFFIXES = (".json", ".xlsx")


class _Wish(NamedTuple):
    """What a run is asked for: weeks, seconds, gap, seed, and the share of demand to be met if that was said."""

    weeks: int
    time_limit_s: float
    gap: float
    seed: int
    service: float | None


def register(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the two commands to those of stock."""
    plan = actions.add_parser("plan", help="备货方案：发什么、何时、怎么发 / what to send where, when and how")
    plan.add_argument("file", type=Path, metavar="FILE", help="库存与需求 .xlsx .json 或文件夹 / stock and demand")
    plan.add_argument("--from", dest="origin", required=True, metavar="PLACE", help="发货地 / where goods leave from")
    plan.add_argument("--weeks", default="26", metavar="N", help="计划周数 / weeks that are planned (26)")
    plan.add_argument("--time-limit", default="120", metavar="S", help="最长秒数 / seconds at most (120)")
    plan.add_argument("--gap", default="0.005", metavar="G", help="差距到此即停 / stop at this gap (0.005)")
    plan.add_argument("--seed", default="0", metavar="N", help="随机种子 / seed (0)")
    plan.add_argument("--service", metavar="SHARE", help="满足率 / share of demand to be met, such as 0.95")
    plan.add_argument(
        "-o", "--output", type=Path, action="append", default=[], metavar="FILE",
        help="结果 .json .xlsx，可重复 / results, may be given again",
    )  # fmt: skip
    add_common(plan)
    plan.set_defaults(run=_run_plan)
    verify = actions.add_parser("verify", help="独立核查备货方案 / check a stocking plan independently")
    verify.add_argument("plan", type=Path, metavar="plan.json", help="方案 / a file that plan wrote")
    verify.add_argument("file", type=Path, metavar="FILE", help="库存与需求 / stock and demand it was made for")
    add_common(verify)
    verify.set_defaults(run=_run_verify)


def _run_plan(options: argparse.Namespace, clock: Clock) -> int:
    wish = _read_wish(options)
    for path in options.output:
        if path.suffix.casefold() not in _SUFFIXES:
            raise CommandError(both("suffix", choices=" ".join(_SUFFIXES), path=path))
        if not path.parent.is_dir():
            raise CommandError(both("no_folder", path=path.parent))
    desk = open_desk(options, clock)
    stock = _read_stock(options.file, desk)
    origin = _origin(options.origin, desk)
    problem = _problem(stock, desk, origin, first_week(stock, desk.clock().date()), wish.weeks, wish.service)
    result = _solve(problem, wish, desk, options)
    return _deliver(stock, problem, result, origin, desk, options)


def _deliver(
    stock: Stock, problem: Problem, result: Result, origin: str, desk: Desk, options: argparse.Namespace
) -> int:
    """Check a plan, write it and show it."""
    from api.stock_plan_human import plan_text  # noqa: PLC0415 - loads after the arguments were read
    from api.stock_plan_view import Told, plan_answer  # noqa: PLC0415
    from api.stock_view import alerts_answer  # noqa: PLC0415
    from data.stock_plan_json import Asked, plan_bytes  # noqa: PLC0415
    from optimizer.verify import verify_stock  # noqa: PLC0415

    violations = verify_stock(problem, result.plan)
    if violations:
        print(say(options.lang, "sp_not_sound", count=len(violations)), file=sys.stderr)
        print("\n".join(map(str, violations)), file=sys.stderr)
        return EXIT_NO_ROUTE
    days = desk.catalogue.setting_int(ALERT_DAYS)
    alerts = alerts_answer(stock, desk.catalogue, today=problem.start, within=days)
    answer = plan_answer(Told(problem=problem, result=result, alerts=alerts))
    asked = Asked(origin=origin, service=None if options.service is None else problem.service)
    for path in options.output:
        if path.suffix.casefold() == ".json":
            write_file(path, plan_bytes(result.plan, asked))
        else:
            from api.stock_plan_excel import plan_workbook  # noqa: PLC0415 - the library of workbooks is large

            write_file(path, plan_workbook(answer, options.lang))
        print(say(options.lang, "written", path=path), file=sys.stderr)
    if result.plan.status == "stopped":
        print(say(options.lang, "sp_stopped"), file=sys.stderr)
    if options.json:
        print_json(answer)
    else:
        print(plan_text(answer, options.lang, days))
    return 0


def _solve(problem: Problem, wish: _Wish, desk: Desk, options: argparse.Namespace) -> Result:
    """Return the best plan; Ctrl-C ends the search with the best one so far."""
    from api.plan_progress import ProgressLine  # noqa: PLC0415
    from optimizer.stock import Params, solve  # noqa: PLC0415

    params = Params(time_limit_s=wish.time_limit_s, gap=wish.gap, seed=wish.seed)
    line = ProgressLine(sys.stderr, options.lang)
    with Interrupts() as interrupts:
        interrupts.watcher = line
        try:
            return solve(problem, params, interrupts, fingerprint=desk.catalogue.fingerprint)
        except ValueError as error:
            message = f"{both('sp_refused')}\n{error}"
            raise CommandError(message) from None
        finally:
            line.close()


def _run_verify(options: argparse.Namespace, clock: Clock) -> int:
    from data.stock_plan_json import read_plan  # noqa: PLC0415
    from optimizer.verify import verify_stock  # noqa: PLC0415

    if not options.plan.is_file():
        raise CommandError(both("cannot_read", path=options.plan, reason="not found"))
    desk = open_desk(options, clock)
    plan, asked = read_plan(options.plan)
    stock = _read_stock(options.file, desk)
    if plan.fingerprint != desk.catalogue.fingerprint:
        print(say(options.lang, "sp_other_data", fingerprint=plan.fingerprint[:12]), file=sys.stderr)
    if plan.start.isoweekday() != 1 or not 1 <= plan.weeks <= _MOST_WEEKS:
        raise CommandError(both("sp_bad_number", name="weeks", low=1, high=_MOST_WEEKS, text=plan.weeks))
    problem = _problem(stock, desk, _origin(asked.origin, desk), plan.start, plan.weeks, asked.service)
    violations = verify_stock(problem, plan)
    if options.json:
        print_json({"sound": not violations, "violations": [_violation(one) for one in violations]})
    elif violations:
        print(say(options.lang, "sp_not_sound", count=len(violations)))
        print("\n".join(map(str, violations)))
    else:
        print(say(options.lang, "sp_sound", count=len(plan.sendings), cost=f"{plan.total_fen / 100:,.2f}"))
    return EXIT_NO_ROUTE if violations else 0


def _violation(violation: object) -> dict[str, object]:
    return {key: getattr(violation, key) for key in ("rule", "subject", "actual", "limit", "message")}


def _read_wish(options: argparse.Namespace) -> _Wish:
    """Return what the run is asked for, or raise everything wrong with it."""
    found = Findings()
    weeks = read_count(found, "weeks", options.weeks, low=1, high=_MOST_WEEKS)
    millis = read_measure(found, "time_limit", options.time_limit, units=_MILLI, limit=_MOST_SECONDS)
    gap = read_share(found, "gap", options.gap, units=_MILLION, limit=1)
    seed = read_count(found, "seed", options.seed, low=0, high=_MOST_SEED)
    service = None
    if options.service is not None:
        service = read_share(found, "service", options.service, units=_MILLION, limit=1)
    if found.faults or weeks is None or millis is None or seed is None:
        raise RequestFaultsError(found.faults)
    share = None if service is None else service / _MILLION
    return _Wish(weeks, millis / _MILLI, (gap or 0) / _MILLION, seed, share)


def _read_stock(path: Path, desk: Desk) -> Stock:
    from data.stock_read import read_stock  # noqa: PLC0415

    if not path.exists():
        raise CommandError(both("cannot_read", path=path, reason="not found"))
    try:
        return read_stock(path, desk.catalogue)
    except TableFaultsError as error:
        message = f"{both('stock_refused')}\n{error}"
        raise CommandError(message) from None


def _origin(text: str, desk: Desk) -> str:
    from data.places import resolve_place  # noqa: PLC0415

    return resolve_place(desk.catalogue, text).code


def _problem(stock: Stock, desk: Desk, origin: str, start: dt.date, weeks: int, service: float | None) -> Problem:
    """Return what is to be decided, or say why nothing can be."""
    from network import Network  # noqa: PLC0415
    from optimizer.stock import Choice, build  # noqa: PLC0415

    try:
        return build(
            stock, desk.catalogue, Network(desk.catalogue), origin=origin, start=start, weeks=weeks,
            choice=Choice(service=service),
        )  # fmt: skip
    except (LogisticsError, ValueError) as error:
        message = f"{both('sp_refused')}\n{error}"
        raise CommandError(message) from None
