"""Writing long results row by row, whole or not at all: NDJSON, CSV, or a workbook."""

from __future__ import annotations

import contextlib
import csv
import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from json.encoder import encode_basestring as _text
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.cli_common import CommandError
from api.texts import both
from data.export import replace_file
from data.workbook_bytes import timeless

if TYPE_CHECKING:
    from network.declare.ends import End

SUFFIXES = (".ndjson", ".csv", ".xlsx")
_EXCEL_ROWS = 1_048_575
# A spreadsheet would take text that begins so for a formula.
_FORMULA = re.compile(r"'*[=+\-@]")
_FIXED = re.compile(r"-?[0-9]+(\.[0-9]+)?")

Row = dict[str, Any]
OUTCOME = ("kind", "state", "platform", "number", "reasons", "details", "payments", "waybills", "tolerant")
"""Columns of the results of matching."""


def end_row(end: End) -> Row:
    """Return the end of an order, or of a document without one, as a row."""
    details = [
        f"{reason.code}: {reason.expected} -> {reason.found}" if reason.expected else f"{reason.code}: {reason.found}"
        for reason in end.reasons
        if reason.expected or reason.found
    ]
    return {
        "kind": end.kind,
        "state": end.state,
        "platform": end.platform,
        "number": end.number,
        "reasons": [reason.code for reason in end.reasons],
        "details": details,
        "payments": list(end.payments),
        "waybills": list(end.waybills),
        "tolerant": end.is_tolerant,
    }


@contextlib.contextmanager
def ends_file(path: Path | None) -> Iterator[Callable[[End], None]]:
    """
    Give a function that writes how an order ended; the file appears when all were written.

    Parameters
    ----------
    path
        A file ``.ndjson``, ``.csv`` or ``.xlsx``; None for ends that are not kept.

    Raises
    ------
    CommandError
        If the system refuses, or a workbook cannot hold the rows.
    """
    if path is None:
        yield lambda _: None
    elif path.suffix.casefold() == ".ndjson":
        with draft(path) as stream:
            yield lambda end: stream.write(_end_json(end))
    else:
        with rows_file(path, OUTCOME) as write:
            yield lambda end: write(end_row(end))


def _end_json(end: End) -> str:
    """Return the line of an end; of what matches, which is most, it is put together at once."""
    if end.reasons:
        return json.dumps(end_row(end), ensure_ascii=False) + "\n"
    return (
        f'{{"kind": "{end.kind}", "state": "{end.state}", "platform": {_text(end.platform)}, '
        f'"number": {_text(end.number)}, "reasons": [], "details": [], '
        f'"payments": [{", ".join(map(_text, end.payments))}], '
        f'"waybills": [{", ".join(map(_text, end.waybills))}], '
        f'"tolerant": {"true" if end.is_tolerant else "false"}}}\n'
    )


@contextlib.contextmanager
def rows_file(path: Path | None, columns: tuple[str, ...]) -> Iterator[Callable[[Row], None]]:
    """
    Give a function that writes a row; the file appears when all were written.

    Parameters
    ----------
    path
        A file ``.ndjson``, ``.csv`` or ``.xlsx``; None for rows that are not kept.
    columns
        Of the two latter.

    Raises
    ------
    CommandError
        If the system refuses, or a workbook cannot hold the rows.
    """
    if path is None:
        yield lambda _: None
        return
    if path.suffix.casefold() == ".xlsx":
        kept: list[Row] = []
        yield kept.append
        write_sheets(path, {"rows": (columns, kept)})
        return
    with draft(path) as stream:
        if path.suffix.casefold() == ".csv":
            writer = csv.writer(stream, lineterminator="\r\n")
            stream.write("\ufeff")
            writer.writerow(columns)
            yield lambda row: writer.writerow([_cell(row.get(name)) for name in columns])
        else:
            yield lambda row: _write_json(stream, row)


@contextlib.contextmanager
def draft(path: Path) -> Iterator[Any]:
    """
    Give a text file that takes its place when nothing was raised.

    Raises
    ------
    CommandError
        If the system refuses.
    """
    try:
        stream = tempfile.NamedTemporaryFile(  # noqa: SIM115 - closed below, before it is moved
            "w", encoding="utf-8", newline="", prefix=f".{path.name}-", dir=path.parent, delete=False
        )
    except OSError as error:
        raise CommandError(both("cannot_write", path=path, reason=error.strerror)) from None
    place = Path(stream.name)
    try:
        with stream:
            yield stream
        place.chmod(0o644)
        place.replace(path)
    except OSError as error:
        raise CommandError(both("cannot_write", path=path, reason=error.strerror)) from None
    finally:
        place.unlink(missing_ok=True)


def _write_json(stream: Any, row: Row) -> None:  # noqa: ANN401 - an open text file
    stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def _cell(value: object) -> str:
    """Return a value as the text of a cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return f"'{text}" if _FORMULA.match(text) and not _FIXED.fullmatch(text) else text


def write_sheets(path: Path, sheets: Mapping[str, tuple[tuple[str, ...], Sequence[Row]]]) -> None:
    """
    Write a workbook of text cells, whole or not at all.

    Raises
    ------
    CommandError
        If a sheet has more rows than Excel holds, or the system refuses.
    """
    import io  # noqa: PLC0415

    from openpyxl import Workbook  # noqa: PLC0415 - a large library, which the other forms do not need

    most = max(len(rows) for _, rows in sheets.values())
    if most > _EXCEL_ROWS:
        raise CommandError(both("declare_too_many", count=most))
    book = Workbook(write_only=True)
    for name, (columns, rows) in sheets.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        sheet.append(list(columns))
        for row in rows:
            sheet.append([_cell(row.get(column)) for column in columns])
    out = io.BytesIO()
    book.save(out)
    try:
        replace_file(path, timeless(out.getvalue()))
    except OSError as error:
        raise CommandError(both("cannot_write", path=path, reason=error.strerror)) from None
