"""
Which shipments may travel in parts, in which parts, and whether that costs less than sending them whole.

Parts are chosen before boxes are looked for; where a shipment proves cheaper whole, it is put back whole afterwards.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from data.cargo import Cargo
from data.freeze import PLAIN, is_same
from data.plan import Unserved
from data.splitting import FEWEST_PARTS, Split, parted, parts_of
from network.capacity import ENDLESS, DepartureRoom
from network.lanes import Lanes
from optimizer.consolidation.build import Builder
from optimizer.consolidation.frozen import BEYOND, Bundle
from optimizer.consolidation.houses import Houses
from optimizer.consolidation.room import Piece

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from data import LoadUnit
    from data.cargo import CargoShipment
    from data.freeze import Freeze
    from data.plan import Journey, Load, Objective
    from network.network import Network
    from network.timetable import Ints
    from optimizer.consolidation.build import Boxful
    from optimizer.consolidation.entry import Entry
    from optimizer.consolidation.houses import House

MOST_PARTS = 60
"""Parts in which a shipment is tried at most."""
MOST_SIZES = 4
"""Sizes of parts that are priced for each shipment, the largest first."""


class Size(NamedTuple):
    """The most that a part may have: grams and cubic centimetres."""

    mass_g: int
    volume_cm3: int


class Splitting:
    """
    A cargo some of whose shipments are tried in parts.

    Parameters
    ----------
    given
        The cargo, whole.
    splits
        Those that are tried in parts.

    Attributes
    ----------
    cargo, every
        With parts in place of the shipments that are split; and with these shipments after all others.
    wholes
        What those cost whole that may travel so; who is missing may not.
    """

    def __init__(self, given: Cargo, splits: Iterable[Split]) -> None:
        found = {split.shipment: split for split in splits}
        self.given = given
        self.splits = {shipment.id: found[shipment.id] for shipment in given if shipment.id in found}
        self.cargo = parted(given, self.splits.values())
        self.every = self.cargo
        if self.splits:
            self.every = Cargo(shipments=(*self.cargo, *(given.by_id[name] for name in self.splits)))
        self.wholes: dict[str, House] = {}

    def kept(self, pieces: Iterable[Piece]) -> tuple[Split, ...]:
        """Return the splits of a plan: those of which no shipment is whole in it."""
        named = {part.shipment for piece in pieces for part in piece.parts}
        return tuple(split for name, split in self.splits.items() if name not in named)

    def excess(self, houses: Iterable[House]) -> int:
        """
        Return what plans with whole shipments could cost less than the bound on plans with their parts, in fen.

        Notes
        -----
        With B a bound for the parts, every plan in which the shipments T go whole costs at least B + sum over T of
        (whole - parts alone): its other shipments and those parts, alone, would be a plan for the parts.
        """
        alone = {house.shipment.id: house.alone_fen for house in houses}
        differences = (
            sum(alone.get(part, 0) for part in self.splits[name].parts) - whole.alone_fen
            for name, whole in self.wholes.items()
        )
        return sum(difference for difference in differences if difference > 0)


def frozen_splits(freeze: Freeze | None, cargo: Cargo) -> list[Split]:
    """Return the splits of an earlier plan that stay, and those that its other parts can fall back on."""
    if freeze is None:
        return []
    return [split for split in freeze.plan.splits if split in freeze.splits or _is_open(split, freeze, cargo)]


def _is_open(split: Split, freeze: Freeze, cargo: Cargo) -> bool:
    """Say whether a shipment could still travel in the parts of an earlier plan."""
    old, new = freeze.cargo.by_id.get(split.shipment), cargo.by_id.get(split.shipment)
    is_known = old is not None and new is not None and new.is_splittable and is_same(old, new, freeze.plan.objective)
    return is_known and _has_names(split, cargo)


def _has_names(split: Split, cargo: Cargo) -> bool:
    """Say whether no shipment is called as a part would be."""
    return cargo.by_id.keys().isdisjoint(split.parts)


class Splitter:
    """
    Chooses parts.

    Parameters
    ----------
    network
        With every departure.
    cargo
        Whole.
    taken
        Ids of shipments about which an earlier plan leaves no choice.
    objective
        What counts besides charges and penalties.
    """

    def __init__(self, network: Network, cargo: Cargo, taken: frozenset[str], objective: Objective = PLAIN) -> None:
        self._network = network
        self._cargo = cargo
        self._taken = taken
        self._objective = objective
        catalogue = network.catalogue
        areas = {territory.code: territory.customs_area for territory in catalogue.territories}
        self._area = {location.code: areas[location.territory] for location in catalogue.locations}
        self._boxes = [unit for unit in catalogue.load_units if unit.kind == "box"]
        self._entering: dict[tuple[str, str], list[int]] = {}
        self._limits: dict[frozenset[str], Ints] = {}
        self._makes: Houses | None = None

    def splits(self, houses: Iterable[House], tell: Callable[[], None]) -> list[Split]:
        """Return the parts in which some shipments, priced whole, are worth trying."""
        found = []
        for house in houses:
            shipment = house.shipment
            if not shipment.is_splittable or shipment.pieces < FEWEST_PARTS or shipment.id in self._taken:
                continue
            is_large = self._is_large(shipment)
            if is_large or house.alone is None:
                tell()
                split = self._best(house, is_large=is_large)
                if split is not None:
                    found.append(split)
        return found

    def _is_large(self, shipment: CargoShipment) -> bool:
        """Say whether a shipment is more than any box takes that brings it to its customs area."""
        return not any(
            shipment.volume_cm3 <= unit.usable_cm3 and shipment.mass_g <= max(self._payloads(shipment, unit))
            for unit in self._boxes
        )

    def _payloads(self, shipment: CargoShipment, unit: LoadUnit) -> set[int]:
        """Return what a box may hold on the legs that enter the customs area a shipment goes to, 0 without any."""
        end, goods = self._area[shipment.destination], shipment.goods
        if self._area[shipment.origin] == end:
            return {unit.payload_g}
        if goods not in self._limits:
            self._limits[goods] = self._network.weigher.rules.payload_limits(goods)
        if (unit.code, end) not in self._entering:
            self._entering[unit.code, end] = [
                number
                for number, leg in enumerate(self._network.legs)
                if leg.form == unit.code
                and leg.service is not None
                and self._area[leg.destination] == end != self._area[leg.origin]
            ]
        limits = self._limits[goods][self._entering[unit.code, end]]
        return {min(unit.payload_g, limit) for limit in set(limits.tolist())} or {0}

    def _best(self, house: House, *, is_large: bool) -> Split | None:
        """Return the cheapest parts by what they cost alone; None if even so the shipment is cheaper whole."""
        split = self._cheapest(house, self._box_sizes(house.shipment)) if is_large else None
        if split is None and house.alone is None:
            split = self._cheapest(house, self._departure_sizes())
        return split

    def _box_sizes(self, shipment: CargoShipment) -> Iterator[Size]:
        """Yield what boxes take."""
        for unit in self._boxes:
            for payload in self._payloads(shipment, unit):
                yield Size(payload, unit.usable_cm3)

    def _departure_sizes(self) -> Iterator[Size]:
        """Yield what departures take, and what boxes take on them."""
        rooms = DepartureRoom(self._network.catalogue)
        for service in filter(rooms.is_limited, self._network.catalogue.services):
            room = rooms.most(service)
            if room.mass_g < ENDLESS or room.volume_cm3 < ENDLESS:
                yield Size(room.mass_g, room.volume_cm3)
                for unit in self._boxes:
                    yield Size(min(room.mass_g, unit.payload_g), min(room.volume_cm3, unit.usable_cm3))

    def _cheapest(self, house: House, sizes: Iterable[Size]) -> Split | None:
        """
        Return the split by one of some sizes whose parts cost least alone.

        Full parts can hardly share, so if they alone cost as much as the whole nothing could be gained.
        """
        whole = BEYOND if house.is_stuck else house.alone_fen
        best: tuple[int, Split] | None = None
        for split in islice(self._tried(house.shipment, sizes), MOST_SIZES):
            full, rest = self._paid(house.shipment, split)
            cost = full + rest
            if full < whole and (best is None or cost < best[0]) and cost < BEYOND:
                best = cost, split
        return None if best is None else best[1]

    def _tried(self, shipment: CargoShipment, sizes: Iterable[Size]) -> Iterator[Split]:
        """Yield splits into parts as full as sizes allow and a rest, those with the fewest parts first."""
        pieces = shipment.pieces
        counts = {
            min(size.mass_g * pieces // shipment.mass_g, size.volume_cm3 * pieces // shipment.volume_cm3)
            for size in sizes
        }
        for count in sorted(counts, reverse=True):
            if 1 <= count < pieces and -(-pieces // count) <= MOST_PARTS:
                full, rest = divmod(pieces, count)
                split = Split(shipment=shipment.id, pieces=(count,) * full + ((rest,) if rest else ()))
                if _has_names(split, self._cargo):
                    yield split

    def _paid(self, shipment: CargoShipment, split: Split) -> tuple[int, int]:
        """Return what full parts and the rest cost alone, going by the first and the last part."""
        if self._makes is None:
            self._makes = Houses(Lanes(self._network), self._objective)
        parts = parts_of(shipment, split)
        ends = [self._makes.make(0, part) for part in (parts[0], parts[-1])]
        first, last = (BEYOND if house.is_stuck else house.alone_fen for house in ends)
        return first * (len(parts) - 1), last


class Wholes:
    """
    Puts shipments back whole where that costs no more than their parts.

    Parameters
    ----------
    splitting
        Which shipments are tried in parts.
    entries
        Planned classes; their loads are written anew where parts leave them.
    """

    def __init__(self, splitting: Splitting, entries: Iterable[Entry]) -> None:
        self.splitting = splitting
        self._known: dict[tuple[str, ...], tuple[Entry, int, Boxful]] = {}
        if splitting.wholes:
            for entry in entries:
                self.know(entry)

    def know(self, entry: Entry) -> None:
        """Take note of the loads of a class."""
        for place, boxful in enumerate(entry.boxfuls):
            self._known[_names(entry, boxful)] = entry, place, boxful

    def cheapest(
        self,
        pieces: list[Piece],
        houses: Mapping[str, House],
        whole: Callable[[House], Journey | Unserved],
        builder: Builder,
        always: frozenset[str] = frozenset(),
    ) -> list[Piece]:
        """
        Return a plan with whole shipments where they cost no more, whatever departures can take.

        Parameters
        ----------
        pieces
            Of a plan with parts.
        houses, builder
            Tell how others go alone if their load is given up.
        whole
            Tells what a shipment does whole.
        always
            Shipments that go whole whatever it costs.
        """
        for name, house in self.splitting.wholes.items():
            mine, others = self.around(name, pieces)
            after = [Piece(None, whole(house))]
            for piece in mine:
                after += self._left_over(piece, name, houses, builder)
            is_open = any(isinstance(part, Unserved) and part.is_unplanned for one in mine for part in one.parts)
            if name in always or is_open or weight_of(after) <= weight_of(mine):
                pieces = [*others, *after]
        return pieces

    def around(self, name: str, pieces: Iterable[Piece]) -> tuple[list[Piece], list[Piece]]:
        """Return the pieces of a plan in which a shipment or a part of it is, and the others."""
        names = {name, *self.splitting.splits[name].parts}
        mine: list[Piece] = []
        others: list[Piece] = []
        for piece in pieces:
            is_mine = any(part.shipment in names for part in piece.parts)
            (mine if is_mine else others).append(piece)
        return mine, others

    def without(self, piece: Piece, name: str) -> Piece | None:
        """Return a load without the parts of a shipment, None if its other shipments cannot go on in it."""
        others = self.others(piece, name)
        known = None if piece.bundle is None else self._known.get(piece.bundle.load.shipments)
        if known is None or not others:
            return None
        entry, place, boxful = known
        items = tuple(i for i in boxful.items if entry.market.houses[i].shipment.id in others)
        smaller = boxful._replace(items=items)
        paid = boxful.real.cost(boxful.offer, items)
        if paid is None or paid > sum(entry.market.houses[i].alone_fen for i in items):
            return None
        self._known[_names(entry, smaller)] = entry, place, smaller
        return Piece(Bundle(*Builder(entry.market.lanes).shared(smaller), is_old=False), None)

    def others(self, piece: Piece, name: str) -> list[str]:
        """Return the shipments of a piece that are no parts of a shipment."""
        parts = self.splitting.splits[name].parts
        return [part.shipment for part in piece.parts if part.shipment not in parts]

    def settle(self, loads: Iterable[Load]) -> None:
        """Have the classes know which of their loads went on without parts."""
        for load in loads:
            if load.shipments in self._known:
                entry, place, boxful = self._known[load.shipments]
                entry.boxfuls[place] = boxful

    def _left_over(self, piece: Piece, name: str, houses: Mapping[str, House], builder: Builder) -> list[Piece]:
        """Return what is left of a piece without the parts of a shipment: the load, or all others alone."""
        smaller = self.without(piece, name)
        if smaller is not None:
            return [smaller]
        return [Piece(None, builder.alone(houses[other])) for other in self.others(piece, name)]


def weight_of(pieces: Iterable[Piece]) -> int:
    """Return what some pieces of a plan cost, those that must travel and stay behind beyond everything."""
    return sum(piece.weight for piece in pieces)


def as_whole(part: Journey | Unserved) -> Journey | Unserved:
    """Return what a shipment does whole with the reason that it is not in parts."""
    if isinstance(part, Unserved):
        return part
    return replace(
        part, reason_zh="整票走最省：拆开走不更便宜。", reason_en="Cheapest whole: in parts it costs no less."
    )


def _names(entry: Entry, boxful: Boxful) -> tuple[str, ...]:
    """Return the shipments of a load."""
    return tuple(entry.market.houses[i].shipment.id for i in boxful.items)
