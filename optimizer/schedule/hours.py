"""When a job may begin: hours of everything it needs, in one stretch or with pauses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from optimizer.schedule.problem import Mode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from optimizer.schedule.problem import Ranges

    Spans = tuple[tuple[int, int], ...]
    """Ordered half-open intervals that do not touch."""


class Hours(NamedTuple):
    """Regular hours, and those in which work is possible at all."""

    regular: Spans
    extended: Spans


class Window(NamedTuple):
    """From when on a job may begin, and by when it must have ended."""

    begin_min: int
    end_min: int


def meet(one: Spans, other: Spans) -> Spans:
    """
    Return what lies in both of two sets of intervals.

    Examples
    --------
    >>> meet(((0, 10), (20, 30)), ((5, 25),))
    ((5, 10), (20, 25))
    """
    found, i, j = [], 0, 0
    while i < len(one) and j < len(other):
        begin, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if begin < end:
            found.append((begin, end))
        if one[i][1] <= other[j][1]:
            i += 1
        else:
            j += 1
    return tuple(found)


def join(*sets: Spans) -> Spans:
    """
    Return what lies in any of some sets of intervals.

    Examples
    --------
    >>> join(((0, 10), (20, 30)), ((10, 12),))
    ((0, 12), (20, 30))
    """
    found: list[tuple[int, int]] = []
    for begin, end in sorted(span for spans in sets for span in spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return tuple(found)


def common(hours: Iterable[Hours]) -> Hours | None:
    """Return the hours of everything together, None of nothing."""
    found: Hours | None = None
    for one in hours:
        found = one if found is None else Hours(meet(found.regular, one.regular), meet(found.extended, one.extended))
    return found


def modes(hours: Hours, work_min: int, window: Window, *, may_pause: bool) -> tuple[Mode, ...]:
    """
    Return the ways in which a job may be done.

    Parameters
    ----------
    hours
        Of all it needs.
    work_min
        Minutes of work.
    window
        Within which it must lie.
    may_pause
        Whether it may stop when hours end, and go on when they begin again.

    Notes
    -----
    A job that does not lie in regular hours is overtime as a whole.
    """
    regular = _begins(hours.regular, work_min, window, may_pause=may_pause)
    if hours.extended == hours.regular:
        return tuple(
            Mode(elapsed_min=elapsed, is_overtime=False, begins=begins) for elapsed, begins in sorted(regular.items())
        )
    extended = _begins(hours.extended, work_min, window, may_pause=may_pause)
    found = [Mode(elapsed_min=elapsed, is_overtime=False, begins=begins) for elapsed, begins in sorted(regular.items())]
    for elapsed, begins in sorted(extended.items()):
        rest = without(begins, regular.get(elapsed, ()))
        if rest:
            found.append(Mode(elapsed_min=elapsed, is_overtime=True, begins=rest))
    return tuple(found)


def begun_in(spans: Spans, elapsed_min: int, window: Window) -> tuple[Mode, ...]:
    """Return the way of a job that only begins in some hours, and then runs on."""
    clipped = _clipped(((begin, end - 1) for begin, end in spans), elapsed_min, window)
    return (Mode(elapsed_min=elapsed_min, is_overtime=False, begins=clipped),) if clipped else ()


def _begins(spans: Spans, work_min: int, window: Window, *, may_pause: bool) -> dict[int, Ranges]:
    """Return the ranges of begins by minutes from begin to end."""
    spans = tuple(span for span in spans if span[1] > window.begin_min and span[0] < window.end_min)
    if not may_pause:
        ranges = ((begin, end - work_min) for begin, end in spans)
        clipped = _clipped(ranges, work_min, window)
        return {work_min: clipped} if clipped else {}
    pieces: dict[int, list[tuple[int, int]]] = {}
    for place in range(len(spans)):
        for elapsed, begins in _pieces(spans, place, work_min):
            pieces.setdefault(elapsed, []).append(begins)
    found = {elapsed: _clipped(sorted(ranges), elapsed, window) for elapsed, ranges in pieces.items()}
    return {elapsed: ranges for elapsed, ranges in found.items() if ranges}


def _pieces(spans: Sequence[tuple[int, int]], place: int, work_min: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """
    Yield minutes from begin to end, and the begins in one interval that take so many.

    With ``r = end - begin`` minutes left in the interval, and C the length of the intervals after it up to the one in
    which the job ends, without and with that one: C_without < work - r <= C_with.
    """
    begin, end = spans[place]
    gone, pause = 0, 0
    for later in range(place, len(spans)):
        if later == place:
            low, high = begin, end - work_min
        else:
            pause += spans[later][0] - spans[later - 1][1]
            low = max(begin, end - work_min + gone + 1)
            gone += spans[later][1] - spans[later][0]
            high = end - work_min + gone
        high = min(high, end - 1)
        if low <= high:
            yield work_min + pause, (low, high)
        if end - work_min + gone >= end - 1:
            return


def _clipped(ranges: Iterable[tuple[int, int]], elapsed_min: int, window: Window) -> Ranges:
    """Return ranges cut to a window, empty ones left out and touching ones joined."""
    found: list[tuple[int, int]] = []
    for begin, end in ranges:
        low, high = max(begin, window.begin_min), min(end, window.end_min - elapsed_min)
        if low > high:
            continue
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return tuple(found)


def without(ranges: Ranges, taken: Ranges) -> Ranges:
    """
    Return ranges without others.

    Examples
    --------
    >>> without(((0, 10), (20, 25)), ((3, 5), (8, 22)))
    ((0, 2), (6, 7), (23, 25))
    """
    found = []
    for begin, end in ranges:
        low = begin
        for first, last in taken:
            if last < low or first > end:
                continue
            if low < first:
                found.append((low, first - 1))
            low = max(low, last + 1)
        if low <= end:
            found.append((low, end))
    return tuple(found)
