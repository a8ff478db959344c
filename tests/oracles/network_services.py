"""Services of a random network: rotations, timetables, exceptions, cut-offs and tariffs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from tests.oracles.network_places import FAR, HOME, MIDDLE, pick_chain

if TYPE_CHECKING:
    from data.shipment import Shipment
    from tests.builders import Sketch
    from tests.oracles.dice import Dice
    from tests.oracles.network_places import Places

# Minutes, metres per minute and grams per tonne-kilometre.
_RUNS = {"road": (120, 700), "rail": (700, 2000), "sea": (1000, 2900), "air": (150, 700)}
_METRES_PER_MIN = {"road": 1000, "rail": 900, "sea": 500, "air": 12000}
_FACTORS = {"road": "85.5", "rail": "21.25", "sea": "9.7", "air": "602.125"}
_PRODUCTS = {
    "road": ("ltl", "ftl", "fcl"),
    "rail": ("lcl", "fcl"),
    "sea": ("lcl", "fcl"),
    "air": ("air",),
}
_PER_KG = {"road": (1, 3), "rail": (2, 9), "sea": (1, 4), "air": (9, 40)}
_PER_WM = {"road": (150, 900), "rail": (300, 1500), "sea": (100, 700), "air": (3000, 9000)}
_PER_UNIT = {"road": (500, 2500), "rail": (2000, 9000), "sea": (900, 6000), "air": (9000, 20000)}
_STATUSES = ("active",) * 10 + ("seasonal", "scenario", "scenario", "suspended")
_CURRENCIES = ("CNY", "CNY", "EUR", "JPY", "KWD")
# Prices are drawn in CNY and written in units of the currency.
_CNY_PER_UNIT = {"CNY": 1.0, "EUR": 8.0, "JPY": 0.05, "KWD": 23.0}
_LATE_DAY = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class _Option:
    """A tariff option in the making."""

    service: str
    product: str
    unit: str | None
    origin: str | None
    destination: str | None


def add_services(sketch: Sketch, dice: Dice, places: Places, shipment: Shipment, first_day: dt.date) -> None:
    """Add a chain of services that carries a shipment, some more between any places, and their tariffs."""
    _add_units(sketch, dice)
    chain = pick_chain(dice, places, (shipment.origin, shipment.destination))
    rotations = [[board, alight] for board, alight in pairwise(chain)]
    for _ in range(dice.between(4, 7)):
        # Most of the services more compete with the chain or leave a place of it out.
        if dice.chance(0.4):
            rotations.append(dice.pick(rotations))
        elif dice.chance(0.6) and len(chain) > 2:
            rotations.append(_shortcut(dice, chain))
        else:
            rotations.append(_rotation(dice, places.everywhere))
    for number, rotation in enumerate(rotations):
        needed = (shipment.box or "loose") if number < len(chain) - 1 or dice.chance(0.5) else None
        _add_service(sketch, dice, f"S{number}", rotation, first_day, needed)
    hubs, home = places.of((MIDDLE,)), [code for code in chain if code.startswith(HOME)]
    if hubs and home and chain[0].startswith(HOME) and dice.chance(0.9):
        far = [code for code in chain if code.startswith(FAR)] or places.of((FAR,))
        _add_through(sketch, dice, (home[-1] if dice.chance(0.8) else home[0], hubs[0], far[0]), first_day)


def _add_units(sketch: Sketch, dice: Dice) -> None:
    """Add boxes, a truck and emission factors."""
    sizes = (("B20", "box", 28, 21, 1000), ("B40", "box", 58, 26, 2000), ("T1", "truck", 40, 10, 0))
    for code, kind, cubic_metres, tonnes, teu_milli in sizes:
        usable_cm3 = cubic_metres * 10**6 + dice.between(0, 10**5)
        volume_cm3 = usable_cm3 + dice.between(0, 12) * 10**6
        sketch.add(
            "load_units",
            code=code,
            kind=kind,
            volume_cm3=volume_cm3,
            usable_cm3=usable_cm3,
            payload_g=tonnes * 10**6,
            teu_milli=teu_milli,
        )
    for mode, factor in _FACTORS.items():
        sketch.add("emission_factors", id=f"f-{mode}", mode=mode, g_per_tkm=factor)


def add_capacities(sketch: Sketch, dice: Dice, shipment: Shipment) -> None:
    """Add to a few services what a departure takes: nothing, a little less than a shipment, just enough, or plenty."""
    mass_kg = shipment.mass_g // 1000
    for row in sketch.rows["services"]:
        if dice.chance(0.1):
            row["capacity_kg"] = dice.pick((0, mass_kg, mass_kg + 1, 10**6))
        if dice.chance(0.2):
            row["capacity_teu_milli"] = dice.pick((0, 1000, 2000, 3999, 4000, 10**6))


def _shortcut(dice: Dice, chain: list[str]) -> list[str]:
    """Return two to four places of a chain, in its order."""
    return dice.some(chain, dice.between(2, min(4, len(chain))))


def _rotation(dice: Dice, everywhere: list[str]) -> list[str]:
    """Return two to four places, no two neighbours the same."""
    rotation = [dice.pick(everywhere)]
    length = dice.pick((2, 2, 3, 4))
    while len(rotation) < length:
        rotation.append(dice.pick([code for code in everywhere if code != rotation[-1]]))
    return rotation


def _mode(dice: Dice, rotation: list[str], needed: str | None) -> str:
    """Return a mode: by road within a territory, else mostly by anything but road; boxes do not fly."""
    territories = {code[:2] for code in rotation}
    modes = (
        ("road", "road", "road", "rail")
        if len(territories) == 1
        else ("air", "sea", "rail", "sea", "rail") * 3 + ("road",)
    )
    return dice.pick([mode for mode in modes if mode != "air" or needed in {None, "loose"}])


def _add_service(
    sketch: Sketch, dice: Dice, service: str, rotation: list[str], first_day: dt.date, needed: str | None
) -> None:
    """Add one service with calls, exceptions, cut-offs of its own and tariffs; a needed form it carries for sure."""
    mode = _mode(dice, rotation, needed)
    calls = [_call(dice, mode, code, is_first=index == 0) for index, code in enumerate(rotation)]
    calls[-1]["can_alight"] = True
    timetable = _timetable(dice, first_day)
    if needed is not None and dice.chance(0.97):
        timetable |= {"status": "active", "days": dice.pick(("1234567", "12345", "1356"))}
    sketch.service(service, mode, calls, **timetable)
    if dice.chance(0.3):
        # Only dates on which a service is valid can be cancelled.
        action = "add" if timetable["valid_from"] else dice.pick(("add", "cancel"))
        date = first_day + dt.timedelta(days=dice.between(4, 14))
        sketch.add("departure_exceptions", service=service, date=date, action=action)
    if dice.chance(0.2):
        _add_cutoffs(sketch, dice, mode, service)
    for product, unit in _products(dice, mode, needed):
        _add_tariffs(sketch, dice, service, mode, product, unit, rotation, first_day)


def _products(dice: Dice, mode: str, needed: str | None) -> list[tuple[str, str | None]]:
    """Return products and their units; the loose product by mass or volume comes first and is rarely left out."""
    first, *others = _PRODUCTS[mode]
    products = dice.some(others, dice.between(0, len(others)))
    if dice.chance(0.85) or not products or needed == "loose":
        products = [first, *products]
    found = [(product, unit) for product in products for unit in _units(dice, product)]
    box = ("fcl", needed)
    return found if needed in {None, "loose"} or box in found else [*found, box]


def _call(dice: Dice, mode: str, code: str, *, is_first: bool) -> dict[str, object]:
    """Return one call of a rotation."""
    if is_first:
        return {"location": code, "can_board": True, "can_alight": True, "stop_min": dice.pick((0, 30))}
    run_min = dice.between(*_RUNS[mode])
    return {
        "location": code,
        "run_min": run_min,
        "run_p10_min": run_min - dice.between(0, 60),
        "run_p90_min": run_min + dice.between(0, 600),
        "stop_min": dice.between(0, 300),
        "can_board": dice.chance(0.9),
        "can_alight": dice.chance(0.95),
        "distance_m": 0 if dice.chance(0.04) else run_min * _METRES_PER_MIN[mode] + dice.between(0, 999),
        "factor": None if dice.chance(0.04) else f"f-{mode}",
    }


def _timetable(dice: Dice, first_day: dt.date) -> dict[str, object]:
    """Return when a service runs."""
    every_weeks = dice.pick((1, 1, 1, 1, 2))
    times = [f"{dice.between(0, 23):02d}:{dice.pick((0, 15, 30)):02d}" for _ in range(dice.pick((1, 1, 1, 2)))]
    weekdays = dice.some("1234567", dice.pick((2, 3, 4, 5, 7, 7)))
    return {
        "status": dice.pick(_STATUSES),
        "days": "".join(weekdays),
        "every_weeks": every_weeks,
        "week_offset": dice.between(0, every_weeks - 1),
        "departs": ";".join(sorted(set(times))),
        "valid_from": first_day + dt.timedelta(days=dice.between(0, 12)) if dice.chance(0.1) else None,
        "valid_to": first_day + dt.timedelta(days=dice.between(14, 24)) if dice.chance(0.1) else None,
        "holiday_territory": dice.pick(("HO", "FA")) if dice.chance(0.2) else None,
        "passages": ["suez"] if dice.chance(0.1) else [],
        "transits": ["MI"] if dice.chance(0.1) else [],
    }


def _add_cutoffs(sketch: Sketch, dice: Dice, mode: str, service: str | None) -> None:
    """Add cut-offs of a service, or of a mode."""
    for form in ("loose", "box"):
        if dice.chance(0.75):
            kinds = dice.some(("documentation", "customs", "vgm", "lcl_delivery"), dice.between(1, 3))
            for kind in kinds:
                minutes = dice.pick((0, 2, 4, 8, 24)) * 60
                sketch.add("cutoffs", service=service, mode=mode, form=form, type=kind, minutes_before=minutes)


def add_mode_cutoffs(sketch: Sketch, dice: Dice) -> None:
    """Add cut-offs of every mode."""
    for mode in _RUNS:
        if dice.chance(0.6):
            _add_cutoffs(sketch, dice, mode, None)


def _units(dice: Dice, product: str) -> list[str | None]:
    """Return the units a product is sold in."""
    if product == "fcl":
        return list(dice.some(("B20", "B40"), dice.pick((1, 2, 2))))
    return ["T1"] if product == "ftl" else [None]


def _add_tariffs(
    sketch: Sketch,
    dice: Dice,
    service: str,
    mode: str,
    product: str,
    unit: str | None,
    rotation: list[str],
    first_day: dt.date,
) -> None:
    """Add the rows of a product: for the whole service, and for a pair of calls."""
    pairs: list[tuple[str | None, str | None]] = [(rotation[0], rotation[-1])] if dice.chance(0.25) else []
    # Rows that name either end alone would contradict each other.
    pairs += [dice.pick(((rotation[0], None), (None, rotation[-1])))] if dice.chance(0.15) else []
    pairs += [(None, None)] if not pairs or dice.chance(0.5) else []
    for origin, destination in pairs:
        option = _Option(service=service, product=product, unit=unit, origin=origin, destination=destination)
        _add_periods(sketch, dice, option, mode, first_day)


def _add_periods(sketch: Sketch, dice: Dice, option: _Option, mode: str, first_day: dt.date) -> None:
    """Add the rows of an option for one period, or for two that follow each other."""
    begin = first_day - dt.timedelta(days=_LATE_DAY)
    end = first_day + dt.timedelta(days=_LATE_DAY)
    if dice.chance(0.12):
        end = first_day + dt.timedelta(days=dice.between(8, 16))
    periods = [(begin, end)]
    if dice.chance(0.35):
        change = first_day + dt.timedelta(days=dice.between(5, 7))
        periods = [(begin, change), (change + dt.timedelta(days=1), end)]
    basis = _basis(dice, option.product)
    currency = dice.pick(_CURRENCIES)
    breaks = [0, *dice.some((45, 100, 300, 500, 1000), dice.between(1, 3))]
    for valid_from, valid_to in periods:
        rows = _scale(dice, mode, currency, breaks) if basis == "breaks" else [_rate(dice, mode, basis, currency)]
        is_assumed = dice.chance(0.2)
        for row in rows:
            sketch.add(
                "tariffs",
                service=option.service,
                origin=option.origin,
                destination=option.destination,
                product=option.product,
                unit=option.unit,
                basis=basis,
                currency=currency,
                valid_from=valid_from,
                valid_to=valid_to,
                assumed=is_assumed,
                **row,
            )


def _basis(dice: Dice, product: str) -> str:
    """Return a basis that fits a product."""
    if product in {"fcl", "ftl"}:
        return {"fcl": "per_box", "ftl": "per_truck"}[product]
    if product == "air":
        return dice.pick(("breaks", "breaks", "per_kg"))
    return dice.pick(("per_kg", "per_wm", "breaks") if product == "ltl" else ("per_wm", "per_wm", "per_kg"))


def price(dice: Dice, least: int, most: int, currency: str) -> str:
    """Return a price between two amounts of CNY, in a currency."""
    cny = dice.between(least * 1000, most * 1000) / 1000
    return f"{cny / _CNY_PER_UNIT[currency]:.3f}"


def _rate(dice: Dice, mode: str, basis: str, currency: str) -> dict[str, object]:
    """Return rate and minimum of one row."""
    bounds = {"per_kg": _PER_KG, "breaks": _PER_KG, "per_wm": _PER_WM}.get(basis, _PER_UNIT)[mode]
    minimum = price(dice, 50, 900, currency) if dice.chance(0.4) else None
    return {"rate": price(dice, *bounds, currency), "min_charge": minimum}


def _scale(dice: Dice, mode: str, currency: str, breaks: list[int]) -> list[dict[str, object]]:
    """Return an air scale with falling rates."""
    rates = sorted((float(price(dice, *_PER_KG[mode], currency)) for _ in breaks), reverse=True)
    rows: list[dict[str, object]] = [
        {"break_kg": edge, "rate": f"{rate:.3f}"} for edge, rate in zip(breaks, rates, strict=True)
    ]
    rows[0]["min_charge"] = price(dice, 100, 700, currency) if dice.chance(0.6) else None
    return rows


def _add_through(sketch: Sketch, dice: Dice, ends: tuple[str, str, str], first_day: dt.date) -> None:
    """Add two air services over a hub and a through rate on them."""
    origin, hub, destination = ends
    for service, board, alight in (("T0", origin, hub), ("T1", hub, destination)):
        calls = [_call(dice, "air", board, is_first=True), _call(dice, "air", alight, is_first=False)]
        calls[1]["can_alight"] = True
        timetable = {**_timetable(dice, first_day), "status": "active", "days": dice.pick(("1234567", "12345", "1356"))}
        sketch.service(service, "air", calls, **timetable)
        _add_tariffs(sketch, dice, service, "air", "air", None, [board, alight], first_day)
    currency = dice.pick(_CURRENCIES)
    valid_to = first_day + dt.timedelta(days=dice.pick((9, _LATE_DAY)))
    sketch.add(
        "through_rates",
        first_service="T0",
        origin=origin,
        hub=hub,
        second_service="T1",
        destination=destination,
        connection_min=dice.between(1, 16) * 60,
        addon_per_kg=price(dice, 0, 3, currency),
        currency=currency,
        valid_from=first_day - dt.timedelta(days=_LATE_DAY),
        valid_to=valid_to,
        assumed=dice.chance(0.3),
    )
