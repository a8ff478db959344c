"""Reach and catchments as sheets: graded marks for how far one gets, lines from warehouses to what they serve."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from viz.geometry import great_circle
from viz.sheet import MODE_MARKS, Layer, Path, Sheet, Spot, modes_in_order, used_layers
from viz.sheet_words import number, place_facts, place_name, sheet_word
from viz.theme import INK, mode_style

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from viz.lines import LineBook
    from viz.sheet import Facts, Mark
    from viz.theme import Lang

# From dark to light, so that the order shows without colours; shapes differ as well.
_BANDS: tuple[tuple[str, Mark], ...] = (
    ("#0b3c5d", "square"), ("#1f78a8", "circle"), ("#5aa9d6", "triangle"), ("#9a6a00", "diamond"),
    ("#c9a227", "circle"),
)  # fmt: skip
_RADIUS = 6.5


class Reached(NamedTuple):
    """
    A place within reach.

    Parameters
    ----------
    code
        Of the place.
    fastest, cheapest
        Days and fen of the fastest way within the budget, and of the cheapest within the days.
    mode
        Main mode of the cheapest way.
    fast_mode
        Main mode of the fastest.
    by_mode
        Days and fen of the cheapest way of each main mode that gets there.
    """

    code: str
    fastest: tuple[float, int]
    cheapest: tuple[float, int]
    mode: str
    fast_mode: str
    by_mode: Mapping[str, tuple[float, int]]


def yuan(fen: int) -> str:
    """
    Return fen as whole yuan.

    Examples
    --------
    >>> yuan(1_234_567)
    '12,346'
    """
    return number(fen / 100)


def reach_sheet(
    book: LineBook, origin: str, found: Sequence[Reached], lang: Lang, *, days: Sequence[int], is_by_mode: bool
) -> Sheet:
    """
    Return what is reached as a sheet.

    Parameters
    ----------
    book
        Places.
    origin
        Where from.
    found
        What is reached.
    lang
        Language of names.
    days
        Upper ends of the bands, ascending.
    is_by_mode
        Whether marks show the mode of the cheapest way, and not the band of the fastest.
    """
    start = book.locations[origin]
    spots = [
        _reached_spot(book, one, lang, days, is_by_mode=is_by_mode, rank=rank) for rank, one in enumerate(found, 1)
    ]
    spots.append(
        Spot(
            layer="origin", lat=float(start.lat), lon=float(start.lon), radius=10, name=place_name(start, lang),
            facts=place_facts(start, lang), rank=0, properties={"code": origin},
        )
    )  # fmt: skip
    if is_by_mode:
        layers = [
            Layer(
                id=mode, name=sheet_word("best_mode", lang, mode=mode_style(mode).name(lang)),
                colour=mode_style(mode).colour, mark=MODE_MARKS.get(mode, "circle"),
            )
            for mode in modes_in_order(one.mode for one in found)
        ]  # fmt: skip
    else:
        layers = [
            Layer(id=f"band{at}", name=sheet_word("band", lang, days=limit), colour=_look(at)[0], mark=_look(at)[1])
            for at, limit in enumerate(days)
        ]
    layers.append(Layer(id="origin", name=sheet_word("origin", lang), colour=INK, mark="diamond"))
    title = sheet_word("reach", lang, place=place_name(start, lang))
    return Sheet(title=title, lang=lang, layers=used_layers(layers, (), spots), spots=tuple(spots))


def _look(band: int) -> tuple[str, Mark]:
    return _BANDS[min(band, len(_BANDS) - 1)]


def band_of(days: float, limits: Sequence[int]) -> int:
    """
    Return the number of the band in which a time falls, the last one for what is beyond all.

    Examples
    --------
    >>> band_of(10.0, [10, 15]), band_of(10.1, [10, 15])
    (0, 1)
    """
    return next((at for at, limit in enumerate(limits) if days <= limit), len(limits) - 1)


def _reached_spot(
    book: LineBook, one: Reached, lang: Lang, days: Sequence[int], *, is_by_mode: bool, rank: int
) -> Spot:
    row = book.locations[one.code]
    facts: list[tuple[str, str]] = [
        (sheet_word(name, lang), sheet_word("days_cost_mode", lang, mode=mode_style(mode).name(lang), **_said(way)))
        for name, way, mode in (("fastest", one.fastest, one.fast_mode), ("cheapest", one.cheapest, one.mode))
    ]
    facts += [
        (mode_style(mode).name(lang), sheet_word("days_cost", lang, **_said(way))) for mode, way in one.by_mode.items()
    ]
    return Spot(
        layer=one.mode if is_by_mode else f"band{band_of(one.fastest[0], days)}",
        lat=float(row.lat), lon=float(row.lon), radius=_RADIUS, name=place_name(row, lang),
        facts=(*facts, *place_facts(row, lang)), rank=rank,
        properties={
            "code": one.code, "fastest_days": one.fastest[0], "fastest_cny": one.fastest[1] / 100,
            "fastest_mode": one.fast_mode, "cheapest_days": one.cheapest[0], "cheapest_cny": one.cheapest[1] / 100,
            "cheapest_mode": one.mode,
        },
    )  # fmt: skip


def _said(way: tuple[float, int]) -> dict[str, str]:
    return {"days": number(way[0], 1), "cost": yuan(way[1])}


class Served(NamedTuple):
    """
    A market with the warehouses that serve it best.

    Parameters
    ----------
    market
        Location code.
    fastest, cheapest
        Of each: location code of the warehouse, days and fen; the fastest is None where no way is known.
    """

    market: str
    fastest: tuple[str, float, int] | None
    cheapest: tuple[str, float, int] | None


def catchment_sheet(
    book: LineBook, served: Sequence[Served], warehouses: Sequence[str], lang: Lang, *, is_by_time: bool
) -> Sheet:
    """
    Return which warehouse serves which market best, as lines from one to the other.

    Parameters
    ----------
    book
        Places.
    served
        Markets.
    warehouses
        Location codes of all warehouses, those that serve nothing as well.
    lang
        Language of names.
    is_by_time
        Whether the fastest counts, and not the cheapest.
    """
    layer = "time_line" if is_by_time else "cost_line"
    paths, spots, counts = [], [], dict.fromkeys(warehouses, 0)
    for one in served:
        best = one.fastest if is_by_time else one.cheapest
        if best is None:
            continue
        counts[best[0]] = counts.get(best[0], 0) + 1
        if best[0] != one.market:
            paths.append(_catchment_path(book, one.market, best, lang, layer))
        spots.append(_market_spot(book, one, lang))
    rank = {code: place for place, code in enumerate(sorted(counts, key=lambda code: (-counts[code], code)))}
    spots += [_warehouse_spot(book, code, count, rank[code], lang) for code, count in counts.items()]
    layers = [
        Layer(id=layer, name=sheet_word(layer, lang), colour="#0072B2" if is_by_time else "#117A5E", width=1.6),
        Layer(id="idle", name=sheet_word("idle", lang), colour="#8796a3", mark="square"),
        Layer(id="market", name=sheet_word("markets", lang), colour=INK, mark="circle"),
        Layer(id="warehouse", name=sheet_word("warehouses", lang), colour="#D55E00", mark="square"),
    ]
    return Sheet(
        title=sheet_word("catchments", lang), lang=lang, layers=used_layers(layers, paths, spots),
        paths=tuple(paths), spots=tuple(spots),
    )  # fmt: skip


def _catchment_path(book: LineBook, market: str, best: tuple[str, float, int], lang: Lang, layer: str) -> Path:
    code, days, fen = best
    said = sheet_word("days_cost", lang, days=number(days, 1), cost=number(fen / 100, 2))
    start, end = (place_name(book.locations[place], lang) for place in (code, market))
    return Path(
        layer=layer, line=great_circle(book.point(code), book.point(market)),
        title=sheet_word("arrow", lang, start=start, end=end),
        facts=((sheet_word("served", lang), said),),
        opacity=0.6, properties={"from": code, "to": market, "days": days, "cost_cny": fen / 100},
    )  # fmt: skip


def _market_spot(book: LineBook, one: Served, lang: Lang) -> Spot:
    row = book.locations[one.market]
    facts: Facts = tuple(
        (sheet_word(name, lang), _served_text(book, way, lang))
        for name, way in (("time_line", one.fastest), ("cost_line", one.cheapest))
        if way is not None
    )
    return Spot(
        layer="market", lat=float(row.lat), lon=float(row.lon), radius=4, name=place_name(row, lang), rank=1000,
        facts=(*facts, *place_facts(row, lang)), properties={"code": one.market},
    )  # fmt: skip


def _served_text(book: LineBook, way: tuple[str, float, int], lang: Lang) -> str:
    name = place_name(book.locations[way[0]], lang)
    said = sheet_word("days_cost", lang, days=number(way[1], 1), cost=number(way[2] / 100, 2))
    return f"{name} · {said}"


def _warehouse_spot(book: LineBook, code: str, count: int, rank: int, lang: Lang) -> Spot:
    row = book.locations[code]
    return Spot(
        layer="warehouse" if count else "idle", lat=float(row.lat), lon=float(row.lon),
        radius=round(min(12.0, 4.5 + 1.8 * math.sqrt(count)), 1), name=place_name(row, lang),
        rank=rank if count else None,
        facts=((sheet_word("serves", lang), number(count)), *place_facts(row, lang)),
        properties={"code": code, "markets": count},
    )  # fmt: skip
