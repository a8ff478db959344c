"""Records of the tables of overseas warehouses and their fees; columns as in ``schema/``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.provenance import Row

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

    from data.codes import WarehouseAccess, WarehouseBasis, WarehouseFeeKind, WarehouseKind

MARKETPLACE: WarehouseKind = "marketplace"
"""The kind of warehouses that serve their own shop, and are fed from others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse(Row):
    """An overseas warehouse; columns as in ``schema/warehouses.csv``."""

    id: str
    location: str
    operator_zh: str
    operator_en: str
    access: WarehouseAccess
    kind: WarehouseKind
    area_m2: int | None
    capacity_m3: Decimal | None
    services: tuple[str, ...]
    opened: int | None
    bonded: bool
    class9: bool
    valid_from: dt.date | None
    valid_to: dt.date | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeCard(Row):
    """A card of fees; columns as in ``schema/fee_cards.csv``."""

    id: str
    name_zh: str
    name_en: str
    territory: str
    warehouse: str | None
    is_default: bool
    currency: str
    valid_from: dt.date | None
    valid_to: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseFee(Row):
    """One price of a card; columns as in ``schema/warehouse_fees.csv``."""

    id: str
    card: str
    fee: WarehouseFeeKind
    basis: WarehouseBasis
    unit: str | None
    zone: str | None
    from_day: int | None
    to_day: int | None
    above_kg: Decimal | None
    to_kg: Decimal | None
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class StockProfile(Row):
    """A number of the profile of samples; columns as in ``schema/stock_profile.csv``."""

    id: str
    value: Decimal
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach(Row):
    """A market that warehouses of a territory serve; columns as in ``schema/warehouse_reach.csv``."""

    id: str
    origin: str
    market: str
    zone: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRule(Row):
    """A number of decisions about stock; columns as in ``schema/stock_rules.csv``."""

    id: str
    value: Decimal
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Marketplace(Row):
    """A marketplace that is fed with stock; columns as in ``schema/marketplaces.csv``."""

    id: str
    warehouse: str
    low_days: int
    high_days: int
    lead_days: int
    late_days: int
    sold_share: Decimal
    limit_m3: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LowStockFee(Row):
    """A fee for pieces that are sold with too little cover; columns as in ``schema/low_stock_fees.csv``."""

    id: str
    marketplace: str
    from_days: int
    to_days: int
    above_kg: Decimal | None
    to_kg: Decimal | None
    price: Decimal
