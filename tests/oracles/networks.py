"""Random small networks with a shipment and filters, that bring every rule of the model into play."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import strategies as st

from data.shipment import Filters, Shipment
from tests.builders import Sketch, instant
from tests.oracles.dice import Dice
from tests.oracles.network_places import FAR, HOME, MIDDLE, NEAR, add_places, pick_ends
from tests.oracles.network_prices import add_prices
from tests.oracles.network_services import add_capacities, add_services

if TYPE_CHECKING:
    from data import Catalogue
    from tests.oracles.network_places import Places

_EPOCHS = ("2026-01-01T00:00Z", "2026-03-20T00:00Z", "2026-10-17T00:00Z")
_TERRITORIES = ((HOME, "HO", "CNY"), (MIDDLE, "MI", "JPY"), (FAR, "UN", "EUR"), (NEAR, "UN", "GBP"))
_OFFICE = ("09:00-12:00;13:30-18:00",) * 5 + ("", "")
_SHIFT = ("06:00-22:00",) * 6 + ("10:00-16:00",)
_NIGHT = ("00:00-05:00;20:00-24:00",) * 7
_GOODS = ("battery_loose", "dangerous", "food")
_MASSES_G = (20_000, 180_000, 800_000, 1_900_000, 4_000_000, 8_000_000, 12_000_000, 16_000_000)


class Question(NamedTuple):
    """A catalogue, and what is asked of it."""

    catalogue: Catalogue
    shipment: Shipment
    filters: Filters


def question(seed: int) -> Question:
    """Return the question of a seed."""
    dice = Dice(seed)
    epoch = dice.pick(_EPOCHS)
    sketch = Sketch(planning_epoch=epoch, search_days=str(dice.between(10, 14)))
    first_day = dt.datetime.fromisoformat(epoch)
    _add_calendars(sketch, dice, first_day.date())
    places = add_places(sketch, dice)
    ends = pick_ends(dice, places)
    shipment = _shipment(dice, ends, first_day)
    add_services(sketch, dice, places, shipment, first_day.date())
    add_prices(sketch, dice, places, first_day.date())
    filters = _filters(dice, places, sketch)
    fill = {"key": "min_box_fill_percent", "value": dice.pick(("0", "0", "15", "50"))}
    sketch.rows["settings"] = [row | fill if row["key"] == fill["key"] else row for row in sketch.rows["settings"]]
    add_capacities(sketch, dice, shipment)
    return Question(sketch.catalogue(), shipment, filters)


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


def _shipment(dice: Dice, ends: tuple[str, str], first_day: dt.datetime) -> Shipment:
    """Return a random shipment between two ends."""
    ready_min = dice.between(4 * 1440, 11 * 1440)
    boxes = dice.between(1, 3) if dice.chance(0.13) else 0
    # A few of these fill more boxes than there are.
    masses_g = (2_000_000, 9_000_000, 15_000_000, 24_000_000) if boxes else _MASSES_G
    mass_g = dice.pick(masses_g) + dice.between(0, 99_999)
    density_kg_per_m3 = dice.pick((300, 700) if boxes else (120, 200, 300, 700))
    return Shipment(
        origin=ends[0],
        destination=ends[1],
        mass_g=mass_g,
        volume_cm3=mass_g * 1000 // density_kg_per_m3 + dice.between(0, 9_999),
        pieces=dice.between(1, 12),
        ready_at=instant(ready_min, first_day),
        due_at=instant(ready_min + dice.between(3, 7) * 1440, first_day) if dice.chance(0.1) else None,
        depart_by=instant(ready_min + dice.between(1, 5) * 1440, first_day) if dice.chance(0.1) else None,
        box=dice.pick(("B20", "B40")) if boxes else None,
        boxes=boxes,
        goods=frozenset(dice.some(_GOODS, 1)) if dice.chance(0.3) else frozenset(),
        regime=dice.pick(("0110", "0110", "9610")),
    )


def _filters(dice: Dice, places: Places, sketch: Sketch) -> Filters:
    """Return random filters, mostly none."""
    services = [str(row["id"]) for row in sketch.rows["services"]]
    modes = ("road", "rail", "sea", "air")
    return Filters(
        modes=frozenset(dice.some(modes, 3)) if dice.chance(0.05) else None,
        avoid_services=frozenset([dice.pick(services)]) if dice.chance(0.05) else frozenset(),
        avoid_territories=frozenset([MIDDLE]) if dice.chance(0.05) else frozenset(),
        avoid_passages=frozenset(["suez"]) if dice.chance(0.08) else frozenset(),
        via=(dice.pick(places.everywhere),) if dice.chance(0.05) else (),
        max_transfers=dice.between(1, 4) if dice.chance(0.1) else None,
        scenarios=frozenset(services) if dice.chance(0.6) else frozenset(),
    )
