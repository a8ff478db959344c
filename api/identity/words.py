"""The words of identity."""

from __future__ import annotations

from typing import Literal

Role = Literal["forwarder", "dispatcher", "planner", "admin", "auditor"]
Scope = Literal[
    "network:read",
    "quotes:read",
    "quotes:write",
    "bookings:read",
    "bookings:write",
    "departures:write",
    "events:read",
    "events:write",
    "webhooks:read",
    "webhooks:write",
    "statistics:read",
    "shipments:read",
    "shipments:write",
    "datasets:read",
    "datasets:write",
    "plans:read",
    "plans:write",
    "stock:read",
    "stock:write",
    "jobs:read",
    "jobs:write",
    "papers:read",
    "papers:write",
    "customs:read",
    "customs:write",
    "people:read",
    "people:write",
    "firms:read",
    "firms:write",
    "audit:read",
    "metrics:read",
]
Auth = Literal["on", "off"]
