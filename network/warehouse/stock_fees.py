"""What a seller's stock pays: storage of every lot in the days to come, and the fees of one piece of every SKU."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from network.warehouse.cards import Cards
from network.warehouse.fees import FeeLine, Order, handling_line, order_lines, storage_lines

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from data.catalogue import Catalogue
    from data.codes import WarehouseFeeKind
    from data.stock import Lot, Sku, Stock
    from network.warehouse.cards import Card


@dataclass(frozen=True, slots=True, kw_only=True)
class LotFees:
    """
    Storage of the pieces of one lot that were, or will be, received on one day.

    Parameters
    ----------
    lot
        Where they are, or will be.
    units, age_days, volume_mm3
        How many, their age on the day that is asked about (below 0 if they are still to come), and their volume.
    card
        Whose prices hold.
    next_day
        What the day after costs.
    period
        What the days that are asked about cost.
    """

    lot: Lot
    units: int
    age_days: int
    volume_mm3: int
    card: Card
    next_day: tuple[FeeLine, ...]
    period: tuple[FeeLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceFees:
    """
    The fees of one SKU in one warehouse.

    Parameters
    ----------
    sku, warehouse
        Of which.
    card
        Whose prices hold.
    lines
        By fee: receiving a carton, picking and the last mile of an order of one piece, a return, a disposal, a carton
        to a marketplace. A fee without lines is not on the card, or not for this mass, and so is not known.
    """

    sku: Sku
    warehouse: str
    card: Card
    lines: Mapping[WarehouseFeeKind, tuple[FeeLine, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockFees:
    """
    What a stock pays.

    Parameters
    ----------
    lots, pieces
        In the order of the stock.
    unpriced
        Ids of warehouses without a fee card.
    """

    lots: tuple[LotFees, ...]
    pieces: tuple[PieceFees, ...]
    unpriced: tuple[str, ...]


def cards_of(stock: Stock, catalogue: Catalogue, day: dt.date, named: Card | None = None) -> dict[str, Card]:
    """
    Return the card of each warehouse that holds stock, by its id; one without a card is left out.

    Parameters
    ----------
    stock, catalogue
        The stock, and the data set with the cards.
    day
        On which they must hold.
    named
        Used for every warehouse instead, such as to compare cards.
    """
    cards = catalogue.derived(Cards)
    used = dict.fromkeys(lot.warehouse for lot in stock.lots)
    found = {row.id: named or cards.of(row, day) for row in catalogue.warehouses if row.id in used}
    return {id_: card for id_, card in found.items() if card is not None}


def stock_fees(stock: Stock, cards: Mapping[str, Card], *, today: dt.date, days: int) -> StockFees:
    """
    Return what a stock pays for storage in the days after today, as if nothing was sold, and what its pieces pay.

    Parameters
    ----------
    stock
        On hand and in transit.
    cards
        The card of each warehouse that has one, by its id.
    today
        The day that is asked about.
    days
        How many days after it are asked about.
    """
    lots = [
        _lot(stock, lot, cards[lot.warehouse], (units, received_on), (today, days))
        for lot in stock.lots
        if lot.warehouse in cards
        for units, received_on in lot.received()
        if units
    ]
    pairs = dict.fromkeys((lot.sku, lot.warehouse) for lot in stock.lots if lot.warehouse in cards)
    pieces = [_piece(stock.by_id[sku], warehouse, cards[warehouse]) for sku, warehouse in pairs]
    unpriced = sorted({lot.warehouse for lot in stock.lots} - set(cards))
    return StockFees(lots=tuple(lots), pieces=tuple(pieces), unpriced=tuple(unpriced))


def _lot(stock: Stock, lot: Lot, card: Card, part: tuple[int, dt.date], asked: tuple[dt.date, int]) -> LotFees:
    (units, received_on), (today, days) = part, asked
    age_days = (today - received_on).days
    volume_mm3 = units * stock.by_id[lot.sku].volume_mm3
    return LotFees(
        lot=lot,
        units=units,
        age_days=age_days,
        volume_mm3=volume_mm3,
        card=card,
        next_day=storage_lines(card, volume_mm3=volume_mm3, age_days=age_days, days=1),
        period=storage_lines(card, volume_mm3=volume_mm3, age_days=age_days, days=days),
    )


def _piece(sku: Sku, warehouse: str, card: Card) -> PieceFees:
    carton_g = None if sku.carton_units is None else sku.carton_units * sku.mass_g
    single: dict[WarehouseFeeKind, FeeLine | None] = {
        "inbound": handling_line(card, "inbound", "per_carton", 1, carton_g),
        "return": handling_line(card, "return", "per_item", 1, sku.mass_g),
        "disposal": handling_line(card, "disposal", "per_item", 1, sku.mass_g),
        "fba_transfer": handling_line(card, "fba_transfer", "per_carton", 1, carton_g),
    }
    lines = {fee: () if line is None else (line,) for fee, line in single.items()}
    return PieceFees(
        sku=sku, warehouse=warehouse, card=card, lines=order_lines(card, Order(lines=((sku.mass_g, 1),))) | lines
    )
