"""A plan of what to send to overseas warehouses: week by week, by mode, in which boxes, and what is sold from where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import datetime as dt

StockStatus = Literal["optimal", "feasible", "stopped"]
COST_PARTS: tuple[str, ...] = (
    "freight", "inbound", "duty", "storage", "capital", "serve", "shortage", "disposal", "open", "leftover",
)  # fmt: skip
"""What the cost is made of; the last is worth that is subtracted."""


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
class Home:
    """
    The warehouse from which a market is served with a SKU, beside what other warehouses have of it already.

    Parameters
    ----------
    sku, market, warehouse
        Ids.
    """

    sku: str
    market: str
    warehouse: str


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
    homes
        From where each SKU is sold in each market; a market without one is not served, beyond what is already there.
    warehouses
        Ids of those used.
    cost_fen
        By part, `COST_PARTS`; their sum is the cost.
    bound_fen
        No plan that serves as much, or as much as was asked for, costs less, in the same futures.
    service
        Share of demand the plan meets, on average over the futures.
    futures, seed
        How many futures it was priced in, and of which seed.
    status, runtime_s, fingerprint
        How it came to be, and of which data.
    """

    start: dt.date
    weeks: int
    sendings: tuple[Sending, ...]
    boxes: tuple[SentBoxes, ...]
    homes: tuple[Home, ...] = ()
    warehouses: tuple[str, ...]
    cost_fen: dict[str, int] = field(default_factory=dict)
    bound_fen: int
    service: float
    futures: int = 0
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
        return max(0.0, (self.total_fen - self.bound_fen) / max(1, self.total_fen))
