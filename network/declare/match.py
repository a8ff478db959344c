"""
Whether an order, its payment and its waybill agree, and if not, in what.

One group holds everything whose order numbers the rules hold to be the same. Within it, a document belongs to the order
of exactly its number; if there is none, to the only one whose number is the same but for its writing.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from data.declare_read import CELL, LINE
from network.declare.live import DELETE, live
from network.declare.reasons import Reason, order_reasons, payment_reasons, waybill_reasons
from network.declare.records import Order, Payment, Waybill
from network.declare.terms import window_end

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from network.declare.terms import Case, Terms

MATCHED, WAITING, FAULTY = "matched", "waiting", "unmatched"
_MISSING = frozenset({"no_payment", "no_waybill"})
_P = TypeVar("_P", Payment, Waybill)


class Outcome(NamedTuple):
    """
    How one order ended, or a document that belongs to none.

    Parameters
    ----------
    kind
        ``order``, or ``payment`` or ``waybill`` for one without an order.
    state
        ``matched``, ``waiting`` or ``unmatched``.
    document
        The order, or the document.
    payments, waybills
        Those of the order.
    is_tolerant
        Whether one of them writes the number of the order otherwise.
    reasons
        Why it does not match.
    """

    kind: str
    state: str
    document: Order | Payment | Waybill
    payments: tuple[Payment, ...] = ()
    waybills: tuple[Waybill, ...] = ()
    is_tolerant: bool = False
    reasons: tuple[Reason, ...] = ()


_Key = tuple[str, str]
_Wanted = dict[_Key, list[Order]]


def settle(
    orders: Sequence[Order], payments: Sequence[Payment], waybills: Sequence[Waybill], case: Case
) -> Iterator[Outcome]:
    """
    Yield how every order of a group ends, and what is left over.

    Parameters
    ----------
    orders
        As they were sent, those that do not count any more included.
    payments, waybills
        Those that count.
    case
        The rules.
    """
    if len(orders) == 1 and _is_plain(orders[0], payments, waybills):
        yield _outcome([orders[0]], list(payments), list(waybills), case)
        return
    wanted = _orders(orders)
    paid, lone_payments = _assign(payments, "payment", wanted, case)
    carried, lone_waybills = _assign(waybills, "waybill", wanted, case)
    for key, versions in wanted.items():
        yield _outcome(versions, _numbered(paid.get(key, [])), carried.get(key, []), case)
    for payment, reason in lone_payments:
        yield Outcome("payment", FAULTY, payment, reasons=(reason,))
    for waybill, reason in lone_waybills:
        yield Outcome("waybill", FAULTY, waybill, reasons=(reason,))


def _is_plain(order: Order, payments: Sequence[Payment], waybills: Sequence[Waybill]) -> bool:
    """Return whether there is one order and nothing to decide, as is nearly always so."""
    if order.app_type == DELETE or len(payments) > 1 or len(waybills) > 1:
        return False
    number, platforms = order.order_no, ("", order.platform)
    if payments and (payments[0].order_no != number or payments[0].platform not in platforms):
        return False
    return not waybills or (waybills[0].order_no == number and waybills[0].platform in platforms)


def _orders(orders: Sequence[Order]) -> _Wanted:
    """Return the orders that count, by platform and number; rows of one order that differ in goods alone are one."""
    found: _Wanted = {}
    ordered = orders if len(orders) == 1 else sorted(set(orders), key=_number)
    for key, given in groupby(ordered, key=_number):
        sent = _joined(list(given))
        versions = sent if len(sent) == 1 and sent[0].app_type != DELETE else live(sent)
        if versions:
            found[key] = versions
    return found


def _number(order: Order) -> _Key:
    return order.platform, order.order_no


def _joined(orders: list[Order]) -> list[Order]:
    """Return orders with all their goods: a file may tell of them line by line."""
    if len(orders) == 1:
        return orders
    heads: dict[Order, set[str]] = {}
    for order in orders:
        lines = order.goods.split(LINE) if order.goods else []
        heads.setdefault(order._replace(goods=""), set()).update(lines)
    return [head._replace(goods=LINE.join(sorted(lines, key=_line_number))) for head, lines in heads.items()]


def _line_number(line: str) -> tuple[int, str]:
    number = line.partition(CELL)[0]
    return int(number) if number else 0, line


def _numbered(payments: list[Payment]) -> list[Payment]:
    """Return the payments that count; those without a number of their own were not sorted out before."""
    if len(payments) < 2 or all(payment.payment_no for payment in payments):  # noqa: PLR2004 - one is alone
        return payments
    return [
        *(payment for payment in payments if payment.payment_no),
        *live(payment for payment in payments if not payment.payment_no),
    ]


def _assign(
    documents: Sequence[_P], kind: str, wanted: _Wanted, case: Case
) -> tuple[dict[_Key, list[_P]], list[tuple[_P, Reason]]]:
    """Return the documents of each order, and those of none with the reason."""
    assigned: dict[_Key, list[_P]] = {}
    lone: list[tuple[_P, Reason]] = []
    for document in dict.fromkeys(documents):
        near = _candidates(document, wanted, case)
        if len(near) == 1:
            assigned.setdefault(near[0], []).append(document)
        elif near:
            names = "; ".join(sorted(" ".join(key).strip() for key in near))
            lone.append((document, Reason("ambiguous_order", names, document.order_no)))
        else:
            lone.append((document, Reason(f"{kind}_without_order", found=document.order_no)))
    return assigned, lone


def _candidates(document: Payment | Waybill, wanted: _Wanted, case: Case) -> list[_Key]:
    """Return the orders a document may belong to: one if that is clear."""
    if not document.order_no:
        # Only waybills come without; their own number is the first of their texts.
        own = case.fold(document[0])
        return [key for key, orders in wanted.items() if any(case.fold(order.waybill_no) == own for order in orders)]
    near = [key for key in wanted if not document.platform or key[0] in {"", document.platform}]
    exact = [key for key in near if key[1] == document.order_no]
    return exact or near


def _outcome(versions: list[Order], payments: list[Payment], waybills: list[Waybill], case: Case) -> Outcome:
    """Return how one order ends."""
    order = versions[0]
    terms = case.on(order.at)
    reasons = [
        *order_reasons(versions, terms),
        *payment_reasons(versions, payments, terms, case),
        *waybill_reasons(versions, waybills, terms, case),
    ]
    state = MATCHED
    if reasons:
        state = WAITING if _is_early(order, reasons, terms, case) else FAULTY
    numbers = {paper.order_no for paper in payments} | {paper.order_no for paper in waybills}
    is_tolerant = not numbers <= {"", order.order_no}
    return Outcome("order", state, order, tuple(payments), tuple(waybills), is_tolerant, tuple(reasons))


def _is_early(order: Order, reasons: list[Reason], terms: Terms, case: Case) -> bool:
    """Return whether nothing is wrong but what may still come."""
    today = case.today
    if today is None or any(reason.code not in _MISSING for reason in reasons):
        return False
    days = {"no_payment": terms.payment_days, "no_waybill": terms.waybill_days}
    return all(today <= window_end(order.at, days[reason.code]) for reason in reasons)
