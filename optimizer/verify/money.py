"""Amounts of a cargo list in fen."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.verify.lines import half_up

if TYPE_CHECKING:
    from optimizer.verify.facts import Facts
    from optimizer.verify.log import Log


def fen(facts: Facts, amount_minor: int, currency: str, log: Log) -> int:
    """Return an amount of a currency's minor unit in fen, 0 having noted that there is no rate."""
    rate = facts.rates.get(currency)
    if rate is None:
        log.add("currency", "amount", "there is no exchange rate", currency, None)
        return 0
    return half_up(Fraction(amount_minor) * Fraction(rate.cny_per_unit) * 100 / 10**rate.exponent)
