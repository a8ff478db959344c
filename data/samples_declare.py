"""
Samples of orders, payments and waybills of any size, with faults planted in a known part of them.

Every order takes its own row of uniform random numbers, so that the first orders of a larger sample are those of a
smaller one. An order has one planted fault at most.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from enum import IntEnum, auto
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from data.declare_rules import E5, DeclareRules
from data.declare_values import from_e5
from data.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from data.catalogue import Catalogue

MILLION = 1_000_000
MOST_ORDERS = 2 * MILLION
_BATCH = 4_096
_CENT_E5 = E5 // 100
_KG_G = 1_000
_STANDARD = NormalDist()
_CNY, _USD, _EUR = "142", "502", "300"
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_COUNTRIES = (("502", "USA"), ("304", "DEU"), ("303", "GBR"), ("116", "JPN"))
_SELLERS = 3

Row = dict[str, str]


class _Draw(IntEnum):
    """The columns of random numbers."""

    FAULT = 0
    PLATFORM = auto()
    SELLER = auto()
    COUNTRY = auto()
    DAY = auto()
    SECOND = auto()
    FREIGHT = auto()
    PAY_AFTER = auto()
    SHIP_AFTER = auto()
    TOLERANT = auto()
    WRITING = auto()
    LINES = auto()
    GOODS = auto()


_PER_LINE = 3
_MOST_LINES = 9
_COLUMNS = _Draw.GOODS + _PER_LINE * _MOST_LINES


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


class Sampler:
    """
    Draws orders.

    Parameters
    ----------
    catalogue
        Has the profile, the rules and the goods.
    direction
        ``export`` or ``import``.
    day
        The first day on which orders are placed.
    seed
        Of everything drawn.
    lines_most
        Lines of an order at most, instead of those of the profile.
    is_clean
        Whether to plant nothing.

    Raises
    ------
    SettingsError
        If the data set has no profile.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        direction: str,
        day: dt.date,
        seed: int,
        lines_most: int | None = None,
        is_clean: bool = False,
    ) -> None:
        self._numbers = {row.id: row.value for row in catalogue.declare_profile if not row.is_fault}
        self._faults = _shares(catalogue, direction)
        self._direction = direction
        self._day = day
        self._seed = seed
        self._is_clean = is_clean
        self._rules = DeclareRules.of(catalogue, direction=direction, regime="9610", day=day)
        self._lines_most = min(_MOST_LINES, lines_most or self._whole("lines_most"))
        self._prices = [self._price_e5(place) for place in range(self._whole("items"))]
        self.items = _items(catalogue, direction, len(self._prices))

    def _whole(self, name: str) -> int:
        """Return a number of the profile."""
        if name not in self._numbers:
            msg = f"declare_profile has no row {name!r}"
            raise SettingsError(msg)
        return int(self._numbers[name])

    def _price_e5(self, place: int) -> int:
        """Return the price of an item, in whole cents: quantiles of the profile."""
        sigma = float(self._numbers["price_sigma"])
        share = (place + 0.5) / self._whole("items")
        price = float(self._numbers["price_median"]) * math.exp(sigma * _STANDARD.inv_cdf(share))
        return max(1, round(price * E5 / _CENT_E5)) * _CENT_E5

    def draw(self, orders: int) -> Iterator[Sampled]:
        """Yield orders one after the other."""
        stream = np.random.Generator(np.random.PCG64(self._seed))
        for start in range(0, orders, _BATCH):
            drawn = stream.random((_BATCH, _COLUMNS))
            for place in range(min(_BATCH, orders - start)):
                yield self._sampled(start + place, drawn[place].tolist())

    def _sampled(self, number: int, drawn: list[float]) -> Sampled:
        """Return one order, with its fault."""
        made = Sampled()
        rows = self._order(number, drawn)
        made.orders += rows
        made.payments.append(self._payment(number, rows[0], drawn))
        made.waybills.append(self._waybill(number, rows[0], drawn))
        fault = None if self._is_clean else self._fault(drawn[_Draw.FAULT])
        if fault is not None:
            _PLANTS[fault](self, made)
            if not made.planted:
                made.planted.append(_planted(rows[0], fault))
        elif drawn[_Draw.TOLERANT] * MILLION < self._whole("tolerant_ppm") and not self._is_clean:
            paper = (made.payments if drawn[_Draw.WRITING] < 0.5 else made.waybills)[0]  # noqa: PLR2004 - one of two
            paper["order_no"] = _otherwise(paper["order_no"], drawn[_Draw.WRITING])
        return made

    def _fault(self, drawn: float) -> str | None:
        left = drawn * MILLION
        for name, share in self._faults.items():
            left -= share
            if left < 0:
                return name
        return None

    def _order(self, number: int, drawn: list[float]) -> list[Row]:
        """Return the rows of an order, one for each line."""
        platform = _pick(drawn[_Draw.PLATFORM], self._whole("platforms"))
        seller = _pick(drawn[_Draw.SELLER], _SELLERS)
        country, port = _COUNTRIES[_pick(drawn[_Draw.COUNTRY], len(_COUNTRIES))]
        at = dt.datetime.combine(self._day, dt.time()) + dt.timedelta(
            days=_pick(drawn[_Draw.DAY], self._whole("days")), seconds=_pick(drawn[_Draw.SECOND], 86_400)
        )
        lines = [self._line(place, drawn) for place in range(1 + _pick(drawn[_Draw.LINES], self._lines_most))]
        freight = _pick(drawn[_Draw.FREIGHT], self._whole("freight_most") * 100) * _CENT_E5
        value = sum(total for _, total in lines)
        head = {
            "order_no": _order_no(number),
            "platform": f"33019600P{platform}",
            "platform_name": f"样例平台{platform + 1}",
            "seller": f"33019600S{seller}",
            "seller_name": f"样例电商{seller + 1}",
            "ordered_at": _time(at),
            "currency": _EUR if self._direction == "export" and country == "304" else self._money(),
            "goods_value": from_e5(value),
            "freight": from_e5(freight),
        }
        if self._direction == "export":
            head |= {"country": country, "port": port}
        else:
            head |= _people(number) | {"discount": "0", "tax": "0", "paid": from_e5(value + freight)}
        return [head | line for line, _ in lines]

    def _money(self) -> str:
        return _USD if self._direction == "export" else _CNY

    def _line(self, place: int, drawn: list[float]) -> tuple[Row, int]:
        """Return a line of goods and its total."""
        which, many, _ = drawn[_Draw.GOODS + _PER_LINE * place :][:_PER_LINE]
        item = _pick(which, len(self.items))
        qty = 1 + _pick(many, self._whole("qty_most"))
        total = self._prices[item] * qty
        row = {
            "gnum": str(place + 1),
            "item_no": self.items[item]["item_no"],
            "item_name": self.items[item]["name"],
            "unit": "011",
            "qty": str(qty),
            "price": from_e5(self._prices[item]),
            "total": from_e5(total),
        }
        return row, total

    def _payment(self, number: int, order: Row, drawn: list[float]) -> Row:
        at = _moment(order["ordered_at"]) + self._within(drawn[_Draw.PAY_AFTER], "payment_hours_most")
        amount = _e5(order["goods_value"]) + _e5(order["freight"])
        made = {
            "payment_no": f"PAY{self._seed % 1000:03d}{number:09d}",
            "order_no": order["order_no"],
            "platform": order["platform"],
            "paid_at": _time(at),
            "currency": order["currency"],
            "amount": from_e5(amount),
            "pay_code": "33019600PY",
            "pay_name": "样例支付",
        }
        if "buyer_name" in order:
            made |= {"payer_name": order["buyer_name"], "payer_id": order["buyer_id"]}
        return made

    def _waybill(self, number: int, order: Row, drawn: list[float]) -> Row:
        at = _moment(order["ordered_at"]) + self._within(drawn[_Draw.SHIP_AFTER], "waybill_hours_most")
        grams = 300 + _pick(drawn[_Draw.GOODS + 2], 5_000)
        names: tuple[str, ...] = ("consignee", "consignee_phone", "consignee_address")
        people = {name: order[name] for name in names if name in order}
        return {
            "waybill_no": f"WB{self._seed % 1000:03d}{number:09d}",
            "order_no": order["order_no"],
            "shipped_at": _time(at),
            "carrier": "33019600WL",
            "carrier_name": "样例物流",
            **people,
            "freight": order["freight"],
            "insured": "0",
            "weight_kg": from_e5(grams * E5 // _KG_G),
            "pieces": "1",
        }

    def _within(self, drawn: float, name: str) -> dt.timedelta:
        return dt.timedelta(minutes=1 + _pick(drawn, self._whole(name) * 60))

    def beyond(self, order: Row, name: str) -> str:
        """Return a time a day after the window of a rule."""
        return _time(_moment(order["ordered_at"]) + dt.timedelta(days=1 + self._rules.count(name)))


def _shares(catalogue: Catalogue, direction: str) -> dict[str, int]:
    """Return how many of a million orders have each fault."""
    rows = [row for row in catalogue.declare_profile if row.is_fault and row.direction in {None, direction}]
    return {row.id: int(row.value) for row in rows if row.id in _PLANTS}


def _pick(drawn: float, count: int) -> int:
    """Return one of the first numbers from 0."""
    return min(int(drawn * count), count - 1)


def _order_no(number: int) -> str:
    """
    Return the number of an order; half of them begin with zeros.

    Examples
    --------
    >>> _order_no(4), _order_no(5)
    ('HP0000000004', '0070000000005')
    """
    return f"00{70_000_000_000 + number}" if number % 2 else f"HP{number:010d}"


def _otherwise(text: str, drawn: float) -> str:
    """Return a number in another writing that means the same."""
    ways = (text.lower() + " ", text.translate(_FULL_WIDTH), f"{text[:4]} {text[4:]}", text.lstrip("0").lower())
    return ways[_pick((drawn * 2) % 1, len(ways))]


def _time(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _e5(text: str) -> int:
    whole, _, part = text.partition(".")
    return int(whole) * E5 + int(part.ljust(5, "0") or 0)


def _people(number: int) -> Row:
    """Return the buyer, who is the consignee."""
    return {
        "buyer_name": f"张{number:07d}",
        "buyer_id": f"33010119900101{number % 10_000:04d}",
        "buyer_phone": f"138{number % 100_000_000:08d}",
        "consignee": f"张{number:07d}",
        "consignee_phone": f"138{number % 100_000_000:08d}",
        "consignee_address": f"杭州市样例路{number % 1000 + 1}号",
    }


def _items(catalogue: Catalogue, direction: str, count: int) -> list[Row]:
    """Return the items of the seller, with the commodity codes of the goods of the demand profile."""
    goods = [(row.name_zh, code) for row in catalogue.demand_goods for code in row.hs]
    if not goods:
        msg = "demand_goods has no rows"
        raise SettingsError(msg)
    made = []
    for place in range(count):
        name, code = goods[place % len(goods)]
        digits = "".join(filter(str.isdigit, code)).ljust(10, "0")[:10]
        made.append(
            {
                "item_no": f"SKU{place + 1:04d}",
                "hs": digits,
                "name": name,
                "model": f"样例规格{place + 1}",
                "barcode": f"69{place:011d}",
                "unit1": "011",
                "qty1": "1",
                "unit2": "035",
                "qty2": "0.2",
                "net_kg": "0.2",
                "origin": "142" if direction == "export" else "116",
            }
        )
    return made


def _planted(document: Mapping[str, str], reason: str, kind: str = "order") -> Row:
    number = document["order_no"] if kind == "order" else document[f"{kind}_no"]
    return {"kind": kind, "platform": document.get("platform", ""), "number": number, "reason": reason}


def _no_payment(_: Sampler, made: Sampled) -> None:
    made.payments.clear()


def _no_waybill(_: Sampler, made: Sampled) -> None:
    made.waybills.clear()


def _amount_differs(_: Sampler, made: Sampled) -> None:
    payment = made.payments[0]
    payment["amount"] = from_e5(_e5(payment["amount"]) + E5)


def _currency_differs(_: Sampler, made: Sampled) -> None:
    payment = made.payments[0]
    payment["currency"] = _CNY if payment["currency"] != _CNY else _USD


def _payer_differs(_: Sampler, made: Sampled) -> None:
    made.payments[0] |= {"payer_name": "李某某", "payer_id": "330102198801010000"}


def _paid_twice(_: Sampler, made: Sampled) -> None:
    first = made.payments[0]
    made.payments.append(first | {"payment_no": f"{first['payment_no']}B"})


def _duplicate_order(_: Sampler, made: Sampled) -> None:
    made.orders += [row | {"platform_name": f"{row['platform_name']}*"} for row in made.orders]


def _duplicate_payment(_: Sampler, made: Sampled) -> None:
    first = made.payments[0]
    made.payments.append(first | {"pay_name": f"{first['pay_name']}*"})


def _several_waybills(_: Sampler, made: Sampled) -> None:
    first = made.waybills[0]
    made.waybills.append(first | {"waybill_no": f"{first['waybill_no']}B"})


def _consignee_differs(_: Sampler, made: Sampled) -> None:
    made.waybills[0]["consignee"] = "王某某"


def _payment_late(sampler: Sampler, made: Sampled) -> None:
    made.payments[0]["paid_at"] = sampler.beyond(made.orders[0], "payment_window_days")


def _waybill_late(sampler: Sampler, made: Sampled) -> None:
    made.waybills[0]["shipped_at"] = sampler.beyond(made.orders[0], "waybill_window_days")


def _payment_without_order(_: Sampler, made: Sampled) -> None:
    first = made.payments[0]
    lone = first | {"payment_no": f"{first['payment_no']}X", "order_no": f"NO{first['order_no']}"}
    made.payments.append(lone)
    made.planted.append(_planted(lone, "payment_without_order", "payment"))


def _waybill_without_order(_: Sampler, made: Sampled) -> None:
    first = made.waybills[0]
    lone = first | {"waybill_no": f"{first['waybill_no']}X", "order_no": f"NO{first['order_no']}"}
    made.waybills.append(lone)
    made.planted.append(_planted(lone, "waybill_without_order", "waybill"))


def _second_order(made: Sampled) -> str:
    """Add a second order like the first, with its own number."""
    number = f"{made.orders[0]['order_no']}R"
    made.orders += [row | {"order_no": number} for row in made.orders]
    return number


def _payment_reused(_: Sampler, made: Sampled) -> None:
    first, number = made.orders[0], _second_order(made)
    made.payments.append(made.payments[0] | {"order_no": number})
    made.waybills.append(made.waybills[0] | {"order_no": number, "waybill_no": f"{made.waybills[0]['waybill_no']}R"})
    made.planted += [_planted(first, "payment_reused"), _planted(first | {"order_no": number}, "payment_reused")]


def _waybill_shared(_: Sampler, made: Sampled) -> None:
    first, number = made.orders[0], _second_order(made)
    made.payments.append(made.payments[0] | {"order_no": number, "payment_no": f"{made.payments[0]['payment_no']}R"})
    made.waybills.append(made.waybills[0] | {"order_no": number})
    made.planted += [_planted(first, "waybill_shared"), _planted(first | {"order_no": number}, "waybill_shared")]


def _order_sum_differs(_: Sampler, made: Sampled) -> None:
    amount = from_e5(_e5(made.orders[0]["paid"]) + E5)
    for row in made.orders:
        row["paid"] = amount
    made.payments[0]["amount"] = amount


_PLANTS = {
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
