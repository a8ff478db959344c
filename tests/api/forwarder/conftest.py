"""A forwarder's desk on a database, with two firms and a browser of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from api.store import migrate
from api.store.session import Store
from tests.api.booking_world import Browser, Caller, World, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class DeskWorld:
    """The service, a forwarder with a key and a browser, and one of another firm."""

    world: World
    caller: Caller
    browser: Browser
    other: Browser


@pytest.fixture
def desk_world(tmp_path: Path) -> Iterator[DeskWorld]:
    """Return a service that wants keys, and two who have logged in."""
    store = Store(str(tmp_path / "hubport.db"))
    migrate.upgrade(store.engines)
    with serving(store, "on") as world:
        alice = world.caller(world.firm("A"), "forwarder")
        bob = world.caller(world.firm("B"), "forwarder")
        yield DeskWorld(world, alice, world.browser(alice), world.browser(bob))
    store.close()
