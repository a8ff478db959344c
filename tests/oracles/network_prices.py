"""Prices, times and rules of places in a random network."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import TYPE_CHECKING

from tests.oracles.network_services import add_mode_cutoffs, price

if TYPE_CHECKING:
    from tests.builders import Sketch
    from tests.oracles.dice import Dice
    from tests.oracles.network_places import Places

_MODES = ("road", "rail", "sea", "air")
_CURRENCIES = ("CNY", "EUR", "JPY", "KWD")
_FORMS = ("loose", "box")
_KG_PER_M3 = {"air": "167", "parcel": "200", "lcl": "1000", "ltl": "300", "fcl": "250.5", "ftl": "250"}
_RATES = {"per_box": (100, 900), "per_bl": (50, 600), "per_kg": (0, 1), "per_wm": (20, 200), "percent": (3, 25)}


def add_prices(sketch: Sketch, dice: Dice, places: Places, first_day: dt.date) -> None:
    """Add everything that is not a service: money, places' prices, clearance, surcharges and restrictions."""
    for currency, rate, exponent in (
        ("EUR", "7.8321", 2),
        ("GBP", "9.21", 2),
        ("JPY", "0.04831", 0),
        ("KWD", "23.3", 3),
    ):
        assumed = dice.chance(0.1)
        sketch.add("fx", currency=currency, cny_per_unit=rate, exponent=exponent, assumed=assumed)
    for (name, kg_per_m3), mode in product(_KG_PER_M3.items(), _MODES):
        step_g = dice.pick((500, 1000, 1000, 1))
        least = {"min_kg": dice.pick(("0", "45", "0.5"))}
        if dice.chance(0.96):
            sketch.add("chargeable_rules", product=name, mode=mode, kg_per_m3=kg_per_m3, step_g=step_g, **least)
    add_mode_cutoffs(sketch, dice)
    _add_handling(sketch, dice, places)
    _add_storage(sketch, dice, places)
    _add_stuffing(sketch, dice, places)
    _add_clearance(sketch, dice, places)
    _add_surcharges(sketch, dice, places, first_day)
    _add_restrictions(sketch, dice)


def _place(dice: Dice, places: Places) -> dict[str, object]:
    """Return what a row is about: a location, a kind and territory, a kind, or anything."""
    return dice.pick(
        (
            {"location": dice.pick(places.everywhere)},
            {"kind": dice.pick(sorted(places.kinds)), "territory": dice.pick(("HO", "FA"))},
            {"kind": dice.pick(sorted(places.kinds))},
        )
    )


def _priced(dice: Dice, bases: tuple[str, ...]) -> dict[str, object]:
    """Return basis, rate and currency, now and then unknown."""
    if dice.chance(0.1):
        return {"basis": None, "rate": None, "currency": None}
    basis, currency = dice.pick(bases), dice.pick(_CURRENCIES)
    rate = "0" if dice.chance(0.05) else price(dice, *_RATES[basis], currency)
    return {"basis": basis, "rate": rate, "currency": currency, "assumed": dice.chance(0.15)}


def _bases(form: str) -> tuple[str, ...]:
    """Return the bases a form can be handled by."""
    return ("per_box", "per_bl") if form == "box" else ("per_bl", "per_kg", "per_wm")


def _add_handling(sketch: Sketch, dice: Dice, places: Places) -> None:
    """Add handling of every mode, direction and form, with exceptions for places."""
    for mode, direction, form in product(_MODES, ("in", "out"), _FORMS):
        rows: list[dict[str, object]] = [{}] if dice.chance(0.7) else []
        rows += [_place(dice, places)] if dice.chance(0.3) else []
        for where in rows:
            values = {"minutes": dice.between(0, 8) * 30, "hub_ug_per_kg": dice.pick((0, 600_000, 1_200_000))}
            values |= _priced(dice, _bases(form))
            if values["rate"] and dice.chance(0.3):
                values["min_charge"] = price(dice, 20, 300, str(values["currency"]))
            sketch.add("handling", mode=mode, direction=direction, form=form, **where, **values)


def _add_storage(sketch: Sketch, dice: Dice, places: Places) -> None:
    """Add storage with short free time and one to three tiers."""
    seen: list[object] = []
    for form in _FORMS:
        wheres: list[dict[str, object]] = [{}] if dice.chance(0.6) else []
        wheres += [_place(dice, places) for _ in range(dice.between(0, 3))]
        for where in wheres:
            if (form, where) in seen:
                continue
            seen.append((form, where))
            _add_tiers(sketch, dice, form, where)


