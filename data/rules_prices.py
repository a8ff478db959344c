"""Rules of tariffs and through rates."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING

from data.rules import row_fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.catalogue import Catalogue
    from data.errors import Fault
    from data.records import Tariff, ThroughRate

    Pairs = frozenset[tuple[str | None, str | None]]

_DAY = dt.timedelta(days=1)
_OPTION = attrgetter("service", "origin", "destination", "product", "unit")
_PERIOD = attrgetter("valid_from", "valid_to")
_UNIT_KINDS = {"fcl": "box", "ftl": "truck"}
_BASIS_PRODUCTS = {"per_box": "fcl", "per_truck": "ftl"}


def _options(catalogue: Catalogue) -> dict[object, list[Tariff]]:
    """Return the rows of each tariff option."""
    options: dict[object, list[Tariff]] = {}
    for row in catalogue.tariffs:
        options.setdefault(_OPTION(row), []).append(row)
    return options


def tariff_periods(catalogue: Catalogue) -> Iterator[Fault]:
    """Every tariff option, and each break of it, is valid in consecutive periods without gap or overlap."""
    groups: dict[object, list[Tariff]] = {}
    for row in catalogue.tariffs:
        groups.setdefault((_OPTION(row), row.break_kg), []).append(row)
    for rows in groups.values():
        if len(rows) > 1:
            yield from _uneven_periods(rows)


def _uneven_periods(rows: list[Tariff]) -> Iterator[Fault]:
    """Yield the rows that do not begin the day after the row before them ends."""
    for before, row in pairwise(sorted(rows, key=_PERIOD)):
        if row.valid_from <= before.valid_to:
            yield row_fault(
                row,
                "valid_from",
                "tariff-overlap",
                f"与 {before.id} 的有效期重叠 (至 {before.valid_to})",
                f"overlaps {before.id}, which is valid to {before.valid_to}",
            )
        elif row.valid_from > before.valid_to + _DAY:
            yield row_fault(
                row,
                "valid_from",
                "tariff-gap",
                f"与 {before.id} 的有效期之间有空档 (至 {before.valid_to})",
                f"leaves a gap after {before.id}, which is valid to {before.valid_to}",
            )


def tariff_breaks(catalogue: Catalogue) -> Iterator[Fault]:
    """Every row of a scale, and no other row, names a break."""
    for row in catalogue.tariffs:
        if (row.basis == "breaks") != (row.break_kg is not None):
            yield row_fault(
                row,
                "break_kg",
                "scale-break",
                "计价基础为 breaks 时必填, 否则应为空",
                "must be given if the basis is breaks, and be empty otherwise",
            )


def tariff_scales(catalogue: Catalogue) -> Iterator[Fault]:
    """Every row of an option has one basis, one currency at a time, and a scale the same breaks at all times."""
    for rows in _options(catalogue).values():
        if len(rows) == 1:
            continue
        first_of_period: dict[dt.date, Tariff] = {}
        for row in rows:
            yield from _unlike(row, rows[0], "basis")
            yield from _unlike(row, first_of_period.setdefault(row.valid_from, row), "currency")
        yield from _ragged_scale(rows)


def _unlike(row: Tariff, other: Tariff, column: str) -> Iterator[Fault]:
    """Yield a fault if a row differs in a column from another of the same option."""
    if getattr(row, column) != getattr(other, column):
        yield row_fault(
            row, column, "scale-mixture", f"与同一运价 {other.id} 不一致", f"differs from {other.id}, the same option"
        )


def _ragged_scale(rows: list[Tariff]) -> Iterator[Fault]:
    """Yield the rows of a scale that are valid in periods in which other breaks are not."""
    breaks = {row.break_kg for row in rows}
    periods: dict[object, set[int | None]] = {}
    for row in rows:
        periods.setdefault(_PERIOD(row), set()).add(row.break_kg)
    for row in rows:
        missing = breaks - periods[_PERIOD(row)]
        if missing:
            weights = ", ".join(str(weight) for weight in sorted(weight or 0 for weight in missing))
            yield row_fault(
                row,
                "valid_from",
                "scale-period",
                f"同一有效期缺少重量级 {weights}",
                f"is a period in which the scale has no break {weights}",
            )


def tariff_units(catalogue: Catalogue) -> Iterator[Fault]:
    """Every fcl price names a box and every ftl price a truck."""
    kinds: dict[str | None, str] = {unit.code: unit.kind for unit in catalogue.load_units}
    for row in catalogue.tariffs:
        kind = _UNIT_KINDS.get(row.product)
        if kind is not None and kinds.get(row.unit) != kind:
            yield row_fault(
                row,
                "unit",
                "tariff-unit",
                f"{row.product} 应注明类型为 {kind} 的装载单元",
                f"must name a {kind} for {row.product}",
            )


def tariff_bases(catalogue: Catalogue) -> Iterator[Fault]:
    """Every price per box is of product fcl and every price per truck of ftl, and fcl has no other."""
    for row in catalogue.tariffs:
        product = _BASIS_PRODUCTS.get(row.basis)
        if (product is not None and product != row.product) or (row.product == "fcl" and row.basis != "per_box"):
            yield row_fault(
                row, "basis", "tariff-basis", f"不适用于产品 {row.product}", f"cannot price the product {row.product}"
            )


def tariff_pairs(catalogue: Catalogue) -> Iterator[Fault]:
    """Every price is of a pair of calls its service makes in that order, with boarding and alighting allowed."""
    pairs = catalogue.derived(_pairs)
    for row in catalogue.tariffs:
        if (row.origin, row.destination) not in pairs.get(row.service, frozenset()):
            zh = f"班次 {row.service} 不运 {row.origin or '任一站'} → {row.destination or '任一站'}"
            en = f"service {row.service} does not carry {row.origin or 'any call'} → {row.destination or 'any call'}"
            yield row_fault(row, "destination", "tariff-pair", zh, en)


def _pairs(catalogue: Catalogue) -> dict[str, Pairs]:
    """Return by service the pairs of places it carries between, None standing for any place."""
    pairs: dict[str, Pairs] = {}
    for service in catalogue.services:
        calls = catalogue.calls_of(service.id)
        exact = {
            (start.location, end.location)
            for place, start in enumerate(calls)
            if start.can_board
            for end in calls[place + 1 :]
            if end.can_alight
        }
        starts = {(start, None) for start, _ in exact}
        ends = {(None, end) for _, end in exact}
        anywhere: set[tuple[None, None]] = {(None, None)} if exact else set()
        pairs[service.id] = frozenset(exact | starts | ends | anywhere)
    return pairs


def through_pairs(catalogue: Catalogue) -> Iterator[Fault]:
    """Every through rate's services carry from its origin to its hub, and on from there to its destination."""
    pairs = catalogue.derived(_pairs)
    for row in catalogue.through_rates:
        if (row.origin, row.hub) not in pairs.get(row.first_service, frozenset()):
            yield _through_fault(row, "first_service", f"{row.origin} → {row.hub}")
        if (row.hub, row.destination) not in pairs.get(row.second_service, frozenset()):
            yield _through_fault(row, "second_service", f"{row.hub} → {row.destination}")


def _through_fault(row: ThroughRate, column: str, pair: str) -> Fault:
    """Return the fault of a through rate whose service does not carry between two places."""
    return row_fault(row, column, "through-pair", f"该班次不运 {pair}", f"does not carry {pair}")


def through_prices(catalogue: Catalogue) -> Iterator[Fault]:
    """Every through rate's second service has an air tariff, to which the addon is added."""
    with_air = {row.service for row in catalogue.tariffs if row.product == "air"}
    for row in catalogue.through_rates:
        if row.second_service not in with_air:
            yield row_fault(
                row, "second_service", "through-price", "该班次没有 air 运价, 无从加价", "has no air tariff to add to"
            )


RULES = (
    rule(tariff_periods, "tariffs"),
    rule(tariff_breaks, "tariffs"),
    rule(tariff_scales, "tariffs"),
    rule(tariff_units, "tariffs", "load_units"),
    rule(tariff_bases, "tariffs"),
    rule(tariff_pairs, "tariffs", "services", "calls"),
    rule(through_pairs, "through_rates", "services", "calls"),
    rule(through_prices, "through_rates", "tariffs"),
)
