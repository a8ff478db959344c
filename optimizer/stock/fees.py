"""The fees of warehouses as arrays in fen: receiving, storage by age, orders, disposal, unloading of boxes."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from data.money import BASE_EXPONENT, round_half_up, to_fen
from network.warehouse.fees import AREA, DOMESTIC, Order, handling_line, order_lines, storage_rate, unloading_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from data.stock import Sku
    from network.warehouse import Card
    from optimizer.stock.problem import Floats, Ints
    from optimizer.stock.standing import Note

_WEEK_DAYS = 7
UNSERVED = -1


def ages_of(cards: Sequence[Card]) -> int:
    """Return how many ages in weeks there are, such that the last tier of every card is reached in the last of them."""
    last = max((row.from_day or 1 for card in cards for row in card.tiers), default=1)
    return 1 + -(-(last - 1) // _WEEK_DAYS)


def storage(cards: Sequence[Card], ages: int) -> Floats:
    """
    Return storage of a cubic metre for one week in its age of a weeks, shape (W, A).

    Goods of age a weeks pay for the days 7 a + 1 to 7 a + 7.
    """
    found = np.zeros((len(cards), ages))
    for w, card in enumerate(cards):
        fen = float(card.rate.cny_per_unit) * 10**BASE_EXPONENT
        for age in range(ages):
            first = age * _WEEK_DAYS + 1
            rates = [storage_rate(card, day) or 0 for day in range(first, first + _WEEK_DAYS)]
            found[w, age] = float(sum(rates)) * fen
    return found


def inbound(cards: Sequence[Card], skus: Sequence[Sku]) -> tuple[Ints, list[Note]]:
    """Return receiving of one piece, shape (S, W): its share of a carton."""

    def fen(card: Card, sku: Sku) -> int | None:
        units = sku.carton_units or 1
        line = handling_line(card, "inbound", "per_carton", 1, units * sku.mass_g)
        return None if line is None else round_half_up(Fraction(to_fen(line.minor, card.rate), units))

    return _filled(cards, skus, fen, "inbound")


def disposal(cards: Sequence[Card], skus: Sequence[Sku]) -> tuple[Ints, list[Note]]:
    """Return disposal of one piece, shape (S, W)."""

    def fen(card: Card, sku: Sku) -> int | None:
        line = handling_line(card, "disposal", "per_item", 1, sku.mass_g)
        return None if line is None else to_fen(line.minor, card.rate)

    return _filled(cards, skus, fen, "disposal")


def _filled(
    cards: Sequence[Card], skus: Sequence[Sku], fen: Callable[[Card, Sku], int | None], fee: str
) -> tuple[Ints, list[Note]]:
    """Return a fee; where a card does not have it, the highest of the other cards, which is noted."""
    found = np.full((len(skus), len(cards)), -1, dtype=np.int64)
    notes: list[Note] = []
    by_card: dict[tuple[str, int, int], int | None] = {}
    for w, card in enumerate(cards):
        for s, sku in enumerate(skus):
            key = (card.row.id, sku.mass_g, sku.carton_units or 1)
            if key not in by_card:
                by_card[key] = fen(card, sku)
            value = by_card[key]
            found[s, w] = -1 if value is None else value
    unknown = found < 0
    if unknown.any():
        found = np.where(unknown, np.maximum(found.max(axis=1, keepdims=True), 0), found)
        lacking = sorted({cards[w].row.id for w in np.flatnonzero(unknown.any(axis=0)).tolist()})
        notes.append(("fee_unknown", (fee, ", ".join(lacking))))
    return found, notes


def order_fen(card: Card, mass_g: int, zone: str) -> int | None:
    """Return picking, packing and the last mile of an order of one piece, None if the card does not tell both."""
    lines = order_lines(card, Order(lines=((mass_g, 1),), zone=zone))
    if not lines["pick_pack"] or not lines["last_mile"]:
        return None
    return sum(to_fen(line.minor, card.rate) for part in lines.values() for line in part)


def unloading_fen(card: Card, unit: str) -> int | None:
    """Return unloading of a box, None if the card does not tell it."""
    line = unloading_line(card, unit, 1)
    return None if line is None else to_fen(line.minor, card.rate)


def serving(
    cards: Sequence[Card],
    territories: Sequence[str],
    markets: Sequence[str],
    skus: Iterable[Sku],
    same: Callable[[str, str], bool],
) -> Ints:
    """
    Return picking and the last mile of one piece, shape (S, W, M); -1 where a card has no price for it.

    Parameters
    ----------
    cards, territories
        Of the warehouses.
    markets
        Territories of the buyers.
    skus
        What is sold.
    same
        Whether two territories are of one customs area.
    """
    known: dict[tuple[str, int, str], int | None] = {}
    rows = []
    for sku in skus:
        for w, card in enumerate(cards):
            for market in markets:
                zone = DOMESTIC if territories[w] == market else AREA if same(territories[w], market) else None
                if zone is None:
                    rows.append(UNSERVED)
                    continue
                key = (card.row.id, sku.mass_g, zone)
                if key not in known:
                    known[key] = order_fen(card, sku.mass_g, zone)
                value = known[key]
                rows.append(UNSERVED if value is None else value)
    return np.array(rows, dtype=np.int64).reshape(-1, len(cards), len(markets))
