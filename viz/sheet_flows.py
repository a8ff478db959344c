"""Flows as a sheet: what moves where by which mode on which day, as wide as its volume."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from viz.sheet import Layer, Path, Sheet, Spot, mode_layer, used_layers
from viz.sheet_words import number, place_facts, place_name, sheet_word
from viz.theme import INK, MODES, mode_style
from viz.words import word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from viz.lines import LineBook
    from viz.theme import Lang

_LEAST, _MOST = 0.5, 4.2
_LEAST_RADIUS, _MOST_RADIUS = 2.8, 9.0
_CM3_PER_M3, _G_PER_KG = 10**6, 1000
_DAYS_SHOWN = 4


class Move(NamedTuple):
    """
    Cargo on one service from one place to another on one day.

    Parameters
    ----------
    service, origin, destination
        Service and the calls between which it is used.
    day
        Local date of departure, as ``2026-12-01``.
    volume_cm3, mass_g
        Of the cargo.
    bookings
        How many.
    """

    service: str
    origin: str
    destination: str
    day: str
    volume_cm3: int
    mass_g: int
    bookings: int = 1


class Flow(NamedTuple):
    """Moves by one mode between two places over one track, and what all of them carry."""

    mode: str
    origin: str
    destination: str
    moves: tuple[Move, ...]
    volume_cm3: int
    mass_g: int
    bookings: int


def flows_of(book: LineBook, moves: Iterable[Move]) -> list[Flow]:
    """Return moves by mode, ends and passages together, those that carry most first."""
    groups: dict[tuple[str, str, str, tuple[str, ...]], list[Move]] = defaultdict(list)
    for move in moves:
        service = book.services[move.service]
        groups[str(service.mode), move.origin, move.destination, service.passages].append(move)
    found = [
        Flow(
            mode, start, end, tuple(part), sum(move.volume_cm3 for move in part), sum(move.mass_g for move in part),
            sum(move.bookings for move in part),
        )
        for (mode, start, end, _), part in groups.items()
    ]  # fmt: skip
    return sorted(found, key=lambda flow: (-flow.volume_cm3, flow.origin, flow.destination, flow.mode))


def flow_sheet(book: LineBook, flows: Sequence[Flow], lang: Lang, *, title: str) -> Sheet:
    """
    Return flows as a sheet with a slider over their days.

    Parameters
    ----------
    book
        Lines and places.
    flows
        What moves.
    lang
        Language of names.
    title
        Of the map.
    """
    days = sorted({move.day for flow in flows for move in flow.moves})
    numbers = {day: step for step, day in enumerate(days)}
    most = max((flow.volume_cm3 for flow in flows), default=0)
    book.prepare((flow.moves[0].service, flow.origin, flow.destination) for flow in flows)
    paths = tuple(_path(book, flow, lang, most, numbers) for flow in flows)
    spots = _spots(book, flows, lang)
    layers = [*(mode_layer(mode, lang) for mode in MODES), _places(lang)]
    return Sheet(
        title=title, lang=lang, layers=used_layers(layers, paths, spots), paths=paths, spots=spots,
        steps=_steps(flows, days, lang), steps_name=sheet_word("day_of_departure", lang),
    )  # fmt: skip


def _places(lang: Lang) -> Layer:
    return Layer(id="places", name=sheet_word("places", lang), colour=INK, mark="circle")


def scale_of(volume_cm3: int, most_cm3: int) -> float:
    """Return how wide a flow is; widths grow as the square root of volumes."""
    share = math.sqrt(max(volume_cm3, 0) / most_cm3) if most_cm3 > 0 else 0.0
    return round(_LEAST + (_MOST - _LEAST) * share, 2)


def _path(book: LineBook, flow: Flow, lang: Lang, most: int, numbers: Mapping[str, int]) -> Path:
    track = book.plain_leg(flow.moves[0].service, flow.origin, flow.destination)
    start, end = (place_name(book.locations[code], lang) for code in (flow.origin, flow.destination))
    by_day: dict[str, int] = defaultdict(int)
    for move in flow.moves:
        by_day[move.day] += move.volume_cm3
    facts = [
        (sheet_word("volume", lang), cubic(flow.volume_cm3, lang)),
        (sheet_word("mass", lang), sheet_word("kg", lang, value=number(flow.mass_g / _G_PER_KG))),
        (sheet_word("bookings", lang), number(flow.bookings)),
        *((day, cubic(by_day[day], lang)) for day in sorted(by_day)[:_DAYS_SHOWN]),
    ]
    if len(by_day) > _DAYS_SHOWN:
        facts.append(("…", word("more", lang, count=len(by_day) - _DAYS_SHOWN)))
    return Path(
        layer=flow.mode,
        line=track.line,
        title=f"{mode_style(flow.mode).name(lang)} {sheet_word('arrow', lang, start=start, end=end)}",
        facts=tuple(facts),
        scale=scale_of(flow.volume_cm3, most),
        opacity=0.7,
        is_sketch=track.approximate, is_plain=True,
        properties={
            "mode": flow.mode, "from": flow.origin, "to": flow.destination, "volume_cm3": flow.volume_cm3,
            "mass_g": flow.mass_g, "bookings": flow.bookings,
        },
        by_step={numbers[day]: scale_of(volume, most) for day, volume in sorted(by_day.items())},
    )  # fmt: skip


def cubic(volume_cm3: int, lang: Lang) -> str:
    """
    Return a volume for people.

    Examples
    --------
    >>> cubic(1_234_500_000, "en")
    '1,234.5 m³'
    """
    return sheet_word("m3", lang, value=number(volume_cm3 / _CM3_PER_M3, 1))


def _steps(flows: Sequence[Flow], days: Sequence[str], lang: Lang) -> tuple[str, ...]:
    """Return what the slider says: for all days, then for each."""
    if not days:
        return ()
    count: dict[str, set[int]] = defaultdict(set)
    volume: dict[str, int] = defaultdict(int)
    for place, flow in enumerate(flows):
        for move in flow.moves:
            count[move.day].add(place)
            volume[move.day] += move.volume_cm3
    whole = sheet_word("all_days", lang, count=number(len(flows)), first=days[0], last=days[-1])
    return (
        whole,
        *(
            sheet_word(
                "one_day", lang, day=day, count=number(len(count[day])), volume=number(volume[day] / _CM3_PER_M3, 1)
            )
            for day in days
        ),
    )


def _spots(book: LineBook, flows: Sequence[Flow], lang: Lang) -> tuple[Spot, ...]:
    """Return the places of flows, the busiest first."""
    passed: dict[str, int] = defaultdict(int)
    for flow in flows:
        passed[flow.origin] += flow.volume_cm3
        passed[flow.destination] += flow.volume_cm3
    most = max(passed.values(), default=0) or 1
    spots = []
    for rank, code in enumerate(sorted(passed, key=lambda code: (-passed[code], code))):
        row = book.locations[code]
        radius = _LEAST_RADIUS + (_MOST_RADIUS - _LEAST_RADIUS) * math.sqrt(passed[code] / most)
        spots.append(
            Spot(
                layer="places", lat=float(row.lat), lon=float(row.lon), radius=round(radius, 1),
                name=place_name(row, lang), rank=rank,
                facts=((sheet_word("volume", lang), cubic(passed[code], lang)), *place_facts(row, lang)),
                properties={"code": code, "volume_cm3": passed[code]},
            )
        )  # fmt: skip
    return tuple(spots)
