"""Doing jobs on this machine: each in a process of its own, with one more held ready once there was a job."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from api.jobs.claimed import Claimed
from api.jobs.frames import ASK, ENDED, OPEN, READY, Frame, frame_bytes, read_frame

Hear = Callable[[Frame], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """
    How processes of jobs are started.

    Parameters
    ----------
    data
        Folder of the data set of jobs whose own is not kept, if it is the same; None for the usual one.
    kinds
        Module with the table of kinds.
    memory_mb
        Most MiB of addresses of a process, 0 for no limit.
    is_warm
        Whether its data set is loaded before there is a question.
    """

    data: Path | None = None
    kinds: str = "api.jobs.kinds"
    memory_mb: int = 0
    is_warm: bool = True

    @property
    def command(self) -> list[str]:
        """The command of a process."""
        found = [sys.executable, "-m", "api.jobs.child", "--kinds", self.kinds]
        found += [] if self.data is None else ["--data", str(self.data)]
        return [*found, "--warm"] if self.is_warm else found


class Handle(Protocol):
    """A job that is being done somewhere."""

    def cancel(self) -> None:
        """Ask it to end with what it has."""

    def kill(self) -> None:
        """End it at once."""


class Runner(Protocol):
    """Does jobs."""

    def start(self, claimed: Claimed, hear: Hear) -> Handle:
        """Begin a job; what it says is heard from another thread, and at last that it has `ENDED`."""

    def rest(self) -> None:
        """Give back what is held ready, for there has been nothing to do for a while."""

    def close(self) -> None:
        """End everything."""


class Child:
    """
    A process that does one job.

    Parameters
    ----------
    setup
        How it is started.
    fingerprint, tables
        Of its data set, as `Claimed` has them.
    """

    def __init__(self, setup: Setup, fingerprint: str = "", tables: bytes = b"") -> None:
        self._hear: Hear | None = None
        self.fingerprint = fingerprint
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            setup.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        self.is_ready = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._writer = threading.Thread(
            target=self._write, args=(frame_bytes(OPEN, {"fingerprint": fingerprint}, tables),), daemon=True
        )
        self._writer.start()

    def begin(self, claimed: Claimed, memory_mb: int, hear: Hear) -> None:
        """Give it its question, once."""
        self._hear = hear
        values = {"kind": claimed.kind, "memory_mb": memory_mb}
        asked = frame_bytes(ASK, values, claimed.question)
        # A long question waits until the process has loaded its data.
        threading.Thread(target=self._ask, args=(asked,), daemon=True).start()
        threading.Thread(target=self._wait, daemon=True).start()

    def _ask(self, asked: bytes) -> None:
        self._writer.join()
        self._write(asked)

    def _write(self, frame: bytes) -> None:
        if self._process.stdin is not None:
            with suppress(OSError, ValueError):
                self._process.stdin.write(frame)
                self._process.stdin.flush()

    def _read(self) -> None:
        if self._process.stdout is None:
            return
        while (frame := read_frame(self._process.stdout)) is not None:
            if frame.letter == READY:
                self.is_ready.set()
            elif self._hear is not None:
                self._hear(frame)

    def _wait(self) -> None:
        """Tell that the process has ended, after all that it said; whatever it started ends with it."""
        code = self._process.wait()
        self.kill()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        if self._hear is not None:
            self._hear(Frame(ENDED, {"code": code}))

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def cancel(self) -> None:
        """Ask it to end with what it has; before it is ready it could not."""
        if self.is_ready.is_set():
            self._signal(signal.SIGINT)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            self._process.send_signal(number)

    def kill(self) -> None:
        """End it and whatever it started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def discard(self) -> None:
        """End one that was never used."""
        self.kill()
        self._wait()


class LocalRunner:
    """
    Does jobs on this machine.

    Parameters
    ----------
    setup
        How processes are started.
    """

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._spare: Child | None = None
        self._children: list[Child] = []

    def start(self, claimed: Claimed, hear: Hear) -> Child:
        """Begin a job in the process that is held ready, if that has its data set, or a new one."""
        child, self._spare = self._spare, None
        if child is None or not child.is_alive or child.fingerprint != claimed.fingerprint:
            if child is not None:
                child.discard()
            child = Child(self._setup, claimed.fingerprint, claimed.tables)
        self._children = [*(one for one in self._children if one.is_alive), child]
        child.begin(claimed, self._setup.memory_mb, hear)
        # Most likely the next job is about the same data set.
        self._spare = Child(self._setup, claimed.fingerprint, claimed.tables)
        return child

    def rest(self) -> None:
        """End the process that is held ready."""
        if self._spare is not None:
            self._spare.discard()
            self._spare = None

    def close(self) -> None:
        """End every process."""
        self.rest()
        for child in self._children:
            child.kill()
