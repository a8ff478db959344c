"""From a matched order with its payment and its waybill to a list (清单), as the field list of its message asks."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from data.ceb.check import document_faults
from data.ceb.messages import Document, messages_of
from data.ceb.write import stable_guid
from data.declare_rules import E5
from data.declare_values import from_e5
from data.faultlist import place_fault
from network.declare.match import MATCHED
from network.declare.records import Order, goods_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from data.catalogue import Catalogue
    from data.faultlist import FaultList
    from network.declare.match import Outcome
    from network.declare.records import Goods, Payment, Waybill

MESSAGE = {"export": "CEB603", "import": "CEB621"}
_CHINA = "142"
_TOTAL = "3"
_NO_BARCODE = "无"
_NUMBER_LENGTH = 20

Item = dict[str, str]
Listed = tuple[Document, dict[str, str]]
"""A list, and of which order it is: ``platform`` and ``order_no``."""


def list_number(platform: str, order_no: str) -> str:
    """
    Return the declarant's own number of the list of an order: the same order always has the same.

    Examples
    --------
    >>> list_number("P1", "A-1"), len(list_number("P1", "A-1"))
    ('L12635D787D3EA27CD07', 20)
    """
    digest = hashlib.sha256(f"{platform}\x1f{order_no}".encode()).hexdigest()
    return f"L{digest[: _NUMBER_LENGTH - 1].upper()}"


class ListMaker:
    """
    Makes lists of one direction.

    Parameters
    ----------
    catalogue
        Has the field lists and the codes of countries.
    direction
        ``export`` or ``import``.
    items
        By the seller's item number, texts as in `data.declare_fields.ITEM`; amounts in hundred-thousandths.
    declarant
        Texts of fields of the head that are the same in all lists. They count where order and waybill say nothing.
    at
        Time of the lists, 14 digits.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        direction: str,
        items: Mapping[str, Item],
        declarant: Mapping[str, str],
        at: str,
    ) -> None:
        self.message = catalogue.derived(messages_of)[MESSAGE[direction]]
        self._direction = direction
        self._items = items
        self._declarant = {name: text for name, text in declarant.items() if name in self.message.head}
        self._at = at
        countries = [row for row in catalogue.ceb_codes if row.kind == "country"]
        self._countries = {row.iso: row.code for row in countries if row.iso} | {
            row.code: row.code for row in countries
        }

    def make(self, outcomes: Iterable[Outcome], label: str, faults: FaultList) -> Iterator[Listed]:
        """
        Yield the list of every matched order.

        Parameters
        ----------
        outcomes
            As `network.declare.join.outcomes` yields them; others than matched orders are passed over.
        label
            What faults name as the file.
        faults
            What keeps an order from having a sound list is added here.
        """
        number = 0
        for outcome in outcomes:
            if outcome.kind != "order" or outcome.state != MATCHED or not isinstance(outcome.document, Order):
                continue
            number += 1
            before = faults.count
            document = self._document(outcome, number, label, faults)
            if faults.count == before:
                for fault in document_faults(self.message, document, f"{label} {outcome.document.order_no}"):
                    faults.add(fault)
            if faults.count == before:
                order = outcome.document
                yield document, {"platform": order.platform, "order_no": order.order_no}

    def _document(self, outcome: Outcome, number: int, label: str, faults: FaultList) -> Document:
        """Return the list of one order."""
        order = outcome.document
        assert isinstance(order, Order)  # noqa: S101 - `make` sees to it
        payment = outcome.payments[0] if outcome.payments else None
        waybill = outcome.waybills[0] if outcome.waybills else None
        goods = goods_of(order)
        if not goods:
            pair = ("订单没有商品, 无法生成清单", "the order has no goods, so it can have no list")
            faults.add(place_fault((label, None), order.order_no, None, "list-goods", pair))
        lines, net_e5 = [], 0
        for place, line in enumerate(goods, 1):
            item = self._items.get(line.item_no)
            if item is None:
                pair = (f"商品资料没有货号 {line.item_no}", f"there is no item {line.item_no}")
                faults.add(place_fault((label, None), f"{order.order_no}[{place}]", line.item_no, "list-item", pair))
                continue
            lines.append(self._line(place, line, item, order))
            net_e5 += int(line.qty or 0) * int(item["net_kg"] or 0) // E5
        head = self._head(order, payment, waybill, from_e5(net_e5))
        return Document(self.message.row.id, number, 0, head, lines)

    def _head(self, order: Order, payment: Payment | None, waybill: Waybill | None, net: str) -> dict[str, str]:
        """Return the head of a list, without the fields nobody says anything of."""
        number = list_number(order.platform, order.order_no)
        said = {
            "guid": stable_guid(self.message.row.id, number),
            "appType": "1",
            "appTime": self._at,
            "appStatus": "2",
            "orderNo": order.order_no,
            "ebpCode": order.platform,
            "ebpName": order.platform_name,
            "ebcCode": order.seller,
            "ebcName": order.seller_name,
            "copNo": number,
            "netWeight": net,
        }
        said |= _carried(waybill)
        said |= self._export(order) if self._direction == "export" else self._import(order, payment, waybill)
        given = {name: text for name, text in said.items() if text}
        return {name: text for name, text in (self._declarant | given).items() if name in self.message.head}

    def _export(self, order: Order) -> dict[str, str]:
        """Return what only export lists say."""
        return {
            "ieFlag": "E",
            "ieDate": "" if "ieDate" in self._declarant else self._at[:8],
            "country": self._country(order.country),
            "POD": order.port,
            "freight": from_e5(int(order.freight or 0)),
            "fCurrency": order.currency,
            "fFlag": _TOTAL,
            "insuredFee": "0",
            "iCurrency": order.currency,
            "iFlag": _TOTAL,
        }

    def _import(self, order: Order, payment: Payment | None, waybill: Waybill | None) -> dict[str, str]:
        """Return what only import lists say."""
        return {
            "ieFlag": "I",
            "declTime": self._at[:8],
            "buyerIdNumber": order.buyer_id or (payment.payer_id if payment else ""),
            "buyerName": order.buyer_name or (payment.payer_name if payment else ""),
            "buyerTelephone": order.buyer_phone,
            "consigneeAddress": order.consignee_address,
            "freight": from_e5(int((waybill.freight if waybill else "") or order.freight or 0)),
            "insuredFee": from_e5(int((waybill.insured if waybill else "") or 0)),
            "currency": order.currency,
        }

    def _line(self, number: int, line: Goods, item: Item, order: Order) -> dict[str, str]:
        """Return one line of goods."""
        qty_e5 = int(line.qty or 0)
        origin = self._country(line.origin or item["origin"])
        said = {
            "gnum": str(number),
            "itemNo": line.item_no,
            "itemName": line.item_name or item["name"],
            "gcode": item["hs"],
            "gname": item["name"],
            "gmodel": item["model"],
            "barCode": item["barcode"] or _NO_BARCODE,
            "country": self._country(order.country) if self._direction == "export" else origin,
            "currency": order.currency,
            "qty": from_e5(qty_e5),
            "qty1": from_e5(qty_e5 * int(item["qty1"]) // E5),
            "qty2": from_e5(qty_e5 * int(item["qty2"]) // E5) if item["qty2"] and item["unit2"] else "",
            "unit": line.unit,
            "unit1": item["unit1"],
            "unit2": item["unit2"] if item["qty2"] else "",
            "price": from_e5(int(line.price or 0)),
            "totalPrice": from_e5(int(line.total or 0)),
        }
        return {name: text for name, text in said.items() if text and name in self.message.goods}

    def _country(self, text: str) -> str:
        """Return the code of the customs for a country; what is unknown stays as it is."""
        return self._countries.get(text, text)


def _carried(waybill: Waybill | None) -> dict[str, str]:
    """Return what a waybill says of a list."""
    if waybill is None:
        return {}
    return {
        "logisticsCode": waybill.carrier,
        "logisticsName": waybill.carrier_name,
        "logisticsNo": waybill.waybill_no,
        "grossWeight": from_e5(int(waybill.weight_kg)) if waybill.weight_kg else "",
        "packNo": waybill.pieces,
    }
