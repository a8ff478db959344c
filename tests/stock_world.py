"""Tiny stocking problems with round numbers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from optimizer.stock.problem import Box, Lane, Problem

START = dt.date(2026, 11, 30)


def lane(name: str, warehouse: int, days: tuple[int, ...], count: int, **more: Any) -> Lane:  # noqa: ANN401
    """Return a lane: sea in boxes and loose unless something else is said."""
    values: dict[str, Any] = {
        "id": name,
        "warehouse": warehouse,
        "mode": "sea",
        "lead_days": days,
        "loose_fen_per_kg": 400.0,
        "loose_fen_least": 2_000,
        "volume_g_per_cm3": 0.5,
        "boxes": (Box(unit="20GP", payload_g=60_000, volume_cm3=200_000, price_fen=12_000),),
        "weeks": np.ones(count, dtype=np.bool_),
    }
    return Lane(**(values | more))


def tiny(skus: int = 1, warehouses: int = 1, markets: int = 1, weeks: int = 5, **more: Any) -> Problem:  # noqa: ANN401
    """Return a problem with a slow and a quick lane to each warehouse, and demand of four pieces a week."""
    lanes = tuple(
        one
        for w in range(warehouses)
        for one in (
            lane(f"sea:W{w}", w, (14, 14, 14), weeks),
            lane(
                f"air:W{w}", w, (7,), weeks, mode="air", boxes=(), loose_fen_per_kg=1_500.0, volume_g_per_cm3=1 / 6
            ),
        )
    )  # fmt: skip
    values: dict[str, Any] = {
        "start": START,
        "skus": tuple(f"S{i}" for i in range(skus)),
        "warehouses": tuple(f"W{i}" for i in range(warehouses)),
        "markets": tuple(f"M{i}" for i in range(markets)),
        "mass_g": np.full(skus, 1_000),
        "volume_cm3": np.full(skus, 4_000),
        "value_fen": np.full(skus, 5_000),
        "carton_units": np.full(skus, 4),
        "least_units": np.zeros(skus, dtype=np.int64),
        "battery": np.zeros(skus, dtype=np.bool_),
        "mean": np.full((skus, markets, weeks), 4.0),
        "sd": np.full((skus, markets, weeks), 2.5),
        "serve_fen": np.full((skus, warehouses, markets), 1_000),
        "serve_days": np.full((warehouses, markets), 2),
        "inbound_fen": np.full((skus, warehouses), 50),
        "duty_fen": np.full((skus, warehouses), 200),
        "storage_fen": np.tile(np.array([0.0, 5_000.0, 5_000.0, 20_000.0]), (warehouses, 1)),
        "on_hand": np.zeros((skus, warehouses, 4), dtype=np.int64),
        "incoming": np.zeros((skus, warehouses, weeks), dtype=np.int64),
        "shortage_fen": np.full((skus, markets), 9_000),
        "holding_per_year": 0.2,
        "disposal_fen": np.full((skus, warehouses), 100),
        "leftover_fen": np.full((skus, warehouses), 150),
        "capacity_cm3": np.full(warehouses, -1),
        "budget_fen": None,
        "shelf_weeks": np.full(skus, -1),
        "lanes": lanes,
        "open_fen": np.full(warehouses, 3_000),
        "is_open": np.ones((warehouses, weeks), dtype=np.bool_),
        "service": 0.5,
    }
    values["on_hand"][:, 0, 1] = 5
    return Problem(**(values | more))
