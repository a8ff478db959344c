"""New connections are shared out evenly, and nobody is kept out by a process that is stuck."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from api.doors import Door, Seats

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Host(asyncio.Protocol):
    """Greets who comes in with the name of the process, and counts them."""

    def __init__(self, name: bytes, guests: set[asyncio.Protocol]) -> None:
        self._name, self._guests = name, guests

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count and greet."""
        self._guests.add(self)
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self._name)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count no more."""
        del exc
        self._guests.discard(self)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Return a socket that listens."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        yield found


def _door(listener: socket.socket, name: bytes, seats: Seats) -> tuple[Door, socket.socket]:
    """Return a door and what is to be closed with it: an event loop watches a socket once, processes have their own."""
    guests: set[asyncio.Protocol] = set()
    own = listener.dup()
    return Door(own, lambda: _Host(name, guests), guests, seats), own


async def _greeted(listener: socket.socket) -> tuple[bytes, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    return await reader.readexactly(1), writer


async def _close(doors: list[tuple[Door, socket.socket]], writers: list[asyncio.StreamWriter]) -> None:
    for writer in writers:
        writer.close()
    for door, own in doors:
        door.close()
        await door.wait_closed()
        own.close()


def test_connections_are_shared_out(listener: socket.socket) -> None:
    """Of those who come at once each process takes half, and of those who come later as well."""

    async def run() -> list[Counter[bytes]]:
        seats = Seats.of(2)
        doors = [_door(listener, b"a", seats), _door(listener, b"b", seats._replace(mine=1))]
        found = []
        writers = []
        for _ in range(2):
            some = await asyncio.gather(*(_greeted(listener) for _ in range(20)))
            found.append(Counter(name for name, _ in some))
            writers += [writer for _, writer in some]
        await _close(doors, writers)
        return found

    for names in asyncio.run(run()):
        assert abs(names[b"a"] - names[b"b"]) <= 2


def test_a_process_that_is_stuck_keeps_nobody_out(listener: socket.socket) -> None:
    """Whoever has fewer connections but takes none is not waited for."""

    async def run() -> Counter[bytes]:
        doors = [_door(listener, b"a", Seats.of(2))]
        some = await asyncio.wait_for(asyncio.gather(*(_greeted(listener) for _ in range(5))), 30)
        await _close(doors, [writer for _, writer in some])
        return Counter(name for name, _ in some)

    assert asyncio.run(run()) == {b"a": 5}


def test_a_closed_door_takes_nobody(listener: socket.socket) -> None:
    """Who comes after it was closed is left to others."""

    async def run() -> Counter[bytes]:
        seats = Seats.of(2)
        doors = [_door(listener, b"a", seats), _door(listener, b"b", seats._replace(mine=1))]
        doors[0][0].close()
        some = await asyncio.wait_for(asyncio.gather(*(_greeted(listener) for _ in range(6))), 30)
        await _close(doors, [writer for _, writer in some])
        return Counter(name for name, _ in some)

    assert asyncio.run(run()) == {b"b": 6}
