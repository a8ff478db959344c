"""What legs are: every movement and process that has a price, with its times, rows and price options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import datetime as dt

    from data import Clearance, Location, Service, Stuffing, ThroughRate

LOOSE = "loose"
DOMESTIC, RELEASED, IMPORTED = "D", "R", "I"
GATEWAYS = frozenset({"seaport", "airport", "rail_terminal", "border"})
"""Kinds of places where a truck meets another mode; no road leg follows a road leg there."""
CUSTOMS_STOPS = frozenset({"supervision", "bonded_zone"})
"""Kinds of places a truck calls at for clearance; no road leg follows a road leg there unless cleared between."""
RUNNING = frozenset({"active", "seasonal", "scenario"})


class Option(NamedTuple):
    """One way of buying a leg: product, unit and the numbers of its price components, freight first."""

    product: str
    unit: str | None
    components: tuple[int, ...]


@dataclass(slots=True)
class Leg:
    """
    One movement or process.

    Parameters
    ----------
    kind
        ``leg``, ``clearance``, ``stuff``, ``strip``, or ``land`` (see `LegBuilder`).
    origin, destination
        Location codes.
    form, form_after
        ``loose`` or a box code before and after.
    statuses
        Pairs of status before and after.
    service, first_call, last_call
        Of a movement: service and positions of the calls in its rotation.
    period
        First and last local date of departure, or None for always.
    pre_min, post_min
        Time needed before boarding (cut-offs and handling) and after arrival.
    papers_min
        Documentation cut-off, -1 for none.
    calendar
        (calendar, territory, zone) whose hours hold after arrival (movement) or before the process, or None.
    hub
        Private hub of a through rate that the leg enters (True) or leaves (False), by its id.
    emissions_ug_per_kg
        Micrograms CO2e per kg of cargo.
    options
        Ways of buying it.
    row
        Of a process: its clearance or stuffing row.
    through
        Of a leg sold under a through rate.
    unpriced
        What is known to lack a price.
    """

    kind: str
    origin: str
    destination: str
    form: str
    form_after: str
    statuses: tuple[tuple[str, str], ...]
    options: tuple[Option, ...]
    service: Service | None = None
    first_call: int = 0
    last_call: int = 0
    depart_offset: int = 0
    duration: int = 0
    period: tuple[dt.date, dt.date] | None = None
    pre_min: int = 0
    post_min: int = 0
    papers_min: int = -1
    calendar: tuple[str, str, str] | None = None
    enters: str | None = None
    leaves: str | None = None
    emissions_ug_per_kg: int = 0
    emissions_complete: bool = True
    row: Clearance | Stuffing | None = None
    through: ThroughRate | None = None
    regimes: frozenset[str] = frozenset()
    not_regimes: frozenset[str] = frozenset()
    unpriced: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Run:
    """A pair of calls of a service with its times, distance and places."""

    service: Service
    first: int
    last: int
    origin: Location
    destination: Location
    depart_offset: int
    duration: int
    emissions_ug_per_kg: int
    emissions_complete: bool
    is_international: bool
    is_domestic: bool


def is_supervised(place: Location) -> bool:
    """Say whether released cargo may stand at a place: customs clears there, or it is a border point."""
    return place.clears_export or place.clears_import or place.kind == "border"
