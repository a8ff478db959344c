"""Lines for the script of a page: all at once as one by one."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from viz.geometry import frame_copies
from viz.packed import packed_lines

POINT = st.tuples(
    st.floats(-90, 90).map(lambda value: round(value, 4)), st.floats(-540, 540).map(lambda v: round(v, 4))
)
LINE = st.lists(POINT, max_size=12).filter(
    # Half a turn goes either way round.
    lambda line: all(abs((b[1] - a[1]) % 360 - 180) > 1e-6 for a, b in pairwise(line))
)


def _plainly(line: list[tuple[float, float]]) -> list[int]:
    numbers = []
    before = (0, 0)
    for lat, lon in line:
        at = (round(lon * 100), round(lat * 100))
        numbers += [at[0] - before[0], at[1] - before[1]]
        before = at
    return numbers


@given(st.lists(LINE, max_size=6))
def test_all_at_once_is_one_by_one(lines: list[list[tuple[float, float]]]) -> None:
    """Every line has the pieces that it has alone, wherever it crosses the edge of the frame."""
    assert packed_lines(lines) == [[_plainly(piece) for piece in frame_copies(line)] for line in lines]
