"""Which boxes may take a shipment: those that certainly break a rule are not offered, and are told by their reason."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from api.dispatcher.shown import first_leg

if TYPE_CHECKING:
    from api.plan_view import PlanView
    from data.cargo import CargoShipment
    from data.plan import Load

REASONS = ("gone", "own_box", "area", "mixing", "volume", "payload", "late")
"""Why a box is not offered, in the order in which they are looked at."""
_Groups = tuple[str | None, ...]
_Areas = tuple[str, str]


class Choice(NamedTuple):
    """
    Where a shipment may be sent by hand.

    Parameters
    ----------
    boxes
        Ids of the boxes that may take it. Whether one can, with its ways there and on, the check of a move says.
    shut
        How many boxes are not offered, by reason.
    may_stay
        Whether it has a price for being left behind.
    """

    boxes: frozenset[str]
    shut: tuple[tuple[str, int], ...]
    may_stay: bool


class _Box(NamedTuple):
    """What decides of a box: its id, whether nobody may join it, with whom it is shared, its room, and its times."""

    id: str
    is_gone: bool
    groups: _Groups
    areas: _Areas
    room_cm3: int
    room_g: int
    origin: str
    departs_min: int
    closes_min: int


class Fits:
    """
    Looks up which boxes of a plan may take a shipment, by the rules that need no search.

    Parameters
    ----------
    view
        The plan.
    now_min
        What departed before takes nobody.
    """

    def __init__(self, view: PlanView, now_min: int) -> None:
        self._view = view
        self._now = now_min
        self._group = {
            (str(row.attribute), row.value): row.group if row.shares else None for row in view.catalogue.mixing_groups
        }
        self._room = {unit.code: (unit.usable_cm3, unit.payload_g) for unit in view.catalogue.load_units}
        area = {row.code: row.customs_area for row in view.catalogue.territories}
        self._area = {row.code: area[row.territory] for row in view.catalogue.locations}
        self._boxes = [self._box(load) for load in view.plan.loads]

    def all(self) -> dict[str, Choice]:
        """Return where every shipment may be sent, by its name."""
        plan = self._view.plan
        names = [*(one.shipment for one in plan.journeys), *(one.shipment for one in plan.unserved)]
        return {name: self.of(name) for name in names}

    def of(self, name: str) -> Choice:
        """Return where a shipment may be sent; never that it is where it is."""
        shipment = self._view.cargo.by_id[name]
        journey = self._view.journeys.get(name)
        here = None if journey is None else journey.load
        groups, areas = self._groups(shipment), self._areas(shipment)
        ready_min = self._view.minute(shipment.ready_at)
        by_min = None if shipment.depart_by is None else self._view.minute(shipment.depart_by)
        found, shut = [], Counter[str]()
        for box in self._boxes:
            if box.id == here:
                continue
            is_late = ready_min > box.closes_min or (
                by_min is not None and shipment.origin == box.origin and box.departs_min > by_min
            )
            broken = (
                box.is_gone, shipment.box is not None, areas != box.areas, None in groups or groups != box.groups,
                shipment.volume_cm3 > box.room_cm3, shipment.mass_g > box.room_g, is_late,
            )  # fmt: skip
            if any(broken):
                shut[REASONS[broken.index(True)]] += 1
            else:
                found.append(box.id)
        counted = tuple((reason, shut[reason]) for reason in REASONS if shut[reason])
        return Choice(frozenset(found), counted, shipment.unserved_minor is not None)

    def _box(self, load: Load) -> _Box:
        first, (room_cm3, room_g) = first_leg(load), self._room.get(load.box, (0, 0))
        inside = self._view.cargo.by_id[load.shipments[0]]
        return _Box(
            load.id, load.commitment != "planned" or first.depart_min < self._now,
            self._groups(inside), self._areas(inside),
            room_cm3 - load.volume_cm3, room_g - load.mass_g, first.origin, first.depart_min,
            min((cutoff.at_min for cutoff in first.cutoffs), default=first.depart_min),
        )  # fmt: skip

    def _groups(self, shipment: CargoShipment) -> _Groups:
        """Return with what a shipment may be mixed, by attribute; None where it shares with nobody."""
        from optimizer.consolidation.classes import mixing_values  # noqa: PLC0415 - solvers load with the first board

        return tuple(self._group.get(item) for item in mixing_values(shipment).items())

    def _areas(self, shipment: CargoShipment) -> _Areas:
        """Return the customs areas in which a shipment begins and ends."""
        return self._area[shipment.origin], self._area[shipment.destination]
