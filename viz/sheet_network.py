"""The network as a sheet: what runs and what does not, how often, how much it takes, and how full it is."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from viz.sheet import Layer, Path, Sheet, Spot, mode_layer, used_layers
from viz.sheet_words import number, place_facts, place_name, sheet_word
from viz.theme import INK, MODES, mode_style
from viz.words import word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from data.records import Service
    from viz.geometry import Point
    from viz.lines import LineBook
    from viz.sheet import Facts
    from viz.theme import Lang

RUNNING = ("active", "seasonal")
STATUSES = (*RUNNING, "suspended", "scenario", "historic")
_OTHER_LOOK = {"suspended": ("#5b6875", "5 5"), "scenario": ("#9a6a00", "10 3 2 3"), "historic": ("#8796a3", "1 5")}
_MAIN_KINDS = frozenset({"seaport", "airport", "rail_terminal", "border"})
_HUBS = frozenset({"seaport", "airport", "rail_terminal", "cfs", "supervision", "bonded_zone"})
_SOURCES = frozenset({"cluster", "park", "city"})
_TIERS = (("tier_collect", _SOURCES, "county_depot"), ("tier_city", frozenset({"county_depot"}), "city_depot"))
_TEU_MILLI, _KG_PER_T, _G_PER_T = 1000, 1000, 10**6
_NAMED = 5
_MANY = 400


class Use(NamedTuple):
    """
    What is booked on the departures of a service in some time.

    Parameters
    ----------
    departures
        Of which something was ever booked.
    taken_teu_milli, room_teu_milli
        Booked and offered slots on the fullest run of each, in thousandths of a TEU; 0 offered for no limit.
    taken_g, room_g
        The same in grams.
    """

    departures: int
    taken_teu_milli: int
    room_teu_milli: int
    taken_g: int
    room_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    Services of one mode and status between two neighbouring calls, over one track.

    Parameters
    ----------
    mode, status
        Of the services; running ones are ``active``.
    start, end
        Location codes, in order of the alphabet.
    services
        Ids.
    track, is_sketch
        The line on the map, and whether a great circle stands in for it.
    """

    mode: str
    status: str
    start: str
    end: str
    services: tuple[str, ...]
    track: tuple[Point, ...]
    is_sketch: bool


def runs_a_week(service: Service) -> float:
    """Return how often a service departs in a week, on the whole."""
    return len(service.days) * len(service.departs) / service.every_weeks


def network_lines(book: LineBook, *, modes: Iterable[str], statuses: Iterable[str]) -> list[Line]:
    """Return the lines of all services of some modes and statuses."""
    wanted, states = frozenset(modes), frozenset(statuses)
    runs = [
        (service, str(service.mode), min(ends), max(ends))
        for service in book.services.values()
        if service.mode in wanted and service.status in states
        for ends in pairwise(call.location for call in book.rotations.get(service.id, []))
    ]
    book.lay((mode, start, end, service.passages) for service, mode, start, end in runs)
    groups: dict[tuple[str, str, str, str, tuple[Point, ...], bool], list[str]] = defaultdict(list)
    for service, mode, start, end in runs:
        status = "active" if service.status in RUNNING else str(service.status)
        track = book.track(mode, start, end, service.passages)
        groups[mode, status, start, end, tuple(track.line), track.approximate].append(service.id)
    return [
        Line(mode=key[0], status=key[1], start=key[2], end=key[3], services=tuple(dict.fromkeys(found)),
             track=key[4], is_sketch=key[5])
        for key, found in groups.items()
    ]  # fmt: skip


def network_sheet(
    book: LineBook,
    lang: Lang,
    *,
    modes: Iterable[str] = tuple(MODES),
    statuses: Iterable[str] = RUNNING,
    use: Mapping[str, Use] | None = None,
    use_days: int = 0,
    title: str = "",
) -> Sheet:
    """
    Return the network as a sheet.

    Parameters
    ----------
    book
        Lines, places and services.
    lang
        Language of names.
    modes, statuses
        What to show.
    use, use_days
        What is booked on each service within so many days from now, None where nobody counts.
    title
        Of the map; empty for a general one.
    """
    lines = network_lines(book, modes=modes, statuses=statuses)
    paths = tuple(_path(book, line, lang, use, use_days) for line in lines)
    degree: Counter[str] = Counter()
    for line in lines:
        # Doorstep deliveries lead to places, and make none of them a hub.
        weight = 1 if line.mode in {"road", "parcel"} else 8
        degree.update({line.start: weight, line.end: weight})
    spots = tuple(_spot(book, code, lang, -count) for code, count in sorted(degree.items()))
    layers = [mode_layer(mode, lang, is_shown=mode != "parcel" or len(lines) < _MANY) for mode in MODES]
    layers += [_status_layer(status, lang) for status in _OTHER_LOOK]
    layers.append(Layer(id="places", name=sheet_word("places", lang), colour=INK, mark="circle"))
    return Sheet(
        title=title or sheet_word("network", lang),
        lang=lang,
        layers=used_layers(layers, paths, spots),
        paths=paths,
        spots=spots,
    )


