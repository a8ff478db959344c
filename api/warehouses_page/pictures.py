"""The pictures of the page: catchments by part of the world, days of cover, and the ladder of ages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from markupsafe import Markup

from api.answer_schema import Json
from api.texts import say
from data.catalogue import Catalogue
from data.records import Location
from network.warehouse.reach import Reaches
from optimizer.stock.outlook import Cover
from viz.stock_charts import AgeBar, CoverBar, cover_svg, ladder_svg
from viz.stock_map import Catchment, StoreMark, catchment_svg
from viz.theme import Lang

_REGIONS = (("americas", -170.0, -30.0), ("europe", -30.0, 60.0), ("asia", 60.0, 190.0))
_MOST_BARS = 40


class Pictures(NamedTuple):
    """
    What is drawn.

    Parameters
    ----------
    maps
        Name and picture of each part of the world with warehouses.
    cover, ladder
        Charts.
    """

    maps: list[tuple[str, Markup]]
    cover: Markup
    ladder: Markup


def pictures(catalogue: Catalogue, answer: Json, lang: Lang) -> Pictures:
    """Return the pictures of an answer."""
    covers = answer["outlook"].covers
    return Pictures(
        maps=_maps(catalogue, covers, lang),
        cover=Markup(cover_svg(_bars(covers, lang), title=say(lang, "wh_cover"), unit=say(lang, "wh_days"))),  # noqa: S704 - escaped there
        ladder=Markup(ladder_svg(_rungs(answer["ladder"], lang), title=say(lang, "wh_ladder"), unit="m³")),  # noqa: S704
    )


def names_of(catalogue: Catalogue, lang: Lang) -> dict[str, str]:
    """Return what warehouses are called, by id."""
    reaches = catalogue.derived(Reaches)
    places = {name: reaches.place(name) for name in reaches.rows}
    return {name: place.name_zh if lang == "zh" else place.name_en for name, place in places.items()}


def markets_of(catalogue: Catalogue, lang: Lang) -> dict[str, str]:
    """Return what markets are called, by code."""
    return {row.code: row.name_zh if lang == "zh" else row.name_en for row in catalogue.territories}


def _bars(covers: tuple[Cover, ...], lang: Lang) -> list[CoverBar]:
    return [
        CoverBar(
            label=one.warehouse,
            on_hand=one.on_hand_days,
            in_transit=one.in_transit_days or 0.0,
            in_production=one.in_production_days or 0.0,
            tip=say(
                lang, "wh_cover_tip", name=one.warehouse, here=f"{one.on_hand_days:,.0f}",
                coming=f"{one.in_transit_days or 0:,.0f}", made=f"{one.in_production_days or 0:,.0f}",
            ),
        )
        for one in covers
        if one.on_hand_days is not None
    ][:_MOST_BARS]  # fmt: skip


def _rungs(ladder: list[tuple[int, int | None, int, float]], lang: Lang) -> list[AgeBar]:
    return [
        AgeBar(
            label=span(first, last),
            volume_m3=volume,
            tip=say(lang, "wh_ladder_tip", span=span(first, last), units=f"{units:,}", volume=f"{volume:,.1f}"),
        )
        for first, last, units, volume in ladder
    ]


def span(first: int, last: int | None) -> str:
    """
    Return a span of days.

    Examples
    --------
    >>> span(31, 60), span(361, None)
    ('31–60', '361+')
    """
    return f"{first}+" if last is None else f"{first}–{last}"


def _maps(catalogue: Catalogue, covers: tuple[Cover, ...], lang: Lang) -> list[tuple[str, Markup]]:
    reaches, middles = catalogue.derived(Reaches), _middles(catalogue)
    names, markets, found = names_of(catalogue, lang), markets_of(catalogue, lang), []
    most = max((rate for one in covers for rate in one.markets.values()), default=1.0) or 1.0
    for region, west, east in _REGIONS:
        stores: list[StoreMark] = []
        catchments: list[Catchment] = []
        for number, one in enumerate(covers, 1):
            place = reaches.place(one.warehouse)
            if not west <= float(place.lon) < east:
                continue
            at = (float(place.lat), float(place.lon))
            tip = say(
                lang, "wh_store_tip", name=names[one.warehouse], units=f"{one.on_hand:,}",
                coming=f"{one.in_transit:,}", made=f"{one.in_production:,}",
            )  # fmt: skip
            stores.append(StoreMark(number, at, tip))
            for market, rate in one.markets.items():
                if market in middles and rate > 0:
                    words = say(
                        lang, "wh_catchment_tip", name=names[one.warehouse], market=markets[market],
                        units=f"{rate * 7:,.1f}",
                    )  # fmt: skip
                    catchments.append(Catchment(at, middles[market], markets[market], rate / most, words))
        if stores:
            title = say(lang, f"wh_{region}")
            found.append((title, Markup(catchment_svg(stores, catchments, title=title))))  # noqa: S704 - escaped there
    return found


def _middles(catalogue: Catalogue) -> Mapping[str, tuple[float, float]]:
    """Return the middle of the places of each market."""
    places: dict[str, list[Location]] = {}
    for row in catalogue.demand_places:
        place = catalogue.location(row.location)
        places.setdefault(place.territory, []).append(place)
    return {
        market: (sum(float(one.lat) for one in some) / len(some), sum(float(one.lon) for one in some) / len(some))
        for market, some in places.items()
    }
