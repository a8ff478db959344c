"""Pieces of an order as parcels that are not too heavy, and what they cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from data.money import to_fen
from network.warehouse.fees import Order, order_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.warehouse.cards import Card

_G_PER_KG = 1000


class Parcel(NamedTuple):
    """
    One parcel.

    Parameters
    ----------
    units
        Pieces of each line.
    pick_fen, parcel_fen
        Picking and packing, and the last mile.
    """

    units: tuple[int, ...]
    pick_fen: int
    parcel_fen: int


def limit_g(card: Card, zone: str) -> int | None:
    """Return the greatest mass of a parcel in a zone, 0 if the card does not serve it and None without a limit."""
    rows = card.prices.get(("last_mile", "per_parcel", zone), ())
    if not rows:
        return 0
    top = rows[-1]
    return None if top.above_kg is None or top.to_kg is None else int(top.to_kg * _G_PER_KG)


def packed(lines: Sequence[tuple[int, int]], most_g: int | None) -> list[tuple[int, ...]]:
    """
    Return the pieces of each line in each parcel: heaviest first, each into the first parcel that has room.

    Parameters
    ----------
    lines
        Mass of a piece in grams, and pieces; none may be heavier than the limit.
    most_g
        Of a parcel, None without a limit.

    Examples
    --------
    >>> packed([(400, 2), (700, 1)], 1000), packed([(400, 2)], None)
    ([(0, 1), (2, 0)], [(2,)])
    """
    total = sum(mass_g * units for mass_g, units in lines)
    if most_g is None or total <= most_g:
        return [tuple(units for _, units in lines)]
    loads: list[list[int]] = []
    room: list[int] = []
    for place in sorted(range(len(lines)), key=lambda at: (-lines[at][0], at)):
        mass_g, left = lines[place]
        for load in range(len(loads) + left):
            if not left:
                break
            if load == len(loads):
                loads.append([0] * len(lines))
                room.append(most_g)
            fits = min(left, room[load] // mass_g)
            loads[load][place] += fits
            room[load] -= fits * mass_g
            left -= fits
    return [tuple(load) for load in loads]


def parcels(card: Card, zone: str, lines: Sequence[tuple[int, int]]) -> list[Parcel] | None:
    """
    Return pieces as parcels with their cost; None if one is too heavy or has no price.

    Parameters
    ----------
    card, zone
        Of the warehouse, and of the last mile.
    lines
        Mass of a piece in grams, and pieces.
    """
    most_g = limit_g(card, zone)
    if most_g is not None and any(mass_g > most_g for mass_g, _ in lines):
        return None
    found = []
    for units in packed(lines, most_g):
        held = tuple((mass_g, count) for (mass_g, _), count in zip(lines, units, strict=True) if count)
        priced = order_lines(card, Order(lines=held, zone=zone))
        if not priced["pick_pack"] or not priced["last_mile"]:
            return None
        pick, mile = (sum(to_fen(line.minor, card.rate) for line in priced[fee]) for fee in ("pick_pack", "last_mile"))
        found.append(Parcel(units, pick, mile))
    return found
