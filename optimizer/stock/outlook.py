"""How long stock lasts: days of cover by warehouse, and which markets run dry when, and what that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.warehouse.fees import MM3_PER_M3
from optimizer.stock.aging_case import AgingCase

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from data.catalogue import Catalogue
    from data.stock import Lot, Production, Stock

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
_MONTH_DAYS = 30
_SOME = 1e-9


class Cover(NamedTuple):
    """
    How long the stock of one warehouse lasts.

    Parameters
    ----------
    warehouse
        Its id.
    on_hand, in_transit
        Pieces.
    volume_m3
        Of what is on hand.
    day_units
        Pieces that are asked for a day, in the next 30 days.
    on_hand_days, in_transit_days
        Days of that demand; None where nothing is asked for.
    markets
        Pieces a day by market that it is expected to serve.
    in_production
        Pieces that are being made for it.
    ready_on
        First day on which some of them can be sent, None without.
    """

    warehouse: str
    on_hand: int
    in_transit: int
    volume_m3: float
    day_units: float
    on_hand_days: float | None
    in_transit_days: float | None
    markets: dict[str, float]
    in_production: int = 0
    ready_on: dt.date | None = None

    @property
    def in_production_days(self) -> float | None:
        """Days of demand that are being made, None where nothing is asked for."""
        return self.in_production / self.day_units if self.day_units > 0 else None


class Dry(NamedTuple):
    """
    One SKU that runs out in one market.

    Parameters
    ----------
    market, sku
        Which.
    on
        First day on which it is missing.
    again_on
        Day on which stock on its way arrives, None if none does within the days looked ahead.
    lost_units
        Pieces that are expected to be asked for in vain.
    lost_fen
        What they would have brought beyond their own cost and sending; None if the file does not say their value.
    in_production
        Pieces of the SKU that are being made, for whichever warehouse; none of them is on its way, so they are not
        counted as supply.
    ready_on
        First day on which some of them can be sent, None without.
    """

    market: str
    sku: str
    on: dt.date
    again_on: dt.date | None
    lost_units: float
    lost_fen: int | None
    in_production: int = 0
    ready_on: dt.date | None = None


class Outlook(NamedTuple):
    """
    How long stock lasts.

    Parameters
    ----------
    days
        How many are looked ahead.
    covers
        By warehouse.
    dry
        Dearest first.
    """

    days: int
    covers: tuple[Cover, ...]
    dry: tuple[Dry, ...]


def stock_outlook(catalogue: Catalogue, stock: Stock, today: dt.date) -> Outlook:
    """
    Return how long stock lasts, if each warehouse is asked for its share of the demand and nothing else is sent.

    Parameters
    ----------
    catalogue, stock
        Tables, and the seller's stock with its demand.
    today
        The day that is asked about; the next ``transfer_days`` are looked ahead.
    """
    case = AgingCase(catalogue, stock, today)
    days = case.numbers.whole("transfer_days")
    lots: dict[tuple[str, str], list[Lot]] = {}
    for lot in stock.lots:
        lots.setdefault((lot.sku, lot.warehouse), []).append(lot)
    dry = [one for place, found in lots.items() for one in _dry(case, place, found, days)]
    dry += _never(case, days)
    dry.sort(key=lambda one: (-(one.lost_fen or 0), -one.lost_units, one.market, one.sku))
    return Outlook(days, tuple(_covers(case, lots)), tuple(dry))


def _covers(case: AgingCase, lots: dict[tuple[str, str], list[Lot]]) -> list[Cover]:
    found = []
    meant = {one.warehouse for one in case.stock.production}
    for name in (*case.used, *sorted(meant - set(case.used))):
        held = [lot for (_, warehouse), some in lots.items() if warehouse == name for lot in some]
        on_hand = sum(lot.units for lot in held if lot.state == "on_hand")
        coming = sum(lot.units for lot in held if lot.state == "in_transit")
        volume = sum(lot.units * case.stock.by_id[lot.sku].volume_mm3 for lot in held if lot.state == "on_hand")
        markets: dict[str, float] = {}
        for sku in {lot.sku for lot in held}:
            for market, share in case.served.markets(sku, name).items():
                asked = share * case.served.demands.span(sku, market, 1, _MONTH_DAYS).mean / _MONTH_DAYS
                markets[market] = markets.get(market, 0.0) + asked
        rate = sum(markets.values())
        here, there = (on_hand / rate, coming / rate) if rate > 0 else (None, None)
        units, ready = _making(one for one in case.stock.production if one.warehouse == name)
        found.append(Cover(name, on_hand, coming, volume / MM3_PER_M3, rate, here, there, markets, units, ready))
    return found


def _making(rows: Iterable[Production]) -> tuple[int, dt.date | None]:
    """Return how many pieces are being made, and the first day on which some of them can be sent."""
    some = list(rows)
    return sum(one.units for one in some), min((one.ready_on for one in some), default=None)


def _supply(case: AgingCase, lots: list[Lot], days: int) -> Floats:
    """Return the pieces that have come until each day, from today on."""
    found = np.zeros(days + 1)
    for lot in lots:
        at = 0 if lot.arrives_on is None else max(0, (lot.arrives_on - case.today).days)
        if at <= days:
            found[at] += lot.units
    return np.cumsum(found)


def _dry(case: AgingCase, place: tuple[str, str], lots: list[Lot], days: int) -> list[Dry]:
    """Return the markets in which a SKU of a warehouse runs out; what is asked for in vain is not asked for again."""
    sku, warehouse = place
    asked, supply = case.served.asked(sku, warehouse, days), _supply(case, lots, days)
    lost = np.maximum.accumulate(np.maximum(0.0, asked - supply))
    if lost[-1] < 1:
        return []
    first = int(np.argmax(lost > _SOME))
    coming = [at for at in np.flatnonzero(np.diff(supply) > 0) + 1 if at > first]
    shares = case.served.markets(sku, warehouse)
    total = sum(share * case.served.demands.span(sku, market, first, days).mean for market, share in shares.items())
    found = []
    for market, share in shares.items():
        part = share * case.served.demands.span(sku, market, first, days).mean / total if total else 0.0
        if part:
            units = float(lost[-1]) * part
            found.append(_told(case, (market, sku), (first, int(coming[0]) if coming else None), units, warehouse))
    return found


def _never(case: AgingCase, days: int) -> list[Dry]:
    """Return the markets that no warehouse with the SKU serves."""
    found = []
    for sku, markets in case.served.demands.markets.items():
        for market in markets:
            is_served = any(name == sku and market in shares for (name, _), shares in case.served.shares.items())
            units = case.served.demands.span(sku, market, 1, days).mean
            if not is_served and units >= 1:
                found.append(_told(case, (market, sku), (1, None), units, None))
    return found


def _told(
    case: AgingCase, what: tuple[str, str], when: tuple[int, int | None], units: float, warehouse: str | None
) -> Dry:
    (market, name), (first, again) = what, when
    sku, value = case.stock.by_id[name], case.value_fen(case.stock.by_id[name])
    card = None if warehouse is None else case.card(warehouse)
    serve = None if card is None or warehouse is None else case.serve_fen(sku, warehouse, card)
    margin = None if value is None else max(0.0, case.price_fen(sku) - value - (serve or 0.0))
    making, ready = _making(one for one in case.stock.production if one.sku == name)
    return Dry(
        market=market,
        sku=name,
        on=case.day(first),
        again_on=None if again is None else case.day(again),
        lost_units=round(units, 1),
        lost_fen=None if margin is None else round(units * margin),
        in_production=making,
        ready_on=ready,
    )
