"""Workers as processes of the service: started with it, started again if they end, and stopped with it."""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Mapping, Sequence

_LOG = logging.getLogger("hubport.jobs")
_PAUSE_S, _MOST_PAUSE_S = 1.0, 30.0
_STEADY_S = 60.0
"""A worker that ran for so long did not fail because of how it was started."""
_STOP_S = 10.0


class Workers:
    """
    Keeps some workers running.

    Each has a pipe as its input: when the service is gone, however that came, the end of the pipe tells it to stop.

    Parameters
    ----------
    command
        Starts a worker.
    count
        How many.
    environment
        Of their processes.
    """

    def __init__(self, command: Sequence[str], count: int, environment: Mapping[str, str]) -> None:
        self._command = list(command)
        self._environment = dict(environment)
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._threads = [threading.Thread(target=self._keep, args=(number,), daemon=True) for number in range(count)]
        for thread in self._threads:
            thread.start()

    @property
    def pids(self) -> list[int]:
        """Numbers of the processes that run."""
        with self._lock:
            return [process.pid for process in self._processes.values() if process.poll() is None]

    def _keep(self, number: int) -> None:
        """Start a worker again and again, less and less often while it fails at once."""
        pause = _PAUSE_S
        while not self._stopping.is_set():
            with self._lock:
                if self._stopping.is_set():
                    return
                process = subprocess.Popen(  # noqa: S603 - our own program
                    self._command, stdin=subprocess.PIPE, env=self._environment, start_new_session=True
                )
                self._processes[number] = process
            try:
                process.wait(_STEADY_S)
            except subprocess.TimeoutExpired:
                pause = _PAUSE_S
                process.wait()
            if process.stdin is not None:
                process.stdin.close()
            if not self._stopping.is_set():
                _LOG.warning("worker %d ended with %d and is started again", process.pid, process.returncode)
            self._stopping.wait(pause)
            pause = min(2 * pause, _MOST_PAUSE_S)

    def close(self) -> None:
        """Stop all workers; what they do is put back into the queue."""
        with self._lock:
            self._stopping.set()
            processes = list(self._processes.values())
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for thread in self._threads:
            thread.join()
