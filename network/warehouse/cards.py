"""Which fee card holds for a warehouse on a day, and what stands on it."""

from __future__ import annotations

import datetime as dt
import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.errors import UnknownIdError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.catalogue import Catalogue
    from data.codes import WarehouseBasis, WarehouseFeeKind
    from data.records import ExchangeRate
    from data.records_warehouses import FeeCard, Warehouse, WarehouseFee


@dataclass(frozen=True, kw_only=True)
class Card:
    """
    A fee card with its prices.

    Parameters
    ----------
    row
        Of the table ``fee_cards``.
    rate
        Row of ``fx`` of its currency.
    tiers
        Storage by age, youngest first.
    prices
        The other prices by fee, basis, and box or zone (empty where there is none), lightest band first.
    """

    row: FeeCard
    rate: ExchangeRate
    tiers: tuple[WarehouseFee, ...]
    prices: Mapping[tuple[WarehouseFeeKind, WarehouseBasis, str], tuple[WarehouseFee, ...]]

    def price(
        self, fee: WarehouseFeeKind, basis: WarehouseBasis, scope: str = "", mass_g: int | None = None
    ) -> WarehouseFee | None:
        """
        Return the price of something, None if the card has none.

        Parameters
        ----------
        fee, basis
            What it is for.
        scope
            Box type, or zone of the last mile.
        mass_g
            Mass that bands ask for; without it only prices for any mass are found.
        """
        for row in self.prices.get((fee, basis, scope), ()):
            if row.above_kg is None or (mass_g is not None and _is_within(row, mass_g)):
                return row
        return None


def _is_within(row: WarehouseFee, mass_g: int) -> bool:
    """Return whether a mass lies in the band of a row: above its lower end, up to and with its upper one."""
    low, high = (row.above_kg or 0) * 1000, None if row.to_kg is None else row.to_kg * 1000
    return low < mass_g and (high is None or mass_g <= high)


class Cards:
    """
    The fee cards of a data set; get them with ``catalogue.derived(Cards)``.

    Parameters
    ----------
    catalogue
        With the tables of warehouses.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        rows: dict[str, list[WarehouseFee]] = {}
        for row in catalogue.warehouse_fees:
            rows.setdefault(row.card, []).append(row)
        self.by_id = {
            card.id: _card(card, rows.get(card.id, ()), catalogue.exchange_rate(card.currency))
            for card in catalogue.fee_cards
        }
        places = {row.code: row.territory for row in catalogue.locations}
        self._territories = {row.id: places[row.location] for row in catalogue.warehouses}

    def of(self, warehouse: Warehouse, day: dt.date) -> Card | None:
        """Return the card that holds for a warehouse on a day: its own, else the default of its territory."""
        holding = [card for card in self.by_id.values() if _holds(card.row, day)]
        own = next((card for card in holding if card.row.warehouse == warehouse.id), None)
        if own is not None:
            return own
        territory = self._territories[warehouse.id]
        return next((card for card in holding if card.row.is_default and card.row.territory == territory), None)

    def named(self, id: str) -> Card:  # noqa: A002 - named as the column
        """
        Return the card with an id.

        Raises
        ------
        UnknownIdError
            With ids that look alike.
        """
        if id not in self.by_id:
            raise UnknownIdError(kind="fee card", value=id, near=difflib.get_close_matches(id, self.by_id))
        return self.by_id[id]


def _holds(row: FeeCard, day: dt.date) -> bool:
    return (row.valid_from or dt.date.min) <= day <= (row.valid_to or dt.date.max)


def _card(row: FeeCard, fees: Sequence[WarehouseFee], rate: ExchangeRate) -> Card:
    """Return a card with its prices in order."""
    prices: dict[tuple[WarehouseFeeKind, WarehouseBasis, str], list[WarehouseFee]] = {}
    for fee in sorted(fees, key=lambda one: one.above_kg or 0):
        if fee.fee != "storage":
            prices.setdefault((fee.fee, fee.basis, fee.unit or fee.zone or ""), []).append(fee)
    tiers = sorted((fee for fee in fees if fee.fee == "storage"), key=lambda one: one.from_day or 0)
    return Card(row=row, rate=rate, tiers=tuple(tiers), prices={key: tuple(found) for key, found in prices.items()})
