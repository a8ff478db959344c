"""``hubport plan``, ``verify``, ``explain``, ``commit``: from a week's cargo to one plan that was checked."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from api.cli_common import EXIT_INTERRUPTED, EXIT_NO_ROUTE, CommandError, add_common, open_desk, print_json
from api.cli_freeze import add_freeze, check_freeze_arguments, read_freeze, refuse_contradictions, register_commit
from api.cli_schedule import verify_schedule_file
from api.clock import Clock
from api.faults import Findings, RequestFaultsError
from api.interrupts import Interrupts
from api.plan_after import PAPERS_SUFFIXES, SCHEDULE_SUFFIXES, agree_with_hubs, follow_papers, follow_schedule
from api.texts import both, say
from data.cargo_fields import SUFFIXES
from data.errors import UnknownIdError, is_interrupt
from data.fields import read_count, read_measure, read_share
from data.hub_schedule_json import is_schedule
from data.messages import near_texts
from data.plan import Objective

if TYPE_CHECKING:
    from api.desk import Desk
    from api.plan_progress import ProgressLine
    from data.cargo import Cargo
    from data.freeze import Freeze
    from data.hub_schedule import HubSchedule
    from data.plan import Plan
    from data.plan_json import PlanFile
    from optimizer.consolidation import Params
    from optimizer.verify import Violation

PLAN_SUFFIXES: tuple[str, ...] = (".json", ".xlsx", ".ics")
MAP_SUFFIXES: tuple[str, ...] = (".html",)
EXIT_NOT_SOUND = EXIT_NO_ROUTE
_MOST_SEED = 2**31 - 1
_MOST_SECONDS = 7 * 86_400
_MOST_PERCENT = 1_000
_MOST_YUAN_A_TONNE = 100_000
_MOST_ROUNDS = 50
_MILLI, _MILLION, _PERCENT, _FEN = 1_000, 1_000_000, 10_000, 100


class _Wish(NamedTuple):
    """
    What a run is asked for: seconds, gap, seed, whether no clock is looked at, and what counts in the cost.

    And how often shipments that miss a departure in the schedule of their hub may be planned again.
    """

    time_limit_s: float
    gap: float
    seed: int
    deterministic: bool
    objective: Objective
    rounds: int


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the four commands."""
    _register_plan(commands)
    verify = commands.add_parser("verify", help="独立核查方案 / check a plan independently")
    verify.add_argument(
        "plan", type=Path, metavar="FILE.json", help="方案或口岸计划 / a file that plan or schedule wrote"
    )
    add_freeze(verify, "--frozen")
    add_common(verify)
    verify.set_defaults(run=_run_verify)
    why = commands.add_parser("explain", help="说明一票货物的安排 / why a shipment travels as it does")
    why.add_argument("plan", type=Path, metavar="plan.json", help="方案文件 / a file that plan wrote")
    why.add_argument("shipment", metavar="SHIPMENT", help="货物编号 / id of a shipment")
    add_common(why)
    why.set_defaults(run=_run_explain)
    register_commit(commands)


