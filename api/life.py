"""From start to end: what the service says of itself, and how it ends without cutting anybody short."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any, cast

import uvicorn

from api.doors import Door, Seats
from api.logs import log_event

if TYPE_CHECKING:
    import socket

    from starlette.types import ASGIApp

    from api.settings import Settings

_LEFT_S = 1.0
_SWITCH_S = 0.0005
"""
After this a thread that waits gets its turn while another one works out an answer; whoever holds the lock of the
database meanwhile keeps everybody waiting. With 5 ms, as it is by default, p95 of quotes was nearly twice as long.
"""


@dataclass(slots=True)
class Life:
    """
    Where a service is between start and end.

    Parameters
    ----------
    is_going_down
        Whether it was told to stop. Streams that would never end should end then.
    """

    is_going_down: bool = False


class Server(uvicorn.Server):
    """
    A server that says it is not ready before it stops to listen, and then lets requests end.

    Parameters
    ----------
    config
        Of the library.
    life
        Where it is noted that the service goes down.
    drain_s
        Seconds between the two; Ctrl-C does not wait for them.
    seats
        Of the processes that serve on the same socket, None if there is but one.
    """

    def __init__(self, config: uvicorn.Config, life: Life, drain_s: float, seats: Seats | None = None) -> None:
        super().__init__(config)
        self._seats = seats
        self._doors: list[Door] = []
        self._life = life
        self._drain_s = drain_s
        self._stop_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to go down; told again, do so at once."""
        del frame
        if self._life.is_going_down:
            self.force_exit = self.should_exit and sig == signal.SIGINT
            self.should_exit = True
            return
        self._life.is_going_down = True
        self._stop_at = time.monotonic() + (0.0 if sig == signal.SIGINT else self._drain_s)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve."""
        if self._seats is None or sockets is None:
            await super().startup(sockets)
            return
        await super().startup([])
        # A class that is made with these, once the configuration is loaded.
        protocol: Any = self.config.http_protocol_class
        state = {"server_state": self.server_state, "app_state": self.lifespan.state}
        welcome = partial(protocol, config=self.config, **state)
        self._doors = [Door(one, welcome, self.server_state.connections, self._seats) for one in sockets]
        # All that is done with them is to close them.
        self.servers += cast("list[Any]", self._doors)

    async def on_tick(self, counter: int) -> bool:
        """Say whether it is time to stop."""
        for door in self._doors:
            door.count()
        if self._stop_at is not None and time.monotonic() >= self._stop_at:
            self.should_exit = True
        return await super().on_tick(counter)


def run(app: ASGIApp, life: Life, settings: Settings, listener: socket.socket, seats: Seats | None = None) -> None:
    """Serve until the process is told to stop, and every request has ended or had its time."""
    proxies = settings.networks("HUBPORT_PROXIES")
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        timeout_graceful_shutdown=settings.whole("HUBPORT_GRACE"),
    )
    sys.setswitchinterval(_SWITCH_S)
    log_event("started")
    Server(config, life, settings.whole("HUBPORT_DRAIN"), seats).run(sockets=[listener])
    log_event("stopped")


def leave(code: int) -> int:
    """Return the status of the process, or end it here when work that nobody waits for any more would keep it."""
    end = time.monotonic() + _LEFT_S
    left = [one for one in threading.enumerate() if one is not threading.main_thread() and not one.daemon]
    for thread in left:
        thread.join(max(0.0, end - time.monotonic()))
    if any(thread.is_alive() for thread in left):
        log_event("ended before its work", threads=sum(thread.is_alive() for thread in left))
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code
