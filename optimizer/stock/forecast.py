"""
Demand as far as stocking needs it: mean and spread of each week to come, and quantiles over several weeks.

Weeks in which a SKU was out of stock say only how much was asked for at least. Seasons are those of a group of SKUs,
thin series follow their probability and size apart (Teunter, Syntetos, Babai), new SKUs begin with their group.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optimizer.stock.problem import Bools, Floats, Ints

YEAR = 52
SEASONS = 13
"""Parts of a year that have an index of their own, four weeks each."""
SMOOTHING = 0.12
"""Weight of the last week in the level."""
NEW = 10
"""Weeks of history below which a SKU takes its level from its group."""
_SHRINK = 10.0
"""Weeks of history by which a group's dispersion outweighs a SKU's own."""
_TINY = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """
    What was sold, of SKUs in markets, in weeks that follow each other.

    Parameters
    ----------
    units
        Shape (K, N): pieces, the oldest week first.
    is_out
        Shape (K, N): whether there was no stock left in the week.
    is_listed
        Shape (K, N): whether it was on sale; not before its first week.
    group
        Shape (K,): number of the group of similar SKUs, such as those of one market.
    first_week
        Week of the year of the oldest week, from 0.
    """

    units: Floats
    is_out: Bools
    is_listed: Bools
    group: Ints
    first_week: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """
    What will be asked for.

    Parameters
    ----------
    mean, sd
        Shape (K, H): pieces of a week, and their standard deviation with that of the level itself.
    """

    mean: Floats
    sd: Floats


def forecast(history: History, weeks: int) -> Forecast:
    """
    Return mean and standard deviation of the weeks after the history.

    Parameters
    ----------
    history
        What was sold.
    weeks
        How many, H.
    """
    count, past = history.units.shape
    place = (history.first_week + np.arange(past + weeks)) % YEAR * SEASONS // YEAR
    filled = np.array([uncensored(*row) for row in zip(history.units, history.is_out, history.is_listed, strict=True)])
    mean, sd = np.zeros((count, weeks)), np.zeros((count, weeks))
    for group in np.unique(history.group):
        of = np.flatnonzero(history.group == group)
        listed = history.is_listed[of]
        index = seasons(filled[of], listed, place[:past])
        plain = filled[of] / index[place[:past]]
        level, spread, dispersion = _levels(plain, listed)
        ahead = level[:, None] * index[place[past:]][None, :]
        mean[of] = ahead
        sd[of] = np.sqrt(dispersion[:, None] * ahead + (spread[:, None] * index[place[past:]][None, :]) ** 2)
    return Forecast(mean=mean, sd=sd)


def uncensored(units: Floats, is_out: Bools, is_listed: Bools) -> Floats:
    """
    Return what was probably asked for: in a week without stock the mean of what may have been asked for at least.

    Each such week shares its weight evenly among all listed weeks with more (Kaplan and Meier); if there is none, what
    was sold stays.

    Examples
    --------
    >>> yes, no = np.array([True] * 5), np.array([False, False, True, False, True])
    >>> uncensored(np.array([2.0, 6.0, 3.0, 4.0, 0.0]), no, yes).tolist()
    [2.0, 6.0, 5.0, 4.0, 4.25]
    """
    found = units.astype(float).copy()
    weight = is_listed.astype(float)
    for value in np.unique(units[is_out & is_listed]):
        here = is_out & is_listed & (units == value)
        above = is_listed & ((units > value) | ((units == value) & ~is_out))
        if above.any():
            weight[above] += weight[here].sum() / above.sum()
            weight[here] = 0.0
    for at in np.flatnonzero(is_out & is_listed):
        above = (weight > 0) & (units >= units[at])
        if above.any():
            found[at] = np.average(units[above], weights=weight[above])
    return found


def seasons(units: Floats, is_listed: Bools, place: Ints) -> Floats:
    """
    Return the indices of the parts of a year of a group, 1 on average; all 1 with less than a year of history.

    Parameters
    ----------
    units, is_listed
        Shape (K, N).
    place
        Shape (N,): part of the year of each week.
    """
    steady = is_listed.all(axis=1)
    if units.shape[1] < YEAR or not steady.any() or units[steady].sum() <= 0:
        return np.ones(SEASONS)
    total = units[steady].sum(axis=0)
    raw = np.array([total[place == part].mean() for part in range(SEASONS)]) / total.mean()
    # An index rests on so many pieces; few of them are chance rather than season.
    pieces = np.array([total[place == part].sum() for part in range(SEASONS)])
    noise = 1 / np.maximum(pieces, _TINY)
    signal = max(float(np.var(raw)) - float(noise.mean()), 0.0)
    index = 1 + (raw - 1) * signal / (signal + noise)
    return np.asarray(np.maximum(index, 0.05) / index.mean())


def level_of(units: Floats, smoothing: float = SMOOTHING) -> float:
    """
    Return the level at the end of a series: the probability that anything is asked for, times how much then.

    Both are smoothed apart, and the probability falls in every week without demand, so that what stops selling fades.

    Examples
    --------
    >>> round(level_of(np.array([0.0, 4.0, 0.0, 4.0] * 20)), 2), round(level_of(np.array([5.0] * 20 + [0.0] * 60)), 3)
    (2.13, 0.002)
    """
    begin = units[: max(4, len(units) // 3)]
    chance = float((begin > 0).mean())
    size = float(begin[begin > 0].mean()) if chance else float(units[units > 0].mean()) if (units > 0).any() else 0.0
    for value in units:
        chance += smoothing * (float(value > 0) - chance)
        if value > 0:
            size += smoothing * (value - size)
    return float(chance * size)


def _levels(units: Floats, is_listed: Bools) -> tuple[Floats, Floats, Floats]:
    """Return levels of series without season, how uncertain they are, and variance over mean of a week."""
    count = is_listed.sum(axis=1)
    mean = np.array([row[on].mean() if on.any() else 0.0 for row, on in zip(units, is_listed, strict=True)])
    raw = np.array([row[on].var(ddof=1) if on.sum() > 1 else 0.0 for row, on in zip(units, is_listed, strict=True)])
    has = (mean > 0) & (count >= NEW)
    usual = float(np.median(raw[has] / mean[has])) if has.any() else 1.0
    own = np.where(mean > 0, raw / np.maximum(mean, _TINY), usual)
    dispersion = np.maximum(0.1, (count * own + _SHRINK * usual) / (count + _SHRINK))
    level, spread = np.zeros(len(units)), np.zeros(len(units))
    for at, (row, on) in enumerate(zip(units, is_listed, strict=True)):
        if count[at] >= NEW:
            level[at] = level_of(row[on])
            spread[at] = np.sqrt(dispersion[at] * level[at] * SMOOTHING / (2 - SMOOTHING))
        else:
            level[at], spread[at] = like_others(float(row[on].sum()), int(count[at]), mean[has])
    return level, spread, dispersion


def like_others(units: float, weeks: int, others: Floats) -> tuple[float, float]:
    """
    Return level and its standard deviation of a new SKU: a gamma prior from its group, updated by what it has sold.

    Parameters
    ----------
    units, weeks
        Sold so far, and in how many weeks.
    others
        Levels of the group.

    Examples
    --------
    >>> others = np.array([1.0, 2.0, 3.0, 6.0])
    >>> [round(float(one), 2) for one in (*like_others(0, 0, others), *like_others(40, 8, others))]
    [3.0, 2.16, 4.85, 0.75]
    """
    if len(others) == 0 or others.mean() <= 0:
        level = units / weeks if weeks else 0.0
        return level, np.sqrt(level / weeks) if weeks else 0.0
    mean = float(others.mean())
    variance = float(others.var(ddof=1)) if len(others) > 1 else mean * mean
    variance = max(variance, 0.01 * mean * mean)
    shape, rate = mean * mean / variance + units, mean / variance + weeks
    return shape / rate, np.sqrt(shape) / rate


def over_weeks(mean: Floats, sd: Floats, z: float) -> float:
    """
    Return a quantile of the demand of several weeks, such as those of a lead time.

    Parameters
    ----------
    mean, sd
        Shape (H,): of each week, independent of each other.
    z
        The quantile, as that of a standard normal variable.
    """
    return float(gamma_quantile(np.array(mean.sum()), np.array(np.sqrt((sd**2).sum())), z))


def gamma_quantile(mean: Floats, sd: Floats, z: Floats | float) -> Floats:
    """
    Return quantiles of gamma distributions by the approximation of Wilson and Hilferty.

    Demand is not below zero and leans to the right, the more so the thinner it is; a normal distribution says
    negative numbers of a SKU that is sold now and then.

    Parameters
    ----------
    mean, sd
        Not negative; the result is the mean where there is no spread.
    z
        The quantile, as that of a standard normal variable.

    Examples
    --------
    >>> gamma_quantile(np.array([0.0, 10.0, 10.0]), np.array([0.0, 0.0, 3.0]), 1.6448536).round(2).tolist()
    [0.0, 10.0, 15.39]
    """
    safe = np.maximum(mean, _TINY)
    part = np.square(np.minimum(sd / safe, 1e6)) / 9
    root = np.maximum(0.0, 1 - part + z * np.sqrt(part))
    return np.asarray(np.where(mean > 0, safe * root**3, 0.0))
