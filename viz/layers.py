"""From an option or the whole network to plain layers: dictionaries that tests can read and folium can draw."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypedDict

from viz.geometry import (
    FRAME_MARGIN,
    bounds,
    follow,
    frame_copies,
    is_in_frame,
    nearest_turn,
    simplify,
    split_at_frame,
    to_frame,
)
from viz.popups import card
from viz.theme import MODES, mode_style
from viz.words import word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.itinerary import Option, Step
    from data.records import Location
    from data.timeaxis import TimeAxis
    from viz.geometry import Line, Point
    from viz.lines import LineBook, Track
    from viz.theme import Lang

RUNNING = frozenset({"active", "seasonal"})
_SHOWN_SERVICES = 6
_NETWORK_TOLERANCE_DEG = 0.08
_ROUTE_TOLERANCE_DEG = 0.005
_ENDS = frozenset({"origin", "destination"})
_MAIN_KINDS = frozenset({"seaport", "airport", "rail_terminal", "border"})


class Layers(TypedDict):
    """
    What a map shows.

    `lines` have mode, pieces (lists of latitude and longitude, cut at the edges of the frame, for export), drawn (the
    same, uncut, for the map), tip, popup (escaped HTML), approximate, scale and opacity; `points` have code, name, lat,
    lon, role, popup, labelled, rank, radius and side; `modes` are those in use, in the order of the legend; `bounds` is
    the view.
    """

    title: str
    modes: list[str]
    lines: list[dict[str, Any]]
    points: list[dict[str, Any]]
    bounds: list[list[float]] | None


def option_layers(book: LineBook, axis: TimeAxis, option: Option, *, lang: Lang, title: str = "") -> Layers:
    """
    Return the layers of one way to move a shipment.

    Parameters
    ----------
    book
        Lines and places.
    axis
        Turns minutes into instants for the popups.
    option
        What to draw.
    lang
        Language of names.
    title
        Shown on the map; empty for a general one.
    """
    legs = [step for step in option.steps if step.kind == "leg"]
    lines, longitudes = _chained(book, legs)
    lines = [
        line | _leg_texts(book, axis, step, number, lang)
        for number, (line, step) in enumerate(zip(lines, legs, strict=True), 1)
    ]
    visits: dict[str, list[Step]] = defaultdict(list)
    for step in option.steps:
        visits[step.origin].append(step)
        visits.setdefault(step.destination, [])
    places = list(visits)
    points = [
        _point(book.locations[code], lang, role=_role(index, len(places)), rank=_rank(index, len(places)))
        | {"popup": _visit_card(book.locations[code], axis, visits[code], lang)}
        for index, code in enumerate(places)
    ]
    passed = [code for step in legs for code in book.path(step.service or "", step.origin, step.destination)[1:-1]]
    between = [code for code in dict.fromkeys(passed) if code not in visits]
    points += [_point(book.locations[code], lang, role="pass", rank=len(places) + 1) for code in between]
    for point in points:
        point["lon"] = longitudes.get(point["code"], point["lon"])
    return _layers(title or word("route", lang), lines, points)


def network_layers(
    book: LineBook, *, lang: Lang, modes: Iterable[str] | None = None, statuses: frozenset[str] = RUNNING
) -> Layers:
    """
    Return the layers of everything that runs, one line per pair of neighbouring calls and mode.

    Parameters
    ----------
    book
        Lines, places and rotations.
    lang
        Language of names.
    modes
        Modes to show, or None for all.
    statuses
        Statuses of the services to show.
    """
    wanted = frozenset(MODES if modes is None else modes)
    runs: dict[tuple[str, str, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for service in book.services.values():
        if service.mode not in wanted or service.status not in statuses:
            continue
        for start, end in pairwise(call.location for call in book.rotations.get(service.id, [])):
            first, last = sorted((start, end))
            runs[service.mode, first, last, service.passages].append(service.id)
    # Lines over one stretch that differ only in a passage elsewhere are one line.
    tracks: dict[tuple[str, str, str, tuple[Point, ...]], Track] = {}
    users: dict[tuple[str, str, str, tuple[Point, ...]], list[str]] = defaultdict(list)
    for (mode, start, end, passages), services in runs.items():
        track = book.track(mode, start, end, passages)
        key = (mode, start, end, tuple(track.line))
        tracks[key] = track
        users[key] += services
    lines = [
        _run_line(track.line, mode=mode, approximate=track.approximate)
        | _run_texts(book, start, end, list(dict.fromkeys(users[mode, start, end, line])), lang)
        for (mode, start, end, line), track in tracks.items()
    ]
    degree = Counter(code for _, start, end, _ in tracks for code in (start, end))
    points = [_point(book.locations[code], lang, role="place", rank=-count) for code, count in sorted(degree.items())]
    layers = _layers(word("network", lang), lines, points)
    # The places set the view: an arc over the pole would make everything else small.
    layers["bounds"] = bounds((point["lat"], point["lon"]) for point in points)
    ends = [(start, end) for _, start, end, _ in tracks]
    layers["points"] += _repeated(points, ends, lines)
    return layers


def _repeated(
    points: list[dict[str, Any]], ends: list[tuple[str, str]], lines: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the ends of lines that are drawn again beyond the edge of the frame."""
    by_code = {point["code"]: point for point in points}
    found: dict[tuple[str, float], dict[str, Any]] = {}
    for codes, line in zip(ends, lines, strict=True):
        for drawn in line["drawn"]:
            for code, (_, lon) in zip(codes, (drawn[0], drawn[-1]), strict=True):
                at = nearest_turn(by_code[code]["lon"], lon)
                # A line cut off ends beyond the margin, and at no place.
                if at != by_code[code]["lon"] and is_in_frame(lon, FRAME_MARGIN):
                    found[code, at] = by_code[code] | {"lon": at, "labelled": False}
    return list(found.values())


