"""
The dated boxes that a plan led to, and one model of them for all sharing classes, as a general solver is given it.

A binary variable says that a shipment is on a carriage, an integer one how many boxes the carriage takes. Volume and
payload count for all boxes of a carriage together, so the model may fill boxes as if a shipment could lie in two of
them: its cost is at most that of real boxes, and its bound holds.
"""

from __future__ import annotations

import datetime as dt
import math
import multiprocessing
import time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

from optimizer.consolidation.classes import sharing_classes
from optimizer.consolidation.columns import Carriages, Pool
from optimizer.consolidation.market import Market

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Connection

    from data.plan import Plan
    from network.lanes import Chain, Lanes
    from network.timetable import Ints
    from optimizer.consolidation.houses import House
    from optimizer.consolidation.market import Lane

SOLVERS = {
    "highs": mathopt.SolverType.HIGHS,
    "scip": mathopt.SolverType.GSCIP,
    "cp-sat": mathopt.SolverType.CP_SAT,
}
GAP = 1e-6
"""Relative gap at which a solver may stop; ours stops at a wider one."""
MOST_LANES = 150
"""Lanes of a class whose dated boxes are compared."""
_PATIENCE = 3
_PATIENCE_S = 60.0


class Part(NamedTuple):
    """One sharing class: fen alone, volume and mass of its shipments, and the boxes they may be sent in."""

    alone: Ints
    volume: Ints
    mass: Ints
    carriages: Carriages


class Offered(NamedTuple):
    """Dated boxes of one class: its market, lane and chain of each, and what they and the shipments cost."""

    market: Market
    pairs: list[tuple[Lane, Chain]]
    carriages: Carriages

    @property
    def part(self) -> Part:
        """The class without its dates."""
        return Part(self.market.alone, self.market.volume, self.market.mass, self.carriages)


class Outcome(NamedTuple):
    """Cost and bound in fen of what a solver found, None for nothing, and the seconds it took."""

    cost: int | None
    bound: int | None
    seconds: float


class _Block(NamedTuple):
    """The pairs of shipment and carriage of one class that save something, numbered from nought."""

    shipments: Ints
    carriages: Ints
    saving: Ints
    used: Ints


def offered(plan: Plan, lanes: Lanes, houses: Sequence[House], seconds: float) -> list[Offered]:
    """
    Return the dated boxes that a plan led to, class by class; classes without a shared box are left out.

    They are all dates of the lanes of its boxes, and of lanes that linear solutions, found within some seconds, take
    from where these begin.
    """
    end = max(house.end for house in houses)
    is_over = after(seconds)
    found = []
    for group in sharing_classes(lanes.network.catalogue, houses):
        mine = {house.shipment.id for house in group}
        routes = {(load.box, load.origin, load.destination) for load in plan.loads if load.shipments[0] in mine}
        if routes:
            market = Market(lanes, group, end)
            pairs, carriages = market.dated(_lanes_near(market, routes, is_over))
            found.append(Offered(market, pairs, carriages))
    return found


def _lanes_near(market: Market, routes: set[tuple[str, str, str]], is_over: Callable[[], bool]) -> list[Lane]:
    """Return the lanes of some routes, then those that the linear solution uses from the same places."""
    lanes = market.lanes
    origins = {route[:2] for route in routes}
    parts = [
        market.refined(box, start, finishes, is_fine=False)
        for (box, start), finishes in market.open_pairs().items()
        if (lanes.boxes[box].code, lanes.starts[start].place) in origins
    ]
    if not parts:
        return []
    named = [lane for part in parts for lane in part.lanes]
    carriages = Carriages.joined([part.carriages for part in parts])
    pool = Pool(market.alone, market.volume, market.mass, carriages)
    pool.generate(is_over)
    wanted = [lane for lane in named if route_of(lanes, lane) in routes]
    wanted += [named[column.carriage] for column in [*pool.active, *reversed(pool.columns)]]
    return list(dict.fromkeys(wanted))[:MOST_LANES]


def route_of(lanes: Lanes, lane: Lane) -> tuple[str, str, str]:
    """Return box type, origin and destination of a lane."""
    return lanes.boxes[lane.box].code, lanes.starts[lane.start].place, lanes.finishes[lane.finish].place


def after(seconds: float) -> Callable[[], bool]:
    """Return what says whether some seconds are over from now on."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


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
    asked = mathopt.ModelSolveParameters(variable_values_filter=mathopt.VariableFilter(filtered_items=()))
    begun = time.perf_counter()
    result = mathopt.solve(model, SOLVERS[solver], params=parameters, model_params=asked)
    spent = time.perf_counter() - begun
    bounds = result.termination.objective_bounds
    is_found = result.has_primal_feasible_solution()
    # Without a solution CP-SAT says 0 where it means that it has no bound.
    is_bounded = math.isfinite(bounds.dual_bound) and (is_found or bounds.dual_bound > 0)
    return Outcome(
        round(bounds.primal_bound) if is_found else None, math.floor(bounds.dual_bound) if is_bounded else None, spent
    )


def solve_apart(parts: Sequence[Part], solver: str, seconds: float, *, has_links: bool) -> Outcome:
    """Solve in a process of its own, which may run out of memory or overstay: then nothing was found."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(
        target=_work, args=(sender, parts, solver, seconds), kwargs={"has_links": has_links}, daemon=True
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
    return Outcome(None, None, time.perf_counter() - begun)


def _work(sender: Connection, parts: Sequence[Part], solver: str, seconds: float, *, has_links: bool) -> None:
    """Send what a solver found."""
    sender.send(solve_here(parts, solver, seconds, has_links=has_links))
