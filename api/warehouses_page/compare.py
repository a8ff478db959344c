"""A stocking plan beside sending nothing more, and beside an earlier plan."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from api.texts import say
from viz.stock_charts import Level, level_svg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.answer_schema import Json
    from viz.theme import Lang

_PLAN, _NOTHING, _EARLIER = "#0b5585", "#b25a00", "#6b7784"


class Cost(NamedTuple):
    """A part of the cost in fen: sending nothing more, by this plan, by an earlier one if there is one."""

    part: str
    nothing: int
    plan: int
    earlier: int | None


class Cover(NamedTuple):
    """
    How long the stock of a warehouse lasts, in days of its demand on average over the weeks.

    Parameters
    ----------
    warehouse
        Its id.
    there, coming, sent
        Pieces on hand, on their way, and sent by the plan.
    nothing, plan, earlier
        Days; None where nothing is asked for, or where it is not known.
    chart
        Stock by week.
    """

    warehouse: str
    there: int
    coming: int
    sent: int
    nothing: float | None
    plan: float | None
    earlier: float | None
    chart: Markup


class Change(NamedTuple):
    """Pieces that leave in a week by a mode for a warehouse: by an earlier plan, and by this one."""

    leaves_from: str
    mode: str
    warehouse: str
    before: int
    after: int


class Compared(NamedTuple):
    """
    A plan beside others.

    Parameters
    ----------
    costs, covers
        By part, and by warehouse.
    changes
        Against an earlier plan, in the weeks that both know.
    saved
        Fen, against sending nothing more.
    """

    costs: list[Cost]
    covers: list[Cover]
    changes: list[Change]
    saved: int


def compared(answer: Json, earlier: Json | None, lang: Lang) -> Compared:
    """Return a plan beside sending nothing more and beside an earlier one."""
    nothing = answer["nothing"]["cost_fen"]
    before = None if earlier is None else earlier["cost_fen"]
    costs = [
        Cost(part, nothing[part], fen, None if before is None else before.get(part, 0))
        for part, fen in answer["cost_fen"].items()
        if fen or nothing[part] or (before or {}).get(part)
    ]
    return Compared(
        costs=costs,
        covers=[_cover(one, answer, earlier, lang) for one in answer["warehouses"]],
        changes=[] if earlier is None else changes(earlier, answer),
        saved=answer["nothing"]["cost_minor"] - answer["cost_minor"],
    )


def _cover(one: Json, answer: Json, earlier: Json | None, lang: Lang) -> Cover:
    """Return what a warehouse holds."""
    old = next((row for row in (earlier or {}).get("warehouses", ()) if row["warehouse"] == one["warehouse"]), None)
    levels = [
        Level(one["nothing_weeks"], _NOTHING, "5 4", say(lang, "wh_line_nothing")),
        Level(one["units_weeks"], _PLAN, "", say(lang, "wh_line_plan")),
    ]
    if old is not None and earlier is not None and earlier["start"] == answer["start"]:
        levels.insert(1, Level(old["units_weeks"], _EARLIER, "1 4", say(lang, "wh_line_earlier")))
    title = say(lang, "wh_level", name=one["warehouse"])
    return Cover(
        one["warehouse"], one["there_units"], one["coming_units"], one["sent_units"], one["nothing_days"],
        one["units_days"], None if old is None else old["units_days"],
        # Made by viz, which escapes every text in it.
        Markup(level_svg(levels, _mondays(answer), title=title)),  # noqa: S704
    )  # fmt: skip


def _mondays(answer: Json) -> Sequence[str]:
    """Return the first days of the weeks, as month and day."""
    start = dt.date.fromisoformat(answer["start"])
    days = [start + dt.timedelta(weeks=week) for week in range(answer["weeks"])]
    return [f"{day.month}/{day.day}" for day in days]


def changes(before: Json, after: Json) -> list[Change]:
    """Return what leaves otherwise than by an earlier plan, in the weeks that both know."""
    first = max(before["start"], after["start"])
    last = min(_end(before), _end(after))
    sums = [_sums(one, first, last) for one in (before, after)]
    found = [Change(*key, *(one.get(key, 0) for one in sums)) for key in sorted({*sums[0], *sums[1]})]
    return [one for one in found if one.before != one.after]


def _end(answer: Json) -> str:
    """Return the first day after the weeks of a plan."""
    return (dt.date.fromisoformat(answer["start"]) + dt.timedelta(weeks=answer["weeks"])).isoformat()


def _sums(answer: Json, first: str, last: str) -> dict[tuple[str, str, str], int]:
    """Return the pieces that leave, by week, mode and warehouse."""
    found: dict[tuple[str, str, str], int] = {}
    for one in answer["consignments"]:
        if first <= one["leaves_from"] < last:
            key = (one["leaves_from"], one["mode"], one["warehouse"])
            found[key] = found.get(key, 0) + sum(good["units"] for good in one["goods"])
    return found
