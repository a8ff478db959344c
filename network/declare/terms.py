"""The rules that matching goes by: those of the day of each order, and what holds for a whole run."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.declare_values import folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.declare_rules import DeclareRules


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


_ENDS: dict[tuple[str, int], str] = {}
_MOST_ENDS = 100_000


def window_end(at: str, days: int) -> str:
    """
    Return the last second of a window that opens with an order.

    Examples
    --------
    >>> window_end("20261130120000", 2)
    '20261202120000'
    """
    key = at[:8], days
    if key not in _ENDS:
        if len(_ENDS) > _MOST_ENDS:
            _ENDS.clear()
        left = (dt.date.max - date_of(at)).days
        day = date_of(at) + dt.timedelta(days=min(days, left))
        _ENDS[key] = f"{day:%Y%m%d}"
    return _ENDS[key] + at[8:]
