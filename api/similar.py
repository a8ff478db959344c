"""Options that hardly differ: people see one of them, and may unfold the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from api.answer_schema import Json
from api.present import days_between

SIMILAR_HOURS = 12
"""Options that arrive, or may get ready, less than so many hours apart may stand together."""
SIMILAR_EMISSIONS = 0.02
"""Options that differ by less than this share of the emissions may stand together."""

_HOURS_PER_DAY = 24
_MAIN_MODES = frozenset({"sea", "rail", "air"})

Numbered = tuple[int, Json]


class Group(NamedTuple):
    """An option with its number from 1, and those that hardly differ from it."""

    number: int
    option: Json
    similar: list[Numbered]


def groups(options: Sequence[Json]) -> list[Group]:
    """
    Return options in order, with those that hardly differ from an earlier one under it.

    An option that is the best in something always stands for itself.
    """
    found: list[Group] = []
    for number, option in enumerate(options, 1):
        like = None if option["best_in"] else next((group for group in found if is_similar(group.option, option)), None)
        if like is None:
            found.append(Group(number, option, []))
        else:
            like.similar.append((number, option))
    return found


def is_similar(one: Json, other: Json) -> bool:
    """Return whether another option goes the same way, no cheaper, at about the same time and emissions."""
    return (
        _way(one) == _way(other)
        and other["cost_cny_minor"] >= one["cost_cny_minor"]
        and _is_near(one["emissions_g"], other["emissions_g"], SIMILAR_EMISSIONS)
        and all(
            abs(days_between(one[name], other[name])) * _HOURS_PER_DAY < SIMILAR_HOURS
            for name in ("arrive_at", "latest_ready_at")
        )
    )


def _way(option: Json) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the modes of an option in order, and its hubs: the ends of what goes by sea, rail or air, else of all."""
    legs = option["legs"]
    main = [leg for leg in legs if leg["mode"] in _MAIN_MODES] or legs
    return list(_stretches(legs)), [(leg["from"], leg["to"]) for leg in main]


def _stretches(legs: Sequence[Json]) -> Iterator[str]:
    """Yield modes in order, each stretch once."""
    last = None
    for leg in legs:
        if leg["mode"] != last:
            yield leg["mode"]
        last = leg["mode"]


def _is_near(one: int, other: int, share: float) -> bool:
    return abs(one - other) < share * max(one, other) or one == other
