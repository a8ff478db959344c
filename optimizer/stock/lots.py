"""How much to send at once where storage gets dearer with age: exact lots for demand that is known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Tier(NamedTuple):
    """
    Storage of goods from an age on.

    Parameters
    ----------
    from_day
        Age in days; the first tier begins at 0.
    price
        Of a cubic metre and day.
    """

    from_day: float
    price: float


class Lots(NamedTuple):
    """
    When to receive how much.

    Parameters
    ----------
    cost
        Of all periods.
    units
        Received in each period.
    """

    cost: float
    units: tuple[float, ...]


def stored(tiers: Sequence[Tier], days: float) -> float:
    """
    Return what a cubic metre has paid that leaves at some age.

    Examples
    --------
    >>> card = [Tier(0, 0), Tier(30, 0.5), Tier(60, 1.0)]
    >>> stored(card, 30), stored(card, 40), stored(card, 61)
    (0.0, 5.0, 16.0)
    """
    ends = [tier.from_day for tier in tiers[1:]] + [math.inf]
    return sum(max(0.0, min(days, end) - tier.from_day) * tier.price for tier, end in zip(tiers, ends, strict=True))


def lot_storage(units: int, per_day: float, volume_m3: float, tiers: Sequence[Tier]) -> float:
    """
    Return what a lot pays that is sold evenly, oldest first: its i-th piece leaves at the age of i / per_day days.

    Examples
    --------
    >>> round(lot_storage(100, 1, 0.02, [Tier(0, 0), Tier(30, 0.5), Tier(60, 1.0), Tier(90, 1.5)]), 2)
    33.6
    """
    return volume_m3 * sum(stored(tiers, piece / per_day) for piece in range(1, units + 1))


def best_lot(order_cost: float, per_day: float, piece_cost: Callable[[float], float], most: int = 100_000) -> int:
    """
    Return the lot with the least cost for a day, for demand that is even.

    Parameters
    ----------
    order_cost
        Of each lot, whatever its size.
    per_day
        Pieces sold a day.
    piece_cost
        What a piece costs that leaves after some days, such as storage and capital; its slope never falls.
    most
        Largest lot that is looked at.
    """
    total, best, least = order_cost, 1, math.inf
    for units in range(1, most + 1):
        more = piece_cost(units / per_day)
        # The mean falls as long as one more piece costs less than the mean of all before it.
        if units > 1 and more * (units - 1) >= total:
            break
        total += more
        if total / units < least:
            best, least = units, total / units
    return best


def economic_lot(order_cost: float, per_period: float, holding: float) -> tuple[float, float]:
    """
    Return the lot, not whole, and its cost for a period, where holding a piece costs the same in every period.

    Examples
    --------
    >>> lot, cost = economic_lot(8, 1300, 0.225)
    >>> round(lot, 3), round(cost, 4)
    (304.047, 68.4105)
    """
    lot = math.sqrt(2 * order_cost * per_period / holding)
    return lot, holding * lot


def known_demand(demand: Sequence[float], order_cost: Sequence[float], piece_cost: Callable[[int], float]) -> Lots:
    """
    Return the cheapest lots for demand that is known for each period.

    Stock is received only when there is none, which is optimal as the cost of a piece grows with its age and oldest
    pieces are sold first. Exact, by a dynamic programme with a step for each pair of periods.

    Parameters
    ----------
    demand
        Pieces of each period.
    order_cost
        Of a lot received in each period, whatever its size.
    piece_cost
        What a piece costs that is sold some whole periods after it was received, with capital and storage of all ages
        up to then.
    """
    periods = len(demand)
    least = [0.0] + [math.inf] * periods
    begin = [0] * (periods + 1)
    for first in range(periods):
        total = least[first] + order_cost[first]
        for last in range(first, periods):
            total += demand[last] * piece_cost(last - first)
            if total < least[last + 1]:
                least[last + 1], begin[last + 1] = total, first
        if demand[first] == 0 and least[first] < least[first + 1]:
            least[first + 1], begin[first + 1] = least[first], -1 - first
    units, end = [0.0] * periods, periods
    while end > 0:
        first = begin[end]
        if first >= 0:
            units[first] = float(sum(demand[first:end]))
        end = first if first >= 0 else -1 - first
    return Lots(least[periods], tuple(units))
