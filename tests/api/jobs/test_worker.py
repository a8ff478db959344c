"""Workers with real processes, on both databases: whatever a job does, the worker and the service live on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zlib
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from api.clock import system_clock
from api.identity.principal import LOCAL
from api.jobs import queue
from api.jobs.claimed import Claimed
from api.jobs.frames import ENDED, TOLD, Frame
from api.jobs.runner import LocalRunner, Setup
from api.jobs.submit import cancel
from api.jobs.worker import Doing, Pace, Worker
from api.store.engine import StoreError
from api.store.models_jobs import KeptResult
from api.store.session import WHOLE, Store
from tests.api.jobs.conftest import SETUP, Jobs, eventually, working
from tests.api.jobs.small_kinds import KINDS

if TYPE_CHECKING:
    import pytest

    from api.store.models_jobs import Job
    from tests.databases import Databases


def began(folder: Path) -> list[int]:
    """Return the processes that have begun a job with a folder, in order."""
    return [int(path.read_text(encoding="utf-8") or 0) for path in sorted(folder.glob("began-*"))]


def content(jobs: Jobs, job: Job) -> object:
    """Return the result of a job."""
    with jobs.store.read(WHOLE) as session:
        found = session.one(select(KeptResult.content).where(KeptResult.id == job.result_id))
    assert found is not None
    return json.loads(zlib.decompress(found))


def cancelled(jobs: Jobs, job_id: str) -> None:
    """Cancel a job."""
    jobs.store.write(WHOLE, "job.cancel", system_clock(), lambda session: cancel(session, LOCAL, job_id, KINDS))


def is_running(job: Job) -> bool:
    """Say whether something was heard of a job."""
    return job.progress is not None


def test_what_ends_well_and_what_does_not(jobs: Jobs, tmp_path: Path) -> None:
    """One worker goes through crashes, mistakes, refusals and too much memory, and does what comes after them."""
    runner = LocalRunner(Setup(kinds=SETUP.kinds, is_warm=False, memory_mb=2048))
    asked = {
        "abort": {"folder": str(tmp_path)}, "take_memory": {"bytes": 1 << 34}, "refuse": {}, "fail": {},
        "be_unsound": {},
    }  # fmt: skip
    with working(jobs.store, runner, count=2):
        found = {kind: jobs.submit(kind, question) for kind, question in asked.items()}
        last = jobs.submit("echo", {"said": "箱"}, priority=0)
        done = jobs.wait(last)
        ended = {kind: jobs.wait(job_id) for kind, job_id in found.items()}
    assert (done.state, content(jobs, done)) == ("done", {"said": "箱"})
    assert {job.state for job in ended.values()} == {"failed"}
    assert {kind: job.reason["code"] for kind, job in ended.items() if job.reason} == {
        "abort": "crashed", "take_memory": "memory", "refuse": "refused", "fail": "internal", "be_unsound": "unsound",
    }  # fmt: skip
    assert {kind: job.attempt for kind, job in ended.items()} == dict.fromkeys(asked, 1) | {"abort": 2}
    details = {kind: job.reason["detail"] for kind, job in ended.items() if job.reason}
    assert details == {
        "abort": "SIGABRT",
        "take_memory": "",
        "refuse": "no such thing",
        "fail": "",
        "be_unsound": "rule 7",
    }
    assert len(began(tmp_path)) == 2


def test_a_killed_process_is_tried_again(jobs: Jobs, tmp_path: Path) -> None:
    """The process of a job is killed in the middle: the job is taken again and ends well."""
    with working(jobs.store):
        job_id = jobs.submit("linger_once", {"folder": str(tmp_path)})
        jobs.wait(job_id, is_running)
        os.kill(began(tmp_path)[0], signal.SIGKILL)
        done = jobs.wait(job_id)
    assert (done.state, done.attempt, done.failures) == ("done", 2, 1)
    assert content(jobs, done) == {"left": 0}


def test_cancel_keeps_the_best(jobs: Jobs, tmp_path: Path) -> None:
    """A job that is cancelled ends with what it has by then; the result says that it is not whole."""
    with working(jobs.store):
        job_id = jobs.submit("count_down", {"folder": str(tmp_path), "from": 10**6})
        jobs.wait(job_id, is_running)
        cancelled(jobs, job_id)
        job = jobs.wait(job_id)
    assert (job.state, job.reason) == ("cancelled", None)
    with jobs.store.read(WHOLE) as session:
        result = session.one(select(KeptResult).where(KeptResult.job_id == job_id))
    assert result is not None
    assert result.is_partial
    assert 0 < result.summary["left"] < 10**6


def test_those_who_do_not_listen(jobs: Jobs, tmp_path: Path) -> None:
    """Who goes on after it was cancelled is ended; so is who takes too long."""
    with working(jobs.store, pace=Pace(tick_s=0.05, lease_s=3, grace_s=0.2)):
        job_id = jobs.submit("deaf", {"folder": str(tmp_path)})
        jobs.wait(job_id, is_running)
        cancelled(jobs, job_id)
        job = jobs.wait(job_id)
        late = jobs.wait(jobs.submit("late", {"folder": str(tmp_path)}))
    assert (job.state, job.reason and job.reason["code"]) == ("cancelled", "stopped")
    assert (late.state, late.reason and late.reason["code"]) == ("failed", "time")
    assert late.attempt == 1


def test_a_restart(jobs: Jobs, tmp_path: Path) -> None:
    """A worker that is told to stop puts its job back, and ends its process; the next worker takes it."""
    with working(jobs.store):
        job_id = jobs.submit("linger_once", {"folder": str(tmp_path)})
        jobs.wait(job_id, is_running)
    job = jobs.get(job_id)
    assert (job.state, job.failures) == ("queued", 0)
    (first,) = began(tmp_path)
    eventually(lambda: not Path(f"/proc/{first}").exists() or b"Z" in Path(f"/proc/{first}/stat").read_bytes())
    with working(jobs.store):
        done = jobs.wait(job_id)
    assert (done.state, done.attempt) == ("done", 2)


def test_a_worker_that_lost_its_job(jobs: Jobs, tmp_path: Path) -> None:
    """A worker that is held up for longer than its lease ends its process when it finds that others have the job."""
    with working(jobs.store):
        job_id = jobs.submit("linger_once", {"folder": str(tmp_path)})
        jobs.wait(job_id, is_running)
        later = jobs.get(job_id).lease_until
        assert later is not None
        # As somebody else sees it whose clock is far ahead.
        assert queue.reap(jobs.store, KINDS, later.replace(year=later.year + 1)) == 1
        (first,) = began(tmp_path)
        eventually(lambda: not Path(f"/proc/{first}").exists() or b"Z" in Path(f"/proc/{first}/stat").read_bytes())


def test_two_workers(jobs: Jobs, tmp_path: Path) -> None:
    """Two workers share the jobs; each is done once."""
    asked = [jobs.submit("count_down", {"folder": str(tmp_path / str(number)), "from": 3}) for number in range(6)]
    for number in range(6):
        (tmp_path / str(number)).mkdir()
    with working(jobs.store, count=2), working(jobs.store, count=2):
        ended = [jobs.wait(job_id) for job_id in asked]
    assert {job.state for job in ended} == {"done"}
    assert [len(began(tmp_path / str(number))) for number in range(6)] == [1] * 6


class Away(Store):
    """A store that is away now and then."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.is_away = False

    def read(self, scope):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
        """Read, if it is there."""
        self._check()
        return super().read(scope)

    def write(self, scope, action, now, work):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
        """Write, if it is there."""
        self._check()
        return super().write(scope, action, now, work)

    def _check(self) -> None:
        if self.is_away:
            raise StoreError


