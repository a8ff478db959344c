"""Known answers of textbooks about one or several stages of stock, worked out from first principles."""

from __future__ import annotations

import itertools
import math
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_TAIL = 8.0
"""Standard deviations beyond which demand is not looked at."""
_STEPS = 16
"""Steps of the grid for a standard deviation of the shortest lead time's demand."""


class Echelon(NamedTuple):
    """Echelon holding cost of a piece and period, and lead time."""

    holding: float
    lead: float


def serial(stages: Sequence[Echelon], short: float, mean: float, sd: float | None) -> float:
    """
    Return the least average cost of stages in a row, each supplied by the next (Clark and Scarf, Chen and Zheng).

    Parameters
    ----------
    stages
        The one nearest to the customer first.
    short
        Of a piece that waits for a period.
    mean, sd
        Of demand in a period: normal, or Poisson where there is no `sd`.
    """
    total = sum(stage.lead for stage in stages)
    spread = math.sqrt(total * (mean if sd is None else sd * sd))
    step = 1.0 if sd is None else sd * math.sqrt(min(stage.lead for stage in stages)) / _STEPS
    low = math.floor(-(mean * total + 2 * _TAIL * spread) / step)
    high = math.ceil((mean * total + _TAIL * spread) / step)
    place = np.arange(low, high + 1) * step
    behind = (short + sum(stage.holding for stage in stages)) * (-place).clip(0)
    for stage in stages:
        demand, chance = _lead_demand(mean * stage.lead, None if sd is None else sd * math.sqrt(stage.lead), step)
        cost = _expected(stage.holding * place + behind, demand, chance)
        best = int(np.argmin(cost))
        behind = np.where(np.arange(len(cost)) < best, cost, cost[best])
    return float(cost[best])


def _lead_demand(mean: float, sd: float | None, step: float) -> tuple[int, NDArray[np.float64]]:
    """Return the least demand, in steps, and the chances of it and of each further step."""
    spread = math.sqrt(mean) if sd is None else sd
    low = math.floor((mean - _TAIL * spread) / step)
    high = math.ceil((mean + (2 if sd is None else 1) * _TAIL * spread) / step)
    if sd is None:
        low = max(0, low)
        units = np.arange(low, high + 1)
        logs = np.array([unit * math.log(mean) - mean - math.lgamma(unit + 1) for unit in units])
        chance = np.exp(logs)
    else:
        edges = (np.arange(low, high + 2) - 0.5) * step
        normal = NormalDist(mean, sd)
        chance = np.diff([normal.cdf(edge) for edge in edges])
    return low, chance / chance.sum()


def _expected(cost: NDArray[np.float64], low: int, chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the expected cost after demand, with the slope at the left end going on for ever."""
    most = low + len(chance)
    before = cost[0] - (cost[1] - cost[0]) * np.arange(most + 1, 0, -1)
    lined = np.concatenate([before, cost])
    begin = len(before) - low
    # Place i of the result is the sum over k of chance[k] * lined[begin + i - k].
    whole = np.convolve(lined, chance)
    return np.asarray(whole[begin : begin + len(cost)])


def newsvendor(holding: float, short: float, sd: float) -> float:
    """Return the least cost of one period with normal demand; its mean does not matter."""
    z = NormalDist().inv_cdf(short / (short + holding))
    return (holding + short) * sd * NormalDist().pdf(z)


def order_up_to(holding: float, short: float, fixed: float, mean: float, most: int = 60) -> float:
    """
    Return the least average cost of (s, S) with Poisson demand and no lead time, by looking at all pairs.

    Parameters
    ----------
    holding, short
        Of a piece at the end of a period.
    fixed
        Of an order.
    mean
        Demand of a period.
    most
        Largest S, and distance to s, that is looked at.
    """
    chance = np.array([math.exp(unit * math.log(mean) - mean - math.lgamma(unit + 1)) for unit in range(most * 4)])
    levels = np.arange(-most, most + 1)
    left = levels[:, None] - np.arange(len(chance))[None, :]
    ends = ((holding * left.clip(0) + short * (-left).clip(0)) * chance[None, :]).sum(axis=1)
    # Visits of each position below S before an order is placed: a renewal process of demand.
    visits = np.zeros(2 * most)
    visits[0] = 1 / (1 - chance[0])
    for gone in range(1, len(visits)):
        visits[gone] = sum(visits[gone - unit] * chance[unit] for unit in range(1, gone + 1)) / (1 - chance[0])
    best = math.inf
    for top in range(1, most + 1):
        reach = top + most
        costs = visits[: min(reach, len(visits))] * ends[[top + most - gone for gone in range(min(reach, len(visits)))]]
        best = min(best, float(((fixed + np.cumsum(costs)) / np.cumsum(visits[: len(costs)])).min()))
    return best


def joint_lots(
    shared: float, own: Sequence[float], holding: Sequence[float], rate: Sequence[float], most: int = 8
) -> float:
    """
    Return the least cost of items ordered together, each in every one of so many common cycles, by looking at all.

    Parameters
    ----------
    shared, own
        Of a common order, and of an item in it.
    holding, rate
        Of a piece and period, and pieces of a period.
    most
        Most cycles from one order of an item to the next; some item is in every one.
    """
    carried = [one * two for one, two in zip(holding, rate, strict=True)]
    best = math.inf
    for cycles in itertools.product(range(1, most + 1), repeat=len(own)):
        if min(cycles) == 1:
            orders = shared + sum(cost / count for cost, count in zip(own, cycles, strict=True))
            stock = sum(cost * count for cost, count in zip(carried, cycles, strict=True))
            best = min(best, math.sqrt(2 * orders * stock))
    return best
