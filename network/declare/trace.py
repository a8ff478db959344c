"""From an order to its declaration, and from a declaration back to its orders, in a file of summed-up lists."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from data.declare_values import from_e5
from data.errors import LogisticsError, UnknownIdError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from network.declare.declaration import Declaration, Fate

DECLARATION, LINE, SOURCE, CHANGE = "declaration", "line", "source", "change"
Row = dict[str, Any]


class TraceError(LogisticsError):
    """A file that holds no summed-up lists, or not all of them."""


def rows_of(declaration: Declaration, due: str) -> Iterator[Row]:
    """
    Yield a declaration as flat rows: itself, its lines, and the list lines each of them is made of.

    Parameters
    ----------
    declaration
        As it was summed up.
    due
        By when it is to be declared, ISO date; empty if that is not known.
    """
    yield {
        "kind": DECLARATION,
        "id": declaration.id,
        "month": declaration.month,
        "part": declaration.part,
        "parts": declaration.parts,
        "due": due,
        **declaration.fields,
        "packs": declaration.packs,
        "gross_kg": from_e5(declaration.gross_e5),
        "net_kg": from_e5(declaration.net_e5),
        "lines": len(declaration.lines),
    }
    for line in declaration.lines:
        yield {
            "kind": LINE,
            "declaration": declaration.id,
            "line": line.number,
            **line.fields,
            "name": line.name,
            "qty": from_e5(line.qty_e5),
            "qty1": from_e5(line.qty1_e5),
            "qty2": from_e5(line.qty2_e5),
            "price": line.price,
            "total": from_e5(line.total_e5),
            "list_lines": len(line.sources),
        }
        for source in line.sources:
            yield {"kind": SOURCE, "declaration": declaration.id, "line": line.number, **source._asdict()}


def fate_row(fate: Fate) -> Row:
    """Return what became of a list as a flat row."""
    return {"kind": CHANGE, **fate._asdict()}


def trace(path: Path, wanted: str) -> list[Row]:
    """
    Return what belongs to an order, a list or a declaration.

    Parameters
    ----------
    path
        A file ``.ndjson`` of summed-up lists.
    wanted
        Number of an order or of a list, or id of a declaration.

    Returns
    -------
    list
        Of a declaration: itself, its lines, and every list line with its order. Of an order or a list: its list lines,
        with the lines and the declarations they went into, and how it was changed or cancelled.

    Raises
    ------
    TraceError
        If the file cannot be read.
    UnknownIdError
        If nothing in it has this number.
    """
    sources = [row for row in _rows(path) if row["kind"] == SOURCE and wanted in _names(row)]
    places = {(row["declaration"], row["line"]) for row in sources}
    ids = {place[0] for place in places}

    def belongs(row: Row) -> bool:
        if row["kind"] == CHANGE:
            return wanted in _names(row)
        if row["kind"] == DECLARATION:
            return row["id"] == wanted or row["id"] in ids
        if row["declaration"] == wanted:
            return True
        return wanted in _names(row) if row["kind"] == SOURCE else (row["declaration"], row["line"]) in places

    found = [row for row in _rows(path) if belongs(row)]
    if not found:
        raise UnknownIdError(kind="order, list or declaration", value=wanted)
    return found


def _names(row: Row) -> set[str]:
    """Return the numbers a list line is found by."""
    return {row["order_no"], row["list_no"]}


def _rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a file."""
    try:
        with path.open(encoding="utf-8") as stream:
            for number, line in enumerate(stream, 1):
                row = json.loads(line)
                if not isinstance(row, dict) or row.get("kind") not in {DECLARATION, LINE, SOURCE, CHANGE}:
                    raise _unusable(path, f"line {number}")
                yield row
    except (OSError, ValueError) as error:
        raise _unusable(path, str(error)) from None


def _unusable(path: Path, reason: str) -> TraceError:
    return TraceError(f"不是完整的汇总文件 / is no whole file of summed-up lists: {path} ({reason})")
