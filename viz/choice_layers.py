"""All options of a quote on one map: the chosen one drawn strongly, the others behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from viz.layers import Layers, option_layers
from viz.theme import MODES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.itinerary import Option
    from data.timeaxis import TimeAxis
    from viz.lines import LineBook
    from viz.theme import Lang

_FAINT = {"scale": 0.7, "opacity": 0.4}
_SMALL = {"radius": 3.5, "labelled": False}


def choice_layers(
    book: LineBook, axis: TimeAxis, options: Sequence[tuple[int, Option]], chosen: int, *, lang: Lang, title: str = ""
) -> Layers:
    """
    Return the layers of several ways to move a shipment.

    Every line and every point has ``options``, the numbers of the options that use it, so that a page can show another
    choice without asking again. What is drawn for several options is there once.

    Parameters
    ----------
    book
        Lines and places.
    axis
        Turns minutes into instants for the popups.
    options
        The options with their numbers.
    chosen
        Number of the one that is drawn strongly; it sets the view.
    lang
        Language of names.
    title
        Shown on the map; empty for a general one.
    """
    lines: dict[tuple[Any, ...], dict[str, Any]] = {}
    points: dict[tuple[str, float], dict[str, Any]] = {}
    view = None
    for number, option in sorted(options, key=lambda item: item[0] != chosen):
        found = option_layers(book, axis, option, lang=lang, title=title)
        is_chosen = number == chosen
        view = found if is_chosen or view is None else view
        for line in found["lines"]:
            key = (line["mode"], tuple(tuple(drawn) for drawn in line["drawn"]))
            _noted(lines, key, line if is_chosen else line | _FAINT, number)
        for point in found["points"]:
            _noted(points, (point["code"], point["lon"]), point if is_chosen else point | _SMALL, number)
    seen = {line["mode"] for line in lines.values()}
    return Layers(
        title=title or (view["title"] if view is not None else ""),
        modes=[mode for mode in MODES if mode in seen],
        # What comes last is drawn on top.
        lines=sorted(lines.values(), key=lambda line: chosen in line["options"]),
        points=sorted(points.values(), key=lambda point: chosen in point["options"]),
        bounds=None if view is None else view["bounds"],
    )


def _noted(known: dict[Any, dict[str, Any]], key: tuple[Any, ...], item: dict[str, Any], number: int) -> None:
    """Keep what is drawn, once, with the numbers of the options it is drawn for."""
    known.setdefault(key, item | {"options": []})["options"].append(number)
