"""
Long cargo lists, one shipment after the other: CSV in UTF-8 or GBK, NDJSON, or the one sheet of a workbook.

Nothing of a list is kept but the numbers of its shipments, so that its length costs time and no memory. The rules are
those of `data.cargo_read`.
"""

from __future__ import annotations

import csv
import warnings
from typing import TYPE_CHECKING

from data.cargo import CargoShipment
from data.cargo_fields import BY_NAME, FIELDS, cargo_fault
from data.cargo_json import cells_of, object_of
from data.cargo_read import RowFindings, columns_of, is_sheet
from data.errors import Fault, TableFaultsError
from data.shipment_read import ShipmentReader
from data.textfile import BoundedLines, TooLongError, too_long, too_many_rows
from data.textstream import look_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from data.catalogue import Catalogue
    from data.faultlist import FaultList

_MAX_COLUMNS = 200
Row = tuple[int, dict[str, str]]
"""Line, and cells by header."""


def read_shipments(
    path: Path, label: str, catalogue: Catalogue, faults: FaultList, *, limit_bytes: int, max_rows: int
) -> Iterator[tuple[int, CargoShipment]]:
    """
    Yield the sound shipments of a file with their lines; the faults of the others are added to `faults`.

    Parameters
    ----------
    path
        A ``.csv``, ``.ndjson`` or ``.xlsx`` file.
    label
        Its name in faults.
    catalogue
        Whose places, boxes, currencies and planning calendar the list must keep to.
    faults
        Takes everything wrong with the file.
    limit_bytes, max_rows
        The most it may have.
    """
    reader = ShipmentReader(catalogue)
    seen: dict[str, int] = {}
    columns: dict[str, str] | None = None
    shown: dict[str, str] = {}
    rows = 0
    try:
        for number, cells in _rows(path, label, limit_bytes, faults):
            rows += 1
            if rows > max_rows:
                faults.add(too_many_rows(label, max_rows))
                return
            if columns is None or (path.suffix == ".ndjson" and not cells.keys() <= set(columns.values())):
                columns = _columns(list(cells), label, faults, is_whole=path.suffix != ".ndjson")
                if columns is None:
                    return
                shown = {BY_NAME[name].en: top for name, top in columns.items()}
            found = RowFindings(label, number, shown, cells)
            given = {known.name: cells.get(columns.get(known.name, ""), "") for known in FIELDS}
            values = reader.read(given, found, is_local=is_sheet(path))
            first = seen.setdefault(values["id"], number) if "id" in values else number
            if first != number:
                found.add("id", None, "duplicate_id", row=first)
            faults.extend(found.faults)
            if not found.faults:
                yield number, CargoShipment(**values)
    except TableFaultsError as error:
        faults.extend(error.faults)
        return
    if not rows:
        faults.add(cargo_fault(label, None, None, None, "rows_required", {}))


def _columns(headers: list[str], label: str, faults: FaultList, *, is_whole: bool) -> dict[str, str] | None:
    """Return the header of each field, None if one of them is faulty; a line of JSON may leave out fields."""
    columns, found = columns_of(headers, label)
    wrong = [fault for fault in found if is_whole or fault.rule != "required"]
    faults.extend(wrong)
    if wrong:
        return None
    return columns if is_whole else {known.name: columns.get(known.name, known.en) for known in FIELDS}


def _rows(path: Path, label: str, limit_bytes: int, faults: FaultList) -> Iterator[Row]:
    """Yield the rows of a file that hold anything."""
    if path.suffix == ".xlsx":
        yield from _sheet_rows(path, label, limit_bytes, faults)
        return
    looked = look_at(path, label, limit_bytes)
    if isinstance(looked, Fault):
        raise TableFaultsError([looked])
    with path.open(encoding=looked.encoding, newline="") as stream:
        lines = BoundedLines(stream)
        yield from (_json_rows if path.suffix == ".ndjson" else _csv_rows)(lines, label, faults)


def _csv_rows(lines: BoundedLines, label: str, faults: FaultList) -> Iterator[Row]:
    """Yield the rows of a CSV file."""
    reader = csv.reader(lines, strict=True)
    headers: list[str] | None = None
    before = 0
    try:
        for cells in reader:
            lines.row_ends()
            number, before = before + 1, reader.line_num
            texts = [cell.strip() for cell in cells]
            if not any(texts):
                continue
            if headers is None:
                headers = _headers(texts, label, number)
                continue
            if len(texts) == len(headers):
                yield number, dict(zip(headers, texts, strict=True))
            else:
                faults.add(_ragged(label, number, len(texts), len(headers)))
    except TooLongError:
        raise TableFaultsError([too_long(label, before + 1)]) from None
    except csv.Error as error:
        fault = Fault(
            file=label,
            row=before + 1,
            rule="csv",
            message_zh=f"从此行起无法按逗号分隔读取, 请检查引号: {error}",
            message_en=f"from this line on the file cannot be read, check the quotes: {error}",
        )
        raise TableFaultsError([fault]) from None


