"""Gantt charts as inline SVG, each with a table of the same content: no script, readable by a screen reader."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from viz.popups import text
from viz.theme import DESTINATION, GRID, INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LABEL, _ROW, _HEAD, _FOOT = 190.0, 26.0, 44.0, 12.0
_PER_HOUR, _LEAST_BAR = 16.0, 3.0
_CHARACTER, _SMALL = 6.2, 5.4
_HOUR = dt.timedelta(hours=1)
_STEP_H = 6
_WIDE = 0x2E80

COLOURS: dict[str, str] = {
    "documents": "#56B4E9",
    "declare": "#0072B2",
    "inspect": "#D55E00",
    "release": "#6b7a88",
    "stuff": "#009E73",
    "seal": "#8c6bb1",
    "gate_in": "#B8860B",
}
"""Colour of each kind of task; its letters stand in the bars, so that colour is never the only sign."""


class Bar(NamedTuple):
    """
    One task in a row.

    Parameters
    ----------
    begin, end
        Local times.
    kind
        Kind of task, for the colour.
    mark
        Short text in the bar.
    label
        Full description, for the tooltip and for screen readers.
    is_missed, is_overtime
        Drawn hatched; with a thick edge.
    short
        Shorter text, where the other does not fit.
    """

    begin: dt.datetime
    end: dt.datetime
    kind: str
    mark: str
    label: str
    is_missed: bool = False
    is_overtime: bool = False
    short: str = ""


class Lane(NamedTuple):
    """A row: its name and its bars in order."""

    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gantt:
    """
    A chart.

    Parameters
    ----------
    title
        For people and screen readers.
    lanes
        The rows.
    now, now_label
        An instant to be marked with its text, or None.
    span
        From when to when it is drawn; None from the first midnight to the last task.
    per_hour
        Width of an hour.
    """

    title: str
    lanes: tuple[Lane, ...]
    now: dt.datetime | None = None
    now_label: str = ""
    span: tuple[dt.datetime, dt.datetime] | None = None
    per_hour: float = _PER_HOUR


def gantt_svg(chart: Gantt, *, is_still: bool = False) -> str:
    """
    Return a chart as SVG; every bar can be reached with the keyboard and says what it is.

    Parameters
    ----------
    chart
        The chart.
    is_still
        Whether it is for paper: nothing in it can be reached then.
    """
    bars = [bar for lane in chart.lanes for bar in lane.bars]
    if not bars:
        return ""
    whole = min(bar.begin for bar in bars).replace(hour=0, minute=0), max(bar.end for bar in bars)
    first, last = chart.span or whole
    width = _LABEL + _x(last, first, chart.per_hour) + 20
    height = _HEAD + _ROW * len(chart.lanes) + _FOOT
    parts = [
        f'<svg class="gantt" xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" ',
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="group" aria-label="{text(chart.title)}" ',
        'font-family="system-ui, Noto Sans CJK SC, sans-serif">',
        '<defs><pattern id="missed" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">',
        '<line x1="0" y1="0" x2="0" y2="7" stroke="#fff" stroke-width="3.4"/></pattern></defs>',
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>',
        *_axis(chart, first, last, height),
        *_lanes(chart, first, last, width, is_still=is_still),
        *_now(chart, first, last, height),
        "</svg>",
    ]
    return "".join(parts)


def pieces(chart: Gantt, days: int, per_hour: float) -> Iterator[Gantt]:
    """
    Yield a chart in pieces of some days that fit on paper; rows and days without a task are left out.

    Parameters
    ----------
    chart
        The chart.
    days
        Days of each piece, from midnight to midnight.
    per_hour
        Width of an hour in them.
    """
    bars = [bar for lane in chart.lanes for bar in lane.bars]
    if not bars:
        return
    begin, last = min(bar.begin for bar in bars).replace(hour=0, minute=0), max(bar.end for bar in bars)
    while begin < last:
        end = begin + dt.timedelta(days=days)
        lanes = tuple(
            Lane(lane.name, some)
            for lane in chart.lanes
            if (some := tuple(_cut(bar, begin, end) for bar in lane.bars if bar.begin < end and begin < bar.end))
        )
        if lanes:
            yield replace(chart, lanes=lanes, span=(begin, end), per_hour=per_hour)
        begin = end


def _cut(bar: Bar, begin: dt.datetime, end: dt.datetime) -> Bar:
    """Return the part of a bar that lies between two instants."""
    return bar._replace(begin=max(begin, bar.begin), end=min(end, bar.end))


def _x(moment: dt.datetime, first: dt.datetime, per_hour: float) -> float:
    return (moment - first) / _HOUR * per_hour


def _axis(chart: Gantt, first: dt.datetime, last: dt.datetime, height: float) -> Iterator[str]:
    """Yield days and hours."""
    moment = first
    while moment <= last:
        x = _LABEL + _x(moment, first, chart.per_hour)
        is_day = moment.hour == 0
        stroke, top = (MUTED, 4.0) if is_day else (GRID, 26.0)
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{height - _FOOT:.1f}" stroke="{stroke}"/>'
        if moment == last and chart.span is not None:
            return
        if is_day:
            yield _text(x + 4, 17, f"{moment:%Y-%m-%d}", INK, 12.5)
        yield _text(x + 3, 37, f"{moment:%H:%M}", MUTED, 10.5)
        moment += _HOUR * _STEP_H


def _text(x: float, y: float, content: str, fill: str, size: float) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}">{text(content)}</text>'


def _lanes(chart: Gantt, first: dt.datetime, last: dt.datetime, width: float, *, is_still: bool) -> Iterator[str]:
    """Yield the rows with their bars."""
    for place, lane in enumerate(chart.lanes):
        y = _HEAD + place * _ROW
        if place % 2:
            yield f'<rect x="0" y="{y:.1f}" width="{width:.1f}" height="{_ROW}" fill="#1d2733" fill-opacity="0.04"/>'
        yield _text(8, y + 17, lane.name, INK, 12.5)
        # Names stand again at each midnight, for whoever has moved the chart to the left.
        days = int(_x(last, first, chart.per_hour) // (24 * chart.per_hour))
        for day in range(1, days + 1 if chart.span is None else 1):
            yield _text(_LABEL + day * 24 * chart.per_hour + 4, y + 17, lane.name, MUTED, 10.5)
        for bar in lane.bars:
            yield _bar(bar, y + 3, first, chart.per_hour, is_still=is_still)


def _bar(bar: Bar, y: float, first: dt.datetime, per_hour: float, *, is_still: bool) -> str:
    """Return a bar that can be focused, with its description."""
    x = _LABEL + _x(bar.begin, first, per_hour)
    wide = max(_LEAST_BAR, _x(bar.end, first, per_hour) - _x(bar.begin, first, per_hour) - 1)
    tall, label = _ROW - 6, text(bar.label)
    edge = f' stroke="{INK}" stroke-width="2.5"' if bar.is_overtime else ""
    shape = f'x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall}" rx="2"'
    parts = [
        "<g>" if is_still else f'<g tabindex="0" role="img" aria-label="{label}"><title>{label}</title>',
        f'<rect {shape} fill="{COLOURS.get(bar.kind, MUTED)}"{edge}/>',
        f'<rect {shape} fill="url(#missed)" fill-opacity="0.75"/>' if bar.is_missed else "",
    ]
    fill = INK if bar.is_missed else "#fff"
    if _wide(bar.mark) * _CHARACTER + 6 <= wide:
        parts.append(_text(x + 3, y + 14, bar.mark, fill, 11))
    elif bar.short and _wide(bar.short) * _SMALL + 3 <= wide:
        parts.append(_text(x + 1.5, y + 13.5, bar.short, fill, 9.5))
    return "".join([*parts, "</g>"])


def _wide(content: str) -> int:
    """Return how wide a text is, Chinese characters counting twice."""
    return sum(2 if ord(character) >= _WIDE else 1 for character in content)


def _now(chart: Gantt, first: dt.datetime, last: dt.datetime, height: float) -> Iterator[str]:
    """Yield the mark of an instant."""
    if chart.now is not None and first <= chart.now <= last:
        x = _LABEL + _x(chart.now, first, chart.per_hour)
        yield (
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="22" y2="{height - _FOOT:.1f}" stroke="{DESTINATION}" '
            'stroke-width="2.5" stroke-dasharray="6 4"/>'
        )
        yield _text(x + 4, 27, chart.now_label, DESTINATION, 12)


def gantt_table(chart: Gantt, headers: Sequence[str]) -> str:
    """
    Return the same as a table.

    Parameters
    ----------
    chart
        The chart.
    headers
        Those of row, begin, end and task.
    """
    head = "".join(f'<th scope="col">{text(header)}</th>' for header in headers)
    rows = [
        f'<tr><th scope="row">{text(lane.name)}</th><td>{bar.begin:%Y-%m-%d %H:%M}</td>'
        f"<td>{bar.end:%Y-%m-%d %H:%M}</td><td>{text(bar.label)}</td></tr>"
        for lane in chart.lanes
        for bar in lane.bars
    ]
    body = "".join(rows)
    return f"<table><caption>{text(chart.title)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
