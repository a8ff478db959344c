"""What a consistency rule is, and how it words its faults."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from data.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from data.catalogue import Catalogue
    from data.provenance import Row
    from data.records import Allotment, Throughput
    from data.records_warehouses import FeeCard

_Limit = TypeVar("_Limit", bound="Allotment | Throughput | FeeCard")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """
    One rule.

    Parameters
    ----------
    find
        Yields a fault for every breach.
    tables
        The tables it reads.
    only_complete
        Whether it applies only to a catalogue that is meant to be complete.
    """

    find: Callable[[Catalogue], Iterator[Fault]]
    tables: frozenset[str]
    only_complete: bool = False


def rule(find: Callable[[Catalogue], Iterator[Fault]], *tables: str, only_complete: bool = False) -> Rule:
    """Return the rule of a function that reads the named tables."""
    return Rule(find=find, tables=frozenset(tables), only_complete=only_complete)


def row_fault(row: Row, column: str | None, name: str, zh: str, en: str) -> Fault:
    """
    Return a fault of one row.

    Parameters
    ----------
    row
        The row.
    column
        The column to look at, or None if the row as a whole is meant.
    name
        Name of the rule.
    zh, en
        What is wrong, in Chinese and English.
    """
    value = None if column is None else getattr(row, column)
    return Fault(
        file=row.row.file,
        row=row.row.line,
        column=column,
        value=None if column is None else str(value),
        rule=name,
        message_zh=zh,
        message_en=en,
    )


def overlaps(rows: Sequence[_Limit], key: Callable[[_Limit], object], name: str) -> Iterator[Fault]:
    """
    Yield a fault for every row that is in force on a day on which another of the same key is.

    Parameters
    ----------
    rows
        With periods that have no beginning, or no end, where a date is missing.
    key
        What they are about.
    name
        Name of the rule.
    """
    groups: dict[object, list[_Limit]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    for group in groups.values():
        last, *others = sorted(group, key=_begin)
        for row in others:
            if _begin(row) <= _end(last):
                zh, en = f"与第 {last.row.line} 行的有效期重叠", f"overlaps the period of line {last.row.line}"
                yield row_fault(row, "valid_from", name, zh, en)
            last = max(last, row, key=_end)


def _begin(row: Allotment | Throughput | FeeCard) -> dt.date:
    """Return the first day of a period."""
    return row.valid_from or dt.date.min


def _end(row: Allotment | Throughput | FeeCard) -> dt.date:
    """Return the last day of a period."""
    return row.valid_to or dt.date.max


def plain_fault(file: str, name: str, zh: str, en: str) -> Fault:
    """Return a fault that belongs to no row."""
    return Fault(file=file, rule=name, message_zh=zh, message_en=en)
