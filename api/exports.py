"""Lists as files: CSV, a workbook, or a JSON object in each line, sent as they are read."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Path, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Select

from api.plain import json_bytes
from api.store.session import Scope, Store
from api.uploads import MEDIA
from data.cargo_write import plain_text
from data.workbook_stream import Cell, workbook_pieces

T = TypeVar("T")
Form = Annotated[Literal["csv", "xlsx", "ndjson"], Path(description="What kind of file", examples=["csv"])]
_PIECE = 500
_MARK = b"\xef\xbb\xbf"
"""Tells spreadsheets that a CSV file is UTF-8."""


def all_rows(
    store: Store,
    scope: Scope,
    statement: Select[T],
    column: Any,  # noqa: ANN401 - a column
    show: Callable[[Any, Sequence[T]], Iterable[Any]],
) -> Iterator[Any]:
    """
    Yield what is shown of every row of a list, some rows in memory at a time.

    What is added or changed meanwhile may or may not be in it; nothing is in it twice.

    Parameters
    ----------
    store, scope
        Where, and on whose behalf.
    statement, column
        What is listed, and by which it is sorted; no two rows have the same value.
    show
        Returns what is shown of some rows, given the session they were read with.
    """
    last: Any = None
    while True:
        asked = statement if last is None else statement.where(column > last)
        with store.read(scope) as session:
            rows = session.all(asked.order_by(column).limit(_PIECE))
            shown = list(show(session, rows))
        yield from shown
        if len(rows) < _PIECE:
            return
        last = getattr(rows[-1], column.key)


def as_file(
    name: str,
    form: str,
    head: Sequence[str],
    rows: Iterable[Sequence[Cell]] | None = None,
    objects: Iterable[Any] | None = None,
) -> Response:
    """
    Return a list as a file.

    Parameters
    ----------
    name
        Of the file, without its ending.
    form
        ``csv``, ``xlsx`` or ``ndjson``.
    head
        The heading of the rows.
    rows, objects
        The list as cells, for the first two, or as JSON, for the last.
    """
    if form == "ndjson":
        pieces: Iterable[bytes] = (json_bytes(item) + b"\n" for item in objects or ())
    elif form == "xlsx":
        pieces = workbook_pieces(name, _with(head, rows or ()))
    else:
        pieces = _csv_pieces(_with(head, rows or ()))
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return StreamingResponse(pieces, media_type=MEDIA[form], headers=headers)


def flat(item: dict[str, Any], names: Sequence[str]) -> list[Cell]:
    """
    Return what is shown of a row as cells: members of objects by their names with a dot, no text a formula.

    Examples
    --------
    >>> flat({"id": "=1", "price": {"currency": "EUR"}, "note": None}, ["id", "price.currency", "note"])
    ["'=1", 'EUR', None]
    """
    return [_flat(item, name) for name in names]


def _flat(item: dict[str, Any], name: str) -> Cell:
    value: Any = item
    for part in name.split("."):
        value = value[part]
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    return plain_text(str(value))


def _with(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    yield head
    yield from rows


def _csv_pieces(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield a CSV file some rows at a time."""
    yield _MARK
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for number, row in enumerate(rows, 1):
        writer.writerow(row)
        if not number % _PIECE:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()
