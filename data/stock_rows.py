"""Rows of a seller's stock as records: texts of cells to values, and the rules that one row keeps."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from typing import TYPE_CHECKING, Any

from data.cargo_rules import HS, MAX_AMOUNT, density_breach
from data.fields import is_blank, read_amount, read_count, read_measure, read_share, read_text, unquoted
from data.messages import near_texts
from data.stock import IN_PRODUCTION, MILLI, Aged
from data.stock_fields import BUDGET, DEMAND, LOTS, ORDERS, SKUS, WORDS
from data.units import G_PER_KG, ceil_div

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from data.catalogue import Catalogue
    from data.fields import FaultSink
    from data.records import ExchangeRate
    from data.records_warehouses import Warehouse

MAX_UNITS = 10_000_000
_MAX_CM = 1_500
_MAX_KG = 30_000
_MAX_AGE = 3_650
_MAX_AGES = 1_000
_MM_PER_CM = 10
FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2099, 12, 31)
"""Days that stock may be counted or arrive on."""
_MM3_PER_CM3 = 1_000
_NEAR = 3
_BASE = "CNY"
_WEEK = re.compile(r"(\d{4})-?W(\d{2})", re.ASCII | re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_AGE = re.compile(r"(\d{1,8})\s*@\s*(\d{1,5})", re.ASCII)
_PARTS = re.compile(r"[;；,，、]")

Given = dict[str, str]


class RowReader:
    """
    Reads rows of a seller's stock.

    Parameters
    ----------
    catalogue
        Whose markets, warehouses and currencies they must keep to.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._rates = {row.currency: row for row in catalogue.fx}
        self._markets = {
            name.casefold(): row.code for row in catalogue.territories for name in (row.name_en, row.name_zh, row.code)
        }
        self._warehouses = {row.id: row for row in catalogue.warehouses}
        places = {row.code: row for row in catalogue.locations}
        self._names = {
            name.casefold(): row.id
            for row in catalogue.warehouses
            for place in (places[row.location],)
            for name in (place.name_en, place.name_zh, place.code, row.id)
        }
        self._readers: Mapping[str, Callable[[Given, FaultSink], dict[str, Any]]] = {
            SKUS: self._sku,
            DEMAND: self._demand,
            LOTS: self._lot,
            BUDGET: self._budget,
            ORDERS: self._order,
        }

    def read(self, sheet: str, given: Given, found: FaultSink) -> dict[str, Any]:
        """
        Return the values of a row that could be read, by attribute.

        Parameters
        ----------
        sheet
            Which of `data.stock_fields.SHEETS` it stands on.
        given
            Text by field.
        found
            Where faults go.
        """
        return {name: value for name, value in self._readers[sheet](given, found).items() if value is not None}

    def _sku(self, given: Given, found: FaultSink) -> dict[str, Any]:
        rate = self._rate(given, found)
        values: dict[str, Any] = {"sku": _needed(given, found, "sku"), "name": _text(given, found, "name")}
        for name in ("length_mm", "width_mm", "height_mm"):
            values[name] = _measure(given, found, name, units=_MM_PER_CM, limit=_MAX_CM)
        values["mass_g"] = _measure(given, found, "mass_g", units=G_PER_KG, limit=_MAX_KG)
        values["currency"] = None if rate is None else rate.currency
        for name in ("value_minor", "price_minor"):
            if not is_blank(given[name]):
                values[name] = read_amount(found, name, given[name], limit=MAX_AMOUNT, rate=rate)
        if not is_blank(given["hs"]):
            values["hs"] = given["hs"]
            if not HS.fullmatch(given["hs"]):
                found.add("hs", given["hs"], "hs")
        values["battery"] = _word(given, found, "battery")
        for name, most in (("carton_units", MAX_UNITS), ("least_units", MAX_UNITS), ("shelf_days", _MAX_AGE)):
            if not is_blank(given[name]):
                values[name] = read_count(found, name, given[name], low=1, high=most)
        _check_density(values, found)
        return values

    def _rate(self, given: Given, found: FaultSink) -> ExchangeRate | None:
        """Return the row of the currency of a SKU, or of a budget."""
        code = given["currency"].upper() or _BASE
        if code not in self._rates:
            found.add("currency", given["currency"], "unknown_currency", choices=", ".join(self._rates))
        return self._rates.get(code)

    def _demand(self, given: Given, found: FaultSink) -> dict[str, Any]:
        values: dict[str, Any] = {"sku": _needed(given, found, "sku")}
        values["market"] = _name(given, found, "market", self._markets)
        values["week"] = _week(given, found)
        values["mean_milli"] = _share(given, found, "mean_milli", is_needed=True)
        values["sd_milli"] = _share(given, found, "sd_milli", is_needed=False)
        return values

    def _budget(self, given: Given, found: FaultSink) -> dict[str, Any]:
        rate = self._rate(given, found)
        values: dict[str, Any] = {"week": _week(given, found), "currency": None if rate is None else rate.currency}
        if is_blank(given["amount_minor"]):
            found.add("amount_minor", None, "required")
        else:
            values["amount_minor"] = read_amount(
                found, "amount_minor", given["amount_minor"], limit=MAX_AMOUNT, rate=rate
            )
        return values

    def _lot(self, given: Given, found: FaultSink) -> dict[str, Any]:
        values: dict[str, Any] = {"sku": _needed(given, found, "sku")}
        values["warehouse"] = _name(given, found, "warehouse", self._names)
        values["state"] = _word(given, found, "state", is_needed=True)
        if is_blank(given["units"]):
            found.add("units", None, "required")
        else:
            values["units"] = read_count(found, "units", given["units"], low=0, high=MAX_UNITS)
        values["counted_on"] = _day(given, found, "counted_on")
        values["arrives_on"] = _day(given, found, "arrives_on")
        values["ready_on"] = _day(given, found, "ready_on")
        values["mode"] = _word(given, found, "mode")
        values["ages"] = _ages(given, found)
        _check_lot(values, given, found)
        _check_open(values, self._warehouses.get(values["warehouse"]), found)
        return values

    def _order(self, given: Given, found: FaultSink) -> dict[str, Any]:
        values: dict[str, Any] = {"order": _needed(given, found, "order"), "sku": _needed(given, found, "sku")}
        values["market"] = _name(given, found, "market", self._markets)
        if is_blank(given["units"]):
            found.add("units", None, "required")
        else:
            values["units"] = read_count(found, "units", given["units"], low=1, high=MAX_UNITS)
        if is_blank(given["placed_on"]):
            found.add("placed_on", None, "required")
        values["placed_on"] = _day(given, found, "placed_on")
        values["promise"] = _day(given, found, "promise")
        if values["promise"] and values["placed_on"] and values["promise"] < values["placed_on"]:
            found.add("promise", given["promise"], "promise_before")
        return values


