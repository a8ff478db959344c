"""Kept answers read back into values: what a map, a paper or another quote needs of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from api.refusals import Refusal
from api.requests import Ask
from data.itinerary import Charge, CutOffTime, Option, Step
from data.money import to_minor
from data.shipment import Shipment
from data.timeaxis import TimeAxis

if TYPE_CHECKING:
    from api.answer_schema import Json
    from data import Catalogue

_PPM = 1_000_000
_MINUTES = len("2026-05-20T09:00")


class Rebuilder:
    """
    Reads kept answers of quotes, and legs of bookings, by the places and services of a data set.

    Parameters
    ----------
    catalogue
        The data set; what was kept must still be in it.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._axis = catalogue.derived(TimeAxis)
        self._places = {row.code for row in catalogue.locations}
        self._services = {row.id for row in catalogue.services}

    def option(self, shown: Json) -> Option:
        """
        Return an option of a kept answer.

        Raises
        ------
        Refusal
            When a place or a service of it is not in the data set any more.
        """
        steps = tuple(self._step(step) for step in shown["steps"])
        self._check(steps)
        return Option(
            steps=steps,
            charges=tuple(_charge(line) for line in shown["charges"]),
            cost_cny_minor=shown["cost_cny_minor"],
            depart_min=self._minute(shown["depart_at"]),
            arrive_min=self._minute(shown["arrive_at"]),
            emissions_g=shown["emissions_g"],
            emissions_complete=shown["emissions_complete"],
            on_time_probability=shown["on_time_probability"],
            arrive_p50_min=self._minute(shown["arrive_p50"]),
            arrive_p90_min=self._minute(shown["arrive_p90"]),
            assumed_ppm=round(shown["assumed_share"] * _PPM),
            latest_ready_min=self._minute(shown["latest_ready_at"]),
            best_in=tuple(shown["best_in"]),
        )

    def legs(self, legs: Iterable[Json]) -> tuple[Step, ...]:
        """
        Return the legs of a booking as steps.

        Raises
        ------
        Refusal
            When a place or a service of it is not in the data set any more.
        """
        steps = tuple(self._leg(leg) for leg in legs)
        self._check(steps)
        return steps

    def shipment(self, shown: Json) -> Shipment:
        """Return the shipment of a kept answer."""
        value, currency = shown["value"], shown["currency"]
        minor = None if value is None else to_minor(Decimal(value), self._catalogue.exchange_rate(currency))
        return Shipment(
            origin=shown["from"],
            destination=shown["to"],
            mass_g=round(Decimal(str(shown["weight_kg"])) * 1000),
            volume_cm3=round(Decimal(str(shown["volume_m3"])) * 10**6),
            ready_at=dt.datetime.fromisoformat(shown["ready_at"]),
            pieces=shown["pieces"],
            due_at=_instant(shown.get("due_at")),
            depart_by=_instant(shown.get("depart_by_at")),
            box=shown["box"],
            boxes=shown["boxes"],
            goods=frozenset(shown["goods"]),
            regime=shown["regime"],
            hs=shown["hs"],
            value_minor=minor,
            value_currency=None if minor is None else currency,
        )

    def _check(self, steps: tuple[Step, ...]) -> None:
        for step in steps:
            is_known = {step.origin, step.destination} <= self._places
            if not is_known or (step.kind == "leg" and step.service not in self._services):
                raise Refusal(why="data-changed", detail=step.service or step.origin)

    def _minute(self, text: str) -> int:
        return self._axis.to_min(dt.datetime.fromisoformat(text))

    def _leg(self, leg: Json) -> Step:
        start, end = self._minute(leg["depart_at"]), self._minute(leg["arrive_at"])
        return Step(
            kind="leg", origin=leg["from"], destination=leg["to"], form=leg["form"], status="R",
            ready_min=start, depart_min=start, arrive_min=end, available_min=end,
            mode=leg["mode"], service=leg["service"],
        )  # fmt: skip

    def _step(self, step: Json) -> Step:
        is_leg = step["kind"] == "leg"
        return Step(
            kind=step["kind"],
            origin=step["from"],
            destination=step["to"],
            form=step["form"],
            status=step["status"],
            ready_min=self._minute(step["ready_at"]),
            depart_min=self._minute(step["depart_at"]),
            arrive_min=self._minute(step["arrive_at"]),
            available_min=self._minute(step["available_at"]),
            emissions_g=step["emissions_g"],
            mode=step["mode"],
            service=step["service"],
            product=step["product"] if is_leg else None,
            unit=step["unit"] if is_leg else None,
            through=step["through"] if is_leg else None,
            row=None if is_leg else step["row"],
            cutoffs=tuple(self._cutoff(one) for one in step["cutoffs"]) if is_leg else (),
        )

    def _cutoff(self, cutoff: Json) -> CutOffTime:
        return CutOffTime(
            type=cutoff["type"],
            at_min=self._minute(cutoff["cutoff_at"]),
            slack_min=cutoff["slack_min"],
            binding=cutoff["binding"],
        )


