"""The catalogue: every fact table, checked once, immutable."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar, cast

from data.consistency import check
from data.errors import SettingsError, TableFaultsError, UnknownIdError
from data.parsing import parse_table, raw_from_mappings
from data.tableschema import TableSchema, schemas
from data.values import canonical_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from data.errors import Fault
    from data.provenance import Row
    from data.records import (
        Allotment,
        Calendar,
        Call,
        ChargeableRule,
        Clearance,
        CutOff,
        DepartureException,
        EmissionFactor,
        ExchangeRate,
        Handling,
        Holiday,
        Line,
        LoadUnit,
        Location,
        Restriction,
        Service,
        Setting,
        Storage,
        Stuffing,
        Surcharge,
        Tariff,
        Territory,
        Throughput,
        ThroughRate,
        WorkdayOverride,
    )
    from data.records_booking import BookingFee, BookingTerm
    from data.records_customs import (
        CommodityCode,
        CreditGrade,
        CustomsExchangeRate,
        CustomsFee,
        CustomsRounding,
        DestinationRule,
        DutyRate,
        ExciseRate,
        Incoterm,
        LowValueRule,
        Regime,
        RegimeMixing,
        RegimeRule,
        VatRefund,
    )
    from data.records_declare import CebCode, CebField, CebMessage, DeclareProfile, DeclareRule
    from data.records_demand import (
        DemandClass,
        DemandDay,
        DemandGoods,
        DemandMarket,
        DemandPlace,
        DemandRegime,
        DemandShare,
        DemandSite,
        DemandTraitShare,
    )
    from data.records_events import EventMilestone, EventWord, WebhookWait
    from data.records_hub import HubResource, HubTask
    from data.records_mixing import MixingGroup
    from data.records_papers import PaperField, PaperKind, PaperRule
    from data.records_warehouses import (
        FeeCard,
        LowStockFee,
        Marketplace,
        Reach,
        StockProfile,
        StockRule,
        Warehouse,
        WarehouseFee,
    )

_NEAR = 5
_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True, eq=False)
class Catalogue:
    """
    All facts of one data set.

    Every attribute named as a table holds its rows in the order they were read. Build it with
    `data.loading.load_catalogue`, `Catalogue.from_rows` or `Catalogue.replace`, which check it;
    the constructor itself does not. Two catalogues hold the same facts if their fingerprints are equal.

    Parameters
    ----------
    is_complete
        Whether it must hold what planning needs (settings, prices of running services),
        as every data set does and a few rows in a test need not.
    """

    territories: tuple[Territory, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    workday_overrides: tuple[WorkdayOverride, ...] = ()
    locations: tuple[Location, ...] = ()
    load_units: tuple[LoadUnit, ...] = ()
    services: tuple[Service, ...] = ()
    calls: tuple[Call, ...] = ()
    departure_exceptions: tuple[DepartureException, ...] = ()
    allotments: tuple[Allotment, ...] = ()
    cutoffs: tuple[CutOff, ...] = ()
    tariffs: tuple[Tariff, ...] = ()
    through_rates: tuple[ThroughRate, ...] = ()
    surcharges: tuple[Surcharge, ...] = ()
    handling: tuple[Handling, ...] = ()
    storage: tuple[Storage, ...] = ()
    stuffing: tuple[Stuffing, ...] = ()
    throughput: tuple[Throughput, ...] = ()
    clearance: tuple[Clearance, ...] = ()
    chargeable_rules: tuple[ChargeableRule, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    emission_factors: tuple[EmissionFactor, ...] = ()
    fx: tuple[ExchangeRate, ...] = ()
    geometry: tuple[Line, ...] = ()
    settings: tuple[Setting, ...] = ()
    demand_goods: tuple[DemandGoods, ...] = ()
    demand_sites: tuple[DemandSite, ...] = ()
    demand_markets: tuple[DemandMarket, ...] = ()
    demand_places: tuple[DemandPlace, ...] = ()
    demand_regimes: tuple[DemandRegime, ...] = ()
    demand_shares: tuple[DemandShare, ...] = ()
    demand_traits: tuple[DemandTraitShare, ...] = ()
    demand_classes: tuple[DemandClass, ...] = ()
    demand_days: tuple[DemandDay, ...] = ()
    mixing_groups: tuple[MixingGroup, ...] = ()
    regimes: tuple[Regime, ...] = ()
    regime_rules: tuple[RegimeRule, ...] = ()
    regime_mixing: tuple[RegimeMixing, ...] = ()
    credit_grades: tuple[CreditGrade, ...] = ()
    hs_codes: tuple[CommodityCode, ...] = ()
    customs_roundings: tuple[CustomsRounding, ...] = ()
    destination_rules: tuple[DestinationRule, ...] = ()
    duty_rates: tuple[DutyRate, ...] = ()
    low_value_rules: tuple[LowValueRule, ...] = ()
    excise_rates: tuple[ExciseRate, ...] = ()
    customs_fees: tuple[CustomsFee, ...] = ()
    vat_refunds: tuple[VatRefund, ...] = ()
    incoterms: tuple[Incoterm, ...] = ()
    customs_fx: tuple[CustomsExchangeRate, ...] = ()
    ceb_messages: tuple[CebMessage, ...] = ()
    ceb_fields: tuple[CebField, ...] = ()
    ceb_codes: tuple[CebCode, ...] = ()
    declare_rules: tuple[DeclareRule, ...] = ()
    declare_profile: tuple[DeclareProfile, ...] = ()
    hub_resources: tuple[HubResource, ...] = ()
    hub_tasks: tuple[HubTask, ...] = ()
    paper_kinds: tuple[PaperKind, ...] = ()
    paper_rules: tuple[PaperRule, ...] = ()
    paper_fields: tuple[PaperField, ...] = ()
    booking_terms: tuple[BookingTerm, ...] = ()
    booking_fees: tuple[BookingFee, ...] = ()
    warehouses: tuple[Warehouse, ...] = ()
    fee_cards: tuple[FeeCard, ...] = ()
    warehouse_fees: tuple[WarehouseFee, ...] = ()
    warehouse_reach: tuple[Reach, ...] = ()
    marketplaces: tuple[Marketplace, ...] = ()
    low_stock_fees: tuple[LowStockFee, ...] = ()
    stock_rules: tuple[StockRule, ...] = ()
    stock_profile: tuple[StockProfile, ...] = ()
    event_words: tuple[EventWord, ...] = ()
    event_milestones: tuple[EventMilestone, ...] = ()
    webhook_waits: tuple[WebhookWait, ...] = ()
    is_complete: bool = False

    @classmethod
    def from_rows(cls, rows: Mapping[str, Sequence[Mapping[str, object]]], *, is_complete: bool = False) -> Catalogue:
        """
        Return a checked catalogue of rows given as mappings, as tests need it.

        Parameters
        ----------
        rows
            By table name, rows of text or values by column. Missing provenance is filled in; a table that is
            not named is empty.
        is_complete
            Whether to ask for the settings and prices a whole data set must have.

        Raises
        ------
        TableFaultsError
            With every fault of the rows.

        Examples
        --------
        >>> rows = {"fx": [{"currency": "CNY", "cny_per_unit": 1}]}
        >>> Catalogue.from_rows(rows).fx[0].exponent
        2
        """
        tables: dict[str, tuple[Row, ...]] = {}
        faults: list[Fault] = []
        for name, given in rows.items():
            if name not in schemas():
                raise UnknownIdError(kind="table", value=name, near=difflib.get_close_matches(name, schemas()))
            raw, type_faults = raw_from_mappings(name, given)
            parsed = parse_table(raw)
            faults += type_faults or parsed.faults
            tables[name] = parsed.rows
        if faults:
            raise TableFaultsError(faults)
        return cls._checked(cls(**cast("Any", tables), is_complete=is_complete))

    @staticmethod
    def _checked(catalogue: Catalogue) -> Catalogue:
        """Return the catalogue, or raise all its faults."""
        faults = check(catalogue)
        if faults:
            raise TableFaultsError(faults)
        return catalogue

    def replace(self, **tables: Iterable[Row]) -> Catalogue:
        """
        Return a checked catalogue in which the named tables hold other rows.

        Raises
        ------
        TableFaultsError
            With every fault of the new catalogue.
        """
        for name in tables:
            if name not in schemas():
                raise UnknownIdError(kind="table", value=name, near=difflib.get_close_matches(name, schemas()))
        changes: dict[str, Any] = {name: tuple(rows) for name, rows in tables.items()}
        return self._checked(dataclasses.replace(self, **changes))

    def table(self, name: str) -> tuple[Row, ...]:
        """Return the rows of a table by its name."""
        if name not in schemas():
            raise UnknownIdError(kind="table", value=name, near=difflib.get_close_matches(name, schemas()))
        return cast("tuple[Row, ...]", getattr(self, name))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the facts and their provenance, whatever the order of rows and the files they came from."""
        digest = hashlib.sha256()
        for schema in schemas().values():
            digest.update(f"\x1d{schema.name}\n".encode())
            for line in sorted(_canonical_lines(schema, self.table(schema.name))):
                digest.update(line.encode())
        return digest.hexdigest()

    def derived(self, make: Callable[[Catalogue], _T]) -> _T:
        """
        Return what a function or class makes of this catalogue, made once and kept as long as the catalogue.

        Parameters
        ----------
        make
            Depends on the catalogue alone, such as `data.timeaxis.TimeAxis`.
        """
        if make not in self._derived:
            self._derived[make] = make(self)
        return cast("_T", self._derived[make])

    @cached_property
    def _derived(self) -> dict[object, object]:
        return {}

    def __getstate__(self) -> dict[str, object]:
        """Return the tables without what is derived from them, so that a copy for another process is small."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    @cached_property
    def _locations(self) -> dict[str, Location]:
        return {location.code: location for location in self.locations}

    @cached_property
    def _services(self) -> dict[str, Service]:
        return {service.id: service for service in self.services}

    @cached_property
    def _settings(self) -> dict[str, str]:
        return {setting.key: setting.value for setting in self.settings}

    @cached_property
    def _rates(self) -> dict[str, ExchangeRate]:
        return {rate.currency: rate for rate in self.fx}

    @cached_property
    def _calls_by_service(self) -> dict[str, tuple[Call, ...]]:
        calls: dict[str, list[Call]] = {}
        for call in self.calls:
            calls.setdefault(call.service, []).append(call)
        return {service: tuple(sorted(rows, key=attrgetter("seq"))) for service, rows in calls.items()}

    def location(self, code: str) -> Location:
        """
        Return the location with a code.

        Raises
        ------
        UnknownIdError
            With codes that look alike.
        """
        found = self._locations.get(code)
        if found is None:
            raise UnknownIdError(
                kind="location", value=code, near=difflib.get_close_matches(code, self._locations, _NEAR)
            )
        return found

    def service(self, id: str) -> Service:  # noqa: A002 - named as the column
        """
        Return the service with an id.

        Raises
        ------
        UnknownIdError
            With ids that look alike.
        """
        found = self._services.get(id)
        if found is None:
            raise UnknownIdError(kind="service", value=id, near=difflib.get_close_matches(id, self._services, _NEAR))
        return found

    def calls_of(self, service: str) -> tuple[Call, ...]:
        """Return the calls of a service in order, none if it is unknown."""
        return self._calls_by_service.get(service, ())

    def exchange_rate(self, currency: str) -> ExchangeRate:
        """
        Return the exchange rate of a currency.

        Raises
        ------
        UnknownIdError
            If there is no rate, with the currencies there are.
        """
        found = self._rates.get(currency)
        if found is None:
            raise UnknownIdError(kind="currency", value=currency, near=sorted(self._rates))
        return found

    def setting(self, key: str) -> str:
        """
        Return the text of a setting.

        Raises
        ------
        SettingsError
            If the data set does not have it.
        """
        if key not in self._settings:
            msg = f"setting {key!r} is missing from the table of settings"
            raise SettingsError(msg)
        return self._settings[key]

    def setting_int(self, key: str) -> int:
        """
        Return a setting that is a whole number.

        Raises
        ------
        SettingsError
            If the data set does not have it or it is no whole number.
        """
        text = self.setting(key)
        try:
            return int(text)
        except ValueError:
            msg = f"setting {key!r} must be a whole number, got {text!r}"
            raise SettingsError(msg) from None


def _canonical_lines(schema: TableSchema, rows: Sequence[Row]) -> list[str]:
    """Return one line of canonical text per row, without its place in a file."""
    columns: list[list[str]] = []
    for column in schema.columns:
        values = list(map(attrgetter(column.name), rows))
        texts = {value: canonical_text(column, value) for value in set(values)}
        columns.append([texts[value] for value in values])
    return ["\x1f".join(cells) + "\n" for cells in zip(*columns, strict=True)]
