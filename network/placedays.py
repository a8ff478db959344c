"""What places can stuff and strip on a day, and timetables on which they do not on some days."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from data.timeaxis import TimeAxis
from network.capacity import CM3_PER_M3, ENDLESS, GRAMS_PER_KG, Amount

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from data import Catalogue, Throughput
    from network.timetable import Ints, Timetable

    Span = tuple[int, int]

DAY = 1440


class PlaceDay(NamedTuple):
    """
    A local day on which a place does something.

    Parameters
    ----------
    place
        Location code.
    day_min
        Instant at which the day begins.
    process
        ``stuff`` or ``strip``.
    """

    place: str
    day_min: int
    process: str


class PlaceRoom:
    """
    What places can stuff and strip in a day.

    Parameters
    ----------
    catalogue
        With the table `throughput`.

    Attributes
    ----------
    limited
        The places and processes of which there is any row.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._axis = catalogue.derived(TimeAxis)
        self._rows: dict[tuple[str, str], list[Throughput]] = {}
        for row in catalogue.throughput:
            self._rows.setdefault((row.location, str(row.process)), []).append(row)
        self._zones = {place: catalogue.location(place).zone for place, _ in self._rows}
        self._days: dict[tuple[str, dt.date], int] = {}
        self.limited = frozenset(self._rows)

    def day_of(self, place: str, process: str, begin_min: int) -> PlaceDay | None:
        """Return the day of a process that begins at an instant, None where there is no row of its kind."""
        if (place, process) not in self._rows:
            return None
        zone = self._zones[place]
        return PlaceDay(place, self._begin_of(zone, self._axis.local_date(begin_min, zone)), process)

    def _begin_of(self, zone: str, date: dt.date) -> int:
        """Return the instant at which a local day begins."""
        key = (zone, date)
        if key not in self._days:
            days = np.array([np.datetime64(date, "D")])
            self._days[key] = int(self._axis.local_minutes(zone, days, 0)[0])
        return self._days[key]

    def of(self, day: PlaceDay) -> Amount:
        """Return the boxes, grams and cubic centimetres that a place can take on a day."""
        date = self._axis.local_date(day.day_min, self._zones[day.place])
        for row in self._rows[day.place, day.process]:
            if (row.valid_from or date) <= date <= (row.valid_to or date):
                sizes = ((row.boxes_per_day, 1), (row.kg_per_day, GRAMS_PER_KG), (row.m3_per_day, CM3_PER_M3))
                return Amount(*(ENDLESS if most is None else most * unit for most, unit in sizes))
        return Amount(ENDLESS, ENDLESS, ENDLESS)

    def days(self, first_min: int, last_min: int) -> Iterator[PlaceDay]:
        """Yield the days between two instants, both included, of all places and processes of which there is a row."""
        for place, process in sorted(self._rows):
            zone = self._zones[place]
            first, last = (self._axis.local_date(minute, zone) for minute in (first_min, last_min))
            for number in range(first.toordinal(), last.toordinal() + 1):
                yield PlaceDay(place, self._begin_of(zone, first.fromordinal(number)), process)

    def span(self, day: PlaceDay) -> Span:
        """Return the instants at which a day begins and ends."""
        zone = self._zones[day.place]
        date = self._axis.local_date(day.day_min, zone)
        return day.day_min, self._begin_of(zone, date.fromordinal(date.toordinal() + 1))


def without_days(tt: Timetable, shut: Mapping[int, Iterable[Span]], horizon: int) -> Timetable:
    """
    Return a timetable on which some processes do not begin in some spans.

    Parameters
    ----------
    shut
        Spans, half-open, by leg.
    horizon
        First minute after the planning calendar; what never closed has hours until then.
    """
    calendar, pointers = tt.leg_cal_in.copy(), [int(tt.cal_ptr[-1])]
    starts, ends = [tt.cal_start], [tt.cal_end]
    known: dict[tuple[int, tuple[Span, ...]], int] = {}
    for leg, spans in shut.items():
        key = (int(calendar[leg]), tuple(sorted(spans)))
        if key not in known:
            known[key] = len(tt.cal_ptr) - 2 + len(pointers)
            hours = _without(*_hours(tt, key[0], horizon), key[1])
            starts.append(hours[0])
            ends.append(hours[1])
            pointers.append(pointers[-1] + len(hours[0]))
        calendar[leg] = known[key]
    return tt._replace(
        leg_cal_in=calendar, cal_ptr=np.concatenate([tt.cal_ptr, np.array(pointers[1:], dtype=np.int64)]),
        cal_start=np.concatenate(starts), cal_end=np.concatenate(ends),
    )  # fmt: skip


def _hours(tt: Timetable, calendar: int, horizon: int) -> tuple[Ints, Ints]:
    """Return the opening intervals of a calendar."""
    if calendar < 0:
        return np.zeros(1, dtype=np.int64), np.array([horizon], dtype=np.int64)
    part = slice(int(tt.cal_ptr[calendar]), int(tt.cal_ptr[calendar + 1]))
    return tt.cal_start[part], tt.cal_end[part]


def _without(starts: Ints, ends: Ints, spans: Iterable[Span]) -> tuple[Ints, Ints]:
    """
    Return ordered intervals less some spans.

    Examples
    --------
    >>> starts, ends = _without(np.array([0, 50]), np.array([40, 60]), [(10, 20), (35, 55)])
    >>> starts.tolist(), ends.tolist()
    ([0, 20, 55], [10, 35, 60])
    """
    for first, last in spans:
        pieces = np.concatenate([starts, np.maximum(starts, last)]), np.concatenate([np.minimum(ends, first), ends])
        order = np.argsort(pieces[0], kind="stable")
        starts, ends = (piece[order][(pieces[1] > pieces[0])[order]] for piece in pieces)
    return starts, ends
