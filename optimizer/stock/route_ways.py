"""The ways of sending one order: which warehouse sends which of its pieces, every way with its cost."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.orders import RoutedParcel
    from optimizer.stock.route_case import Place, RouteCase

MOST_WAYS = 4_000
"""Ways of one order that are looked at; an order with more of them is sent from fewer warehouses."""

UNSENT = ""
"""Stands for the warehouse of what is not sent."""


class Chunk(NamedTuple):
    """
    Pieces of a line that are sent from one warehouse, or not at all.

    Parameters
    ----------
    line
        Place of the line in its order.
    units
        How many.
    """

    line: int
    units: int


class Way(NamedTuple):
    """
    One way of sending an order.

    Parameters
    ----------
    parcels
        What is sent.
    unsent
        Pieces of each line that are not.
    cost_fen
        Of both.
    uses
        Pieces by SKU and warehouse.
    """

    parcels: tuple[RoutedParcel, ...]
    unsent: tuple[int, ...]
    cost_fen: int
    uses: tuple[tuple[Place, int], ...]


def chunks_of(case: RouteCase, place: int) -> list[Chunk]:
    """
    Return the pieces of an order that stay together.

    A line stays whole where one warehouse that may send it has all of it. If none has, it is split by the greatest
    stocks, and what no stock is left for is a piece of its own.
    """
    order, found = case.orders[place], []
    for at, line in enumerate(order.lines):
        left = line.units
        for held in sorted((case.on_hand.get((line.sku, name), 0) for name in senders(case, place, at)), reverse=True):
            if left and held:
                found.append(Chunk(at, min(left, held)))
                left -= min(left, held)
        if left:
            found.append(Chunk(at, left))
    return found


def senders(case: RouteCase, place: int, line: int) -> list[str]:
    """Return the warehouses that hold the SKU of a line and may send it to the market."""
    order = case.orders[place]
    sku = case.stock.by_id[order.lines[line].sku]
    names = case.holders.get(sku.id, ())
    return [name for name in names if case.barrier(sku, order.market, name) is None]


def ways_of(case: RouteCase, place: int) -> list[Way]:
    """Return every way of sending an order from not too many warehouses, cheapest first."""
    chunks = chunks_of(case, place)
    names = [[name for name in senders(case, place, chunk.line) if _has(case, place, chunk, name)] for chunk in chunks]
    every = sorted({name for found in names for name in found})
    found = {
        _way(case, place, chunks, choice) for choice in _choices(names, every, case.numbers.whole("route_parcels"))
    }
    kept = [way for way in found if way is not None]
    return sorted(kept, key=lambda way: (way.cost_fen, way.uses))


def _has(case: RouteCase, place: int, chunk: Chunk, name: str) -> bool:
    return case.on_hand.get((case.orders[place].lines[chunk.line].sku, name), 0) >= chunk.units


def _choices(names: list[list[str]], every: list[str], most: int) -> Iterator[tuple[str, ...]]:
    """Yield a warehouse, or none, for each chunk, from as many warehouses as there is time for."""
    most = min(most, len(every))
    while most > 1 and _count(names, every, most) > MOST_WAYS:
        most -= 1
    for chosen in combinations(every, most):
        yield from _within(names, chosen)


def _within(names: list[list[str]], chosen: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the choices within some warehouses; of a long order, only those that send all they can from one."""
    options = [[name for name in chosen if name in found] for found in names]
    count = 1
    for found in options:
        count *= len(found) + 1
    if count <= MOST_WAYS:
        yield from product(*([*found, UNSENT] for found in options))
        return
    yield tuple(found[0] if found else UNSENT for found in options)
    yield (UNSENT,) * len(names)


def _count(names: list[list[str]], every: list[str], most: int) -> int:
    """Return how many choices there are with so many warehouses."""
    total = 0
    for chosen in combinations(every, most):
        count = 1
        for found in names:
            count *= 1 + sum(name in found for name in chosen)
        total += count
    return total


def _way(case: RouteCase, place: int, chunks: list[Chunk], choice: tuple[str, ...]) -> Way | None:
    """Return the way of a choice, None if the stock of a warehouse is too little for it."""
    order = case.orders[place]
    by_name: dict[str, list[int]] = {}
    for chunk, name in zip(chunks, choice, strict=True):
        by_name.setdefault(name, [0] * len(order.lines))[chunk.line] += chunk.units
    unsent = tuple(by_name.pop(UNSENT, [0] * len(order.lines)))
    uses: list[tuple[Place, int]] = []
    parcels: list[RoutedParcel] = []
    for name in sorted(by_name):
        for line, units in zip(order.lines, by_name[name], strict=True):
            if units > case.on_hand.get((line.sku, name), 0):
                return None
            if units:
                uses.append(((line.sku, name), units))
        parcels += case.send(place, name, tuple(by_name[name]))
    lost = sum(
        units * case.lost_fen(case.stock.by_id[line.sku], order.market)
        for line, units in zip(order.lines, unsent, strict=True)
        if units
    )
    cost = lost + sum(parcel.cost_fen for parcel in parcels)
    return Way(tuple(parcels), unsent, cost, tuple(uses))
