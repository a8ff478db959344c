"""Everything that can go wrong with facts, in one tree of exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN_FAULTS = 20
_SHOWN_CHARACTERS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """
    One thing wrong with a table, told so that its author can find and mend it.

    Parameters
    ----------
    file
        Name of the file, with the sheet in square brackets for a workbook.
    row
        Line of the file as an editor numbers it, or None if the whole file is meant.
    column
        Name of the column, or None if the whole row is meant.
    value
        The value found, as text.
    rule
        Short name of the rule that is broken.
    message_zh, message_en
        What is wrong and what to do, in Chinese and in English.
    """

    file: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    rule: str
    message_zh: str
    message_en: str

    def __str__(self) -> str:
        """
        Return one line: place, value, rule and both messages.

        Examples
        --------
        >>> print(Fault(file="fx.csv", row=3, column="exponent", value="x", rule="int",
        ...             message_zh="应为整数", message_en="must be a whole number"))
        fx.csv:3 exponent=x int 应为整数 / must be a whole number
        """
        place = self.file if self.row is None else f"{self.file}:{self.row}"
        cell = "" if self.column is None else f" {self.column}={_shorten(self.value or '')}"
        return f"{place}{cell} {self.rule} {self.message_zh} / {self.message_en}"


def _shorten(value: str) -> str:
    """Return a printable value of bounded length."""
    text = value if value.isprintable() else repr(value)[1:-1]
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"


class LogisticsError(Exception):
    """Anything Hubport refuses to do, with a message for the person who asked."""


class TableFaultsError(LogisticsError):
    """
    A data set or a file of rows that was refused whole.

    Parameters
    ----------
    faults
        Everything found wrong, in the order of files and rows.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        lines = [str(fault) for fault in self.faults[:_SHOWN_FAULTS]]
        if len(self.faults) > _SHOWN_FAULTS:
            lines.append(f"… {len(self.faults) - _SHOWN_FAULTS} more")
        super().__init__("\n".join([f"{len(self.faults)} fault(s) in the tables:", *lines]))


class UnknownIdError(LogisticsError):
    """
    A code or name that no row has.

    Parameters
    ----------
    kind
        What was looked for, such as ``"location"``.
    value
        The text that was asked for.
    near
        Existing codes or names that look like it, best first.
    """

    def __init__(self, *, kind: str, value: str, near: Iterable[str] = ()) -> None:
        self.kind = kind
        self.value = value
        self.near: tuple[str, ...] = tuple(near)
        hint = f"; near: {', '.join(self.near)}" if self.near else ""
        super().__init__(f"no {kind} {_shorten(value)!r}{hint}")


class AmbiguousNameError(LogisticsError):
    """
    A name that means several locations.

    Parameters
    ----------
    value
        The text that was asked for.
    candidates
        Codes of the locations it may mean.
    """

    def __init__(self, *, value: str, candidates: Iterable[str]) -> None:
        self.value = value
        self.candidates: tuple[str, ...] = tuple(candidates)
        super().__init__(f"{_shorten(value)!r} may mean any of: {', '.join(self.candidates)}")


class SettingsError(LogisticsError):
    """A setting that is missing or has a value of the wrong type."""


class NaiveTimeError(LogisticsError):
    """An instant without a zone, where one is needed."""


class OutsideHorizonError(LogisticsError):
    """A date or an instant that the planning calendar does not cover."""


def is_interrupt(error: BaseException) -> bool:
    """
    Tell whether somebody pressed Ctrl-C.

    Compiled functions that are interrupted while they hand over their result raise a `SystemError` because of it.

    Examples
    --------
    >>> is_interrupt(KeyboardInterrupt()), is_interrupt(SystemError())
    (True, False)
    """
    found: BaseException | None = error
    while found is not None and not isinstance(found, KeyboardInterrupt):
        found = found.__cause__ or found.__context__
    return found is not None
