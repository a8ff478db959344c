"""A plan as the workbook a dispatcher prints: landscape, one page wide, headers on every page."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Protocol

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties

from api.plan_rows import sheets_of
from api.plan_sheet import Column, Kind, Line, SheetRows, Value
from api.plan_view import PlanView
from data.workbook_bytes import timeless

_TITLE_ROW, _HEAD_ROW, _FIRST_ROW = 1, 2, 3
_A4 = 9
_PAGE_ROWS = 44
"""About how many rows a printed page holds; groups of rows that do not fit any more begin the next one."""
_MAX_CELL_CHARACTERS = 32_767
# A spreadsheet would take text that begins so for a formula, at the latest when it was saved as CSV.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
# What a workbook cannot hold.
_ILLEGAL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMATS: dict[Kind, str] = {
    "text": "@",
    "wrap": "@",
    "money": "#,##0.00",
    "kg": "#,##0.###",
    "m3": "#,##0.00",
    "share": "0.0%",
    "count": "#,##0",
}
_MARGIN_IN = 0.4
_THIN = Side(style="thin", color="B9C6D0")
_GRID = Border(bottom=_THIN)
_HEAD_FILL = PatternFill("solid", fgColor="1D4F73")
_GROUP_FILL = PatternFill("solid", fgColor="E3EBF1")
_HEAD_FONT = Font(bold=True, color="FFFFFF")
_BOLD = Font(bold=True)
_TITLE_FONT = Font(bold=True, size=14)
_TOP = Alignment(vertical="top")
_WRAPPED = Alignment(vertical="top", wrap_text=True)


def plan_workbook(view: PlanView) -> bytes:
    """Return a plan as the content of a workbook; the same plan gives the same bytes."""
    book = Workbook()
    book.remove(book.active)
    for rows in sheets_of(view):
        add_sheet(book, rows, view)
    return saved(book)


def saved(book: Any) -> bytes:  # noqa: ANN401 - the library has no types
    """Return a workbook as bytes that depend on what is in it alone."""
    out = io.BytesIO()
    book.save(out)
    return timeless(out.getvalue())


class Teller(Protocol):
    """What sheets need of who tells them: words in one language, and the short name of what is told."""

    @property
    def id(self) -> str:
        """The short name."""

    def say(self, key: str, **values: object) -> str:
        """Return a text."""


def safe_text(text: str) -> str:
    """
    Return text that no spreadsheet takes for a formula, and that a cell can hold.

    Examples
    --------
    >>> safe_text("=1+1"), safe_text("温州"), safe_text("-5")
    ("'=1+1", '温州', "'-5")
    """
    text = _ILLEGAL.sub("\ufffd", text)
    text = f"'{text}" if _FORMULA.match(text) else text
    return text if len(text) <= _MAX_CELL_CHARACTERS else f"{text[: _MAX_CELL_CHARACTERS - 1]}…"


def add_sheet(book: Any, rows: SheetRows, view: Teller, title: str = "sheet_title") -> None:  # noqa: ANN401
    """Add a sheet to a workbook, ready to be printed."""
    name = view.say(f"sheet_{rows.key}")
    sheet = book.create_sheet(name)
    top = sheet.cell(_TITLE_ROW, 1)
    _put(top, view.say(title, sheet=name, plan=view.id))
    top.font = _TITLE_FONT
    for place, column in enumerate(rows.columns, 1):
        head = sheet.cell(_HEAD_ROW, place)
        _put(head, view.say(column.key))
        head.font, head.fill, head.alignment = _HEAD_FONT, _HEAD_FILL, _WRAPPED
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    lines = rows.lines or [_empty(rows.columns, view)]
    for number, line in enumerate(lines, _FIRST_ROW):
        _add_line(sheet, number, line, rows.columns)
    _set_up_page(sheet, rows.columns, view)
    for row in _breaks(lines, rows.columns):
        sheet.row_breaks.append(Break(id=row))


def _empty(columns: Sequence[Column], view: Teller) -> Line:
    """Return the row of a sheet with nothing to tell."""
    return Line((view.say("nothing"), *(None for _ in columns[1:])))


def _add_line(sheet: Any, number: int, line: Line, columns: Sequence[Column]) -> None:  # noqa: ANN401
    for place, (column, value) in enumerate(zip(columns, line.cells, strict=True), 1):
        cell = sheet.cell(number, place)
        _put(cell, value)
        cell.alignment = _WRAPPED if column.kind == "wrap" else _TOP
        cell.border = _GRID
        if not isinstance(value, str):
            # Figures of the summary stand in a column of text.
            cell.number_format = _FORMATS[column.kind] if column.kind != "wrap" else _plain_format(value)
        if line.is_head:
            cell.font, cell.fill = _BOLD, _GROUP_FILL


def _plain_format(value: Value) -> str:
    return _FORMATS["money" if isinstance(value, Decimal) else "count"]


def _put(cell: Any, value: Value) -> None:  # noqa: ANN401
    """Put a value into a cell; text stays text whatever it looks like."""
    if isinstance(value, str):
        if value:
            cell.value = safe_text(value)
            cell.data_type = "s"
            cell.number_format = _FORMATS["text"]
    else:
        cell.value = value


def _set_up_page(sheet: Any, columns: Sequence[Column], view: Teller) -> None:  # noqa: ANN401
    """Make a sheet print as wide as the paper, with its header on every page."""
    sheet.freeze_panes = sheet.cell(_FIRST_ROW, 1).coordinate
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_title_rows = f"{_TITLE_ROW}:{_HEAD_ROW}"
    sheet.print_area = f"A1:{get_column_letter(len(columns))}{sheet.max_row}"
    sheet.page_margins.left = sheet.page_margins.right = _MARGIN_IN
    sheet.page_margins.top = sheet.page_margins.bottom = 2 * _MARGIN_IN
    sheet.oddFooter.left.text = view.id
    sheet.oddFooter.right.text = view.say("page_of")


def _breaks(lines: Sequence[Line], columns: Sequence[Column]) -> list[int]:
    """Return the rows after which a page ends: before groups that do not fit on it any more."""
    starts = [index for index, line in enumerate(lines) if line.is_start]
    found: list[int] = []
    used = 0
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        height = sum(_height(line, columns) for line in lines[start:end])
        if used and used + height > _PAGE_ROWS:
            found.append(_FIRST_ROW + start - 1)
            used = 0
        # A group longer than a page flows on to the next ones by itself.
        used = (used + height) % _PAGE_ROWS
    return found


def _height(line: Line, columns: Sequence[Column]) -> int:
    """Return about how many lines of text a row takes."""
    texts = [(column, cell) for column, cell in zip(columns, line.cells, strict=True) if isinstance(cell, str)]
    heights = [
        sum(1 + _width(part) // column.width for part in text.split("\n")) if column.kind == "wrap" else 1
        for column, text in texts
    ]
    return max(heights, default=1)


def _width(text: str) -> int:
    """Return how wide a text is, Chinese characters counting twice."""
    return sum(2 if ord(character) > 0xFF else 1 for character in text)  # noqa: PLR2004 - Latin-1
