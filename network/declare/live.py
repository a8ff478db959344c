"""
Which documents count: a change replaces, a deletion removes what was sent before under the same number.

The times of sending decide, not the order of delivery.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from network.declare.records import Order, Payment, Waybill, payment_of, waybill_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

_D = TypeVar("_D", Order, Payment, Waybill)
CHANGE, DELETE = "2", "3"
"""How a document is sent, besides anew: `1` or nothing."""


def _sent(document: Order | Payment | Waybill) -> tuple[str, str]:
    """Return by what documents of one number are put in order."""
    return document.app_time or document.at, document.app_type or "1"


def live(documents: Iterable[_D]) -> list[_D]:
    """
    Return the documents of one number that count, those that differ in nothing but the way they were sent only once.

    Examples
    --------
    >>> sent = dict(payment_no="P", order_no="A", platform="", at="20261101000000", currency="142",
    ...             payer_name="", payer_id="", pay_code="", pay_name="")
    >>> first = Payment(app_type="1", app_time="20261101000000", amount="100", **sent)
    >>> second = Payment(app_type="2", app_time="20261102000000", amount="200", **sent)
    >>> [payment.amount for payment in live([second, first])]
    ['200']
    """
    kept: dict[tuple[str, ...], _D] = {}
    ordered = sorted(documents, key=lambda document: (_sent(document), tuple(document)))
    for (_, app_type), given in groupby(ordered, key=_sent):
        if app_type in {CHANGE, DELETE}:
            # Two changes of the same second both count: neither is known to come after the other.
            kept.clear()
        for document in given if app_type != DELETE else ():
            kept.setdefault(tuple(document._replace(app_type="", app_time="")), document)
    return list(kept.values())


class Repeats(NamedTuple):
    """
    What is to be known of numbers that came more than once.

    Parameters
    ----------
    dead
        Row numbers of documents that do not count, or were sent before in the same words.
    shared
        Numbers under which documents of different orders count.
    """

    dead: set[int]
    shared: set[str]


_REPEATED = {
    "payments": "SELECT own, rowid, fold, body FROM payments WHERE own IN "
    "(SELECT own FROM payments WHERE own <> '' GROUP BY own HAVING COUNT(*) > 1) ORDER BY own, body",
    "waybills": "SELECT own, rowid, fold, body FROM waybills WHERE own IN "
    "(SELECT own FROM waybills WHERE own <> '' GROUP BY own HAVING COUNT(*) > 1) ORDER BY own, body",
}


def repeated_payments(connection: sqlite3.Connection) -> Repeats:
    """Return which payments do not count, and the numbers used for several orders."""
    return _repeats(connection, "payments", payment_of, lambda payment: payment.pay_code)


def repeated_waybills(connection: sqlite3.Connection) -> Repeats:
    """Return which waybills do not count, and the numbers used for several orders."""
    found = _repeats(connection, "waybills", waybill_of, lambda waybill: waybill.carrier)
    named = connection.execute(
        "SELECT own FROM orders WHERE own <> '' AND own IN (SELECT own FROM waybills WHERE fold = '') "
        "GROUP BY own HAVING COUNT(DISTINCT fold) > 1"
    )
    found.shared.update(own for (own,) in named)
    return found


def _repeats(
    connection: sqlite3.Connection, table: str, make: Callable[[str], _D], issuer: Callable[[_D], str]
) -> Repeats:
    found = Repeats(set(), set())
    for own, rows in groupby(connection.execute(_REPEATED[table]), key=itemgetter(0)):
        by_issuer: dict[str, list[tuple[int, str, _D]]] = {}
        for _, number, fold, body in rows:
            document = make(body)
            by_issuer.setdefault(issuer(document), []).append((number, fold, document))
        for given in by_issuer.values():
            _settle(own, given, found)
    return found


def _settle(own: str, given: list[tuple[int, str, _D]], found: Repeats) -> None:
    """Note what does not count of the documents of one number and issuer."""
    left = {tuple(document) for document in live(document for _, _, document in given)}
    folds = set()
    for number, fold, document in given:
        content = tuple(document)
        if content in left:
            left.remove(content)
            folds.add(fold)
        else:
            found.dead.add(number)
    if len(folds) > 1:
        found.shared.add(own)
