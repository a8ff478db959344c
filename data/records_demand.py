"""Records of the tables of the demand profile, from which sample weeks are drawn; columns as in ``schema/``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.provenance import Row

if TYPE_CHECKING:
    from decimal import Decimal

    from data.codes import ClearanceDirection, DemandTrait


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandGoods(Row):
    """Goods of the demand profile; columns as in ``schema/demand_goods.csv``."""

    id: str
    name_zh: str
    name_en: str
    hs: tuple[str, ...]
    volume_factor: Decimal
    density_kg_m3: Decimal
    density_sigma: Decimal
    value_per_kg: Decimal
    currency: str
    value_sigma: Decimal
    carton_kg: Decimal
    parcel_kg: Decimal
    piece_sigma: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandSite(Row):
    """A home end of shipments, and what it ships; columns as in ``schema/demand_sites.csv``."""

    id: str
    location: str
    direction: ClearanceDirection
    area: str
    goods: str
    weight: Decimal
    shippers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandMarket(Row):
    """A market group of the demand profile; columns as in ``schema/demand_markets.csv``."""

    id: str
    name_zh: str
    name_en: str
    slack_factor: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandPlace(Row):
    """A foreign end of shipments; columns as in ``schema/demand_places.csv``."""

    id: str
    market: str
    location: str
    direction: ClearanceDirection
    regime: str | None
    weight: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandRegime(Row):
    """Sizes and time limits of shipments under a regime; columns as in ``schema/demand_regimes.csv``."""

    id: str
    direction: ClearanceDirection
    regime: str
    volume_m3: Decimal
    volume_sigma: Decimal
    volume_min_m3: Decimal
    volume_max_m3: Decimal
    mass_max_kg: Decimal
    density_factor: Decimal
    value_factor: Decimal
    slack_days: Decimal
    slack_sigma: Decimal
    slack_min_days: Decimal
    slack_max_days: Decimal
    counts_parcels: bool
    split_ppm: int
    box_from_m3: Decimal | None
    box_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandShare(Row):
    """A factor of the share of a market or a regime; columns as in ``schema/demand_shares.csv``."""

    id: str
    direction: ClearanceDirection
    area: str | None
    goods: str | None
    market: str | None
    regime: str | None
    month: int | None
    factor: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandTraitShare(Row):
    """How often goods have a trait; columns as in ``schema/demand_traits.csv``."""

    id: str
    goods: str
    market: str | None
    trait: DemandTrait
    share_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandClass(Row):
    """A class of urgency; columns as in ``schema/demand_classes.csv``."""

    id: str
    name_zh: str
    name_en: str
    regime: str | None
    weight: Decimal
    slack_factor: Decimal
    priority: int
    late_ppm_per_day: int
    unserved_ppm: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandDay(Row):
    """How much cargo gets ready on a day of the week; columns as in ``schema/demand_days.csv``."""

    id: str
    weekday: int
    weight: Decimal
