"""
Orders of which it is plain how they end, found all at once: one order, at most one payment and one waybill that agree.

Whatever is not plain is left to `network.declare.match`, with every document that may belong to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.declare.folds import folded, grouped, repeated
from network.declare.keys import Keys
from network.declare.terms import Terms, date_of, window_end

if TYPE_CHECKING:
    import datetime as dt
    import sqlite3

    from data.catalogue import Catalogue
    from data.declare_cells import Bools, Bytes, Ints
    from data.declare_rules import DeclareRules
    from network.declare.documents import Chosen

_SECONDS = 1_000_000
_NONE = -1


class Plain(NamedTuple):
    """
    Orders that match, or only lack something, sorted by their numbers as they are compared.

    Parameters
    ----------
    folds
        The numbers as they are compared.
    platforms, numbers
        Of the orders.
    payments, waybills
        Number of the payment and of the waybill.
    has_payment, has_waybill
        Whether there is one.
    lacks_payment, lacks_waybill
        Whether one is missing that is needed.
    is_early
        Whether what is missing may still come.
    is_tolerant
        Whether payment or waybill writes the number of the order otherwise.
    """

    folds: Bytes
    platforms: Bytes
    numbers: Bytes
    payments: Bytes
    waybills: Bytes
    has_payment: Bools
    has_waybill: Bools
    lacks_payment: Bools
    lacks_waybill: Bools
    is_early: Bools
    is_tolerant: Bools


def split(
    connection: sqlite3.Connection, catalogue: Catalogue, rules: DeclareRules, as_of: dt.date | None = None
) -> tuple[Plain, Chosen]:
    """
    Return the orders of which it is plain how they end, and the lines of all other documents.

    No document of one part can have a bearing on how the other one ends: they share no number.

    Parameters
    ----------
    connection
        From `network.declare.state`.
    catalogue
        Has the codes.
    rules
        Of direction and regime; the date of each order says which hold.
    as_of
        Until when is waited for what is missing; see `network.declare.terms.Case`.
    """
    orders, payments, waybills = (Keys(connection, kind, catalogue) for kind in ("order", "payment", "waybill"))
    folds = [folded(keys.texts["order_no"], rules) for keys in (orders, payments, waybills)]
    ranks = grouped(folds)
    groups = _Groups(orders, payments, waybills, ranks)
    own = folded(waybills.texts["waybill_no"], rules)
    nameless = folds[2] == b""
    groups.bar(1, repeated(folded(payments.texts["payment_no"], rules)) | payments.is_special)
    groups.bar(2, repeated(own) | nameless | waybills.is_special)
    named = np.isin(folded(orders.texts["waybill_no"], rules), own[nameless]) & (orders.texts["waybill_no"] != b"")
    groups.bar(0, orders.is_special | named)
    plain = groups.sound(rules)
    is_plain = np.zeros(groups.count, dtype=bool)
    is_plain[plain] = True
    chosen = {
        kind: keys.lines(~is_plain[of])
        for kind, keys, of in zip(("order", "payment", "waybill"), (orders, payments, waybills), ranks, strict=True)
    }
    return groups.told(plain, folds[0], rules, as_of), chosen


class _Groups:
    """Documents whose order numbers are the same, as the rules compare them; groups count in the order of these."""

    def __init__(self, orders: Keys, payments: Keys, waybills: Keys, ranks: list[Ints]) -> None:
        self._keys = (orders, payments, waybills)
        self._ranks = ranks
        self.count = 1 + max((int(part.max(initial=_NONE)) for part in ranks), default=_NONE)
        counts = [np.bincount(part, minlength=self.count) for part in ranks]
        self._is_open: Bools = (counts[0] == 1) & (counts[1] <= 1) & (counts[2] <= 1)
        self._places = [np.full(self.count, _NONE) for _ in ranks]
        for places, part in zip(self._places, ranks, strict=True):
            places[part] = np.arange(len(part))

    def bar(self, which: int, documents: Bools) -> None:
        """Leave out the groups of some documents of a kind."""
        self._is_open[self._ranks[which][documents]] = False

    def sound(self, rules: DeclareRules) -> Ints:
        """Return the groups in which everything agrees that is there."""
        groups = np.flatnonzero(self._is_open)
        order, payment, waybill = (places[groups] for places in self._places)
        terms = _Terms(self._keys[0].numbers["at"][order], rules)
        good = self._order_sound(order, terms)
        good &= (payment == _NONE) | self._payment_sound(order, payment, terms)
        good &= (waybill == _NONE) | self._waybill_sound(order, waybill, terms)
        return groups[good]

    def told(self, groups: Ints, folds: Bytes, rules: DeclareRules, as_of: dt.date | None) -> Plain:
        """Return how the orders of sound groups end."""
        order, payment, waybill = (places[groups] for places in self._places)
        orders, payments, waybills = self._keys
        terms = _Terms(orders.numbers["at"][order], rules)
        lacks_payment = (payment == _NONE) & terms.flag("needs_payment")
        lacks_waybill = (waybill == _NONE) & terms.flag("needs_waybill")
        # Nobody waits for anything after the last day there is.
        today = np.iinfo(np.int64).max if as_of is None else int(f"{as_of:%Y%m%d}000000")
        numbers = orders.texts["order_no"][order]
        return Plain(
            folds=folds[order],
            platforms=orders.texts["platform"][order],
            numbers=numbers,
            payments=_at(payments.texts["payment_no"], payment),
            waybills=_at(waybills.texts["waybill_no"], waybill),
            has_payment=payment != _NONE,
            has_waybill=waybill != _NONE,
            lacks_payment=lacks_payment,
            lacks_waybill=lacks_waybill,
            is_early=(~lacks_payment | (today <= terms.ends("payment_days")))
            & (~lacks_waybill | (today <= terms.ends("waybill_days"))),
            is_tolerant=((payment != _NONE) & (_at(payments.texts["order_no"], payment) != numbers))
            | ((waybill != _NONE) & (_at(waybills.texts["order_no"], waybill) != numbers)),
        )

    def _order_sound(self, order: Ints, terms: _Terms) -> Bools:
        """Return which orders are what they say was paid."""
        numbers = self._keys[0].numbers
        differs = np.abs(numbers["paid"][order] - _sums(numbers)[order]) > terms.number("sum_tolerance_e5")
        return np.asarray(~(differs & (numbers["has_paid"][order] != 0)))

    def _payment_sound(self, order: Ints, payment: Ints, terms: _Terms) -> Bools:
        """Return which payments agree with their orders."""
        orders, payments = self._keys[0], self._keys[1]
        if not payments.count:
            return np.zeros(len(order), dtype=bool)
        numbers = orders.numbers
        due = np.where(numbers["has_paid"] != 0, numbers["paid"], _sums(numbers))[order]
        good = self._on_platform(1, order, payment)
        good &= payments.numbers["at"][payment] <= terms.ends("payment_days")
        good &= payments.texts["currency"][payment] == orders.texts["currency"][order]
        good &= np.abs(payments.numbers["amount"][payment] - due) <= terms.number("tolerance_e5")
        same = self._agree(order, payment, 1, (("buyer_name", "payer_name"), ("buyer_id", "payer_id")))
        return good & (same | ~terms.flag("payer_is_buyer"))

    def _waybill_sound(self, order: Ints, waybill: Ints, terms: _Terms) -> Bools:
        """Return which waybills agree with their orders."""
        waybills = self._keys[2]
        if not waybills.count:
            return np.zeros(len(order), dtype=bool)
        good = self._on_platform(2, order, waybill)
        good &= waybills.numbers["at"][waybill] <= terms.ends("waybill_days")
        names = (("consignee", "consignee"), ("consignee_phone", "consignee_phone"))
        return good & (self._agree(order, waybill, 2, names) | ~terms.flag("consignee_agrees"))

    def _on_platform(self, which: int, order: Ints, document: Ints) -> Bools:
        """Return which documents name the platform of their order, or none."""
        platform = self._keys[which].texts["platform"][document]
        return np.asarray((platform == b"") | (platform == self._keys[0].texts["platform"][order]))

    def _agree(self, order: Ints, document: Ints, which: int, names: tuple[tuple[str, str], ...]) -> Bools:
        """Return where texts are the same, or one of them is not given."""
        good = np.ones(len(order), dtype=bool)
        for ours, theirs in names:
            one, other = self._keys[0].texts[ours][order], self._keys[which].texts[theirs][document]
            good &= (one == other) | (one == b"") | (other == b"")
        return good


def _sums(numbers: dict[str, Ints]) -> Ints:
    """Return what the parts of orders add up to."""
    return numbers["goods_value"] + numbers["freight"] + numbers["tax"] - numbers["discount"]


def _at(texts: Bytes, places: Ints) -> Bytes:
    """Return texts by place; of none where there is none."""
    return texts[places] if len(texts) else np.zeros(len(places), dtype="S1")


class _Terms:
    """The rules of the days of orders, as arrays over the orders."""

    def __init__(self, at: Ints, rules: DeclareRules) -> None:
        self._clock = at % _SECONDS
        days, self._inverse = np.unique(at // _SECONDS, return_inverse=True)
        self._days = [f"{day:08d}" for day in days.tolist()]
        self._terms = [Terms.of(rules.on(date_of(day))) for day in self._days]

    def flag(self, name: str) -> Bools:
        """Return what a rule that is yes or no says."""
        return np.array([getattr(terms, name) for terms in self._terms], dtype=bool)[self._inverse]

    def number(self, name: str) -> Ints:
        """Return the number of a rule."""
        return np.array([getattr(terms, name) for terms in self._terms], dtype=np.int64)[self._inverse]

    def ends(self, name: str) -> Ints:
        """Return the last second of the windows of a rule."""
        found = [
            int(window_end(f"{day}000000", getattr(terms, name))[:8])
            for day, terms in zip(self._days, self._terms, strict=True)
        ]
        return np.array(found, dtype=np.int64)[self._inverse] * _SECONDS + self._clock
