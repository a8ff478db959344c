"""Those who write to one file of SQLite take turns, threads and processes alike."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from api.store.turns import Turn

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = 200
ADD = """
import pathlib, sys
from api.store.turns import Turn
file = pathlib.Path(sys.argv[1])
turn = Turn(str(file))
for _ in range({rounds}):
    with turn:
        file.write_text(str(int(file.read_text()) + 1))
"""
HOLD = """
import sys
from api.store.turns import Turn
with Turn(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_processes_and_threads(tmp_path: Path) -> None:
    """Nobody reads a number that somebody else is about to change."""
    file = tmp_path / "number"
    file.write_text("0")
    others = [subprocess.Popen([sys.executable, "-c", ADD.format(rounds=ROUNDS), str(file)]) for _ in range(2)]
    turn = Turn(str(file))

    def add(_: int) -> None:
        for _ in range(ROUNDS):
            with turn:
                file.write_text(str(int(file.read_text()) + 1))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add, range(2)))
    assert [other.wait() for other in others] == [0, 0]
    assert int(file.read_text()) == 4 * ROUNDS


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    """Whoever is killed in their turn has given it up."""
    database = str(tmp_path / "x.db")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, database], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: Turn(database).__enter__())
        assert not waiting.done()
        holder.kill()
        waiting.result().__exit__(None, None, None)
    holder.communicate()


def test_a_fault_ends_the_turn(tmp_path: Path) -> None:
    """After an error it is somebody else's turn, also where the lock could not be made."""
    turn = Turn(str(tmp_path / "x.db"))
    with pytest.raises(KeyError), turn:
        raise KeyError
    with turn:
        pass
    nowhere = Turn(str(tmp_path / "no" / "x.db"))
    for _ in range(2):
        with pytest.raises(FileNotFoundError), nowhere:
            pass
