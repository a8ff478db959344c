"""What to do with old stock, as decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import datetime as dt

OldAction = Literal["keep", "discount", "move", "return", "destroy"]


class Alternative(NamedTuple):
    """
    What all pieces of a lot are worth if one thing is done with them now.

    Parameters
    ----------
    action
        Which; with `keep` and `discount` what is left in the end is destroyed.
    worth_fen
        Below 0 where it costs more than it brings.
    discount
        In parts of the price, 0 without.
    to
        Warehouse that they are moved to, None elsewhere.
    """

    action: OldAction
    worth_fen: int
    discount: float = 0.0
    to: str | None = None


class AdvisedStep(NamedTuple):
    """
    One thing to do.

    Parameters
    ----------
    action
        What.
    units
        With how many pieces.
    act_by
        Last day on which it spares the dearer days of storage.
    discount, to
        As of an alternative.
    """

    action: OldAction
    units: int
    act_by: dt.date
    discount: float = 0.0
    to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LotAdvice:
    """
    What is best for pieces that were received on one day.

    Parameters
    ----------
    sku, warehouse, received_on, units
        Which.
    age_days
        Today.
    sold_units
        Pieces that are expected to be sold within the days that are looked ahead if nothing is done.
    steps
        What to do, soonest first; none where keeping is best.
    worth_fen, keep_fen
        What the pieces are worth with that, and if they are kept to the end.
    storage_fen
        What they pay for storage if they are kept to the end.
    alternatives
        The other ways, best first.
    next_edge
        Day before they get dearer, None if they do not any more.
    taxfree_until
        Last day on which they can leave so that they come back free of duty and tax; None if it is too late.
    is_assumed
        Whether a number it rests on is an assumption.
    """

    sku: str
    warehouse: str
    received_on: dt.date
    units: int
    age_days: int
    sold_units: int
    steps: tuple[AdvisedStep, ...]
    worth_fen: int
    keep_fen: int
    storage_fen: int
    alternatives: tuple[Alternative, ...]
    next_edge: dt.date | None
    taxfree_until: dt.date | None
    is_assumed: bool

    @property
    def gain_fen(self) -> int:
        """By how much more the pieces are worth than if they are kept to the end."""
        return self.worth_fen - self.keep_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAdvice:
    """
    What to do with pieces that buyers send back.

    Parameters
    ----------
    sku, warehouse
        Which, and where they come back to.
    units_per_month
        How many are expected in 30 days.
    action
        ``restock``: look at each, sell what is like new, destroy the rest. ``return``: collect and send back home.
        ``destroy``: without a look.
    worth_fen
        Of one piece, by action.
    """

    sku: str
    warehouse: str
    units_per_month: float
    action: Literal["restock", "return", "destroy"]
    worth_fen: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAdvice:
    """
    What to do with old stock and with what comes back.

    Parameters
    ----------
    today, days
        The day that is asked about, and how many are looked ahead.
    lots
        Those whose best is not to be kept first, by what that gains; then the others.
    returns
        By SKU and warehouse.
    unjudged
        SKUs and warehouses without a value, a card or a price, which are not judged.
    """

    today: dt.date
    days: int
    lots: tuple[LotAdvice, ...]
    returns: tuple[ReturnAdvice, ...]
    unjudged: tuple[tuple[str, str], ...]
