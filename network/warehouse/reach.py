"""Which markets a warehouse serves, in which zone of its card, and how many days its parcels take."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from data.calendar import workdays

if TYPE_CHECKING:
    from data.catalogue import Catalogue
    from data.records import Location
    from data.records_warehouses import Reach, Warehouse
    from data.stock import Sku

SENDING = frozenset({"pick_pack", "last_mile"})
"""Services of which a warehouse that sends parcels has one."""
_SATURDAY = 5


class Reaches:
    """
    The reach of every warehouse; get it with ``catalogue.derived(Reaches)``.

    Parameters
    ----------
    catalogue
        With the tables ``warehouses`` and ``warehouse_reach``.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        places = {row.code: row for row in catalogue.locations}
        self.rows = {row.id: row for row in catalogue.warehouses}
        self._places = {row.id: places[row.location] for row in catalogue.warehouses}
        self._reach = {(row.origin, row.market): row for row in catalogue.warehouse_reach}
        self._named: dict[str, dict[dt.date, bool]] = {}

    def place(self, warehouse: str) -> Location:
        """Return where a warehouse stands."""
        return self._places[warehouse]

    def of(self, warehouse: str, market: str) -> Reach | None:
        """Return how a warehouse serves a market, None if it does not."""
        return self._reach.get((self._places[warehouse].territory, market))

    def markets(self, warehouse: str) -> tuple[Reach, ...]:
        """Return all markets that a warehouse serves."""
        territory = self._places[warehouse].territory
        return tuple(row for (origin, _), row in self._reach.items() if origin == territory)

    def arrival(self, warehouse: str, day: dt.date, days: int) -> dt.date:
        """Return the working day of the warehouse's territory that lies so many after a day."""
        territory = self._places[warehouse].territory
        if territory not in self._named:
            self._named[territory] = workdays(self._catalogue, territory)
        named = self._named[territory]
        while days:
            day += dt.timedelta(days=1)
            days -= named.get(day, day.weekday() < _SATURDAY)
        return day


def sends(row: Warehouse) -> bool:
    """Return whether a warehouse sends parcels."""
    return not SENDING.isdisjoint(row.services)


def takes(row: Warehouse, sku: Sku) -> bool:
    """Return whether a warehouse may hold a SKU: batteries that are not in or with a device need class 9."""
    return row.class9 or sku.battery != "loose"


def is_open(row: Warehouse, day: dt.date) -> bool:
    """Return whether a warehouse works on a day."""
    return (row.valid_from or dt.date.min) <= day <= (row.valid_to or dt.date.max)
