"""
Lanes: what a box pays and when it runs between two places, and how loose cargo gets to a box and away from it.

A lane is one box type from a state in which loose cargo is stuffed to a state in which it is loose again. Its static
cost is a lower bound on every dated chain of departures; `sailings` finds the dated ones.
"""

from __future__ import annotations

import datetime as dt
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from data.shipment import Filters, Shipment
from network.emitted import Emitted, emitting_sailings
from network.kernel import lower_bound, storage_cost
from network.labels import Closed
from network.legs import LOOSE
from network.prices import NO_COST, quantities_of
from network.rules import ENDS_ONLY
from network.sailings import Corridor, Sailings, drifts, sailings
from network.timetable import FAR, Ints, Weights
from network.ways import room_for

if TYPE_CHECKING:
    from network.network import Network
    from network.prices import Bools
    from network.timeline import Hop

BY_COST = np.array([0, 1, 0], dtype=np.int64)
BY_TIME = np.array([1, 0, 0], dtype=np.int64)
BY_EMISSIONS = np.array([0, 0, 1], dtype=np.int64)
_ANY_END = frozenset({"only_from", "only_to", "regimes"})
"""Traits of legs that do not matter for where a box may go: they are looked at where it starts and ends."""
_ANY_TIME = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class Chain(NamedTuple):
    """
    Dated hops of a box between stuffing and stripping.

    Parameters
    ----------
    hops
        Legs and departures, clearances included.
    cost
        Fen of the box, its storage on the way included.
    ready_by, papers_by
        Latest instants at which the box, and the documents, may be ready.
    departs, clock, available
        First departure, start of the storage clock where it ends, and instant the box is ready there.
    """

    hops: tuple[Hop, ...]
    cost: int
    ready_by: int
    papers_by: int
    departs: int
    clock: int
    available: int


@dataclass(frozen=True)
class End:
    """
    A state in which cargo is stuffed into boxes, or is loose after stripping.

    Parameters
    ----------
    state
        Number of the loose state.
    place, status, side
        Location code, customs status, and ``#land`` or nothing.
    """

    state: int
    place: str
    status: str
    side: str


