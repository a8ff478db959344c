"""What a simulation found: means with confidence, quantiles, and where it hurts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from optimizer.stock.simulate_world import BOUGHT, MADE, PARTS

if TYPE_CHECKING:
    from optimizer.stock.problem import Floats

CONFIDENCE = 0.95
"""Probability with which every stated interval holds the truth."""
_Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True, slots=True)
class Estimate:
    """
    A number found from futures, and the interval in which it lies with the confidence `CONFIDENCE`.

    Parameters
    ----------
    value, low, high
        In the unit of what is estimated.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """
    What came of a plan or a rule in many futures.

    Parameters
    ----------
    name
        Of the plan or the rule.
    seed
        Of the futures.
    skus, markets, lanes
        Ids, in the order of the indices.
    cost
        Shape (F, parts): fen by part of `PARTS`.
    asked, met
        Shape (F, M): pieces asked for and met.
    early
        Shape (F, 2): pieces asked for, and met, in weeks that nothing sent from now on can reach.
    asked_sku, met_sku, short_sku
        Shape (S,): pieces, and fen of shortage, over all futures.
    aged
        Shape (F, A): pieces times weeks on the shelf, by age in weeks.
    over
        Shape (F,): weeks of warehouses above their capacity.
    pieces
        Shape (F, 6): as in `optimizer.stock.simulate_world.PIECES`.
    sent
        Shape (F, L): pieces sent by each lane.
    goods
        Shape (F, 2): pieces sent that were in production, and fen of those that are bought.
    """

    name: str
    seed: int
    skus: tuple[str, ...]
    markets: tuple[str, ...]
    lanes: tuple[str, ...]
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

    @property
    def futures(self) -> int:
        """How many futures."""
        return len(self.cost)

    @property
    def totals(self) -> Floats:
        """Cost of each future, fen."""
        return np.asarray(self.cost.sum(axis=1))

    def total(self) -> Estimate:
        """Return the mean cost, fen."""
        return mean_of(self.totals)

    def part(self, name: str) -> Estimate:
        """Return the mean of one part of the cost, fen."""
        return mean_of(self.cost[:, PARTS.index(name)])

    def made(self) -> Estimate:
        """Return how many of the pieces that leave were in production."""
        return mean_of(self.goods[:, MADE])

    def bought(self) -> Estimate:
        """Return what goods are bought for that leave beyond these, fen."""
        return mean_of(self.goods[:, BOUGHT])

    def fill(self, market: int | None = None) -> Estimate:
        """Return the share of what is asked for that is met, in all markets or in one."""
        if market is None:
            return ratio_of(self.met.sum(axis=1), self.asked.sum(axis=1))
        return ratio_of(self.met[:, market], self.asked[:, market])

    def fill_early(self) -> Estimate:
        """Return the share that is met of what is asked for before anything sent from now on can be there."""
        return ratio_of(self.early[:, 1], self.early[:, 0])

    def fill_later(self) -> Estimate:
        """Return the share that is met of what is asked for once something that is sent can be there."""
        return ratio_of(self.met.sum(axis=1) - self.early[:, 1], self.asked.sum(axis=1) - self.early[:, 0])

    def age(self) -> Estimate:
        """Return the mean age of what lies on the shelf, weeks."""
        return ratio_of(self.aged @ np.arange(self.aged.shape[1]), self.aged.sum(axis=1))

    def older(self, weeks: int) -> Estimate:
        """Return which share of what lies on the shelf is at least some weeks old."""
        return ratio_of(self.aged[:, weeks:].sum(axis=1), self.aged.sum(axis=1))

    def worst(self, count: int = 1) -> list[int]:
        """Return the SKUs whose shortages cost most, by index, the worst first."""
        order = np.argsort(-self.short_sku, kind="stable")
        return [int(s) for s in order[:count] if self.short_sku[s] > 0]

    def fill_of(self, sku: int) -> float:
        """Return the share of what is asked for of one SKU that is met, 1 if nothing is asked for."""
        return float(self.met_sku[sku] / self.asked_sku[sku]) if self.asked_sku[sku] else 1.0


def mean_of(values: Floats) -> Estimate:
    """
    Return a mean.

    Examples
    --------
    >>> found = mean_of(np.array([1.0, 3.0]))
    >>> found.value, round(found.low, 6), round(found.high, 6)
    (2.0, 0.040036, 3.959964)
    """
    mean = float(values.mean())
    spread = _Z * float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else math.inf
    return Estimate(mean, mean - spread, mean + spread)


def ratio_of(top: Floats, bottom: Floats) -> Estimate:
    """Return a ratio of sums with the interval of its linear approximation; 1 where there is nothing to divide by."""
    whole = float(bottom.sum())
    if whole == 0:
        return Estimate(1.0, 1.0, 1.0)
    ratio = float(top.sum()) / whole
    count = len(top)
    if count == 1:
        return Estimate(ratio, -math.inf, math.inf)
    spread = _Z * float((top - ratio * bottom).std(ddof=1)) * math.sqrt(count) / whole
    return Estimate(ratio, ratio - spread, ratio + spread)


def quantile_of(values: Floats, share: float) -> Estimate:
    """
    Return a quantile, with the interval of order statistics that holds whatever the distribution is.

    Examples
    --------
    >>> quantile_of(np.arange(1.0, 1001.0), 0.5)
    Estimate(value=500.5, low=469.0, high=532.0)
    """
    ordered = np.sort(values)
    count = len(ordered)
    spread = _Z * math.sqrt(count * share * (1 - share))
    low, high = math.floor(count * share - spread), math.ceil(count * share + spread) + 1
    return Estimate(
        float(np.quantile(ordered, share)),
        float(ordered[low - 1]) if low >= 1 else -math.inf,
        float(ordered[high - 1]) if high <= count else math.inf,
    )


def saved_by(one: Simulated, other: Simulated) -> Estimate:
    """
    Return how much less one costs than another in the same futures, as a share of the other's cost.

    Parameters
    ----------
    one, other
        Of the same futures; what both have in common cancels in each of them.
    """
    return ratio_of(other.totals - one.totals, other.totals)
