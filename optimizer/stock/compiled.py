"""A problem and its futures as the arrays that compiled code works on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.stock.arrivals import arrivals_of, came_by, sendable
from optimizer.stock.bought import made_of
from optimizer.stock.futures import DAYS_A_WEEK, Futures
from optimizer.stock.rundown import set_aside

if TYPE_CHECKING:
    from optimizer.stock.problem import Bools, Floats, Ints, Problem

CM3_PER_M3 = 1_000_000
DAYS_A_YEAR = 365
G_PER_KG = 1_000


class Case(NamedTuple):
    """
    Arrays of a problem in its futures; shapes as in `Problem`, money in fen.

    Parameters
    ----------
    demand
        Shape (S, M, K, T): pieces.
    aside, aside_all
        Shapes (S, W, M, T) and (S, M, T): stock that is there, set aside for a market.
    came
        Shape (W, K, T): the planned week up to and with which everything sent is received by a week, -1 for none.
    there
        Shape (S, W, A - 1 + T): pieces on hand and on their way, received up to a week; week v stands at A - 1 + v.
    fixed
        Shape (S, W, T): pieces already decided to be received, up to a week.
    ages, rates, low
        Shapes (J,), (W, J), (W, J): ages from which storage of a cm3 and week costs more, by how much, and the same
        of the greatest price that never falls with age and is nowhere above it.
    capital
        Shape (S,): of a piece and week.
    expired
        Shape (S, W): what a piece that is too old costs: its value and its disposal.
    landed
        Shape (S, W): receiving and duty of a piece.
    least
        Shape (S,): cartons.
    made
        Shape (S, T): pieces in production, by the first week in which they can be sent.
    lane_w, lane_lead, lane_ok
        Shapes (L,), (L,), (L, T): warehouse, planned weeks, and whether something can leave in a week and be received.
    lane_way
        Shape (L, T): weeks that what leaves in a week is on its way, mean of the futures.
    """

    demand: Ints
    aside: Ints
    aside_all: Ints
    came: Ints
    there: Ints
    fixed: Ints
    ages: Ints
    rates: Floats
    low: Floats
    mass: Floats
    volume: Floats
    value: Floats
    capital: Floats
    serve: Floats
    short: Floats
    worth: Floats
    expired: Floats
    landed: Floats
    shelf: Ints
    carton: Ints
    least: Ints
    made: Ints
    lane_w: Ints
    lane_lead: Ints
    lane_ok: Bools
    lane_way: Floats


def compiled(problem: Problem, futures: Futures, fixed: Ints | None = None) -> Case:
    """
    Return the arrays of a problem.

    Parameters
    ----------
    problem, futures
        What is decided, and where it is priced.
    fixed
        Shape (S, W, T): pieces already decided to be received in a week, None for none.
    """
    skus, warehouses, _ = problem.serve_fen.shape
    aside = set_aside(problem)
    there = np.concatenate([problem.on_hand[:, :, ::-1], problem.incoming[:, :, 1:]], axis=2)
    ages_there = problem.on_hand.shape[2]
    there[:, :, ages_there - 1] += problem.incoming[:, :, 0]
    arrivals = arrivals_of(problem, futures.late)
    ages, rates, low = tiers(problem.storage_fen / CM3_PER_M3)
    already = np.zeros((skus, warehouses, problem.weeks), dtype=np.int64) if fixed is None else fixed
    carton = np.maximum(1, problem.carton_units)
    return Case(
        demand=np.ascontiguousarray(futures.demand),
        aside=aside,
        aside_all=aside.sum(axis=1),
        came=came_by(arrivals),
        there=np.cumsum(there, axis=2),
        fixed=np.cumsum(already, axis=2),
        ages=ages,
        rates=rates,
        low=low,
        mass=problem.mass_g.astype(np.float64),
        volume=problem.volume_cm3.astype(np.float64),
        value=problem.value_fen.astype(np.float64),
        capital=capital_fen(problem),
        serve=problem.serve_fen.astype(np.float64),
        short=problem.shortage_fen.astype(np.float64),
        worth=problem.leftover_fen.astype(np.float64),
        expired=(problem.disposal_fen + problem.value_fen[:, None]).astype(np.float64),
        landed=(problem.inbound_fen + problem.duty_fen).astype(np.float64),
        shelf=problem.shelf_weeks.astype(np.int64),
        carton=carton.astype(np.int64),
        least=np.maximum(1, -(-problem.least_units // carton)).astype(np.int64),
        made=made_of(problem),
        lane_w=np.array([lane.warehouse for lane in problem.lanes], dtype=np.int64),
        lane_lead=np.array([lane.lead_weeks() for lane in problem.lanes], dtype=np.int64),
        lane_ok=sendable(problem),
        lane_way=_ways(problem, arrivals),
    )


def capital_fen(problem: Problem) -> Floats:
    """Return what the capital in a piece costs a week, by SKU."""
    return problem.value_fen.astype(np.float64) * (problem.holding_per_year * DAYS_A_WEEK / DAYS_A_YEAR)


def _ways(problem: Problem, arrivals: Ints) -> Floats:
    """Return the mean weeks on the way by lane and week of leaving; the planned ones where nothing is received."""
    found = np.empty((len(problem.lanes), problem.weeks))
    for index, lane in enumerate(problem.lanes):
        lead = lane.lead_weeks()
        found[index] = lead
        leaves = np.arange(max(0, problem.weeks - lead))
        found[index, leaves] = arrivals[lane.warehouse, :, leaves + lead].mean(axis=1) - leaves
    return found


def tiers(storage: Floats) -> tuple[Ints, Floats, Floats]:
    """
    Return the ages at which storage changes somewhere, by how much, and the same without falls.

    Parameters
    ----------
    storage
        Shape (W, A): price by age.
    """
    rising = np.minimum.accumulate(storage[:, ::-1], axis=1)[:, ::-1]
    steps = np.diff(storage, axis=1, prepend=0.0)
    lows = np.diff(rising, axis=1, prepend=0.0)
    is_step = (steps != 0.0).any(axis=0) | (lows != 0.0).any(axis=0)
    is_step[0] = True
    ages = np.flatnonzero(is_step).astype(np.int64)
    return ages, np.ascontiguousarray(steps[:, ages]), np.ascontiguousarray(lows[:, ages])
