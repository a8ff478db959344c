"""What a leg is, and what bars it whatever the date."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from optimizer.verify.case import LOOSE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.records import Call, Location, Restriction, Service, Tariff, ThroughRate
    from optimizer.verify.case import Case


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
    yield from _filtered(case, ride)
    yield from _restricted(case, ride)
    yield from _overfull(case, ride)


def status_barriers(case: Case, ride: Ride, status: str) -> Iterator[Barrier]:
    """Yield a barrier if goods of a customs status may not go where a leg goes."""
    area = {"D": case.origin_area, "I": case.destination_area}.get(status)
    places = [case.facts.locations[call.location] for call in ride.calls]
    areas = {case.facts.area(place) for place in places}
    if area is not None and areas != {area}:
        left = ", ".join(sorted(areas - {area}))
        yield Barrier("customs_area", left, area, f"goods of status {status} must stay in their customs area")


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
    """Yield the restrictions that bar a leg."""
    piece_g = Fraction(case.shipment.mass_g, case.shipment.pieces)
    for row in restrictions_on(case, ride):
        if row.rule == "forbid":
            yield Barrier("restriction", row.goods, row.id, row.reason_en)
        elif row.rule == "max_piece_g" and row.value is not None and piece_g > row.value:
            yield Barrier("restriction_piece", str(piece_g), row.value, row.reason_en)
        elif row.rule == "max_shipment_g" and row.value is not None and case.shipment.mass_g > row.value:
            yield Barrier("restriction_shipment", case.shipment.mass_g, row.value, row.reason_en)


def box_payload_g(case: Case, ride: Ride) -> int:
    """Return the payload of a leg's box: that of its type, or less by a restriction."""
    limits = [row.value for row in restrictions_on(case, ride) if row.rule == "max_box_payload_g"]
    return min([case.facts.units[ride.form].payload_g, *(limit for limit in limits if limit is not None)])


def boxes_of(case: Case, ride: Ride) -> int:
    """Return the number of boxes on a leg, 0 for loose cargo."""
    return 0 if ride.form == LOOSE else case.boxes(ride.form, box_payload_g(case, ride))


def _overfull(case: Case, ride: Ride) -> Iterator[Barrier]:
    """Yield a barrier if the cargo needs more boxes than allowed, or is too heavy for those it has."""
    if ride.form == LOOSE:
        return
    if case.shipment.box is None:
        yield from too_many_boxes(case, boxes_of(case, ride))
    elif case.shipment.mass_g > case.shipment.boxes * box_payload_g(case, ride):
        limit_g = case.shipment.boxes * box_payload_g(case, ride)
        yield Barrier("payload", case.shipment.mass_g, limit_g, "the boxes are too heavy for this leg")


def too_many_boxes(case: Case, boxes: int) -> Iterator[Barrier]:
    """Yield a barrier if loose cargo would fill more boxes than the setting allows."""
    limit = case.facts.setting("max_boxes")
    if boxes > limit:
        yield Barrier("boxes", boxes, limit, "loose cargo may not fill so many boxes")


def trucks_of(case: Case, ride: Ride) -> int:
    """Return the number of trucks that carry the cargo, each loaded as its type allows."""
    unit = case.facts.units[ride.unit or ""]
    return case.units_needed(unit, unit.payload_g)


def price_barriers(case: Case, ride: Ride, rows: list[Tariff]) -> Iterator[Barrier]:
    """Yield a barrier if the tariff rows in force cannot carry the cargo."""
    if any(row.basis == "per_truck" for row in rows):
        trucks, limit = trucks_of(case, ride), case.facts.setting("max_trucks")
        if trucks > limit:
            yield Barrier("trucks", trucks, limit, "the cargo needs too many trucks")
