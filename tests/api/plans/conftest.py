"""A service on a hub and few departures, on which real plans are made in a moment."""

from __future__ import annotations

import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.clock import system_clock
from api.desk import Desk
from api.jobs.kinds import KINDS
from api.jobs.runner import LocalRunner, Setup
from api.jobs.watch import Watches
from api.jobs.worker import Pace, Worker
from api.store.session import Store
from data.cargo import Cargo
from data.cargo_write import cargo_bytes
from data.export import export_folder
from tests.agree_world import network, shipment, tables
from tests.api.booking_world import Now, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.identity.words import Auth
    from tests.databases import Databases


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data set as processes of jobs load it."""
    found = tmp_path_factory.mktemp("tables") / "small"
    export_folder(tables(), found)
    return found


@pytest.fixture(scope="session")
def cargo() -> bytes:
    """Return a cargo list of three shipments as JSON."""
    return cargo_bytes(Cargo(shipments=tuple(shipment(name) for name in "ABC")), tables(), ".json")


@contextmanager
def serving(store: Store, auth: Auth = "off") -> Iterator[World]:
    """Have a service serve meanwhile."""
    clock = Now()
    desk = Desk(tables(), network(), clock)
    app = create_app(desk, store=store, auth=auth)
    app.state.watches = Watches(store, look_s=0.05, heartbeat_s=0.2)
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        yield World(client, store, clock, desk)


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    """Return a service that asks nobody who they are."""
    with serving(store) as found:
        yield found


@pytest.fixture
def plain(databases: Databases) -> Iterator[World]:
    """Return the same, on one kind of database: for what happens before anything is kept."""
    with closing(Store(databases.migrated("sqlite"))) as store, serving(store) as found:
        yield found


@pytest.fixture
def firms(store: Store) -> Iterator[World]:
    """Return a service that wants keys."""
    with serving(store, "on") as found:
        yield found


@contextmanager
def planning(store: Store, folder: Path) -> Iterator[None]:
    """Have a worker make plans and schedules meanwhile."""
    runner = LocalRunner(Setup(data=folder))
    worker = Worker(store, runner, KINDS, clock=system_clock, pace=Pace(tick_s=0.05, lease_s=20))
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join()
