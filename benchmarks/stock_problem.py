"""Problems of stocking, drawn at random: warehouses in some markets, four modes, seasons, slow and fast sellers."""

from __future__ import annotations

import datetime as dt

import numpy as np

from optimizer.stock.problem import Box, Lane, Problem

MONDAY = dt.date(2026, 11, 30)
NEW_YEAR = (9, 10)
"""Weeks in which nothing leaves by sea or rail, and little by air: the holiday of 2027 as weeks from the first."""
AGES = 53
PAST = 104
"""Weeks before the first one of which sales are known."""
_LEFT = 90
"""Per cent of receiving and duty that a piece is worth which is left at the end."""
_BOXES = (("20GP", 21_700_000, 28_000_000, 1.0), ("40HC", 26_500_000, 67_000_000, 1.75))
_MODES = (
    # mode, days, their spread, fen of a chargeable kg, chargeable g of a cm3, price of the small box in fen
    ("sea", 44, 7, 700, 0.333, 2_600_000),
    ("rail", 26, 5, 1_500, 0.5, 5_600_000),
    ("sea_air", 17, 3, 2_900, 1 / 6, None),
    ("air", 9, 2, 4_600, 1 / 6, None),
)


def drawn(skus: int, warehouses: int, weeks: int, seed: int, markets: int | None = None) -> Problem:
    """
    Return a problem.

    Parameters
    ----------
    skus, warehouses, weeks
        How many.
    seed
        Of all that is drawn.
    markets
        How many; half as many as warehouses if not given, each with two warehouses in it.
    """
    return with_past(skus, warehouses, weeks, seed, markets)[0]


