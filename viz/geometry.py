"""
Lines on a map: great circles, one continuous frame of longitudes, bounds.

Coordinates are (latitude, longitude) in degrees. Maps show the longitudes from `FRAME_WEST` eastward, so that Europe,
Asia and, over the Pacific, America stand on one sheet and no main trade lane is cut at 180 degrees. What crosses the
edge of the frame is drawn whole at both edges, over repeated coasts; the way of one shipment is drawn in one go.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

Point = tuple[float, float]
Line = list[Point]

FRAME_WEST = -30.0
"""Western edge of the map; the Atlantic is where a map of this trade is cut best."""

FRAME_MARGIN = 60.0
"""Degrees beyond either edge of the frame within which lines and places are drawn again."""

_TURN = 360.0
_HALF_TURN = 180.0
_ENDS = 2
_STEP_KM = 250.0
_EARTH_KM = 6371.0088
_NO_TURN = 1e-6


def to_frame(longitude: float) -> float:
    """
    Return the same meridian within the map's frame.

    Examples
    --------
    >>> to_frame(-118.25)
    241.75
    >>> to_frame(120.7)
    120.7
    """
    shifted = (longitude - FRAME_WEST) % _TURN + FRAME_WEST
    return longitude if FRAME_WEST <= longitude < FRAME_WEST + _TURN else shifted


def distance_km(start: Point, end: Point) -> float:
    """
    Return the great-circle distance.

    Examples
    --------
    >>> round(distance_km((0.0, 0.0), (0.0, 90.0)))
    10008
    """
    lat1, lon1, lat2, lon2 = (math.radians(value) for value in (*start, *end))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def _vectors(points: Sequence[Point]) -> NDArray[np.float64]:
    """Return points as vectors from the middle of the globe, one in each row."""
    lat, lon = np.radians(np.array(points, dtype=np.float64)).T
    return np.stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)), axis=1)


def great_circle(start: Point, end: Point) -> Line:
    """
    Return the shortest line on the globe, in steps of at most 250 km, with continuous longitudes.

    Opposite points have no single shortest line; they are joined by a straight one.

    Examples
    --------
    >>> line = great_circle((31.14, 121.8), (33.94, -118.4))
    >>> [round(value, 2) for value in line[-1]]
    [33.94, 241.6]
    """
    return great_circles([(start, end)])[0]


def great_circles(pairs: Sequence[tuple[Point, Point]]) -> list[Line]:
    """
    Return for pairs of points what `great_circle` returns for each.

    Examples
    --------
    >>> [len(line) for line in great_circles([((0.0, 0.0), (0.0, 90.0)), ((0.0, 0.0), (0.0, 1.0))])]
    [42, 2]
    """
    if not pairs:
        return []
    first, last = (_vectors([pair[end] for pair in pairs]) for end in (0, 1))
    angle = 2 * np.arcsin(np.minimum(1.0, np.linalg.norm(last - first, axis=1) / 2))
    steps = np.ceil(angle * _EARTH_KM / _STEP_KM).astype(np.int64)
    # Between opposite points no way is the shortest; what is nearer than a step needs no points between.
    steps[(steps < 1) | (math.pi - angle < _NO_TURN)] = 1
    line = np.repeat(np.arange(len(pairs)), steps + 1)
    begins = np.cumsum(steps + 1) - (steps + 1)
    share = (np.arange(len(line)) - begins[line]) / steps[line]
    wide = angle[line]
    weights = np.sin((1 - share) * wide), np.sin(share * wide)
    x, y, z = (weights[0][:, None] * first[line] + weights[1][:, None] * last[line]).T
    lats, lons = np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))
    for at, end in ((begins, 0), (begins + steps, 1)):
        lats[at], lons[at] = np.array([pair[end] for pair in pairs]).T
    turns = np.rint(np.diff(lons, prepend=0.0) / -_TURN)
    turns[begins] = 0
    turns = np.cumsum(turns)
    lons += _TURN * (turns - turns[begins][line])
    points = list(zip(lats.tolist(), lons.tolist(), strict=True))
    return [points[begin : begin + size] for begin, size in zip(begins.tolist(), (steps + 1).tolist(), strict=True)]


def unwrap(line: Iterable[Point]) -> Line:
    """
    Return a line whose longitudes never jump by more than half a turn.

    Examples
    --------
    >>> unwrap([(0.0, 170.0), (0.0, -170.0)])
    [(0.0, 170.0), (0.0, 190.0)]
    """
    result: Line = []
    for lat, lon in line:
        longitude = lon
        if result:
            longitude += _TURN * round((result[-1][1] - longitude) / _TURN)
        result.append((lat, longitude))
    return result


def chain(line: Line, other: Line) -> Line:
    """
    Return a line that goes on with another one, both without jumps, from its second point and in the same turn.

    Examples
    --------
    >>> chain([(0.0, 170.0), (0.0, 181.0)], [(0.0, -179.0), (0.0, -170.0)])
    [(0.0, 170.0), (0.0, 181.0), (0.0, 190.0)]
    """
    if not line:
        return other
    offset = _TURN * round((line[-1][1] - other[0][1]) / _TURN)
    return line + (other[1:] if offset == 0 else [(lat, lon + offset) for lat, lon in other[1:]])


def split_at_frame(line: Sequence[Point]) -> list[Line]:
    """
    Cut a line where it leaves the map's frame; every piece lies within it.

    Examples
    --------
    >>> split_at_frame([(0.0, -20.0), (0.0, -40.0)])
    [[(0.0, -20.0), (0.0, -30.0)], [(0.0, 330.0), (0.0, 320.0)]]
    """
    return split_at(line, FRAME_WEST)


def split_at(line: Sequence[Point], west: float) -> list[Line]:
    """
    Cut a line at a meridian; every piece lies within one turn eastward of it.

    Examples
    --------
    >>> split_at([(0.0, 170.0), (0.0, 190.0)], -180.0)
    [[(0.0, 170.0), (0.0, 180.0)], [(0.0, -180.0), (0.0, -170.0)]]
    """
    pieces: list[Line] = []
    current: Line = []
    turns = 0
    for lat, lon in unwrap(line):
        turn = math.floor((lon - west) / _TURN)
        if current and turn != turns:
            edge = west + _TURN * max(turn, turns)
            last_lat, last_lon = current[-1][0], current[-1][1] + _TURN * turns
            share = (edge - last_lon) / (lon - last_lon)
            crossing = last_lat + share * (lat - last_lat)
            current.append((crossing, edge - _TURN * turns))
            pieces.append(current)
            current = [(crossing, edge - _TURN * turn)]
        turns = turn
        current.append((lat, lon - _TURN * turn))
    if len(current) > 1:
        pieces.append(current)
    return pieces


def frame_copies(line: Sequence[Point]) -> list[Line]:
    """
    Return a line once for each of its parts when cut at the map's frame; each copy goes on into the margin.

    Examples
    --------
    >>> frame_copies([(0.0, -20.0), (0.0, -40.0)])
    [[(0.0, 340.0), (0.0, 320.0)], [(0.0, -20.0), (0.0, -40.0)]]
    """
    whole = unwrap(line)
    turns = sorted({math.floor((lon - FRAME_WEST) / _TURN) for _, lon in whole})
    copies = [[(lat, lon - _TURN * turn) for lat, lon in whole] for turn in turns]
    return [run for copy in copies for run in _runs_in_margin(copy) if any(is_in_frame(lon) for _, lon in run)]


def is_in_frame(longitude: float, margin: float = 0.0) -> bool:
    """Return whether a meridian lies within the map's frame, widened by a margin on both sides."""
    return FRAME_WEST - margin <= longitude < FRAME_WEST + _TURN + margin


