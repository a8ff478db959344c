"""What the commands share."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from api.clock import Clock
from api.desk import Desk
from api.texts import both
from data.export import replace_file

EXIT_BAD_INPUT = 2
EXIT_NO_ROUTE = 3
EXIT_INTERRUPTED = 130


class CommandError(Exception):
    """
    Something a command cannot do.

    Parameters
    ----------
    message
        For the person at the terminal, in both languages.
    code
        With which the process ends.
    """

    def __init__(self, message: str, code: int = EXIT_BAD_INPUT) -> None:
        self.code = code
        super().__init__(message)


def add_common(parser: argparse.ArgumentParser, *, with_json: bool = True) -> None:
    """Add the options every command has."""
    parser.add_argument("--data", metavar="DIR", type=Path, help="另一套数据 / another data set")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="语言 / language")
    if with_json:
        parser.add_argument("--json", action="store_true", help="输出 JSON / print JSON")


def open_desk(options: argparse.Namespace, clock: Clock) -> Desk:
    """
    Load the data set a command works with.

    Raises
    ------
    CommandError
        When there is no such folder.
    """
    if options.data is not None and not options.data.exists():
        raise CommandError(both("cannot_read", path=options.data, reason="not found"))
    try:
        return Desk.open(options.data, clock)
    except OSError as error:
        raise CommandError(both("cannot_read", path=error.filename, reason=error.strerror)) from None


def print_json(value: object) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def write_file(path: Path, content: str | bytes) -> None:
    """
    Write a file whole or not at all.

    Raises
    ------
    CommandError
        When the system refuses.
    """
    try:
        replace_file(path, content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise CommandError(both("cannot_write", path=path, reason=error.strerror)) from None
