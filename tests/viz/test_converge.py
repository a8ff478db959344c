"""The chart of a search that converges."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from viz.converge import Reached, Words, converge_svg

WORDS = Words("<title>", "seconds", "CNY", "cost", "bound")
_VALUES = st.one_of(st.none(), st.floats(0, 1e9, allow_nan=False))
_ROWS = st.lists(st.tuples(st.floats(0, 1e4), _VALUES, _VALUES), max_size=8)


def test_nothing_yet() -> None:
    """Without a value there is no chart."""
    assert converge_svg([], WORDS) == ""
    assert converge_svg([Reached(1.0, None, None)], WORDS) == ""


def test_lines_meet() -> None:
    """A cost that falls to the bound ends where the bound does, and its title is text."""
    reached = [Reached(1.0, 900.0, None), Reached(2.0, 500.0, 100.0), Reached(3.0, 200.0, 200.0)]
    svg = converge_svg(reached, WORDS)
    lines = re.findall(r'<polyline points="([^"]*)"', svg)
    assert [line.split()[-1] for line in lines] == [lines[0].split()[-1]] * 2
    assert "&lt;title&gt;" in svg


@given(_ROWS)
def test_any_run_is_drawn_within_its_frame(rows: list[tuple[float, float | None, float | None]]) -> None:
    """Whatever a run tells, no corner lies outside of the picture."""
    reached = [Reached(*row) for row in sorted(rows, key=lambda row: row[0])]
    svg = converge_svg(reached, WORDS)
    if not svg:
        return
    assert svg.startswith("<svg")
    assert svg.endswith("</svg>")
    for points in re.findall(r'points="([^"]*)"', svg):
        for pair in points.split():
            x, y = map(float, pair.split(","))
            assert 0 <= x <= 720
            assert 0 <= y <= 320
