"""
Which fonts a PDF is written in, so that Chinese shows on every machine that reads it.

A Chinese font of this machine is embedded, as far as it is used. Without one, the name of a font is written that
readers must have themselves. What it does not have is written in a Latin font of the machine, or the one that comes
with reportlab, and what that has not either is shown as the number of the character, so that nothing is lost without a
word. See ``docs/decisions/0020-fonts-of-papers.md``.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from itertools import groupby
from pathlib import Path
from struct import error as struct_error
from typing import Any

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from api.pdf_embed import EmbeddedCff
from api.pdf_sfnt import FontError, faces

FONT_VARIABLE = "HUBPORT_FONT"
"""Names a font file to embed in place of those that are looked for; ``none`` uses no font of this machine."""

_LATIN, _CHINESE = "HubportLatin", "HubportChinese"
_NOT_EMBEDDED = "STSong-Light"
# Faces with simplified forms, the plainest first: of Linux, Windows and macOS.
_FILES = (
    *("NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "NotoSansSC-Regular.otf", "NotoSansSC-Regular.ttf"),
    *("SourceHanSansSC-Regular.otf", "SourceHanSansCN-Regular.otf", "SourceHanSans-Regular.ttc"),
    *("msyh.ttc", "Deng.ttf", "simhei.ttf", "simsun.ttc", "STHeiti Light.ttc", "Hiragino Sans GB.ttc", "Songti.ttc"),
    *("Arial Unicode.ttf", "wqy-microhei.ttc", "wqy-zenhei.ttc", "DroidSansFallbackFull.ttf", "uming.ttc"),
    *("NotoSerifCJK-Regular.ttc", "SourceHanSerif-Regular.ttc"),
)
_SUFFIXES = frozenset({".ttf", ".ttc", ".otf", ".otc"})
_LATIN_FILES = ("DejaVuSans.ttf", "segoeui.ttf", "arial.ttf")
_FOLDERS = {
    "win32": ("C:/Windows/Fonts", "~/AppData/Local/Microsoft/Windows/Fonts"),
    "darwin": ("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts"),
}
_FOLDERS_ELSE = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
_NO_FONT = "none"
_PROBE = "温州"
_CODE_BYTES = 2
_FIRST_PLANE = 0xFFFF
_MOST_NAMES = 10_000
_WORDS = re.compile(r"[!-~¡-ʯͰ-ӿ‐-⁯]+|.", re.DOTALL)


class Fonts:
    """
    The fonts of a document.

    Parameters
    ----------
    chinese, latin
        The Chinese and the Latin font, registered with reportlab.
    is_embedded
        Whether the Chinese one becomes part of documents; the Latin one always does.
    """

    def __init__(self, chinese: Any, latin: Any, *, is_embedded: bool) -> None:  # noqa: ANN401 - the library's classes
        self._latin = latin
        self._chinese = chinese
        self.is_embedded = is_embedded
        self._names: dict[str, str | None] = {}
        self._widths: dict[str, float] = {}

    def _font_of(self, word: str) -> str | None:
        """Return the font that has every character of a word, None if none has."""
        if word not in self._names:
            if len(self._names) >= _MOST_NAMES:
                self._names.clear()
            latin, chinese = self._latin.fontName, self._chinese.fontName
            # A font that is not embedded is left to what only it can show.
            order = (chinese, latin) if self.is_embedded else (latin, chinese)
            self._names[word] = next((name for name in order if all(self._has(name, sign) for sign in word)), None)
        return self._names[word]

    def _has(self, name: str, character: str) -> bool:
        font = self._latin if name == self._latin.fontName else self._chinese
        if isinstance(font, EmbeddedCff):
            return font.has(character)
        if isinstance(font, TTFont):
            # Reportlab cannot say what characters beyond the first plane are.
            return ord(character) <= _FIRST_PLANE and ord(character) in font.face.charToGlyph
        try:
            return len(character.encode("gbk")) == _CODE_BYTES
        except UnicodeEncodeError:
            return False

    def shown(self, text: str) -> str:
        """Return a text in one line with the number of each character that no font has in place of it."""
        plain = (sign if sign.isprintable() else " " for sign in text)
        return "".join(sign if self._font_of(sign) else f"[U+{ord(sign):04X}]" for sign in plain)

    def runs(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield the parts of a text that was made to be shown, each with its font; a word has one, if one has it."""
        parts = ((self._font_of(word), word) for word in _WORDS.findall(text))
        pieces = (
            piece
            for name, word in parts
            for piece in ([(name, word)] if name else [(self._font_of(sign), sign) for sign in word])
        )
        for name, run in groupby(pieces, lambda piece: piece[0]):
            yield name or self._latin.fontName, "".join(part for _, part in run)

    def width(self, text: str, size: float) -> float:
        """Return how wide a text is."""
        return size * sum(self._width_of(word) for word in _WORDS.findall(text))

    def _width_of(self, word: str) -> float:
        """Return how wide a word is at a size of 1."""
        if word not in self._widths:
            if len(self._widths) >= _MOST_NAMES:
                self._widths.clear()
            self._widths[word] = sum(float(pdfmetrics.stringWidth(part, name, 1)) for name, part in self.runs(word))
        return self._widths[word]


