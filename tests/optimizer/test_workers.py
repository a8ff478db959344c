"""Work in several processes: results come back, failures are told, and Ctrl-C keeps what there is."""

from __future__ import annotations

import os
import signal
import time
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from data import Catalogue, load_catalogue
from data.samples import sample_cargo
from network import Network
from optimizer.consolidation import Params, solve
from optimizer.consolidation.workers import WorkerError, work
from optimizer.verify import verify_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.cargo import Cargo

_SHARED = [1, 2, 3]


def _counts(tell: Callable[[Any], None], is_stopped: Callable[[], bool]) -> tuple[int, list[int]]:
    """Tell numbers until it is stopped, or has told three."""
    for number in range(3):
        if not is_stopped():
            tell(number)
    return os.getpid(), _SHARED


def _waits(tell: Callable[[Any], None], is_stopped: Callable[[], bool]) -> str:
    """Wait to be stopped."""
    tell("waiting")
    while not is_stopped():
        time.sleep(0.01)
    return "stopped"


def _fails(tell: Callable[[Any], None], is_stopped: Callable[[], bool]) -> None:
    """Fail."""
    del tell, is_stopped
    msg = "of itself"
    raise ValueError(msg)


def _dies(tell: Callable[[Any], None], is_stopped: Callable[[], bool]) -> None:
    """Be killed."""
    del tell, is_stopped
    os.kill(os.getpid(), signal.SIGKILL)


def test_results_come_back_from_other_processes() -> None:
    """Each job has a process of its own, and what is shared stays what it is."""
    told: list[tuple[int, Any]] = []
    kept: dict[int, Any] = {}
    work([_counts, _counts], {"shared": _SHARED}, lambda *one: told.append(one) is not None, kept.__setitem__)
    assert {number for number, _ in kept.values() if number == os.getpid()} == set()
    assert kept[0][0] != kept[1][0]
    assert all(shared is _SHARED for _, shared in kept.values())
    assert [one for one in told if one[0] == 1] == [(1, 0), (1, 1), (1, 2)]


def test_jobs_are_stopped_when_enough_is_heard() -> None:
    """Who hears how jobs stand may stop them."""
    kept: dict[int, Any] = {}
    work([_waits, _waits], {}, lambda _, told: told == "waiting", kept.__setitem__)
    assert kept == {0: "stopped", 1: "stopped"}


@pytest.mark.parametrize("job", [_fails, _dies])
def test_a_failure_is_told_and_stops_the_others(job: Any) -> None:  # noqa: ANN401 (two kinds of failing)
    """What went wrong in a process is an error here; the other has ended, and what it had is kept."""
    kept: dict[int, Any] = {}
    with pytest.raises(WorkerError, match="of itself" if job is _fails else "ended before it was done"):
        work([job, _waits], {}, lambda *_: False, kept.__setitem__)
    assert kept == {1: "stopped"}


def test_ctrl_c_keeps_what_the_others_have() -> None:
    """An interrupt while listening stops the jobs, keeps their results, and goes on."""
    kept: dict[int, Any] = {}

    def hear(_: int, told: object) -> bool:
        if told == "waiting":
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        work([_waits, _waits], {}, hear, kept.__setitem__)
    assert kept == {0: "stopped", 1: "stopped"}


@cache
def _sample() -> tuple[Catalogue, Network, Cargo]:
    """Return the shipped tables, their network, and some cargo."""
    tables = load_catalogue()
    return tables, Network(tables), sample_cargo(tables, shipments=60, week="2026-W49", seed=3)


def test_a_plan_of_two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is sound, and with time for everything as good as one made by one process."""
    tables, network, cargo = _sample()
    params = Params(time_limit_s=60, gap=0.0)
    alone = solve(network, cargo, params)
    for module in ("run", "insight"):
        monkeypatch.setattr(f"optimizer.consolidation.{module}.FEWEST", 0)
        monkeypatch.setattr(f"optimizer.consolidation.{module}.most_workers", lambda: 2)
    plan = solve(network, cargo, params)
    assert verify_plan(tables, cargo, plan) == []
    assert (plan.cost_minor, plan.bound_minor) == (alone.cost_minor, alone.bound_minor)
    assert plan.insights == alone.insights
    assert plan.sensitivities == alone.sensitivities
    assert plan.loads


def test_a_plan_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A class planned in parts has a sound plan, and a bound for the whole, which no plan made at once is below."""
    tables, network, cargo = _sample()
    params = Params(time_limit_s=60, gap=0.0)
    together = solve(network, cargo, params)
    monkeypatch.setattr("optimizer.consolidation.share.MOST_TOGETHER", 5)
    monkeypatch.setattr("optimizer.consolidation.share.PART", 3)
    plan = solve(network, cargo, params)
    assert verify_plan(tables, cargo, plan) == []
    assert plan.bound_minor is not None
    assert together.cost_minor <= plan.cost_minor < plan.alone_minor
    assert 0.9 * together.cost_minor < plan.bound_minor <= together.cost_minor
