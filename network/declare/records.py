"""Orders, payments and waybills as they are kept: canonical texts in the order of their columns."""

from __future__ import annotations

from typing import NamedTuple

from data.declare_pieces import BETWEEN
from data.declare_read import CELL, LINE


class Order(NamedTuple):
    """An order; texts as in `data.declare_fields.ORDER`, and its lines of goods as one text."""

    order_no: str
    platform: str
    app_type: str
    app_time: str
    at: str
    platform_name: str
    seller: str
    seller_name: str
    currency: str
    goods_value: str
    freight: str
    discount: str
    tax: str
    paid: str
    buyer_name: str
    buyer_id: str
    buyer_phone: str
    consignee: str
    consignee_phone: str
    consignee_address: str
    waybill_no: str
    country: str
    port: str
    goods: str

    @property
    def due_e5(self) -> int:
        """What was to be paid, in hundred-thousandths of the currency."""
        return int(self.paid) if self.paid else self.sum_e5

    @property
    def sum_e5(self) -> int:
        """Goods, freight and tax less what was paid otherwise."""
        return int(self.goods_value) + int(self.freight or 0) + int(self.tax or 0) - int(self.discount or 0)


class Payment(NamedTuple):
    """A payment; texts as in `data.declare_fields.PAYMENT`."""

    payment_no: str
    order_no: str
    platform: str
    app_type: str
    app_time: str
    at: str
    currency: str
    amount: str
    payer_name: str
    payer_id: str
    pay_code: str
    pay_name: str


class Waybill(NamedTuple):
    """A waybill; texts as in `data.declare_fields.WAYBILL`."""

    waybill_no: str
    order_no: str
    platform: str
    app_type: str
    app_time: str
    at: str
    carrier: str
    carrier_name: str
    consignee: str
    consignee_phone: str
    consignee_address: str
    freight: str
    insured: str
    weight_kg: str
    pieces: str


class Goods(NamedTuple):
    """A line of goods of an order; texts as in `data.declare_fields.GOODS`."""

    gnum: str
    item_no: str
    item_name: str
    unit: str
    qty: str
    price: str
    total: str
    origin: str


def order_of(body: str) -> Order:
    """Return the order that is kept as a text."""
    return Order._make(body.split(BETWEEN))


def payment_of(body: str) -> Payment:
    """Return the payment that is kept as a text."""
    return Payment._make(body.split(BETWEEN))


def waybill_of(body: str) -> Waybill:
    """Return the waybill that is kept as a text."""
    return Waybill._make(body.split(BETWEEN))


def goods_of(order: Order) -> list[Goods]:
    """Return the lines of goods of an order."""
    return [Goods._make(line.split(CELL)) for line in order.goods.split(LINE)] if order.goods else []
