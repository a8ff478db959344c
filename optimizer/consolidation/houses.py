"""One shipment of the cargo as the models see it: its best way alone, and what it pays around a shared box."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from data.freeze import PLAIN
from data.money import to_fen
from data.shipment import Filters
from network.emitted import emitted_by
from network.prices import NO_COST, quantities_of
from network.search import Ends, Path, Window, ends, search_forward
from network.timetable import FAR, Ints, Weights
from network.ways import after_process, before_process, from_here
from network.weights import check_amounts
from optimizer.evaluate import DAY, carbon_fen, days_begun, holding_fen, late_fen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from data import ExchangeRate
    from data.cargo import CargoShipment
    from data.plan import Objective
    from network.lanes import End, Lanes
    from network.weights import Priced

TOLD_EVERY = 200
"""Shipments between two reports."""
MOST_REMEMBERED = 400
"""Shipments whose prices for all legs, nearly a megabyte each, are remembered."""


@dataclass
class House:
    """
    One shipment and what it costs in parts.

    Parameters
    ----------
    index, shipment, fx
        Position in the cargo, the shipment, and the rate of its currency.
    ready, end, due, depart_by
        Instants ready, last that counts, due, and last of the first departure (the latter two FAR for none).
    at
        States it starts and ends in.
    objective
        What counts besides charges and penalties.
    alone
        Cheapest path alone by cost, carbon cost included, and price of arriving; None if there is none.
    second, first
        The next cheapest path alone, and the one that arrives first; None if there is none.
    alone_fen
        What it pays on the way alone, or the price of staying behind if that is less; 0 if it can neither go nor has a
        price.
    to_start, from_finish
        Ways from the origin to starts of lanes: rows of (start, instant stuffed, cost in fen, stuffing included), the
        earliest first; and from finishes to the destination: rows of (finish, latest instant stripped, cost, stripping
        and price of arriving included), the latest first. None of an end is beaten by another; storage is left out.
    clearance
        What it pays for each of `Lanes.clearances` in a box, -1 where one is not for it.
    closed
        Legs that a restriction, its regime or its size closes to it.
    is_left
        Whether staying behind at a price is cheaper than any path.
    """

    index: int
    shipment: CargoShipment
    fx: ExchangeRate
    ready: int
    end: int
    due: int
    depart_by: int
    at: Ends
    objective: Objective = PLAIN
    alone: Path | None = None
    second: Path | None = None
    first: Path | None = None
    alone_fen: int = FAR
    to_start: Ints = field(default_factory=lambda: np.zeros((0, 3), dtype=np.int64))
    from_finish: Ints = field(default_factory=lambda: np.zeros((0, 3), dtype=np.int64))
    clearance: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    closed: frozenset[int] = frozenset()
    is_left: bool = False

    @property
    def travel_fen(self) -> int:
        """What it pays on the cheapest path alone."""
        return FAR if self.alone is None else self.paid(self.alone)

    @property
    def at_states(self) -> tuple[int | None, int | None]:
        """The states it starts and ends in."""
        return self.at.source, self.at.target

    @property
    def is_stuck(self) -> bool:
        """Whether it has no way alone and no price for staying behind: such a shipment stays, at no cost."""
        return self.alone is None and self.shipment.unserved_minor is None

    def paid(self, path: Path) -> int:
        """Return what it pays on a path: cost and price of arriving."""
        return path.cost_cny_minor + self.arriving(path.arrive_min)

    def arriving(self, arrives: int) -> int:
        """Return the price of arriving at an instant: penalty and holding, in fen. It never falls with time."""
        return self.penalty(arrives) + self.holding(arrives)

    def penalty(self, arrives: int) -> int:
        """Return the penalty in fen of an arrival."""
        return late_fen(self.shipment, self.days_late(arrives), self.fx)

    def holding(self, arrives: int) -> int:
        """Return what the capital in its goods costs until an arrival, in fen."""
        return holding_fen(self.shipment, days_begun(self.ready, arrives), self.fx, self.objective.holding_ppm_year)

    def carbon(self, rides: Iterable[int]) -> int:
        """Return the carbon cost of rides, in fen, given what each emits for a kilogram, in micrograms."""
        price = self.objective.carbon_minor_per_t
        return sum(carbon_fen(self.shipment.mass_g, ug_per_kg, price) for ug_per_kg in rides) if price else 0

    def days_late(self, arrives: int) -> int:
        """Return the days begun after the due instant."""
        return days_begun(self.due, arrives) if self.due < FAR else 0

    @property
    def deadlines(self) -> list[tuple[int, int]]:
        """
        The steps of the price of arriving, the latest first: the last instant that has a price, and the price.

        Days begin to count anew after the due instant and after that of being ready, so it is constant between those
        instants. Steps at which travelling costs more than going alone are left out.
        """
        last = {self.end}
        if self.shipment.late_minor_per_day and self.due < FAR:
            last.update(range(max(self.due, self.ready - (self.ready - self.due) % DAY), self.end, DAY))
        if self.shipment.value_minor and self.objective.holding_ppm_year:
            last.update(range(self.ready, self.end, DAY))
        price = {self.arriving(instant): instant for instant in sorted(last) if instant >= self.ready}
        return [(instant, paid) for paid, instant in reversed(price.items()) if paid < self.alone_fen or not paid]


class Houses:
    """
    Makes houses of shipments.

    Parameters
    ----------
    lanes
        Of the network.
    objective
        What counts besides charges and penalties.
    """

    def __init__(self, lanes: Lanes, objective: Objective = PLAIN) -> None:
        self.lanes = lanes
        self.objective = objective
        self.network = lanes.network
        self._start_states = np.array([end.state for end in lanes.starts], dtype=np.int64)
        self._finish_states = np.array([end.state for end in lanes.finishes], dtype=np.int64)
        box = next((unit.code for unit in lanes.boxes), "")
        stuffing = [lanes.stuffing[end.place, end.status, box] for end in lanes.starts]
        stripping = [lanes.stripping[end.place, end.status, box] for end in lanes.finishes]
        self._stuff_legs, self._strip_legs = np.array(stuffing, dtype=np.int64), np.array(stripping, dtype=np.int64)
        count = len(lanes.network.compiled.states.names)
        self._start_number = _numbered(self._start_states, count)
        self._finish_number = _numbered(self._finish_states, count)
        self._boxes = {unit.code: 1 for unit in lanes.boxes}
        self._own_lines: dict[CargoShipment, tuple[Weights, Ints]] = {}
        self._known_closed: dict[frozenset[int], frozenset[int]] = {}

    def make(self, index: int, shipment: CargoShipment) -> House:
        """Return a shipment with its best way alone."""
        house = self.bare(index, shipment)
        self._send_alone(house)
        price = None if shipment.unserved_minor is None else to_fen(shipment.unserved_minor, house.fx)
        if house.alone is None or (price is not None and price < house.alone_fen):
            house.alone_fen, house.is_left = price or 0, True
        return house

    def bare(self, index: int, shipment: CargoShipment) -> House:
        """Return a shipment of which no way is known."""
        network = self.network
        axis, catalogue = network.axis, network.catalogue
        ready = axis.by_min(shipment.ready_at)
        axis.check_covered(ready)
        end = min(ready + catalogue.setting_int("search_days") * DAY, network.compiled.horizon_min - 1)
        due = FAR if shipment.due_at is None else axis.to_min(shipment.due_at)
        at = ends(
            network.compiled, shipment.origin, shipment.destination, shipment.box,
            is_domestic=network.is_domestic(shipment),
        )  # fmt: skip
        depart_by = FAR if shipment.depart_by is None else axis.to_min(shipment.depart_by)
        fx = catalogue.exchange_rate(shipment.currency)
        return House(index, shipment, fx, ready, end, due, depart_by, at, self.objective)

    def _send_alone(self, house: House) -> None:
        """Find the way alone with the least cost, price of arriving included."""
        plain = self._weigh(house.shipment).weights
        if house.shipment.box is not None and not (plain.leg_cost >= 0).any():
            return
        front = search_forward(self.network.compiled, plain, house.at, Window(house.ready, house.end, house.depart_by))
        if front.paths:
            cheapest = sorted(front.paths, key=house.paid)
            house.alone, house.second = cheapest[0], cheapest[1] if len(cheapest) > 1 else None
            house.first = min(front.paths, key=lambda path: path.arrive_min)
            house.alone_fen = house.travel_fen

    def _weigh(self, shipment: CargoShipment) -> Priced:
        """
        Return what a shipment pays, its carbon cost included, and nothing that it emits besides.

        Raises
        ------
        TooLargeError
            If that is more than the arithmetic is made for.
        """
        priced = self.network.weigher.weigh(shipment, Filters())
        weights = priced.weights._replace(leg_emissions=np.zeros_like(priced.weights.leg_emissions))
        price = self.objective.carbon_minor_per_t
        if price:
            mass = np.array([shipment.mass_g], dtype=np.int64)
            carbon = emitted_by(self.lanes.ug_per_kg, mass, price)[:, 0]
            cost = weights.leg_cost + np.where(weights.leg_cost >= 0, carbon, 0)
            weights = check_amounts(weights._replace(leg_cost=cost))
        return priced._replace(weights=weights)

    def look_around(self, house: House) -> None:
        """Find the ways of a shipment to starts of lanes and from finishes, for less than it costs alone."""
        if house.at.source is None or house.at.target is None:
            return
        loose, paid = self.own_lines(house.shipment)
        cost, room = loose.leg_cost, np.full(len(self._start_number), house.alone_fen, dtype=np.int64)
        now, nothing = np.array([house.ready], dtype=np.int64), np.zeros(1, dtype=np.int64)
        tt, horizon = self.lanes.tt, self.network.compiled.horizon_min
        house.to_start = from_here(
            tt, cost, house.at.source, now, nothing, house.ready, house.end, self._start_number, room
        )
        by, price = np.ascontiguousarray(np.array(house.deadlines, dtype=np.int64).reshape(-1, 2).T)
        onward = from_here(
            self.network.compiled.backward, cost, house.at.target, horizon - by, price, -FAR, horizon - house.ready,
            self._finish_number, room,
        )  # fmt: skip
        onward[:, 1] = self._stripped_by(onward[:, 0], horizon - onward[:, 1])
        house.from_finish = onward[onward[:, 1] >= house.ready]
        house.to_start[:, 1] = after_process(tt, self._stuff_legs[house.to_start[:, 0]], house.to_start[:, 1])
        for legs, ways in ((self._stuff_legs, house.to_start), (self._strip_legs, house.from_finish)):
            process = legs[ways[:, 0]]
            ways[:, 2] += np.maximum(0, np.where(self.lanes.by_box[process], 0, paid[process]))
        house.closed = self._closed(house.shipment)
        clearances = self.lanes.clearances
        fees = np.where(self.lanes.by_box[clearances], 0, paid[self.lanes.loose_twins])
        house.clearance = np.where(np.isin(clearances, list(house.closed)), NO_COST, fees)

    def own_lines(self, shipment: CargoShipment) -> tuple[Weights, Ints]:
        """Return weights for loose legs only, and what a shipment pays for processes of boxes; remembered."""
        if shipment not in self._own_lines:
            if len(self._own_lines) >= MOST_REMEMBERED:
                del self._own_lines[next(iter(self._own_lines))]
            self._own_lines[shipment] = self._lines_of(shipment)
        return self._own_lines[shipment]

    def _lines_of(self, shipment: CargoShipment) -> tuple[Weights, Ints]:
        """Return what `own_lines` does."""
        network, lanes = self.network, self.lanes
        priced = self._weigh(shipment)
        loose = priced.weights._replace(leg_cost=np.where(lanes.is_loose, priced.weights.leg_cost, NO_COST))
        quantities = quantities_of(
            network.catalogue, list(network.weigher.book.quantities), shipment, {**self._boxes, **priced.boxes}
        )
        return loose, network.weigher.leg_costs(quantities, lanes.is_process)

    def _stripped_by(self, finish: Ints, by: Ints) -> Ints:
        """Return the latest instants at which boxes may stand at finishes for cargo to be loose by some instants."""
        return before_process(self.lanes.tt, self._strip_legs[finish], by)

    def _closed(self, shipment: CargoShipment) -> frozenset[int]:
        """Return the legs that are closed to a shipment in a box of its own size."""
        rules = self.network.weigher.rules
        too_small = rules.too_small(shipment, self._boxes)
        barred = [legs for _, legs in rules.broken(shipment, self._boxes)]
        barred.append(too_small[~self.lanes.is_loose[too_small]])
        closed = frozenset(np.concatenate(barred).tolist()) | self.lanes.closed_to(shipment.regime)
        # Of many shipments few differ in this: kept once, as it is large.
        return self._known_closed.setdefault(closed, closed)


class Pricing:
    """
    Some shipments on their way to houses.

    Parameters
    ----------
    makes
        Makes them.
    shipments
        Positions in the cargo, and the shipments.
    """

    def __init__(self, makes: Houses, shipments: Sequence[tuple[int, CargoShipment]]) -> None:
        self.makes = makes
        self.shipments = shipments
        self.houses: list[House] = []

    def __call__(self, tell: Callable[[None], None], is_stopped: Callable[[], bool]) -> list[House]:
        """Return the houses made until it was stopped."""
        for index, shipment in self.shipments:
            if is_stopped():
                break
            self.houses.append(self.makes.make(index, shipment))
            if len(self.houses) % TOLD_EVERY == 0:
                tell(None)
        return self.houses


def may_use(house: House, end: End, lanes: Lanes, *, is_start: bool) -> bool:
    """Say whether a house may be stuffed or stripped at an end."""
    own = house.shipment.origin if is_start else house.shipment.destination
    return own == end.place or not lanes.is_ends_only(end)


def _numbered(states: Ints, count: int) -> Ints:
    """Return the position of each state in a list, -1 for those not in it."""
    numbers = np.full(count, -1, dtype=np.int64)
    numbers[states] = np.arange(len(states))
    return numbers
