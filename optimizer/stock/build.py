"""From a seller's file, a data set and its network to the problem that stocking decides."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data.errors import TableFaultsError, UnknownIdError
from data.money import to_fen
from data.units import ceil_div
from network.warehouse import MODES, Cards, Terms, inbounds
from optimizer.stock import standing
from optimizer.stock.duty import dues
from optimizer.stock.fees import UNSERVED, ages_of, disposal, inbound, serving, storage
from optimizer.stock.lanes import bring_fen, lane_notes, lane_of
from optimizer.stock.market import default_warehouses, is_same_area, serve_days, territories_of
from optimizer.stock.problem import Problem
from optimizer.stock.sold_first import sold_first
from optimizer.stock.standing import WEEK_DAYS, Axes
from optimizer.stock.terms import StockTerms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from data.catalogue import Catalogue
    from data.records_warehouses import Warehouse
    from data.stock import Sku, Stock, TransitMode
    from network.network import Network
    from network.warehouse import Card
    from optimizer.stock.problem import Bools, Ints, Lane
    from optimizer.stock.standing import Note

_DAYS_A_MONTH = 365.25 / 12
_DAYS_A_YEAR = 365
_MM3_PER_CM3 = 1_000
_CM3_PER_M3 = 1_000_000
_G_PER_KG = 1_000
_LOOSE_BATTERY = "battery_loose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """
    What may be used, and what is promised.

    Parameters
    ----------
    warehouses
        Ids of those that may be used; see `optimizer.stock.market.default_warehouses` if None.
    modes
        By which goods may be sent.
    promise_days
        Most working days from an order to the customer; a warehouse that takes longer does not serve the market.
    service
        Share of demand to be met; that of the settings if None.
    label
        Name of the file in faults.
    """

    warehouses: tuple[str, ...] | None = None
    modes: tuple[TransitMode, ...] = MODES
    promise_days: int | None = None
    service: float | None = None
    label: str = "stock"


def build(
    stock: Stock,
    catalogue: Catalogue,
    network: Network,
    *,
    origin: str,
    start: dt.date,
    weeks: int,
    choice: Choice | None = None,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> Problem:
    """
    Return what is to be decided about a seller's stock.

    Parameters
    ----------
    stock
        What `data.stock_read.read_stock` read.
    catalogue, network
        The data set, and its compiled network.
    origin
        Code of the location that goods are sent from.
    start
        Monday of week 0, not before the last count.
    weeks
        How many are planned.
    choice
        What may be used, and what is promised; everything of the settings if None.
    on_progress
        Told how many of how many ways of sending were looked for, and the last one.

    Raises
    ------
    TableFaultsError
        With everything that keeps the file from being planned with.
    UnknownIdError
        If there is no such origin or warehouse.
    OutsideHorizonError
        If the weeks are not within the planning calendar.
    SettingsError
        If the data set lacks a setting of stocking.
    ValueError
        If `start` is no Monday, or there are no weeks.
    """
    if start.isoweekday() != 1 or weeks < 1:
        msg = f"planning needs a Monday and at least one week, got {start} and {weeks}"
        raise ValueError(msg)
    choice = choice or Choice()
    terms = StockTerms.of(catalogue)
    catalogue.location(origin)
    rows = _rows(stock, catalogue, choice.warehouses, start)
    cards = {row.id: card for row in rows if (card := catalogue.derived(Cards).of(row, start)) is not None}
    rows = [row for row in rows if row.id in cards]
    markets = sorted({row.market for row in stock.demand})
    axes = Axes(
        start, weeks, _places([sku.id for sku in stock.skus]), _places([row.id for row in rows]), _places(markets)
    )
    held = [row.id for row in catalogue.warehouses if catalogue.derived(Cards).of(row, start) is not None]
    rest = sold_first(catalogue, stock, start)
    # A file may be sound although marketplaces sell all that is asked for.
    for file in (stock, rest):
        faults = list(standing.standing_faults(file, axes, held, choice.label))
        if faults:
            raise TableFaultsError(faults)
    apart = {lot.warehouse for lot in stock.lots} - {lot.warehouse for lot in rest.lots}
    notes: list[Note] = [("sold_first", (", ".join(sorted(apart)),))] if apart else []
    stock = rest
    builder = _Builder(stock, catalogue, terms, axes, rows, [cards[row.id] for row in rows])
    ways = inbounds(
        network, origin, rows, start=start, weeks=weeks, modes=choice.modes, on_progress=on_progress,
        terms=_way_terms(stock, catalogue, terms, builder.values_fen),
    )  # fmt: skip
    lanes: list[Lane] = []
    unknown: set[tuple[str, str]] = set()
    for way in ways:
        w = axes.warehouses[way.warehouse]
        lane, lacking = lane_of(way, w, builder.cards[w], builder.is_open[w])
        unknown |= {(builder.cards[w].row.id, unit) for unit in lacking}
        lanes += [] if lane is None else [lane]
    if unknown:
        cards_of, units_of = ({pair[part] for pair in unknown} for part in (0, 1))
        notes.append(("unloading_unknown", (", ".join(sorted(units_of)), ", ".join(sorted(cards_of)))))
    return builder.problem(lanes, notes, choice)


def _places(ids: Sequence[str]) -> dict[str, int]:
    return {id_: place for place, id_ in enumerate(ids)}


def _rows(stock: Stock, catalogue: Catalogue, warehouses: Sequence[str] | None, start: dt.date) -> list[Warehouse]:
    """Return the rows of the warehouses that may be used, by their ids."""
    known = {row.id: row for row in catalogue.warehouses}
    if warehouses is None:
        return default_warehouses(stock, catalogue, start)
    for id_ in warehouses:
        if id_ not in known:
            raise UnknownIdError(
                kind="warehouse", value=id_, near=[one for one in known if id_.casefold() in one.casefold()]
            )
    return [known[id_] for id_ in dict.fromkeys(warehouses)]


def _way_terms(stock: Stock, catalogue: Catalogue, terms: StockTerms, values_fen: Ints) -> Terms:
    """Return what ways are chosen by: mass, volume and value of what is asked for, each SKU as much as it sells."""
    pieces = {sku.id: 0 for sku in stock.skus}
    for row in stock.demand:
        pieces[row.sku] += row.mean_milli
    mass = sum(pieces[sku.id] * sku.mass_g for sku in stock.skus)
    volume = sum(pieces[sku.id] * sku.volume_mm3 for sku in stock.skus)
    value = sum(pieces[sku.id] * int(fen) for sku, fen in zip(stock.skus, values_fen, strict=True))
    cartons = sum(pieces.values()) or 1
    carton = sum(pieces[sku.id] * sku.mass_g * (sku.carton_units or 1) for sku in stock.skus) // cartons
    plain = Terms.of(catalogue)
    is_barred = any(sku.battery == "loose" for sku in stock.skus)
    return Terms(
        regime=plain.regime, loose_g=plain.loose_g, density_g_cm3=mass * _MM3_PER_CM3 / max(1, volume),
        carton_g=max(1, carton),
        fen_per_kg_day=value * terms.holding_per_year / _DAYS_A_YEAR / max(1, mass) * _G_PER_KG,
        goods=frozenset({_LOOSE_BATTERY}) if is_barred else frozenset(),
    )  # fmt: skip


class _Builder:
    """Makes the arrays of a problem."""

    def __init__(
        self,
        stock: Stock,
        catalogue: Catalogue,
        terms: StockTerms,
        axes: Axes,
        rows: Sequence[Warehouse],
        cards: Sequence[Card],
    ) -> None:
        self._stock = stock
        self._catalogue = catalogue
        self._terms = terms
        self._axes = axes
        self._rows = rows
        self.cards = cards
        self.values_fen = np.array([self._fen(sku, sku.value_minor or 0) for sku in stock.skus], dtype=np.int64)
        self.is_open = np.array(
            [[_takes(row, axes, week) for week in range(axes.weeks)] for row in rows], dtype=np.bool_
        )
        self.is_open = self.is_open.reshape(len(rows), axes.weeks)
        self._territories = territories_of(catalogue, rows)

    def _fen(self, sku: Sku, minor: int) -> int:
        return to_fen(minor, self._catalogue.exchange_rate(sku.currency))

    def problem(self, lanes: Sequence[Lane], notes: list[Note], choice: Choice) -> Problem:
        """Return the problem with these ways of sending."""
        stock, axes, skus = self._stock, self._axes, self._stock.skus
        mass = np.array([sku.mass_g for sku in skus], dtype=np.int64)
        volume = np.array([ceil_div(sku.volume_mm3, _MM3_PER_CM3) for sku in skus], dtype=np.int64)
        mean, sd = standing.demand(stock, axes)
        bring = bring_fen(lanes, mass, volume, len(self._rows))
        due = dues(self._catalogue, skus, self.values_fen, self._territories, bring, axes.start)
        receiving, receiving_notes = inbound(self.cards, skus)
        scrapping, scrapping_notes = disposal(self.cards, skus)
        serve, days, serve_notes = self._serving(mean, choice.promise_days)
        ages = ages_of(self.cards)
        notes = [
            *notes, *lane_notes(lanes, list(axes.warehouses)), *due.notes, *receiving_notes, *scrapping_notes,
            *serve_notes, *standing.standing_notes(stock, axes, mean), *self._assumed(),
        ]  # fmt: skip
        return Problem(
            start=axes.start, skus=tuple(axes.skus), warehouses=tuple(axes.warehouses), markets=tuple(axes.markets),
            mass_g=mass, volume_cm3=volume, value_fen=self.values_fen,
            carton_units=np.array([sku.carton_units or 1 for sku in skus], dtype=np.int64),
            least_units=np.array([sku.least_units or 0 for sku in skus], dtype=np.int64),
            battery=np.array([sku.battery != "none" for sku in skus], dtype=np.bool_),
            mean=mean, sd=sd, serve_fen=serve, serve_days=days, inbound_fen=receiving, duty_fen=due.duty_fen,
            service=self._terms.service if choice.service is None else choice.service,
            storage_fen=storage(self.cards, ages), on_hand=standing.on_hand(stock, axes, ages),
            incoming=standing.incoming(stock, axes), shortage_fen=self._shortage(),
            holding_per_year=self._terms.holding_per_year, disposal_fen=scrapping,
            leftover_fen=np.floor(self._terms.leftover_share * (bring + receiving + due.duty_fen)).astype(np.int64),
            capacity_cm3=np.array([_capacity(row) for row in self._rows], dtype=np.int64),
            budget_fen=standing.budget(stock, axes, self._catalogue),
            shelf_weeks=np.array([_shelf_weeks(sku) for sku in skus], dtype=np.int64),
            lanes=tuple(lanes), open_fen=np.full(len(self._rows), self._open_fen(), dtype=np.int64),
            is_open=self.is_open, made=standing.in_production(stock, axes), notes=tuple(notes),
        )  # fmt: skip

    def _open_fen(self) -> int:
        return round(self._terms.open_fen_month * self._axes.weeks * WEEK_DAYS / _DAYS_A_MONTH)

    def _shortage(self) -> Ints:
        """Return the margin of a piece that is not sold, shape (S, M)."""
        prices = np.array(
            [
                round(fen * self._terms.price_share) if sku.price_minor is None else self._fen(sku, sku.price_minor)
                for sku, fen in zip(self._stock.skus, self.values_fen.tolist(), strict=True)
            ],
            dtype=np.int64,
        )
        margin = np.maximum(0, prices - self.values_fen)
        return np.repeat(margin[:, None], len(self._axes.markets), axis=1)

    def _serving(self, mean: np.ndarray, promise: int | None) -> tuple[Ints, Ints, list[Note]]:
        """Return what serving a piece costs and how long it takes, and for which pieces no warehouse can."""
        markets = list(self._axes.markets)
        same = is_same_area(self._catalogue)
        serve = serving(self.cards, self._territories, markets, self._stock.skus, same)
        days = serve_days(self._catalogue, self._rows, self._territories, markets, self._terms, same)
        serve[:, days == UNSERVED] = UNSERVED
        if promise is not None:
            serve[:, days > promise] = UNSERVED
        too_big = np.array([self._is_too_big(sku) for sku in self._stock.skus], dtype=np.bool_)
        serve[too_big] = UNSERVED
        stored = np.array([[row.class9 for row in self._rows]] * len(too_big), dtype=np.bool_).reshape(len(too_big), -1)
        loose = np.array([sku.battery == "loose" for sku in self._stock.skus], dtype=np.bool_)
        serve[loose[:, None] & ~stored] = UNSERVED
        return serve, days, self._serve_notes(serve, mean, too_big)

    def _is_too_big(self, sku: Sku) -> bool:
        """Say whether a piece is longer, or longer and thicker, than networks of parcels take."""
        shortest, middle, longest = sorted((sku.length_mm, sku.width_mm, sku.height_mm))
        girth = longest + 2 * (shortest + middle)
        return longest > self._terms.parcel_longest_mm or girth > self._terms.parcel_girth_mm

    def _serve_notes(self, serve: Ints, mean: np.ndarray, too_big: Bools) -> list[Note]:
        notes: list[Note] = []
        ids, asked = list(self._axes.skus), mean.sum(axis=2) > 0
        if too_big.any():
            big = [ids[s] for s in np.flatnonzero(too_big)]
            notes.append(("too_big", (str(len(big)), ", ".join(big[:5]))))
        lost = asked & (serve < 0).all(axis=1) & ~too_big[:, None]
        for m, market in enumerate(self._axes.markets):
            unserved = [ids[s] for s in np.flatnonzero(lost[:, m])]
            if unserved:
                notes.append(("unserved", (market, str(len(unserved)), ", ".join(unserved[:5]))))
        return notes

    def _assumed(self) -> list[Note]:
        """Return which settings stand in for what the seller did not tell."""
        unpriced = sum(sku.price_minor is None for sku in self._stock.skus)
        notes: list[Note] = [("open_assumed", (str(self._terms.open_fen_month // 100),))]
        if unpriced:
            notes.append(("price_assumed", (str(unpriced), str(round(self._terms.price_share * 100)))))
        return notes


def _takes(row: Warehouse, axes: Axes, week: int) -> bool:
    """Say whether a warehouse takes stock on every day of a week."""
    monday = axes.monday(week)
    last = monday + dt.timedelta(days=WEEK_DAYS - 1)
    return (row.valid_from or dt.date.min) <= monday and last <= (row.valid_to or dt.date.max)


def _shelf_weeks(sku: Sku) -> int:
    return -1 if sku.shelf_days is None else sku.shelf_days // WEEK_DAYS


def _capacity(row: Warehouse) -> int:
    return -1 if row.capacity_m3 is None else int(row.capacity_m3 * _CM3_PER_M3)