def _add_tiers(sketch: Sketch, dice: Dice, form: str, where: dict[str, object]) -> None:
    """Add the tiers of one place and form."""
    basis = "per_box" if form == "box" else dice.pick(("per_kg", "per_wm"))
    currency, free_min = dice.pick(_CURRENCIES), dice.between(0, 4) * 360
    first_days = [1, *dice.some((2, 3, 4), dice.between(0, 2))]
    is_assumed = dice.chance(0.15)
    for from_day in first_days:
        rate = price(dice, *_RATES[basis], currency)
        sketch.add(
            "storage",
            form=form,
            free_min=free_min,
            from_day=from_day,
            basis=basis,
            rate=rate,
            currency=currency,
            assumed=is_assumed,
            **where,
        )


def _add_stuffing(sketch: Sketch, dice: Dice, places: Places) -> None:
    """Add stuffing and stripping, with exceptions for places."""
    for direction in ("stuff", "strip"):
        wheres: list[dict[str, object]] = [{}] if dice.chance(0.8) else []
        wheres += [_place(dice, places)] if dice.chance(0.4) else []
        for where in wheres:
            values = _priced(dice, ("per_box", "per_bl", "per_kg", "per_wm"))
            sketch.add("stuffing", direction=direction, minutes=dice.between(0, 10) * 45, **where, **values)


def _add_clearance(sketch: Sketch, dice: Dice, places: Places) -> None:
    """Add clearance of every territory, with exceptions for a regime or a kind."""
    for territory, direction in product(("HO", "MI", "FA", "FB"), ("export", "import")):
        wheres: list[dict[str, object]] = [{}] if dice.chance(0.98) else []
        wheres += [{"regime": "9610"}] if dice.chance(0.2) else []
        wheres += [{"kind": dice.pick(sorted(places.kinds))}] if dice.chance(0.2) else []
        wheres += [{"kind": dice.pick(sorted(places.kinds)), "regime": "0110"}] if dice.chance(0.1) else []
        for where in wheres:
            calendar = dice.pick(("always", "shift", "office"))
            minutes = dice.between(0, 10) * 60
            values = {"calendar": calendar, "minutes": minutes, **_priced(dice, ("per_bl", "per_bl", "per_box"))}
            sketch.add("clearance", territory=territory, direction=direction, **where, **values)


def _add_surcharges(sketch: Sketch, dice: Dice, places: Places, first_day: dt.date) -> None:
    """Add two to eight surcharges."""
    services = [str(row["id"]) for row in sketch.rows["services"]]
    for number in range(dice.between(2, 8)):
        basis = dice.pick(("per_box", "per_bl", "per_kg", "per_wm", "percent"))
        currency = None if basis == "percent" else dice.pick(_CURRENCIES)
        late = dice.chance(0.3)
        sketch.add(
            "surcharges",
            code=dice.pick(("FSC", "THC", "DOC", f"X{number}")),
            mode=dice.pick(_MODES),
            service=dice.pick(services) if dice.chance(0.15) else None,
            location=dice.pick(places.everywhere) if dice.chance(0.2) else None,
            territory=dice.pick(("HO", "FA")) if dice.chance(0.15) else None,
            at=dice.pick(("origin", "destination", "leg")),
            product=dice.pick(("fcl", "lcl", "air", "ltl")) if dice.chance(0.25) else None,
            basis=basis,
            rate=price(dice, *_RATES[basis], currency or "CNY"),
            currency=currency,
            min_charge=price(dice, 20, 300, currency or "CNY") if dice.chance(0.3) else None,
            international=dice.chance(0.6),
            valid_from=first_day + dt.timedelta(days=dice.between(5, 12) if late else -30),
            valid_to=first_day + dt.timedelta(days=dice.between(13, 300)),
            assumed=dice.chance(0.2),
        )


def _add_restrictions(sketch: Sketch, dice: Dice) -> None:
    """Add up to three restrictions."""
    for _ in range(dice.pick((0, 0, 0, 1, 1, 2))):
        rule = dice.pick(("forbid", "max_piece_g", "max_shipment_g", "max_box_payload_g"))
        values = {
            "forbid": None,
            "max_piece_g": 500_000,
            "max_shipment_g": 2_000_000,
            "max_box_payload_g": dice.pick((2, 5, 9)) * 10**6,
        }
        goods = dice.pick(("battery_loose", "dangerous", "food"))
        sketch.add(
            "restrictions",
            rule=rule,
            value=values[rule],
            goods=goods if rule == "forbid" or dice.chance(0.3) else "any",
            mode=dice.pick(_MODES) if dice.chance(0.6) else None,
            service_prefix=dice.pick(("S1", "S2", "S", "T")) if dice.chance(0.3) else None,
            territory=dice.pick(("MI", "FA", "FB")) if dice.chance(0.25) else None,
        )
