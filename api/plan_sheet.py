"""What a sheet of a plan is: columns and rows of plain values."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

Kind = Literal["text", "wrap", "money", "kg", "m3", "share", "count"]
Value = str | int | float | Decimal | None


class Column(NamedTuple):
    """A column: the key of its header, what it holds, and its width in characters."""

    key: str
    kind: Kind
    width: int


class Line(NamedTuple):
    """
    A row.

    Parameters
    ----------
    cells
        One value for each column.
    is_head
        Whether it heads those after it.
    is_start
        Whether a group of rows that should stay on one page begins with it.
    """

    cells: tuple[Value, ...]
    is_head: bool = False
    is_start: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRows:
    """A sheet: the key of its name, its columns and its rows."""

    key: str
    columns: tuple[Column, ...]
    lines: list[Line]
