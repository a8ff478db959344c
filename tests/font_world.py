"""A small OpenType font by hand, with CFF outlines keyed by numbers of glyphs, and a reader of such outlines."""

from __future__ import annotations

import struct
from typing import NamedTuple


def num(value: int) -> bytes:
    """Return a number of a charstring or a DICT, below 108 in one byte."""
    return bytes([value + 139]) if -107 <= value <= 107 else b"\x1c" + struct.pack(">h", value)


def index(items: list[bytes]) -> bytes:
    """Return an INDEX with offsets of two bytes."""
    if not items:
        return b"\0\0"
    offsets = [1]
    for item in items:
        offsets.append(offsets[-1] + len(item))
    return struct.pack(">HB", len(items), 2) + b"".join(struct.pack(">H", at) for at in offsets) + b"".join(items)


RMOVETO, RLINETO, HSTEM, HINTMASK, CALL, CALL_GLOBAL, RETURN, END = (
    b"\x15", b"\x05", b"\x12", b"\x13", b"\x0a", b"\x1d", b"\x0b", b"\x0e",
)  # fmt: skip
_BIAS = 107
GLOBAL = [num(5) + num(6) + RLINETO + RETURN, num(7) + num(1 - _BIAS) + CALL + RETURN]
LOCAL = [
    [num(30) + RETURN, num(8) + RLINETO + END],
    [num(40) + num(41) + RLINETO + RETURN],
]
# Numbers left by subroutines, one subroutine in another, hints with a mask, a glyph that ends in a subroutine.
CHARSTRINGS = [
    num(1) + num(2) + RMOVETO + END,
    num(3) + num(0 - _BIAS) + CALL + RMOVETO + num(0 - _BIAS) + CALL_GLOBAL + END,
    num(1) + num(2) + RMOVETO + num(1 - _BIAS) + CALL_GLOBAL,
    num(1) + num(2) + num(3) + num(4) + HSTEM + num(5) + num(6) + HINTMASK + b"\xe0" + num(0 - _BIAS) + CALL + END,
    num(300) + num(-300) + RMOVETO + num(9) + num(9) + RLINETO + END,
]
FONT_OF = [0, 0, 0, 1, 1]


def cff(charstrings: list[bytes] | None = None, ros: bool = True) -> bytes:  # noqa: FBT001, FBT002
    """Return the table CFF of the font."""
    glyphs = CHARSTRINGS if charstrings is None else charstrings
    head = b"\x01\x00\x04\x02" + index([b"Test"])
    strings = index([b"Adobe", b"Identity"]) + index(GLOBAL)

    def offset(value: int) -> bytes:
        return b"\x1d" + struct.pack(">i", value)

    def top(charset: int, select: int, chars: int, fonts: int) -> bytes:
        named = num(391) + num(392) + num(0) + b"\x0c\x1e" if ros else b""
        places = offset(charset) + b"\x0f" + offset(chars) + b"\x11"
        return index([named + places + offset(fonts) + b"\x0c\x24" + offset(select) + b"\x0c\x25"])

    at_charset = len(head) + len(top(0, 0, 0, 0)) + len(strings)
    charset = b"\x02" + struct.pack(">HH", 1, len(glyphs) - 2)
    at_select = at_charset + len(charset)
    select = b"\x03" + struct.pack(">HHBHBH", 2, 0, 0, 3, 1, len(glyphs))
    at_chars = at_select + len(select)
    chars = index(glyphs)
    at_private = at_chars + len(chars)
    privates, dicts = b"", []
    for subrs in LOCAL:
        # A default width of 500, a real number, and where the subroutines are, after these 9 bytes.
        private = num(500) + b"\x14" + b"\x1e\x0a\x1f" + b"\x0c\x09"
        private += num(len(private) + 2) + b"\x13"
        place = at_private + len(privates)
        dicts.append(num(len(private)) + offset(place) + b"\x12")
        privates += private + index(subrs)
    at_fonts = at_private + len(privates)
    return (
        head
        + top(at_charset, at_select, at_chars, at_fonts)
        + strings
        + charset
        + select
        + chars
        + privates
        + index(dicts)
    )


