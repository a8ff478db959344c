"""
One SKU ordered by up to three modes for ever: the optimum and policies, exactly, by value iteration.

A period: what is due arrives; orders are placed, those of lead time 0 are there at once; demand, evenly spread over
0 to 4, is met or waits; stock at the end pays `holding`, what waits pays `short`. Costs are averages of a period.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

DEMAND = range(5)
MEAN = 2.0
_TOLERANCE = 1e-7
_MOST_ROUNDS = 20_000


class Mode(NamedTuple):
    """Price of a piece and whole periods until it is there."""

    price: float
    lead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Single:
    """
    The problem of one SKU.

    Parameters
    ----------
    modes
        The fastest first; at most one of lead time 0.
    holding, short
        Of a piece on the shelf, or missing, at the end of a period.
    """

    modes: tuple[Mode, ...]
    holding: float
    short: float


class States:
    """
    States of a problem within bounds: stock, and pieces due in 1, 2, … periods.

    Parameters
    ----------
    problem
        Whose longest lead time counts.
    low, high
        Of stock; what would leave them is kept at them.
    most
        Pieces due in any one period.
    """

    def __init__(self, problem: Single, low: int, high: int, most: int) -> None:
        self.problem = problem
        self.low, self.high, self.most = low, high, most
        self.length = max(mode.lead for mode in problem.modes) - 1
        self.pipes = np.array(list(itertools.product(range(most + 1), repeat=self.length)), dtype=np.int64)
        self.pipes = self.pipes.reshape(-1, self.length)
        self.stock = np.arange(low, high + 1)
        self.place = (most + 1) ** np.arange(self.length - 1, -1, -1)
        left = self.stock[:, None] - np.array(DEMAND)[None, :]
        self.ends: NDArray[np.float64] = (problem.holding * left.clip(0) + problem.short * (-left).clip(0)).mean(axis=1)

    def after(self, orders: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """
        Return what arrives in the next period, the pieces due after it, and whether that is within bounds.

        Parameters
        ----------
        orders
            Of each mode with a lead time above 0.
        """
        due = np.concatenate([self.pipes, np.zeros((len(self.pipes), 1), dtype=np.int64)], axis=1)
        slow = [mode for mode in self.problem.modes if mode.lead > 0]
        for mode, units in zip(slow, orders, strict=True):
            due[:, mode.lead - 1] += units
        arrives, rest = due[:, 0], due[:, 1:]
        return arrives, np.minimum(rest, self.most) @ self.place, np.asarray((rest <= self.most).all(axis=1))


def optimum(problem: Single, *, low: int, high: int, most: int, cap: int) -> float:
    """
    Return the least average cost.

    Parameters
    ----------
    problem
        What is ordered.
    low, high, most
        Bounds of the states.
    cap
        Most pieces of a mode in a period.
    """
    states = States(problem, low, high, most)
    slow = [mode for mode in problem.modes if mode.lead > 0]
    fast = [mode for mode in problem.modes if mode.lead == 0]
    moves = []
    for orders in itertools.product(range(cap + 1), repeat=len(slow)):
        arrives, rest, is_within = states.after(orders)
        fee = sum(mode.price * units for mode, units in zip(slow, orders, strict=True))
        moves.append((arrives, rest, np.where(is_within, fee, np.inf)))
    reach = states.most + (cap if any(mode.lead == 1 for mode in slow) else 0)
    lined = np.arange(low - max(DEMAND), high + reach + 1)
    value = np.zeros((len(states.stock), len(states.pipes)))
    span = np.array([np.inf, 0.0])
    at = (states.stock - lined[0])[:, None]
    for _ in range(_MOST_ROUNDS):
        clipped: NDArray[np.float64] = value[np.clip(lined, low, high) - low]
        later = np.asarray(np.mean([np.roll(clipped, units, axis=0) for units in DEMAND], axis=0))
        best = np.full_like(value, np.inf)
        for arrives, rest, price in moves:
            np.minimum(best, later[at + arrives[None, :], rest[None, :]] + price[None, :], out=best)
        best += states.ends[:, None]
        for mode in fast:
            paid = best + mode.price * states.stock[:, None]
            best = np.minimum.accumulate(paid[::-1], axis=0)[::-1] - mode.price * states.stock[:, None]
        change = best - value
        span = np.array([change.max(), change.min()])
        value = best - best[len(best) // 2, 0]
        if span[0] - span[1] < _TOLERANCE:
            break
    return float(span.mean())


def average(states: States, policy: Callable[[NDArray[np.int64], NDArray[np.int64]], list[NDArray[np.int64]]]) -> float:
    """
    Return the average cost of a policy.

    Parameters
    ----------
    states
        Bounds within which it stays.
    policy
        Given stock and pipe of all states, shapes (N,) and (N, length), returns the orders of each mode.
    """
    problem = states.problem
    stock = np.repeat(states.stock, len(states.pipes))
    pipe = np.tile(states.pipes, (len(states.stock), 1))
    orders = policy(stock, pipe)
    due = np.concatenate([pipe, np.zeros((len(pipe), 1), dtype=np.int64)], axis=1)
    cost = np.zeros(len(stock))
    after = stock.copy()
    for mode, units in zip(problem.modes, orders, strict=True):
        cost += mode.price * units
        if mode.lead == 0:
            after = after + units
        else:
            due[:, mode.lead - 1] += units
    rest = np.minimum(due[:, 1:], states.most) @ states.place
    nexts = []
    for asked in DEMAND:
        left = after - asked
        cost += (problem.holding * left.clip(0) + problem.short * (-left).clip(0)) / len(DEMAND)
        nexts.append((np.clip(left + due[:, 0], states.low, states.high) - states.low) * len(states.pipes) + rest)
    following = np.array(nexts)
    return _long_run(cost, following, start=int(np.argmin(np.abs(stock) + pipe.sum(axis=1))))


def _long_run(cost: NDArray[np.float64], following: NDArray[np.int64], start: int) -> float:
    """Return the average cost of a chain from a state, over the states that it reaches."""
    seen = np.zeros(len(cost), dtype=np.bool_)
    seen[start] = True
    edge = np.array([start])
    while len(edge):
        edge = np.unique(following[:, edge])
        edge = edge[~seen[edge]]
        seen[edge] = True
    number = np.cumsum(seen) - 1
    cost, following = cost[seen], number[following[:, seen]]
    value = np.zeros(len(cost))
    change = value
    for _ in range(_MOST_ROUNDS):
        new = cost + value[following].mean(axis=0)
        change = new - value
        if change.max() - change.min() < _TOLERANCE:
            break
        value = new - new[0]
    return float((change.max() + change.min()) / 2)


def indexed(problem: Single, levels: Sequence[int], cap: int) -> Callable[..., list[NDArray[np.int64]]]:
    """
    Return the policy in which each mode fills what is due before its own order up to a level, fastest first.

    With two modes and a cap on the slow one it is the capped dual index; with three the tri-index.

    Parameters
    ----------
    problem
        What is ordered.
    levels
        Of each mode.
    cap
        Most of a period by the slowest mode, and by a mode between.
    """

    def policy(stock: NDArray[np.int64], pipe: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        orders: list[NDArray[np.int64]] = []
        for mode, level in zip(problem.modes, levels, strict=True):
            due = stock + pipe[:, : mode.lead].sum(axis=1) + sum(orders)
            wanted = np.maximum(0, level - due)
            orders.append(wanted if mode.lead == 0 else np.minimum(wanted, cap))
        return orders

    return policy


def best_indexed(
    problem: Single, *, caps: Sequence[int], low: int = -9, high: int = 16
) -> tuple[float, tuple[int, ...]]:
    """
    Return the least average cost of an indexed policy, and its levels and cap, changed by one from two starts.

    Parameters
    ----------
    problem
        What is ordered.
    caps
        That are tried.
    low, high
        Of the stock of the states.
    """
    known: dict[tuple[int, ...], float] = {}
    states = {cap: States(problem, low, high, cap if len(problem.modes) == 2 else 2 * cap) for cap in caps}

    def cost(choice: tuple[int, ...]) -> float:
        if choice not in known:
            known[choice] = average(states[choice[-1]], indexed(problem, choice[:-1], choice[-1]))
        return known[choice]

    starts = [
        (*(round(MEAN * (mode.lead + 1)) + extra for mode in problem.modes), caps[len(caps) // 2]) for extra in (1, 3)
    ]
    return min((_descent(cost, start, caps), start) for start in starts)[0]


def _descent(
    cost: Callable[[tuple[int, ...]], float], start: tuple[int, ...], caps: Sequence[int]
) -> tuple[float, tuple[int, ...]]:
    """Return the best choice found by changing one or two numbers at a time by one."""
    best = start
    while True:
        found = min(_around(best, caps), key=cost)
        if cost(found) >= cost(best) - 1e-12:
            return cost(best), best
        best = found


def _around(choice: tuple[int, ...], caps: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield choices in which each level differs by one at most, or the cap is another."""
    for steps in itertools.product((-1, 0, 1), repeat=len(choice) - 1):
        yield (*(level + step for level, step in zip(choice, steps, strict=False)), choice[-1])
    for cap in caps:
        yield (*choice[:-1], cap)


