"""Bytes of a text file to text, refusing what cannot be read safely."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from data.errors import Fault

if TYPE_CHECKING:
    from pathlib import Path

MEGABYTE = 1024 * 1024
MAX_ROWS = 1_000_000
_LONGEST_LINE = 1 << 18
_MOST_LINES = 10_000
"""Lines of one row, whose cells may hold line feeds."""


@dataclass(frozen=True, slots=True)
class Lines:
    """
    The rows of a delimited file.

    Parameters
    ----------
    header
        The cells of the first row that is not empty.
    rows
        The cells of every later row that is not empty.
    numbers
        The line each of those rows starts on.
    header_number
        The line of the header.
    """

    header: list[str]
    rows: list[list[str]]
    numbers: list[int]
    header_number: int = 1


def read_bytes(path: Path, label: str, limit_bytes: int) -> bytes | Fault:
    """Return the content of a file, or the fault of a file that is too large or cannot be opened."""
    try:
        size = path.stat().st_size
        if size > limit_bytes:
            limit, found = limit_bytes // MEGABYTE, -(-size // MEGABYTE)
            return Fault(
                file=label,
                rule="file-size",
                value=str(size),
                message_zh=f"文件 {found} MB, 超过上限 {limit} MB",
                message_en=f"the file has {found} MB, above the limit of {limit} MB",
            )
        return path.read_bytes()
    except OSError as error:
        return open_fault(label, error)


def open_fault(label: str, error: OSError) -> Fault:
    """Return the fault of a file that the system does not open."""
    reason = error.strerror or type(error).__name__
    return Fault(
        file=label,
        rule="file-open",
        message_zh=f"无法打开文件: {reason}",
        message_en=f"the file cannot be opened: {reason}",
    )


def binary_fault(content: bytes, label: str) -> Fault | None:
    """Return the fault of content that is not the text of a table: UTF-16, or with NUL bytes."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return encoding_fault(label, "UTF-16")
    place = content.find(b"\0")
    if place < 0:
        return None
    return Fault(
        file=label,
        row=content.count(b"\n", 0, place) + 1,
        rule="nul-byte",
        message_zh="文件含有 NUL 字节, 不是文本文件或已损坏",
        message_en="the file holds a NUL byte: it is no text file, or it is damaged",
    )


def encoding_fault(label: str, encoding: str) -> Fault:
    """Return the fault of a file in an encoding that is not read, with what to do about it."""
    return Fault(
        file=label,
        value=encoding,
        rule="encoding",
        message_zh=f"文件编码为 {encoding}, 不是 UTF-8; 请在 Excel 中另存为「CSV UTF-8 (逗号分隔)」",
        message_en=f"the file is encoded as {encoding}, not UTF-8; in Excel, save it as 'CSV UTF-8 (comma delimited)'",
    )


def guess_encoding(content: bytes) -> str:
    """
    Return the name of the encoding bytes that are not UTF-8 are probably in.

    Examples
    --------
    >>> guess_encoding("温州,义乌".encode("gbk"))
    'GBK'
    """
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return "unknown"
    return "GBK"


class TooLongError(ValueError):
    """A line, or a row over several lines, is longer than any row of a table."""


class BoundedLines:
    """
    The lines of a text, none of them so long that cutting it into cells would fill the memory.

    Parameters
    ----------
    stream
        The text.

    Raises
    ------
    TooLongError
        While it is read.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lines = 0

    def __iter__(self) -> BoundedLines:
        """Return itself."""
        return self

    def __next__(self) -> str:
        """Return the next line."""
        line = self._stream.readline(_LONGEST_LINE)
        self._lines += 1
        if not line:
            raise StopIteration
        if len(line) == _LONGEST_LINE or self._lines > _MOST_LINES:
            raise TooLongError
        return line

    def row_ends(self) -> None:
        """Note that a row ends here."""
        self._lines = 0


def too_long(label: str, row: int) -> Fault:
    """Return the fault of a line that is longer than any row of a table."""
    return Fault(
        file=label,
        row=row,
        rule="line-length",
        message_zh="该行过长, 不是表格的一行",
        message_en="the line is too long to be a row of a table",
    )


def split_lines(text: str, label: str, max_rows: int = MAX_ROWS) -> Lines | Fault:
    """Return the rows of comma-separated text, or the fault of too many rows, no header or a broken quote."""
    lines = BoundedLines(io.StringIO(text, newline=""))
    reader = csv.reader(lines, strict=True)
    rows: list[list[str]] = []
    numbers: list[int] = []
    before = 0
    try:
        for row in reader:
            lines.row_ends()
            if any(row):
                rows.append(row)
                numbers.append(before + 1)
                if len(rows) > max_rows + 1:
                    return too_many_rows(label, max_rows)
            before = reader.line_num
    except TooLongError:
        return too_long(label, before + 1)
    except csv.Error as error:
        return Fault(
            file=label,
            row=before + 1,
            rule="csv",
            message_zh=f"从此行起无法按逗号分隔读取, 请检查引号: {error}",
            message_en=f"from this line on the file cannot be read, check the quotes: {error}",
        )
    if not rows:
        return Fault(file=label, rule="empty-file", message_zh="文件没有表头", message_en="the file has no header row")
    return Lines(rows[0], rows[1:], numbers[1:], numbers[0])


def too_many_rows(label: str, max_rows: int) -> Fault:
    """Return the fault of a file with more rows than are read."""
    return Fault(
        file=label,
        rule="row-count",
        message_zh=f"超过上限 {max_rows} 行, 请拆分",
        message_en=f"has more than {max_rows} rows; split it",
    )


def read_utf8_csv(path: Path, label: str, limit_bytes: int) -> Lines | Fault:
    """Return the rows of a CSV file in UTF-8, with or without a byte order mark."""
    content = read_bytes(path, label, limit_bytes)
    if isinstance(content, Fault):
        return content
    fault = binary_fault(content, label)
    if fault is not None:
        return fault
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return encoding_fault(label, guess_encoding(content))
    return split_lines(text, label)
