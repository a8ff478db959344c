"""What a page shows of the answer to a request: chart, groups, filters, comparison, countdowns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from api import present
from api.answer_schema import Json
from api.avoid import MODES
from api.local_words import moment, money
from api.similar import SIMILAR_EMISSIONS, SIMILAR_HOURS, groups
from api.texts import say
from data.values import DAY_MIN
from viz.charts import ChartPoint, mark_label, pareto_svg
from viz.theme import Lang

MOST_COMPARED = 4
"""How many options stand side by side at most."""
MOST_WHOLE = 12
"""
Options whose details are on the page at once; those of others come when they are asked for.

Forty options in detail have 18,000 elements, which a browser takes longer to put up than anybody reads them.
"""
_MAIN_MODES = frozenset({"sea", "rail", "air"})
_G_PER_KG = 1000


class Places(NamedTuple):
    """
    Where the links of an answer lead.

    Parameters
    ----------
    page, map
        Addresses that end in ``option=``, to which the number of an option is added.
    """

    page: str
    map: str


class Row(NamedTuple):
    """
    A line of the comparison.

    Parameters
    ----------
    name
        What it is about.
    cells
        The text of every option.
    values
        Numbers of which the smallest is the best, None where there is no better and worse.
    """

    name: str
    cells: list[str]
    values: list[float] | None = None


def result_view(shown: Json, places: Places, *, lang: Lang, chosen: int, compared: Sequence[int]) -> Json:
    """
    Return what `result.html` shows of an answer.

    Parameters
    ----------
    shown
        The answer as JSON, new or kept.
    places
        Where its links lead.
    lang
        Language of the page.
    chosen
        Number of the option on the map; another one is taken if there is none.
    compared
        Numbers of the options that stand side by side.
    """
    options: list[Json] = shown["options"] or shown["nearest"]
    chosen = min(max(1, chosen), max(1, len(options)))
    found = groups(options)
    heads = {group.number for group in found}
    listed = [number for group in found for number in (group.number, *(other for other, _ in group.similar))]
    first = listed[:MOST_WHOLE]
    points = [
        _point(option, number, shown, places, lang, is_chosen=number == chosen)
        for number, option in enumerate(options, 1)
        if number == chosen or number in heads
    ]
    modes = [mode for mode in MODES if any(leg["mode"] == mode for option in options for leg in option["legs"])]
    used = [mode for mode in MODES if any(point.mode == mode for point in points)]
    return {
        "answer": shown,
        "groups": found,
        "similar_hours": SIMILAR_HOURS,
        "similar_share": present.percent(SIMILAR_EMISSIONS),
        "chosen": chosen,
        "whole": {*first, chosen},
        # Whoever asked for its details by a link finds them open.
        "opened": None if chosen in first else chosen,
        "compared": [number for number in compared if number <= len(options)],
        "best": present.best_options(shown["options"]),
        "places": places,
        "filter_modes": modes,
        "comparison": _comparison(shown, options, lang),
        # Both are made by viz, which escapes every text in them.
        "chart": Markup(pareto_svg(points, lang=lang, currency=shown["fx"]["currency"])),  # noqa: S704
        "legend": [Markup(mark_label(mode, lang)) for mode in used],  # noqa: S704
    }


def read_compared(texts: Sequence[str]) -> list[int]:
    """
    Return the numbers of the options that stand side by side, each once, and not too many.

    Examples
    --------
    >>> read_compared(["3", "1", "3", "x", "-1"])
    [3, 1]
    """
    numbers = [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 5]  # noqa: PLR2004
    return list(dict.fromkeys(number for number in numbers if number))[:MOST_COMPARED]


def modes_of(option: Json) -> str:
    """Return the modes of an option with blanks between them, for a page to filter by."""
    return " ".join(dict.fromkeys(leg["mode"] for leg in option["legs"]))


def is_direct(option: Json) -> bool:
    """Say whether an option changes between no two ships, trains or aircraft."""
    return sum(leg["mode"] in _MAIN_MODES for leg in option["legs"]) <= 1


def left(instant: str, now: dt.datetime, lang: Lang) -> str:
    """
    Return how long it is until an instant.

    Examples
    --------
    >>> left("2026-05-20T09:00:00+08:00", dt.datetime(2026, 5, 18, 1, tzinfo=dt.UTC), "en")
    '2 d left'
    >>> left("2026-05-17T09:00:00+08:00", dt.datetime(2026, 5, 18, 1, tzinfo=dt.UTC), "en")
    'over'
    """
    minutes = int((dt.datetime.fromisoformat(instant) - now).total_seconds() // 60)
    return say(lang, "count_over") if minutes < 0 else say(lang, "count_left", span=present.duration(minutes, lang))


def _point(option: Json, number: int, shown: Json, places: Places, lang: Lang, *, is_chosen: bool) -> ChartPoint:
    exponent = shown["fx"]["exponent"]
    label = (
        f"{say(lang, 'option')} {number}: {present.modes_in_short(option, lang)}, "
        f"{money(option['cost_minor'], exponent, lang)} {option['currency']}, "
        f"{say(lang, 'arrives')} {moment(option['arrive_at'], lang)}, "
        f"{option['emissions_g'] / _G_PER_KG:,.0f} kg CO2e"
    )
    return ChartPoint(
        number=number,
        cost=option["cost_minor"] / 10**exponent,
        days=option["duration_min"] / DAY_MIN,
        mode=present.main_mode(option),
        label=label,
        href=f"{places.page}{number}#map",
        chosen=is_chosen,
        emissions_kg=option["emissions_g"] / _G_PER_KG,
    )


def _comparison(shown: Json, options: Sequence[Json], lang: Lang) -> list[Row]:
    """Return the lines of the comparison, each with a cell for every option."""
    exponent, currency = shown["fx"]["exponent"], shown["fx"]["currency"]

    def row(name: str, text: Callable[[Json], str], value: Callable[[Json], float] | None = None) -> Row:
        values = None if value is None else [value(option) for option in options]
        return Row(name, [text(option) for option in options], values)

    rows = [
        row(say(lang, "modes"), lambda one: present.modes_in_short(one, lang)),
        row(
            f"{say(lang, 'cost')} ({currency})",
            lambda one: money(one["cost_minor"], exponent, lang),
            lambda one: one["cost_minor"],
        ),
        row(say(lang, "departs"), lambda one: moment(one["depart_at"], lang)),
        row(say(lang, "arrives"), lambda one: moment(one["arrive_at"], lang), lambda one: _instant(one["arrive_at"])),
        row(say(lang, "p90"), lambda one: moment(one["arrive_p90"], lang), lambda one: _instant(one["arrive_p90"])),
        row(say(lang, "days"), present.days, lambda one: one["duration_min"]),
        row(
            f"{say(lang, 'emissions')} (kg)",
            lambda one: f"{one['emissions_g'] / _G_PER_KG:,.1f}",
            lambda one: one["emissions_g"],
        ),
        row(
            say(lang, "odds"),
            lambda one: _odds(one["on_time_probability"], lang),
            lambda one: -one["on_time_probability"],
        ),
        row(say(lang, "legs"), lambda one: str(len(one["legs"])), lambda one: len(one["legs"])),
        row(
            say(lang, "latest_ready"),
            lambda one: moment(one["latest_ready_at"], lang),
            lambda one: -_instant(one["latest_ready_at"]),
        ),
        row(say(lang, "binding_cutoff"), lambda one: _cutoff(one, lang)),
        row(say(lang, "papers_caption"), lambda one: str(len(one["papers"])), lambda one: len(one["papers"])),
        row(say(lang, "route"), lambda one: present.chain(one, lang)),
    ]
    if any(option["landed"] for option in options):
        rows.insert(2, row(say(lang, "landed"), lambda one: _landed(one, shown["fx"], lang)))
    return rows


def _odds(share: float, lang: Lang) -> str:
    return f"{present.chance(share)} · {present.odds(share, lang)}"


def _cutoff(option: Json, lang: Lang) -> str:
    leg = present.first_cutoff(option)
    if leg is None:
        return "—"
    cutoff = leg["binding_cutoff"]
    return f"{present.name_of(leg, 'from_name', lang)} {say(lang, cutoff['type'])} {moment(cutoff['cutoff_at'], lang)}"


def _landed(option: Json, fx: Json, lang: Lang) -> str:
    return present.landed_text(option["landed"], fx, lang) if option["landed"] else "—"


def _instant(text: str) -> float:
    return dt.datetime.fromisoformat(text).timestamp()
