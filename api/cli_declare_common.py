"""What the commands about orders and lists have in common."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path

from api.cli_common import CommandError
from api.clock import Clock
from api.faults import Findings, RequestFaultsError
from api.texts import both, say
from data import Catalogue
from data.ceb.messages import is_time
from data.declare_rules import REGIME, DeclareRules
from data.loading import load_catalogue

# Messages carry times of China, which has one zone and no summer time.
_CHINA = dt.timezone(dt.timedelta(hours=8))


def add_direction(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which rules hold."""
    parser.add_argument(
        "--direction", choices=("export", "import"), default="export", help="进出口 / direction (export)"
    )
    parser.add_argument("--regime", metavar="CODE", help="监管方式，默认取自设置 declare_regime / regime (setting)")


def open_catalogue(options: argparse.Namespace) -> Catalogue:
    """Load the data set a command works with."""
    if options.data is not None and not options.data.exists():
        raise CommandError(both("cannot_read", path=options.data, reason="not found"))
    return load_catalogue(options.data)


def rules_of(options: argparse.Namespace, catalogue: Catalogue, day: dt.date) -> DeclareRules:
    """Return the rules that hold on a day, of the regime that was named or of the usual one."""
    regime = options.regime or catalogue.setting(REGIME)
    return DeclareRules.of(catalogue, direction=options.direction, regime=regime, day=day)


def read_day(text: str, name: str) -> dt.date:
    """
    Return a date.

    Raises
    ------
    RequestFaultsError
        If it is none.
    """
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        found = Findings()
        found.add(name, text, "malformed", detail="YYYY-MM-DD")
        raise RequestFaultsError(found.faults) from None


def sending_time(options: argparse.Namespace, clock: Clock) -> str:
    """
    Return the time of messages, 14 digits of Chinese time: the one that was given, else now.

    Raises
    ------
    RequestFaultsError
        If there is no such second.
    """
    at = options.at or f"{clock().astimezone(_CHINA):%Y%m%d%H%M%S}"
    if not is_time(at):
        found = Findings()
        found.add("at", at, "malformed", detail="YYYYMMDDhhmmss")
        raise RequestFaultsError(found.faults)
    return str(at)


def existing(path: Path) -> Path:
    """
    Return a path if there is something.

    Raises
    ------
    CommandError
        If there is not.
    """
    if not path.exists():
        raise CommandError(both("cannot_read", path=path, reason="not found"))
    return path


def written(options: argparse.Namespace) -> None:
    """Say where the results are."""
    if options.output is not None:
        print(say(options.lang, "written", path=options.output), file=sys.stderr)


def tell_assumed(options: argparse.Namespace, rules: DeclareRules) -> None:
    """Say how many of the rules are assumptions."""
    count = rules.assumed_count()
    if count:
        print(say(options.lang, "declare_assumed", count=count))
