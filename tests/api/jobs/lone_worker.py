"""A worker of small kinds as a process of its own, to be killed."""

from __future__ import annotations

import os

from api.clock import system_clock
from api.jobs.runner import LocalRunner
from api.jobs.worker import Worker
from api.store.session import Store
from tests.api.jobs.conftest import QUICK, SETUP
from tests.api.jobs.small_kinds import KINDS


def main() -> None:
    """Work until killed."""
    Worker(Store(os.environ["HUBPORT_DB"]), LocalRunner(SETUP), KINDS, clock=system_clock, pace=QUICK).run()