def _text(given: Given, found: FaultSink, name: str) -> str | None:
    """Return a text without the mark that keeps a spreadsheet from computing it."""
    text = read_text(found, name, given[name])
    return None if text is None else unquoted(text)


def _needed(given: Given, found: FaultSink, name: str) -> str | None:
    """Return a text that must be there."""
    text = _text(given, found, name)
    if text is None and is_blank(given[name]):
        found.add(name, None, "required")
    return text


def _measure(given: Given, found: FaultSink, name: str, *, units: int, limit: int) -> int | None:
    if is_blank(given[name]):
        found.add(name, None, "required")
        return None
    return read_measure(found, name, given[name], units=units, limit=limit)


def _share(given: Given, found: FaultSink, name: str, *, is_needed: bool) -> int | None:
    if not is_blank(given[name]):
        return read_share(found, name, given[name], units=MILLI, limit=MAX_UNITS)
    if is_needed:
        found.add(name, None, "required")
    return None if is_needed else 0


def _word(given: Given, found: FaultSink, name: str, *, is_needed: bool = False) -> str | None:
    """Return a code given as such or by its Chinese word."""
    text = given[name]
    if is_blank(text):
        if is_needed:
            found.add(name, None, "required")
        return None
    known = {zh: code for code, zh in WORDS[name].items()} | {code: code for code in WORDS[name]}
    if text.casefold() not in known:
        choices = ", ".join(f"{code} {zh}" for code, zh in WORDS[name].items())
        found.add(name, text, "choice", choices=choices)
    return known.get(text.casefold())


def _name(given: Given, found: FaultSink, name: str, known: Mapping[str, str]) -> str | None:
    """Return the code of a market or warehouse given by code or name."""
    text = _needed(given, found, name)
    if text is None:
        return None
    if text.casefold() not in known:
        near = difflib.get_close_matches(text.casefold(), known, _NEAR)
        found.add(name, text, f"unknown_{name}", **near_texts(dict.fromkeys(known[one] for one in near)))
    return known.get(text.casefold())


