"""A service with one ship a week, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.webhooks.guard import Guard
from tests.api.booking_world import World, serve
from tests.api.webhooks.receiver import Receiver, receiving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.store.session import Store


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    """Return a service that asks nobody who they are, and may tell this machine."""
    for world in serve(store):
        world.client.app.state.guard = Guard(allows_local=True)  # type: ignore[attr-defined]
        yield world


@pytest.fixture
def firms(store: Store) -> Iterator[World]:
    """Return a service that wants keys."""
    yield from serve(store, "on")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Return somebody who is told."""
    with receiving() as found:
        yield found
