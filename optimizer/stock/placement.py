"""Words of placement: what is asked, what a warehouse costs a SKU by parts, and what was chosen."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from optimizer.stock.problem import Ints, Problem

PARTS = (
    "open",
    "freight",
    "inbound",
    "duty",
    "vat",
    "capital",
    "pooling",
    "storage",
    "serve",
    "parcel",
    "parcel_duty",
)
"""Parts of the cost: use of warehouses, freight to them, receiving, duty, cash in VAT, capital on the way and in
cycle stock, capital in safety stock, storage by age, picking with the last mile; parcels from the origin and duty."""

Status = Literal["optimal", "feasible"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceTask:
    """
    Where stock of which SKU should lie for which market, in the long run: stock at hand has no say.

    Parameters
    ----------
    problem
        Demand, ways of sending and fees.
    vat_fen
        Shape (S, W): import VAT of a piece, which comes back after some weeks.
    vat_weeks
        After how many.
    parcel_fen, parcel_duty_fen
        Shape (S, M): a piece as a parcel from the origin, and what customs ask of it; -1 where that is not possible.
    fill
        Share of a box that is filled on average, above 0; a piece pays its share of the box over it.
    """

    problem: Problem
    vat_fen: Ints
    vat_weeks: int
    parcel_fen: Ints
    parcel_duty_fen: Ints
    fill: float

    @property
    def factor(self) -> float:
        """Standard deviations of demand over the lead time that are held against it."""
        return NormalDist().inv_cdf(self.problem.service)


class Home(NamedTuple):
    """
    One SKU in one warehouse, or sent as parcels from the origin.

    Parameters
    ----------
    sku
        Its index.
    warehouse
        Index of the warehouse, -1 for parcels from the origin.
    lane
        Id of the way its stock is sent by, empty for parcels.
    markets
        Indices of the markets it serves from there.
    parts
        Cost by part in fen, without opening; parts that are 0 are left out.
    stock_cm3
        Volume of its mean stock.
    """

    sku: int
    warehouse: int
    lane: str
    markets: tuple[int, ...]
    parts: dict[str, int]
    stock_cm3: int

    @property
    def cost_fen(self) -> int:
        """The sum of the parts."""
        return sum(self.parts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Without:
    """
    What would be if a warehouse could not be used.

    Parameters
    ----------
    warehouse
        Its index.
    extra_fen
        How much more everything would cost, None if not all markets could be served.
    parts
        By how much each part of the cost would change.
    takers
        For each market it serves now, the warehouse that would serve most of it, -1 for parcels.
    """

    warehouse: int
    extra_fen: int | None
    parts: dict[str, int]
    takers: dict[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """
    Where stock lies.

    Parameters
    ----------
    homes
        For each SKU, one or more; together they serve all its markets that can be served.
    open
        Indices of the warehouses used.
    parts
        Cost by part in fen over the weeks of the problem.
    bound_fen
        No placement costs less.
    status
        Whether that was proven.
    without
        For each warehouse used, what would be without it.
    unserved
        SKU and market that nothing can serve.
    """

    homes: tuple[Home, ...]
    open: tuple[int, ...]
    parts: dict[str, int]
    bound_fen: int
    status: Status
    without: tuple[Without, ...] = ()
    unserved: tuple[tuple[int, int], ...] = ()

    @property
    def cost_fen(self) -> int:
        """The sum of the parts."""
        return sum(self.parts.values())

    @property
    def gap(self) -> float:
        """How much cheaper another placement could be, as a share of the cost."""
        return (self.cost_fen - self.bound_fen) / max(1, self.cost_fen)
