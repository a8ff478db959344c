"""In what an order, its payments and its waybills do not agree: one function for what each of them says."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from data.declare_read import CELL, LINE
from data.declare_values import from_e5
from network.declare.terms import window_end

if TYPE_CHECKING:
    from collections.abc import Iterator

    from network.declare.records import Order, Payment, Waybill
    from network.declare.terms import Case, Terms


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


def order_reasons(versions: list[Order], terms: Terms) -> Iterator[Reason]:
    """Yield what is wrong with an order by itself."""
    order = versions[0]
    if len(versions) > 1:
        yield Reason("duplicate_order", "1", str(len(versions)))
    elif order.paid and abs(order.due_e5 - order.sum_e5) > terms.sum_tolerance_e5:
        yield Reason("order_sum_differs", from_e5(order.sum_e5), from_e5(order.due_e5))
    numbers = [line.partition(CELL)[0] for line in order.goods.split(LINE)] if LINE in order.goods else []
    if len(versions) == 1 and len(set(numbers)) < len(numbers):
        yield Reason("duplicate_line", str(len(set(numbers))), str(len(numbers)))


def payment_reasons(versions: list[Order], payments: list[Payment], terms: Terms, case: Case) -> Iterator[Reason]:
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
    end = window_end(order.at, terms.payment_days)
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


def waybill_reasons(versions: list[Order], waybills: list[Waybill], terms: Terms, case: Case) -> Iterator[Reason]:
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
    end = window_end(order.at, terms.waybill_days)
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
