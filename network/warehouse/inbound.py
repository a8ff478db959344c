"""
Ways of sending stock from an origin to overseas warehouses: price, time on the way, and the weeks something leaves.

Every way is found by the search of the network, and priced by its one price function: the price of a box is that of a
quote for this box, full.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from data.shipment import Filters, Shipment
from data.timeaxis import TimeAxis
from network.timetable import FAR
from network.warehouse.sending import BoxPrice, Inbound, LoosePrice, Terms, thinned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from data.catalogue import Catalogue
    from data.records_warehouses import Warehouse
    from data.stock import TransitMode
    from network.network import Network
    from network.search import Path
    from network.weights import Priced

MODES: tuple[TransitMode, ...] = ("sea", "rail", "sea_air", "air")
_LEGS: Mapping[TransitMode, frozenset[str]] = {
    "sea": frozenset({"sea", "road"}),
    "rail": frozenset({"rail", "road"}),
    "sea_air": frozenset({"sea", "air", "road"}),
    "air": frozenset({"air", "road"}),
}
"""Modes of the legs of a way."""
_MAIN: Mapping[TransitMode, frozenset[str]] = {
    "sea": frozenset({"sea"}),
    "rail": frozenset({"rail"}),
    "sea_air": frozenset({"sea", "air"}),
    "air": frozenset({"air"}),
}
"""Modes that a way has a leg of."""
_CHARGED: Mapping[TransitMode, tuple[str, str]] = {
    "sea": ("lcl", "sea"),
    "rail": ("lcl", "rail"),
    "sea_air": ("air", "air"),
    "air": ("air", "air"),
}
"""The row of ``chargeable_rules`` that makes chargeable kilograms of the volume of loose goods."""
_BOXED = frozenset({"sea", "rail"})
_DAY, _WEEK_DAYS = 1440, 7
_QUANTILES = 9
_MOST_LEADS = 99
_NOMINAL_G = 1_000_000
_LEAST_G = 1_000
_G_PER_KG = 1_000
_LOOSE = "loose"


class _Sent(NamedTuple):
    """The way taken of what is ready at the start of a week: its path, and its main departure as leg and departure."""

    path: Path
    ready: int
    main: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One consignment that is asked for every week, and what it is priced with."""

    shipment: Shipment
    filters: Filters
    priced: Priced


