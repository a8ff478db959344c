"""Linear and integer programmes, handed to the solvers as arrays."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

if TYPE_CHECKING:
    from optimizer.consolidation.relay.model import Model
    from optimizer.consolidation.relay.problem import Floats


class Answer(NamedTuple):
    """
    What a solver says.

    Parameters
    ----------
    cost, values
        Of the best solution found; None without one.
    bound
        Proven lower bound; -inf without one.
    reduced, dual
        Reduced costs of columns and duals of rows, of a linear programme solved to the end.
    """

    cost: float | None
    values: Floats | None
    bound: float
    reduced: Floats | None = None
    dual: Floats | None = None
    is_done: bool = False


def programme(model: Model, *, relaxed: bool) -> mathopt.Model:
    """Return a model the solvers understand."""
    proto = model_pb2.ModelProto()
    columns, rows = len(model.cost), len(model.rows.lower)
    variables = proto.variables
    variables.ids.extend(range(columns))
    variables.lower_bounds.extend([0.0] * columns)
    variables.upper_bounds.extend(model.upper.tolist())
    variables.integers.extend([False] * columns if relaxed else model.is_integer.tolist())
    used = np.flatnonzero(model.cost)
    proto.objective.linear_coefficients.ids.extend(used.tolist())
    proto.objective.linear_coefficients.values.extend(model.cost[used].tolist())
    proto.linear_constraints.ids.extend(range(rows))
    proto.linear_constraints.lower_bounds.extend(model.rows.lower.tolist())
    proto.linear_constraints.upper_bounds.extend(model.rows.upper.tolist())
    order = np.lexsort((model.rows.column, model.rows.row))
    matrix = proto.linear_constraint_matrix
    matrix.row_ids.extend(model.rows.row[order].tolist())
    matrix.column_ids.extend(model.rows.column[order].tolist())
    matrix.coefficients.extend(model.rows.value[order].tolist())
    return mathopt.Model.from_model_proto(proto)
