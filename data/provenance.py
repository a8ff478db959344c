"""How a fact is known, and where its row was read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from data.codes import Confidence


class RowOrigin(NamedTuple):
    """
    Where a row was read.

    Parameters
    ----------
    file
        Name of the file, with the sheet in square brackets for a workbook.
    line
        Line of the file as an editor numbers it.
    """

    file: str
    line: int


_MEMORY = RowOrigin("memory", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """
    What every row carries: how it is known, and where it was read.

    Rows are equal if their facts and their provenance are, wherever they were read.

    Parameters
    ----------
    source
        Where the fact was read or how it was derived.
    as_of
        Date of the source: a year, a month or a day.
    confidence
        How far to trust it.
    assumed
        Whether it is an assumption, which every result that leans on it must show.
    row
        The file and the line the row was read from.
    """

    source: str
    as_of: str
    confidence: Confidence
    assumed: bool
    row: RowOrigin = field(compare=False, default=_MEMORY)
