"""Statistics as a workbook: totals with links to their shipments, and a sheet of shipments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from api.plan_excel import safe_text, saved
from api.statistics.shown import SCALES, scaled
from api.statistics.totals import MEASURES
from api.texts import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.statistics.shown import Names

_HEAD = PatternFill("solid", fgColor="E3EBF1")
_BOLD, _LINK = Font(bold=True), Font(color="0563C1", underline="single")
_WIDTH = 18
_OWN = ("mass_g", "volume_cm3", "value_cny_minor", "freight_cny_minor", "emissions_g")
_GROUPS = ("regime", "mode", "origin", "destination", "hs_chapter", "firm")


def statistics_workbook(shown: dict[str, Any], shipments: Sequence[dict[str, Any]], names: Names, page: str) -> bytes:
    """
    Return totals and shipments as the content of a workbook.

    Parameters
    ----------
    shown
        The totals, as the interface returns them.
    shipments
        The shipments behind them.
    names
        Names in the language of the workbook.
    page
        Address of the page of shipments, before its query; the numbers link to it.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = say(names.lang, "statistics")
    by = shown["by"]
    _head(sheet, names.heads(by))
    for row in shown["rows"]:
        _add_total(sheet, names.group(row, by), row, f"{page}?lang={names.lang}")
    whole = [say(names.lang, "statistics_total"), *[""] * len(by)]
    _add_total(sheet, whole, shown["totals"], f"{page}?lang={names.lang}")
    _add_shipments(book, shipments, names)
    return saved(book)


def _add_total(sheet: Any, groups: Sequence[str], row: dict[str, Any], page: str) -> None:  # noqa: ANN401 - no types
    """Add a line of totals; the number of shipments links to them."""
    number = sheet.max_row + 1
    for place, text in enumerate(groups, 1):
        sheet.cell(number, place, safe_text(text))
    for place, name in enumerate(MEASURES, len(groups) + 1):
        _figure(sheet.cell(number, place), name, row[name])
    link = sheet.cell(number, len(groups) + 1)
    link.hyperlink = f"{page}&{row['shipments_url'].partition('?')[2]}"
    link.font = _LINK


def _add_shipments(book: Any, shipments: Sequence[dict[str, Any]], names: Names) -> None:  # noqa: ANN401 - no types
    sheet = book.create_sheet(say(names.lang, "statistics_shipments"))
    heads = [say(names.lang, f"shipment_{name}") for name in ("booking", "confirmed", "departs")]
    heads += [say(names.lang, f"dimension_{name}") for name in _GROUPS]
    _head(sheet, heads + [say(names.lang, f"measure_{name}") for name in _OWN])
    for number, row in enumerate(shipments, 2):
        texts = [row["booking"], row["confirmed_month"], row["depart_month"]]
        texts += [names.value(name, row[name]) for name in _GROUPS]
        for place, text in enumerate(texts, 1):
            sheet.cell(number, place, safe_text(text))
        for place, name in enumerate(_OWN, len(texts) + 1):
            if row[name] is not None:
                _figure(sheet.cell(number, place), name, row[name])


def _head(sheet: Any, heads: Sequence[str]) -> None:  # noqa: ANN401 - the library has no types
    for place, text in enumerate(heads, 1):
        cell = sheet.cell(1, place, text)
        cell.font, cell.fill = _BOLD, _HEAD
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTH
    sheet.freeze_panes = "A2"


def _figure(cell: Any, name: str, value: int) -> None:  # noqa: ANN401 - the library has no types
    cell.value = scaled(name, value)
    decimals = SCALES.get(name, (0, 0))[1]
    cell.number_format = "#,##0" + ("." + "0" * decimals if decimals else "")
