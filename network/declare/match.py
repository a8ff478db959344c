"""
Whether an order, its payment and its waybill agree, and if not, in what.

One group holds everything whose order numbers the rules hold to be the same. Within it, a document belongs to the order
of exactly its number; if there is none, to the only one whose number is the same but for its writing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from data.declare_read import CELL, LINE
from data.declare_values import folder, from_e5
from network.declare.live import DELETE, live
from network.declare.records import Order, Payment, Waybill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from data.declare_rules import DeclareRules

MATCHED, WAITING, FAULTY = "matched", "waiting", "unmatched"
_MISSING = frozenset({"no_payment", "no_waybill"})
_P = TypeVar("_P", Payment, Waybill)


class Reason(NamedTuple):
    """
    Why something does not match.

    Parameters
    ----------
    code
        Name of the reason, as in docs/declare.md.
    expected, found
        What there should be and what there is, where that can be said.
    """

    code: str
    expected: str = ""
    found: str = ""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """
    The rules that hold for the orders of one day.

    Parameters
    ----------
    needs_payment, needs_waybill
        Whether an order needs them.
    most_payments, most_waybills
        How many it may have.
    tolerance_e5, sum_tolerance_e5
        How far payment and order, and the parts of an order, may differ; hundred-thousandths.
    payer_is_buyer, consignee_agrees
        Whether people are compared.
    payment_days, waybill_days
        How long after the order its payment and its waybill may come.
    """

    needs_payment: bool
    needs_waybill: bool
    most_payments: int
    most_waybills: int
    tolerance_e5: int
    sum_tolerance_e5: int
    payer_is_buyer: bool
    consignee_agrees: bool
    payment_days: int
    waybill_days: int

    @classmethod
    def of(cls, rules: DeclareRules) -> Terms:
        """Return the terms of rules."""
        return cls(
            needs_payment=rules.flag("payment_needed"),
            needs_waybill=rules.flag("waybill_needed"),
            most_payments=rules.count("most_payments"),
            most_waybills=rules.count("most_waybills"),
            tolerance_e5=rules.amount_e5("amount_tolerance"),
            sum_tolerance_e5=rules.amount_e5("sum_tolerance"),
            payer_is_buyer=rules.flag("payer_is_buyer"),
            consignee_agrees=rules.flag("consignee_agrees"),
            payment_days=rules.count("payment_window_days"),
            waybill_days=rules.count("waybill_window_days"),
        )


class Case:
    """
    What a whole run of matching goes by.

    Parameters
    ----------
    rules
        Of its direction and regime; those of its date say how numbers are compared.
    as_of
        What is missing is waited for while its window is open on this date; None waits for nothing.
    reused, shared
        Numbers of payments and of waybills used for several orders.
    """

    def __init__(
        self,
        rules: DeclareRules,
        *,
        as_of: dt.date | None = None,
        reused: frozenset[str] = frozenset(),
        shared: frozenset[str] = frozenset(),
    ) -> None:
        self.fold: Callable[[str], str] = folder(rules)
        self.today = None if as_of is None else f"{as_of:%Y%m%d}000000"
        self.reused = reused
        self.shared = shared
        self._rules = rules
        self._terms: dict[str, Terms] = {}

    def on(self, at: str) -> Terms:
        """Return the terms of the day of an order."""
        day = at[:8]
        found = self._terms.get(day)
        if found is None:
            found = self._terms[day] = Terms.of(self._rules.on(date_of(day)))
        return found


def date_of(text: str) -> dt.date:
    """Return the date of a time of 14 digits, or of its first 8."""
    return dt.date(int(text[:4]), int(text[4:6]), int(text[6:8]))


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
        *_order_reasons(versions, terms),
        *_payment_reasons(versions, payments, terms, case),
        *_waybill_reasons(versions, waybills, terms, case),
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
    return all(today <= _end(order.at, days[reason.code]) for reason in reasons)


def _order_reasons(versions: list[Order], terms: Terms) -> Iterator[Reason]:
    """Yield what is wrong with an order by itself."""
    order = versions[0]
    if len(versions) > 1:
        yield Reason("duplicate_order", "1", str(len(versions)))
    elif order.paid and abs(order.due_e5 - order.sum_e5) > terms.sum_tolerance_e5:
        yield Reason("order_sum_differs", from_e5(order.sum_e5), from_e5(order.due_e5))
    numbers = [line.partition(CELL)[0] for line in order.goods.split(LINE)] if LINE in order.goods else []
    if len(versions) == 1 and len(set(numbers)) < len(numbers):
        yield Reason("duplicate_line", str(len(set(numbers))), str(len(numbers)))


def _payment_reasons(versions: list[Order], payments: list[Payment], terms: Terms, case: Case) -> Iterator[Reason]:
    """Yield what is wrong with the payments of an order."""
    order = versions[0]
    if not payments:
        if terms.needs_payment:
            yield Reason("no_payment")
        return
    numbers = {(payment.pay_code, payment.payment_no or str(place)) for place, payment in enumerate(payments)}
    if len(numbers) > terms.most_payments:
        yield Reason("paid_twice", str(terms.most_payments), "; ".join(sorted(number for _, number in numbers)))
    if len(payments) > len(numbers):
        yield Reason("duplicate_payment", str(len(numbers)), str(len(payments)))
    if case.reused:
        reused = sorted({payment.payment_no for payment in payments if case.fold(payment.payment_no) in case.reused})
        if reused:
            yield Reason("payment_reused", found="; ".join(reused))
    end = _end(order.at, terms.payment_days)
    late = max(payment.at for payment in payments)
    if late > end:
        yield Reason("payment_late", end, late)
    if len(payments) == 1 and len(versions) == 1:
        yield from _paid_reasons(order, payments[0], terms, case)


def _paid_reasons(order: Order, payment: Payment, terms: Terms, case: Case) -> Iterator[Reason]:
    """Yield in what one payment and its order differ."""
    if payment.currency != order.currency:
        yield Reason("currency_differs", order.currency, payment.currency)
    elif abs(int(payment.amount) - order.due_e5) > terms.tolerance_e5:
        yield Reason("amount_differs", from_e5(order.due_e5), from_e5(int(payment.amount)))
    if terms.payer_is_buyer:
        if _differ(order.buyer_name, payment.payer_name, case):
            yield Reason("payer_differs", order.buyer_name, payment.payer_name)
        elif _differ(order.buyer_id, payment.payer_id, case):
            yield Reason("payer_differs", order.buyer_id, payment.payer_id)


def _waybill_reasons(versions: list[Order], waybills: list[Waybill], terms: Terms, case: Case) -> Iterator[Reason]:
    """Yield what is wrong with the waybills of an order."""
    order = versions[0]
    if not waybills:
        if terms.needs_waybill:
            yield Reason("no_waybill")
        return
    numbers = {(waybill.carrier, waybill.waybill_no) for waybill in waybills}
    if len(numbers) > terms.most_waybills:
        yield Reason("several_waybills", str(terms.most_waybills), "; ".join(sorted(number for _, number in numbers)))
    if len(waybills) > len(numbers):
        yield Reason("duplicate_waybill", str(len(numbers)), str(len(waybills)))
    if case.shared:
        shared = sorted({waybill.waybill_no for waybill in waybills if case.fold(waybill.waybill_no) in case.shared})
        if shared:
            yield Reason("waybill_shared", found="; ".join(shared))
    end = _end(order.at, terms.waybill_days)
    late = max(waybill.at for waybill in waybills)
    if late > end:
        yield Reason("waybill_late", end, late)
    if terms.consignee_agrees and len(waybills) == 1 and len(versions) == 1:
        yield from _consignee_reasons(order, waybills[0], case)


def _consignee_reasons(order: Order, waybill: Waybill, case: Case) -> Iterator[Reason]:
    """Yield in what the consignees of an order and its waybill differ."""
    if _differ(order.consignee, waybill.consignee, case):
        yield Reason("consignee_differs", order.consignee, waybill.consignee)
    elif _differ(order.consignee_phone, waybill.consignee_phone, case):
        yield Reason("consignee_differs", order.consignee_phone, waybill.consignee_phone)


def _differ(ours: str, theirs: str, case: Case) -> bool:
    """Return whether two texts differ, both given, in more than their writing."""
    return ours != theirs and bool(ours and theirs) and case.fold(ours) != case.fold(theirs)


_ENDS: dict[tuple[str, int], str] = {}
_MOST_ENDS = 100_000


def _end(at: str, days: int) -> str:
    """
    Return the last second of a window that opens with an order.

    Examples
    --------
    >>> _end("20261130120000", 2)
    '20261202120000'
    """
    key = at[:8], days
    if key not in _ENDS:
        if len(_ENDS) > _MOST_ENDS:
            _ENDS.clear()
        day = date_of(at) + dt.timedelta(days=days)
        _ENDS[key] = f"{day:%Y%m%d}"
    return _ENDS[key] + at[8:]
