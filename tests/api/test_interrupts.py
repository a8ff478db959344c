"""Ctrl-C, sent to a real process: whatever the moment, the best plan so far is checked, written and said to be so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.interrupts import LAST_PHASE, Interrupts, one_command
from data.cargo import Cargo
from data.cargo_write import write_cargo
from data.plan_json import read_plan, write_plan
from network import Network
from optimizer.consolidation import Params, solve
from optimizer.consolidation import Progress as State
from optimizer.verify import verify_plan
from tests.plan_network import catalogue, week

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.plan_progress import Progress
    from data.plan import Plan

ROOT = Path(__file__).parents[2]
CARGO = Cargo(shipments=week().shipments[:6])


def interrupted(moment: str, folder: Path, presses: int, *more: object) -> tuple[int, str, Plan | None]:
    """Return exit code, what is said, and the plan of a process that is stopped at a moment."""
    cargo, out = folder / "cargo.csv", folder / "plan.json"
    write_cargo(cargo, CARGO, catalogue())
    arguments = [moment, "plan", cargo, "-o", out, "--lang", "en", *more]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.api.slow_plan", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stdout is not None
    with process:
        assert process.stdout.readline() == "now\n"
        for _ in range(presses):
            process.send_signal(signal.SIGINT)
            time.sleep(0.1)
        _, said = process.communicate(timeout=120)
    assert "Traceback" not in said
    if not out.exists():
        return process.returncode, said, None
    plan = read_plan(out, catalogue()).plan
    assert verify_plan(catalogue(), CARGO, plan) == []
    return process.returncode, said, plan


@pytest.mark.slow
@pytest.mark.parametrize("presses", [1, 3])
@pytest.mark.parametrize("moment", ["price", "look_around", "begin", "refine"])
def test_stopped_while_searching(moment: str, presses: int, tmp_path: Path) -> None:
    """However often Ctrl-C is pressed while the solver works, its best plan so far is written and called stopped."""
    code, said, plan = interrupted(moment, tmp_path, presses)
    assert code == 0
    assert "stopped by Ctrl-C" in said
    assert plan is not None
    assert plan.status == "stopped"
    unplanned = [left.shipment for left in plan.unserved if left.is_unplanned]
    assert unplanned == (["S4", "S5", "S6"] if moment == "price" else [])
    assert ("3 shipments were not looked at yet" in said) == (moment == "price")


@pytest.mark.slow
def test_stopped_after_a_choice(tmp_path: Path) -> None:
    """A solver that was called does not change what Ctrl-C does."""
    code, _, plan = interrupted("chosen", tmp_path, 1)
    assert code == 0
    assert plan is not None
    assert plan.status == "stopped"


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["build", "check", "write"])
def test_too_late_to_stop(moment: str, tmp_path: Path) -> None:
    """Once the plan is being put together, checked or written, Ctrl-C changes nothing."""
    code, said, plan = interrupted(moment, tmp_path, 2)
    assert (code, "stopped" in said) == (0, False)
    assert plan is not None
    assert plan.status != "stopped"


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["load", "price_first"])
def test_nothing_to_keep(moment: str, tmp_path: Path) -> None:
    """Before anything is priced there is no plan: that is said, and the file that was there stays."""
    (tmp_path / "other.json").write_text("old", encoding="utf-8")
    code, said, plan = interrupted(moment, tmp_path, 2, "-o", tmp_path / "other.json")
    assert (code, plan) == (130, None)
    assert "there was no plan to keep yet, and nothing was written" in said
    assert (tmp_path / "other.json").read_text(encoding="utf-8") == "old"


@pytest.mark.slow
def test_the_earlier_plan_is_kept(tmp_path: Path) -> None:
    """With an earlier plan there is something to keep from the first shipment on."""
    earlier = solve(Network(catalogue()), CARGO, Params(time_limit_s=20))
    write_plan(tmp_path / "old.json", earlier, CARGO, catalogue())
    code, _, plan = interrupted("price_first", tmp_path, 1, "--freeze", tmp_path / "old.json")
    assert code == 0
    assert plan is not None
    assert (plan.journeys, plan.loads) == (earlier.journeys, earlier.loads)


# The signal in this process


def press(module: str = "optimizer.search") -> None:
    """Press Ctrl-C while code of a module runs."""
    code = compile("signal.raise_signal(signal.SIGINT)", module, "exec")
    exec(code, {"__name__": module, "signal": signal})  # noqa: S102 - what runs must belong to another module


def told(phase: str) -> State:
    """Return a state in a phase."""
    return State(elapsed_s=0.0, phase=phase, cost_minor=None, bound_minor=None)


@pytest.fixture(autouse=True)
def _one_command() -> Iterator[None]:
    """Begin each test with the usual signal, and give it back after it."""
    with one_command(is_process=False):
        signal.signal(signal.SIGINT, signal.default_int_handler)
        yield


def test_the_signal_is_given_back() -> None:
    """After a run without Ctrl-C it does what it did before; after a command, whatever happened."""
    before = signal.getsignal(signal.SIGINT)
    with Interrupts():
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) is before
    with one_command(is_process=False):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    assert signal.getsignal(signal.SIGINT) is before
    with one_command(is_process=True):
        pass
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_only_the_first_ends_the_search() -> None:
    """The first Ctrl-C raises, later ones are counted, also after the search."""
    with Interrupts() as interrupts:
        with pytest.raises(KeyboardInterrupt):
            press()
        press()
        assert interrupts.is_pressed
    press()


def test_compiled_code_is_not_hit() -> None:
    """What compiled code calls is not ended there, for it would crash, but soon after in code that stands it."""
    with Interrupts() as interrupts:
        for module in ("namedtuple_Ways", "numba.core.dispatcher", "numpy"):
            press(module)
        assert interrupts.is_pressed
        with pytest.raises(KeyboardInterrupt):
            exec(  # noqa: S102 - as above
                "while time.monotonic() < end: time.sleep(0.001)",
                {"__name__": "network.lanes", "time": time, "end": time.monotonic() + 10},
            )


def test_nothing_ends_the_last_phase() -> None:
    """Once the solver puts its plan together, Ctrl-C raises no more."""
    with Interrupts() as interrupts:
        interrupts(told("share"))
        interrupts(told(LAST_PHASE))
        press()
        interrupts(told(LAST_PHASE))
    assert interrupts.is_pressed


def test_a_found_plan_is_safe() -> None:
    """The same holds for a solver that does not tell its last phase, once it is done."""
    with Interrupts() as interrupts:
        interrupts.calm()
        press()
    assert interrupts.is_pressed


def test_an_interrupt_that_got_lost_counts() -> None:
    """What was raised where nobody could see it, as in a finaliser, ends the search at the next report."""
    with Interrupts() as interrupts:
        with pytest.raises(KeyboardInterrupt):
            press()
        with pytest.raises(KeyboardInterrupt):
            interrupts(told("share"))


def test_an_interrupt_at_a_report_is_the_only_one() -> None:
    """What ended the search at a report does not come again while the plan is put together."""
    with Interrupts() as interrupts:
        press("numpy")
        with pytest.raises(KeyboardInterrupt):
            interrupts(told("share"))
        exec(  # noqa: S102 - as above
            "while time.monotonic() < end: time.sleep(0.001)",
            {"__name__": "optimizer.search", "time": time, "end": time.monotonic() + 0.2},
        )
        press()


def test_a_signal_that_was_taken_over_is_taken_back() -> None:
    """A library that leaves another handler behind does not keep Ctrl-C from working."""
    with Interrupts() as interrupts:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        interrupts(told("share"))
        with pytest.raises(KeyboardInterrupt):
            press()


def test_ignored_stays_ignored() -> None:
    """In the background, where Ctrl-C is meant for others, it stays without effect."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Interrupts() as interrupts:
        interrupts(told("share"))
        press()
    assert not interrupts.is_pressed
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_other_threads_have_no_signals() -> None:
    """In a thread it only passes on what it is told."""
    seen: list[Progress] = []

    def work() -> None:
        with Interrupts() as interrupts:
            interrupts.watcher = seen.append
            interrupts(told("share"))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [told("share")]
