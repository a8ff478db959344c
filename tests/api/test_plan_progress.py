"""How far a plan is, in one line that is written again or in a few."""

from __future__ import annotations

import io

from api.plan_progress import ProgressLine
from tests.api.plan_commands.solver import State


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_progress_on_a_terminal() -> None:
    """The line is written again and again, and ends before anything else is said."""
    out = Terminal()
    line = ProgressLine(out, "en")
    line(State(0.5, "greedy"))
    line(State(0.6, "greedy", 123_456, 100_000, 0.19))
    line.close()
    line.close()
    first, second = out.getvalue().rstrip("\n").split("\r\033[K")[1:]
    assert first == "greedy  cost unknown  bound unknown  gap unknown  0.5 s"
    assert second == "greedy  cost 1,234.56  bound 1,000.00  gap 19.00 %  0.6 s"
    assert out.getvalue().count("\n") == 1


def test_progress_in_a_file() -> None:
    """In a file there are few lines: one per phase, and one every few seconds."""
    out = io.StringIO()
    line = ProgressLine(out, "zh")
    for state in (State(0.1, "a"), State(0.2, "a"), State(5.2, "a"), State(5.3, "b")):
        line(state)
    line.close()
    assert len(out.getvalue().splitlines()) == 3
    assert "\r" not in out.getvalue()