def _status_layer(status: str, lang: Lang) -> Layer:
    colour, dash = _OTHER_LOOK[status]
    return Layer(
        id=status, name=sheet_word(status, lang), colour=colour, dash=dash, width=2.0, is_shown=status != "historic"
    )


def _path(book: LineBook, line: Line, lang: Lang, use: Mapping[str, Use] | None, use_days: int) -> Path:
    services = [book.services[code] for code in line.services]
    start, end = (place_name(book.locations[code], lang) for code in (line.start, line.end))
    runs = sum(runs_a_week(service) for service in services)
    measures = capacity(services)
    facts: list[tuple[str, str]] = [
        (sheet_word("status", lang), _status_text(services, lang)),
        (sheet_word("runs", lang), number(runs, 0 if runs >= _NAMED else 1)),
        (sheet_word("capacity", lang), capacity_text(*measures, lang)),
    ]
    if use is not None:
        facts += _use_facts([use[code] for code in line.services if code in use], lang, use_days)
    names = [service.name_zh if lang == "zh" else service.name_en for service in services]
    facts += [(word("service", lang), name) for name in names[:_NAMED]]
    if len(names) > _NAMED:
        facts.append(("…", word("more", lang, count=len(names) - _NAMED)))
    is_road = line.mode in {"road", "parcel"}
    properties = {
        "mode": line.mode, "status": line.status, "from": line.start, "to": line.end, "services": len(services),
        "departures_a_week": round(runs, 2), "teu_a_week": measures[0], "t_a_week": measures[1],
    }  # fmt: skip
    return Path(
        layer=line.mode if line.status == "active" else line.status,
        line=list(line.track),
        title=f"{mode_style(line.mode).name(lang)} {sheet_word('line', lang, start=start, end=end)}",
        facts=tuple(facts),
        scale=0.5 if is_road else min(1.9, 0.55 + math.log2(1 + runs) / 5),
        opacity=0.4 if is_road else 0.7,
        is_sketch=line.is_sketch,
        properties=properties,
    )


def capacity(services: Iterable[Service]) -> tuple[float | None, float | None]:
    """Return what services take in a week, in TEU and in tonnes, None for a measure that none of them names."""
    teu = [runs_a_week(one) * one.capacity_teu_milli / _TEU_MILLI for one in services if one.capacity_teu_milli]
    tonnes = [runs_a_week(one) * one.capacity_kg / _KG_PER_T for one in services if one.capacity_kg]
    return (round(sum(teu), 1) if teu else None), (round(sum(tonnes), 1) if tonnes else None)


def capacity_text(teu: float | None, tonnes: float | None, lang: Lang) -> str:
    """
    Return capacities for people.

    Examples
    --------
    >>> capacity_text(1200.0, None, "en"), capacity_text(None, None, "en")
    ('1,200 TEU', 'no limit in the tables')
    """
    parts = [sheet_word(key, lang, value=number(value)) for key, value in (("teu", teu), ("tonnes", tonnes)) if value]
    if not parts:
        return sheet_word("not_limited", lang)
    return parts[0] if len(parts) == 1 else sheet_word("and", lang, one=parts[0], other=parts[1])


def _status_text(services: Iterable[Service], lang: Lang) -> str:
    found = dict.fromkeys(str(service.status) for service in services)
    return ("、" if lang == "zh" else ", ").join(sheet_word(status, lang) for status in found)


