"""A service with one ship a week, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.booking_world import World, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.store.session import Store


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    """Return a service that asks nobody who they are."""
    yield from serve(store)


@pytest.fixture
def firms(store: Store) -> Iterator[World]:
    """Return a service that wants keys."""
    yield from serve(store, "on")