class Lanes:
    """
    Box movements of a network, apart from any cargo.

    Parameters
    ----------
    network
        The compiled network.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.tt = network.compiled.forward
        self.legs = network.legs
        self._kinds = {location.code: str(location.kind) for location in network.catalogue.locations}
        self.boxes = [unit for unit in network.catalogue.load_units if unit.kind == "box"]
        self.is_loose = np.array([leg.form == LOOSE and leg.form_after == LOOSE for leg in self.legs], dtype=np.bool_)
        self._form = np.array([leg.form if leg.form == leg.form_after else "" for leg in self.legs])
        self._is_land = np.array([leg.kind == "land" for leg in self.legs], dtype=np.bool_)
        self.is_clearance = np.array([leg.kind == "clearance" for leg in self.legs], dtype=np.bool_)
        self.by_box = np.array(
            [leg.row is not None and str(leg.row.basis) == "per_box" for leg in self.legs], dtype=np.bool_
        )
        self.stuffing = self._processes("stuff")
        self.stripping = self._processes("strip")
        self.loose_clearance = self._clearance_twins()
        self.clearances = np.array(list(self.loose_clearance), dtype=np.int64)
        self.loose_twins = np.array(list(self.loose_clearance.values()), dtype=np.int64)
        self.clearance_number = np.full(len(self.legs), -1, dtype=np.int64)
        self.clearance_number[self.clearances] = np.arange(len(self.clearances))
        self.is_process = np.zeros(len(self.legs), dtype=np.bool_)
        for legs in (self.loose_twins, list(self.stuffing.values()), list(self.stripping.values())):
            self.is_process[legs] = True
        self._closed_to: dict[str, frozenset[int]] = {}
        self.payload = network.weigher.rules.payload_limits(frozenset())
        self._processes_of: dict[str, Ints] = {}
        self._process_by_box: dict[tuple[str, bool], Ints] = {}
        self._box_states: dict[tuple[str, bool], Ints] = {}
        self._box_cost: dict[tuple[str, str, str], Ints] = {}
        self._stay: dict[str, tuple[Ints, Ints]] = {}
        self._leg_origin = np.array([leg.origin for leg in self.legs])
        self._static: dict[tuple[str, int], tuple[Ints, Ints]] = {}
        self._least_emitted: dict[tuple[str, int], Ints] = {}
        areas = {territory.code: territory.customs_area for territory in network.catalogue.territories}
        self._area = {location.code: areas[location.territory] for location in network.catalogue.locations}
        self._weights: dict[str, Weights] = {}
        first_only = [i for i, leg in enumerate(self.legs) if leg.service and self._kinds[leg.origin] in ENDS_ONLY]
        self._first_only = np.array(first_only, dtype=np.int64)
        self._first_only_place = np.array([self.legs[i].origin for i in first_only])
        names = network.compiled.states.names
        self.starts = self._ends(names, {key[:2] for key in self.stuffing})
        self.finishes = self._ends(names, {key[:2] for key in self.stripping})
        self.start_places = np.array([end.place for end in self.starts])
        self.finish_places = np.array([end.place for end in self.finishes])

    @property
    def ug_per_kg(self) -> Ints:
        """Micrograms CO2e of every leg for a kilogram."""
        return self.network.weigher.ug_per_kg

    def on(self, network: Network) -> Lanes:
        """Return the same lanes on a network that differs from this one in its departures only."""
        other = copy(self)
        other.network, other.tt = network, network.compiled.forward
        return other

    def _processes(self, kind: str) -> dict[tuple[str, str, str], int]:
        """Return the stuffing or stripping leg by place, status and box type."""
        return {
            (leg.origin, status, leg.form_after if kind == "stuff" else leg.form): i
            for i, leg in enumerate(self.legs)
            if leg.kind == kind
            for status, _ in leg.statuses
        }

    def _clearance_twins(self) -> dict[int, int]:
        """Return for each clearance of a box the same clearance of loose cargo."""
        loose = {
            (leg.origin, leg.row.id if leg.row else "", leg.regimes): i
            for i, leg in enumerate(self.legs)
            if leg.kind == "clearance" and leg.form == LOOSE
        }
        return {
            i: loose[leg.origin, leg.row.id if leg.row else "", leg.regimes]
            for i, leg in enumerate(self.legs)
            if leg.kind == "clearance" and leg.form != LOOSE
        }

    @staticmethod
    def _ends(names: list[tuple[str, str, str]], known: set[tuple[str, str]]) -> list[End]:
        """Return the loose states at which boxes are stuffed or stripped."""
        found = []
        for number, (name, form, status) in enumerate(names):
            place = name.removesuffix("#land")
            if form == LOOSE and (place, status) in known:
                found.append(End(number, place, status, name[len(place) :]))
        return found

    def box_state(self, end: End, box: str) -> int | None:
        """Return the state of a box at an end."""
        return self.network.compiled.states.index.get((end.place + end.side, box, end.status))

    def is_ends_only(self, end: End) -> bool:
        """Say whether only cargo that starts or ends at a place may be stuffed or stripped there."""
        return self._kinds[end.place] in ENDS_ONLY

    def process_by_box(self, box: str, *, is_stuffing: bool) -> Ints:
        """Return what stuffing at each start, or stripping at each finish, costs by the box."""
        key = (box, is_stuffing)
        if key not in self._process_by_box:
            self._process_by_box[key] = self._by_box_at_ends(box, is_stuffing=is_stuffing)
        return self._process_by_box[key]

    def _by_box_at_ends(self, box: str, *, is_stuffing: bool) -> Ints:
        """Work out what stuffing at each start, or stripping at each finish, costs by the box."""
        ends, legs = (self.starts, self.stuffing) if is_stuffing else (self.finishes, self.stripping)
        cost = self.processes(box)
        found = np.zeros(len(ends), dtype=np.int64)
        for number, end in enumerate(ends):
            leg = legs.get((end.place, end.status, box), -1)
            if leg >= 0 and self.by_box[leg]:
                found[number] = max(0, cost[leg])
        return found

    def pays_by_box(self, leg: int) -> bool:
        """Say whether a process is charged by the box, and so to the load."""
        return bool(self.by_box[leg])

    def processes(self, box: str) -> Ints:
        """Return what one box pays for every leg."""
        if box not in self._processes_of:
            somewhere = self.network.catalogue.locations[0].code
            plain = _boxed(somewhere, somewhere, box)
            weigher = self.network.weigher
            quantities = quantities_of(self.network.catalogue, list(weigher.book.quantities), plain, {box: 1})
            self._processes_of[box] = weigher.leg_costs(quantities)
        return self._processes_of[box]

    def static(self, box: str, finish: int) -> tuple[Ints, Ints]:
        """
        Return lower bounds on cost in fen and on minutes of a box from every start to a finish.

        Whatever the cargo: of the rules only those that hold for all goods are looked at.
        """
        key = (box, finish)
        if key not in self._static:
            target = self.box_state(self.finishes[finish], box)
            if target is None:
                far = np.full(len(self.starts), FAR, dtype=np.int64)
                self._static[key] = (far, far)
            else:
                w = self.box_weights(box)
                self._static[key] = self._least(box, w, target, BY_COST), self._least(box, w, target, BY_TIME)
        return self._static[key]

    def least_emitted(self, box: str, finish: int) -> Ints:
        """Return a lower bound on the micrograms CO2e for a kilogram in a box from every start to a finish."""
        key = (box, finish)
        if key not in self._least_emitted:
            target = self.box_state(self.finishes[finish], box)
            if target is None:
                self._least_emitted[key] = np.full(len(self.starts), FAR, dtype=np.int64)
            else:
                weights = self.box_weights(box)._replace(leg_emissions=self.ug_per_kg)
                self._least_emitted[key] = self._least(box, weights, target, BY_EMISSIONS)
        return self._least_emitted[key]

    def _least(self, box: str, weights: Weights, target: int, by: Ints) -> Ints:
        """Return lower bounds on what a box pays, takes or emits from every start to a state."""
        tt, every = self.tt, np.arange(self.tt.in_ptr.shape[0], dtype=np.int64)
        found = lower_bound(tt, weights, tt.in_ptr, tt.in_from, tt.in_leg, target, by, every, target)[0]
        return self._at_starts(box, found)

    def _at_starts(self, box: str, least: Ints) -> Ints:
        """Return those of all states' values that are about a box at a start."""
        states = self.box_states(box, is_start=True)
        return np.where(states >= 0, least[states], FAR)

    def box_states(self, box: str, *, is_start: bool) -> Ints:
        """Return the state of a box at every start, or every finish; -1 where there is none."""
        key = (box, is_start)
        if key not in self._box_states:
            states = [self.box_state(end, box) for end in (self.starts if is_start else self.finishes)]
            self._box_states[key] = np.array([-1 if state is None else state for state in states], dtype=np.int64)
        return self._box_states[key]

    def start_cost(self, example: Shipment, box: str, start: End) -> Ints:
        """Return what a box with cargo like an example pays for each leg on from a start, -1 for closed ones."""
        cost = self.box_cost(example, box).copy()
        stays = self._stays(box)
        away = stays[0][self._leg_origin[stays[0]] != start.place]
        cost[away] += np.where(cost[away] >= 0, stays[1][away], 0)
        cost[self._first_only[self._first_only_place != start.place]] = NO_COST
        return cost

    def corridor(self, cost: Ints, box: str, start: End, worth: Ints, closed: Closed | None = None) -> Corridor | None:
        """
        Return where a box may go from a start, given what legs cost and what arriving at each finish is worth.

        `closed` says which goods to ask for, and what legs are closed to them. None without such a box at the start.
        """
        source = self.box_state(start, box)
        if source is None:
            return None
        states = self.box_states(box, is_start=False)
        targets = np.flatnonzero((worth > 0) & (states >= 0))
        wanted = np.full(len(self.network.compiled.states.names), -1, dtype=np.int64)
        wanted[states[targets]] = targets
        if closed is None:
            closed = Closed(np.zeros_like(cost), np.full_like(cost, FAR), *np.zeros((2, 1), dtype=np.int64))
        room = room_for(self.tt, cost, states[targets], worth[targets])
        return Corridor(source, cost, wanted, room, closed)

    def legs_within(self, states: Bools) -> Bools:
        """Return whether each leg begins and ends in one of some states."""
        tt, found = self.tt, np.zeros(len(self.legs), dtype=np.bool_)
        found[tt.arc_leg[np.repeat(states, np.diff(tt.out_ptr)) & states[tt.arc_to]]] = True
        return found

    def sailings(
        self, corridor: Corridor, ready: Ints, papers: Ints, end: int, emitted: Emitted | None = None
    ) -> Sailings:
        """
        Return what a box can do in a corridor whose goods and documents are ready at some of some instants.

        Parameters
        ----------
        corridor
            Of the box.
        ready, papers
            Ascending instants.
        end
            Last instant of arrival that counts.
        emitted
            What emissions cost the goods, None if nothing.
        """
        if emitted is not None:
            return emitting_sailings(self.tt, corridor, emitted, ready, papers, end)
        return sailings(self.tt, corridor, ready, papers, end)

    def drifts(self, corridor: Corridor) -> Ints:
        """Return what a box cannot beat in a corridor: rows of (position of the finish, minutes, cost)."""
        return drifts(self.tt, corridor)

    def box_cost(self, example: Shipment, box: str) -> Ints:
        """Return what a box with cargo like an example, from and to anywhere there, pays for each leg; -1 if closed."""
        home, market = (self._area[place] for place in (example.origin, example.destination))
        key = (box, home, market)
        if key not in self._box_cost:
            boxed = _boxed(example.origin, example.destination, box)
            is_open = self.network.weigher.rules.allowed_without_restrictions(boxed, Filters(), {box: 1}, _ANY_END)
            cost = np.where(is_open & (self._form == box) & ~self._is_land, self.processes(box), NO_COST)
            cost[self.is_clearance & ~self.by_box & (cost >= 0)] = 0
            self._box_cost[key] = cost
        return self._box_cost[key]

    def _stays(self, box: str) -> tuple[Ints, Ints]:
        """
        Return the clearances of boxes, and for every leg the least storage of one that has come there before.

        It stands there at least while it is handled and cleared, whatever it then waits for.
        """
        if box not in self._stay:
            weights, tt = self.box_weights(box), self.tt
            found = np.zeros(len(self.legs), dtype=np.int64)
            timed = np.flatnonzero((self._form == box) & (tt.leg_lo >= 0))
            least: dict[str, int] = {}
            for leg in timed.tolist():
                place, minutes = self.legs[leg].destination, int(tt.leg_post[leg])
                least[place] = min(minutes, least.get(place, minutes))
            for leg in np.flatnonzero((self._form == box) & self.is_clearance).tolist():
                place, after = self.legs[leg].origin, self.legs[leg].statuses[0][1]
                state = self.network.compiled.states.index.get((place, box, after))
                row = -1 if state is None else int(weights.state_storage[state])
                if row >= 0 and place in least:
                    found[leg] = storage_cost(weights, row, least[place] + int(tt.leg_post[leg]))
            self._stay[box] = np.flatnonzero(found), found
        return self._stay[box]

    def closed_to(self, regime: str) -> frozenset[int]:
        """Return the clearances of boxes that are not for a regime."""
        if regime not in self._closed_to:
            self._closed_to[regime] = frozenset(
                i
                for i in self.loose_clearance
                if (self.legs[i].regimes and regime not in self.legs[i].regimes) or regime in self.legs[i].not_regimes
            )
        return self._closed_to[regime]

    def box_weights(self, box: str) -> Weights:
        """Return the weights of one box of ordinary goods, with every end and every customs area open."""
        if box not in self._weights:
            weigher, catalogue = self.network.weigher, self.network.catalogue
            somewhere = catalogue.locations[0].code
            plain = _boxed(somewhere, somewhere, box)
            cost = self.processes(box).copy()
            cost[self._form != box] = NO_COST
            cost[self._is_land] = NO_COST
            for _, legs in weigher.rules.broken(plain, {box: 1}):
                cost[legs] = NO_COST
            for i, leg in enumerate(self.legs):
                if leg.service is not None and leg.service.status == "scenario":
                    cost[i] = NO_COST
            self._weights[box] = self._without_house_lines(weigher.weigh(plain, Filters()).weights, cost)
        return self._weights[box]

    def _without_house_lines(self, weights: Weights, cost: Ints) -> Weights:
        """Return weights in which clearance that each shipment pays for itself costs nothing, and nothing emits."""
        own = self.is_clearance & ~self.by_box & (cost >= 0)
        cost[own] = 0
        return weights._replace(leg_cost=cost, leg_emissions=np.zeros_like(weights.leg_emissions))


def _boxed(origin: str, destination: str, box: str) -> Shipment:
    """Return a light shipment in one box, for pricing what does not depend on its contents."""
    return Shipment(
        origin=origin, destination=destination, mass_g=1_000, volume_cm3=1_000, ready_at=_ANY_TIME, box=box, boxes=1,
        regime="",
    )  # fmt: skip
