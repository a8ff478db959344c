"""
One model of dated boxes for all sharing classes, as a general solver is given it.

A binary variable says that a shipment is on a carriage, an integer one how many boxes the carriage takes. Volume and
payload count for all boxes of a carriage together, so the model may fill boxes as if a shipment could lie in two of
them: its cost is at most that of real boxes, and its bound holds.
"""

from __future__ import annotations

import datetime as dt
import math
import multiprocessing
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection

    from benchmarks.candidates import Part
    from network.timetable import Ints

SOLVERS = {
    "highs": mathopt.SolverType.HIGHS,
    "scip": mathopt.SolverType.GSCIP,
    "cp-sat": mathopt.SolverType.CP_SAT,
}
GAP = 1e-6
"""Relative gap at which a solver may stop; ours stops at a wider one."""
HALF = 0.5
MOST_BYTES = 12 << 30
"""Memory a solver may take, where the system can limit it."""
_PATIENCE = 3
_PATIENCE_S = 60.0


class Outcome(NamedTuple):
    """
    What a solver found.

    Cost and bound in fen, None for nothing, the seconds it took, and for each class who is on which carriage: rows of
    (carriage, shipment).
    """

    cost: int | None
    bound: int | None
    seconds: float
    chosen: list[Ints]


class _Block(NamedTuple):
    """The pairs of shipment and carriage of one class that save something, numbered from nought."""

    shipments: Ints
    carriages: Ints
    saving: Ints
    used: Ints


def model_of(parts: Sequence[Part], *, has_links: bool) -> model_pb2.ModelProto:
    """
    Return the model.

    Parameters
    ----------
    parts
        The sharing classes.
    has_links
        Whether to demand, pair by pair, that x is at most y: who is on a carriage has a box there.

    Notes
    -----
    min sum alone - sum saving x + sum cost y, such that for each shipment sum x <= 1, and for each carriage
    sum volume x <= most_volume y and sum mass x <= most_mass y.
    """
    proto = model_pb2.ModelProto()
    rows = _Rows()
    costs, limits = [], []
    first = 0
    for part in parts:
        block = _block(part)
        pairs, boxes = len(block.shipments), len(block.used)
        x, y = first + np.arange(pairs), first + pairs + np.arange(boxes)
        cars = part.carriages
        costs += [-block.saving, cars.cost[block.used]]
        users = np.bincount(block.carriages, minlength=boxes)
        limits += [np.ones(pairs, dtype=np.int64), users]
        rows.add(block.shipments, x, np.ones(pairs), len(part.alone), 1.0)
        for sizes, most in ((part.volume, cars.most_volume), (part.mass, cars.most_mass)):
            columns = np.concatenate([x, y])
            values = np.concatenate([sizes[block.shipments], -most[block.used]])
            rows.add(np.concatenate([block.carriages, np.arange(boxes)]), columns, values, boxes, 0.0)
        if has_links:
            columns = np.concatenate([x, y[block.carriages]])
            values = np.concatenate([np.ones(pairs), -np.ones(pairs)])
            rows.add(np.tile(np.arange(pairs), 2), columns, values, pairs, 0.0)
        first += pairs + boxes
    proto.variables.ids.extend(range(first))
    proto.variables.lower_bounds.extend([0.0] * first)
    proto.variables.upper_bounds.extend(_joined(limits).tolist())
    proto.variables.integers.extend([True] * first)
    proto.objective.offset = float(sum(int(part.alone.sum()) for part in parts))
    proto.objective.linear_coefficients.ids.extend(range(first))
    proto.objective.linear_coefficients.values.extend(_joined(costs).tolist())
    rows.put_into(proto)
    return proto


def _joined(parts: Sequence[Ints]) -> Ints:
    """Return arrays one after the other."""
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


def _block(part: Part) -> _Block:
    """Return the pairs of a class that save something and fit; carriages without any are left out."""
    cars = part.carriages
    able = (cars.own < part.alone) & (part.volume <= cars.most_volume[:, None]) & (part.mass <= cars.most_mass[:, None])
    carriages, shipments = np.nonzero(able)
    used, number = np.unique(carriages, return_inverse=True)
    saving = part.alone[shipments] - cars.own[carriages, shipments]
    return _Block(shipments, number.astype(np.int64), saving, used)


