"""Every breach of the rules of marketplaces is named at its column; the shipped rows, which load, break none."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from data import TableFaultsError, load_catalogue

if TYPE_CHECKING:
    from data import Catalogue


@pytest.fixture(scope="module")
def tables() -> Catalogue:
    """Return the shipped data set."""
    return load_catalogue()


def faults(catalogue: Catalogue, **tables: object) -> set[tuple[str | None, str]]:
    """Return the columns and rules of all faults that a data set with other rows is refused for."""
    with pytest.raises(TableFaultsError) as caught:
        catalogue.replace(**tables)  # type: ignore[arg-type]
    return {(fault.column, fault.rule) for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("column", "rule", "changes"),
    [
        ("warehouse", "marketplace-kind", {"warehouse": "GC-DE"}),
        ("warehouse", "dangling-reference", {"warehouse": "NOWHERE"}),
        ("warehouse", "marketplace-twice", {"warehouse": "AMZ-US"}),
        ("low_days", "marketplace-band", {"low_days": 0}),
        ("high_days", "marketplace-band", {"high_days": 28}),
        ("lead_days", "marketplace-band", {"lead_days": 0}),
        ("late_days", "marketplace-band", {"late_days": 6}),
        ("sold_share", "marketplace-band", {"sold_share": Decimal("1.2")}),
        ("limit_m3", "marketplace-band", {"limit_m3": Decimal(0)}),
    ],
)
def test_breaches_of_marketplaces(tables: Catalogue, column: str, rule: str, changes: dict[str, object]) -> None:
    """One change of the first row breaks the rule."""
    first, *others = tables.marketplaces
    changed = [replace(first, **changes), *others]  # type: ignore[arg-type]
    assert (column, rule) in faults(tables, marketplaces=changed)


@pytest.mark.parametrize(
    ("column", "rule", "place", "changes"),
    [
        ("marketplace", "dangling-reference", 0, {"marketplace": "MP.X"}),
        ("from_days", "low-tier", 0, {"from_days": 1}),
        ("from_days", "low-tier", 1, {"from_days": 15}),
        ("to_days", "low-tier", 2, {"to_days": 27}),
        ("price", "sign", 0, {"price": Decimal(-1)}),
        ("above_kg", "low-mass", 0, {"above_kg": Decimal("0.1")}),
        ("above_kg", "low-mass", 3, {"above_kg": Decimal("0.5")}),
    ],
)
def test_breaches_of_fees(tables: Catalogue, column: str, rule: str, place: int, changes: dict[str, object]) -> None:
    """One change of a row breaks the rule."""
    rows = list(tables.low_stock_fees)
    rows[place] = replace(rows[place], **changes)  # type: ignore[arg-type]
    assert (column, rule) in faults(tables, low_stock_fees=rows)
