"""Jobs of small kinds, and workers that run in threads of the tests, with processes of jobs of their own."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from sqlalchemy import select

from api.clock import system_clock
from api.identity.principal import LOCAL
from api.jobs.claimed import packed
from api.jobs.runner import LocalRunner, Setup
from api.jobs.submit import Order, submit
from api.jobs.worker import Pace, Worker
from api.store.models_jobs import Job
from api.store.session import WHOLE
from tests.api.jobs.small_kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from api.jobs.runner import Runner
    from api.store.session import Store

SETUP = Setup(kinds="tests.api.jobs.small_kinds", is_warm=False)
T = TypeVar("T")
QUICK = Pace(tick_s=0.05, lease_s=3, grace_s=20)
_MOST_S = 60


class Jobs:
    """Submits jobs and waits for them."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def submit(self, kind: str, question: dict[str, Any] | None = None, priority: int = 5) -> str:
        """Submit a job and return its id."""
        order = Order(kind=KINDS[kind], question=packed(question or {}), fingerprint="f", priority=priority)
        return self.store.write(WHOLE, "job.submit", system_clock(), lambda session: submit(session, LOCAL, order)).id

    def get(self, job_id: str) -> Job:
        """Return a job as it is."""
        with self.store.read(WHOLE) as session:
            found = session.one(select(Job).where(Job.id == job_id))
        assert found is not None
        return found

    def wait(self, job_id: str, is_so: Callable[[Job], bool] = lambda job: job.ended_at is not None) -> Job:
        """Return a job once something is so, by default that it has ended."""
        return eventually(lambda: self.get(job_id), is_so)


def eventually(look: Callable[[], T], is_so: Callable[[T], bool] = bool) -> T:
    """Return what is looked at once it is so."""
    end = time.monotonic() + _MOST_S
    while time.monotonic() < end:
        found = look()
        if is_so(found):
            return found
        time.sleep(0.02)
    pytest.fail(f"not so: {found!r}")


@contextmanager
def working(store: Store, runner: Runner | None = None, *, count: int = 1, pace: Pace = QUICK) -> Iterator[Worker]:
    """Have a worker work meanwhile."""
    worker = Worker(store, runner or LocalRunner(SETUP), KINDS, clock=system_clock, count=count, pace=pace)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join()


@pytest.fixture
def jobs(store: Store) -> Jobs:
    """Return a queue without jobs."""
    logging.getLogger("hubport.jobs").setLevel(logging.ERROR)
    return Jobs(store)