def _use_facts(uses: list[Use], lang: Lang, days: int) -> Facts:
    """Return what is booked, by the measure that departures offer."""
    teu, room = sum(one.taken_teu_milli for one in uses), sum(one.room_teu_milli for one in uses)
    grams, room_g = sum(one.taken_g for one in uses), sum(one.room_g for one in uses)
    count = sum(one.departures for one in uses)
    name = sheet_word("used", lang, days=days)
    found: list[tuple[str, str]] = []
    for key, taken, offered, unit in (("used_teu", teu, room, _TEU_MILLI), ("used_t", grams, room_g, _G_PER_T)):
        if offered:
            said = {"taken": number(taken / unit, 1), "all": number(offered / unit, 1), "count": count}
            found.append((name, sheet_word(key, lang, percent=round(100 * taken / offered), **said)))
    return tuple(found)


def _spot(book: LineBook, code: str, lang: Lang, rank: int) -> Spot:
    row = book.locations[code]
    return Spot(
        layer="places", lat=float(row.lat), lon=float(row.lon), radius=4.5 if row.kind in _MAIN_KINDS else 2.6,
        name=place_name(row, lang), facts=place_facts(row, lang), rank=rank,
        properties={"code": code, "kind": str(row.kind)},
    )  # fmt: skip


def feeder_sheet(book: LineBook, lang: Lang) -> Sheet:
    """Return the three tiers of collection by road: sources to county depots, on to city depots, on to hubs."""
    kinds = {code: str(row.kind) for code, row in book.locations.items()}
    paths = []
    for line in network_lines(book, modes=["road"], statuses=RUNNING):
        tier = _tier(kinds[line.start], kinds[line.end])
        if tier is not None:
            path = _path(book, line, lang, None, 0)
            paths.append(_in_tier(path, tier))
    layers = [
        Layer(id="tier_hub", name=sheet_word("tier_hub", lang), colour="#0072B2", width=1.3),
        Layer(id="tier_city", name=sheet_word("tier_city", lang), colour="#D55E00", width=3.6),
        Layer(id="tier_collect", name=sheet_word("tier_collect", lang), colour="#117A5E", dash="5 3", width=2.0),
        Layer(id="hubs", name=sheet_word("hubs", lang), colour="#0072B2", mark="triangle"),
        Layer(id="sources", name=sheet_word("sources", lang), colour="#117A5E", mark="circle"),
        Layer(id="county_depots", name=sheet_word("county_depots", lang), colour="#B34E00", mark="diamond"),
        Layer(id="city_depots", name=sheet_word("city_depots", lang), colour="#7A1F5C", mark="square"),
    ]
    codes = {str(path.properties[end]) for path in paths for end in ("from", "to")}
    spots = tuple(_feeder_spot(book, code, lang) for code in sorted(codes))
    return Sheet(
        title=sheet_word("feeders", lang), lang=lang, layers=used_layers(layers, paths, spots),
        paths=tuple(paths), spots=spots, focus=frozenset({"city_depots", "county_depots", "sources"}),
    )  # fmt: skip


def _tier(one: str, other: str) -> str | None:
    """
    Return the tier of a road between two kinds of places, None if it is in none.

    Examples
    --------
    >>> _tier("cluster", "county_depot"), _tier("city_depot", "county_depot"), _tier("seaport", "city_depot")
    ('tier_collect', 'tier_city', 'tier_hub')
    """
    for name, below, above in _TIERS:
        if (one in below and other == above) or (other in below and one == above):
            return name
    is_hub = (one == "city_depot" and other in _HUBS) or (other == "city_depot" and one in _HUBS)
    return "tier_hub" if is_hub else None


def _in_tier(path: Path, tier: str) -> Path:
    return Path(
        layer=tier, line=path.line, title=path.title, facts=path.facts, scale=1.0, opacity=0.75,
        is_sketch=path.is_sketch, properties={**path.properties, "tier": tier},
    )  # fmt: skip


def _feeder_spot(book: LineBook, code: str, lang: Lang) -> Spot:
    row = book.locations[code]
    kind = str(row.kind)
    layer = "sources" if kind in _SOURCES else "hubs" if kind in _HUBS else f"{kind}s"
    rank = {"city_depots": 0, "county_depots": 1, "hubs": 2}.get(layer, 3)
    return Spot(
        layer=layer, lat=float(row.lat), lon=float(row.lon), radius=8.0 - 1.4 * rank, name=place_name(row, lang),
        facts=place_facts(row, lang), rank=rank, properties={"code": code, "kind": kind},
    )  # fmt: skip
