"""All documents of a state brought together by order number, in one pass over three sorted streams."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, TypeVar

from network.declare.documents import lay_out
from network.declare.live import DELETE, repeated_payments, repeated_waybills
from network.declare.match import settle
from network.declare.records import Payment, Waybill, order_of, payment_of, waybill_of
from network.declare.terms import Case

if TYPE_CHECKING:
    import datetime as dt
    import sqlite3
    from collections.abc import Callable, Iterator

    from data.catalogue import Catalogue
    from data.declare_rules import DeclareRules
    from network.declare.match import Outcome

_D = TypeVar("_D")

_ORDERS = "SELECT fold, body, rowid FROM orders ORDER BY fold, body"
_PAYMENTS = "SELECT fold, body, rowid FROM payments ORDER BY fold, body"
# A waybill that does not name its order goes to the orders that name it, else it stays by itself.
_WAYBILLS = (
    "SELECT fold, body, rowid FROM waybills WHERE fold <> '' "
    "UNION ALL SELECT DISTINCT o.fold, w.body, w.rowid FROM waybills w JOIN orders o ON o.own = w.own "
    "WHERE w.fold = '' AND w.own <> '' "
    "UNION ALL SELECT char(1) || own, body, rowid FROM waybills "
    "WHERE fold = '' AND own NOT IN (SELECT own FROM orders) "
    "ORDER BY 1, 2"
)


def outcomes(
    connection: sqlite3.Connection, catalogue: Catalogue, rules: DeclareRules, as_of: dt.date | None = None
) -> Iterator[Outcome]:
    """
    Yield how every order ends and what belongs to none, in the order of their numbers.

    It depends on what was delivered, not on when or in which order. Memory is taken for one group at a time, besides
    numbers that came more than once.

    Parameters
    ----------
    connection
        From `network.declare.state`.
    catalogue
        Has the codes.
    rules
        Those that hold.
    as_of
        Until when is waited for what is missing; see `network.declare.terms.Case`.
    """
    lay_out(connection, catalogue, rules)
    for _, outcome in folded_outcomes(connection, rules, as_of):
        yield outcome


def folded_outcomes(
    connection: sqlite3.Connection, rules: DeclareRules, as_of: dt.date | None = None
) -> Iterator[tuple[str, Outcome]]:
    """Yield the same of documents that were laid out, each with the number by which its group is sorted."""
    payments, waybills = repeated_payments(connection), repeated_waybills(connection)
    case = Case(rules, as_of=as_of, reused=frozenset(payments.shared), shared=frozenset(waybills.shared))
    groups = _aligned(
        _groups(connection, _ORDERS, order_of, set()),
        _groups(connection, _PAYMENTS, _payment, payments.dead),
        _groups(connection, _WAYBILLS, _waybill, waybills.dead),
    )
    for key, orders, paid, carried in groups:
        for outcome in settle(orders, paid, carried, case):
            yield key, outcome


_Group = tuple[str, list[_D]]


def _groups(
    connection: sqlite3.Connection, statement: str, make: Callable[[str], _D | None], dead: set[int]
) -> Iterator[_Group[_D]]:
    """Yield the documents of a stream that count, group by group."""
    rows = connection.cursor().execute(statement)
    for fold, given in groupby(rows, key=itemgetter(0)):
        made = [make(body) for _, body, number in given if number not in dead]
        yield fold, [document for document in made if document is not None]


def _payment(body: str) -> Payment | None:
    """Return a payment, None for a deletion; one without a number is looked at with the others of its order."""
    made = payment_of(body)
    return None if made.app_type == DELETE and made.payment_no else made


def _waybill(body: str) -> Waybill | None:
    """Return a waybill, None for a deletion."""
    made = waybill_of(body)
    return None if made.app_type == DELETE else made


_A = TypeVar("_A")
_B = TypeVar("_B")
_C = TypeVar("_C")


def _aligned(
    first: Iterator[_Group[_A]], second: Iterator[_Group[_B]], third: Iterator[_Group[_C]]
) -> Iterator[tuple[str, list[_A], list[_B], list[_C]]]:
    """Yield the groups of three sorted streams that have the same key, and it; empty where one has none."""
    one, two, three = next(first, None), next(second, None), next(third, None)
    while one is not None or two is not None or three is not None:
        key = min(group[0] for group in (one, two, three) if group is not None)
        found: tuple[list[_A], list[_B], list[_C]] = ([], [], [])
        if one is not None and one[0] == key:
            found[0].extend(one[1])
            one = next(first, None)
        if two is not None and two[0] == key:
            found[1].extend(two[1])
            two = next(second, None)
        if three is not None and three[0] == key:
            found[2].extend(three[1])
            three = next(third, None)
        yield key, *found
