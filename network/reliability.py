"""Sampled futures of a path: delays, missed connections, the chance of being on time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.timetable import FAR, Ints

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data import Call, Catalogue
    from network.legs import Leg
    from network.timeline import Hop
    from network.timetable import Timetable

LEVELS = np.array([0.0, 0.1, 0.5, 0.9, 1.0])


class Outlook(NamedTuple):
    """Sampled arrivals of a path: share on time and quantiles."""

    on_time: float
    p50_min: int
    p90_min: int


def quantiles(p10: float, typical: float, p90: float) -> np.ndarray:
    """
    Return the five support points of a duration's quantile function.

    Examples
    --------
    >>> quantiles(80, 100, 150).tolist()
    [75.0, 80.0, 100.0, 150.0, 200.0]
    """
    return np.array([p10 - (typical - p10) / 4, p10, typical, p90, 2 * p90 - typical])


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
        self._uniform = np.stack([rng.permutation(grid) for _ in range(2 * 64)]).reshape(64, 2, count)
        self._points: dict[int, np.ndarray] = {}

    def outlook(self, hops: Sequence[Hop], ready: int, due: int) -> Outlook:
        """Return the chance that a path arrives by `due`, and quantiles of its arrival."""
        tt = self.timetable
        t = np.full(self._uniform.shape[2], ready, dtype=np.int64)
        for i, hop in enumerate(hops):
            uniform = self._uniform[i % 64]
            leg = hop.leg
            spent = np.rint(np.interp(uniform[0], LEVELS, self._support(leg))).astype(np.int64)
            if hop.departure < 0:
                t = _next_open(tt, int(tt.leg_cal_in[leg]), t) + spent + self._inspection(leg, uniform[1])
                continue
            planned = int(tt.departures[hop.departure] + tt.leg_offset[leg])
            earliest = np.maximum(t + tt.leg_pre[leg], planned)
            lo, hi = int(tt.leg_lo[leg]), int(tt.leg_hi[leg])
            index = lo + np.searchsorted(tt.departures[lo:hi], earliest - tt.leg_offset[leg])
            missed_all = index >= hi
            depart = tt.departures[np.minimum(index, hi - 1)] + tt.leg_offset[leg]
            t = _next_open(tt, int(tt.leg_cal_out[leg]), depart + spent) + tt.leg_post[leg]
            t[missed_all] = FAR
        p50, p90 = (int(x) for x in np.quantile(t, [0.5, 0.9], method="inverted_cdf"))
        return Outlook(float(np.mean(t <= due)), p50, p90)

    def _support(self, leg: int) -> np.ndarray:
        """Return the support points of a leg's duration, all its runs sharing one quantile."""
        if leg not in self._points:
            self._points[leg] = self._make_support(self.legs[leg])
        return self._points[leg]

    def _make_support(self, leg: Leg) -> np.ndarray:
        if leg.service is None:
            row = leg.row
            typical = leg.post_min
            return quantiles(getattr(row, "minutes_p10", typical), typical, getattr(row, "minutes_p90", typical))
        calls: tuple[Call, ...] = self.catalogue.calls_of(leg.service.id)[leg.first_call : leg.last_call + 1]
        stops = sum(call.stop_min for call in calls[1:-1])
        runs = [quantiles(call.run_p10_min, call.run_min, call.run_p90_min) for call in calls[1:]]
        return np.asarray(np.sum(runs, axis=0) + stops)

    def _inspection(self, leg: int, uniform: np.ndarray) -> Ints:
        """Return the extra minutes of a physical inspection, where one strikes."""
        row = self.legs[leg].row
        share = getattr(row, "inspection_ppm", None) or 0
        extra = getattr(row, "inspection_min", None) or 0
        return np.where(uniform < share / 1e6, extra, 0).astype(np.int64)


def _next_open(tt: Timetable, calendar: int, t: Ints) -> Ints:
    """Return the least open minute at or after each instant."""
    if calendar < 0:
        return t
    a, b = int(tt.cal_ptr[calendar]), int(tt.cal_ptr[calendar + 1])
    starts, ends = tt.cal_start[a:b], tt.cal_end[a:b]
    i = np.searchsorted(ends, t, side="right")
    opened = np.maximum(t, starts[np.minimum(i, len(starts) - 1)])
    opened[i >= len(starts)] = FAR
    return opened
