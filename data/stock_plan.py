"""A plan of what to send to overseas warehouses: week by week, by mode, in which boxes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import datetime as dt

StockStatus = Literal["optimal", "feasible", "stopped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """
    Pieces of one SKU that leave in one week by one lane.

    Parameters
    ----------
    sku, lane
        Ids.
    week
        Index from 0.
    units
        Pieces, in whole cartons.
    """

    sku: str
    lane: str
    week: int
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SentBoxes:
    """
    Whole load units that leave in one week by one lane; what of the sendings does not fit in them goes loose.

    Parameters
    ----------
    lane, unit
        Id of the lane, and box type.
    week
        Index from 0.
    count
        How many.
    """

    lane: str
    unit: str
    week: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockPlan:
    """
    What to send, what that costs, and how much better any other plan could be.

    Parameters
    ----------
    start
        Monday of week 0.
    weeks
        How many weeks are planned.
    sendings, boxes
        What leaves.
    warehouses
        Ids of those used.
    cost_fen
        By part: ``freight, inbound, duty, storage, capital, serve, shortage, open, leftover`` (the last is subtracted
        worth, not above 0); their sum is the cost.
    bound_fen
        No plan of the same problem costs less.
    service
        Share of expected demand the plan meets.
    status, seed, runtime_s, fingerprint
        How it came to be, and of which data.
    """

    start: dt.date
    weeks: int
    sendings: tuple[Sending, ...]
    boxes: tuple[SentBoxes, ...]
    warehouses: tuple[str, ...]
    cost_fen: dict[str, int]
    bound_fen: int
    service: float
    status: StockStatus
    seed: int
    runtime_s: float
    fingerprint: str

    @property
    def total_fen(self) -> int:
        """The cost: the sum of its parts."""
        return sum(self.cost_fen.values())

    @property
    def gap(self) -> float:
        """How much cheaper another plan could be, as a share of the cost."""
        return (self.total_fen - self.bound_fen) / max(1, self.total_fen)
