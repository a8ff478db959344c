"""
How often somebody may ask: so many requests a second for each key, and for each address without one.

Who has sent a key that was good is counted by that key, from the next request on; everybody else by address. So nobody
spends what belongs to a key without having it, and whoever tries words that are none is counted before anything is
looked up. Processes of one service count together, in memory that all of them see.
"""

from __future__ import annotations

import math
import mmap
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b, sha256
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address, ip_network
from secrets import token_bytes
from typing import NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.identity.principal import Principal
from api.problems import problem

UNLIMITED = frozenset({"/healthz", "/readyz"})
"""Addresses that are never refused."""
_NAMES = 50_000
_ROOMS = 1 << 16
_NEAR = 16
_BYTES = 8
_HOST_BITS = 64


class Tally:
    """
    An instant for each name, in memory of fixed size that processes forked later share.

    A name has one of a few rooms, which its hash tells; one that finds them all taken takes that of the earliest
    instant. Two processes that write at the same moment may let one request too many pass; none waits for another, and
    one that is killed leaves nothing locked.

    Parameters
    ----------
    rooms
        How many names there is room for.
    """

    def __init__(self, rooms: int = _ROOMS) -> None:
        memory = memoryview(mmap.mmap(-1, 2 * _BYTES * rooms))
        self._names, self.instants = memory[: _BYTES * rooms].cast("Q"), memory[_BYTES * rooms :].cast("d")
        # Nobody can choose names that share their rooms.
        self._secret = token_bytes(_BYTES)

    def room(self, name: str) -> int:
        """Return the room of a name; the instant in one that it did not have before is 0."""
        mark = int.from_bytes(blake2b(name.encode(), digest_size=_BYTES, key=self._secret).digest()) or 1
        rooms = len(self._names)
        near = [(mark + step) % rooms for step in range(min(_NEAR, rooms))]
        for room in near:
            if self._names[room] == mark:
                return room
        found = min(near, key=self.instants.__getitem__)
        self._names[found], self.instants[found] = mark, 0.0
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """
    What a caller may use.

    Parameters
    ----------
    rate
        Requests a second, 0 for any number.
    burst
        Requests that may come at once.
    body_s
        Seconds within which a body must arrive.
    tally
        Where requests are counted, if other processes count there as well.
    """

    rate: int = 0
    burst: int = 200
    body_s: float = 30.0
    tally: Tally | None = None


class Allowance(NamedTuple):
    """Whether a request may pass, how many more could come at once, and seconds: until one may, until all may."""

    is_granted: bool
    left: int
    wait_s: float
    full_s: float


class Buckets:
    """
    Counts requests by name.

    A name has an instant up to which its requests are used up; each moves it on by the time between two requests, and
    none may move it further ahead than a burst lasts (the generic cell rate algorithm of ITU-T I.371).

    Parameters
    ----------
    rate, burst
        Requests a second, and requests at once.
    tally
        Where the instants are.
    """

    def __init__(self, rate: int, burst: int, tally: Tally) -> None:
        self._step = 1 / rate
        self._most = burst * self._step
        self._tally = tally

    def take(self, name: str, now: float) -> Allowance:
        """
        Count a request at a time in seconds, if there may be one.

        Examples
        --------
        >>> buckets = Buckets(rate=2, burst=2, tally=Tally())
        >>> [buckets.take("a", now).is_granted for now in (0, 0, 0, 0.5, 0.6)]
        [True, True, False, True, False]
        """
        room = self._tally.room(name)
        until = max(self._tally.instants[room], now) + self._step
        over = until - now - self._most
        if over > self._step * 1e-6:
            return Allowance(is_granted=False, left=0, wait_s=over, full_s=until - self._step - now)
        self._tally.instants[room] = until
        left = math.floor((self._most - (until - now)) / self._step + 1e-6)
        return Allowance(is_granted=True, left=left, wait_s=0.0, full_s=until - now)


class RateLimit:
    """
    Refuses requests of those who ask too often.

    Parameters
    ----------
    app
        The application behind.
    bounds
        How often is too often.
    clock
        Returns seconds that only go on.
    """

    def __init__(self, app: ASGIApp, bounds: Bounds, clock: Callable[[], float] = time.monotonic) -> None:
        self.app = app
        self._buckets = Buckets(bounds.rate, bounds.burst, bounds.tally or Tally())
        self._policy = f'"default";q={bounds.burst};w={math.ceil(bounds.burst / bounds.rate)}'
        self._clock = clock
        self._known: OrderedDict[bytes, str] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"] in UNLIMITED:
            await self.app(scope, receive, send)
            return
        sent = _credentials(scope)
        name = self._known.get(sent, "") if sent else ""
        found = self._buckets.take(name or _address(scope), self._clock())
        told = {"RateLimit-Policy": self._policy, "RateLimit": f'"default";r={found.left};t={math.ceil(found.full_s)}'}
        if not found.is_granted:
            told["Retry-After"] = str(max(1, math.ceil(found.wait_s)))
            refusal = problem(HTTPStatus.TOO_MANY_REQUESTS, name="too-many-requests", headers=told)
            await refusal(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(told)
                self._learn(sent, scope, message["status"])
            await send(message)

        await self.app(scope, receive, with_headers)

    def _learn(self, sent: bytes, scope: Scope, status: int) -> None:
        """Note whose the credentials of a request are, or that they are nobody's any more."""
        principal: Principal | None = scope.get("state", {}).get("principal")
        if not sent or status == HTTPStatus.UNAUTHORIZED:
            self._known.pop(sent, None)
        elif principal is not None and principal.key is not None:
            self._known[sent] = f"key:{principal.key}"
            self._known.move_to_end(sent)
            if len(self._known) > _NAMES:
                self._known.popitem(last=False)


def _credentials(scope: Scope) -> bytes:
    """Return a hash of what a request shows to be let in, empty if nothing."""
    headers = Headers(scope=scope)
    shown = f"{headers.get('authorization', '')}\n{headers.get('cookie', '')}"
    return b"" if shown == "\n" else sha256(shown.encode()).digest()


def _address(scope: Scope) -> str:
    """Return where a request comes from; of IPv6 the network, as whoever has one has all addresses in it."""
    host = (scope.get("client") or ("", 0))[0]
    try:
        found = ip_address(host)
    except ValueError:
        return f"at:{host}"
    if isinstance(found, IPv6Address):
        return f"at:{ip_network((int(found), _HOST_BITS), strict=False).network_address}"
    return f"at:{found}"
