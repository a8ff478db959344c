"""
The rules a shipment keeps, whether it was asked for, read from a cargo list, generated or made by a program.

A rule is a function of the limits of a data set and of some attributes of a shipment; it returns what its message
names if it is broken, and None if it holds. It is asked only when those attributes could be read.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, get_args

from data.cargo import FIRST_PRIORITY, LAST_PRIORITY, Cargo, CargoShipment
from data.cargo_fields import BY_NAME, WORDS, cargo_fault
from data.codes import GoodsClass
from data.timeaxis import TimeAxis
from data.units import CM3_PER_M3, G_PER_KG, cm3_to_m3, g_to_kg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from data.catalogue import Catalogue
    from data.errors import Fault
    from data.records import ExchangeRate, LoadUnit, Location

GOODS: tuple[str, ...] = tuple(name for name in get_args(GoodsClass) if name != "any")
MAX_MASS_G = 10_000_000 * G_PER_KG
MAX_VOLUME_CM3 = 50_000 * CM3_PER_M3
MAX_PIECES = 10_000_000
MAX_BOXES = 999
MAX_AMOUNT = 10_000_000_000
"""Greatest amount of money, in major units."""
MAX_ID = 80
MAX_TEXT = 200
# Osmium is the densest thing that can be shipped; below 1 kg/m3 somebody mistook a unit.
_DENSITY_KG_M3 = (1, 22_000)
HS = re.compile(r"\d{6}(\d{2}){0,2}", re.ASCII)
"""Form of a commodity code."""
_REGIME = re.compile(r"\d{4}|transit", re.ASCII)

Values = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    What the rules ask of a data set.

    Parameters
    ----------
    first, last
        First instant of the planning calendar and the first one after it.
    boxes, rates, locations
        Box types, exchange rates and places by code.
    """

    first: dt.datetime
    last: dt.datetime
    boxes: Mapping[str, LoadUnit]
    rates: Mapping[str, ExchangeRate]
    locations: Mapping[str, Location]

    @property
    def most_payload_g(self) -> int:
        """Greatest cargo mass a box carries."""
        return max((box.payload_g for box in self.boxes.values()), default=0)

    @property
    def most_volume_cm3(self) -> int:
        """Greatest inner volume of a box."""
        return max((box.volume_cm3 for box in self.boxes.values()), default=0)


