"""Sampled futures of a path: delays, missed connections, the chance of being on time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from numba import njit
from numpy.typing import NDArray

from network.kernel import leaf
from network.timeline import laid_out
from network.timetable import FAR, Ints

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data import Call, Catalogue
    from network.legs import Leg
    from network.timeline import Hop
    from network.timetable import Timetable

LEVELS = np.array([0.0, 0.1, 0.5, 0.9, 1.0])
_STEPS = 64
"""Steps of an itinerary with random numbers of their own."""
Floats = NDArray[np.float64]


class Outlook(NamedTuple):
    """Sampled arrivals of a path: share on time and quantiles."""

    on_time: float
    p50_min: int
    p90_min: int


class Draws(NamedTuple):
    """
    Random numbers, by step and sample.

    Parameters
    ----------
    interval
        Interval of LEVELS into which the quantile of the duration falls.
    past
        How far into it.
    strike
        Inspections strike where this is below their share.
    """

    interval: Ints
    past: Floats
    strike: Floats


class Support(NamedTuple):
    """
    How long legs may take, in minutes.

    Parameters
    ----------
    points, slopes
        Duration at each of LEVELS, and its slope after each but the last.
    least
        Below every duration.
    struck, extra
        Share of inspections, and how long they last.
    """

    points: Floats
    slopes: Floats
    least: Ints
    struck: Floats
    extra: Ints

    @classmethod
    def of(cls, legs: int) -> Self:
        """Return room for some legs."""
        levels = len(LEVELS)
        return cls(
            np.zeros((legs, levels)), np.zeros((legs, levels - 1)), np.zeros(legs, dtype=np.int64),
            np.zeros(legs), np.zeros(legs, dtype=np.int64),
        )  # fmt: skip


def quantiles(p10: float, typical: float, p90: float) -> np.ndarray:
    """
    Return the five support points of a duration's quantile function.

    Examples
    --------
    >>> quantiles(80, 100, 150).tolist()
    [75.0, 80.0, 100.0, 150.0, 200.0]
    """
    return np.array([p10 - (typical - p10) / 4, p10, typical, p90, 2 * p90 - typical])


@leaf
def _first_at_least(values: Ints, lo: int, hi: int, target: int) -> int:
    """Return the first index in [lo, hi) whose value is at least target, hi if there is none; quick near lo."""
    if lo >= hi or values[hi - 1] < target:
        return hi
    last, step = lo, 1
    while values[last] < target:
        lo = last + 1
        last = min(last + step, hi - 1)
        step *= 2
    while lo < last:
        mid = (lo + last) >> 1
        if values[mid] < target:
            lo = mid + 1
        else:
            last = mid
    return lo


@leaf
def _next_open(tt: Timetable, calendar: int, first: int, t: int) -> int:
    """Return the least open minute at or after t, FAR if there is none; no interval before `first` is open then."""
    if calendar < 0:
        return t
    last = tt.cal_ptr[calendar + 1]
    i = _first_at_least(tt.cal_end, first, last, t + 1)
    return max(t, tt.cal_start[i]) if i < last else FAR


@leaf
def _interval(tt: Timetable, calendar: int, t: int) -> int:
    """Return the first interval of a calendar that ends after t."""
    if calendar < 0:
        return 0
    return _first_at_least(tt.cal_end, tt.cal_ptr[calendar], tt.cal_ptr[calendar + 1], t + 1)


@leaf
def _spend(draws: Draws, step: int, support: Support, leg: int, sample: int) -> int:
    """Return the minutes a leg takes in a sample."""
    i = draws.interval[step, sample]
    low = support.points[leg, i]
    return int(np.rint(support.slopes[leg, i] * draws.past[step, sample] + low))


@leaf
def _process(tt: Timetable, draws: Draws, support: Support, step: int, leg: int, times: Ints) -> None:
    """Advance the samples' instants over a process."""
    earliest = times[0]
    for k in range(1, times.shape[0]):
        earliest = min(earliest, times[k])
    calendar = tt.leg_cal_in[leg]
    first = _interval(tt, calendar, earliest)
    for k in range(times.shape[0]):
        extra = support.extra[leg] if draws.strike[step, k] < support.struck[leg] else 0
        times[k] = _next_open(tt, calendar, first, times[k]) + _spend(draws, step, support, leg, k) + extra


@leaf
def _movement(tt: Timetable, draws: Draws, support: Support, step: int, hop: tuple[int, int], times: Ints) -> None:
    """Advance the samples' instants over a movement: who misses the planned departure takes the next."""
    leg, departure = hop
    offset, high = tt.leg_offset[leg], tt.leg_hi[leg]
    planned = tt.departures[departure]
    calendar = tt.leg_cal_out[leg]
    first = _interval(tt, calendar, planned + offset + support.least[leg])
    for k in range(times.shape[0]):
        wanted = max(times[k] + tt.leg_pre[leg] - offset, planned)
        index = _first_at_least(tt.departures, departure, high, wanted)
        if index == high:
            times[k] = FAR
        else:
            arrival = tt.departures[index] + offset + _spend(draws, step, support, leg, k)
            times[k] = _next_open(tt, calendar, first, arrival) + tt.leg_post[leg]


@leaf
def _are_same(hops: Ints, i: int, j: int) -> bool:
    return bool(hops[i, 0] == hops[j, 0] and hops[i, 1] == hops[j, 1])


