"""A JSON file of shipments as rows of text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from data.cargo_fields import cargo_fault
from data.errors import Fault, TableFaultsError
from data.messages import echo
from data.rowsfile import MAX_BYTES, MAX_ROWS, RowsOfFile
from data.textfile import encoding_fault, read_bytes, too_many_rows

if TYPE_CHECKING:
    from pathlib import Path

_SEPARATORS = frozenset(",，、;；")


def read_json(path: Path, label: str) -> RowsOfFile:
    """
    Return the keys of the objects in a JSON file and its rows, every value as text.

    Raises
    ------
    TableFaultsError
        If it holds anything but a list of flat objects, alone or as ``shipments``.
    """
    return parse_json(_content(path, label), label)


def parse_json(content: bytes, label: str) -> RowsOfFile:
    """
    Return the same of the content of a file.

    Raises
    ------
    TableFaultsError
        As for a file.
    """
    loaded = _loaded(content, label)
    items = loaded.get("shipments") if isinstance(loaded, dict) and set(loaded) == {"shipments"} else loaded
    if not isinstance(items, list):
        raise TableFaultsError([_malformed(label, None, '[{"id": …}, …], {"shipments": [{"id": …}, …]}')])
    if len(items) > MAX_ROWS:
        raise TableFaultsError([too_many_rows(label, MAX_ROWS)])
    return _rows(items, label)


def read_json_lists(path: Path, label: str) -> dict[str, RowsOfFile | list[Fault]]:
    """
    Return the lists of flat objects in a JSON file by key, each with its rows or what keeps them from being read.

    Raises
    ------
    TableFaultsError
        If it holds anything but an object of lists.
    """
    loaded = _loaded(_content(path, label), label)
    if not isinstance(loaded, dict) or not all(isinstance(items, list) for items in loaded.values()):
        raise TableFaultsError([_malformed(label, None, '{"…": [{…}, …], …}')])
    return {key: _list(items, f"{label}[{key}]") for key, items in loaded.items()}


def _list(items: list[Any], label: str) -> RowsOfFile | list[Fault]:
    """Return the rows of a list, or its faults."""
    if len(items) > MAX_ROWS:
        return [too_many_rows(label, MAX_ROWS)]
    try:
        return _rows(items, label)
    except TableFaultsError as error:
        return list(error.faults)


def _content(path: Path, label: str) -> bytes:
    """Return the content of a file."""
    content = read_bytes(path, label, MAX_BYTES)
    if isinstance(content, Fault):
        raise TableFaultsError([content])
    return content


def _loaded(content: bytes, label: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return what JSON holds; numbers with decimals stay text."""
    try:
        return json.loads(content.decode("utf-8-sig"), parse_float=str, parse_constant=str, object_pairs_hook=_once)
    except UnicodeDecodeError:
        raise TableFaultsError([encoding_fault(label, "unknown")]) from None
    except (ValueError, RecursionError) as error:
        raise TableFaultsError([_malformed(label, None, echo(str(error)))]) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object none of whose keys stands twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        msg = f"{max(keys, key=keys.count)!r} stands twice"
        raise ValueError(msg)
    return found


def _rows(items: list[Any], label: str) -> RowsOfFile:
    """Return the keys of objects and their values as text."""
    headers: dict[str, None] = {}
    rows: list[tuple[int, dict[str, str]]] = []
    faults = []
    for number, item in enumerate(items, 1):
        cells, found = cells_of(item, label, number)
        faults += found
        headers |= dict.fromkeys(cells)
        rows.append((number, cells))
    if faults:
        raise TableFaultsError(faults)
    return list(headers), rows


def cells_of(item: object, label: str, number: int) -> tuple[dict[str, str], list[Fault]]:
    """
    Return the values of an object as text, and the faults of those that have no place in a table.

    Parameters
    ----------
    item
        What stands where a shipment should.
    label, number
        The file, and where in it.
    """
    cells: dict[str, str] = {}
    faults = []
    for key, value in item.items() if isinstance(item, dict) else [("", item)]:
        text = _cell(value)
        if text is None or not isinstance(item, dict):
            faults.append(_malformed(label, number, echo(f"{key} {value}"), echo(key) or None))
        cells[key] = text or ""
    return cells, faults


def object_of(text: str) -> object:
    """
    Return what a line of JSON holds; numbers stay the texts they are.

    Raises
    ------
    ValueError, RecursionError
        When it is no JSON, or an object has a key twice.
    """
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_once)


def _cell(value: object) -> str | None:
    """Return a value of JSON as the text of a cell, or None if it has no place in one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        is_fine = all(isinstance(item, str) and _SEPARATORS.isdisjoint(item) for item in value)
        return ";".join(value) if is_fine else None
    return str(value).strip() if isinstance(value, str | int) else None


def _malformed(label: str, row: int | None, detail: str | None, column: str | None = None) -> Fault:
    return cargo_fault(label, row, column, detail, "malformed", {"detail": detail})
