"""Alerts: which stock will cost more for storage, from which day on, and how much - told before that day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from network.warehouse.fees import storage_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from data.records_warehouses import WarehouseFee
    from data.stock import Lot, Stock
    from network.warehouse.cards import Card


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """
    Some pieces that are about to cost more.

    Parameters
    ----------
    lot
        Where they are, or will be.
    units, received_on
        How many of them were, or will be, received on that day.
    card
        Whose prices hold.
    before, after
        The tier they leave, and the dearer one they enter.
    on
        First day that is charged at the dearer price; what leaves the day before does not pay it.
    days_left
        Days from the day that is asked about until then, at least 1.
    day_before_minor, day_after_minor
        What all of them pay on the last day before, and on the first day from then on.
    later_minor
        What they pay in the days from then on, as many as were asked about, further tiers included.
    """

    lot: Lot
    units: int
    received_on: dt.date
    card: Card
    before: WarehouseFee
    after: WarehouseFee
    on: dt.date
    days_left: int
    day_before_minor: int
    day_after_minor: int
    later_minor: int


def alerts(stock: Stock, cards: Mapping[str, Card], *, today: dt.date, within: int) -> tuple[Alert, ...]:
    """
    Return the pieces that cross into a dearer tier of storage after today, soonest first.

    Parameters
    ----------
    stock
        On hand and in transit, as if nothing was sold until then.
    cards
        The card of each warehouse that has one, by its id.
    today
        The day that is asked about.
    within
        How many days ahead to look, at least 1.
    """
    found = [alert for lot in stock.lots for alert in _alerts(stock, lot, cards.get(lot.warehouse), today, within)]
    found.sort(key=lambda alert: (alert.on, alert.day_before_minor - alert.day_after_minor, alert.lot.sku))
    return tuple(found)


def _alerts(stock: Stock, lot: Lot, card: Card | None, today: dt.date, within: int) -> Iterator[Alert]:
    """Yield the alerts of one lot."""
    if card is None:
        return
    for units, received_on in lot.received():
        for before, after in zip(card.tiers, card.tiers[1:], strict=False):
            edge = after.from_day or 1
            on = received_on + dt.timedelta(days=edge)
            left = (on - today).days
            if not units or after.price <= before.price or not 1 <= left <= within:
                continue
            volume_mm3 = units * stock.by_id[lot.sku].volume_mm3
            yield Alert(
                lot=lot,
                units=units,
                received_on=received_on,
                card=card,
                before=before,
                after=after,
                on=on,
                days_left=left,
                day_before_minor=_paid(card, volume_mm3, edge - 2, 1),
                day_after_minor=_paid(card, volume_mm3, edge - 1, 1),
                later_minor=_paid(card, volume_mm3, edge - 1, within),
            )


def _paid(card: Card, volume_mm3: int, age_days: int, days: int) -> int:
    return sum(line.minor for line in storage_lines(card, volume_mm3=volume_mm3, age_days=age_days, days=days))
