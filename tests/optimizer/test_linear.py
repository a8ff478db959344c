"""Linear models that change between one solution and the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ortools.math_opt import result_pb2
from ortools.math_opt.python import mathopt
from pybind11_abseil.status import Status, StatusCode, StatusNotOk

from optimizer.consolidation import linear
from optimizer.consolidation.linear import LinearSolver

if TYPE_CHECKING:
    from ortools.math_opt.core.python import solver as core
    from ortools.math_opt.model_update_pb2 import ModelUpdateProto


def covering(rows: int) -> tuple[mathopt.Model, list[Any]]:
    """Return a model with rows that want 1, each of which a variable covers for 10."""
    model = mathopt.Model()
    held = []
    for _ in range(rows):
        x = model.add_variable(lb=0)
        held.append(model.add_linear_constraint(lb=1, expr=x))
        model.objective.set_linear_coefficient(x, 10.0)
    return model, held


def test_changes_are_seen() -> None:
    """A column, a bound and a row that come later change the next solution; what is not used has no value."""
    model, rows = covering(2)
    solver = LinearSolver(model)
    assert solver.solve() == (20.0, {0: 1.0, 1: 1.0}, pytest.approx([10.0, 10.0]))
    both = model.add_variable(lb=0)
    model.objective.set_linear_coefficient(both, 12.0)
    for row in rows:
        row.set_coefficient(both, 1.0)
    found = solver.solve()
    assert (found.cost, found.values) == (12.0, {both.id: 1.0})
    assert found.duals.sum() == pytest.approx(12.0)
    limit = model.add_linear_constraint(ub=0.5)
    limit.set_coefficient(both, 1.0)
    found = solver.solve()
    assert found.cost == pytest.approx(16.0)
    assert found.duals[limit.id] == pytest.approx(-8.0)
    model.delete_variable(both)
    assert solver.solve().cost == 20.0


@given(st.integers(0, 10_000))
def test_solutions_are_those_of_a_fresh_model(seed: int) -> None:
    """Whatever changes, the next solution costs what the changed model costs, and its duals prove that."""
    rng = np.random.default_rng(seed)
    model, rows = covering(6)
    solver = LinearSolver(model)
    for _ in range(4):
        x = model.add_variable(lb=0)
        cost = float(rng.integers(5, 40))
        model.objective.set_linear_coefficient(x, cost)
        for row in rng.choice(6, size=3, replace=False):
            rows[row].set_coefficient(x, 1.0)
        rows[rng.integers(6)].lower_bound = float(rng.integers(0, 2))
        found = solver.solve()
        assert found.cost == pytest.approx(mathopt.solve(model, mathopt.SolverType.HIGHS).objective_value())
        wanted = np.array([row.lower_bound for row in rows])
        assert float(found.duals @ wanted) == pytest.approx(found.cost)


class Failing:
    """A solver whose first attempts end in an error, or in something that is not an optimum."""

    def __init__(self, solver: core.Solver, attempts: list[str]) -> None:
        self._solver = solver
        self._attempts = attempts

    def update(self, update: ModelUpdateProto) -> bool:
        """Pass on."""
        return bool(self._solver.update(update))

    def solve(self, *args: object) -> result_pb2.SolveResultProto:
        """Fail as often as told."""
        found = self._solver.solve(*args)
        if self._attempts:
            if self._attempts.pop(0) == "error":
                raise StatusNotOk(Status(StatusCode.INTERNAL, "numbers"))
            found.termination.reason = result_pb2.TERMINATION_REASON_IMPRECISE
        return found


@pytest.mark.parametrize("attempts", [["error"], ["imprecise"], ["error", "imprecise"]])
def test_rounding_errors_are_mended(monkeypatch: pytest.MonkeyPatch, attempts: list[str]) -> None:
    """What fails is begun anew, and if that fails as well another solver is asked."""
    make, left = linear._new, list(attempts)
    monkeypatch.setattr(linear, "_new", lambda model: Failing(make(model), left))
    model, _ = covering(3)
    solver = LinearSolver(model)
    assert solver.solve().cost == pytest.approx(30.0)
    assert left == []
    assert solver.solve().cost == pytest.approx(30.0)


def test_no_optimum_is_an_error() -> None:
    """Rows that cannot hold together are said to have no optimum."""
    model, rows = covering(1)
    rows[0].upper_bound = -1.0
    rows[0].lower_bound = -1.0
    with pytest.raises(RuntimeError, match="without an optimum"):
        LinearSolver(model).solve()
