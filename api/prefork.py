"""
One service in several processes, which share what is loaded.

The first process loads everything, then forks others, each of which serves on the same socket, and looks after them:
one that ends is replaced at once, so that a crash of one takes neither the service down nor its loaded data. When the
first one ends, however it ends, so do the others.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from api.store.session import Store

FIGURES = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder in which processes count together (see `api.metrics`)."""
_BRAKE_S = 1.0


@contextmanager
def common_folder() -> Iterator[None]:
    """Name a folder in which processes count together; the one that made it removes it."""
    maker = os.getpid()
    os.environ[FIGURES] = tempfile.mkdtemp(prefix="hubport-figures-")
    try:
        yield
    finally:
        if os.getpid() == maker:
            shutil.rmtree(os.environ.pop(FIGURES), ignore_errors=True)


def slot_of(count: int, store: Store, forget: Callable[[int], object] = id) -> int | None:
    """
    Fork processes; return in each of them which one it is, from 0, and None in the first one when all have ended.

    Nothing but the caller's thread may run, and what is forked must not hold anything open but the socket.

    Parameters
    ----------
    count
        How many serve; with one there is nothing to fork, and it is the first process itself.
    store
        Whose connections are closed first: no two processes may use the same.
    forget
        Told the number of each process that has ended.
    """
    if count == 1:
        return 0
    store.close()
    return _Watch(forget).keep(count)


class _Watch:
    """The first process: it starts the others and waits for them."""

    def __init__(self, forget: Callable[[int], object]) -> None:
        self._forget = forget
        self._begun: dict[int, float] = {}
        self._slots: dict[int, int] = {}
        self._is_over = False
        # Its reading end tells the others that this process is gone: no write ever comes, but its end does.
        self._alive, self._held = os.pipe()

    def keep(self, count: int) -> int | None:
        """Return in a process that was forked which one it is, and None here when all have ended."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        while not self._is_over or self._begun:
            while not self._is_over and len(self._begun) < count:
                slot = min(set(range(count)) - set(self._slots.values()))
                if self._is_forked(slot):
                    return slot
            self._wait()
        return None

    def _is_forked(self, slot: int) -> bool:
        """Fork a process, and say whether this is the new one."""
        # A signal that arrives before the new process can take it would be lost.
        held = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGINT))
        process = os.fork()
        if process == 0:
            os.close(self._held)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            threading.Thread(target=self._follow, daemon=True).start()
        else:
            self._begun[process], self._slots[process] = time.monotonic(), slot
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
        return process == 0

    def _follow(self) -> None:
        """End this process when the first one is gone: nobody else would, and the socket would stay taken."""
        os.read(self._alive, 1)
        os._exit(1)

    def _wait(self) -> None:
        """Wait until a process ends; one that ended as soon as it began is replaced a little later."""
        process, _ = os.wait()
        self._forget(process)
        self._slots.pop(process, None)
        lived_s = time.monotonic() - self._begun.pop(process, 0.0)
        if lived_s < _BRAKE_S and not self._is_over:
            time.sleep(_BRAKE_S)

    def _end(self, number: int, _: FrameType | None) -> None:
        """Pass on a signal to end."""
        self._is_over = True
        for process in self._begun:
            os.kill(process, number)
