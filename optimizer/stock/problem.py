"""
What is decided about a seller's stock, as arrays: weeks, SKUs, warehouses, markets, and the ways of sending.

Indices are s for SKUs, w for warehouses, m for markets, t for weeks from 0. Week t begins on the Monday `start` + 7 t.
Money is CNY in minor units (fen) throughout; fees in other currencies were converted at the rates of the data set.

Within a week, in this order: what arrives is received; demand is met, oldest stock first; what is left pays storage for
the seven days by its age; orders leave. An order sent by a lane in week t is received in week t + its lead time.
Demand that cannot be met is lost, and costs `shortage_fen`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import datetime as dt

    from data.stock import TransitMode

Ints = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Bools = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """
    A whole load unit on a lane: paid by the piece, however full it is.

    Parameters
    ----------
    unit
        Box type, such as ``40HC``.
    payload_g, volume_cm3
        What it holds.
    price_fen
        From the origin to the warehouse, unloading included.
    """

    unit: str
    payload_g: int
    volume_cm3: int
    price_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """
    One way of sending stock from the origin to one warehouse.

    Parameters
    ----------
    id
        Unique, such as ``sea:KH-DE-HAM``.
    warehouse
        Index w.
    mode
        Of its longest leg; ``sea_air`` with a transfer to an aircraft.
    lead_days
        Durations from being sent to being on the shelf, in days, each as likely as the others; sorted.
    loose_fen_per_kg
        Price of a chargeable kilogram sent loose (LCL, by air); None where only whole boxes travel.
    loose_fen_least
        Least charge of a week's loose consignment; all SKUs sent in that week share it.
    volume_g_per_cm3
        Chargeable mass of a cubic centimetre, such as 1/6 for air; the chargeable mass of a consignment is the greater
        of its mass and of its volume times this.
    boxes
        Whole load units that can be sent; empty where only loose goods travel.
    weeks
        Boolean, shape (T,): whether something leaves in week t.
    payload_g, volume_cm3
        Most of a week, None without a limit.
    divert_to
        Id of the lane that goods may change to at the transfer point, None where they cannot.
    is_assumed
        Whether a price or a time of it rests on an assumed row.
    """

    id: str
    warehouse: int
    mode: TransitMode
    lead_days: tuple[int, ...]
    loose_fen_per_kg: float | None
    loose_fen_least: int = 0
    volume_g_per_cm3: float
    boxes: tuple[Box, ...] = ()
    weeks: Bools
    payload_g: int | None = None
    volume_cm3: int | None = None
    divert_to: str | None = None
    is_assumed: bool = False

    def lead_weeks(self) -> int:
        """Return the planned lead time in weeks: that of the median duration, rounded up, and at least 1."""
        days = sorted(self.lead_days)[len(self.lead_days) // 2]
        return max(1, -(-days // 7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    One seller's stock over some weeks.

    Parameters
    ----------
    start
        Monday of week 0.
    skus, warehouses, markets
        Ids, in the order of the indices.
    mass_g, volume_cm3, value_fen, carton_units, least_units
        Shape (S,): of one packed piece; pieces in a carton (at least 1; orders are of whole cartons), and the least
        pieces of an order (0 without).
    battery
        Boolean, shape (S,): whether there is a lithium battery in it.
    mean, sd
        Shape (S, M, T): expected pieces that are asked for in a week, and their standard deviation.
    serve_fen
        Shape (S, W, M): picking, packing and the last mile of one piece; -1 where the warehouse does not serve that
        market or may not hold the SKU.
    serve_days
        Shape (W, M): working days from the order to the customer, -1 where it is not served.
    inbound_fen
        Shape (S, W): receiving of one piece.
    duty_fen
        Shape (S, W): duty and, where it is not recovered, tax of one piece on import.
    storage_fen
        Shape (W, A): storage of a cubic metre for one week in its age of a weeks; ages of A - 1 and above pay the last.
    on_hand
        Shape (S, W, A): pieces by age in weeks, at the start of week 0.
    incoming
        Shape (S, W, T): pieces on their way, by the week they are received in; later ones are left out.
    shortage_fen
        Shape (S, M): what a piece that is asked for and not there costs.
    holding_per_year
        Share of the value of a piece that a year of holding it costs, in transit too.
    disposal_fen
        Shape (S, W): of one piece.
    leftover_fen
        Shape (S, W): what a piece that is left after the last week is worth; not above what it cost to bring there.
    capacity_cm3
        Shape (W,): most on the shelf, -1 without a limit.
    budget_fen
        Shape (T,): most spent in a week on goods that are bought and on freight, None without a limit.
    shelf_weeks
        Shape (S,): age in weeks from which a piece cannot be sold, -1 without.
    lanes
        All ways of sending.
    open_fen
        Shape (W,): what using a warehouse costs for all weeks together, stock or not (rent, least fees, registration).
    is_open
        Boolean, shape (W, T): whether a warehouse takes stock in a week.
    service
        Share of demand that is to be met, such as 0.95.
    made
        Shape (S, T): pieces in production, by the first week in which they can be sent; they were bought before, and
        whatever leaves beyond them is bought in the week it leaves. None if there are none.
    notes
        What was assumed, in words for people: code and values, for texts of the edge.
    """

    start: dt.date
    skus: tuple[str, ...]
    warehouses: tuple[str, ...]
    markets: tuple[str, ...]
    mass_g: Ints
    volume_cm3: Ints
    value_fen: Ints
    carton_units: Ints
    least_units: Ints
    battery: Bools
    mean: Floats
    sd: Floats
    serve_fen: Ints
    serve_days: Ints
    inbound_fen: Ints
    duty_fen: Ints
    storage_fen: Floats
    on_hand: Ints
    incoming: Ints
    shortage_fen: Ints
    holding_per_year: float
    disposal_fen: Ints
    leftover_fen: Ints
    capacity_cm3: Ints
    budget_fen: Ints | None
    shelf_weeks: Ints
    lanes: tuple[Lane, ...]
    open_fen: Ints
    is_open: Bools
    service: float
    made: Ints | None = None
    notes: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())

    @property
    def weeks(self) -> int:
        """How many weeks, T."""
        return int(self.mean.shape[2])
