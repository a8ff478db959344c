"""
A plan on the map: flows by mode, as wide as what they carry, and a slider over the days of departure.

The page needs nothing else, and nothing leaves the machine.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from viz.geometry import bounds, frame_copies, simplify, split_at_frame, to_frame
from viz.layers import Layers
from viz.maps import HERE, Assets, inline_assets, page
from viz.plan_popups import PlanPopups, Trade, cubic, plan_word
from viz.theme import MODES, mode_style

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.cargo import Cargo
    from data.plan import Booking, Plan
    from data.timeaxis import TimeAxis
    from viz.geometry import Point
    from viz.lines import LineBook
    from viz.theme import Lang

_TOLERANCE_DEG = 0.03
# The widest line is so many times as wide as one of its mode that carries next to nothing.
_LEAST_SCALE, _MOST_SCALE = 0.8, 4.0
_LEAST_RADIUS, _MOST_RADIUS = 3.5, 9.0
_OPACITY = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLayers:
    """
    What the map of a plan shows.

    Parameters
    ----------
    layers
        Lines and points, for all days.
    days
        Local dates of departure, in order.
    labels
        What the slider says: for all days, then for each.
    weights
        For each line its width in pixels by the number of the day; missing when nothing departs on it that day.
    heading
        Of the slider.
    """

    layers: Layers
    days: list[str]
    labels: list[str]
    weights: list[dict[int, float]]
    heading: str


class _Flow(NamedTuple):
    """Bookings over one line."""

    mode: str
    line: list[Point]
    approximate: bool
    bookings: list[Booking]

    @property
    def volume_cm3(self) -> int:
        """What they carry."""
        return sum(booking.volume_cm3 for booking in self.bookings)


def plan_layers(book: LineBook, axis: TimeAxis, plan: Plan, cargo: Cargo, *, lang: Lang, title: str = "") -> PlanLayers:
    """
    Return what the map of a plan shows.

    Parameters
    ----------
    book, axis
        Lines and places, and the calendar.
    plan, cargo
        The plan and its cargo.
    lang
        Language of names.
    title
        Shown on the map; empty for a general one.
    """
    popups = PlanPopups(book, axis, plan, cargo, lang)
    flows = _flows(book, plan)
    day_of = {
        booking: axis.local_date(booking.depart_min, book.locations[booking.origin].zone).isoformat()
        for flow in flows
        for booking in flow.bookings
    }
    days = sorted(set(day_of.values()))
    numbers = {day: number for number, day in enumerate(days)}
    most = max((flow.volume_cm3 for flow in flows), default=0)
    lines, weights = [], []
    for number, flow in enumerate(flows):
        dated = [(numbers[day_of[booking]], booking) for booking in flow.bookings]
        lines.append(_line(flow, most) | _texts(book, flow, popups, lang, (number, dated)))
        weights.append(_weights(flow.mode, dated, most))
    points = _points(book, plan, cargo, popups)
    seen = {flow.mode for flow in flows}
    layers = Layers(
        title=title or plan_word("plan", lang),
        modes=[mode for mode in MODES if mode in seen],
        lines=lines,
        points=points,
        bounds=bounds((point["lat"], point["lon"]) for point in points),
    )
    booked = [(day, booking) for booking, day in day_of.items()]
    return PlanLayers(
        layers=layers,
        days=days,
        labels=_labels(days, booked, lang),
        weights=weights,
        heading=plan_word("heading", lang),
    )


def plan_page(shown: PlanLayers, *, lang: Lang) -> str:
    """Return a whole HTML page with the map of a plan."""
    facts = {
        "title": shown.layers["title"],
        "heading": shown.heading,
        "days": shown.days,
        "labels": shown.labels,
        "weights": shown.weights,
    }
    # Within a script, no text may look like its end.
    told = json.dumps(facts, ensure_ascii=False).replace("<", "\\u003c")
    css, script = (_template(name) for name in ("plan_map.css", "plan_map.js"))
    head = f"{inline_assets().head}<style>{css}</style><script>window.HUBPORT_PLAN={told};\n{script}</script>"
    return page(shown.layers, lang=lang, assets=Assets(head))


@cache
def _template(name: str) -> str:
    return (HERE / "templates" / name).read_text(encoding="utf-8")


def _flows(book: LineBook, plan: Plan) -> list[_Flow]:
    """Return bookings over the same line together, those that carry most first, so that the thin lie on the thick."""
    found: dict[tuple[str, str, str, tuple[Point, ...]], _Flow] = {}
    for booking in plan.bookings:
        service = book.services[booking.service]
        track = book.leg(booking.service, booking.origin, booking.destination)
        key = (str(service.mode), booking.origin, booking.destination, tuple(track.line))
        flow = found.setdefault(key, _Flow(key[0], track.line, track.approximate, []))
        flow.bookings.append(booking)
    return sorted(found.values(), key=lambda flow: -flow.volume_cm3)


def _scale(volume_cm3: int, most_cm3: int) -> float:
    """Return how much wider a line is; its width grows as the square root of what it carries."""
    share = math.sqrt(max(volume_cm3, 0) / most_cm3) if most_cm3 > 0 else 0.0
    return round(_LEAST_SCALE + (_MOST_SCALE - _LEAST_SCALE) * share, 3)


def _line(flow: _Flow, most_cm3: int) -> dict[str, Any]:
    plain = simplify(flow.line, _TOLERANCE_DEG)
    return {
        "mode": flow.mode,
        "pieces": split_at_frame(plain),
        "drawn": frame_copies(plain),
        "approximate": flow.approximate,
        "scale": _scale(flow.volume_cm3, most_cm3),
        "opacity": _OPACITY,
    }


def _texts(
    book: LineBook, flow: _Flow, popups: PlanPopups, lang: Lang, numbered: tuple[int, list[tuple[int, Booking]]]
) -> dict[str, str]:
    """Return tip and popup of a line, given its number and its bookings with the numbers of their days."""
    first = flow.bookings[0]
    start, end = (popups.name(book.locations[code]) for code in (first.origin, first.destination))
    heading = plan_word("flow", lang, mode=mode_style(flow.mode).name(lang), start=start, end=end)
    tip = plan_word("flow_tip", lang, flow=heading, volume=cubic(flow.volume_cm3))
    return {"tip": tip, "popup": popups.flow(numbered[0], heading, numbered[1])}


def _weights(mode: str, dated: Iterable[tuple[int, Booking]], most_cm3: int) -> dict[int, float]:
    """Return the width of a line by the number of the day."""
    volumes: defaultdict[int, int] = defaultdict(int)
    for day, booking in dated:
        volumes[day] += booking.volume_cm3
    width = mode_style(mode).width
    return {day: round(width * _scale(volume, most_cm3), 2) for day, volume in sorted(volumes.items())}


def _labels(days: list[str], booked: list[tuple[str, Booking]], lang: Lang) -> list[str]:
    """Return what the slider says: for all days, then for each."""
    count: defaultdict[str, int] = defaultdict(int)
    volumes: defaultdict[str, int] = defaultdict(int)
    for day, booking in booked:
        count[day] += 1
        volumes[day] += booking.volume_cm3
    first, last = (days[0], days[-1]) if days else ("", "")
    whole = plan_word("all_days", lang, count=len(booked), first=first, last=last)
    each = [plan_word("one_day", lang, day=day, count=count[day], volume=cubic(volumes[day])) for day in days]
    return [whole, *each]


def _points(book: LineBook, plan: Plan, cargo: Cargo, popups: PlanPopups) -> list[dict[str, Any]]:
    """Return the places of a plan, those with most cargo first."""
    starts: dict[str, Trade] = {}
    ends: dict[str, Trade] = {}
    for journey in plan.journeys:
        shipment = cargo.by_id[journey.shipment]
        for trades, code in ((starts, shipment.origin), (ends, shipment.destination)):
            before = trades.get(code, Trade(0, 0))
            trades[code] = Trade(before.shipments + 1, before.volume_cm3 + shipment.volume_cm3)
    passed: defaultdict[str, int] = defaultdict(int)
    for booking in plan.bookings:
        for code in (booking.origin, booking.destination):
            passed[code] += booking.volume_cm3
    most = max(passed.values(), default=0)
    points: list[dict[str, Any]] = []
    for code in sorted(passed, key=lambda code: (-passed[code], code)):
        role = "origin" if code in starts else "destination" if code in ends else "transfer"
        stuffed = [load.id for load in plan.loads if load.origin == code]
        stripped = [load.id for load in plan.loads if load.destination == code]
        trade = (starts.get(code, Trade(0, 0)), ends.get(code, Trade(0, 0)))
        popup = popups.place(book.locations[code], stuffed=stuffed, stripped=stripped, trade=trade)
        points.append(_point(book, code, role, popups) | {"popup": popup, "rank": len(points)})
        share = math.sqrt(passed[code] / most) if most > 0 else 0.0
        points[-1]["radius"] = round(_LEAST_RADIUS + (_MOST_RADIUS - _LEAST_RADIUS) * share, 2)
    return points


def _point(book: LineBook, code: str, role: str, popups: PlanPopups) -> dict[str, Any]:
    row = book.locations[code]
    return {
        "code": code,
        "name": popups.name(row),
        "lat": float(row.lat),
        "lon": to_frame(float(row.lon)),
        "role": role,
        "labelled": True,
        "side": "auto",
    }
