"""A placement as plain values: by market, by warehouse, by SKU; amounts in fen that add up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.answer_schema import Json
from api.texts import catalogue

if TYPE_CHECKING:
    from data.catalogue import Catalogue
    from data.stock import Stock
    from network.customs.breakeven import Band
    from optimizer.stock.placement import Home, Placement, PlaceTask
    from viz.theme import Lang

_PARCELS = "parcels"


@dataclass(frozen=True, kw_only=True)
class Placed:
    """
    A placement with what it was asked of.

    Parameters
    ----------
    catalogue, stock, task, placement
        The data set, the file, the question and the answer.
    origin
        Code of the location goods are sent from.
    promise_days
        As asked, None without.
    """

    catalogue: Catalogue
    stock: Stock
    task: PlaceTask
    placement: Placement
    origin: str
    promise_days: int | None


def note_text(lang: Lang, code: str, values: tuple[str, ...]) -> str:
    """
    Return a note of a problem in words.

    Examples
    --------
    >>> note_text("en", "no_lane", ("GC-DE",))
    'nothing can be sent to GC-DE in the weeks planned'
    """
    return catalogue(lang)["", f"stock_note_{code}"].format(**dict(zip("abc", values, strict=False)))


def placement_json(placed: Placed) -> Json:
    """Return a placement as plain values; amounts are CNY fen over all weeks."""
    problem, placement = placed.task.problem, placed.placement
    return {
        "origin": placed.origin,
        "start": problem.start.isoformat(),
        "weeks": problem.weeks,
        "promise_days": placed.promise_days,
        "status": placement.status,
        "cost_fen": placement.cost_fen,
        "bound_fen": placement.bound_fen,
        "parts": placement.parts,
        "warehouses": [_warehouse(placed, w) for w in placement.open],
        "markets": [_market(placed, m) for m in range(len(problem.markets))],
        "homes": [_home(placed, home) for home in placement.homes],
        "unserved": [[problem.skus[s], problem.markets[m]] for s, m in placement.unserved],
        "notes": [
            {"code": code, "zh": note_text("zh", code, values), "en": note_text("en", code, values)}
            for code, values in problem.notes
        ],
        "fingerprint": placed.catalogue.fingerprint,
    }


def _name(placed: Placed, warehouse: int) -> str:
    return _PARCELS if warehouse < 0 else placed.task.problem.warehouses[warehouse]


def _home(placed: Placed, home: Home) -> Json:
    problem = placed.task.problem
    return {
        "sku": problem.skus[home.sku],
        "warehouse": _name(placed, home.warehouse),
        "lane": home.lane,
        "markets": [problem.markets[m] for m in home.markets],
        "parts": home.parts,
        "cost_fen": home.cost_fen,
    }


def _warehouse(placed: Placed, warehouse: int) -> Json:
    problem = placed.task.problem
    homes = [home for home in placed.placement.homes if home.warehouse == warehouse]
    without = next(one for one in placed.placement.without if one.warehouse == warehouse)
    parts: Counter[str] = Counter()
    for home in homes:
        parts.update(home.parts)
    return {
        "warehouse": problem.warehouses[warehouse],
        "skus": len({home.sku for home in homes}),
        "open_fen": int(problem.open_fen[warehouse]),
        "parts": dict(parts),
        "without": {
            "extra_fen": without.extra_fen,
            "parts": without.parts,
            "takers": {problem.markets[m]: _name(placed, w) for m, w in without.takers.items()},
        },
    }


def _market(placed: Placed, market: int) -> Json:
    problem = placed.task.problem
    row = next(one for one in placed.catalogue.territories if one.code == problem.markets[market])
    homes = [home for home in placed.placement.homes if market in home.markets]
    by_place: dict[int, list[Home]] = {}
    for home in homes:
        by_place.setdefault(home.warehouse, []).append(home)
    places = [_place(placed, market, warehouse, group) for warehouse, group in by_place.items()]
    return {
        "market": row.code,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "units": round(sum(place["units"] for place in places), 3),
        "places": sorted(places, key=lambda place: (-place["units"], place["warehouse"])),
        "break_even": _break_even(placed, market, homes),
    }


def _place(placed: Placed, market: int, warehouse: int, homes: list[Home]) -> Json:
    """Return what one warehouse does for a market; a home that serves several gives each its part by pieces."""
    means = placed.task.problem.mean
    units = 0.0
    parts: Counter[str] = Counter()
    modes: Counter[str] = Counter()
    for home in homes:
        own = float(means[home.sku, market].sum())
        units += own
        modes[home.lane.split(":")[0] or _PARCELS] += 1
        for name, fen in home.parts.items():
            parts[name] += _share(placed, home, market, fen)
    return {
        "warehouse": _name(placed, warehouse),
        "skus": len({home.sku for home in homes}),
        "units": round(units, 3),
        "modes": dict(modes.most_common()),
        "parts": dict(parts),
        "cost_fen": sum(parts.values()),
    }


def _share(placed: Placed, home: Home, market: int, fen: int) -> int:
    """Return the part of an amount that falls to one of the markets of a home, such that all parts add up to it."""
    units = [float(placed.task.problem.mean[home.sku, m].sum()) for m in home.markets]
    place = home.markets.index(market)
    before, upto = sum(units[:place]), sum(units[: place + 1])
    return round(fen * upto / sum(units)) - round(fen * before / sum(units))


def _break_even(placed: Placed, market: int, homes: list[Home]) -> Json | None:
    """Return how parcels compare for the SKU that sells most there from a warehouse, None without any."""
    from optimizer.stock.parcel import break_even, parcel_question  # noqa: PLC0415 - loads the network
    from optimizer.stock.place_task import prices_of  # noqa: PLC0415

    task, problem = placed.task, placed.task.problem
    stored = [home for home in homes if home.warehouse >= 0 and task.parcel_fen[home.sku, market] >= 0]
    if not stored:
        return None
    home = max(stored, key=lambda one: (float(problem.mean[one.sku, market].sum()), -one.sku))
    units = sum(float(problem.mean[home.sku, m].sum()) for m in home.markets)
    freight = round(home.parts.get("freight", 0) / units)
    rest = round((home.cost_fen - home.parts.get("freight", 0) - home.parts.get("duty", 0)) / units)
    price = int(prices_of(problem)[home.sku])
    parcel = int(task.parcel_fen[home.sku, market])
    question = parcel_question(placed.stock.skus[home.sku], price, problem.markets[market], parcel, problem.start)
    found = break_even(placed.catalogue, question, freight, rest, problem.start)
    return {
        "sku": problem.skus[home.sku],
        "warehouse": _name(placed, home.warehouse),
        "price_fen": price,
        "parcel_fen": parcel + int(task.parcel_duty_fen[home.sku, market]),
        "warehouse_fen": round(home.cost_fen / units),
        "bands": [_band(band) for band in found],
    }


def _band(band: Band) -> Json:
    return {
        "above_fen": round(float(band.above)),
        "until_fen": None if band.until is None else round(float(band.until)),
        "cheaper": band.cheaper,
    }
