"""Small sellers with stock in a few warehouses, and orders of their buyers, drawn by seed."""

from __future__ import annotations

import datetime as dt

import numpy as np

from data.orders import BuyerOrder, OrderLine
from data.stock import Aged, Demand, Lot, Sku, Stock

TODAY = dt.date(2026, 11, 30)
EUROPE = ("GC-DE", "GC-FR", "GC-PL")
MARKETS = ("DE", "FR", "PL", "AT")


def sku(name: str, mass_g: int = 800, value: int = 6000, **values: object) -> Sku:
    """Return a SKU of two litres."""
    plain = {"length_mm": 200, "width_mm": 100, "height_mm": 100, "carton_units": 10, **values}
    return Sku(id=name, mass_g=mass_g, value_minor=value, **plain)  # type: ignore[arg-type]


def lot(name: str, warehouse: str, units: int, days: int = 5) -> Lot:
    """Return pieces on hand of one age."""
    return Lot(sku=name, warehouse=warehouse, state="on_hand", units=units, ages=(Aged(units, days),), counted_on=TODAY)


def order(name: str, market: str, promise: int | None = None, **lines: int) -> BuyerOrder:
    """Return an order of today, with pieces by SKU."""
    due = None if promise is None else TODAY + dt.timedelta(days=promise)
    held = tuple(OrderLine(sku_id, units) for sku_id, units in lines.items())
    return BuyerOrder(id=name, market=market, placed_on=TODAY, promise=due, lines=held)


def weeks(name: str, market: str, mean: float, sd: float, count: int = 8) -> list[Demand]:
    """Return demand of the weeks from today on, all alike."""
    found = []
    for place in range(count):
        year, week, _ = (TODAY + dt.timedelta(days=7 * place)).isocalendar()
        text = f"{year}-W{week:02d}"
        found.append(
            Demand(sku=name, market=market, week=text, mean_milli=round(mean * 1000), sd_milli=round(sd * 1000))
        )
    return found


def seller(seed: int, *, skus: int, most: int, demand: float) -> Stock:
    """Return a seller with up to so many pieces of each SKU in each warehouse, and demand up to so much a week."""
    draw = np.random.default_rng(seed)
    names = [f"S{place}" for place in range(skus)]
    return Stock(
        skus=tuple(
            sku(name, mass_g=int(draw.choice([200, 900, 2500])), value=int(draw.choice([3000, 9000]))) for name in names
        ),
        demand=tuple(
            row
            for name in names
            for market in MARKETS
            if draw.random() < 0.7
            for row in weeks(name, market, draw.uniform(0, demand), draw.uniform(0, demand))
        ),
        lots=tuple(
            lot(name, place, units) for name in names for place in EUROPE if (units := int(draw.integers(0, most + 1)))
        ),
    )


def orders_of(stock: Stock, seed: int, count: int, most: int = 1) -> tuple[BuyerOrder, ...]:
    """Return orders of one or two SKUs, some with a promise."""
    draw = np.random.default_rng(seed)
    names = [one.id for one in stock.skus]
    return tuple(
        order(
            f"O{place}",
            str(draw.choice(MARKETS)),
            (None, 2, 4, 7)[draw.integers(4)],
            **{
                str(name): int(draw.integers(1, most + 1))
                for name in draw.choice(names, min(len(names), int(draw.integers(1, 3))), replace=False)
            },
        )
        for place in range(count)
    )
