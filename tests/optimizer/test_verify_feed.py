"""The checker of what is fed to marketplaces names every way in which a sound feeding can be broken."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from data import Catalogue, load_catalogue
from data.stock import Stock
from optimizer.stock.feed import feed_marketplaces
from optimizer.verify.feed import verify_feed
from tests.seller_world import TODAY, lot, sku, weeks

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.stock_feed import Feed, FeedCover, FeedMove

STOCK = Stock(
    skus=(sku("A"), sku("B", carton_units=400)),
    demand=(*weeks("A", "US", 70, 20, 30), *weeks("B", "US", 14, 5, 30)),
    lots=(
        lot("A", "AMZ-US", 200),
        lot("A", "GC-US-LA", 300, 200),
        lot("A", "LC-US-NJ", 100, 200),
        lot("B", "AMZ-US", 0),
        lot("B", "GC-US-LA", 800),
        lot("A", "GC-DE", 500),
    ),
)


@pytest.fixture(scope="module")
def tables() -> Catalogue:
    """Return the shipped data set."""
    return load_catalogue()


@pytest.fixture(scope="module")
def sound(tables: Catalogue) -> Feed:
    """Return a feeding from two warehouses, with a SKU that no carton fits."""
    found = feed_marketplaces(tables, STOCK, TODAY)
    broken = verify_feed(tables, STOCK, found)
    assert broken == []
    assert {one.origin for one in found.moves} == {"GC-US-LA", "LC-US-NJ"}
    assert {one.reason for one in found.covers} == {"kept", "carton"} or len(found.covers) == 2
    return found


def moved(feed: Feed, **changes: object) -> Feed:
    """Return a feeding with another first move."""
    one: FeedMove = replace(feed.moves[0], **changes)  # type: ignore[arg-type]
    return replace(feed, moves=(one, *feed.moves[1:]))


def told(feed: Feed, **changes: object) -> Feed:
    """Return a feeding with another first cover."""
    one: FeedCover = replace(feed.covers[0], **changes)  # type: ignore[arg-type]
    return replace(feed, covers=(one, *feed.covers[1:]))


@pytest.mark.parametrize(
    ("rule", "breaks"),
    [
        ("move", lambda it: moved(it, sku="Z")),
        ("move", lambda it: moved(it, to="GC-US-NJ")),
        ("move", lambda it: replace(it, moves=(it.moves[0], *it.moves))),
        ("barrier", lambda it: moved(it, origin="GC-DE")),
        ("cartons", lambda it: moved(it, units=it.moves[0].units - 1)),
        ("cartons", lambda it: moved(it, units=0, cartons=0)),
        ("stock", lambda it: moved(it, units=4000, cartons=400)),
        ("oldest", lambda it: moved(it, oldest_on=TODAY)),
        ("oldest", lambda it: moved(it, newest_on=TODAY)),
        ("fee", lambda it: moved(it, transfer_fen=it.moves[0].transfer_fen + 1)),
        ("fee", lambda it: moved(it, saved_fen=it.moves[0].saved_fen + 1)),
        ("fee", lambda it: moved(it, storage_fen=it.moves[0].storage_fen - 1)),
        ("fee", lambda it: moved(it, carriage_fen=it.moves[0].carriage_fen * 2 + 9)),
        ("flow", lambda it: told(it, sent_units=it.covers[0].sent_units + 10)),
        ("cover", lambda it: replace(it, covers=it.covers[1:])),
        ("cover", lambda it: replace(it, covers=(*it.covers, it.covers[0]))),
        ("cover", lambda it: told(it, to="GC-US-LA")),
        ("cover", lambda it: told(it, arrives_on=TODAY + dt.timedelta(days=1))),
        ("cover", lambda it: told(it, coming_units=3)),
        ("cover", lambda it: told(it, units_before=it.covers[0].units_before + 1)),
        ("cover", lambda it: told(it, target_units=1.0)),
        ("cover", lambda it: told(it, day_units=it.covers[0].day_units + 1)),
        ("fee", lambda it: told(it, over_fen=1)),
        ("cover", lambda it: told(it, most_units=1.0)),
        ("cover", lambda it: told(it, after_days=99.0)),
        ("fee", lambda it: told(it, low_fen=it.covers[0].low_fen + 2)),
        ("fee", lambda it: told(it, before_low_fen=it.covers[0].before_low_fen + 2)),
        ("fee", lambda it: told(it, lost_fen=it.covers[0].lost_fen + 2)),
        ("fee", lambda it: told(it, before_lost_fen=it.covers[0].before_lost_fen + 2)),
        ("reason", lambda it: told(it, reason="limit")),
        ("reason", lambda it: told(it, reason="over")),
        ("bound", lambda it: replace(it, bound_fen=it.cost_fen + 1)),
    ],
)  # fmt: skip
def test_every_broken_rule_is_named(rule: str, breaks: Callable[[Feed], Feed], sound: Feed, tables: Catalogue) -> None:
    """One change breaks the rule, beside others that follow from it."""
    assert rule in {one.rule for one in verify_feed(tables, STOCK, breaks(sound))}


def test_bands_and_limits_of_other_tables_are_broken(sound: Feed, tables: Catalogue) -> None:
    """What is sound here is above a lower band, beyond less room, and for a closed or dearer place none at all."""
    rows = tables.marketplaces

    def other(**changes: object) -> set[str]:
        changed = [replace(row, **changes) for row in rows]  # type: ignore[arg-type]
        return {one.rule for one in verify_feed(tables.replace(marketplaces=changed), STOCK, sound)}

    assert "band" in other(high_days=29)
    assert "limit" in other(limit_m3=Decimal("0.1"))
    shut = [replace(row, valid_to=TODAY) if row.id == "AMZ-US" else row for row in tables.warehouses]
    assert "barrier" in {one.rule for one in verify_feed(tables.replace(warehouses=shut), STOCK, sound)}


def test_room_that_is_left_is_no_reason(tables: Catalogue, sound: Feed) -> None:
    """Whoever says that room is lacking where a carton would fit is told so, and so is another price of the excess."""
    roomy = [replace(row, limit_m3=Decimal(50)) for row in tables.marketplaces]
    broken = verify_feed(tables.replace(marketplaces=roomy), STOCK, told(sound, reason="limit"))
    assert {"there is room for a carton"} <= {one.message for one in broken}
    full = replace(STOCK, lots=(lot("A", "AMZ-US", 5000, 20), *STOCK.lots[1:]))
    over = feed_marketplaces(tables, full, TODAY)
    assert over.covers[0].over_fen > 0
    assert verify_feed(tables, full, over) == []
    one = over.covers[0]
    assert "fee" in {it.rule for it in verify_feed(tables, full, told(over, over_fen=one.over_fen + 1))}
