"""A font of any kind of outlines in documents of reportlab, which embeds TrueType outlines only."""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.filterPen import DecomposingFilterPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection
from fontTools.ttLib import TTFont as Face
from reportlab.pdfbase.ttfonts import TTFont

_COLLECTION = b"ttcf"
_RESTRICTED, _USABLE, _NO_SUBSET, _BITMAPS = 0x0002, 0x000E, 0x0100, 0x0200
_REGULAR = {"wght": 400}
# Reportlab cannot say what characters beyond the first plane are.
_LAST_CODE = 0xFFFF
_PRECISION = 1 / 1000
# Of the whole font, so that a part depends on its characters alone.
_SAME = ("created", "modified", "xMin", "yMin", "xMax", "yMax")


class FontError(Exception):
    """A font that cannot be embedded, with its file and the reason."""


class EmbeddedFont(TTFont):  # type: ignore[misc]  # the library has no types
    """
    A font file as a font of reportlab, of which a document gets the glyphs it uses, as TrueType outlines.

    Parameters
    ----------
    path
        A TrueType or OpenType file, variable or not, or a collection, of which the plainest simplified face is taken.
    needed
        Characters that it must have.

    Raises
    ------
    FontError
        If it cannot be embedded, or does not have them.
    """

    def __init__(self, path: Path, needed: str) -> None:
        self._path = path
        try:
            faces = _faces(path.read_bytes())
            self._face = max(range(len(faces)), key=lambda number: _plainness(faces[number]))
            self._source = faces[self._face]
            codes = self._source.getBestCmap() or {}
            self._codes = {code: glyph for code, glyph in codes.items() if code <= _LAST_CODE}
            self._outlines = self._source.getGlyphSet(location=_REGULAR)
            self._blank = self._source.getGlyphName(0)
            bits = self._source["OS/2"].fsType if "OS/2" in self._source else 0
        except OSError as error:
            raise self._error(error.strerror) from None
        except Exception as error:  # noqa: BLE001 - a broken file breaks the library anywhere
            raise self._error(error) from None
        if bits & (_NO_SUBSET | _BITMAPS) or bits & _USABLE == _RESTRICTED:
            msg = "may not be embedded"
            raise self._error(msg)
        if not all(ord(sign) in self._codes for sign in needed):
            msg = f"has no {needed}"
            raise self._error(msg)
        self._glyphs: dict[str, Any] = {}
        self._width = cache(self._width_at_1)
        super().__init__(f"Hubport-{path}", self._part(map(ord, needed)), asciiReadable=False, shapable=False)
        # Reportlab takes two fonts for one if their typefaces have the same name.
        self.face.name = self.fontName
        self.face.charToGlyph = self._codes

    def _error(self, reason: object) -> FontError:
        return FontError(f"{self._path}: {reason}")

    @property
    def file_face(self) -> tuple[str, int]:
        """The file, and the number of the face in it."""
        return str(self._path), self._face

    def has(self, character: str) -> bool:
        """Tell whether the font has a character."""
        return ord(character) in self._codes

    def _width_at_1(self, character: str) -> float:
        glyph = self._outlines[self._codes.get(ord(character), self._blank)]
        return float(glyph.width / self._source["head"].unitsPerEm)

    def stringWidth(self, text: str, size: float, encoding: str = "utf8") -> float:  # noqa: N802 - reportlab's name
        """Return how wide a text is."""
        del encoding
        return size * sum(map(self._width, text))

    def addObjects(self, doc: Any) -> None:  # noqa: ANN401, N802
        """Put the part of the font that a document uses into it."""
        state = self.state.pop(doc)
        part = TTFont(self.fontName, self._part(state.assignments), asciiReadable=False, shapable=False)
        part.state[doc] = state
        part.addObjects(doc)

    def _part(self, codes: Iterable[int]) -> io.BytesIO:
        """Return a font file of some characters."""
        try:
            return self._built({code: self._codes[code] for code in sorted(codes) if code in self._codes})
        except Exception as error:  # noqa: BLE001 - as above
            raise self._error(error) from None

    def _built(self, glyph_of: dict[int, str]) -> io.BytesIO:
        names = list(dict.fromkeys([self._blank, *glyph_of.values()]))
        glyphs = {name: self._glyph(name) for name in names}
        head, ends = self._source["head"], self._source["hhea"]
        widths = {name: round(self._outlines[name].width) for name in names}
        made = FontBuilder(head.unitsPerEm)
        made.font.recalcBBoxes = False
        made.updateHead(**{name: getattr(head, name) for name in _SAME})
        made.setupGlyphOrder(names)
        made.setupCharacterMap(glyph_of)
        made.setupGlyf(glyphs, calcGlyphBounds=False)
        made.font["maxp"].maxPoints = max(len(getattr(glyph, "coordinates", ())) for glyph in glyphs.values())
        made.font["maxp"].maxContours = max(glyph.numberOfContours for glyph in glyphs.values())
        made.setupHorizontalMetrics({name: (widths[name], getattr(glyphs[name], "xMin", 0)) for name in names})
        made.setupHorizontalHeader(ascent=ends.ascent, descent=ends.descent)
        made.setupNameTable({"psName": _name(self._source)})
        made.setupOS2(sCapHeight=ends.ascent)
        made.setupPost()
        file = io.BytesIO()
        made.save(file)
        file.seek(0)
        return file

    def _glyph(self, name: str) -> Any:  # noqa: ANN401
        """Return the outline of a glyph; what was drawn once serves every document."""
        if name not in self._glyphs:
            pen = TTGlyphPen(None)
            head = self._source["head"]
            curves = Cu2QuPen(pen, head.unitsPerEm * _PRECISION, reverse_direction="glyf" not in self._source)
            self._outlines[name].draw(DecomposingFilterPen(curves, self._outlines))
            self._glyphs[name] = pen.glyph()
            self._glyphs[name].data = self._glyphs[name].compile(None)
        return self._glyphs[name]


def _faces(data: bytes) -> list[Face]:
    """Return the faces of a file."""
    if data.startswith(_COLLECTION):
        return list(TTCollection(io.BytesIO(data), lazy=True).fonts)
    return [Face(io.BytesIO(data), lazy=True)]


def _name(face: Face) -> str:
    return face["name"].getDebugName(6) or "Unnamed"


def _plainness(face: Face) -> int:
    """Return how well the name of a face promises plain simplified forms; of equal ones the first counts."""
    name = _name(face)
    return 4 * ("sc-" in name.casefold()) + 2 * name.endswith("Regular") - ("Mono" in name)