def _latin(files: dict[str, Path]) -> Any:  # noqa: ANN401 - the library has no types
    """Return a Latin font of some files, else the one of reportlab, which has the letters of Western Europe."""
    own = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
    for path in (*(files[name.casefold()] for name in _LATIN_FILES if name.casefold() in files), own):
        try:
            return _registered(TTFont(f"{_LATIN}-{path}", path, shapable=False))
        except TTFError:
            continue
    msg = f"{own} cannot be read"
    raise FontError(msg)


@cache
def fonts_of(path: str | None) -> Fonts:
    """
    Return the fonts for documents.

    Parameters
    ----------
    path
        A font file, ``none`` for none of this machine, or None to look for one.

    Raises
    ------
    FontError
        If the file that is named cannot be embedded.
    """
    files = {} if path == _NO_FONT else _files()
    latin = _latin(files)
    if path is not None and path != _NO_FONT:
        return Fonts(_registered(_embedded(Path(path))), latin, is_embedded=True)
    for name in _FILES:
        if name.casefold() in files:
            with suppress(FontError):
                return Fonts(_registered(_embedded(files[name.casefold()])), latin, is_embedded=True)
    return Fonts(_registered(UnicodeCIDFont(_NOT_EMBEDDED)), latin, is_embedded=False)


def fonts() -> Fonts:
    """Return the fonts for documents that this machine is told to use, or has."""
    return fonts_of(os.environ.get(FONT_VARIABLE) or None)


def _registered(font: Any) -> Any:  # noqa: ANN401
    pdfmetrics.registerFont(font)
    return font


def _files() -> dict[str, Path]:
    """Return the font files of this machine by name, in small letters."""
    folders = [Path(folder).expanduser() for folder in _FOLDERS.get(sys.platform, _FOLDERS_ELSE)]
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.suffix.casefold() in _SUFFIXES:
                found.setdefault(path.name.casefold(), path)
    return found


def _embedded(path: Path) -> EmbeddedCff | Any:  # noqa: ANN401 - the library has no types
    """Return the font of a file."""
    try:
        found = faces(path.read_bytes())
        number = max(range(len(found)), key=lambda place: (_simplified(found[place].name), -place))
        face = found[number]
        name = f"{_CHINESE}-{path}-{number}"
        if not face.may_be_embedded:
            msg = f"{path} may not be embedded"
            raise FontError(msg)
        if face.has_outlines_of_postscript:
            font: EmbeddedCff | Any = EmbeddedCff(name, face)
            has = all(font.has(sign) for sign in _PROBE)
        else:
            font = TTFont(name, path, subfontIndex=number, shapable=False)
            has = all(ord(sign) in font.face.charToGlyph for sign in _PROBE)
    except OSError as error:
        msg = f"{path}: {error.strerror}"
        raise FontError(msg) from None
    except (TTFError, ValueError, LookupError, struct_error) as error:
        msg = f"{path}: {error}"
        raise FontError(msg) from None
    if not has:
        msg = f"{path} has no Chinese"
        raise FontError(msg)
    return font


def _simplified(name: str) -> int:
    """Return how well the name of a face promises plain simplified forms."""
    return 4 * ("sc-" in name.casefold()) + 2 * name.endswith("Regular") - ("Mono" in name)
