"""
A worker: takes jobs from the queue, has each done in a process of its own, and writes what is heard of it.

Only the worker meets the database. If the database is away for a while, what was heard is written when it is back; if
that is later than the lease, the job may have been taken again, and then nothing is written.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from api.datasets import library
from api.jobs import queue as jobs
from api.jobs.claimed import Claimed, packed
from api.jobs.frames import DONE, ENDED, FAILED, TOLD, Frame
from api.jobs.kinds import Kinds, Made
from api.jobs.reasons import reason_json
from api.jobs.runner import Handle, Runner
from api.store.engine import StoreError
from api.store.session import WHOLE

if TYPE_CHECKING:
    from api.answer_schema import Json
    from api.clock import Clock
    from api.store.session import Store

_LOG = logging.getLogger("hubport.jobs")
_IDLE_S = 600.0
"""After how long without any job nothing is held ready any more."""
_FORGET_S = 3600.0
"""How often what is old is forgotten."""
_SAME_S = 5.0
"""How often it is told that nothing is new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """
    How a worker keeps time, all in seconds.

    Parameters
    ----------
    tick_s
        Between two looks at the queue, and between two reports of a job.
    lease_s
        For how long a job is held; it is renewed after a third of that.
    grace_s
        How long a job may go on after it was cancelled.
    """

    tick_s: float = 0.5
    lease_s: int = 30
    grace_s: float = 120.0


@dataclass(slots=True, kw_only=True)
class Doing:
    """A job that is being done: since when, what was heard of it last, and what is to be written of it."""

    claimed: Claimed
    begun: float
    renewed: float
    handle: Handle | None = None
    progress: Json | None = None
    told: Json | None = None
    cancelled: float | None = None
    ended_as: str | None = None
    last: Frame | None = None
    outcome: Callable[[], bool] | None = field(default=None, repr=False)

    @property
    def has_news(self) -> bool:
        """Whether more than time has gone by since it was last told how far the work is."""
        now, before = (dict(one or {}, elapsed_s=None) for one in (self.progress, self.told))
        return now != before


