"""What the map of a plan tells of a departure, a box and a place, as escaped HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from viz.layers import local_time
from viz.popups import card, text
from viz.words import word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from data.cargo import Cargo
    from data.plan import Booking, Load, Plan
    from data.records import Location
    from data.timeaxis import TimeAxis
    from viz.lines import LineBook
    from viz.theme import Lang

_CM3_PER_M3 = 10**6
_G_PER_KG = 1000
_PPM_PER_CENT = 10**4
_CONTENTS_SHOWN = 12
_BOXES_SHOWN = 40

_WORDS: dict[str, tuple[str, str]] = {
    "flow": ("{mode} {start} → {end}", "{mode} {start} → {end}"),
    "flow_tip": ("{flow}，{volume} m³", "{flow}, {volume} m³"),
    "load": ("箱 {id}", "Box {id}"),
    "box": ("{box}，装载率 {fill} %，{volume} m³，{mass} kg", "{box}, {fill} % full, {volume} m³, {mass} kg"),
    "contents": ("箱内", "Contents"),
    "holds": ("{box}；箱内 {contents}", "{box}; holds {contents}"),
    "loose": ("散货", "Loose"),
    "and_more": ("{items} 等 {count} 票", "{items} and {count} in all"),
    "carries": ("装载", "Carries"),
    "volume_mass": ("{volume} m³，{mass} kg", "{volume} m³, {mass} kg"),
    "volume_mass_teu": ("{volume} m³，{mass} kg，{teu} TEU", "{volume} m³, {mass} kg, {teu} TEU"),
    "stuffed_here": ("在此装箱 {id}", "Stuffed here: {id}"),
    "stripped_here": ("在此拆箱 {id}", "Stripped here: {id}"),
    "boxes_more": ("另有 {count} 箱", "{count} more boxes"),
    "starts": ("起运货物", "Cargo from here"),
    "ends": ("到达货物", "Cargo to here"),
    "shipments": ("{count} 票，{volume} m³", "{count} shipments, {volume} m³"),
    "heading": ("出发日（当地）", "Day of departure (local)"),
    "all_days": ("全部 {count} 班，{first} 至 {last}", "All {count} departures, {first} to {last}"),
    "one_day": ("{day}：{count} 班，共载 {volume} m³", "{day}: {count} departing with {volume} m³"),
    "plan": ("集运方案", "Consolidation plan"),
}


def plan_word(key: str, lang: Lang, **values: object) -> str:
    """Return a phrase of the map of a plan."""
    return _WORDS[key][0 if lang == "zh" else 1].format(**values)


def cubic(volume_cm3: int) -> str:
    """
    Return cubic centimetres as cubic metres for people.

    Examples
    --------
    >>> cubic(1_234_567_000)
    '1,234.6'
    """
    return f"{volume_cm3 / _CM3_PER_M3:,.1f}"


class Trade(NamedTuple):
    """What begins or ends at a place: shipments and their volume."""

    shipments: int
    volume_cm3: int


class PlanPopups:
    """
    Makes the popups of one plan in one language.

    Parameters
    ----------
    book, axis
        Places with their names, services, and the calendar.
    plan, cargo
        The plan and its cargo.
    lang
        Language of words and names.
    """

    def __init__(self, book: LineBook, axis: TimeAxis, plan: Plan, cargo: Cargo, lang: Lang) -> None:
        self._book = book
        self._axis = axis
        self._cargo = cargo
        self._lang = lang
        self._loads = {load.id: load for load in plan.loads}

    def name(self, row: Location) -> str:
        """Return the name of a place."""
        return row.name_zh if self._lang == "zh" else row.name_en

    def flow(self, number: int, heading: str, bookings: Iterable[tuple[int, Booking]]) -> str:
        """
        Return the popup of a line.

        Parameters
        ----------
        number
            Of the line; the script of the map finds it by this.
        heading
            What the line is.
        bookings
            Number of the day of departure and booking, in order.
        """
        parts = "".join(f'<div data-day="{day}">{self._booking(booking)}</div>' for day, booking in bookings)
        return f'<div class="flow" data-flow="{number}"><h3>{text(heading)}</h3>{parts}</div>'

    def _booking(self, booking: Booking) -> str:
        """Return one departure with its boxes and their contents."""
        service = self._book.services[booking.service]
        start, end = self._book.locations[booking.origin], self._book.locations[booking.destination]
        measures = {"volume": cubic(booking.volume_cm3), "mass": f"{booking.mass_g / _G_PER_KG:,.0f}"}
        key = "volume_mass_teu" if booking.teu else "volume_mass"
        rows: list[tuple[str, object]] = [
            (word("departs", self._lang), local_time(self._axis, booking.depart_min, start.zone)),
            (word("arrives", self._lang), local_time(self._axis, booking.arrive_min, end.zone)),
            (self._word("carries"), self._word(key, teu=booking.teu, **measures)),
            *self._boxes(booking.loads, "load"),
        ]
        if booking.shipments:
            rows.append((self._word("loose"), self._some(booking.shipments)))
        name = service.name_zh if self._lang == "zh" else service.name_en
        return card(f"{service.id} {name}", rows)

    def place(self, row: Location, *, stuffed: Sequence[str], stripped: Sequence[str], trade: Sequence[Trade]) -> str:
        """
        Return the popup of a place.

        Parameters
        ----------
        row
            The place.
        stuffed, stripped
            Load units that are stuffed and stripped there.
        trade
            What begins and what ends there.
        """
        rows: list[tuple[str, object]] = [(word("code", self._lang), row.code)]
        for key, part in zip(("starts", "ends"), trade, strict=True):
            if part.shipments:
                said = self._word("shipments", count=part.shipments, volume=cubic(part.volume_cm3))
                rows.append((self._word(key), said))
        rows += self._boxes(stuffed, "stuffed_here")
        rows += self._boxes(stripped, "stripped_here")
        return card(self.name(row), rows)

    def _boxes(self, ids: Sequence[str], key: str) -> list[tuple[str, object]]:
        """Return a row for each load unit, with its fill and its contents."""
        known = [self._loads[code] for code in ids if code in self._loads]
        rows: list[tuple[str, object]] = [
            (self._word(key, id=load.id), self._word("holds", box=self._box(load), contents=self._some(load.shipments)))
            for load in known[:_BOXES_SHOWN]
        ]
        if len(known) > _BOXES_SHOWN:
            rows.append(("…", self._word("boxes_more", count=len(known) - _BOXES_SHOWN)))
        return rows

    def _box(self, load: Load) -> str:
        return self._word(
            "box",
            box=load.box,
            fill=f"{load.fill_ppm / _PPM_PER_CENT:.1f}",
            volume=cubic(load.volume_cm3),
            mass=f"{load.mass_g / _G_PER_KG:,.0f}",
        )

    def _some(self, ids: Sequence[str]) -> str:
        """Return shipments with who sends them; of many the first ones and how many there are."""
        shown = [self._shipment(code) for code in ids[:_CONTENTS_SHOWN]]
        items = ("、" if self._lang == "zh" else ", ").join(shown)
        return items if len(ids) <= _CONTENTS_SHOWN else self._word("and_more", items=items, count=len(ids))

    def _shipment(self, code: str) -> str:
        shipment = self._cargo.by_id.get(code)
        return code if shipment is None or shipment.shipper is None else f"{code} {shipment.shipper}"

    def _word(self, key: str, **values: object) -> str:
        return plan_word(key, self._lang, **values)
