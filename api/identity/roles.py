"""What may be done, and by whom: the one table of scopes and roles."""

from __future__ import annotations

from typing import get_args

from api.identity.words import Role, Scope

SCOPES: frozenset[Scope] = frozenset(get_args(Scope))

_READ: frozenset[Scope] = frozenset(
    {
        "network:read",
        "quotes:read",
        "bookings:read",
        "shipments:read",
        "events:read",
        "plans:read",
        "stock:read",
        "jobs:read",
        "papers:read",
        "customs:read",
        "statistics:read",
    }
)
_FORWARD: frozenset[Scope] = _READ | {
    "quotes:write",
    "bookings:write",
    "shipments:write",
    "jobs:write",
    "events:write",
    "papers:write",
    "customs:write",
    "stock:write",
}
_PLAN: frozenset[Scope] = frozenset({"plans:write", "stock:write", "jobs:write", "datasets:read"})

ROLES: dict[Role, frozenset[Scope]] = {
    "forwarder": _FORWARD,
    "dispatcher": _FORWARD | _PLAN | {"departures:write"},
    "planner": _READ | _PLAN | {"quotes:write"},
    "auditor": _READ | {"people:read", "firms:read", "datasets:read", "audit:read", "webhooks:read", "metrics:read"},
    "admin": SCOPES,
}
"""What each role may do."""

HOUSE_ONLY: frozenset[Scope] = frozenset(
    {"firms:read", "firms:write", "departures:write", "datasets:read", "datasets:write", "metrics:read"}
)
"""What only those who work for the house may do, whatever their role."""

OVERSEEING: frozenset[Role] = frozenset({"dispatcher", "planner", "admin", "auditor"})
"""The roles in which somebody of the house meets rows of every firm."""


def scopes_of(roles: frozenset[Role], narrowed: frozenset[Scope], *, is_house: bool) -> frozenset[Scope]:
    """
    Return what somebody may do.

    Parameters
    ----------
    roles
        Of the user.
    narrowed
        What the key was made for, empty for everything the roles allow.
    is_house
        Whether the user works for the house.

    Examples
    --------
    >>> sorted(scopes_of(frozenset({"planner"}), frozenset({"quotes:read", "firms:write"}), is_house=True))
    ['quotes:read']
    """
    found = frozenset[Scope]().union(*(ROLES[role] for role in roles))
    if narrowed:
        found &= narrowed
    return found if is_house else found - HOUSE_ONLY
