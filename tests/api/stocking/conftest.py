"""A service on the shipped data set, and a seller whose plan is made in a moment."""

from __future__ import annotations

import json
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.desk import Desk
from api.jobs import queue
from api.jobs.claimed import unpacked
from api.jobs.kinds import KINDS
from api.stocking import work
from api.store.session import Store
from benchmarks.stock_problem import drawn
from data import load_catalogue
from data.samples_stock import sample_stock
from data.stock_write import stock_bytes
from tests.api.booking_world import Now, World
from tests.api.fakes import FakePlanner
from tests.api.listener import Listener

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.identity.words import Auth
    from api.jobs.kinds import Made
    from data.catalogue import Catalogue
    from tests.databases import Databases


@pytest.fixture(scope="session")
def shipped() -> Catalogue:
    """Return the shipped data set, whose warehouses are real ones."""
    return load_catalogue()


@pytest.fixture(scope="session")
def sheets(shipped: Catalogue) -> dict[str, Any]:
    """Return the sheets of a small seller."""
    stock = sample_stock(shipped, skus=4, week="2026-W49", seed=2)
    found: dict[str, Any] = json.loads(stock_bytes(stock, shipped, ".json"))
    return found


@contextmanager
def serving(store: Store, catalogue: Catalogue, auth: Auth = "off") -> Iterator[World]:
    """Have a service serve meanwhile."""
    clock = Now()
    desk = Desk(catalogue, FakePlanner(catalogue), clock)
    app = create_app(desk, store=store, auth=auth)
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        yield World(client, store, clock, desk)


@pytest.fixture
def plain(databases: Databases, shipped: Catalogue) -> Iterator[World]:
    """Return a service that asks nobody who they are."""
    with closing(Store(databases.migrated("sqlite"))) as store, serving(store, shipped) as found:
        yield found


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a small problem in the place of the seller's, which would take a search for ways of sending."""
    monkeypatch.setattr(work, "problem_of", lambda *_: drawn(4, 2, 8, 1, markets=2))


def worked(world: World, cancel_at: str = "") -> Made:
    """Do the job whose turn it is, here, and keep what came of it."""
    now = world.clock()
    claimed = queue.claim(world.store, KINDS, "here", now, 60)
    assert claimed is not None
    kind = KINDS[claimed.kind]
    made = kind.load()(unpacked(claimed.question), Listener(world.desk, cancel_at))
    assert queue.finish(world.store, kind, claimed, made, now, 1.0)
    return made
