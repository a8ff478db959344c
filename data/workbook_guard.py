"""
A look at a workbook before a library opens it: whether it is as small, flat and plain as a table.

A few kilobytes can unpack to gigabytes, name a million columns, merge a billion cells or hold entities that grow when
they are read. The parts are read as streams here, so that whatever a file says of itself costs neither time nor memory.
"""

from __future__ import annotations

import re
import zipfile
from typing import IO, TYPE_CHECKING
from xml.parsers import expat

from data.textfile import MEGABYTE

if TYPE_CHECKING:
    from pathlib import Path

MAX_UNPACKED_BYTES = 150 * MEGABYTE
"""The library that opens workbooks needs many times this in memory."""
_MAX_PARTS = 2_000
_MAX_COLUMNS, _MAX_ROWS = 16_384, 1_048_576
_MAX_GRID = 6_000_000
"""Cells from the first to the last row and column of a sheet, empty ones included."""
_MOST = {"c": 4_000_000, "row": 1_200_000, "mergeCell": 10_000, "xf": 100_000, "si": 4_000_000}
"""How many of each element all parts may have together."""
_CHUNK = 1 << 16
_XML = (".xml", ".rels", ".vml")
_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})", re.ASCII)
_LETTERS = 26


class StrangeArchiveError(ValueError):
    """A file is none that a person made; the text says why."""


def strange_workbook(source: IO[bytes] | Path) -> str | None:
    """
    Return why a workbook is not opened, None if it may be.

    What a damaged one raises - `zipfile.BadZipFile`, `zlib.error`, `expat.ExpatError` - is left to the caller, who has
    to expect it from the library as well.

    Parameters
    ----------
    source
        The file, or its bytes as a stream.
    """
    found = dict.fromkeys(_MOST, 0)
    try:
        with zipfile.ZipFile(source) as archive:
            check_sizes(archive, MAX_UNPACKED_BYTES, _MAX_PARTS)
            for entry in archive.infolist():
                if entry.filename.casefold().endswith(_XML):
                    with archive.open(entry) as part:
                        _Part(found).scan(part)
    except StrangeArchiveError as error:
        return str(error)
    return None


def check_sizes(archive: zipfile.ZipFile, most_bytes: int, most_parts: int) -> None:
    """
    Do nothing if an archive is small; of an entry no more is ever unpacked than it says it has.

    Raises
    ------
    StrangeArchiveError
        When it is too large when unpacked, or has too many parts, or is encrypted.
    """
    entries = archive.infolist()
    if len(entries) > most_parts:
        msg = f"more than {most_parts:,} parts"
        raise StrangeArchiveError(msg)
    if sum(entry.file_size for entry in entries) > most_bytes:
        msg = f"too large when unpacked, the limit is {most_bytes // MEGABYTE} MB"
        raise StrangeArchiveError(msg)
    if any(entry.flag_bits & 1 for entry in entries):
        msg = "encrypted"
        raise StrangeArchiveError(msg)


class _Part:
    """
    One part of a workbook while it is read.

    Parameters
    ----------
    found
        How many of each element there are so far, over all parts.
    """

    def __init__(self, found: dict[str, int]) -> None:
        self._found = found
        self._rows = self._columns = 0
        self._row = self._column = 0

    def scan(self, part: IO[bytes]) -> None:
        """Read it from end to end."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = self._doctype
        while chunk := part.read(_CHUNK):
            parser.Parse(chunk, False)  # noqa: FBT003 - of the library
        parser.Parse(b"", True)  # noqa: FBT003 - of the library

    @staticmethod
    def _doctype(*_: object) -> None:
        msg = "it declares a document type"
        raise StrangeArchiveError(msg)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        plain = name.rpartition(":")[2]
        if plain not in _MOST:
            return
        self._found[plain] += 1
        if self._found[plain] > _MOST[plain]:
            msg = f"more than {_MOST[plain]:,} elements <{plain}>"
            raise StrangeArchiveError(msg)
        if plain == "c":
            # A cell that does not say where it is stands behind the one before.
            given = attributes.get("r")
            self._row, self._column = (self._row, self._column + 1) if given is None else _place(given)
            self._grow(self._row, self._column)
        elif plain == "row":
            given = attributes.get("r")
            self._row, self._column = self._row + 1 if given is None else _place(f"A{given}")[0], 0
            self._grow(self._row, 1)
        elif plain == "mergeCell":
            for corner in attributes.get("ref", "").split(":"):
                self._grow(*_place(corner))

    def _grow(self, row: int, column: int) -> None:
        """Take a cell into the grid of the sheet."""
        self._rows, self._columns = max(self._rows, row), max(self._columns, column)
        if self._rows * self._columns > _MAX_GRID:
            msg = f"a sheet of {self._rows:,} x {self._columns:,} cells"
            raise StrangeArchiveError(msg)


def _place(text: str) -> tuple[int, int]:
    """
    Return row and column of a cell.

    Examples
    --------
    >>> _place("A1"), _place("XFD1048576")
    ((1, 1), (1048576, 16384))
    """
    match = _PLACE.fullmatch(text)
    column = 0
    for letter in match[1].upper() if match else "":
        column = column * _LETTERS + ord(letter) - ord("A") + 1
    row = int(match[2]) if match else 0
    if not 1 <= column <= _MAX_COLUMNS or not 1 <= row <= _MAX_ROWS:
        msg = f"cell {text[:20]!r}"
        raise StrangeArchiveError(msg)
    return row, column
