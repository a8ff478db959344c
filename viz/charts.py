"""Charts as inline SVG: no script, readable by a screen reader, sharp in print."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from viz.popups import text
from viz.theme import GRID, MUTED, mode_style
from viz.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viz.theme import Lang

_WIDTH, _HEIGHT = 520.0, 390.0
_MARK, _SMALL_MARK, _CROWD = 11.0, 8.5, 12
_LEFT, _RIGHT, _TOP, _BOTTOM = 72.0, 18.0, 18.0, 46.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartPoint:
    """
    One option in the chart.

    Parameters
    ----------
    number
        Number of the option, from 1.
    cost
        Cost in whole units of the currency.
    days
        Days from the goods being ready to their arrival.
    mode
        Mode of the longest leg.
    label
        Full description, for the tooltip and for screen readers.
    href
        Where a click leads.
    chosen
        Whether the option is the one shown on the map.
    emissions_kg
        What sets the size of the mark, None for a mark of the usual size.
    """

    number: int
    cost: float
    days: float
    mode: str
    label: str
    href: str
    chosen: bool = False
    emissions_kg: float | None = None


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """
    Return round numbers that cover a range.

    Examples
    --------
    >>> ticks(3.0, 47.0)
    [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]
    >>> ticks(5.0, 5.0)
    [4.0, 4.5, 5.0, 5.5, 6.0]
    """
    if high <= low:
        low, high = low - max(1.0, abs(low) * 0.1), low + max(1.0, abs(low) * 0.1)
    rough = (high - low) / count
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1.0, 2.0, 5.0, 10.0) if unit * factor >= rough)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(index * step, 10) for index in range(first, last + 1)]


def pareto_svg(points: Sequence[ChartPoint], *, lang: Lang, currency: str) -> str:
    """
    Return a scatter of cost against arrival; every point is a link with its description.

    Shapes as well as colours tell the modes apart.
    """
    if not points:
        return ""
    across = ticks(*_widened([point.days for point in points]))
    up = ticks(*_widened([point.cost for point in points]))
    title = word("chart", lang)
    # The chosen one is drawn last, to lie on top.
    order = sorted(points, key=lambda point: (point.chosen, -point.number))
    size = _MARK if len(points) <= _CROWD else _SMALL_MARK
    most = max((point.emissions_kg or 0.0 for point in points), default=0.0)
    marks = [_mark(point, _x(point.days, across), _y(point.cost, up), size * _scale(point, most)) for point in order]
    head = f'<svg class="chart" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="group" aria-label="{text(title)}">'
    return "".join([head, *_axes(across, up, lang=lang, currency=currency), *marks, "</svg>"])


def _widened(values: Sequence[float]) -> tuple[float, float]:
    """Return a range with room around values for their marks, not below 0 without need."""
    low, high = min(values), max(values)
    room = (high - low) * 0.06
    return (max(0.0, low - room) if low >= 0 else low - room), high + room


def _scale(point: ChartPoint, most: float) -> float:
    """Return how large a mark is: its area grows with the emissions, from 0.85 of the usual one to 1.75."""
    if point.emissions_kg is None or most <= 0:
        return 1.0
    return math.sqrt(0.85 + 0.9 * point.emissions_kg / most)


def mark_label(mode: str, lang: Lang) -> str:
    """Return the legend entry of a mode: its mark and its name."""
    style = mode_style(mode)
    mark = _shape(mode, 9, 9, 6, f'fill="{style.colour}"')
    return f'<svg width="18" height="18" aria-hidden="true" focusable="false">{mark}</svg>{text(style.name(lang))}'


def _x(days: float, across: list[float]) -> float:
    return _LEFT + (days - across[0]) / (across[-1] - across[0]) * (_WIDTH - _LEFT - _RIGHT)


def _y(cost: float, up: list[float]) -> float:
    return _HEIGHT - _BOTTOM - (cost - up[0]) / (up[-1] - up[0]) * (_HEIGHT - _TOP - _BOTTOM)


def _axes(across: list[float], up: list[float], *, lang: Lang, currency: str) -> list[str]:
    floor, roof, left, right = _HEIGHT - _BOTTOM, _TOP, _LEFT, _WIDTH - _RIGHT
    parts = []
    for value in up:
        y = _y(value, up)
        parts.append(f'<line x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>')
        parts.append(_text(left - 8, y + 4, f"{value:,.0f}" if value == int(value) else f"{value:,}", anchor="end"))
    for value in across:
        x = _x(value, across)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{roof}" y2="{floor}" stroke="{GRID}"/>')
        parts.append(_text(x, floor + 18, f"{value:g}", anchor="middle"))
    days = "备货后天数" if lang == "zh" else "days after the goods are ready"
    parts.append(_text((left + right) / 2, _HEIGHT - 8, days, anchor="middle"))
    cost = f"{word('cost', lang)} ({currency})"
    middle = (floor + roof) / 2
    turn = f' transform="rotate(-90 14 {middle})"'
    parts.append(_text(14, middle, cost, anchor="middle", extra=turn))
    return parts


def _text(x: float, y: float, content: str, *, anchor: str, extra: str = "") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="12.5" fill="{MUTED}"{extra}>'
        f"{text(content)}</text>"
    )


def _mark(point: ChartPoint, x: float, y: float, size: float) -> str:
    style = mode_style(point.mode)
    look, font = f'fill="{style.colour}"', round(size + 1.5, 1)
    current = ' aria-current="true"' if point.chosen else ""
    return (
        f'<a href="{text(point.href)}" data-option="{point.number}" aria-label="{text(point.label)}"{current}>'
        f"<title>{text(point.label)}</title>{_shape(point.mode, x, y, round(size, 1), look)}"
        f'<text x="{x:.1f}" y="{y + size * 0.4:.1f}" text-anchor="middle" font-size="{font}" font-weight="700" '
        f'fill="#fff">{point.number}</text></a>'
    )


def _shape(mode: str, x: float, y: float, size: float, look: str) -> str:
    """Return the outline that stands for a mode."""
    if mode == "sea":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" {look}/>'
    if mode == "rail":
        return f'<rect x="{x - size:.1f}" y="{y - size:.1f}" width="{2 * size}" height="{2 * size}" rx="3" {look}/>'
    tall = size * 1.35
    corners = [(x, y - tall), (x + tall, y), (x, y + tall), (x - tall, y)]
    if mode == "air":
        corners = [(x, y - tall), (x + tall, y + size * 0.85), (x - tall, y + size * 0.85)]
    outline = " ".join(f"{px:.1f},{py:.1f}" for px, py in corners)
    return f'<polygon points="{outline}" stroke-linejoin="round" {look}/>'
