"""Everything the page shows of a seller's stock, as plain data."""

from __future__ import annotations

import datetime as dt
from typing import Any

from api.answer_schema import Json
from api.stock_old_view import advice_json
from api.stock_view import alerts_answer
from data.catalogue import Catalogue
from data.money import to_fen
from data.rules_warehouses import ALERT_DAYS
from data.stock import Stock
from network.warehouse import cards_of, stock_fees
from optimizer.stock.outlook import Outlook, stock_outlook

EDGES = (30, 60, 90, 180, 270, 360)
"""Ages at which the rungs of the ladder end, in days."""
_MM3_PER_M3 = 10**9


def stock_answer(catalogue: Catalogue, stock: Stock, today: dt.date) -> Json:
    """
    Return what the page shows.

    Parameters
    ----------
    catalogue, stock
        Tables, and the seller's stock with its demand.
    today
        The day that is asked about, not before the last count.

    Raises
    ------
    SettingsError
        When the data set lacks a number that decisions rest on.
    """
    # The optimizer is slow to load, and most pages do without it.
    from optimizer.stock.aging import advise_old_stock  # noqa: PLC0415

    days = catalogue.setting_int(ALERT_DAYS)
    cards = cards_of(stock, catalogue, today)
    fees = stock_fees(stock, cards, today=today, days=days)
    advice = advice_json(advise_old_stock(catalogue, stock, today), catalogue)
    told = alerts_answer(stock, catalogue, today=today, within=days)
    best = {(one["sku"], one["warehouse"], one["received_on"]): one for one in advice["lots"] if one["steps"]}
    for alert in told["alerts"]:
        alert["advice"] = best.get((alert["sku"], alert["warehouse"], alert["received_on"]))
    told["alerts"].sort(key=lambda alert: (alert["days_left"], -alert["later_fen"]))
    outlook = stock_outlook(catalogue, stock, today)
    return {
        "today": today,
        "days": days,
        "skus": len(stock.skus),
        "storage_fen": sum(to_fen(line.minor, lot.card.rate) for lot in fees.lots for line in lot.period),
        "alerts": told,
        "advice": advice,
        "outlook": outlook,
        "ladder": _ladder(stock, today),
        "totals": _totals(outlook),
    }


def _totals(outlook: Outlook) -> dict[str, Any]:
    return {
        "on_hand": sum(one.on_hand for one in outlook.covers),
        "in_transit": sum(one.in_transit for one in outlook.covers),
        "in_production": sum(one.in_production for one in outlook.covers),
        "markets_dry": len({one.market for one in outlook.dry}),
        "lost_fen": sum(one.lost_fen or 0 for one in outlook.dry),
    }


def _ladder(stock: Stock, today: dt.date) -> list[tuple[int, int | None, int, float]]:
    """Return first day, last day, pieces and volume in m3 of each span of ages on hand."""
    spans = [(first + 1 if first else 0, last) for first, last in zip((0, *EDGES), (*EDGES, None), strict=True)]
    units, volumes = [0] * len(spans), [0.0] * len(spans)
    for lot in stock.lots:
        for count, received_on in lot.received() if lot.state == "on_hand" else ():
            age = (today - received_on).days
            at = next(place for place, (_, last) in enumerate(spans) if last is None or age <= last)
            units[at] += count
            volumes[at] += count * stock.by_id[lot.sku].volume_mm3 / _MM3_PER_M3
    return [(first, last, units[at], volumes[at]) for at, (first, last) in enumerate(spans)]
