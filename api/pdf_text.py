"""Text on a page of a PDF: in boxes that wrap, in the fonts that have its characters, and never as markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from reportlab.lib.colors import Color, HexColor, black
from reportlab.platypus import Flowable

from api.pdf_fonts import Fonts

GREY, RED = HexColor("#5b6770"), HexColor("#a33c00")
_LEADING = 1.32
_BASE = 0.27
# Words, blanks, and single characters of scripts that break anywhere.
_TOKENS = re.compile(r"\s+|[!-~¡-ʯͰ-ӿ‐-⁯]+|.", re.DOTALL)
_CLOSING = frozenset("，。；：！？、）】》」』”’）〕…%％")
Align = Literal["left", "right", "center"]


class Look(NamedTuple):
    """How text looks: its size in points, its colour, and where its lines stand."""

    size: float = 8.5
    color: Color = black
    align: Align = "left"


class Words(Flowable):  # type: ignore[misc]  # the library has no types
    """
    A text that wraps between words, and in those that are too long.

    Parameters
    ----------
    text
        Whatever stands in it is shown as it is.
    fonts
        Those of the document.
    look
        How it looks.
    """

    def __init__(self, text: str, fonts: Fonts, look: Look = Look()) -> None:  # noqa: B008 - a constant
        super().__init__()
        self._lines = [fonts.shown(line) for line in text.split("\n")]
        self._fonts = fonts
        self._look = look
        self._wrapped: list[str] = []
        self.width = -1.0

    def wrap(self, width: float, _: float) -> tuple[float, float]:
        """Break the text into lines that fit; return the room it takes."""
        if width != self.width:
            size = self._look.size
            self._wrapped = [line for text in self._lines for line in wrapped(text, width, size, self._fonts)]
            self.width, self.height = width, len(self._wrapped) * size * _LEADING
        return width, self.height

    def drawOn(self, canvas: Any, x: float, y: float, _sW: float = 0) -> None:  # noqa: ANN401, N802, N803
        """Draw the lines; there is nothing else to be kept apart, so that the page is not turned for each text."""
        size, color, align = self._look
        canvas.setFillColor(color)
        base = y + self.height - size * (_LEADING - _BASE)
        for line in self._wrapped:
            room = self.width - self._fonts.width(line, size) if align != "left" else 0
            draw_line(canvas, x + (room if align == "right" else room / 2), base, line, self._fonts, size)
            base -= size * _LEADING


def draw_line(canvas: Any, left: float, base: float, text: str, fonts: Fonts, size: float) -> None:  # noqa: ANN401
    """Draw one line of text that was made to be shown."""
    told = canvas.beginText(left, base)
    for name, part in fonts.runs(text):
        told.setFont(name, size)
        told.textOut(part)
    canvas.drawText(told)


def wrapped(text: str, width: float, size: float, fonts: Fonts) -> list[str]:
    """
    Return the lines of a text; none is wider than the room, unless that is narrower than a character.

    Parameters
    ----------
    text
        Made to be shown.
    width, size
        The room and the size of the text in points.
    fonts
        Those of the document.
    """
    if fonts.width(text, size) <= width:
        return [text]
    lines, line, used = [], "", 0.0
    for token in _TOKENS.findall(text):
        wide = fonts.width(token, size)
        if used + (wide if token.strip() else 0) <= width or (token in _CLOSING and line):
            line, used = line + token, used + wide
            continue
        if line.strip():
            lines.append(line.rstrip())
        *full, line = _parts(token, width, size, fonts)
        lines += full
        used = fonts.width(line, size)
    return [*lines, line.rstrip()]


def _parts(word: str, width: float, size: float, fonts: Fonts) -> Iterator[str]:
    """Yield a word in parts that fit."""
    part = ""
    for sign in word:
        if part and fonts.width(part + sign, size) > width:
            yield part
            part = ""
        part += sign
    yield part