def _register_plan(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("plan", help="集运方案 / one plan for a list of cargo")
    parser.add_argument("cargo", type=Path, metavar="CARGO", help="货物清单 / cargo list: .xlsx .csv .json")
    parser.add_argument("--time-limit", default="60", metavar="S", help="最长秒数 / seconds at most (60)")
    parser.add_argument("--gap", default="0.005", metavar="G", help="差距到此即停 / stop at this gap (0.005)")
    parser.add_argument("--seed", default="0", metavar="N", help="随机种子 / seed (0)")
    parser.add_argument("--deterministic", action="store_true", help="结果可重现 / the same plan every time")
    parser.add_argument(
        "--holding-rate", default="0", metavar="P", help="在途资金年费率 %% / percent a year on goods on their way (0)"
    )
    parser.add_argument("--carbon-price", default="0", metavar="CNY", help="每吨 CO2e 碳价 / CNY a tonne of CO2e (0)")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="结果 .json .xlsx .ics（截止日历），可重复 / results, .ics holds the cut-offs, may be given again",
    )
    parser.add_argument("--map", type=Path, metavar="FILE.html", help="方案地图 / map of the plan")
    parser.add_argument(
        "--schedule",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="口岸作业计划 .json .xlsx .html .svg .ics，可重复 / schedule of the hubs, may be given again",
    )
    parser.add_argument(
        "--rounds", default="6", metavar="N", help="误班货物最多重排几轮 / times to plan again who misses at a hub (6)"
    )
    parser.add_argument(
        "--papers", type=Path, metavar="PATH", help="单证 .pdf .xlsx .html .json 或文件夹 / papers, or a folder"
    )
    add_freeze(parser, "--freeze")
    add_common(parser)
    parser.set_defaults(run=_run_plan)


def _run_plan(options: argparse.Namespace, clock: Clock) -> int:
    wish = _read_wish(options)
    paths = _read_paths(options)
    check_freeze_arguments(options, "--freeze")
    with Interrupts() as interrupts:
        try:
            return _plan_cargo(options, clock, wish, paths, interrupts)
        except (KeyboardInterrupt, SystemError) as error:
            if not is_interrupt(error):
                raise
            raise CommandError(both("nothing_planned"), EXIT_INTERRUPTED) from None


def _plan_cargo(
    options: argparse.Namespace, clock: Clock, wish: _Wish, paths: list[Path], interrupts: Interrupts
) -> int:
    """Load, solve and deliver; once there is a plan, Ctrl-C does not lose it."""
    # Workbooks, solvers and maps take long to load, and what is wrong with the arguments is told before.
    from api import planning  # noqa: PLC0415
    from api.plan_progress import ProgressLine  # noqa: PLC0415

    desk = open_desk(options, clock)
    cargo = planning.load_cargo(options.cargo, desk)
    freeze = read_freeze(options, desk)
    if freeze is not None:
        refuse_contradictions(freeze, cargo, desk, options.freeze.name, wish.objective)
    interrupts.watcher = line = ProgressLine(sys.stderr, options.lang)
    made = None
    try:
        plan = _solve(desk, cargo, freeze, wish, interrupts)
        interrupts.calm()
        if options.schedule and wish.rounds and plan.status != "stopped":
            plan, made = _agreed(desk, cargo, plan, freeze, wish, line)
    finally:
        line.close()
    code = _deliver(desk, cargo, plan, freeze, paths, options)
    if code == 0:
        from data.plan_json import PlanFile  # noqa: PLC0415 - as the other parts of plans

        _follow(desk, PlanFile(plan, cargo), made, wish, options)
    return code


def _agreed(
    desk: Desk, cargo: Cargo, plan: Plan, freeze: Freeze | None, wish: _Wish, line: ProgressLine
) -> tuple[Plan, HubSchedule | None]:
    """Return a plan that agrees with the schedule of its hubs, and that; Ctrl-C ends the rounds."""
    from data.plan_json import PlanFile  # noqa: PLC0415
    from network import Network  # noqa: PLC0415

    if _check(desk, cargo, plan, freeze):
        return plan, None
    with Interrupts() as interrupts:
        interrupts.watcher = line
        network, params = Network(desk.catalogue), _params(wish)
        found = agree_with_hubs(
            PlanFile(plan, cargo), network, params, interrupts, rounds=wish.rounds, freeze=freeze
        )  # fmt: skip
    return (plan, None) if found is None else (found.file.plan, found.schedule)


