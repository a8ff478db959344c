"""
Samples of orders, payments and waybills of any size, with faults planted in a known part of them.

Every order takes its own row of uniform random numbers, so that the first orders of a larger sample are those of a
smaller one. An order has one planted fault at most.
"""

from __future__ import annotations

import datetime as dt
import math
from enum import IntEnum, auto
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from data.declare_rules import E5, REGIME, DeclareRules
from data.declare_values import from_e5
from data.errors import SettingsError
from data.samples_declare_faults import CNY, EUR, PLANTS, USD, Sampled, planted
from data.samples_declare_values import Row, amount_e5, moment, order_no, otherwise, people, pick, time_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.catalogue import Catalogue

MILLION = 1_000_000
MOST_ORDERS = 2 * MILLION
_BATCH = 4_096
_CENT_E5 = E5 // 100
_KG_G = 1_000
_STANDARD = NormalDist()
_COUNTRIES = (("502", "USA"), ("304", "DEU"), ("303", "GBR"), ("116", "JPN"))
_SELLERS = 3


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
        self.regime = catalogue.setting(REGIME)
        self._rules = DeclareRules.of(catalogue, direction=direction, regime=self.regime, day=day)
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
            PLANTS[fault](self, made)
            if not made.planted:
                made.planted.append(planted(rows[0], fault))
        elif drawn[_Draw.TOLERANT] * MILLION < self._whole("tolerant_ppm") and not self._is_clean:
            paper = (made.payments if drawn[_Draw.WRITING] < 0.5 else made.waybills)[0]  # noqa: PLR2004 - one of two
            paper["order_no"] = otherwise(paper["order_no"], drawn[_Draw.WRITING])
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
        platform = pick(drawn[_Draw.PLATFORM], self._whole("platforms"))
        seller = pick(drawn[_Draw.SELLER], _SELLERS)
        country, port = _COUNTRIES[pick(drawn[_Draw.COUNTRY], len(_COUNTRIES))]
        at = dt.datetime.combine(self._day, dt.time()) + dt.timedelta(
            days=pick(drawn[_Draw.DAY], self._whole("days")), seconds=pick(drawn[_Draw.SECOND], 86_400)
        )
        lines = [self._line(place, drawn) for place in range(1 + pick(drawn[_Draw.LINES], self._lines_most))]
        freight = pick(drawn[_Draw.FREIGHT], self._whole("freight_most") * 100) * _CENT_E5
        value = sum(total for _, total in lines)
        head = {
            "order_no": order_no(number),
            "platform": f"33019600P{platform}",
            "platform_name": f"样例平台{platform + 1}",
            "seller": f"33019600S{seller}",
            "seller_name": f"样例电商{seller + 1}",
            "ordered_at": time_text(at),
            "currency": EUR if self._direction == "export" and country == "304" else self._money(),
            "goods_value": from_e5(value),
            "freight": from_e5(freight),
        }
        if self._direction == "export":
            head |= {"country": country, "port": port}
        else:
            head |= people(number) | {"discount": "0", "tax": "0", "paid": from_e5(value + freight)}
        return [head | line for line, _ in lines]

    def _money(self) -> str:
        return USD if self._direction == "export" else CNY

    def _line(self, place: int, drawn: list[float]) -> tuple[Row, int]:
        """Return a line of goods and its total."""
        which, many, _ = drawn[_Draw.GOODS + _PER_LINE * place :][:_PER_LINE]
        item = pick(which, len(self.items))
        qty = 1 + pick(many, self._whole("qty_most"))
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
        at = moment(order["ordered_at"]) + self._within(drawn[_Draw.PAY_AFTER], "payment_hours_most")
        amount = amount_e5(order["goods_value"]) + amount_e5(order["freight"])
        made = {
            "payment_no": f"PAY{self._seed % 1000:03d}{number:09d}",
            "order_no": order["order_no"],
            "platform": order["platform"],
            "paid_at": time_text(at),
            "currency": order["currency"],
            "amount": from_e5(amount),
            "pay_code": "33019600PY",
            "pay_name": "样例支付",
        }
        if "buyer_name" in order:
            made |= {"payer_name": order["buyer_name"], "payer_id": order["buyer_id"]}
        return made

    def _waybill(self, number: int, order: Row, drawn: list[float]) -> Row:
        at = moment(order["ordered_at"]) + self._within(drawn[_Draw.SHIP_AFTER], "waybill_hours_most")
        grams = 300 + pick(drawn[_Draw.GOODS + 2], 5_000)
        names: tuple[str, ...] = ("consignee", "consignee_phone", "consignee_address")
        people = {name: order[name] for name in names if name in order}
        return {
            "waybill_no": f"WB{self._seed % 1000:03d}{number:09d}",
            "order_no": order["order_no"],
            "shipped_at": time_text(at),
            "carrier": "33019600WL",
            "carrier_name": "样例物流",
            **people,
            "freight": order["freight"],
            "insured": "0",
            "weight_kg": from_e5(grams * E5 // _KG_G),
            "pieces": "1",
        }

    def _within(self, drawn: float, name: str) -> dt.timedelta:
        return dt.timedelta(minutes=1 + pick(drawn, self._whole(name) * 60))

    def beyond(self, order: Row, name: str) -> str:
        """Return a time a day after the window of a rule."""
        return time_text(moment(order["ordered_at"]) + dt.timedelta(days=1 + self._rules.count(name)))


def _shares(catalogue: Catalogue, direction: str) -> dict[str, int]:
    """Return how many of a million orders have each fault."""
    rows = [row for row in catalogue.declare_profile if row.is_fault and row.direction in {None, direction}]
    return {row.id: int(row.value) for row in rows if row.id in PLANTS}


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
