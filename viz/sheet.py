"""
What a planner's map shows, as plain values: layers, paths, spots, and steps of a slider.

The same sheet becomes the data of a page, GeoJSON, a GeoPackage, a picture and a page of paper, so that none of them
can show anything else than the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from viz.geometry import FRAME_MARGIN, frame_copies, is_in_frame, simplify, simplify_all, split_at, to_frame
from viz.lines import PLAIN_DEG
from viz.packed import packed_lines
from viz.theme import MODES, mode_style

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from viz.geometry import Line
    from viz.theme import Lang

Mark = Literal["line", "circle", "square", "triangle", "diamond"]
Facts = tuple[tuple[str, str], ...]

MODE_MARKS: dict[str, Mark] = {"sea": "circle", "rail": "square", "air": "triangle", "road": "diamond"}
"""Marks that tell modes apart without their colours."""
_TURN = 360.0
_WEST_OF_GLOBE = -180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """
    A kind of thing that can be switched off, with its entry in the legend.

    Parameters
    ----------
    id, name
        Its name for programs, and for people.
    colour, dash, width
        Of its lines: hexadecimal, pattern in pixels (empty for solid), pixels at scale 1.
    mark
        A line, or the shape of its spots.
    is_shown
        Whether it is on at first.
    """

    id: str
    name: str
    colour: str
    dash: str = ""
    width: float = 2.0
    mark: Mark = "line"
    is_shown: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """
    A line.

    Parameters
    ----------
    layer
        Id of its layer.
    line
        Latitudes and continuous longitudes.
    title, facts
        What its popup says.
    scale, opacity
        How much wider than its layer's lines, and how solid.
    is_sketch
        True where a great circle stands in for a way that the tables do not have.
    properties
        For files: plain values by name.
    by_step
        Scale by the number of the slider's step, from 0; missing where it is not shown. None if it does not change.
    is_plain
        Whether its line has no more points than a map of the world needs.
    """

    layer: str
    line: Line
    title: str
    facts: Facts = ()
    scale: float = 1.0
    opacity: float = 0.75
    is_sketch: bool = False
    properties: Mapping[str, Any] = field(default_factory=dict)
    by_step: Mapping[int, float] | None = None
    is_plain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """
    A place.

    Parameters
    ----------
    layer
        Id of its layer.
    lat, lon
        Degrees.
    radius
        Pixels.
    name, facts
        What its popup says; the name may stand beside it.
    rank
        Of its label: the least is shown first; None for no label.
    colour
        In place of that of its layer.
    properties
        For files.
    """

    layer: str
    lat: float
    lon: float
    radius: float
    name: str
    facts: Facts = ()
    rank: int | None = None
    colour: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """
    A map.

    Parameters
    ----------
    title
        What it shows.
    lang
        Language of all texts in it.
    layers
        In the order of the legend; what stands later is drawn on top.
    paths, spots
        Lines and places.
    steps, steps_name
        What the slider says for everything and then for each step, and its name; empty for no slider.
    note
        What else has to be said under the map.
    focus
        Layers whose spots set the first view; empty for all.
    """

    title: str
    lang: Lang
    layers: tuple[Layer, ...]
    paths: tuple[Path, ...] = ()
    spots: tuple[Spot, ...] = ()
    steps: tuple[str, ...] = ()
    steps_name: str = ""
    note: str = ""
    focus: frozenset[str] = frozenset()

    @property
    def view(self) -> tuple[float, float, float, float] | None:
        """South, west, north and east of what is shown at first: of the spots, or of the paths without any."""
        seen = [spot for spot in self.spots if spot.layer in self.focus] or self.spots
        corners = [(spot.lat, to_frame(spot.lon)) for spot in seen]
        corners = corners or [point for path in self.paths for piece in drawn(path) for point in piece]
        if not corners:
            return None
        lats, lons = zip(*corners, strict=True)
        return min(lats), min(lons), max(lats), max(lons)


def mode_layer(mode: str, lang: Lang, *, mark: Mark = "line", is_shown: bool = True) -> Layer:
    """Return the layer of a mode."""
    style = mode_style(mode)
    return Layer(
        id=mode, name=style.name(lang), colour=style.colour, dash=style.dash, width=style.width, mark=mark,
        is_shown=is_shown,
    )  # fmt: skip


def used_layers(layers: Iterable[Layer], paths: Iterable[Path], spots: Iterable[Spot]) -> tuple[Layer, ...]:
    """Return the layers on which something lies."""
    used = {path.layer for path in paths} | {spot.layer for spot in spots}
    return tuple(layer for layer in layers if layer.id in used)


def drawn(path: Path) -> list[Line]:
    """Return the lines of a path within the map's frame and its margins."""
    return frame_copies(_plain(path))


