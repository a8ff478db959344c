"""A planner's map as a PNG picture, drawn larger and made smaller so that edges are smooth."""

from __future__ import annotations

import io
import math
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageColor, ImageDraw, ImageFont

from viz.picture import draw_sheet
from viz.theme import INK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from viz.picture import Dot, Stroke
    from viz.sheet import Sheet

_FINE = 2
_SOLID = 255


def sheet_png(sheet: Sheet, font: tuple[str, int] | None, width: int = 1600, height: int = 1000) -> bytes:
    """
    Return a sheet as a PNG picture.

    Parameters
    ----------
    sheet
        What to draw.
    font
        A font file and the number of the face in it, None for the plain one of the library (Latin letters only).
    width, height
        Pixels.
    """
    pen = _Pixels(width, height, font)
    draw_sheet(sheet, pen, width, height)
    return pen.png()


@cache
def _face(font: tuple[str, int] | None, size: int) -> Any:  # noqa: ANN401 - one of two classes of the library
    if font is None:
        return ImageFont.load_default(size)
    return ImageFont.truetype(font[0], size, index=font[1])


class _Pixels:
    """A pen on an image of twice the size."""

    def __init__(self, width: int, height: int, font: tuple[str, int] | None) -> None:
        self._font = font
        self._size = (width, height)
        self._image = Image.new("RGB", (width * _FINE, height * _FINE), "#ffffff")
        self._whole: Image.Image | None = None
        self._box = (0, 0, 0, 0)
        self._draw = ImageDraw.Draw(self._image, "RGBA")

    def png(self) -> bytes:
        """Return the picture."""
        small = self._image.resize(self._size, Image.Resampling.LANCZOS)
        file = io.BytesIO()
        small.save(file, "PNG", optimize=True)
        return file.getvalue()

    def fill(self, dots: Sequence[Dot], colour: str, edge: Stroke | None = None) -> None:
        """Fill a polygon."""
        fine = _fine(dots)
        if len(fine) > 2:  # noqa: PLR2004 - what has an area
            self._draw.polygon(fine, fill=colour)
        if edge is not None:
            self._draw.line([*fine, fine[0]], fill=edge.colour, width=max(1, round(edge.width * _FINE)))

    def line(self, dots: Sequence[Dot], stroke: Stroke) -> None:
        """Draw a line."""
        colour = (*ImageColor.getrgb(stroke.colour)[:3], round(stroke.opacity * _SOLID))
        width = max(1, round(stroke.width * _FINE))
        for piece in dashes(dots, stroke.dash) if stroke.dash else [dots]:
            self._draw.line(_fine(piece), fill=colour, width=width, joint="curve")

    def disc(self, at: Dot, radius: float, colour: str) -> None:
        """Draw a filled circle with a white edge."""
        for size, fill in ((radius + 0.6, "#ffffff"), (radius - 0.6, colour)):
            (x, y), away = (at[0] * _FINE, at[1] * _FINE), size * _FINE
            self._draw.ellipse((x - away, y - away, x + away, y + away), fill=fill)

    def text(self, at: Dot, text: str, size: float, colour: str = INK) -> None:
        """Write one line of text."""
        face = _face(self._font, round(size * _FINE))
        self._draw.text((at[0] * _FINE, at[1] * _FINE), text, fill=colour, font=face, anchor="lm")

    def width(self, text: str, size: float) -> float:
        """Return how wide a text is."""
        return float(_face(self._font, round(size * _FINE)).getlength(text)) / _FINE

    def clip(self, left: float, top: float, right: float, bottom: float) -> None:
        """Draw on a copy, of which only a rectangle will be kept."""
        self._whole = self._image.copy()
        self._box = (round(left * _FINE), round(top * _FINE), round(right * _FINE), round(bottom * _FINE))

    def unclip(self) -> None:
        """Keep the rectangle."""
        if self._whole is not None:
            self._whole.paste(self._image.crop(self._box), self._box[:2])
            self._image, self._whole = self._whole, None
            self._draw = ImageDraw.Draw(self._image, "RGBA")


def _fine(dots: Sequence[Dot]) -> list[tuple[float, float]]:
    return [(x * _FINE, y * _FINE) for x, y in dots]


def dashes(dots: Sequence[Dot], pattern: Sequence[float]) -> Iterator[list[Dot]]:
    """
    Yield the solid parts of a dashed line.

    Examples
    --------
    >>> list(dashes([(0.0, 0.0), (10.0, 0.0)], (4.0, 2.0)))
    [[(0.0, 0.0), (4.0, 0.0)], [(6.0, 0.0), (10.0, 0.0)]]
    """
    at, left, is_solid = 0, pattern[0], True
    piece: list[Dot] = [dots[0]]
    for start, end in pairwise(dots):
        length, done = math.dist(start, end), 0.0
        while length - done >= left > 0 and length > 0:
            done += left
            share = done / length
            dot = (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)
            if is_solid:
                yield [*piece, dot]
            piece, is_solid, at = [dot], not is_solid, (at + 1) % len(pattern)
            left = pattern[at]
        left -= length - done
        if is_solid:
            piece.append(end)
    if is_solid and len(piece) > 1 and piece[0] != piece[-1]:
        yield piece
