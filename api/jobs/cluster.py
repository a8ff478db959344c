"""Doing jobs on a Dask cluster: a task there starts the process of the job on its machine and listens to it."""

from __future__ import annotations

import queue
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from api.jobs.frames import ENDED, TOLD, Frame
from api.jobs.runner import Child, Setup

if TYPE_CHECKING:
    from api.jobs.claimed import Claimed
    from api.jobs.runner import Hear

_LOOK_S = 0.5
_WAIT_S = 20


class ClusterRunner:
    """
    Does jobs on a cluster.

    Parameters
    ----------
    address
        Of its scheduler, such as ``tcp://10.0.0.5:8786``.
    setup
        How processes are started there; the same program must be on every machine of the cluster.
    """

    def __init__(self, address: str, setup: Setup) -> None:
        # Only those who have a cluster need its library.
        from distributed import Client  # noqa: PLC0415

        self._client = Client(address, timeout=_WAIT_S, set_as_default=False)
        self._setup = setup

    def start(self, claimed: Claimed, hear: Hear) -> Remote:
        """Begin a job somewhere in the cluster."""
        return Remote(self._client, self._setup, claimed, hear)

    def rest(self) -> None:
        """Do nothing: nothing is held ready."""

    def close(self) -> None:
        """Leave the cluster; what it still does for this worker is dropped."""
        self._client.close()


class Remote:
    """A job that a cluster does."""

    def __init__(self, client: Any, setup: Setup, claimed: Claimed, hear: Hear) -> None:  # noqa: ANN401 - untyped library
        from distributed import Variable  # noqa: PLC0415

        self._topic = f"hubport-{claimed.id}-{claimed.attempt}"
        self._client = client
        self._hear = hear
        self._lock = threading.Lock()
        self._has_ended = False
        self._wish = Variable(f"{self._topic}-wish", client=client)
        client.subscribe_topic(self._topic, self._told)
        # A crash of a machine is a failed attempt of the job, which the queue counts.
        self._future = client.submit(run_remotely, setup, claimed, self._topic, key=self._topic, pure=False, retries=0)
        self._future.add_done_callback(self._done)

    def _told(self, event: tuple[float, dict[str, Any]]) -> None:
        self._hear(Frame(TOLD, event[1]))

    def _done(self, future: Any) -> None:  # noqa: ANN401 - untyped library
        """Pass on what came of it, and that it has ended."""
        frames: list[Frame] = []
        if future.status == "finished":
            with suppress(Exception):
                frames = future.result()
        self._end(frames)

    def _end(self, frames: list[Frame]) -> None:
        with self._lock:
            if self._has_ended:
                return
            self._has_ended = True
        with suppress(Exception):
            self._client.unsubscribe_topic(self._topic)
            self._wish.delete()
        for frame in frames or [Frame(ENDED, {})]:
            self._hear(frame)

    def cancel(self) -> None:
        """Ask it to end with what it has."""
        self._wish.set("cancel")

    def kill(self) -> None:
        """End it at once; whether the cluster is still there does not matter."""
        with suppress(Exception):
            self._wish.set("kill")
        self._end([])


def run_remotely(setup: Setup, claimed: Claimed, topic: str) -> list[Frame]:
    """
    Do a job on a machine of the cluster, and return what it said at last.

    Parameters
    ----------
    setup, claimed
        How, and what.
    topic
        Under which it tells how far the work is, and hears that it is to end.
    """
    from distributed import Variable, get_worker  # noqa: PLC0415

    worker = get_worker()
    wish = Variable(f"{topic}-wish")
    frames: queue.SimpleQueue[Frame] = queue.SimpleQueue()
    child = Child(setup, claimed.fingerprint, claimed.tables)
    child.begin(claimed, setup.memory_mb, frames.put)
    kept: list[Frame] = []
    try:
        while not kept or kept[-1].letter != ENDED:
            try:
                frame = frames.get(timeout=_LOOK_S)
            except queue.Empty:
                _heed(wish, child)
                continue
            if frame.letter == TOLD:
                worker.log_event(topic, frame.values)
                _heed(wish, child)
            else:
                kept.append(frame)
    finally:
        child.kill()
    return kept


def _heed(wish: Any, child: Child) -> None:  # noqa: ANN401 - untyped library
    """Do with a process what is wished, if anything is."""
    try:
        wished = wish.get(timeout="50ms")
    except TimeoutError:
        return
    if wished == "cancel":
        child.cancel()
    elif wished == "kill":
        child.kill()
