"""Steps for several classes at the same time, in threads: most of a step is compiled code that lets others run."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

LOOK_S = 0.1
"""Seconds between two looks at what is done; Ctrl-C is heard then."""


class Task(NamedTuple):
    """A step, and what nobody else may be busy with meanwhile."""

    step: Callable[[], None]
    about: object


class Crew:
    """
    Takes steps until there are none.

    Parameters
    ----------
    workers
        Steps taken at the same time.
    on_done
        Called after each, in the thread that asked for the work.
    """

    def __init__(self, workers: int, on_done: Callable[[], None]) -> None:
        self._workers = workers
        self._on_done = on_done

    def work(self, next_task: Callable[[set[object]], Task | None]) -> None:
        """
        Take the steps that are handed out, given what others are busy with, until none is.

        Whatever a step raises, and Ctrl-C, comes out when those that are under way have ended.
        """
        if self._workers == 1:
            while (task := next_task(set())) is not None:
                task.step()
                self._on_done()
            return
        with ThreadPoolExecutor(self._workers) as pool:
            busy: dict[Future[None], object] = {}
            while True:
                while len(busy) < self._workers and (task := next_task(set(busy.values()))) is not None:
                    busy[pool.submit(task.step)] = task.about
                if not busy:
                    return
                for done in wait(busy, LOOK_S, FIRST_COMPLETED).done:
                    del busy[done]
                    done.result()
                    self._on_done()
