"""Whether what shares cells can really share departures, and where time must be cut if it cannot."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.consolidation.relay.reach import FAR, next_departure

if TYPE_CHECKING:
    from optimizer.consolidation.relay.cells import Uses
    from optimizer.consolidation.relay.problem import Floats, Problem
    from optimizer.consolidation.relay.reach import Pairs

MOST_ROUNDS = 60
PRESENT = 1e-6


class Cause(NamedTuple):
    """The cell and the instant that made a departure as late as it is."""

    cell: int
    instant: int


class Replay:
    """
    The departures that a solution on cells would need.

    Every cell in use is one departure, at the earliest instant at which all that rides it can be there. Cells do not
    bind it, only the limits of the commodities do. In a fractional solution, what may come by several ways takes the
    earliest.

    Parameters
    ----------
    problem, pairs, use
        What the cells are of.
    values
        How much of each use the solution has.
    """

    def __init__(self, problem: Problem, pairs: Pairs, use: Uses, values: Floats) -> None:
        self.problem = problem
        self.pairs = pairs
        chosen = np.flatnonzero(values[: len(use.pair)] > PRESENT)
        self.pair = use.pair[chosen].tolist()
        self.cell = use.cell[chosen].tolist()
        self.weight = values[chosen].tolist()
        self.when: dict[int, int] = {}
        self.cause: dict[int, Cause | None] = {}
        self.late: list[tuple[float, Cause]] = []
        self.link = {cell: int(pairs.link[pair]) for pair, cell in zip(self.pair, self.cell, strict=True)}
        self._run()

    def cuts(self) -> list[tuple[float, list[tuple[int, int]]]]:
        """Return for everything that comes too late its weight and the (link, instant) at which cutting forbids it."""
        return [(weight, self._trace(cause)) for weight, cause in self.late]

    def departures(self) -> set[tuple[int, int]]:
        """Return (link, instant) of the departures, and of what each commodity could take if it did not wait."""
        found = {(self.link[cell], when) for cell, when in self.when.items()}
        return found | {(self.link[cell], since) for cell, since in zip(self.cell, self.since, strict=True)}

    def _trace(self, cause: Cause | None) -> list[tuple[int, int]]:
        """Return where a chain of causes went."""
        found: list[tuple[int, int]] = []
        while cause is not None and len(found) < MOST_ROUNDS:
            found.append((self.link[cause.cell], cause.instant))
            cause = self.cause[cause.cell]
        return found

    def _run(self) -> None:
        """Let everything wait for what it needs until nothing changes, or comes too late."""
        sources = self._sources()
        early, late = self.pairs.early.tolist(), self.pairs.late.tolist()
        minutes = self.problem.minutes.tolist()
        order = sorted(range(len(self.pair)), key=lambda at: early[self.pair[at]])
        self.when = dict.fromkeys(self.cell, -FAR)
        self.cause = dict.fromkeys(self.cell)
        self.since = [early[pair] for pair in self.pair]
        for _ in range(MOST_ROUNDS):
            self.late = []
            changed = False
            for at in order:
                pair, cell = self.pair[at], self.cell[at]
                since, cause = early[pair], None
                if sources[at]:
                    came, best = min((self.when[one] + minutes[self.link[one]], one) for one in sources[at])
                    if came > since:
                        since, cause = came, Cause(best, self.when[best])
                since = next_departure(self.problem.links[self.link[cell]], since)
                self.since[at] = min(since, late[pair])
                if since > late[pair]:
                    self.late.append((self.weight[at], cause))  # type: ignore[arg-type]
                elif since > self.when[cell]:
                    self.when[cell], self.cause[cell], changed = since, cause, True
                if self.when[cell] > late[pair]:
                    self.late.append((self.weight[at], Cause(cell, self.when[cell])))
            if not changed:
                break

    def _sources(self) -> list[list[int]]:
        """Return for each use in the solution the cells its commodity may come by; none at its origin."""
        into: dict[tuple[int, int], list[int]] = defaultdict(list)
        commodity = self.pairs.commodity[self.pair].tolist()
        for who, cell in zip(commodity, self.cell, strict=True):
            into[who, int(self.problem.destination[self.link[cell]])].append(cell)
        return [
            into[who, int(self.problem.origin[self.link[cell]])] for who, cell in zip(commodity, self.cell, strict=True)
        ]
