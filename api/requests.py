"""The one check of a request for a quote, whichever way it came in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from api.avoid import read_filters
from api.faults import Findings, RequestFaultsError
from data import Catalogue
from data.cargo_rules import horizon_breach, limits_of
from data.fields import is_blank, read_count, read_instant
from data.shipment import Filters, Shipment
from data.shipment_read import FLAGS, MORNING, ShipmentReader

_MAX_ALTERNATIVES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """
    What somebody typed, unchecked; None and blank text mean "not said".

    The names are those of the HTTP body, with `origin` and `destination` for ``from`` and ``to``. `local_times` says
    that times without zone are meant as local ones, as in a form that tells so; `unknown` holds what was given under
    names that no field has.
    """

    origin: object = None
    destination: object = None
    weight_kg: object = None
    volume_m3: object = None
    pieces: object = None
    hs: object = None
    value: object = None
    currency: object = None
    ready: object = None
    due: object = None
    depart_by: object = None
    box: object = None
    boxes: object = None
    goods: object = None
    regime: object = None
    avoid: object = None
    modes: object = None
    via: object = None
    max_transfers: object = None
    scenario: object = None
    alternatives: object = None
    backward: object = None
    local_times: bool = False
    unknown: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """
    A request that holds.

    Parameters
    ----------
    shipment, filters
        What to look for.
    currency
        Currency of the answer and of the goods value.
    alternatives
        How many other ways to show for each option.
    is_backward
        Whether to answer how late the goods may get ready to arrive by the due instant.
    has_pieces
        Whether the number of pieces was said; else it is taken as 1.
    """

    shipment: Shipment
    filters: Filters
    currency: str
    alternatives: int
    is_backward: bool = False
    has_pieces: bool = True


def check_request(ask: Ask, catalogue: Catalogue, now: dt.datetime) -> Request:
    """
    Return the request somebody meant.

    Raises
    ------
    RequestFaultsError
        With every fault of it.
    """
    found = Findings()
    facts = ShipmentReader(catalogue).read(_given(ask, now), found, is_local=ask.local_times)
    ready = facts.get("ready_at")
    if ready is not None and ready < now - dt.timedelta(days=1):
        found.add("ready", ask.ready, "past", now=now.isoformat(timespec="minutes"))
    is_backward = _read_flag(found, "backward", ask.backward)
    if is_backward and is_blank(ask.due):
        found.add("due", None, "due_required")
    filters = read_filters(
        found,
        catalogue,
        avoid=ask.avoid,
        modes=ask.modes,
        via=ask.via,
        max_transfers=ask.max_transfers,
        scenario=ask.scenario,
    )
    alternatives: int | None = 0
    if not is_blank(ask.alternatives):
        alternatives = read_count(found, "alternatives", ask.alternatives, low=0, high=_MAX_ALTERNATIVES)
    for name, value in ask.unknown.items():
        found.add(name, value, "unknown_field")
    if found.faults:
        raise RequestFaultsError(found.faults)
    currency = facts.pop("currency")
    return Request(
        shipment=Shipment(**facts),
        filters=filters,
        currency=currency,
        alternatives=alternatives or 0,
        is_backward=is_backward,
        has_pieces=not is_blank(ask.pieces),
    )


def read_after(
    found: Findings, value: object, place: str | None, catalogue: Catalogue, now: dt.datetime
) -> dt.datetime:
    """
    Return the instant from which departures of a place are asked for, now when nothing is said.

    Parameters
    ----------
    found
        Where faults go.
    value
        A date, which means the morning there, or a time with its zone.
    place
        Code of the place, or None if it is faulty.
    catalogue
        With the place and the planning calendar.
    now
        The present.
    """
    zone = None if place is None else catalogue.location(place).zone
    after = read_instant(found, "after", value, zone=zone, time_of_day=MORNING) or now
    breach = horizon_breach(catalogue.derived(limits_of), after)
    if breach is not None:
        found.add("after", value, "outside_horizon", **breach)
    return after


def _given(ask: Ask, now: dt.datetime) -> dict[str, object]:
    """Return what was typed, by attribute of a shipment; cargo is ready now when nothing is said."""
    return {
        "origin": ask.origin,
        "destination": ask.destination,
        "mass_g": ask.weight_kg,
        "volume_cm3": ask.volume_m3,
        "pieces": ask.pieces,
        "hs": ask.hs,
        "value_minor": ask.value,
        "currency": ask.currency,
        "ready_at": now if is_blank(ask.ready) else ask.ready,
        "due_at": ask.due,
        "depart_by": ask.depart_by,
        "box": ask.box,
        "boxes": ask.boxes,
        "goods": ask.goods,
        "regime": ask.regime,
    }


def _read_flag(found: Findings, name: str, value: object) -> bool:
    """Return whether something is wanted; it is not when nothing is said, or with a fault."""
    flag = False if is_blank(value) else FLAGS.get(str(value).strip().casefold())
    if flag is None:
        found.add(name, value, "flag", choices="yes, no, true, false, 1, 0")
    return bool(flag)
