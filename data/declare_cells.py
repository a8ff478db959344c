"""
The cells of many rows at once, as arrays: which of them are plainly sound, and what they hold.

A cell that is not plainly sound may be sound all the same: then the reader of single rows, `data.declare_values`, says
so. What this module calls sound, that reader reads as the same value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from data.ceb.messages import is_time
from data.declare_values import DECIMALS, WHOLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Bytes = NDArray[np.bytes_]
    Marks = NDArray[np.uint8]

NEWLINE, BLANK = 10, 32
_DIGIT, _DOT, _DASH, _SLASH, _COLON, _T = 48, 46, 45, 47, 58, 84
_FIRST_PRINTED, _DELETE, _FIRST_FOREIGN = 32, 127, 128
_DASHED = (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18)
_DASHED_LENGTHS, _PLAIN_LENGTHS = (10, 16, 19), (8, 14)
_TIME_WIDTH = 19
_WIDEST = 1_024
_MOST_DIGITS = 18
_TENS = 10 ** np.arange(DECIMALS + 1, dtype=np.int64)


class Cells:
    """
    Lines of text cut into cells.

    Parameters
    ----------
    block
        Lines in UTF-8, each with its line break; no quotes, no other line breaks.
    separator
        The byte between cells.
    width
        Cells a line should have.
    """

    def __init__(self, block: bytes, separator: bytes, width: int) -> None:
        self._padded = np.frombuffer(block + bytes(_WIDEST), dtype=np.uint8)
        self._bytes = self._padded[: len(block)]
        self._separator = separator[0]
        breaks = np.flatnonzero(self._bytes == NEWLINE)
        places = np.flatnonzero(self._bytes == self._separator)
        begins = np.concatenate(([0], breaks[:-1] + 1)) if breaks.size else breaks
        before = np.searchsorted(places, np.append(begins, self._bytes.size))
        counts = np.diff(before)
        whole = counts == width - 1
        if not whole.all():
            places = places[np.repeat(whole, counts)]
        self.count = int(breaks.size)
        """Lines, of whatever width."""
        self.whole: Bools = whole
        """By line, whether it has as many cells as it should."""
        self.breaks = breaks
        self._begins = begins[whole]
        self._inner = places.reshape(-1, width - 1)
        self._last = width - 1
        self._spans: dict[int, tuple[Ints, Ints]] = {}

    def span(self, column: int) -> tuple[Ints, Ints]:
        """Return where the cells of a column begin and end, without the blanks around them; of the whole lines."""
        found = self._spans.get(column)
        if found is None:
            starts = self._inner[:, column - 1] + 1 if column else self._begins.copy()
            ends = self._inner[:, column].copy() if column < self._last else self.breaks[self.whole]
            while (blank := (self._bytes.take(starts) == BLANK) & (starts < ends)).any():
                starts += blank
            while (blank := (self._bytes.take(ends - 1, mode="clip") == BLANK) & (starts < ends)).any():
                ends -= blank
            found = self._spans[column] = (starts, ends)
        return found

    def lengths(self, column: int) -> Ints:
        """Return the bytes of the cells of a column."""
        starts, ends = self.span(column)
        return ends - starts

    def printable(self) -> Bools:
        """Return which of all lines have no control characters and only text that can be printed."""
        strange = (self._bytes < _FIRST_PRINTED) | (self._bytes == _DELETE)
        strange &= (self._bytes != NEWLINE) & (self._bytes != self._separator)
        sound = np.ones(self.count, dtype=bool)
        sound[np.searchsorted(self.breaks, np.flatnonzero(strange))] = False
        foreign = self._bytes >= _FIRST_FOREIGN
        # All bytes of a foreign character are foreign ones, so they make a text by themselves.
        if not self._bytes[foreign].tobytes().decode().isprintable():
            apart = chr(self._separator)
            lines = self._bytes.tobytes().decode().split("\n")
            sound &= np.fromiter((line.replace(apart, "").isprintable() for line in lines[:-1]), bool, self.count)
        return sound

    def matrix(self, column: int, width: int) -> Marks:
        """Return the first bytes of the cells of a column, with zeros behind shorter ones."""
        starts, ends = self.span(column)
        found: Marks = sliding_window_view(self._padded, width)[starts]
        lengths = ends - starts
        if lengths.min(initial=width) < width:
            found *= np.arange(width) < lengths[:, None]
        return found

    def texts(self, column: int, most: int = _WIDEST) -> Bytes:
        """Return the cells of a column; of longer ones, only the first bytes."""
        width = min(most, max(1, int(self.lengths(column).max(initial=0))))
        return self.matrix(column, width).view(f"S{width}").ravel()

    def amounts(self, column: int, *, is_whole: bool = False) -> tuple[Ints, Bools]:
        """
        Return the amounts of a column in hundred-thousandths, and which cells hold one; an empty cell holds 0.

        Parameters
        ----------
        column
            Its place.
        is_whole
            Whether the cells hold whole numbers, which are returned as they are.
        """
        lengths = self.lengths(column)
        width = min(_MOST_DIGITS + 1, max(1, int(lengths.max(initial=0))))
        marks = np.ascontiguousarray(self.matrix(column, width).T)
        digits = marks - np.uint8(_DIGIT)
        is_digit = digits < 10  # noqa: PLR2004 - of ten digits
        is_dot = marks == _DOT
        sound = (is_digit | is_dot | (marks == 0)).all(axis=0) & (lengths <= _MOST_DIGITS)
        value = np.zeros(len(lengths), dtype=np.int64)
        for place in range(width):
            value = np.where(is_digit[place], value * 10 + digits[place], value)
        dots = is_dot.sum(axis=0)
        if is_whole:
            return value, sound & (dots == 0)
        before = np.where(dots > 0, is_dot.argmax(axis=0), lengths)
        after = np.where(dots > 0, lengths - before - 1, 0)
        sound &= (dots <= 1) & (before <= WHOLE) & (after <= DECIMALS)
        sound &= ((before > 0) & ((dots == 0) | (after > 0))) | (lengths == 0)
        return value * _TENS[DECIMALS - np.clip(after, 0, DECIMALS)], sound

    def times(self, column: int) -> tuple[Ints, Bools]:
        """Return the times of a column as numbers of 14 digits, and which cells hold one; an empty cell holds 0."""
        lengths = self.lengths(column)
        marks = self.matrix(column, _TIME_WIDTH)
        dashed = np.isin(lengths, _DASHED_LENGTHS) & _is_dashed(marks, lengths)
        plain = np.isin(lengths, _PLAIN_LENGTHS)
        sound = dashed | plain
        value = np.zeros(len(lengths), dtype=np.int64)
        for place, other in enumerate(_DASHED):
            mark = np.where(dashed, marks[:, other], marks[:, place])
            digit = np.where(mark == 0, 0, mark - np.uint8(_DIGIT))
            sound &= digit < 10  # noqa: PLR2004 - of ten digits
            value = value * 10 + digit
        sound &= _exists(value, sound)
        return np.where(sound, value, 0), sound | (lengths == 0)


def _is_dashed(marks: Marks, lengths: Ints) -> Bools:
    """Return which times have the marks between their parts that `data.declare_values.to_time` reads."""
    mark, has_clock, has_seconds = marks[:, 4], lengths > 10, lengths > 16  # noqa: PLR2004 - a date, and minutes
    found = ((mark == _DASH) | (mark == _SLASH)) & (marks[:, 7] == mark)
    found &= ~has_clock | (((marks[:, 10] == BLANK) | (marks[:, 10] == _T)) & (marks[:, 13] == _COLON))
    found &= ~has_seconds | (marks[:, 16] == _COLON)
    return np.asarray(found)


def _exists(value: Ints, sound: Bools) -> Bools:
    """Return which times are seconds that there are."""
    day, clock = value // 1_000_000, value % 1_000_000
    good = (clock < 240_000) & (clock // 100 % 100 < 60) & (clock % 100 < 60)  # noqa: PLR2004 - hours, minutes, seconds
    days, inverse = np.unique(np.where(sound, day, 0), return_inverse=True)
    known = np.array([is_time(f"{day:08d}000000") for day in days.tolist()], dtype=bool)
    return np.asarray(good & known[inverse])
