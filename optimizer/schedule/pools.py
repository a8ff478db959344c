"""The resources of a hub, with what is shut of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.hub_events import closed_type
from optimizer.schedule.problem import Closure, Pool, PoolKey

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.hub_schedule import HubEvent
    from optimizer.schedule.task_hours import TaskHours
    from optimizer.schedule.work import Work


def pools_of(hub: str, work: Work, hours: TaskHours, events: Sequence[HubEvent]) -> Iterator[Pool]:
    """
    Yield the resources of a hub.

    Parameters
    ----------
    hub
        Its code.
    work
        With the rows of its resources.
    hours
        With the hours of these.
    events
        What happened; closures of this hub count.
    """
    rows = work.resources(hub)
    closures: dict[PoolKey, list[Closure]] = {}
    for event in events:
        if event.kind == "close" and event.location == hub and event.until_min is not None:
            type_ = closed_type(event, [row.type for row in rows if row.kind == event.resource])
            key = PoolKey(hub, event.resource or "", type_)
            count = event.count or work.resource(key).count
            closures.setdefault(key, []).append(Closure(event.at_min, event.until_min, count))
    for row in rows:
        key = PoolKey(hub, row.kind, row.type)
        regular = hours.of_pool(key).regular
        yield Pool(key=key, count=row.count, closures=tuple(closures.get(key, ())), regular=regular)