def with_past(
    skus: int, warehouses: int, weeks: int, seed: int, markets: int | None = None
) -> tuple[Problem, np.ndarray]:
    """Return a problem as `drawn` does, and the means of the `PAST` weeks before it, shape (S, M, `PAST`)."""
    rng = np.random.default_rng([seed, skus, warehouses, weeks])
    count = max(1, warehouses // 2) if markets is None else markets
    volume = np.exp(rng.normal(np.log(6_000), 0.9, skus)).astype(np.int64) + 100
    mass = (volume * rng.uniform(0.1, 0.5, skus)).astype(np.int64) + 20
    value = np.exp(rng.normal(np.log(6_000), 0.7, skus)).astype(np.int64) + 300
    every_mean, sd = _demand(rng, skus, count, weeks)
    past, mean = every_mean[:, :, :PAST], every_mean[:, :, PAST:]
    home = np.arange(warehouses) % count
    serve = _serve(rng, mass, home, count)
    price = value * rng.uniform(2.0, 4.0, skus)
    least_serve = np.where(serve < 0, 10**9, serve).min(axis=1)
    shortage = np.maximum(0.35 * price[:, None], 0.5 * (price[:, None] - value[:, None])) + 0.5 * least_serve
    storage = _storage(rng, warehouses)
    inbound = (volume[:, None] * rng.uniform(0.004, 0.008, warehouses)[None, :]).astype(np.int64)
    duty = (value[:, None] * np.full(warehouses, 0.06)[None, :]).astype(np.int64)
    on_hand, incoming = _stock(rng, mean, home, weeks)
    problem = Problem(
        start=MONDAY, skus=tuple(f"S{at:04}" for at in range(skus)),
        warehouses=tuple(f"W{at:02}" for at in range(warehouses)), markets=tuple(f"M{at:02}" for at in range(count)),
        mass_g=mass, volume_cm3=volume, value_fen=value,
        carton_units=rng.choice([1, 4, 6, 10, 12, 20], skus), least_units=np.zeros(skus, dtype=np.int64),
        battery=rng.random(skus) < 0.1, mean=mean, sd=sd,
        serve_fen=serve, serve_days=np.where(home[:, None] == np.arange(count)[None, :], 2, 5),
        inbound_fen=inbound, duty_fen=duty,
        storage_fen=storage, on_hand=on_hand, incoming=incoming,
        shortage_fen=shortage.astype(np.int64), holding_per_year=0.12,
        disposal_fen=np.full((skus, warehouses), 300), leftover_fen=_LEFT * (inbound + duty) // 100,
        capacity_cm3=np.full(warehouses, -1), budget_fen=None, shelf_weeks=np.full(skus, -1),
        lanes=_lanes(rng, warehouses, weeks),
        open_fen=rng.integers(1_000_000, 4_000_000, warehouses), is_open=np.ones((warehouses, weeks), dtype=np.bool_),
        service=0.95,
    )  # fmt: skip
    return problem, past


def _demand(rng: np.random.Generator, skus: int, markets: int, weeks: int) -> tuple[np.ndarray, np.ndarray]:
    """Return means and standard deviations: a few sell fast, many now and then, a third has a season."""
    share = rng.dirichlet(np.full(markets, 1.5), skus) * markets / 2
    size = np.exp(rng.normal(np.log(6.0), 1.3, skus))[:, None] * share
    is_sold = rng.random((skus, markets)) < 0.6
    is_sold[np.arange(skus), rng.integers(0, markets, skus)] = True
    wave = np.where(rng.random(skus) < 1 / 3, rng.uniform(0.3, 0.8, skus), 0.0)
    phase = rng.uniform(0, 2 * np.pi, skus)
    season = 1 + wave[:, None] * np.sin(2 * np.pi * np.arange(-PAST, weeks)[None, :] / 52 + phase[:, None])
    mean = np.round(size * is_sold, 3)[:, :, None] * season[:, None, :]
    factor = rng.uniform(1.1, 3.0, skus)
    return mean, np.sqrt(mean[:, :, PAST:] * factor[:, None, None])


def _serve(rng: np.random.Generator, mass: np.ndarray, home: np.ndarray, markets: int) -> np.ndarray:
    """Return picking and the last mile: cheap at home, dear to the next market, none to others."""
    near = np.abs(home[:, None] - np.arange(markets)[None, :])
    factor = np.where(near == 0, 1.0, 1.8) * rng.uniform(0.9, 1.1, (len(home), 1))
    fen = (1_800 + 0.6 * mass)[:, None, None] * factor[None]
    return np.where(near[None] > 1, -1, fen).astype(np.int64)


def _storage(rng: np.random.Generator, warehouses: int) -> np.ndarray:
    """Return fen of a cubic metre and week: nothing for four weeks, then dearer by tiers."""
    tiers = np.select([np.arange(AGES) < edge for edge in (4, 9, 13, 26, 39, 52)], [0, 0.5, 1, 1.5, 3, 4], 5.0)
    return np.asarray(7 * 500 * rng.uniform(0.7, 1.3, warehouses)[:, None] * tiers[None, :])


def _stock(rng: np.random.Generator, mean: np.ndarray, home: np.ndarray, weeks: int) -> tuple[np.ndarray, np.ndarray]:
    """Return stock of some weeks on the shelf and on the way, in the first warehouse of each market; some of it old."""
    skus, markets, _ = mean.shape
    on_hand = np.zeros((skus, len(home), AGES), dtype=np.int64)
    incoming = np.zeros((skus, len(home), weeks), dtype=np.int64)
    rate = mean.mean(axis=2)
    for m in range(markets):
        w = int(np.flatnonzero(home == m)[0])
        on_hand[np.arange(skus), w, rng.integers(0, 8, skus)] += (rate[:, m] * rng.uniform(0, 6, skus)).astype(np.int64)
        is_old = rng.random(skus) < 0.1
        on_hand[np.arange(skus), w, rng.integers(13, 50, skus)] += (is_old * rate[:, m] * 10).astype(np.int64)
        for week in range(min(6, weeks)):
            sent = (rng.random(skus) < 0.4) * rate[:, m] * rng.uniform(0, 2.5, skus)
            incoming[:, w, week] += sent.astype(np.int64)
    return on_hand, incoming


def _lanes(rng: np.random.Generator, warehouses: int, weeks: int) -> tuple[Lane, ...]:
    """Return a lane of each mode to each warehouse."""
    lanes = []
    for w in range(warehouses):
        far = rng.uniform(0.85, 1.2)
        for mode, days, spread, per_kg, g_per_cm3, box in _MODES:
            goes = np.ones(weeks, dtype=np.bool_)
            goes[[week for week in NEW_YEAR if week < weeks and mode != "air"]] = False
            drawn_days = np.maximum(3, rng.normal(days * far, spread, 40)).round().astype(int)
            lanes.append(
                Lane(
                    id=f"{mode}:W{w:02}", warehouse=w, mode=mode,  # type: ignore[arg-type]
                    lead_days=tuple(sorted(drawn_days.tolist())), loose_fen_per_kg=per_kg * far,
                    loose_fen_least=30_000, volume_g_per_cm3=g_per_cm3, weeks=goes,
                    boxes=tuple(
                        Box(unit=unit, payload_g=payload, volume_cm3=volume, price_fen=round(box * factor * far))
                        for unit, payload, volume, factor in _BOXES
                        if box is not None
                    ),
                )
            )  # fmt: skip
    return tuple(lanes)