def _runs_in_margin(line: Line) -> list[Line]:
    """Return the stretches of a line within the frame and its margin, each to the first point beyond."""
    runs: list[Line] = []
    is_open = False
    for index, point in enumerate(line):
        is_inside = is_in_frame(point[1], FRAME_MARGIN)
        if is_inside and not is_open:
            runs.append(line[max(0, index - 1) : index])
        if is_inside or is_open:
            runs[-1].append(point)
        is_open = is_inside
    return runs


def nearest_turn(longitude: float, target: float) -> float:
    """
    Return the same meridian in the turn that brings it nearest to a target.

    Examples
    --------
    >>> nearest_turn(-74.0, 250.0), nearest_turn(-74.0, -40.0)
    (286.0, -74.0)
    """
    return longitude + _TURN * round((target - longitude) / _TURN)


def follow(line: Sequence[Point], start: float) -> Line:
    """
    Return a line that goes on at a longitude, in whichever turn that is.

    Examples
    --------
    >>> follow([(0.0, -170.0), (0.0, -120.0)], 188.0)
    [(0.0, 190.0), (0.0, 240.0)]
    """
    whole = unwrap(line)
    shift = nearest_turn(whole[0][1], start) - whole[0][1]
    return [(lat, lon + shift) for lat, lon in whole]