def opentype(characters: str, table: bytes | None = None, *, bits: int = 0, name: str = "Test-SC") -> bytes:
    """Return a font file with a glyph for each character, from 1."""
    groups = sorted((ord(sign), number) for number, sign in enumerate(characters, 1))
    rows = b"".join(struct.pack(">III", code, code, glyph) for code, glyph in groups)
    cmap = struct.pack(">HHHHI", 0, 1, 3, 10, 12) + struct.pack(">HHIII", 12, 0, 16 + len(rows), 0, len(groups)) + rows
    text = name.encode("utf-16-be")
    names = struct.pack(">HHH", 0, 1, 18) + struct.pack(">6H", 3, 1, 0x409, 6, len(text), 0) + text
    widths = [500, *(600 + number for number in range(len(characters)))]
    tables = {
        b"CFF ": cff() if table is None else table,
        b"OS/2": struct.pack(">HhHHH", 3, 0, 0, 0, bits) + bytes(86),
        b"cmap": cmap,
        b"head": bytes(18)
        + struct.pack(">H", 2000)
        + bytes(16)
        + struct.pack(">4h", -100, -200, 2000, 1800)
        + bytes(10),
        b"hhea": bytes(4) + struct.pack(">2h", 1760, -240) + bytes(26) + struct.pack(">H", len(widths)),
        b"hmtx": b"".join(struct.pack(">Hh", wide, 0) for wide in widths),
        b"name": names,
    }
    head = b"OTTO" + struct.pack(">HHHH", len(tables), 0, 0, 0)
    place = len(head) + 16 * len(tables)
    directory, body = b"", b""
    for tag, content in tables.items():
        directory += struct.pack(">4sIII", tag, 0, place + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    return head + directory + body


class Parsed(NamedTuple):
    """A CFF font that was read: outlines by glyph, and which font in the font each belongs to."""

    outlines: list[list[tuple[int, tuple[int, ...], bytes]]]
    fonts: list[int]


def parsed(data: bytes) -> Parsed:
    """Read a table CFF: every glyph as its operators, each with its numbers and its mask, subroutines followed."""
    _, at = _items(data, data[2])
    tops, at = _items(data, at)
    _, at = _items(data, at)
    shared, _ = _items(data, at)
    top = _dict(tops[0])
    glyphs, _ = _items(data, top[17][0])
    fonts, _ = _items(data, top[12, 36][0])
    local = []
    for entry in fonts:
        size, start = _dict(entry)[18]
        private = _dict(data[start : start + size])
        local.append(_items(data, start + private[19][0])[0] if 19 in private else [])
    of = _select(data, top[12, 37][0], len(glyphs))
    return Parsed([_outline(code, local[font], shared) for code, font in zip(glyphs, of, strict=True)], of)


def _items(data: bytes, at: int) -> tuple[list[bytes], int]:
    (count,) = struct.unpack_from(">H", data, at)
    if not count:
        return [], at + 2
    size, first = data[at + 2], at + 3
    places = [int.from_bytes(data[first + size * n : first + size * (n + 1)], "big") for n in range(count + 1)]
    base = first + size * (count + 1) - 1
    return [data[base + places[n] : base + places[n + 1]] for n in range(count)], base + places[-1]


def _select(data: bytes, at: int, count: int) -> list[int]:
    if data[at] == 0:
        return list(data[at + 1 : at + 1 + count])
    (ranges,) = struct.unpack_from(">H", data, at + 1)
    found = []
    for number in range(ranges):
        first, font, following = struct.unpack_from(">HBH", data, at + 3 + 3 * number)
        found += [font] * (following - first)
    return found


def _value(data: bytes, at: int) -> tuple[int, int]:
    first = data[at]
    if first == 28:
        return struct.unpack_from(">h", data, at + 1)[0], at + 3
    if first == 29:
        return struct.unpack_from(">i", data, at + 1)[0], at + 5
    if first == 255:
        return struct.unpack_from(">i", data, at + 1)[0], at + 5
    if first < 247:
        return first - 139, at + 1
    sign = 1 if first < 251 else -1
    return sign * ((first - (247 if sign > 0 else 251)) * 256 + data[at + 1] + 108), at + 2


def _dict(data: bytes) -> dict[int | tuple[int, int], list[int]]:
    found: dict[int | tuple[int, int], list[int]] = {}
    numbers: list[int] = []
    at = 0
    while at < len(data):
        if data[at] == 12:
            found[12, data[at + 1]], numbers, at = numbers, [], at + 2
        elif data[at] < 22:
            found[data[at]], numbers, at = numbers, [], at + 1
        elif data[at] == 30:
            while data[at + 1] & 15 != 15:
                at += 1
            at += 2
        else:
            value, at = _value(data, at)
            numbers.append(value)
    return found


def _outline(code: bytes, local: list[bytes], shared: list[bytes]) -> list[tuple[int, tuple[int, ...], bytes]]:
    """Return the operators of a charstring with their numbers."""
    found: list[tuple[int, tuple[int, ...], bytes]] = []
    numbers: list[int] = []
    frames = [(code, 0)]
    stems = 0
    while frames:
        text, at = frames.pop()
        while at < len(text):
            first = text[at]
            if first == 28 or first >= 32:
                value, at = _value(text, at)
                numbers.append(value)
            elif first in {10, 29}:
                subrs = local if first == 10 else shared
                bias = 107 if len(subrs) < 1240 else 1131 if len(subrs) < 33900 else 32768
                frames.append((text, at + 1))
                text, at = subrs[numbers.pop() + bias], 0
            elif first == 11:
                break
            else:
                stems += len(numbers) // 2 if first in {1, 3, 18, 23, 19, 20} else 0
                more = (stems + 7) // 8 if first in {19, 20} else 1 if first == 12 else 0
                found.append((first, tuple(numbers), text[at + 1 : at + 1 + more]))
                numbers, at = [], at + 1 + more
                if first == 14:
                    return found
    return found
