"""The checker of what is fed to marketplaces: cartons, stock, band, cover and fees, from tables and file alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from optimizer.verify.feed_facts import Days, FeedFacts
from optimizer.verify.log import Log

if TYPE_CHECKING:
    import datetime as dt

    from data.catalogue import Catalogue
    from data.records_warehouses import Marketplace
    from data.stock import Stock
    from data.stock_feed import Feed, FeedCover, FeedMove
    from optimizer.verify.violation import Violation

_NEAR = 1e-6
_FEN = 1


def verify_feed(catalogue: Catalogue, stock: Stock, feed: Feed) -> list[Violation]:
    """
    Return every rule of docs/stock.md (Feeding marketplaces) that a feeding breaks; none if it is sound.

    Parameters
    ----------
    catalogue, stock
        The tables and the file it was made of, which are not checked here.
    feed
        What was decided.

    Notes
    -----
    That no other choice is cheaper is not looked at.
    """
    log, facts = Log(), FeedFacts(catalogue, stock, feed.today)
    seen: set[tuple[str, str, str]] = set()
    for move in feed.moves:
        name = f"{move.sku} {move.origin}-{move.to}"
        if move.to not in facts.markets or move.sku not in facts.skus or move.origin not in facts.stores:
            log.add("move", name, "is from, to or of nothing that is known", name, None)
        elif (move.sku, move.origin, move.to) in seen:
            log.add("move", name, "stands twice", name, None)
        else:
            _check_move(facts, move, log.of(name))
        seen.add((move.sku, move.origin, move.to))
    _check_covers(facts, feed, log)
    for row in facts.markets.values():
        _check_limit(facts, row, feed, log)
    if feed.bound_fen > feed.cost_fen:
        log.add("bound", "feed", "is above the cost", feed.bound_fen, feed.cost_fen)
    return log.violations


def _check_move(facts: FeedFacts, move: FeedMove, log: Log) -> None:
    """Check the way, cartons, pieces and fees of a move."""
    sku, row = facts.skus[move.sku], facts.markets[move.to]
    leaving = facts.leaving(sku, row)
    units = move.cartons * (sku.carton_units or 0)
    log.same("cartons", "pieces", "are not whole cartons", move.units, units)
    if move.cartons < 1 or not units:
        log.add("cartons", "cartons", "none", move.cartons, 1)
        return
    if not facts.is_open(move.to, facts.arrives(row)):
        log.add("barrier", "marketplace", "takes nothing on that day", move.to, None)
    if sku.battery == "loose" and not facts.stores[move.to].class9:
        log.add("barrier", "battery", "is not taken", sku.battery, None)
    if move.origin not in leaving:
        log.add("barrier", "warehouse", "does not send to this marketplace, or has no price", move.origin, None)
        return
    days = leaving[move.origin]
    log.no_later("stock", "pieces", "are more than may leave", move.units, len(days))
    if move.units <= len(days):
        taken = days[: move.units]
        log.same("oldest", "oldest piece", "is another", move.oldest_on.isoformat(), taken[0].isoformat())
        log.same("oldest", "newest piece", "is another", move.newest_on.isoformat(), taken[-1].isoformat())
        _check_fees(facts, move, taken, log)


def _check_fees(facts: FeedFacts, move: FeedMove, taken: list[dt.date], log: Log) -> None:
    """Check the amounts of a move."""
    sku, row = facts.skus[move.sku], facts.markets[move.to]
    card, there = facts.card(move.origin, facts.today), facts.card(move.to, facts.arrives(row))
    if card is None or there is None:
        log.add("barrier", "card", "there is none", move.origin, None)
        return
    ages = {(facts.today - day).days: taken.count(day) for day in set(taken)}
    days = row.lead_days + facts.review
    saved = sum(facts.storage_fen(card, sku, units, age, days) for age, units in ages.items())
    log.same("fee", "transfer", "another amount", move.transfer_fen, facts.transfer_fen(card, sku, move.cartons))
    log.same("fee", "storage saved", "another amount", move.saved_fen, saved)
    here = facts.storage_fen(there, sku, move.units, 0, facts.review)
    log.same("fee", "storage there", "another amount", move.storage_fen, here)
    road = facts.carriage_fen(move.origin, move.to, sku, move.units)
    if abs(road - move.carriage_fen) > _FEN / 2 + 1e-3 * max(1.0, road):
        log.add("fee", "carriage", "another amount", move.carriage_fen, round(road))


def _check_covers(facts: FeedFacts, feed: Feed, log: Log) -> None:
    """Check that every SKU of a marketplace is told once, and what is told of it."""
    told = [(cover.sku, cover.to) for cover in feed.covers]
    fed = {
        (lot.sku, lot.warehouse)
        for lot in facts.stock.lots
        if lot.warehouse in facts.markets and _is_asked(facts, lot.sku, facts.markets[lot.warehouse])
    }
    for pair in sorted(fed ^ set(told)):
        log.add("cover", " ".join(pair), "is told without being fed, or fed without being told", " ".join(pair), None)
    if len(told) != len(set(told)):
        log.add("cover", "feed", "tells a SKU twice", len(told), len(set(told)))
    moved: dict[tuple[str, str], int] = {}
    for move in feed.moves:
        moved[move.sku, move.to] = moved.get((move.sku, move.to), 0) + move.units
    for pair in sorted(set(moved) - set(told)):
        log.add("cover", " ".join(pair), "is sent and not told", moved[pair], None)
    for cover in feed.covers:
        if (cover.sku, cover.to) in fed:
            sent = moved.get((cover.sku, cover.to), 0)
            log.same("flow", f"{cover.sku} {cover.to}", "sent is not the sum of moves", cover.sent_units, sent)
            _check_cover(facts, cover, log.of(f"{cover.sku} {cover.to}"))


def _is_asked(facts: FeedFacts, sku: str, row: Marketplace) -> bool:
    """Say whether anything is asked for until the next feeding arrives."""
    return any(facts.daily(sku, facts.territory(row.warehouse), row.lead_days + facts.review))


def _check_cover(facts: FeedFacts, cover: FeedCover, log: Log) -> None:
    """Check pieces, days and money of one cover."""
    sku, row = facts.skus[cover.sku], facts.markets[cover.to]
    days, prices, margin = Days(facts, sku, row), facts.low_prices(row, sku), facts.margin_fen(sku)
    by_then = coming = 0
    for lot in facts.lots.get(cover.sku, ()):
        if lot.warehouse == cover.to:
            is_late = lot.arrives_on is not None and lot.arrives_on > facts.arrives(row)
            by_then, coming = (by_then, coming + lot.units) if is_late else (by_then + lot.units, coming)
    before = max(0.0, by_then - days.earlier)
    after = before + cover.sent_units
    log.same("cover", "arrival", "is another day", cover.arrives_on.isoformat(), facts.arrives(row).isoformat())
    log.same("cover", "coming pieces", "are others", cover.coming_units, coming)
    for name, actual, right in (
        ("pieces before", cover.units_before, before),
        ("pieces a day", cover.day_units, days.mean),
        ("target", cover.target_units, days.target),
        ("most pieces", cover.most_units, days.most),
        ("cover before", cover.before_days, days.cover(before)),
        ("cover after", cover.after_days, days.cover(after)),
    ):
        if abs(actual - right) > _NEAR * max(1.0, right):
            log.add("cover", name, "is another", f"{actual:.6f}", f"{right:.6f}")
    for name, fen, exact in (
        ("fee for low stock", cover.low_fen, days.low_fen(after, prices)),
        ("fee for low stock before", cover.before_low_fen, days.low_fen(before, prices)),
        ("lost sales", cover.lost_fen, margin * days.lost(after)),
        ("lost sales before", cover.before_lost_fen, margin * days.lost(before)),
    ):
        if abs(fen - exact) > _FEN:
            log.add("fee", name, "another amount", fen, round(exact))
    if cover.sent_units and after + coming > days.most + _NEAR:
        log.add("band", "pieces", "are more than the most days of cover", round(after + coming), math.floor(days.most))
    over = max(0, math.ceil(after + coming - days.most - _NEAR))
    log.same("fee", "excess", "another amount", cover.over_fen, facts.excess_fen(row, sku, over))
    _check_reason(facts, cover, (after, coming), days, log)


def _check_reason(facts: FeedFacts, cover: FeedCover, held: tuple[float, int], days: Days, log: Log) -> None:
    """Check that what is told to keep a SKU from its band does so."""
    sku, row, (after, coming) = facts.skus[cover.sku], facts.markets[cover.to], held
    carton = sku.carton_units or 1
    is_over, is_met = after + coming > days.most + _NEAR, after >= days.target - _NEAR
    leaving = facts.leaving(sku, row)
    fits = math.floor((days.most - (after - cover.sent_units) - coming) / carton + _NEAR) * carton
    whole = sum(len(found) // carton for found in leaving.values()) * carton
    right = {
        "kept": is_met and not is_over,
        "over": is_over,
        "stock": not is_met and cover.sent_units >= whole,
        "carton": not is_met and cover.sent_units >= fits,
        "limit": not is_met,
        "no_carton": not is_met and sku.carton_units is None,
        "no_source": not is_met and not leaving,
        "no_price": not is_met and facts.card(cover.to, facts.arrives(row)) is None,
        "battery": not is_met and sku.battery == "loose" and not facts.stores[cover.to].class9,
        "not_open": not is_met and not facts.is_open(cover.to, facts.arrives(row)),
    }
    if not right[cover.reason]:
        log.add("reason", cover.reason, "is not why", f"{after:.3f}", f"{days.target:.3f}")


def _check_limit(facts: FeedFacts, row: Marketplace, feed: Feed, log: Log) -> None:
    """Check that what is sent fits beside what is there on the day of arrival, and no more where room is lacking."""
    told = {cover.sku: cover for cover in feed.covers if cover.to == row.warehouse}
    sent = there = 0.0
    for name in {lot.sku for lot in facts.stock.lots if lot.warehouse == row.warehouse}:
        sku = facts.skus[name]
        volume = sku.length_mm * sku.width_mm * sku.height_mm
        if name in told:
            sent += told[name].sent_units * volume
            there += (told[name].units_before + told[name].coming_units) * volume
        else:
            there += sum(lot.units for lot in facts.lots[name] if lot.warehouse == row.warehouse) * volume
    limit = math.inf if row.limit_m3 is None else float(row.limit_m3) * 1e9
    if sent and sent + there > limit + 1:
        log.add("limit", row.warehouse, "is full, mm3", round(sent + there), round(limit))
    for name, cover in told.items():
        sku = facts.skus[name]
        carton = (sku.carton_units or 0) * sku.length_mm * sku.width_mm * sku.height_mm
        if cover.reason == "limit" and sent + there + carton <= limit - 1:
            log.add("reason", f"{name} {row.warehouse} limit", "there is room for a carton", carton, None)
