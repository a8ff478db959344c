"""One shipment of the cargo as the models see it: its best way alone, and what it pays around a shared box."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from data.money import to_fen
from data.shipment import Filters
from network.prices import NO_COST, quantities_of
from network.search import Ends, Path, Window, ends, search_forward
from network.timetable import FAR, Ints, Weights
from network.ways import after_process, from_here, to_there

if TYPE_CHECKING:
    from data import ExchangeRate
    from data.cargo import CargoShipment
    from network.lanes import End, Lanes
    from network.weights import Priced

DAY = 1440


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
    late_fen_per_day
        Penalty for each day begun after the due instant, rounded down.
    at
        States it starts and ends in.
    alone
        Cheapest path alone by cost and penalty, None if there is none.
    alone_fen
        Its cost and penalty, or the price of staying behind if that is less; 0 if it can neither go nor has a price.
    loose
        Weights that allow loose legs only.
    to_start, from_finish
        Ways from the origin to starts of lanes: rows of (start, instant stuffed, cost in fen, stuffing included); and
        from finishes to the destination: rows of (finish, minutes after stripping, cost, stripping included). None of
        an end is beaten by another; storage is left out.
    process_cost
        What it would pay for every leg if it could use one box of each type; read for processes only.
    clearance
        Least it pays for export and for import clearance.
    doors
        Clearances of loose cargo for export and for import that are open to it.
    barred
        Legs that a restriction closes to it.
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
    late_fen_per_day: int
    at: Ends
    alone: Path | None
    alone_fen: int
    loose: Weights
    to_start: Ints
    from_finish: Ints
    process_cost: Ints
    clearance: tuple[int, int]
    doors: tuple[frozenset[int], frozenset[int]]
    barred: frozenset[int]
    is_left: bool = False

    @property
    def travel_fen(self) -> int:
        """Cost and penalty of the cheapest path alone."""
        return FAR if self.alone is None else self.alone.cost_cny_minor + self.penalty(self.alone.arrive_min)

    @property
    def at_states(self) -> tuple[int | None, int | None]:
        """The states it starts and ends in."""
        return self.at.source, self.at.target

    @property
    def is_stuck(self) -> bool:
        """Whether it has no way alone and no price for staying behind: such a shipment stays, at no cost."""
        return self.alone is None and self.shipment.unserved_minor is None

    def penalty(self, arrives: int) -> int:
        """Return the penalty in fen of an arrival."""
        days = self.days_late(arrives)
        return to_fen(days * self.shipment.late_minor_per_day, self.fx) if days else 0

    def days_late(self, arrives: int) -> int:
        """Return the days begun after the due instant."""
        return max(0, -(-(arrives - self.due) // DAY)) if self.due < FAR else 0


class Houses:
    """
    Makes houses of shipments.

    Parameters
    ----------
    lanes
        Of the network.
    """

    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes
        self.network = lanes.network
        self._start_states = np.array([end.state for end in lanes.starts], dtype=np.int64)
        self._finish_states = np.array([end.state for end in lanes.finishes], dtype=np.int64)
        box = lanes.boxes[0].code
        self._stuff_legs = np.array([lanes.stuffing[end.place, end.status, box] for end in lanes.starts])
        self._strip_legs = np.array([lanes.stripping[end.place, end.status, box] for end in lanes.finishes])
        count = len(lanes.network.compiled.states.names)
        self._start_number = _numbered(self._start_states, count)
        self._finish_number = _numbered(self._finish_states, count)
        self._anything = np.full(count, FAR, dtype=np.int64)
        self._boxes = {unit.code: 1 for unit in lanes.boxes}

    def make(self, index: int, shipment: CargoShipment) -> House:
        """Return a shipment with its best way alone and its static costs around lanes."""
        network = self.network
        axis, catalogue = network.axis, network.catalogue
        ready = axis.to_min(shipment.ready_at)
        axis.check_covered(ready)
        end = min(ready + catalogue.setting_int("search_days") * DAY, network.compiled.horizon_min - 1)
        due = FAR if shipment.due_at is None else axis.to_min(shipment.due_at)
        fx = catalogue.exchange_rate(shipment.currency)
        rate = int(Fraction(shipment.late_minor_per_day) * Fraction(fx.cny_per_unit) * 100 / 10**fx.exponent)
        priced = network.weigher.weigh(shipment, Filters())
        at = ends(
            network.compiled, shipment.origin, shipment.destination, shipment.box,
            is_domestic=network.is_domestic(shipment),
        )  # fmt: skip
        loose, process_cost = self._own_lines(shipment, priced)
        depart_by = FAR if shipment.depart_by is None else axis.to_min(shipment.depart_by)
        house = House(
            index, shipment, fx, ready, end, due, depart_by, rate, at, None, FAR, loose,
            *self._around(loose, at, process_cost, (ready, end)), process_cost, self._least_clearance(loose),
            self._doors(loose),             self._barred(shipment),
        )  # fmt: skip
        self._send_alone(house, priced.weights)
        price = None if shipment.unserved_minor is None else to_fen(shipment.unserved_minor, fx)
        if house.alone is None or (price is not None and price < house.alone_fen):
            house.alone_fen, house.is_left = price or 0, True
        return house

    def _send_alone(self, house: House, weights: Weights) -> None:
        """Find the way alone with the least cost and penalty."""
        plain = weights._replace(leg_emissions=np.zeros_like(weights.leg_emissions))
        if house.shipment.box is not None and not (plain.leg_cost >= 0).any():
            return
        front = search_forward(self.network.compiled, plain, house.at, Window(house.ready, house.end, house.depart_by))
        if front.paths:
            house.alone = min(front.paths, key=lambda path: path.cost_cny_minor + house.penalty(path.arrive_min))
            house.alone_fen = house.travel_fen

    def _own_lines(self, shipment: CargoShipment, priced: Priced) -> tuple[Weights, Ints]:
        """Return weights for loose legs only, and what the shipment pays for processes of boxes."""
        network, lanes = self.network, self.lanes
        cost = np.where(lanes.is_loose, priced.weights.leg_cost, NO_COST)
        loose = priced.weights._replace(leg_cost=cost, leg_emissions=np.zeros_like(priced.weights.leg_emissions))
        quantities = quantities_of(
            network.catalogue, list(network.weigher.book.quantities), shipment, {**self._boxes, **priced.boxes}
        )
        return loose, network.weigher.leg_costs(quantities)

    def _around(self, loose: Weights, at: Ends, process_cost: Ints, window: tuple[int, int]) -> tuple[Ints, Ints]:
        """Return the ways to every start of a lane, stuffed, and from every finish, before stripping."""
        none = np.zeros((0, 3), dtype=np.int64)
        if at.source is None or at.target is None:
            return none, none
        tt = self.lanes.tt
        to_start = from_here(
            tt, loose.leg_cost, at.source, (window[0], window[0]), window[1], self._start_number, self._anything
        )
        from_finish = to_there(tt, loose.leg_cost, at.target, window[1] - window[0], self._finish_number)
        for legs, ways in ((self._stuff_legs, to_start), (self._strip_legs, from_finish)):
            process = legs[ways[:, 0]]
            ways[:, 2] += np.maximum(0, np.where(self.lanes.by_box[process], 0, process_cost[process]))
        to_start[:, 1] = after_process(tt, self._stuff_legs[to_start[:, 0]], to_start[:, 1])
        return to_start, from_finish

    def _least_clearance(self, loose: Weights) -> tuple[int, int]:
        """Return the least a shipment pays for export and for import clearance, 0 where it has none."""
        least = []
        for legs in (self.lanes.exports, self.lanes.imports):
            paid = loose.leg_cost[legs]
            least.append(int(paid[paid >= 0].min(initial=FAR)))
        return least[0] % FAR, least[1] % FAR

    def _doors(self, loose: Weights) -> tuple[frozenset[int], frozenset[int]]:
        """Return the clearances that are open to a shipment."""
        exports, imports = (legs[loose.leg_cost[legs] >= 0] for legs in (self.lanes.exports, self.lanes.imports))
        return frozenset(exports.tolist()), frozenset(imports.tolist())

    def _barred(self, shipment: CargoShipment) -> frozenset[int]:
        """Return the legs that restrictions close to a shipment in a box of its own size."""
        broken = self.network.weigher.rules.broken(shipment, self._boxes)
        return frozenset(int(leg) for _, legs in broken for leg in legs)


def may_use(house: House, end: End, lanes: Lanes, *, is_start: bool) -> bool:
    """Say whether a house may be stuffed or stripped at an end."""
    own = house.shipment.origin if is_start else house.shipment.destination
    return own == end.place or not lanes.is_ends_only(end)


def _numbered(states: Ints, count: int) -> Ints:
    """Return the position of each state in a list, -1 for those not in it."""
    numbers = np.full(count, -1, dtype=np.int64)
    numbers[states] = np.arange(len(states))
    return numbers
