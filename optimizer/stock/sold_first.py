"""
What lies at marketplaces is sold there first: other warehouses are asked for the rest.

A marketplace is fed from the warehouses of its market (`optimizer.stock.feed`), never from abroad. All other questions
leave it out, and take what it sells off the demand of its market, earliest weeks first.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from data.stock import MILLI
from network.warehouse.marketplaces import fed_only

if TYPE_CHECKING:
    from data.catalogue import Catalogue
    from data.stock import Demand, Lot, Stock

_WEEK_DAYS = 7


def without_marketplaces(catalogue: Catalogue, stock: Stock, day: dt.date) -> Stock:
    """Return stock that does not lie at, and is not on its way to, marketplaces that are only fed."""
    fed = fed_only(catalogue, day)
    if all(lot.warehouse not in fed for lot in stock.lots):
        return stock
    return replace(stock, lots=tuple(lot for lot in stock.lots if lot.warehouse not in fed))


def sold_first(catalogue: Catalogue, stock: Stock, day: dt.date) -> Stock:
    """
    Return stock without that of marketplaces that are only fed, and demand without what they sell of it.

    Parameters
    ----------
    catalogue, stock
        Tables, and the seller's file.
    day
        The first one whose demand is looked at.

    Notes
    -----
    Of each week no more than `sold_share` is taken off. Pieces on their way sell from the first week that begins after
    their arrival. What is left of a week is as uncertain, for its mean, as the whole of it.
    """
    fed = fed_only(catalogue, day)
    lots: dict[tuple[str, str], list[Lot]] = {}
    places = {row.id: catalogue.location(row.location).territory for row in catalogue.warehouses if row.id in fed}
    for lot in stock.lots:
        if lot.warehouse in fed:
            lots.setdefault((lot.sku, places[lot.warehouse]), []).append(lot)
    if not lots:
        return stock
    shares = {places[row.warehouse]: row.sold_share for row in catalogue.marketplaces if row.warehouse in fed}
    taken: dict[tuple[str, str], int] = {}
    found: list[Demand] = []
    for ask in sorted(stock.demand, key=lambda one: one.week):
        key = (ask.sku, ask.market)
        monday = dt.date.fromisocalendar(int(ask.week[:4]), int(ask.week[-2:]), 1)
        days = min(_WEEK_DAYS, (monday - day).days + _WEEK_DAYS)
        there = sum(lot.units for lot in lots.get(key, ()) if lot.arrives_on is None or lot.arrives_on < monday)
        left = there * MILLI - taken.get(key, 0)
        if left > 0 and days > 0 and ask.mean_milli:
            part = min(left, int(shares.get(ask.market, 1) * ask.mean_milli * days / _WEEK_DAYS))
            taken[key] = taken.get(key, 0) + part
            # As days of a week are alike, what its days to come lack is taken off all of them.
            rest = max(0, ask.mean_milli - -(-part * _WEEK_DAYS // days))
            found.append(replace(ask, mean_milli=rest, sd_milli=round(ask.sd_milli * rest / ask.mean_milli)))
        else:
            found.append(ask)
    return replace(without_marketplaces(catalogue, stock, day), demand=tuple(found))
