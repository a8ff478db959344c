"""
``hubport plan`` as a process that says when a moment has come, and lingers there, so that Ctrl-C can hit it.

Its arguments are the name of a moment and those of the command.
"""

from __future__ import annotations

import signal
import sys
import time
from typing import TYPE_CHECKING, Any
from unittest import mock

from api import planning
from api.cli import main
from optimizer.consolidation.build import Builder
from optimizer.consolidation.entry import Entry
from optimizer.consolidation.houses import Houses
from optimizer.verify import plan as checker
from tests.plan_network import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable

LINGER_S = 1.5
MOMENTS: dict[str, tuple[object, str, int]] = {
    "load": (planning, "load_cargo", 0),
    "price_first": (Houses, "make", 0),
    "price": (Houses, "make", 3),
    "look_around": (Houses, "look_around", 1),
    "begin": (Entry, "begin", 0),
    "refine": (Entry, "refine", 0),
    "chosen": (Entry, "_keep", 1),
    "build": (Builder, "alone", 0),
    "check": (checker, "check_roll", 0),
    "write": (planning, "replace_file", 0),
}


def slowed(real: Callable[..., Any], number: int) -> Callable[..., Any]:
    """Return a function that lingers when it is called for the time with a number, counted from 0."""
    calls = iter(range(10**9))

    def lingering(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the function takes
        if next(calls) == number:
            sys.stdout.write("now\n")
            sys.stdout.flush()
            end = time.monotonic() + LINGER_S
            while time.monotonic() < end:
                time.sleep(0.01)
        return real(*given, **named)

    return lingering


if __name__ == "__main__":
    # Where the tests run in the background, Ctrl-C is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    owner, name, count = MOMENTS[sys.argv.pop(1)]
    with (
        mock.patch("api.desk.load_catalogue", return_value=catalogue()),
        mock.patch.object(owner, name, slowed(getattr(owner, name), count)),
    ):
        sys.exit(main())
