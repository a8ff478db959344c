"""A desk on a hub and few departures, with plans that are kept as a job would keep them."""

from __future__ import annotations

import datetime as dt
import itertools
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from fastapi.testclient import TestClient

from api import planning
from api.app import create_app
from api.desk import Desk
from api.identity.principal import LOCAL
from api.jobs.claimed import packed
from api.jobs.kinds import KINDS, Made
from api.jobs.queue import claim, finish
from api.jobs.submit import Order, submit
from api.jobs.watch import Watches
from api.plans.work import plan_summary
from api.store.session import Store
from data.cargo import Cargo
from tests.agree_world import DAY, MONDAY, network, planned, shipment, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.identity.words import Auth
    from data.plan_json import PlanFile
    from tests.databases import Databases

NOW = dt.datetime(2026, 1, 4, 8, 0, tzinfo=dt.UTC)
"""The day before everything is ready."""
MARKUP = "<script>alert('x')</script>"
_SIZES = {"A": 8, "B": 9, "C": 7, "D": 9, "E": 8, "F": 6}
"""m3 of shipments that fill two boxes."""


@cache
def file() -> PlanFile:
    """Return a plan with two boxes, one shipment left behind, one that may be, and a script for a shipper."""
    large = [
        shipment(name, mass_g=900_000, volume_cm3=size * 1_000_000, unserved_minor=900_000 if name == "B" else None)
        for name, size in _SIZES.items()
    ]
    left = shipment("L", MONDAY + DAY, volume_cm3=1_000_000, unserved_minor=1)
    return planned(Cargo(shipments=(replace(large[0], shipper=MARKUP), *large[1:], left)))


class DeskWorld(NamedTuple):
    """A service with its store."""

    client: TestClient
    store: Store
    desk: Desk

    def keep(self, found: PlanFile | None = None, name: str = "W02") -> str:
        """Keep a plan as a job does, and return its id."""
        plan, cargo = found or file()
        made = Made(
            content=planning.plan_text(plan, cargo, self.desk).encode(),
            summary=plan_summary(plan, cargo),
            fingerprint=plan.fingerprint,
        )
        order = Order(kind=KINDS["plan"], question=packed({}), fingerprint=plan.fingerprint, name=name)
        at, before = NOW + next(_STEPS), self.plans()
        self.store.write(LOCAL.scope, "job.submit", at, lambda session: submit(session, LOCAL, order))
        claimed = claim(self.store, KINDS, "test", at, 60)
        assert claimed is not None
        assert finish(self.store, KINDS["plan"], claimed, made, at, 1.0)
        (new,) = self.plans() - before
        return new

    def plans(self) -> set[str]:
        """Return the ids of all plans."""
        return {str(one["id"]) for one in self.client.get("/v1/plans?limit=200").json()["items"]}

    def job(self, kind: str) -> dict[str, Any]:
        """Return the only job of a kind."""
        (found,) = self.client.get(f"/v1/jobs?kind={kind}").json()["items"]
        return dict(found)


_STEPS = (dt.timedelta(seconds=number) for number in itertools.count())


@contextmanager
def serving(store: Store, auth: Auth = "off") -> Iterator[DeskWorld]:
    """Have a desk serve meanwhile."""
    desk = Desk(tables(), network(), lambda: NOW)
    app = create_app(desk, store=store, auth=auth)
    app.state.watches = Watches(store, look_s=0.05, heartbeat_s=0.2)
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False, follow_redirects=False) as client:
        client.headers |= {"accept": "text/html", "origin": "http://localhost"}
        yield DeskWorld(client, store, desk)


@pytest.fixture
def world(databases: Databases) -> Iterator[DeskWorld]:
    """Return a desk that asks nobody who they are, on one kind of database."""
    with closing(Store(databases.migrated("sqlite"))) as store, serving(store) as found:
        yield found
