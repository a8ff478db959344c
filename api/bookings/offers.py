"""What of a quote is kept for booking: for each option its price and what it takes of which departures."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from api.bodies import rfc3339
from api.bookings.sailings import Sailings
from api.bookings.terms import Terms
from data.money import to_fen
from data.timeaxis import TimeAxis
from network.weights import boxes_of

if TYPE_CHECKING:
    from api.answer_schema import Json
    from api.desk import Answer
    from data import Catalogue
    from data.itinerary import Option, Step
    from data.shipment import Shipment

Offer = dict[str, Any]
LOOSE = "loose"
_REMEMBERED = 10_000


class Offers:
    """
    Makes offers of quotes of one data set.

    Parameters
    ----------
    catalogue
        The data set.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._axis = catalogue.derived(TimeAxis)
        self._sailings = catalogue.derived(Sailings)
        self._terms = catalogue.derived(Terms)
        self._instant = lru_cache(_REMEMBERED)(lambda minute: rfc3339(self._axis.from_min(minute)))
        self._teu_milli = {unit.code: unit.teu_milli or 0 for unit in catalogue.load_units}

    def of(self, answer: Answer, rendered: Json, now: dt.datetime) -> list[Offer]:
        """Return the offers of the options of a quote, in their order."""
        shipment = answer.request.shipment
        boxes = boxes_of(self._catalogue, shipment)
        return [
            self._offer(option, shown, shipment, boxes, now)
            for option, shown in zip(answer.quote.options, rendered["options"], strict=True)
        ]

    def _offer(self, option: Option, shown: Json, shipment: Shipment, boxes: dict[str, int], now: dt.datetime) -> Offer:
        steps = [step for step in option.steps if step.kind == "leg"]
        legs = [self._leg(step, shipment, boxes) for step in steps]
        mode = main_mode(steps)
        depart_at = self._axis.from_min(option.depart_min)
        valid, close = self._terms.known("quote_valid", mode), self._terms.known("booking_close", mode)
        until = None
        if legs and all(leg is not None for leg in legs) and valid is not None and close is not None:
            until = min(now + valid, depart_at - close)
        return {
            "cost_minor": shown["cost_minor"],
            "currency": shown["currency"],
            "cost_cny_minor": option.cost_cny_minor,
            "mode": mode,
            "depart_at": self._instant(option.depart_min),
            "arrive_at": self._instant(option.arrive_min),
            "hs": shipment.hs,
            "value_cny_minor": self._value(shipment),
            "emissions_g": option.emissions_g if option.emissions_complete else None,
            "until": None if until is None or until <= now else rfc3339(until),
            "legs": legs,
        }

    def _value(self, shipment: Shipment) -> int | None:
        """Return what the goods are worth in fen, None if nobody said."""
        if shipment.value_minor is None or shipment.value_currency is None:
            return None
        return to_fen(shipment.value_minor, self._catalogue.exchange_rate(shipment.value_currency))

    def _leg(self, step: Step, shipment: Shipment, boxes: dict[str, int]) -> Json | None:
        found = self._sailings.stretch(step)
        if found is None:
            return None
        return {
            "departure": found.departure,
            "first_call": found.first_call,
            "last_call": found.last_call,
            "service": step.service,
            "mode": step.mode,
            "from": step.origin,
            "to": step.destination,
            "depart_at": self._instant(step.depart_min),
            "arrive_at": self._instant(step.arrive_min),
            "form": step.form,
            "teu_milli": 0 if step.form == LOOSE else boxes.get(step.form, 1) * self._teu_milli.get(step.form, 0),
            "mass_g": shipment.mass_g,
            "volume_cm3": shipment.volume_cm3,
        }


def main_mode(steps: list[Step]) -> str:
    """Return the mode of the leg that takes longest, of the first one if several do."""
    longest = max(steps, key=lambda step: step.arrive_min - step.depart_min, default=None)
    return "" if longest is None else str(longest.mode)


def shipment_json(shipment: Shipment) -> Json:
    """Return what of a shipment must be the same for a booking to be rolled over."""
    return {
        "origin": shipment.origin,
        "destination": shipment.destination,
        "mass_g": shipment.mass_g,
        "volume_cm3": shipment.volume_cm3,
        "pieces": shipment.pieces,
        "box": shipment.box,
        "boxes": shipment.boxes,
        "goods": sorted(shipment.goods),
        "regime": shipment.regime,
    }
