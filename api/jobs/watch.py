"""
Watching jobs: server-sent events of many streams, for which one task asks the database.

A stream reads what there was before it once. Then it waits for what the task finds, which asks for all jobs that are
watched at once, and sleeps when none is.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from api.jobs.events import END, as_message, events_after
from api.store.session import WHOLE
from api.threads import to_the_end

if TYPE_CHECKING:
    from api.answer_schema import Json
    from api.store.session import Scope, Store

_LOG = logging.getLogger("hubport.jobs")
LOOK_S = 0.5
"""Seconds between two questions to the database."""
HEARTBEAT_S = 15.0
"""Seconds after which a stream without events says that it is still there."""
MOST_S = 3600.0
"""Seconds after which a stream ends; whoever still watches comes again, and has to show the key again."""
_RETRY = "retry: 2000\n\n"
_ALIVE = ": \n\n"

Waiting = asyncio.Queue["list[Json] | None"]


class Watches:
    """
    Everybody who watches jobs.

    Parameters
    ----------
    store
        Where events are.
    look_s, heartbeat_s
        Other times than the usual ones.
    """

    def __init__(self, store: Store, look_s: float = LOOK_S, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._store = store
        self._look_s = look_s
        self._heartbeat_s = heartbeat_s
        self._waiting: dict[str, set[Waiting]] = {}
        self._seen: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False
        self.is_over: Callable[[], bool] = lambda: False

    @property
    def count(self) -> int:
        """How many streams are open."""
        return sum(map(len, self._waiting.values()))

    async def stream(self, job_id: str, scope: Scope, after: int) -> AsyncIterator[str]:
        """
        Yield the events of a job as text, until it ends.

        Parameters
        ----------
        job_id
            Which.
        scope
            Within which it is read.
        after
            Number of the last event that is known already, 0 for none.
        """
        yield _RETRY
        with self._watching(job_id) as waiting:
            found = await run_in_threadpool(self._read, scope, {job_id: after})
            events: list[Json] | None = found.get(job_id, [])
            end = asyncio.get_running_loop().time() + MOST_S
            while events is not None and asyncio.get_running_loop().time() < end:
                for event in events:
                    if event["seq"] > after:
                        after = event["seq"]
                        yield as_message(event, json.dumps(event["data"], ensure_ascii=False, separators=(",", ":")))
                    if event["kind"] == END:
                        return
                try:
                    events = await asyncio.wait_for(waiting.get(), self._heartbeat_s)
                except TimeoutError:
                    events = []
                    yield _ALIVE

    @contextmanager
    def _watching(self, job_id: str) -> Iterator[Waiting]:
        """Have the events of a job put into a queue."""
        waiting: Waiting = asyncio.Queue()
        self._waiting.setdefault(job_id, set()).add(waiting)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        try:
            yield waiting
        finally:
            self._waiting[job_id].discard(waiting)
            if not self._waiting[job_id]:
                del self._waiting[job_id]
                self._seen.pop(job_id, None)

    async def _look(self) -> None:
        """Ask for new events while anybody watches; what fails is tried again."""
        while self._waiting and not self._is_closed:
            await asyncio.sleep(self._look_s)
            if self.is_over():
                self.close()
                return
            wanted = {job_id: self._seen.get(job_id, 0) for job_id in self._waiting}
            try:
                found = await to_the_end(self._read, WHOLE, wanted)
            except Exception:  # noqa: BLE001 - whatever it was, streams go on when it is over
                _LOG.warning("events could not be read", exc_info=True)
                continue
            for job_id, events in found.items():
                if job_id in self._waiting:
                    self._seen[job_id] = int(events[-1]["seq"])
                    for waiting in self._waiting[job_id]:
                        waiting.put_nowait(events)

    def _read(self, scope: Scope, seen: dict[str, int]) -> dict[str, list[Json]]:
        with self._store.read(scope) as session:
            return events_after(session, seen)

    async def end(self) -> None:
        """End all streams, and wait for the last question to the database."""
        self.close()
        if self._task is not None:
            await self._task

    def close(self) -> None:
        """End all streams: the service stops."""
        self._is_closed = True
        for queues in self._waiting.values():
            for waiting in queues:
                waiting.put_nowait(None)
