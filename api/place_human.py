"""A placement as text for a terminal, and as sheets."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from api.human import columns
from api.plan_sheet import Column, Line, SheetRows
from api.plan_view import gap_text
from api.texts import say

if TYPE_CHECKING:
    from api.answer_schema import Json
    from viz.theme import Lang

PARTS = ("freight", "inbound", "duty", "vat", "capital", "pooling", "storage", "serve", "parcel", "parcel_duty")
_PARCELS = "parcels"
_FEN = 100


def yuan(fen: float) -> str:
    """
    Return fen as whole yuan.

    Examples
    --------
    >>> yuan(123456), yuan(-50)
    ('1,235', '-0')
    """
    return f"{fen / _FEN:,.0f}"


def placement_text(answer: Json, lang: Lang) -> str:
    """Return a placement: costs by market and warehouse, what is second best, break-evens and notes."""
    cost, bound = answer["cost_fen"], answer["bound_fen"]
    head = say(lang, "place_title", origin=answer["origin"], start=answer["start"], weeks=answer["weeks"])
    summary = say(
        lang, "place_cost", cost=yuan(cost), bound=yuan(bound), gap=gap_text((cost - bound) / max(1, cost)),
        status=say(lang, f"place_{answer['status']}"),
    )  # fmt: skip
    return "\n".join(
        [
            *(head, summary, "", say(lang, "place_markets"), *_table(answer, lang), "", say(lang, "place_second")),
            *second_best(answer, lang),
            *_bands(answer, lang),
            *_notes(answer, lang),
        ]
    )


def _place(name: str, lang: Lang) -> str:
    return say(lang, "place_parcels") if name == _PARCELS else name


def _market(market: Json, lang: Lang) -> str:
    return f"{market['name_zh' if lang == 'zh' else 'name_en']} {market['market']}"


def _table(answer: Json, lang: Lang) -> list[str]:
    """Return the costs of each market by warehouse, and the use of the warehouses."""
    shown = [part for part in PARTS if answer["parts"].get(part)]
    names = ("market", "warehouse", "skus", "units", "sent", "per_unit", *shown, "cost_short")
    rows = [[say(lang, f"place_{name}") for name in names]]
    for market in answer["markets"]:
        rows += [
            [
                *(
                    _market(market, lang),
                    _place(place["warehouse"], lang),
                    str(place["skus"]),
                    f"{place['units']:,.0f}",
                ),
                _modes(place, lang),
                f"{place['cost_fen'] / max(1.0, place['units']) / _FEN:,.2f}",
                *(yuan(place["parts"].get(part, 0)) for part in shown),
                yuan(place["cost_fen"]),
            ]
            for place in market["places"]
        ]
    blank = [""] * 5
    rows += [
        [
            say(lang, "place_open"),
            one["warehouse"],
            str(one["skus"]),
            *blank[:3],
            *[""] * len(shown),
            yuan(one["open_fen"]),
        ]
        for one in answer["warehouses"]
    ]
    return columns(rows, right=(2, 3, *range(5, len(names))))


def _modes(place: Json, lang: Lang) -> str:
    return " ".join(f"{say(lang, f'place_by_{mode}')}×{count}" for mode, count in place["modes"].items())


def second_best(answer: Json, lang: Lang) -> list[str]:
    """Return for each warehouse used and each market it serves what would be without it, and why that is dearer."""
    lines: list[str] = []
    for one in answer["warehouses"]:
        without = one["without"]
        if without["extra_fen"] is None:
            lines.append(say(lang, "place_only", market=_served(answer, one, lang), warehouse=one["warehouse"]))
            continue
        part, more = max(without["parts"].items(), key=lambda item: item[1], default=("open", 0))
        for market, taker in without["takers"].items():
            key = "place_without" if without["extra_fen"] > 0 else "place_same"
            lines.append(
                say(
                    lang,
                    key,
                    market=market,
                    warehouse=one["warehouse"],
                    taker=_place(taker, lang),
                    extra=yuan(without["extra_fen"]),
                    part=say(lang, f"place_{part}"),
                    more=yuan(more),
                )
            )
    return lines


def _served(answer: Json, warehouse: Json, lang: Lang) -> str:
    names = [
        market["market"]
        for market in answer["markets"]
        if any(place["warehouse"] == warehouse["warehouse"] for place in market["places"])
    ]
    return ("、" if lang == "zh" else ", ").join(names)


def _bands(answer: Json, lang: Lang) -> list[str]:
    """Return by market at which value of an order parcels and the warehouse cost the same."""
    lines = []
    for market in answer["markets"]:
        found = market["break_even"]
        if found is not None:
            lines.append(
                say(
                    lang,
                    "place_band",
                    market=market["market"],
                    sku=found["sku"],
                    parcel=f"{found['parcel_fen'] / _FEN:,.2f}",
                    store=f"{found['warehouse_fen'] / _FEN:,.2f}",
                    value=yuan(found["price_fen"]),
                    bands=("；" if lang == "zh" else "; ").join(_band(band, lang) for band in found["bands"]),
                )
            )
    return ["", say(lang, "place_break_even"), *lines] if lines else []


def _band(band: Json, lang: Lang) -> str:
    cheaper = say(lang, f"place_cheaper_{band['cheaper']}")
    above = yuan(band["above_fen"])
    if band["until_fen"] is None:
        return say(lang, "place_above", above=above, cheaper=cheaper)
    return say(lang, "place_between", above=above, until=yuan(band["until_fen"]), cheaper=cheaper)


def _notes(answer: Json, lang: Lang) -> list[str]:
    lines = [f"- {note[lang]}" for note in answer["notes"]]
    if answer["unserved"]:
        first = " ".join(answer["unserved"][0])
        lines.append(f"- {say(lang, 'place_unserved', count=len(answer['unserved']), first=first)}")
    return ["", say(lang, "place_notes"), *lines] if lines else []


def placement_sheets(answer: Json, lang: Lang) -> list[SheetRows]:
    """Return the sheets of a placement: markets, SKUs, what is second best, and notes; amounts in yuan."""
    parts = tuple(Column(f"place_{part}", "money", 14) for part in (*PARTS, "cost_short"))
    markets = [
        Line((_market(market, lang), _place(place["warehouse"], lang), place["skus"], place["units"], *_amounts(place)))
        for market in answer["markets"]
        for place in market["places"]
    ]
    homes = [
        Line((home["sku"], _place(home["warehouse"], lang), home["lane"], ", ".join(home["markets"]), *_amounts(home)))
        for home in answer["homes"]
    ]
    head = Column("place_warehouse", "text", 24)
    return [
        SheetRows(
            key="place_markets", lines=markets,
            columns=(
                *(Column("place_market", "text", 18), head, Column("place_skus", "count", 10)),
                *(Column("place_units", "count", 12), *parts),
            ),
        ),
        SheetRows(
            key="place_homes", lines=homes,
            columns=(
                *(Column("place_sku", "text", 18), head, Column("place_sent", "text", 24)),
                *(Column("place_market", "text", 18), *parts),
            ),
        ),
        SheetRows(
            key="place_second", columns=(Column("place_note", "wrap", 120),),
            lines=[Line((text,)) for text in second_best(answer, lang)],
        ),
        SheetRows(
            key="place_notes", columns=(Column("place_note", "wrap", 120),),
            lines=[Line((note[lang],)) for note in answer["notes"]],
        ),
    ]  # fmt: skip


def _amounts(one: Json) -> list[Decimal]:
    return [Decimal(one["parts"].get(part, 0)).scaleb(-2) for part in PARTS] + [Decimal(one["cost_fen"]).scaleb(-2)]
