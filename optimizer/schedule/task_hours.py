"""In which hours a task can be done: those of everything it needs, and of the hub itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.calendar import OpeningHours
from data.timeaxis import TimeAxis
from optimizer.schedule.hours import Hours, common, join, meet

if TYPE_CHECKING:
    from data.catalogue import Catalogue
    from optimizer.schedule.hours import Spans
    from optimizer.schedule.problem import PoolKey
    from optimizer.schedule.work import Work

# What needs the cargo itself happens while the hub is open.
_IN_HUB = frozenset({"inspect", "stuff", "seal", "gate_in"})


class TaskHours:
    """
    Hours of tasks, each worked out once.

    Parameters
    ----------
    catalogue
        With calendars and places.
    work
        With the rows of resources.
    """

    def __init__(self, catalogue: Catalogue, work: Work) -> None:
        self._catalogue = catalogue
        self._work = work
        self._calendars = catalogue.derived(OpeningHours)
        self._always = ((0, catalogue.derived(TimeAxis).horizon_min),)
        self._spans: dict[tuple[str, str], Spans] = {}
        self._common: dict[tuple[str, bool, tuple[PoolKey, ...]], Hours] = {}

    def open(self, code: str, hub: str) -> Spans:
        """Return the opening intervals of a calendar at a hub."""
        if (code, hub) not in self._spans:
            place = self._catalogue.location(hub)
            starts, ends = self._calendars.intervals(code, place.territory, place.zone)
            self._spans[code, hub] = tuple(zip(starts.tolist(), ends.tolist(), strict=True))
        return self._spans[code, hub]

    def of(self, kind: str, hub: str, pools: tuple[PoolKey, ...]) -> Hours:
        """Return the hours of a task: of all it needs, and of the hub for what is done with the cargo."""
        key = (hub, kind in _IN_HUB, pools)
        if key not in self._common:
            self._common[key] = self._worked_out(kind, hub, pools)
        return self._common[key]

    def _worked_out(self, kind: str, hub: str, pools: tuple[PoolKey, ...]) -> Hours:
        found = common(self.of_pool(key) for key in pools) or Hours(self._always, self._always)
        if kind not in _IN_HUB:
            return found
        place = self.open(self._catalogue.location(hub).calendar, hub)
        return Hours(meet(found.regular, place), meet(found.extended, place))

    def of_pool(self, key: PoolKey) -> Hours:
        """Return regular and extended hours of a resource."""
        row = self._work.resource(key)
        regular = self.open(row.calendar, key.hub)
        if row.overtime_calendar is None:
            return Hours(regular, regular)
        return Hours(regular, join(regular, self.open(row.overtime_calendar, key.hub)))
