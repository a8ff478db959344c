"""``hubport worker``: does the jobs of the service."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli_common import CommandError
from api.clock import Clock
from api.faults import Findings, RequestFaultsError
from api.texts import both, say
from data.fields import read_count

if TYPE_CHECKING:
    from api.jobs.runner import Runner, Setup

CLUSTER, MEMORY = "HUBPORT_CLUSTER", "HUBPORT_JOB_MEMORY_MB"
_MEMORY_MB = "8192"
_MOST_JOBS, _MOST_MB = 256, 1_048_576


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("worker", help="执行服务的作业 / do the jobs of the service")
    parser.add_argument("--jobs", default="1", metavar="N", help="同时几个作业 / jobs at once (1)")
    parser.add_argument("--db", metavar="URL", help="数据库文件或地址 / file or URL of the database (HUBPORT_DB)")
    parser.add_argument("--data", metavar="DIR", type=Path, help="另一套数据 / another data set")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="语言 / language")
    parser.add_argument("--watched", action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, clock: Clock) -> int:
    # A database, and whatever does the jobs, are nothing to the other commands.
    from api.cli_db import open_store  # noqa: PLC0415
    from api.jobs.kinds import KINDS  # noqa: PLC0415
    from api.jobs.runner import Setup  # noqa: PLC0415
    from api.jobs.worker import Worker  # noqa: PLC0415

    found = Findings()
    count = read_count(found, "jobs", options.jobs, low=1, high=_MOST_JOBS)
    memory = read_count(found, MEMORY, os.environ.get(MEMORY) or _MEMORY_MB, low=0, high=_MOST_MB)
    if count is None or memory is None:
        raise RequestFaultsError(found.faults)
    if options.data is not None and not options.data.exists():
        raise CommandError(both("cannot_read", path=options.data, reason="not found"))
    with closing(open_store(options.db, is_migrated=True)) as store:
        runner = new_runner(Setup(data=options.data, memory_mb=memory))
        worker = Worker(store, runner, KINDS, clock=clock, count=count)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        if options.watched:
            threading.Thread(target=_stop_with_input, args=(worker.stop,), daemon=True).start()
        print(say(options.lang, "worker_ready", count=count), file=sys.stderr, flush=True)
        worker.run()
    return 0


def new_runner(setup: Setup, environment: Mapping[str, str] | None = None) -> Runner:
    """
    Return what does jobs: this machine, or the cluster that `HUBPORT_CLUSTER` names.

    Raises
    ------
    CommandError
        When the cluster cannot be reached, or its library is not there.
    """
    from api.jobs.runner import LocalRunner  # noqa: PLC0415 - as above

    address = (os.environ if environment is None else environment).get(CLUSTER, "").strip()
    if not address:
        return LocalRunner(setup)
    try:
        from api.jobs.cluster import ClusterRunner  # noqa: PLC0415 - as above

        return ClusterRunner(address, setup)
    except ImportError as error:
        raise CommandError(both("cluster_missing", reason=error.name or "distributed")) from None
    except (OSError, ValueError) as error:
        raise CommandError(both("cluster_away", address=address, reason=type(error).__name__)) from None


def _stop_with_input(stop: Callable[[], None]) -> None:
    """Stop when whoever started this process is gone."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    stop()