def _plain(path: Path) -> Line:
    """Return the line of a path without the points that a map of the world does not need."""
    return path.line if path.is_plain else simplify(path.line, PLAIN_DEG)


def _plain_lines(paths: Sequence[Path]) -> list[Line]:
    """Return for many paths what `_plain` returns for each."""
    rough = [number for number, path in enumerate(paths) if not path.is_plain]
    found = [path.line for path in paths]
    for number, line in zip(rough, simplify_all([found[number] for number in rough], PLAIN_DEG), strict=True):
        found[number] = line
    return found


def turns_of(longitude: float) -> Iterator[float]:
    """
    Yield the longitudes within the frame and its margins at which a place is drawn.

    Examples
    --------
    >>> list(turns_of(-74.0)), list(turns_of(120.7))
    ([286.0, -74.0], [120.7])
    """
    first = to_frame(longitude)
    yield first
    for turn in (-_TURN, _TURN):
        if is_in_frame(first + turn, FRAME_MARGIN):
            yield first + turn


def sheet_json(sheet: Sheet) -> dict[str, Any]:
    """
    Return a sheet as the script of a page takes it.

    How coordinates are written tells `viz.packed.packed_lines`.
    """
    numbers = {layer.id: number for number, layer in enumerate(sheet.layers)}
    view = sheet.view
    return {
        "title": sheet.title,
        "view": None if view is None else [round(value, 3) for value in view],
        "layers": [
            {
                "name": layer.name, "colour": layer.colour, "dash": [float(part) for part in layer.dash.split()],
                "width": layer.width, "mark": layer.mark, "shown": layer.is_shown,
            }
            for layer in sheet.layers
        ],
        "paths": [
            _path_json(path, numbers, pieces)
            for path, pieces in zip(sheet.paths, packed_lines(_plain_lines(sheet.paths)), strict=True)
        ],
        "spots": [_spot_json(spot, numbers) for spot in sheet.spots],
        "steps": list(sheet.steps),
        "stepsName": sheet.steps_name,
    }  # fmt: skip


def _path_json(path: Path, numbers: Mapping[str, int], pieces: list[list[int]]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "l": numbers[path.layer],
        "c": pieces,
        "t": path.title,
        "f": [list(pair) for pair in path.facts],
        "w": round(path.scale, 2),
        "o": path.opacity,
    }
    if path.is_sketch:
        found["s"] = 1
    if path.by_step is not None:
        found["b"] = {str(step): round(scale, 2) for step, scale in path.by_step.items()}
    return found


def _spot_json(spot: Spot, numbers: Mapping[str, int]) -> dict[str, Any]:
    return {
        "l": numbers[spot.layer],
        "x": [round(lon, 4) for lon in turns_of(spot.lon)],
        "y": round(spot.lat, 4),
        "r": spot.radius,
        "t": spot.name,
        "f": [list(pair) for pair in spot.facts],
        "k": spot.rank,
        "h": spot.colour,
    }


def features(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """
    Yield the content of a sheet as GeoJSON features: WGS 84, cut at 180 degrees as RFC 7946 asks.

    A path in several pieces is one MultiLineString.
    """
    names = {layer.id: layer.name for layer in sheet.layers}
    for path in sheet.paths:
        pieces = [
            [[round(lon, 5), round(lat, 5)] for lat, lon in piece] for piece in split_at(path.line, _WEST_OF_GLOBE)
        ]
        if pieces:
            properties = {"layer": path.layer, "layer_name": names[path.layer], "name": path.title}
            properties |= {"is_sketch": path.is_sketch} | dict(path.properties)
            yield _feature("MultiLineString", pieces, properties)
    for spot in sheet.spots:
        properties = {"layer": spot.layer, "layer_name": names[spot.layer], "name": spot.name} | dict(spot.properties)
        lon = (spot.lon - _WEST_OF_GLOBE) % _TURN + _WEST_OF_GLOBE
        yield _feature("Point", [round(lon, 5), round(spot.lat, 5)], properties)


def _feature(kind: str, coordinates: list[Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def modes_in_order(modes: Iterable[str]) -> list[str]:
    """Return modes in the order of legends."""
    found = set(modes)
    return [mode for mode in MODES if mode in found]
