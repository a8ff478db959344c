"""
Stocking problems made by seed: sellers of any size, warehouses on three continents, four modes.

Prices, times and sizes are invented, of the order of public rate cards; nothing here is a fact about any place.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from optimizer.stock.problem import Box, Lane, Problem

_START = dt.date(2026, 11, 30)
_BOXES = {
    "sea": (("20GP", 28_000_000, 28_000_000, 0.58), ("40HC", 28_600_000, 68_000_000, 1.0)),
    "rail": (("40HC", 26_000_000, 68_000_000, 1.0),),
}
_DAYS = {
    "sea": (38, 41, 44, 47, 49, 54),
    "rail": (24, 26, 27, 28, 33),
    "sea_air": (17, 19, 20, 21, 25),
    "air": (8, 9, 11, 13),
}
_BOX_FEN = {"sea": 2_600_000, "rail": 5_200_000}
_LOOSE_FEN_KG = {"sea": 90.0, "rail": 280.0, "sea_air": 2_400.0, "air": 4_500.0}
_LOOSE_LEAST = {"sea": 60_000, "rail": 80_000, "sea_air": 30_000, "air": 30_000}
_G_PER_CM3 = {"sea": 1.0, "rail": 0.5, "sea_air": 1.0 / 6.0, "air": 1.0 / 6.0}
_CLOSED = (10, 11)
_AGES = 60
_TIERS_DAYS = ((0, 0.0), (30, 350.0), (60, 700.0), (90, 1_050.0), (180, 2_100.0), (270, 2_800.0), (360, 3_500.0))
_REGIONS = 5


def stock_case(skus: int, warehouses: int, weeks: int, seed: int, *, modes: int = 4) -> Problem:
    """
    Return a stocking problem made by seed.

    Warehouses stand in regions, each a few markets; a warehouse serves the markets of its own region. Two weeks are
    closed at the origin, demand has seasons, some SKUs are slow, and some stock is old.

    Parameters
    ----------
    skus, warehouses, weeks
        How many.
    seed
        The same gives the same.
    modes
        How many of sea, rail, air and sea-air there are.
    """
    rng = np.random.default_rng(seed)
    markets = min(8, max(1, warehouses))
    regions = min(_REGIONS, markets)
    region_m = np.arange(markets) % regions
    region_w = np.arange(warehouses) % regions
    volume = np.clip(rng.lognormal(8.2, 0.9, skus), 200, 60_000).astype(np.int64)
    mass = np.maximum(50, (volume * rng.uniform(0.12, 0.45, skus))).astype(np.int64)
    value = np.clip(rng.lognormal(8.6, 0.7, skus), 1_500, 80_000).astype(np.int64)
    mean, spread = _demand(rng, skus, markets, weeks)
    carton = rng.choice([6, 10, 12, 20, 24], skus)
    serve = _serve(rng, mass, region_w, region_m)
    return Problem(
        start=_START,
        skus=tuple(f"SKU-{i:05d}" for i in range(1, skus + 1)),
        warehouses=tuple(f"W{i:02d}" for i in range(1, warehouses + 1)),
        markets=tuple(f"M{i}" for i in range(1, markets + 1)),
        mass_g=mass,
        volume_cm3=volume,
        value_fen=value,
        carton_units=carton,
        least_units=np.where(rng.random(skus) < 0.2, 2 * carton, 0),
        battery=rng.random(skus) < 0.15,
        mean=mean,
        sd=spread,
        serve_fen=serve,
        serve_days=np.where((serve >= 0).any(axis=0), 2, -1),
        inbound_fen=np.maximum(20, (volume[:, None] * rng.uniform(0.004, 0.008, warehouses)[None, :])).astype(np.int64),
        duty_fen=(value[:, None] * rng.uniform(0.02, 0.12, warehouses)[None, :]).astype(np.int64),
        storage_fen=_storage(rng, warehouses),
        on_hand=_on_hand(rng, mean, serve),
        incoming=_incoming(rng, mean, serve),
        shortage_fen=(value[:, None] * 0.9 + serve.max(axis=1)).astype(np.int64),
        holding_per_year=0.12,
        disposal_fen=np.full((skus, warehouses), 300, dtype=np.int64),
        leftover_fen=(value[:, None] * 0.02 + volume[:, None] * 0.02).astype(np.int64)
        * np.ones((1, warehouses), np.int64),
        capacity_cm3=np.full(warehouses, -1, dtype=np.int64),
        budget_fen=None,
        shelf_weeks=np.where(rng.random(skus) < 0.03, 40, -1),
        lanes=_lanes(rng, warehouses, region_w, weeks, modes),
        open_fen=rng.integers(200_000, 1_000_000, warehouses),
        is_open=np.ones((warehouses, weeks), dtype=np.bool_),
        service=0.95,
    )


def _demand(rng: np.random.Generator, skus: int, markets: int, weeks: int) -> tuple[np.ndarray, np.ndarray]:
    mean = np.zeros((skus, markets, weeks))
    level = rng.lognormal(1.8, 1.3, (skus, markets))
    for sku in range(skus):
        for market in rng.choice(markets, min(markets, int(rng.integers(1, 4))), replace=False):
            phase, swing = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.5)
            season = 1 + swing * np.sin(2 * np.pi * np.arange(weeks) / 52 + phase)
            mean[sku, market] = level[sku, market] * season
    spread = np.sqrt(mean * 1.2 + (mean * rng.uniform(0.2, 0.5, (skus, 1, 1))) ** 2)
    return mean, spread


def _serve(rng: np.random.Generator, mass: np.ndarray, region_w: np.ndarray, region_m: np.ndarray) -> np.ndarray:
    near = region_w[:, None] == region_m[None, :]
    zone = rng.uniform(1.0, 1.5, near.shape)
    price = (1_800 + mass[:, None, None] * 0.9) * zone[None, :, :]
    return np.where(near[None, :, :], price, -1).astype(np.int64)


def _storage(rng: np.random.Generator, warehouses: int) -> np.ndarray:
    factor = rng.uniform(0.7, 1.3, warehouses)
    table = np.zeros((warehouses, _AGES))
    for age in range(_AGES):
        for day in range(7 * age + 1, 7 * age + 8):
            table[:, age] += factor * next(price for start, price in reversed(_TIERS_DAYS) if day > start)
    return table


def _on_hand(rng: np.random.Generator, mean: np.ndarray, serve: np.ndarray) -> np.ndarray:
    skus, warehouses, _ = serve.shape
    stock = np.zeros((skus, warehouses, _AGES), dtype=np.int64)
    for sku in range(skus):
        for market in np.flatnonzero(mean[sku].sum(axis=1)):
            near = np.flatnonzero(serve[sku, :, market] >= 0)
            if near.size:
                where = int(rng.choice(near))
                stock[sku, where, int(rng.integers(0, 6))] += int(mean[sku, market, :6].sum() * rng.uniform(0.3, 1.5))
                if rng.random() < 0.1:
                    stock[sku, where, int(rng.integers(12, 40))] += int(mean[sku, market, :20].sum())
    return stock


def _incoming(rng: np.random.Generator, mean: np.ndarray, serve: np.ndarray) -> np.ndarray:
    skus, warehouses, _ = serve.shape
    weeks = mean.shape[2]
    coming = np.zeros((skus, warehouses, weeks), dtype=np.int64)
    for sku in range(skus):
        for market in np.flatnonzero(mean[sku].sum(axis=1)):
            near = np.flatnonzero(serve[sku, :, market] >= 0)
            if near.size and rng.random() < 0.6:
                week = int(rng.integers(1, min(6, weeks)))
                coming[sku, int(rng.choice(near)), week] += int(mean[sku, market, :5].sum())
    return coming


def _lanes(rng: np.random.Generator, warehouses: int, region_w: np.ndarray, weeks: int, modes: int) -> tuple[Lane, ...]:
    leaves = np.ones(weeks, dtype=np.bool_)
    leaves[[week for week in _CLOSED if week < weeks]] = False
    far = rng.uniform(0.8, 1.2, _REGIONS)
    lanes = []
    for w in range(warehouses):
        for mode in ("sea", "air", "rail", "sea_air")[:modes]:
            factor = float(far[region_w[w]] * rng.uniform(0.95, 1.05))
            boxes = tuple(
                Box(unit=unit, payload_g=payload, volume_cm3=volume, price_fen=int(_BOX_FEN[mode] * share * factor))
                for unit, payload, volume, share in _BOXES.get(mode, ())
            )
            lanes.append(
                Lane(
                    id=f"{mode}:W{w + 1:02d}", warehouse=w, mode=mode, lead_days=_DAYS[mode],  # type: ignore[arg-type]
                    loose_fen_per_kg=_LOOSE_FEN_KG[mode] * factor, loose_fen_least=_LOOSE_LEAST[mode],
                    volume_g_per_cm3=_G_PER_CM3[mode], boxes=boxes, weeks=leaves,
                )
            )  # fmt: skip
    return tuple(lanes)
