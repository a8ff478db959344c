"""Records of the tables about customs: regimes, duties, taxes and who pays them; columns as in ``schema/``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.provenance import Row

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

    from data.codes import (
        ClearanceDirection,
        CreditGradeCode,
        DutyBase,
        DutyCombine,
        DutyNeed,
        DutyUnit,
        FeeBasis,
        LowValueDuty,
        LowValueVat,
        MixingScope,
        Payer,
        RefundKind,
        RegimeFact,
        RegimeTest,
        RoundingMode,
        SalesChannel,
        ValueKind,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime(Row):
    """A variant of a customs regime; columns as in ``schema/regimes.csv``."""

    id: str
    code: str
    direction: ClearanceDirection
    name_zh: str
    name_en: str
    form_zh: str
    form_en: str
    hs_digits: int
    refund: RefundKind
    refund_days: int | None
    summary_day: int | None
    returns_days: int | None
    taxfree_days: int | None
    has_priority: bool
    papers: tuple[str, ...]
    valid_from: dt.date
    valid_to: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeRule(Row):
    """One condition of a regime; columns as in ``schema/regime_rules.csv``."""

    id: str
    regime: str
    fact: RegimeFact
    test: RegimeTest
    value: str
    currency: str | None
    rule_zh: str
    rule_en: str
    valid_from: dt.date
    valid_to: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeMixing(Row):
    """Whether two regimes may be together; columns as in ``schema/regime_mixing.csv``."""

    id: str
    scope: MixingScope
    first: str
    second: str
    shares: bool
    condition_zh: str | None
    condition_en: str | None
    valid_from: dt.date
    valid_to: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditGrade(Row):
    """A credit grade and its inspection odds; columns as in ``schema/credit_grades.csv``."""

    id: str
    grade: CreditGradeCode
    name_zh: str
    name_en: str
    inspection_ppm: int
    inspection_low_ppm: int
    inspection_high_ppm: int
    has_priority: bool
    effect_zh: str
    effect_en: str
    valid_from: dt.date
    valid_to: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommodityCode(Row):
    """A commodity code, or the beginning of one; columns as in ``schema/hs_codes.csv``."""

    hs: str
    name_zh: str
    name_en: str
    exists: bool
    valid_from: dt.date
    valid_to: dt.date | None
    successors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomsRounding(Row):
    """A way to round amounts; columns as in ``schema/customs_roundings.csv``."""

    code: str
    step_minor: int
    mode: RoundingMode
    meaning_zh: str
    meaning_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationRule(Row):
    """How a territory taxes imports; columns as in ``schema/destination_rules.csv``."""

    id: str
    territory: str
    duty_base: DutyBase
    vat_zh: str
    vat_en: str
    vat_percent: Decimal | None
    vat_percent_low: Decimal | None
    vat_percent_high: Decimal | None
    vat_base: tuple[str, ...]
    vat_uplift_percent: Decimal
    vat_inside: bool
    value_rounding: str
    duty_rounding: str
    vat_rounding: str
    valid_from: dt.date
    valid_to: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRate(Row):
    """One layer of import duty for some goods; columns as in ``schema/duty_rates.csv``."""

    id: str
    area: str
    hs: str
    origin: str
    exporter: str | None
    layer: str
    name_zh: str
    name_en: str
    percent: Decimal | None
    percent_low: Decimal | None
    percent_high: Decimal | None
    amount: Decimal | None
    amount_low: Decimal | None
    amount_high: Decimal | None
    currency: str | None
    unit: DutyUnit | None
    combine: DutyCombine
    needs: DutyNeed | None
    replaces: tuple[str, ...]
    unless: tuple[str, ...]
    valid_from: dt.date
    valid_to: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LowValueRule(Row):
    """What holds for consignments of low value; columns as in ``schema/low_value_rules.csv``."""

    id: str
    area: str
    scheme: str | None
    name_zh: str
    name_en: str
    channel: SalesChannel
    value_kind: ValueKind
    above: Decimal | None
    limit: Decimal
    limit_currency: str
    duty: LowValueDuty
    percent: Decimal | None
    percent_low: Decimal | None
    percent_high: Decimal | None
    amount: Decimal | None
    amount_low: Decimal | None
    amount_high: Decimal | None
    currency: str | None
    unit: DutyUnit | None
    combine: DutyCombine
    deduct: Decimal | None
    on_excess: bool
    vat: LowValueVat
    vat_share_percent: Decimal
    except_hs: tuple[str, ...]
    valid_from: dt.date
    valid_to: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExciseRate(Row):
    """A rate of excise for some goods; columns as in ``schema/excise_rates.csv``."""

    id: str
    area: str
    hs: str
    name_zh: str
    name_en: str
    percent: Decimal | None
    percent_low: Decimal | None
    percent_high: Decimal | None
    amount: Decimal | None
    amount_low: Decimal | None
    amount_high: Decimal | None
    currency: str | None
    unit: DutyUnit | None
    combine: DutyCombine
    is_inside: bool
    valid_from: dt.date
    valid_to: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomsFee(Row):
    """A fee of import; columns as in ``schema/customs_fees.csv``."""

    id: str
    area: str
    name_zh: str
    name_en: str
    channel: SalesChannel
    basis: FeeBasis
    percent: Decimal | None
    percent_low: Decimal | None
    percent_high: Decimal | None
    amount: Decimal | None
    amount_low: Decimal | None
    amount_high: Decimal | None
    currency: str | None
    min_amount: Decimal | None
    max_amount: Decimal | None
    above: Decimal | None
    limit: Decimal | None
    modes: tuple[str, ...]
    in_vat_base: bool
    valid_from: dt.date
    valid_to: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VatRefund(Row):
    """A rate of VAT refund for some goods; columns as in ``schema/vat_refunds.csv``."""

    id: str
    hs: str
    percent: Decimal | None
    percent_low: Decimal | None
    percent_high: Decimal | None
    valid_from: dt.date
    valid_to: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoterm(Row):
    """Who pays what; columns as in ``schema/incoterms.csv``."""

    code: str
    name_zh: str
    name_en: str
    sea_only: bool
    pickup: Payer
    export_clearance: Payer
    origin_handling: Payer
    freight: Payer
    insurance: Payer
    arrival_handling: Payer
    import_clearance: Payer
    duty: Payer
    vat: Payer
    delivery: Payer
    valid_from: dt.date
    valid_to: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomsExchangeRate(Row):
    """The price of a currency in CNY for customs; columns as in ``schema/customs_fx.csv``."""

    id: str
    currency: str
    cny_per_unit: Decimal
    exponent: int
    valid_from: dt.date
    valid_to: dt.date | None
