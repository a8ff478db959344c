"""What the commands of plans share about earlier plans, and ``hubport commit``."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from api.cli_common import CommandError, add_common, open_desk, print_json, write_file
from api.clock import Clock
from api.desk import Desk
from api.faults import Findings, RequestFaultsError
from api.texts import both, say
from data.cargo import Cargo
from data.errors import Fault, TableFaultsError
from data.fields import read_instant
from data.freeze import Freeze, check_freeze
from data.messages import echo
from data.plan import Objective
from data.timeaxis import TimeAxis

_SUFFIX = ".json"
_COMMITMENTS = ("planned", "booked", "loaded", "departed")


def add_freeze(parser: argparse.ArgumentParser, flag: str) -> None:
    """Add the options that name an earlier plan and how much of it stays."""
    parser.add_argument(
        flag, type=Path, metavar="PLAN", dest="freeze", help="原方案，已订部分不变 / an earlier plan: promises stay"
    )
    parser.add_argument(
        "--freeze-before",
        metavar="INSTANT",
        help="此前发运的也不变，时间带时区 / what departs before stays, too; a time with its zone",
    )
    parser.add_argument("--freeze-all", action="store_true", help="原方案全部不变 / all of the earlier plan stays")


def check_freeze_arguments(options: argparse.Namespace, flag: str) -> None:
    """
    Refuse options about an earlier plan that do not go together, before anything is loaded.

    Raises
    ------
    CommandError
        Naming what is wrong.
    """
    path: Path | None = options.freeze
    if path is None:
        if options.freeze_before is not None or options.freeze_all:
            raise CommandError(both("freeze_needed", flag=flag))
        return
    if path.suffix.casefold() != _SUFFIX:
        raise CommandError(both("suffix", choices=_SUFFIX, path=path))
    if not path.is_file():
        raise CommandError(both("cannot_read", path=path, reason="not found"))
    _read_before(options.freeze_before)


def read_freeze(options: argparse.Namespace, desk: Desk) -> Freeze | None:
    """
    Return the earlier plan with how much of it stays, None if there is none.

    Raises
    ------
    CommandError
        With everything wrong with the file.
    """
    from api import planning  # noqa: PLC0415 - as in the commands of plans

    if options.freeze is None:
        return None
    file = planning.load_plan(options.freeze, desk)
    before = _read_before(options.freeze_before)
    before_min = None if before is None else _rounded_up(desk.axis, before)
    return Freeze(plan=file.plan, cargo=file.cargo, before_min=before_min, is_all=options.freeze_all)


def _read_before(text: str | None) -> dt.datetime | None:
    """Return the instant before which departures stay, or raise what is wrong with it."""
    if text is None:
        return None
    found = Findings()
    instant = read_instant(found, "freeze_before", text, zone=None, time_of_day=dt.time())
    if instant is None and not found.faults:
        # A date alone is no instant: whose midnight it means is not known.
        found.add("freeze_before", text, "naive_time", example=f"{text.strip() or '2026-12-01'}T00:00+08:00")
    if found.faults:
        raise RequestFaultsError(found.faults)
    return instant


def _rounded_up(axis: TimeAxis, instant: dt.datetime) -> int:
    """Return the first minute that does not come before an instant."""
    minute = axis.to_min(instant)
    return minute if axis.from_min(minute) >= instant else minute + 1


def refuse_contradictions(freeze: Freeze, cargo: Cargo, desk: Desk, label: str, objective: Objective) -> None:
    """
    Refuse an earlier plan that does not fit the cargo, the data set or what counts in the cost, or that is not sound.

    Raises
    ------
    CommandError
        With every contradiction.
    """
    from api import planning  # noqa: PLC0415 - as in the commands of plans

    fingerprint = desk.catalogue.fingerprint
    faults = check_freeze(freeze, cargo, fingerprint, label, objective=objective)
    # By other tables any plan would be wrong in every line.
    if freeze.plan.fingerprint == fingerprint:
        faults += _unsound(freeze, desk, label)
    if faults:
        raise CommandError(planning.refused("freeze_refused", TableFaultsError(faults)))


def _unsound(freeze: Freeze, desk: Desk, label: str) -> Iterator[Fault]:
    """Yield every rule that an earlier plan breaks, on its own cargo."""
    from optimizer.verify import verify_plan  # noqa: PLC0415 - the checker loads after the arguments were checked

    for violation in verify_plan(desk.catalogue, freeze.cargo, freeze.plan):
        detail = {"limit": violation.limit, "detail": violation.message}
        yield Fault(
            file=label,
            column=violation.subject,
            value=echo(violation.actual) or "",
            rule=violation.rule,
            message_zh=say("zh", "freeze_unsound", **detail),
            message_en=say("en", "freeze_unsound", **detail),
        )


def register_commit(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command that promises parts of a plan."""
    parser = commands.add_parser("commit", help="标记已订舱、已装货或已发运 / mark parts of a plan as promised")
    parser.add_argument("plan", type=Path, metavar="plan.json", help="方案文件 / a file that plan wrote")
    parser.add_argument("ids", nargs="+", metavar="ID", help="箱号或单独走的货物 / boxes, and shipments alone")
    parser.add_argument("--as", dest="commitment", choices=_COMMITMENTS, required=True, help="执行状态 / how far")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="结果 .json，默认写回原文件 / result (the same file)"
    )
    add_common(parser)
    parser.set_defaults(run=_run_commit)


def _run_commit(options: argparse.Namespace, clock: Clock) -> int:
    from api import planning  # noqa: PLC0415
    from api.plan_commit import commit  # noqa: PLC0415

    target: Path = options.output or options.plan
    if target.suffix.casefold() != _SUFFIX:
        raise CommandError(both("suffix", choices=_SUFFIX, path=target))
    desk = open_desk(options, clock)
    plan, cargo = planning.load_plan(options.plan, desk)
    names = list(dict.fromkeys(options.ids))
    changed = commit(plan, names, options.commitment)
    write_file(target, planning.plan_text(changed, cargo, desk))
    if options.json:
        print_json({"committed": names, "commitment": options.commitment, "path": str(target)})
    else:
        word = say(options.lang, f"commitment_{options.commitment}")
        print(say(options.lang, "committed", count=len(names), commitment=word, path=target))
    return 0
