"""Rules of marketplaces that are fed with stock, and of their fees for low stock."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from data.records_warehouses import MARKETPLACE
from data.rules import row_fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.catalogue import Catalogue
    from data.errors import Fault
    from data.records_warehouses import LowStockFee


def places(catalogue: Catalogue) -> Iterator[Fault]:
    """Every marketplace has a warehouse of its kind, and is the only one of its territory."""
    territories = {row.code: row.territory for row in catalogue.locations}
    stores = {row.id: row for row in catalogue.warehouses}
    # A warehouse that there is not is told of as a reference.
    known = [row for row in catalogue.marketplaces if row.warehouse in stores]
    at = {row.id: territories.get(stores[row.warehouse].location) for row in known}
    counts = Counter(at.values())
    for row in known:
        if stores[row.warehouse].kind != MARKETPLACE:
            zh, en = "该海外仓的类型应为 marketplace", "is no warehouse of the kind marketplace"
            yield row_fault(row, "warehouse", "marketplace-kind", zh, en)
        if counts[at[row.id]] > 1:
            zh, en = "同一关境只能有一行", "is not the only one of its territory"
            yield row_fault(row, "warehouse", "marketplace-twice", zh, en)


def bands(catalogue: Catalogue) -> Iterator[Fault]:
    """Least days of cover lie below most days, usual days of a transfer not above late ones, shares within 0 and 1."""
    for row in catalogue.marketplaces:
        asked = (
            ("low_days", row.low_days > 0, "应大于 0", "must be above 0"),
            ("high_days", row.high_days > row.low_days, "应大于可售天数下限", "must be above low_days"),
            ("lead_days", row.lead_days > 0, "应大于 0", "must be above 0"),
            ("late_days", row.late_days >= row.lead_days, "不得小于转仓天数", "must not be below lead_days"),
            ("sold_share", 0 < row.sold_share <= 1, "应大于 0 且不超过 1", "must be above 0 and at most 1"),
            ("limit_m3", row.limit_m3 is None or row.limit_m3 > 0, "应大于 0", "must be above 0"),
        )
        for column, is_met, zh, en in asked:
            if not is_met:
                yield row_fault(row, column, "marketplace-band", zh, en)


def tiers(catalogue: Catalogue) -> Iterator[Fault]:
    """Tiers of cover of one band of mass begin at 0, follow each other, and end at the least days of the band."""
    ends = {row.id: row.low_days for row in catalogue.marketplaces}
    for rows in _groups(catalogue, "mass"):
        ordered = sorted(rows, key=lambda row: row.from_days)
        if ordered[0].from_days != 0:
            yield row_fault(ordered[0], "from_days", "low-tier", "首档应从 0 开始", "the first tier must begin at 0")
        for row, following in pairwise(ordered):
            if following.from_days != row.to_days:
                zh, en = f"应接第 {row.row.line} 行的可售天数止", f"must be to_days of line {row.row.line}"
                yield row_fault(following, "from_days", "low-tier", zh, en)
        last = ordered[-1]
        if last.to_days != ends.get(last.marketplace, last.to_days) or last.to_days <= last.from_days:
            zh, en = "末档应止于可售天数下限", "the last tier must end at low_days of the marketplace"
            yield row_fault(last, "to_days", "low-tier", zh, en)


def masses(catalogue: Catalogue) -> Iterator[Fault]:
    """Bands of mass of one tier begin at 0 and follow each other, or there is one row."""
    for rows in _groups(catalogue, "tier"):
        ordered = sorted(rows, key=lambda row: row.above_kg or 0)
        if len(ordered) == 1 and ordered[0].above_kg is None:
            continue
        if ordered[0].above_kg != 0:
            yield row_fault(ordered[0], "above_kg", "low-mass", "首档应从 0 开始", "the first band must begin at 0")
        for row, following in pairwise(ordered):
            if row.to_kg is None or following.above_kg != row.to_kg:
                zh, en = f"应接第 {row.row.line} 行的重量止", f"must be to_kg of line {row.row.line}"
                yield row_fault(following, "above_kg", "low-mass", zh, en)


def _groups(catalogue: Catalogue, kind: str) -> list[list[LowStockFee]]:
    """Return rows of one marketplace and band of mass, or of one marketplace and tier of cover, together."""
    found: dict[object, list[LowStockFee]] = {}
    for row in catalogue.low_stock_fees:
        key = (row.above_kg, row.to_kg) if kind == "mass" else (row.from_days, row.to_days)
        found.setdefault((row.marketplace, key), []).append(row)
    return list(found.values())


RULES = (
    rule(places, "marketplaces", "warehouses", "locations"),
    rule(bands, "marketplaces"),
    rule(tiers, "low_stock_fees", "marketplaces"),
    rule(masses, "low_stock_fees"),
)
