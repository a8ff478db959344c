"""Random small networks with a shipment and filters, that bring every rule of the model into play."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import strategies as st

from data.shipment import Filters, Shipment
from tests.builders import Sketch, instant
from tests.oracles.dice import Dice
from tests.oracles.network_prices import add_prices
from tests.oracles.network_services import add_services

if TYPE_CHECKING:
    from data import Catalogue

_EPOCHS = ("2026-01-01T00:00Z", "2026-03-20T00:00Z", "2026-10-17T00:00Z")
_HOME, _MIDDLE, _FAR = "HO", "MI", "FA"
# The last one shares its customs area with the one before.
_TERRITORIES = ((_HOME, "HO", "CNY"), (_MIDDLE, "MI", "JPY"), (_FAR, "UN", "EUR"), ("FB", "UN", "GBP"))
_ZONES = {
    _HOME: ("Asia/Shanghai",),
    _MIDDLE: ("Asia/Tokyo", "Asia/Kolkata"),
    _FAR: ("Europe/Berlin", "America/New_York"),
    "FB": ("Europe/London",),
}
_KINDS = ("city", "seaport", "airport", "rail_terminal", "warehouse")
_OFFICE = ("09:00-12:00;13:30-18:00",) * 5 + ("", "")
_SHIFT = ("06:00-22:00",) * 6 + ("10:00-16:00",)
_NIGHT = ("00:00-05:00;20:00-24:00",) * 7
_CALENDARS = ("always", "always", "office", "shift", "night")
_GOODS = ("battery_loose", "dangerous", "food")


class Question(NamedTuple):
    """A catalogue, and what is asked of it."""

    catalogue: Catalogue
    shipment: Shipment
    filters: Filters


def question(seed: int) -> Question:
    """Return the question of a seed."""
    dice = Dice(seed)
    epoch = dice.pick(_EPOCHS)
    sketch = Sketch(planning_epoch=epoch, search_days=str(dice.between(8, 11)))
    first_day = dt.datetime.fromisoformat(epoch)
    _add_calendars(sketch, dice, first_day.date())
    places = _add_places(sketch, dice)
    ends = _ends(dice, places)
    add_services(sketch, dice, places, ends, first_day.date())
    add_prices(sketch, dice, places, first_day.date())
    shipment = _shipment(dice, ends, first_day)
    return Question(sketch.catalogue(), shipment, _filters(dice, places, sketch))


questions = st.integers(0, 2**32 - 1).map(question)
"""Hypothesis strategy of questions."""


def _add_calendars(sketch: Sketch, dice: Dice, first_day: dt.date) -> None:
    """Add territories, opening calendars, holidays and their make-up days."""
    sketch.calendar("office", _OFFICE, "closed").calendar("shift", _SHIFT, dice.pick(("open", "closed")))
    sketch.calendar("night", _NIGHT, dice.pick(("open", "closed")))
    for code, area, currency in _TERRITORIES:
        sketch.territory(code, area, currency)
        days = dice.some(range(3, 22), dice.between(0, 4))
        for day in days:
            date = first_day + dt.timedelta(days=day)
            sketch.add("holidays", territory=code, date=date, is_workday=dice.chance(0.35), name="day")
            if dice.chance(0.2):
                sketch.add("workday_overrides", territory=code, date=date, is_workday=dice.chance(0.5))
        if dice.chance(0.2):
            date = first_day + dt.timedelta(days=dice.pick([day for day in range(3, 22) if day not in days]))
            sketch.add("workday_overrides", territory=code, date=date, is_workday=dice.chance(0.7))


def _add_places(sketch: Sketch, dice: Dice) -> dict[str, list[str]]:
    """Add three to six locations and return their codes by territory, from home to far."""
    counts = {
        _HOME: dice.between(1, 2),
        _MIDDLE: dice.pick((0, 1, 1)),
        _FAR: dice.between(1, 2),
        "FB": dice.between(0, 1),
    }
    if sum(counts.values()) < 3:
        counts[_HOME] = 2
    places: dict[str, list[str]] = {}
    for territory, number in counts.items():
        places[territory] = [f"{territory}{index}" for index in range(number)]
        clearing = dice.pick(places[territory]) if number else ""
        for code in places[territory]:
            sketch.location(
                code,
                territory,
                kind=dice.pick(_KINDS),
                zone=dice.pick(_ZONES[territory]),
                calendar=dice.pick(_CALENDARS),
                clears_export=code == clearing or dice.chance(0.75),
                clears_import=code == clearing or dice.chance(0.75),
                stuffs=dice.chance(0.75),
                strips=dice.chance(0.75),
            )
    return places


def _shipment(dice: Dice, ends: tuple[str, str], first_day: dt.datetime) -> Shipment:
    """Return a random shipment between two ends."""
    ready_min = dice.between(4 * 1440, 11 * 1440)
    mass_g = dice.pick((20_000, 180_000, 800_000, 1_900_000, 4_000_000)) + dice.between(0, 99_999)
    density_kg_per_m3 = dice.pick((120, 200, 300, 700))
    boxed = dice.chance(0.1)
    return Shipment(
        origin=ends[0],
        destination=ends[1],
        mass_g=mass_g,
        volume_cm3=mass_g * 1000 // density_kg_per_m3 + dice.between(0, 9_999),
        pieces=dice.between(1, 12),
        ready_at=instant(ready_min, first_day),
        due_at=instant(ready_min + dice.between(3, 7) * 1440, first_day) if dice.chance(0.1) else None,
        depart_by=instant(ready_min + dice.between(1, 5) * 1440, first_day) if dice.chance(0.1) else None,
        box=dice.pick(("B20", "B40")) if boxed else None,
        boxes=dice.between(1, 2) if boxed else 0,
        goods=frozenset(dice.some(_GOODS, 1)) if dice.chance(0.3) else frozenset(),
        regime=dice.pick(("0110", "0110", "9610")),
    )


def _ends(dice: Dice, places: dict[str, list[str]]) -> tuple[str, str]:
    """Return two different ends: mostly from home to far, now and then within one customs area."""
    home, far = places[_HOME], [*places[_FAR], *places["FB"]]
    pairs = [(home, far)] * 8 + [(far, home)]
    if dice.chance(0.1):
        pairs = [(area, area) for area in (home, far) if len(area) > 1] or pairs
    origins, destinations = dice.pick(pairs)
    origin = dice.pick(origins)
    return origin, dice.pick([code for code in destinations if code != origin])


def _filters(dice: Dice, places: dict[str, list[str]], sketch: Sketch) -> Filters:
    """Return random filters, mostly few."""
    everywhere = [code for codes in places.values() for code in codes]
    services = [str(row["id"]) for row in sketch.rows["services"]]
    modes = ("road", "rail", "sea", "air")
    return Filters(
        modes=frozenset(dice.some(modes, 3)) if dice.chance(0.1) else None,
        avoid_services=frozenset([dice.pick(services)]) if dice.chance(0.06) else frozenset(),
        avoid_territories=frozenset([_MIDDLE]) if dice.chance(0.05) else frozenset(),
        avoid_passages=frozenset(["suez"]) if dice.chance(0.1) else frozenset(),
        via=(dice.pick(everywhere),) if dice.chance(0.07) else (),
        max_transfers=dice.between(0, 3) if dice.chance(0.12) else None,
        scenarios=frozenset(services) if dice.chance(0.6) else frozenset(),
    )
