"""A planner's map as one page of PDF: lines stay lines, texts can be searched."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Protocol

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from viz.picture import draw_sheet
from viz.theme import INK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from viz.picture import Dot, Stroke
    from viz.sheet import Sheet

_WIDTH, _HEIGHT = 1190.55, 841.89
"""A3 across, in points; a pixel of the picture is a point."""


class PaperFonts(Protocol):
    """What a page needs to know of its fonts."""

    def shown(self, text: str) -> str:
        """Return a text with what no font has spelt out."""

    def runs(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield the parts of a text, each with the name of its font."""

    def width(self, text: str, size: float) -> float:
        """Return how wide a text is."""


def sheet_pdf(sheet: Sheet, fonts: PaperFonts) -> bytes:
    """Return a sheet as a PDF of one page."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(_WIDTH, _HEIGHT), pageCompression=1, invariant=1)
    canvas.setTitle(sheet.title)
    canvas.setAuthor("Hubport")
    draw_sheet(sheet, _Paper(canvas, fonts), _WIDTH, _HEIGHT)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


class _Paper:
    """A pen on a page whose heights count from below."""

    def __init__(self, canvas: Any, fonts: PaperFonts) -> None:  # noqa: ANN401 - the library has no types
        self._canvas = canvas
        self._fonts = fonts

    def _path(self, dots: Sequence[Dot], *, is_closed: bool) -> Any:  # noqa: ANN401 - as above
        path = self._canvas.beginPath()
        path.moveTo(dots[0][0], _HEIGHT - dots[0][1])
        for x, y in dots[1:]:
            path.lineTo(x, _HEIGHT - y)
        if is_closed:
            path.close()
        return path

    def _stroke(self, stroke: Stroke) -> None:
        self._canvas.setStrokeColor(HexColor(stroke.colour), stroke.opacity)
        self._canvas.setLineWidth(stroke.width)
        self._canvas.setDash(*((list(stroke.dash), 0) if stroke.dash else ([], 0)))

    def fill(self, dots: Sequence[Dot], colour: str, edge: Stroke | None = None) -> None:
        """Fill a polygon."""
        self._canvas.setFillColor(HexColor(colour), 1)
        if edge is not None:
            self._stroke(edge)
        self._canvas.drawPath(self._path(dots, is_closed=True), stroke=int(edge is not None), fill=1)

    def line(self, dots: Sequence[Dot], stroke: Stroke) -> None:
        """Draw a line."""
        if len(dots) > 1:
            self._stroke(stroke)
            self._canvas.drawPath(self._path(dots, is_closed=False), stroke=1, fill=0)

    def disc(self, at: Dot, radius: float, colour: str) -> None:
        """Draw a filled circle with a white edge."""
        self._canvas.setFillColor(HexColor(colour), 1)
        self._canvas.setStrokeColor(HexColor("#ffffff"), 1)
        self._canvas.setLineWidth(1.2)
        self._canvas.setDash([], 0)
        self._canvas.circle(at[0], _HEIGHT - at[1], radius, stroke=1, fill=1)

    def text(self, at: Dot, text: str, size: float, colour: str = INK) -> None:
        """Write one line of text."""
        self._canvas.setFillColor(HexColor(colour), 1)
        written = self._canvas.beginText(at[0], _HEIGHT - at[1] - size * 0.35)
        for name, part in self._fonts.runs(self._fonts.shown(text)):
            written.setFont(name, size)
            written.textOut(part)
        self._canvas.drawText(written)

    def width(self, text: str, size: float) -> float:
        """Return how wide a text is."""
        return self._fonts.width(self._fonts.shown(text), size)

    def clip(self, left: float, top: float, right: float, bottom: float) -> None:
        """Keep what is drawn from now on within a rectangle."""
        self._canvas.saveState()
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        self._canvas.clipPath(self._path(corners, is_closed=True), stroke=0, fill=0)

    def unclip(self) -> None:
        """Draw everywhere again."""
        self._canvas.restoreState()
