"""The first stocking plan of a machine is preceded by a small one that nobody sees; clocks are kept to after that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

from benchmarks.stock_problem import drawn
from optimizer.stock import Params, prepared, solve
from optimizer.stock.compiled import compiled
from optimizer.stock.futures import draw
from optimizer.stock.relaxed import respond
from optimizer.stock.run import check
from optimizer.stock.sku import no_duals

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from optimizer.stock import Problem

PROBLEM = drawn(5, 2, 8, 1, markets=2)


def test_once(tmp_path: Path) -> None:
    """Once, of the few SKUs that are asked for most, and of the same types, so that nothing is left to compile."""
    seen: list[Problem] = []
    stamp = tmp_path / "kept" / "stamp"
    for _ in range(2):
        prepared.prepare(PROBLEM, lambda few, _: seen.append(few), stamp=stamp)
    (few,) = seen
    check(few)
    asked = PROBLEM.mean.sum(axis=(1, 2))
    assert [PROBLEM.skus.index(name) for name in few.skus] == np.argsort(-asked)[:2].tolist()
    small, whole = (compiled(one, draw(one, count, 1)) for one, count in ((few, 2), (PROBLEM, 32)))
    assert numba.typeof(small) == numba.typeof(whole)


def test_told_before_the_clock_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first run tells that it prepares, the next one does not; both then give the same plan."""
    monkeypatch.setattr(prepared, "usual_stamp", lambda: tmp_path / "kept" / "stamp")
    params = Params(futures=4, deterministic=True, effort=1)
    runs: list[list[str]] = [[], []]
    costs = [
        solve(PROBLEM, params, lambda told, phases=phases: phases.append(told.phase)).plan.total_fen  # type: ignore[misc]
        for phases in runs
    ]
    assert runs[0] == ["prepare", *runs[1]]
    assert "prepare" not in runs[1]
    assert costs[0] == costs[1]


def test_no_time_at_all() -> None:
    """Without time only what is needed is done: one bound, one plan."""
    phases: list[str] = []
    result = solve(PROBLEM, Params(time_limit_s=0.0), lambda told: phases.append(told.phase))
    assert [phase for phase in phases if phase != "prepare"] == ["bound", "improve"]
    assert 0 < result.plan.bound_fen <= result.plan.total_fen


def test_an_answer_that_is_late() -> None:
    """It is given up, or, where it is needed, has one round: still a bound below what the full answer costs."""
    case = compiled(PROBLEM, draw(PROBLEM, 4, 1))
    zero = np.zeros((*case.there.shape[:2], PROBLEM.weeks), dtype=np.int64)
    full = respond(case, no_duals(case), 8, zero)
    late = respond(case, no_duals(case), 8, zero, lambda: True, is_needed=True)
    assert respond(case, no_duals(case), 8, zero, lambda: True) is None
    assert full is not None
    assert late is not None
    assert 0 < late.bound_fen <= full.cost_fen
