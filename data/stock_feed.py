"""What goes from warehouses of a market to its marketplace, as decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import datetime as dt

FeedReason = Literal[
    "kept", "over", "stock", "carton", "limit", "no_carton", "no_source", "no_price", "battery", "not_open"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMove:
    """
    Whole cartons of one SKU that go from one warehouse to the marketplace, oldest pieces first.

    Parameters
    ----------
    sku, origin, to
        What, and from and to which warehouse.
    cartons, units
        How many, and how many pieces they hold.
    oldest_on, newest_on
        Days of receipt of the oldest and of the newest piece.
    transfer_fen, carriage_fen
        Making the cartons ready, and the road.
    saved_fen
        Storage they no longer pay where they lay, until the next feeding arrives.
    storage_fen
        What they pay for storage at the marketplace until then.
    """

    sku: str
    origin: str
    to: str
    cartons: int
    units: int
    oldest_on: dt.date
    newest_on: dt.date
    transfer_fen: int
    carriage_fen: int
    saved_fen: int
    storage_fen: int

    @property
    def cost_fen(self) -> int:
        """What the move costs, less the storage it saves."""
        return self.transfer_fen + self.carriage_fen + self.storage_fen - self.saved_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCover:
    """
    How long the stock of one SKU at a marketplace lasts, and why not as long as it should.

    Parameters
    ----------
    sku, to
        Which, and the warehouse of the marketplace.
    arrives_on
        Day on which what is sent today can be sold.
    units_before, coming_units, sent_units
        Expected pieces there on that day without it, pieces that come after it, and pieces that are sent today.
    day_units
        Pieces that are asked for a day between that day and the arrival of the next feeding.
    target_units, most_units
        Pieces there on that day with which cover stays above the least until the next feeding arrives, at the quantile
        of the rules; and pieces of the most days of cover.
    before_days, after_days
        Days of cover on that day, without and with what is sent.
    low_fen, lost_fen
        Expected fee for low stock and margin of lost sales until the next feeding arrives, with what is sent.
    before_low_fen, before_lost_fen
        The same without.
    over_fen
        What pieces above the most days of cover pay for storage until then.
    reason
        ``kept`` if the target is met; else what keeps it from being so.
    """

    sku: str
    to: str
    arrives_on: dt.date
    units_before: float
    coming_units: int
    sent_units: int
    day_units: float
    target_units: float
    most_units: float
    before_days: float
    after_days: float
    low_fen: int
    lost_fen: int
    before_low_fen: int
    before_lost_fen: int
    over_fen: int
    reason: FeedReason

    @property
    def avoided_fen(self) -> int:
        """Fee for low stock and lost sales that sending avoids."""
        return self.before_low_fen + self.before_lost_fen - self.low_fen - self.lost_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """
    What is sent to marketplaces today.

    Parameters
    ----------
    today
        The day.
    moves
        By marketplace, SKU and warehouse.
    covers
        Of every SKU that is kept at a marketplace and asked for there.
    bound_fen
        What no other choice could cost less than, by the same rules.
    assumed
        Ids of rows it rests on that are assumptions.
    """

    today: dt.date
    moves: tuple[FeedMove, ...]
    covers: tuple[FeedCover, ...]
    bound_fen: int
    assumed: tuple[str, ...]

    @property
    def cost_fen(self) -> int:
        """Moves, fees for low stock and lost sales."""
        return sum(one.cost_fen for one in self.moves) + sum(one.low_fen + one.lost_fen for one in self.covers)
