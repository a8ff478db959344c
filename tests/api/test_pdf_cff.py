"""Parts of fonts with CFF outlines, on a font by hand and on one of the machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.pdf_cff import CffFont
from api.pdf_sfnt import FontError, faces
from tests.font_world import CALL, CHARSTRINGS, END, FONT_OF, cff, num, opentype, parsed

NOTO = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


def test_the_font_by_hand_is_what_it_should_be() -> None:
    """The reader of the tests follows subroutines: hand-written outlines come out as meant."""
    outlines = parsed(cff()).outlines
    assert outlines[1] == [(21, (3, 30), b""), (5, (5, 6), b""), (14, (), b"")]
    assert outlines[2] == [(21, (1, 2), b""), (5, (7, 8), b""), (14, (), b"")]
    assert outlines[3] == [(18, (1, 2, 3, 4), b""), (19, (5, 6), b"\xe0"), (5, (40, 41), b""), (14, (), b"")]


@pytest.mark.parametrize("glyphs", [[0], [0, 1], [0, 3], [0, 4, 3, 2, 1], [0, 2, 2]])
def test_a_part_has_the_same_outlines(glyphs: list[int]) -> None:
    """The glyphs of a part are those of the font in the order asked for, without any subroutine."""
    whole, part = parsed(cff()), parsed(CffFont(cff()).subset(glyphs, "ABCDEF+Test"))
    assert part.outlines == [whole.outlines[glyph] for glyph in glyphs]
    used = sorted({FONT_OF[glyph] for glyph in glyphs})
    assert part.fonts == [used.index(FONT_OF[glyph]) for glyph in glyphs]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (num(99) + CALL + END, "item"),
        (CALL + END, "not there"),
        (num(1) + num(2) + b"\x0c\x0a" + END, "computes"),
    ],
)
def test_outlines_that_cannot_be_taken(code: bytes, reason: str) -> None:
    """A subroutine that is not there, and arithmetic, are refused with a reason."""
    font = CffFont(cff([*CHARSTRINGS[:4], code]))
    with pytest.raises(FontError, match=reason):
        font.subset([0, 4], "X")


def test_fonts_that_are_keyed_by_names_are_refused() -> None:
    """A font without numbers of glyphs is another kind."""
    with pytest.raises(FontError, match="keyed"):
        CffFont(cff(ros=False))


def test_a_face() -> None:
    """Name, measures, widths and glyphs are read; characters that are not there have glyph 0."""
    (face,) = faces(opentype("温州A"))
    assert (face.name, face.may_be_embedded, face.has_outlines_of_postscript) == ("Test-SC", True, True)
    assert [face.glyph(sign) for sign in "温州A眼"] == [1, 2, 3, 0]
    assert [face.width(glyph) for glyph in range(4)] == [250, 300, 300, 301]
    assert (face.ascent_descent, face.box) == ((880, -120), [-50, -100, 1000, 900])


@pytest.mark.parametrize(
    ("bits", "allowed"), [(0, True), (2, False), (4, True), (8, True), (0x100, False), (0x200, False)]
)
def test_licences(bits: int, allowed: bool) -> None:  # noqa: FBT001
    """A font whose bits forbid it is not embedded."""
    assert faces(opentype("A", bits=bits))[0].may_be_embedded == allowed


@pytest.mark.parametrize("data", [b"", b"not a font at all", b"ttcf\0\1\0\0\0\0\0\5"])
def test_what_is_no_font(data: bytes) -> None:
    """Other files are refused."""
    with pytest.raises(FontError):
        faces(data)


@pytest.mark.skipif(not NOTO.is_file(), reason="there is no such font on this machine")
def test_a_real_font() -> None:
    """Outlines of a font with 65,535 glyphs and tens of thousands of subroutines come out the same."""
    face = next(face for face in faces(NOTO.read_bytes()) if face.name == "NotoSansCJKsc-Regular")
    table = face.table(b"CFF ")
    glyphs = [0, *sorted({face.glyph(sign) for sign in "温州眼镜厂商业发票装箱单订舱ABCaz09.,【】。Пß€㎡臺灣한글"})]
    part = parsed(CffFont(table).subset(glyphs, "ABCDEF+Noto")).outlines
    whole = _some(table, glyphs)
    assert part == whole
    assert len(part) > 30


def _some(table: bytes, glyphs: list[int]) -> list[list[tuple[int, tuple[int, ...], bytes]]]:
    """Return some outlines of a large font; reading all of them would take a minute."""
    from tests import font_world as world  # noqa: PLC0415

    _, at = world._items(table, table[2])
    tops, at = world._items(table, at)
    _, at = world._items(table, at)
    shared, _ = world._items(table, at)
    top = world._dict(tops[0])
    codes, _ = world._items(table, top[17][0])
    fonts, _ = world._items(table, top[12, 36][0])
    of = world._select(table, top[12, 37][0], len(codes))
    local = []
    for entry in fonts:
        size, start = world._dict(entry)[18]
        private = world._dict(table[start : start + size])
        local.append(world._items(table, start + private[19][0])[0] if 19 in private else [])
    return [world._outline(codes[glyph], local[of[glyph]], shared) for glyph in glyphs]
