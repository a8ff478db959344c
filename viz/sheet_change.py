"""Two sheets side by side: the ways of some consignments as things are, and in a scenario."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from viz.sheet import Layer, Path, Sheet, Spot, mode_layer, used_layers
from viz.sheet_words import number, place_facts, place_name, sheet_word
from viz.theme import INK, MODES, mode_style

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from viz.lines import LineBook
    from viz.sheet import Facts, Mark
    from viz.theme import Lang

FATES = ("lost", "new", "worse", "better", "slower", "faster", "same")
_LOOKS: dict[str, tuple[str, Mark]] = {
    "same": ("#8796a3", "circle"), "faster": ("#117A5E", "circle"), "better": ("#117A5E", "triangle"),
    "slower": ("#B34E00", "circle"), "worse": ("#B34E00", "diamond"), "lost": ("#7A1F5C", "square"),
    "new": ("#0072B2", "square"),
}  # fmt: skip
_ORDER = ("lost", "worse", "slower", "new", "better", "faster", "same")


class Leg(NamedTuple):
    """A stretch that consignments take: mode, service, where from and to."""

    mode: str
    service: str
    origin: str
    destination: str


class _Stretch(NamedTuple):
    """Legs that are drawn as one line: mode, ends, and what is said of the way."""

    mode: str
    origin: str
    destination: str
    note: str


class End(NamedTuple):
    """A destination with what becomes of its consignments, the worst of them first, and what is said of it."""

    code: str
    fate: str
    facts: Facts


def change_sheet(
    book: LineBook, legs: Sequence[Leg], ends: Sequence[End], origins: Sequence[str], lang: Lang, *, title: str,
    lost: frozenset[str] = frozenset(), notes: Mapping[str, str] | None = None,
) -> Sheet:  # fmt: skip
    """
    Return one side of a comparison.

    Parameters
    ----------
    book
        Lines and places.
    legs
        Of all consignments on this side, one for each ride.
    ends, origins
        Where they go, and where they come from.
    lang
        Language of names.
    title
        Of the map.
    lost
        Destinations that nothing reaches on this side, drawn hollow.
    notes
        What is said of services that go another way, by their ids; a leg of theirs has a line of its own.
    """
    rides: Counter[_Stretch] = Counter()
    service: dict[_Stretch, str] = {}
    for leg in legs:
        key = _Stretch(leg.mode, leg.origin, leg.destination, (notes or {}).get(leg.service, ""))
        rides[key] += 1
        service.setdefault(key, leg.service)
    most = max(rides.values(), default=1)
    paths = tuple(_path(book, key, service[key], count / most, count, lang) for key, count in sorted(rides.items()))
    spots = [_origin(book, code, lang) for code in dict.fromkeys(origins)]
    spots += [_end(book, end, rank, lang, is_hollow=end.code in lost) for rank, end in enumerate(_sorted(ends), 1)]
    layers = [
        *(mode_layer(mode, lang) for mode in MODES),
        *(Layer(id=fate, name=sheet_word(fate, lang), colour=_LOOKS[fate][0], mark=_LOOKS[fate][1]) for fate in _ORDER),
        Layer(id="origin", name=sheet_word("origin", lang), colour=INK, mark="square"),
    ]
    return Sheet(title=title, lang=lang, layers=used_layers(layers, paths, spots), paths=paths, spots=tuple(spots))


def worst(fates: Sequence[str]) -> str:
    """
    Return the fate that a destination is shown by.

    Examples
    --------
    >>> worst(["same", "better", "lost"])
    'lost'
    """
    return min(fates, key=_ORDER.index)


def _sorted(ends: Sequence[End]) -> list[End]:
    return sorted(ends, key=lambda end: (_ORDER.index(end.fate), end.code))


def _path(book: LineBook, key: _Stretch, service: str, share: float, count: int, lang: Lang) -> Path:
    mode, origin, destination, note = key
    track = book.plain_leg(service, origin, destination)
    start, end = (place_name(book.locations[code], lang) for code in (origin, destination))
    row = book.services[service]
    return Path(
        layer=mode, line=track.line, is_sketch=track.approximate, is_plain=True,
        scale=0.7 + 1.6 * math.sqrt(share), opacity=0.75,
        title=f"{mode_style(mode).name(lang)} {sheet_word('arrow', lang, start=start, end=end)}",
        facts=(
            (sheet_word("consignments", lang), number(count)),
            (sheet_word("line_name", lang), row.name_zh if lang == "zh" else row.name_en),
            *(((sheet_word("rerouted", lang), note),) if note else ()),
        ),
        properties={"mode": mode, "from": origin, "to": destination, "consignments": count}
        | ({"rerouted": note} if note else {}),
    )  # fmt: skip


def _origin(book: LineBook, code: str, lang: Lang) -> Spot:
    row = book.locations[code]
    return Spot(
        layer="origin", lat=float(row.lat), lon=float(row.lon), radius=8, name=place_name(row, lang), rank=0,
        facts=place_facts(row, lang), properties={"code": code},
    )  # fmt: skip


def _end(book: LineBook, end: End, rank: int, lang: Lang, *, is_hollow: bool) -> Spot:
    row = book.locations[end.code]
    return Spot(
        layer=end.fate, lat=float(row.lat), lon=float(row.lon), radius=7 if end.fate != "same" else 5,
        name=place_name(row, lang), rank=rank, facts=end.facts, colour="#ffffff" if is_hollow else None,
        properties={"code": end.code, "change": end.fate},
    )  # fmt: skip


def ends_by_place(found: Sequence[tuple[str, str, Facts]]) -> list[End]:
    """Return destinations, each once, from (code, fate, facts) of their consignments."""
    fates: Mapping[str, list[str]] = defaultdict(list)
    facts: Mapping[str, list[tuple[str, str]]] = defaultdict(list)
    for code, fate, said in found:
        fates[code].append(fate)
        facts[code] += said
    return [End(code, worst(some), tuple(facts[code][:12])) for code, some in fates.items()]
