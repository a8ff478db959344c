"""Terse constructors of small catalogues, shipments and filters."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import TYPE_CHECKING

from data import Allotment, Catalogue, Throughput
from data.shipment import Shipment

if TYPE_CHECKING:
    from collections.abc import Sequence

EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

SETTINGS = {
    "planning_epoch": "2026-01-01T00:00Z",
    "horizon_days": "40",
    "search_days": "8",
    "max_boxes": "3",
    "max_trucks": "2",
    "reliability_samples": "20",
    "reliability_seed": "1",
    "on_time_tolerance_min": "720",
    "min_box_fill_percent": "0",
    "base_currency": "CNY",
}
_VALID = {"valid_from": dt.date(2025, 1, 1), "valid_to": dt.date(2027, 12, 31)}
_NAMES = {"name_zh": "名", "name_en": "name"}
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DEFAULTS: dict[str, dict[str, object]] = {
    "calendars": _NAMES,
    "locations": {"kind": "city", "lat": 0, "lon": 0, "zone": "UTC", "calendar": "always"},
    "load_units": {**_NAMES, "kind": "box"},
    "services": {**_NAMES, "status": "active", "departs": "08:00"},
    "tariffs": {**_VALID, "currency": "CNY"},
    "through_rates": {**_VALID, "currency": "CNY"},
    "surcharges": {**_VALID, **_NAMES, "at": "leg"},
    "storage": {"currency": "CNY"},
    "clearance": {"calendar": "always", "minutes_p10": 0, "minutes_p90": 10**5},
    "emission_factors": {"name": "class", "factor_set": "test", "distance_rule": "as given"},
    "restrictions": {"goods": "any", "rule": "forbid", "reason_zh": "不可", "reason_en": "not allowed"},
    "settings": {"meaning": "test"},
}
_WITH_IDS = frozenset(
    {
        "cutoffs",
        "tariffs",
        "through_rates",
        "surcharges",
        "handling",
        "storage",
        "stuffing",
        "clearance",
        "restrictions",
    }
)


class Sketch:
    """
    Rows of a catalogue in the making: ids, names and provenance are filled in.

    Parameters
    ----------
    settings
        Settings that differ from `SETTINGS`.
    """

    def __init__(self, **settings: str) -> None:
        self.rows: dict[str, list[dict[str, object]]] = {}
        self._numbers = count(1)
        for key, value in {**SETTINGS, **settings}.items():
            self.add("settings", key=key, value=value)
        self.calendar("always", ["24h"] * 7)
        self.add("fx", currency="CNY", cny_per_unit="1", exponent=2)

    def add(self, table: str, **values: object) -> Sketch:
        """Add a row to a table."""
        row = {**_DEFAULTS.get(table, {}), **values}
        if table in _WITH_IDS:
            row.setdefault("id", f"{table}-{next(self._numbers)}")
        self.rows.setdefault(table, []).append(row)
        return self

    def calendar(self, code: str, hours: Sequence[str], holidays: str = "open") -> Sketch:
        """Add an opening calendar: hours of Monday to Sunday."""
        week = dict(zip(_WEEK, hours, strict=True))
        return self.add("calendars", code=code, holidays=holidays, **week)

    def territory(self, code: str, area: str | None = None, currency: str = "CNY") -> Sketch:
        """Add a customs territory."""
        names = {"name_zh": code, "name_en": code}
        return self.add("territories", code=code, customs_area=area or code, currency=currency, **names)

    def location(self, code: str, territory: str, **values: object) -> Sketch:
        """Add a location."""
        return self.add("locations", code=code, name_zh=code, name_en=code, territory=territory, **values)

    def service(self, service: str, mode: str, calls: Sequence[dict[str, object]], **values: object) -> Sketch:
        """Add a service with its calls."""
        self.add("services", id=service, mode=mode, **values)
        for seq, call in enumerate(calls, 1):
            run_min = call.get("run_min", 0)
            runs = {"run_p10_min": run_min, "run_p90_min": run_min}
            self.add("calls", service=service, seq=seq, **{**runs, **call})
        return self

    def catalogue(self) -> Catalogue:
        """Return the checked catalogue of the rows."""
        return Catalogue.from_rows(self.rows)


_PROVENANCE = {"source": "test", "as_of": "2026", "confidence": "high", "assumed": False}


def allotment(service: str, **values: object) -> Allotment:
    """Return an allotment without limits of dates and amounts, unless told otherwise."""
    columns = ("valid_from", "valid_to", "capacity_teu_milli", "capacity_kg", "capacity_m3")
    return Allotment(service=service, **{**dict.fromkeys(columns), **_PROVENANCE, **values})  # type: ignore[arg-type]


def throughput(location: str, process: str, **values: object) -> Throughput:
    """Return what a place can do in a day, without limits of dates and amounts unless told otherwise."""
    columns = ("valid_from", "valid_to", "boxes_per_day", "kg_per_day", "m3_per_day")
    given = {**dict.fromkeys(columns), **_PROVENANCE, **values}
    return Throughput(location=location, process=process, **given)  # type: ignore[arg-type]


def instant(minute: int, epoch: dt.datetime = EPOCH) -> dt.datetime:
    """Return the aware instant some minutes after the epoch."""
    return epoch + dt.timedelta(minutes=minute)


def shipment(origin: str, destination: str, ready_min: int = 4 * 1440, **values: object) -> Shipment:
    """Return a shipment of 800 kg and 4.2 cubic metres, unless told otherwise."""
    given = {"mass_g": 800_000, "volume_cm3": 4_200_000, "ready_at": instant(ready_min), **values}
    return Shipment(origin=origin, destination=destination, **given)  # type: ignore[arg-type]
