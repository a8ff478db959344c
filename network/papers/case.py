"""What papers are for: a shipment or a load unit of a plan, and the legs between customs areas."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Protocol

from data.cargo import CargoShipment
from data.shipment import Shipment
from data.splitting import parted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.catalogue import Catalogue
    from data.codes import PaperScope
    from data.itinerary import Charge, Step
    from data.plan import Load
    from data.plan_json import PlanFile

LOOSE = "loose"


class Way(Protocol):
    """What papers ask of a journey of a plan, or of an option of a quote."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """Its steps in order."""

    @property
    def charges(self) -> tuple[Charge, ...]:
        """Its priced lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """
    A shipment or a load unit.

    Parameters
    ----------
    subject
        Its id.
    whole
        The shipment it is a part of, or its id.
    scopes
        Papers of which scopes it has; what travels alone has those of a load unit, too.
    shipments
        The shipment, or those in the load unit.
    ways
        Their journeys, or the option.
    load
        The load unit, also of a shipment in one; None when it travels alone.
    goods
        What its lines of goods say, by field of a paper; empty where a shipment is one line.
    """

    subject: str
    whole: str
    scopes: frozenset[PaperScope]
    shipments: tuple[CargoShipment, ...]
    ways: tuple[Way, ...]
    load: Load | None
    goods: tuple[Mapping[str, int | str], ...] = ()

    @property
    def is_load(self) -> bool:
        """Whether it is a shared load unit."""
        return self.load is not None and self.load.id == self.subject

    @property
    def unit(self) -> tuple[str | None, int | None]:
        """Type and number of its load units on the leg; None for loose cargo, or where the number is not known."""
        if self.load is not None:
            return self.load.box, 1
        (shipment,) = self.shipments
        return (shipment.box, shipment.boxes) if shipment.box is not None else (None, None)


def cases(file: PlanFile) -> tuple[Case, ...]:
    """Return the load units of a plan and every shipment that travels, parts in place of what is split."""
    plan, shipments = file.plan, parted(file.cargo, file.plan.splits).by_id
    journeys = {journey.shipment: journey for journey in plan.journeys}
    wholes = {part: split.shipment for split in plan.splits for part in split.parts}
    loads = {load.id: load for load in plan.loads}
    found = [
        Case(
            subject=load.id,
            whole=load.id,
            scopes=frozenset({"load"}),
            shipments=tuple(shipments[name] for name in load.shipments),
            ways=tuple(journeys[name] for name in load.shipments),
            load=load,
        )
        for load in plan.loads
    ]
    found += [
        Case(
            subject=name,
            whole=wholes.get(name, name),
            scopes=frozenset({"shipment"} if journey.load else {"shipment", "load"}),
            shipments=(shipments[name],),
            ways=(journey,),
            load=loads[journey.load] if journey.load else None,
        )
        for name, journey in journeys.items()
    ]
    return tuple(found)


def option_case(
    shipment: Shipment, ways: tuple[Way, ...], subject: str, goods: tuple[Mapping[str, int | str], ...] = ()
) -> Case:
    """Return what the papers of an option of a quote are for; nothing shares its load units."""
    said = {field.name: getattr(shipment, field.name) for field in fields(Shipment)}
    return Case(
        subject=subject,
        whole=subject,
        scopes=frozenset({"shipment", "load"}),
        shipments=(CargoShipment(id=subject, **said),),
        ways=ways,
        load=None,
        goods=goods,
    )


class Areas:
    """
    Which legs lead from one customs area into another.

    Parameters
    ----------
    catalogue
        With places and territories.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        area = {row.code: row.customs_area for row in catalogue.territories}
        self._territory = {row.code: row.territory for row in catalogue.locations}
        self._area = area
        self._area_of = {place: area.get(territory, territory) for place, territory in self._territory.items()}

    def names(self, place: str) -> frozenset[str]:
        """Return the customs territory of a place and its area, none of an unknown place."""
        territory = self._territory.get(place)
        return frozenset() if territory is None else frozenset({territory, self._area[territory]})

    def crosses(self, leg: Step) -> bool:
        """Tell whether a step is a leg that ends in another customs area than it begins in."""
        return leg.kind == "leg" and self._area_of.get(leg.origin) != self._area_of.get(leg.destination)
