"""
A plan within what departures, and places in a day, can take.

Boxes are found as if there were room for all. Where there is not, those stay on a departure, or on the day of a place,
that would pay most for going otherwise, and the others are planned anew without it, until everything fits.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from data.insight import Binding
from data.plan import Journey
from network.legs import LOOSE
from network.placedays import PlaceDay
from optimizer.consolidation.build import Builder
from optimizer.consolidation.classes import sharing_classes
from optimizer.consolidation.frozen import BEYOND, Bundle
from optimizer.consolidation.houses import Houses
from optimizer.consolidation.room import NOTHING, Piece, overfull, summed
from optimizer.consolidation.share import Sharing
from optimizer.consolidation.splits import weight_of
from optimizer.consolidation.staying import most_worthy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from data.plan import Unserved
    from network.capacity import Amount
    from network.closing import Use
    from network.lanes import Lanes
    from network.legs import Leg
    from optimizer.consolidation.entry import Entry
    from optimizer.consolidation.houses import House
    from optimizer.consolidation.params import Params
    from optimizer.consolidation.room import Room
    from optimizer.consolidation.splits import Wholes

MOST_TRIED = 300
"""Shipments in boxes up to which it is worked out how each box would go otherwise, and not only its shipments alone."""
ONE_ROUND = 0.4
"""Part of the time left that planning anew may take in one round."""
MOST_ROUNDS = 4
"""Times that shipments are planned anew together, before those that still have to leave go one by one."""
MOST_SWAPS = 200
"""Pairs of shipments for which it is tried whether one should have left in place of the other."""
TRYING, TRIED_STEPS = 0.2, 20
"""Part of the time left, or steps of a deterministic run, for working out how boxes would go otherwise."""


class Fitting:
    """
    Makes plans fit.

    Parameters
    ----------
    lanes, wholes, room
        Of the network; all shipments, whole and in parts; what departures and places can take.
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
        self, lanes: Lanes, wholes: Wholes, room: Room, params: Params, begun: float, tell: Callable[[], None]
    ) -> None:
        self.room = room
        self.entries: list[Entry] = []
        self.houses: dict[str, House] = {}
        self.is_hasty = False
        self._left: dict[str, tuple[Use, int]] = {}
        self._lanes = lanes
        self._wholes = wholes
        self._cargo = wholes.splitting.every
        self._number = {shipment.id: number for number, shipment in enumerate(self._cargo)}
        self._params = params
        self._begun = begun
        self._tell = tell
        self._network = self._known = lanes.network

    def fitted(self, pieces: Sequence[Piece]) -> list[Piece]:
        """Return a plan that fits; what is fixed, and what fits where it is, stays."""
        kept, moved = self._parted(pieces)
        for _ in range(0 if self.is_hasty else MOST_ROUNDS):
            if not moved:
                break
            kept, moved = self._parted([*kept, *self._anew(moved)])
        if not self.has_moved:
            return kept
        return self._divided(self._swapped(self._let_in(self._one_by_one(kept, _names(moved)))))

    @property
    def has_moved(self) -> bool:
        """Whether any shipment had to leave a departure, or the day of a place."""
        return bool(self._left)

    def _parted(self, pieces: Sequence[Piece]) -> tuple[list[Piece], list[Piece]]:
        """Return what stays where it is, and what has to leave departures, or days of places, that are full."""
        uses = [self.room.uses(piece) for piece in pieces]
        full = overfull(uses, self.room.of)
        number = [at for at, piece in enumerate(pieces) if not piece.is_fixed and not full.keys().isdisjoint(uses[at])]
        if not number:
            return list(pieces), []
        self._tell()
        worth = self._worth([pieces[at] for at in number], self._close(full))
        left = {use: self.room.of(use) for use in full}
        for at in set(range(len(pieces))) - set(number):
            for use in full.keys() & uses[at].keys():
                left[use] = left[use].minus(uses[at][use])
        stays = most_worthy([uses[at] for at in number], worth, left, self._params.seed)
        leaving = {at for at, does in zip(number, stays, strict=True) if not does}
        for at in leaving:
            self._note(pieces[at], full.keys() & uses[at].keys())
        return [piece for at, piece in enumerate(pieces) if at not in leaving], [pieces[at] for at in sorted(leaving)]

    def _note(self, piece: Piece, full: Iterable[Use]) -> None:
        """Remember which departure or day shipments had to leave first, and what they cost on it."""
        use = min(full, key=lambda use: (isinstance(use, PlaceDay), use))
        for part in piece.parts:
            if isinstance(part, Journey):
                self._left.setdefault(part.shipment, (use, part.cost_cny_minor))

    def bindings(self, pieces: Iterable[Piece]) -> dict[str, Binding]:
        """Return by shipment what was full, and what staying there would have saved."""
        found = {}
        for part in (part for piece in pieces for part in piece.parts):
            if part.shipment in self._left:
                use, cost = self._left[part.shipment]
                found[part.shipment] = _binding(use, max(0, _borne(part) - cost))
        return found

    def _close(self, full: Mapping[Use, Amount]) -> Houses:
        """Close what is full, and return what prices shipments without it."""
        is_for_all = {use: not taken._replace(boxes=0).fits(self.room.of(use)) for use, taken in full.items()}

        def bars(leg: Leg, use: Use) -> bool:
            return isinstance(use, PlaceDay) or is_for_all[use] or leg.form != LOOSE

        self._network = self._known = self.room.runs.closed(self._network, full, bars, self._known)
        return self.makes

    @property
    def makes(self) -> Houses:
        """What prices shipments on a network on which all paths found can be read."""
        return Houses(self._lanes.on(self._known), self._params.objective)

    # What leaving costs

    def _worth(self, pieces: Sequence[Piece], makes: Houses) -> list[int]:
        """Return what each part of a plan would cost more without what is full, in fen."""
        is_tried = sum(len(piece.parts) for piece in pieces if piece.bundle is not None) <= MOST_TRIED
        boxes = sum(piece.bundle is not None for piece in pieces) or 1
        time_s = float(TRIED_STEPS) if self._params.deterministic else TRYING * self._left_s() / boxes
        return [max(0, self._otherwise(piece, makes, time_s if is_tried else 0.0) - piece.cost) for piece in pieces]

    def _otherwise(self, piece: Piece, makes: Houses, time_s: float) -> int:
        """Return what the shipments of a part of a plan would cost without what is full."""
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
        for entry in entries:
            self._wholes.know(entry)
        self.houses |= {house.shipment.id: house for house in houses}
        builder = Builder(makes.lanes, is_full=True)
        bundles = [Bundle(*load, is_old=False) for entry in entries for load in entry.made()[0]]
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

    def _one_by_one(self, kept: Sequence[Piece], names: Iterable[str]) -> list[Piece]:
        """Return a plan in which shipments go alone where there is room for them, one after the other."""
        pieces = list(kept)
        taken = summed(self.room.uses(piece) for piece in kept)
        for name in names:
            self._tell()
            pieces.append(self._alone_beside(name, taken))
            taken = summed([taken, self.room.uses(pieces[-1])])
        return pieces

    def _let_in(self, pieces: list[Piece]) -> list[Piece]:
        """Return a plan in which shipments that had to leave go alone wherever there is room for them."""
        uses = [self.room.uses(piece) for piece in pieces]
        taken = summed(uses)
        for at, piece in enumerate(pieces):
            part = piece.outside
            if part is None or part.shipment not in self._left or (isinstance(part, Journey) and not self._has_time()):
                continue
            others = taken | {use: taken[use].minus(amount) for use, amount in uses[at].items()}
            better = self._alone_beside(part.shipment, others)
            if better.weight < piece.weight:
                pieces[at] = better
                taken = summed([others, self.room.uses(better)])
        return pieces

    def _divided(self, pieces: list[Piece]) -> list[Piece]:
        """Return a plan in which shipments that left departures go whole or in parts, whichever costs less."""
        splitting = self._wholes.splitting
        for name in splitting.wholes:
            parts = splitting.splits[name].parts
            if not self._left.keys().isdisjoint((name, *parts)) and self._has_time():
                pieces = self._otherwise_divided(name, parts, pieces)
        return pieces

    def _otherwise_divided(self, name: str, parts: Sequence[str], pieces: list[Piece]) -> list[Piece]:
        """Return a plan with a shipment in parts instead of whole, or the other way round, if that is cheaper."""
        known = dict(self.houses)
        mine, others = self._wholes.around(name, pieces)
        is_whole = any(part.shipment == name for piece in mine for part in piece.parts)
        for piece in () if is_whole else mine:
            smaller = self._wholes.without(piece, name)
            if smaller is not None:
                others.append(smaller)
            elif self._wholes.others(piece, name):
                return pieces
        if overfull((self.room.uses(piece) for piece in others), self.room.of):
            return pieces
        changed = self._one_by_one(others, parts if is_whole else [name])
        # What cannot go whole goes in parts as far as it can.
        more = BEYOND * (len(parts) - 1) if is_whole and weight_of(mine) >= BEYOND else 0
        if weight_of(changed) < weight_of(pieces) + more and (is_whole or changed[-1].weight < BEYOND):
            return changed
        self.houses = known
        return pieces

    def _swapped(self, pieces: list[Piece]) -> list[Piece]:
        """
        Return a plan in which shipments alone go where they had to leave, in place of others that lose less by that.

        Who stayed was chosen by the next way of each, which may have been full as well.
        """
        uses = [self.room.uses(piece) for piece in pieces]
        taken = summed(uses)
        for at, other in islice(self._pairs(pieces, uses), MOST_SWAPS):
            if not self._has_time():
                break
            known, pair = dict(self.houses), (pieces[at], pieces[other])
            mine, theirs = (piece.parts[0].shipment for piece in pair)
            others = dict(taken)
            for use, amount in (*uses[at].items(), *uses[other].items()):
                others[use] = others[use].minus(amount)
            first = self._alone_beside(mine, others)
            if first.weight < pair[0].weight:
                second = self._alone_beside(theirs, summed([others, self.room.uses(first)]))
                if first.weight + second.weight < sum(piece.weight for piece in pair):
                    self._note(pair[1], [self._left[mine][0]])
                    pieces[at], pieces[other] = first, second
                    uses[at], uses[other] = self.room.uses(first), self.room.uses(second)
                    taken = summed([others, uses[at], uses[other]])
                    continue
            self.houses = known
        return pieces

    def _pairs(self, pieces: Sequence[Piece], uses: Sequence[Mapping[Use, Amount]]) -> Iterator[tuple[int, int]]:
        """Yield positions of shipments alone that had to leave, those that lost most first, and of others there."""
        alone = [at for at, piece in enumerate(pieces) if piece.outside is not None and not piece.is_fixed]
        moved = [at for at in alone if pieces[at].parts[0].shipment in self._left]
        moved.sort(key=lambda at: self._left[pieces[at].parts[0].shipment][1] - pieces[at].weight)
        there: dict[Use, list[int]] = defaultdict(list)
        for at in alone:
            for use in uses[at]:
                there[use].append(at)
        for at in moved:
            use = self._left[pieces[at].parts[0].shipment][0]
            yield from ((at, other) for other in there[use] if other != at and use in uses[other])

    def _has_time(self) -> bool:
        """Say whether there is time for what need not be done."""
        return not self.is_hasty and (self._params.deterministic or self._left_s() > 1)

    def _alone_beside(self, name: str, taken: Mapping[Use, Amount]) -> Piece:
        """Return the cheapest way alone of a shipment beside what others take."""
        shipment, room = self._cargo.by_id[name], self.room
        tight = {use for use, amount in taken.items() if not room.most(shipment, use).fits(room.of(use).minus(amount))}
        tight |= room.too_small(shipment)

        def bars(leg: Leg, use: Use) -> bool:
            return not room.need(shipment, leg).fits(room.of(use).minus(taken.get(use, NOTHING)))

        while True:
            network = room.runs.closed(self._lanes.network, tight, bars, self._known)
            makes = Houses(self._lanes.on(network), self._params.objective)
            house = makes.make(self._number[name], shipment)
            piece = Piece(None, Builder(makes.lanes, is_full=True).alone(house))
            mine = room.uses(piece)
            over = {use for use, need in mine.items() if not need.fits(room.of(use).minus(taken.get(use, NOTHING)))}
            if over <= tight:
                self.houses[name], self._known = house, network
                return piece
            tight |= over


def _names(pieces: Iterable[Piece]) -> list[str]:
    """Return the shipments of some parts of a plan."""
    return [part.shipment for piece in pieces for part in piece.parts]


def _borne(part: Journey | Unserved) -> int:
    """Return what a shipment bears, in fen."""
    return part.cost_cny_minor if isinstance(part, Journey) else part.price_cny_minor


def _binding(use: Use, saving_minor: int) -> Binding:
    """Return that something was full, and what staying there would have saved."""
    if isinstance(use, PlaceDay):
        subject = f"{use.process}.{use.place}"
        return Binding(rule="throughput", subject=subject, depart_min=use.day_min, saving_minor=saving_minor)
    return Binding(rule="capacity", subject=use.service, depart_min=use.start_min, saving_minor=saving_minor)
