"""Moving pieces to another warehouse of the same customs area: what that costs, and what they are worth there."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.warehouse.fees import MM3_PER_M3
from network.warehouse.reach import sends, takes
from optimizer.stock.aging_model import best_values

if TYPE_CHECKING:
    from data.stock import Sku
    from network.warehouse.cards import Card
    from optimizer.stock.aging_case import AgingCase

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
_EARTH_KM = 6371.0
_NEVER_FEN = -1e12
"""Worth of leaving that is never chosen."""


class Move(NamedTuple):
    """
    Moving pieces to one warehouse.

    Parameters
    ----------
    to
        Its id.
    worth
        What pieces that are moved there are worth, less what moving costs, by their number from 0 on.
    """

    to: str
    worth: Floats


def apart_km(case: AgingCase, origin: str, to: str) -> float:
    """Return the great circle between two warehouses."""
    one, other = case.reaches.place(origin), case.reaches.place(to)
    lat, far_lat = math.radians(float(one.lat)), math.radians(float(other.lat))
    turn = math.radians(float(other.lon) - float(one.lon))
    cosine = math.sin(lat) * math.sin(far_lat) + math.cos(lat) * math.cos(far_lat) * math.cos(turn)
    return _EARTH_KM * math.acos(min(1.0, max(-1.0, cosine)))


def move_fen(case: AgingCase, sku: Sku, cards: tuple[Card, Card], km: float, most: int) -> Floats | None:
    """
    Return what moving up to so many pieces costs, by their number; None where a price is missing.

    It is a carton out (as for a marketplace), the road, and a carton in, of whole cartons.
    """
    units = sku.carton_units or 1
    carton_g = units * sku.mass_g
    out = case.handling_fen(cards[0], "fba_transfer", "per_carton", 1, carton_g)
    into = case.handling_fen(cards[1], "inbound", "per_carton", 1, carton_g)
    if out is None or into is None:
        return None
    pieces = np.arange(most + 1)
    cartons = -(-pieces // units)
    road = case.numbers.share("road_cny_per_m3_km") * 100 * km * pieces * sku.volume_mm3 / MM3_PER_M3
    least = np.where(pieces > 0, case.numbers.fen("road_cny_least"), 0)
    return np.asarray(cartons * (out + into) + np.maximum(road, least), dtype=np.float64)


def best_move(case: AgingCase, sku: Sku, origin: str, most: int) -> Move | None:
    """
    Return where pieces are worth most, None where they can go nowhere else.

    Looked at are the other warehouses of the seller in the same customs area whose own market is served from no other
    place than there: pieces that are moved are sold after those that lie there.
    """
    home = case.card(origin)
    if home is None or most < 1:
        return None
    found: list[Move] = []
    areas, here = case.areas, case.reaches.place(origin).territory
    for name in case.used:
        row, there, card = case.reaches.rows[name], case.reaches.place(name).territory, case.card(name)
        if areas[there] != areas[here] or there == here or card is None or not sends(row) or not takes(row, sku):
            continue
        worth = _worth_at(case, sku, name, card, most, origin)
        cost = move_fen(case, sku, (home, card), apart_km(case, origin, name), most)
        if worth is not None and cost is not None:
            found.append(Move(name, worth - cost))
    return max(found, key=lambda one: float(one.worth[most]), default=None)


def _worth_at(case: AgingCase, sku: Sku, name: str, card: Card, most: int, origin: str) -> Floats | None:
    """Return what pieces are worth that arrive in a warehouse after the journey, by their number."""
    there = case.reaches.place(name).territory
    # A market that is served from where the pieces are would be counted twice.
    if there in case.served.markets(sku.id, origin):
        return None
    km = apart_km(case, origin, name)
    travel = min(case.days - 1, 1 + math.ceil(km / case.numbers.whole("road_km_per_day")))
    share = case.served.markets(sku.id, name).get(there, 1.0 if _is_free(case, sku, there) else 0.0)
    if not share or there not in case.served.demands.markets.get(sku.id, ()):
        return None
    asked = np.concatenate([[0.0], np.cumsum(share * case.served.demands.daily(sku.id, there, case.days))])
    held = sum(lot.units for lot in case.stock.lots if lot.sku == sku.id and lot.warehouse == name)
    free = np.maximum(0.0, asked - max(held, asked[travel]))
    stages = case.stages(sku, name, card, -travel, 0, free)
    if stages is None:
        return None
    # Nothing leaves for good there: what is not sold is destroyed in the end.
    ways = case.ways(sku, card, case.days)
    kept = tuple(replace(one, asked=one.asked[:1], net_fen=one.net_fen[:1], leave_fen=_NEVER_FEN) for one in stages)
    return None if ways is None else best_values(kept, most, ways.destroy_fen).worth


def _is_free(case: AgingCase, sku: Sku, market: str) -> bool:
    """Return whether no warehouse is given the demand of a market."""
    return not any(market in shares for (name, _), shares in case.served.shares.items() if name == sku.id)
