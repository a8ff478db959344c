"""
Cells: a span of instants on one link, within which all departures count as one.

Cells that cover all time and let everything in them share make a relaxation: no plan is lost, and none costs more.
Cells of one instant each make a restriction: what uses them only can be carried out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.consolidation.relay.reach import last_departure, next_departure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.consolidation.relay.problem import Ints, Problem
    from optimizer.consolidation.relay.reach import Pairs


class Cells(NamedTuple):
    """
    Cells, in order of link and time.

    Parameters
    ----------
    link
        Of each cell.
    first, last
        Instants of the cell, both included.
    """

    link: Ints
    first: Ints
    last: Ints


class Uses(NamedTuple):
    """
    A pair in a cell.

    Parameters
    ----------
    pair, cell
        Positions among the pairs and the cells.
    early, late
        First and last departure of the pair in the cell.
    """

    pair: Ints
    cell: Ints
    early: Ints
    late: Ints


class Cuts:
    """
    Where the time of each link is cut.

    Parameters
    ----------
    pairs
        Who may use which link when; cells begin with the first and end with the last of them.
    """

    def __init__(self, pairs: Pairs) -> None:
        self.pairs = pairs
        self.at: dict[int, set[int]] = {}
        self.end: dict[int, int] = {}
        for link in np.unique(pairs.link).tolist():
            here = pairs.link == link
            self.at[link] = {int(pairs.early[here].min())}
            self.end[link] = int(pairs.late[here].max())

    def add(self, link: int, instant: int) -> bool:
        """Cut before an instant; say whether that is new."""
        cuts = self.at[link]
        if instant in cuts or not min(cuts) < instant <= self.end[link]:
            return False
        cuts.add(instant)
        return True

    def part(self) -> None:
        """Cut such that no two pairs without a common instant lie in one cell."""
        for link in self.at:
            here = np.flatnonzero(self.pairs.link == link)
            early, late = self.pairs.early[here], self.pairs.late[here]
            since = FIRST
            for at in np.argsort(early, kind="stable").tolist():
                over = late[(late >= since) & (late < early[at])]
                if len(over):
                    since = int(early[at])
                    self.add(link, since)

    def cells(self) -> Cells:
        """Return the cells."""
        link: list[int] = []
        first: list[int] = []
        last: list[int] = []
        for number in sorted(self.at):
            cuts = sorted(self.at[number])
            link += [number] * len(cuts)
            first += cuts
            last += [*(cut - 1 for cut in cuts[1:]), self.end[number]]
        return Cells(*(np.array(column, dtype=np.int64) for column in (link, first, last)))


FIRST = -(2**60)


def instants(chosen: Mapping[int, Iterable[int]]) -> Cells:
    """Return a cell for each of some instants of links."""
    rows = [(link, when) for link in sorted(chosen) for when in sorted(set(chosen[link]))]
    columns = np.array(rows, dtype=np.int64).reshape(len(rows), 2).T
    return Cells(columns[0], columns[1], columns[1])


def uses(problem: Problem, pairs: Pairs, cells: Cells) -> Uses:
    """Return which pair may use which cell, and when."""
    ends = np.searchsorted(cells.link, np.arange(len(problem.links) + 1))
    rows: list[tuple[int, int, int, int]] = []
    for pair, (link, early, late) in enumerate(
        zip(pairs.link.tolist(), pairs.early.tolist(), pairs.late.tolist(), strict=True)
    ):
        begin, end = ends[link], ends[link + 1]
        start = begin + int(np.searchsorted(cells.last[begin:end], early))
        stop = begin + int(np.searchsorted(cells.first[begin:end], late, side="right"))
        for cell in range(start, stop):
            since, until = max(early, int(cells.first[cell])), min(late, int(cells.last[cell]))
            if problem.links[link].departures is not None:
                since, until = next_departure(problem.links[link], since), last_departure(problem.links[link], until)
            if since <= until:
                rows.append((pair, cell, since, until))
    columns = np.array(rows, dtype=np.int64).reshape(len(rows), 4).T
    return Uses(*columns)
