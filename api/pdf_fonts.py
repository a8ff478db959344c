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
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont

from api.pdf_embed import EmbeddedFont, FontError

FONT_VARIABLE = "HUBPORT_FONT"
"""Names a font file to embed in place of those that are looked for; ``none`` uses no font of this machine."""

_NOT_EMBEDDED = "STSong-Light"
# Faces with simplified forms, the plainest first: of Linux, Windows and macOS.
_FILES = (
    *("NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "NotoSansSC-Regular.otf", "NotoSansSC-Regular.ttf"),
    *("NotoSansCJK-VF.otf.ttc", "NotoSansCJK-VF.ttf.ttc", "NotoSansSC[wght].ttf", "SourceHanSansSC-Regular.otf"),
    *("SourceHanSansCN-Regular.otf", "SourceHanSans-Regular.ttc", "msyh.ttc", "Deng.ttf", "simhei.ttf", "simsun.ttc"),
    *("STHeiti Light.ttc", "Hiragino Sans GB.ttc", "Songti.ttc", "Arial Unicode.ttf", "wqy-microhei.ttc"),
    *(
        "wqy-zenhei.ttc",
        "DroidSansFallbackFull.ttf",
        "uming.ttc",
        "NotoSerifCJK-Regular.ttc",
        "SourceHanSerif-Regular.ttc",
    ),
)
_LATIN_FILES = ("DejaVuSans.ttf", "segoeui.ttf", "arial.ttf")
_OWN_LATIN = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
_SUFFIXES = frozenset({".ttf", ".ttc", ".otf", ".otc"})
_FOLDERS = {
    "win32": ("C:/Windows/Fonts", "~/AppData/Local/Microsoft/Windows/Fonts"),
    "darwin": ("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts"),
}
_FOLDERS_ELSE = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
_NO_FONT = "none"
_CHINESE, _LATIN = "温州", "Aa"
_CODE_BYTES = 2
_MOST = 10_000
_WORDS = re.compile(r"[!-~¡-ʯͰ-ӿ‐-⁯]+|.", re.DOTALL)


class Fonts:
    """
    The fonts of a document.

    Parameters
    ----------
    chinese
        The Chinese font, None if it is left to readers.
    latin
        The Latin font, which becomes part of documents.
    """

    def __init__(self, chinese: EmbeddedFont | None, latin: EmbeddedFont) -> None:
        self.is_embedded = chinese is not None
        found: list[Any] = [latin, UnicodeCIDFont(_NOT_EMBEDDED)] if chinese is None else [chinese, latin]
        for font in found:
            pdfmetrics.registerFont(font)
        # A font that is not embedded is left to what only it can show.
        self._order = found
        self._font_of = lru_cache(_MOST)(self._first_with)
        self._width_of = lru_cache(_MOST)(self._width_at_1)
        self.shown = lru_cache(_MOST)(self._shown)

    def _first_with(self, word: str) -> str | None:
        """Return the font that has every character of a word, None if none has."""
        return next((str(font.fontName) for font in self._order if all(_has(font, sign) for sign in word)), None)

    def _width_at_1(self, word: str) -> float:
        """Return how wide a word is at a size of 1."""
        return sum(float(pdfmetrics.stringWidth(part, name, 1)) for name, part in self.runs(word))

    def _shown(self, text: str) -> str:
        """Return a text in one line with the number of each character that no font has in place of it."""
        plain = (sign if sign.isprintable() else " " for sign in text)
        return "".join(sign if self._font_of(sign) else f"[U+{ord(sign):04X}]" for sign in plain)

    def runs(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield the parts of a text that was made to be shown, each with its font; a word has one, if one has it."""
        parts = ([word] if self._font_of(word) else word for word in _WORDS.findall(text))
        for name, run in groupby((piece for part in parts for piece in part), self._font_of):
            yield name or self._order[0].fontName, "".join(run)

    def width(self, text: str, size: float) -> float:
        """Return how wide a text is."""
        return size * sum(self._width_of(word) for word in _WORDS.findall(text))


def _has(font: Any, character: str) -> bool:  # noqa: ANN401 - the library has no types
    """Tell whether a font has a character."""
    if isinstance(font, EmbeddedFont):
        return font.has(character)
    try:
        return len(character.encode("gbk")) == _CODE_BYTES
    except UnicodeEncodeError:
        return False


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
    latin = _first(files, _LATIN_FILES, _LATIN) or EmbeddedFont(_OWN_LATIN, _LATIN)
    if path is None or path == _NO_FONT:
        return Fonts(_first(files, _FILES, _CHINESE), latin)
    return Fonts(EmbeddedFont(Path(path), _CHINESE), latin)


def fonts() -> Fonts:
    """Return the fonts for documents that this machine is told to use, or has."""
    return fonts_of(os.environ.get(FONT_VARIABLE) or None)


def picture_face() -> tuple[str, int] | None:
    """Return the font file, and the face in it, in which pictures are written; None where nothing shows Chinese."""
    named = os.environ.get(FONT_VARIABLE) or None
    files = {} if named == _NO_FONT else _files()
    try:
        chosen = EmbeddedFont(Path(named), _CHINESE) if named not in {None, _NO_FONT} else None
    except FontError:
        chosen = None
    font = chosen or _first(files, _FILES, _CHINESE)
    return None if font is None else font.file_face


def _first(files: dict[str, Path], names: Sequence[str], needed: str) -> EmbeddedFont | None:
    """Return the first of some files that is there and can be embedded."""
    for name in names:
        if name.casefold() in files:
            with suppress(FontError):
                return EmbeddedFont(files[name.casefold()], needed)
    return None


def _files() -> dict[str, Path]:
    """Return the font files of this machine by name, in small letters."""
    folders = [Path(folder).expanduser() for folder in _FOLDERS.get(sys.platform, _FOLDERS_ELSE)]
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.suffix.casefold() in _SUFFIXES:
                found.setdefault(path.name.casefold(), path)
    return found
