"""Taking turns in writing to a file of SQLite, whichever thread or process of this machine one is."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Self

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from types import TracebackType

_END = "-turn"


class Turn:
    """
    What a writer holds during its transaction.

    SQLite lets one write at a time as well, but has the others ask again and again, so that some wait very long. Here
    they sleep until it is their turn. The lock goes with the process that holds it, however that ends.

    Parameters
    ----------
    database
        Path of the file; the lock is on one beside it.
    """

    def __init__(self, database: str) -> None:
        self._path = database + _END
        self._threads = threading.Lock()
        self._file = -1

    def __enter__(self) -> Self:
        """Wait for the turn."""
        self._threads.acquire()
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if sys.platform != "win32":
                fcntl.flock(self._file, fcntl.LOCK_EX)
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give it to the next."""
        self._leave()

    def _leave(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        self._threads.release()
