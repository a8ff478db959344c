"""OpenType fonts as they lie in a file: which faces there are, their glyphs by character, and how wide those are."""

from __future__ import annotations

import struct
from bisect import bisect_right
from functools import cached_property

_COLLECTION = b"ttcf"
_EM = 1000
_RESTRICTED, _NO_SUBSET, _BITMAPS = 0x0002, 0x0100, 0x0200
_USABLE = 0x000E
_POSTSCRIPT_NAME = 6
_WINDOWS = 3


class FontError(ValueError):
    """A font that cannot be embedded, with the reason."""


def faces(data: bytes) -> list[Face]:
    """
    Return the faces of a font file, one or those of a collection.

    Raises
    ------
    FontError
        If it is no OpenType font.
    """
    try:
        if data[:4] != _COLLECTION:
            return [Face(data, 0)]
        (count,) = struct.unpack_from(">I", data, 8)
        return [Face(data, start) for start in struct.unpack_from(f">{count}I", data, 12)]
    except struct.error:
        msg = "no OpenType font"
        raise FontError(msg) from None


class Face:
    """
    One face of a font file.

    Parameters
    ----------
    data
        The whole file.
    start
        Where the table directory of the face begins.
    """

    def __init__(self, data: bytes, start: int) -> None:
        self.data = data
        (count,) = struct.unpack_from(">H", data, start + 4)
        rows = (struct.unpack_from(">4sIII", data, start + 12 + 16 * number) for number in range(count))
        self._tables = {tag: (offset, length) for tag, _, offset, length in rows}

    def table(self, tag: bytes) -> bytes:
        """Return the content of a table, nothing if the face has none of that name."""
        offset, length = self._tables.get(tag, (0, 0))
        return self.data[offset : offset + length]

    @cached_property
    def name(self) -> str:
        """The PostScript name."""
        table = self.table(b"name")
        _, count, strings = struct.unpack_from(">HHH", table)
        for number in range(count):
            platform, _, _, id_, length, offset = struct.unpack_from(">6H", table, 6 + 12 * number)
            if platform == _WINDOWS and id_ == _POSTSCRIPT_NAME:
                start = strings + offset
                return "".join(table[start : start + length].decode("utf-16-be").split())
        return "Font"

    @cached_property
    def has_outlines_of_postscript(self) -> bool:
        """Whether its outlines are CFF, of the first version."""
        return b"CFF " in self._tables

    @cached_property
    def may_be_embedded(self) -> bool:
        """Whether its licence bits allow that a part of it stands in a document (``fsType`` of the table OS/2)."""
        table = self.table(b"OS/2")
        bits = struct.unpack_from(">H", table, 8)[0] if table else 0
        return not bits & (_NO_SUBSET | _BITMAPS) and bits & _USABLE != _RESTRICTED

    @cached_property
    def _units(self) -> int:
        (units,) = struct.unpack_from(">H", self.table(b"head"), 18)
        return int(units)

    @cached_property
    def box(self) -> list[int]:
        """The box around all glyphs, in thousandths of an em."""
        return [side * _EM // self._units for side in struct.unpack_from(">4h", self.table(b"head"), 36)]

    @cached_property
    def ascent_descent(self) -> tuple[int, int]:
        """How far letters reach above and below the line, in thousandths of an em."""
        ascent, descent = struct.unpack_from(">2h", self.table(b"hhea"), 4)
        return ascent * _EM // self._units, descent * _EM // self._units

    @cached_property
    def _wide(self) -> tuple[int, bytes]:
        """How many glyphs have a width of their own, and the table of widths."""
        (count,) = struct.unpack_from(">H", self.table(b"hhea"), 34)
        return count, self.table(b"hmtx")

    def width(self, glyph: int) -> int:
        """Return the width of a glyph in thousandths of an em."""
        count, table = self._wide
        (wide,) = struct.unpack_from(">H", table, 4 * min(glyph, count - 1))
        return int(wide) * _EM // self._units

    @cached_property
    def _groups(self) -> tuple[list[int], list[int], list[int]]:
        """Runs of characters whose glyphs follow each other: first and last characters, and first glyphs."""
        table = self.table(b"cmap")
        (count,) = struct.unpack_from(">H", table, 2)
        rows = [struct.unpack_from(">HHI", table, 4 + 8 * number) for number in range(count)]
        for _, _, offset in rows:
            (form,) = struct.unpack_from(">H", table, offset)
            if form == 12:  # noqa: PLR2004 - the form that has characters of all planes
                (length,) = struct.unpack_from(">I", table, offset + 12)
                flat = struct.unpack_from(f">{3 * length}I", table, offset + 16)
                return list(flat[0::3]), list(flat[1::3]), list(flat[2::3])
        msg = f"{self.name} has no table of all characters"
        raise FontError(msg)

    def glyph(self, character: str) -> int:
        """Return the glyph of a character, 0 if there is none."""
        firsts, lasts, glyphs = self._groups
        code = ord(character)
        place = bisect_right(firsts, code) - 1
        return glyphs[place] + code - firsts[place] if place >= 0 and code <= lasts[place] else 0
