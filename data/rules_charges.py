"""Rules of surcharges, handling, storage, stuffing, clearance and restrictions."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, get_args

from data.codes import LocationKind
from data.rules import row_fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from data.catalogue import Catalogue
    from data.errors import Fault
    from data.provenance import Row
    from data.records import Storage

_KINDS = frozenset(get_args(LocationKind))
_SCOPES = {
    "handling": ("location", "kind", "territory", "mode", "direction", "form"),
    "storage": ("location", "kind", "territory", "form", "from_day"),
    "stuffing": ("location", "kind", "territory", "direction"),
    "clearance": ("territory", "direction", "regime", "kind"),
}
_PLACED = ("handling", "storage", "stuffing")


def location_kinds(catalogue: Catalogue) -> Iterator[Fault]:
    """Every row for a kind of location names one that exists."""
    for name in _SCOPES:
        for row in catalogue.table(name):
            kind = getattr(row, "kind", None)
            if kind is not None and kind not in _KINDS:
                known = ", ".join(sorted(_KINDS))
                yield row_fault(row, "kind", "location-kind", f"应为其中之一: {known}", f"must be one of: {known}")


def scopes(catalogue: Catalogue) -> Iterator[Fault]:
    """Every row for places names a location, or a kind with or without a territory, or nothing."""
    for name in _PLACED:
        for row in catalogue.table(name):
            location, kind, territory = attrgetter("location", "kind", "territory")(row)
            if location is not None and (kind is not None or territory is not None):
                yield row_fault(
                    row, "location", "scope", "已指定地点, 类型与关境应为空", "leaves no room for a kind or territory"
                )
            elif territory is not None and location is None and kind is None:
                yield row_fault(row, "territory", "scope", "指定关境时须同时指定类型", "needs a kind beside it")


def unique_scopes(catalogue: Catalogue) -> Iterator[Fault]:
    """No two rows apply to exactly the same case, or which one counts would be chance."""
    for name, columns in _SCOPES.items():
        first: dict[object, Row] = {}
        for row in catalogue.table(name):
            other = first.setdefault(attrgetter(*columns)(row), row)
            if other is not row:
                yield row_fault(
                    row,
                    "id",
                    "unique-scope",
                    f"与第 {other.row.line} 行 ({_id(other)}) 适用范围相同",
                    f"applies to the same case as line {other.row.line} ({_id(other)})",
                )


def _id(row: Row) -> str:
    """Return the id of a row of any table that has one."""
    return str(attrgetter("id")(row))


def storage_tiers(catalogue: Catalogue) -> Iterator[Fault]:
    """Every place's storage tiers share one free time, and the first of them starts on day 1."""
    tiers: dict[object, list[Storage]] = {}
    for row in catalogue.storage:
        tiers.setdefault((row.location, row.kind, row.territory, row.form), []).append(row)
    for rows in tiers.values():
        first = min(rows, key=attrgetter("from_day"))
        if first.from_day != 1:
            yield row_fault(first, "from_day", "storage-start", "第一档应从第 1 天起", "must be 1 in the first tier")
        for row in rows:
            if row.free_min != rows[0].free_min:
                yield row_fault(
                    row,
                    "free_min",
                    "storage-free-time",
                    f"各档免费时间应相同 ({rows[0].id} 为 {rows[0].free_min})",
                    f"must be that of the other tiers: {rows[0].free_min} in {rows[0].id}",
                )


def surcharge_currencies(catalogue: Catalogue) -> Iterator[Fault]:
    """Every surcharge has a currency, unless it is a percentage."""
    for row in catalogue.surcharges:
        if (row.basis == "percent") != (row.currency is None):
            yield row_fault(
                row,
                "currency",
                "price-currency",
                "计价基础为 percent 时应为空, 否则必填",
                "must be empty if the basis is percent, and be given otherwise",
            )


def complete_prices(catalogue: Catalogue) -> Iterator[Fault]:
    """Every known rate has a basis and a currency."""
    priced: Iterable[Row] = (*catalogue.handling, *catalogue.stuffing, *catalogue.clearance)
    for row in priced:
        rate, basis, currency = attrgetter("rate", "basis", "currency")(row)
        if rate is not None and (basis is None or currency is None):
            yield row_fault(
                row, "rate", "price-parts", "有费率时须有计价基础与币种", "needs a basis and a currency beside it"
            )


def restriction_limits(catalogue: Catalogue) -> Iterator[Fault]:
    """Every limit has a value above 0, and a ban has none."""
    for row in catalogue.restrictions:
        if row.rule == "forbid" and row.value is not None:
            yield row_fault(row, "value", "restriction-limit", "forbid 不需限值, 应为空", "must be empty for forbid")
        elif row.rule != "forbid" and not row.value:
            yield row_fault(row, "value", "restriction-limit", "应为大于 0 的限值", "must be a limit above 0")


RULES = (
    rule(location_kinds, *_SCOPES),
    rule(scopes, *_PLACED),
    rule(unique_scopes, *_SCOPES),
    rule(storage_tiers, "storage"),
    rule(surcharge_currencies, "surcharges"),
    rule(complete_prices, "handling", "stuffing", "clearance"),
    rule(restriction_limits, "restrictions"),
)
