"""From the problem of stocking to the question where stock should lie: VAT, and parcels from the origin, added."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.stock.duty import dues
from optimizer.stock.lanes import bring_fen
from optimizer.stock.market import territories_of
from optimizer.stock.parcel import parcels
from optimizer.stock.placement import PlaceTask
from optimizer.stock.terms import StockTerms

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.stock import Stock
    from network.network import Network
    from optimizer.stock.parcel import Parcels
    from optimizer.stock.problem import Ints, Problem

_PERCENT = 100


def prices_of(problem: Problem) -> Ints:
    """Return what a piece is sold for, shape (S,): its value and its margin."""
    return np.asarray(problem.value_fen + problem.shortage_fen.max(axis=1, initial=0))


def place_task(
    stock: Stock,
    network: Network,
    problem: Problem,
    *,
    origin: str,
    promise_days: int | None = None,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> tuple[PlaceTask, Parcels]:
    """
    Return the question, and the parcels from the origin it may choose.

    Parameters
    ----------
    stock, network
        The file, and the network of its data set.
    problem
        As `optimizer.stock.build.build` made it of them.
    origin, promise_days
        As given to it.
    on_progress
        Told how many of how many markets were asked for parcels, and the last one.
    """
    catalogue = network.catalogue
    rows = {row.id: row for row in catalogue.warehouses}
    territories = territories_of(catalogue, [rows[id_] for id_ in problem.warehouses])
    bring = bring_fen(problem.lanes, problem.mass_g, problem.volume_cm3, len(problem.warehouses))
    due = dues(catalogue, stock.skus, problem.value_fen, territories, bring, problem.start)
    direct = parcels(
        network, origin, stock.skus, problem, prices_fen=prices_of(problem), promise_days=promise_days,
        on_progress=on_progress,
    )  # fmt: skip
    task = PlaceTask(
        problem=problem, vat_fen=due.vat_fen, vat_weeks=StockTerms.of(catalogue).vat_weeks,
        parcel_fen=direct.freight_fen, parcel_duty_fen=direct.duty_fen,
        fill=catalogue.setting_int("stock_box_fill_percent") / _PERCENT,
    )  # fmt: skip
    return task, direct
