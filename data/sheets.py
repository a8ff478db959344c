"""
The sheets of an Excel workbook as rows of text.

Numbers are read to the fifteen digits Excel keeps, so that a stored 0.1 is ``0.1``. Merged cells, error values and
formulas without a stored result are faults.
"""

from __future__ import annotations

import datetime as dt
import io
import warnings
import zipfile
import zlib
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from data.errors import Fault
from data.textfile import Lines, read_bytes
from data.workbook_guard import strange_workbook

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

UNREADABLE = (
    AttributeError,
    EOFError,
    ExpatError,
    IndexError,
    InvalidFileException,
    KeyError,
    NotImplementedError,
    OSError,
    ParseError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What the library raises on files that are damaged, encrypted or no workbooks at all."""
_EXCEL_DIGITS = 15


@dataclass(slots=True)
class Sheet:
    """
    One sheet.

    Parameters
    ----------
    name
        Its title.
    lines
        Its rows, or None if it is empty.
    faults
        What in it cannot be read.
    """

    name: str
    lines: Lines | None = None
    faults: list[Fault] = field(default_factory=list)


def read_sheets(path: Path, label: str, limit_bytes: int) -> list[Sheet] | Fault:
    """Return the sheets of a workbook in order, or the fault of a file that is none."""
    content = read_bytes(path, label, limit_bytes)
    if isinstance(content, Fault):
        return content
    try:
        strange = strange_workbook(io.BytesIO(content))
        if strange is not None:
            return no_workbook(label, strange)
        book = _open(content, is_computed=False)
        sheets = [_read_sheet(sheet, label, content) for sheet in book.worksheets]
    except UNREADABLE as error:
        return no_workbook(label, str(error))
    return sheets


def _open(content: bytes, *, is_computed: bool) -> Any:  # noqa: ANN401 - the library has no types
    """Return the workbook, with formulas or with their stored results."""
    with warnings.catch_warnings():
        # It warns of drawings and validations it leaves out, none of which are facts.
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(io.BytesIO(content), data_only=is_computed)


def no_workbook(label: str, reason: str) -> Fault:
    """Return the fault of a file that cannot be read as a workbook."""
    return Fault(
        file=label,
        value=reason,
        rule="workbook",
        message_zh="不是可读取的 .xlsx 工作簿 (旧版 .xls 或加密文件请另存为 .xlsx)",
        message_en="is no readable .xlsx workbook (save an old .xls or a protected file as .xlsx)",
    )


def _read_sheet(sheet: Any, label: str, content: bytes) -> Sheet:  # noqa: ANN401 - the library has no types
    """Return one sheet as text."""
    result = Sheet(sheet.title)
    file = f"{label}[{sheet.title}]"
    for merged in sheet.merged_cells.ranges:
        result.faults.append(_merged(file, merged.min_row, str(merged.coord)))
    computed: Any = None
    rows: list[list[str]] = []
    numbers: list[int] = []
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts: list[str] = []
        for cell in cells:
            value = cell.value
            if cell.data_type == "f":
                computed = _open(content, is_computed=True)[sheet.title] if computed is None else computed
                value = computed[cell.coordinate].value
            text = None if cell.data_type == "e" or (cell.data_type == "f" and value is None) else cell_text(value)
            if text is None:
                result.faults.append(unusable_cell(file, number, cell.coordinate, str(cell.value)))
            texts.append(text or "")
        if any(texts):
            rows.append(texts)
            numbers.append(number)
    if rows:
        result.lines = _trimmed(rows, numbers)
    return result


def cell_text(value: object) -> str | None:
    """
    Return the value of a cell as text, or None if it has no place in a table.

    Examples
    --------
    >>> cell_text(0.1 + 0.2), cell_text(dt.datetime(2026, 1, 5)), cell_text(dt.time(8, 30)), cell_text(True)
    ('0.3', '2026-01-05', '08:30', 'yes')
    """
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{Decimal(f'{value:.{_EXCEL_DIGITS}g}'):f}"
    return _moment_text(value)


def _moment_text(value: object) -> str | None:
    """Return a date, a time of day or both as text."""
    if isinstance(value, dt.timedelta):
        # Excel's times beyond a day, such as a closing time of 24:00.
        minutes = value // dt.timedelta(minutes=1)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if isinstance(value, dt.datetime):
        is_midnight = value.time() == dt.time()
        return value.date().isoformat() if is_midnight else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, dt.date):
        return value.isoformat()
    return value.strftime("%H:%M") if isinstance(value, dt.time) else None


def _trimmed(rows: list[list[str]], numbers: list[int]) -> Lines:
    """Return rows as wide as the header, longer only where there is something beyond it."""
    short = [_without_empty_end(row) for row in rows]
    width = len(short[0])
    padded = [row + [""] * (width - len(row)) for row in short]
    return Lines(padded[0], padded[1:], numbers[1:], numbers[0])


def _without_empty_end(row: list[str]) -> list[str]:
    """Return a row without the empty cells at its end."""
    end = len(row)
    while end and not row[end - 1]:
        end -= 1
    return row[:end]


def _merged(file: str, row: int, place: str) -> Fault:
    """Return the fault of merged cells."""
    return Fault(
        file=file,
        row=row,
        value=place,
        rule="merged-cells",
        message_zh=f"{place} 是合并单元格, 请取消合并并逐行填写",
        message_en=f"{place} is merged; unmerge it and fill in every row",
    )


def unusable_cell(file: str, row: int, place: str, value: str) -> Fault:
    """Return the fault of a cell with an error or a formula that was never computed."""
    return Fault(
        file=file,
        row=row,
        column=place,
        value=value,
        rule="cell-value",
        message_zh="单元格是错误值或没有结果的公式, 请粘贴为数值",
        message_en="the cell is an error or a formula without a result; paste its value instead",
    )
