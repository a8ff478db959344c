"""A linear model that changes, solved again and again from where it was left."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from ortools.math_opt import callback_pb2, parameters_pb2, result_pb2
from ortools.math_opt.core.python import solver as core
from ortools.math_opt.python import mathopt
from pybind11_abseil.status import StatusNotOk

if TYPE_CHECKING:
    from ortools.math_opt.model_pb2 import ModelProto

_WANTED = mathopt.ModelSolveParameters(
    variable_values_filter=mathopt.SparseVectorFilter(skip_zero_values=True),
    reduced_costs_filter=mathopt.SparseVectorFilter(filtered_items=[]),
)


class Optimum(NamedTuple):
    """
    The best solution of a linear model.

    Parameters
    ----------
    cost
        Of the objective.
    values
        By the ids of variables, those that are not 0.
    duals
        By the ids of rows.
    """

    cost: float
    values: dict[int, float]
    duals: np.ndarray


class LinearSolver:
    """
    Solves a model that changes between one time and the next.

    `mathopt.IncrementalSolver` does so as well, but puts the whole basis into Python objects each time, which takes as
    long as the solver. So this goes one layer below it.

    Parameters
    ----------
    model
        To be minimised; all rows that were ever added are still there.
    """

    def __init__(self, model: mathopt.Model) -> None:
        self._model = model
        self._begin()

    def _begin(self) -> None:
        """Begin without a basis."""
        self._changes = self._model.add_update_tracker()
        self._solver = _new(self._model.export_model())

    def solve(self) -> Optimum:
        """
        Solve the model from where it was left; where that ends in rounding errors from the beginning, or by HiGHS.

        Raises
        ------
        RuntimeError
            If there is no optimum.
        """
        found = self._solved()
        if found is None:
            self._model.remove_update_tracker(self._changes)
            self._begin()
            found = self._solved()
        if found is None:
            found = mathopt.solve(self._model, mathopt.SolverType.HIGHS, model_params=_WANTED).to_proto()
        if found.termination.reason != result_pb2.TERMINATION_REASON_OPTIMAL:
            msg = f"a linear model without an optimum: {found.termination.detail}"
            raise RuntimeError(msg)
        primal, dual = found.solutions[0].primal_solution, found.solutions[0].dual_solution
        values = dict(zip(primal.variable_values.ids, primal.variable_values.values, strict=True))
        return Optimum(primal.objective_value, values, np.array(dual.dual_values.values))

    def _solved(self) -> result_pb2.SolveResultProto | None:
        """Return what the solver found after all changes, None if that is not an optimum."""
        try:
            update = self._changes.export_update()
            if update is not None:
                if not self._solver.update(update):
                    self._solver = _new(self._model.export_model())
                self._changes.advance_checkpoint()
            found = self._solver.solve(
                parameters_pb2.SolveParametersProto(), _WANTED.to_proto(), None,
                callback_pb2.CallbackRegistrationProto(), None, None,
            )  # fmt: skip
        except (StatusNotOk, AttributeError):
            # Some versions fail to make the former of an error of the solver, and raise the latter.
            return None
        return found if found.termination.reason == result_pb2.TERMINATION_REASON_OPTIMAL else None


def _new(model: ModelProto) -> core.Solver:
    """Return GLOP with a model."""
    return core.new(mathopt.SolverType.GLOP.value, model, parameters_pb2.SolverInitializerProto())
