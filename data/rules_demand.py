"""Rules of the demand profile, from which sample weeks are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.rules import row_fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.catalogue import Catalogue
    from data.errors import Fault
    from data.records_demand import DemandPlace, DemandShare

_MILLION = 1_000_000
_MONTHS = 12
_WEEKDAYS = 7
_PRIORITIES = 5


def shares(catalogue: Catalogue) -> Iterator[Fault]:
    """No share is more than the whole."""
    rows = (
        *((row, "split_ppm", row.split_ppm) for row in catalogue.demand_regimes),
        *((row, "box_ppm", row.box_ppm) for row in catalogue.demand_regimes),
        *((row, "share_ppm", row.share_ppm) for row in catalogue.demand_traits),
    )
    for row, column, value in rows:
        if value > _MILLION:
            yield row_fault(row, column, "demand-share", "比例不得大于 1000000", "must be at most 1000000")


def sizes(catalogue: Catalogue) -> Iterator[Fault]:
    """Medians lie within their limits, and what is multiplied is above zero."""
    for row in catalogue.demand_regimes:
        if not 0 < row.volume_min_m3 <= row.volume_m3 <= row.volume_max_m3:
            yield row_fault(row, "volume_m3", "demand-size", "中位数应在最小与最大之间", "must lie within its limits")
        if not 0 < row.slack_min_days <= row.slack_days <= row.slack_max_days:
            yield row_fault(row, "slack_days", "demand-size", "中位数应在最短与最长之间", "must lie within its limits")
    for goods in catalogue.demand_goods:
        for column in ("volume_factor", "density_kg_m3", "value_per_kg", "carton_kg", "parcel_kg"):
            if getattr(goods, column) <= 0:
                yield row_fault(goods, column, "demand-size", "应大于 0", "must be above 0")


def numbers(catalogue: Catalogue) -> Iterator[Fault]:
    """Months, weekdays, priorities and firms are counted from 1."""
    rows = (
        *((row, "month", row.month, _MONTHS) for row in catalogue.demand_shares if row.month is not None),
        *((row, "weekday", row.weekday, _WEEKDAYS) for row in catalogue.demand_days),
        *((row, "priority", row.priority, _PRIORITIES) for row in catalogue.demand_classes),
        *((row, "shippers", row.shippers, _MILLION) for row in catalogue.demand_sites),
    )
    for row, column, value, most in rows:
        if not 1 <= value <= most:
            yield row_fault(row, column, "demand-number", f"应在 1 至 {most} 之间", f"must be from 1 to {most}")


def regimes(catalogue: Catalogue) -> Iterator[Fault]:
    """Every regime that has a share or a place has sizes."""
    known = {(row.direction, row.regime) for row in catalogue.demand_regimes}
    rows: tuple[DemandShare | DemandPlace, ...] = (*catalogue.demand_shares, *catalogue.demand_places)
    for row in rows:
        if row.regime is not None and (row.direction, row.regime) not in known:
            yield row_fault(
                row,
                "regime",
                "demand-regime",
                "表 demand_regimes 中没有此方向的这种监管方式",
                "has no row of this direction in the table demand_regimes",
            )


RULES = (
    rule(shares, "demand_regimes", "demand_traits"),
    rule(sizes, "demand_regimes", "demand_goods"),
    rule(numbers, "demand_shares", "demand_days", "demand_classes", "demand_sites"),
    rule(regimes, "demand_regimes", "demand_shares", "demand_places"),
)
