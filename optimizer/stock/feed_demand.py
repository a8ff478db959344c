"""Demand at a marketplace between the arrivals of feedings: cover, target, fee for low stock, lost sales."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.records_warehouses import Marketplace
    from optimizer.stock.demand import Demands

_NORMAL = NormalDist()


class FeedDemand:
    """
    What is asked for of one SKU at one marketplace, from the day on which a feeding of today can be sold.

    Parameters
    ----------
    demands
        Of the seller's file.
    sku, market
        Which, and the territory.
    row
        Of the marketplace.
    review_days
        Days between two feedings.
    quantile
        At which demand until the next one arrives is covered.
    """

    def __init__(
        self, demands: Demands, sku: str, market: str, row: Marketplace, *, review_days: int, quantile: float
    ) -> None:
        share, lead = float(row.sold_share), row.lead_days
        exposed = review_days + row.late_days - lead
        horizon = max(row.high_days, exposed + row.low_days, review_days)
        daily = share * demands.daily(sku, market, lead + horizon)
        self.before = float(daily[:lead].sum())
        self.daily = daily[lead:]
        self.total = np.concatenate([[0.0], np.cumsum(self.daily)])
        self.review_days = review_days
        self.day_units = float(self.total[review_days]) / review_days
        self.most_units = float(self.total[row.high_days])
        spread = share * demands.span(sku, market, 1, lead + exposed).sd
        safe = float(self.total[exposed]) + max(0.0, _NORMAL.inv_cdf(quantile)) * spread
        least = float(self.total[exposed + row.low_days] - self.total[exposed])
        self.target_units = min(safe + least, self.most_units)
        self._sd = share * demands.span(sku, market, 1, lead + review_days).sd

    def cover_days(self, units: float) -> float:
        """Return how many days so many pieces last; beyond the days looked at, at their mean."""
        horizon = len(self.daily)
        if units >= self.total[horizon]:
            return horizon + (units - float(self.total[horizon])) * horizon / float(self.total[horizon])
        day = int(np.searchsorted(self.total, units, side="right")) - 1
        return day + (units - float(self.total[day])) / float(self.daily[day])

    def low_fen(self, units: float, tiers: Sequence[tuple[int, int, float]]) -> int:
        """
        Return the expected fee for low stock until the next feeding arrives.

        Parameters
        ----------
        units
            Pieces there on the day of arrival.
        tiers
            Cover from and with, cover below, and the fee of a piece in fen.
        """
        cover, fee = self.cover_days(units), 0.0
        for day in range(self.review_days):
            price = next((fen for begin, end, fen in tiers if begin <= cover - day < end), 0.0)
            fee += price * min(max(0.0, units - float(self.total[day])), float(self.daily[day]))
        return round(fee)

    def lost_units(self, units: float) -> float:
        """Return the pieces that are expected to be asked for and not there until the next feeding arrives."""
        mean = float(self.total[self.review_days])
        if self._sd <= 0:
            return max(0.0, mean - units)
        z = (units - mean) / self._sd
        density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
        return self._sd * (density - z * (1 - _NORMAL.cdf(z)))