def local_time(axis: TimeAxis, minute: int, zone: str) -> str:
    """Return an instant as a local date and time with the offset of the place."""
    moment = axis.to_local(minute, zone)
    offset = moment.strftime("%z")
    return f"{moment:%Y-%m-%d %H:%M} UTC{offset[:3]}:{offset[3:]}"


def _layers(title: str, lines: list[dict[str, Any]], points: list[dict[str, Any]]) -> Layers:
    seen = {line["mode"] for line in lines}
    corners = [point for line in lines for drawn in line["drawn"] for point in drawn]
    corners += [(point["lat"], point["lon"]) for point in points]
    return Layers(
        title=title,
        modes=[mode for mode in MODES if mode in seen],
        lines=lines,
        points=points,
        bounds=bounds(corners),
    )


def _name(row: Location, lang: Lang) -> str:
    return row.name_zh if lang == "zh" else row.name_en


def _chained(book: LineBook, legs: list[Step]) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """Return the lines of legs, each going on where the last one ended, and the longitudes of the places on them."""
    lines = []
    longitudes: dict[str, float] = {}
    for step in legs:
        track = book.leg(step.service or "", step.origin, step.destination)
        start = longitudes.setdefault(step.origin, to_frame(float(book.locations[step.origin].lon)))
        whole = follow(track.line, start)
        line = _run_line(
            track.line, mode=step.mode or "", approximate=track.approximate, scale=1.5, tolerance=_ROUTE_TOLERANCE_DEG
        )
        lines.append(line | {"drawn": [simplify(whole, _ROUTE_TOLERANCE_DEG)]})
        for code in book.path(step.service or "", step.origin, step.destination)[1:]:
            longitudes[code] = _on_line(whole, float(book.locations[code].lon))
    return lines, longitudes


def _on_line(line: Line, longitude: float) -> float:
    """Return a meridian in the turn in which a line comes nearest to it."""
    shifted = (nearest_turn(longitude, lon) - lon for _, lon in line)
    away = [(abs(distance), lon + distance) for distance, (_, lon) in zip(shifted, line, strict=True)]
    return min(away)[1]


