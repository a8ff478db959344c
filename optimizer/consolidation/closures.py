"""Which legs are closed to which shipments of one sharing class, and to loads of which mass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from network.labels import Closed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from network.prices import Bools
    from network.timetable import Ints

MOST_KINDS = 62
"""Kinds that fit the bits of a number; to any more, legs are taken to be open until a load is really priced."""


def closures(
    closed: Sequence[frozenset[int]], is_used: Bools, payload: Ints, heaviest: Callable[[Bools], int]
) -> tuple[Ints, Closed]:
    """
    Return kinds of shipments by the legs closed to them, as far as boxes may come there, and what to ask for.

    Parameters
    ----------
    closed
        Legs closed to each shipment.
    is_used
        Whether a box may come to each leg.
    payload
        Most grams in one box on each leg.
    heaviest
        Returns what a box weighs at most with some of the shipments.

    Returns
    -------
    kind
        Of each shipment.
    closed
        Kinds that each leg is closed to, as bits. And for each different set of legs closed to any load: all the kinds
        that nothing more is closed to, and the least payload to which all other legs are open.
    """
    known = {one: frozenset(leg for leg in one if is_used[leg]) for one in set(closed)}
    kinds = list(dict.fromkeys(known[one] for one in closed))
    kind = np.array([min(kinds.index(known[one]), MOST_KINDS) for one in closed], dtype=np.int64)
    kinds[MOST_KINDS:] = [frozenset()] if len(kinds) > MOST_KINDS else []
    of_leg = np.zeros(len(is_used), dtype=np.int64)
    for number, legs in enumerate(kinds[:MOST_KINDS]):
        of_leg[list(legs)] |= 1 << number
    asked: dict[bytes, tuple[int, int]] = {}
    for union in _unions(kinds):
        bits = sum(1 << number for number, one in enumerate(kinds[:MOST_KINDS]) if one <= union)
        is_closed = of_leg & bits != 0
        most = heaviest((kind == MOST_KINDS) | (bits >> kind & 1 == 1))
        for grams in _least(payload[is_used & ~is_closed], most):
            asked.setdefault((is_closed | (is_used & (payload < grams))).tobytes(), (bits, grams))
    closures, grams = np.array(list(asked.values()), dtype=np.int64).T.copy()
    return kind, Closed(of_leg, payload, closures, grams)


def _least(payload: Ints, most: int) -> list[int]:
    """Return the least payloads to be asked for on some legs: any, and just more than each limit below the most."""
    return [0, *(np.unique(payload[payload < most]) + 1).tolist()]


def _unions(sets: Iterable[frozenset[int]]) -> list[frozenset[int]]:
    """Return every union of some of the sets, the smallest first."""
    found: set[frozenset[int]] = set()
    for one in set(sets):
        found |= {one, *(one | other for other in found)}
    return sorted(found, key=lambda union: (len(union), sorted(union)))
