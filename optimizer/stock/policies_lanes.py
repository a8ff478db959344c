"""What a rule rests on: which warehouse a market's stock lies in, and which lanes are fast, between, and cheap."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.stock.simulate_world import hold_fen

if TYPE_CHECKING:
    from optimizer.stock.problem import Bools, Floats, Ints, Problem

FILL = 0.85
"""Share of a box that is taken to be full when its price is spread over pieces."""
_G_PER_KG = 1_000
_NEVER = 1e15
"""Fen of a piece that cannot be sent, far above any price."""


class Ranks(NamedTuple):
    """
    Lanes of each SKU to each warehouse, -1 where there is none.

    Parameters
    ----------
    fast, between, slow, sea
        Shape (S, W): the fastest; one that is cheaper than the mixture of the fastest and the cheapest with its lead
        time; the cheapest with its capital; the cheapest by sea, or of all where none goes by sea.
    """

    fast: Ints
    between: Ints
    slow: Ints
    sea: Ints


def unit_fen(problem: Problem) -> Floats:
    """Return what a piece pays by each lane, loose or as its part of a box that is full to `FILL`, shape (L, S)."""
    found = np.full((len(problem.lanes), len(problem.skus)), _NEVER)
    for at, lane in enumerate(problem.lanes):
        if lane.loose_fen_per_kg is not None:
            chargeable_g = np.maximum(problem.mass_g, problem.volume_cm3 * lane.volume_g_per_cm3)
            found[at] = chargeable_g / _G_PER_KG * lane.loose_fen_per_kg
        for box in lane.boxes:
            share = np.maximum(problem.mass_g / box.payload_g, problem.volume_cm3 / box.volume_cm3)
            found[at] = np.minimum(found[at], share / FILL * box.price_fen)
        if not lane.weeks.any():
            found[at] = _NEVER
    return found


def ranks_of(problem: Problem, unit: Floats) -> Ranks:
    """Return which lanes are the fastest, between, and the cheapest."""
    skus, warehouses = len(problem.skus), len(problem.warehouses)
    ranks = Ranks(*(np.full((skus, warehouses), -1, dtype=np.int64) for _ in Ranks._fields))
    lead = np.array([lane.lead_weeks() for lane in problem.lanes])
    full = unit + hold_fen(problem)[None, :] * lead[:, None]
    for w in range(warehouses):
        to = [at for at, lane in enumerate(problem.lanes) if lane.warehouse == w]
        at_sea = [at for at in to if problem.lanes[at].mode == "sea"] or to
        for s in range(skus):
            can = [at for at in to if unit[at, s] < _NEVER]
            if not can:
                continue
            fast = min(can, key=lambda at: (lead[at], full[at, s]))
            slow = min(can, key=lambda at: (full[at, s], lead[at]))
            ranks.fast[s, w], ranks.slow[s, w] = fast, slow
            ranks.between[s, w] = _between(fast, slow, can, lead, full[:, s])
            sailing = [at for at in at_sea if at in can] or can
            ranks.sea[s, w] = min(sailing, key=lambda at: (full[at, s], lead[at]))
    return ranks


def _between(fast: int, slow: int, can: list[int], lead: Ints, full: Floats) -> int:
    """Return the lane that lies deepest below the line from the fastest to the cheapest, -1 if none does."""
    if lead[fast] >= lead[slow]:
        return -1
    slope = (full[slow] - full[fast]) / (lead[slow] - lead[fast])
    below = {at: full[at] - full[fast] - slope * (lead[at] - lead[fast]) for at in can if lead[at] < lead[slow]}
    best = min(below, key=lambda at: (below[at], at))
    return best if below[best] < 0 and lead[best] > lead[fast] else -1


def homes_of(problem: Problem, unit: Floats) -> tuple[Ints, Bools]:
    """
    Return in which warehouse each market's stock of each SKU lies, and which warehouses are used.

    Warehouses are dropped one after the other as long as that saves money, open costs and all; what has stock
    already is paid for anyway. Each market is then served from where a piece costs least door to door.

    Returns
    -------
    homes
        Shape (S, M), -1 where nothing is asked for or nobody can serve.
    used
        Shape (W,).
    """
    cost = _door_fen(problem, unit)
    asked = problem.mean.sum(axis=2)
    stocked = problem.on_hand.any(axis=(0, 2)) | problem.incoming.any(axis=(0, 2))
    rent = np.where(stocked, 0, problem.open_fen)
    used: Bools = np.asarray((cost < _NEVER).any(axis=(0, 2)))

    def total(chosen: Bools) -> float:
        if not chosen.any():
            return float((problem.shortage_fen * asked).sum())
        least = cost[:, chosen, :].min(axis=1)
        return float((np.minimum(least, problem.shortage_fen) * asked).sum() + rent[chosen].sum())

    best = total(used)
    while used.any():
        trials = {int(w): total(np.where(np.arange(len(used)) == w, False, used)) for w in np.flatnonzero(used)}  # noqa: FBT003
        w = min(trials, key=lambda at: trials[at])
        if trials[w] >= best:
            break
        best, used[w] = trials[w], False
    left = np.where(used[None, :, None], cost, _NEVER)
    is_home = (asked > 0) & (left.min(axis=1) < _NEVER)
    return np.where(is_home, left.argmin(axis=1), -1), used


def _door_fen(problem: Problem, unit: Floats) -> Floats:
    """Return what a piece costs from the origin to the customer, by the cheapest lane, shape (S, W, M)."""
    skus, warehouses = len(problem.skus), len(problem.warehouses)
    hold = hold_fen(problem)
    there = np.full((skus, warehouses), _NEVER)
    for at, lane in enumerate(problem.lanes):
        w = lane.warehouse
        there[:, w] = np.minimum(there[:, w], unit[at] + hold * lane.lead_weeks())
    there = np.minimum(_NEVER, there + problem.inbound_fen + problem.duty_fen)
    return np.where(problem.serve_fen < 0, _NEVER, np.minimum(_NEVER, there[:, :, None] + problem.serve_fen))
