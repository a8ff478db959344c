"""Work in several processes at once: forked, so that they share what is loaded."""

from __future__ import annotations

import io
import multiprocessing
import os
import pickle
import signal
import traceback
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Event

FEWEST = 150
"""Shipments from which more than one process is worth while."""
LOOK_EVERY_S = 0.1
"""Seconds between two looks at whether work is to be stopped."""
TOLD, DONE, FAILED = b"T", b"D", b"F"
"""First byte of a message: how work stands, its result, or what went wrong."""


class Job(Protocol):
    """Some work: it may tell how it stands, and should end soon once it is stopped."""

    def __call__(self, tell: Callable[[Any], None], is_stopped: Callable[[], bool]) -> Any:  # noqa: ANN401
        """Do the work and return its result."""


class WorkerError(RuntimeError):
    """A process that worked for this one failed, or was killed."""


def most_workers() -> int:
    """Return how many processes may work at once: one for each core of this one, a single one where none can fork."""
    if "fork" not in multiprocessing.get_all_start_methods():
        return 1
    return len(os.sched_getaffinity(0))


def work(
    jobs: Sequence[Job],
    shared: Mapping[str, object],
    hear: Callable[[int, Any], bool],
    keep: Callable[[int, Any], None],
) -> None:
    """
    Do each job in a process of its own.

    Parameters
    ----------
    jobs
        What is to be done. Nothing that they change is changed here.
    shared
        Large objects by name, which results may refer to: they are not sent but stay what they are.
    hear
        Told now and then (of no job, -1), and by the jobs, how they stand; says whether to stop them.
    keep
        Given the number and the result of each job.

    Raises
    ------
    WorkerError
        If a job failed; the others are stopped.
    KeyboardInterrupt
        If it was raised here: after the jobs were stopped and what they had was kept.
    """
    context = multiprocessing.get_context("fork")
    stop = context.Event()
    open_ends: dict[Connection[Any, Any], int] = {}
    processes = []
    try:
        for number, job in enumerate(jobs):
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(job, theirs, shared, stop), daemon=True)
            process.start()
            theirs.close()
            processes.append(process)
            open_ends[ours] = number
        _collect(open_ends, stop, shared, hear, keep)
    except BaseException:
        stop.set()
        _collect(open_ends, stop, shared, lambda *_: True, keep)
        raise
    finally:
        # Nobody listens any more to those still here after a second interrupt: they would wait for ever.
        for number in open_ends.values():
            processes[number].terminate()
        for process in processes:
            process.join()


def _collect(
    open_ends: dict[Connection[Any, Any], int],
    stop: Event,
    shared: Mapping[str, object],
    hear: Callable[[int, Any], bool],
    keep: Callable[[int, Any], None],
) -> None:
    """Listen until every job is done or has failed."""
    while open_ends:
        for end in wait(list(open_ends), LOOK_EVERY_S):
            number = open_ends[end]  # type: ignore[index]
            try:
                message = end.recv_bytes()  # type: ignore[union-attr]
            except EOFError:
                message = FAILED + b"the process ended before it was done"
            if message[:1] == TOLD:
                if hear(number, pickle.loads(message[1:])):  # noqa: S301 (of our own process)
                    stop.set()
                continue
            del open_ends[end]  # type: ignore[arg-type]
            if message[:1] == FAILED:
                raise WorkerError(message[1:].decode())
            keep(number, _Unpickler(io.BytesIO(message[1:]), shared).load())
        if hear(-1, None):
            stop.set()


def _work(job: Job, end: Connection[Any, Any], shared: Mapping[str, object], stop: Event) -> None:
    """Do a job in a process of its own. Ctrl-C is for the process that asked for it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        result = job(lambda told: end.send_bytes(TOLD + pickle.dumps(told)), stop.is_set)
        packed = io.BytesIO()
        packed.write(DONE)
        _Pickler(packed, shared).dump(result)
        end.send_bytes(packed.getbuffer())
    except Exception:  # noqa: BLE001 (told to the process that asked for it)
        end.send_bytes(FAILED + traceback.format_exc().encode())


class _Pickler(pickle.Pickler):
    """Packs results, but for what is shared."""

    def __init__(self, file: io.BytesIO, shared: Mapping[str, object]) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self._names = {id(one): name for name, one in shared.items()}

    def persistent_id(self, obj: object) -> str | None:
        """Return the name of what is shared."""
        return self._names.get(id(obj))


class _Unpickler(pickle.Unpickler):
    """Unpacks results."""

    def __init__(self, file: io.BytesIO, shared: Mapping[str, object]) -> None:
        super().__init__(file)
        self._shared = shared

    def persistent_load(self, pid: str) -> object:
        """Return what is shared by its name."""
        return self._shared[pid]
