"""What a consistency rule is, and how it words its faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from data.catalogue import Catalogue
    from data.provenance import Row


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


def plain_fault(file: str, name: str, zh: str, en: str) -> Fault:
    """Return a fault that belongs to no row."""
    return Fault(file=file, rule=name, message_zh=zh, message_en=en)
