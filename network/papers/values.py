"""What a plan says for a field of a paper."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from data.timeaxis import TimeAxis

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from data.cargo import CargoShipment
    from data.catalogue import Catalogue
    from data.codes import PaperValue
    from data.itinerary import Step
    from data.records import LoadUnit
    from network.papers.case import Case

Value = int | str | None


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
    """

    case: Case
    shipments: tuple[CargoShipment, ...]
    leg: Step
    catalogue: Catalogue
    facts: Mapping[str, int | str]

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
    row = next((row for row in context.catalogue.locations if row.code == code), None)
    return code if row is None else f"{row.name_zh} {row.name_en} ({row.code})"


def _local(context: Context, minute: int, code: str) -> str:
    """Return an instant in the local time of a place."""
    zone = next((row.zone for row in context.catalogue.locations if row.code == code), "UTC")
    return context.catalogue.derived(TimeAxis).to_local(minute, zone).isoformat()


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
        "depart_at": lambda context: _local(context, context.leg.depart_min, context.leg.origin),
        "arrive_at": lambda context: _local(context, context.leg.arrive_min, context.leg.destination),
    }
)
"""By value that a row of ``paper_fields`` may name: what the plan says, None if it does not."""
