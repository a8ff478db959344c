"""
A user's file of rows, such as cargo to be quoted: CSV in UTF-8 or GBK, or the one sheet of an Excel workbook.

Nothing is known here about its columns; whoever asked for the file checks them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.errors import Fault, TableFaultsError
from data.textfile import (
    MEGABYTE,
    Lines,
    binary_fault,
    encoding_fault,
    read_bytes,
    split_lines,
    too_many_rows,
)

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 20 * MEGABYTE
MAX_ROWS = 200_000
_MAX_FAULTS = 100
_STRANGE_SHARE = 0.1

RowsOfFile = tuple[list[str], list[tuple[int, dict[str, str]]]]


def read_rows_file(path: Path, label: str | None = None) -> RowsOfFile:
    """
    Return the headers of a file and its rows, each with its line number and its cells by header.

    Cells are text without blanks around them; rows without any text are left out.

    Parameters
    ----------
    path
        A ``.csv`` or ``.xlsx`` file.
    label
        Its name in faults, if not the file's own.

    Raises
    ------
    TableFaultsError
        With everything that keeps the file from being read.
    """
    label = label or path.name
    suffix = path.suffix.casefold()
    if suffix == ".csv":
        lines = _read_csv(path, label)
    elif suffix == ".xlsx":
        lines = _read_workbook(path, label)
    else:
        fault = Fault(
            file=label,
            value=path.suffix,
            rule="file-type",
            message_zh="只能读取 .csv 或 .xlsx 文件",
            message_en="only .csv and .xlsx files can be read",
        )
        raise TableFaultsError([fault])
    return shaped_rows(lines, label)


def _read_csv(path: Path, label: str) -> Lines:
    """Return the rows of a CSV file in one of the encodings that are read."""
    content = read_bytes(path, label, MAX_BYTES)
    if isinstance(content, Fault):
        raise TableFaultsError([content])
    fault = binary_fault(content, label)
    if fault is not None:
        raise TableFaultsError([fault])
    lines = split_lines(_decode(content, label), label, MAX_ROWS)
    if isinstance(lines, Fault):
        raise TableFaultsError([lines])
    return lines


def _decode(content: bytes, label: str) -> str:
    """Return the text of a file in UTF-8, or else in GB18030, of which GBK is a part."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        raise TableFaultsError([encoding_fault(label, "unknown")]) from None
    if _is_strange(text):
        raise TableFaultsError([encoding_fault(label, "unknown")])
    return text


def _is_strange(text: str) -> bool:
    """
    Return whether text was decoded wrongly: too much of it is outside the common Chinese characters.

    Examples
    --------
    >>> _is_strange("溫州到漢堡".encode("big5").decode("gb18030", "replace"))
    True
    >>> _is_strange("温州到汉堡, 眼镜 800 kg")
    False
    """
    foreign = [character for character in text if not character.isascii()]
    strange = sum(1 for character in foreign if not _is_common(character))
    return strange > _STRANGE_SHARE * len(foreign)


def _is_common(character: str) -> bool:
    """Return whether a character belongs to the basic Chinese set, GB 2312."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _read_workbook(path: Path, label: str) -> Lines:
    """Return the rows of the only sheet of a workbook that has any."""
    # The library of workbooks is large, and CSV does not need it.
    from data.sheets import read_sheets  # noqa: PLC0415

    sheets = read_sheets(path, label, MAX_BYTES)
    if isinstance(sheets, Fault):
        raise TableFaultsError([sheets])
    filled = [sheet for sheet in sheets if sheet.lines is not None]
    if len(filled) != 1 or filled[0].lines is None:
        names = ", ".join(sheet.name for sheet in filled)
        fault = Fault(
            file=label,
            value=names,
            rule="one-sheet",
            message_zh=f"应恰有一个非空工作表, 现有 {len(filled)} 个: {names}",
            message_en=f"exactly one sheet must have rows, found {len(filled)}: {names}",
        )
        raise TableFaultsError([fault])
    if filled[0].faults:
        raise TableFaultsError(filled[0].faults)
    return filled[0].lines


def shaped_rows(lines: Lines, label: str) -> RowsOfFile:
    """
    Return the headers and rows of a file or sheet.

    Raises
    ------
    TableFaultsError
        With the faults of their shape.
    """
    headers = [cell.strip() for cell in lines.header]
    faults = _header_faults(headers, label, lines.header_number)
    rows: list[tuple[int, dict[str, str]]] = []
    for number, cells in zip(lines.numbers, lines.rows, strict=True):
        if len(cells) != len(headers):
            faults.append(_ragged(label, number, len(cells), len(headers)))
        texts = [cell.strip() for cell in cells]
        if any(texts):
            rows.append((number, dict(zip(headers, texts, strict=False))))
    if len(rows) > MAX_ROWS:
        faults.append(too_many_rows(label, MAX_ROWS))
    if faults:
        raise TableFaultsError(faults[:_MAX_FAULTS])
    return headers, rows


def _header_faults(headers: list[str], label: str, row: int) -> list[Fault]:
    """Return the faults of headers that are empty or stand twice."""
    faults: list[Fault] = []
    for place, header in enumerate(headers, 1):
        if header and headers.index(header) == place - 1:
            continue
        zh, en = ("重复", "stands twice") if header else ("为空", "is empty")
        faults.append(
            Fault(
                file=label,
                row=row,
                column=header or str(place),
                value=header,
                rule="header",
                message_zh=f"第 {place} 列的表头{zh}",
                message_en=f"the header of column {place} {en}",
            )
        )
    return faults


def _ragged(label: str, row: int, count: int, width: int) -> Fault:
    """Return the fault of a row that is not as wide as the header."""
    return Fault(
        file=label,
        row=row,
        rule="ragged-row",
        message_zh=f"该行有 {count} 格, 表头有 {width} 格; 含逗号的文字要加引号",
        message_en=f"the row has {count} cells and the header {width}; text with commas needs quotes",
    )
