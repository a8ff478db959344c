"""Bars as inline SVG: no script, readable by a screen reader, sharp in print."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from viz.charts import ticks
from viz.popups import text
from viz.theme import GRID, INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEIGHT = 230.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 54.0, 12.0, 24.0, 34.0
_FILL, _SHARE = "#0072B2", 0.62
_EACH, _LEAST_EACH, _WIDTH, _LEAST_WIDTH = 76.0, 26.0, 900.0, 320.0
"""Room of a bar, and the widths of a chart: few bars make a narrow chart, not wide bars."""
_LABEL = 62.0


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
    up = _up(bars)
    each = max(_LEAST_EACH, min(_EACH, _WIDTH / len(bars)))
    width = max(_LEAST_WIDTH, _LEFT + _RIGHT + each * len(bars))
    size = f'width="{width:.0f}" height="{_HEIGHT:.0f}" viewBox="0 0 {width:.0f} {_HEIGHT:.0f}"'
    parts = [f'<svg class="chart bars" {size} role="group" aria-label="{text(title)}">']
    for value in up:
        y = _y(value, up)
        parts.append(f'<line x1="{_LEFT}" x2="{width - _RIGHT:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>')
        parts.append(_text(_LEFT - 8, y + 4, f"{value:,g}", "end", MUTED))
    step = math.ceil(_LABEL / each)
    for number, bar in enumerate(bars):
        parts.append(_bar(bar, _LEFT + each * number, each, up))
        if each > _LEAST_EACH:
            parts.append(_text(_LEFT + each * (number + 0.5), _y(bar.value, up) - 5, f"{bar.value:,g}", "middle", INK))
        if number % step == 0:
            parts.append(_text(_LEFT + each * (number + 0.5), _HEIGHT - 12, bar.label, "middle", INK))
    return "".join([*parts, "</svg>"])


def _up(bars: Sequence[Bar]) -> list[float]:
    """Return the ticks of the values; what is counted in whole numbers has whole ones."""
    found = ticks(0.0, max(1.0, *(bar.value for bar in bars)))
    is_whole = all(float(bar.value).is_integer() for bar in bars)
    return [value for value in found if value.is_integer()] if is_whole else found


def _bar(bar: Bar, left: float, each: float, up: Sequence[float]) -> str:
    top = _y(bar.value, up)
    label = text(f"{bar.label}: {bar.value:,g}")
    return (
        f'<a href="{text(bar.href)}" aria-label="{label}"><title>{label}</title>'
        f'<rect x="{left + each * (1 - _SHARE) / 2:.1f}" y="{top:.1f}" width="{each * _SHARE:.1f}" '
        f'height="{_HEIGHT - _BOTTOM - top:.1f}" rx="3" fill="{_FILL}"/></a>'
    )


def _y(value: float, up: Sequence[float]) -> float:
    return _HEIGHT - _BOTTOM - (value - up[0]) / (up[-1] - up[0]) * (_HEIGHT - _TOP - _BOTTOM)


def _text(x: float, y: float, content: str, anchor: str, fill: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="12" fill="{fill}">{text(content)}</text>'
