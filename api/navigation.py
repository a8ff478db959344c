"""What the navigation of the pages leads to: the desks, the network's facts, and one's own account."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from fastapi.routing import APIRoute


class Entry(NamedTuple):
    """
    One entry of the navigation.

    Parameters
    ----------
    here
        What the page calls itself, and the text of the entry is called ``nav_`` and this.
    path
        Where it leads.
    """

    here: str
    path: str


_GROUPS: tuple[tuple[Entry, ...], ...] = (
    (
        Entry("quote", "/"),
        Entry("forwarder", "/forwarder"),
        Entry("dispatcher", "/dispatcher"),
        Entry("planner", "/planner"),
    ),
    (Entry("warehouses", "/warehouses"), Entry("network", "/network"), Entry("statistics", "/statistics")),
    (Entry("account", "/account"),),
)


@cache
def navigation() -> tuple[tuple[Entry, ...], ...]:
    """Return the groups of entries whose pages are served."""
    from api.app import ROUTERS  # noqa: PLC0415 - the application imports the pages, which show this

    served = {
        route.path
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    }
    found = (tuple(entry for entry in group if entry.path in served) for group in _GROUPS)
    return tuple(group for group in found if group)
