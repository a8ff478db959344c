"""Collecting violations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.verify.violation import Violation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.verify.ride import Barrier


class Log:
    """
    The violations found so far.

    Parameters
    ----------
    about
        What every subject begins with.
    violations
        The list to add to, a new one if None.
    """

    def __init__(self, about: str = "", violations: list[Violation] | None = None) -> None:
        self._about = about
        self.violations: list[Violation] = [] if violations is None else violations

    def of(self, part: str) -> Log:
        """Return a log of one part, which adds to the same list."""
        return Log(f"{self._about}{part} ", self.violations)

    def add(self, rule: str, subject: str, message: str, actual: int | str | None, limit: int | str | None) -> None:
        """Note a broken rule."""
        found = Violation(rule=rule, subject=f"{self._about}{subject}", actual=actual, limit=limit, message=message)
        self.violations.append(found)

    def same(self, rule: str, subject: str, message: str, actual: int | str | None, limit: int | str | None) -> None:
        """Note a broken rule unless two values are equal."""
        if actual != limit:
            self.add(rule, subject, message, actual, limit)

    def no_later(self, rule: str, subject: str, message: str, actual: int, limit: int) -> None:
        """Note a broken rule if a value is above its limit."""
        if actual > limit:
            self.add(rule, subject, message, actual, limit)

    def barred(self, subject: str, barriers: Iterable[Barrier]) -> None:
        """Note every barrier."""
        for barrier in barriers:
            self.add(barrier.rule, subject, barrier.message, barrier.actual, barrier.limit)