def inbounds(
    network: Network,
    origin: str,
    warehouses: Iterable[Warehouse],
    *,
    start: dt.date,
    weeks: int,
    terms: Terms | None = None,
    modes: Sequence[TransitMode] = MODES,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> tuple[Inbound, ...]:
    """
    Return the ways of sending stock, for each warehouse and mode at most one.

    Parameters
    ----------
    network
        The compiled network.
    origin
        Code of a location.
    warehouses
        Rows of the table, each once.
    start
        Monday of week 0.
    weeks
        How many weeks are looked at; goods are ready at the start of each.
    terms
        What a way is chosen by; that of the settings if None.
    modes
        Which modes are looked for.
    on_progress
        Told how many of how many ways were looked for, and the id of the last one.

    Raises
    ------
    UnknownIdError
        If the origin is no location.
    OutsideHorizonError
        If a week is outside the planning calendar.
    """
    catalogue = network.catalogue
    finder = _Finder(network, origin, [start + dt.timedelta(days=_WEEK_DAYS * t) for t in range(weeks + 1)], terms)
    rows = list(warehouses)
    found: list[Inbound] = []
    for place, row in enumerate(rows):
        ways: dict[TransitMode, Inbound] = {}
        for number, mode in enumerate(modes):
            way = finder.find(row, mode)
            if way is not None:
                ways[mode] = way
            if on_progress is not None:
                on_progress(place * len(modes) + number + 1, len(rows) * len(modes), f"{mode}:{row.id}")
        found += _diverted(ways, catalogue)
    return tuple(found)


def _diverted(ways: Mapping[TransitMode, Inbound], catalogue: Catalogue) -> list[Inbound]:
    """Return the ways to one warehouse; a sea way that calls where the sea-air one goes on by air may change."""
    sea, air = ways.get("sea"), ways.get("sea_air")
    if sea is None or air is None or air.transfer is None:
        return list(ways.values())
    called = {call.location for service in sea.services for call in catalogue.calls_of(service)}
    if air.transfer not in called:
        return list(ways.values())
    changed = replace(sea, divert_to=air.id, transfer=air.transfer)
    return [changed if mode == "sea" else way for mode, way in ways.items()]


class _Finder:
    """Finds ways from one origin over some weeks."""

    def __init__(self, network: Network, origin: str, mondays: Sequence[dt.date], terms: Terms | None) -> None:
        catalogue = network.catalogue
        self._network = network
        self._catalogue = catalogue
        self._origin = origin
        self._terms = Terms.of(catalogue) if terms is None else terms
        self._boxes = [unit for unit in catalogue.load_units if unit.kind == "box"]
        self._ratios = {
            (str(row.product), str(row.mode)): float(row.kg_per_m3) / 1_000 for row in catalogue.chargeable_rules
        }
        self._shelf_days = catalogue.setting_int("stock_shelf_days")
        zone = ZoneInfo(catalogue.location(origin).zone)
        axis = catalogue.derived(TimeAxis)
        self._instants = [dt.datetime.combine(monday, dt.time(), zone).astimezone(dt.UTC) for monday in mondays]
        self._ready = [axis.by_min(instant) for instant in self._instants]
        for minute in self._ready:
            axis.check_covered(minute)

    def find(self, warehouse: Warehouse, mode: TransitMode) -> Inbound | None:
        """Return the way to a warehouse by a mode, None if there is none in any week."""
        ratio = self._ratios.get(_CHARGED[mode])
        forms: dict[str, list[_Sent | None]] = {}
        sizes: dict[str, BoxPrice] = {}
        asked: dict[str, _Asked] = {}
        loose = None
        if ratio is not None:
            question = self._ask(mode, self._loose(warehouse, self._terms.loose_g))
            weeks = self._weeks(question, mode)
            if any(weeks):
                asked[_LOOSE], forms[_LOOSE] = question, weeks
                loose = self._loose_price(warehouse, mode, question, weeks, ratio)
        for unit in self._boxes if mode in _BOXED else ():
            price, full = self._box(warehouse, mode, unit.code)
            if price is not None and full is not None:
                sizes[unit.code], asked[unit.code] = price, full
        if sizes:
            main = max(sizes, key=lambda code: (sizes[code].volume_cm3, code))
            forms[main] = self._weeks(asked[main], mode)
        return self._inbound(warehouse, mode, (loose, tuple(sizes.values())), forms, asked) if forms else None

    def _loose(self, warehouse: Warehouse, mass_g: int) -> Shipment:
        volume = max(1, round(mass_g / self._terms.density_g_cm3))
        return self._shipment(warehouse, mass_g, volume)

    def _shipment(self, warehouse: Warehouse, mass_g: int, volume_cm3: int, box: str | None = None) -> Shipment:
        # Small pieces, so that no limit of a piece bars what is a matter of the whole consignment.
        return Shipment(
            origin=self._origin, destination=warehouse.location, mass_g=mass_g, volume_cm3=volume_cm3,
            pieces=max(1, mass_g // self._terms.carton_g), ready_at=self._instants[0], box=box,
            boxes=0 if box is None else 1, goods=self._terms.goods, regime=self._terms.regime,
        )  # fmt: skip

    def _ask(self, mode: TransitMode, shipment: Shipment) -> _Asked:
        filters = Filters(modes=_LEGS[mode])
        return _Asked(shipment, filters, self._network.weigher.weigh(shipment, filters))

    def _weeks(self, asked: _Asked, mode: TransitMode) -> list[_Sent | None]:
        """Return the way taken of what is ready at the start of each week, and of the one after the last."""
        return [self._sent(asked, mode, week) for week in range(len(self._ready))]

    def _sent(self, asked: _Asked, mode: TransitMode, week: int) -> _Sent | None:
        """Return the way of least price and time of one week, None if there is none."""
        shipment = replace(asked.shipment, ready_at=self._instants[week])
        paths = self._network.search(
            shipment, asked.filters, asked.priced, self._network.window(self._ready[week])
        ).paths
        fitting = [path for path in paths if _MAIN[mode] <= self._modes(path)]
        if not fitting:
            return None
        ready = self._ready[week]
        per_min = self._terms.fen_per_kg_day * shipment.mass_g / _G_PER_KG / _DAY
        best = min(fitting, key=lambda path: (path.cost_cny_minor + per_min * (path.arrive_min - ready), path.hops))
        return _Sent(best, ready, self._main(best))

    def _modes(self, path: Path) -> frozenset[str]:
        services = [self._network.legs[hop.leg].service for hop in path.hops]
        return frozenset(str(service.mode) for service in services if service is not None)

    def _main(self, path: Path) -> tuple[int, int]:
        """Return the longest leg of a path, and its departure."""
        timetable = self._network.compiled.forward
        legs = [hop for hop in path.hops if hop.departure >= 0]
        longest = max(legs, key=lambda hop: int(timetable.leg_duration[hop.leg]))
        return (longest.leg, longest.departure)

    def _loose_price(
        self, warehouse: Warehouse, mode: TransitMode, asked: _Asked, weeks: Sequence[_Sent | None], ratio: float
    ) -> LoosePrice:
        """Return the price of a kilogram of the consignment that is asked about, and of the smallest there is."""
        week = next(number for number, sent in enumerate(weeks) if sent is not None)
        fen = next(sent.path.cost_cny_minor for sent in weeks if sent is not None)
        charged_g = max(asked.shipment.mass_g, asked.shipment.volume_cm3 * ratio)
        small = self._sent(self._ask(mode, self._loose(warehouse, _LEAST_G)), mode, week)
        least = fen if small is None else min(fen, small.path.cost_cny_minor)
        return LoosePrice(
            fen_per_kg=fen / charged_g * _G_PER_KG, least_fen=least, g_per_cm3=ratio,
            mass_g=asked.shipment.mass_g, volume_cm3=asked.shipment.volume_cm3, fen=fen,
        )  # fmt: skip

    def _box(self, warehouse: Warehouse, mode: TransitMode, code: str) -> tuple[BoxPrice | None, _Asked | None]:
        """Return the price of a full box in the first week it leaves, and the question that has it; None without."""
        unit = next(unit for unit in self._boxes if unit.code == code)
        volume = unit.usable_cm3
        nominal = self._ask(mode, self._shipment(warehouse, min(_NOMINAL_G, unit.payload_g), volume, code))
        for week in range(len(self._ready) - 1):
            sent = self._sent(nominal, mode, week)
            if sent is not None:
                break
        else:
            return None, None
        limits = self._network.weigher.rules.payload_limits(self._terms.goods)
        payload = min([unit.payload_g, *(int(limits[hop.leg]) for hop in sent.path.hops)])
        full = self._ask(mode, self._shipment(warehouse, payload, volume, code))
        sent = self._sent(full, mode, week)
        if sent is None:
            return None, None
        return BoxPrice(unit=code, payload_g=payload, volume_cm3=volume, fen=sent.path.cost_cny_minor), full

    def _inbound(
        self,
        warehouse: Warehouse,
        mode: TransitMode,
        prices: tuple[LoosePrice | None, tuple[BoxPrice, ...]],
        forms: dict[str, list[_Sent | None]],
        asked: Mapping[str, _Asked],
    ) -> Inbound | None:
        """Return a way with the weeks something leaves, and how long it takes; None if nothing ever arrives."""
        leads: list[int] = []
        leaves = [False] * (len(self._ready) - 1)
        for sents in forms.values():
            for week in range(len(leaves)):
                sent, after = sents[week], sents[week + 1]
                # What the next week's goods still catch leaves in the next week.
                if sent is None or (after is not None and after.main == sent.main):
                    continue
                days = self._days(sent)
                leaves[week] = leaves[week] or bool(days)
                leads += days
        if not leads:
            return None
        form = next(form for form in reversed(forms) if any(forms[form]))
        shown = next(sent for sent in forms[form] if sent is not None)
        legs = [self._network.legs[hop.leg] for hop in shown.path.hops if hop.departure >= 0]
        mains = tuple(leg.service.id for leg in legs if leg.service is not None and str(leg.service.mode) != "road")
        aboard = next(
            (leg.destination for leg in legs if leg.service is not None and str(leg.service.mode) == "sea"), None
        )
        return Inbound(
            id=f"{mode}:{warehouse.id}", warehouse=warehouse.id, mode=mode, weeks=tuple(leaves),
            lead_days=thinned(leads, _MOST_LEADS), loose=prices[0], boxes=prices[1], services=mains,
            transfer=aboard if mode == "sea_air" else None, is_assumed=self._is_assumed(asked[form], shown),
        )  # fmt: skip

    def _days(self, sent: _Sent) -> list[int]:
        """Return how many days it takes to the shelf, in as many quantiles as are kept of one departure."""
        times = np.sort(self._network.answers.reliability.arrivals(sent.path.hops, sent.ready))
        times = times[times < FAR]
        if not len(times):
            return []
        places = ((np.arange(_QUANTILES) + 0.5) / _QUANTILES * len(times)).astype(np.int64)
        return [-(-int(time - sent.ready) // _DAY) + self._shelf_days for time in times[places]]

    def _is_assumed(self, asked: _Asked, sent: _Sent) -> bool:
        """Say whether a price of a way rests on an assumed row."""
        (option,) = self._network.answers.options(asked.shipment, asked.priced, [sent.path], [sent.ready], None)
        return option.assumed_ppm > 0