def parse_linestring(wkt: str) -> Line:
    """
    Read ``LINESTRING (lon lat, ...)``.

    Raises
    ------
    ValueError
        When the text is anything else.

    Examples
    --------
    >>> parse_linestring("LINESTRING (121.8 29.9, 122.1 30)")
    [(29.9, 121.8), (30.0, 122.1)]
    """
    kind, _, rest = wkt.strip().partition("(")
    if kind.strip().upper() != "LINESTRING" or not rest.endswith(")"):
        msg = f"geometry: a LINESTRING was expected, got {wkt[:40]!r}"
        raise ValueError(msg)
    pairs = (pair.split() for pair in rest[:-1].split(","))
    return [(float(lat), float(lon)) for lon, lat in pairs]


def simplify(line: Sequence[Point], tolerance_deg: float) -> Line:
    """
    Drop the points that lie within a tolerance of the line through the others (Douglas and Peucker).

    Examples
    --------
    >>> simplify([(0.0, 0.0), (0.001, 1.0), (0.0, 2.0)], 0.01)
    [(0.0, 0.0), (0.0, 2.0)]
    """
    return simplify_all([line], tolerance_deg)[0]


def simplify_all(lines: Sequence[Sequence[Point]], tolerance_deg: float) -> list[Line]:
    """
    Return for several lines what `simplify` returns for each.

    Examples
    --------
    >>> simplify_all([[(0.0, 0.0), (0.001, 1.0), (0.0, 2.0)], [(0.0, 0.0)]], 0.01)
    [[(0.0, 0.0), (0.0, 2.0)], [(0.0, 0.0)]]
    """
    found = [list(line) for line in lines]
    bent = [number for number, line in enumerate(found) if len(line) > _ENDS]
    if not bent:
        return found
    import shapely  # noqa: PLC0415 - most commands draw nothing

    of = np.repeat(np.arange(len(bent)), [len(found[number]) for number in bent])
    whole = shapely.linestrings([point for number in bent for point in found[number]], indices=of)
    plain = shapely.simplify(whole, tolerance_deg, preserve_topology=False)
    left, of = shapely.get_coordinates(plain, return_index=True)
    points = list(map(tuple, left.tolist()))
    ends = np.searchsorted(of, np.arange(len(bent)), side="right").tolist()
    for number, begin, end in zip(bent, [0, *ends], ends, strict=False):
        found[number] = points[begin:end]
    return found


def bounds(points: Iterable[Point]) -> list[list[float]] | None:
    """
    Return the south-west and north-east corner around points, or None when there are none.

    Examples
    --------
    >>> bounds([(28.0, 120.7), (53.5, 10.0)])
    [[28.0, 10.0], [53.5, 120.7]]
    """
    seen = list(points)
    if not seen:
        return None
    lats, lons = zip(*seen, strict=True)
    return [[min(lats), min(lons)], [max(lats), max(lons)]]