class _Rows:
    """Rows of a model, each at most some limit."""

    def __init__(self) -> None:
        self._limits: list[float] = []
        self._entries: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def add(self, rows: Ints, columns: Ints, values: np.ndarray, count: int, limit: float) -> None:
        """Add as many rows as `count` says, whose entries name them from nought."""
        self._entries.append((rows + len(self._limits), columns, values.astype(np.float64)))
        self._limits += [limit] * count

    def put_into(self, proto: model_pb2.ModelProto) -> None:
        """Put all rows into a model, entries in the order it demands."""
        count = len(self._limits)
        proto.linear_constraints.ids.extend(range(count))
        proto.linear_constraints.lower_bounds.extend([-math.inf] * count)
        proto.linear_constraints.upper_bounds.extend(self._limits)
        if not self._entries:
            return
        rows, columns, values = (np.concatenate(part) for part in zip(*self._entries, strict=True))
        order = np.lexsort((columns, rows))
        proto.linear_constraint_matrix.row_ids.extend(rows[order].tolist())
        proto.linear_constraint_matrix.column_ids.extend(columns[order].tolist())
        proto.linear_constraint_matrix.coefficients.extend(values[order].tolist())


def solve_here(parts: Sequence[Part], solver: str, seconds: float, *, has_links: bool) -> Outcome:
    """Build the model and solve it in this process; only solving is timed."""
    model = mathopt.Model.from_model_proto(model_of(parts, has_links=has_links))
    parameters = mathopt.SolveParameters(time_limit=dt.timedelta(seconds=seconds), relative_gap_tolerance=GAP)
    asked = mathopt.ModelSolveParameters(variable_values_filter=mathopt.VariableFilter(skip_zero_values=True))
    begun = time.perf_counter()
    result = mathopt.solve(model, SOLVERS[solver], params=parameters, model_params=asked)
    spent = time.perf_counter() - begun
    bounds = result.termination.objective_bounds
    is_found = result.has_primal_feasible_solution()
    # Without a solution CP-SAT says 0 where it means that it has no bound.
    is_bounded = math.isfinite(bounds.dual_bound) and (is_found or bounds.dual_bound > 0)
    values = result.variable_values() if is_found else {}
    taken = np.array([variable.id for variable, value in values.items() if value > HALF], dtype=np.int64)
    return Outcome(
        round(bounds.primal_bound) if is_found else None,
        math.floor(bounds.dual_bound) if is_bounded else None,
        spent,
        _chosen(parts, taken),
    )


def _chosen(parts: Sequence[Part], taken: Ints) -> list[Ints]:
    """Return for each class who is on which carriage, given the numbers of the variables that are not nought."""
    first, chosen = 0, []
    for part in parts:
        block = _block(part)
        pairs = len(block.shipments)
        mine = np.sort(taken[(taken >= first) & (taken < first + pairs)]) - first
        chosen.append(np.column_stack([block.used[block.carriages[mine]], block.shipments[mine]]))
        first += pairs + len(block.used)
    return chosen


def solve_apart(
    parts: Sequence[Part], solver: str, seconds: float, *, has_links: bool, most_bytes: int = MOST_BYTES
) -> Outcome:
    """Solve in a process of its own, which may run out of memory or overstay: then nothing was found."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(
        target=_work, args=(sender, parts, solver, seconds, most_bytes), kwargs={"has_links": has_links}, daemon=True
    )
    begun = time.perf_counter()
    process.start()
    sender.close()
    try:
        if receiver.poll(_PATIENCE * seconds + _PATIENCE_S):
            outcome: Outcome = receiver.recv()
            return outcome
    except EOFError:
        pass
    finally:
        process.terminate()
        process.join()
        receiver.close()
    return Outcome(None, None, time.perf_counter() - begun, [])


def _work(
    sender: Connection, parts: Sequence[Part], solver: str, seconds: float, most_bytes: int, *, has_links: bool
) -> None:
    """Send what a solver found; what it says goes to stderr."""
    os.dup2(2, 1)
    with suppress(ImportError):
        import resource  # noqa: PLC0415 - not everywhere

        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    sender.send(solve_here(parts, solver, seconds, has_links=has_links))
