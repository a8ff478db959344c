"""A problem, and what is sent, as arrays for the compiled simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.stock.arrivals import sendable
from optimizer.stock.bought import made_of
from optimizer.stock.simulate_freight import Prices, prices_of
from optimizer.stock.simulate_futures import DAYS_PER_WEEK

if TYPE_CHECKING:
    from optimizer.stock.problem import Bools, Floats, Ints, Problem

CM3_PER_M3 = 1_000_000
DAYS_PER_YEAR = 365


class World(NamedTuple):
    """
    What does not depend on what is sent: shapes as in `optimizer.stock.problem.Problem`.

    Parameters
    ----------
    on_hand, incoming
        As there; what is to come while a warehouse is closed comes when it opens, in T if never (S, W, T + 1).
    row
        Shape (S, M): row of a pair in the demand of a future, -1 where nothing is asked for.
    reach
        Shape (S, M): the first week in which anything that is sent from now on can be there, T if nothing can.
    serve_at, serve_w, serve_m, serve_fen
        Shape (S + 1,) and (N,): for each SKU which warehouse serves which market, in the order in which it is done.
    storage
        Shape (W, A): fen of a cubic centimetre and week.
    hold
        Shape (S,): fen of capital of a piece and week.
    value, made
        Shape (S,) and (S, T): fen of a piece, and pieces in production by the week from which they can be sent.
    disposal
        Shape (S, W): what a piece costs that is too old to be sold: its value and its disposal.
    lane_w, lead
        Shape (L,): warehouse, and planned weeks.
    opens
        Shape (W, T + 1): the first week not before a week in which a warehouse takes stock, T if there is none.
    most_g, most_cm3
        Shape (L,): most of a week, infinite without a limit.
    """

    on_hand: Ints
    incoming: Ints
    row: Ints
    reach: Ints
    serve_at: Ints
    serve_w: Ints
    serve_m: Ints
    serve_fen: Floats
    inbound: Floats
    duty: Floats
    storage: Floats
    hold: Floats
    value: Floats
    made: Ints
    shortage: Floats
    disposal: Floats
    leftover: Floats
    shelf: Ints
    mass_g: Floats
    volume_cm3: Floats
    capacity: Floats
    carton: Ints
    least: Ints
    lane_w: Ints
    lead: Ints
    opens: Ints
    most_g: Floats
    most_cm3: Floats
    prices: Prices


Levels = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
"""Single precision, as there is one for each SKU, warehouse and week."""


class Orders(NamedTuple):
    """
    A rule by which is ordered, for ranks k of lanes from the fastest to the slowest.

    Parameters
    ----------
    lane
        Shape (K, S, W): by which lane, -1 where none.
    goes
        Shape (K, L, T): whether an order may leave.
    window
        Shape (K, S, W): the position counts what is due within so many weeks.
    level
        Shape (K, S, W, T): pieces up to which the position is filled.
    below
        Shape (K, S, W, T): only if the position is below that.
    cap
        Shape (K, S, W): most of a week, in pieces, not whole; what is not used of less than an order is kept.
    flow
        Shape (K, S, W): pieces of every week, not whole, whatever the position is.
    """

    lane: Ints
    goes: Bools
    window: Ints
    level: Levels
    below: Levels
    cap: Floats
    flow: Floats


class Schedule(NamedTuple):
    """
    What a plan sends.

    Parameters
    ----------
    units
        Shape (L, T, S).
    level
        Shape (T, S, W): position after ordering to which the plan is held; empty where it is sent as it is.
    """

    units: Ints
    level: Floats


class Out(NamedTuple):
    """
    What came of a block of futures, filled by the simulator.

    Parameters
    ----------
    cost
        Shape (F, parts).
    asked, met
        Shape (F, M).
    early
        Shape (F, 2): pieces asked for, and met, in weeks that nothing sent from now on can reach.
    asked_sku, met_sku
        Shape (S,): over all futures.
    short_sku
        Shape (S,): fen of shortage over all futures.
    aged
        Shape (F, A): pieces times weeks on the shelf by age.
    over
        Shape (F,): weeks of warehouses above their capacity.
    pieces
        Shape (F, 6): at the beginning, sent, sold, disposed of, left on the shelf, on their way at the end.
    sent
        Shape (F, L): pieces.
    goods
        Shape (F, 2): pieces that leave and were in production, and fen of those that are bought.
    position
        Shape (T, S, W): on the shelf and on the way after ordering, sum over all futures; empty where not wanted.
    """

    cost: Floats
    asked: Floats
    met: Floats
    early: Floats
    asked_sku: Floats
    met_sku: Floats
    short_sku: Floats
    aged: Floats
    over: Floats
    pieces: Floats
    sent: Floats
    goods: Floats
    position: Floats


PARTS = ("freight", "inbound", "duty", "storage", "capital", "serve", "shortage", "open", "leftover", "disposal")
"""Columns of the cost."""
FREIGHT, INBOUND, DUTY, STORAGE, CAPITAL, SERVE, SHORTAGE, OPEN, LEFTOVER, DISPOSAL = range(len(PARTS))
PIECES = ("begun", "sent", "sold", "disposed", "left", "under_way")
"""Columns of the pieces."""
BEGUN, SENT, SOLD, DISPOSED, LEFT, UNDER_WAY = range(len(PIECES))
MADE, BOUGHT = range(2)
"""Columns of the goods."""


def world_of(problem: Problem, pairs: Ints) -> World:
    """
    Return a problem as arrays.

    Parameters
    ----------
    problem
        What is planned.
    pairs
        Shape (P, 2): SKU and market of each row of the demand.
    """
    row = np.full(problem.mean.shape[:2], -1, dtype=np.int64)
    row[pairs[:, 0], pairs[:, 1]] = np.arange(len(pairs))
    serve_at, serve_w, serve_m, serve_fen = _serving(problem, row)
    opens = _opens(problem)
    lanes = problem.lanes
    limits = [(lane.payload_g, lane.volume_cm3) for lane in lanes]
    world = World(
        on_hand=problem.on_hand.astype(np.int64), incoming=_incoming(problem, opens), row=row, reach=reached(problem),
        serve_at=serve_at, serve_w=serve_w, serve_m=serve_m, serve_fen=serve_fen,
        inbound=problem.inbound_fen.astype(float), duty=problem.duty_fen.astype(float),
        storage=problem.storage_fen / CM3_PER_M3, hold=hold_fen(problem),
        value=problem.value_fen.astype(float), made=made_of(problem),
        shortage=problem.shortage_fen.astype(float),
        disposal=(problem.disposal_fen + problem.value_fen[:, None]).astype(float),
        leftover=problem.leftover_fen.astype(float), shelf=problem.shelf_weeks.astype(np.int64),
        mass_g=problem.mass_g.astype(float), volume_cm3=problem.volume_cm3.astype(float),
        capacity=np.where(problem.capacity_cm3 < 0, np.inf, problem.capacity_cm3.astype(float)),
        carton=problem.carton_units.astype(np.int64), least=problem.least_units.astype(np.int64),
        lane_w=np.array([lane.warehouse for lane in lanes], dtype=np.int64),
        lead=np.array([lane.lead_weeks() for lane in lanes], dtype=np.int64), opens=opens,
        most_g=np.array([np.inf if most is None else most for most, _ in limits], dtype=float),
        most_cm3=np.array([np.inf if most is None else most for _, most in limits], dtype=float),
        prices=prices_of(lanes),
    )  # fmt: skip
    # Another layout in memory would be compiled for anew.
    parts = {name: np.ascontiguousarray(part) for name, part in world._asdict().items() if name != "prices"}
    return world._replace(**parts)  # type: ignore[arg-type]


def reached(problem: Problem) -> Ints:
    """
    Return the first week in which anything that is sent from now on is planned to be where it can serve a market.

    Returns
    -------
    Ints
        Shape (S, M); T where nothing can.
    """
    comes = np.full(len(problem.warehouses), problem.weeks, dtype=np.int64)
    for lane, leaves in zip(problem.lanes, sendable(problem), strict=True):
        if leaves.any():
            comes[lane.warehouse] = min(comes[lane.warehouse], int(np.argmax(leaves)) + lane.lead_weeks())
    can = np.where(problem.serve_fen >= 0, comes[None, :, None], problem.weeks)
    return np.asarray(can.min(axis=1, initial=problem.weeks))


def hold_fen(problem: Problem) -> Floats:
    """Return the fen of capital of a piece and week, shape (S,)."""
    return np.asarray(problem.value_fen * (problem.holding_per_year * DAYS_PER_WEEK / DAYS_PER_YEAR), dtype=float)


def _serving(problem: Problem, row: Ints) -> tuple[Ints, Ints, Ints, Floats]:
    """Return for each SKU who serves whom, those first by whom most is saved."""
    ways: list[tuple[int, int, int]] = []
    serve_at = [0]
    for s in range(len(problem.skus)):
        can = np.argwhere((problem.serve_fen[s] >= 0) & (row[s] >= 0)[None, :])
        cost = [int(problem.serve_fen[s, w, m] - problem.shortage_fen[s, m]) for w, m in can]
        ways += [(s, int(can[at, 0]), int(can[at, 1])) for at in np.argsort(cost, kind="stable")]
        serve_at.append(len(ways))
    found = np.array(ways, dtype=np.int64).reshape(-1, 3)
    fen = problem.serve_fen[found[:, 0], found[:, 1], found[:, 2]].astype(float)
    return np.array(serve_at), found[:, 1].copy(), found[:, 2].copy(), fen


def _opens(problem: Problem) -> Ints:
    """Return for each warehouse and week the first week from then on in which it takes stock."""
    weeks = problem.weeks
    opens = np.full((len(problem.warehouses), weeks + 1), weeks, dtype=np.int64)
    for week in range(weeks - 1, -1, -1):
        opens[:, week] = np.where(problem.is_open[:, week], week, opens[:, week + 1])
    return opens


def _incoming(problem: Problem, opens: Ints) -> Ints:
    """Return what is on its way by the week in which the warehouse takes it."""
    weeks = problem.weeks
    incoming = np.zeros((*problem.incoming.shape[:2], weeks + 1), dtype=np.int64)
    for s, w, week in np.argwhere(problem.incoming > 0):
        incoming[s, w, opens[w, week]] += problem.incoming[s, w, week]
    return incoming
