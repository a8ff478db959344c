"""Rows of orders, payments, waybills and items from CSV, NDJSON or a workbook, one after the other."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

from data.declare_fields import headers_of, plain
from data.errors import TableFaultsError
from data.faultlist import place_fault
from data.rowsfile import read_rows_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from data.declare_fields import Field
    from data.declare_read import Source
    from data.errors import Fault
    from data.faultlist import FaultList

Read = tuple[int, list[str], list[list[str]]]
"""Line, texts of the fields, texts of each line of goods."""

_GOODS = "goods"


def rows_of(source: Source, fields: Sequence[Field], goods: Sequence[Field], faults: FaultList) -> Iterator[Read]:
    """
    Yield the rows of a file in order; nothing is known yet of their texts.

    Parameters
    ----------
    source
        A file ``.csv``, ``.ndjson`` or ``.xlsx``.
    fields, goods
        The columns of a document, and those of one line of goods.
    faults
        What is wrong with headers, keys or the shape of rows is added here.
    """
    suffix = source.path.suffix.casefold()
    if suffix == ".ndjson":
        yield from _json_rows(source, fields, goods, faults)
    elif suffix == ".xlsx":
        yield from _sheet_rows(source, fields, goods, faults)
    else:
        yield from _csv_rows(source, fields, goods, faults)


class Shape:
    """
    Which cell of a row is which field.

    Parameters
    ----------
    names
        The fields of its cells, in order.
    fields, goods
        The columns of a document, and those of one line of goods.
    """

    def __init__(self, names: Sequence[str], fields: Sequence[Field], goods: Sequence[Field]) -> None:
        self.names = tuple(names)
        self.width = len(self.names)
        columns = {name: place for place, name in enumerate(names)}
        # An empty cell is put behind the others for what has no column.
        self._places = [columns.get(field.name, -1) for field in fields]
        has_goods = any(field.name in columns for field in goods)
        self._goods = [columns.get(field.name, -1) for field in goods] if has_goods else []

    def pick(self, cells: list[str]) -> tuple[list[str], list[list[str]]]:
        """Return the texts of the fields, and those of a line of goods if there is one."""
        cells.append("")
        line = [cells[place].strip() for place in self._goods]
        return [cells[place].strip() for place in self._places], [line] if any(line) else []

    def row(
        self, label: str, number: int, cells: list[str], faults: FaultList
    ) -> tuple[list[str], list[list[str]]] | None:
        """Return the same of a row of a file; None if it is empty, or too wide or narrow, which is a fault."""
        if not any(cells):
            return None
        if len(cells) != self.width:
            pair = (
                f"该行有 {len(cells)} 格, 表头有 {self.width} 格",
                f"has {len(cells)} cells, the header {self.width}",
            )
            faults.add(place_fault((label, number), None, None, "ragged-row", pair))
            return None
        return self.pick(cells)


def shape_of(
    headers: Sequence[str], fields: Sequence[Field], goods: Sequence[Field], place: tuple[str, int], faults: FaultList
) -> Shape:
    """
    Return the shape of a file with these headers; what is wrong with them is added to `faults`.

    A header stands for a line of goods only where it stands for no field of the document.
    """
    known = dict(headers_of(tuple(goods))) | dict(headers_of(tuple(fields)))
    columns: dict[str, int] = {}
    for number, header in enumerate(headers):
        name = known.get(plain(header))
        if name is None:
            choices = ", ".join(field.name for field in (*fields, *goods))
            pair = (f"没有这一列; 可用: {choices}", f"is not a known column; known: {choices}")
            faults.add(place_fault(place, header, header, "unknown_column", pair))
        elif name in columns:
            other = headers[columns[name]]
            pair = (f"与 {other} 列含义相同", f"means the same as column {other}")
            faults.add(place_fault(place, header, header, "repeated_column", pair))
        else:
            columns[name] = number
    for field in fields:
        if field.is_needed and field.name not in columns:
            faults.add(place_fault(place, field.name, None, "required", ("缺少此列", "the column is missing")))
    return Shape(tuple(columns), fields, goods)


def broken_csv(label: str, number: int, error: csv.Error) -> Fault:
    """Return the fault of a row from which on a file cannot be cut into cells."""
    pair = (
        f"从此行起无法按逗号分隔读取, 请检查引号: {error}",
        f"cannot be read from here on, check the quotes: {error}",
    )
    return place_fault((label, number), None, None, "csv", pair)


def no_header(label: str) -> Fault:
    """Return the fault of a file without a header."""
    return place_fault((label, None), None, None, "empty-file", ("文件没有表头", "the file has no header row"))


def _csv_rows(source: Source, fields: Sequence[Field], goods: Sequence[Field], faults: FaultList) -> Iterator[Read]:
    """Yield the rows of a CSV file."""
    label = source.label
    shape: Shape | None = None
    before = 0
    with source.path.open(encoding=source.encoding, newline="") as stream:
        reader = csv.reader(stream, strict=True)
        try:
            for cells in reader:
                number, before = before + 1, reader.line_num
                if shape is None:
                    if any(cells):
                        known = faults.count
                        shape = shape_of(cells, fields, goods, (label, number), faults)
                        if faults.count > known:
                            return
                    continue
                picked = shape.row(label, number, cells, faults)
                if picked is not None:
                    yield number, *picked
        except csv.Error as error:
            faults.add(broken_csv(label, before + 1, error))
            return
    if shape is None:
        faults.add(no_header(label))


def _sheet_rows(source: Source, fields: Sequence[Field], goods: Sequence[Field], faults: FaultList) -> Iterator[Read]:
    """Yield the rows of a workbook."""
    try:
        headers, rows = read_rows_file(source.path, source.label)
    except TableFaultsError as error:
        faults.extend(error.faults)
        return
    known = faults.count
    shape = shape_of(headers, fields, goods, (source.label, 1), faults)
    if faults.count > known:
        return
    for number, texts in rows:
        yield number, *shape.pick([texts.get(header, "") for header in headers])


def _json_rows(source: Source, fields: Sequence[Field], goods: Sequence[Field], faults: FaultList) -> Iterator[Read]:
    """Yield the objects of a file with one in each line."""
    names, goods_names = headers_of(tuple(fields)), headers_of(tuple(goods))
    with source.path.open(encoding=source.encoding) as stream:
        for number, line in enumerate(stream, 1):
            text = line.strip()
            if not text:
                continue
            place = (source.label, number)
            item = _object(text, place, faults)
            if item is None:
                continue
            given = item.pop(_GOODS, []) if goods else []
            if not isinstance(given, list) or not all(isinstance(part, dict) for part in given):
                pair = ("应为对象的列表", "must be a list of objects")
                faults.add(place_fault(place, _GOODS, given, "json", pair))
                continue
            before = faults.count
            texts = _texts(item, fields, names, place, faults)
            lines = [_texts(part, goods, goods_names, place, faults) for part in given]
            if faults.count == before:
                yield number, texts, lines


def _object(text: str, place: tuple[str, int], faults: FaultList) -> dict[str, Any] | None:
    """Return the object of a line; numbers stay the texts they are."""
    try:
        item = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        item = None
    if isinstance(item, dict):
        return item
    pair = ("不是一个完整的 JSON 对象, 文件可能被截断", "is no whole JSON object; the file may be cut off")
    faults.add(place_fault(place, None, text[:40], "json", pair))
    return None


def _texts(
    item: Mapping[str, Any],
    fields: Sequence[Field],
    names: Mapping[str, str],
    place: tuple[str, int],
    faults: FaultList,
) -> list[str]:
    """Return the texts of the fields of an object."""
    found: dict[str, str] = {}
    for key, value in item.items():
        name = names.get(plain(key))
        if name is None or name in found:
            pair = ("没有这个字段, 或出现不止一次", "is no known key, or stands more than once")
            faults.add(place_fault(place, key, key, "unknown_column", pair))
        elif value is None:
            found[name] = ""
        elif isinstance(value, str):
            found[name] = value.strip()
        else:
            faults.add(place_fault(place, key, value, "json", ("应为文字或数字", "must be a text or a number")))
    return [found.get(field.name, "") for field in fields]
