"""
Generated freight networks for timing the search.

Places lie on a plane of 10,000 by 6,000 km in clusters around hubs. Trucks tie places to their neighbours and hubs twice
a day, trains and ships join hubs once to three times a week, aircraft join the largest hubs daily. Prices and emissions grow
with distance by mode; hubs charge storage after free time, places open in working hours, every leg has a cut-off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from network.timetable import Ints, Timetable, Weights, csr

DAY = 1440
HORIZON_DAYS = 60
# mode: km/h, fixed minutes, fen per km, fixed fen, g CO2e per km, departures a week, cut-off minutes
MODES = {
    "road": (60.0, 60.0, 90.0, 2_000.0, 80.0, 14, 60),
    "rail": (25.0, 1_440.0, 22.0, 50_000.0, 20.0, 3, 2_880),
    "sea": (28.0, 2_880.0, 7.0, 60_000.0, 8.0, 1, 4_320),
    "air": (800.0, 240.0, 400.0, 60_000.0, 700.0, 7, 360),
}


@dataclass(frozen=True)
class Generated:
    """A generated network: arrays, and for each leg its mode."""

    timetable: Timetable
    weights: Weights
    connections: int


def _edges(rng: np.random.Generator, points: np.ndarray, hubs: int) -> list[tuple[int, int, str]]:
    """Return undirected edges (a, b, mode); the first `hubs` points are hubs, the first tenth of them gateways."""
    edges: set[tuple[int, int, str]] = set()
    everyone = np.arange(len(points))
    hub_pool = np.arange(hubs)
    gateways = np.arange(max(4, hubs // 10))

    def near(i: int, pool: np.ndarray, k: int) -> list[int]:
        d = np.hypot(*(points[pool] - points[i]).T)
        order = pool[np.argsort(d, kind="stable")]
        return [int(j) for j in order[order != i][:k]]

    for i in range(hubs, len(points)):
        edges.update((i, j, "road") for j in near(i, hub_pool, 2))
        if rng.random() < 0.25:
            edges.update((i, j, "road") for j in near(i, everyone, 1))
    for i in range(hubs):
        edges.update((i, j, "rail") for j in near(i, gateways, 2) + near(i, hub_pool, 1))
        edges.update((i, j, "road") for j in near(i, hub_pool, 1) + near(i, gateways, 1))
    for i in gateways:
        for mode, k in (("sea", 5), ("air", 5), ("rail", 2)):
            edges.update((int(i), int(j), mode) for j in rng.choice(gateways, size=min(k, len(gateways)), replace=False) if j != i)
    return sorted({(min(a, b), max(a, b), m) for a, b, m in edges})


def generate(locations: int, connections: int, seed: int) -> Generated:
    """
    Return a network of about the given size; `connections` counts dated departures of legs.

    The weekly frequencies are scaled by one factor to reach the number of connections.
    """
    rng = np.random.default_rng(seed)
    hubs = max(12, locations // 8)
    centres = rng.uniform((0, 0), (10_000, 6_000), size=(hubs, 2))
    spread = rng.normal(0, 120, size=(locations - hubs, 2))
    points = np.vstack([centres, centres[rng.integers(0, hubs, locations - hubs)] + spread])
    edges = _edges(rng, points, hubs)
    legs = [(a, b, m) for a, b, m in edges] + [(b, a, m) for a, b, m in edges]
    weekly = np.array([MODES[m][5] for _, _, m in legs], dtype=float)
    factor = connections / (weekly.sum() * HORIZON_DAYS / 7)
    counts = np.maximum(2, rng.poisson(weekly * factor * HORIZON_DAYS / 7))
    start = np.array([a for a, _, _ in legs], dtype=np.int64)
    end = np.array([b for _, b, _ in legs], dtype=np.int64)
    km = np.hypot(*(points[start] - points[end]).T) * 1.2 + 5
    table = np.array([MODES[m] for _, _, m in legs], dtype=float)
    duration = (km / table[:, 0] * 60 + table[:, 1]).astype(np.int64)
    cost = ((km * table[:, 2] + table[:, 3]) * rng.uniform(0.9, 1.1, len(legs))).astype(np.int64)
    emissions = (km * table[:, 4] * rng.uniform(0.9, 1.1, len(legs))).astype(np.int64)
    departures = np.concatenate([np.sort(rng.integers(0, HORIZON_DAYS * DAY, c)) for c in counts]).astype(np.int64)
    bounds = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    is_hub = np.arange(locations) < hubs
    leg_ids = np.arange(len(legs), dtype=np.int64)
    out_ptr, arc_to, arc_leg = csr(start, locations, end, leg_ids)
    in_ptr, in_from, in_leg = csr(end, locations, start, leg_ids)
    days = np.arange(HORIZON_DAYS * 2, dtype=np.int64)
    working = days[days % 7 < 6]
    zero = np.zeros(len(legs), dtype=np.int64)
    timetable = Timetable(
        out_ptr, arc_to, arc_leg, in_ptr, in_from, in_leg,
        bounds[:-1], bounds[1:], zero, duration, table[:, 6].astype(np.int64), zero - 1,
        np.where(is_hub[end], -1, 0).astype(np.int64), np.where(is_hub[end], 720, 60).astype(np.int64), zero - 1,
        departures, np.array([0, len(working)], dtype=np.int64), working * DAY + 480, working * DAY + 1_080,
        np.arange(locations, dtype=np.int64),
    )
    return Generated(timetable, _weights(rng, cost, emissions, is_hub), int(counts.sum()))


def _weights(rng: np.random.Generator, cost: Ints, emissions: Ints, is_hub: np.ndarray) -> Weights:
    """Return weights with three storage tariffs at the hubs."""
    daily = np.array([1_500, 4_000, 9_000], dtype=np.int64)
    tariff = np.where(is_hub, rng.integers(0, 3, len(is_hub)), -1).astype(np.int64)
    free = np.array([2, 4, 7], dtype=np.int64) * DAY
    return Weights(
        cost, emissions, tariff, free, daily[:, None] * np.arange(130, dtype=np.int64)[None, :],
        np.where(is_hub, daily[tariff], 0).astype(np.int64), np.where(is_hub, free[tariff], 0).astype(np.int64),
        np.zeros(len(is_hub), dtype=np.int64),
    )
