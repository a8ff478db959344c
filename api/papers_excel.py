"""Papers as a workbook: the checklist, and a sheet for each that can be filled."""

from __future__ import annotations

from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from api.papers_view import PapersView
from api.plan_excel import add_sheet, safe_text, saved
from network.papers import Entry, Paper

_WIDTH, _COLUMNS = 22, 8
_A4 = 9
_LINES_OF_TITLE = 4
_MISSING = PatternFill("solid", fgColor="F9D9C9")
_HEAD = PatternFill("solid", fgColor="E3EBF1")
_WRAPPED = Alignment(vertical="top", wrap_text=True)


def papers_workbook(view: PapersView) -> bytes:
    """Return papers as the content of a workbook; the same papers give the same bytes."""
    book = Workbook()
    book.remove(book.active)
    add_sheet(book, view.checklist(), view, "papers_sheet_title")
    for number, paper in enumerate(view.papers, 1):
        if paper.status != "obtain":
            _add_paper(book, f"{number:03} {paper.kind.code}"[:31], paper, view)
    return saved(book)


def facts_workbook(view: PapersView) -> bytes:
    """
    Return a table of what papers lack as the content of a workbook, to be filled and given back as facts.

    There is a row for each shipment and load unit that lacks something, and a column for each fact that one of them
    lacks; what a row does not lack is grey.
    """
    rows, columns = view.facts_table()
    book = Workbook()
    sheet = book.active
    sheet.title = view.say("sheet_facts")
    for place, name in enumerate([view.say("facts_subject"), *columns.values()], 1):
        _put(sheet, 1, place, name).fill = _HEAD
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTH
    for number, (subject, lacks) in enumerate(rows.items(), 2):
        _put(sheet, number, 1, subject)
        for place, fact in enumerate(columns, 2):
            cell = sheet.cell(number, place)
            cell.number_format = "@"
            cell.fill = _MISSING if fact in lacks else _HEAD
    sheet.freeze_panes = "B2"
    return saved(book)


def _add_paper(book: Any, title: str, paper: Paper, view: PapersView) -> None:  # noqa: ANN401 - no types
    """Add the sheet of a paper."""
    sheet = book.create_sheet(title)
    _put(sheet, 1, 1, f"{paper.kind.name_zh} {paper.kind.name_en}").font = Font(bold=True, size=14)
    _put(sheet, 2, 1, f"{view.say('paper_for')}: {paper.subject}   {view.say('paper_issuer')}: {view.issuer(paper)}")
    _put(sheet, 3, 1, f"{view.say('paper_status')}: {view.status(paper)}").font = Font(bold=True)
    _put(sheet, _LINES_OF_TITLE, 1, f"{view.say('paper_due')}: {view.due(paper)} ({view.by(paper)})")
    row = _LINES_OF_TITLE + 2
    for entry in paper.fields:
        _put(sheet, row, 1, view.field(entry.field)).fill = _HEAD
        _put_value(sheet, (row, 2), entry, paper, view)
        row += 1
    row += 1
    for place, entry in enumerate(paper.lines[0] if paper.lines else (), 1):
        _put(sheet, row, place, view.field(entry.field)).fill = _HEAD
    for line in paper.lines:
        row += 1
        for place, entry in enumerate(line, 1):
            _put_value(sheet, (row, place), entry, paper, view)
    _put(sheet, row + 2, 1, view.say("papers_note"))
    for column in range(1, max(_COLUMNS, len(paper.lines[0]) if paper.lines else 0) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTH
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.orientation = "landscape" if paper.lines else "portrait"
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0


def _put_value(sheet: Any, place: tuple[int, int], entry: Entry, paper: Paper, view: PapersView) -> None:  # noqa: ANN401
    """Put a value into a cell, and mark it if it is missing."""
    cell = _put(sheet, *place, view.value(entry, paper))
    cell.alignment = _WRAPPED
    if entry.is_missing:
        cell.fill = _MISSING


def _put(sheet: Any, row: int, column: int, text: str) -> Any:  # noqa: ANN401
    """Put text into a cell, and return the cell; it stays text whatever it looks like."""
    cell = sheet.cell(row, column)
    if text:
        cell.value = safe_text(text)
        cell.data_type = "s"
        cell.number_format = "@"
    return cell
