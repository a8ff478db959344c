"""
The boxes that could be sent for one sharing class.

First all lanes, undated, with lower bounds on what anything costs and how early it arrives: they give the bound. Then,
for the lanes worth it, every dated chain of departures with what each shipment would really pay: they give the plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from network.kernel import first_departure, next_open, pareto, storage_cost
from network.legs import DOMESTIC, IMPORTED
from network.timeline import Hop
from network.timetable import FAR, Ints, Question
from network.ways import after_process, ride_back, ride_on
from optimizer.consolidation.columns import Carriages
from optimizer.consolidation.houses import House, may_use

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from data import LoadUnit
    from network.lanes import Chain, End, Lanes
    from network.prices import Bools

NEVER = 1 << 45
"""What a shipment pays on a carriage it cannot use, in fen."""
DAY = 1440
PART = DAY // 4
"""Minutes of a part of the timetable; what is ready in one is taken to be ready with the first of it, for the bound."""
MOST_IN_KEY = 1 << 30
"""Fen from which the cost of a box does not fit into the key by which equal ways are found."""
HOLD_DAYS = 10
"""Days after the last shipment could be at the start that boxes are still looked for."""


class Lane(NamedTuple):
    """
    A box type from a start to a finish, by their positions in `Lanes.starts` and `Lanes.finishes`.

    `closed` is the number of the set of legs that are closed to some of its shipments, `cleared` that of the group of
    shipments that can be cleared together as the lane demands.
    """

    box: int
    start: int
    finish: int
    closed: int
    cleared: int


class Way(NamedTuple):
    """A loose way of a shipment to a start or from a finish: legs (and one more), how many, and its cost in fen."""

    legs: Ints
    hops: int
    cost: int


class Leaving(NamedTuple):
    """How a shipment gets to a start in time for a box: cost, storage clock there, and the dated hops."""

    cost: int
    clock: int
    hops: tuple[Hop, ...]


class Arriving(NamedTuple):
    """How a shipment goes on from a finish: cost with storage and penalty, and the legs."""

    cost: int
    way: Way


class Relaxed(NamedTuple):
    """Carriages that bound dated ones from below, and the lane of each."""

    lanes: list[Lane]
    carriages: Carriages


class Onward(NamedTuple):
    """
    Ways of shipments on from finishes.

    Parameters
    ----------
    ptr
        Ways of shipment i from finish b are ``ptr[i, b]:ptr[i, b + 1]``.
    minutes, cost
        Of each way.
    alone, due, late
        Of each shipment: cost alone, due instant, penalty for each day.
    """

    ptr: Ints
    minutes: Ints
    cost: Ints
    alone: Ints
    due: Ints
    late: Ints


@njit(cache=True, nogil=True)
def paying(
    finish: Ints, arrives: Ints, minutes: Ints, there: Ints, cost: Ints, base: Ints, fees: Ints, onward: Onward
) -> tuple[Ints, Ints]:
    """
    Return the carriages that could pay for themselves against sending their shipments alone, and what these pay there.

    Parameters
    ----------
    finish, arrives, minutes, cost
        Of each carriage: where it ends, when it is stripped, the least minutes until then, and what it costs.
    there, base
        Of each shipment: when it is stuffed at best, and what it pays until then.
    fees
        What each shipment pays for clearance, one row per carriage.
    onward
        Ways on.
    """
    ptr, spent, price, alone, due, late = onward
    count = base.shape[0]
    rows = np.empty(finish.shape[0], dtype=np.int64)
    own = np.empty((finish.shape[0], count), dtype=np.int64)
    kept = 0
    for row in range(finish.shape[0]):
        b = finish[row]
        saving = 0
        for i in range(count):
            best = NEVER
            before = base[i] + fees[row, i]
            if before < alone[i]:
                arrival = max(arrives[row], there[i] + minutes[row])
                for way in range(ptr[i, b], ptr[i, b + 1]):
                    after = arrival + spent[way] - due[i]
                    paid = before + price[way]
                    if after > 0:
                        paid += (after + DAY - 1) // DAY * late[i]
                    best = min(best, paid)
            own[kept, i] = best
            saving += max(0, alone[i] - best)
        if saving > cost[row]:
            rows[kept] = row
            kept += 1
    return rows[:kept], own[:kept].copy()


@dataclass
class Market:
    """
    Lanes and carriages of one class.

    Parameters
    ----------
    lanes
        Of the network.
    houses
        The shipments of the class.
    end
        Last instant of arrival that counts for any shipment of the cargo.
    """

    lanes: Lanes
    houses: Sequence[House]
    end: int
    _to: dict[tuple[int, int], list[Way]] = field(default_factory=dict)
    _from: dict[tuple[int, int], list[Way]] = field(default_factory=dict)
    _leaving: dict[tuple[int, int, int, int], Leaving | None] = field(default_factory=dict)
    _arriving: dict[tuple[int, int, int, int], Arriving | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Gather what the shipments cost around lanes."""
        self.alone = np.array([min(house.alone_fen, NEVER) for house in self.houses], dtype=np.int64)
        self.volume = np.array([house.shipment.volume_cm3 for house in self.houses], dtype=np.int64)
        self.mass = np.array([house.shipment.mass_g for house in self.houses], dtype=np.int64)
        box = self.lanes.boxes[0].code
        self._strip_legs = np.array(
            [self.lanes.stripping[end.place, end.status, box] for end in self.lanes.finishes], dtype=np.int64
        )
        self._start_place = np.array([end.place for end in self.lanes.starts])
        self._finish_place = np.array([end.place for end in self.lanes.finishes])
        self._start_status = np.array([end.status for end in self.lanes.starts])
        self._finish_status = np.array([end.status for end in self.lanes.finishes])
        self._there = [_by_end(house.to_start) for house in self.houses]
        self._onward = [_by_end(house.from_finish) for house in self.houses]
        self.to_start = self._least(self.lanes.starts, self._there, is_start=True)
        self.from_finish = self._least(self.lanes.finishes, self._onward, is_start=False)
        self._ready = np.array([house.ready for house in self.houses], dtype=np.int64)
        self._fees = np.array([house.clearance for house in self.houses], dtype=np.int64)
        codes = [unit.code for unit in self.lanes.boxes]
        self._stuff_box = [self.lanes.process_by_box(code, is_stuffing=True) for code in codes]
        self._strip_box = [self.lanes.process_by_box(code, is_stuffing=False) for code in codes]
        self.closures = _unions(house.barred for house in self.houses)
        self._fits_closure = [
            np.array([house.barred <= closed for house in self.houses], dtype=np.bool_) for closed in self.closures
        ]
        self._group_by_clearance()
        self._tables = self._onward_tables()
        goods = frozenset().union(*(house.shipment.goods for house in self.houses))
        self._payload = self.lanes.network.weigher.rules.payload_limits(goods)
        self._earliest = np.full((len(self.houses), len(self.lanes.starts)), NEVER, dtype=np.int64)
        for row, known in enumerate(self._there):
            for start, ways in known.items():
                self._earliest[row, start] = ways[:, 1].min()

    def _group_by_clearance(self) -> None:
        """
        Group the shipments that can be cleared in one box: those to which the same clearances are open.

        `_together` holds the numbers of the groups for a box that is not cleared, cleared for import, for export, and
        for both; `_groups` says who is in each.
        """
        doors = [house.doors for house in self.houses]
        demands = ([None for _ in doors], [d[1] for d in doors], [d[0] for d in doors], doors)
        self._groups: list[Bools] = []
        self._together: list[list[int]] = []
        for keys in demands:
            different = list(dict.fromkeys(keys))
            self._together.append(list(range(len(self._groups), len(self._groups) + len(different))))
            self._groups += [np.array([key == one for key in keys], dtype=np.bool_) for one in different]

    def _onward_tables(self) -> Onward:
        """Return the ways on from finishes as arrays."""
        count = len(self.lanes.finishes)
        ptr = np.zeros((len(self.houses), count + 1), dtype=np.int64)
        times, costs = [], []
        used = 0
        for row, known in enumerate(self._onward):
            for finish in range(count):
                ptr[row, finish] = used
                if finish in known and self.from_finish[row, finish] < self.alone[row]:
                    times.append(known[finish][:, 1])
                    costs.append(known[finish][:, 2])
                    used += len(known[finish])
            ptr[row, count] = used
        none = np.zeros(0, dtype=np.int64)
        return Onward(
            ptr, np.concatenate([none, *times]), np.concatenate([none, *costs]), self.alone,
            np.array([house.due for house in self.houses], dtype=np.int64),
            np.array([house.late_fen_per_day for house in self.houses], dtype=np.int64),
        )  # fmt: skip

    def _least(self, ends: Sequence[End], ways: Sequence[dict[int, Ints]], *, is_start: bool) -> Ints:
        """Return the least cost by shipment and end; NEVER where the end is not for it."""
        table = np.full((len(self.houses), len(ends)), NEVER, dtype=np.int64)
        for row, (house, known) in enumerate(zip(self.houses, ways, strict=True)):
            for end, found in known.items():
                if may_use(house, ends[end], self.lanes, is_start=is_start):
                    table[row, end] = found[:, 2].min()
        return table

    # Lanes without dates

    def open_pairs(self) -> dict[tuple[int, int], Ints]:
        """Return for each box type and start the finishes with which a box could pay against sending all alone."""
        found: dict[tuple[int, int], Ints] = {}
        worth = self.alone[:, None] - self.to_start
        starts = np.flatnonzero((worth > 0).any(axis=0))
        finishes = np.flatnonzero((self.alone[:, None] > self.from_finish).any(axis=0))
        for box, unit in enumerate(self.lanes.boxes):
            states = [self.lanes.box_state(self.lanes.starts[a], unit.code) for a in starts]
            usable = np.array([a for a, state in zip(starts, states, strict=True) if state is not None], dtype=np.int64)
            numbers = np.array([state for state in states if state is not None], dtype=np.int64)
            pays = np.zeros((len(usable), len(finishes)), dtype=np.bool_)
            for column, b in enumerate(finishes):
                least = self.lanes.static(unit.code, self.lanes.finishes[b])[0][numbers]
                cost = least + self._stuff_box[box][usable] + self._strip_box[box][b]
                saving = np.maximum(0, worth[:, usable] - self.from_finish[:, b : b + 1]).sum(axis=0)
                pays[:, column] = (saving > cost) & (self._start_place[usable] != self._finish_place[b])
            for row in np.flatnonzero(pays.any(axis=1)):
                found[box, int(usable[row])] = finishes[pays[row]]
        return found

    def undated(self, pairs: dict[tuple[int, int], Ints]) -> Relaxed:
        """Return one carriage for each lane that costs no more and takes no longer than any dated one."""
        parts = []
        for (box, start), finishes in pairs.items():
            code, end = self.lanes.boxes[box].code, self.lanes.starts[start]
            state = self.lanes.box_state(end, code)
            least = np.array([self.lanes.static(code, self.lanes.finishes[b])[0][state] for b in finishes])
            at = np.zeros(len(finishes), dtype=np.int64)
            parts += self._worth_it(
                Lane(box, start, -1, -1, 0), np.stack([finishes, at, least], axis=1), self.to_start[:, start]
            )
        return self._merged(parts)

    def refined(self, box: int, start: int, finishes: Ints, *, is_fine: bool) -> Relaxed:
        """
        Return carriages from a start that together cost no more, and arrive no later, than any dated ones.

        Of the shipments in a box one is ready last, and one is at the start last, each in some part of the timetable.
        The documents, and the box, are ready no earlier than the first shipment of these parts. If fine, every
        shipment pays for the way by which it is at the start in time; else for its cheapest, though it comes by the
        quickest.
        """
        able = np.flatnonzero(self.to_start[:, start] < self.alone)
        papers_of = self._ready[able] // PART
        times = [self._there[row][start][:, 1] if is_fine else self._earliest[row : row + 1, start] for row in able]
        comings = np.sort(np.concatenate(times))
        spans = _spans(
            papers_of, self._earliest[able, start] // PART, [np.unique(instants // PART) for instants in times]
        )
        worth = np.full(len(self.lanes.finishes), -1, dtype=np.int64)
        saving = np.maximum(0, (self.alone - self.to_start[:, start])[:, None] - self.from_finish[:, finishes]).sum(
            axis=0
        )
        worth[finishes] = np.maximum(-1, saving - self._stuff_box[box][start] - self._strip_box[box][finishes])
        seen: list[tuple[int, tuple[int, int], Ints]] = []
        code, end = self.lanes.boxes[box].code, self.lanes.starts[start]
        parts = []
        for closed, legs in enumerate(self.closures):
            corridor = self.lanes.corridor(code, end, worth, legs)
            if corridor is None:
                break
            for papers, at in spans:
                begins = (
                    int(comings[np.searchsorted(comings, at * PART)]), int(self._ready[able][papers_of == papers].min())
                )  # fmt: skip
                ways = self.lanes.leaving(corridor, begins, self.end)
                keys = (ways[:, 0] << 50) ^ (ways[:, 1] << 30) ^ ways[:, 2]
                # What can be done later, or with more legs closed, is there already, with no fewer shipments.
                known = [k for c, (p, q), k in seen if p >= papers and q >= at and legs <= self.closures[c]]
                seen.append((closed, (papers, at), keys[ways[:, 2] < MOST_IN_KEY]))
                if known:
                    # Of boxes too dear for their key nothing is left out.
                    ways = ways[~np.isin(keys, np.concatenate(known)) | (ways[:, 2] >= MOST_IN_KEY)]
                comes = self._fits_closure[closed] & (self._ready // PART <= papers)
                base = np.where(comes, self._there_by(start, (at + 1) * PART, is_fine=is_fine), NEVER)
                parts += self._worth_it(Lane(box, start, -1, closed, 0), ways, base)
        return self._merged(parts)

    def _there_by(self, start: int, instant: int, *, is_fine: bool) -> Ints:
        """Return the least cost of each shipment to be stuffed at a start before an instant, if fine by that way."""
        least = np.where(self._earliest[:, start] < instant, self.to_start[:, start], NEVER)
        for row in np.flatnonzero(least < NEVER) if is_fine else ():
            ways = self._there[row][start]
            least[row] = ways[ways[:, 1] < instant, 2].min()
        return least

    def _merged(self, parts: Sequence[tuple[list[Lane], Ints, Ints]]) -> Relaxed:
        """Return all parts as one set of carriages."""
        if not parts:
            none = np.zeros(0, dtype=np.int64)
            return Relaxed([], Carriages(none, np.zeros((0, len(self.houses)), dtype=np.int64), none, none))
        lanes = [lane for part in parts for lane in part[0]]
        costs, owns = (np.concatenate([part[i] for part in parts]) for i in (1, 2))
        return Relaxed(lanes, Carriages(costs, owns, *_capacities([self.lanes.boxes[lane.box] for lane in lanes])))

    def _worth_it(self, lane: Lane, ways: Ints, base: Ints) -> list[tuple[list[Lane], Ints, Ints]]:
        """Return lanes, costs and own costs of those ways of a box that could pay for themselves."""
        code = self.lanes.boxes[lane.box].code
        state = self.lanes.box_state(self.lanes.starts[lane.start], code)
        # Nobody arrives before the box does, nor before the least minutes from where it is at the start.
        there = self._earliest[:, lane.start]
        exported, imported = self._clears_in_box(lane.start, ways[:, 0])
        parts = []
        for demand in np.unique(2 * exported + imported).tolist():
            mine = ways[2 * exported + imported == demand]
            finish = mine[:, 0]
            cost = mine[:, 2] + self._stuff_box[lane.box][lane.start] + self._strip_box[lane.box][finish]
            minutes = self._static_minutes(code, finish, int(state or 0))
            arrives = after_process(self.lanes.tt, self._strip_legs[finish], mine[:, 1])
            fees = self._clearance(lane.start, finish)
            for cleared in self._together[demand]:
                allowed = np.where(self._groups[cleared], base, NEVER)
                rows, own = paying(finish, arrives, minutes, there, cost, allowed, fees, self._tables)
                if len(rows):
                    named = [lane._replace(finish=int(b), cleared=cleared) for b in finish[rows]]
                    parts.append((named, cost[rows], own))
        return parts

    def _static_minutes(self, code: str, finish: Ints, state: int) -> Ints:
        """Return the least minutes of a box from a state to finishes."""
        different, number = np.unique(finish, return_inverse=True)
        least = [self.lanes.static(code, self.lanes.finishes[b])[1][state] for b in different.tolist()]
        strip = self._strip_legs[different]
        return (np.array(least, dtype=np.int64) + self.lanes.tt.leg_post[strip])[number]

    def _clears_in_box(self, start: int, finish: Ints) -> tuple[Ints, Ints]:
        """Return whether (1 or 0) boxes from a start to finishes are cleared for export, and for import, on the way."""
        before, after = self._start_status[start], self._finish_status[finish]
        exported = (before == DOMESTIC) & (after != DOMESTIC)
        imported = (before != IMPORTED) & (after == IMPORTED)
        return exported.astype(np.int64), imported.astype(np.int64)

    def _clearance(self, start: int, finish: Ints) -> Ints:
        """Return the least each shipment pays for clearance in the box, one row per way."""
        exported, imported = self._clears_in_box(start, finish)
        fees: Ints = exported[:, None] * self._fees[:, 0] + imported[:, None] * self._fees[:, 1]
        return fees

    # Dated carriages

    def dated(self, lanes: Sequence[Lane]) -> tuple[list[tuple[Lane, Chain]], Carriages]:
        """Return the chains of lanes, and as carriages what they and the shipments on them really cost."""
        pairs = [(lane, chain) for lane in lanes for chain in self._chains(lane)]
        own = np.full((len(pairs), len(self.houses)), NEVER, dtype=np.int64)
        cost = np.zeros(len(pairs), dtype=np.int64)
        for row, (lane, chain) in enumerate(pairs):
            cost[row] = chain.cost + self._stuff_box[lane.box][lane.start] + self._strip_box[lane.box][lane.finish]
            for column, house in enumerate(self.houses):
                paid = self.own_cost(column, house, lane, chain)
                if paid is not None:
                    own[row, column] = paid
        volumes, payloads = _capacities([self.lanes.boxes[lane.box] for lane, _ in pairs])
        for row, (_, chain) in enumerate(pairs):
            payloads[row] = min(payloads[row], *(int(self._payload[hop.leg]) for hop in chain.hops))
        return pairs, Carriages(cost, own, volumes, payloads)

    def _chains(self, lane: Lane) -> list[Chain]:
        """Return the dated chains of a lane while its shipments could be there."""
        code = self.lanes.boxes[lane.box].code
        start, finish = self.lanes.starts[lane.start], self.lanes.finishes[lane.finish]
        able = [
            house
            for row, house in enumerate(self.houses)
            if self._fits_closure[lane.closed][row]
            and self._groups[lane.cleared][row]
            and self.to_start[row, lane.start] + self.from_finish[row, lane.finish] < self.alone[row]
        ]
        if not able:
            return []
        first = min(house.ready for house in able)
        last = max(house.ready for house in able) + HOLD_DAYS * DAY
        weights = self.lanes.weights(able[0].shipment, code, (start, finish), self.closures[lane.closed])
        return self.lanes.chains(weights, code, start, finish, (first, last), max(house.end for house in able))

    def process_legs(self, lane: Lane) -> tuple[int, int]:
        """Return the stuffing and the stripping leg of a lane."""
        code = self.lanes.boxes[lane.box].code
        start, finish = self.lanes.starts[lane.start], self.lanes.finishes[lane.finish]
        return (
            self.lanes.stuffing[start.place, start.status, code],
            self.lanes.stripping[finish.place, finish.status, code],
        )

    def own_cost(self, column: int, house: House, lane: Lane, chain: Chain) -> int | None:
        """Return what a shipment pays of its own on a chain, penalty included; None if it cannot travel so."""
        if self.to_start[column, lane.start] + self.from_finish[column, lane.finish] >= self.alone[column]:
            return None
        if house.ready > chain.papers_by or any(hop.leg in house.barred for hop in chain.hops):
            return None
        if not all(self._clears(house, hop.leg) for hop in chain.hops):
            return None
        stuff, strip = self.process_legs(lane)
        stuff_by = self.stuff_by(stuff, chain)
        leaving = self.leaving(column, house, lane.start, stuff_by)
        arriving = self.arriving(column, house, lane.finish, chain, strip)
        if leaving is None or arriving is None or self._departs(leaving, chain) > house.depart_by:
            return None
        processes = [leg for leg in (stuff, strip) if not self.lanes.pays_by_box(leg)]
        processes += [
            self.lanes.loose_clearance[hop.leg]
            for hop in chain.hops
            if self.lanes.is_clearance[hop.leg] and not self.lanes.pays_by_box(hop.leg)
        ]
        paid = [int(house.process_cost[leg]) for leg in processes]
        if min(paid, default=0) < 0:
            return None
        state = self.lanes.starts[lane.start].state
        stored = 0
        if leaving.clock < FAR:
            stored = int(
                storage_cost(house.loose, int(house.loose.state_storage[state]), chain.departs - leaving.clock)
            )
        return leaving.cost + stored + sum(paid) + arriving.cost

    def _departs(self, leaving: Leaving, chain: Chain) -> int:
        """Return the first departure of a shipment that gets to a chain in some way."""
        tt = self.lanes.tt
        moving = (tt.departures[hop.departure] + tt.leg_offset[hop.leg] for hop in leaving.hops if hop.departure >= 0)
        return int(next(moving, chain.departs))

    def _clears(self, house: House, leg: int) -> bool:
        """Say whether a leg is no clearance, or one for the regime of a shipment."""
        clearance, regime = self.lanes.legs[leg], house.shipment.regime
        is_named = not clearance.regimes or regime in clearance.regimes
        return not self.lanes.is_clearance[leg] or (is_named and regime not in clearance.not_regimes)

    def stuff_by(self, stuff: int, chain: Chain) -> int:
        """Return the latest instant at which the last shipment may be at the start."""
        legs = np.array([stuff], dtype=np.int64)
        return int(ride_back(self.lanes.tt, legs, 1, chain.ready_by, np.empty(1, dtype=np.int64))[0])

    def leaving(self, column: int, house: House, start: int, by: int) -> Leaving | None:
        """Return the cheapest way to be loose at a start by an instant, as late as possible."""
        key = (column, start, by, 0)
        if key not in self._leaving:
            best: Leaving | None = None
            for way in self._ways_to(column, house, start):
                index = np.empty(max(1, way.hops), dtype=np.int64)
                ready, clock = ride_back(self.lanes.tt, way.legs, way.hops, by, index)
                if ready >= house.ready and (best is None or way.cost < best.cost):
                    hops = tuple(Hop(int(leg), int(i)) for leg, i in zip(way.legs[: way.hops], index, strict=False))
                    best = Leaving(way.cost, int(clock), hops)
            self._leaving[key] = best
        return self._leaving[key]

    def arriving(self, column: int, house: House, finish: int, chain: Chain, strip: int) -> Arriving | None:
        """Return the cheapest way on from a finish, storage there and penalty included."""
        key = (column, finish, chain.clock, chain.available)
        if key not in self._arriving:
            best: Arriving | None = None
            state = self.lanes.finishes[finish].state
            for way in self._ways_from(column, house, finish, chain.available):
                legs = np.concatenate([np.array([strip], dtype=np.int64), way.legs[: way.hops]])
                arrives, stored = ride_on(
                    self.lanes.tt, house.loose, state, legs, len(legs), chain.available, chain.clock, house.end
                )
                if arrives < FAR:
                    cost = way.cost + int(stored) + house.penalty(int(arrives))
                    if best is None or cost < best.cost:
                        best = Arriving(cost, way)
            self._arriving[key] = best
        return self._arriving[key]

    def dated_hops(self, way: Way, ready: int) -> list[Hop]:
        """Return the hops of a way on its first departures from an instant."""
        tt, hops = self.lanes.tt, []
        for leg in way.legs[: way.hops].tolist():
            index = -1
            if tt.leg_lo[leg] < 0:
                ready = int(next_open(tt, tt.leg_cal_in[leg], ready) + tt.leg_post[leg])
            else:
                index = int(first_departure(tt, leg, ready + tt.leg_pre[leg]))
                arrives = tt.departures[index] + tt.leg_offset[leg] + tt.leg_duration[leg]
                ready = int(next_open(tt, tt.leg_cal_out[leg], arrives) + tt.leg_post[leg])
            hops.append(Hop(leg, index))
        return hops

    def _ways_to(self, column: int, house: House, start: int) -> list[Way]:
        """Return the ways of a shipment to a start."""
        key = (column, start)
        if key not in self._to:
            state = self.lanes.starts[start].state
            self._to[key] = self._ways(house, int(house.at.source or 0), state, house.ready)
        return self._to[key]

    def _ways_from(self, column: int, house: House, finish: int, at: int) -> list[Way]:
        """Return the ways of a shipment from a finish, found at the first instant asked for."""
        key = (column, finish)
        if key not in self._from:
            state = self.lanes.finishes[finish].state
            self._from[key] = self._ways(house, state, int(house.at.target or 0), at)
        return self._from[key]

    def _ways(self, house: House, source: int, target: int, at: int) -> list[Way]:
        """Return loose ways between two states, none beaten in cost and time."""
        if source == target:
            return [Way(np.zeros(1, dtype=np.int64), 0, 0)]
        tt = self.lanes.tt
        origin = int(tt.state_loc[source]) if source == house.at.source else -1
        found = pareto(tt, house.loose, Question(source, target, at, house.end, origin, FAR, 0, -1, 0))
        ways = []
        for row, hops in zip(found.front, found.hops, strict=True):
            legs = [leg for leg in hops[:, 0].tolist() if self.lanes.legs[leg].kind != "land"]
            ways.append(Way(np.array([*legs, 0], dtype=np.int64), len(legs), int(row[1])))
        return ways


def _spans(papers: Ints, earliest: Ints, comings: Sequence[Ints]) -> list[tuple[int, int]]:
    """
    Return the pairs of parts of the timetable in which a load's last papers and last cargo may be, the latest first.

    The cargo whose papers are last is not there before it can be, and what comes last has papers no later than those.
    """
    found = set()
    for p in np.unique(papers).tolist():
        first = int(earliest[papers == p].min())
        in_time = [parts for part, parts in zip(papers.tolist(), comings, strict=True) if part <= p]
        found |= {(p, q) for q in np.unique(np.concatenate(in_time)).tolist() if q >= first}
    return sorted(found, reverse=True)


def _capacities(units: Sequence[LoadUnit]) -> tuple[Ints, Ints]:
    """Return usable volumes and payloads."""
    return (
        np.array([unit.usable_cm3 for unit in units], dtype=np.int64),
        np.array([unit.payload_g for unit in units], dtype=np.int64),
    )


def _by_end(ways: Ints) -> dict[int, Ints]:
    """Return ways by the end they are about."""
    order = np.argsort(ways[:, 0], kind="stable")
    ends, first = np.unique(ways[order, 0], return_index=True)
    return (
        {int(end): part for end, part in zip(ends, np.split(ways[order], first[1:]), strict=True)} if len(ways) else {}
    )


def _unions(sets: Iterable[frozenset[int]]) -> list[frozenset[int]]:
    """Return every union of some of the sets, the largest first."""
    found: set[frozenset[int]] = set()
    for one in set(sets):
        found |= {one, *(one | other for other in found)}
    return sorted(found, key=lambda union: (-len(union), sorted(union)))
