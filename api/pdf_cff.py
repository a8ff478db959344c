"""
A part of a font with CFF outlines, as it is embedded in a PDF: the glyphs that are used, and nothing else.

Reportlab embeds TrueType outlines only, and most Chinese fonts of Linux have CFF ones.

References
----------
Adobe Technical Notes 5176 (Compact Font Format) and 5177 (Type 2 charstrings).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from api.pdf_sfnt import FontError

_CHARSET, _CHARSTRINGS, _PRIVATE, _SUBRS = 15, 17, 18, 19
_BOX, _ESCAPE = 5, 12
_MATRIX, _ROS, _COUNT, _FDARRAY, _FDSELECT = (12 << 8 | code for code in (7, 30, 34, 36, 37))
_CALL, _RETURN, _END, _CALL_GLOBAL = 10, 11, 14, 29
_STEMS, _MASKS, _FLEXES = frozenset({1, 3, 18, 23}), frozenset({19, 20}), frozenset({34, 35, 36, 37})
_MOST_CALLS = 10
_STANDARD_STRINGS = 391


class Index:
    """
    An INDEX: how many items there are, and each of them.

    Parameters
    ----------
    data
        The table.
    start
        Where it begins.
    """

    def __init__(self, data: bytes, start: int) -> None:
        self._data, self._start = data, start + 3
        (self.count,) = struct.unpack_from(">H", data, start)
        self._size = data[start + 2] if self.count else 0
        self._base = start + 2 + self._size * (self.count + 1)
        self.end = self._base + self._offset(self.count) if self.count else start + 2

    def _offset(self, number: int) -> int:
        place = self._start + self._size * number
        return int.from_bytes(self._data[place : place + self._size], "big")

    def __getitem__(self, number: int) -> bytes:
        """Return an item."""
        if not 0 <= number < self.count:
            msg = f"has no item {number} of {self.count}"
            raise FontError(msg)
        return self._data[self._base + self._offset(number) : self._base + self._offset(number + 1)]


def _indexed(items: Sequence[bytes]) -> bytes:
    """Return items as an INDEX."""
    if not items:
        return b"\0\0"
    offsets = [1]
    for item in items:
        offsets.append(offsets[-1] + len(item))
    return b"".join(
        [struct.pack(">HB", len(items), 4), *(struct.pack(">I", offset) for offset in offsets), *items],
    )


def _entries(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the operators of a DICT with the bytes of their operands; those of two bytes as 12 · 256 + the second."""
    start = place = 0
    while place < len(data):
        first = data[place]
        if first <= 21:  # noqa: PLR2004 - operators are below the operands
            operator = first << 8 | data[place + 1] if first == _ESCAPE else first
            yield operator, data[start:place]
            place += 2 if first == _ESCAPE else 1
            start = place
        elif first == 30:  # noqa: PLR2004 - a real number ends with the half byte 15
            while data[place + 1] & 15 != 15 and data[place + 1] >> 4 != 15:  # noqa: PLR2004
                place += 1
            place += 2
        else:
            place += {28: 3, 29: 5}.get(first, 1 if first <= 246 else 2)  # noqa: PLR2004


def _number(data: bytes) -> int:
    """Return the whole number that an operand is."""
    first = data[0]
    if first == 28:  # noqa: PLR2004
        return int(struct.unpack(">h", data[1:3])[0])
    if first == 29:  # noqa: PLR2004 - of a DICT only; in a charstring it is an operator
        return int(struct.unpack(">i", data[1:5])[0])
    if first <= 246:  # noqa: PLR2004
        return first - 139
    return (first - 247) * 256 + data[1] + 108 if first <= 250 else (251 - first) * 256 - data[1] - 108  # noqa: PLR2004


def _numbers(data: bytes) -> list[int]:
    """Return the whole numbers of a DICT entry."""
    found = []
    while data:
        length = {28: 3, 29: 5}.get(data[0], 1 if data[0] <= 246 else 2)  # noqa: PLR2004
        found.append(_number(data))
        data = data[length:]
    return found


def _operand(number: int) -> bytes:
    """Return a whole number as an operand of five bytes, whatever it is."""
    return b"\x1d" + struct.pack(">i", number)


def _dict(entries: Sequence[tuple[int, bytes]]) -> bytes:
    """Return entries as a DICT."""
    codes = [struct.pack(">H", code) if code > 255 else bytes([code]) for code, _ in entries]  # noqa: PLR2004
    return b"".join(operands + code for code, (_, operands) in zip(codes, entries, strict=True))


