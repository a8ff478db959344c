"""What a week's sending by one lane costs: whole boxes, and the rest loose."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.kernel import leaf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.stock.problem import Floats, Ints, Lane

_G_PER_KG = 1_000.0
_DEAR = 1e18
"""Price of what cannot be done."""
_FEWER = 6
"""How many boxes fewer than all that is sent would need are tried, the rest going in another type or loose."""


Goods = tuple[float, float, float, float, float]
"""Mass and volume of goods, payload and room of the boxes they have, and the price of these."""


class Prices(NamedTuple):
    """
    Prices of lanes as arrays.

    Parameters
    ----------
    per_kg, least, g_per_cm3
        Shape (L,): fen of a chargeable kilogram sent loose (negative where nothing goes loose), least charge, and
        chargeable grams of a cubic centimetre.
    box_at
        Shape (L + 1,): where the boxes of a lane begin in the next ones.
    payload_g, volume_cm3, price
        Of each box type on each lane.
    """

    per_kg: Floats
    least: Floats
    g_per_cm3: Floats
    box_at: Ints
    payload_g: Floats
    volume_cm3: Floats
    price: Floats


def prices_of(lanes: Sequence[Lane]) -> Prices:
    """Return the prices of lanes as arrays."""
    boxes = [box for lane in lanes for box in lane.boxes]
    return Prices(
        np.array([-1.0 if lane.loose_fen_per_kg is None else lane.loose_fen_per_kg for lane in lanes], dtype=float),
        np.array([lane.loose_fen_least for lane in lanes], dtype=float),
        np.array([lane.volume_g_per_cm3 for lane in lanes], dtype=float),
        np.cumsum([0, *(len(lane.boxes) for lane in lanes)]),
        np.array([box.payload_g for box in boxes], dtype=float),
        np.array([box.volume_cm3 for box in boxes], dtype=float),
        np.array([box.price_fen for box in boxes], dtype=float),
    )


@leaf
def loose_fen(prices: Prices, lane: int, mass_g: float, volume_cm3: float) -> float:
    """Return what goods cost that go loose, a price that nobody pays where none may."""
    if mass_g <= 0 and volume_cm3 <= 0:
        return 0.0
    if prices.per_kg[lane] < 0:
        return _DEAR
    chargeable_g = max(mass_g, volume_cm3 * prices.g_per_cm3[lane])
    return float(max(prices.least[lane], chargeable_g / _G_PER_KG * prices.per_kg[lane]))


@leaf
def _boxes_needed(prices: Prices, box: int, mass_g: float, volume_cm3: float) -> int:
    """Return how many boxes of one type hold goods."""
    return int(max(np.ceil(mass_g / prices.payload_g[box]), np.ceil(volume_cm3 / prices.volume_cm3[box]), 0.0))


@leaf
def left_share(mass_g: float, volume_cm3: float, payload_g: float, room_cm3: float) -> float:
    """Return the share of goods that does not fit in boxes: as much of their mass as of their volume."""
    share = 0.0
    if mass_g > payload_g:
        share = 1.0 - payload_g / mass_g
    if volume_cm3 > room_cm3:
        share = max(share, 1.0 - room_cm3 / volume_cm3)
    return share


@leaf
def _topped_up(prices: Prices, lane: int, box: int, goods: Goods, most: float) -> float:
    """Return what goods cost in given boxes, some of one more type, and loose; `most` if that is less."""
    mass_g, volume_cm3, payload_g, room_cm3, paid = goods
    needed = _boxes_needed(prices, box, max(0.0, mass_g - payload_g), max(0.0, volume_cm3 - room_cm3))
    for count in range(max(0, needed - _FEWER), needed + 1):
        price = paid + count * prices.price[box]
        if price >= most:
            break
        payload = payload_g + count * prices.payload_g[box]
        share = left_share(mass_g, volume_cm3, payload, room_cm3 + count * prices.volume_cm3[box])
        most = min(most, price + loose_fen(prices, lane, share * mass_g, share * volume_cm3))
    return most


@leaf
def freight_fen(prices: Prices, lane: int, mass_g: float, volume_cm3: float) -> float:
    """
    Return what a week's goods on a lane cost in the cheapest boxes found.

    Tried are all mixtures of two types of boxes with the rest loose, in weeks that need up to six boxes; in others the
    first boxes are of one type. Goods are divisible between boxes, each box and the rest having the same mixture.

    Parameters
    ----------
    prices
        Of all lanes.
    lane
        Which of them.
    mass_g, volume_cm3
        Of all that leaves.
    """
    best = loose_fen(prices, lane, mass_g, volume_cm3)
    first, last = prices.box_at[lane], prices.box_at[lane + 1]
    for box in range(first, last):
        needed = _boxes_needed(prices, box, mass_g, volume_cm3)
        for count in range(max(0, needed - _FEWER), needed + 1):
            paid = count * prices.price[box]
            if paid >= best:
                break
            payload_g, room_cm3 = count * prices.payload_g[box], count * prices.volume_cm3[box]
            goods = (mass_g, volume_cm3, payload_g, room_cm3, paid)
            for other in range(first, last):
                if other != box or last == first + 1:
                    best = _topped_up(prices, lane, other, goods, best)
    return best
