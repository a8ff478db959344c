"""Several processes of one service: one that is killed is replaced, and none outlives the first."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from benchmarks.processes import parents

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPT = """
import os, time
from api.prefork import slot_of
class Store:
    def close(self): print("closed", flush=True)
if slot_of({count}, Store()) is None:
    print("over", flush=True)
else:
    os.write(1, f"{{os.getpid()}}\\n".encode())
    time.sleep(600)
"""


class Watched:
    """A first process and what it says."""

    def __init__(self, count: int) -> None:
        self.first = subprocess.Popen(
            [sys.executable, "-c", SCRIPT.format(count=count)], stdout=subprocess.PIPE, text=True
        )

    def said(self) -> str:
        """Return the next line."""
        assert self.first.stdout is not None
        return self.first.stdout.readline().strip()

    def rest(self) -> list[str]:
        """Return all other lines; they end when every process has."""
        assert self.first.stdout is not None
        return self.first.stdout.read().split()


@pytest.fixture
def pair() -> Iterator[Watched]:
    """Return a first process with two others."""
    found = Watched(2)
    yield found
    with suppress(ProcessLookupError):
        found.first.kill()
    found.first.communicate()


def test_one_needs_no_other() -> None:
    """With one process nothing is forked and nothing closed."""
    found = Watched(1)
    assert int(found.said()) == found.first.pid
    found.first.kill()
    found.first.communicate()


def test_killed_is_replaced(pair: Watched) -> None:
    """Connections are closed before; a killed process is replaced; all end when they are asked to."""
    assert pair.said() == "closed"
    first, second = int(pair.said()), int(pair.said())
    assert {parents()[first], parents()[second]} == {pair.first.pid}
    os.kill(first, signal.SIGKILL)
    third = int(pair.said())
    assert third not in {first, second}
    pair.first.terminate()
    assert pair.rest() == ["over"]
    assert pair.first.wait() == 0


def test_nobody_is_left(pair: Watched) -> None:
    """When the first process is killed the others end, and give the socket back."""
    pair.said()
    pair.said()
    pair.said()
    pair.first.kill()
    assert pair.rest() == []
