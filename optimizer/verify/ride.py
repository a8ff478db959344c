"""What a leg is, and what bars it whatever the date."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from optimizer.verify.case import LOOSE, Bears
from optimizer.verify.places import LAND, is_end, is_gateway, is_supervised

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.records import Call, Location, Restriction, Service, Tariff, ThroughRate
    from optimizer.verify.case import Case

_GRAMS_PER_KG = 1000


class Barrier(NamedTuple):
    """A rule that bars something: its name, the value, the limit and the rule in words."""

    rule: str
    actual: int | str | None
    limit: int | str | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ride:
    """
    A leg without its date.

    Parameters
    ----------
    service
        The service ridden.
    calls
        Its calls from the boarding to the alighting one.
    board, alight
        The places of the first and the last of them.
    product, unit
        The tariff option.
    rows
        Tariff rows of the option at any date; empty on the first leg of a through rate.
    through, is_second
        The through rate the leg is sold under, and whether it is the leg out of the hub.
    """

    service: Service
    calls: tuple[Call, ...]
    board: Location
    alight: Location
    product: str
    unit: str | None
    rows: tuple[Tariff, ...]
    through: ThroughRate | None = None
    is_second: bool = False

    @property
    def form(self) -> str:
        """The form of cargo it carries."""
        return self.unit if self.product == "fcl" and self.unit is not None else LOOSE

    @property
    def is_first(self) -> bool:
        """Whether it is the leg into the hub of a through rate."""
        return self.through is not None and not self.is_second


def barriers(case: Case, ride: Ride) -> Iterator[Barrier]:
    """Yield every rule that bars a leg on any date."""
    if not case.facts.runs(ride.service, case.filters.scenarios):
        yield Barrier("service", ride.service.status, "active", "the service does not run")
    yield from _passing(case, ride)
    yield from _returning(case, ride)
    yield from _filtered(case, ride)
    yield from _restricted(case, ride)
    yield from _overfull(case, ride)
    yield from _oversized(case, ride)


def status_barriers(case: Case, ride: Ride, status: str) -> Iterator[Barrier]:
    """Yield a barrier if goods of a customs status may not go where a leg goes."""
    area = {"D": case.origin_area, "I": case.destination_area}.get(status)
    places = [case.facts.locations[call.location] for call in ride.calls]
    areas = {case.facts.area(place) for place in places}
    if area is not None and areas != {area}:
        left = ", ".join(sorted(areas - {area}))
        yield Barrier("customs_area", left, area, f"goods of status {status} must stay in their customs area")
    if status == "R" and ride.through is None:
        yield from _released(ride)


def _released(ride: Ride) -> Iterator[Barrier]:
    """Yield a barrier if released goods would stand unsupervised, or on a truck far from any gateway."""
    for place in (ride.board, ride.alight):
        if not is_supervised(place):
            yield Barrier("supervision", place.code, None, "released goods must stand under customs supervision")
    if ride.service.mode == "road" and not (is_gateway(ride.board) or is_gateway(ride.alight)):
        ends = f"{ride.board.code}-{ride.alight.code}"
        yield Barrier("road_release", ends, None, "released goods go by road only to or from a gateway")


def side_barriers(ride: Ride, side: str) -> Iterator[Barrier]:
    """Yield a barrier if a truck would take over at a gateway or customs stop what a truck brought."""
    if side == LAND and ride.service.mode == "road" and not ride.is_first:
        yield Barrier("side", side, "any", "no truck takes over from a truck at a gateway or customs stop")


def _passing(case: Case, ride: Ride) -> Iterator[Barrier]:
    """Yield a barrier if cargo would pass through a place that is only a start or an end."""
    ends = ((ride.board, case.shipment.origin, "board"), (ride.alight, case.shipment.destination, "alight"))
    for place, allowed, verb in ends:
        if is_end(place) and place.code != allowed:
            yield Barrier("passing", place.code, allowed, f"cargo may not {verb} at a place that is an end only")


def _returning(case: Case, ride: Ride) -> Iterator[Barrier]:
    """Yield a barrier if a leg between customs areas goes back into the origin's or out of the destination's."""
    begin, end = case.facts.area(ride.board), case.facts.area(ride.alight)
    if begin != end and (end == case.origin_area or begin == case.destination_area):
        yield Barrier(
            "way_back", f"{begin}-{end}", None, "no leg returns to the origin or leaves the destination's area"
        )


def _territories(ride: Ride) -> set[str]:
    """Return the territories a leg loads in, discharges in or crosses."""
    return {ride.board.territory, ride.alight.territory, *ride.service.transits}


def _filtered(case: Case, ride: Ride) -> Iterator[Barrier]:
    """Yield the filters that rule a leg out."""
    filters, service = case.filters, ride.service
    if filters.modes is not None and service.mode not in filters.modes:
        yield Barrier("filter_mode", service.mode, ", ".join(sorted(filters.modes)), "this mode is not wanted")
    if service.id in filters.avoid_services:
        yield Barrier("filter_service", service.id, None, "this service is to be avoided")
    for territory in sorted(filters.avoid_territories & _territories(ride)):
        yield Barrier("filter_territory", territory, None, "this territory is to be avoided")
    for passage in sorted(filters.avoid_passages & set(service.passages)):
        yield Barrier("filter_passage", passage, None, "this passage is to be avoided")


def restrictions_on(case: Case, ride: Ride) -> Iterator[Restriction]:
    """Yield the restriction rows that are about a leg and the goods."""
    for row in case.facts.catalogue.restrictions:
        if (
            row.mode in {None, ride.service.mode}
            and row.service in {None, ride.service.id}
            and ride.service.id.startswith(row.service_prefix or "")
            and (row.territory is None or row.territory in _territories(ride))
            and (row.goods == "any" or row.goods in case.shipment.goods)
        ):
            yield row


def _restricted(case: Case, ride: Ride) -> Iterator[Barrier]:
    """Yield the restrictions that bar a leg; a shared box has none of its own, but for its mass."""
    if case.bears is Bears.BOX:
        return
    piece_g = Fraction(case.shipment.mass_g, case.shipment.pieces)
    for row in restrictions_on(case, ride):
        if row.rule == "forbid":
            yield Barrier("restriction", row.goods, row.id, row.reason_en)
        elif row.rule == "max_piece_g" and row.value is not None and piece_g > row.value:
            yield Barrier("restriction_piece", str(piece_g), row.value, row.reason_en)
        elif row.rule == "max_shipment_g" and row.value is not None and case.shipment.mass_g > row.value:
            yield Barrier("restriction_shipment", case.shipment.mass_g, row.value, row.reason_en)


def _overfull(case: Case, ride: Ride) -> Iterator[Barrier]:
    """Yield a barrier if the cargo needs more boxes than allowed, or its boxes are too full or too heavy."""
    if ride.form == LOOSE or case.bears is Bears.OWN:
        return
    boxes, shipment, unit = case.boxes(ride.form), case.shipment, case.facts.units[ride.form]
    yield from packing_barriers(case, ride.form)
    if shipment.mass_g > boxes * unit.payload_g:
        yield Barrier("payload", shipment.mass_g, boxes * unit.payload_g, "the boxes cannot hold this mass")
    if shipment.box is not None and shipment.volume_cm3 > boxes * unit.volume_cm3:
        yield Barrier("volume", shipment.volume_cm3, boxes * unit.volume_cm3, "the boxes cannot hold this volume")
    for row in restrictions_on(case, ride):
        if row.rule == "max_box_payload_g" and row.value is not None and shipment.mass_g > boxes * row.value:
            yield Barrier("payload", shipment.mass_g, boxes * row.value, "the boxes are too heavy for this leg")


def _oversized(case: Case, ride: Ride) -> Iterator[Barrier]:
    """Yield a barrier if mass or boxes are more than a whole departure takes; a shared box counts as a whole."""
    if case.bears is Bears.OWN:
        return
    service, mass_g = ride.service, case.shipment.mass_g
    if service.capacity_kg is not None and mass_g > service.capacity_kg * _GRAMS_PER_KG:
        limit_g = service.capacity_kg * _GRAMS_PER_KG
        yield Barrier("capacity", mass_g, limit_g, "no departure of the service takes so many grams")
    if service.capacity_teu_milli is None or ride.form == LOOSE:
        return
    teu_milli = case.boxes(ride.form) * case.facts.units[ride.form].teu_milli
    if teu_milli > service.capacity_teu_milli:
        limit = service.capacity_teu_milli
        yield Barrier("capacity", teu_milli, limit, "no departure of the service takes so many thousandths of a TEU")


def packing_barriers(case: Case, form: str) -> Iterator[Barrier]:
    """Yield a barrier if loose cargo would fill too many boxes of a type, or fill them too little."""
    if case.shipment.box is not None or case.bears is Bears.OWN:
        return
    facts, shipment, boxes, unit = case.facts, case.shipment, case.boxes(form), case.facts.units[form]
    if boxes > facts.setting("max_boxes"):
        yield Barrier("boxes", boxes, facts.setting("max_boxes"), "loose cargo may not fill so many boxes")
    volume = Fraction(100 * shipment.volume_cm3, boxes * unit.usable_cm3)
    mass = Fraction(100 * shipment.mass_g, boxes * unit.payload_g)
    least = facts.setting("min_box_fill_percent")
    if max(volume, mass) < least:
        yield Barrier("box_fill", str(max(volume, mass)), least, "loose cargo may not fill its boxes so little")


def trucks_of(case: Case, ride: Ride) -> int:
    """Return the number of trucks that carry the cargo, each loaded as its type allows."""
    return case.units_needed(case.facts.units[ride.unit or ""])


def price_barriers(case: Case, ride: Ride, rows: list[Tariff]) -> Iterator[Barrier]:
    """Yield a barrier if the tariff rows in force cannot carry the cargo."""
    if any(row.basis == "per_truck" for row in rows):
        trucks, limit = trucks_of(case, ride), case.facts.setting("max_trucks")
        if trucks > limit:
            yield Barrier("trucks", trucks, limit, "the cargo needs too many trucks")
    by_mass = ride.is_first or any(row.basis in {"per_kg", "breaks"} for row in rows)
    if by_mass and (ride.product, ride.service.mode) not in case.facts.chargeable:
        yield Barrier("chargeable", ride.product, ride.service.mode, "there is no rule for its chargeable mass")
