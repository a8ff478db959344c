"""A font with CFF outlines in documents of reportlab, which embeds TrueType outlines only."""

from __future__ import annotations

from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from reportlab.pdfbase import pdfdoc

from api.pdf_cff import CffFont
from api.pdf_sfnt import Face

_PREFIX = "HPPORT+"
_CODE_BYTES = 2
_MOST_IN_BLOCK = 100


class EmbeddedCff:
    """
    A face with CFF outlines as a font of reportlab, of which a document gets the glyphs it uses.

    Parameters
    ----------
    name
        Under which reportlab knows it.
    face
        Its face.

    Raises
    ------
    FontError
        If it cannot be embedded.
    """

    # Names that reportlab asks for.
    _multiByte = 1  # noqa: N815
    _dynamicFont = 1  # noqa: N815
    shapable = False
    substitutionFonts: tuple[object, ...] = ()  # noqa: N815

    def __init__(self, name: str, face: Face) -> None:
        self.fontName = name
        self.encName = "Identity-H"
        self.face = _Metrics(name, face)
        self._file = face
        self._cff = CffFont(face.table(b"CFF "))
        self._used: WeakKeyDictionary[Any, dict[str, int]] = WeakKeyDictionary()

    def has(self, character: str) -> bool:
        """Tell whether the font has a character."""
        return self._file.glyph(character) > 0

    def stringWidth(self, text: str, size: float, encoding: str = "utf8") -> float:  # noqa: N802 - reportlab's name
        """Return how wide a text is."""
        del encoding
        return sum(self._width(character) for character in text) * size / 1000

    @cache  # noqa: B019 - there is one font of a machine, for good
    def _width(self, character: str) -> int:
        return self._file.width(self._file.glyph(character))

    def splitString(self, text: str, doc: Any, encoding: str = "utf8") -> list[tuple[int, bytes]]:  # noqa: ANN401, N802
        """Return a text as numbers of glyphs of the part that a document gets."""
        del encoding
        used = self._used.setdefault(doc, {})
        return [(0, b"".join(used.setdefault(sign, len(used) + 1).to_bytes(_CODE_BYTES, "big") for sign in text))]

    def getSubsetInternalName(self, subset: int, doc: Any) -> str:  # noqa: ANN401, N802
        """Return the name of the font in a document."""
        del subset
        if self.fontName not in doc.fontMapping:
            doc.fontMapping[self.fontName] = f"/F{len(doc.fontMapping) + 1}"
            doc.delayedFonts.append(self)
        return str(doc.fontMapping[self.fontName])

    def addObjects(self, doc: Any) -> None:  # noqa: ANN401, N802
        """Put the part of the font that a document uses into it."""
        characters = list(self._used.pop(doc, {}))
        glyphs = [0, *(self._file.glyph(character) for character in characters)]
        base = pdfdoc.PDFName(_PREFIX + self._file.name)
        stream = pdfdoc.PDFStream(content=self._cff.subset(glyphs, _PREFIX + self._file.name))
        stream.dictionary["Subtype"] = "/CIDFontType0C"
        stream.filters = [pdfdoc.PDFZCompress]
        ascent, descent = self._file.ascent_descent
        descriptor = {
            "Type": "/FontDescriptor", "FontName": base, "Flags": 4, "ItalicAngle": 0, "StemV": 80,
            "Ascent": ascent, "Descent": descent, "CapHeight": ascent,
            "FontBBox": pdfdoc.PDFArray(self._file.box),
            "FontFile3": doc.Reference(stream),
        }  # fmt: skip
        widths = pdfdoc.PDFArray([0, pdfdoc.PDFArray([self._file.width(glyph) for glyph in glyphs])])
        system = {"Registry": pdfdoc.PDFString("Adobe"), "Ordering": pdfdoc.PDFString("Identity"), "Supplement": 0}
        descendant = {
            "Type": "/Font", "Subtype": "/CIDFontType0", "BaseFont": base, "DW": 1000, "W": widths,
            "CIDSystemInfo": pdfdoc.PDFDictionary(system),
            "FontDescriptor": doc.Reference(pdfdoc.PDFDictionary(descriptor)),
        }  # fmt: skip
        meaning = pdfdoc.PDFStream(content=_meaning(characters))
        meaning.filters = [pdfdoc.PDFZCompress]
        font = {
            "Type": "/Font", "Subtype": "/Type0", "BaseFont": base, "Encoding": "/Identity-H",
            "DescendantFonts": pdfdoc.PDFArray([doc.Reference(pdfdoc.PDFDictionary(descendant))]),
            "ToUnicode": doc.Reference(meaning),
        }  # fmt: skip
        name = doc.fontMapping[self.fontName][1:]
        doc.idToObject["BasicFonts"].dict[name] = doc.Reference(pdfdoc.PDFDictionary(font))


class _Metrics:
    """What reportlab asks of a typeface."""

    def __init__(self, name: str, face: Face) -> None:
        # Reportlab takes two fonts for one if their typefaces have the same name.
        self.name = name
        self.ascent, self.descent = face.ascent_descent


def _meaning(characters: list[str]) -> bytes:
    """Return the table by which readers find and copy text: characters by number, from 1."""
    lines = [f"<{number:04X}> <{sign.encode('utf-16-be').hex()}>" for number, sign in enumerate(characters, 1)]
    parts = [lines[start : start + _MOST_IN_BLOCK] for start in range(0, len(lines), _MOST_IN_BLOCK)]
    ranges = [line for part in parts for line in (f"{len(part)} beginbfchar", *part, "endbfchar")]
    head = ("/CIDInit /ProcSet findresource begin", "12 dict begin", "begincmap", "/CMapType 2 def")
    space = ("1 begincodespacerange", "<0000> <FFFF>", "endcodespacerange")
    tail = ("endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end")
    return "\n".join([*head, "/CMapName /Hubport def", *space, *ranges, *tail]).encode()