def ask_again(shown: Json, *, ready: dt.datetime | None) -> Ask:
    """
    Return the question a kept answer was given to.

    Parameters
    ----------
    shown
        Its shipment, which holds what the answer may use as well.
    ready
        When the goods are ready now, None for now.
    """
    return Ask(
        origin=shown["from"],
        destination=shown["to"],
        weight_kg=str(shown["weight_kg"]),
        volume_m3=str(shown["volume_m3"]),
        pieces=shown["pieces"],
        hs=shown["hs"],
        value=shown["value"],
        currency=shown["currency"],
        ready=None if ready is None else ready.isoformat(),
        due=shown.get("due_at"),
        box=shown["box"],
        boxes=shown["boxes"] or None,
        goods=shown["goods"],
        regime=shown["regime"],
        modes=shown["modes"],
        avoid=shown["avoid"],
        via=shown["via"],
        max_transfers=shown["max_transfers"],
        scenario=shown["scenarios"],
    )


def form_fields(shown: Json) -> dict[str, str]:
    """
    Return the fields of the form of a quote that ask for a shipment again, times local as people type them.

    Parameters
    ----------
    shown
        The shipment of an answer.
    """
    given = {
        **{name: shown[name] for name in ("from", "to", "hs", "value", "currency", "box", "regime", "max_transfers")},
        "weight_kg": _plain(shown["weight_kg"]),
        "volume_m3": _plain(shown["volume_m3"]),
        "pieces": shown["pieces"] if shown["pieces_given"] else None,
        "ready": shown["ready_at"][:_MINUTES],
        "due": shown.get("due_at", "")[:_MINUTES],
        "boxes": shown["boxes"] or None,
        "goods": ",".join(shown["goods"]),
        "avoid": ",".join(shown["avoid"]),
        "scenario": ",".join(shown["scenarios"]),
        "backward": "yes" if shown["backward"] else None,
    }
    return {name: str(value) for name, value in given.items() if value is not None and value != ""}


def _plain(number: float) -> str:
    """Return a number with all its digits, and no exponent."""
    return format(Decimal(str(number)).normalize(), "f")


def _instant(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text)


def _charge(line: Json) -> Charge:
    return Charge(
        code=line["code"],
        name_zh=line["name_zh"],
        name_en=line["name_en"],
        table=line["table"],
        row=line["row"],
        step=line["step"],
        basis=line["basis"],
        quantity=Decimal(line["quantity"]),
        rate=Decimal(line["rate"]),
        amount_minor=line["original_amount_minor"],
        currency=line["original_currency"],
        cny_minor=line["cny_minor"],
        assumed=line["assumed"],
        source=line["source"],
        as_of=line["as_of"],
        valid_to=line["valid_to"],
    )
