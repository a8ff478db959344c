"""``hubport schedule``: a hub's work minute by minute, and how it changes when something happens."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli_common import EXIT_INTERRUPTED, EXIT_NO_ROUTE, CommandError, add_common, open_desk, print_json
from api.clock import Clock
from api.faults import Findings, RequestFaultsError
from api.interrupts import Interrupts
from api.texts import both, say
from data.errors import Fault, TableFaultsError, is_interrupt
from data.fields import read_count, read_measure
from data.hub_events import Given, check_events, parse_events, read_events
from data.hub_schedule import Credit
from data.hub_schedule_json import is_schedule

if TYPE_CHECKING:
    from api.desk import Desk
    from data.hub_schedule import HubSchedule
    from data.hub_schedule_json import ScheduleFile
    from data.plan_json import PlanFile
    from optimizer.schedule import Params
    from optimizer.verify import Violation

OUTPUT_SUFFIXES = (".json", ".xlsx", ".html", ".svg", ".ics")
PLAN_SUFFIXES = (".json", ".xlsx")
_GRADES = ("aeo", "ordinary", "dishonest")
_MOST_SEED = 2**31 - 1
_MOST_SECONDS = 86_400
_MILLI = 1_000


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("schedule", help="口岸作业计划 / the hub's work minute by minute")
    parser.add_argument("plan", type=Path, metavar="FILE.json", help="方案，或已有的作业计划 / a plan, or a schedule")
    parser.add_argument("--cargo", type=Path, metavar="CARGO", help="核对货物清单 / cargo the plan must be for")
    parser.add_argument(
        "--strike",
        action="append",
        default=[],
        metavar="EVENT",
        help='事件：文件 .json，或 "inspect L003 at 2026-12-02T10:00+08:00"、"late ID at T until T"、'
        '"close HUB bay:manual at T until T count 1" / what happened, may be given again',
    )
    parser.add_argument(
        "--credit",
        action="append",
        default=[],
        metavar="SHIPPER=GRADE",
        help="发货人信用等级 aeo|ordinary|dishonest / credit grade of a shipper, may be given again",
    )
    parser.add_argument(
        "--time-limit", default="8", metavar="S", help="最长秒数 / seconds at most (8; at most 2 to change)"
    )
    parser.add_argument("--seed", default="0", metavar="N", help="随机种子 / seed (0)")
    parser.add_argument("--deterministic", action="store_true", help="结果可重现 / the same schedule every time")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="结果 .json .xlsx .html .svg .ics，可重复 / results, may be given again",
    )
    parser.add_argument(
        "--replan", type=Path, metavar="FOLDER", help="写出需重排的货物 / lists to plan who misses again"
    )
    parser.add_argument(
        "--hand-back",
        type=Path,
        metavar="PLAN",
        help="误班货物立即重排，新方案写入 .json 或 .xlsx / plan who misses again, and write the new plan",
    )
    add_common(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, clock: Clock) -> int:
    params, credit = _read_params(options)
    paths = _check_paths(options)
    desk = open_desk(options, clock)
    file = _make(options, desk, params, credit) if options.hand_back is None else _back(options, desk, params, credit)
    # Solver and workbooks take long to load, and what is wrong with the arguments is told before.
    from api import scheduling  # noqa: PLC0415

    violations = _check(desk, file, _earlier(options, desk))
    if violations:
        print(scheduling.verdict_text(file.schedule, violations, options.lang), file=sys.stderr)
        return EXIT_NO_ROUTE
    written, refused = scheduling.write_outputs(paths, file, desk, options.lang)
    if options.hand_back is not None:
        from api import planning  # noqa: PLC0415

        plans = planning.write_outputs([options.hand_back], *file.file, desk, options.lang)
        written, refused = written + plans[0], refused + plans[1]
    if options.replan is not None:
        written += scheduling.write_replan(options.replan, file, desk)
    if options.json:
        print_json(scheduling.schedule_json(file, desk))
    else:
        print(scheduling.summary_text(file, desk, options.lang))
    for path in written:
        print(say(options.lang, "written", path=path), file=sys.stderr)
    if options.replan is not None and file.schedule.missed:
        print(scheduling.hint(options.replan, options.lang), file=sys.stderr)
    if refused:
        raise CommandError("\n".join(refused))
    return 0


def _read_params(options: argparse.Namespace) -> tuple[Params, tuple[Credit, ...]]:
    """Return what the run is told, or raise everything wrong with it."""
    found = Findings()
    millis = read_measure(found, "time_limit", options.time_limit, units=_MILLI, limit=_MOST_SECONDS)
    seed = read_count(found, "seed", options.seed, low=0, high=_MOST_SEED)
    if found.faults or millis is None or seed is None:
        raise RequestFaultsError(found.faults)
    credit = tuple(map(_credit, options.credit))
    if len({one.shipper for one in credit}) < len(credit):
        raise CommandError(both("credit_twice"))
    from optimizer.schedule import Params  # noqa: PLC0415 - the solver loads after the arguments were read

    return Params(time_limit_s=millis / _MILLI, seed=seed, deterministic=options.deterministic), credit


def _credit(text: str) -> Credit:
    shipper, _, grade = text.rpartition("=")
    for known in _GRADES:
        if shipper and grade == known:
            return Credit(shipper=shipper, grade=known)  # type: ignore[arg-type]
    raise CommandError(both("credit_bad", value=text, choices=" ".join(_GRADES)))


def _check_paths(options: argparse.Namespace) -> list[Path]:
    """Return the files to write, before anybody waits for what is in them."""
    paths: list[Path] = options.output
    if not options.plan.is_file():
        raise CommandError(both("cannot_read", path=options.plan, reason="not found"))
    for path in paths:
        if path.suffix.casefold() not in OUTPUT_SUFFIXES:
            raise CommandError(both("suffix", choices=" ".join(OUTPUT_SUFFIXES), path=path))
        if not path.parent.is_dir():
            raise CommandError(both("no_folder", path=path.parent))
    plan: Path | None = options.hand_back
    if plan is not None and plan.suffix.casefold() not in PLAN_SUFFIXES:
        raise CommandError(both("suffix", choices=" ".join(PLAN_SUFFIXES), path=plan))
    if plan is not None and not plan.parent.is_dir():
        raise CommandError(both("no_folder", path=plan.parent))
    whole = [path.resolve() for path in (*paths, *([] if plan is None else [plan, options.plan]))]
    for path in [*paths, *([] if plan is None else [plan])]:
        if whole.count(path.resolve()) > 1:
            raise CommandError(both("same_output", path=path))
    if options.replan is not None and not options.replan.is_dir():
        raise CommandError(both("no_folder", path=options.replan))
    return paths


def _make(options: argparse.Namespace, desk: Desk, params: Params, credit: tuple[Credit, ...]) -> ScheduleFile:
    """Return the schedule that is asked for: made, changed, or only read."""
    from api import scheduling  # noqa: PLC0415

    if not is_schedule(options.plan):
        if options.strike:
            raise CommandError(both("strike_needs_schedule", path=options.plan))
        file = scheduling.load_plan_file(options.plan, desk)
        _check_cargo(options, desk, file)
        return scheduling.make(file, desk, params, credit, options.plan.name)
    before = scheduling.load_schedule(options.plan, desk)
    if credit:
        raise CommandError(both("credit_late"))
    _check_cargo(options, desk, before.file)
    if not options.strike:
        return before
    given = _given(options, desk, before.schedule)
    return scheduling.change(before, given, desk, params, options.plan.name)


def _back(options: argparse.Namespace, desk: Desk, params: Params, credit: tuple[Credit, ...]) -> ScheduleFile:
    """Return the schedule after what happened, with a plan in which whoever misses goes otherwise."""
    from api import scheduling  # noqa: PLC0415
    from api.plan_progress import ProgressLine  # noqa: PLC0415

    if not is_schedule(options.plan):
        raise CommandError(both("hand_back_needs", path=options.plan))
    if credit:
        raise CommandError(both("credit_late"))
    before = scheduling.load_schedule(options.plan, desk)
    _check_cargo(options, desk, before.file)
    events = _given(options, desk, before.schedule).events if options.strike else ()
    with Interrupts() as interrupts:
        interrupts.watcher = line = ProgressLine(sys.stderr, options.lang)
        try:
            return scheduling.handed_back(before, events, desk, params, interrupts)
        except (KeyboardInterrupt, SystemError) as error:
            if not is_interrupt(error):
                raise
            raise CommandError(both("nothing_planned"), EXIT_INTERRUPTED) from None
        finally:
            line.close()


def _check_cargo(options: argparse.Namespace, desk: Desk, file: PlanFile) -> None:
    """Refuse a plan that is for other cargo than the list named."""
    from api import planning  # noqa: PLC0415

    if options.cargo is None:
        return
    if not options.cargo.is_file():
        raise CommandError(both("cannot_read", path=options.cargo, reason="not found"))
    cargo = planning.load_cargo(options.cargo, desk)
    if cargo.fingerprint != file.plan.cargo_fingerprint:
        raise CommandError(both("other_cargo_list", path=options.cargo))


def _given(options: argparse.Namespace, desk: Desk, schedule: HubSchedule) -> Given:
    """Return the events, or raise everything wrong with any of them."""
    from api import planning  # noqa: PLC0415

    texts = [text for text in options.strike if not text.casefold().endswith(".json")]
    names = [Path(text) for text in options.strike if text.casefold().endswith(".json")]
    given: list[Given] = []
    faults: list[Fault] = []
    for path in names:
        if not path.is_file():
            raise CommandError(both("cannot_read", path=path, reason="not found"))
        try:
            given.append(read_events(path, desk.catalogue))
        except TableFaultsError as error:
            faults += error.faults
    if texts:
        try:
            given.append(parse_events(texts, desk.catalogue))
        except TableFaultsError as error:
            faults += error.faults
    whole = Given(tuple(event for one in given for event in one.events), ", ".join(one.label for one in given))
    faults += check_events(whole, schedule, desk.catalogue)
    if faults:
        raise CommandError(planning.refused("events_refused", TableFaultsError(faults)))
    if not whole.events:
        raise CommandError(both("no_events"))
    return whole


def _earlier(options: argparse.Namespace, desk: Desk) -> HubSchedule | None:
    """Return the schedule that was changed, None when a first one was made, or one was only shown."""
    from api import scheduling  # noqa: PLC0415

    if not options.strike and options.hand_back is None:
        return None
    earlier = scheduling.load_schedule(options.plan, desk).schedule
    return earlier if options.strike or earlier.now_min is not None else None


def _check(desk: Desk, file: ScheduleFile, earlier: HubSchedule | None) -> list[Violation]:
    """Return every rule that a schedule breaks, found by code that shares none with the solver."""
    from optimizer.verify import verify_schedule  # noqa: PLC0415

    return verify_schedule(desk.catalogue, file.file.cargo, file.file.plan, file.schedule, earlier)


def verify_schedule_file(options: argparse.Namespace, clock: Clock) -> int:
    """Check the schedule of a file, and the plan it is for; with ``--frozen`` also against the schedule before."""
    from api import scheduling  # noqa: PLC0415
    from optimizer.verify import verify_plan  # noqa: PLC0415

    desk = open_desk(options, clock)
    file = scheduling.load_schedule(options.plan, desk)
    earlier = None if options.freeze is None else scheduling.load_schedule(options.freeze, desk).schedule
    violations = verify_plan(desk.catalogue, file.file.cargo, file.file.plan)
    violations += _check(desk, file, earlier)
    if options.json:
        print_json(scheduling.verdict_json(file.schedule, violations))
    else:
        print(scheduling.verdict_text(file.schedule, violations, options.lang))
    return EXIT_NO_ROUTE if violations else 0
