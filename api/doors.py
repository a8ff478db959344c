"""
New connections shared out evenly among the processes of one service.

All processes wait at the same socket. Left alone, the one that wakes first takes everybody who waits there, and keeps
them as long as they stay connected: measured with eight clients and two processes, one process was busy all the time
and the other for a third of it. So each takes one connection at a time, and whoever has more than another waits a
little before the next. It is no more than a courtesy: a process that ended or is stuck keeps nobody out.
"""

from __future__ import annotations

import asyncio
import mmap
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sized

_COURTESY_S = 0.005
_BYTES = 8


class Seats(NamedTuple):
    """
    How many connections each process has, in memory that all of them see; `mine` is the place of this one.

    They say so themselves, when it changes and every so often.
    """

    taken: memoryview
    mine: int = 0

    @staticmethod
    def of(count: int) -> Seats:
        """Return those of so many processes, which are still to be forked."""
        return Seats(memoryview(mmap.mmap(-1, _BYTES * count)).cast("q"))


class Door:
    """
    Takes connections from a socket that other processes take them from as well.

    It stands where the web server has a server of its event loop, and is closed as that is.

    Parameters
    ----------
    listener
        The socket.
    welcome
        Makes the protocol of a new connection.
    guests
        The connections of this process.
    seats
        Those of all.
    """

    def __init__(
        self, listener: socket.socket, welcome: Callable[[], asyncio.Protocol], guests: Sized, seats: Seats
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._listener, self._welcome, self._guests, self._seats = listener, welcome, guests, seats
        self._arriving: set[asyncio.Task[object]] = set()
        self._is_open = True
        listener.settimeout(0)
        self._watch()

    def close(self) -> None:
        """Take nobody any more."""
        self._is_open = False
        self._loop.remove_reader(self._listener)

    async def wait_closed(self) -> None:
        """Wait for those who were just taken."""
        await asyncio.gather(*self._arriving, return_exceptions=True)

    def count(self) -> None:
        """Tell the others how many connections there are here."""
        self._seats.taken[self._seats.mine] = len(self._guests) + len(self._arriving)

    def _watch(self) -> None:
        if self._is_open:
            self._loop.add_reader(self._listener, self._knock)

    def _knock(self) -> None:
        """Take who waits at the door now, or leave them to others for a moment."""
        self.count()
        if self._seats.taken[self._seats.mine] > min(self._seats.taken):
            self._loop.remove_reader(self._listener)
            self._loop.call_later(_COURTESY_S, self._take)
        else:
            self._take()

    def _take(self) -> None:
        if not self._is_open:
            return
        # Somebody else was quicker, or the one who waited has gone.
        with suppress(OSError):
            connection, _ = self._listener.accept()
            connection.settimeout(0)
            task = self._loop.create_task(self._loop.connect_accepted_socket(self._welcome, connection))
            self._arriving.add(task)
            task.add_done_callback(self._arriving.discard)
            self.count()
        self._watch()
