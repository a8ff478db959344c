"""Which departures a linear solution misses: those for which cargo would pay more than a box costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.consolidation.relay.reach import next_departure

if TYPE_CHECKING:
    from optimizer.consolidation.relay.problem import Floats, Ints, Problem
    from optimizer.consolidation.relay.reach import Pairs
    from optimizer.consolidation.relay.splits import Values

LEAST = 1.0
"""Cost that a departure must save to be taken in."""


class Missing(NamedTuple):
    """A departure that is missing, and what it would save."""

    saving: float
    link: int
    instant: int


def missing(problem: Problem, pairs: Pairs, values: Values) -> list[Missing]:
    """Return the best missing departure of each link, where there is one; the best first."""
    order = np.argsort(pairs.link, kind="stable")
    begin = np.searchsorted(pairs.link[order], np.arange(len(problem.links) + 1))
    found = []
    for link in np.unique(pairs.link).tolist():
        best = _best(problem, pairs, values, link, order[begin[link] : begin[link + 1]])
        if best is not None and best.saving > LEAST:
            found.append(best)
    return sorted(found, reverse=True)


def _best(problem: Problem, pairs: Pairs, values: Values, link: int, at: Ints) -> Missing | None:
    """Return the departure of a link that would save most."""
    who, minutes = pairs.commodity[at], int(problem.minutes[link])
    early, late = pairs.early[at][:, None], pairs.late[at][:, None]
    here, there = who * problem.nodes + problem.origin[link], who * problem.nodes + problem.destination[link]
    when = np.unique(
        np.concatenate([early[:, 0], late[:, 0], values.changes(here)[0], values.changes(there)[1] - minutes])
    )
    if problem.links[link].departures is not None:
        when = np.unique([next_departure(problem.links[link], instant) for instant in when.tolist()])
    when = when[(when >= early.min()) & (when <= late.max())][None, :]
    if not when.size:
        return None
    own = problem.own_cost[who, link][:, None]
    worth = values.leaving(here[:, None], when) - values.coming(there[:, None], when + minutes) - own
    worth = np.where((when >= early) & (when <= late), np.maximum(worth, 0), 0)
    saving = (worth.sum(axis=0) * _share(problem, link, problem.quantity[who], worth)) - problem.box_cost[link]
    best = int(np.argmax(saving))
    return Missing(float(saving[best]), link, int(when[0, best]))


def _share(problem: Problem, link: int, quantity: Ints, worth: Floats) -> Floats:
    """Return the part that fits in one box of what would like to ride at each instant."""
    share = np.ones(worth.shape[1])
    for axis, room in enumerate(problem.capacity[link].tolist()):
        load = (quantity[:, axis][:, None] * (worth > 0)).sum(axis=0)
        share = np.minimum(share, room / np.maximum(load, 1))
    return np.minimum(share, 1.0)
