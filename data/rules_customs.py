"""Rules of the tables about customs: ranges, areas, rates, periods and conditions of regimes."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from data.rules import plain_fault, row_fault, rule

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from data.catalogue import Catalogue
    from data.errors import Fault

_RANGES = {
    "destination_rules": ("vat_percent",),
    "duty_rates": ("percent", "amount"),
    "low_value_rules": ("percent", "amount"),
    "excise_rates": ("percent", "amount"),
    "customs_fees": ("percent", "amount"),
    "vat_refunds": ("percent",),
}
_AREAS = ("duty_rates", "low_value_rules", "excise_rates", "customs_fees")
_PREFIX = re.compile(r"\*|\d{2}|\d{4}|\d{6}|\d{8}|\d{10}", re.ASCII)
_VAT_PARTS = ("customs_value", "duty", "excise", "fees", "freight", "insurance", "arrival_handling", "delivery")
_NUMBERS = ("value", "buyer_year_value", "days_since_export")
_AMOUNTS = ("value", "buyer_year_value")
_WORDS = {
    "customer": ("b2c", "b2b", "stock"),
    "credit": ("aeo", "ordinary", "dishonest"),
    "way": ("port", "transit", "integration"),
}
# Columns that may be the same in two rows only if these are never in force together.
_PERIODS = {
    "destination_rules": ("territory",),
    "duty_rates": ("area", "hs", "origin", "exporter", "layer", "needs"),
    "excise_rates": ("area", "hs"),
    "vat_refunds": ("hs",),
    "customs_fx": ("currency",),
    "credit_grades": ("grade",),
    "regime_mixing": ("scope", "first", "second"),
}


def ranges(catalogue: Catalogue) -> Iterator[Fault]:
    """Ask that what may be less or more lies around what is taken."""
    for table, columns in _RANGES.items():
        for row in catalogue.table(table):
            for column in columns:
                low, point, high = (getattr(row, f"{column}{end}") for end in ("_low", "", "_high"))
                given = [value for value in (low, point, high) if value is not None]
                if (given and point is None) or given != sorted(given):
                    zh, en = "应在下限与上限之间", "must lie between its least and its most"
                    yield row_fault(row, column, "rate-range", zh, en)


def areas(catalogue: Catalogue) -> Iterator[Fault]:
    """Ask that an area is a territory or a customs area of some."""
    known = {row.code for row in catalogue.territories} | {row.customs_area for row in catalogue.territories}
    for table in _AREAS:
        for row in catalogue.table(table):
            if getattr(row, "area") not in known:  # noqa: B009 - rows of several types
                zh, en = "不是关境或关税区", "is neither a territory nor a customs area"
                yield row_fault(row, "area", "customs-area", zh, en)
    codes = {row.code for row in catalogue.territories} | {"*"}
    for rate in catalogue.duty_rates:
        if rate.origin not in codes:
            yield row_fault(rate, "origin", "customs-area", "不是关境", "is not a territory")


def commodity_prefixes(catalogue: Catalogue) -> Iterator[Fault]:
    """Ask that commodity codes are written by their first digits."""
    zh, en = "应为 2、4、6、8 或 10 位数字", "must be 2, 4, 6, 8 or 10 digits"
    for table in ("duty_rates", "excise_rates", "vat_refunds", "hs_codes"):
        for row in catalogue.table(table):
            if not _PREFIX.fullmatch(getattr(row, "hs")):  # noqa: B009 - rows of several types
                yield row_fault(row, "hs", "commodity-prefix", zh, en)
    for rule_row in catalogue.low_value_rules:
        if not all(_PREFIX.fullmatch(text) for text in rule_row.except_hs):
            yield row_fault(rule_row, "except_hs", "commodity-prefix", zh, en)


def rate_parts(catalogue: Catalogue) -> Iterator[Fault]:
    """Ask that a rate has the parts that its way to combine them needs."""
    rows: list[Any] = [*catalogue.duty_rates, *catalogue.excise_rates]
    rows += [row for row in catalogue.low_value_rules if row.duty == "rate"]
    for row in rows:
        has_amount = row.amount is not None and row.currency is not None and row.unit is not None
        if (row.combine != "amount" and row.percent is None) or (row.combine != "percent" and not has_amount):
            zh, en = "缺少税率、金额、币种或单位", "lacks its percentage, or its amount with currency and unit"
            yield row_fault(row, "combine", "rate-parts", zh, en)
    for rule_row in catalogue.low_value_rules:
        if rule_row.duty == "per_line" and (rule_row.amount is None or rule_row.currency is None):
            yield row_fault(rule_row, "duty", "rate-parts", "缺少金额或币种", "lacks its amount or currency")
    for fee in catalogue.customs_fees:
        needed = fee.amount if fee.basis in {"consignment", "line"} else fee.percent
        if needed is None or fee.currency is None:
            yield row_fault(fee, "basis", "rate-parts", "缺少费率、金额或币种", "lacks its rate, amount or currency")


def bands(catalogue: Catalogue) -> Iterator[Fault]:
    """Ask that a band of values ends above where it begins."""
    rows: list[Any] = [*catalogue.low_value_rules, *catalogue.customs_fees]
    for row in rows:
        if row.above is not None and row.limit is not None and row.limit <= row.above:
            yield row_fault(row, "limit", "value-band", "应大于下限", "must be above its lower bound")


def inside_rates(catalogue: Catalogue) -> Iterator[Fault]:
    """Ask that an excise that is part of its own base leaves something."""
    for row in catalogue.excise_rates:
        most = max(row.percent or 0, row.percent_high or 0)
        if row.is_inside and most >= 100:  # noqa: PLR2004 - percent
            yield row_fault(
                row, "percent", "inside-rate", "价内税应低于 100", "must be below 100: it is inside its base"
            )


def home_territory(catalogue: Catalogue) -> Iterator[Fault]:
    """Ask that the home territory, which questions about customs start from, is one of the territories."""
    codes = {row.code for row in catalogue.territories}
    for setting in catalogue.settings:
        if setting.key == "home_territory" and setting.value not in codes:
            yield row_fault(setting, "value", "home-territory", "没有这个关境", "is not a territory")


def needed_home(catalogue: Catalogue) -> Iterator[Fault]:
    """Ask for the home territory where there are regimes."""
    if catalogue.regimes and all(setting.key != "home_territory" for setting in catalogue.settings):
        zh, en = "缺少参数 home_territory", "the setting home_territory is missing"
        yield plain_fault("settings", "missing-setting", zh, en)


def vat_parts(catalogue: Catalogue) -> Iterator[Fault]:
    """Ask that the base of VAT is made of known parts, and that an inside tax leaves something."""
    for row in catalogue.destination_rules:
        if not set(row.vat_base) <= set(_VAT_PARTS):
            known = ", ".join(_VAT_PARTS)
            yield row_fault(row, "vat_base", "vat-base", f"应取自 {known}", f"must be of {known}")
        percent = row.vat_percent
        if percent is None or (row.vat_inside and (row.vat_percent_high or percent) >= 100):  # noqa: PLR2004 - percent
            yield row_fault(
                row, "vat_percent", "vat-base", "应有税率；价内税低于 100", "must be given; inside, below 100"
            )


def periods(catalogue: Catalogue) -> Iterator[Fault]:
    """Ask that of rows about the same thing one is in force at a time."""
    for table, columns in _PERIODS.items():
        groups: dict[object, list[Any]] = {}
        for row in catalogue.table(table):
            groups.setdefault(attrgetter(*columns)(row), []).append(row)
        for rows in groups.values():
            yield from _overlaps(sorted(rows, key=attrgetter("valid_from")))


def _overlaps(rows: list[Any]) -> Iterator[Fault]:
    """Yield a fault for each row that begins before an earlier one has ended."""
    last: dt.date | None = None
    for number, row in enumerate(rows):
        if number and (last is None or row.valid_from <= last):
            zh, en = "与较早一行的有效期重叠", "begins before an earlier row about the same ends"
            yield row_fault(row, "valid_from", "period-overlap", zh, en)
        ends_later = number == 0 or (last is not None and (row.valid_to is None or row.valid_to > last))
        last = row.valid_to if ends_later else last


def conditions(catalogue: Catalogue) -> Iterator[Fault]:
    """Ask that a condition of a regime has values its fact can have."""
    for row in catalogue.regime_rules:
        if (row.test == "at_most") != (row.fact in _NUMBERS):
            zh, en = "与事实的类型不符", "does not suit the kind of the fact"
            yield row_fault(row, "test", "regime-condition", zh, en)
        elif row.test == "at_most":
            if not _is_number(row.value) or (row.currency is None) == (row.fact in _AMOUNTS):
                zh, en = "应为数字；金额须有币种", "must be a number, with a currency if it is money"
                yield row_fault(row, "value", "regime-condition", zh, en)
        elif not set(row.value.split(";")) <= set(_WORDS.get(row.fact, ("yes", "no"))):
            known = ", ".join(_WORDS.get(row.fact, ("yes", "no")))
            yield row_fault(row, "value", "regime-condition", f"应取自 {known}", f"must be of {known}")


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite() and Decimal(text) >= 0
    except InvalidOperation:
        return False


def mixed_regimes(catalogue: Catalogue) -> Iterator[Fault]:
    """Ask that what may be together is said of regimes there are."""
    known = {row.code for row in catalogue.regimes}
    for row in catalogue.regime_mixing:
        for column, allowed in (("first", known), ("second", known | {"*"})):
            if getattr(row, column) not in allowed:
                yield row_fault(row, column, "regime-code", "没有这个监管方式", "is no regime of the table regimes")


RULES = (
    rule(ranges, *_RANGES),
    rule(areas, "territories", *_AREAS),
    rule(commodity_prefixes, "duty_rates", "excise_rates", "vat_refunds", "hs_codes", "low_value_rules"),
    rule(rate_parts, "duty_rates", "excise_rates", "low_value_rules", "customs_fees"),
    rule(inside_rates, "excise_rates"),
    rule(home_territory, "settings", "territories"),
    rule(needed_home, "regimes", "settings", only_complete=True),
    rule(bands, "low_value_rules", "customs_fees"),
    rule(vat_parts, "destination_rules"),
    rule(periods, *_PERIODS),
    rule(conditions, "regime_rules"),
    rule(mixed_regimes, "regimes", "regime_mixing"),
)
