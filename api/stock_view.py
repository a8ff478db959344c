"""Answers about a seller's stock as plain JSON: fees and alerts, each amount with its basis, rate and row."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from api.answer_schema import Json
from data.catalogue import Catalogue
from data.money import to_fen
from data.records_warehouses import WarehouseFee
from data.stock import Stock
from network.warehouse import Alert, Card, FeeLine, LotFees, PieceFees, StockFees, alerts, cards_of

_DIGITS = 6
_MM3_PER_M3 = 10**9


def fees_json(fees: StockFees, catalogue: Catalogue, *, today: dt.date, days: int) -> Json:
    """Return what a stock pays."""
    return {
        "today": today.isoformat(),
        "days": days,
        "warehouses": _by_warehouse(fees.lots),
        "storage_fen": _fen((lot.card, lot.period) for lot in fees.lots),
        "lots": [_lot(lot) for lot in fees.lots],
        "pieces": [_piece(piece) for piece in fees.pieces],
        "unpriced": list(fees.unpriced),
        "fingerprint": catalogue.fingerprint,
    }


def _fen(parts: Iterable[tuple[Card, Sequence[FeeLine]]]) -> int:
    """Return the sum of lines in CNY fen."""
    return sum(to_fen(line.minor, card.rate) for card, lines in parts for line in lines)


def _by_warehouse(lots: Sequence[LotFees]) -> list[Json]:
    """Return the sums of each warehouse."""
    groups: dict[str, list[LotFees]] = defaultdict(list)
    for lot in lots:
        groups[lot.lot.warehouse].append(lot)
    return [
        {
            "warehouse": name,
            "card": group[0].card.row.id,
            "currency": group[0].card.row.currency,
            "exponent": group[0].card.rate.exponent,
            "units": sum(lot.units for lot in group),
            "volume_m3": _volume(sum(lot.volume_mm3 for lot in group)),
            "next_day_minor": sum(line.minor for lot in group for line in lot.next_day),
            "period_minor": sum(line.minor for lot in group for line in lot.period),
            "assumed": any(line.row.assumed for lot in group for line in lot.period),
        }
        for name, group in sorted(groups.items())
    ]


def _volume(volume_mm3: int) -> float:
    return round(volume_mm3 / _MM3_PER_M3, _DIGITS)


def _lot(lot: LotFees) -> Json:
    return {
        "sku": lot.lot.sku,
        "warehouse": lot.lot.warehouse,
        "state": lot.lot.state,
        "units": lot.units,
        "age_days": lot.age_days,
        "volume_m3": _volume(lot.volume_mm3),
        "next_day": [_line(line, lot.card) for line in lot.next_day],
        "period": [_line(line, lot.card) for line in lot.period],
    }


def _piece(piece: PieceFees) -> Json:
    return {
        "sku": piece.sku.id,
        "warehouse": piece.warehouse,
        "card": piece.card.row.id,
        "fees": {fee: [_line(line, piece.card) for line in lines] or None for fee, lines in piece.lines.items()},
    }


def _line(line: FeeLine, card: Card) -> Json:
    return {
        "fee": line.row.fee,
        "basis": line.row.basis,
        "quantity": round(float(line.quantity), _DIGITS),
        "rate": str(line.row.price),
        "minor": line.minor,
        "currency": line.currency,
        "exponent": card.rate.exponent,
        "row": _row(line.row),
    }


def _row(row: WarehouseFee) -> Json:
    return {"id": row.id, "confidence": row.confidence, "assumed": row.assumed}


def alerts_answer(
    stock: Stock, catalogue: Catalogue, *, today: dt.date, within: int, named: Card | None = None
) -> Json:
    """
    Return what will cost more soon.

    Parameters
    ----------
    stock, catalogue
        A seller's stock, and the data set.
    today, within
        The day that is meant, and how many days ahead.
    named
        The fee card of every warehouse, None for that of each.
    """
    cards = cards_of(stock, catalogue, today, named)
    unpriced = sorted({lot.warehouse for lot in stock.lots} - set(cards))
    return alerts_json(alerts(stock, cards, today=today, within=within), unpriced, today=today, within=within)


def alerts_json(found: Sequence[Alert], unpriced: Sequence[str], *, today: dt.date, within: int) -> Json:
    """Return the alerts; pieces that are told twice count once in the sum, from their first edge on."""
    first = {(alert.lot, alert.received_on): alert for alert in reversed(found)}
    return {
        "today": today.isoformat(),
        "within": within,
        "alerts": [_alert(alert) for alert in found],
        "later_fen": sum(to_fen(alert.later_minor, alert.card.rate) for alert in first.values()),
        "unpriced": list(unpriced),
    }


def _alert(alert: Alert) -> Json:
    return {
        "sku": alert.lot.sku,
        "warehouse": alert.lot.warehouse,
        "state": alert.lot.state,
        "units": alert.units,
        "received_on": alert.received_on.isoformat(),
        "on": alert.on.isoformat(),
        "days_left": alert.days_left,
        "card": alert.card.row.id,
        "currency": alert.card.row.currency,
        "exponent": alert.card.rate.exponent,
        "from_day": alert.after.from_day,
        "rate_before": str(alert.before.price),
        "rate_after": str(alert.after.price),
        "day_before_minor": alert.day_before_minor,
        "day_after_minor": alert.day_after_minor,
        "later_minor": alert.later_minor,
        "later_fen": to_fen(alert.later_minor, alert.card.rate),
        "row": _row(alert.after),
    }
