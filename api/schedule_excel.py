"""A hub's schedule as the workbook a dispatcher prints."""

from __future__ import annotations

from openpyxl import Workbook

from api.plan_excel import add_sheet, saved
from api.schedule_rows import sheets_of
from api.schedule_view import ScheduleView


def schedule_workbook(view: ScheduleView) -> bytes:
    """Return a schedule as the content of a workbook; the same schedule gives the same bytes."""
    book = Workbook()
    book.remove(book.active)
    for rows in sheets_of(view):
        add_sheet(book, rows, view, "schedule_sheet_title")
    return saved(book)
