"""A booking under way on a map: how far it has come, and what was told of it where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from viz.geometry import to_frame
from viz.layers import Layers, option_layers
from viz.popups import card

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.itinerary import Option
    from data.timeaxis import TimeAxis
    from viz.lines import LineBook
    from viz.theme import Lang

Progress = Literal["done", "under_way"]
_OPACITY: dict[str, float] = {"done": 0.95, "under_way": 0.8}
_TO_COME = 0.5


class Told(NamedTuple):
    """What was told at a place: its heading, and lines of a name and a value each."""

    heading: str
    rows: list[tuple[str, object]]


def journey_layers(
    book: LineBook,
    axis: TimeAxis,
    option: Option,
    *,
    progress: Mapping[int, Progress],
    told: Mapping[str, Told],
    lang: Lang,
    title: str = "",
) -> Layers:
    """
    Return the layers of a booked way: legs that are done drawn strongly, those to come faintly.

    Parameters
    ----------
    book
        Lines and places.
    axis
        Turns minutes into instants for the popups.
    option
        The way.
    progress
        How far legs have come, by their numbers from 1; the others are to come.
    told
        What was told, by the codes of places, also of places beside the way.
    lang
        Language of names.
    title
        Shown on the map; empty for a general one.
    """
    layers = option_layers(book, axis, option, lang=lang, title=title)
    for number, line in enumerate(layers["lines"], 1):
        line["opacity"] = _OPACITY.get(progress.get(number, ""), _TO_COME)
    on_way = {point["code"] for point in layers["points"]}
    for point in layers["points"]:
        if point["code"] in told:
            point["popup"] = _card(told[point["code"]]) + point["popup"]
    beside: Sequence[str] = [code for code in told if code not in on_way and code in book.locations]
    layers["points"] += [_beside(book, code, told[code], lang) for code in beside]
    return layers


def _card(told: Told) -> str:
    return card(told.heading, told.rows)


def _beside(book: LineBook, code: str, told: Told, lang: Lang) -> dict[str, Any]:
    """Return a point for what was told of a place that is not on the way."""
    row = book.locations[code]
    return {
        "code": code,
        "name": row.name_zh if lang == "zh" else row.name_en,
        "lat": float(row.lat),
        "lon": to_frame(float(row.lon)),
        "role": "told",
        "popup": _card(told),
        "labelled": True,
        "rank": 1,
        "radius": 6,
        "side": "auto",
    }
