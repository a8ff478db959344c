"""Rules of overseas warehouses, fee cards and their prices."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

from data.rules import overlaps, plain_fault, row_fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from data.catalogue import Catalogue
    from data.errors import Fault
    from data.records_warehouses import WarehouseFee

SERVICES = (
    "storage",
    "pick_pack",
    "transit",
    "fba_transfer",
    "returns",
    "b2b",
    "last_mile",
    "customs",
    "showroom",
)
"""What a warehouse may offer."""
ALERT_DAYS = "stock_alert_days"
"""The setting that says how far ahead alerts look."""
ORIGIN = "stock_origin"
"""The setting that says where stock leaves from unless another place is named."""
WEAK_GAP = "stock_gap_percent"
"""The setting that says above which gap a stocking plan is no advice yet."""

_BASES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "storage": frozenset({"per_m3_day"}),
        "unloading": frozenset({"per_box"}),
        "inbound": frozenset({"per_pallet", "per_carton"}),
        "pick_pack": frozenset({"per_first_item", "per_extra_item", "per_line"}),
        "last_mile": frozenset({"per_parcel"}),
        "return": frozenset({"per_item"}),
        "disposal": frozenset({"per_item"}),
        "fba_transfer": frozenset({"per_carton"}),
    }
)


def places(catalogue: Catalogue) -> Iterator[Fault]:
    """Every warehouse stands at a location that is one, and has it for itself."""
    kinds = {row.code: row.kind for row in catalogue.locations}
    counts = Counter(row.location for row in catalogue.warehouses)
    for row in catalogue.warehouses:
        if kinds.get(row.location, "warehouse") != "warehouse":
            yield row_fault(row, "location", "warehouse-place", "该地点不是仓库", "is no location of kind warehouse")
        if counts[row.location] > 1:
            yield row_fault(
                row,
                "location",
                "warehouse-twice",
                "同一地点有不止一行",
                "stands in more than one row for this location",
            )


def services(catalogue: Catalogue) -> Iterator[Fault]:
    """Services are known ones."""
    known = ", ".join(SERVICES)
    for row in catalogue.warehouses:
        if not set(row.services) <= set(SERVICES):
            yield row_fault(row, "services", "warehouse-service", f"应为其中之一: {known}", f"must be among: {known}")


def scopes(catalogue: Catalogue) -> Iterator[Fault]:
    """Cards of one warehouse are of its territory, and no defaults."""
    territories = {row.code: row.territory for row in catalogue.locations}
    places_of = {row.id: row.location for row in catalogue.warehouses}
    for card in catalogue.fee_cards:
        if card.warehouse is None:
            continue
        territory = territories.get(places_of.get(card.warehouse, ""), card.territory)
        if card.is_default or territory != card.territory:
            yield row_fault(
                card,
                "warehouse",
                "card-scope",
                "单个仓的费用表不能是默认, 关境应与该仓一致",
                "a card of one warehouse is no default and is of the warehouse's territory",
            )


def card_periods(catalogue: Catalogue) -> Iterator[Fault]:
    """No two cards of a warehouse, and no two defaults of a territory, are in force on the same day."""
    own = [card for card in catalogue.fee_cards if card.warehouse is not None]
    yield from overlaps(own, lambda card: card.warehouse, "card-overlap")
    defaults = [card for card in catalogue.fee_cards if card.is_default and card.warehouse is None]
    yield from overlaps(defaults, lambda card: card.territory, "card-overlap")


def storage_on_cards(catalogue: Catalogue) -> Iterator[Fault]:
    """Cards that hold for warehouses without being named say what storage costs."""
    stored = {row.card for row in catalogue.warehouse_fees if row.fee == "storage"}
    for card in catalogue.fee_cards:
        if (card.is_default or card.warehouse is not None) and card.id not in stored:
            yield row_fault(card, "id", "card-storage", "缺少仓储费", "has no row for storage")


def bases(catalogue: Catalogue) -> Iterator[Fault]:
    """Every price has a basis of its fee, and the columns that the basis asks for, and no others."""
    for row in catalogue.warehouse_fees:
        if row.basis not in _BASES[row.fee]:
            known = ", ".join(sorted(_BASES[row.fee]))
            yield row_fault(row, "basis", "fee-basis", f"应为其中之一: {known}", f"must be among: {known}")
        wanted = {"unit": row.fee == "unloading", "from_day": row.fee == "storage", "zone": row.fee == "last_mile"}
        for column, is_needed in wanted.items():
            if (getattr(row, column) is not None) != is_needed:
                zh, en = ("必填", "is needed for this fee") if is_needed else ("此费用不填", "is not for this fee")
                yield row_fault(row, column, "fee-column", zh, en)
        if row.fee != "storage" and row.to_day is not None:
            yield row_fault(row, "to_day", "fee-column", "此费用不填", "is not for this fee")
        if row.to_kg is not None and row.above_kg is None:
            yield row_fault(row, "above_kg", "fee-column", "填写重量止时必填", "is needed where to_kg is given")


def age_tiers(catalogue: Catalogue) -> Iterator[Fault]:
    """Tiers of storage begin on day 1 and follow each other without hole or overlap; the last one is open."""
    for rows in _groups([row for row in catalogue.warehouse_fees if row.fee == "storage"]):
        tiers = sorted((row for row in rows if row.from_day is not None), key=lambda row: row.from_day or 0)
        if not tiers:
            continue
        if tiers[0].from_day != 1:
            yield row_fault(
                tiers[0], "from_day", "age-tier", "首档应从第 1 天开始", "the first tier must begin on day 1"
            )
        for row, following in pairwise(tiers):
            if row.to_day is None or following.from_day != row.to_day + 1:
                yield row_fault(
                    following,
                    "from_day",
                    "age-tier",
                    f"应接第 {row.row.line} 行的库龄止, 不得有空档或重叠",
                    f"must be the day after to_day of line {row.row.line}: no hole, no overlap",
                )
        if tiers[-1].to_day is not None:
            yield row_fault(tiers[-1], "to_day", "age-tier", "末档不得有止日", "the last tier must have no end")


def mass_bands(catalogue: Catalogue) -> Iterator[Fault]:
    """Bands of mass of one price begin at 0 and follow each other without hole or overlap; others have one row."""
    for rows in _groups([row for row in catalogue.warehouse_fees if row.fee != "storage"]):
        if len(rows) > 1 and any(row.above_kg is None for row in rows):
            yield row_fault(rows[1], "above_kg", "fee-twice", "同一费用出现不止一行", "is the same price a second time")
            continue
        bands = sorted((row for row in rows if row.above_kg is not None), key=lambda row: row.above_kg or 0)
        if bands and bands[0].above_kg != 0:
            yield row_fault(bands[0], "above_kg", "mass-band", "首档应从 0 开始", "the first band must begin at 0")
        for row, following in pairwise(bands):
            if row.to_kg is None or following.above_kg != row.to_kg:
                yield row_fault(
                    following,
                    "above_kg",
                    "mass-band",
                    f"应接第 {row.row.line} 行的重量止, 不得有空档或重叠",
                    f"must be to_kg of line {row.row.line}: no hole, no overlap",
                )


def _groups(rows: Sequence[WarehouseFee]) -> list[list[WarehouseFee]]:
    """Return rows that are tiers or bands of one price together."""
    groups: dict[object, list[WarehouseFee]] = {}
    for row in rows:
        groups.setdefault((row.card, row.fee, row.basis, row.unit, row.zone), []).append(row)
    return list(groups.values())


def ends(catalogue: Catalogue) -> Iterator[Fault]:
    """No tier and no band ends before it begins."""
    for row in catalogue.warehouse_fees:
        if row.from_day is not None and row.to_day is not None and row.to_day < row.from_day:
            yield row_fault(row, "to_day", "fee-end", "小于库龄起", "is before from_day")
        if row.above_kg is not None and row.to_kg is not None and row.to_kg <= row.above_kg:
            yield row_fault(row, "to_kg", "fee-end", "应大于重量起", "must be above above_kg")


def needed_settings(catalogue: Catalogue) -> Iterator[Fault]:
    """Where there are warehouses, the settings say how far ahead alerts look."""
    known = {row.key: row.value for row in catalogue.settings}
    if catalogue.warehouses and not (known.get(ALERT_DAYS, "").isdecimal() and int(known[ALERT_DAYS]) > 0):
        yield plain_fault(
            "settings", "stock-setting", f"参数 {ALERT_DAYS} 应为正整数", f"needs {ALERT_DAYS}, a whole number above 0"
        )


def origins(catalogue: Catalogue) -> Iterator[Fault]:
    """Stock leaves from a location, if a setting says where from."""
    codes = {row.code for row in catalogue.locations}
    for setting in catalogue.settings:
        if setting.key == ORIGIN and setting.value not in codes:
            yield row_fault(setting, "value", "stock-origin", "没有这个地点", "is no location")


def reaches(catalogue: Catalogue) -> Iterator[Fault]:
    """Reach each market once from a territory, without a customs border, in a zone that a card has."""
    areas = {row.code: row.customs_area for row in catalogue.territories}
    zones = {row.zone for row in catalogue.warehouse_fees if row.fee == "last_mile"}
    counts = Counter((row.origin, row.market) for row in catalogue.warehouse_reach)
    for row in catalogue.warehouse_reach:
        if counts[row.origin, row.market] > 1:
            yield row_fault(
                row, "market", "reach-twice", "同一关境与市场出现不止一行", "is the same reach a second time"
            )
        if areas.get(row.origin) != areas.get(row.market):
            yield row_fault(row, "market", "reach-border", "与仓之间隔着关境", "lies behind a customs border")
        if zones and row.zone not in zones:
            yield row_fault(row, "zone", "reach-zone", "没有费用表有此分区", "is a zone that no card has")


RULES = (
    rule(places, "warehouses", "locations"),
    rule(services, "warehouses"),
    rule(scopes, "fee_cards", "warehouses", "locations"),
    rule(card_periods, "fee_cards"),
    rule(storage_on_cards, "fee_cards", "warehouse_fees"),
    rule(bases, "warehouse_fees"),
    rule(age_tiers, "warehouse_fees"),
    rule(mass_bands, "warehouse_fees"),
    rule(ends, "warehouse_fees"),
    rule(reaches, "warehouse_reach", "warehouse_fees", "territories"),
    rule(origins, "settings", "locations"),
    rule(needed_settings, "warehouses", "settings", only_complete=True),
)
