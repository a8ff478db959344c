"""What it costs that some mass and volume leaves by one lane in one week: whole boxes, and the rest loose."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.kernel import leaf
from optimizer.stock.compiled import G_PER_KG
from optimizer.stock.pool import NEVER

if TYPE_CHECKING:
    from optimizer.stock.problem import Floats, Ints, Lane, Problem

_TINY = 1e-9


class Rates(NamedTuple):
    """
    Prices of lanes in fen; boxes of a lane are columns, filled up with ones of price 0 that do not exist.

    Parameters
    ----------
    boxes
        Shape (L,): how many types.
    price, payload, volume
        Shape (L, B).
    loose, least, factor
        Shape (L,): of a chargeable gram, -1 where nothing goes loose; least charge; chargeable grams of a cm3.
    most_mass, most_volume
        Shape (L,): of a week, infinite without a limit.
    """

    boxes: Ints
    price: Floats
    payload: Floats
    volume: Floats
    loose: Floats
    least: Floats
    factor: Floats
    most_mass: Floats
    most_volume: Floats


def rates_of(problem: Problem) -> Rates:
    """Return the prices of the lanes of a problem."""
    lanes = problem.lanes
    width = max((len(lane.boxes) for lane in lanes), default=0)
    table = np.zeros((3, len(lanes), max(1, width)))
    for index, lane in enumerate(lanes):
        for column, box in enumerate(lane.boxes):
            table[:, index, column] = box.price_fen, box.payload_g, box.volume_cm3
    return Rates(
        boxes=np.array([len(lane.boxes) for lane in lanes], dtype=np.int64),
        price=table[0],
        payload=table[1],
        volume=table[2],
        loose=np.array([-1.0 if one.loose_fen_per_kg is None else one.loose_fen_per_kg / G_PER_KG for one in lanes]),
        least=np.array([float(lane.loose_fen_least) for lane in lanes]),
        factor=np.array([lane.volume_g_per_cm3 for lane in lanes]),
        most_mass=np.array([_most(lane.payload_g) for lane in lanes]),
        most_volume=np.array([_most(lane.volume_cm3) for lane in lanes]),
    )


def _most(limit: int | None) -> float:
    return float("inf") if limit is None else float(limit)


def cheapest_of(lane: Lane, dense: float) -> tuple[float, float]:
    """
    Return prices of a cm3 and of a gram below which nothing travels, however it is sent.

    Parameters
    ----------
    lane
        The lane.
    dense
        Grams of a cm3 of what will be sent, at which the two are worth most together.

    Returns
    -------
    tuple[float, float]
        Such that no consignment of mass M and volume V costs less than price of V times V plus that of M times M.
    """
    lines = [(float(box.volume_cm3), float(box.payload_g), float(box.price_fen)) for box in lane.boxes]
    if lane.loose_fen_per_kg is not None:
        each = lane.loose_fen_per_kg / G_PER_KG
        lines.append((1.0, lane.volume_g_per_cm3, each * lane.volume_g_per_cm3))
    # Each line says: price of volume * volume + price of mass * mass <= its price. The best is at a corner.
    corners = [(min(price / volume for volume, _, price in lines), 0.0)]
    corners.append((0.0, min(price / mass for _, mass, price in lines if mass > 0)))
    for index, (volume, mass, price) in enumerate(lines):
        for other_volume, other_mass, other_price in lines[:index]:
            across = volume * other_mass - other_volume * mass
            if abs(across) > _TINY * volume * other_mass:
                corners.append(
                    (
                        (price * other_mass - other_price * mass) / across,
                        (volume * other_price - other_volume * price) / across,
                    )
                )
    sound = [
        (v, m)
        for v, m in corners
        if v >= 0 and m >= 0 and all(v * volume + m * mass <= price * (1 + _TINY) for volume, mass, price in lines)
    ]
    best = max(sound, key=lambda corner: corner[0] + corner[1] * dense)
    return best[0] * (1 - 2 * _TINY), best[1] * (1 - 2 * _TINY)


@leaf
def loose_share(mass: float, volume: float, payload: float, room: float) -> float:
    """Return the share of a consignment that does not fit in boxes, the same of its mass and of its volume."""
    share = 0.0
    if mass > payload:
        share = 1.0 - payload / mass
    if volume > room:
        share = max(share, 1.0 - room / volume)
    return share


@leaf
def loose_fen(rates: Rates, lane: int, mass: float, volume: float) -> float:
    """Return what goods cost that go loose, `NEVER` where nothing does."""
    if mass <= 0.0:
        return 0.0
    if rates.loose[lane] < 0.0:
        return NEVER
    return max(rates.least[lane], rates.loose[lane] * max(mass, volume * rates.factor[lane]))


@leaf
def consignment(rates: Rates, lane: int, mass: float, volume: float, counts: Ints) -> float:
    """
    Choose the boxes of a consignment.

    Parameters
    ----------
    rates, lane
        Prices, and which lane.
    mass, volume
        What leaves in one week.
    counts
        Shape (2, B): the first row is set to the boxes, the second is for work.

    Returns
    -------
    float
        What it costs; `NEVER` where it cannot leave.
    """
    counts[:] = 0
    if mass <= 0.0:
        return 0.0
    if mass > rates.most_mass[lane] or volume > rates.most_volume[lane]:
        return NEVER
    kinds = rates.boxes[lane]
    least = loose_fen(rates, lane, mass, volume)
    if kinds == 0:
        return least
    best, trial = counts[0], counts[1]
    last = kinds - 1
    while True:
        price, payload, room = 0.0, 0.0, 0.0
        for kind in range(last):
            price += trial[kind] * rates.price[lane, kind]
            payload += trial[kind] * rates.payload[lane, kind]
            room += trial[kind] * rates.volume[lane, kind]
        whole = 0
        if payload < mass or room < volume:
            need = max((mass - payload) / rates.payload[lane, last], (volume - room) / rates.volume[lane, last])
            whole = int(np.ceil(need - 1e-12))
        for count in (whole, whole - 1):
            if count < 0:
                continue
            share = loose_share(
                mass, volume, payload + count * rates.payload[lane, last], room + count * rates.volume[lane, last]
            )
            total = price + count * rates.price[lane, last] + loose_fen(rates, lane, share * mass, share * volume)
            if total < least:
                least = total
                for kind in range(last):
                    best[kind] = trial[kind]
                best[last] = count
        # The next combination of the other types, none with more boxes than hold everything.
        kind = 0
        while kind < last:
            trial[kind] += 1
            if (trial[kind] - 1) * rates.payload[lane, kind] < mass or (trial[kind] - 1) * rates.volume[
                lane, kind
            ] < volume:
                break
            trial[kind] = 0
            kind += 1
        if kind >= last:
            return least
