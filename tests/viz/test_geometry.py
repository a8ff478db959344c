"""Lines on the globe."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz.geometry import (
    FRAME_WEST,
    distance_km,
    follow,
    frame_copies,
    great_circle,
    is_in_frame,
    parse_linestring,
    simplify,
    split_at_frame,
    to_frame,
    unwrap,
)

POINTS = st.tuples(st.floats(-85, 85), st.floats(-180, 180))
SHANGHAI, LOS_ANGELES, PARIS, NEW_YORK = (31.14, 121.8), (33.94, -118.4), (49.0, 2.5), (40.6, -73.8)


def test_pacific_is_one_piece() -> None:
    """Shanghai - Los Angeles passes 180 degrees without a jump, and lies whole within the frame."""
    line = great_circle(SHANGHAI, LOS_ANGELES)
    assert all(abs(b[1] - a[1]) < 20 for a, b in pairwise(line))
    assert len(split_at_frame(line)) == 1
    assert split_at_frame(line)[0][-1][1] == pytest.approx(241.6)


def test_atlantic_is_cut() -> None:
    """Paris - New York leaves the frame in the west and comes back in the east."""
    first, second = split_at_frame(great_circle(PARIS, NEW_YORK))
    assert first[-1][1] == FRAME_WEST
    assert second[0][1] == FRAME_WEST + 360
    assert first[-1][0] == pytest.approx(second[0][0])
    assert second[-1][1] == pytest.approx(360 - 73.8)


def test_known_distance() -> None:
    """Shanghai - Los Angeles is about 10,430 km."""
    assert distance_km(SHANGHAI, LOS_ANGELES) == pytest.approx(10_430, rel=0.005)


@given(start=POINTS, end=POINTS)
def test_great_circle(start: tuple[float, float], end: tuple[float, float]) -> None:
    """The line ends where it should, never jumps, and is as long as the distance."""
    line = great_circle(start, end)
    assert line[0] == pytest.approx(start)
    assert line[-1][0] == pytest.approx(end[0])
    assert (line[-1][1] - end[1]) % 360 == pytest.approx(0, abs=1e-6) or (line[-1][1] - end[1]) % 360 == pytest.approx(
        360
    )
    assert all(abs(b[1] - a[1]) <= 180 for a, b in pairwise(line))
    length = sum(distance_km(a, b) for a, b in pairwise(line))
    assert length == pytest.approx(distance_km(start, end), rel=1e-6, abs=1e-3)


@given(line=st.lists(POINTS, min_size=2, max_size=8))
def test_pieces_lie_in_the_frame(line: list[tuple[float, float]]) -> None:
    """Whatever the line, every piece lies in the frame."""
    for piece in split_at_frame(line):
        assert len(piece) > 1
        assert all(FRAME_WEST - 1e-6 <= lon <= FRAME_WEST + 360 + 1e-6 for _, lon in piece)


@given(lon=st.floats(-720, 720))
def test_to_frame(lon: float) -> None:
    """A meridian keeps its place on the globe."""
    assert FRAME_WEST <= to_frame(lon) <= FRAME_WEST + 360
    assert (to_frame(lon) - lon) % 360 == pytest.approx(0, abs=1e-6) or (to_frame(lon) - lon) % 360 == pytest.approx(
        360
    )


def test_simplify_keeps_ends() -> None:
    """The ends stay, and so does a point that is far from the line."""
    line = [(0.0, 0.0), (0.0, 1.0), (5.0, 2.0), (0.0, 3.0), (0.0, 4.0)]
    assert simplify(line, 0.5)[0] == line[0]
    assert (5.0, 2.0) in simplify(line, 0.5)
    assert simplify(line, 10) == [line[0], line[-1]]


def test_unwrap_follows_continuous_lines() -> None:
    """A stored line that goes beyond 180 degrees stays as it is."""
    line = [(0.0, 170.0), (0.0, 200.0), (0.0, 240.0)]
    assert unwrap(line) == line


@pytest.mark.parametrize("wkt", ["", "POINT (1 2)", "LINESTRING (1 2", "LINESTRING (1 x, 2 3)"])
def test_bad_wkt(wkt: str) -> None:
    """Anything but a line string is refused."""
    with pytest.raises(ValueError, match=r"."):
        parse_linestring(wkt)


def test_what_crosses_the_frame_is_repeated_whole() -> None:
    """Paris - New York is drawn at both edges, each time from end to end, and what crosses no edge once."""
    line = great_circle(PARIS, NEW_YORK)
    copies = frame_copies(line)
    assert [round(copy[-1][1] - copy[0][1], 1) for copy in copies] == [-76.3, -76.3]
    assert [round(copy[0][1], 1) for copy in copies] == [362.5, 2.5]
    # What goes round the Cape from Shanghai to America is cut in the margin, not drawn all over a second Asia.
    west = frame_copies([SHANGHAI, (-35.0, 20.0), (-24.0, -46.0)])
    assert [[round(lon) for _, lon in copy] for copy in west] == [[482, 380, 314], [122, 20, -46]]
    far = frame_copies([(31.0, 122.0), (6.0, 80.0), (-35.0, 20.0), (-24.0, -46.0)])
    assert [[round(lon) for _, lon in copy] for copy in far] == [[440, 380, 314], [122, 80, 20, -46]]
    assert len(frame_copies(great_circle(SHANGHAI, LOS_ANGELES))) == 1


@given(st.lists(POINTS, min_size=2, max_size=6))
def test_every_part_is_in_a_copy(line: list[tuple[float, float]]) -> None:
    """Each copy has a point within the frame, and every point of the line is one of them."""
    copies = frame_copies(line)
    inside = [(lat, lon) for copy in copies for lat, lon in copy if is_in_frame(lon)]
    assert all(any(is_in_frame(lon) for _, lon in copy) for copy in copies)
    for lat, lon in line:
        assert any(lat == other[0] and abs(to_frame(lon) - other[1]) < 1e-6 for other in inside)


def test_a_way_goes_on() -> None:
    """A line begins in the turn where the last one ended, even outside the frame."""
    assert [round(lon) for _, lon in follow([(40.6, -73.8), (33.9, -118.4)], -74.0)] == [-74, -118]
    assert [round(lon) for _, lon in follow([(40.6, -73.8), (33.9, -118.4)], 280.0)] == [286, 242]
