"""Faults of long files: the first of them, and how many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.errors import Fault, TableFaultsError
from data.messages import echo

if TYPE_CHECKING:
    from collections.abc import Iterable

_KEPT = 100


class FaultList:
    """
    The faults found so far.

    A file with a fault in each of a million rows is told by the first ones and their number.

    Parameters
    ----------
    kept
        How many are kept word for word.
    """

    def __init__(self, kept: int = _KEPT) -> None:
        self.count = 0
        self.faults: list[Fault] = []
        self._kept = kept

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return self.count > 0

    def add(self, fault: Fault) -> None:
        """Note one fault."""
        self.count += 1
        if len(self.faults) < self._kept:
            self.faults.append(fault)

    def extend(self, faults: Iterable[Fault]) -> None:
        """Note several faults."""
        for fault in faults:
            self.add(fault)

    def check(self) -> None:
        """
        Do nothing if there is no fault.

        Raises
        ------
        TableFaultsError
            With the faults that were kept, and a last one with the number of the others.
        """
        if self.count:
            raise TableFaultsError(self.shown())

    def shown(self) -> list[Fault]:
        """Return the faults that were kept, and a last one with the number of the others if there are any."""
        more = self.count - len(self.faults)
        return [*self.faults, _more(self.faults[-1].file, more)] if more else list(self.faults)


def _more(file: str, count: int) -> Fault:
    """Return the line that stands for faults that are not shown."""
    return Fault(
        file=file,
        rule="more-faults",
        message_zh=f"另有 {count} 处错误未列出",
        message_en=f"{count} more faults are not listed",
    )


def place_fault(
    place: tuple[str, int | None], column: str | None, value: object, rule: str, pair: tuple[str, str]
) -> Fault:
    """
    Return a fault.

    Parameters
    ----------
    place
        File and line.
    column, value, rule
        As in `data.errors.Fault`.
    pair
        What is wrong, in Chinese and in English.
    """
    return Fault(
        file=place[0], row=place[1], column=column, value=echo(value), rule=rule, message_zh=pair[0], message_en=pair[1]
    )
