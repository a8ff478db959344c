"""
A planner's map as a picture: projected, labelled without overlaps, drawn by any pen.

Pens draw on pixels (`viz.picture_png`) or on paper (`viz.picture_pdf`); what is drawn is the same.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, Protocol

from viz.maps import land
from viz.sheet import drawn, turns_of
from viz.theme import COAST, GRID, INK, MUTED, SEA
from viz.theme import LAND as LAND_COLOUR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viz.sheet import Layer, Mark, Sheet

Dot = tuple[float, float]
_TURN = 360.0
_MOST_LAT, _LEAST_LAT = 84.0, -72.0
_LEAST_SPAN = 6.0
_HEAD, _FOOT, _MARGIN = 46.0, 26.0, 0.07
_GRID_STEP = 30
_LABEL, _TITLE, _SMALL = 13.0, 20.0, 12.0
_SIDE, _ROW, _GAP, _SAMPLE = 16.0, 22.0, 10.0, 42.0
_EQUATOR_KM = 40_075.0
_SKETCHED = (2.0, 6.0)
"""Dashes of lines that stand in for a way that is not known."""
_SCALES_KM = (50, 100, 200, 500, 1000, 2000, 5000)
_ATTRIBUTION = {"zh": "海岸线：Natural Earth（公有领域）", "en": "Coastline: Natural Earth (public domain)"}


class Stroke(NamedTuple):
    """How a line looks: colour, width and dashes in pixels, how solid."""

    colour: str
    width: float
    dash: tuple[float, ...] = ()
    opacity: float = 1.0


class Pen(Protocol):
    """What draws; coordinates are pixels from the upper left corner."""

    def fill(self, dots: Sequence[Dot], colour: str, edge: Stroke | None = None) -> None:
        """Fill a polygon."""

    def line(self, dots: Sequence[Dot], stroke: Stroke) -> None:
        """Draw a line."""

    def disc(self, at: Dot, radius: float, colour: str) -> None:
        """Draw a filled circle with a white edge."""

    def text(self, at: Dot, text: str, size: float, colour: str = INK) -> None:
        """Write one line of text from its left end, centred on a height."""

    def width(self, text: str, size: float) -> float:
        """Return how wide a text is."""

    def clip(self, left: float, top: float, right: float, bottom: float) -> None:
        """Keep what is drawn from now on within a rectangle."""

    def unclip(self) -> None:
        """Draw everywhere again."""


class Frame(NamedTuple):
    """
    Where degrees lie on a picture, in Mercator's projection.

    Parameters
    ----------
    west, north
        Longitude of the left edge, and Mercator's height of the upper one, in degrees.
    scale
        Pixels per degree.
    top, width, height
        Of the map on the picture, in pixels.
    """

    west: float
    north: float
    scale: float
    top: float
    width: float
    height: float

    def dot(self, lat: float, lon: float) -> Dot:
        """Return where a point lies."""
        return (lon - self.west) * self.scale, self.top + (self.north - mercator(lat)) * self.scale


def mercator(lat: float) -> float:
    """
    Return the height of a latitude in Mercator's projection, in degrees.

    Examples
    --------
    >>> round(mercator(60.0), 2), mercator(0.0)
    (75.46, 0.0)
    """
    held = min(_MOST_LAT, max(_LEAST_LAT, lat))
    return math.degrees(math.asinh(math.tan(math.radians(held))))


def frame_of(sheet: Sheet, width: float, height: float, below: float = 0.0) -> Frame:
    """Return the frame in which a sheet fills a picture of some size, with some room for what stands below the map."""
    south, west, north, east = sheet.view or (-10.0, -10.0, 62.0, 150.0)
    room = height - _HEAD - _FOOT - below
    low, high = mercator(south), mercator(north)
    across = max(east - west, _LEAST_SPAN) * (1 + 2 * _MARGIN)
    up = max(high - low, _LEAST_SPAN) * (1 + 2 * _MARGIN)
    scale = min(width / across, room / up)
    middle_lon, middle = (west + east) / 2, (low + high) / 2
    return Frame(middle_lon - width / scale / 2, middle + room / scale / 2, scale, _HEAD, width, room)


def draw_sheet(sheet: Sheet, pen: Pen, width: float, height: float) -> None:
    """Draw a whole picture: backdrop, lines, places, labels, legend, scale, title."""
    entries = legend_rows([layer for layer in sheet.layers if layer.is_shown], pen, width)
    below = len(entries) * _ROW + _GAP if entries else 0.0
    frame = frame_of(sheet, width, height, below)
    pen.fill([(0, 0), (width, 0), (width, height), (0, height)], "#ffffff")
    pen.clip(0, frame.top, width, frame.top + frame.height)
    _backdrop(pen, frame)
    _paths(sheet, pen, frame)
    _spots(sheet, pen, frame)
    _labels(sheet, pen, frame)
    pen.unclip()
    pen.text((_SIDE, _HEAD / 2), fitting(sheet.title, pen, _TITLE, width - 2 * _SIDE), _TITLE)
    _scale_bar(pen, frame)
    _legend(entries, pen, frame)
    said = f"{sheet.note}  {_ATTRIBUTION[sheet.lang]}" if sheet.note else _ATTRIBUTION[sheet.lang]
    pen.text((_SIDE, height - _FOOT / 2), said, _SMALL, MUTED)


def _backdrop(pen: Pen, frame: Frame) -> None:
    edge = [(0.0, frame.top), (frame.width, frame.top)]
    pen.fill([*edge, (frame.width, frame.top + frame.height), (0.0, frame.top + frame.height)], SEA)
    for lon in range(-180, 541, _GRID_STEP):
        pen.line([frame.dot(_MOST_LAT, lon), frame.dot(_LEAST_LAT, lon)], Stroke(GRID, 0.7))
    for lat in range(-60, 76, 15):
        y = frame.dot(lat, 0)[1]
        pen.line([(0.0, y), (frame.width, y)], Stroke(GRID, 0.7))
    for turn in (-_TURN, 0.0, _TURN):
        for polygon in land()["geometry"]["coordinates"]:
            dots = [frame.dot(lat, lon + turn) for lon, lat in polygon[0]]
            if any(_is_on(frame, dot, frame.width) for dot in dots):
                pen.fill(dots, LAND_COLOUR, Stroke(COAST, 0.7))


def _is_on(frame: Frame, dot: Dot, room: float = 40.0) -> bool:
    """Say whether a dot lies on the map, or not further from it than some room."""
    return -room <= dot[0] <= frame.width + room and frame.top - room <= dot[1] <= frame.top + frame.height + room


def _paths(sheet: Sheet, pen: Pen, frame: Frame) -> None:
    shown = {layer.id: (number, layer) for number, layer in enumerate(sheet.layers) if layer.is_shown}
    for path in sorted((path for path in sheet.paths if path.layer in shown), key=lambda path: shown[path.layer][0]):
        layer = shown[path.layer][1]
        width = layer.width * path.scale
        stroke = Stroke(layer.colour, width, _dash(layer, width, is_sketch=path.is_sketch), path.opacity)
        for piece in drawn(path):
            pen.line([frame.dot(lat, lon) for lat, lon in piece], stroke)


def _dash(layer: Layer, width: float, *, is_sketch: bool) -> tuple[float, ...]:
    """Return the dashes of a line, which grow with its width, so that a wide line has few of them."""
    dash = _SKETCHED if is_sketch else tuple(float(part) for part in layer.dash.split())
    return tuple(part * max(1.0, width * (1 if is_sketch else 0.5)) for part in dash)


def _spots(sheet: Sheet, pen: Pen, frame: Frame) -> None:
    layers = {layer.id: (number, layer) for number, layer in enumerate(sheet.layers) if layer.is_shown}
    for spot in sorted((one for one in sheet.spots if one.layer in layers), key=lambda one: layers[one.layer][0]):
        layer = layers[spot.layer][1]
        for lon in turns_of(spot.lon):
            at = frame.dot(spot.lat, lon)
            if _is_on(frame, at):
                _mark(pen, at, spot.radius, layer.mark, spot.colour or layer.colour)


def _mark(pen: Pen, at: Dot, radius: float, mark: Mark, colour: str) -> None:
    """Draw the mark of a layer."""
    x, y = at
    corners = mark_corners(mark)
    if not corners:
        pen.disc(at, radius, colour)
        return
    pen.fill([(x + across * radius, y + down * radius) for across, down in corners], colour, Stroke("#ffffff", 1.2))


def mark_corners(mark: Mark) -> tuple[Dot, ...]:
    """Return the corners of a mark of radius 1, none for a circle."""
    if mark == "square":
        return (-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)
    if mark == "triangle":
        return (0.0, -1.25), (1.15, 0.85), (-1.15, 0.85)
    if mark == "diamond":
        return (0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)
    return ()


def _labels(sheet: Sheet, pen: Pen, frame: Frame) -> None:
    """Write the names of places, the first ranks first, as far as they cover no other."""
    layers = {layer.id for layer in sheet.layers if layer.is_shown}
    taken: list[tuple[float, float, float, float]] = []
    named = [spot for spot in sheet.spots if spot.rank is not None and spot.layer in layers]
    for spot in sorted(named, key=lambda spot: (spot.rank or 0, spot.name)):
        x, y = frame.dot(spot.lat, next(turns_of(spot.lon)))
        left = x + spot.radius + 5
        box = (left - 4, y - _LABEL * 0.75, left + pen.width(spot.name, _LABEL) + 4, y + _LABEL * 0.75)
        if not _is_on(frame, (x, y), 0) or any(_overlap(box, other) for other in taken):
            continue
        taken.append(box)
        corners = [(box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])]
        pen.fill(corners, "#ffffff", Stroke("#c6d1da", 0.8))
        pen.text((left, y), spot.name, _LABEL)


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _scale_bar(pen: Pen, frame: Frame) -> None:
    """Draw a scale that holds at the middle of the map."""
    middle = frame.north - frame.height / frame.scale / 2
    lat = math.degrees(math.atan(math.sinh(math.radians(middle))))
    per_km = frame.scale * _TURN / (_EQUATOR_KM * math.cos(math.radians(lat)))
    length = next((km for km in reversed(_SCALES_KM) if km * per_km <= frame.width / 6), _SCALES_KM[0])
    right, y = frame.width - 16.0, frame.top + frame.height - 16.0
    left = right - length * per_km
    pen.line([(left, y - 6), (left, y), (right, y), (right, y - 6)], Stroke(INK, 1.4))
    pen.text((left + 4, y - 10), f"{length:,} km", _SMALL)


def fitting(text: str, pen: Pen, size: float, room: float) -> str:
    """Return a text, shortened with an ellipsis where it would be wider than the room for it."""
    if pen.width(text, size) <= room:
        return text
    kept = next((end for end in range(len(text), 0, -1) if pen.width(f"{text[:end]}…", size) <= room), 0)
    return f"{text[:kept]}…"


def legend_rows(layers: Sequence[Layer], pen: Pen, width: float) -> list[list[tuple[float, Layer]]]:
    """Return the entries of a legend in rows as wide as a picture, each with its left end."""
    rows: list[list[tuple[float, Layer]]] = []
    left = width
    for layer in layers:
        wide = _SAMPLE + pen.width(layer.name, _LABEL) + 2 * _SIDE
        if left + wide > width:
            rows.append([])
            left = _SIDE
        rows[-1].append((left, layer))
        left += wide
    return rows


def _legend(rows: Sequence[Sequence[tuple[float, Layer]]], pen: Pen, frame: Frame) -> None:
    """Draw the entries of what is shown, below the map, where they cover nothing."""
    for number, row in enumerate(rows):
        y = frame.top + frame.height + _GAP / 2 + _ROW * (number + 0.5)
        for left, layer in row:
            _legend_mark(pen, layer, left, y)
            pen.text((left + _SAMPLE, y), layer.name, _LABEL)


def _legend_mark(pen: Pen, layer: Layer, x: float, y: float) -> None:
    if layer.mark == "line":
        dash = tuple(float(part) for part in layer.dash.split())
        pen.line([(x, y), (x + 34, y)], Stroke(layer.colour, max(layer.width, 1.5), dash))
    else:
        _mark(pen, (x + 17, y), 6.5, layer.mark, layer.colour)
