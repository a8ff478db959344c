"""Fonts in documents: which are taken, what of them is embedded, and that text reads back."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pypdf
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.areaPen import AreaPen
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont
from reportlab.pdfgen.canvas import Canvas

from api.pdf_embed import FontError
from api.pdf_fonts import FONT_VARIABLE, Fonts, fonts, fonts_of

if TYPE_CHECKING:
    from pathlib import Path

UNITS = 2000
LONG_AGO = 3_000_000_000
CURVE = ((100, 900), (300, 1800), (700, 200))


def _drawn(pen: Any, number: int) -> Any:  # noqa: ANN401 - the library's pens
    """Draw a blade of four edges, one of them a curve, which is higher for each further glyph."""
    pen.moveTo((0, 0))
    pen.lineTo((0, 900))
    if isinstance(pen, TTGlyphPen):
        pen.qCurveTo((300, 1800 - number), (700, 200))
    else:
        pen.curveTo(CURVE[0], (300, 1800 - number), CURVE[2])
    pen.closePath()
    return pen


def font(characters: str, name: str = "Test-SC", *, bits: int = 0, is_cff: bool = True) -> TTFont:
    """Return a font with a glyph for each character, 600 and more of 2,000 units wide, and an empty one for blanks."""
    names = [".notdef", *(f"g{ord(sign)}" for sign in characters)]
    made = FontBuilder(UNITS, isTTF=not is_cff)
    made.updateHead(created=LONG_AGO, modified=LONG_AGO)
    made.setupGlyphOrder(names)
    made.setupCharacterMap({ord(sign): f"g{ord(sign)}" for sign in characters})
    if is_cff:
        codes = {
            glyph: _drawn(T2CharStringPen(600 + number, None), number).getCharString()
            for number, glyph in enumerate(names)
        }
        made.setupCFF(name, {}, codes, {})
    else:
        made.setupGlyf({glyph: _drawn(TTGlyphPen(None), number).glyph() for number, glyph in enumerate(names)})
    made.setupHorizontalMetrics({glyph: (600 + number, 0) for number, glyph in enumerate(names)})
    made.setupHorizontalHeader(ascent=1760, descent=-240)
    made.setupNameTable({"familyName": "Test", "styleName": "Regular", "psName": name})
    made.setupOS2(fsType=bits)
    made.setupPost()
    return made.font


def content_of(made: TTFont | TTCollection) -> bytes:
    """Return a font as the content of its file."""
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def collection(*parts: TTFont) -> bytes:
    """Return fonts as the content of a collection."""
    made = TTCollection()
    made.fonts = [TTFont(io.BytesIO(content_of(part))) for part in parts]
    return content_of(made)


def loaded(path: Path, content: bytes) -> Fonts:
    """Return the fonts for documents with a font file of this content."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return fonts_of(str(path))


