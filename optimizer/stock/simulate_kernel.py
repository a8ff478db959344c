"""
The compiled simulator: some futures, one after the other, week by week in the order of `optimizer.stock.problem`.

Stock is kept by the week in which it was received, so ages need no moving: place b of a shelf holds what is
A - 1 + t - b weeks old in week t.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from network.kernel import leaf
from optimizer.stock.bought import goods_fen
from optimizer.stock.simulate_freight import freight_fen
from optimizer.stock.simulate_world import (
    BEGUN,
    BOUGHT,
    CAPITAL,
    DISPOSAL,
    DISPOSED,
    DUTY,
    FREIGHT,
    INBOUND,
    LEFT,
    LEFTOVER,
    MADE,
    SENT,
    SERVE,
    SHORTAGE,
    SOLD,
    STORAGE,
    UNDER_WAY,
)

if TYPE_CHECKING:
    from optimizer.stock.problem import Floats, Ints
    from optimizer.stock.simulate_futures import Block
    from optimizer.stock.simulate_world import Orders, Out, Schedule, World

FIXED, FOLLOWED, RULE = 0, 1, 2
"""A plan as it is; a plan whose sendings are corrected by what came; a rule."""


class State(NamedTuple):
    """
    How things stand in one future.

    Parameters
    ----------
    shelf
        Shape (S, W, A + T): pieces by the week they were received in.
    held, way
        Shape (S, W): on the shelf, on the way.
    head
        Shape (S, W): the first place of the shelf that may not be empty.
    due
        Shape (T + 1, S, W): on the way, by the week in which it should be there.
    sent
        Shape (L, T, S): pieces.
    comes
        Shape (L, T): week in which that is received, T if after the end.
    carry, credit
        Shape (K, S, W): of the flow not yet sent, of the cap not yet used.
    left
        Shape (M,): what is asked for and not yet met.
    leaving, bought
        Shape (T,): pieces of a SKU that leave in a week, and those of them that are bought.
    """

    shelf: Ints
    held: Ints
    way: Ints
    head: Ints
    due: Ints
    sent: Ints
    comes: Ints
    carry: Floats
    credit: Floats
    left: Ints
    leaving: Ints
    bought: Floats


@njit(cache=True, nogil=True)
def run(world: World, orders: Orders, plan: Schedule, mode: int, block: Block, out: Out) -> None:
    """
    Play a block of futures.

    Parameters
    ----------
    world
        The problem.
    orders, plan, mode
        What is sent: `mode` says which of the two counts, and how.
    block
        What comes.
    out
        Is filled; arrays of sums are added to.
    """
    skus, warehouses, ages = world.on_hand.shape
    lanes, weeks = block.lead.shape[1:]
    ranks = orders.lane.shape[0]
    state = State(
        np.zeros((skus, warehouses, ages + weeks), dtype=np.int64),
        np.zeros((skus, warehouses), dtype=np.int64),
        np.zeros((skus, warehouses), dtype=np.int64),
        np.zeros((skus, warehouses), dtype=np.int64),
        np.zeros((weeks + 1, skus, warehouses), dtype=np.int64),
        np.zeros((lanes, weeks, skus), dtype=np.int64),
        np.zeros((lanes, weeks), dtype=np.int64),
        np.zeros((ranks, skus, warehouses)),
        np.zeros((ranks, skus, warehouses)),
        np.zeros(world.row.shape[1], dtype=np.int64),
        np.zeros(weeks, dtype=np.int64),
        np.zeros(weeks),
    )
    for future in range(block.demand.shape[0]):
        _begin(world, plan, mode, state, out, future)
        for week in range(weeks):
            _receive(world, state, out, future, week)
            _expire(world, state, out, future, week)
            _meet(world, state, block, out, future, week)
            _keep(world, state, out, future, week)
            if mode == RULE:
                _order(world, orders, state, week)
                _limit(world, state, week)
            elif mode == FOLLOWED:
                _follow(world, plan, state, week)
                _limit(world, state, week)
            _send(world, mode, state, block, out, future, week)
        _end(world, state, out, future)
        _buy(world, state, out, future)


@leaf
def _cleared(units: Ints | Floats) -> None:
    """Put nothing into an array with three dimensions; compiling an assignment to all of it takes far longer."""
    for i in range(units.shape[0]):
        for j in range(units.shape[1]):
            for k in range(units.shape[2]):
                units[i, j, k] = 0


@leaf
def _begin(world: World, plan: Schedule, mode: int, state: State, out: Out, future: int) -> None:
    """Put what lies and travels at the beginning where it is."""
    skus, warehouses, ages = world.on_hand.shape
    weeks = world.incoming.shape[2] - 1
    _cleared(state.shelf)
    _cleared(state.carry)
    _cleared(state.credit)
    for lane in range(state.sent.shape[0]):
        for week in range(weeks):
            for s in range(skus):
                state.sent[lane, week, s] = plan.units[lane, week, s] if mode == FIXED else 0
    for s in range(skus):
        for w in range(warehouses):
            held = 0
            for age in range(ages):
                state.shelf[s, w, ages - 1 - age] = world.on_hand[s, w, age]
                held += world.on_hand[s, w, age]
            way = 0
            for week in range(weeks + 1):
                state.due[week, s, w] = world.incoming[s, w, week]
                way += world.incoming[s, w, week]
            state.held[s, w], state.way[s, w], state.head[s, w] = held, way, 0
            out.pieces[future, BEGUN] += held + way


@leaf
def _receive(world: World, state: State, out: Out, future: int, week: int) -> None:
    """Receive what arrives in a week, early or late."""
    skus, warehouses, ages = world.on_hand.shape
    weeks = world.incoming.shape[2] - 1
    place = ages - 1 + week
    for s in range(skus):
        for w in range(warehouses):
            state.shelf[s, w, place] += world.incoming[s, w, week]
            state.due[week, s, w] -= world.incoming[s, w, week]
    for lane in range(state.comes.shape[0]):
        w = world.lane_w[lane]
        for left in range(week):
            if state.comes[lane, left] != week:
                continue
            planned = world.opens[w, min(weeks, left + world.lead[lane])]
            for s in range(skus):
                units = state.sent[lane, left, s]
                state.shelf[s, w, place] += units
                state.due[planned, s, w] -= units
    for s in range(skus):
        for w in range(warehouses):
            # Place `place` was empty before this week, but for what was counted as quite new at the beginning.
            units = state.shelf[s, w, place] - (world.on_hand[s, w, 0] if week == 0 else 0)
            state.held[s, w] += units
            state.way[s, w] -= units
            out.cost[future, INBOUND] += world.inbound[s, w] * units
            out.cost[future, DUTY] += world.duty[s, w] * units


@leaf
def _expire(world: World, state: State, out: Out, future: int, week: int) -> None:
    """Dispose of what may not be sold any more."""
    skus, warehouses, ages = world.on_hand.shape
    for s in range(skus):
        if world.shelf[s] < 0:
            continue
        last = ages - 1 + week - world.shelf[s]
        for w in range(warehouses):
            for place in range(state.head[s, w], last + 1):
                units = state.shelf[s, w, place]
                state.shelf[s, w, place] = 0
                state.held[s, w] -= units
                out.cost[future, DISPOSAL] += world.disposal[s, w] * units
                out.pieces[future, DISPOSED] += units


@leaf
def _take_out(state: State, s: int, w: int, units: int) -> None:
    """Take the oldest pieces from the shelf."""
    state.held[s, w] -= units
    place = state.head[s, w]
    while units > 0:
        taken = min(units, state.shelf[s, w, place])
        state.shelf[s, w, place] -= taken
        units -= taken
        if units > 0:
            place += 1
    state.head[s, w] = place


@leaf
def _meet(world: World, state: State, block: Block, out: Out, future: int, week: int) -> None:
    """Meet what is asked for as far as there is stock."""
    skus, markets = world.row.shape
    for s in range(skus):
        total = 0
        for m in range(markets):
            row = world.row[s, m]
            state.left[m] = block.demand[future, row, week] if row >= 0 else 0
            total += state.left[m]
            out.asked[future, m] += state.left[m]
            out.met[future, m] += state.left[m]
            if week < world.reach[s, m]:
                out.early[future, 0] += state.left[m]
                out.early[future, 1] += state.left[m]
        if total == 0:
            continue
        out.asked_sku[s] += total
        out.met_sku[s] += total
        for way in range(world.serve_at[s], world.serve_at[s + 1]):
            w, m = world.serve_w[way], world.serve_m[way]
            units = min(state.left[m], state.held[s, w])
            if units > 0:
                _take_out(state, s, w, units)
                state.left[m] -= units
                out.cost[future, SERVE] += world.serve_fen[way] * units
                out.pieces[future, SOLD] += units
        for m in range(markets):
            out.met[future, m] -= state.left[m]
            if week < world.reach[s, m]:
                out.early[future, 1] -= state.left[m]
            out.met_sku[s] -= state.left[m]
            out.cost[future, SHORTAGE] += world.shortage[s, m] * state.left[m]
            out.short_sku[s] += world.shortage[s, m] * state.left[m]


@leaf
def _keep(world: World, state: State, out: Out, future: int, week: int) -> None:
    """Pay for what is left on the shelf."""
    skus, warehouses, ages = world.on_hand.shape
    for w in range(warehouses):
        volume = 0.0
        for s in range(skus):
            held = state.held[s, w]
            if held == 0:
                continue
            volume += world.volume_cm3[s] * held
            out.cost[future, CAPITAL] += world.hold[s] * held
            for place in range(state.head[s, w], ages + week):
                units = state.shelf[s, w, place]
                if units > 0:
                    age = min(ages - 1, ages - 1 + week - place)
                    out.cost[future, STORAGE] += world.storage[w, age] * world.volume_cm3[s] * units
                    out.aged[future, age] += units
        if volume > world.capacity[w]:
            out.over[future] += 1


@leaf
def _lots(carton: int, least: int, units: float) -> int:
    """Return the pieces of an order that is not less: whole cartons, and not below the least."""
    return int(np.ceil(max(units, float(least)) / carton - 1e-9)) * carton


@leaf
def _flowing(world: World, orders: Orders, state: State, rank: int, s: int, w: int) -> int:
    """Let the flow and the cap of a week grow; return the pieces of the flow that make an order."""
    lot = float(_lots(world.carton[s], world.least[s], 1.0))
    state.carry[rank, s, w] += orders.flow[rank, s, w]
    cap = orders.cap[rank, s, w]
    state.credit[rank, s, w] = min(state.credit[rank, s, w] + cap, max(cap, lot))
    if state.carry[rank, s, w] < lot - 1e-9:
        return 0
    carton = int(world.carton[s])
    return int(state.carry[rank, s, w] / carton + 1e-9) * carton


@leaf
def _wanted(world: World, orders: Orders, state: State, week: int, rank: int, s: int, w: int, now: int) -> int:
    """Return the pieces that fill the position of a rank; `now` was just ordered by faster ones."""
    weeks = world.incoming.shape[2] - 1
    position = state.held[s, w] + now
    if orders.window[rank, s, w] >= weeks:
        position += state.way[s, w]
    else:
        for due in range(min(weeks, week + orders.window[rank, s, w]) + 1):
            position += state.due[due, s, w]
    if position >= orders.below[rank, s, w, week] or position >= orders.level[rank, s, w, week]:
        return 0
    wanted = _lots(world.carton[s], world.least[s], orders.level[rank, s, w, week] - position)
    if wanted > state.credit[rank, s, w]:
        wanted = int(state.credit[rank, s, w] / world.carton[s] + 1e-9) * world.carton[s]
    if wanted < world.least[s]:
        return 0
    state.credit[rank, s, w] -= wanted
    return wanted


@leaf
def _order(world: World, orders: Orders, state: State, week: int) -> None:
    """Order by the rule, by the fastest lane first; what was just ordered counts for the slower ones."""
    ranks, skus, warehouses = orders.lane.shape
    for s in range(skus):
        for w in range(warehouses):
            now = 0
            for rank in range(ranks):
                lane = orders.lane[rank, s, w]
                if lane < 0:
                    continue
                flow = _flowing(world, orders, state, rank, s, w)
                if orders.goes[rank, lane, week]:
                    state.carry[rank, s, w] -= flow
                    units = flow + _wanted(world, orders, state, week, rank, s, w, now)
                    state.sent[lane, week, s] += units
                    now += units


@leaf
def _follow(world: World, plan: Schedule, state: State, week: int) -> None:
    """Send what a plan sends, more or less of it so that the position is the planned one."""
    skus, warehouses, _ = world.on_hand.shape
    lanes = state.comes.shape[0]
    for s in range(skus):
        for w in range(warehouses):
            total, most, main = 0, 0, -1
            for lane in range(lanes):
                if world.lane_w[lane] == w:
                    units = plan.units[lane, week, s]
                    state.sent[lane, week, s] = units
                    total += units
                    if units > most:
                        most, main = units, lane
            if main < 0:
                continue
            change = plan.level[week, s, w] - (state.held[s, w] + state.way[s, w] + total)
            carton = world.carton[s]
            units = max(0, most + int(np.floor(change / carton + 0.5)) * carton)
            if units < world.least[s]:
                units = _lots(world.carton[s], world.least[s], 1.0) if 2 * units >= world.least[s] else 0
            state.sent[main, week, s] = units


@leaf
def _limit(world: World, state: State, week: int) -> None:
    """Cut the orders of lanes that cannot carry them, all by the same share."""
    skus = world.mass_g.shape[0]
    for lane in range(state.comes.shape[0]):
        mass_g, volume_cm3 = 0.0, 0.0
        for s in range(skus):
            mass_g += world.mass_g[s] * state.sent[lane, week, s]
            volume_cm3 += world.volume_cm3[s] * state.sent[lane, week, s]
        if mass_g <= world.most_g[lane] and volume_cm3 <= world.most_cm3[lane]:
            continue
        share = min(world.most_g[lane] / max(mass_g, 1.0), world.most_cm3[lane] / max(volume_cm3, 1.0))
        for s in range(skus):
            units = int(share * state.sent[lane, week, s] / world.carton[s]) * world.carton[s]
            state.sent[lane, week, s] = units if units >= world.least[s] else 0


@leaf
def _send(world: World, mode: int, state: State, block: Block, out: Out, future: int, week: int) -> None:
    """Let what was ordered leave."""
    skus, warehouses, _ = world.on_hand.shape
    weeks = world.incoming.shape[2] - 1
    for lane in range(state.comes.shape[0]):
        w, lead = world.lane_w[lane], block.lead[future, lane, week]
        comes = world.opens[w, min(weeks, week + lead)]
        planned = world.opens[w, min(weeks, week + world.lead[lane])]
        state.comes[lane, week] = comes
        mass_g, volume_cm3 = 0.0, 0.0
        for s in range(skus):
            units = state.sent[lane, week, s]
            if units == 0:
                continue
            mass_g += world.mass_g[s] * units
            volume_cm3 += world.volume_cm3[s] * units
            state.due[planned, s, w] += units
            state.way[s, w] += units
            out.cost[future, CAPITAL] += world.hold[s] * max(lead, comes - week) * units
            out.pieces[future, SENT] += units
            out.sent[future, lane] += units
        if mode != FIXED and mass_g > 0:
            out.cost[future, FREIGHT] += freight_fen(world.prices, lane, mass_g, volume_cm3)
    if out.position.shape[0] > 0:
        for s in range(skus):
            for w in range(warehouses):
                out.position[week, s, w] += state.held[s, w] + state.way[s, w]


@leaf
def _end(world: World, state: State, out: Out, future: int) -> None:
    """Value what is left; what is on its way is still to be received, and paid for."""
    skus, warehouses, _ = world.on_hand.shape
    for s in range(skus):
        for w in range(warehouses):
            held, way = state.held[s, w], state.way[s, w]
            out.cost[future, INBOUND] += world.inbound[s, w] * way
            out.cost[future, DUTY] += world.duty[s, w] * way
            out.cost[future, LEFTOVER] -= world.leftover[s, w] * (held + way)
            out.pieces[future, LEFT] += held
            out.pieces[future, UNDER_WAY] += way


@leaf
def _buy(world: World, state: State, out: Out, future: int) -> None:
    """Add what of all that left was in production, and what is paid for the rest."""
    lanes, weeks, skus = state.sent.shape
    for s in range(skus):
        for week in range(weeks):
            state.leaving[week] = 0
            for lane in range(lanes):
                state.leaving[week] += state.sent[lane, week, s]
        goods_fen(world.made[s], state.leaving, 1.0, state.bought)
        for week in range(weeks):
            out.goods[future, MADE] += state.leaving[week] - state.bought[week]
            out.goods[future, BOUGHT] += state.bought[week] * world.value[s]
