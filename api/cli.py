"""The command line: ``hubport quote``, ``locations``, ``departures``, ``map``, ``sample``, ``plan`` and others."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from api import (
    cli_backup,
    cli_config,
    cli_customs,
    cli_data,
    cli_db,
    cli_declare,
    cli_map,
    cli_match,
    cli_papers,
    cli_plan,
    cli_quote,
    cli_sample,
    cli_schedule,
    cli_serve,
    cli_stock,
    cli_worker,
)
from api.cli_common import EXIT_BAD_INPUT, EXIT_INTERRUPTED, CommandError, add_common, open_desk, print_json
from api.clock import Clock, system_clock
from api.faults import Findings, RequestFaultsError
from api.human import departures_text, faults_text, locations_text
from api.interrupts import one_command
from api.requests import read_after
from api.texts import both
from data.errors import LogisticsError, TableFaultsError, is_interrupt
from data.fields import read_count, read_place

_LOCATIONS_SHOWN = 10
_DEPARTURES_SHOWN = 20
_MOST = 500

# No space, over the quota, file too large.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

Command = Callable[[argparse.Namespace, Clock], int]


class _Parser(argparse.ArgumentParser):
    """A parser that says in both languages that it did not understand."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and leave."""
        self.print_usage(sys.stderr)
        self.exit(EXIT_BAD_INPUT, f"{self.prog}: {both('bad_arguments')}: {message}\n")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser: argparse.ArgumentParser = _Parser(prog="hubport", description="跨境货运方案 / Plans cross-border freight.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    cli_quote.register(commands)
    _register_locations(commands)
    _register_departures(commands)
    cli_map.register(commands)
    cli_sample.register(commands)
    cli_plan.register(commands)
    cli_customs.register(commands)
    cli_match.register(commands)
    cli_declare.register(commands)
    cli_schedule.register(commands)
    cli_papers.register(commands)
    cli_stock.register(commands)
    cli_serve.register(commands)
    cli_worker.register(commands)
    cli_data.register(commands)
    cli_db.register(commands)
    cli_config.register(commands)
    cli_backup.register(commands)
    return parser


def main(argv: Sequence[str] | None = None, *, clock: Clock = system_clock) -> int:
    """
    Run one command.

    Parameters
    ----------
    argv
        Arguments without the program's name; those of the process by default.
    clock
        Tells the present.

    Returns
    -------
    int
        0 when it worked, 2 for bad input, 3 when no route is feasible or a plan is not sound.
    """
    for stream in (sys.stdout, sys.stderr):
        # A name in Chinese must not end a command on a terminal that cannot show it.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        options = build_parser().parse_args(argv)
    except SystemExit as leave:
        return int(leave.code or 0)
    with one_command(is_process=argv is None):
        return _run(options, clock)


def _run(options: argparse.Namespace, clock: Clock) -> int:
    """Run a command, and say what went wrong."""
    command: Command = options.run
    try:
        code = command(options, clock)
        sys.stdout.flush()
    except (CommandError, LogisticsError) as error:
        return _refuse(error)
    except OSError as error:
        return _lose_output(error)
    except (KeyboardInterrupt, SystemError) as error:
        if not is_interrupt(error):
            raise
        return EXIT_INTERRUPTED
    return code


def _refuse(error: CommandError | LogisticsError) -> int:
    """Say why a command did nothing, and return its code."""
    text = str(error)
    if isinstance(error, RequestFaultsError):
        text = faults_text(error.faults)
    elif isinstance(error, TableFaultsError):
        text = f"{both('not_loaded')}\n{error}"
    print(text, file=sys.stderr)
    return error.code if isinstance(error, CommandError) else EXIT_BAD_INPUT


def _lose_output(error: OSError) -> int:
    """Return the code of a command whose output nobody reads, or for which there is no space."""
    if not isinstance(error, BrokenPipeError):
        if error.errno not in _FULL:
            raise error
        print(both("cannot_write", path=error.filename or "stdout", reason=error.strerror), file=sys.stderr)
    _drop_output()
    return 0 if isinstance(error, BrokenPipeError) else EXIT_BAD_INPUT


def _drop_output() -> None:
    """Keep the interpreter from trying to flush what is left."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _register_locations(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("locations", help="查找地点 / find places by code or name")
    parser.add_argument("query", metavar="QUERY", help="代码或名称 / code or name")
    parser.add_argument("--limit", default=str(_LOCATIONS_SHOWN), help="最多条数 / how many at most")
    add_common(parser)
    parser.set_defaults(run=_run_locations)


def _run_locations(options: argparse.Namespace, clock: Clock) -> int:
    found = Findings()
    limit = read_count(found, "limit", options.limit, low=1, high=_MOST)
    if limit is None:
        raise RequestFaultsError(found.faults)
    rows = open_desk(options, clock).locations_json(options.query, limit)
    if options.json:
        print_json(rows)
    else:
        print(locations_text(rows, options.lang))
    return 0


def _register_departures(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("departures", help="查看班期 / the next departures from a place")
    parser.add_argument("location", metavar="LOCATION", help="代码或名称 / code or name")
    parser.add_argument("--after", metavar="ISO", help="不早于 / not before (default: now)")
    parser.add_argument("--to", metavar="PLACE", help="目的地 / only to this place")
    parser.add_argument("--limit", default=str(_DEPARTURES_SHOWN), help="最多条数 / how many at most")
    add_common(parser)
    parser.set_defaults(run=_run_departures)


def _run_departures(options: argparse.Namespace, clock: Clock) -> int:
    desk = open_desk(options, clock)
    found = Findings()
    place = read_place(found, "location", options.location, desk.catalogue)
    target = None if options.to is None else read_place(found, "to", options.to, desk.catalogue)
    limit = read_count(found, "limit", options.limit, low=1, high=_MOST)
    after = read_after(found, options.after, place, desk.catalogue, clock())
    if found.faults or place is None or limit is None:
        raise RequestFaultsError(found.faults)
    rows = desk.departures_json(place, after=after, limit=limit, destination=target)
    if options.json:
        print_json(rows)
    else:
        print(departures_text(rows, options.lang))
    return 0


if __name__ == "__main__":
    sys.exit(main())
