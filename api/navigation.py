"""What the navigation of the pages leads to: the desks, the network's facts, and one's own account."""

from __future__ import annotations

from contextvars import ContextVar
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
    needs
        What somebody must be allowed to do for whom it is meant; who may look after others sees all entries.
    """

    here: str
    path: str
    needs: str = ""


_GROUPS: tuple[tuple[Entry, ...], ...] = (
    (
        Entry("quote", "/"),
        Entry("forwarder", "/forwarder", "bookings:write"),
        Entry("dispatcher", "/dispatcher", "plans:write"),
        Entry("planner", "/planner", "plans:write"),
    ),
    (Entry("warehouses", "/warehouses"), Entry("network", "/network"), Entry("statistics", "/statistics")),
    (Entry("account", "/account"), Entry("admin", "/admin/users", "people:read")),
)
_OVERSEES = "audit:read"
seen_by: ContextVar[frozenset[str] | None] = ContextVar("seen_by", default=None)
"""What the one may do for whom a page is made; None while nobody has logged in."""


def navigation() -> tuple[tuple[Entry, ...], ...]:
    """Return the groups of entries that are meant for who looks."""
    may = seen_by.get()
    found = (tuple(entry for entry in group if _is_meant(entry, may)) for group in _served())
    return tuple(group for group in found if group)


def _is_meant(entry: Entry, may: frozenset[str] | None) -> bool:
    """Return whether an entry is of use; nobody is told of the administration who has not logged in."""
    if may is None or _OVERSEES in may:
        return entry.here != "admin" or may is not None
    return not entry.needs or entry.needs in may


@cache
def _served() -> tuple[tuple[Entry, ...], ...]:
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