def _json_rows(lines: BoundedLines, label: str, faults: FaultList) -> Iterator[Row]:
    """Yield the objects of a file with one in each line."""
    number = 0
    try:
        for number, line in enumerate(lines, 1):
            lines.row_ends()
            if not line.strip():
                continue
            cells, wrong = _object(line, label, number)
            faults.extend(wrong)
            if not wrong:
                yield number, cells
    except TooLongError:
        raise TableFaultsError([too_long(label, number + 1)]) from None


def _object(line: str, label: str, number: int) -> tuple[dict[str, str], list[Fault]]:
    try:
        item = object_of(line)
    except (ValueError, RecursionError):
        item = None
    if not isinstance(item, dict) or len(item) > _MAX_COLUMNS:
        return {}, [cargo_fault(label, number, None, line[:40], "malformed", {"detail": "JSON object"})]
    return cells_of(item, label, number)


def _sheet_rows(path: Path, label: str, limit_bytes: int, faults: FaultList) -> Iterator[Row]:
    """Yield the rows of the only sheet of a workbook that has any."""
    # The library of workbooks is large, and the others do not need it.
    from data.sheets import UNREADABLE, no_workbook  # noqa: PLC0415
    from data.workbook_guard import strange_workbook  # noqa: PLC0415

    if path.stat().st_size > limit_bytes:
        raise TableFaultsError([no_workbook(label, "too large")])
    try:
        strange = strange_workbook(path)
        if strange is not None:
            raise TableFaultsError([no_workbook(label, strange)])
        yield from _under_headers(_filled_rows(path, label, faults), label, faults)
    except UNREADABLE as error:
        raise TableFaultsError([no_workbook(label, str(error))]) from None


def _filled_rows(path: Path, label: str, faults: FaultList) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of all sheets of a workbook that are not empty; only one sheet may have any."""
    from openpyxl import load_workbook  # noqa: PLC0415

    from data.sheets import cell_text, unusable_cell  # noqa: PLC0415

    with warnings.catch_warnings():
        # It warns of drawings and validations it leaves out, none of which are facts.
        warnings.simplefilter("ignore")
        book = load_workbook(path, read_only=True, data_only=True)
    title: str | None = None
    for sheet in book.worksheets:
        for number, cells in enumerate(sheet.iter_rows(), 1):
            texts = [None if cell.data_type == "e" else cell_text(cell.value) for cell in cells]
            for cell, text in zip(cells, texts, strict=True):
                if text is None:
                    faults.add(unusable_cell(label, number, cell.coordinate, str(cell.value)))
            found = [(text or "").strip() for text in texts]
            if any(found):
                if title not in {None, sheet.title}:
                    raise TableFaultsError([_several(label, sheet.title)])
                title = sheet.title
                yield number, found


def _under_headers(rows: Iterator[tuple[int, list[str]]], label: str, faults: FaultList) -> Iterator[Row]:
    """Yield rows by the headers of the first one."""
    headers: list[str] | None = None
    for number, texts in rows:
        if headers is None:
            headers = _headers(_without_end(texts), label, number)
            continue
        row = _padded(texts, len(headers))
        if len(row) == len(headers):
            yield number, dict(zip(headers, row, strict=True))
        else:
            faults.add(_ragged(label, number, len(row), len(headers)))


def _several(label: str, title: str) -> Fault:
    return Fault(
        file=label,
        value=title,
        rule="one-sheet",
        message_zh="应恰有一个非空工作表",
        message_en="exactly one sheet must have rows",
    )


def _without_end(texts: list[str]) -> list[str]:
    """Return cells without the empty ones at the end."""
    end = len(texts)
    while end and not texts[end - 1]:
        end -= 1
    return texts[:end]


def _padded(texts: list[str], width: int) -> list[str]:
    """Return cells as wide as the header, longer only where there is something beyond it."""
    short = _without_end(texts)
    return short + [""] * (width - len(short))


def _headers(texts: list[str], label: str, number: int) -> list[str]:
    """Return headers that are there once each."""
    if len(texts) > _MAX_COLUMNS:
        zh, en = f"有 {len(texts)} 列, 上限 {_MAX_COLUMNS} 列", f"there are {len(texts)} columns, above {_MAX_COLUMNS}"
        fault = Fault(file=label, row=number, rule="column-count", message_zh=zh, message_en=en)
        raise TableFaultsError([fault])
    wrong = [place for place, text in enumerate(texts) if not text or texts.index(text) != place]
    if wrong:
        raise TableFaultsError([_bad_header(label, number, place + 1, texts[place]) for place in wrong])
    return texts


def _bad_header(label: str, number: int, place: int, text: str) -> Fault:
    zh, en = ("重复", "stands twice") if text else ("为空", "is empty")
    return Fault(
        file=label,
        row=number,
        column=text or str(place),
        value=text,
        rule="header",
        message_zh=f"第 {place} 列的表头{zh}",
        message_en=f"the header of column {place} {en}",
    )


def _ragged(label: str, number: int, count: int, width: int) -> Fault:
    return Fault(
        file=label,
        row=number,
        rule="ragged-row",
        message_zh=f"该行有 {count} 格, 表头有 {width} 格; 含逗号的文字要加引号",
        message_en=f"the row has {count} cells and the header {width}; text with commas needs quotes",
    )
