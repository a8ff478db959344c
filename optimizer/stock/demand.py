"""What is expected to be asked for in a span of days, from the weeks of a seller's file."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from data.stock import MILLI

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.stock import Stock

WEEK_DAYS = 7
Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


class Expected(NamedTuple):
    """
    Demand of a span of days.

    Parameters
    ----------
    mean, sd
        Expected pieces, and their standard deviation.
    """

    mean: float
    sd: float


class Demands:
    """
    The demand of every SKU in every market, from a day on.

    Parameters
    ----------
    stock
        With its weeks of demand; weeks that are not in the file ask for nothing.
    today
        Demand begins on the day after it.
    usual
        Whose days say what is asked for after the last week of the file, if not those of `stock`.
    """

    def __init__(self, stock: Stock, today: dt.date, usual: Stock | None = None) -> None:
        self.today = today
        self._weeks = _weeks(stock, today)
        self._usual = self._weeks if usual is None or usual is stock else _weeks(usual, today)
        self.markets: dict[str, list[str]] = {}
        for sku, market in self._weeks:
            self.markets.setdefault(sku, []).append(market)

    def span(self, sku: str, market: str, first: int, last: int) -> Expected:
        """
        Return what is asked for on the days `first` to `last` after today; 1 is tomorrow.

        Weeks are independent, and each is spread evenly over its days.
        """
        mean = variance = 0.0
        for begin, week_mean, week_sd in self._weeks.get((sku, market), ()):
            days = min(last, begin + WEEK_DAYS - 1) - max(first, begin) + 1
            if days > 0:
                mean += week_mean * days / WEEK_DAYS
                variance += week_sd**2 * days / WEEK_DAYS
        return Expected(mean, math.sqrt(variance))

    def daily(self, sku: str, market: str, days: int) -> Floats:
        """
        Return the pieces that are asked for on each of the days after today.

        After the last week of the file, each day asks for as much as the days of the file that are to come on average.
        """
        found, last = _spread(self._weeks.get((sku, market), ()), days)
        if 0 < last < days:
            found[last:] = _spread(self._usual.get((sku, market), ()), days)[0][:last].mean()
        return found


Weeks = dict[tuple[str, str], list[tuple[int, float, float]]]
"""First day after today, mean and standard deviation of the weeks of each SKU and market."""


def _weeks(stock: Stock, today: dt.date) -> Weeks:
    found: Weeks = {}
    for row in stock.demand:
        monday = dt.date.fromisocalendar(int(row.week[:4]), int(row.week[6:]), 1)
        week = ((monday - today).days, row.mean_milli / MILLI, row.sd_milli / MILLI)
        found.setdefault((row.sku, row.market), []).append(week)
    return found


def _spread(weeks: Iterable[tuple[int, float, float]], days: int) -> tuple[Floats, int]:
    """Return the pieces of each of the days after today, and the last day of the weeks."""
    found, last = np.zeros(days), 0
    for begin, mean, _ in weeks:
        first, end = max(1, begin), min(days, begin + WEEK_DAYS - 1)
        if first <= end:
            found[first - 1 : end] += mean / WEEK_DAYS
        last = max(last, begin + WEEK_DAYS - 1)
    return found, last
