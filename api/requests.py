"""The one check of a request for a quote, whichever way it came in."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from api.avoid import read_filters
from api.faults import RequestFaultsError
from api.fields import (
    Findings,
    is_blank,
    read_count,
    read_decimal,
    read_flag,
    read_instant,
    read_list,
    read_measure,
    read_place,
    read_text,
)
from data import Catalogue
from data.codes import GoodsClass
from data.errors import UnknownIdError
from data.money import to_minor
from data.records import LoadUnit
from data.shipment import Filters, Shipment
from data.timeaxis import TimeAxis

MORNING = dt.time(9)
"""What a date without time means for cargo that gets ready."""
EVENING = dt.time(23, 59)
"""What a date without time means for a deadline: the end of that day."""

GOODS: tuple[str, ...] = tuple(name for name in get_args(GoodsClass) if name != "any")
BASE_CURRENCY = "CNY"
ORDINARY_EXPORT = "0110"

_MAX_WEIGHT_KG = 10_000_000
_MAX_VOLUME_M3 = 50_000
_MAX_PIECES = 10_000_000
_MAX_BOXES = 999
_MAX_VALUE = 10_000_000_000
_MAX_ALTERNATIVES = 5
# Osmium is the densest thing that can be shipped; below 1 kg/m3 somebody mistook a unit.
_DENSITY_KG_M3 = (1, 22_000)
_HS = re.compile(r"\d{6}(\d{2}){0,2}", re.ASCII)
_REGIME = re.compile(r"\d{4}|transit", re.ASCII)


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
        Currency of the answer.
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
    origin, destination = _check_places(found, ask, catalogue)
    mass_g, volume_cm3 = _check_measures(found, ask)
    ready, due, depart_by = _check_times(found, ask, catalogue, origin=origin, destination=destination, now=now)
    box, boxes = _check_boxes(found, ask, catalogue, mass_g=mass_g, volume_cm3=volume_cm3)
    currency, value_minor = _check_money(found, ask, catalogue)
    hs, regime, goods = _check_customs(found, ask)
    pieces = 1 if is_blank(ask.pieces) else read_count(found, "pieces", ask.pieces, low=1, high=_MAX_PIECES)
    is_backward = read_flag(found, "backward", ask.backward)
    if is_backward and is_blank(ask.due):
        found.add("due", None, "due_required")
    alternatives = _optional_count(found, "alternatives", ask.alternatives, high=_MAX_ALTERNATIVES)
    filters = read_filters(
        found,
        catalogue,
        avoid=ask.avoid,
        modes=ask.modes,
        via=ask.via,
        max_transfers=ask.max_transfers,
        scenario=ask.scenario,
    )
    for name, value in ask.unknown.items():
        found.add(name, value, "unknown_field")
    if (
        found.faults
        or origin is None
        or destination is None
        or mass_g is None
        or volume_cm3 is None
        or pieces is None
        or ready is None
        or currency is None
    ):
        raise RequestFaultsError(found.faults)
    shipment = Shipment(
        origin=origin,
        destination=destination,
        mass_g=mass_g,
        volume_cm3=volume_cm3,
        ready_at=ready,
        pieces=pieces,
        due_at=due,
        depart_by=depart_by,
        box=box,
        boxes=boxes,
        goods=goods,
        regime=regime,
        hs=hs,
        value_minor=value_minor,
        value_currency=None if value_minor is None else currency,
    )
    return Request(
        shipment=shipment,
        filters=filters,
        currency=currency,
        alternatives=alternatives or 0,
        is_backward=is_backward,
        has_pieces=not is_blank(ask.pieces),
    )


def horizon(catalogue: Catalogue) -> tuple[dt.datetime, dt.datetime]:
    """Return the first instant of the planning calendar and the first one after it."""
    axis = catalogue.derived(TimeAxis)
    return axis.epoch, axis.from_min(axis.horizon_min)


def _check_places(found: Findings, ask: Ask, catalogue: Catalogue) -> tuple[str | None, str | None]:
    origin = read_place(found, "from", ask.origin, catalogue)
    destination = read_place(found, "to", ask.destination, catalogue)
    if origin is not None and origin == destination:
        found.add("to", ask.destination, "same_place")
    return origin, destination


def _check_measures(found: Findings, ask: Ask) -> tuple[int | None, int | None]:
    """Return grams and cubic centimetres that can belong to one cargo."""
    mass_g = read_measure(found, "weight_kg", ask.weight_kg, units=1000, limit=_MAX_WEIGHT_KG)
    volume_cm3 = read_measure(found, "volume_m3", ask.volume_m3, units=10**6, limit=_MAX_VOLUME_M3)
    if mass_g is not None and volume_cm3 is not None:
        low, high = _DENSITY_KG_M3
        # Grams per cubic centimetre are tonnes per cubic metre.
        if not low * volume_cm3 <= mass_g * 1000 <= high * volume_cm3:
            density = f"{mass_g * 1000 / volume_cm3:,.4g}"
            found.add("volume_m3", ask.volume_m3, "density", density=density, low=low, high=f"{high:,}")
    return mass_g, volume_cm3


def _check_times(
    found: Findings,
    ask: Ask,
    catalogue: Catalogue,
    *,
    origin: str | None,
    destination: str | None,
    now: dt.datetime,
) -> tuple[dt.datetime | None, dt.datetime | None, dt.datetime | None]:
    start = None if origin is None else catalogue.location(origin).zone
    end = None if destination is None else catalogue.location(destination).zone
    local = ask.local_times
    ready = read_instant(found, "ready", ask.ready, zone=start, time_of_day=MORNING, is_local=local)
    due = read_instant(found, "due", ask.due, zone=end, time_of_day=EVENING, is_local=local)
    depart_by = read_instant(found, "depart_by", ask.depart_by, zone=start, time_of_day=EVENING, is_local=local)
    if is_blank(ask.ready):
        ready = now
    first, end_of_calendar = horizon(catalogue)
    for name, value, moment in (
        ("ready", ask.ready, ready),
        ("due", ask.due, due),
        ("depart_by", ask.depart_by, depart_by),
    ):
        if moment is not None and not first <= moment < end_of_calendar:
            last = end_of_calendar - dt.timedelta(days=1)
            shown = now if is_blank(value) else value
            found.add(name, shown, "outside_horizon", first=f"{first:%Y-%m-%d}", last=f"{last:%Y-%m-%d}")
    if ready is not None and ready < now - dt.timedelta(days=1):
        found.add("ready", ask.ready, "past", now=now.isoformat(timespec="minutes"))
    for name, value, moment in (("due", ask.due, due), ("depart_by", ask.depart_by, depart_by)):
        if moment is not None and ready is not None and moment <= ready:
            found.add(name, value, "after_ready", ready=ready.isoformat(timespec="minutes"))
    return ready, due, depart_by


def _check_boxes(
    found: Findings, ask: Ask, catalogue: Catalogue, *, mass_g: int | None, volume_cm3: int | None
) -> tuple[str | None, int]:
    """Return box type and number; None and 0 for loose cargo."""
    code = read_text(found, "box", ask.box)
    boxes = 1 if is_blank(ask.boxes) else read_count(found, "boxes", ask.boxes, low=1, high=_MAX_BOXES)
    if code is None:
        if not is_blank(ask.boxes) and boxes is not None:
            found.add("boxes", ask.boxes, "boxes_without_box")
        return None, 0
    units = {unit.code: unit for unit in catalogue.load_units if unit.kind == "box"}
    unit = units.get(code) or units.get(code.upper())
    if unit is None:
        found.add("box", ask.box, "unknown_box", choices=", ".join(units))
        return None, 0
    if boxes is None:
        return unit.code, 0
    _check_fit(found, ask, unit, boxes=boxes, mass_g=mass_g, volume_cm3=volume_cm3)
    return unit.code, boxes


def _check_fit(
    found: Findings, ask: Ask, unit: LoadUnit, *, boxes: int, mass_g: int | None, volume_cm3: int | None
) -> None:
    if mass_g is not None and mass_g > boxes * unit.payload_g:
        limit = f"{boxes * unit.payload_g / 1000:,.0f}"
        found.add("weight_kg", ask.weight_kg, "box_payload", boxes=boxes, box=unit.code, limit=limit)
    if volume_cm3 is not None and volume_cm3 > boxes * unit.volume_cm3:
        limit = f"{boxes * unit.volume_cm3 / 10**6:,.1f}"
        found.add("volume_m3", ask.volume_m3, "box_volume", boxes=boxes, box=unit.code, limit=limit)


def _check_money(found: Findings, ask: Ask, catalogue: Catalogue) -> tuple[str | None, int | None]:
    """Return the currency and the goods value in its minor units."""
    currency = (read_text(found, "currency", ask.currency) or BASE_CURRENCY).upper()
    value = None
    if not is_blank(ask.value):
        value = read_decimal(found, "value", ask.value)
        if value is not None and value < 0:
            found.add("value", ask.value, "min", limit=0)
        elif value is not None and value > _MAX_VALUE:
            found.add("value", ask.value, "max", limit=f"{_MAX_VALUE:,}")
    try:
        rate = catalogue.exchange_rate(currency)
    except UnknownIdError:
        choices = ", ".join(row.currency for row in catalogue.fx)
        found.add("currency", ask.currency, "unknown_currency", choices=choices)
        return None, None
    if value is None or not 0 <= value <= _MAX_VALUE:
        return currency, None
    return currency, to_minor(value, rate)


def _check_customs(found: Findings, ask: Ask) -> tuple[str | None, str, frozenset[str]]:
    hs = read_text(found, "hs", ask.hs)
    if hs is not None and not _HS.fullmatch(hs):
        found.add("hs", ask.hs, "hs")
    regime = read_text(found, "regime", ask.regime) or ORDINARY_EXPORT
    if not _REGIME.fullmatch(regime):
        found.add("regime", ask.regime, "regime")
    goods = read_list(found, "goods", ask.goods)
    for item in goods:
        if item not in GOODS:
            found.add("goods", item, "unknown_goods", choices=", ".join(GOODS))
    return hs, regime, frozenset(goods)


def _optional_count(found: Findings, name: str, value: object, *, high: int) -> int | None:
    return None if is_blank(value) else read_count(found, name, value, low=0, high=high)
