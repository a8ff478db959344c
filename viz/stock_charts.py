"""Pictures of stock abroad as inline SVG: days of cover by warehouse, and stock by the age that its fees depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from viz.charts import ticks
from viz.popups import text
from viz.theme import GRID, INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH, _ROW, _LEFT, _RIGHT, _TOP, _BOTTOM = 480, 28, 96, 52, 8, 34
_BAR = 16
_LADDER = 300
_FLOOR = 46
_LEVEL = 190
_LABELS = 7
SOLID, HATCHED, OUTLINED = "#0b5585", "#7fb2d3", "#ffffff"
_AGES = ("#bcd7e8", "#84b5d3", "#4b8db5", "#c98a1b", "#b25a00", "#8c2d04", "#5f1a02")


class CoverBar(NamedTuple):
    """
    Days of cover of one warehouse.

    Parameters
    ----------
    label
        Shown at its left.
    on_hand, in_transit
        Days.
    tip
        The same in words.
    in_production
        Days.
    """

    label: str
    on_hand: float
    in_transit: float
    tip: str
    in_production: float = 0.0

    @property
    def days(self) -> float:
        """All of them."""
        return self.on_hand + self.in_transit + self.in_production


class AgeBar(NamedTuple):
    """
    Stock of one span of ages.

    Parameters
    ----------
    label
        Such as ``31-60``.
    volume_m3
        Of it.
    tip
        The same in words.
    """

    label: str
    volume_m3: float
    tip: str


def cover_svg(bars: Sequence[CoverBar], *, title: str, unit: str) -> str:
    """Return lying bars of days: what is on hand, then what is on its way, then, outlined, what is in production."""
    most = max((bar.days for bar in bars), default=1.0)
    across = ticks(0.0, max(most, 1.0))
    height = _TOP + _ROW * len(bars) + _BOTTOM
    scale = (_WIDTH - _LEFT - _RIGHT) / across[-1]
    parts = [_head(height, title)]
    for value in across:
        x = _LEFT + value * scale
        parts.append(f'<path d="M{x:.1f} {_TOP}V{height - _BOTTOM}" stroke="{GRID}"/>')
        parts.append(_text(x, height - _BOTTOM + 17, f"{value:g}", anchor="middle", colour=MUTED))
    parts.append(_text(_WIDTH - _RIGHT + 50, height - _BOTTOM + 17, unit, anchor="end", colour=MUTED))
    for place, bar in enumerate(bars):
        y = _TOP + _ROW * place + (_ROW - _BAR) / 2
        near, far, made = bar.on_hand * scale, bar.in_transit * scale, bar.in_production * scale
        parts.append(f"<g><title>{text(bar.tip)}</title>")
        parts.append(_text(_LEFT - 8, y + 13, bar.label, anchor="end"))
        parts.append(f'<rect x="{_LEFT}" y="{y:.1f}" width="{near:.1f}" height="{_BAR}" rx="3" fill="{SOLID}"/>')
        parts.append(
            f'<rect x="{_LEFT + near:.1f}" y="{y:.1f}" width="{far:.1f}" height="{_BAR}" rx="3" fill="{HATCHED}"/>'
        )
        if made > 0:
            parts.append(
                f'<rect x="{_LEFT + near + far:.1f}" y="{y + 0.5:.1f}" width="{made:.1f}" height="{_BAR - 1}" rx="3" '
                f'fill="{OUTLINED}" stroke="{SOLID}" stroke-dasharray="3 2"/>'
            )
        parts.append(_text(_LEFT + near + far + made + 6, y + 13, f"{bar.days:,.0f}", anchor="start") + "</g>")
    return "".join([*parts, "</svg>"])


def ladder_svg(bars: Sequence[AgeBar], *, title: str, unit: str) -> str:
    """Return standing bars of volume by age, ever darker the older."""
    up = ticks(0.0, max((bar.volume_m3 for bar in bars), default=1.0) or 1.0)
    scale = (_LADDER - _TOP - 16 - _FLOOR) / up[-1]
    floor, wide = _LADDER - _FLOOR, (_WIDTH - 70 - 12) / max(1, len(bars))
    parts = [_head(_LADDER, title)]
    for value in up:
        y = floor - value * scale
        parts.append(f'<path d="M60 {y:.1f}H{_WIDTH - 12}" stroke="{GRID}"/>')
        parts.append(_text(54, y + 4, f"{value:g}", anchor="end", colour=MUTED))
    parts.append(_text(6, 14, unit, anchor="start", colour=MUTED))
    for place, bar in enumerate(bars):
        x, tall = 66 + wide * place, bar.volume_m3 * scale
        parts.append(f"<g><title>{text(bar.tip)}</title>")
        parts.append(
            f'<rect x="{x + wide * 0.12:.1f}" y="{floor - tall:.1f}" width="{wide * 0.76:.1f}" height="{tall:.1f}" '
            f'rx="3" fill="{_AGES[min(place, len(_AGES) - 1)]}"/>'
        )
        middle = x + wide / 2
        parts.append(_text(middle, floor - tall - 5, f"{bar.volume_m3:,.1f}", anchor="middle"))
        parts.append(_text(middle, floor + 19, bar.label, anchor="middle", colour=MUTED, size=11) + "</g>")
    return "".join([*parts, "</svg>"])


class Level(NamedTuple):
    """
    Stock of a warehouse week by week.

    Parameters
    ----------
    units
        Pieces at the end of each week.
    colour, dash
        Of the line; the dash tells lines apart without colour.
    name
        For the legend and for screen readers.
    """

    units: Sequence[float]
    colour: str
    dash: str
    name: str


def level_svg(levels: Sequence[Level], weeks: Sequence[str], *, title: str) -> str:
    """Return lines of stock by week, the last one filled down to the floor."""
    up = ticks(0.0, max((value for level in levels for value in level.units), default=1.0) or 1.0, 3)
    floor, left, right = _LEVEL - 26, 52, _WIDTH - 8
    step = (right - left) / max(1, len(weeks) - 1)
    scale = (floor - _TOP) / up[-1]
    parts = [_head(_LEVEL, f"{title}: " + ", ".join(level.name for level in levels))]
    for value in up:
        y = floor - value * scale
        parts.append(f'<path d="M{left} {y:.1f}H{right}" stroke="{GRID}"/>')
        parts.append(_text(left - 6, y + 4, f"{value:,.0f}", anchor="end", colour=MUTED))
    every = max(1, -(-len(weeks) // _LABELS))
    parts += [
        _text(left + step * place, _LEVEL - 8, weeks[place], anchor="middle", colour=MUTED)
        for place in range(0, len(weeks), every)
    ]
    for place, level in enumerate(levels):
        points = " ".join(f"{left + step * at:.1f} {floor - units * scale:.1f}" for at, units in enumerate(level.units))
        if place == len(levels) - 1 and level.units:
            end = left + step * (len(level.units) - 1)
            parts.append(f'<path d="M{left} {floor}L{points}L{end:.1f} {floor}Z" fill="{level.colour}" opacity=".12"/>')
        dash = f' stroke-dasharray="{level.dash}"' if level.dash else ""
        parts.append(
            f'<path d="M{points}" fill="none" stroke="{level.colour}" stroke-width="2.2" stroke-linejoin="round"{dash}>'
            f"<title>{text(level.name)}</title></path>"
        )
    return "".join([*parts, "</svg>"])


def _head(height: float, title: str) -> str:
    return f'<svg class="chart" viewBox="0 0 {_WIDTH} {height:.0f}" role="img" aria-label="{text(title)}">'


def _text(x: float, y: float, content: str, *, anchor: str, colour: str = INK, size: int = 13) -> str:
    head = f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}">'
    return f"{head}{text(content)}</text>"
