"""Which legs are closed to which shipments of one sharing class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from network.prices import Bools
    from network.timetable import Ints

MOST_KINDS = 62
"""Kinds that fit the bits of a number; to any more, legs are taken to be open until a load is really priced."""


def closures(closed: Sequence[frozenset[int]], is_used: Bools) -> tuple[Ints, tuple[Ints, Ints]]:
    """
    Return kinds of shipments by the legs closed to them, as far as boxes may come there.

    Parameters
    ----------
    closed
        Legs closed to each shipment.
    is_used
        Whether a box may come to each leg.

    Returns
    -------
    kind
        Of each shipment.
    kinds_of_leg, closures
        Kinds that each leg is closed to, as bits; and for each different set of legs closed to any shipments together
        all the kinds that nothing more is closed to.
    """
    known = {one: frozenset(leg for leg in one if is_used[leg]) for one in set(closed)}
    kinds = list(dict.fromkeys(known[one] for one in closed))
    kind = np.array([min(kinds.index(known[one]), MOST_KINDS) for one in closed], dtype=np.int64)
    del kinds[MOST_KINDS:]
    of_leg = np.zeros(len(is_used), dtype=np.int64)
    for number, legs in enumerate(kinds):
        of_leg[list(legs)] |= 1 << number
    unions = [sum(1 << number for number, one in enumerate(kinds) if one <= union) for union in _unions(kinds)]
    return kind, (of_leg, np.array(unions, dtype=np.int64))


def _unions(sets: Iterable[frozenset[int]]) -> list[frozenset[int]]:
    """Return every union of some of the sets, the smallest first."""
    found: set[frozenset[int]] = set()
    for one in set(sets):
        found |= {one, *(one | other for other in found)}
    return sorted(found, key=lambda union: (len(union), sorted(union)))