def _week(given: Given, found: FaultSink) -> str | None:
    if is_blank(given["week"]):
        found.add("week", None, "required")
        return None
    match = _WEEK.fullmatch(given["week"])
    try:
        if match:
            monday = dt.date.fromisocalendar(int(match[1]), int(match[2]), 1)
            if FIRST_DAY <= monday <= LAST_DAY:
                return f"{match[1]}-W{match[2]}"
    except ValueError:
        pass
    found.add("week", given["week"], "week")
    return None


def _day(given: Given, found: FaultSink, name: str) -> dt.date | None:
    if is_blank(given[name]):
        return None
    day = read_day(given[name])
    if day is None:
        found.add(name, given[name], "day")
    return day


def read_day(text: str) -> dt.date | None:
    """
    Return a date of this century, None if a text is none.

    Examples
    --------
    >>> read_day("2026-12-01"), read_day("2026-02-30"), read_day("0001-01-01")
    (datetime.date(2026, 12, 1), None, None)
    """
    try:
        day = dt.date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
    return day if day is not None and FIRST_DAY <= day <= LAST_DAY else None


def _ages(given: Given, found: FaultSink) -> tuple[Aged, ...] | None:
    """Return stock by age, None if it cannot be read."""
    parts = [part.strip() for part in _PARTS.split(given["ages"]) if part.strip()]
    matches = [_AGE.fullmatch(part) for part in parts]
    ages = tuple(Aged(int(match[1]), int(match[2])) for match in matches if match)
    if len(ages) < len(parts) or len(parts) > _MAX_AGES:
        found.add("ages", given["ages"], "ages")
        return None
    if any(age.days > _MAX_AGE for age in ages):
        found.add("ages", given["ages"], "max", limit=_MAX_AGE)
        return None
    return ages


def _check_density(values: Mapping[str, Any], found: FaultSink) -> None:
    """Keep mass over volume possible, so that no unit is mistaken."""
    sides = [values[name] for name in ("length_mm", "width_mm", "height_mm")]
    if None in {*sides, values["mass_g"]}:
        return
    volume_mm3 = sides[0] * sides[1] * sides[2]
    breach = density_breach(values["mass_g"], ceil_div(volume_mm3, _MM3_PER_CM3))
    if breach is not None:
        found.add("mass_g", None, "density", **breach)


def _check_lot(values: Mapping[str, Any], given: Given, found: FaultSink) -> None:
    """Keep what stock on hand, stock in transit and goods in production must and must not say."""
    _check_production(values, given, found)
    if values["state"] == "in_transit":
        if is_blank(given["arrives_on"]):
            found.add("arrives_on", None, "arrival_needed")
        for name in ("ages", "counted_on"):
            if not is_blank(given[name]):
                found.add(name, given[name], "not_in_transit")
    if values["state"] != "on_hand":
        return
    for name in ("arrives_on", "mode"):
        if not is_blank(given[name]):
            found.add(name, given[name], "not_on_hand")
    if is_blank(given["counted_on"]):
        found.add("counted_on", None, "count_needed")
    _check_ages(values.get("units"), values["ages"], given, found)


def _check_production(values: Mapping[str, Any], given: Given, found: FaultSink) -> None:
    """Keep goods in production having the day they are ready, and nothing that only lots have."""
    if values["state"] != IN_PRODUCTION:
        if values["state"] is not None and not is_blank(given["ready_on"]):
            found.add("ready_on", given["ready_on"], "only_in_production")
        return
    if is_blank(given["ready_on"]):
        found.add("ready_on", None, "ready_needed")
    for name in ("ages", "counted_on", "arrives_on", "mode"):
        if not is_blank(given[name]):
            found.add(name, given[name], "not_in_production")


def _check_ages(units: int | None, ages: tuple[Aged, ...] | None, given: Given, found: FaultSink) -> None:
    """Keep the ages of stock on hand adding up to its units."""
    if units is None or ages is None:
        return
    total = sum(age.units for age in ages)
    if units and not ages:
        found.add("ages", None, "ages_needed")
    elif total != units:
        found.add("ages", given["ages"], "ages_sum", sum=total, units=units)


def _check_open(values: Mapping[str, Any], warehouse: Warehouse | None, found: FaultSink) -> None:
    """Arrive while the warehouse takes stock."""
    day = values["arrives_on"]
    if day is None or warehouse is None:
        return
    first, last = warehouse.valid_from or dt.date.min, warehouse.valid_to or dt.date.max
    if not first <= day <= last:
        texts = {
            "from_zh": warehouse.valid_from or "起初",
            "to_zh": warehouse.valid_to or "不限",
            "from_en": warehouse.valid_from or "the beginning",
            "to_en": warehouse.valid_to or "no end",
        }
        found.add("arrives_on", day, "warehouse_closed", **texts)
