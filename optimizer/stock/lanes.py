"""Ways of sending as lanes: unloading added, and what a piece pays on the cheapest of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.stock.fees import unloading_fen
from optimizer.stock.problem import Box, Lane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.warehouse import Card, Inbound
    from optimizer.stock.problem import Bools, Ints
    from optimizer.stock.standing import Note

_G_PER_KG = 1_000
_NO_LANE = np.iinfo(np.int64).max


def lane_of(way: Inbound, warehouse: int, card: Card, is_open: Bools) -> tuple[Lane | None, tuple[str, ...]]:
    """
    Return a lane, None if no price of it is known; and the box types whose unloading is not known.

    Parameters
    ----------
    way
        As the network found it.
    warehouse
        Its index.
    card
        Fees of the warehouse. A box whose unloading is not on it has no price, and is left out.
    is_open
        Shape (T,): weeks the warehouse takes stock. What leaves is to arrive in one of them, as far as they are known.
    """
    boxes, unknown = [], []
    for box in way.boxes:
        fen = unloading_fen(card, box.unit)
        if fen is None:
            unknown.append(box.unit)
        else:
            boxes.append(
                Box(unit=box.unit, payload_g=box.payload_g, volume_cm3=box.volume_cm3, price_fen=box.fen + fen)
            )
    if way.loose is None and not boxes:
        return None, tuple(unknown)
    lane = Lane(
        id=way.id, warehouse=warehouse, mode=way.mode, lead_days=way.lead_days,
        loose_fen_per_kg=None if way.loose is None else way.loose.fen_per_kg,
        loose_fen_least=0 if way.loose is None else way.loose.least_fen,
        volume_g_per_cm3=1.0 if way.loose is None else way.loose.g_per_cm3,
        boxes=tuple(boxes), weeks=np.array(way.weeks, dtype=np.bool_), divert_to=way.divert_to,
        is_assumed=way.is_assumed,
    )  # fmt: skip
    return _arriving(lane, is_open), tuple(unknown)


def _arriving(lane: Lane, is_open: Bools) -> Lane:
    """Return a lane without the weeks whose goods would reach a closed warehouse."""
    if is_open.all():
        return lane
    last = len(is_open) - 1
    arrivals = np.minimum(np.arange(len(is_open)) + lane.lead_weeks(), last)
    lane.weeks[~is_open[arrivals]] = False
    return lane


def lane_notes(lanes: Sequence[Lane], warehouses: Sequence[str]) -> list[Note]:
    """Return which warehouses nothing can be sent to, and in which weeks nothing leaves by a lane."""
    reached = {lane.warehouse for lane in lanes if lane.weeks.any()}
    notes: list[Note] = [("no_lane", (id_,)) for w, id_ in enumerate(warehouses) if w not in reached]
    for lane in lanes:
        holes = np.flatnonzero(~lane.weeks)
        if len(holes):
            notes.append(("lane_holes", (lane.id, str(len(holes)), ", ".join(str(week + 1) for week in holes[:12]))))
    return notes


def bring_fen(lanes: Sequence[Lane], mass_g: Ints, volume_cm3: Ints, count: int) -> Ints:
    """
    Return freight of one piece by the cheapest lane to each warehouse, shape (S, W), 0 where there is none.

    A piece pays its share of a full box, or its chargeable kilograms.
    """
    found = np.full((len(mass_g), count), _NO_LANE, dtype=np.float64)
    for lane in lanes:
        for box in lane.boxes:
            share = np.maximum(mass_g / box.payload_g, volume_cm3 / box.volume_cm3)
            found[:, lane.warehouse] = np.minimum(found[:, lane.warehouse], share * box.price_fen)
        if lane.loose_fen_per_kg is not None:
            charged = np.maximum(mass_g, volume_cm3 * lane.volume_g_per_cm3) / _G_PER_KG
            found[:, lane.warehouse] = np.minimum(found[:, lane.warehouse], charged * lane.loose_fen_per_kg)
    found[:, [w for w in range(count) if all(lane.warehouse != w for lane in lanes)]] = 0
    return np.rint(found).astype(np.int64)
