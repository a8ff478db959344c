"""
A plan within what departures can take.

Boxes are found as if every departure had room for all. Where one has not, those stay on it that would pay most for
going otherwise, and the others are planned anew without that departure, until everything fits.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

from data.insight import Binding
from data.plan import Journey
from network.legs import LOOSE
from optimizer.consolidation.build import Builder
from optimizer.consolidation.classes import sharing_classes
from optimizer.consolidation.frozen import BEYOND, Bundle
from optimizer.consolidation.houses import Houses
from optimizer.consolidation.room import NOTHING, Amount, Piece, overfull, summed
from optimizer.consolidation.share import Sharing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from data.cargo import Cargo
    from data.plan import Unserved
    from network.closing import Run
    from network.lanes import Lanes
    from network.legs import Leg
    from optimizer.consolidation.entry import Entry
    from optimizer.consolidation.houses import House
    from optimizer.consolidation.params import Params
    from optimizer.consolidation.room import Room

CHOICE_UNITS = 2.0
"""Deterministic time units for choosing who stays on departures that are full."""
MOST_TRIED = 300
"""Shipments in boxes up to which it is worked out how each box would go otherwise, and not only its shipments alone."""
ONE_ROUND = 0.4
"""Part of the time left that planning anew may take in one round."""
TRYING, TRIED_STEPS = 0.2, 20
"""Part of the time left, or steps of a deterministic run, for working out how boxes would go otherwise."""


class Fitting:
    """
    Makes plans fit.

    Parameters
    ----------
    lanes, cargo, room
        Of the network; all shipments; what departures can take.
    params, begun
        What is asked, and the instant of the monotonic clock at which the run began.
    tell
        Called now and then.

    Attributes
    ----------
    entries, houses
        What was planned anew: classes, and shipments by id.
    is_hasty
        Whether shipments that have to leave only go alone.
    """

    def __init__(
        self, lanes: Lanes, cargo: Cargo, room: Room, params: Params, begun: float, tell: Callable[[], None]
    ) -> None:
        self.room = room
        self.entries: list[Entry] = []
        self.houses: dict[str, House] = {}
        self.is_hasty = False
        self._left: dict[str, tuple[Run, int]] = {}
        self._lanes = lanes
        self._cargo = cargo
        self._number = {shipment.id: number for number, shipment in enumerate(cargo)}
        self._params = params
        self._begun = begun
        self._tell = tell
        self._network = lanes.network
        self._closed: dict[Run, bool] = {}

    def fitted(self, pieces: Sequence[Piece]) -> list[Piece]:
        """Return a plan that fits; what is fixed, and what fits where it is, stays."""
        kept = list(pieces)
        while full := overfull((self.room.uses(piece) for piece in kept), self.room.of):
            before = len(self._closed)
            for run, taken in full.items():
                is_for_all = not taken._replace(teu_milli=0).fits(self.room.of(run))
                self._closed[run] = is_for_all or self._closed.get(run, False)
            kept, moved = self._parted(kept, full)
            if not moved and len(self._closed) == before:
                break
            self._tell()
            kept += self._anew(moved)
        return self._let_in(kept) if self.has_moved else kept

    @property
    def has_moved(self) -> bool:
        """Whether any shipment had to leave a departure."""
        return bool(self._left)

    def _parted(self, pieces: Sequence[Piece], full: dict[Run, Amount]) -> tuple[list[Piece], list[Piece]]:
        """Return what stays where it is, and what has to leave departures that are full."""
        uses = [self.room.uses(piece) for piece in pieces]
        number = [at for at, piece in enumerate(pieces) if not piece.is_fixed and not full.keys().isdisjoint(uses[at])]
        makes = self._close()
        worth = self._worth([pieces[at] for at in number], makes)
        left = {run: self.room.of(run) for run in full}
        for at in set(range(len(pieces))) - set(number):
            for run in full.keys() & uses[at].keys():
                left[run] = left[run].minus(uses[at][run])
        stays = _most_worthy([uses[at] for at in number], worth, left, self._params.seed)
        leaving = {at for at, does in zip(number, stays, strict=True) if not does}
        for at in leaving:
            self._note(pieces[at], full.keys() & uses[at].keys())
        return [piece for at, piece in enumerate(pieces) if at not in leaving], [pieces[at] for at in sorted(leaving)]

    def _note(self, piece: Piece, full: Iterable[Run]) -> None:
        """Remember which departure shipments had to leave first, and what they cost on it."""
        run = min(full)
        for part in piece.parts:
            if isinstance(part, Journey):
                self._left.setdefault(part.shipment, (run, part.cost_cny_minor))

    def bindings(self, pieces: Iterable[Piece]) -> dict[str, Binding]:
        """Return by shipment the departure that was full, and what travelling on it would have saved."""
        found = {}
        for part in (part for piece in pieces for part in piece.parts):
            if part.shipment in self._left:
                (run, cost), now = self._left[part.shipment], _borne(part)
                found[part.shipment] = Binding(
                    rule="capacity", subject=run.service, depart_min=run.start_min, saving_minor=max(0, now - cost)
                )
        return found

    def _close(self) -> Houses:
        """Close the departures that are full, and return what prices shipments without them."""

        def bars(leg: Leg, run: Run) -> bool:
            return self._closed[run] or leg.form != LOOSE

        self._network = self.room.runs.closed(self._lanes.network, self._closed, bars, self._network)
        return self.makes

    @property
    def makes(self) -> Houses:
        """What prices shipments on a network on which all paths found can be read."""
        return Houses(self._lanes.on(self._network))

    # What leaving costs

    def _worth(self, pieces: Sequence[Piece], makes: Houses) -> list[int]:
        """Return what each part of a plan would cost more without the departures that are full, in fen."""
        is_tried = sum(len(piece.parts) for piece in pieces if piece.bundle is not None) <= MOST_TRIED
        boxes = sum(piece.bundle is not None for piece in pieces) or 1
        time_s = float(TRIED_STEPS) if self._params.deterministic else TRYING * self._left_s() / boxes
        return [max(0, self._otherwise(piece, makes, time_s if is_tried else 0.0) - piece.cost) for piece in pieces]

    def _otherwise(self, piece: Piece, makes: Houses, time_s: float) -> int:
        """Return what the shipments of a part of a plan would cost without the departures that are full."""
        houses = [makes.make(self._number[part.shipment], self._cargo.by_id[part.shipment]) for part in piece.parts]
        alone = sum(BEYOND if house.is_stuck else house.alone_fen for house in houses)
        if piece.bundle is None or self.is_hasty or time_s <= 0:
            return alone
        entries = self._shared(houses, makes, time_s)
        return min(alone, alone - sum(entry.alone - entry.cost for entry in entries))

    # Planning anew

    def _anew(self, pieces: Sequence[Piece]) -> list[Piece]:
        """Return other plans for the shipments of some parts."""
        makes = self.makes
        numbers = sorted(self._number[part.shipment] for piece in pieces for part in piece.parts)
        houses = [makes.make(number, self._cargo.shipments[number]) for number in numbers]
        entries: list[Entry] = []
        if not self.is_hasty:
            time_s = self._params.time_limit_s if self._params.deterministic else ONE_ROUND * self._left_s()
            entries = self._shared(houses, makes, time_s)
        self.entries += entries
        self.houses |= {house.shipment.id: house for house in houses}
        builder = Builder(makes.lanes, is_full=True)
        bundles = [Bundle(*builder.shared(boxful), is_old=False) for entry in entries for boxful in entry.boxfuls]
        inside = {journey.shipment for bundle in bundles for journey in bundle.journeys}
        alone = [builder.alone(house) for house in houses if house.shipment.id not in inside]
        return [Piece(bundle, None) for bundle in bundles] + [Piece(None, part) for part in alone]

    def _shared(self, houses: Sequence[House], makes: Houses, time_s: float) -> list[Entry]:
        """Return shared boxes for some shipments."""
        classes = sharing_classes(self._network.catalogue, houses)
        params = replace(self._params, time_limit_s=time_s)
        sharing = Sharing(sorted(classes, key=lambda group: -len(group)), makes, params, time.monotonic())
        return sharing(lambda _: self._tell(), lambda: False)

    def _left_s(self) -> float:
        """Return the seconds that are left, at least one."""
        return max(1.0, self._begun + self._params.time_limit_s - time.monotonic())

    # Room that is left

    def _let_in(self, pieces: list[Piece]) -> list[Piece]:
        """Return a plan in which shipments that left departures go alone on any on which there is room for them."""
        uses = [self.room.uses(piece) for piece in pieces]
        taken = summed(uses)
        for at, piece in enumerate(pieces):
            part = piece.outside
            if part is None or piece.is_fixed or part.shipment not in self._left:
                continue
            mine = uses[at]
            others = {run: amount.minus(mine.get(run, NOTHING)) for run, amount in taken.items()}
            better = self._alone_beside(part.shipment, others)
            if better.cost < piece.cost or (not isinstance(part, Journey) and isinstance(better.outside, Journey)):
                pieces[at] = better
                taken = summed([others, self.room.uses(better)])
        return pieces

    def _alone_beside(self, name: str, taken: dict[Run, Amount]) -> Piece:
        """Return the cheapest way alone of a shipment beside what others take."""
        shipment, runs = self._cargo.by_id[name], set(taken)

        def bars(leg: Leg, run: Run) -> bool:
            room = self.room.of(run).minus(taken.get(run, NOTHING))
            return not self.room.need(shipment, leg.form).fits(room)

        while True:
            self._network = self.room.runs.closed(self._lanes.network, runs, bars, self._network)
            makes = self.makes
            house = makes.make(self._number[name], shipment)
            piece = Piece(None, Builder(makes.lanes, is_full=True).alone(house))
            over = overfull([taken, self.room.uses(piece)], self.room.of).keys() & self.room.uses(piece).keys()
            if over <= runs:
                self.houses[name] = house
                return piece
            runs |= over


def _borne(part: Journey | Unserved) -> int:
    """Return what a shipment bears, in fen."""
    return part.cost_cny_minor if isinstance(part, Journey) else part.price_cny_minor


def _most_worthy(
    uses: Sequence[dict[Run, Amount]], worth: Sequence[int], left: dict[Run, Amount], seed: int
) -> list[bool]:
    """Return which parts of a plan stay, so that most is saved within the room left on some runs."""
    model = cp_model.CpModel()
    stays = [model.new_bool_var("") for _ in uses]
    for run, room in left.items():
        for axis, most in enumerate(room):
            taken = [(stay, use[run][axis]) for stay, use in zip(stays, uses, strict=True) if run in use]
            model.add(sum(amount * stay for stay, amount in taken) <= max(0, most))
    model.maximize(sum((1 + saved) * stay for stay, saved in zip(stays, worth, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.catch_sigint_signal = False
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = CHOICE_UNITS
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return [False] * len(stays)
    return [bool(solver.value(stay)) for stay in stays]
