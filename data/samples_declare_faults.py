"""Faults planted in samples of orders: one function for each, named after the reason it must be found by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from data.declare_rules import E5
from data.declare_values import from_e5
from data.samples_declare_values import Row, amount_e5

if TYPE_CHECKING:
    from collections.abc import Mapping

CNY, USD, EUR = "142", "502", "300"
"""Codes of the customs for currencies."""


class Windows(Protocol):
    """What knows how long after its order a document may come."""

    def beyond(self, order: Row, name: str) -> str:
        """Return a time a day after the window of a rule."""


@dataclass(slots=True)
class Sampled:
    """
    One order of a sample, or two that share something by a planted fault, with what belongs to them.

    Parameters
    ----------
    orders
        Rows of a file of orders: one for each line of goods.
    payments, waybills
        Rows of the other files.
    planted
        The reason each order, or each document without one, must end with.
    """

    orders: list[Row] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)
    waybills: list[Row] = field(default_factory=list)
    planted: list[Row] = field(default_factory=list)


def planted(document: Mapping[str, str], reason: str, kind: str = "order") -> Row:
    """Return with which reason an order, or a document without one, must end."""
    number = document["order_no"] if kind == "order" else document[f"{kind}_no"]
    return {"kind": kind, "platform": document.get("platform", ""), "number": number, "reason": reason}


def _no_payment(_: Windows, made: Sampled) -> None:
    made.payments.clear()


def _no_waybill(_: Windows, made: Sampled) -> None:
    made.waybills.clear()


def _amount_differs(_: Windows, made: Sampled) -> None:
    payment = made.payments[0]
    payment["amount"] = from_e5(amount_e5(payment["amount"]) + E5)


def _currency_differs(_: Windows, made: Sampled) -> None:
    payment = made.payments[0]
    payment["currency"] = CNY if payment["currency"] != CNY else USD


def _payer_differs(_: Windows, made: Sampled) -> None:
    made.payments[0] |= {"payer_name": "李某某", "payer_id": "330102198801010000"}


def _paid_twice(_: Windows, made: Sampled) -> None:
    first = made.payments[0]
    made.payments.append(first | {"payment_no": f"{first['payment_no']}B"})


def _duplicate_order(_: Windows, made: Sampled) -> None:
    made.orders += [row | {"platform_name": f"{row['platform_name']}*"} for row in made.orders]


def _duplicate_payment(_: Windows, made: Sampled) -> None:
    first = made.payments[0]
    made.payments.append(first | {"pay_name": f"{first['pay_name']}*"})


def _several_waybills(_: Windows, made: Sampled) -> None:
    first = made.waybills[0]
    made.waybills.append(first | {"waybill_no": f"{first['waybill_no']}B"})


def _consignee_differs(_: Windows, made: Sampled) -> None:
    made.waybills[0]["consignee"] = "王某某"


def _payment_late(windows: Windows, made: Sampled) -> None:
    made.payments[0]["paid_at"] = windows.beyond(made.orders[0], "payment_window_days")


def _waybill_late(windows: Windows, made: Sampled) -> None:
    made.waybills[0]["shipped_at"] = windows.beyond(made.orders[0], "waybill_window_days")


def _payment_without_order(_: Windows, made: Sampled) -> None:
    first = made.payments[0]
    lone = first | {"payment_no": f"{first['payment_no']}X", "order_no": f"NO{first['order_no']}"}
    made.payments.append(lone)
    made.planted.append(planted(lone, "payment_without_order", "payment"))


def _waybill_without_order(_: Windows, made: Sampled) -> None:
    first = made.waybills[0]
    lone = first | {"waybill_no": f"{first['waybill_no']}X", "order_no": f"NO{first['order_no']}"}
    made.waybills.append(lone)
    made.planted.append(planted(lone, "waybill_without_order", "waybill"))


def _second_order(made: Sampled) -> str:
    """Add a second order like the first, with its own number."""
    number = f"{made.orders[0]['order_no']}R"
    made.orders += [row | {"order_no": number} for row in made.orders]
    return number


def _payment_reused(_: Windows, made: Sampled) -> None:
    first, number = made.orders[0], _second_order(made)
    made.payments.append(made.payments[0] | {"order_no": number})
    made.waybills.append(made.waybills[0] | {"order_no": number, "waybill_no": f"{made.waybills[0]['waybill_no']}R"})
    made.planted += [planted(first, "payment_reused"), planted(first | {"order_no": number}, "payment_reused")]


def _waybill_shared(_: Windows, made: Sampled) -> None:
    first, number = made.orders[0], _second_order(made)
    made.payments.append(made.payments[0] | {"order_no": number, "payment_no": f"{made.payments[0]['payment_no']}R"})
    made.waybills.append(made.waybills[0] | {"order_no": number})
    made.planted += [planted(first, "waybill_shared"), planted(first | {"order_no": number}, "waybill_shared")]


def _order_sum_differs(_: Windows, made: Sampled) -> None:
    amount = from_e5(amount_e5(made.orders[0]["paid"]) + E5)
    for row in made.orders:
        row["paid"] = amount
    made.payments[0]["amount"] = amount


PLANTS = {
    "no_payment": _no_payment,
    "no_waybill": _no_waybill,
    "amount_differs": _amount_differs,
    "currency_differs": _currency_differs,
    "payer_differs": _payer_differs,
    "paid_twice": _paid_twice,
    "duplicate_order": _duplicate_order,
    "duplicate_payment": _duplicate_payment,
    "several_waybills": _several_waybills,
    "consignee_differs": _consignee_differs,
    "payment_late": _payment_late,
    "waybill_late": _waybill_late,
    "payment_without_order": _payment_without_order,
    "waybill_without_order": _waybill_without_order,
    "payment_reused": _payment_reused,
    "waybill_shared": _waybill_shared,
    "order_sum_differs": _order_sum_differs,
}