def _follow(desk: Desk, file: PlanFile, made: HubSchedule | None, wish: _Wish, options: argparse.Namespace) -> None:
    """Schedule the hubs of a plan that was written, and fill in its papers, as far as that was asked for."""
    found = []
    if options.schedule:
        seed, lang = wish.seed, options.lang
        found.append(
            follow_schedule(file, desk, options.schedule, lang, seed=seed, deterministic=wish.deterministic, known=made)
        )
    if options.papers is not None:
        found.append(follow_papers(file, desk, options.papers, options.lang))
    for one in found:
        if not options.json:
            print(f"\n{one.text}")
        for path in one.written:
            print(say(options.lang, "written", path=path), file=sys.stderr)
    refused = [reason for one in found for reason in one.refused]
    if refused:
        raise CommandError("\n".join(refused))


def _deliver(
    desk: Desk, cargo: Cargo, plan: Plan, freeze: Freeze | None, paths: list[Path], options: argparse.Namespace
) -> int:
    """Check a plan, write it and show it; what cannot be written is told last."""
    from api import planning  # noqa: PLC0415

    violations = _check(desk, cargo, plan, freeze)
    if violations:
        if options.json:
            print_json(planning.verdict_json(plan, desk, violations))
        print(planning.verdict_text(plan, violations, options.lang, "not_sound"), file=sys.stderr)
        return EXIT_NOT_SOUND
    written, refused = planning.write_outputs(paths, plan, cargo, desk, options.lang)
    if plan.status == "stopped":
        print(planning.stopped_text(plan, options.lang), file=sys.stderr)
    if options.json:
        print(planning.plan_text(plan, cargo, desk), end="")
    else:
        print(planning.summary_text(plan, cargo, desk, options.lang))
    for path in written:
        print(say(options.lang, "written", path=path), file=sys.stderr)
    if refused:
        raise CommandError("\n".join(refused))
    return 0


def _read_wish(options: argparse.Namespace) -> _Wish:
    """Return what the run is asked for, or raise everything wrong with it."""
    found = Findings()
    for name in ("time_limit", "gap", "seed", "holding_rate", "carbon_price", "rounds"):
        if not getattr(options, name).strip():
            found.add(name, None, "required")
    millis = read_measure(found, "time_limit", options.time_limit, units=_MILLI, limit=_MOST_SECONDS)
    is_none = options.gap.strip("0.") == "" and "0" in options.gap
    ppm = 0 if is_none else read_measure(found, "gap", options.gap, units=_MILLION, limit=1)
    seed = read_count(found, "seed", options.seed, low=0, high=_MOST_SEED)
    objective = _read_objective(found, options)
    rounds = read_count(found, "rounds", options.rounds, low=0, high=_MOST_ROUNDS)
    if found.faults or millis is None or ppm is None or seed is None or rounds is None:
        raise RequestFaultsError(found.faults)
    return _Wish(millis / _MILLI, ppm / _MILLION, seed, options.deterministic, objective, rounds)


def _read_objective(found: Findings, options: argparse.Namespace) -> Objective:
    """Return what counts besides charges and penalties; nothing does that cannot be read."""
    rate = read_share(found, "holding_rate", options.holding_rate, units=_PERCENT, limit=_MOST_PERCENT)
    carbon = read_share(found, "carbon_price", options.carbon_price, units=_FEN, limit=_MOST_YUAN_A_TONNE)
    return Objective(holding_ppm_year=rate or 0, carbon_minor_per_t=carbon or 0)


