"""What to do with pieces that buyers send back to an overseas warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from data.stock_advice import ReturnAdvice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.stock.aging_case import AgingCase

_MONTH_DAYS = 30


def return_advice(case: AgingCase, pairs: Iterable[tuple[str, str]]) -> tuple[ReturnAdvice, ...]:
    """
    Return what is best for returned pieces, by SKU and warehouse; those without a price of receiving are left out.

    Parameters
    ----------
    case
        Stock, demand and numbers.
    pairs
        SKUs and warehouses.

    Notes
    -----
    Per piece: looked at, a share is sold again like new and the rest destroyed; sent home, it brings what old stock
    that is sent back brings; or it is destroyed without a look. Pieces came from the stock of the warehouse, so they
    are as old as the average piece there when it comes to duty.
    """
    found = []
    for sku_id, warehouse in pairs:
        worth = _worth(case, sku_id, warehouse)
        if worth is None:
            continue
        month = float(case.served.asked(sku_id, warehouse, _MONTH_DAYS)[-1])
        best: Literal["restock", "return", "destroy"] = max(worth, key=lambda one: worth[one])
        found.append(
            ReturnAdvice(
                sku=sku_id,
                warehouse=warehouse,
                units_per_month=round(month * case.numbers.share("buyer_return_share"), 2),
                action=best,
                worth_fen={str(action): fen for action, fen in worth.items()},
            )
        )
    return tuple(found)


def _worth(case: AgingCase, sku_id: str, warehouse: str) -> dict[Literal["restock", "return", "destroy"], int] | None:
    """Return what a returned piece is worth, by what is done with it; None without a price."""
    sku, card = case.stock.by_id[sku_id], case.card(warehouse)
    if card is None:
        return None
    receive = case.handling_fen(card, "return", "per_item", 1, sku.mass_g)
    serve = case.serve_fen(sku, warehouse, card)
    ways = case.ways(sku, card, _age_days(case, sku_id, warehouse))
    if receive is None or serve is None or ways is None:
        return None
    again = case.numbers.share("restock_share")
    sold = again * (case.price_fen(sku) - serve)
    found: dict[Literal["restock", "return", "destroy"], int] = {
        "restock": round(sold + (1 - again) * ways.destroy_fen - receive),
        "destroy": round(ways.destroy_fen - receive),
    }
    if ways.return_fen is not None:
        found["return"] = round(ways.return_fen - receive)
    return found


def _age_days(case: AgingCase, sku_id: str, warehouse: str) -> int:
    """Return the average age of the pieces on hand."""
    parts = [
        (units, (case.today - received_on).days)
        for lot in case.stock.lots
        if lot.sku == sku_id and lot.warehouse == warehouse and lot.state == "on_hand"
        for units, received_on in lot.received()
    ]
    total = sum(units for units, _ in parts)
    return sum(units * days for units, days in parts) // total if total else 0
