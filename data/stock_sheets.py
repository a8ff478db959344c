"""The sheets of a seller's stock as rows of text, whichever form the file has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.cargo_fields import plain_header
from data.cargo_json import read_json_lists
from data.errors import Fault, TableFaultsError
from data.rowsfile import MAX_BYTES, RowsOfFile, read_rows_file, shaped_rows
from data.stock_fields import NEEDED, SHEETS, stock_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

StockSheet = tuple[str, RowsOfFile | None]
"""Name of a sheet in faults, and its rows; None if they cannot be read."""


def stock_sheets(path: Path) -> tuple[dict[str, StockSheet], list[Fault]]:
    """
    Return the sheets of a file by name, and what is wrong with them as a whole.

    Parameters
    ----------
    path
        A ``.xlsx`` or ``.json`` file, or a folder of ``.csv`` files.
    """
    known = {plain_header(title): name for name, zh in SHEETS.items() for title in (name, zh)}
    sheets: dict[str, StockSheet] = {}
    faults: list[Fault] = []
    for title, label, found in _parts(path):
        name = known.get(plain_header(title))
        if name is None or name in sheets:
            choices = ", ".join(f"{one} {zh}" for one, zh in SHEETS.items())
            faults.append(stock_fault((label, None), None, title, "unknown_sheet", {"choices": choices}))
        elif isinstance(found, list):
            sheets[name] = (label, None)
            faults += found
        else:
            sheets[name] = (label, found)
    missing = [name for name in SHEETS if name in NEEDED and name not in sheets]
    if missing:
        choices = ", ".join(f"{name} {SHEETS[name]}" for name in missing)
        faults.append(stock_fault((path.name, None), None, None, "missing_sheet", {"choices": choices}))
    return sheets, faults


def _parts(path: Path) -> Iterator[tuple[str, str, RowsOfFile | list[Fault]]]:
    """Yield the title of every sheet, its name in faults, and its rows or what keeps them from being read."""
    if path.is_dir():
        for file in sorted(path.glob("*.csv")):
            yield file.stem, file.name, _tried(lambda csv=file: read_rows_file(csv))  # type: ignore[misc]
    elif path.suffix.casefold() == ".json":
        for title, rows in read_json_lists(path, path.name).items():
            yield title, f"{path.name}[{title}]", rows
    elif path.suffix.casefold() == ".xlsx":
        yield from _workbook(path)
    else:
        zh, en = "只能读取 .xlsx、.json 文件或 .csv 的文件夹", "only .xlsx, .json and folders of .csv can be read"
        fault = Fault(file=path.name, value=path.suffix, rule="file-type", message_zh=zh, message_en=en)
        raise TableFaultsError([fault])


def _workbook(path: Path) -> Iterator[tuple[str, str, RowsOfFile | list[Fault]]]:
    """Yield the sheets of a workbook that have rows."""
    # The library of workbooks is large, and the other forms do not need it.
    from data.sheets import read_sheets  # noqa: PLC0415

    sheets = read_sheets(path, path.name, MAX_BYTES)
    if isinstance(sheets, Fault):
        raise TableFaultsError([sheets])
    for sheet in sheets:
        label = f"{path.name}[{sheet.name}]"
        lines = sheet.lines
        if lines is not None:
            yield sheet.name, label, sheet.faults or _tried(lambda: shaped_rows(lines, label))  # noqa: B023 - called at once


def _tried(read: Callable[[], RowsOfFile]) -> RowsOfFile | list[Fault]:
    """Return rows, or the faults of what has none."""
    try:
        return read()
    except TableFaultsError as error:
        return list(error.faults)
