"""Flows of what is booked are those of the caller's firm alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.requests import Request

from api.desk import Desk
from api.identity.principal import LOCAL
from api.planner.flows_view import flows_view
from api.store.session import Store
from benchmarks.flows_world import NOW, SMALL, book_flows, flows_catalogue

if TYPE_CHECKING:
    from tests.databases import Databases


def test_nobody_sees_flows_of_others(databases: Databases, backend: str) -> None:
    """The firm that booked sees all of its flows, another one none, whoever oversees all everything."""
    store = Store(databases.migrated(backend))
    catalogue = flows_catalogue(SMALL)
    book_flows(store, catalogue, SMALL)
    desk = Desk(catalogue, clock=lambda: NOW)
    asked = Request({"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""})
    own = replace(LOCAL, sees_all=False)
    other = replace(own, firm="fm_other")
    seen = [flows_view(asked, desk, store, caller, "en").values["count"] for caller in (LOCAL, own, other)]
    store.close()
    assert seen[0] == seen[1] > 0
    assert seen[2] == 0