class _Outline:
    """Writes the charstring of a glyph without its subroutines."""

    def __init__(self, subrs: Index | None, global_subrs: Index) -> None:
        self._subrs = {_CALL: subrs, _CALL_GLOBAL: global_subrs}
        self._out: list[bytes] = []
        self._operands: list[bytes] = []
        self._stems = 0

    def flat(self, code: bytes) -> bytes:
        """Return the charstring."""
        self._run(code, 0)
        return b"".join(self._out)

    def _run(self, code: bytes, depth: int) -> bool:
        """Go through a charstring or a subroutine; tell whether the glyph ended in it."""
        if depth > _MOST_CALLS:
            msg = "calls subroutines too deeply"
            raise FontError(msg)
        place = 0
        while place < len(code):
            first = code[place]
            if first >= 32 or first == 28:  # noqa: PLR2004 - numbers
                length = 3 if first == 28 else 5 if first == 255 else 1 if first <= 246 else 2  # noqa: PLR2004
                self._operands.append(code[place : place + length])
                place += length
            elif first == _RETURN:
                return False
            elif first in self._subrs:
                if self._called(first, depth):
                    return True
                place += 1
            else:
                place += self._operator(code, place)
                if first == _END:
                    return True
        return False

    def _called(self, kind: int, depth: int) -> bool:
        """Go through a subroutine."""
        subrs = self._subrs[kind]
        if subrs is None or not self._operands:
            msg = "calls a subroutine that is not there"
            raise FontError(msg)
        bias = 107 if subrs.count < 1240 else 1131 if subrs.count < 33_900 else 32_768  # noqa: PLR2004 - note 5177
        return self._run(subrs[_number(self._operands.pop()) + bias], depth + 1)

    def _operator(self, code: bytes, place: int) -> int:
        """Write an operator with its operands; return its length."""
        first, length = code[place], 1
        if first in _STEMS or first in _MASKS:
            self._stems += len(self._operands) // 2
        if first in _MASKS:
            length += (self._stems + 7) // 8
        elif first == _ESCAPE:
            length = 2
            if code[place + 1] not in _FLEXES:
                msg = "computes in its outlines"
                raise FontError(msg)
        self._out += [*self._operands, code[place : place + length]]
        self._operands.clear()
        return length


class CffFont:
    """
    A font with CFF outlines and numbered glyphs (CID-keyed), as all large Chinese ones are.

    Parameters
    ----------
    data
        Its table ``CFF``.

    Raises
    ------
    FontError
        If it is of another kind.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        names = Index(data, data[2])
        tops = Index(data, names.end)
        self._global_subrs = Index(data, Index(data, tops.end).end)
        self._top = dict(_entries(tops[0]))
        if _ROS not in self._top:
            msg = "is not keyed by numbers of glyphs"
            raise FontError(msg)
        self._charstrings = Index(data, self._offset(_CHARSTRINGS))
        self._fonts = Index(data, self._offset(_FDARRAY))

    def _offset(self, operator: int) -> int:
        return _numbers(self._top[operator])[0]

    def _font_of(self, glyph: int) -> int:
        """Return which of the fonts in the font a glyph belongs to (FDSelect)."""
        data, start = self._data, self._offset(_FDSELECT)
        if data[start] == 0:
            return data[start + 1 + glyph]
        (count,) = struct.unpack_from(">H", data, start + 1)
        low, high = 0, count
        while high - low > 1:
            middle = (low + high) // 2
            (first,) = struct.unpack_from(">H", data, start + 3 + 3 * middle)
            low, high = (middle, high) if first <= glyph else (low, middle)
        return data[start + 5 + 3 * low]

    def _private(self, number: int) -> tuple[dict[int, bytes], bytes, Index | None]:
        """Return a font in the font, its private values without subroutines, and those."""
        entries = dict(_entries(self._fonts[number]))
        size, start = _numbers(entries[_PRIVATE])
        private = dict(_entries(self._data[start : start + size]))
        subrs = private.pop(_SUBRS, None)
        return (
            entries,
            _dict(list(private.items())),
            None if subrs is None else Index(self._data, start + _numbers(subrs)[0]),
        )

    def subset(self, glyphs: Sequence[int], name: str) -> bytes:
        """
        Return a font of some glyphs, numbered in their order from 0.

        Parameters
        ----------
        glyphs
            Of this font; the first is 0, which stands for what is missing.
        name
            Of the new font, in ASCII.
        """
        of = [self._font_of(glyph) for glyph in glyphs]
        fonts = sorted(set(of))
        parts = [self._private(number) for number in fonts]
        charstrings = _indexed(
            [
                _Outline(parts[fonts.index(font)][2], self._global_subrs).flat(self._charstrings[glyph])
                for glyph, font in zip(glyphs, of, strict=True)
            ]
        )
        head = b"\x01\x00\x04\x04" + _indexed([name.encode("ascii")])
        strings = _indexed([b"Adobe", b"Identity"]) + _indexed([])
        charset = b"\x02" + struct.pack(">HH", 1, len(glyphs) - 2) if len(glyphs) > 1 else b"\x00"
        select = b"\x00" + bytes(fonts.index(font) for font in of)
        # Offsets are written in five bytes each, so that the length of what has them does not depend on them.
        start = len(head) + len(_indexed([self._top_dict(len(glyphs), 0, 0, 0, 0)])) + len(strings)
        at_select = start + len(charset)
        at_charstrings = at_select + len(select)
        at_privates = at_charstrings + len(charstrings)
        privates = b"".join(private for _, private, _ in parts)
        at_fonts = at_privates + len(privates)
        dicts, place = [], at_privates
        for entries, private, _ in parts:
            kept = [(code, operands) for code, operands in entries.items() if code == _MATRIX]
            dicts.append(_dict([*kept, (_PRIVATE, _operand(len(private)) + _operand(place))]))
            place += len(private)
        top = _indexed([self._top_dict(len(glyphs), start, at_select, at_charstrings, at_fonts)])
        return b"".join([head, top, strings, charset, select, charstrings, privates, _indexed(dicts)])

    def _top_dict(self, count: int, charset: int, select: int, charstrings: int, fonts: int) -> bytes:
        """Return the first DICT of a part of the font."""
        ros = b"".join(_operand(number) for number in (_STANDARD_STRINGS, _STANDARD_STRINGS + 1, 0))
        kept = [(code, self._top[code]) for code in (_MATRIX, _BOX) if code in self._top]
        places = ((_COUNT, count), (_CHARSET, charset), (_FDSELECT, select), (_CHARSTRINGS, charstrings))
        return _dict([(_ROS, ros), *kept, *((code, _operand(at)) for code, at in (*places, (_FDARRAY, fonts)))])
