"""
The process of one job: is given its data set, waits for a question, works, answers, and ends.

It never meets the database. Whatever happens here, a crash or too much memory, is one failed attempt of one job. Ctrl-C
cancels; when the worker is gone, the end of the input says so, and this process ends with everything it started.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from api.answer_schema import Json
from api.clock import system_clock
from api.interrupts import Interrupts
from api.jobs.claimed import unpacked
from api.jobs.frames import ASK, DONE, FAILED, OPEN, READY, TOLD, Frame, frame_bytes, read_frame
from api.jobs.kinds import JobError, Kinds, Made, load_kinds
from data.errors import LogisticsError, is_interrupt

if TYPE_CHECKING:
    from api.desk import Desk
    from data import Catalogue

_MOST_DETAIL = 2000
_MEGABYTE = 1 << 20


class JobContext:
    """
    What work may use here.

    Parameters
    ----------
    out
        Where frames go.
    folder
        The data set of a job whose own is not kept, if it is the same; None for the usual one.
    interrupts
        Ctrl-C, by which the job is cancelled.
    opened
        Which data set the job is about, with its tables if they are kept.
    """

    def __init__(self, out: int, folder: Path | None, interrupts: Interrupts, opened: Frame) -> None:
        self._out = out
        self._folder = folder
        self._interrupts = interrupts
        self._opened = opened

    @cached_property
    def desk(self) -> Desk:
        """The data set, with its network compiled."""
        # Not every kind of job needs it.
        from api.desk import Desk  # noqa: PLC0415

        desk = Desk(self._catalogue(), clock=system_clock)
        _ = desk.planner
        return desk

    def _catalogue(self) -> Catalogue:
        """
        Return the data set that the job is about, and never another one.

        Raises
        ------
        JobError
            When it is not there any more.
        """
        from data.loading import catalogue_of, load_catalogue  # noqa: PLC0415 - as above

        tables, wanted = self._opened.content, self._opened.values["fingerprint"]
        catalogue = catalogue_of(unpacked(tables)) if tables else load_catalogue(self._folder)
        if catalogue.fingerprint != wanted:
            raise JobError(why="data-gone", detail=wanted)
        return catalogue

    @property
    def is_cancelled(self) -> bool:
        """Whether the work is to end soon."""
        return self._interrupts.is_pressed

    def tell(self, progress: Json) -> None:
        """Tell how the work goes."""
        self.send(TOLD, progress)

    def watch(self, progress: Json) -> None:
        """Tell how a solver goes, and end its search if the job is cancelled."""
        self.tell(progress)
        self._interrupts.check()

    def rouse(self) -> None:
        """Let cancelling end the work from now on, wherever it is."""
        self._interrupts.rouse()
        self._interrupts.check()

    def calm(self) -> None:
        """Let nothing end the work any more."""
        self._interrupts.calm()

    def send(self, letter: bytes, values: Json, content: bytes = b"") -> None:
        """Send a frame."""
        left = memoryview(frame_bytes(letter, values, content))
        while left:
            left = left[os.write(self._out, left) :]


def main(argv: Sequence[str] | None = None) -> int:
    """Do one job."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kinds", default="api.jobs.kinds")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--warm", action="store_true")
    options = parser.parse_args(argv)
    # What libraries print must not get between the frames.
    out = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with Interrupts() as interrupts:
        # Work that does not ask for it ends by itself, and must not be cut short.
        interrupts.calm()
        opened = read_frame(sys.stdin.buffer)
        if opened is None or opened.letter != OPEN:
            return 0
        context = JobContext(out, options.data, interrupts, opened)
        try:
            if options.warm:
                _ = context.desk
            context.send(READY, {})
            asked = read_frame(sys.stdin.buffer)
            if asked is None or asked.letter != ASK:
                return 0
            threading.Thread(target=_end_with_worker, daemon=True).start()
            answer = _answer(load_kinds(options.kinds), asked, context)
        except BaseException as error:  # noqa: BLE001 - told to whoever asked
            answer = _failure(error)
        context.calm()
        context.send(answer.letter, answer.values, answer.content)
    return 0


def _end_with_worker() -> None:
    """End this process, and those it has started, when nobody waits for it any more."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _answer(kinds: Kinds, asked: Frame, context: JobContext) -> Frame:
    """Do what is asked."""
    kind = kinds.get(asked.values["kind"])
    if kind is None:
        raise JobError(why="unknown-kind", detail=asked.values["kind"])
    _limit_memory(asked.values["memory_mb"])
    made: Made = kind.load()(unpacked(asked.content), context)
    values = {"summary": made.summary, "fingerprint": made.fingerprint, "is_partial": made.is_partial}
    return Frame(DONE, values, made.content)


def _limit_memory(megabytes: int) -> None:
    """Let this process, and each it starts, have no more than so much."""
    if megabytes > 0:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * _MEGABYTE, megabytes * _MEGABYTE))


def _failure(error: BaseException) -> Frame:
    """Return why nothing came of a job; what is a mistake of ours is logged, and not told."""
    if isinstance(error, JobError):
        code, detail = error.why, error.detail
    elif isinstance(error, MemoryError):
        code, detail = "memory", ""
    elif isinstance(error, LogisticsError):
        code, detail = "refused", str(error)
    elif is_interrupt(error):
        code, detail = "stopped", ""
    else:
        traceback.print_exception(error, file=sys.stderr)
        code, detail = "internal", ""
    return Frame(FAILED, {"code": code, "detail": detail[:_MOST_DETAIL]})


if __name__ == "__main__":
    sys.exit(main())
