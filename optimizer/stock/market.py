"""Which warehouses may serve which markets, and how long their parcels take."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from network.warehouse import Cards
from network.warehouse.marketplaces import fed_only

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from data.catalogue import Catalogue
    from data.records_warehouses import Warehouse
    from data.stock import Stock
    from optimizer.stock.problem import Ints
    from optimizer.stock.terms import StockTerms

_DAY_MIN = 1440
_NOT_SERVED = -1
_LEAST_WEIGHT = 1e-9


def territories_of(catalogue: Catalogue, rows: Sequence[Warehouse]) -> list[str]:
    """Return the territory of each warehouse."""
    return [catalogue.location(row.location).territory for row in rows]


def is_same_area(catalogue: Catalogue) -> Callable[[str, str], bool]:
    """Return what says whether two territories are of one customs area."""
    areas = {row.code: row.customs_area for row in catalogue.territories}
    return lambda first, second: areas[first] == areas[second]


def candidates(stock: Stock, catalogue: Catalogue, day: dt.date) -> list[Warehouse]:
    """
    Return the warehouses that a seller could use for the markets of the file, by their ids.

    They are those that hold stock already, and all public ones that pick and pack, have a fee card and take stock on a
    day, and are in a market or in its customs area. Marketplaces that are only fed are none.
    """
    markets = {row.market for row in stock.demand}
    same = is_same_area(catalogue)
    held = {lot.warehouse for lot in stock.lots}
    cards = catalogue.derived(Cards)
    fed = fed_only(catalogue, day)
    rows = sorted((row for row in catalogue.warehouses if row.id not in fed), key=lambda row: row.id)
    places = dict(zip((row.id for row in rows), territories_of(catalogue, rows), strict=True))
    return [
        row
        for row in rows
        if cards.of(row, day) is not None
        and (row.id in held or (_is_for_all(row, day) and any(same(places[row.id], market) for market in markets)))
    ]


def _is_for_all(row: Warehouse, day: dt.date) -> bool:
    """Say whether anybody may have orders picked in a warehouse on a day."""
    takes = (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or day <= row.valid_to)
    return takes and row.access == "public" and "pick_pack" in row.services


def default_warehouses(stock: Stock, catalogue: Catalogue, day: dt.date) -> list[Warehouse]:
    """Return the warehouses with stock, and of `candidates` those in a market that has none of them."""
    held = {lot.warehouse for lot in stock.lots}
    rows = candidates(stock, catalogue, day)
    places = dict(zip((row.id for row in rows), territories_of(catalogue, rows), strict=True))
    supplied = {places[row.id] for row in rows if row.id in held}
    markets = {row.market for row in stock.demand} - supplied
    return [row for row in rows if row.id in held or places[row.id] in markets]


def serve_days(
    catalogue: Catalogue,
    rows: Sequence[Warehouse],
    territories: Sequence[str],
    markets: Sequence[str],
    terms: StockTerms,
    same: Callable[[str, str], bool],
) -> Ints:
    """
    Return working days from an order to the customer, shape (W, M), -1 where a market is not served.

    Notes
    -----
    Within the territory they are those of the parcel services from the warehouse at their typical duration, the mean
    over the places they go to by how much is sold there; to another territory of the customs area some more.
    """
    known = _parcel_days(catalogue)
    found = np.full((len(rows), len(markets)), _NOT_SERVED, dtype=np.int64)
    for w, (row, territory) in enumerate(zip(rows, territories, strict=True)):
        last_mile = known.get((row.location, territory), terms.last_mile_days)
        for m, market in enumerate(markets):
            if market == territory:
                found[w, m] = terms.handling_days + last_mile
            elif same(market, territory):
                found[w, m] = terms.handling_days + last_mile + terms.area_days
    return found


def _parcel_days(catalogue: Catalogue) -> dict[tuple[str, str], int]:
    """Return days of the parcel services from a location to the places of a territory, their mean rounded up."""
    places = {row.code: row.territory for row in catalogue.locations}
    weights: dict[str, float] = {}
    for row in catalogue.demand_places:
        if row.direction == "export":
            weights[row.location] = weights.get(row.location, 0.0) + float(row.weight)
    sums: dict[tuple[str, str], tuple[float, float]] = {}
    for service in catalogue.services:
        if service.mode == "parcel" and service.status == "active":
            calls = catalogue.calls_of(service.id)
            weight = weights.get(calls[-1].location, 0.0) or _LEAST_WEIGHT
            minutes = sum(call.run_min + call.stop_min for call in calls[1:])
            key = (calls[0].location, places[calls[-1].location])
            whole, part = sums.get(key, (0.0, 0.0))
            sums[key] = (whole + weight, part + weight * minutes)
    return {key: math.ceil(part / whole / _DAY_MIN) for key, (whole, part) in sums.items()}
