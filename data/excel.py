"""A catalogue as one Excel workbook, and back: one sheet per table, every cell text, so that nothing is lost."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from data.errors import Fault, TableFaultsError
from data.export import Headers, canonical_rows, header_row, replace_file, write_fault
from data.parsing import RawTable, raw_table
from data.sheets import Sheet, read_sheets
from data.tableschema import TableSchema, schemas
from data.textfile import MEGABYTE

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from data.catalogue import Catalogue

_LIMIT_BYTES = 50 * MEGABYTE
_MAX_CELL_CHARACTERS = 32_767
_WIDTHS = (10, 60)
_TEXT_FORMAT = "@"


def export_workbook(catalogue: Catalogue, path: Path, headers: Headers = "en") -> None:
    """
    Write every table of a catalogue into one workbook, whole or not at all.

    Parameters
    ----------
    catalogue
        What to write.
    path
        The file, replaced if it exists.
    headers
        Language of sheet titles and header rows.

    Raises
    ------
    TableFaultsError
        If a text is too long for a cell of Excel, or the file cannot be written.
    """
    tables = {schema: list(canonical_rows(schema, catalogue.table(schema.name))) for schema in schemas().values()}
    faults = [fault for schema, rows in tables.items() for fault in _too_long(schema, rows)]
    if faults:
        raise TableFaultsError(faults)
    book = Workbook(write_only=True)
    for schema, rows in tables.items():
        _write_sheet(book, schema, rows, headers)
    stream = io.BytesIO()
    book.save(stream)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, stream.getvalue())
    except OSError as error:
        raise TableFaultsError([write_fault(path, error)]) from error


def _write_sheet(book: Any, schema: TableSchema, rows: list[list[str]], headers: Headers) -> None:  # noqa: ANN401
    """Add the sheet of one table."""
    sheet = book.create_sheet(schema.name if headers == "en" else schema.name_zh)
    header = header_row(schema, headers)
    # In this mode of the library, panes and widths go before the rows.
    sheet.freeze_panes = "A2"
    for place, cells in enumerate(zip(header, *rows, strict=True), 1):
        least, most = _WIDTHS
        width = min(max(max(map(_width, cells)) + 2, least), most)
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.append([_cell(sheet, text, is_bold=True) for text in header])
    for row in rows:
        sheet.append([_cell(sheet, text) for text in row])


def _cell(sheet: Any, text: str, *, is_bold: bool = False) -> Any:  # noqa: ANN401 - the library has no types
    """Return a cell of text, never a formula or a number."""
    if not text:
        return None
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    cell.number_format = _TEXT_FORMAT
    if is_bold:
        cell.font = Font(bold=True)
    return cell


def _width(text: str) -> int:
    """Return how wide a text is on screen, Chinese characters counting twice."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFF)  # noqa: PLR2004 - Latin-1


def _too_long(schema: TableSchema, rows: list[list[str]]) -> list[Fault]:
    """Return the faults of texts that Excel cannot hold."""
    return [
        Fault(
            file=schema.name,
            row=number,
            column=column.name,
            value=f"{len(text)}",
            rule="cell-length",
            message_zh=f"超过 Excel 单元格上限 {_MAX_CELL_CHARACTERS} 字, 请导出为 CSV 文件夹",
            message_en=f"is longer than Excel's {_MAX_CELL_CHARACTERS} characters; export a folder of CSV instead",
        )
        for number, row in enumerate(rows, 2)
        for column, text in zip(schema.columns, row, strict=True)
        if len(text) > _MAX_CELL_CHARACTERS
    ]


def read_workbook(path: Path, label: str) -> tuple[list[RawTable], list[Fault], set[str]]:
    """
    Return the tables of a workbook as text, what is wrong with its sheets, and the tables that cannot be read.

    Sheets are named as tables, in English or Chinese; empty sheets of other names are not looked at.
    """
    sheets = read_sheets(path, label, _LIMIT_BYTES)
    if isinstance(sheets, Fault):
        return [], [sheets], set()
    names = {schema.name_zh: schema.name for schema in schemas().values()} | {name: name for name in schemas()}
    tables: dict[str, RawTable] = {}
    faults: list[Fault] = []
    unreadable: set[str] = set()
    for sheet in sheets:
        name = names.get(sheet.name.strip())
        file = f"{label}[{sheet.name}]"
        if name is None and sheet.lines is None:
            continue
        faults += sheet.faults
        if name is not None and (sheet.faults or sheet.lines is None):
            unreadable.add(name)
        if name is None or name in tables or sheet.lines is None:
            faults.append(_sheet_fault(file, sheet, name))
        else:
            lines = sheet.lines
            tables[name] = raw_table(name, file, lines)
    return list(tables.values()), faults, unreadable


def _sheet_fault(file: str, sheet: Sheet, name: str | None) -> Fault:
    """Return the fault of a sheet that is no table, has no rows, or repeats one."""
    if name is None:
        rule, zh, en = "unknown-table", "没有这个名称的数据表", "is not the name of a table"
    elif sheet.lines is None:
        rule, zh, en = "empty-file", "工作表没有表头", "the sheet has no header row"
    else:
        rule, zh, en = "repeated-table", "同一数据表出现两次", "the table has two sheets"
    return Fault(file=file, value=sheet.name, rule=rule, message_zh=zh, message_en=en)
