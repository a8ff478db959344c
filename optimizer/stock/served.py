"""Which warehouse is expected to serve which demand, and which markets run dry."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from network.warehouse.reach import Reaches, sends, takes
from optimizer.stock.demand import Demands
from optimizer.stock.sold_first import sold_first

if TYPE_CHECKING:
    from data.catalogue import Catalogue
    from data.stock import Stock

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


class Served:
    """
    The demand of every market, given to the warehouses with stock for it.

    Parameters
    ----------
    catalogue, stock
        Tables, and the seller's stock with its demand.
    today
        The day that is asked about.

    Notes
    -----
    A market is served from the warehouses of its own territory that hold the SKU, on hand or on its way; without any,
    from those that reach it. Each is given the share of the demand that its stock has of theirs. What lies at a
    marketplace is sold first, and its part of the demand is given to none.
    """

    def __init__(self, catalogue: Catalogue, stock: Stock, today: dt.date) -> None:
        self._reaches = catalogue.derived(Reaches)
        self._stock = stock
        self.demands = Demands(sold_first(catalogue, stock, today + dt.timedelta(days=1)), today, usual=stock)
        self._units: dict[str, dict[str, int]] = {}
        for lot in stock.lots:
            if lot.units:
                held = self._units.setdefault(lot.sku, {})
                held[lot.warehouse] = held.get(lot.warehouse, 0) + lot.units
        self.shares: dict[tuple[str, str], dict[str, float]] = {}
        for sku in stock.skus:
            for market in self.demands.markets.get(sku.id, ()):
                self._share(sku.id, market)

    def _share(self, sku: str, market: str) -> None:
        rows, article = self._reaches.rows, self._stock.by_id[sku]
        held = {
            name: units
            for name, units in self._units.get(sku, {}).items()
            if self._reaches.of(name, market) is not None and sends(rows[name]) and takes(rows[name], article)
        }
        home = {name: units for name, units in held.items() if self._reaches.place(name).territory == market}
        chosen = home or held
        total = sum(chosen.values())
        for name, units in chosen.items():
            self.shares.setdefault((sku, name), {})[market] = units / total

    def markets(self, sku: str, warehouse: str) -> dict[str, float]:
        """Return the share of each market's demand of a SKU that a warehouse is given."""
        return self.shares.get((sku, warehouse), {})

    def asked(self, sku: str, warehouse: str, days: int) -> Floats:
        """Return the pieces that are asked for until each day after today, from day 0 on."""
        found = np.zeros(days + 1)
        for market, share in self.markets(sku, warehouse).items():
            found[1:] += share * self.demands.daily(sku, market, days)
        return np.cumsum(found)
