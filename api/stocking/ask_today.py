"""Reading questions about a seller's stock on one day: what gets dearer soon, and who sends which order."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from api.faults import Findings, RequestFaultsError
from api.plans.ask import Upload, check_names, usual
from api.stocking.ask import stock_in, told
from api.stocking.weeks import last_count
from data.errors import TableFaultsError
from data.fields import is_blank, read_count, read_text
from data.orders_read import read_orders
from data.rules_warehouses import ALERT_DAYS
from data.stock import Stock
from data.stock_fields import ORDERS
from data.stock_rows import read_day
from network.warehouse import Cards

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from api.desk import Desk
    from api.stocking.sent import Sent
    from data.catalogue import Catalogue
    from data.orders import BuyerOrder
    from network.warehouse import Card

ALERT_FIELDS = ("on", "within", "card")
ROUTE_FIELDS = ("on",)
FEED_FIELDS = ("on",)
MOST_WITHIN = 730
MOST_ORDERS = 2000
"""That are routed while somebody waits for the answer."""
_OF_SKUS = frozenset({"unknown_sku", "order_value_needed"})
"""Rules that orders break because of the sheet of SKUs."""


class AlertsAsk(NamedTuple):
    """Which stock, on which day, how many days ahead, and by which fee card if not by that of each warehouse."""

    stock: Stock
    today: dt.date
    within: int
    named: Card | None


class RouteAsk(NamedTuple):
    """Which stock, which orders, and on which day they are sent."""

    stock: Stock
    orders: tuple[BuyerOrder, ...]
    today: dt.date


class FeedAsk(NamedTuple):
    """Which stock is fed to marketplaces, and on which day."""

    stock: Stock
    today: dt.date


def read_alerts_ask(sent: Sent, desk: Desk) -> AlertsAsk:
    """
    Return what alerts are asked for.

    Raises
    ------
    RequestFaultsError
        With everything wrong with file and options.
    """
    found, given, catalogue = sent.found, sent.given, desk.catalogue
    upload = sent.needed()
    check_names(found, given, ALERT_FIELDS)
    within = read_count(
        found, "within", usual(given, "within", catalogue.setting_int(ALERT_DAYS)), low=1, high=MOST_WITHIN
    )
    named = _card(found, given, catalogue)
    stock = None if upload is None else stock_in(found, upload, desk)
    today = _day(found, given, stock, desk)
    if found.faults or stock is None or today is None or within is None:
        raise RequestFaultsError(found.faults)
    return AlertsAsk(stock, today, within, named)


def read_route_ask(sent: Sent, desk: Desk) -> RouteAsk:
    """
    Return which orders are to be routed.

    Raises
    ------
    RequestFaultsError
        With everything wrong with both files and options; of orders of a stock that cannot be read, nothing is said
        that would take its SKUs.
    """
    found, given = sent.found, sent.given
    uploads = sent.needed(), sent.needed(ORDERS)
    check_names(found, given, ROUTE_FIELDS)
    stock = None if uploads[0] is None else stock_in(found, uploads[0], desk)
    today = _day(found, given, stock, desk)
    orders = None if uploads[1] is None else _orders(found, uploads[1], stock, desk, today or desk.clock().date())
    if orders is not None and len(orders) > MOST_ORDERS:
        found.add(ORDERS, len(orders), "too_many", limit=MOST_ORDERS)
    if found.faults or stock is None or today is None or orders is None:
        raise RequestFaultsError(found.faults)
    return RouteAsk(stock, orders, today)


def read_feed_ask(sent: Sent, desk: Desk) -> FeedAsk:
    """
    Return which stock is to be fed to marketplaces.

    Raises
    ------
    RequestFaultsError
        With everything wrong with file and options.
    """
    found, given = sent.found, sent.given
    upload = sent.needed()
    check_names(found, given, FEED_FIELDS)
    stock = None if upload is None else stock_in(found, upload, desk)
    today = _day(found, given, stock, desk)
    if found.faults or stock is None or today is None:
        raise RequestFaultsError(found.faults)
    return FeedAsk(stock, today)


def _day(found: Findings, given: Mapping[str, object], stock: Stock | None, desk: Desk) -> dt.date | None:
    """Return the day that is meant, today if none is given; none before the last count."""
    today: dt.date | None = desk.clock().date()
    if not is_blank(given.get("on")):
        today = read_day(read_text(found, "on", given["on"]) or "")
        if today is None:
            found.add("on", given["on"], "date_only")
    counted = None if stock is None else last_count(stock)
    if today is not None and counted is not None and today < counted:
        found.add("on", today, "before_count", counted=counted)
    return today


def _card(found: Findings, given: Mapping[str, object], catalogue: Catalogue) -> Card | None:
    name = read_text(found, "card", given.get("card"))
    cards = catalogue.derived(Cards).by_id
    if name is not None and name not in cards:
        found.add("card", name, "unknown_choice", choices=" ".join(sorted(cards)))
    return None if name is None else cards.get(name)


def _orders(
    found: Findings, upload: Upload, stock: Stock | None, desk: Desk, today: dt.date
) -> tuple[BuyerOrder, ...] | None:
    """Return the orders of a file that was sent, or None with everything wrong with it."""
    with tempfile.TemporaryDirectory(prefix="orders-") as folder:
        path = Path(folder) / f"{ORDERS}{upload.suffix}"
        path.write_bytes(upload.content)
        try:
            return read_orders(path, desk.catalogue, stock or Stock(skus=()), today)
        except TableFaultsError as error:
            # Told row by row, and of the file as its sender calls it, if it was one.
            called = upload.label if upload.label.casefold().endswith(upload.suffix) else path.name
            faults = [one for one in error.faults if stock or one.rule not in _OF_SKUS]
            named = [replace(one, file=called + one.file.removeprefix(path.name)) for one in faults]
            found.faults += told(sorted(named, key=lambda one: one.row or 0))
            return None
