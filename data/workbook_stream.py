"""
A workbook with one sheet, written as it is read: no row is kept, and the same rows give the same bytes.

Every text is an inline string, which no spreadsheet takes for a formula.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)
_PIECE = 1 << 16
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_MAX_CELL_CHARACTERS = 32_767
# What XML cannot hold.
_ILLEGAL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?", re.ASCII)

Cell = str | int | None


def workbook_pieces(title: str, rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """
    Yield the bytes of a workbook.

    Parameters
    ----------
    title
        Of its sheet.
    rows
        The first one is the heading. Whole numbers are numbers, and so is `data.cargo_write.Number`; all else is text.
    """
    out = _Pipe()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _frame(title).items():
            archive.writestr(_entry(name), content, zipfile.ZIP_DEFLATED)
        with archive.open(_entry("xl/worksheets/sheet1.xml"), "w") as sheet:
            sheet.write(_sheet_head().encode())
            buffer: list[str] = []
            size = 0
            for number, row in enumerate(rows, 1):
                text = _row(number, row)
                buffer.append(text)
                size += len(text)
                if size > _PIECE:
                    sheet.write("".join(buffer).encode())
                    buffer, size = [], 0
                    yield from out.taken()
            sheet.write(("".join(buffer) + "</sheetData></worksheet>").encode())
    yield from out.taken()


class _Pipe(io.RawIOBase):
    """Takes bytes at one end and gives them at the other; it cannot go back."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """Say that bytes are taken."""
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]
        """Take bytes."""
        self._parts.append(bytes(content))
        return len(content)

    def taken(self) -> Iterator[bytes]:
        """Yield what has come in."""
        parts, self._parts = self._parts, []
        if parts:
            yield b"".join(parts)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _FIRST_DAY_OF_ZIP)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _frame(title: str) -> dict[str, str]:
    """Return the parts around the sheet."""
    types = "".join(
        f'<Override PartName="{part}" ContentType="{_TYPE}.{kind}+xml"/>'
        for part, kind in (("/xl/workbook.xml", "sheet.main"), ("/xl/worksheets/sheet1.xml", "worksheet"))
    )
    return {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{types}</Types>",
        "_rels/.rels": _relation("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{escape(title, {chr(34): "&quot;"})}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relation("worksheet", "worksheets/sheet1.xml"),
    }


def _relation(kind: str, target: str) -> str:
    return (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )


def _sheet_head() -> str:
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
    )


def _row(number: int, row: Sequence[Cell]) -> str:
    cells = "".join(_cell(f"{column_letters(place)}{number}", value) for place, value in enumerate(row, 1))
    return f'<row r="{number}">{cells}</row>'


def _cell(place: str, value: Cell) -> str:
    if value is None or value == "":
        return ""
    if type(value) is not str and _NUMBER.fullmatch(str(value)):
        return f'<c r="{place}"><v>{value}</v></c>'
    text = escape(_ILLEGAL.sub(" ", str(value))[:_MAX_CELL_CHARACTERS])
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def column_letters(place: int) -> str:
    """
    Return the letters of a column.

    Examples
    --------
    >>> column_letters(1), column_letters(26), column_letters(27), column_letters(703)
    ('A', 'Z', 'AA', 'AAA')
    """
    letters = ""
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
