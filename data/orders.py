"""Orders of buyers that a seller's stock abroad is to be sent for, and what was decided about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import datetime as dt

RouteReason = Literal[
    "no_reach", "no_service", "battery", "no_price", "too_heavy", "not_open", "no_stock", "kept_for_others"
]
"""
Why pieces are not sent: no warehouse serves the market; those that do neither pick nor send; they take no such
battery; have no price for the parcel; it is heavier than their parcels may be; they do not work on the day; they
have too little stock; other orders or later demand are worth more.
"""


class OrderLine(NamedTuple):
    """
    Some pieces of one SKU.

    Parameters
    ----------
    sku
        Id.
    units
        How many, at least 1.
    """

    sku: str
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerOrder:
    """
    One order.

    Parameters
    ----------
    id
        Of the seller's shop.
    market
        Territory of the buyer.
    placed_on
        Day of the order.
    promise
        Last day that was promised to the buyer, None where nothing was.
    lines
        What was ordered, each SKU once.
    """

    id: str
    market: str
    placed_on: dt.date
    promise: dt.date | None = None
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutedParcel:
    """
    One parcel of an order.

    Parameters
    ----------
    order, warehouse
        Ids.
    lines
        What is in it.
    zone
        Of the last mile.
    arrives_on
        Day it reaches the buyer.
    late_days
        Days after the promise, 0 if it is kept.
    pick_fen, parcel_fen, late_fen
        Picking and packing; the last mile; what being late costs.
    """

    order: str
    warehouse: str
    lines: tuple[OrderLine, ...]
    zone: str
    arrives_on: dt.date
    late_days: int
    pick_fen: int
    parcel_fen: int
    late_fen: int

    @property
    def cost_fen(self) -> int:
        """What it costs in all."""
        return self.pick_fen + self.parcel_fen + self.late_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """
    Pieces that are not sent.

    Parameters
    ----------
    order, sku, units
        Which.
    reason
        Why not.
    lost_fen
        What that costs.
    """

    order: str
    sku: str
    units: int
    reason: RouteReason
    lost_fen: int


class ShadowPrice(NamedTuple):
    """
    What one more piece in a warehouse would be worth.

    Parameters
    ----------
    sku, warehouse
        Which.
    fen
        Its worth.
    """

    sku: str
    warehouse: str
    fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """
    Which warehouse sends what.

    Parameters
    ----------
    day
        On which it is sent.
    parcels, unsent
        What is sent, and what is not.
    cost_fen
        Of parcels and of what is not sent.
    later_fen
        Expected cost of the demand of the days to come, with the stock that is then left.
    bound_fen
        No other routing has a lower sum of the two.
    nearest_fen
        That sum if each order were sent from the nearest warehouse that has it.
    prices
        Of pieces that are worth something, dearest first.
    is_whole
        Whether the solver was not stopped by its time limit.
    """

    day: dt.date
    parcels: tuple[RoutedParcel, ...]
    unsent: tuple[Unsent, ...]
    cost_fen: int
    later_fen: int
    bound_fen: int
    nearest_fen: int
    prices: tuple[ShadowPrice, ...]
    is_whole: bool

    @property
    def total_fen(self) -> int:
        """Cost today and later."""
        return self.cost_fen + self.later_fen

    @property
    def gap(self) -> float:
        """How much cheaper another routing could be, as a share of the cost."""
        return max(0.0, (self.total_fen - self.bound_fen) / max(1, self.total_fen))
