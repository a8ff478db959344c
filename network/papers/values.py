"""What a plan says for a field of a paper."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from types import MappingProxyType
from typing import TYPE_CHECKING

from data.timeaxis import TimeAxis

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from data.cargo import CargoShipment
    from data.catalogue import Catalogue
    from data.codes import PaperValue
    from data.itinerary import Step
    from data.records import LoadUnit, Location
    from network.papers.case import Case
    from network.papers.checklist import Due

Value = int | str | None
_BY_MASS = frozenset({"per_kg", "breaks"})
_GRAMS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """
    What a field is filled from.

    Parameters
    ----------
    case
        The shipment or the load unit.
    shipments
        Those the field is about: all of the case, or the one of a line.
    leg
        The leg between customs areas.
    catalogue
        Has places and load units.
    facts
        Those of the case, or of the shipment of a line.
    due
        By when the paper is due, None if no rule says so.
    """

    case: Case
    shipments: tuple[CargoShipment, ...]
    leg: Step
    catalogue: Catalogue
    facts: Mapping[str, int | str]
    due: Due | None

    @property
    def is_whole(self) -> bool:
        """Whether all of a shared load unit is meant."""
        return self.case.is_load and self.shipments == self.case.shipments


def _same(values: Iterable[Value]) -> Value:
    """Return the one value that all have, None if they differ."""
    found = set(values)
    return found.pop() if len(found) == 1 else None


def _place(context: Context, code: Value) -> Value:
    """Return the names and the code of a place."""
    row = context.catalogue.derived(_places).get(str(code))
    return code if row is None else f"{row.name_zh} {row.name_en} ({row.code})"


def _places(catalogue: Catalogue) -> dict[str, Location]:
    """Return the places by code."""
    return {row.code: row for row in catalogue.locations}


def local(minute: int, code: str, catalogue: Catalogue) -> str:
    """Return an instant in the local time of a place as RFC 3339."""
    row = catalogue.derived(_places).get(code)
    return catalogue.derived(TimeAxis).to_local(minute, "UTC" if row is None else row.zone).isoformat()


def _joined(values: Iterable[str]) -> Value:
    return "; ".join(sorted(set(values))) or None


def _mass(context: Context) -> int:
    load = context.case.load
    return load.mass_g if context.is_whole and load else sum(one.mass_g for one in context.shipments)


def _volume(context: Context) -> int:
    load = context.case.load
    return load.volume_cm3 if context.is_whole and load else sum(one.volume_cm3 for one in context.shipments)


def _currency(context: Context) -> Value:
    return _same(one.value_currency if one.value_minor is not None else None for one in context.shipments)


def _value(context: Context) -> Value:
    """Return the sum of values in one currency, None if one of them is not known."""
    if _currency(context) is None:
        return None
    return sum(one.value_minor or 0 for one in context.shipments)


def _unit(context: Context) -> LoadUnit | None:
    box = _box(context)
    return next((row for row in context.catalogue.load_units if row.code == box), None)


def _box(context: Context) -> Value:
    box, _ = context.case.unit
    return box or (None if context.leg.form == "loose" else context.leg.form)


def _tare(context: Context) -> Value:
    unit = _unit(context)
    return None if unit is None else unit.tare_g


def _verified(context: Context) -> Value:
    """Return the mass of the cargo and the tare of its one box; how cargo spreads over several is not known."""
    tare = context.facts.get("tare", _tare(context))
    return _mass(context) + tare if isinstance(tare, int) and context.case.unit[1] == 1 else None


def _method(context: Context) -> Value:
    """Return SM1 for a box that was weighed, SM2 for a sum (SOLAS VI/2)."""
    if "verified_mass" in context.facts:
        return "SM1"
    return None if _verified(context) is None else "SM2"


def _entry_place(context: Context) -> Value:
    """Return where loose cargo is handed in: where it is stuffed, else where its leg begins."""
    stuffed = [step.origin for step in context.case.ways[0].steps if step.kind == "stuff"]
    return _place(context, stuffed[0] if stuffed else context.leg.origin)


def _due(context: Context) -> Value:
    return None if context.due is None else local(context.due.minute, context.due.place, context.catalogue)


def _chargeable(context: Context) -> Value:
    """Return the mass in grams by which the freight of the leg was priced, rounded up; None if it was not by mass."""
    for way in context.case.ways:
        for charge in way.charges:
            is_of_leg = 0 <= charge.step < len(way.steps) and way.steps[charge.step] == context.leg
            if is_of_leg and charge.code == "freight" and charge.basis in _BY_MASS:
                return ceil(charge.quantity * _GRAMS)
    return None


READERS: Mapping[PaperValue, Callable[[Context], Value]] = MappingProxyType(
    {
        "subject": lambda context: context.case.subject,
        "shipment": lambda context: _same(one.id for one in context.shipments),
        "load": lambda context: None if context.case.load is None else context.case.load.id,
        "houses": lambda context: len(context.shipments),
        "shipper": lambda context: _same(one.shipper for one in context.shipments),
        "origin": lambda context: _place(
            context, context.case.load.origin if context.is_whole and context.case.load else context.shipments[0].origin
        ),
        "destination": lambda context: _place(
            context,
            context.case.load.destination
            if context.is_whole and context.case.load
            else context.shipments[0].destination,
        ),
        "regime": lambda context: _joined(one.regime for one in context.shipments),
        "hs": lambda context: _same(one.hs for one in context.shipments),
        "goods": lambda context: _joined(name for one in context.shipments for name in one.goods),
        "pieces": lambda context: sum(one.pieces for one in context.shipments),
        "mass": _mass,
        "volume": _volume,
        "value": _value,
        "currency": _currency,
        "box": _box,
        "boxes": lambda context: context.case.unit[1],
        "tare": _tare,
        "verified_mass": _verified,
        "verified_method": _method,
        "mode": lambda context: context.leg.mode,
        "service": lambda context: context.leg.service,
        "departure": lambda context: _place(context, context.leg.origin),
        "arrival": lambda context: _place(context, context.leg.destination),
        "depart_at": lambda context: local(context.leg.depart_min, context.leg.origin, context.catalogue),
        "arrive_at": lambda context: local(context.leg.arrive_min, context.leg.destination, context.catalogue),
        "entry_place": _entry_place,
        "due_at": _due,
        "chargeable": _chargeable,
    }
)
"""By value that a row of ``paper_fields`` may name: what the plan says, None if it does not."""
