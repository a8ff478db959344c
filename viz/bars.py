"""Bars as inline SVG: no script, readable by a screen reader, sharp in print."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from viz.charts import ticks
from viz.popups import text
from viz.theme import GRID, INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH, _HEIGHT = 720.0, 260.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 54.0, 12.0, 16.0, 34.0
_FILL, _SHARE, _MOST_LABELS = "#0072B2", 0.7, 14


class Bar(NamedTuple):
    """
    One bar.

    Parameters
    ----------
    label
        What stands below it.
    value
        How high it is.
    href
        Where a click leads.
    """

    label: str
    value: float
    href: str


def bars_svg(bars: Sequence[Bar], *, title: str) -> str:
    """Return a chart of bars, each a link with its label and value; nothing for no bars."""
    if not bars:
        return ""
    up = ticks(0.0, max(1.0, *(bar.value for bar in bars)))
    parts = [f'<svg class="chart" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="group" aria-label="{text(title)}">']
    for value in up:
        y = _y(value, up)
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>')
        parts.append(_text(_LEFT - 8, y + 4, f"{value:,g}", "end", MUTED))
    each = (_WIDTH - _LEFT - _RIGHT) / len(bars)
    step = -(-len(bars) // _MOST_LABELS)
    for number, bar in enumerate(bars):
        parts.append(_bar(bar, _LEFT + each * number, each, up))
        if number % step == 0:
            parts.append(_text(_LEFT + each * (number + 0.5), _HEIGHT - 12, bar.label, "middle", INK))
    return "".join([*parts, "</svg>"])


def _bar(bar: Bar, left: float, each: float, up: Sequence[float]) -> str:
    top = _y(bar.value, up)
    label = text(f"{bar.label}: {bar.value:,g}")
    return (
        f'<a href="{text(bar.href)}" aria-label="{label}"><title>{label}</title>'
        f'<rect x="{left + each * (1 - _SHARE) / 2:.1f}" y="{top:.1f}" width="{each * _SHARE:.1f}" '
        f'height="{_HEIGHT - _BOTTOM - top:.1f}" fill="{_FILL}"/></a>'
    )


def _y(value: float, up: Sequence[float]) -> float:
    return _HEIGHT - _BOTTOM - (value - up[0]) / (up[-1] - up[0]) * (_HEIGHT - _TOP - _BOTTOM)


def _text(x: float, y: float, content: str, anchor: str, fill: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="12" fill="{fill}">{text(content)}</text>'
