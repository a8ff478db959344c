"""How a search converges, as inline SVG: cost, bound and the gap between them over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from viz.charts import ticks
from viz.popups import text
from viz.theme import GRID, INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WIDTH, _HEIGHT = 720.0, 320.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 86.0, 18.0, 18.0, 44.0
_COST, _BOUND, _GAP = "#b34e00", "#0072b2", "#e6f0f7"
_ROOM = 0.05
_HALO = ' font-weight="600" paint-order="stroke" stroke="#fff" stroke-width="4"'
"""Keeps names readable where they lie on lines."""


class Reached(NamedTuple):
    """
    Where a search stood.

    Parameters
    ----------
    seconds
        Since it began.
    cost, bound
        In whole units of the currency, None where not known.
    """

    seconds: float
    cost: float | None
    bound: float | None


class Words(NamedTuple):
    """What the chart says: its title for screen readers, and the names of its axes and lines."""

    title: str
    seconds: str
    money: str
    cost: str
    bound: str


def converge_svg(reached: Sequence[Reached], words: Words) -> str:
    """
    Return cost and bound as steps over time, and the gap as the area between; nothing without a value.

    The first costs can be far above all others, so the scale ends where the cost stood once a bound was known.
    """
    values = [value for one in reached for value in (one.cost, one.bound) if value is not None]
    if not values:
        return ""
    both = [one.cost for one in reached if one.cost is not None and one.bound]
    high = max(both or values)
    low = min([value for value in values if value > 0], default=0.0)
    room = max((high - low) * _ROOM, high * _ROOM / 10, 1.0)
    up = ticks(max(0.0, low - room), high + room, 4)
    across = ticks(0.0, max(1.0, reached[-1].seconds))
    costs = _steps([(one.seconds, one.cost) for one in reached], up, across)
    bounds = _steps([(one.seconds, one.bound) for one in reached], up, across)
    title = text(words.title)
    parts = [f'<svg class="chart converge" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img" aria-label="{title}">']
    parts += [*_axes(up, across, words), _area(costs, bounds), _line(bounds, _BOUND, "7 4"), _line(costs, _COST, "")]
    parts += _ends(costs, bounds, words)
    return "".join([*parts, "</svg>"])


def _steps(
    values: Iterable[tuple[float, float | None]], up: Sequence[float], across: Sequence[float]
) -> list[tuple[float, float]]:
    """Return the corners of a line of steps."""
    corners: list[tuple[float, float]] = []
    for seconds, value in values:
        if value is None:
            continue
        x = _LEFT + seconds / across[-1] * (_WIDTH - _LEFT - _RIGHT)
        share = (value - up[0]) / (up[-1] - up[0])
        y = _HEIGHT - _BOTTOM - min(1.0, max(0.0, share)) * (_HEIGHT - _TOP - _BOTTOM)
        if corners:
            corners.append((x, corners[-1][1]))
        corners.append((x, y))
    return corners


def _axes(up: Sequence[float], across: Sequence[float], words: Words) -> list[str]:
    parts = []
    for number, value in enumerate(up):
        y = _HEIGHT - _BOTTOM - number / (len(up) - 1) * (_HEIGHT - _TOP - _BOTTOM)
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>')
        parts.append(_text(_LEFT - 8, y + 4, f"{value:,.0f}", "end", MUTED))
    for value in across:
        x = _LEFT + value / across[-1] * (_WIDTH - _LEFT - _RIGHT)
        parts.append(_text(x, _HEIGHT - _BOTTOM + 18, f"{value:g}", "middle", MUTED))
    parts.append(_text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 8, words.seconds, "middle", MUTED))
    middle = (_TOP + _HEIGHT - _BOTTOM) / 2
    turn = f' transform="rotate(-90 14 {middle})"'
    parts.append(_text(14, middle, words.money, "middle", MUTED, turn))
    return parts


def _area(costs: Sequence[tuple[float, float]], bounds: Sequence[tuple[float, float]]) -> str:
    """Return the area between the lines, from where both are known."""
    if not costs or not bounds:
        return ""
    begin = max(costs[0][0], bounds[0][0])
    over = _from(costs, begin)
    outline = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*over, *reversed(_from(bounds, begin))])
    return f'<polygon points="{outline}" fill="{_GAP}"/>'


def _from(corners: Sequence[tuple[float, float]], begin: float) -> list[tuple[float, float]]:
    """Return the corners of a line from some place on."""
    before = [y for x, y in corners if x <= begin]
    return [(begin, before[-1]), *((x, y) for x, y in corners if x > begin)]


def _line(corners: Sequence[tuple[float, float]], colour: str, dash: str) -> str:
    if not corners:
        return ""
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"{dashed}/>'


def _ends(costs: Sequence[tuple[float, float]], bounds: Sequence[tuple[float, float]], words: Words) -> list[str]:
    """Return the marks at the ends of the lines, and their names; names never lie on each other."""
    marks, parts = ((costs, _COST, words.cost, -9.0), (bounds, _BOUND, words.bound, 19.0)), []
    for corners, colour, name, beside in marks:
        if corners:
            x, y = corners[-1]
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{colour}"/>')
            anchor = "end" if x > _WIDTH / 2 else "start"
            parts.append(_text(x, y + beside, name, anchor, INK, _HALO))
    return parts


def _text(x: float, y: float, content: str, anchor: str, fill: str, extra: str = "") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="12.5" fill="{fill}"{extra}>'
        f"{text(content)}</text>"
    )
