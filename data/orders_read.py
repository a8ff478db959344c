"""Reading the orders of buyers: the sheet of a workbook, a CSV file or JSON, one row for each SKU of an order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from data.cargo_fields import plain_header
from data.cargo_json import read_json_lists
from data.errors import Fault, TableFaultsError
from data.orders import BuyerOrder, OrderLine
from data.rowsfile import MAX_BYTES, RowsOfFile, read_rows_file, shaped_rows
from data.stock_fields import ORDERS, ORDERS_ZH, stock_fault
from data.stock_read import SheetTable, fill_table
from data.stock_rows import RowReader

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from data.catalogue import Catalogue
    from data.stock import Stock

_OF_ORDER = ("market", "placed_on", "promise")


def read_orders(path: Path, catalogue: Catalogue, stock: Stock, today: dt.date) -> tuple[BuyerOrder, ...]:
    """
    Return orders, in the order of the file.

    Parameters
    ----------
    path
        A ``.csv`` file, an ``.xlsx`` file with a sheet of orders or a single sheet, or a ``.json`` file with a list
        ``orders``.
    catalogue
        Whose markets they must keep to.
    stock
        With the SKUs that are sold; no order may be older than its last count.
    today
        No order may be younger.

    Raises
    ------
    TableFaultsError
        With every fault of the file.
    """
    label, (headers, rows) = _sheet(path)
    table = SheetTable(ORDERS, label)
    fill_table(table, headers, rows, RowReader(catalogue))
    if not table.rows and not table.faults:
        table.add(None, ORDERS, None, "rows_required")
    _check(table, stock, today)
    if table.faults:
        raise TableFaultsError(table.faults)
    found: dict[str, dict[str, Any]] = {}
    lines: dict[str, list[OrderLine]] = {}
    for _, values in table.rows:
        found.setdefault(values["order"], {name: values.get(name) for name in _OF_ORDER})
        lines.setdefault(values["order"], []).append(OrderLine(values["sku"], values["units"]))
    return tuple(BuyerOrder(id=name, lines=tuple(lines[name]), **values) for name, values in found.items())


def _sheet(path: Path) -> tuple[str, RowsOfFile]:
    """Return the name of the sheet in faults, and its rows."""
    suffix = path.suffix.casefold()
    if suffix == ".json":
        label = f"{path.name}[{ORDERS}]"
        lists = read_json_lists(path, path.name)
        found = lists.get(ORDERS, lists.get(ORDERS_ZH))
        return label, _shaped(found, path.name)
    if suffix == ".xlsx":
        return _of_workbook(path)
    return path.name, read_rows_file(path)


def _of_workbook(path: Path) -> tuple[str, RowsOfFile]:
    # The library of workbooks is large, and the other forms do not need it.
    from data.sheets import read_sheets  # noqa: PLC0415

    sheets = read_sheets(path, path.name, MAX_BYTES)
    if isinstance(sheets, Fault):
        raise TableFaultsError([sheets])
    wanted = {plain_header(ORDERS), plain_header(ORDERS_ZH)}
    filled = [sheet for sheet in sheets if sheet.lines is not None]
    named = [sheet for sheet in filled if plain_header(sheet.name) in wanted]
    chosen = (named or (filled if len(filled) == 1 else []))[:1]
    for sheet in chosen:
        label = f"{path.name}[{sheet.name}]"
        if sheet.faults:
            raise TableFaultsError(sheet.faults)
        if sheet.lines is not None:
            return label, shaped_rows(sheet.lines, label)
    return path.name, _shaped(None, path.name)


def _shaped(found: RowsOfFile | list[Fault] | None, name: str) -> RowsOfFile:
    """Return rows, or raise what keeps them from being read."""
    if found is None:
        values = {"choices": f"{ORDERS} {ORDERS_ZH}"}
        raise TableFaultsError([stock_fault((name, None), None, None, "missing_sheet", values)])
    if isinstance(found, list):
        raise TableFaultsError(found)
    return found


def _check(table: SheetTable, stock: Stock, today: dt.date) -> None:
    """Keep the rows of an order alike, its SKUs known and valued, and its day between the count and today."""
    counted = max((lot.counted_on for lot in stock.lots if lot.counted_on is not None), default=None)
    first: dict[str, tuple[int, dict[str, Any]]] = {}
    for number, values in table.rows:
        sku, day = stock.by_id.get(values.get("sku", "")), values.get("placed_on")
        if "sku" in values and sku is None:
            table.add(number, "sku", values["sku"], "unknown_sku")
        if sku is not None and sku.value_minor is None:
            table.add(number, "sku", values["sku"], "order_value_needed")
        if day is not None and counted is not None and day < counted:
            table.add(number, "placed_on", day, "order_before_count", counted=counted)
        if day is not None and day > today:
            table.add(number, "placed_on", day, "order_after_today", today=today)
        if "order" in values:
            row, other = first.setdefault(values["order"], (number, values))
            for name in _OF_ORDER:
                if values.get(name) != other.get(name) and row != number:
                    table.add(number, name, values.get(name), "order_differs", row=row)