def _leg_texts(book: LineBook, axis: TimeAxis, step: Step, number: int, lang: Lang) -> dict[str, str]:
    start, end = book.locations[step.origin], book.locations[step.destination]
    service = book.services[step.service or ""]
    track = book.leg(service.id, step.origin, step.destination)
    mode = mode_style(step.mode).name(lang)
    rows = [
        (word("service", lang), service.name_zh if lang == "zh" else service.name_en),
        (word("operator", lang), service.operator or "—"),
        (word("product", lang), " ".join(filter(None, (word(step.product or "", lang), step.unit)))),
        (word("departs", lang), local_time(axis, step.depart_min, start.zone)),
        (word("arrives", lang), local_time(axis, step.arrive_min, end.zone)),
        (word("emissions", lang), f"{step.emissions_g / 1000:,.1f} kg CO2e"),
    ]
    if track.approximate:
        rows.append((word("line", lang), word("approximate", lang)))
    heading = f"{number}. {mode} {_name(start, lang)} → {_name(end, lang)}"
    return {"tip": heading, "popup": card(heading, rows)}


def _run_line(
    line: Line, *, mode: str, approximate: bool, scale: float = 0.7, tolerance: float = _NETWORK_TOLERANCE_DEG
) -> dict[str, Any]:
    plain = simplify(line, tolerance)
    return {
        "mode": mode,
        "pieces": split_at_frame(plain),
        "drawn": frame_copies(plain),
        "approximate": approximate,
        "scale": scale,
        "opacity": 0.95 if scale > 1 else 0.6,
    }


def _run_texts(book: LineBook, start: str, end: str, services: list[str], lang: Lang) -> dict[str, str]:
    names = [f"{_name(book.locations[code], lang)}" for code in (start, end)]
    shown = [book.services[code] for code in services[:_SHOWN_SERVICES]]
    rows = [("·", service.name_zh if lang == "zh" else service.name_en) for service in shown]
    if len(services) > _SHOWN_SERVICES:
        rows.append(("…", word("more", lang, count=len(services) - _SHOWN_SERVICES)))
    heading = " — ".join(names)
    return {"tip": heading, "popup": card(heading, rows)}


def _point(row: Location, lang: Lang, *, role: str, rank: int) -> dict[str, Any]:
    radius = {"origin": 8, "destination": 8, "transfer": 6, "pass": 3.5}.get(role)
    return {
        "code": row.code,
        "name": _name(row, lang),
        "lat": float(row.lat),
        "lon": to_frame(float(row.lon)),
        "role": role,
        "popup": card(_name(row, lang), _facts(row, lang)),
        "labelled": True,
        "rank": rank,
        "radius": radius or (5 if row.kind in _MAIN_KINDS else 3.5),
        "side": "top" if role in _ENDS else "auto",
    }


def _facts(row: Location, lang: Lang) -> list[tuple[str, object]]:
    can = [name for name in ("clears_export", "clears_import", "stuffs", "strips") if getattr(row, name)]
    facts: list[tuple[str, object]] = [
        (word("code", lang), row.code),
        (word("kind", lang), word(row.kind, lang)),
        (word("zone", lang), row.zone),
    ]
    if can:
        separator = "、" if lang == "zh" else ", "
        facts.append((word("can", lang), separator.join(word(name, lang) for name in can)))
    return facts


def _visit_card(row: Location, axis: TimeAxis, steps: list[Step], lang: Lang) -> str:
    rows = _facts(row, lang)
    for step in steps:
        if step.kind == "leg":
            rows.append((word("departs", lang), local_time(axis, step.depart_min, row.zone)))
        else:
            begin, end = (local_time(axis, minute, row.zone) for minute in (step.depart_min, step.arrive_min))
            rows.append((word(step.kind, lang), f"{begin} – {end}"))
    return card(_name(row, lang), rows)


def _role(index: int, count: int) -> str:
    if index == 0:
        return "origin"
    return "destination" if index == count - 1 else "transfer"


def _rank(index: int, count: int) -> int:
    """Put ends before transfers, for labels that would cover each other."""
    return 0 if index in (0, count - 1) else index
