"""A run that can be watched: one live line on a terminal, plain lines in a file."""

from __future__ import annotations

import shutil
from typing import Protocol, TextIO

from api.human import width
from api.plan_view import gap_text, yuan
from api.texts import say
from viz.theme import Lang

_PLAIN_EVERY_S = 5.0
_CLEAR = "\r\033[K"


class Progress(Protocol):
    """What a solver tells while it runs."""

    @property
    def elapsed_s(self) -> float:
        """Seconds since it began."""

    @property
    def phase(self) -> str:
        """Name of what it is doing."""

    @property
    def cost_minor(self) -> int | None:
        """Cost in fen of the best plan so far, None without one."""

    @property
    def bound_minor(self) -> int | None:
        """Lower bound in fen so far, None without one."""

    @property
    def gap(self) -> float | None:
        """(cost - bound) / cost, None without both."""


class ProgressLine:
    """
    Shows how a run goes.

    Parameters
    ----------
    out
        Where to, usually the standard error stream.
    lang
        Language of words.
    """

    def __init__(self, out: TextIO, lang: Lang) -> None:
        self._out = out
        self._lang = lang
        self._is_live = out.isatty()
        self._last_phase = ""
        self._last_s = 0.0
        self._is_open = False

    def __call__(self, progress: Progress) -> None:
        """Show a state: at once on a terminal, else when the phase changes and every few seconds."""
        if self._is_live:
            self._out.write(f"{_CLEAR}{_cut(progress_text(progress, self._lang))}")
            self._is_open = True
        elif progress.phase != self._last_phase or progress.elapsed_s >= self._last_s + _PLAIN_EVERY_S:
            self._out.write(f"{progress_text(progress, self._lang)}\n")
            self._last_phase, self._last_s = progress.phase, progress.elapsed_s
        self._out.flush()

    def close(self) -> None:
        """End the live line, so that what follows begins on a line of its own."""
        if self._is_open:
            self._out.write("\n")
            self._out.flush()
            self._is_open = False


def progress_text(progress: Progress, lang: Lang) -> str:
    """Return a state as one line."""
    cost, bound = (
        say(lang, "unknown") if fen is None else f"{yuan(fen):,}" for fen in (progress.cost_minor, progress.bound_minor)
    )
    gap = gap_text(progress.gap) or say(lang, "unknown")
    phase = phase_name(progress.phase, lang)
    return say(lang, "progress_line", phase=phase, cost=cost, bound=bound, gap=gap, elapsed=f"{progress.elapsed_s:.1f}")


def phase_name(phase: str, lang: Lang) -> str:
    """
    Return the name of a phase; one without a name stands for itself.

    Examples
    --------
    >>> phase_name("verify", "en"), phase_name("polish", "zh")
    ('verifying', 'polish')
    """
    key = f"phase_{phase}"
    name = say(lang, key)
    return phase if name == key else name


def _cut(text: str) -> str:
    """Return the beginning of a text that fits into a line of the terminal."""
    limit = shutil.get_terminal_size().columns - 1
    while width(text) > limit:
        text = text[:-1]
    return text
