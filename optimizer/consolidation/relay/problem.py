"""
What a relay is: cargo that may change boxes at hubs, on links that run at any minute or on given departures.

Times are whole numbers of one unit, costs whole numbers of one currency, quantities whole numbers in one or two
dimensions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOST_DIMENSIONS = 2
LARGEST = 2**40
"""Times, costs and quantities are below it, so that sums stay exact in floating point, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """
    A way from one node to another in boxes.

    Parameters
    ----------
    origin, destination
        Nodes, counted from 0.
    minutes
        From departure to arrival.
    box_cost
        Of each box on one departure.
    capacity
        What a box holds, in each dimension.
    departures
        Sorted instants it departs at; None if it departs whenever somebody wants it to.
    """

    origin: int
    destination: int
    minutes: int
    box_cost: int
    capacity: tuple[int, ...]
    departures: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commodity:
    """
    Cargo that travels as one.

    Parameters
    ----------
    origin, destination
        Nodes, counted from 0.
    quantity
        In each dimension.
    ready, due
        First instant it may leave its origin, last instant it may arrive.
    alone_cost
        What it costs to leave it out of the relay; None if it may not be left out.
    """

    origin: int
    destination: int
    quantity: tuple[int, ...]
    ready: int
    due: int
    alone_cost: int | None = None


class RelayError(ValueError):
    """A problem that breaks a rule; every fault stands in the message."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """
    Commodities to be sent over links.

    Parameters
    ----------
    nodes
        How many there are.
    links, commodities
        What may be used, and what is to be sent.
    own_cost
        What each commodity (row) pays itself on each link (column), whatever else is in the box.
    """

    nodes: int
    links: tuple[Link, ...]
    commodities: tuple[Commodity, ...]
    own_cost: Ints

    def __post_init__(self) -> None:
        """Refuse what breaks a rule, all faults at once."""
        faults = [*self._shape_faults(), *self._link_faults(), *self._commodity_faults()]
        if faults:
            msg = "; ".join(faults)
            raise RelayError(msg)

    @cached_property
    def origin(self) -> Ints:
        """Node each link leaves."""
        return np.array([link.origin for link in self.links], dtype=np.int64)

    @cached_property
    def destination(self) -> Ints:
        """Node each link goes to."""
        return np.array([link.destination for link in self.links], dtype=np.int64)

    @cached_property
    def minutes(self) -> Ints:
        """Time each link takes."""
        return np.array([link.minutes for link in self.links], dtype=np.int64)

    @cached_property
    def box_cost(self) -> Ints:
        """Cost of a box on each link."""
        return np.array([link.box_cost for link in self.links], dtype=np.int64)

    @cached_property
    def capacity(self) -> Ints:
        """What a box holds: one row per link, one column per dimension."""
        return np.array([link.capacity for link in self.links], dtype=np.int64).reshape(len(self.links), -1)

    @cached_property
    def quantity(self) -> Ints:
        """One row per commodity, one column per dimension."""
        return np.array([entry.quantity for entry in self.commodities], dtype=np.int64).reshape(
            len(self.commodities), -1
        )

    def boxes(self, link: int, members: list[int]) -> int:
        """Return how many boxes some commodities take on one departure of a link, as if they could lie in two."""
        load = self.quantity[members].sum(axis=0)
        return max(1, int((-(-load // self.capacity[link])).max()))

    def _shape_faults(self) -> list[str]:
        """Compare the sizes of what belongs together."""
        faults = []
        if self.own_cost.shape != (len(self.commodities), len(self.links)):
            faults.append(f"own_cost must have a row per commodity and a column per link, got {self.own_cost.shape}")
        elif self.own_cost.size and not 0 <= self.own_cost.min() <= self.own_cost.max() < LARGEST:
            faults.append(f"own_cost must be from 0 to below {LARGEST}")
        sizes = {len(link.capacity) for link in self.links} | {len(entry.quantity) for entry in self.commodities}
        if len(sizes) > 1 or not sizes <= set(range(1, MOST_DIMENSIONS + 1)):
            faults.append(f"capacity and quantity must have the same 1 to {MOST_DIMENSIONS} dimensions, got {sizes}")
        return faults

    def _link_faults(self) -> list[str]:
        """Say which links break which rule."""
        faults = []
        for number, link in enumerate(self.links):
            if not {link.origin, link.destination} <= set(range(self.nodes)) or link.origin == link.destination:
                faults.append(f"link {number} must join two different nodes below {self.nodes}")
            if not (0 <= link.minutes < LARGEST and 0 <= link.box_cost < LARGEST and min(link.capacity, default=1) > 0):
                faults.append(f"link {number} must have minutes and box_cost of at least 0, capacity above 0")
            if link.departures is not None and list(link.departures) != sorted(set(link.departures)):
                faults.append(f"link {number} must have departures in order, each once")
        return faults

    def _commodity_faults(self) -> list[str]:
        """Say which commodities break which rule."""
        faults = []
        for number, entry in enumerate(self.commodities):
            if not {entry.origin, entry.destination} <= set(range(self.nodes)) or entry.origin == entry.destination:
                faults.append(f"commodity {number} must have two different nodes below {self.nodes}")
            if min(entry.quantity, default=0) < 0 or not 0 < max(entry.quantity, default=0) < LARGEST:
                faults.append(f"commodity {number} must have quantities from 0 to below {LARGEST}, not all 0")
            if not -LARGEST < entry.ready <= entry.due < LARGEST:
                faults.append(f"commodity {number} must be ready before it is due, got {entry.ready} and {entry.due}")
            if entry.alone_cost is not None and not 0 <= entry.alone_cost < LARGEST:
                faults.append(f"commodity {number} must have an alone_cost of at least 0")
        return faults


class Ride(NamedTuple):
    """A commodity on one departure of a link."""

    link: int
    depart: int


class Departure(NamedTuple):
    """One departure of a link: what rides it, in how many boxes, and what these cost."""

    link: int
    depart: int
    commodities: tuple[int, ...]
    boxes: int
    cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    What is sent when.

    Parameters
    ----------
    rides
        Dated path of each commodity; None for those left out.
    departures
        What runs, in order of link and time.
    cost
        Own costs, boxes, and what is left out.
    """

    rides: tuple[tuple[Ride, ...] | None, ...]
    departures: tuple[Departure, ...]
    cost: int
