"""
One immutable record type per table.

The fields are the columns of the table in ``schema/``, where their units and meanings are written,
and the provenance of the row. Times of day are minutes, weekdays are 1 (Monday) to 7, opening hours are
half-open intervals of minutes, lists are tuples; an empty cell without a default is None, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.provenance import Row

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

    from data.codes import (
        ClearanceBasis,
        ClearanceDirection,
        CutOffType,
        ExceptionAction,
        FormClass,
        GoodsClass,
        HandlingBasis,
        HandlingDirection,
        HolidayRule,
        LoadUnitKind,
        LocationKind,
        Mode,
        Product,
        RestrictionRule,
        ServiceStatus,
        StorageBasis,
        StuffingDirection,
        SurchargeBasis,
        SurchargePlace,
        TariffBasis,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory(Row):
    """A customs territory; columns as in ``schema/territories.csv``."""

    code: str
    name_zh: str
    name_en: str
    customs_area: str
    currency: str
    market_group: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar(Row):
    """Opening hours of a week; columns as in ``schema/calendars.csv``."""

    code: str
    name_zh: str
    name_en: str
    mon: tuple[tuple[int, int], ...]
    tue: tuple[tuple[int, int], ...]
    wed: tuple[tuple[int, int], ...]
    thu: tuple[tuple[int, int], ...]
    fri: tuple[tuple[int, int], ...]
    sat: tuple[tuple[int, int], ...]
    sun: tuple[tuple[int, int], ...]
    holidays: HolidayRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday(Row):
    """A day off or a make-up workday of a territory; columns as in ``schema/holidays.csv``."""

    territory: str
    date: dt.date
    is_workday: bool
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkdayOverride(Row):
    """A correction of the holiday table for one date; columns as in ``schema/workday_overrides.csv``."""

    territory: str
    date: dt.date
    is_workday: bool
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Location(Row):
    """A place cargo can be at; columns as in ``schema/locations.csv``."""

    code: str
    name_zh: str
    name_en: str
    kind: LocationKind
    lat: Decimal
    lon: Decimal
    zone: str
    territory: str
    calendar: str
    clears_export: bool
    clears_import: bool
    stuffs: bool
    strips: bool
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadUnit(Row):
    """A container, ULD or truck; columns as in ``schema/load_units.csv``."""

    code: str
    iso_code: str | None
    name_zh: str
    name_en: str
    kind: LoadUnitKind
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    volume_cm3: int
    usable_cm3: int
    payload_g: int
    tare_g: int | None
    teu_milli: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Row):
    """A repeated offer of a carrier; columns as in ``schema/services.csv``."""

    id: str
    name_zh: str
    name_en: str
    mode: Mode
    operator: str | None
    status: ServiceStatus
    days: tuple[int, ...]
    every_weeks: int
    week_offset: int
    departs: tuple[int, ...]
    valid_from: dt.date | None
    valid_to: dt.date | None
    holiday_territory: str | None
    capacity_teu_milli: int | None
    capacity_kg: int | None
    passages: tuple[str, ...]
    transits: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Row):
    """One call of a service's rotation; columns as in ``schema/calls.csv``."""

    service: str
    seq: int
    location: str
    run_min: int
    run_p10_min: int
    run_p90_min: int
    stop_min: int
    can_board: bool
    can_alight: bool
    distance_m: int
    factor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureException(Row):
    """A cancelled or extra day of departure; columns as in ``schema/departure_exceptions.csv``."""

    service: str
    date: dt.date
    action: ExceptionAction
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allotment(Row):
    """What may be used of each departure of a service in a period; columns as in ``schema/allotments.csv``."""

    service: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    capacity_teu_milli: int | None
    capacity_kg: int | None
    capacity_m3: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOff(Row):
    """A task that must be done some time before a departure; columns as in ``schema/cutoffs.csv``."""

    id: str
    service: str | None
    mode: Mode
    form: FormClass
    type: CutOffType
    minutes_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff(Row):
    """A carrier's price of a leg, or one break of it; columns as in ``schema/tariffs.csv``."""

    id: str
    service: str
    origin: str | None
    destination: str | None
    product: Product
    unit: str | None
    basis: TariffBasis
    rate: Decimal
    currency: str
    min_charge: Decimal | None
    break_kg: int | None
    valid_from: dt.date
    valid_to: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class ThroughRate(Row):
    """A through price over a hub on one waybill; columns as in ``schema/through_rates.csv``."""

    id: str
    first_service: str
    origin: str
    hub: str
    second_service: str
    destination: str
    connection_min: int
    addon_per_kg: Decimal
    currency: str
    valid_from: dt.date
    valid_to: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Surcharge(Row):
    """A surcharge or local charge of a leg; columns as in ``schema/surcharges.csv``."""

    id: str
    code: str
    name_zh: str
    name_en: str
    mode: Mode
    service: str | None
    location: str | None
    territory: str | None
    at: SurchargePlace
    product: Product | None
    basis: SurchargeBasis
    rate: Decimal
    currency: str | None
    min_charge: Decimal | None
    international: bool
    valid_from: dt.date
    valid_to: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling(Row):
    """Time and price of moving cargo into or out of a mode; columns as in ``schema/handling.csv``."""

    id: str
    location: str | None
    kind: str | None
    territory: str | None
    mode: Mode
    direction: HandlingDirection
    form: FormClass
    minutes: int
    basis: HandlingBasis | None
    rate: Decimal | None
    currency: str | None
    min_charge: Decimal | None
    hub_ug_per_kg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage(Row):
    """One tier of the price of standing in a place; columns as in ``schema/storage.csv``."""

    id: str
    location: str | None
    kind: str | None
    territory: str | None
    form: FormClass
    free_min: int
    from_day: int
    basis: StorageBasis
    rate: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuffing(Row):
    """Time and price of stuffing or stripping boxes; columns as in ``schema/stuffing.csv``."""

    id: str
    location: str | None
    kind: str | None
    territory: str | None
    direction: StuffingDirection
    minutes: int
    basis: HandlingBasis | None
    rate: Decimal | None
    currency: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput(Row):
    """What a place can stuff, or strip, on each local day of a period; columns as in ``schema/throughput.csv``."""

    location: str
    process: StuffingDirection
    valid_from: dt.date | None
    valid_to: dt.date | None
    boxes_per_day: int | None
    kg_per_day: int | None
    m3_per_day: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance(Row):
    """Time, odds and fee of customs clearance; columns as in ``schema/clearance.csv``."""

    id: str
    territory: str
    direction: ClearanceDirection
    regime: str
    kind: str | None
    calendar: str
    minutes: int
    minutes_p10: int
    minutes_p90: int
    inspection_ppm: int | None
    inspection_min: int | None
    basis: ClearanceBasis | None
    rate: Decimal | None
    currency: str | None
    papers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeableRule(Row):
    """How a product turns volume into chargeable mass; columns as in ``schema/chargeable_rules.csv``."""

    product: Product
    mode: Mode
    kg_per_m3: Decimal
    step_g: int
    min_kg: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction(Row):
    """What may not travel, or only up to a limit; columns as in ``schema/restrictions.csv``."""

    id: str
    mode: Mode | None
    service: str | None
    service_prefix: str | None
    territory: str | None
    goods: GoodsClass
    rule: RestrictionRule
    value: int | None
    reason_zh: str
    reason_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmissionFactor(Row):
    """Emissions of a tonne-kilometre, well to wheel; columns as in ``schema/emission_factors.csv``."""

    id: str
    mode: Mode
    name: str
    g_per_tkm: Decimal
    gwp_basis: str | None
    factor_set: str
    distance_rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRate(Row):
    """The price of a currency in CNY; columns as in ``schema/fx.csv``."""

    currency: str
    cny_per_unit: Decimal
    exponent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Row):
    """A line for maps between two locations; columns as in ``schema/geometry.csv``."""

    origin: str
    destination: str
    mode: Mode
    via: tuple[str, ...]
    distance_m: int | None
    wkt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Row):
    """A planning setting; columns as in ``schema/settings.csv``."""

    key: str
    value: str
    meaning: str
