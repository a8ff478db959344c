"""The board tells what is late or was not reported, by events, with a plan and without."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.api.booking_world import World, serve
from tests.api.events.samples import booking_uri, seen
from tests.api.events.test_capture import send

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.store.session import Store


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    """Return a service that asks nobody who they are."""
    yield from serve(store)


def told(world: World) -> list[tuple[str, str, str]]:
    """Return mood, name and detail of what the board says is behind."""
    page = world.client.get("/dispatcher?lang=en").text
    line = r'<li class="alert (\w+)"><span[^>]*>[^<]+</span> <a [^>]*><strong>([^<]+)</strong></a> <span>([^<]+)</span>'
    return [(mood, name, detail) for mood, name, detail in re.findall(line, page)]


def test_overdue_then_late_then_nothing(world: World) -> None:
    """Nothing before the ship sails; overdue until somebody reports; late by how much; nothing once it catches up."""
    booking = world.local.booked(reference="<b>OH-1</b>", confirm=True)
    assert told(world) == []
    world.clock.forward(days=3)
    planned = "planned for 20 May 2026, 22:00 (+8)"
    name = "&lt;b&gt;OH-1&lt;/b&gt;"
    assert told(world) == [("bad", name, f"Departed, Ningbo port: {planned}, not reported yet")]
    uri = booking_uri(booking)
    assert send(world.local, seen("2026-05-21T01:30:00+08:00", "departing", "CNNGB-P", uri)).status_code == 201
    assert told(world) == [("warn", name, f"Departed, Ningbo port: {planned}, 3.5 h late")]
    world.clock.forward(days=34)
    assert send(world.local, seen("2026-06-22T02:00:00+02:00", "arriving", "DEHAM-P", uri)).status_code == 201
    assert told(world) == []


def test_held_and_cancelled_are_left_out(world: World) -> None:
    """Only what is confirmed is on its way."""
    world.local.booked()
    gone = world.local.booked(confirm=True)
    assert world.local.change(gone, "cancel").status_code == 200
    world.clock.forward(days=3)
    assert told(world) == []
