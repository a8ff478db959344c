"""Which week a seller's stock is planned from."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.stock import Stock

_WEEK_DAYS = 7


def first_week(stock: Stock, today: dt.date) -> dt.date:
    """Return the first Monday not before the last count; without one, that of the first week of demand or of today."""
    counted = last_count(stock)
    if counted is None:
        weeks = sorted(row.week for row in stock.demand)
        if weeks:
            return dt.date.fromisocalendar(int(weeks[0][:4]), int(weeks[0][-2:]), 1)
        counted = today
    return counted + dt.timedelta(days=-counted.weekday() % _WEEK_DAYS)


def last_count(stock: Stock) -> dt.date | None:
    """Return the day of the last count, None without one."""
    return max((lot.counted_on for lot in stock.lots if lot.counted_on is not None), default=None)
