"""Which shipments fill one box best: a two-dimensional knapsack, exactly or with a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from network.timetable import Ints

MOST_NODES = 300_000
"""Nodes of the tree after which a knapsack is given up as exact, unless more are asked for."""
MOST_WITH_CUTS = 100_000
"""The same where loads pay for cuts, which the bound knows of only in part."""
BLENDS = (1.0, 0.5, 0.0, 0.75, 0.25)
"""Weights of volume, the rest being that of mass, with which both constraints are made one for the bound."""
TINY = 1e-12
"""Keeps goods without weight apart from division by nothing, and rounding from making room too small."""
FINEST = 0.01
"""Step at which the best blend is looked for no further."""


class Cuts(NamedTuple):
    """
    Rows of the linear model: of each three shipments no more than one load has two or all.

    Parameters
    ----------
    items
        Positions of the three, one row for each.
    price
        Fen that a load pays for having two or three of them.
    """

    items: Ints
    price: Ints


def no_cuts() -> Cuts:
    """Return that there are none."""
    return Cuts(np.zeros((0, 3), dtype=np.int64), np.zeros(0, dtype=np.int64))


@njit(cache=True, nogil=True)
def best_load(
    profit: Ints,
    volume: Ints,
    mass: Ints,
    most_volume: int,
    most_mass: int,
    cuts: Cuts,
    beyond: int = 0,
    nodes: int = MOST_NODES,
    much_better: float = 0.0,
) -> tuple[int, int, Ints]:
    """
    Return the most profitable set of items that fits.

    Parameters
    ----------
    profit, volume, mass
        Of each item; those without profit are left out.
    most_volume, most_mass
        What fits.
    cuts
        What sets pay for having two of some three items.
    beyond
        Only sets with more profit are looked for.
    nodes
        Nodes of the tree after which the search is given up as exact.
    much_better
        Once a set is found, others are looked for only if they could exceed `beyond` by so many times more.

    Returns
    -------
    value, upper
        Profit of the set, and an upper bound on that of any set; equal unless the tree grew too large, or what is not
        much better was not looked for. Both are `beyond` if there is none with more.
    chosen
        Positions of the items.

    Notes
    -----
    Depth-first branch and bound; the bound is the fractional knapsack of a blend of both constraints, each scaled to
    1, with the blend that is tightest at the root. Of cuts, half the price is in the bound for each item left of those
    with one item taken: who takes one of the two others, or both, pays it once.
    """
    able = np.flatnonzero((profit > 0) & (volume <= most_volume) & (mass <= most_mass))
    if able.shape[0] == 0:
        return beyond, beyond, able
    gain, takes_volume, takes_mass = profit[able], volume[able] / most_volume, mass[able] / most_mass
    blend, root = best_blend(gain, takes_volume, takes_mass)
    weight = blend * takes_volume + (1.0 - blend) * takes_mass
    order = np.argsort(-gain / (weight + TINY), kind="mergesort")
    ptr, of_item = cuts_of(cuts, able[order], profit.shape[0])
    if of_item.shape[0]:
        nodes = min(nodes, MOST_WITH_CUTS)
    place = np.full(profit.shape[0], -1, dtype=np.int64)
    place[able[order]] = np.arange(order.shape[0])
    held = np.zeros(cuts.price.shape[0], dtype=np.int64)
    paid = np.zeros(order.shape[0] if of_item.shape[0] else 0)
    n = order.shape[0]
    best = np.zeros(n, dtype=np.bool_)
    taken = np.zeros(n, dtype=np.bool_)
    best_value = worth_more_than = beyond
    value = 0
    volume_left, mass_left, room = most_volume, most_mass, 1.0
    i = 0
    is_whole = False
    for _ in range(nodes):
        if i < n and is_promising(gain, weight, order, paid, i, room, worth_more_than - value):
            item = order[i]
            if volume[able[item]] <= volume_left and mass[able[item]] <= mass_left:
                taken[i] = True
                value += gain[item]
                for k in range(ptr[i], ptr[i + 1]):
                    value -= hold(cuts, of_item[k], 1, held, place, paid)
                volume_left -= volume[able[item]]
                mass_left -= mass[able[item]]
                room -= weight[item]
                if value > best_value:
                    best_value = value
                    worth_more_than = value + int(much_better * (value - beyond))
                    best[:] = False
                    best[: i + 1] = taken[: i + 1]
            i += 1
            continue
        # Go back to the last item taken and leave it out.
        i -= 1
        while i >= 0 and not taken[i]:
            i -= 1
        if i < 0:
            is_whole = True
            break
        item = order[i]
        taken[i] = False
        value -= gain[item]
        for k in range(ptr[i], ptr[i + 1]):
            value += hold(cuts, of_item[k], -1, held, place, paid)
        volume_left += volume[able[item]]
        mass_left += mass[able[item]]
        room += weight[item]
        i += 1
    upper = min(worth_more_than, max(best_value, int(root)))
    if not is_whole:
        # What was not looked at goes on from where the search ended, or leaves out some item that was taken.
        most = gain[order[taken]].sum() + fractional(gain, weight, order, i, room)
        value = gain[order[taken]].sum()
        for k in range(n - 1, -1, -1):
            if taken[k]:
                value -= gain[order[k]]
                room += weight[order[k]]
                most = max(most, value + fractional(gain, weight, order, k + 1, room))
        upper = max(upper, int(min(most, root)))
    return best_value, upper, np.sort(able[order[best]])


@njit(cache=True, nogil=True)
def hold(cuts: Cuts, cut: int, change: int, held: Ints, place: Ints, paid: NDArray[np.float64]) -> int:
    """Take one more, or one less, of the items of a cut, and return by how much what is paid for it changes."""
    before = held[cut]
    held[cut] += change
    was_one, is_one = before == 1, held[cut] == 1
    if was_one != is_one:
        half = 0.5 * cuts.price[cut] * (1.0 if is_one else -1.0)
        for item in cuts.items[cut]:
            if place[item] >= 0:
                paid[place[item]] += half
    if (before > 1) != (held[cut] > 1):
        return int(cuts.price[cut])
    return 0


@njit(cache=True, nogil=True)
def is_promising(
    gain: Ints,
    weight: NDArray[np.float64],
    order: Ints,
    paid: NDArray[np.float64],
    first: int,
    room: float,
    beyond: int,
) -> bool:
    """
    Say whether items from a position on could have more profit than some.

    Parameters
    ----------
    gain, weight, order
        As for `fractional`, whose bound is looked at first.
    paid
        What each item in order pays for cuts at least; empty if there are none.
    first, room, beyond
        The position, the room left, and the profit.
    """
    total, left, rent = 0.0, room + 1e-9, 0.0
    for k in range(first, order.shape[0]):
        item = order[k]
        if weight[item] >= left:
            rent = gain[item] / weight[item]
            total += rent * left + 1.0
            break
        total += gain[item]
        left -= weight[item]
    if total <= beyond:
        return False
    if not paid.shape[0]:
        return True
    total = rent * (room + 1e-9) + 1.0
    for k in range(first, order.shape[0]):
        total += max(0.0, gain[order[k]] - paid[k] - rent * weight[order[k]])
    return total > beyond


@njit(cache=True, nogil=True)
def best_blend(gain: Ints, takes_volume: NDArray[np.float64], takes_mass: NDArray[np.float64]) -> tuple[float, float]:
    """Return the weight of volume with which one constraint in the place of both bounds the profit best, and that."""
    root, blend = np.inf, 0.5
    for other in BLENDS:
        most, _ = bound_of(gain, other * takes_volume + (1.0 - other) * takes_mass)
        if most < root:
            root, blend = most, other
    step = 0.125
    while step > FINEST:
        middle = blend
        for other in (middle - step, middle + step):
            if 0.0 < other < 1.0:
                most, _ = bound_of(gain, other * takes_volume + (1.0 - other) * takes_mass)
                if most < root:
                    root, blend = most, other
        step /= 2.0
    return blend, root


@njit(cache=True, nogil=True)
def cuts_of(cuts: Cuts, items: Ints, count: int) -> tuple[Ints, Ints]:
    """Return the cuts with a price that each item of a list is in: those of the i-th are ``ptr[i]:ptr[i + 1]``."""
    ptr = np.zeros(items.shape[0] + 1, dtype=np.int64)
    if not cuts.price.any():
        return ptr, np.zeros(0, dtype=np.int64)
    place = np.full(count, -1, dtype=np.int64)
    place[items] = np.arange(items.shape[0])
    found = np.empty(cuts.items.size, dtype=np.int64)
    for fills in (False, True):
        at = ptr.copy()
        for cut in range(cuts.price.shape[0]):
            for item in cuts.items[cut]:
                if cuts.price[cut] > 0 and place[item] >= 0:
                    if fills:
                        found[at[place[item]]] = cut
                        at[place[item]] += 1
                    else:
                        ptr[place[item] + 1] += 1
        if not fills:
            ptr = np.cumsum(ptr)
    return ptr, found


@njit(cache=True, nogil=True)
def violated(chosen: NDArray[np.bool_], value: NDArray[np.float64], least: float) -> tuple[Ints, NDArray[np.float64]]:
    """
    Return threes of shipments of which more than one load has two or all, as loads are used in a linear solution.

    Parameters
    ----------
    chosen
        Whether each load, one row for each, has each shipment.
    value
        Of each load.
    least
        By how much more than one.

    Returns
    -------
    items, excess
        The threes, and by how much.
    """
    n = chosen.shape[1]
    together = np.zeros((n, n))
    for load in range(chosen.shape[0]):
        items = np.flatnonzero(chosen[load])
        for one in items:
            together[one, items] += value[load]
    found, excess, count = np.empty((256, 3), dtype=np.int64), np.empty(256), 0
    for i in range(n):
        for j in range(i + 1, n):
            for k in range(j + 1, n):
                total = together[i, j] + together[i, k] + together[j, k] - 1.0
                if total <= least:
                    continue
                for load in range(chosen.shape[0]):
                    if chosen[load, i] and chosen[load, j] and chosen[load, k]:
                        total -= 2.0 * value[load]
                if total > least:
                    if count == excess.shape[0]:
                        found = np.concatenate((found, np.empty_like(found)))
                        excess = np.concatenate((excess, np.empty_like(excess)))
                    found[count, 0], found[count, 1], found[count, 2] = i, j, k
                    excess[count] = total
                    count += 1
    return found[:count], excess[:count]


@njit(cache=True, nogil=True)
def bound_of(gain: Ints, weight: NDArray[np.float64]) -> tuple[float, float]:
    """Return an upper bound on the profit of items that weigh no more than 1 together, and the rent of that 1."""
    if weight.sum() <= 1.0:
        return float(gain.sum()), 0.0
    order = np.argsort(-gain / (weight + TINY))
    room = 1.0
    for item in order:
        room -= weight[item]
        if room <= 0.0:
            return fractional(gain, weight, order, 0, 1.0), gain[item] / (weight[item] + TINY)
    return float(gain.sum()), 0.0


def heaviest(volume: Ints, mass: Ints, most_volume: int, most_mass: int) -> int:
    """Return the most that items weigh of which all fit together."""
    fits = (volume <= most_volume) & (mass <= most_mass)
    return min(most_mass, int(bound_of(mass[fits], volume[fits] / most_volume)[0]))


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz", "nnan", "ninf"})
def left_over(worth: Ints, own: Ints, volume: Ints, mass: Ints, by_volume: float, by_mass: float) -> float:
    """Return what items are worth together beyond what they pay of their own and as rent, each if that is positive."""
    total = 0.0
    for i in range(worth.shape[0]):
        total += max(0.0, worth[i] - own[i] - by_volume * volume[i] - by_mass * mass[i])
    return total


@njit(cache=True, nogil=True)
def fractional(profit: Ints, weight: NDArray[np.float64], order: Ints, first: int, room: float) -> float:
    """Return an upper bound on the profit of items from a position on, in order of profit for weight."""
    total = 0.0
    room += 1e-9
    for k in range(first, order.shape[0]):
        item = order[k]
        if weight[item] >= room:
            return float(total + profit[item] * room / weight[item] + 1.0)
        total += profit[item]
        room -= weight[item]
    return float(total)


@njit(cache=True, nogil=True)
def paying(worth: Ints, cost: Ints, own: Ints, volume: Ints, mass: Ints, most_volume: Ints, most_mass: Ints) -> Ints:
    """
    Return the carriages of which some load could be worth more than the box costs.

    Parameters
    ----------
    worth
        Of carrying each shipment.
    cost, own, volume, mass, most_volume, most_mass
        As for `worth_at_most`, by which those are judged that do not pay with the first shipments that fit.
    """
    found = np.empty(cost.shape[0], dtype=np.int64)
    count = 0
    rent = np.zeros(2)
    for c in range(cost.shape[0]):
        if pays(worth, cost[c], own[c], volume, mass, most_volume[c], most_mass[c], rent):
            found[count] = c
            count += 1
    return found[:count]


@njit(cache=True, nogil=True)
def pays(
    worth: Ints,
    cost: int,
    own: Ints,
    volume: Ints,
    mass: Ints,
    most_volume: int,
    most_mass: int,
    rent: NDArray[np.float64],
) -> bool:
    """Say whether some load of one carriage could be worth more than the box costs, as `worth_at_most` judges."""
    value, volume_left, mass_left = 0, most_volume, most_mass
    for i in range(worth.shape[0]):
        profit = worth[i] - own[i]
        if profit > 0 and volume[i] <= volume_left and mass[i] <= mass_left:
            volume_left -= volume[i]
            mass_left -= mass[i]
            value += profit
    return value > cost or most_worth(worth, cost, own, volume, mass, most_volume, most_mass, rent) > cost


@njit(cache=True, nogil=True)
def worth_at_most(
    duals: Ints,
    cost: Ints,
    own: Ints,
    volume: Ints,
    mass: Ints,
    most_volume: Ints,
    most_mass: Ints,
    rent: NDArray[np.float64],
) -> Ints:
    """
    Return for each carriage a bound on the worth of any load, before the cost of the box.

    Parameters
    ----------
    duals
        Worth of carrying each shipment.
    cost
        Of each carriage; a bound that is no more than that is not looked for further.
    own
        What each shipment pays on each carriage, one row per carriage.
    volume, mass, most_volume, most_mass
        Of shipments and of carriages.
    rent
        What all volume and all payload of each carriage may be worth, two columns; changed to what proved best.

    Notes
    -----
    Whatever the rent, no load is worth more than it and what shipments are worth beyond their part of it. With the rent
    of another time that is mostly bound enough, and takes no sorting.
    """
    bounds = np.zeros(cost.shape[0], dtype=np.int64)
    for c in range(cost.shape[0]):
        bounds[c] = most_worth(duals, cost[c], own[c], volume, mass, most_volume[c], most_mass[c], rent[c])
    return bounds


@njit(cache=True, nogil=True)
def most_worth(
    duals: Ints,
    cost: int,
    own: Ints,
    volume: Ints,
    mass: Ints,
    most_volume: int,
    most_mass: int,
    rent: NDArray[np.float64],
) -> int:
    """Return for one carriage what `worth_at_most` does."""
    by_volume, by_mass = rent[0] / most_volume, rent[1] / most_mass
    # Rounding of the sum is far below one fen.
    bound = int(rent[0] + rent[1] + left_over(duals, own, volume, mass, by_volume, by_mass) + 1.0)
    if bound <= cost:
        return bound
    profit = duals - own
    able = np.flatnonzero((profit > 0) & (volume <= most_volume) & (mass <= most_mass))
    gain, takes_volume, takes_mass = profit[able], volume[able] / most_volume, mass[able] / most_mass
    for blend in BLENDS[:3]:
        most, ratio = bound_of(gain, blend * takes_volume + (1.0 - blend) * takes_mass)
        if int(most) < bound:
            bound = int(most)
            rent[0], rent[1] = ratio * blend, ratio * (1.0 - blend)
        if bound <= cost:
            break
    return bound


@njit(cache=True, nogil=True)
def lowered(
    duals: Ints,
    order: Ints,
    cost: Ints,
    own: Ints,
    volume: Ints,
    mass: Ints,
    most_volume: Ints,
    most_mass: Ints,
    cuts: Cuts,
    nodes: int = MOST_NODES,
) -> Ints:
    """
    Return duals, lowered until no load of some carriages is worth more than it costs.

    Parameters
    ----------
    duals
        Worth of carrying each shipment.
    order
        The carriages that may exceed their cost.
    cost, own, volume, mass, most_volume, most_mass
        As for `worth_at_most`.
    cuts
        What loads pay for having two of some three items.

    Notes
    -----
    Where the best load of a carriage is worth w more than nothing and costs c < w, what every shipment gains on it is
    multiplied by c / w: then no load gains more than c, as what is paid for cuts stays. Lower duals are never worth
    more on another carriage.
    """
    duals = duals.copy()
    for c in order:
        profit = duals - own[c]
        _, worth, _ = best_load(profit, volume, mass, most_volume[c], most_mass[c], cuts, cost[c], nodes)
        if worth > cost[c]:
            # A little less, so that rounding never leaves more than the cost.
            share = (1.0 - TINY) * cost[c] / worth
            for i in range(duals.shape[0]):
                if profit[i] > 0:
                    duals[i] = own[c, i] + int(profit[i] * share)
    return duals