def test_a_database_that_is_away(databases: Databases, tmp_path: Path) -> None:
    """What ends while the database is away is written when it is back; nothing is done twice."""
    address = databases.migrated("sqlite")
    away, store = Away(address), Store(address)
    jobs = Jobs(store)
    with closing(away), closing(store), working(away, pace=Pace(tick_s=0.05, lease_s=60)):
        job_id = jobs.submit("count_down", {"folder": str(tmp_path), "from": 50})
        jobs.wait(job_id, is_running)
        away.is_away = True
        (process,) = began(tmp_path)
        eventually(lambda: not Path(f"/proc/{process}").exists())
        assert jobs.get(job_id).state == "running"
        away.is_away = False
        done = jobs.wait(job_id)
    assert (done.state, done.attempt, len(began(tmp_path))) == ("done", 1, 1)


def test_a_process_without_its_worker(jobs: Jobs, tmp_path: Path) -> None:
    """When a worker is killed, the processes of its jobs end, although nobody tells them."""
    job_id = jobs.submit("linger_once", {"folder": str(tmp_path)})
    url = jobs.store.engines.url.render_as_string(hide_password=False)
    program = "from tests.api.jobs.lone_worker import main; main()"
    with subprocess.Popen([sys.executable, "-c", program], env=os.environ | {"HUBPORT_DB": url}) as worker:
        jobs.wait(job_id, is_running)
        worker.kill()
    (first,) = began(tmp_path)
    eventually(lambda: not Path(f"/proc/{first}").exists())
    assert jobs.get(job_id).state == "running"
    with working(jobs.store):
        done = jobs.wait(job_id)
    assert (done.state, done.attempt, done.failures) == ("done", 2, 1)


def test_progress_is_told_twice_a_second_at_most(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much a job tells, it is written once a tick; what is not new, seldom."""
    written: list[object] = []
    now = [100.0]
    monkeypatch.setattr("api.jobs.worker.time.monotonic", lambda: now[0])
    monkeypatch.setattr(queue, "beat", lambda _, __, progress, *___: written.append(progress) or True)
    worker = Worker(jobs.store, LocalRunner(SETUP), KINDS, clock=system_clock, pace=Pace(tick_s=0.5, lease_s=30))
    doing = Doing(claimed=Claimed(id="j", kind="echo", attempt=1, question=b""), begun=100.0, renewed=100.0)
    worker._doing["t"] = doing
    for step in range(100):
        now[0] = 100.0 + step / 10
        worker._hear("t", Frame(TOLD, {"cost_minor": step // 50, "elapsed_s": step / 10}))
        worker._report("t", doing)
    # The first at half a second, the new cost, and the same once after five seconds.
    assert [one["cost_minor"] for one in written if isinstance(one, dict)] == [0, 1]
    now[0] = 116.0
    worker._report("t", doing)
    assert written[-1] is not None
    for step in range(20):
        now[0] = 120.0 + step / 10
        worker._hear("t", Frame(TOLD, {"cost_minor": 1000 + step, "elapsed_s": step / 10}))
        worker._report("t", doing)
    assert len(written) == 3 + 4
    worker._hear("gone", Frame(ENDED, {"code": 0}))


def test_nothing_but_the_worker_meets_the_database() -> None:
    """Processes of jobs know no database: its libraries are not even loaded there."""
    loaded = "import sys, api.jobs.child, tests.api.jobs.small_kinds; from api.jobs.kinds import KINDS"
    program = f"{loaded}; [kind.load() for kind in KINDS.values()]; print('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=True, capture_output=True).stdout == b"False\n"