@njit(cache=True, nogil=True)
def _travel(tt: Timetable, draws: Draws, support: Support, ways: tuple[Ints, Ints, Ints], ready: Ints) -> Ints:
    """
    Return the instants at which samples of some paths are ready at their ends, by path and sample.

    Paths are gone through in the given order; what one has in common with the one before it is not sampled again.
    """
    hops, ptr, order = ways
    arrivals = np.empty((ready.shape[0], draws.past.shape[1]), dtype=np.int64)
    # Instants after so many hops of the path before.
    after = np.empty((1 + np.max(np.diff(ptr)), draws.past.shape[1]), dtype=np.int64)
    before = -1
    for path in order:
        first, last = ptr[path], ptr[path + 1]
        same = 0
        if before >= 0 and ready[before] == ready[path]:
            most = min(last - first, ptr[before + 1] - ptr[before])
            while same < most and _are_same(hops, first + same, ptr[before] + same):
                same += 1
        else:
            after[0, :] = ready[path]
        for i in range(first + same, last):
            step = (i - first) % draws.past.shape[0]
            times = after[i - first + 1]
            times[:] = after[i - first]
            if hops[i, 1] < 0:
                _process(tt, draws, support, step, hops[i, 0], times)
            else:
                _movement(tt, draws, support, step, (hops[i, 0], hops[i, 1]), times)
        arrivals[path] = after[last - first]
        before = path
    return arrivals


@dataclass
class Reliability:
    """
    Samples futures with common random numbers, so that options of one quote are compared fairly.

    Parameters
    ----------
    catalogue
        With calls, settings and durations.
    legs
        Of the network.
    timetable
        Forward timetable.
    """

    catalogue: Catalogue
    legs: Sequence[Leg]
    timetable: Timetable

    def __post_init__(self) -> None:
        """Draw the random numbers once."""
        count = self.catalogue.setting_int("reliability_samples")
        rng = np.random.default_rng(self.catalogue.setting_int("reliability_seed"))
        # Stratified uniforms, shuffled for each step and use, keep the sampling error small.
        grid = (np.arange(count) + 0.5) / count
        uniform = np.stack([rng.permutation(grid) for _ in range(2 * _STEPS)]).reshape(_STEPS, 2, count)
        interval = np.searchsorted(LEVELS, uniform[:, 0], side="right") - 1
        self._draws = Draws(interval, uniform[:, 0] - LEVELS[interval], uniform[:, 1].copy())
        self._support = Support.of(len(self.legs))
        self._known: set[int] = set()
        self._ranks = np.quantile(np.arange(count), [0.5, 0.9], method="inverted_cdf").astype(np.int64)

    def outlook(self, hops: Sequence[Hop], ready: int, due: int) -> Outlook:
        """Return the chance that a path arrives by `due`, and quantiles of its arrival."""
        return self.outlooks([hops], [ready], [due])[0]

    def outlooks(self, ways: Sequence[Sequence[Hop]], ready: Sequence[int], due: Sequence[int]) -> list[Outlook]:
        """Return the outlooks of some paths, given when the cargo of each is ready and when it is due."""
        if not ways:
            return []
        times = self._arrivals(ways, ready)
        punctual = np.count_nonzero(times <= np.array(due, dtype=np.int64)[:, None], axis=1)
        on_time = (punctual / times.shape[1]).tolist()
        times.partition(self._ranks, axis=1)
        return [Outlook(share, *row) for share, row in zip(on_time, times[:, self._ranks].tolist(), strict=True)]

    def arrivals(self, hops: Sequence[Hop], ready: int) -> Ints:
        """Return the arrival of a path in every sample, FAR where it misses the last departure there is."""
        found: Ints = self._arrivals([hops], [ready])[0]
        return found

    def _arrivals(self, ways: Sequence[Sequence[Hop]], ready: Sequence[int]) -> Ints:
        """Return the arrivals of some paths, by path and sample."""
        for leg in {hop.leg for hops in ways for hop in hops} - self._known:
            self._learn(leg)
        order = np.array(sorted(range(len(ways)), key=lambda path: tuple(ways[path])), dtype=np.int64)
        ready_min = np.array(ready, dtype=np.int64)
        return _travel(self.timetable, self._draws, self._support, (*laid_out(ways), order), ready_min)

    def _learn(self, leg: int) -> None:
        """Write down how long a leg may take, all its runs sharing one quantile, and whether it may be inspected."""
        points = self._points(self.legs[leg])
        row = self.legs[leg].row
        self._support.points[leg] = points
        self._support.slopes[leg] = np.diff(points) / np.diff(LEVELS)
        self._support.least[leg] = np.floor(points.min()) - 1
        self._support.struck[leg] = (getattr(row, "inspection_ppm", None) or 0) / 1e6
        self._support.extra[leg] = getattr(row, "inspection_min", None) or 0
        self._known.add(leg)

    def _points(self, leg: Leg) -> np.ndarray:
        """Return the support points of a leg's duration."""
        if leg.service is None:
            row = leg.row
            typical = leg.post_min
            return quantiles(getattr(row, "minutes_p10", typical), typical, getattr(row, "minutes_p90", typical))
        calls: tuple[Call, ...] = self.catalogue.calls_of(leg.service.id)[leg.first_call : leg.last_call + 1]
        stops = sum(call.stop_min for call in calls[1:-1])
        runs = [quantiles(call.run_p10_min, call.run_min, call.run_p90_min) for call in calls[1:]]
        return np.asarray(np.sum(runs, axis=0) + stops)
