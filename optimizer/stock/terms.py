"""What is assumed of sellers, out of the settings and of ``stock_rules``, with the units code works in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from network.warehouse.stock_numbers import StockNumbers

if TYPE_CHECKING:
    from data.catalogue import Catalogue

_PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class StockTerms:
    """
    What is assumed of every seller, unless the file or the command says otherwise.

    Parameters
    ----------
    service
        Share of demand to be met.
    holding_per_year
        Share of the value of a piece that a year of holding costs.
    price_share
        Selling price over value, where the seller does not tell the price.
    leftover_share
        Worth of stock left over what bringing it cost.
    open_fen_month
        What using a warehouse costs a month.
    handling_days, last_mile_days, area_days
        Working days to pick an order, of the last mile where none is known, and more of them to another territory.
    vat_weeks
        Weeks until import VAT comes back.
    parcel_longest_mm, parcel_girth_mm
        Most of a parcel: its longest side, and that side and the girth together.
    """

    service: float
    holding_per_year: float
    price_share: float
    leftover_share: float
    open_fen_month: int
    handling_days: int
    last_mile_days: int
    area_days: int
    vat_weeks: int
    parcel_longest_mm: int
    parcel_girth_mm: int

    @classmethod
    def of(cls, catalogue: Catalogue) -> Self:
        """
        Return those of a data set.

        Raises
        ------
        SettingsError
            If one of them is missing or no whole number.
        """
        whole = catalogue.setting_int
        return cls(
            service=whole("stock_service_percent") / _PERCENT,
            holding_per_year=whole("stock_holding_percent") / _PERCENT,
            price_share=catalogue.derived(StockNumbers).share("price_factor"),
            leftover_share=whole("stock_leftover_percent") / _PERCENT,
            open_fen_month=whole("stock_open_fen_month"),
            handling_days=whole("stock_handling_days"),
            last_mile_days=whole("stock_last_mile_days"),
            area_days=whole("stock_area_days"),
            vat_weeks=whole("stock_vat_weeks"),
            parcel_longest_mm=whole("stock_parcel_longest_mm"),
            parcel_girth_mm=whole("stock_parcel_girth_mm"),
        )
