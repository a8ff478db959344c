"""Many streams of events open at once: how long it takes, and until all of them hear what happens."""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from benchmarks.load import PATIENCE_S, Client
from benchmarks.shipments import as_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from data.shipment import Shipment

_MOST = 65_536
_BEGUN, _ENDED = b"event: state", b"event: end"


def queued(client: Client, shipments: Sequence[Shipment]) -> str:
    """Ask for a plan where nobody does jobs, so that it waits, and return its id."""
    cargo = [
        {"id": f"S{number}", "ready": one.ready_at.isoformat()} | as_request(one)
        for number, one in enumerate(shipments)
    ]
    status, job = client.send("POST", "/v1/plans", {"name": "streams", "cargo": cargo})
    assert status == 202, job
    return str(job["id"])


class Streams:
    """
    Streams of the events of one job, each over a connection of its own.

    Parameters
    ----------
    address
        Of the service.
    job
        Its id.
    count
        How many.
    """

    def __init__(self, address: str, job: str, count: int) -> None:
        self._found = selectors.DefaultSelector()
        self._heard: dict[socket.socket, bytes] = {}
        at = urlsplit(address)
        ask = f"GET /v1/jobs/{job}/events HTTP/1.1\r\nHost: {at.netloc}\r\nAccept: text/event-stream\r\n\r\n".encode()
        for _ in range(count):
            stream = socket.create_connection((at.hostname or "", at.port or 0), timeout=PATIENCE_S)
            stream.sendall(ask)
            self._heard[stream] = b""
            self._found.register(stream, selectors.EVENT_READ)

    def until_begun(self) -> float:
        """Wait until each has told how the job stands, and return the seconds that took."""
        return self._until(_BEGUN)

    def until_ended(self) -> float:
        """Wait until each has told that the job has ended, and return the seconds that took."""
        return self._until(_ENDED)

    def close(self) -> None:
        """Close every stream."""
        for stream in self._heard:
            stream.close()
        self._found.close()

    def _until(self, wanted: bytes) -> float:
        begun = time.monotonic()
        while waiting := [stream for stream, heard in self._heard.items() if wanted not in heard]:
            assert time.monotonic() - begun < PATIENCE_S, f"{len(waiting)} streams hear nothing"
            for key, _ in self._found.select(1.0):
                assert isinstance(key.fileobj, socket.socket)
                said = key.fileobj.recv(_MOST)
                assert said or wanted in self._heard[key.fileobj], "a stream broke off"
                self._heard[key.fileobj] += said
                if not said:
                    self._found.unregister(key.fileobj)
        return time.monotonic() - begun


def measured(
    address: str, shipments: Sequence[Shipment], count: int, meanwhile: Callable[[], None]
) -> Iterator[tuple[str, float, str]]:
    """
    Open streams, do something else, then cancel their job, and yield what was measured.

    Parameters
    ----------
    address
        Of a service that does no jobs.
    shipments
        Of the plan that is asked for.
    count
        How many streams.
    meanwhile
        What is done while they are open.
    """
    with contextlib.closing(Client(address)) as client:
        job = queued(client, shipments)
        begun = time.monotonic()
        with contextlib.closing(Streams(address, job, count)) as streams:
            streams.until_begun()
            yield "streams", count, ""
            yield "streams/all-open", (time.monotonic() - begun) * 1e3, "ms"
            meanwhile()
            # The service has closed what was silent meanwhile.
            client.close()
            status, said = client.send("POST", f"/v1/jobs/{job}/cancel")
            assert status < 300, said
            yield "streams/all-told", streams.until_ended() * 1e3, "ms"