class Worker:
    """
    Takes jobs and has them done.

    Parameters
    ----------
    store
        With the queue.
    runner
        Does the jobs.
    kinds
        The jobs it knows.
    count
        How many at once.
    clock
        Tells the present.
    pace
        How it keeps time.
    """

    def __init__(
        self, store: Store, runner: Runner, kinds: Kinds, *, clock: Clock, count: int = 1, pace: Pace | None = None
    ) -> None:
        self._store = store
        self._runner = runner
        self._kinds = kinds
        self._clock = clock
        self._count = count
        self._pace = pace or Pace()
        self._name = f"{socket.gethostname()}:{os.getpid()}"[:80]
        self._inbox: queue.SimpleQueue[tuple[str, Frame]] = queue.SimpleQueue()
        self._doing: dict[str, Doing] = {}
        self._tables: tuple[str, bytes] = ("", b"")
        self._is_stopping = False
        self._worked = time.monotonic()
        self._forget_at = 0.0

    def stop(self) -> None:
        """End soon: what is being done is put back into the queue."""
        self._is_stopping = True

    def run(self) -> None:
        """Work until it is told to stop."""
        try:
            while not self._is_stopping:
                self._once()
            self._put_back()
        finally:
            self._runner.close()

    def _once(self) -> None:
        """Look after everything once, and listen until the next time."""
        try:
            self._look_after()
            self._take()
        except StoreError:
            _LOG.warning("the database cannot be used now")
        until = time.monotonic() + self._pace.tick_s
        while (left := until - time.monotonic()) > 0 and not self._is_stopping:
            try:
                token, frame = self._inbox.get(timeout=left)
            except queue.Empty:
                break
            self._hear(token, frame)
            if frame.letter == ENDED:
                break

    def _take(self) -> None:
        """Take jobs for as many as may be done besides those that are."""
        jobs.reap(self._store, self._kinds, self._clock())
        if time.monotonic() >= self._forget_at:
            jobs.forget(self._store, self._clock())
            self._forget_at = time.monotonic() + _FORGET_S
        while len(self._doing) < self._count:
            claimed = jobs.claim(self._store, self._kinds, self._name, self._clock(), self._pace.lease_s)
            if claimed is None:
                break
            now = time.monotonic()
            token = f"{claimed.id}.{claimed.attempt}"
            self._doing[token] = Doing(claimed=claimed, begun=now, renewed=now)
            _LOG.info("job %s begins, attempt %d", claimed.id, claimed.attempt)
        for token, doing in self._doing.items():
            if doing.handle is None:
                self._start(token, doing)
        if self._doing:
            self._worked = time.monotonic()
        elif time.monotonic() - self._worked > _IDLE_S:
            self._runner.rest()
            self._worked = time.monotonic()

    def _start(self, token: str, doing: Doing) -> None:
        """Have a job done with the data set that counted when it was submitted; if that fails, it is tried again."""
        doing.claimed = replace(doing.claimed, tables=self._tables_of(doing.claimed.fingerprint))
        doing.handle = self._runner.start(doing.claimed, lambda frame: self._inbox.put((token, frame)))

    def _tables_of(self, fingerprint: str) -> bytes:
        """Return a data set as processes of jobs take it, nothing if it is not kept; the last one is remembered."""
        if self._tables[0] != fingerprint:
            with self._store.read(WHOLE) as session:
                row = library.find(session, fingerprint)
                if row is None:
                    return b""
                self._tables = fingerprint, packed(library.tables_of(session, row))
        return self._tables[1]

    def _hear(self, token: str, frame: Frame) -> None:
        """Take note of what was heard of a job."""
        doing = self._doing.get(token)
        if doing is None:
            return
        if frame.letter == TOLD:
            doing.progress = frame.values
        elif frame.letter in {DONE, FAILED}:
            doing.last = frame
        elif frame.letter == ENDED and doing.outcome is None:
            doing.outcome = self._outcome(doing, frame.values.get("code"))

    def _outcome(self, doing: Doing, code: object) -> Callable[[], bool]:
        """Return what writes how a job ended."""
        store, clock, claimed = self._store, self._clock, doing.claimed
        worked_s, last = time.monotonic() - doing.begun, doing.last
        if last is not None and last.letter == DONE:
            made = Made(content=last.content, **last.values)
            return lambda: jobs.finish(store, self._kinds[claimed.kind], claimed, made, clock(), worked_s)
        if last is not None:
            reason = reason_json(**last.values)
        elif doing.ended_as is not None:
            reason = reason_json(doing.ended_as)
        else:
            lost = reason_json("crashed", _ending(code))
            _LOG.warning("job %s: %s", claimed.id, lost["detail"])
            return lambda: jobs.lose(store, self._kinds, claimed, lost, clock(), worked_s)
        return lambda: jobs.fail(store, claimed, reason, clock(), worked_s)

    def _look_after(self) -> None:
        """Write what was heard, renew leases, pass on cancelling, and end what takes too long."""
        for token, doing in list(self._doing.items()):
            if doing.outcome is not None:
                is_kept = doing.outcome()
                del self._doing[token]
                _LOG.info("job %s ended%s", doing.claimed.id, "" if is_kept else ", but was not held any more")
        if not self._doing:
            return
        mine = jobs.still_mine(self._store, [doing.claimed for doing in self._doing.values()])
        for token, doing in list(self._doing.items()):
            if doing.claimed.id not in mine:
                self._drop(token)
                continue
            if mine[doing.claimed.id]:
                self._cancel(doing)
            kind = self._kinds[doing.claimed.kind]
            if time.monotonic() - doing.begun > kind.most_s:
                self._kill(doing, "time")
            self._report(token, doing)

    def _report(self, token: str, doing: Doing) -> None:
        """Write how far a job is, or that it is still held."""
        now = time.monotonic()
        since, progress = now - doing.renewed, None
        if doing.progress is not None and since >= (self._pace.tick_s if doing.has_news else _SAME_S):
            progress = doing.told = doing.progress
            doing.progress = None
        if progress is None and since < self._pace.lease_s / 3:
            return
        if not jobs.beat(self._store, doing.claimed, progress, self._clock(), self._pace.lease_s):
            self._drop(token)
        doing.renewed = now

    def _cancel(self, doing: Doing) -> None:
        """Ask for the end of a job, again and again, and end it after a while."""
        doing.cancelled = doing.cancelled or time.monotonic()
        if time.monotonic() - doing.cancelled > self._pace.grace_s:
            self._kill(doing, "stopped")
        elif doing.handle is not None:
            doing.handle.cancel()

    @staticmethod
    def _kill(doing: Doing, code: str) -> None:
        doing.ended_as = code
        if doing.handle is not None:
            doing.handle.kill()

    def _drop(self, token: str) -> None:
        """End a job that somebody else has by now."""
        doing = self._doing.pop(token)
        _LOG.warning("job %s is not held any more", doing.claimed.id)
        if doing.handle is not None:
            doing.handle.kill()

    def _put_back(self) -> None:
        """Put back what is being done; what has ended is written."""
        for doing in self._doing.values():
            if doing.handle is not None and doing.outcome is None:
                doing.handle.kill()
            worked_s = time.monotonic() - doing.begun
            try:
                if doing.outcome is not None:
                    doing.outcome()
                else:
                    jobs.release(self._store, doing.claimed, self._clock(), worked_s)
            except StoreError:
                # The lease ends by itself.
                _LOG.warning("job %s could not be put back", doing.claimed.id)
        self._doing.clear()


def _ending(code: object) -> str:
    """
    Return how a process ended, in words.

    Examples
    --------
    >>> _ending(-9), _ending(3), _ending(None)
    ('SIGKILL', 'exit 3', '')
    """
    if not isinstance(code, int):
        return ""
    try:
        return signal.Signals(-code).name if code < 0 else f"exit {code}"
    except ValueError:
        return f"signal {-code}"