def limits_of(catalogue: Catalogue) -> Limits:
    """Return the limits of a data set; take them with `Catalogue.derived`."""
    axis = catalogue.derived(TimeAxis)
    return Limits(
        first=axis.epoch,
        last=axis.from_min(axis.horizon_min),
        boxes={unit.code: unit for unit in catalogue.load_units if unit.kind == "box"},
        rates={rate.currency: rate for rate in catalogue.fx},
        locations={location.code: location for location in catalogue.locations},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CargoRule:
    """
    One rule.

    Parameters
    ----------
    name
        Its name in faults.
    field
        The attribute that is shown as faulty.
    needs
        The attributes it asks for, in the order of its function's arguments.
    find
        Returns what the message names if it is broken.
    """

    name: str
    field: str
    needs: tuple[str, ...]
    find: Callable[..., Values | None]


def breaches(shipment: Mapping[str, object], limits: Limits) -> Iterator[tuple[CargoRule, Values]]:
    """
    Yield the rules a shipment breaks, with what their messages name.

    Parameters
    ----------
    shipment
        Its attributes by name; those that could not be read are missing.
    limits
        Of the data set.
    """
    for rule in RULES:
        if all(name in shipment for name in rule.needs):
            values = rule.find(limits, *(shipment[name] for name in rule.needs))
            if values is not None:
                yield rule, values


def check_cargo(cargo: Cargo, catalogue: Catalogue, file: str = "cargo") -> list[Fault]:
    """
    Return every fault of a cargo list that did not come from a file.

    Parameters
    ----------
    cargo
        The list.
    catalogue
        With the places, boxes, currencies and the planning calendar it must keep to.
    file
        What the list is called in faults; rows are counted from 1.
    """
    limits = catalogue.derived(limits_of)
    faults: list[Fault] = []
    rows: dict[str, int] = {}
    for row, shipment in enumerate(cargo, 1):
        facts = {field.name: getattr(shipment, field.name) for field in fields(CargoShipment)}
        for rule, values in breaches(facts, limits):
            shown = str(facts[rule.field])
            faults.append(cargo_fault(file, row, BY_NAME[rule.field].en, shown, rule.name, values))
        first = rows.setdefault(shipment.id, row)
        if first != row:
            faults.append(cargo_fault(file, row, "id", shipment.id, "duplicate_id", {"row": first}))
    return faults


def _text(most: int, *, is_needed: bool = False) -> Callable[[Limits, str | None], Values | None]:
    """Return the rule of one line of printable text without blanks around it."""

    def find(_: Limits, text: str | None) -> Values | None:
        if text is None and not is_needed:
            return None
        is_fine = bool(text) and text is not None and text == text.strip() and text.isprintable() and len(text) <= most
        return None if is_fine else {"limit": most}

    return find


def _least(low: int, unit: int = 1) -> Callable[[Limits, int | None], Values | None]:
    """Return the rule of a least amount, shown in larger units."""

    def find(_: Limits, value: int | None) -> Values | None:
        return {"limit": low // unit} if value is not None and value < low else None

    return find


def _most(high: int, unit: int = 1) -> Callable[[Limits, int | None], Values | None]:
    """Return the rule of a greatest amount, shown in larger units."""

    def find(_: Limits, value: int | None) -> Values | None:
        return {"limit": f"{high // unit:,}"} if value is not None and value > high else None

    return find


def _money(limits: Limits, amount_minor: int | None, currency: str) -> Values | None:
    """Keep amounts below what anybody means."""
    if amount_minor is None or currency not in limits.rates:
        return None
    is_fine = amount_minor <= MAX_AMOUNT * 10 ** limits.rates[currency].exponent
    return None if is_fine else {"limit": f"{MAX_AMOUNT:,}"}


def _word(name: str) -> Callable[[Limits, str], Values | None]:
    """Return the rule of a column with codes."""
    choices = WORDS[name]

    def find(_: Limits, code: str) -> Values | None:
        return None if code in choices else {"choices": ", ".join(choices)}

    return find


def _place(limits: Limits, code: str) -> Values | None:
    """Name a place of the data set."""
    return None if code in limits.locations else {"near_zh": "", "near_en": ""}


def _same_place(_: Limits, origin: str, destination: str) -> Values | None:
    """Go somewhere."""
    return {} if origin == destination else None


def _density(_: Limits, mass_g: int, volume_cm3: int) -> Values | None:
    """Keep mass over volume possible."""
    return density_breach(mass_g, volume_cm3)


def density_breach(mass_g: int, volume_cm3: int) -> Values | None:
    """Return what is wrong if mass over volume is impossible; g per cubic centimetre are t per cubic metre."""
    low, high = _DENSITY_KG_M3
    if mass_g <= 0 or volume_cm3 <= 0 or low * volume_cm3 <= mass_g * 1000 <= high * volume_cm3:
        return None
    return {"density": f"{mass_g * 1000 / volume_cm3:,.4g}", "low": low, "high": f"{high:,}"}


def horizon_breach(limits: Limits, instant: dt.datetime | None) -> Values | None:
    """Keep instants within the planning calendar: return its ends if one is outside it, else None."""
    if instant is None or limits.first <= instant < limits.last:
        return None
    last = limits.last - dt.timedelta(days=1)
    return {"first": f"{limits.first:%Y-%m-%d}", "last": f"{last:%Y-%m-%d}"}


def _after_ready(_: Limits, instant: dt.datetime | None, ready_at: dt.datetime) -> Values | None:
    """Be due, and depart, after being ready."""
    if instant is None or instant > ready_at:
        return None
    return {"ready": ready_at.isoformat(timespec="minutes")}


def _late(_: Limits, late_minor_per_day: int, due_at: dt.datetime | None) -> Values | None:
    """Be late only against a due time."""
    return {} if late_minor_per_day and due_at is None else None


def _currency(limits: Limits, currency: str) -> Values | None:
    """Have an exchange rate."""
    return None if currency in limits.rates else {"choices": ", ".join(limits.rates)}


def _value_currency(_: Limits, currency: str, value_minor: int | None, value_currency: str | None) -> Values | None:
    """Value goods in the one currency of the shipment."""
    return None if value_currency == (None if value_minor is None else currency) else {}


def _hs(_: Limits, hs: str | None) -> Values | None:
    """Have a commodity code of 6, 8 or 10 digits."""
    return None if hs is None or HS.fullmatch(hs) else {}


def _regime(_: Limits, regime: str) -> Values | None:
    """Have a regime of four digits, or transit."""
    return None if _REGIME.fullmatch(regime) else {}


def _goods(_: Limits, goods: frozenset[str]) -> Values | None:
    """Name known goods classes."""
    return None if goods <= set(GOODS) else {"choices": ", ".join(GOODS)}


def _box(limits: Limits, box: str | None) -> Values | None:
    """Name a known box type."""
    return None if box is None or box in limits.boxes else {"choices": ", ".join(limits.boxes)}


def _boxes(_: Limits, boxes: int, box: str | None) -> Values | None:
    """Count boxes only of a named type."""
    return {} if boxes > 0 and box is None else None


def _box_payload(limits: Limits, mass_g: int, box: str | None, boxes: int) -> Values | None:
    """Carry no more in its own boxes than their payload."""
    unit = limits.boxes.get(box or "")
    if unit is None or mass_g <= boxes * unit.payload_g:
        return None
    return {"boxes": boxes, "box": unit.code, "limit": f"{boxes * unit.payload_g / G_PER_KG:,.0f}"}


def _box_volume(limits: Limits, volume_cm3: int, box: str | None, boxes: int) -> Values | None:
    """Hold no more in its own boxes than their inner volume."""
    unit = limits.boxes.get(box or "")
    if unit is None or volume_cm3 <= boxes * unit.volume_cm3:
        return None
    return {"boxes": boxes, "box": unit.code, "limit": f"{boxes * unit.volume_cm3 / CM3_PER_M3:,.1f}"}


def _own_box_split(_: Limits, is_splittable: bool, box: str | None) -> Values | None:  # noqa: FBT001 - an attribute
    """Leave cargo that comes in its own boxes in them."""
    return {} if is_splittable and box is not None else None


def _unit_payload(limits: Limits, mass_g: int, is_splittable: bool, box: str | None) -> Values | None:  # noqa: FBT001
    """Fit into one box by mass if it must stay together."""
    if is_splittable or box is not None or mass_g <= limits.most_payload_g:
        return None
    return {"limit": f"{g_to_kg(limits.most_payload_g):,.0f}"}


def _unit_volume(
    limits: Limits,
    volume_cm3: int,
    is_splittable: bool,  # noqa: FBT001 - an attribute
    box: str | None,
) -> Values | None:
    """Fit into one box by volume if it must stay together."""
    if is_splittable or box is not None or volume_cm3 <= limits.most_volume_cm3:
        return None
    return {"limit": f"{cm3_to_m3(limits.most_volume_cm3):,.1f}"}


def _piece_payload(limits: Limits, mass_g: int, pieces: int, is_splittable: bool) -> Values | None:  # noqa: FBT001
    """Have no piece of splittable cargo that no box carries."""
    if not is_splittable or pieces < 1 or mass_g <= pieces * limits.most_payload_g:
        return None
    return {"piece": f"{mass_g / pieces / G_PER_KG:,.0f}", "limit": f"{g_to_kg(limits.most_payload_g):,.0f}"}


def _piece_volume(limits: Limits, volume_cm3: int, pieces: int, is_splittable: bool) -> Values | None:  # noqa: FBT001
    """Have no piece of splittable cargo that no box holds."""
    if not is_splittable or pieces < 1 or volume_cm3 <= pieces * limits.most_volume_cm3:
        return None
    piece = f"{volume_cm3 / pieces / CM3_PER_M3:,.1f}"
    return {"piece": piece, "limit": f"{cm3_to_m3(limits.most_volume_cm3):,.1f}"}


def _rule(name: str, find: Callable[..., Values | None], *needs: str) -> CargoRule:
    """Return a rule that is shown at the first attribute it asks for."""
    return CargoRule(name=name, field=needs[0], needs=needs, find=find)


RULES: tuple[CargoRule, ...] = (
    _rule("text", _text(MAX_ID, is_needed=True), "id"),
    _rule("text", _text(MAX_TEXT), "shipper"),
    _rule("unknown_place", _place, "origin"),
    _rule("unknown_place", _place, "destination"),
    CargoRule(name="same_place", field="destination", needs=("origin", "destination"), find=_same_place),
    _rule("min", _least(1), "pieces"),
    _rule("max", _most(MAX_PIECES), "pieces"),
    _rule("positive", _least(1), "mass_g"),
    _rule("max", _most(MAX_MASS_G, G_PER_KG), "mass_g"),
    _rule("positive", _least(1), "volume_cm3"),
    _rule("max", _most(MAX_VOLUME_CM3, CM3_PER_M3), "volume_cm3"),
    CargoRule(name="density", field="volume_cm3", needs=("mass_g", "volume_cm3"), find=_density),
    _rule("unknown_goods", _goods, "goods"),
    _rule("hs", _hs, "hs"),
    _rule("unknown_currency", _currency, "currency"),
    _rule("value_currency", _value_currency, "currency", "value_minor", "value_currency"),
    *(_rule("min", _least(0), name) for name in ("value_minor", "late_minor_per_day", "unserved_minor")),
    *(_rule("max", _money, name, "currency") for name in ("value_minor", "late_minor_per_day", "unserved_minor")),
    _rule("regime", _regime, "regime"),
    *(_rule("outside_horizon", horizon_breach, name) for name in ("ready_at", "depart_by", "due_at")),
    *(_rule("after_ready", _after_ready, name, "ready_at") for name in ("depart_by", "due_at")),
    _rule("late_without_due", _late, "late_minor_per_day", "due_at"),
    _rule("min", _least(FIRST_PRIORITY), "priority"),
    _rule("max", _most(LAST_PRIORITY), "priority"),
    _rule("unknown_box", _box, "box"),
    _rule("min", _least(0), "boxes"),
    _rule("max", _most(MAX_BOXES), "boxes"),
    _rule("boxes_without_box", _boxes, "boxes", "box"),
    _rule("box_payload", _box_payload, "mass_g", "box", "boxes"),
    _rule("box_volume", _box_volume, "volume_cm3", "box", "boxes"),
    _rule("own_box_split", _own_box_split, "is_splittable", "box"),
    _rule("unit_payload", _unit_payload, "mass_g", "is_splittable", "box"),
    _rule("unit_volume", _unit_volume, "volume_cm3", "is_splittable", "box"),
    _rule("piece_payload", _piece_payload, "mass_g", "pieces", "is_splittable"),
    _rule("piece_volume", _piece_volume, "volume_cm3", "pieces", "is_splittable"),
    _rule("choice", _word("temperature"), "temperature"),
    _rule("choice", _word("odour"), "odour"),
)
