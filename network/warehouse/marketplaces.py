"""Warehouses of marketplaces: they serve their own shop, not third parties, and are fed from other warehouses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.records_warehouses import MARKETPLACE
from network.warehouse.cards import Cards

if TYPE_CHECKING:
    import datetime as dt

    from data.catalogue import Catalogue
    from data.records_warehouses import Warehouse


def is_marketplace(row: Warehouse) -> bool:
    """Return whether a warehouse is that of a marketplace."""
    return row.kind == MARKETPLACE


def fed_only(catalogue: Catalogue, day: dt.date) -> frozenset[str]:
    """
    Return the marketplaces that nothing is sent to from abroad: those whose card has no price of receiving on a day.

    With such a price on its card a marketplace is a warehouse like any other.
    """
    cards = catalogue.derived(Cards)
    found = set()
    for row in filter(is_marketplace, catalogue.warehouses):
        card = cards.of(row, day)
        if card is None or all(fee != "inbound" for fee, _, _ in card.prices):
            found.add(row.id)
    return frozenset(found)
