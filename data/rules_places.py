"""Rules of locations, lines on maps, and settings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from data.errors import LogisticsError
from data.rules import plain_fault, row_fault, rule
from data.timeaxis import read_epoch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from data.catalogue import Catalogue
    from data.errors import Fault
    from data.records import Location

_MAX_LAT = 90
_MAX_LON = 180
# Possessive, so that a long line that is wrong is not tried in many ways.
_POINT = r"-?[0-9]{1,3}+(?:\.[0-9]++)?+ -?(?:[0-8]?[0-9](?:\.[0-9]++)?+|90(?:\.0++)?+)"
_WKT = re.compile(rf"LINESTRING ?\({_POINT}(?:, ?{_POINT})++\)")
_MAX_DIGITS = 9
_MAX_HORIZON_DAYS = 3660
_MAX_SEARCH_DAYS = 120


def coordinates(catalogue: Catalogue) -> Iterator[Fault]:
    """Latitudes lie within 90 degrees and longitudes within 180."""
    for location in catalogue.locations:
        if abs(location.lat) > _MAX_LAT:
            yield row_fault(location, "lat", "coordinates", "纬度应在 -90 至 90 之间", "must be from -90 to 90")
        if abs(location.lon) > _MAX_LON:
            yield row_fault(location, "lon", "coordinates", "经度应在 -180 至 180 之间", "must be from -180 to 180")


def unique_names(catalogue: Catalogue) -> Iterator[Fault]:
    """No two locations have the same name in one language; aliases may clash."""
    yield from _repeated(catalogue, "name_zh", lambda location: location.name_zh)
    yield from _repeated(catalogue, "name_en", lambda location: location.name_en.casefold())


def _repeated(catalogue: Catalogue, column: str, name_of: Callable[[Location], str]) -> Iterator[Fault]:
    """Yield the locations whose name another one has already."""
    first: dict[str, Location] = {}
    for location in catalogue.locations:
        other = first.setdefault(name_of(location), location)
        if other is not location:
            yield row_fault(
                location, column, "unique-name", f"与 {other.code} 同名", f"is the name of {other.code} already"
            )


def line_text(catalogue: Catalogue) -> Iterator[Fault]:
    """Lines are written as LINESTRING with at least two points, latitudes within 90 degrees."""
    for line in catalogue.geometry:
        if not _WKT.fullmatch(line.wkt):
            yield row_fault(
                line,
                "wkt",
                "line",
                "应为 LINESTRING (经度 纬度, 经度 纬度, ...), 纬度在 -90 至 90 之间",
                "must be LINESTRING (lon lat, lon lat, ...) with latitudes from -90 to 90",
            )


def _is_whole(text: str) -> bool:
    """Return whether a setting is a whole number of bounded length, 0 included."""
    return text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS


def _is_count(text: str) -> bool:
    """Return whether a setting is a whole number above 0."""
    return _is_whole(text) and int(text) > 0


def _is_horizon(text: str) -> bool:
    """Return whether a setting is a number of days the planning calendar can cover."""
    return _is_count(text) and int(text) <= _MAX_HORIZON_DAYS


def _is_epoch(text: str) -> bool:
    """Return whether a setting is a midnight in UTC."""
    try:
        read_epoch(text)
    except LogisticsError:
        return False
    return True


def _is_search_window(text: str) -> bool:
    """Return whether a setting is a number of days the search can cover."""
    return _is_count(text) and int(text) <= _MAX_SEARCH_DAYS


def _is_currency(text: str) -> bool:
    """Return whether a setting is a currency code."""
    return re.fullmatch("[A-Z]{3}", text) is not None


_WHOLE = ("应为整数, 最多 9 位", "must be a whole number of at most 9 digits")
_COUNT = ("应为大于 0 的整数, 最多 9 位", "must be a whole number above 0 of at most 9 digits")
REQUIRED_SETTINGS: dict[str, tuple[Callable[[str], bool], str, str]] = {
    "planning_epoch": (_is_epoch, "应为 UTC 零点, 如 2026-01-01T00:00Z", "must be a UTC midnight: 2026-01-01T00:00Z"),
    "horizon_days": (_is_horizon, "应为 1 至 3660 的整数", "must be a whole number from 1 to 3660"),
    "search_days": (_is_search_window, "应为 1 至 120 的整数", "must be a whole number from 1 to 120"),
    "max_boxes": (_is_count, *_COUNT),
    "max_trucks": (_is_count, *_COUNT),
    "min_box_fill_percent": (_is_whole, *_WHOLE),
    "reliability_samples": (_is_count, *_COUNT),
    "reliability_seed": (_is_whole, *_WHOLE),
    "on_time_tolerance_min": (_is_whole, *_WHOLE),
    "base_currency": (_is_currency, "应为币种代码", "must be a currency code"),
}
"""The settings a data set must have: how to tell a good value, and what to say of a bad one."""


def setting_values(catalogue: Catalogue) -> Iterator[Fault]:
    """Every setting that planning reads has a value it can use."""
    for setting in catalogue.settings:
        if setting.key in REQUIRED_SETTINGS:
            is_good, zh, en = REQUIRED_SETTINGS[setting.key]
            if not is_good(setting.value):
                yield row_fault(setting, "value", "setting-value", f"{setting.key} {zh}", f"{setting.key} {en}")


def missing_settings(catalogue: Catalogue) -> Iterator[Fault]:
    """No setting that planning reads is missing."""
    present = {setting.key for setting in catalogue.settings}
    for key in REQUIRED_SETTINGS:
        if key not in present:
            yield plain_fault("settings", "missing-setting", f"缺少参数 {key}", f"the setting {key} is missing")


def base_currency(catalogue: Catalogue) -> Iterator[Fault]:
    """Every price is based on CNY, which costs one CNY and has two minor-unit digits."""
    for setting in catalogue.settings:
        if setting.key == "base_currency" and setting.value != "CNY":
            yield row_fault(setting, "value", "base-currency", "汇率以人民币计, 应为 CNY", "must be CNY, as rates are")
    for rate in catalogue.fx:
        if rate.currency == "CNY" and (rate.cny_per_unit != 1 or rate.exponent != 2):  # noqa: PLR2004 - fen
            yield row_fault(
                rate, "cny_per_unit", "base-currency", "CNY 应为 1, 小数位 2", "CNY must be 1 with exponent 2"
            )


RULES = (
    rule(coordinates, "locations"),
    rule(unique_names, "locations"),
    rule(line_text, "geometry"),
    rule(setting_values, "settings"),
    rule(missing_settings, "settings", only_complete=True),
    rule(base_currency, "settings", "fx"),
)
