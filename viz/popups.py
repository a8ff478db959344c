"""Escaped HTML for maps; the only place of this package where markup is put together, besides the chart."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from viz.theme import mode_style

if TYPE_CHECKING:
    from collections.abc import Iterable

    from viz.theme import Lang


def text(value: object) -> str:
    """
    Return a value as HTML text.

    Examples
    --------
    >>> text("<b>5 & 6</b>")
    '&lt;b&gt;5 &amp; 6&lt;/b&gt;'
    """
    return escape(str(value), quote=True)


def card(title: str, rows: Iterable[tuple[str, object]]) -> str:
    """
    Return a heading with a small table of names and values.

    Examples
    --------
    >>> card("A<B", [("kg", 5)])
    '<div class="card"><h3>A&lt;B</h3><dl><dt>kg</dt><dd>5</dd></dl></div>'
    """
    body = "".join(f"<dt>{text(name)}</dt><dd>{text(value)}</dd>" for name, value in rows)
    return f'<div class="card"><h3>{text(title)}</h3><dl>{body}</dl></div>'


def swatch(mode: str | None) -> str:
    """Return a short sample of a mode's line."""
    style = mode_style(mode)
    return (
        '<svg class="swatch" width="34" height="10" aria-hidden="true" focusable="false">'
        f'<line x1="1" y1="5" x2="33" y2="5" stroke="{text(style.colour)}" stroke-width="{style.width}" '
        f'stroke-dasharray="{text(style.dash)}"/></svg>'
    )


def legend_label(mode: str | None, lang: Lang) -> str:
    """Return the legend entry of a mode: its line and its name."""
    return f"{swatch(mode)}<span>{text(mode_style(mode).name(lang))}</span>"