def _read_paths(options: argparse.Namespace) -> list[Path]:
    """Return the files to write, before anybody waits for what is in them."""
    outputs: list[Path] = options.output
    read: list[Path] = [options.cargo, *([] if options.freeze is None else [options.freeze])]
    asked: list[tuple[Path, tuple[str, ...]]] = [(path, PLAN_SUFFIXES) for path in outputs]
    asked += [] if options.map is None else [(options.map, MAP_SUFFIXES)]
    after: list[tuple[Path, tuple[str, ...]]] = [(path, SCHEDULE_SUFFIXES) for path in options.schedule]
    after += [] if options.papers is None else [(options.papers, PAPERS_SUFFIXES)]
    given: list[tuple[Path, tuple[str, ...]]] = [(options.cargo, SUFFIXES), *asked, *after]
    for path, choices in given:
        if path.suffix.casefold() not in choices:
            raise CommandError(both("suffix", choices=" ".join(choices), path=path))
    if not options.cargo.is_file():
        raise CommandError(both("cannot_read", path=options.cargo, reason="not found"))
    paths = [path for path, _ in asked]
    written = [path for path, _ in (*asked, *after)]
    for path in written:
        if not path.parent.is_dir():
            raise CommandError(both("no_folder", path=path.parent))
        if path.is_dir() and path != options.papers:
            raise CommandError(both("cannot_write", path=path, reason="is a folder"))
    whole = [path.resolve() for path in (*read, *written)]
    for path in written:
        if whole.count(path.resolve()) > 1:
            raise CommandError(both("same_output", path=path))
    return paths


def _solve(desk: Desk, cargo: Cargo, freeze: Freeze | None, wish: _Wish, interrupts: Interrupts) -> Plan:
    """Return the plan of the solver, which is watched while it works."""
    from network import Network  # noqa: PLC0415
    from optimizer.consolidation import solve  # noqa: PLC0415

    earlier = {} if freeze is None else {"freeze": freeze}
    plan: Plan = solve(Network(desk.catalogue), cargo, _params(wish), interrupts, **earlier)
    return plan


def _params(wish: _Wish) -> Params:
    """Return the limits of a run."""
    from optimizer.consolidation import Params  # noqa: PLC0415

    return Params(
        time_limit_s=wish.time_limit_s, gap=wish.gap, seed=wish.seed, deterministic=wish.deterministic,
        holding_ppm_year=wish.objective.holding_ppm_year, carbon_minor_per_t=wish.objective.carbon_minor_per_t,
    )  # fmt: skip


def _check(desk: Desk, cargo: Cargo, plan: Plan, freeze: Freeze | None) -> list[Violation]:
    """Return every rule that a plan breaks, found by code that shares none with the solver."""
    from optimizer.verify import verify_plan  # noqa: PLC0415

    if freeze is None:
        return verify_plan(desk.catalogue, cargo, plan)
    return verify_plan(desk.catalogue, cargo, plan, frozen=freeze)


def _run_verify(options: argparse.Namespace, clock: Clock) -> int:
    from api import planning  # noqa: PLC0415

    if is_schedule(options.plan):
        return verify_schedule_file(options, clock)
    check_freeze_arguments(options, "--frozen")
    desk = open_desk(options, clock)
    plan, cargo = file = planning.load_plan(options.plan, desk)
    freeze = read_freeze(options, desk)
    violations = _check(desk, cargo, plan, freeze)
    # What is due of a plan that is not sound says nothing.
    violations = violations or planning.landed_faults(options.plan, file, desk)
    if options.json:
        print_json(planning.verdict_json(plan, desk, violations))
    else:
        print(planning.verdict_text(plan, violations, options.lang))
        if freeze is not None and not violations:
            print(planning.kept_text(freeze, options.lang))
    return EXIT_NOT_SOUND if violations else 0


def _run_explain(options: argparse.Namespace, clock: Clock) -> int:
    from api import planning  # noqa: PLC0415

    desk = open_desk(options, clock)
    file = planning.load_plan(options.plan, desk)
    if file.plan.fingerprint != desk.catalogue.fingerprint:
        print(say(options.lang, "other_data", fingerprint=file.plan.fingerprint[:12]), file=sys.stderr)
    try:
        if options.json:
            print_json(planning.shipment_json(file, desk, options.shipment))
        else:
            print(planning.shipment_text(file, desk, options.shipment, options.lang))
    except UnknownIdError as error:
        raise CommandError(both("unknown_shipment", id=options.shipment, **near_texts(error.near))) from None
    return 0
