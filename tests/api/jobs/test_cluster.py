"""The same jobs on a cluster: here one of a single machine, whose tasks start processes of jobs as on any other."""

from __future__ import annotations

import logging
import os
import signal
from typing import TYPE_CHECKING

import pytest

from api.cli_common import CommandError
from api.cli_worker import new_runner
from api.jobs.runner import LocalRunner
from api.store.session import Store
from tests.api.jobs.conftest import SETUP, Jobs, working
from tests.api.jobs.test_worker import began, cancelled, content, is_running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.databases import Databases

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Return the address of a cluster with one worker."""
    options = {"n_workers": 1, "threads_per_worker": 2, "processes": False, "dashboard_address": None}
    with distributed.LocalCluster(**options, protocol="tcp", silence_logs=logging.ERROR) as found:
        yield found.scheduler_address


@pytest.fixture
def jobs(databases: Databases) -> Iterator[Jobs]:
    """Return a queue without jobs: which database it is means nothing to a cluster."""
    store = Store(databases.migrated("sqlite"))
    yield Jobs(store)
    store.close()


def test_jobs_on_a_cluster(jobs: Jobs, cluster: str, tmp_path: Path) -> None:
    """What ends well, what fails, what is killed and what is cancelled ends as on the own machine."""
    (tmp_path / "killed").mkdir()
    (tmp_path / "cancelled").mkdir()
    runner = new_runner(SETUP, {"HUBPORT_CLUSTER": cluster})
    with working(jobs.store, runner, count=2):
        done = jobs.wait(jobs.submit("echo", {"said": "箱"}))
        failed = jobs.wait(jobs.submit("refuse"))
        again = jobs.submit("linger_once", {"folder": str(tmp_path / "killed")})
        stopped = jobs.submit("count_down", {"folder": str(tmp_path / "cancelled"), "from": 10**6})
        jobs.wait(again, is_running)
        os.kill(began(tmp_path / "killed")[0], signal.SIGKILL)
        jobs.wait(stopped, is_running)
        cancelled(jobs, stopped)
        job = jobs.wait(again)
        partial = jobs.wait(stopped)
    assert (done.state, content(jobs, done)) == ("done", {"said": "箱"})
    assert (failed.state, failed.reason and failed.reason["code"]) == ("failed", "refused")
    assert (job.state, job.attempt, job.failures) == ("done", 2, 1)
    assert (partial.state, partial.result_id is not None) == ("cancelled", True)


def test_where_jobs_are_done() -> None:
    """Without a cluster jobs are done here; a cluster that is not there is said, not met in the middle."""
    runner = new_runner(SETUP, {"HUBPORT_CLUSTER": " "})
    assert isinstance(runner, LocalRunner)
    with pytest.raises(CommandError, match="cluster"):
        new_runner(SETUP, {"HUBPORT_CLUSTER": "nonsense://1"})
