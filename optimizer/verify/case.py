"""One shipment against the tables: its quantities and its limits."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.verify.clock import Clock

if TYPE_CHECKING:
    from data.records import LoadUnit
    from data.shipment import Filters, Shipment
    from optimizer.verify.facts import Facts

LOOSE = "loose"


class Bears(StrEnum):
    """
    Which barriers and lines a case bears.

    Goods that travel alone bear all of them. In a shared box the shipments bear what is theirs, and the load what
    counts for the box as a whole: how full it is, and whatever is charged by the box.
    """

    ALL = "all"
    OWN = "own"
    BOX = "box"


class Case:
    """
    What the rules need to know of a shipment.

    Parameters
    ----------
    facts
        The tables.
    shipment, filters
        What is asked for.
    bears
        What the case is about: goods that travel alone, goods in a shared box, or that box.
    clock
        A clock of the same tables, if there is one already.
    is_planned
        Whether it is part of a plan, in which stuffing and stripping may wait for another day where places are busy.
    """

    def __init__(
        self,
        facts: Facts,
        shipment: Shipment,
        filters: Filters,
        *,
        bears: Bears = Bears.ALL,
        clock: Clock | None = None,
        is_planned: bool = False,
    ) -> None:
        self.facts = facts
        self.clock = clock or Clock(facts)
        self.shipment = shipment
        self.bears = bears
        self.is_planned = is_planned
        self.filters = filters
        self.form = shipment.box or LOOSE
        self.ready_min = -(-(shipment.ready_at - facts.epoch) // dt.timedelta(minutes=1))
        self.limit_min = self.ready_min + facts.search_min
        self.depart_by_min = None if shipment.depart_by is None else self.clock.minute(shipment.depart_by)
        self.origin_area = facts.area(facts.locations[shipment.origin])
        self.destination_area = facts.area(facts.locations[shipment.destination])

    @property
    def is_domestic(self) -> bool:
        """Whether the goods stay in one customs area."""
        return self.origin_area == self.destination_area

    @property
    def actual_kg(self) -> Fraction:
        """Gross mass in kilograms."""
        return Fraction(self.shipment.mass_g, 1000)

    @property
    def weight_or_measure(self) -> Fraction:
        """Tonnes or cubic metres, whichever is more."""
        return max(Fraction(self.shipment.mass_g, 10**6), Fraction(self.shipment.volume_cm3, 10**6))

    def chargeable_kg(self, product: str, mode: str) -> Fraction:
        """
        Return the chargeable mass in kilograms.

        Notes
        -----
        c = max(mass, floor(volume x kg per m3 / 1000), least mass) in grams, rounded up to the step. A product and
        mode without a rule is not sold by it; a surcharge on such a leg goes by gross mass.
        """
        rule = self.facts.chargeable.get((product, mode))
        if rule is None:
            return self.actual_kg
        volumetric_g = Fraction(self.shipment.volume_cm3) * Fraction(rule.kg_per_m3) // 1000
        charged_g = max(Fraction(self.shipment.mass_g), Fraction(volumetric_g), Fraction(rule.min_kg) * 1000)
        return Fraction(-(-charged_g // rule.step_g) * rule.step_g, 1000)

    def units_needed(self, unit: LoadUnit) -> int:
        """Return how many boxes or trucks the cargo fills."""
        by_volume = -(-self.shipment.volume_cm3 // unit.usable_cm3)
        by_mass = -(-self.shipment.mass_g // unit.payload_g)
        return max(1, by_volume, by_mass)

    def boxes(self, form: str) -> int:
        """Return the number of boxes of a form: none if loose, else as given or as needed."""
        if form == LOOSE:
            return 0
        return self.units_needed(self.facts.units[form]) if self.shipment.box is None else self.shipment.boxes


def form_class(form: str) -> str:
    """Return ``loose`` or ``box``."""
    return LOOSE if form == LOOSE else "box"
