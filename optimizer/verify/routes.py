"""The checker of routed orders: pieces, stock, reach, parcels, prices and days again, from tables and files alone."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from optimizer.verify.log import Log

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from data.catalogue import Catalogue
    from data.orders import BuyerOrder, RoutedParcel, Routing, Unsent
    from data.records_warehouses import FeeCard, Reach, WarehouseFee
    from data.stock import Sku, Stock
    from optimizer.verify.violation import Violation

_SATURDAY = 5
_KG = Decimal(1000)


def verify_routing(
    catalogue: Catalogue, stock: Stock, orders: Sequence[BuyerOrder], routing: Routing
) -> list[Violation]:
    """
    Return every rule of docs/stock.md (Orders) that a routing breaks; none if it is sound.

    Parameters
    ----------
    catalogue, stock, orders
        The tables and files it was made of, which are not checked here.
    routing
        What was decided.

    Notes
    -----
    Not looked at are the expected cost of later demand, shadow prices, and whether the bound is one.
    """
    log = Log()
    facts = _Facts(catalogue, stock, routing.day)
    known = {order.id: order for order in orders}
    for parcel in routing.parcels:
        if parcel.order not in known:
            log.add("order", parcel.order, "is no order", parcel.order, None)
        else:
            _check_parcel(facts, known[parcel.order], parcel, log)
    _check_pieces(orders, routing, log)
    _check_stock(stock, routing, log)
    for unsent in routing.unsent:
        if unsent.order in known:
            _check_unsent(facts, known[unsent.order], unsent, routing, log)
    paid = sum(parcel.pick_fen + parcel.parcel_fen + parcel.late_fen for parcel in routing.parcels)
    paid += sum(unsent.lost_fen for unsent in routing.unsent)
    log.same("cost", "routing", "sum of parcels and of what is not sent", routing.cost_fen, paid)
    total = routing.cost_fen + routing.later_fen
    if routing.bound_fen > total:
        log.add("bound", "routing", "is above the cost", routing.bound_fen, total)
    if routing.nearest_fen + 1 < total:
        log.add("nearest", "routing", "costs more than the usual rule", total, routing.nearest_fen)
    return log.violations


class _Facts:
    """What the tables say on the day."""

    def __init__(self, catalogue: Catalogue, stock: Stock, day: dt.date) -> None:
        self.day = day
        self.skus = {sku.id: sku for sku in stock.skus}
        self.stores = {row.id: row for row in catalogue.warehouses}
        places = {row.code: row.territory for row in catalogue.locations}
        self.territory = {row.id: places[row.location] for row in catalogue.warehouses}
        self._reach = {(row.origin, row.market): row for row in catalogue.warehouse_reach}
        self._cards = catalogue.fee_cards
        self._fees: dict[str, list[WarehouseFee]] = {}
        for row in catalogue.warehouse_fees:
            self._fees.setdefault(row.card, []).append(row)
        self._fx = {row.currency: (row.exponent, Decimal(row.cny_per_unit)) for row in catalogue.fx}
        self.numbers = {row.id: row.value for row in catalogue.stock_rules}
        self._days = {(row.territory, row.date): row.is_workday for row in catalogue.holidays}
        self._days |= {(row.territory, row.date): row.is_workday for row in catalogue.workday_overrides}

    def reach(self, warehouse: str, market: str) -> Reach | None:
        return self._reach.get((self.territory[warehouse], market))

    def card(self, warehouse: str) -> FeeCard | None:
        """Return the card of a warehouse, else the default of its territory."""
        held = [
            row for row in self._cards if (row.valid_from or dt.date.min) <= self.day <= (row.valid_to or dt.date.max)
        ]
        own = [row for row in held if row.warehouse == warehouse]
        default = [row for row in held if row.is_default and row.territory == self.territory[warehouse]]
        return next(iter(own or default), None)

    def fees(self, card: FeeCard, basis: str, scope: str | None = None) -> list[WarehouseFee]:
        return [row for row in self._fees.get(card.id, ()) if row.basis == basis and row.zone == scope]

    def fen(self, amount: Decimal, currency: str) -> int:
        """Return an amount rounded to the minor unit of its currency, and then to fen."""
        exponent, cny = self._fx[currency]
        minor = amount.scaleb(exponent).quantize(Decimal(1), ROUND_HALF_UP)
        return int((minor.scaleb(2 - exponent) * cny).quantize(Decimal(1), ROUND_HALF_UP))

    def selling_fen(self, sku: Sku) -> int:
        exponent, cny = self._fx[sku.currency]
        told = sku.value_minor if sku.price_minor is None else sku.price_minor
        fen = (Decimal(told or 0).scaleb(2 - exponent) * cny).quantize(Decimal(1), ROUND_HALF_UP)
        return round(float(fen) * float(self.numbers["price_factor"])) if sku.price_minor is None else int(fen)

    def after(self, warehouse: str, days: int) -> dt.date:
        """Return the working day that lies so many after the day."""
        day, territory = self.day, self.territory[warehouse]
        while days > 0:
            day += dt.timedelta(days=1)
            if self._days.get((territory, day), day.weekday() < _SATURDAY):
                days -= 1
        return day


def _banded(rows: Iterable[WarehouseFee], mass_g: int) -> WarehouseFee | None:
    for row in rows:
        if row.above_kg is None:
            return row
        if row.above_kg * _KG < mass_g and (row.to_kg is None or mass_g <= row.to_kg * _KG):
            return row
    return None


def _picking_fen(facts: _Facts, card: FeeCard, lines: Sequence[tuple[int, int]], mass_g: int) -> int | None:
    """Return what picking pieces costs, by first and further piece, by line, or both; None without a price."""
    total, units = 0, sum(count for _, count in lines)
    first = facts.fees(card, "per_first_item")
    asked: list[tuple[WarehouseFee | None, int]] = []
    if first:
        asked.append((_banded(first, mass_g), 1))
        if units > 1:
            asked.append((_banded(facts.fees(card, "per_extra_item"), mass_g), units - 1))
    by_line = facts.fees(card, "per_line")
    if by_line:
        asked += [(_banded(by_line, piece_g * count), 1) for piece_g, count in lines]
    for row, count in asked:
        if row is None:
            return None
        total += facts.fen(row.price * count, card.currency)
    return total if asked else None


def _check_parcel(facts: _Facts, order: BuyerOrder, parcel: RoutedParcel, log: Log) -> None:
    """Check one parcel."""
    name = f"{parcel.order} {parcel.warehouse}"
    if parcel.warehouse not in facts.stores or any(line.sku not in facts.skus for line in parcel.lines):
        log.add("parcel", name, "names what there is not", None, None)
        return
    barrier = _barrier(facts, order, parcel.warehouse, [line.sku for line in parcel.lines])
    reach, card = facts.reach(parcel.warehouse, order.market), facts.card(parcel.warehouse)
    if barrier is not None or reach is None or card is None:
        log.add("barrier", name, "the warehouse may not send this", barrier, None)
        return
    lines = [(facts.skus[line.sku].mass_g, line.units) for line in parcel.lines]
    mass_g = sum(piece_g * count for piece_g, count in lines)
    mile = _banded(facts.fees(card, "per_parcel", reach.zone), mass_g)
    pick = _picking_fen(facts, card, lines, mass_g)
    log.same("zone", name, "zone of the last mile", parcel.zone, reach.zone)
    log.same("pick_price", name, "picking", parcel.pick_fen, pick)
    log.same(
        "parcel_price",
        name,
        "last mile",
        parcel.parcel_fen,
        None if mile is None else facts.fen(mile.price, card.currency),
    )
    arrives_on = facts.after(parcel.warehouse, reach.days)
    log.same("arrival", name, "day at the buyer", str(parcel.arrives_on), str(arrives_on))
    late = 0 if order.promise is None else max(0, (arrives_on - order.promise).days)
    log.same("late", name, "days after the promise", parcel.late_days, late)
    share = float(facts.numbers["late_share"]) if late else 0.0
    fine = sum(round(facts.selling_fen(facts.skus[line.sku]) * share) * line.units for line in parcel.lines)
    log.same("late_cost", name, "what being late costs", parcel.late_fen, fine)


def _barrier(facts: _Facts, order: BuyerOrder, warehouse: str, skus: Sequence[str]) -> str | None:
    """Return what keeps a warehouse from sending SKUs to a market."""
    row, reach, card = facts.stores[warehouse], facts.reach(warehouse, order.market), facts.card(warehouse)
    if reach is None:
        return "no_reach"
    is_open = (row.valid_from or dt.date.min) <= facts.day <= (row.valid_to or dt.date.max)
    barriers = (
        ("pick_pack" not in row.services and "last_mile" not in row.services, "no_service"),
        (not is_open, "not_open"),
        (not row.class9 and any(facts.skus[name].battery == "loose" for name in skus), "battery"),
    )
    found = next((reason for is_barred, reason in barriers if is_barred), None)
    if found is not None or card is None:
        return found or "no_price"
    reasons = (_unpriced(facts, card, reach.zone, facts.skus[name].mass_g) for name in skus)
    return next((reason for reason in reasons if reason is not None), None)


def _unpriced(facts: _Facts, card: FeeCard, zone: str, mass_g: int) -> str | None:
    """Return what keeps a piece from having a price."""
    rows = facts.fees(card, "per_parcel", zone)
    if _banded(rows, mass_g) is None:
        return "too_heavy" if rows else "no_price"
    return "no_price" if _picking_fen(facts, card, [(mass_g, 1)], mass_g) is None else None


def _check_pieces(orders: Sequence[BuyerOrder], routing: Routing, log: Log) -> None:
    """Check that every ordered piece is sent once or said not to be."""
    done: Counter[tuple[str, str]] = Counter()
    for parcel in routing.parcels:
        for line in parcel.lines:
            if line.units < 1:
                log.add("units", parcel.order, "a parcel holds a piece at least", line.units, 1)
            done[parcel.order, line.sku] += line.units
    for unsent in routing.unsent:
        done[unsent.order, unsent.sku] += unsent.units
    wanted = Counter({(order.id, line.sku): line.units for order in orders for line in order.lines})
    for key in sorted({*done, *wanted}):
        log.same("pieces", " ".join(key), "pieces sent and not sent", done[key], wanted[key])


def _check_stock(stock: Stock, routing: Routing, log: Log) -> None:
    """Check that no more is sent than lies there."""
    held: Counter[tuple[str, str]] = Counter()
    for lot in stock.lots:
        if lot.state == "on_hand":
            held[lot.sku, lot.warehouse] += lot.units
    sent: Counter[tuple[str, str]] = Counter()
    for parcel in routing.parcels:
        for line in parcel.lines:
            sent[line.sku, parcel.warehouse] += line.units
    for key, units in sent.items():
        if units > held[key]:
            log.add("stock", " ".join(key), "more than lies there", units, held[key])


def _check_unsent(facts: _Facts, order: BuyerOrder, unsent: Unsent, routing: Routing, log: Log) -> None:
    """Check that a reason holds: a barrier is one of every warehouse, and stock that is missing is missing."""
    name = f"{unsent.order} {unsent.sku}"
    if unsent.sku not in facts.skus:
        log.add("unsent", name, "is no SKU", None, None)
        return
    barriers = {_barrier(facts, order, warehouse, [unsent.sku]) for warehouse in facts.stores}
    is_barred = unsent.reason not in {"no_stock", "kept_for_others"}
    if is_barred and unsent.reason not in barriers:
        log.add("reason", name, "keeps no warehouse from sending it", unsent.reason, None)
    if unsent.units < 1:
        log.add("units", name, "a piece at least", unsent.units, 1)
    if routing.day != facts.day or unsent.lost_fen < unsent.units * facts.selling_fen(facts.skus[unsent.sku]):
        log.add("lost", name, "costs its price at least", unsent.lost_fen, None)