def written(told: Fonts, text: str) -> bytes:
    """Return a document with one line."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    line = canvas.beginText(50, 500)
    for name, part in told.runs(told.shown(text)):
        line.setFont(name, 10)
        line.textOut(part)
    canvas.drawText(line)
    canvas.save()
    return out.getvalue()


def text_of(content: bytes) -> str:
    """Return the text of the first page."""
    return pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text()


def parts(content: bytes) -> dict[str, TTFont | None]:
    """Return the fonts of a document by name, each with its file, None of one that is not embedded."""
    found: dict[str, TTFont | None] = {}
    for item in pypdf.PdfReader(io.BytesIO(content)).pages[0]["/Resources"]["/Font"].values():  # type: ignore[index]
        name = str(item["/BaseFont"]).rpartition("+")[2].lstrip("/")
        about = item.get_object().get("/FontDescriptor", {})
        file = about.get("/FontFile2") if about else None
        found[name] = None if file is None else TTFont(io.BytesIO(file.get_data()))
    return {name: file for name, file in found.items() if name != "Helvetica"}


FILES = {
    "cff": content_of(font("温州票发 ")),
    "truetype": content_of(font("温州票发 ", is_cff=False)),
    "collection": collection(font("温", "Test-JP"), font("温州票发 ", "TestSC-Regular"), font("州", "Test-KR")),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_font_that_is_named_is_embedded(kind: str, tmp_path: Path) -> None:
    """Of every kind of file the glyphs that are used are embedded, as wide as they were, and the text reads back."""
    told = loaded(tmp_path / f"{kind}.font", FILES[kind])
    assert told.is_embedded
    content = written(told, "发票 温眼")
    assert text_of(content).strip() == "发票 温[U+773C]"
    (file,) = [file for name, file in parts(content).items() if name.startswith("Test")]
    assert file is not None
    # The empty glyph, the blank and three characters; 州 is not used.
    assert file["maxp"].numGlyphs == 5
    assert sorted(width for width, _ in file["hmtx"].metrics.values()) == [600, 601, 603, 604, 605]
    assert told.width("发", 1000) == 302
    assert told.width("温州", 10) == pytest.approx((601 + 602) / UNITS * 10)


@pytest.mark.parametrize("kind", ["cff", "truetype"])
def test_outlines_stay_what_they_are(kind: str, tmp_path: Path) -> None:
    """Curves are kept but for a thousandth of an em, also where four points become three."""
    file = parts(written(loaded(tmp_path / f"{kind}.font", FILES[kind]), "票"))["Test-SC"]
    assert file is not None
    # The glyph of a character comes after the empty one and the blank.
    found = _measured(file, file.getGlyphOrder()[-1])
    meant = _measured(TTFont(io.BytesIO(FILES[kind])), f"g{ord('票')}")
    assert found[0] == pytest.approx(meant[0], abs=UNITS / 1000 + 1)
    # What lies left of an outline in CFF lies right of it in TrueType.
    assert found[1] == pytest.approx(-meant[1] if kind == "cff" else meant[1], rel=0.01)


def _measured(file: TTFont, glyph: str) -> tuple[tuple[float, ...], float]:
    """Return the bounds of a glyph, and its area, which tells by its sign which way round it is drawn."""
    bounds, area = BoundsPen(None), AreaPen()
    file.getGlyphSet()[glyph].draw(bounds)
    file.getGlyphSet()[glyph].draw(area)
    return bounds.bounds, area.value


def test_a_document_does_not_know_of_others(tmp_path: Path) -> None:
    """The same text gives the same bytes, whatever was written in between."""
    told = loaded(tmp_path / "a.font", FILES["cff"])
    first = written(told, "温州")
    written(told, "票发")
    assert written(told, "温州") == first
    file = parts(first)["Test-SC"]
    assert file is not None
    assert (file["head"].created, file["head"].modified) == (LONG_AGO, LONG_AGO)


def test_two_fonts_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    """Fonts whose typefaces and files have the same name are two fonts, each with its own characters and widths."""
    first = loaded(tmp_path / "a" / "hand.otf", content_of(font("温州票")))
    second = loaded(tmp_path / "b" / "hand.otf", content_of(font("温州发票")))
    assert (first.shown("发"), second.shown("发")) == ("[U+53D1]", "发")
    assert (first.width("票", 1000), second.width("票", 1000)) == (301.5, 302)


@pytest.mark.parametrize(("bits", "allowed"), [(0, True), (2, False), (4, True), (8, True), (256, False), (512, False)])
def test_licences(bits: int, allowed: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """A font whose bits forbid it is not embedded."""
    content = content_of(font("温州", bits=bits))
    if allowed:
        assert loaded(tmp_path / "a.font", content).is_embedded
    else:
        with pytest.raises(FontError, match="may not be embedded"):
            loaded(tmp_path / "a.font", content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file"),
        (b"", ""),
        (b"no font", ""),
        (b"ttcf\0\1\0\0\0\0\0\5", ""),
        (FILES["cff"][:300], ""),
        (FILES["truetype"][:300], ""),
        (content_of(font("AB")), "has no 温州"),
    ],
)
def test_fonts_that_are_refused(content: bytes | None, reason: str, tmp_path: Path) -> None:
    """A font that is named and cannot be embedded is refused with its name and a reason."""
    path = tmp_path / "font.otf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FontError, match=re.escape(str(path))) as caught:
        fonts_of(str(path))
    assert reason in str(caught.value)


def test_no_font_at_all() -> None:
    """Without a font to embed, Chinese is left to the reader, and the letters of Europe are not."""
    told = fonts_of("none")
    assert not told.is_embedded
    found = parts(written(told, "温州 Köln"))
    assert {name for name, file in found.items() if file is None} == {"STSong-Light"}
    assert [name for name, file in found.items() if file is not None] == ["BitstreamVeraSans-Roman"]


def test_a_font_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Chinese font of this machine is embedded, only the glyphs used; what it lacks is in the Latin one."""
    monkeypatch.delenv(FONT_VARIABLE, raising=False)
    told = fonts()
    if not told.is_embedded:
        pytest.skip("there is no Chinese font on this machine")
    text = "温州眼镜厂 Małaszewicze 臺灣 1,234.5 m³"
    content = written(told, text)
    assert text_of(content).strip() == text
    assert None not in parts(content).values()
    assert len(content) < 30_000
    assert max(file["maxp"].numGlyphs for file in parts(content).values() if file is not None) < 40
