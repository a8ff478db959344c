"""Writing a seller's stock as an Excel workbook, JSON or CSV files, such that reading it gives the same stock."""

from __future__ import annotations

import io
import json
from functools import partial
from typing import TYPE_CHECKING

from data.cargo_write import Number, csv_bytes, excel_value, number_or_text, plain_text
from data.money import format_minor
from data.stock import MILLI
from data.stock_fields import BUDGET, DEMAND, FIELDS, LOTS, ORDERS, ORDERS_ZH, SHEETS, SKUS, WORDS
from data.units import G_PER_KG
from data.workbook_bytes import timeless

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from data.cargo_fields import Field
    from data.catalogue import Catalogue
    from data.export import Headers
    from data.stock import Budget, Demand, Lot, Production, Sku, Stock

    Record = Sku | Demand | Lot | Production | Budget

_WIDTH = 14
_MM_PER_CM = 10
_TITLES = {**SHEETS, ORDERS: ORDERS_ZH}
_AMOUNTS = frozenset({"value_minor", "price_minor", "amount_minor"})
_SCALES: Mapping[str, int] = {
    "length_mm": _MM_PER_CM,
    "width_mm": _MM_PER_CM,
    "height_mm": _MM_PER_CM,
    "mass_g": G_PER_KG,
    "mean_milli": MILLI,
    "sd_milli": MILLI,
    "units": 1,
    "carton_units": 1,
    "least_units": 1,
    "shelf_days": 1,
}


def stock_bytes(stock: Stock, catalogue: Catalogue, suffix: str, *, headers: Headers = "en") -> bytes:
    """
    Return a seller's stock as the content of a file; the same stock gives the same bytes.

    Parameters
    ----------
    stock
        What to write.
    catalogue
        Has the decimals of currencies.
    suffix
        ``.xlsx`` or ``.json``.
    headers
        Language of sheets, headers and words; JSON is always in English.

    Raises
    ------
    ValueError
        If `suffix` is another one.
    """
    if suffix == ".json":
        shown = {name: _objects(name, rows) for name, rows in _sheets(stock, catalogue, "en").items()}
        return (json.dumps(shown, ensure_ascii=False, indent=1) + "\n").encode()
    if suffix == ".xlsx":
        return _workbook(_sheets(stock, catalogue, headers), headers)
    msg = f"stock is written as .xlsx or .json, not {suffix!r}"
    raise ValueError(msg)


def blank_bytes(sheets: Iterable[str], headers: Headers) -> bytes:
    """Return a workbook of some sheets, of stock or of orders, that have nothing but their headings."""
    return _workbook({name: [] for name in sheets}, headers)


def stock_files(stock: Stock, catalogue: Catalogue, *, headers: Headers = "en") -> dict[str, bytes]:
    """Return a seller's stock as the CSV files of a folder, by their names."""
    return {
        f"{name}.csv": csv_bytes(_top(name, headers), rows) for name, rows in _sheets(stock, catalogue, headers).items()
    }


def _top(sheet: str, headers: Headers) -> list[str]:
    return [field.en if headers == "en" else field.zh for field in FIELDS[sheet]]


def _sheets(stock: Stock, catalogue: Catalogue, headers: Headers) -> dict[str, list[list[str]]]:
    """Return the texts of all rows by sheet."""
    given: dict[str, Sequence[Record]] = {
        SKUS: stock.skus,
        DEMAND: stock.demand,
        LOTS: (*stock.lots, *stock.production),
        BUDGET: stock.budgets,
    }
    return {
        name: [[_cell(field, record, catalogue, headers) for field in FIELDS[name]] for record in given[name]]
        for name in SHEETS
        if given[name] or name != BUDGET
    }


def _cell(field: Field, record: Record, catalogue: Catalogue, headers: Headers) -> str:
    """Return the text of one cell."""
    is_id = field.name == "sku" and not hasattr(record, "sku")
    # A row of goods in production lacks what lots have, and the other way round.
    value = getattr(record, "id" if is_id else field.name, None)
    if value is None:
        return ""
    if field.name in _SCALES:
        return Number(_scaled(value, _SCALES[field.name]))
    if field.name in _AMOUNTS:
        return Number(format_minor(value, catalogue.exchange_rate(getattr(record, "currency", ""))))
    if field.name == "ages":
        return ";".join(f"{part.units}@{part.days}" for part in value)
    if field.name in WORDS:
        return str(value) if headers == "en" else WORDS[field.name][value]
    return plain_text(str(value))


def _scaled(value: int, scale: int) -> str:
    """
    Return a whole number of small units as exact text in large ones.

    Examples
    --------
    >>> _scaled(1250, 1000), _scaled(30, 10), _scaled(5, 1000)
    ('1.25', '3', '0.005')
    """
    whole, rest = divmod(value, scale)
    if not rest:
        return str(whole)
    digits = str(rest).rjust(len(str(scale)) - 1, "0").rstrip("0")
    return f"{whole}.{digits}"


def _objects(sheet: str, rows: list[list[str]]) -> list[dict[str, str | int | float]]:
    """Return rows as objects without what is empty."""
    keys = [field.en for field in FIELDS[sheet]]
    return [{key: number_or_text(text) for key, text in zip(keys, row, strict=True) if text != ""} for row in rows]


def _workbook(sheets: dict[str, list[list[str]]], headers: Headers) -> bytes:
    """Return a workbook with a sheet for each kind of row: numbers as such, everything else as text."""
    # The library of workbooks is large, and CSV and JSON do not need it.
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name if headers == "en" else _TITLES[name])
        # In this mode of the library, panes and widths go before the rows.
        sheet.freeze_panes = "B2"
        for place in range(1, len(FIELDS[name]) + 1):
            sheet.column_dimensions[get_column_letter(place)].width = _WIDTH
        cell_of = partial(WriteOnlyCell, sheet)
        head = [cell_of(value=text) for text in _top(name, headers)]
        for cell in head:
            cell.font = Font(bold=True)
        sheet.append(head)
        for row in rows:
            sheet.append([excel_value(cell_of, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return timeless(out.getvalue())
