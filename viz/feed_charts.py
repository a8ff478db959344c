"""Picture of feeding a marketplace as inline SVG: days of cover before and after against the band they are to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from viz.charts import ticks
from viz.popups import text
from viz.stock_charts import SOLID
from viz.theme import GRID, INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH, _ROW, _LEFT, _RIGHT, _TOP, _BOTTOM = 480, 26, 132, 104, 8, 34
_DOT = 5.0
_MOST_LETTERS = 16
_BEYOND = 1.5
"""Parts of the upper end of the band that are drawn; what lies beyond ends in an arrow."""
_MOST_DAYS = 999
BAND = "#dcecd9"


class CoverMove(NamedTuple):
    """
    Days of cover of one SKU.

    Parameters
    ----------
    label
        Shown at its left, cut short where it is long.
    before, after
        Days, without and with what is sent.
    tip
        The same in words.
    """

    label: str
    before: float
    after: float
    tip: str


def band_svg(moves: Sequence[CoverMove], band: tuple[int, int], *, title: str, unit: str) -> str:
    """
    Return one line for each SKU from its cover before, a ring, to that after, a dot, over the band.

    Parameters
    ----------
    moves
        SKUs, from above.
    band
        Least and most days.
    title, unit
        What the picture is called, and what days are called.
    """
    across = ticks(0.0, _BEYOND * band[1])
    scale = (_WIDTH - _LEFT - _RIGHT) / across[-1]
    height = _TOP + _ROW * len(moves) + _BOTTOM
    floor = height - _BOTTOM
    low, high = (_LEFT + days * scale for days in band)
    parts = [
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{text(title)}">',
        f'<rect x="{low:.1f}" y="{_TOP}" width="{high - low:.1f}" height="{floor - _TOP}" fill="{BAND}"/>',
    ]
    for value in across:
        x = _LEFT + value * scale
        parts.append(f'<path d="M{x:.1f} {_TOP}V{floor}" stroke="{GRID}"/>')
        parts.append(_text(x, floor + 17, f"{value:g}", anchor="middle", colour=MUTED))
    parts.append(_text(_WIDTH - 4, floor + 17, unit, anchor="end", colour=MUTED))
    for place, one in enumerate(moves):
        parts.append(_row(one, _TOP + _ROW * (place + 0.5), scale, across[-1]))
    return "".join([*parts, "</svg>"])


def _row(one: CoverMove, y: float, scale: float, most: float) -> str:
    """Return the line of one SKU at a height."""
    begin, end = (_LEFT + min(days, most) * scale for days in (one.before, one.after))
    label = one.label if len(one.label) <= _MOST_LETTERS else f"{one.label[: _MOST_LETTERS - 1]}…"
    parts = [
        f"<g><title>{text(one.tip)}</title>",
        _text(_LEFT - 8, y + 4.5, label, anchor="end"),
        f'<path d="M{begin:.1f} {y:.1f}H{end:.1f}" stroke="{SOLID}" stroke-width="2.5"/>',
        _mark(begin, y, one.before > most, filled=False),
        _mark(end, y, one.after > most, filled=True),
        _text(_WIDTH - 4, y + 4.5, f"{_days(one.before)} → {_days(one.after)}", anchor="end"),
    ]
    return "".join([*parts, "</g>"])


def _days(days: float) -> str:
    return f"{_MOST_DAYS}+" if days > _MOST_DAYS else f"{days:.0f}"


def _mark(x: float, y: float, is_beyond: bool, *, filled: bool) -> str:  # noqa: FBT001 - as it is asked
    """Return a ring or a dot; an arrow where the days lie beyond the picture."""
    fill = SOLID if filled else "#ffffff"
    if is_beyond:
        shape = f"M{x - _DOT:.1f} {y - _DOT:.1f}L{x + _DOT:.1f} {y:.1f}L{x - _DOT:.1f} {y + _DOT:.1f}Z"
        return f'<path d="{shape}" fill="{fill}" stroke="{SOLID}" stroke-width="2"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_DOT}" fill="{fill}" stroke="{SOLID}" stroke-width="2"/>'


def _text(x: float, y: float, content: str, *, anchor: str, colour: str = INK) -> str:
    head = f'<text x="{x:.1f}" y="{y:.1f}" font-size="13" fill="{colour}" text-anchor="{anchor}">'
    return f"{head}{text(content)}</text>"