def base_surge(problem: Single, flow: Sequence[int], level: int, most: int = 160) -> float:
    """
    Return the average cost of the tailored base-surge: a constant flow by sea, air up to a level, exactly.

    Parameters
    ----------
    problem
        Two modes, the first of lead time 0.
    flow
        Pieces of the slow mode in each period of a cycle, so that 1, 2 is a flow of one and a half.
    level
        Up to which the fast mode fills.
    most
        Pieces above the level that the chain goes to; with a flow below mean demand, more is as good as impossible.
    """
    above, phase = np.meshgrid(np.arange(most + 1), np.arange(len(flow)), indexing="ij")
    comes = np.array(flow)[phase]
    cost = problem.modes[1].price * comes.astype(float)
    nexts = []
    for units in DEMAND:
        left = level + above - units
        cost = cost + (
            problem.holding * left.clip(0) + problem.short * (-left).clip(0)
            + problem.modes[0].price * (level - (left + comes)).clip(0)
        ) / len(DEMAND)  # fmt: skip
        over = np.clip(left + comes - level, 0, most)
        nexts.append((over * len(flow) + (phase + 1) % len(flow)).ravel())
    return _cyclic(cost.ravel(), np.array(nexts))


def _cyclic(cost: NDArray[np.float64], following: NDArray[np.int64]) -> float:
    """Return the average cost of a chain that may have a cycle, by its stationary distribution."""
    count = len(cost)
    chain = np.zeros((count, count))
    for row in following:
        np.add.at(chain, (np.arange(count), row), 1 / len(following))
    system = chain.T - np.eye(count)
    system[-1] = 1.0
    right = np.zeros(count)
    right[-1] = 1.0
    return float(np.linalg.solve(system, right) @ cost)


FLOWS: tuple[tuple[int, ...], ...] = ((0,), (0, 1), (1,), (1, 2), (1, 2, 2), (1, 2, 2, 2), (1, 2, 2, 2, 2))
"""Flows that are tried, the last ones fractional: 0, ½, 1, 1½, 1⅔, 1¾, 1⅘ pieces of a period."""


def best_surge(problem: Single, flows: Sequence[tuple[int, ...]], levels: Sequence[int] = range(2, 7)) -> float:
    """Return the least average cost of the tailored base-surge with one of some flows."""
    return min(base_surge(problem, flow, level) for flow in flows for level in levels)
