"""A map of warehouses and the markets they serve as inline SVG: a coastline, no borders, no script."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from viz.maps import land
from viz.popups import text
from viz.theme import COAST, INK, LAND, SEA

if TYPE_CHECKING:
    from collections.abc import Sequence

Point = tuple[float, float]
_WIDTH, _HEIGHT = 480.0, 350.0
_STRETCH = 1.35
_ROOM = 99.0
_SIDE, _EM, _WIDE = 21.0, 14.0, 0x2E80
_LEAST_DEG = 14.0
_MARKET, _LINE, _STORE = "#b34e00", "#b34e00", "#0b5585"


class StoreMark(NamedTuple):
    """
    A warehouse.

    Parameters
    ----------
    number
        Shown in its mark.
    at
        Latitude and longitude.
    tip
        Its name and stock in words.
    """

    number: int
    at: Point
    tip: str


class Catchment(NamedTuple):
    """
    A market that a warehouse serves.

    Parameters
    ----------
    store, market
        Latitude and longitude.
    name
        Of the market.
    share
        Of the greatest catchment on the map, from 0 to 1.
    tip
        The same in words.
    """

    store: Point
    market: Point
    name: str
    share: float
    tip: str


def catchment_svg(stores: Sequence[StoreMark], catchments: Sequence[Catchment], *, title: str) -> str:
    """Return the map of some warehouses and their markets, as near as they lie together."""
    view = _View([one.at for one in stores] + [one.market for one in catchments])
    head = f'<svg class="chart" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img" aria-label="{text(title)}">'
    parts = [head, f'<rect width="{_WIDTH:.0f}" height="{_HEIGHT:.0f}" rx="7" fill="{SEA}"/>']
    parts.append(f'<path d="{view.coast()}" fill="{LAND}" stroke="{COAST}" stroke-width=".8"/>')
    for one in catchments:
        (x, y), (to_x, to_y) = view.place(one.store), view.place(one.market)
        parts.append(
            f'<path d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}" stroke="{_LINE}" stroke-opacity=".55" '
            f'stroke-width="{1 + 5 * one.share:.1f}" stroke-linecap="round"><title>{text(one.tip)}</title></path>'
        )
    markets = sorted({(one.name, view.place(one.market)) for one in catchments})
    marks = _apart(view, stores, [at for _, at in markets])
    parts += [_store(mark, x, y) for mark, (x, y) in zip(stores, marks, strict=True)]
    taken = [*marks, *(at for _, at in markets)]
    for name, at in markets:
        parts.append(
            f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="6" fill="#fff" stroke="{_MARKET}" stroke-width="3"/>'
        )
        parts.append(_label(name, at, taken))
    return "".join([*parts, "</svg>"])


def _label(name: str, at: Point, taken: list[Point]) -> str:
    """Return the name of a market where it hides no mark: above, below, right or left of its place, or above."""
    x, y = at
    half = _EM * sum(1.0 if ord(letter) > _WIDE else 0.55 for letter in name) / 2
    spots = ((x, y - 12), (x, y + 22), (x + half + 12, y + 5), (x - half - 12, y + 5))

    def is_free(spot: Point) -> bool:
        inside = half < spot[0] < _WIDTH - half and _EM < spot[1] < _HEIGHT
        return inside and all(
            abs(other[0] - spot[0]) > half + 9 or abs(other[1] - spot[1] + 5) > 17  # noqa: PLR2004 - pixels
            for other in taken
            if other != at
        )

    to_x, to_y = next((spot for spot in spots if is_free(spot)), spots[0])
    taken.append((to_x, to_y - 5))
    return (
        f'<text x="{to_x:.1f}" y="{to_y:.1f}" font-size="{_EM:.0f}" font-weight="600" text-anchor="middle" '
        f'fill="{INK}" stroke="#fff" stroke-width="3" paint-order="stroke">{text(name)}</text>'
    )


def _store(mark: StoreMark, x: float, y: float) -> str:
    return (
        f"<g><title>{text(mark.tip)}</title>"
        f'<rect x="{x - 10:.1f}" y="{y - 10:.1f}" width="20" height="20" rx="4" fill="{_STORE}" stroke="#fff" '
        f'stroke-width="1.5"/><text x="{x:.1f}" y="{y + 4.5:.1f}" font-size="12" font-weight="700" '
        f'text-anchor="middle" fill="#fff">{mark.number}</text></g>'
    )


class _View:
    """A part of the world, flat, with some room around what it is to show."""

    def __init__(self, points: Sequence[Point]) -> None:
        lats, lons = [lat for lat, _ in points] or [0.0], [lon for _, lon in points] or [0.0]
        tall = max(_LEAST_DEG, (max(lats) - min(lats)) * 1.3)
        wide = max(_LEAST_DEG, (max(lons) - min(lons)) * 1.25)
        wide = max(wide, tall * _STRETCH * _WIDTH / _HEIGHT)
        self._west = (max(lons) + min(lons) - wide) / 2
        self._scale = _WIDTH / wide
        self._north = (max(lats) + min(lats)) / 2 + _HEIGHT / self._scale / _STRETCH / 2

    def place(self, at: Point) -> Point:
        """Return where a latitude and longitude lie."""
        return (at[1] - self._west) * self._scale, (self._north - at[0]) * self._scale * _STRETCH

    def coast(self) -> str:
        """Return the coastline within, as a path."""
        parts = []
        for ring in _rings():
            placed = [self.place(at) for at in ring]
            if any(-_ROOM < x < _WIDTH + _ROOM and -_ROOM < y < _HEIGHT + _ROOM for x, y in placed):
                parts.append("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in _seen(placed)) + "Z")
        return "".join(parts)


def _seen(placed: list[Point]) -> list[Point]:
    """Return points that are not on top of each other, those far outside moved to the edge."""
    found: list[Point] = []
    for x, y in placed:
        at = (min(max(x, -200.0), _WIDTH + 200), min(max(y, -200.0), _HEIGHT + 200))
        if not found or abs(at[0] - found[-1][0]) + abs(at[1] - found[-1][1]) > 2:  # noqa: PLR2004 - pixels
            found.append(at)
    return found


@cache
def _rings() -> tuple[tuple[Point, ...], ...]:
    """Return the coastline as rings of latitudes and longitudes."""
    shapes = land()["geometry"]["coordinates"]
    return tuple(tuple((lat, lon) for lon, lat in ring) for shape in shapes for ring in shape)


def _apart(view: _View, stores: Sequence[StoreMark], taken: Sequence[Point]) -> list[Point]:
    """Return places of marks of which none hides another or a market: later ones move right of what is there."""
    found: list[Point] = []
    for mark in stores:
        x, y = view.place(mark.at)
        while any(abs(x - a) < _SIDE and abs(y - b) < _SIDE for a, b in (*found, *taken)):
            x += _SIDE + 1
            if x > _WIDTH - _SIDE:
                x, y = view.place(mark.at)[0], y + _SIDE + 1
        found.append((x, y))
    return found
