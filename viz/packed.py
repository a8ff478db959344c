"""Lines as the script of a page takes them: whole numbers, all lines worked out at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from viz.geometry import FRAME_MARGIN, FRAME_WEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from viz.geometry import Line

_TURN = 360.0
_PER_DEGREE = 100


class _Copies(NamedTuple):
    """
    Lines, each once for each turn of the globe in which it lies.

    Parameters
    ----------
    line
        By copy: number of its line.
    lats, lons
        By point, one copy after the other.
    is_first, is_last
        By point: whether it is the first or the last of its copy.
    """

    line: NDArray[np.int64]
    lats: NDArray[np.float64]
    lons: NDArray[np.float64]
    is_first: NDArray[np.bool_]
    is_last: NDArray[np.bool_]


def packed_lines(lines: Sequence[Line]) -> list[list[list[int]]]:
    """
    Return the pieces of every line within the map's frame and its margins, as `viz.geometry.frame_copies` cuts them.

    A piece is longitudes and latitudes in turn, in hundredths of a degree, each after the first pair as the difference
    to the one before.

    Examples
    --------
    >>> packed_lines([[(30.0, 120.0), (30.5, 121.25)]])
    [[[12000, 3000, 125, 50]]]
    """
    found: list[list[list[int]]] = [[] for _ in lines]
    numbers = np.array([number for number, line in enumerate(lines) if line], dtype=np.int64)
    if not numbers.size:
        return found
    copies = _copies([line for line in lines if line])
    first, last = _runs(copies)
    at = np.rint(np.array([copies.lons, copies.lats]).T * _PER_DEGREE).astype(np.int64)
    steps = np.diff(at, axis=0, prepend=0).ravel().tolist()
    of_line = numbers[copies.line[np.cumsum(copies.is_first)[first] - 1]]
    for line, head, begin, end in zip(of_line.tolist(), at[first].tolist(), first.tolist(), last.tolist(), strict=True):
        found[line].append(head + steps[2 * begin + 2 : 2 * end + 2])
    return found


def _copies(lines: Sequence[Line]) -> _Copies:
    """Return lines without jumps, once for each turn in which they lie."""
    sizes = np.array([len(line) for line in lines])
    starts = np.cumsum(sizes) - sizes
    lats, lons = np.array([point for line in lines for point in line], dtype=np.float64).T
    turns = np.rint(np.diff(lons, prepend=0.0) / -_TURN)
    turns[starts] = 0
    turns = np.cumsum(turns)
    lons = lons + _TURN * (turns - np.repeat(turns[starts], sizes))
    beside = np.floor((lons - FRAME_WEST) / _TURN)
    # A line without jumps leaves out no turn between the first and the last.
    west, east = np.minimum.reduceat(beside, starts), np.maximum.reduceat(beside, starts)
    counts = (east - west + 1).astype(np.int64)
    line = np.repeat(np.arange(len(lines)), counts)
    turn = west[line] + np.arange(len(line)) - np.repeat(np.cumsum(counts) - counts, counts)
    lengths = sizes[line]
    begins = np.cumsum(lengths) - lengths
    points = np.arange(lengths.sum()) + np.repeat(starts[line] - begins, lengths)
    is_first, is_last = np.zeros((2, len(points)), dtype=np.bool_)
    is_first[begins] = True
    is_last[begins + lengths - 1] = True
    return _Copies(line, lats[points], lons[points] - _TURN * np.repeat(turn, lengths), is_first, is_last)


def _runs(copies: _Copies) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first and the last points of runs within the frame and its margin, up to the next point beyond."""
    away = copies.lons - FRAME_WEST
    is_inside = (away >= -FRAME_MARGIN) & (away < _TURN + FRAME_MARGIN)
    before, after = np.roll(is_inside, 1), np.roll(is_inside, -1)
    opens = np.flatnonzero(is_inside & (copies.is_first | ~before))
    closes = np.flatnonzero(is_inside & (copies.is_last | ~after))
    first, last = opens - ~copies.is_first[opens], closes + ~copies.is_last[closes]
    seen = np.concatenate(([0], np.cumsum((away >= 0) & (away < _TURN))))
    is_kept = seen[last + 1] > seen[first]
    return first[is_kept], last[is_kept]
